"""A step name=X is the item of that name, in a patch that holds it or begins it."""

import pytest

from overlaykit.params import items
from overlaykit.source import load

PATH = ("spec", "containers", "name=main", "resources", "limits", "cpu")
EMPTY = "kind: Deployment\n"
OTHER = "spec:\n  containers:\n  # a sidecar\n  - name: proxy\n    image: x\n"


def data(text: str) -> object:
    return load(text, "")[0].data


@pytest.mark.parametrize("text", [EMPTY, OTHER])
def test_an_item_is_begun_with_its_name_and_taken_away_with_its_last_value(text: str) -> None:
    changed = items.set_value(text, PATH, "2", 0)
    main = data(changed)["spec"]["containers"][-1]  # type: ignore[index]
    assert main == {"name": "main", "resources": {"limits": {"cpu": "2"}}}
    assert items.remove(changed, PATH, 0) == text


def test_an_item_that_is_there_is_changed_in_its_place() -> None:
    text = items.set_value(OTHER, PATH, "2", 0)
    assert items.set_value(text, PATH, "3", 0) == text.replace('"2"', '"3"')


def test_what_else_an_item_holds_stays() -> None:
    path = (*PATH[:2], "name=proxy", "cpu")
    assert items.remove(items.set_value(OTHER, path, 1, 0), path, 0) == OTHER


def test_places_are_found_by_name() -> None:
    assert items.located(data(OTHER), PATH) is None
    assert items.located(data(OTHER), ("spec", "containers", "name=proxy", "image")) == (
        *("spec", "containers"),
        *(0, "image"),
    )


def test_a_path_without_items_is_itself() -> None:
    assert items.located({"a": 1}, ("a", "b")) == ("a", "b")
