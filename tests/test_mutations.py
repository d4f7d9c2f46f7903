"""One small mistake in this repository, one finding: its check, file and line.

Each case changes one text in one file of a copy (None removes the file) and names the finding.
The place is the changed line unless the case says another one.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers import ROOT
from overlaykit.validate import validate

BASE = "workloads/flink-resources/base"
ENVIRONMENT = f"{BASE}/flink-environment.yaml"
PATCH = "overlays/flink-demo/flink-resources/flink-environment-patch.yaml"
DEMO = "overlays/demo"
CMF = "apps/cmf-operator/application.yaml"


@dataclass(frozen=True)
class Case:
    name: str
    file: str
    old: str | None
    new: str
    check: str
    at: str = ""  # file of the finding where it is another one
    line: str = ""  # text of the line of the finding where it is another one


CASES = [
    Case(
        "typo in a base",
        ENVIRONMENT,
        "kubernetesNamespace:",
        "kubernetesNamespce:",
        "schema/invalid",
    ),
    Case(
        "typo in a patch",
        PATCH,
        "flinkApplicationDefaults:",
        "flinkApplicationDefault:",
        "schema/invalid",
    ),
    Case(
        "typo deep in a base",
        f"{BASE}/metrics-service.yaml",
        "targetPort",
        "targetPrt",
        "schema/invalid",
    ),
    Case(
        "typo in an Application",
        CMF,
        "targetRevision: 2.4.1",
        "targetRevison: 2.4.1",
        "schema/invalid",
    ),
    Case(
        "typo that breaks the build",
        "apps/projects/flink.yaml",
        "sourceRepos:",
        "sourceRepo:",
        "schema/invalid",
    ),
    Case(
        "typo in the facts",
        f"{DEMO}/facts/cluster.yaml",
        "storageClass",
        "storageclas",
        "schema/invalid",
    ),
    Case(
        "quoted number",
        f"{BASE}/metrics-service.yaml",
        "port: 9249",
        'port: "9249"',
        "schema/invalid",
    ),
    Case(
        "unknown enum value",
        "workloads/flink-resources/components/sample-application/flink-application.yaml",
        "v1_20",
        "v1_2",
        "schema/invalid",
    ),
    Case(
        "resource file gone",
        f"{BASE}/role.yaml",
        None,
        "",
        "kustomize/build",
        f"{BASE}/kustomization.yaml",
        "- role.yaml",
    ),
    Case(
        "patch file gone",
        PATCH,
        None,
        "",
        "kustomize/build",
        "overlays/flink-demo/flink-resources/kustomization.yaml",
        "path: flink-environment-patch.yaml",
    ),
    Case(
        "component misspelt",
        f"{DEMO}/flink-resources/kustomization.yaml",
        "demo-storage",
        "demo-storge",
        "kustomize/build",
    ),
    Case(
        "kustomization field misspelt",
        f"{DEMO}/flink-resources/kustomization.yaml",
        "components:",
        "component:",
        "kustomize/build",
    ),
    Case("patch for another name", PATCH, "name: default", "name: defualt", "kustomize/build"),
    Case("YAML error in a base", ENVIRONMENT, "spec:", "spec", "kustomize/build"),
    Case(
        "YAML error in a kustomization",
        f"{DEMO}/flink-resources/kustomization.yaml",
        "resources:",
        "resources",
        "kustomize/build",
    ),
    Case(
        "YAML error in the facts",
        f"{DEMO}/facts/cluster.yaml",
        "  domain:",
        " domain:",
        "kustomize/build",
    ),
    Case(
        "YAML error in a value file",
        "workloads/cmf-operator/values.yaml",
        ":",
        ": [",
        "yaml/syntax",
    ),
    Case(
        "resource not listed",
        f"{BASE}/kustomization.yaml",
        "- role.yaml\n",
        "",
        "kustomize/missing-entry",
        line="resources:",
    ),
    Case(
        "patch not listed",
        "overlays/flink-demo/flink-resources/kustomization.yaml",
        "patches:\n- path: flink-environment-patch.yaml\n",
        "",
        "kustomize/missing-entry",
        line="resources:",
    ),
    Case(
        "Application not listed",
        "apps/cmf-operator/kustomization.yaml",
        "resources:\n- application.yaml",
        "resources: []",
        "kustomize/missing-entry",
    ),
    Case(
        "duplicate key",
        ENVIRONMENT,
        "spec:\n",
        "spec:\n  kubernetesNamespace: flink\n",
        "yaml/duplicate-key",
        line="  kubernetesNamespace: flink",
    ),
    Case(
        "duplicate key in a value file",
        "workloads/cfk-operator/values.yaml",
        "\n",
        "\na: 1\na: 2\n",
        "yaml/duplicate-key",
        line="a: 2",
    ),
    Case(
        "value file of a cluster gone",
        f"{DEMO}/cmf-operator/values.yaml",
        None,
        "",
        "argocd/values-ref",
        CMF,
        "$values/overlays/",
    ),
    Case(
        "value file of a workload gone",
        "workloads/cmf-operator/values.yaml",
        None,
        "",
        "argocd/values-ref",
        CMF,
        "$values/workloads/",
    ),
    Case(
        "value file misspelt",
        CMF,
        "workloads/cmf-operator/values.yaml",
        "workloads/cmf-operator/value.yaml",
        "argocd/values-ref",
    ),
    Case(
        "path misspelt",
        "apps/flink-resources/application.yaml",
        "path: overlays/CLUSTER/flink-resources",
        "path: overlays/CLUSTER/flink-resource",
        "argocd/path",
    ),
    Case(
        "SQL kinds that are switched off",
        "overlays/flink-demo/cfk-operator/values.yaml",
        "enableFlinkSQL: true",
        "enableFlinkSQL: false",
        "confluent/sql-flags",
        "workloads/flink-sql/base/flink-compute-pool.yaml",
        "kind: FlinkComputePool",
    ),
    Case(
        "a secret for a CMF that does not encrypt",
        "workloads/cmf-operator/components/encryption/values.yaml",
        "  enabled: true",
        "  enabled: false",
        "confluent/sql-flags",
        "workloads/flink-sql/components/credentials/flink-secret.yaml",
        "kind: FlinkSecret",
    ),
    Case("CMF after its users", CMF, '"118"', '"130"', "argocd/wave-order"),
    Case(
        "resources before CMF",
        "apps/flink-resources/application.yaml",
        '"120"',
        '"110"',
        "argocd/wave-order",
    ),
    Case(
        "namespaces late", "apps/namespaces/application.yaml", '"100"', '"119"', "argocd/wave-order"
    ),
    Case(
        "cert-manager after the webhook",
        "apps/cert-manager/application.yaml",
        '"101"',
        '"117"',
        "argocd/wave-order",
    ),
    Case(
        "CFK after its kinds",
        "apps/cfk-operator/application.yaml",
        '"105"',
        '"125"',
        "argocd/wave-order",
    ),
    Case("wave that is a word", CMF, '"118"', '"late"', "argocd/wave-order"),
    Case(
        "environment after its application",
        ENVIRONMENT,
        'sync-wave: "20"',
        'sync-wave: "90"',
        "argocd/wave-order",
        "workloads/flink-resources/components/sample-application/flink-application.yaml",
        "sync-wave",
    ),
    Case(
        "wrong group in a base",
        ENVIRONMENT,
        "platform.confluent.io",
        "flink.confluent.io",
        "confluent/group",
    ),
    Case(
        "wrong group in a patch",
        PATCH,
        "platform.confluent.io",
        "flink.confluent.io",
        "confluent/group",
    ),
    Case(
        "wrong version of a kind",
        CMF,
        "argoproj.io/v1alpha1",
        "argoproj.io/v1",
        "kubernetes/unknown-kind",
    ),
    Case(
        "misspelt kind",
        "workloads/namespaces/base/flink.yaml",
        "kind: Namespace",
        "kind: Namespce",
        "kubernetes/unknown-kind",
    ),
    Case(
        "facts not stamped",
        f"{DEMO}/flink-resources/kustomization.yaml",
        "- ../../../workloads/flink-resources/components/cluster-facts\n",
        "",
        "kustomize/placeholder",
        ENVIRONMENT,
        "STATE/checkpoints",
    ),
    Case(
        "label of the facts gone",
        CMF,
        "overlaykit.io/facts:",
        "overlaykit.io/fact:",
        "kustomize/placeholder",
        CMF,
        "repoURL: CLUSTER",
    ),
    Case(
        "root follows another branch",
        f"{DEMO}/root.yaml",
        "targetRevision: main",
        "targetRevision: dev",
        "argocd/root-facts",
    ),
    Case(
        "root lost",
        f"{DEMO}/root.yaml",
        None,
        "",
        "argocd/root-facts",
        f"{DEMO}/facts/cluster.yaml",
        "apiVersion",
    ),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def mutate(root: Path, case: Case) -> tuple[str, int]:
    """Make the mistake; the place where the finding has to stand."""
    path = root / case.file
    line = 1
    if case.old is None:
        path.unlink()
    else:
        text = path.read_text()
        assert case.old in text
        line = text.count("\n", 0, text.index(case.old)) + 1
        path.write_text(text.replace(case.old, case.new, 1))
    at = case.at or case.file
    if case.line:
        lines = (root / at).read_text().splitlines()
        numbers = [number for number, one in enumerate(lines, 1) if case.line in one]
        line = numbers[-1 if case.check == "yaml/duplicate-key" else 0]
    return at, line


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_found_where_it_was_made(case: Case, copy: Path) -> None:
    place = mutate(copy, case)
    found = validate(copy, [], lambda done, total: None).findings
    errors = {(f.check, f.file, f.line) for f in found if f.level == "error"}
    assert (case.check, *place) in errors, sorted(errors)


def test_without_a_mistake_there_is_no_finding(copy: Path) -> None:
    assert validate(copy, [], lambda done, total: None).findings == []
