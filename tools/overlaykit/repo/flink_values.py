"""Settings whose values Flink refuses, in every version that may read them."""

from collections.abc import Iterator

from overlaykit.flink import options, values, versions
from overlaykit.flink.configuration import Setting
from overlaykit.flink.options import Option
from overlaykit.flink.versions import Version
from overlaykit.kubernetes.pods import flink_spec, mapping
from overlaykit.repo.flinks import Config, is_filled_in
from overlaykit.repo.world import Unit, World


def refused(
    unit: Unit, world: World, types: tuple[str, ...]
) -> Iterator[tuple[Config, Setting, str]]:
    """The settings of options of these types that Flink cannot read, and why.

    A duration where a release wants milliseconds as a number is refused as a duration.
    """
    for config in world.flinks.configs(unit):
        for setting in config.settings:
            why = _why(config, setting, types)
            if why and not _is_overwritten(config, setting.key):
                yield config, setting, why


def _why(config: Config, setting: Setting, types: tuple[str, ...]) -> str:
    if is_filled_in(setting.value):
        return ""
    found: dict[str, str] = {}
    for version in config.possible:
        option = options.catalogue(version).find(setting.key)
        if option is not None and option.key != "":
            kind, why = _refusal(option, setting.value, version)
            if not why:
                return ""
            found.setdefault(kind, why)
    kind = "Duration" if "Duration" in found else next(iter(found), "")
    return found[kind] if kind in types else ""


def _refusal(option: Option, text: str, version: Version) -> tuple[str, str]:
    """The type that a value fails, and why; empty where the release reads it."""
    why = values.refusal(option, text, version)
    if why and option.type in ("Integer", "Long"):
        later = options.catalogue(options.versions()[-1]).find(option.key)
        if later is not None and later.type == "Duration":
            return "Duration", f"Flink {versions.text(version)} wants milliseconds, without a unit"
    return option.type, why


def _is_overwritten(config: Config, key: str) -> bool:
    """Whether the operator writes its own value over a size: that of `resource`."""
    process = key.partition(".")[0]
    part = {"jobmanager": "jobManager", "taskmanager": "taskManager"}.get(process)
    if config.obj is None or part is None or key != f"{process}.memory.process.size":
        return False
    spec = flink_spec(config.obj)
    return bool(spec and mapping(mapping(spec[1].get(part)).get("resource")).get("memory"))
