"""Changing a fact of a cluster takes all that it decides with it, and nothing else."""

from pathlib import Path

import pytest

from overlaykit.errors import UsageError
from overlaykit.params import facts
from overlaykit.repo.tree import Tree
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.site import Site, site
from overlaykit.schema.judge import Judge
from overlaykit.schema.store import Store, builtin

FILE = "overlays/demo/facts/cluster.yaml"
ROOT_YAML = "overlays/demo/root.yaml"
JUDGE = Judge(Store(builtin()))


def at(root: Path) -> Site:
    return site(Draft(Tree(root)), "demo")


def changed(there: Site) -> dict[str, str]:
    return {name: str(after) for name, (_, after) in there.draft.changes.items()}


def test_one_line_changes(repository: Path) -> None:
    before = (repository / FILE).read_text()
    there = at(repository)
    facts.set_facts(there, {"domain": "flink.example.org", "argocd.version": "3.4"}, JUDGE)
    after = before.replace("demo.example.com", "flink.example.org").replace('"3.5"', '"3.4"')
    assert changed(there) == {FILE: after}


def test_the_mark_of_an_assumption_goes_even_if_the_value_stays(repository: Path) -> None:
    path = repository / FILE
    before = path.read_text()
    path.write_text(before.replace("storageClass: standard", "storageClass: standard  # assumed"))
    assert [f.name for f in facts.table(at(repository).cluster) if f.assumed] == ["storageClass"]
    there = at(repository)
    facts.set_facts(there, {"storageClass": "standard"}, JUDGE)
    assert changed(there) == {FILE: before}


def test_root_follows_the_facts(repository: Path) -> None:
    text = (repository / ROOT_YAML).read_text()
    there = at(repository)
    given = {"repository.url": "git@git.example.com:a/b.git", "repository.revision": "prod"}
    facts.set_facts(there, {**given, "argocd.namespace": "gitops"}, JUDGE)
    wanted = text.replace(
        "https://git.example.com/platform/flink-gitops.git", given["repository.url"]
    )
    wanted = wanted.replace("targetRevision: main", "targetRevision: prod")
    wanted = wanted.replace("namespace: argocd", "namespace: gitops")
    assert changed(there)[ROOT_YAML] == wanted


def test_what_a_person_changed_in_root_stays(repository: Path) -> None:
    path = repository / ROOT_YAML
    path.write_text(path.read_text().replace("targetRevision: main", "targetRevision: mine"))
    there = at(repository)
    facts.set_facts(there, {"repository.revision": "prod"}, JUDGE)
    assert list(changed(there)) == [FILE]


def test_components_that_a_fact_decides_follow_it(repository: Path) -> None:
    there = at(repository)
    given = {"provided": "kafka,schema-registry,prometheus-operator", "argocd.managedBy": "helm"}
    facts.set_facts(there, given, JUDGE)
    made = changed(there)
    assert "  - prometheus-operator\n" in made[FILE]
    operator = made["overlays/demo/flink-kubernetes-operator/kustomization.yaml"]
    assert operator.index("components/monitoring") < operator.index("components/network-policies")
    resources = made["overlays/demo/flink-resources/kustomization.yaml"]
    assert resources.index("components/monitoring") < resources.index("components/demo-storage")
    assert "components/helm\n# Last" in made["overlays/demo/argocd-config/kustomization.yaml"]
    facts.set_facts(
        there, {"provided": "kafka,schema-registry", "argocd.managedBy": "manifests"}, JUDGE
    )
    assert changed(there) == {}


def test_the_object_store_follows_the_state(repository: Path) -> None:
    there = at(repository)
    facts.set_facts(there, {"state": "s3://bucket/demo"}, JUDGE)
    resources = changed(there)["overlays/demo/flink-resources/kustomization.yaml"]
    assert resources.index("components/s3-state") < resources.index("components/demo-storage")
    facts.set_facts(there, {"state": "file:///flink-state/demo"}, JUDGE)
    assert changed(there) == {}


REFUSED = [
    ({"domian": "x"}, "did you mean 'domain'?"),
    ({"kubernetes.version": "abc"}, "kubernetes.version: 'abc' does not match"),
    ({"argocd.managedBy": "hand"}, "argocd.managedBy"),
    ({"provided": "kafka"}, "demo/flink-resources requires schema-registry"),
    ({"repository.url": "https://me:secret@git.example.com/a.git"}, "holds credentials"),
    ({"images.": "x"}, "there is no fact 'images.'"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_refused(repository: Path, given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        facts.set_facts(at(repository), given, JUDGE)
    assert message in str(caught.value)


def test_an_extra_fact_comes_and_goes_without_a_trace(repository: Path) -> None:
    there = at(repository)
    facts.set_facts(there, {"images.mirror": "mirror.example.com"}, JUDGE)
    assert "    quay: quay.io\n    mirror: mirror.example.com\n" in changed(there)[FILE]
    facts.unset_facts(there, ["images.mirror"], JUDGE)
    assert changed(there) == {}
    facts.unset_facts(there, ["images.mirror"], JUDGE)
    assert changed(there) == {}


def test_what_every_cluster_has_cannot_be_unset(repository: Path) -> None:
    with pytest.raises(UsageError, match="every cluster has the fact domain"):
        facts.unset_facts(at(repository), ["domain"], JUDGE)
