"""`validate --fix` on manifests of older guides: right afterwards, and every comment still there."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from helpers import ROOT
from overlaykit.repo.git import Git
from overlaykit.run import Request, carry_out
from overlaykit.validate import validate

Plant = Callable[[dict[str, str]], Path]

SEEDS = ROOT.parent / "shared" / "seeds"
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- environment.yaml
- application.yaml
"""
ENVIRONMENT = """\
# Of the shop.
apiVersion: flink.confluent.io/v1beta1
kind: FlinkEnvironment
metadata:
  name: shop
  namespace: flink
spec:
  # Where the topics are.
  kafkaCluster:
    bootstrapServers: kafka:9092  # inside
  schemaRegistry:
    url: http://schemaregistry:8081

  # For all jobs.
  flinkConfiguration:
    taskmanager.numberOfTaskSlots: "2"  # two are enough

    # Kept for long.
    state.backend: rocksdb
    taskmanager.memory.managed.size: 1Gi
"""
APPLICATION = """\
apiVersion: flink.confluent.io/v1beta1
kind: FlinkApplication
metadata:
  name: orders
  namespace: flink
spec:
  # Of the shop.
  flinkEnvironmentRef:
    name: shop  # see environment.yaml
    namespace: flink
  image: confluentinc/cp-flink:1.20.3-cp2-java17
  flinkVersion: v1_20
  serviceAccount: flink
  flinkConfiguration:
    execution.checkpointing.interval: 60s
    job.autoscaler.enabled: "true"
    kubernetes.operator.job.autoscaler.parallelism.max: "10"  # never more
  jobManager:
    resource: {memory: 1600m, cpu: 1}
  taskManager:
    resource: {memory: 4096m, cpu: 1}
  job:
    jarURI: local:///opt/flink/usrlib/orders.jar
    parallelism: 2
    upgradeMode: stateless
"""


def fixed(root: Path) -> list[tuple[str, str, str]]:
    """What is found after the fixes."""
    request = Request(git=Git(root), targets=[], fixes=True, remembers=False)
    result = carry_out(request, lambda done, total: None, lambda line: None)
    return [(f.level, f.check, f.message) for f in result.findings]


def comments(text: str) -> list[str]:
    return [found[1].strip() for found in re.finditer(r"(?:^|\s)#(.*)$", text, re.MULTILINE)]


def tree(environment: str = ENVIRONMENT, application: str = APPLICATION) -> dict[str, str]:
    return {
        "flink/kustomization.yaml": KUSTOMIZATION,
        "flink/environment.yaml": environment,
        "flink/application.yaml": application,
    }


def test_both_get_the_shape_that_is_served(plant: Plant) -> None:
    root = plant(tree())
    left = fixed(root)
    assert [one for one in left if one[1] in ("confluent/group", "schema/invalid")] == []
    environment = yaml.safe_load((root / "flink/environment.yaml").read_text())
    assert environment["apiVersion"] == "platform.confluent.io/v1beta1"
    assert environment["spec"] == {
        "kubernetesNamespace": "flink",
        "flinkApplicationDefaults": {
            "spec": {
                "flinkConfiguration": {
                    "taskmanager.numberOfTaskSlots": "2",
                    "state.backend.type": "rocksdb",
                    "taskmanager.memory.managed.size": "1g",
                }
            }
        },
    }
    application = yaml.safe_load((root / "flink/application.yaml").read_text())
    assert application["spec"]["flinkEnvironment"] == "shop"
    assert "flinkEnvironmentRef" not in application["spec"]
    options = application["spec"]["flinkConfiguration"]
    assert options["job.autoscaler.vertex.max-parallelism"] == "10"


@pytest.mark.parametrize("name", ["environment.yaml", "application.yaml"])
def test_every_comment_stays(plant: Plant, name: str) -> None:
    root = plant(tree())
    fixed(root)
    now = (root / "flink" / name).read_text()
    was = ENVIRONMENT if name == "environment.yaml" else APPLICATION
    assert set(comments(was)) - {"inside"} <= set(comments(now))
    assert now.count("bootstrapServers: kafka:9092") == was.count("bootstrapServers: kafka:9092")


def test_a_second_run_changes_nothing(plant: Plant) -> None:
    root = plant(tree())
    fixed(root)
    first = [
        (root / "flink" / name).read_text() for name in ("environment.yaml", "application.yaml")
    ]
    fixed(root)
    second = [(root / "flink" / n).read_text() for n in ("environment.yaml", "application.yaml")]
    assert first == second


def test_defaults_that_are_there_are_left_to_a_person(plant: Plant) -> None:
    there = ENVIRONMENT + "  flinkApplicationDefaults:\n    spec:\n      image: flink:1.20\n"
    root = plant(tree(there))
    left = fixed(root)
    assert any(
        check == "schema/invalid" and "flinkConfiguration" in text for _, check, text in left
    )


def test_the_fix_says_where_a_field_belongs(plant: Plant) -> None:
    plain = [
        one.replace("flink.confluent", "platform.confluent") for one in (ENVIRONMENT, APPLICATION)
    ]
    found = validate(plant(tree(*plain)), [], lambda done, total: None).findings
    told = {f.field: f.fix for f in found if f.check == "schema/invalid"}
    assert told["spec.flinkConfiguration"].endswith(
        "flinkApplicationDefaults.spec.flinkConfiguration"
    )
    assert "FlinkKafkaDatabase" in told["spec.kafkaCluster"]
    assert "FlinkKafkaCatalog" in told["spec.schemaRegistry"]
    assert told["spec.flinkEnvironmentRef"] == "write flinkEnvironment: shop"


def test_a_namespace_is_not_made_up_for_an_environment_that_may_be_there(plant: Plant) -> None:
    plain = ENVIRONMENT.partition("spec:")[0].replace("flink.", "platform.", 1)
    root = plant(tree(plain + "spec:\n  kubernetesClusterName: hub\n"))
    assert any("kubernetesNamespace" in text for _, _, text in fixed(root))


def test_a_patch_is_moved_as_its_base_is(plant: Plant) -> None:
    patch = ENVIRONMENT.partition("spec:")[0] + (
        'spec:\n  flinkConfiguration:\n    taskmanager.numberOfTaskSlots: "4"  # more here\n'
    )
    root = plant(
        tree()
        | {
            "overlays/dev/flink/kustomization.yaml": "resources:\n- ../../../flink\n"
            "patches:\n- path: patch.yaml\n",
            "overlays/dev/flink/patch.yaml": patch,
        }
    )
    fixed(root)
    now = yaml.safe_load((root / "overlays/dev/flink/patch.yaml").read_text())
    options = now["spec"]["flinkApplicationDefaults"]["spec"]["flinkConfiguration"]
    assert options == {"taskmanager.numberOfTaskSlots": "4"}
    assert "# more here" in (root / "overlays/dev/flink/patch.yaml").read_text()


# --- the guides themselves ---


def snippets(name: str) -> list[str]:
    """The YAML snippets of a guide."""
    if not SEEDS.is_dir():
        pytest.skip(f"the guides are not here: {SEEDS}")
    text = next(SEEDS.glob(f"{name}_*.txt")).read_text()
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def test_the_environment_and_the_application_of_the_guide(plant: Plant) -> None:
    found = snippets("001")
    defaults = next(one for one in found if "kafkaCluster" in one)
    patch = next(one for one in found if "kind: FlinkEnvironment" in one)
    application = next(one for one in found if "kind: FlinkApplication" in one)
    head = patch.partition("spec:")[0]
    root = plant(
        tree(head + defaults, application)
        | {
            "overlays/dev/flink/kustomization.yaml": "resources:\n- ../../../flink\n"
            "patches:\n- path: patch.yaml\n",
            "overlays/dev/flink/patch.yaml": patch,
        }
    )
    left = fixed(root)
    # What no program can know: the image, its version, whose account.
    wrong = {(check, text) for level, check, text in left if level == "error"}
    assert not any(check in ("confluent/group", "schema/invalid") for check, _ in wrong), wrong
    for name in ("flink/environment.yaml", "flink/application.yaml"):
        assert "platform.confluent.io/v1beta1" in (root / name).read_text()
    now = (root / "flink/environment.yaml").read_text()
    assert set(comments(head + defaults)) <= set(comments(now))
    assert yaml.safe_load(now)["spec"]["kubernetesNamespace"] == "confluent"


DEPLOYMENT = """\
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata:
  name: orders
  namespace: flink
spec:
  image: flink:1.20.3
  flinkVersion: v1_20
  serviceAccount: flink
  jobManager:
    resource: {memory: 1600m, cpu: 1}
  taskManager:
    resource: {memory: 4096m, cpu: 1}
  job:
    jarURI: local:///opt/flink/usrlib/orders.jar
    parallelism: 2
    upgradeMode: stateless
"""


@pytest.mark.parametrize("guide", ["002", "003"])
def test_the_options_of_the_guides_get_the_names_of_today(plant: Plant, guide: str) -> None:
    told = [yaml.safe_load(one) for one in snippets(guide)]
    jobs = [job for one in told for job in one.get("jobs", [one])]
    options = [job["flinkConfiguration"] for job in jobs if "flinkConfiguration" in job]
    assert options
    for number, one in enumerate(options):
        spec = yaml.safe_dump({"flinkConfiguration": one}, indent=2).replace("\n", "\n  ")
        text = DEPLOYMENT + "  " + spec.rstrip() + "\n"
        root = plant({f"flink{number}/kustomization.yaml": "resources: [job.yaml]\n",
                      f"flink{number}/job.yaml": text})  # fmt: skip
    left = fixed(root)
    assert [one for one in left if one[1] in ("flink/deprecated", "flink/mem-unit")] == []


def test_the_keys_of_the_guide_for_the_autoscaler_are_read_afterwards(plant: Plant) -> None:
    """As the chart of that guide wrote them: the limits were never read."""
    old = "kubernetes.operator.job.autoscaler."
    given = {"enabled": "true", "target.utilization": "0.7", "parallelism.min": "1",
             "parallelism.max": "10", "metrics.window": "5m"}  # fmt: skip
    lines = "".join(f'    {old}{key}: "{value}"  # {key}\n' for key, value in given.items())
    root = plant({"flink/kustomization.yaml": "resources: [job.yaml]\n",
                  "flink/job.yaml": DEPLOYMENT + "  flinkConfiguration:\n" + lines})  # fmt: skip
    fixed(root)
    text = (root / "flink/job.yaml").read_text()
    options = yaml.safe_load(text)["spec"]["flinkConfiguration"]
    assert options["job.autoscaler.vertex.min-parallelism"] == "1"
    assert options["job.autoscaler.vertex.max-parallelism"] == "10"
    assert all(f"# {key}" in text for key in given)
