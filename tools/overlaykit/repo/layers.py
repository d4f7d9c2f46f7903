"""The layers of a Flink configuration: every value with who set it and where, and what it beat."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct, field

from overlaykit.config import FILE
from overlaykit.flink.configuration import Setting, value_text
from overlaykit.operator import settings as operator_settings
from overlaykit.operator.chart import own_configuration
from overlaykit.operator.versions import Flink
from overlaykit.render.objects import Object
from overlaykit.repo.flinks import Config, place
from overlaykit.repo.operators import Operator
from overlaykit.source import Path, Place

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

# From the weakest to the strongest, as far as they have an order.
CHART, VALUES, DECLARED = "operator-chart", "operator-values", "overlay-config"
SPEC, ENVIRONMENT, POOL, POOL_DEFAULTS = "spec", "environment", "compute-pool", "pool-defaults"
CLUSTER, STATEMENT, STATEMENT_DEFAULTS = "session-cluster", "statement", "statement-defaults"
FILES, PROPERTIES, ARGUMENT = "config-file", "flink-properties", "argument"
OPERATOR, CLIENT, ENTRY_POINT, DEFAULT = "operator", "client", "entry-point", "flink"


class Origin(Struct, frozen=True):
    """A value of a key: who set it, and where; no value where it was taken away.

    `field`: what else than the key itself it was made of, as a path in `object`.
    """

    value: str | None
    layer: str
    at: Place | None = None
    object: str = ""
    field: str = ""
    why: str = ""
    is_open: bool = False


class Stack(Struct):
    """The values of every key, the one that applies last."""

    keys: dict[str, list[Origin]] = field(default_factory=dict)

    def put(self, key: str, origin: Origin) -> None:
        self.keys.setdefault(key, []).append(origin)

    @property
    def values(self) -> dict[str, str]:
        """What applies; open values are not known."""
        last = {key: found[-1] for key, found in self.keys.items()}
        return {k: o.value for k, o in last.items() if o.value is not None and not o.is_open}


def put_config(
    stack: Stack, world: "World", unit: "Unit", config: Config, layer: str, kept: Iterable[Setting]
) -> None:
    """The settings of an object, each with what it replaced on the way through Kustomize."""
    label = config.obj.label if config.obj is not None else config.label
    for setting in kept:
        if config.obj is not None and setting.layer in ("flinkConfiguration", "data"):
            *before, (at, _) = history(unit, config.obj, setting.path)
            for below, value in before:
                stack.put(setting.key, Origin(value, layer, below, label))
        else:
            at = place(world, config, setting)
        stack.put(setting.key, Origin(setting.value, layer, at, label))


def history(unit: "Unit", obj: Object, path: Path) -> list[tuple[Place, str]]:
    """The scalar at a path as the base, then each patch has it, and last as it is rendered."""
    if unit.chain is None or unit.broken is not None:
        return [(unit.locate(obj, path, False), value_text(obj.get(*path)))]
    found = unit.chain.history(obj, path)
    return [(at, value_text(v)) for at, v in reversed(found) if not isinstance(v, dict | None)]


def put_operator(
    stack: Stack, world: "World", operator: Operator, namespace: str, flink: Flink | None
) -> None:
    """What the operator is told for all clusters: by its chart, its values, and `.overlay.yaml`."""
    told = Stack()
    if operator.appends:
        for key, value in own_configuration(operator.release).items():
            told.put(key, Origin(value, CHART))
    if operator.is_seen:
        _put_values(told, world, operator)
    _put_declared(told, world)
    for key, found in told.keys.items():
        for origin in found if not key.startswith(operator_settings.FOR_SOME) else ():
            stack.put(key, origin)
    release = operator.release
    for prefix in operator_settings.prefixes(told.keys, namespace, flink, release):
        for key, found in told.keys.items():
            if key.startswith(prefix):
                stack.put(key.removeprefix(prefix), found[-1])


def _put_values(told: Stack, world: "World", operator: Operator) -> None:
    """The text of the last value file that has one: Helm replaces texts as a whole."""
    assert operator.application is not None
    configs = list(world.flinks.of_application(operator.application))
    for name in ("flink-conf.yaml", "config.yaml"):
        found = [(c, [s for s in c.settings if s.path[-1] == name]) for c in configs]
        last = next(((c, kept) for c, kept in reversed(found) if kept), None)
        if last is not None:
            label = f"Application '{operator.application.name}'"
            for setting in last[1]:
                at = place(world, last[0], setting)
                told.put(setting.key, Origin(setting.value, VALUES, at, label))
            return


def _put_declared(told: Stack, world: "World") -> None:
    for key, value in world.config.operator_defaults.items():
        [document, *_] = world.tree.documents(FILE)
        at = document.nearest(("operator", "defaults", key))
        told.put(key, Origin(value, DECLARED, at))
