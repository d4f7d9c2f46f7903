"""Facts and parameters as rows of a table."""

from overlaykit.errors import UsageError
from overlaykit.params import facts, values
from overlaykit.params.change import parameter_of
from overlaykit.params.where import Overlay, setting
from overlaykit.repo.clusters import Cluster
from overlaykit.repo.workloads import Parameter, Workload

Row = dict[str, object]


def parameters(workload: Workload) -> list[Row]:
    """What a cluster may set, and (JOB/…) what each job of the workload may, with the defaults."""
    named = [(one.name, one) for one in workload.parameters]
    named += [(f"JOB/{one.name}", one) for one in workload.job_parameters]
    return [
        {
            "parameter": name,
            "type": parameter.type,
            "default": values.text_of(parameter.default),
            "unit": values.unit(parameter),
            "description": _description(parameter),
        }
        for name, parameter in named
    ]


def _description(parameter: Parameter) -> str:
    part = f" (component {parameter.component})" if parameter.component else ""
    return parameter.description + part


def on_cluster(overlay: Overlay) -> list[Row]:
    """The parameters with what holds on a cluster, and the places that set it."""
    rows: list[Row] = []
    for parameter in overlay.workload.parameters:
        value, places = current(overlay, parameter)
        rows.append(
            {
                "parameter": parameter.name,
                "value": value,
                "set at": places,
                "default": values.text_of(parameter.default),
                "unit": values.unit(parameter),
                "description": _description(parameter),
            }
        )
    return rows


def current(overlay: Overlay, parameter: Parameter) -> tuple[str | None, list[str]]:
    """The value as it is written, and where; None where the component is off."""
    off = [t for t in parameter.targets if t.kind and overlay.object(t) is None]
    if off or overlay.lacks(parameter):
        return None, []
    found = [setting(overlay, target) for target in parameter.targets]
    there = [one for one in found if one is not None]
    places = [f"{one.place.file}:{one.place.line}" for one in there]
    return values.text_of(there[0].value if there else parameter.default), places


def values_of(overlay: Overlay) -> list[Row]:
    """What `get` shows of a workload on a cluster."""
    return [
        {"parameter": row["parameter"], "value": row["value"], "set at": row["set at"]}
        for row in on_cluster(overlay)
    ]


def value_of(overlay: Overlay, name: str) -> str:
    """One parameter's value. Raises UsageError where its component is off."""
    parameter = parameter_of(overlay.workload, name)
    value, _ = current(overlay, parameter)
    if value is None:
        place = f"{overlay.cluster}/{overlay.workload.name}/{parameter.component}"
        raise UsageError(f"{name}: {place} is off\n  fix: overlay add {place}")
    return value


def facts_of(cluster: Cluster) -> list[Row]:
    """Every fact of a cluster with its place."""
    return [
        {
            "fact": known.name,
            "value": known.value,
            "set at": [f"{known.file}:{known.line}"],
            "note": "assumed" if known.assumed else "",
        }
        for known in facts.table(cluster)
    ]


def fact_of(cluster: Cluster, name: str) -> str:
    """One fact's value. Raises UsageError for an unknown one."""
    there = {known.name: known.value for known in facts.table(cluster)}
    if name not in there:
        facts.check_names([name], there)
        raise UsageError(f"{cluster.document.file} has no fact {name}")
    return there[name]
