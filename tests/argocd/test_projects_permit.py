"""What an AppProject permits: answers that Argo CD gives, and where nothing can be told."""

import pytest

from overlaykit.argocd.applications import IN_CLUSTER, Destination
from overlaykit.argocd.projects import Project, Refusal, open_entries
from overlaykit.render.objects import Object


def project(**spec: object) -> Project:
    return Project(Object({"kind": "AppProject", "metadata": {"name": "p"}, "spec": spec}))


ROLE = {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"}


@pytest.mark.parametrize(
    ("spec", "kind", "namespaced", "refusal"),
    [
        # Without lists: what lives in a namespace is permitted, what belongs to the cluster is not.
        ({}, ("", "Secret"), True, None),
        ({}, ("", "Namespace"), False, Refusal("clusterResourceWhitelist")),
        ({"namespaceResourceWhitelist": []}, ("", "Secret"), True, True),
        # Each sort of kind has its own list.
        ({"namespaceResourceWhitelist": [ROLE]}, tuple(ROLE.values()), False, True),
        ({"clusterResourceWhitelist": [ROLE]}, tuple(ROLE.values()), False, None),
        (
            {"clusterResourceWhitelist": [{**ROLE, "name": "fl*"}]},
            tuple(ROLE.values()),
            False,
            None,
        ),
        ({"clusterResourceWhitelist": [{**ROLE, "name": "x*"}]}, tuple(ROLE.values()), False, True),
        ({"clusterResourceWhitelist": [{"group": "*", "kind": "*"}]}, ("", "Node"), False, None),
        (
            {"clusterResourceWhitelist": [{"group": "rbac*", "kind": "Cluster*"}]},
            tuple(ROLE.values()),
            False,
            None,
        ),
        # A blacklist outranks a whitelist, and says which of its entries it is.
        (
            {
                "namespaceResourceBlacklist": [
                    {"group": "", "kind": "Pod"},
                    {"group": "", "kind": "S*"},
                ]
            },
            ("", "Secret"),
            True,
            Refusal("namespaceResourceBlacklist", 1),
        ),
        # The core group is the empty one, and not "core".
        (
            {"namespaceResourceWhitelist": [{"group": "core", "kind": "Pod"}]},
            ("", "Pod"),
            True,
            True,
        ),
        # A pattern that is not read here may mean it.
        ({"namespaceResourceWhitelist": [{"group": "", "kind": "[PS]*"}]}, ("", "Pod"), True, None),
    ],
)
def test_kinds(spec: dict, kind: tuple[str, str], namespaced: bool, refusal: object) -> None:
    found = project(**spec).kind_refusal(*kind, "flink", namespaced)
    assert (found is not None) if refusal is True else found == refusal


@pytest.mark.parametrize(
    ("listed", "url", "permitted"),
    [
        (["https://git.test/a/b.git"], "https://GIT.test/a/b", True),
        (["git@git.test:a/b"], "ssh://git@git.test/a/b.git", True),
        (["https://git.test/a/b"], "git@git.test:a/b.git", False),
        (["*"], "https://anything.test/a/b/c", True),
        (["https://git.test/*"], "https://git.test/a", True),
        (["https://git.test/*"], "https://git.test/a/b", False),
        (["https://git.test/**"], "https://git.test/a/b", True),
        (["*", "!https://git.test/a"], "https://git.test/a", False),
        (["!https://git.test/a"], "https://git.test/b", True),
        ([], "https://git.test/a", False),
        (["T{____}"], "https://git.test/a", True),
    ],
)
def test_repositories(listed: list[str], url: str, permitted: bool) -> None:
    assert project(sourceRepos=listed).permits_repository(url) is permitted


HERE, THERE = {"server": IN_CLUSTER}, {"server": "https://there.test"}


@pytest.mark.parametrize(
    ("listed", "wanted", "permitted"),
    [
        ([{**HERE, "namespace": "a"}], Destination(IN_CLUSTER, "", "a"), True),
        ([{**HERE, "namespace": "a"}], Destination(IN_CLUSTER, "", "b"), False),
        ([{**HERE, "namespace": "a"}], Destination(IN_CLUSTER, "", ""), False),
        ([{**HERE, "namespace": "a-*"}], Destination(IN_CLUSTER, "", "a-1"), True),
        ([{"server": "*", "namespace": "*"}], Destination("https://x.test", "", ""), True),
        ([{**THERE, "namespace": "*"}], Destination(IN_CLUSTER, "", "a"), False),
        # The name of the cluster Argo CD runs in is known, the name of another is not.
        ([{**HERE, "namespace": "a"}], Destination("", "in-cluster", "a"), True),
        ([{**THERE, "namespace": "a"}], Destination("", "in-cluster", "a"), False),
        ([{**THERE, "namespace": "a"}], Destination("", "there", "a"), True),
        ([{"name": "there", "namespace": "a"}], Destination("https://there.test", "", "a"), True),
        ([{"name": "x", "namespace": "a"}], Destination("", "there", "a"), False),
        # `!` denies, whatever else permits.
        (
            [{**HERE, "namespace": "*"}, {**HERE, "namespace": "!kube-*"}],
            Destination(IN_CLUSTER, "", "kube-system"),
            False,
        ),
        (
            [{**HERE, "namespace": "*"}, {"server": "!https://there.test", "namespace": "*"}],
            Destination("https://there.test", "", "a"),
            False,
        ),
        ([], Destination(IN_CLUSTER, "", "a"), False),
    ],
)
def test_destinations(listed: list[dict], wanted: Destination, permitted: bool) -> None:
    assert project(destinations=listed).permits_destination(wanted) is permitted


def test_global_projects_are_merged_where_the_project_alone_refuses() -> None:
    shared = project(
        namespaceResourceWhitelist=[{"group": "", "kind": "Pod"}], sourceRepos=["https://g.test/a"]
    ).obj
    alone = project(namespaceResourceWhitelist=[{"group": "apps", "kind": "Deployment"}]).obj
    found = Project(alone, lambda: [shared])
    assert found.kind_refusal("", "Pod", "x", True) is None
    assert found.kind_refusal("", "Secret", "x", True) is not None
    assert found.permits_repository("https://g.test/a")


def test_only_a_bare_star_opens_a_project() -> None:
    spec = {
        "sourceRepos": ["https://git.test/*", "*"],
        "destinations": [{**HERE, "namespace": "team-*"}, {"server": "*", "namespace": "*"}],
        "clusterResourceWhitelist": [{"group": "*", "kind": "Namespace"}],
    }
    found = [(name, number) for name, number, _ in open_entries(project(**spec).obj)]
    assert found == [("sourceRepos", 1), ("destinations", 1)]
