"""Which kinds Argo CD knows the health of by itself: the list says what its own program says."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers import ROOT
from overlaykit.argocd import health

ARGOCD = ROOT / ".cache" / "bin" / "argocd"
# Without a rule in any version, among those that Flink and Confluent repositories use.
NONE = (
    *("argoproj.io/Application", "argoproj.io/AppProject", "flink.apache.org/FlinkSessionJob"),
    *("platform.confluent.io/FlinkEnvironment", "platform.confluent.io/KRaftController"),
    *("monitoring.coreos.com/ServiceMonitor", "traefik.io/IngressRoute"),
)


def kinds() -> list[str]:
    """Every kind of the list, its patterns filled in, and some of Kubernetes and of nobody."""
    groups = [item for since in health._data()["since"].values() for item in since.items()]
    listed = [f"{group}/{kind}" for group, names in groups for kind in names]
    code = [f"{group}/{kind}" for group, kind in sorted(health._CODE) if group != "extensions"]
    return sorted({*(name.replace("*", "any") for name in listed), *code, *NONE})


def asked(name: str, folder: Path) -> bool:
    """Whether the program has a rule for a kind."""
    group, _, kind = name.partition("/")
    obj = {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": {"name": "a"}}
    file = folder / f"{name.replace('/', '_')}.json"
    file.write_text(json.dumps(obj))
    argv = [str(ARGOCD), "admin", "settings", "resource-overrides", "health", str(file)]
    argv += ["--argocd-cm-path", str(folder / "argocd-cm.yaml")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stdout or done.stderr, name
    return "Health script is not configured" not in done.stdout


def test_the_list_is_what_argo_cd_says(tmp_path: Path) -> None:
    labels = {"app.kubernetes.io/part-of": "argocd"}
    about = {"name": "argocd-cm", "namespace": "argocd", "labels": labels}
    configuration = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": {}}
    (tmp_path / "argocd-cm.yaml").write_text(json.dumps(configuration))
    rules = health.Health(health.newest())
    wanted = {n: rules.rule(*n.rpartition("/")[::2]).is_there for n in kinds()}
    with ThreadPoolExecutor(2) as pool:
        said = dict(zip(wanted, pool.map(lambda n: asked(n, tmp_path), wanted), strict=True))
    assert {n: said[n] for n in wanted if said[n] != wanted[n]} == {}
    assert [n for n in NONE if wanted[n]] == []
