"""Facts of a cluster that is there: what they are, where, and changing one with all it decides."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from overlaykit import edit
from overlaykit.errors import UsageError
from overlaykit.render.objects import Object, dotted, object_of
from overlaykit.repo.clusters import FACTS, Cluster
from overlaykit.scaffold import facts as fact_rules
from overlaykit.scaffold.enable import refuse_unmet, switch
from overlaykit.scaffold.facts import DEFAULTS, PROVIDED, flat
from overlaykit.scaffold.overlay import root_text
from overlaykit.scaffold.site import Site
from overlaykit.schema.judge import Judge
from overlaykit.source import Document, load, scalars

_OPEN = ("images.", "charts.")  # maps in which a repository may have names of its own
_IN_ROOT = ("argocd.namespace", "repository.url", "repository.revision", "server")


class Known(Struct, frozen=True):
    """A fact as the file has it. `assumed`: the tool made it up and nobody has confirmed it."""

    name: str
    value: str
    file: str
    line: int
    assumed: bool


def table(cluster: Cluster) -> list[Known]:
    """Every fact of a cluster, in the order of the file."""
    document, lines = cluster.document, cluster.document.text.splitlines()
    found = []
    for name, value in flat(cluster.facts).items():
        place = document.place_of(("spec", *name.split(".")), key=True) or document.place()
        assumed = lines[place.line - 1].endswith("# assumed")
        found.append(Known(name, value, place.file, place.line, assumed))
    return found


def check_names(names: Iterable[str], there: Mapping[str, str]) -> None:
    """Refuse what is no fact, with what is."""
    for name in names:
        free = any(name.startswith(one) and name.count(".") == 1 for one in _OPEN)
        if name not in DEFAULTS and not (free and name[-1] != "."):
            known = {**DEFAULTS, **there}
            close = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise UsageError(f"there is no fact '{name}'{hint}\n  facts: {', '.join(known)}")


def set_facts(there: Site, given: Mapping[str, str], judge: Judge) -> None:
    """Set facts in the draft, with root.yaml and the components that they decide.

    Raises UsageError before anything is changed where the schema or a requirement says no.
    """
    check_names(given, there.facts)
    name = f"{there.folder}/{FACTS}"
    text = there.draft.text(name)
    for key, value in given.items():
        path = ("spec", *key.split("."))
        text = edit.cut_comment(text, path, "assumed")
        text = edit.set_value(text, path, _data(key, value))
    _write(there, name, text, judge)


def unset_facts(there: Site, names: Iterable[str], judge: Judge) -> None:
    """Take facts out of the draft; only what no cluster must have can go."""
    names = list(names)
    check_names(names, there.facts)
    name = f"{there.folder}/{FACTS}"
    text = there.draft.text(name)
    for key in names:
        if key in DEFAULTS:
            raise UsageError(
                f"every cluster has the fact {key}: it cannot be unset\n"
                f"  fix: overlay set {there.cluster.name} {key}=…"
            )
        text = edit.remove(text, ("spec", *key.split(".")))
    _write(there, name, text, judge)


def _data(key: str, value: str) -> Any:
    """A fact's value as YAML data."""
    if key == PROVIDED:
        return [item.strip() for item in value.split(",") if item.strip()]
    if key == "repository.url":
        fact_rules.refuse_credentials(value)
    return value


def _write(there: Site, name: str, text: str, judge: Judge) -> None:
    documents = load(text, name)
    for found in judge.violations(documents[0].data) or ():
        where = dotted(found.path).removeprefix("spec.")
        raise UsageError(f"{where}: {found.message}\n  fix: {found.fix}")
    before, after = there.facts, flat(documents[0].data["spec"])
    there.facts = after
    there.draft.put(name, text)
    _switch_components(there, before)
    refuse_unmet(there, there.running(), _items(before) - _items(after) - set(there.running()))
    _write_root(there, before, after)


def _items(facts: Mapping[str, str]) -> set[str]:
    return set(facts.get(PROVIDED, "").split(",")) - {""}


def _switch_components(there: Site, before: Mapping[str, str]) -> None:
    """Turn on and off the components whose condition the facts have changed."""
    old = _items(before)
    for name in there.running():
        about = there.known[name]
        for component in about.components:
            was = component.is_on(old, before)
            now = component.is_on(there.provided, there.facts)
            if was != now:
                switch(there, about, component.name, now)


def _write_root(there: Site, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Carry the facts into root.yaml, which nothing renders; a person's own values stay."""
    name = f"{there.folder}/root.yaml"
    if not there.draft.has(name) or any(key not in {**before, **after} for key in _IN_ROOT):
        return
    old, new = (_identified(load(root_text(there.cluster.name, f), name)) for f in (before, after))
    for index, document in enumerate(there.draft.documents(name)):
        was, now = (texts.get(object_of(document).kind_and_name) for texts in (old, new))
        if was is None or now is None:
            continue
        for path, node in scalars(was.node):
            wanted = Object(now.data).get(*path)
            if node.value != wanted and Object(document.data).get(*path) == node.value:
                text = edit.set_value(there.draft.text(name), path, wanted, index)
                there.draft.put(name, text)


def _identified(documents: list[Document]) -> dict[tuple[str, str], Document]:
    return {object_of(document).kind_and_name: document for document in documents}
