"""Where the operator's checks hold back, and what they take for granted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overlaykit.findings import Finding
from overlaykit.validate import validate

Plant = Callable[[dict[str, str]], Path]

KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- job.yaml
"""
DEPLOYMENT = """\
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata:
  name: orders
  namespace: flink
spec:
  image: flink:1.20
  flinkVersion: v1_20
  serviceAccount: flink
  flinkConfiguration:
    taskmanager.numberOfTaskSlots: "2"
  jobManager:
    resource:
      cpu: 1
      memory: 2048m
  taskManager:
    resource:
      cpu: 1
      memory: 2048m
  job:
    jarURI: local:///opt/flink/usrlib/orders.jar
    parallelism: 2
    upgradeMode: stateless
"""
SESSION_JOB = """\
apiVersion: flink.apache.org/v1beta1
kind: FlinkSessionJob
metadata:
  name: totals
  namespace: flink
spec:
  deploymentName: shared
  job:
    jarURI: https://repository.example.com/totals.jar
    parallelism: 1
"""
OPERATOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: flink-operator
  namespace: argocd
spec:
  project: platform
  source:
    repoURL: https://downloads.apache.org/flink/flink-kubernetes-operator-1.15.0/
    chart: flink-kubernetes-operator
    targetRevision: 1.15.0
    helm:
      valuesObject:
        defaultConfiguration:
          flink-conf.yaml: |
            state.checkpoints.dir: s3://state/checkpoints
            state.savepoints.dir: s3://state/savepoints
  destination:
    server: https://kubernetes.default.svc
    namespace: flink-operator
"""
JOBS = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: jobs
  namespace: argocd
spec:
  project: jobs
  source:
    repoURL: https://git.example.com/team/gitops.git
    targetRevision: main
    path: flink
  destination:
    server: https://kubernetes.default.svc
    namespace: flink
"""


def found(plant: Plant, check: str, job: str = DEPLOYMENT, **others: str) -> list[Finding]:
    files = {"flink/kustomization.yaml": KUSTOMIZATION, "flink/job.yaml": job, **others}
    result = validate(plant(files), [], lambda done, total: None)
    return [one for one in result.findings if one.check == f"operator/{check}"]


def deployed(**helm: str) -> dict[str, str]:
    operator = OPERATOR
    for old, new in helm.items():
        operator = operator.replace(old, new)
    return {"clusters/dev/operator.yaml": operator, "clusters/dev/jobs.yaml": JOBS}


def declared(text: str) -> dict[str, str]:
    return {".overlay.yaml": f"operator:\n{text}"}


STATEFUL = DEPLOYMENT.replace("stateless", "savepoint")


def test_a_directory_that_nobody_sees_is_a_warning(plant: Plant) -> None:
    levels = {
        (one.level, "own defaults" in one.message) for one in found(plant, "upgrade-dirs", STATEFUL)
    }
    assert levels == {("warning", True)}


def test_declared_defaults_prove_it(plant: Plant) -> None:
    text = "  version: 1.15.0\n  defaults: {a: b}\n"
    told = found(plant, "upgrade-dirs", STATEFUL, **declared(text))
    assert {one.level for one in told} == {"error"}
    assert "execution.checkpointing.dir" in told[0].fix


def test_the_defaults_of_the_chart_count(plant: Plant) -> None:
    assert found(plant, "upgrade-dirs", STATEFUL, **deployed()) == []
    told = found(plant, "upgrade-dirs", STATEFUL, **deployed(state="stat"))
    assert {one.level for one in told} == {"error"}


def test_an_older_flink_is_told_its_own_key(plant: Plant) -> None:
    older = STATEFUL.replace("v1_20", "v1_19").replace("flink:1.20", "flink:1.19")
    text = "  version: 1.15.0\n  defaults: {a: b}\n"
    told = found(plant, "upgrade-dirs", older, **declared(text))
    assert "state.checkpoints.dir" in told[0].fix


def test_values_that_are_not_read_leave_a_doubt(plant: Plant) -> None:
    other = {"clusters/dev/operator.yaml": OPERATOR.replace("valuesObject:", "values: |"),
             "clusters/dev/jobs.yaml": JOBS}  # fmt: skip
    assert {one.level for one in found(plant, "upgrade-dirs", STATEFUL, **other)} == {"warning"}


@pytest.mark.parametrize("image", ["team/orders:1.19", "flink-orders@sha256:0123", "flink:latest"])
def test_images_without_flinks_own_tag_say_nothing_of_the_version(plant: Plant, image: str) -> None:
    assert found(plant, "version", DEPLOYMENT.replace("flink:1.20", image)) == []


def test_an_old_flink_is_deprecated_by_a_known_operator(plant: Plant) -> None:
    older = DEPLOYMENT.replace("v1_20", "v1_18").replace("flink:1.20", "flink:1.18")
    assert found(plant, "version", older) == []
    [one] = found(plant, "version", older, **declared("  version: 1.15.0\n"))
    assert one.level == "warning"


def test_a_nested_option_is_found_where_it_stands(plant: Plant) -> None:
    nested = DEPLOYMENT.replace(
        "  jobManager:\n", "    kubernetes:\n      cluster-id: x\n  jobManager:\n", 1
    )
    [one] = found(plant, "forbidden-key", nested)
    assert nested.splitlines()[one.line - 1] == "      cluster-id: x"


def test_equal_parallelism_overrides_nothing(plant: Plant) -> None:
    for replicas, count in (("1", 0), ("2", 1)):
        job = DEPLOYMENT.replace("  taskManager:\n", f"  taskManager:\n    replicas: {replicas}\n")
        assert len(found(plant, "parallelism", job)) == count


def test_a_standalone_session_counts_its_task_managers(plant: Plant) -> None:
    session = DEPLOYMENT.partition("  job:\n")[0].replace(
        "  taskManager:\n", "  mode: standalone\n  taskManager:\n    replicas: 2\n"
    )
    assert found(plant, "session-replicas", session) == []


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("https://repository.example.com/a.jar", ""),
        ("local:///opt/flink/usrlib/a.jar", "error"),
        ("http://repository.example.com/a.jar", "error"),
        ("https://10.0.0.1/a.jar", "error"),
        ("https://jars.flink.svc/a.jar", "warning"),
        ("${JAR_URL}", ""),
        ("JAR_URL", ""),
    ],
)
def test_jars_of_a_known_operator(plant: Plant, address: str, level: str) -> None:
    job = SESSION_JOB.replace("https://repository.example.com/totals.jar", address)
    told = found(plant, "jaruri", job, **deployed())
    assert [one.level for one in told] == ([level] if level else [])


def test_a_scheme_is_a_doubt_where_the_operator_is_not_known(plant: Plant) -> None:
    job = SESSION_JOB.replace("https://repository.example.com/totals.jar", "s3://jars/a.jar")
    assert [one.level for one in found(plant, "jaruri", job)] == ["warning"]


def test_a_cluster_of_another_namespace_is_no_cluster(plant: Plant) -> None:
    session = DEPLOYMENT.partition("  job:\n")[0].replace("name: orders", "name: shared")
    both = f"{session.replace('namespace: flink', 'namespace: other')}---\n{SESSION_JOB}"
    [one] = found(plant, "sessionjob-ref", both)
    assert "'other' is not looked at" in one.message
    assert found(plant, "sessionjob-ref", f"{session}---\n{SESSION_JOB}") == []


def test_a_declared_cluster_is_there(plant: Plant) -> None:
    told = {".overlay.yaml": "external: [FlinkDeployment/flink/shared]\n"}
    assert found(plant, "sessionjob-ref", SESSION_JOB, **told) == []


def test_a_job_on_an_application_cluster_is_refused(plant: Plant) -> None:
    both = f"{DEPLOYMENT}---\n{SESSION_JOB.replace('shared', 'orders')}"
    assert [one.level for one in found(plant, "sessionjob-ref", both)] == ["error"]


def test_autoscaler_options_of_a_job_that_is_not_scaled_are_left_alone(plant: Plant) -> None:
    for switch, count in (("false", 0), ("true", 1)):
        options = (
            f'    job.autoscaler.enabled: "{switch}"\n    job.autoscaler.utilization.target: "7"\n'
        )
        job = DEPLOYMENT.replace("  jobManager:\n", f"{options}  jobManager:\n", 1)
        assert len(found(plant, "autoscaler", job)) == count


def test_a_newer_option_names_its_release(plant: Plant) -> None:
    option = '    job.autoscaler.utilization.target: "0.7"\n'
    job = DEPLOYMENT.replace("  jobManager:\n", f"{option}  jobManager:\n", 1)
    [one] = found(plant, "autoscaler", job, **declared("  version: 1.10.0\n"))
    assert "from operator 1.11 on" in one.message


def test_a_sidecar_beside_flink_is_a_sidecar(plant: Plant) -> None:
    template = "  podTemplate:\n    spec:\n      containers:\n      - name: {}\n        image: {}\n"
    for name, image, count in (("logs", "fluent-bit:3.2", 0), ("jobmanager", "x:1", 1)):
        text = template.format(name, image)
        job = DEPLOYMENT.replace("  jobManager:\n", f"{text}  jobManager:\n", 1)
        assert len(found(plant, "main-container", job)) == count


def test_no_list_of_namespaces_means_all(plant: Plant) -> None:
    assert found(plant, "watchns", **deployed()) == []


def test_a_stateless_job_without_checkpoints_drops_nothing(plant: Plant) -> None:
    assert found(plant, "nonrestored") == []


def test_an_application_of_an_unseen_environment_is_doubted(plant: Plant) -> None:
    application = STATEFUL.replace("flink.apache.org", "platform.confluent.io").replace(
        "kind: FlinkDeployment", "kind: FlinkApplication"
    ).replace("spec:\n", "spec:\n  flinkEnvironment: default\n", 1)  # fmt: skip
    told = found(plant, "upgrade-dirs", application, **deployed(state="stat"))
    assert {(one.level, "'default'" in one.message) for one in told} == {("warning", True)}


def test_an_operator_beside_the_jobs_is_theirs_though_no_cluster_has_a_name(plant: Plant) -> None:
    """Both Applications come from one root and go to one destination."""
    files = {"apps/kustomization.yaml": "resources: [operator.yaml, jobs.yaml]\n"}
    files |= {"apps/operator.yaml": OPERATOR.replace("state.", "stat.")}
    told = found(plant, "upgrade-dirs", STATEFUL, **files, **{"apps/jobs.yaml": JOBS})
    assert {one.level for one in told} == {"error"}


def test_a_default_of_the_chart_is_told_where_it_is_set_alone(plant: Plant) -> None:
    files = deployed(state="kubernetes.operator.wrong")
    files |= {"flink/session.yaml": SESSION_JOB}
    listed = KUSTOMIZATION + "- session.yaml\n"
    cluster = DEPLOYMENT.split("  job:")[0].replace("orders", "shared")
    tree = {**files, "flink/kustomization.yaml": listed}
    told = found(plant, "unknown-key", cluster, **tree)
    assert {one.file for one in told} <= {"clusters/dev/operator.yaml"}
