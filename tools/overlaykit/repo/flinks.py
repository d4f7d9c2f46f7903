"""How Flink is configured in a repository: settings with their places, and what jobs end up with.

The versions that read a setting are those of the clusters that it is for; where nobody here says,
it may be any.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from overlaykit.findings import Edit
from overlaykit.flink import options, versions
from overlaykit.flink.configuration import FILES, Effective, Setting, effective, of_file, settings
from overlaykit.flink.versions import Version
from overlaykit.kubernetes.flink import OPERATOR_CHART
from overlaykit.kubernetes.pods import Pod, Template, flink_spec, mapping, pods, templates
from overlaykit.render.objects import Object
from overlaykit.repo.world import value_files
from overlaykit.source import Path, Place

if TYPE_CHECKING:
    from overlaykit.argocd.applications import Application
    from overlaykit.repo.together import Neighbours
    from overlaykit.repo.world import Unit, World

Locate = Callable[[Path, bool], Place]
# A program fills these in before Flink sees them.
_FILLED = re.compile(r"\$\{|\{\{|\$\(|^\$|^<[^<>]*>$|%\(")
_SCALE = {"Job", "Deployment", "StatefulSet"}


def is_filled_in(text: str) -> bool:
    return _FILLED.search(text) is not None


class Config(Struct):
    """The settings of one object (or value file), and the Flink versions that may read them."""

    label: str
    settings: list[Setting]
    versions: tuple[Version, ...]
    locate: Locate
    obj: Object | None = None
    doubt: str = ""

    @property
    def version(self) -> Version | None:
        """The version, where it is known."""
        return self.versions[0] if len(self.versions) == 1 else None

    @property
    def possible(self) -> tuple[Version, ...]:
        """The releases to ask: the known one, or all."""
        found = {options.nearest(version) for version in self.versions}
        return tuple(sorted(found)) or options.versions()


class Job(Struct):
    """A Flink cluster that will run, with all that is known of its configuration.

    `doubt`: what nobody here sees and might say more, such as the operator's own defaults.
    """

    obj: Object
    config: Config
    values: dict[str, tuple[Effective, Config]]
    version: Version | None
    role: str = ""
    environment: Object | None = None
    doubt: str = ""
    pods: list[Pod] = field(default_factory=list)
    layers: list[Config] = field(default_factory=list)

    def text(self, key: str) -> str | None:
        found = self.named(key)
        return found[0].value if found else None

    def named(self, key: str) -> tuple[Setting, Config] | None:
        """The setting of an option, under whatever name."""
        catalogue = options.catalogue(options.nearest(self.version or options.versions()[-1]))
        names = [key]
        option = catalogue.find(key)
        if option is not None:
            names += [option.key, *(name for name, _ in option.former)]
        for name in names:
            if name in self.values:
                one, config = self.values[name]
                return one.setting, config
        return None

    @property
    def spec(self) -> dict[str, Any]:
        """What the operator calls the spec of a deployment; empty for a plain pod."""
        found = flink_spec(self.obj)
        return found[1] if found else {}

    @property
    def environment_config(self) -> Config | None:
        found = (config for _, config in self.values.values())
        return next((c for c in found if c.obj is self.environment), None)

    @property
    def flat(self) -> dict[str, str]:
        return {key: one.setting.value for key, (one, _) in self.values.items()}


class Flinks:
    """The Flink configuration of a world, unit by unit."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._settings: dict[str, list[Setting]] = {}
        self._configs: dict[int, list[Config]] = {}
        self._jobs: dict[int, list[Job]] = {}

    def settings(self, obj: Object) -> list[Setting]:
        if obj.digest not in self._settings:
            self._settings[obj.digest] = settings(obj)
        return self._settings[obj.digest]

    def configs(self, unit: "Unit") -> list[Config]:
        """Every configuration of a unit, the value files of its Applications included."""
        if id(unit) not in self._configs:
            found = [self.config(unit, obj) for obj in unit.objects if self.settings(obj)]
            for application in self.world.applications_of.get(unit.folder, ()):
                found += self.of_application(application)
            self._configs[id(unit)] = found
        return self._configs[id(unit)]

    def config(self, unit: "Unit", obj: Object) -> Config:
        def locate(path: Path, key: bool) -> Place:
            return unit.locate(obj, path, key)

        doubt = ""
        if obj.kind == "ConfigMap" and obj.get("data", "config.yaml") and not _readers(unit, obj):
            doubt = "that Flink reads this file"
        found = self.versions(unit, obj)
        return Config(obj.label, self.settings(obj), found, locate, obj, doubt)

    def versions(self, unit: "Unit", obj: Object) -> tuple[Version, ...]:
        """The Flink versions that may read an object's settings; none where nobody says."""
        near = self.world.together.of(unit)
        if obj.kind == "FlinkEnvironment":
            # Pools have defaults of their own there.
            others = any(one.path[1] != "flinkApplicationDefaults" for one in self.settings(obj))
            users = [
                one.obj
                for kind in ("FlinkApplication", *(["FlinkComputePool"] if others else []))
                for one in near.of_kind(kind)
                if one.obj.get("spec", "flinkEnvironment") == obj.name
            ]
            return _sorted(_own(one) or _own(obj) for one in users)
        if obj.kind in ("FlinkSessionJob", "FlinkStatement"):
            return _sorted(_own(one) for one in _cluster_of(obj, near))
        if flink_spec(obj) is not None:
            environment = near.environment(obj)
            return _sorted([_own(obj) or (_own(environment) if environment else None)])
        if obj.kind == "ConfigMap":
            return _sorted(_image(one) for one in _readers(unit, obj))
        return _sorted(_image(one) for one in templates(obj))

    def of_application(self, application: "Application") -> Iterator[Config]:
        """The operator's own configuration among the values of its chart."""
        charts = {source.chart_name for source in application.sources}
        if OPERATOR_CHART not in charts:
            return
        for name in dict.fromkeys(value_files(application)):
            documents = self.world.tree.documents_or_none(name)
            for document in documents if self.world.tree.is_file(name) else ():

                def locate(path: Path, key: bool, document: Any = document) -> Place:
                    found: Place = document.place_of(path, key) or document.nearest(path)
                    return found

                found = _defaults(document.data, ())
                yield Config(application.name, found, (), locate)
        for number, source in enumerate(application.sources):
            values = source.helm.get("valuesObject")
            found = _defaults(values, ())
            if found:
                at = self._values_path(application, number)

                def inside(path: Path, key: bool, at: Path = at) -> Place:
                    return application.locate(application.obj, (*at, *path), key)

                yield Config(application.name, found, (), inside)

    def _values_path(self, application: "Application", number: int) -> Path:
        listed = isinstance(application.obj.get("spec", "sources"), list)
        source: Path = ("spec", "sources", number) if listed else ("spec", "source")
        return (*source, "helm", "valuesObject")

    def jobs(self, unit: "Unit") -> list[Job]:
        """The Flink clusters of a unit, with their effective configuration."""
        if id(unit) not in self._jobs:
            self._jobs[id(unit)] = list(self._find_jobs(unit))
        return self._jobs[id(unit)]

    def _find_jobs(self, unit: "Unit") -> Iterator[Job]:
        for obj in unit.objects:
            if flink_spec(obj) is not None and obj.kind != "FlinkEnvironment":
                yield self._operated(unit, obj)
            elif obj.kind in _SCALE:
                job = self._standalone(unit, obj)
                if job is not None:
                    yield job

    def _operated(self, unit: "Unit", obj: Object) -> Job:
        """The operator's defaults, the spec, and for CMF the environment over it."""
        near = self.world.together.of(unit)
        # An environment has other defaults for compute pools.
        environment = near.environment(obj) if obj.kind == "FlinkApplication" else None
        layers = [*self.operator_defaults, self.config(unit, obj)]
        if environment is not None:
            home = next(p.unit for p in near.of_kind("FlinkEnvironment") if p.obj is environment)
            layers.append(_application_part(self.config(home, environment)))
        found = self.versions(unit, obj)
        version = found[0] if len(found) == 1 else None
        doubt = "" if self.operator_defaults else "that the operator's own defaults do not set it"
        wanted = obj.get("spec", "flinkEnvironment")
        if isinstance(wanted, str) and obj.kind == "FlinkApplication" and environment is None:
            doubt = f"that FlinkEnvironment '{wanted}', which is not here, does not set it"
        made = pods(obj, near.environment(obj))
        values = _merged(layers)
        return Job(
            obj, layers[len(self.operator_defaults)], values, version, "", environment, doubt, made
        )

    @cached_property
    def operator_defaults(self) -> list[Config]:
        """What the operator's configuration sets for every cluster, where exactly one is here."""
        found: list[Config] = []
        for application in self.world.applications:
            found += self.of_application(application)
        return found if len({one.label for one in found}) == 1 else []

    def _standalone(self, unit: "Unit", obj: Object) -> Job | None:
        """A plain pod that runs Flink: its mounted files, FLINK_PROPERTIES, then arguments."""
        made = pods(obj)
        role = next((role for pod in made for role in [_role(pod.template)] if role), "")
        if not role:
            return None
        maps = [one for one in unit.objects if one.kind == "ConfigMap" and self.settings(one)]
        layers = [self.config(unit, one) for one in maps if _reads(made[0].template, one.name)]
        own = self.config(unit, obj)
        image = _image(made[0].template)
        layers.append(own)
        return Job(obj, own, _merged(layers), image, role, None, "", made, layers)


def _merged(layers: list[Config]) -> dict[str, tuple[Effective, Config]]:
    found: dict[str, tuple[Effective, Config]] = {}
    done = effective([config.settings for config in layers])
    for config in layers:
        for setting in config.settings:
            if done[setting.key].setting is setting:
                found[setting.key] = (done[setting.key], config)
    return found


def _application_part(config: Config) -> Config:
    """Of an environment what its applications get; statements have their own defaults."""
    kept = [one for one in config.settings if one.path[:2] == ("spec", "flinkApplicationDefaults")]
    return Config(config.label, kept, config.versions, config.locate, config.obj, config.doubt)


def _defaults(values: Any, at: Path) -> list[Setting]:
    """The settings of `defaultConfiguration` in values of the operator's chart."""
    found = mapping(mapping(values).get("defaultConfiguration"))
    texts = [(name, found[name]) for name in FILES if isinstance(found.get(name), str)]
    path = (*at, "defaultConfiguration")
    return [one for name, text in texts for one in of_file(text, (*path, name), name)]


def _sorted(found: Any) -> tuple[Version, ...]:
    """The versions, none if one of them is not known."""
    known = list(found)
    return tuple(sorted(set(known))) if known and None not in known else ()


def _own(obj: Object) -> Version | None:
    """The version of what runs: its image's, else the one that the spec states."""
    found = flink_spec(obj)
    spec = found[1] if found else {}
    return versions.of_image(spec.get("image")) or versions.of_spec(spec.get("flinkVersion"))


def _cluster_of(obj: Object, near: "Neighbours") -> list[Object]:
    kind, field_name = (
        ("FlinkDeployment", "deploymentName")
        if obj.kind == "FlinkSessionJob"
        else ("FlinkComputePool", "computePoolName")
    )
    name = obj.get("spec", field_name)
    return [one.obj for one in near.named(kind, name, "")] if isinstance(name, str) else []


def _image(template: Template) -> Version | None:
    found = (versions.of_image(c.data.get("image")) for c in template.containers())
    return next((version for version in found if version), None)


def _readers(unit: "Unit", obj: Object) -> list[Template]:
    """The Flink pod templates of a unit that mount a ConfigMap."""
    found = [template for one in unit.objects for template in templates(one)]
    return [one for one in found if _image(one) and _reads(one, obj.name)]


def _reads(template: Template, name: str) -> bool:
    return any(name in (one.get("name"), "") for one in _maps(template.spec))


def _maps(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The ConfigMaps that a pod mounts."""
    volumes = spec.get("volumes")
    for volume in volumes if isinstance(volumes, list) else ():
        yield mapping(mapping(volume).get("configMap"))
        sources = mapping(mapping(volume).get("projected")).get("sources")
        for source in sources if isinstance(sources, list) else ():
            yield mapping(mapping(source).get("configMap"))


_ROLES = {
    "jobmanager": "jobmanager",
    "standalone-job": "jobmanager",
    "jobmanager.sh": "jobmanager",
    "taskmanager": "taskmanager",
    "taskmanager.sh": "taskmanager",
}


def _role(template: Template) -> str:
    """Which part of Flink a plain pod is, by the arguments of a container with Flink's image."""
    for container in template.containers():
        if container.group != "containers" or not versions.of_image(container.data.get("image")):
            continue
        for part in ("args", "command"):
            for word in container.data.get(part) or ():
                found = _ROLES.get(str(word).rpartition("/")[2])
                if found:
                    return found
    return ""


def place(world: "World", config: Config, setting: Setting, key: bool = False) -> Place:
    """The line that a person wrote a setting on; in a text, the line in that text."""
    at = config.locate(setting.path, key and not setting.line)
    if not setting.line.strip():
        return at
    lines = world.tree.text(at.file).splitlines()
    wanted = setting.line.strip()
    order = [*range(at.line - 1, len(lines)), *range(at.line - 1)]
    for number in order:
        if lines[number].strip() == wanted:
            column = _column(lines[number], setting, key)
            return Place(at.file, number + 1, column)
    return at


def _column(line: str, setting: Setting, key: bool) -> int:
    indent = len(line) - len(line.lstrip())
    if key:
        return indent + 1
    start = line.find(setting.value, indent + len(setting.key.rpartition(".")[2]))
    return (start if start >= 0 else indent) + 1


def replacing(world: "World", at: Place, old: str, new: str) -> tuple[Edit, ...]:
    """The edit of a text that stands at a place, in quotes or without; none if it does not."""
    text = world.tree.text(at.file)
    start = 0
    for _ in range(at.line - 1):
        start = text.find("\n", start) + 1
    start += at.column - 1
    if text[start : start + 1] in ("'", '"'):
        start += 1
    after = text[start + len(old) : start + len(old) + 1]
    if text[start : start + len(old)] != old or after not in (
        "",
        "\n",
        "\r",
        "'",
        '"',
        ":",
        " ",
        ";",
    ):
        return ()
    return (Edit(at.file, start, start + len(old), new),)
