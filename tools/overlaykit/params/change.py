"""Setting and unsetting parameters: the smallest ordinary patch or Helm value, and its removal."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from overlaykit import edit
from overlaykit.errors import UsageError
from overlaykit.params import items, units, values
from overlaykit.params.values import Amount
from overlaykit.params.where import Overlay, Setting, is_editable, patches, setting, value_in
from overlaykit.render.objects import Object
from overlaykit.repo.tree import join
from overlaykit.repo.workloads import Parameter, Target, Workload
from overlaykit.scaffold.overlay import values_text
from overlaykit.source import Document


def parameter_of(workload: Workload, name: str) -> Parameter:
    """The parameter of that name. Raises UsageError with what there is."""
    found = workload.parameter(name)
    if found is None:
        known = [parameter.name for parameter in workload.parameters]
        close = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        there = ", ".join(known) or "none"
        raise UsageError(f"{workload.name} has no parameter '{name}'{hint}\n  parameters: {there}")
    return found


def set_parameters(overlay: Overlay, given: Mapping[str, str]) -> None:
    """Set every parameter of `given` (name to text) in the overlay's draft.

    Raises UsageError before anything is changed where one is unknown or makes no sense.
    """
    wanted = [(parameter_of(overlay.workload, name), text) for name, text in given.items()]
    amounts = {parameter.name: values.read(parameter, text) for parameter, text in wanted}
    for parameter, _ in wanted:
        _require_component(overlay, parameter)
    refuse_contradictions(overlay, amounts)
    for parameter, _ in wanted:
        for target in parameter.targets:
            _set(overlay, parameter, target, amounts[parameter.name])


def unset_parameters(overlay: Overlay, names: Iterable[str]) -> None:
    """Take every named parameter out of the overlay's draft; one that is not set is fine."""
    wanted = [parameter_of(overlay.workload, name) for name in names]
    amounts = {p.name: values.understand(p, p.default) for p in wanted}
    refuse_contradictions(overlay, amounts)
    for parameter in wanted:
        for target in parameter.targets:
            now = setting(overlay, target)
            if now is not None:
                _refuse_foreign(parameter, now)
                _unset(overlay, target, now)


def amount(overlay: Overlay, parameter: Parameter) -> Amount | None:
    """What holds on the cluster now; None where what is set cannot be understood."""
    now = setting(overlay, parameter.targets[0])
    try:
        return values.understand(parameter, now.value if now else parameter.default)
    except units.BadAmount:
        return None


def refuse_contradictions(overlay: Overlay, amounts: Mapping[str, Amount]) -> None:
    """Refuse a request above its limit, with what `amounts` will be and the rest as it is."""
    for parameter in overlay.workload.parameters:
        limit = overlay.workload.parameter(parameter.at_most)
        if limit is None or not {parameter.name, limit.name} & set(amounts):
            continue
        low, high = (amounts.get(p.name, amount(overlay, p)) for p in (parameter, limit))
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            shown = [_shown(p, v) for p, v in ((parameter, low), (limit, high))]
            raise UsageError(
                f"{parameter.name} would be {shown[0]}, more than {limit.name}, which would be "
                f"{shown[1]}\n  fix: give both: {parameter.name}=… {limit.name}=…"
            )


def _shown(parameter: Parameter, value: Amount) -> Any:
    return values.write(parameter, parameter.targets[0], value)


def _require_component(overlay: Overlay, parameter: Parameter) -> None:
    place = f"{overlay.cluster}/{overlay.workload.name}"
    if overlay.lacks(parameter):
        fix = f"overlay add {place}/{parameter.component}"
        raise UsageError(f"{parameter.name}: {place}/{parameter.component} is off\n  fix: {fix}")
    missing = [t for t in parameter.targets if t.kind and overlay.object(t) is None]
    if not missing:
        return
    what = f"{parameter.name}: {place} has no {missing[0].kind} '{missing[0].name}'"
    if parameter.component:
        raise UsageError(f"{what}\n  fix: overlay add {place}/{parameter.component}")
    raise UsageError(f"{what}\n  fix: list workloads/{overlay.workload.name}/base in its resources")


def _set(overlay: Overlay, parameter: Parameter, target: Target, value: Amount) -> None:
    now = setting(overlay, target)
    if now is not None and _holds(parameter, now, value):
        return
    written = values.write(parameter, target, value)
    if not target.kind:
        _set_value(overlay, target, written)
        return
    if now is not None:
        _refuse_foreign(parameter, now)
    obj = overlay.object(target)
    assert obj is not None
    place = (now.file, now.index) if now else _patch_of(overlay, obj)
    name, index = place or (_new_patch(overlay, obj), 0)
    text = items.set_value(overlay.draft.text(name), target.path, written, index)
    overlay.draft.put(name, text)


def _holds(parameter: Parameter, now: Setting, value: Amount) -> bool:
    try:
        return values.understand(parameter, now.value) == value
    except units.BadAmount:
        return False


def _refuse_foreign(parameter: Parameter, now: Setting) -> None:
    if not now.editable:
        place = f"{now.place.file}:{now.place.line}"
        raise UsageError(
            f"{parameter.name} is set at {place}, which is not a patch file of this overlay for "
            f"this object alone\n  fix: change it there"
        )


def _set_value(overlay: Overlay, target: Target, written: Any) -> None:
    """Write a value of the chart into the overlay's values.yaml."""
    draft, name = overlay.draft, overlay.values_file
    text = draft.text(name) if draft.has(name) else ""
    text = text or values_text(overlay.cluster, overlay.workload)
    comment = ""
    if target.line:
        written = _with_line(_whole(overlay, target), target.line, str(written))
        comment = f"The whole text: it replaces the one of {_defaults(overlay)}."
    draft.put(name, edit.set_value(text, target.path, written, comment=comment))


def _defaults(overlay: Overlay) -> str:
    return f"workloads/{overlay.workload.name}/values.yaml"


def _whole(overlay: Overlay, target: Target) -> str:
    """The text that holds a target's line, as it is on this cluster now."""
    for name in (overlay.values_file, _defaults(overlay)):
        for document in overlay.draft.documents(name)[:1]:
            found = Object(document.data).get(*target.path)
            if isinstance(found, str):
                return found
    return ""


def _with_line(text: str, key: str, value: str) -> str:
    """A text of `key: value` lines with this one's value changed, or added."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.partition(": ")[0].strip() == key:
            lines[number] = f"{line[: line.index(key)]}{key}: {value}"
            break
    else:
        lines.append(f"{key}: {value}")
    return "".join(f"{line}\n" for line in lines)


def _unset(overlay: Overlay, target: Target, now: Setting) -> None:
    draft = overlay.draft
    text = draft.text(now.file)
    if target.line:
        default = value_in(draft, _defaults(overlay), target)
        whole = _with_line(_whole(overlay, target), target.line, str(default[0] if default else ""))
        base = Object(draft.documents(_defaults(overlay))[0].data).get(*target.path)
        if whole != base:
            draft.put(now.file, edit.set_value(text, target.path, whole))
            return
    text = items.remove(text, target.path, now.index)
    draft.put(now.file, text)
    documents = draft.documents(now.file)
    if target.kind and len(documents) == 1 and _is_bare(documents[0]):
        draft.put(now.file, None)
        _drop_entry(overlay, now.file)


def _is_bare(document: Document) -> bool:
    """Whether a patch names its object and changes nothing."""
    data = document.data
    inside = set(data) <= {"apiVersion", "kind", "metadata"}
    return inside and set(data.get("metadata") or ()) <= {"name", "namespace"}


def _drop_entry(overlay: Overlay, name: str) -> None:
    """Take a patch file out of the overlay's kustomization."""
    kustomization = overlay.kustomization()
    assert kustomization is not None
    for listed in ("patches", "patchesStrategicMerge"):
        for index, entry in enumerate(kustomization.data.get(listed) or ()):
            path = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(path, str) and join(overlay.folder, path) == name:
                text = edit.remove(kustomization.document.text, (listed, index))
                overlay.draft.put(kustomization.file, text)
                return


def _patch_of(overlay: Overlay, obj: Object) -> tuple[str, int] | None:
    """The file and document of the overlay's own merge patch of an object."""
    for patch, name, index, document in patches(overlay, obj):
        if is_editable(overlay, patch, name) and isinstance(document.data, dict):
            return name, index
    return None


def _new_patch(overlay: Overlay, obj: Object) -> str:
    """Begin a patch file for an object and list it; its path."""
    file = _file_name(overlay, obj)
    lines = [
        f"# What {overlay.cluster} sets differently in {obj.kind} {obj.name}. The parameters and",
        f"# their defaults: overlay params {overlay.workload.name} {overlay.cluster}",
        f"apiVersion: {obj.api_version}",
        f"kind: {obj.kind}",
        "metadata:",
        f"  name: {obj.name}",
    ]
    if obj.namespace:
        lines.append(f"  namespace: {obj.namespace}")
    overlay.draft.put(f"{overlay.folder}/{file}", "".join(f"{line}\n" for line in lines))
    kustomization = overlay.kustomization()
    assert kustomization is not None
    text = edit.append(kustomization.document.text, ("patches",), {"path": file})
    overlay.draft.put(kustomization.file, text)
    return f"{overlay.folder}/{file}"


def _file_name(overlay: Overlay, obj: Object) -> str:
    """flink-environment-patch.yaml; with the object's name where that one is taken."""
    kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", obj.kind).lower()
    plain = f"{kind}-patch.yaml"
    taken = overlay.draft.has(f"{overlay.folder}/{plain}")
    return f"{kind}-{obj.name}-patch.yaml" if taken else plain
