"""A parameter's value: read, judged, written as its target wants it."""

from typing import Any

import pytest

from overlaykit.errors import UsageError
from overlaykit.params import values
from overlaykit.repo.workloads import Parameter, Target, field_path


def parameter(kind: str, **more: Any) -> Parameter:
    empty: dict[str, Any] = {
        "description": "", "default": None, "unit": "", "enum": (), "minimum": None,
        "maximum": None, "at_most": "", "component": "", "targets": (),
    }  # fmt: skip
    return Parameter(**{**empty, "name": "p", "type": kind, **more})


def target(form: str = "") -> Target:
    return Target("Kind", "name", ("spec",), form, "")


GOOD = [
    ("integer", "4", 4, "", 4),
    ("integer", "4", 4, "flink", "4"),
    ("number", "0.5", 0.5, "", 0.5),
    ("number", "2", 2, "", 2),
    ("boolean", "true", True, "", True),
    ("boolean", "false", False, "flink", "false"),
    ("string", "a b", "a b", "", "a b"),
    ("memory", "4g", 4 * 1024**3, "flink", "4096m"),
    ("memory", "4096m", 4 * 1024**3, "kubernetes", "4Gi"),
    ("duration", "90s", 90_000, "flink", "90s"),
    ("cpu", "500m", 500, "flink", "0.5"),
    ("cpu", "500m", 500, "number", 0.5),
    ("cpu", "2.0", 2000, "number", 2),
    ("cpu", "0.5", 500, "", "500m"),
]


@pytest.mark.parametrize(("kind", "text", "value", "form", "written"), GOOD)
def test_read_and_write(kind: str, text: str, value: Any, form: str, written: Any) -> None:
    one = parameter(kind)
    assert values.read(one, text) == value
    made = values.write(one, target(form), value)
    assert made == written and type(made) is type(written)
    assert values.understand(one, written) == value


BAD = [
    ("integer", {}, "2.5", "'2.5' is not a whole number"),
    ("integer", {}, "two", "is not a whole number"),
    ("integer", {"minimum": 1}, "0", "it is at least 1"),
    ("integer", {"maximum": 9}, "10", "it is at most 9"),
    ("number", {}, "nan", "is not a number"),
    ("number", {}, "inf", "is not a number"),
    ("boolean", {}, "yes", "neither true nor false"),
    ("enum", {"enum": ("a", "b")}, "c", "is none of a, b"),
    ("string", {}, " ", "the text is empty"),
    ("memory", {"minimum": "982m"}, "512Mi", "it is at least 982m"),
    ("memory", {}, "4GB", "did you mean 4g"),
    ("duration", {"maximum": "1h"}, "2h", "it is at most 1h"),
    ("cpu", {"minimum": "100m"}, "0.05", "it is at least 100m"),
]


@pytest.mark.parametrize(("kind", "more", "text", "message"), BAD)
def test_refused(kind: str, more: dict[str, Any], text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        values.read(parameter(kind, **more), text)
    assert message in str(caught.value)


def test_field_path() -> None:
    assert field_path("spec.a.[b.c/d].e") == ("spec", "a", "b.c/d", "e")
    assert field_path("spec.a[b.c]") == ("spec", "a", "b.c")
    assert field_path("enabled") == ("enabled",)
