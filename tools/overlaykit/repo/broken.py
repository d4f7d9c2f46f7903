"""What is wrong in a chain of kustomizations before any object is looked at."""

import difflib
import re
from collections.abc import Iterator

from overlaykit import disk
from overlaykit.repo.graph import Broken, Graph
from overlaykit.repo.kustomization import NAMES, Entry, Kustomization
from overlaykit.repo.tree import join
from overlaykit.source import Place, SyntaxProblem, mappings

# The fields of a kustomization file (source: kustomize api/types, Kustomization).
FIELDS = frozenset(
    {
        *("apiVersion", "kind", "metadata", "openapi", "namePrefix", "nameSuffix", "namespace"),
        *("commonLabels", "labels", "commonAnnotations", "patchesStrategicMerge"),
        *("patchesJson6902", "patches", "images", "imageTags", "replacements", "replicas", "vars"),
        *("sortOptions", "resources", "components", "crds", "bases", "configMapGenerator"),
        *("secretGenerator", "helmGlobals", "helmCharts", "helmChartInflationGenerator"),
        *("generatorOptions", "configurations", "generators", "transformers", "validators"),
        *("inventory", "buildMetadata"),
    }
)


def broken(graph: Graph, folder: str) -> Iterator[Broken]:
    """What is wrong in the chain of `folder` before any object is looked at."""
    if folder in graph.broken_folders:
        yield _unreadable(graph, graph.broken_folders[folder])
        return
    for kustomization in graph.closure(folder):
        yield from own(graph, kustomization)


def own(graph: Graph, kustomization: Kustomization) -> list[Broken]:
    """What is wrong in one kustomization's own file and entries; kept, since many share it."""
    if kustomization.folder not in graph.found_broken:
        found = [*_fields(kustomization), *_types(kustomization)]
        for entry in kustomization.entries:
            found.extend(_entry(graph, kustomization, entry))
        graph.found_broken[kustomization.folder] = found
    return graph.found_broken[kustomization.folder]


def hazard(graph: Graph, folder: str) -> Broken | None:
    """What makes building `folder` costly beyond reason; then Kustomize is not started."""
    return next((found for found in broken(graph, folder) if found.hazard), None)


def _fields(kustomization: Kustomization) -> Iterator[Broken]:
    document = kustomization.document
    top = next(mappings(document.node), None)
    for key, _ in top.value if top is not None and top is document.node else ():
        name = str(key.value)
        if name not in FIELDS:
            close = difflib.get_close_matches(name, sorted(FIELDS), 1)
            hint = f"write {close[0]}" if close else "remove it"
            message = f"'{name}' is no field of a kustomization"
            if close:
                message += f"; did you mean '{close[0]}'?"
            yield Broken(document.place(key), message, hint, f'"{name}"')


def _types(kustomization: Kustomization) -> Iterator[Broken]:
    for path, node in kustomization.mistyped:
        field = ".".join(step for step in path if isinstance(step, str))
        yield Broken(
            kustomization.document.place(node),
            f"{field} is {node.value}, which YAML does not read as text; Kustomize wants text",
            f'write "{node.value}" in quotes',
            "into Go struct field",
        )


def _entry(graph: Graph, kustomization: Kustomization, entry: Entry) -> Iterator[Broken]:
    path = graph.target(kustomization, entry)
    if path is None:
        return
    if path.startswith("../") or path == ".." or not graph.tree.is_inside(path):
        yield Broken(
            entry.place,
            f"{entry.field}: '{entry.text}' leads out of the repository; Argo CD refuses that",
            "name a path inside the repository, and replace a link by what it points to",
            entry.text,
            hazard=True,
        )
    elif graph.tree.is_dir(path):
        yield from _folder(graph, kustomization, entry, path)
    elif graph.tree.is_file(path) and not _below(path, kustomization.folder):
        yield Broken(
            entry.place,
            f"{entry.field}: '{entry.text}' is not in or below this folder; Kustomize refuses it",
            "list the folder (with its own kustomization.yaml) or move the file below this one",
            entry.text,
            _unrestricted(graph),
        )
    elif graph.tree.is_special(path):
        what = f"{entry.field}: '{entry.text}' is neither a file nor a folder"
        yield Broken(entry.place, what, "put a file there", entry.text, hazard=True)
    elif not graph.tree.is_file(path):
        yield Broken(
            entry.place,
            f"{entry.field}: '{entry.text}' does not exist{_near(graph, path)}",
            f"add {path} or remove this entry",
            entry.text,
            _maker(graph, path),
        )
    elif entry.field in ("components", "bases"):
        yield Broken(
            entry.place,
            f"{entry.field}: '{entry.text}' is a file; a folder with a kustomization is wanted",
            "name the folder",
            entry.text,
        )
    elif path.endswith((".yaml", ".yml")) and "Generator" not in entry.field:
        yield from _yaml(graph, path)


def _unrestricted(graph: Graph) -> str:
    """What lifts Kustomize's load restriction here: a script, or Argo CD's build options."""
    for name in graph.tree.files:
        if not name.endswith((".md", ".go", ".json")) and _says(
            graph, name, "LoadRestrictionsNone"
        ):
            return f"the default load restrictor; {name} lifts it"
    return ""


def _says(graph: Graph, name: str, text: str) -> bool:
    try:
        return text in graph.tree.text(name)
    except disk.Unreadable:
        return False


def _maker(graph: Graph, path: str) -> str:
    """What would have to write a missing file: a program near it, or git that ignores it."""
    folder, _, name = path.rpartition("/")
    near = (folder, folder.rpartition("/")[0])
    beside = [n for n in graph.tree.files if n.rpartition("/")[0] in near]
    for other in (*beside, ".gitignore"):
        if other.endswith((".yaml", ".yml", ".md", ".json")) or not graph.tree.is_file(other):
            continue
        if not _says(graph, other, name):
            continue
        if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", graph.tree.text(other)):
            return f"that nothing writes it before the build; {other} names it"
    return ""


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _near(graph: Graph, path: str) -> str:
    names = [
        name for name in graph.tree.files if name.rpartition("/")[0] == path.rpartition("/")[0]
    ]
    names = [name for name in names if name.rpartition("/")[2] not in NAMES]
    close = difflib.get_close_matches(path, names, 1, 0.85)
    return f"; did you mean '{close[0].rpartition('/')[2]}'?" if close else ""


def _folder(
    graph: Graph, kustomization: Kustomization, entry: Entry, path: str
) -> Iterator[Broken]:
    if path in graph.broken_folders:
        yield _unreadable(graph, graph.broken_folders[path])
        return
    found = graph.kustomizations.get(path)
    if found is not None and kustomization in graph.closure(path):
        what = f"'{entry.text}' builds from this folder again: a cycle"
        yield Broken(entry.place, f"{entry.field}: {what}", "remove the entry", entry.text)
    elif found is None:
        what = f"'{entry.text}' has no kustomization.yaml"
        yield Broken(
            entry.place,
            f"{entry.field}: {what}",
            f"add {join(path, NAMES[0])} or list its files",
            entry.text,
        )
    elif entry.field == "components" and not found.is_component:
        what = f"'{entry.text}' is a Kustomization, not a Component"
        yield Broken(entry.place, f"components: {what}", "list it under resources", "Component")
    elif entry.field in ("resources", "bases") and found.is_component:
        what = f"'{entry.text}' is a Component"
        yield Broken(entry.place, f"{entry.field}: {what}", "list it under components", "Component")


def _unreadable(graph: Graph, name: str) -> Broken:
    problem = graph.broken_files[name]
    if isinstance(problem, SyntaxProblem):
        return _syntax(name, problem)
    return _unread(name, problem)


def _yaml(graph: Graph, name: str) -> Iterator[Broken]:
    try:
        graph.tree.documents(name)
    except SyntaxProblem as problem:
        yield _syntax(name, problem)
    except disk.Unreadable as problem:
        yield _unread(name, problem)


def _unread(name: str, problem: disk.Unreadable) -> Broken:
    what = f"{name} {problem.why}"
    return Broken(Place(name), what, "make it a readable YAML file", name, hazard=True)


def _syntax(name: str, problem: SyntaxProblem) -> Broken:
    place = Place(name, problem.line, problem.column)
    wanted = name.rpartition("/")[2]
    hazard = "alias" in problem.what or "levels deep" in problem.what
    return Broken(place, f"YAML error: {problem.what}", "mend the YAML", wanted, hazard=hazard)
