"""What the schemas say of an object: every violation at once, in a stable order.

The engine is jsonschema-rs with the files kubeconform reads, set up to agree with it: draft 4
where a file names none, whole fractions are integers, keys are text. Nothing is ever fetched.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
from msgspec import Struct

from overlaykit import disk
from overlaykit.errors import CannotLook
from overlaykit.schema import crd, patterns, wording
from overlaykit.schema.store import Store, crd_path, split

Steps = tuple[str | int, ...]

_BAD = (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError)


class Violation(Struct, frozen=True):
    """One broken rule. `path` leads to the field; of a missing field, to the object without it.

    `kind`: unknown-field, missing-field, type, enum, pattern, range or other.
    """

    path: Steps
    kind: str
    message: str
    fix: str


class Declared:
    """Judges objects by the CRDs of a repository; of one kind there may be several."""

    def __init__(
        self,
        crds: Iterable[Mapping[str, Any]],
        more: Callable[[str, str], Iterable[Mapping[str, Any]]] = lambda group, kind: (),
    ) -> None:
        self._more = more
        self._crds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        self._compiled: dict[tuple[str, str], list[_Compiled]] = {}
        for one in crds:
            self._crds.setdefault(_served(one), []).append(one)

    def knows(self, api_version: str, kind: str) -> bool:
        return bool(self._of(api_version, kind))

    def violations(self, obj: Mapping[str, Any]) -> list[list[Violation]]:
        """What each CRD of the object's kind says."""
        found = self._of(str(obj.get("apiVersion")), str(obj.get("kind")))
        return [schema.violations(obj) for schema in found]

    def _of(self, api_version: str, kind: str) -> list["_Compiled"]:
        group, version = split(api_version)
        if (api_version, kind) not in self._compiled:
            name = crd_path(group, kind, version)
            others = (one for one in self._more(group, kind) if _served(one) == (group, kind))
            crds = [*self._crds.get((group, kind), ()), *others]
            texts = {text for one in crds for text in _schemas(one, name)}
            compiled = [_Compiled(Path(name), json.loads(text)) for text in sorted(texts)]
            self._compiled[api_version, kind] = compiled
        return self._compiled[api_version, kind]


def _served(one: Mapping[str, Any]) -> tuple[str, str]:
    """The group and kind of a CRD; empty where it does not say."""
    spec = one.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    kind = names.get("kind") if isinstance(names, dict) else ""
    return str(spec.get("group") if isinstance(spec, dict) else ""), str(kind)


def _schemas(one: Mapping[str, Any], name: str) -> list[str]:
    try:
        return [text for path, text in crd.schemas(one).items() if path == name]
    except crd.NotACrd:
        return []


class Judge:
    """Judges objects by the schemas of one store; compiled schemas are kept."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._compiled: dict[Path, _Compiled] = {}

    def violations(self, obj: Mapping[str, Any]) -> list[Violation] | None:
        """The violations of `obj`; None where no schema of its kind is known."""
        api_version, kind = obj.get("apiVersion"), obj.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str):
            return None
        path = self.store.find(api_version, kind)
        if path is None:
            return None
        if path not in self._compiled:
            self._compiled[path] = _Compiled(path, _read(path))
        return self._compiled[path].violations(obj)


class _Compiled:
    def __init__(self, path: Path, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.validator = _validator(path, schema)

    def violations(self, obj: Mapping[str, Any]) -> list[Violation]:
        try:
            if self.validator.is_valid(obj):
                return []
        except (ValueError, TypeError):
            pass  # a key that is no text; JSON has none, so it is made text below
        plain = as_json(obj)
        found = list(self.validator.iter_errors(plain))
        told = [say for error in found for say in wording.explain(error, self.schema)]
        return _settle([Violation(_steps(obj, s.path), s.kind, s.message, s.fix) for s in told])


def as_json(value: Any) -> Any:
    """`value` as it would come back from JSON: text keys, and 1.0 as the number 1 it is."""
    if isinstance(value, Mapping):
        return {_key(key): as_json(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(child) for child in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=str).strip('"')


def _steps(obj: Any, path: list[str | int]) -> Steps:
    """`path` with the keys as the object has them (8080, not "8080"), so places are found."""
    steps: list[str | int] = []
    for text in path:
        step = text
        if isinstance(obj, Mapping) and text not in obj:
            step = next((key for key in obj if _key(key) == text), text)
        inside = (isinstance(obj, Mapping) and step in obj) or isinstance(obj, list)
        obj = obj[step] if inside else None
        steps.append(step)
    return tuple(steps)


def _settle(violations: list[Violation]) -> list[Violation]:
    """Sorted, without repeats; what has the wrong type is told once."""
    mistyped = {one.path for one in violations if one.kind == "type"}
    kept = [one for one in violations if one.kind == "type" or one.path not in mistyped]
    return sorted(set(kept), key=lambda v: (tuple(map(_rank, v.path)), v.kind, v.message))


def _rank(step: str | int) -> tuple[int, int, str]:
    return (0, step, "") if isinstance(step, int) else (1, 0, str(step))


def _read(path: Path) -> dict[str, Any]:
    try:
        schema = json.loads(disk.read_text(path))
    except ValueError as error:
        raise CannotLook(f"{path}: is no JSON schema: {error}") from error
    if not isinstance(schema, dict):
        raise CannotLook(f"{path}: is no JSON schema: not an object")
    return schema


def _validator(path: Path, schema: dict[str, Any]) -> Any:
    try:
        return _compile(schema)
    except _BAD:
        pass  # perhaps only a pattern that Go knows and this engine does not
    try:
        return _compile(patterns.repair(schema, _is_pattern))
    except _BAD as error:
        why = str(error).splitlines()[0]
        raise CannotLook(f"{path}: cannot be used as a schema: {why[:200]}") from error


def _compile(schema: dict[str, Any]) -> Any:
    draft: Any = jsonschema_rs.Draft4Validator
    if isinstance(schema.get("$schema"), str):
        draft = jsonschema_rs.validator_cls_for(schema)
    # RegexOptions is the linear engine: the same language as Go's, and no runaway patterns.
    engine = jsonschema_rs.RegexOptions()
    return draft(schema, retriever=_refuse, pattern_options=engine)


def _is_pattern(text: str) -> bool:
    try:
        _compile({"pattern": text})
    except _BAD:
        return False
    return True


def _refuse(uri: str) -> Any:
    raise ValueError(f"{uri}: a schema may not refer to the network")
