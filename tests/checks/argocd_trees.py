"""Small trees of Applications with waves, for the checks of waves and health."""

from collections.abc import Callable
from pathlib import Path

from overlaykit.validate import validate

Files = dict[str, str]
Plant = Callable[[Files], Path]
URL = "https://git.example.com/a/b.git"
HEALTH = "resource.customizations.health."


def application(
    name: str, path: str = "", chart: str = "", wave: str = "", policy: str = ""
) -> str:
    """An Application of this repository (`path`) or of a chart; `policy` is its syncPolicy."""
    source = f"chart: {chart}, repoURL: https://c.example.com, targetRevision: 1.2.3"
    if path:
        source = f"path: {path}, repoURL: {URL}"
    lines = [
        *("apiVersion: argoproj.io/v1alpha1", "kind: Application", "metadata:"),
        *(f"  name: {name}", "  namespace: argocd"),
        *(["  annotations:", f'    argocd.argoproj.io/sync-wave: "{wave}"'] if wave else []),
        *("spec:", "  project: default", f"  source: {{{source}}}"),
        "  destination: {server: 'https://kubernetes.default.svc', namespace: default}",
        *([f"  syncPolicy: {policy}"] if policy else []),
    ]
    return "\n".join(lines) + "\n"


def manifest(version: str, kind: str, name: str, wave: str = "", spec: str = "{}") -> str:
    note = f'\n  annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}' if wave else ""
    about = f"metadata:\n  name: {name}\n  namespace: default{note}"
    return f"apiVersion: {version}\nkind: {kind}\n{about}\nspec: {spec}\n"


def folder(name: str, **files: str) -> Files:
    """A kustomization that lists its files."""
    listed = "".join(f"- {file}.yaml\n" for file in files)
    return {
        f"{name}/kustomization.yaml": f"resources:\n{listed}",
        **{f"{name}/{file}.yaml": text for file, text in files.items()},
    }


def argocd_cm(name: str, *kinds: str) -> Files:
    """argocd-cm with a health check for each kind."""
    data = "".join(f"  {HEALTH}{kind}: return {{}}\n" for kind in ("url", *kinds))
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: argocd-cm, namespace: argocd}}\ndata:\n{data}"
    return folder(name, cm=text)


def found(root: Path, check: str) -> list[tuple[str, str, int, str]]:
    """(level, file, line, message) of every finding of a check."""
    result = validate(root, [], lambda done, total: None)
    return [(f.level, f.file, f.line, f.message) for f in result.findings if f.check == check]
