"""`add` and `remove`: workloads and components of a cluster, with everything they require."""

from collections.abc import Iterable, Mapping

from overlaykit import edit
from overlaykit.errors import UsageError
from overlaykit.render.objects import Object
from overlaykit.repo.tree import Tree, join
from overlaykit.repo.workloads import Component, Workload
from overlaykit.scaffold import overlay
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.site import Part, Site, names, site, tails, workload_of

_LAST = "cluster-facts"


def _component(workload: Workload, name: str) -> Component:
    found = workload.component(name)
    if found is None:
        there = ", ".join(c.name for c in workload.components) or "none"
        raise UsageError(f"{workload.name} has no component '{name}'; it has: {there}")
    return found


def add(draft: Draft, parts: Iterable[Part]) -> None:
    """Enable every part in the draft, with what it requires. Raises UsageError where it cannot."""
    for cluster, wanted in _by_cluster(parts).items():
        _add(site(draft, cluster), wanted)


def _by_cluster(parts: Iterable[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.cluster, []).append(part)
    return found


def _add(there: Site, parts: list[Part]) -> None:
    asked: dict[str, list[str]] = {}
    for part in parts:
        workload = workload_of(there.known, part.workload)
        asked.setdefault(part.workload, [])
        if part.component:
            asked[part.workload].append(_component(workload, part.component).name)
    asked = _with_required(there, asked)
    for name in _required(there, asked):
        asked.setdefault(name, [])
    names = overlay.closure(asked, there.known, there.provided)
    running = there.running()
    for name in names:
        about = there.known[name]
        chosen = overlay.components_of(about, asked.get(name, []), there.provided, there.facts)
        wanted = asked.get(name, []) if name in running else chosen
        on = {*running.get(name, ()), *wanted}
        for component in wanted:
            place = f"{there.cluster.name}/{name}"
            overlay.refuse_excluded(about, component, on - {component}, place)
        _add_workload(there, about, chosen)
        for component in wanted:
            switch(there, about, component, True)


def _with_required(there: Site, asked: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The asked components with those that they require, and theirs."""
    found = {name: list(components) for name, components in asked.items()}
    todo = [(name, component) for name, components in asked.items() for component in components]
    while todo:
        name, component = todo.pop(0)
        for required in _component(there.known[name], component).requires:
            other, slash, part = required.partition("/")
            if slash and part not in found.setdefault(other, []):
                found[other].append(_component(workload_of(there.known, other), part).name)
                todo.append((other, part))
    return found


def _required(there: Site, asked: Mapping[str, list[str]]) -> list[str]:
    """The workloads that the asked components need; what nobody offers is refused."""
    found = []
    for name, components in asked.items():
        for component in components:
            for text in _component(there.known[name], component).requires:
                required = text.partition("/")[0]
                if required in there.known:
                    found.append(required)
                elif required not in there.provided:
                    provided = ",".join([*sorted(there.provided), required])
                    raise UsageError(
                        f"{name}/{component} requires {required}, which is no workload here and "
                        f"which {there.cluster.name} does not provide\n"
                        f"  fix: overlay set {there.cluster.name} provided={provided} if it does"
                    )
    return found


def _add_workload(there: Site, about: Workload, components: list[str]) -> None:
    """Its Application in the cluster's list, and its folder; what is there is kept."""
    draft, folder = there.draft, f"{there.folder}/{about.name}"
    if about.wave is not None:
        _list_app(there, about.name)
    texts = {"kustomization.yaml": overlay.workload_kustomization(about, components)}
    if about.chart:
        texts["values.yaml"] = overlay.values_text(there.cluster.name, about)
    for name, text in texts.items():
        if not draft.has(f"{folder}/{name}"):
            draft.put(f"{folder}/{name}", text)


def _list_app(there: Site, name: str) -> None:
    """Put ../../apps/<name> among the resources, where the waves have it."""
    kustomization = there.draft.kustomization(there.folder)
    if kustomization is None:
        raise UsageError(f"{there.folder}/kustomization.yaml is missing: run overlay new")
    listed = names(there.draft, there.folder, "resources")
    if name not in listed:
        index = _place(listed, list(there.known), name)
        text = kustomization.document.text
        text = edit.insert(text, ("resources",), index, f"../../apps/{name}")
        there.draft.put(kustomization.file, text)


def _place(listed: list[str], order: list[str], name: str) -> int:
    """Before the first entry that comes later in `order`."""
    later = order[order.index(name) + 1 :]
    return next((n for n, entry in enumerate(listed) if entry in later), len(listed))


def switch(there: Site, about: Workload, component: str, on: bool) -> None:
    """List a component of a running workload in the workload's order, or take it out."""
    part = _component(about, component)
    tail = f"{about.name}/components/{component}"
    if part.has_objects:
        order = [f"{about.name}/components/{n}" for n in (*_component_names(about), _LAST)]
        _switch(there, f"{there.folder}/{about.name}", "../../../workloads", order, tail, on)
    _switch_values(there, about, component, on)


def _switch_values(there: Site, about: Workload, component: str, on: bool) -> None:
    """A component's values for the chart, in the cluster's own list; nothing where it has none."""
    if _component(about, component).has_values:
        known = there.known.values()
        order = [f"{w.name}/components/{n}" for w in known for n in _component_names(w)]
        tail = f"{about.name}/components/{component}"
        _switch(there, there.folder, "../../apps", [*order, _LAST], tail, on)


def _component_names(about: Workload) -> list[str]:
    return [component.name for component in about.components]


def _switch(there: Site, folder: str, above: str, order: list[str], tail: str, on: bool) -> None:
    """List `above`/`tail` among the components of a kustomization, or take it out."""
    kustomization = there.draft.kustomization(folder)
    if kustomization is None:
        raise UsageError(f"{folder}/kustomization.yaml is missing: run overlay new")
    listed = tails(there.draft, folder, above.rpartition("/")[2])
    if (tail in listed) == on:
        return
    text = kustomization.document.text
    if on:
        text = edit.insert(text, ("components",), _place(listed, order, tail), f"{above}/{tail}")
    else:
        text = edit.remove(text, ("components", listed.index(tail)))
    there.draft.put(kustomization.file, text)


def remove(draft: Draft, parts: Iterable[Part]) -> list[str]:
    """Disable every part in the draft; what a person has to do by hand, line by line.

    Raises UsageError while something that stays needs a part.
    """
    steps: list[str] = []
    for cluster, wanted in _by_cluster(parts).items():
        steps += _remove(site(draft, cluster), wanted)
    return steps


def _remove(there: Site, parts: list[Part]) -> list[str]:
    for part in parts:
        workload = workload_of(there.known, part.workload)
        if part.component:
            _component(workload, part.component)
    running = there.running()
    parts = [p for p in parts if p.workload in running]
    parts = [p for p in parts if not p.component or p.component in running[p.workload]]
    left = _left(running, parts)
    gone = {f"{p.workload}/{p.component}" for p in parts if p.component}
    refuse_unmet(there, left, (set(running) - set(left) - there.provided) | gone)
    steps = []
    order = list(there.known)
    for part in sorted(parts, key=lambda one: order.index(one.workload), reverse=True):
        about = there.known[part.workload]
        if not part.component:
            steps += _remove_workload(there, about, running[about.name])
        elif part.workload in left:
            _refuse_patched(there, part)
            switch(there, about, part.component, False)
            steps += _kept(there, f"workloads/{about.name}/components/{part.component}")
    return steps


def _left(running: Mapping[str, list[str]], parts: list[Part]) -> dict[str, list[str]]:
    """What still runs without the parts."""
    gone = {part.workload for part in parts if not part.component}
    off = {(part.workload, part.component) for part in parts}
    return {
        name: [c for c in components if (name, c) not in off]
        for name, components in running.items()
        if name not in gone
    }


def refuse_unmet(there: Site, running: Mapping[str, list[str]], lost: set[str]) -> None:
    """Refuse where what will run requires something that was there and is `lost`."""
    for name, components in running.items():
        about = there.known[name]
        needs = [(name, about.requires)]
        needs += [
            (f"{name}/{c.name}", c.requires) for c in about.components if c.name in components
        ]
        for user, required in needs:
            missing = [one for one in required if one in lost]
            if missing:
                place = f"{there.cluster.name}/{user}"
                raise UsageError(
                    f"{place} requires {missing[0]}\n  fix: overlay remove {place} goes first"
                )


def _remove_workload(there: Site, about: Workload, components: list[str]) -> list[str]:
    """Take a workload out of the cluster's list and delete its folder."""
    draft, folder = there.draft, f"{there.folder}/{about.name}"
    if about.wave is None:
        raise UsageError(f"{about.name} belongs to every cluster: bootstrap needs it")
    parts = ["base", *(f"components/{name}" for name in components)]
    steps = _by_hand(there, about)
    steps += [line for part in parts for line in _kept(there, f"workloads/{about.name}/{part}")]
    for name in components:
        _switch_values(there, about, name, False)
    listed = names(draft, there.folder, "resources")
    kustomization = draft.kustomization(there.folder)
    if kustomization is not None and about.name in listed:
        text = edit.remove(kustomization.document.text, ("resources", listed.index(about.name)))
        draft.put(kustomization.file, text)
    for name in draft.tree.files:
        if name.startswith(f"{folder}/"):
            draft.put(name, None)
    return steps


def _refuse_patched(there: Site, part: Part) -> None:
    """Refuse to remove a component whose objects a patch of the overlay names."""
    folder = f"{there.folder}/{part.workload}"
    component = f"workloads/{part.workload}/components/{part.component}"
    brings = {(obj.kind, obj.name) for obj in _objects(there.draft.tree, component)}
    kustomization = there.draft.kustomization(folder)
    for patch in kustomization.patches if kustomization else ():
        name = join(folder, patch.path) if patch.path is not None else ""
        for document in there.draft.documents(name) if name else patch.inline:
            obj = Object(document.data if isinstance(document.data, dict) else patch.target or {})
            kind, called = obj.kind, obj.name or str((patch.target or {}).get("name", ""))
            if (kind, called) in brings:
                place = document.place()
                raise UsageError(
                    f"{place.file}:{place.line} patches {kind} {called}, which {part.text} "
                    f"brings\n  fix: take that patch out first"
                )


def _objects(tree: Tree, folder: str) -> list[Object]:
    """The objects that a folder's own kustomization lists as files."""
    names = [n for n in tree.files if n.startswith(f"{folder}/") and n.endswith(".yaml")]
    found = [d.data for name in names for d in tree.documents_or_none(name)]
    return [Object(data) for data in found if isinstance(data, dict) and "kind" in data]


def _is_kept(obj: Object) -> bool:
    return "Prune=false" in obj.annotations.get("argocd.argoproj.io/sync-options", "")


def _kept(there: Site, folder: str) -> list[str]:
    """The steps for objects that Argo CD leaves although they are no longer listed."""
    steps = []
    for obj in _objects(there.draft.tree, folder):
        if _is_kept(obj):
            namespace = f"-n {obj.namespace} " if obj.namespace else ""
            kind = obj.kind.lower()
            steps.append(
                f"{obj.kind} {obj.name} stays, with all that is in it: "
                f"kubectl {namespace}delete {kind} {obj.name}"
            )
    return steps


def _by_hand(there: Site, about: Workload) -> list[str]:
    """What removing a workload leaves to a person, in order."""
    name, argocd = about.name, there.facts.get("argocd.namespace", "argocd")
    if not any(_is_kept(obj) for obj in _objects(there.draft.tree, f"apps/{name}")):
        return [f"Application {name} and its objects go with the next sync of flink-root"]
    steps = [
        f"kubectl -n {argocd} delete application {name}",
        "flink-root stays OutOfSync until then: it never deletes this Application by itself",
    ]
    if about.chart:
        steps.append(
            f"what the chart {about.chart} made stays: delete its Deployments and Services by hand"
        )
    for group in about.crds:
        steps.append(
            f"its CRDs stay; deleting them deletes every object of {group} on the cluster: "
            f"kubectl get crd -o name | grep '[.]{group}$'"
        )
    return steps
