"""Plain manifests, which nothing builds."""

from overlaykit.config import Config
from overlaykit.render.objects import Object
from overlaykit.repo.clusters import place_name
from overlaykit.repo.tree import Tree
from overlaykit.repo.world import Unit
from overlaykit.source import Document, Path, Place


def unit_of_files(
    tree: Tree, folder: str, names: list[str], config: Config, groups: tuple[str, ...] = ()
) -> Unit:
    """A unit of plain manifest files (of `groups` only, if given), each object in its document."""
    sources: dict[int, Document] = {}
    kept: list[Object] = []
    for name in names:
        for document in tree.documents_or_none(name):
            if not isinstance(document.data, dict) or not document.data.get("kind"):
                continue
            obj = Object(document.data)
            if not groups or obj.group in groups:
                sources[id(obj)] = document
                kept.append(obj)

    def locate(obj: Object, path: Path, key: bool) -> Place:
        document = sources[id(obj)]
        return document.place_of(path, key) or document.nearest(path)

    cluster, workload = place_name(folder, config.clusters)
    return Unit(folder, cluster, workload, locate, kept, files=names)
