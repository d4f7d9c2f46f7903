"""Charts of the repository, rendered by the real Helm where it is at hand.

Source: Argo CD, "Helm" in the user guide: `helm template` with the CRDs, the Application's name
and namespace; value files, then values, then parameters, the later outranks the earlier.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from overlaykit import disk, process
from overlaykit.render.engine import Render
from overlaykit.render.engines import CHECKOUT
from overlaykit.render.plain import OFFLINE

TIMEOUT = 60
_OWN = CHECKOUT / ".cache" / "bin" / "helm"
# A user's own plugins, repositories and cache shall not decide.
_ALONE = ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS")


class Installation(Struct, frozen=True):
    """How a chart is installed; paths are relative to the root of the repository.

    `values`: YAML that outranks the files; `flags`: parameters as flags of Helm.
    """

    chart: str
    release: str
    namespace: str
    value_files: tuple[str, ...] = ()
    values: str = ""
    flags: tuple[str, ...] = ()


@cache
def found() -> Path | None:
    """The Helm to use: this checkout's, else the machine's; None where there is none."""
    if disk.is_file(_OWN):
        return _OWN
    return disk.program("helm")


def template(helm: Path, charts: Path, root: Path, wanted: Installation, kubernetes: str) -> Render:
    """What Helm makes of an installation of a chart below `charts`, its value files below `root`.

    `kubernetes`: the minor of the cluster, such as 1.34; empty where it is not known.
    """
    argv = [str(helm), "template", wanted.release, str(charts / wanted.chart), "--include-crds"]
    argv += ["--namespace", wanted.namespace] if wanted.namespace else []
    argv += ["--kube-version", kubernetes] if kubernetes else []
    argv += [flag for name in wanted.value_files for flag in ("--values", str(root / name))]
    argv += ["--values", "-"] if wanted.values else []
    with disk.scratch_folder() as alone:
        env = OFFLINE | {name: str(alone / name) for name in _ALONE}
        try:
            result = process.run(
                [*argv, *wanted.flags], stdin=wanted.values or None, timeout=TIMEOUT, env=env
            )
        except process.TimedOut as error:
            return Render(wanted.chart, error=str(error), lost=True)
    if result.code == 0:
        return Render(wanted.chart, text=result.out)
    why = _error(result.err).replace(f"{charts}/", "").replace(f"{root}/", "")
    return Render(wanted.chart, error=f"Helm does not render it: {why}")


def _error(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line and not line.startswith("WARNING")]
    text = " ".join(lines).removeprefix("Error: ")
    return text.partition(" Use --debug flag")[0].strip() or "Helm ended without a message"


def documents(text: str) -> Sequence[tuple[str, str]]:
    """Each document of Helm's output with the template it came from (`chart/templates/x.yaml`)."""
    found, source = [], ""
    for part in f"\n{text}".split("\n---\n"):
        for line in part.splitlines():
            if line.startswith("# Source: "):
                source = line.removeprefix("# Source: ").strip()
                break
        if part.strip():
            found.append((source, part))
    return found
