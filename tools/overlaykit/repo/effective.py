"""The Flink configuration that really applies to each job: who set what, where, and over whom.

Flink's defaults are below all; then come the operator's configuration, the resource, for CMF the
environment over it, what the operator writes, and what Flink's client adds.
"""

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit.flink import duration, options, versions
from overlaykit.flink.configuration import HIDDEN, is_sensitive
from overlaykit.flink.memory import JobManager, TaskManager, job_manager, task_manager
from overlaykit.flink.versions import Version
from overlaykit.operator import options as operator_options
from overlaykit.operator.versions import Release
from overlaykit.operator.written import PARALLELISM, SLOTS, slots
from overlaykit.render.objects import Object
from overlaykit.repo import layers
from overlaykit.repo.layers import Origin, Stack
from overlaykit.source import Place

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit

# Options of a running cluster, which a job of it cannot change.
_OF_CLUSTER = (
    *("jobmanager.", "taskmanager.", "high-availability", "blob."),
    *("metrics.", "web.", "slotmanager.", "resourcemanager."),
)
_INTERNAL = ("$internal.", "internal.", "kubernetes.internal.")


class Key(Struct, frozen=True):
    """A key with the value that applies, and what that outranks, the strongest first.

    `reader` is flink or operator; `note` says why the value has no effect, if it has none.
    """

    key: str
    origin: Origin
    over: tuple[Origin, ...] = ()
    reader: str = "flink"
    note: str = ""

    @property
    def applies(self) -> bool:
        return self.origin.value is not None and not self.note


class Configured(Struct):
    """A Flink cluster or job with its whole configuration."""

    obj: Object
    unit: "Unit"
    namespace: str
    at: Place
    version: Version | None
    release: Release | None
    mode: str = ""
    role: str = ""
    stack: Stack = field(default_factory=Stack)
    assuming: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    own_layers: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        return "/".join(part for part in (self.obj.kind, self.namespace, self.obj.name) if part)

    @property
    def values(self) -> dict[str, str]:
        """What Flink itself reads."""
        found = self.stack.values
        return {key: text for key, text in found.items() if self.reader(key) == "flink"}

    @property
    def known(self) -> options.Catalogue:
        """The options of its Flink, or of the newest where nobody says which it is."""
        version = self.version or options.versions()[-1]
        return options.catalogue(options.nearest(version))

    def reader(self, key: str) -> str:
        return "operator" if self.release and operator_options.is_ours(key) else "flink"

    @property
    def keys(self) -> list[Key]:
        """Every key that somebody set, in alphabetical order."""
        present = self.stack.values
        return [self._key(key, found, present) for key, found in sorted(self.stack.keys.items())]

    def _key(self, key: str, found: list[Origin], present: dict[str, str]) -> Key:
        if is_sensitive(key):
            found = [replace(one, value=one.value and HIDDEN) for one in found]
        origin, note = found[-1], ""
        if origin.value is not None and origin.layer not in (layers.OPERATOR, layers.CLIENT):
            note = self._note(key, origin, present)
        return Key(key, origin, tuple(reversed(found[:-1])), self.reader(key), note)

    def _note(self, key: str, origin: Origin, present: dict[str, str]) -> str:
        """Why a setting has no effect; empty where it has one."""
        if self.reader(key) == "operator":
            assert self.release is not None
            if operator_options.knows(key, self.release):
                return ""
            return f"operator {self.release.text} knows no such option"
        if key.startswith(_INTERNAL):
            return ""
        if origin.layer in self.own_layers and key.startswith(_OF_CLUSTER):
            return "an option of the cluster, which a job of it cannot change"
        option = self.known.find(key)
        if option is None:
            # Any other word may be an option of the job's own.
            if self.version is None or self.known.knows(key) or not _is_of_flink(key):
                return ""
            return f"Flink {versions.text(self.version)} knows no such option"
        names = [option.key, *(name for name, _ in option.former)]
        first = next((name for name in names if name in present), key)
        return f"{first} outranks this name of it" if key in names and first != key else ""

    def default(self, key: str) -> Key | None:
        """A key that nobody set, with Flink's default."""
        option = self.known.options.get(key)
        if option is not None:
            return Key(key, Origin(default_of(option), layers.DEFAULT))
        ours = self.reader(key) == "operator" and self.release
        known = ours and operator_options.knows(key, self.release or Release())
        return Key(key, Origin(None, layers.DEFAULT), (), "operator") if known else None

    @property
    def defaults(self) -> list[Key]:
        """Every other option that has a default."""
        named = {o.key for key in self.stack.keys if (o := self.known.find(key)) is not None}
        found = (self.default(key) for key in sorted(self.known.options) if key not in named)
        return [one for one in found if one is not None and one.origin.value]

    @property
    def task_managers(self) -> int | None:
        """How many TaskManagers the job gets; None where they come on demand."""
        values = self.stack.values
        fixed = values.get("kubernetes.internal.taskmanager.replicas", "")
        if fixed.isdigit() and self.mode == "standalone":
            return int(fixed)
        target = values.get("execution.target", "")
        text = values.get(PARALLELISM, "")
        if target != "kubernetes-application" or not text.isdigit():
            return None
        return -(-int(text) // slots(values))

    @property
    def shape(self) -> str:
        """Parallelism, slots and TaskManagers in words."""
        values = self.stack.values
        number = values.get(PARALLELISM) or "1"
        count, each = self.task_managers, values.get(SLOTS) or "1"
        if self.obj.kind == "FlinkComputePool":
            return f"{_count(each, 'slot')} a TaskManager"
        many = "TaskManagers on demand" if count is None else _count(count, "TaskManager")
        return f"parallelism {number}, {many}, {_count(each, 'slot')} each"

    def memory(self, process: str) -> JobManager | TaskManager:
        """What Flink makes of the memory options of a process. Raises Refused."""
        version = self.version or options.versions()[-1]
        if process == "jobmanager":
            return job_manager(self.values, version)
        return task_manager(self.values, version)

    @property
    def processes(self) -> tuple[str, ...]:
        return (self.role,) if self.role else ("jobmanager", "taskmanager")


def default_of(option: options.Option) -> str | None:
    """A default as Flink writes it in a configuration."""
    if option.default is not None and option.type == "Duration":
        return duration.meant(option.default) or option.default
    return option.default


def _is_of_flink(key: str) -> bool:
    """Whether a key was meant for Flink, which ignores what it does not know."""
    return options.since(key) is not None or options.looks_like_flink(key)


def _count(number: int | str, what: str) -> str:
    return f"{number} {what}" + ("" if str(number) == "1" else "s")
