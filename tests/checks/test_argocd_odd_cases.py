"""Checks of Argo CD on repositories of other shapes: several Argo CDs, charts, sets, odd lists."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from overlaykit.findings import Finding
from overlaykit.validate import validate

URL = "https://git.test/team/gitops.git"
HERE = "https://kubernetes.default.svc"
Plant = Callable[[dict[str, str]], Path]


def application(name: str, path: str = "", **spec: Any) -> dict:
    source = {"repoURL": URL, "targetRevision": "main", "path": path or name}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", **spec.pop("metadata", {})},
        "spec": {
            "project": "p",
            "source": source,
            "destination": {"server": HERE, "namespace": "flink"},
            **spec,
        },
    }


def project(name: str = "p", **spec: Any) -> dict:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "sourceRepos": [URL],
            "destinations": [{"server": HERE, "namespace": "flink"}],
            **spec,
        },
    }


def obj(kind: str, name: str = "x", api: str = "v1", **more: Any) -> dict:
    metadata = {"name": name, **more.pop("metadata", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def text(*objects: dict) -> str:
    return yaml.safe_dump_all(objects)


def found(root: Path, check: str) -> list[Finding]:
    return [f for f in validate(root, [], lambda done, total: None).findings if f.check == check]


def levels(root: Path, check: str) -> list[str]:
    return [finding.level for finding in found(root, check)]


# argocd/proj-kind


def test_a_project_of_another_repository_is_not_judged(plant: Plant) -> None:
    files = {"c/app.yaml": text(application("a")), "a/x.yaml": text(obj("Namespace"))}
    assert not found(plant(files), "argocd/proj-kind")


def test_two_argo_cds_have_projects_of_one_name(plant: Plant) -> None:
    """Each root deploys its own project; only one of the two refuses."""
    files = {}
    for cluster, kinds in (("one", [{"group": "", "kind": "Secret"}]), ("two", [])):
        root = application("root", f"clusters/{cluster}", project="default")
        files[f"{cluster}-root.yaml"] = text(root)
        files[f"clusters/{cluster}/all.yaml"] = text(
            application("a", f"content/{cluster}"), project(namespaceResourceWhitelist=kinds)
        )
        files[f"content/{cluster}/x.yaml"] = text(obj("Secret"))
    (finding,) = found(plant(files), "argocd/proj-kind")
    assert finding.file == "content/two/x.yaml"
    assert finding.level == "error"


def test_a_project_of_one_cluster_says_nothing_of_another(plant: Plant) -> None:
    files = {
        "clusters/one/project.yaml": text(project()),
        "clusters/two/app.yaml": text(application("a")),
        "a/x.yaml": text(obj("Namespace")),
    }
    assert not found(plant(files), "argocd/proj-kind")


def test_a_project_in_a_chart_is_read_where_it_only_prints_values(plant: Plant) -> None:
    template = text(project(namespaceResourceWhitelist=[{"group": "", "kind": "Secret"}]))
    template = template.replace("namespace: argocd", "namespace: {{ .Values.namespace }}")
    files = {
        "boot/Chart.yaml": "apiVersion: v2\nname: boot\nversion: 1.0.0\n",
        "boot/templates/projects.yaml": f"---\n{template.replace(URL, '{{ .Values.url }}')}",
        "boot/values.yaml": f"namespace: argocd\nurl: {URL}\n",
        "clusters/one/app.yaml": text(application("a")),
        "a/x.yaml": text(obj("ConfigMap")),
    }
    (finding,) = found(plant(files), "argocd/proj-kind")
    line = files["boot/templates/projects.yaml"].splitlines()[finding.line - 1]
    assert (finding.file, line) == ("boot/templates/projects.yaml", "  namespaceResourceWhitelist:")
    assert finding.level == "error"
    files["boot/templates/projects.yaml"] += "{{ if .Values.more }}\n{{ end }}\n"
    assert not found(plant(files), "argocd/proj-kind")


def test_a_kind_of_unknown_scope_has_to_be_refused_by_both_lists(plant: Plant) -> None:
    one, two = {"group": "", "kind": "Secret"}, {"group": "x.test", "kind": "Thing"}
    files = {
        "c/all.yaml": text(application("a"), project(namespaceResourceWhitelist=[one, two])),
        "a/x.yaml": text(obj("Thing", api="x.test/v1"), obj("Secret")),
    }
    assert not found(plant(files), "argocd/proj-kind")
    files["c/all.yaml"] = text(application("a"), project(namespaceResourceWhitelist=[one]))
    assert levels(plant(files), "argocd/proj-kind") == ["error"]


def test_a_crd_of_the_repository_tells_the_scope(plant: Plant) -> None:
    names = {"kind": "Thing", "plural": "things", "singular": "thing"}
    crd_spec = {"group": "x.test", "names": names, "scope": "Cluster", "versions": []}
    thing = {"group": "x.test", "kind": "Thing"}
    crds = {"group": "*", "kind": "CustomResourceDefinition"}
    allowed = project(namespaceResourceWhitelist=[thing], clusterResourceWhitelist=[crds])
    crd = obj("CustomResourceDefinition", "things.x.test", "apiextensions.k8s.io/v1", spec=crd_spec)
    files = {
        "c/all.yaml": text(application("a"), allowed),
        "a/x.yaml": text(crd, obj("Thing", api="x.test/v1")),
    }
    (finding,) = found(plant(files), "argocd/proj-kind")
    assert "it stands in namespaceResourceWhitelist" in finding.message


def test_global_projects_count(plant: Plant) -> None:
    shared = project("shared", namespaceResourceWhitelist=[{"group": "", "kind": "Secret"}])
    own = project(namespaceResourceWhitelist=[{"group": "", "kind": "Pod"}])
    names = "- labelSelector: {}\n  projectName: shared\n"
    files = {
        "c/all.yaml": text(application("a"), own, shared),
        "a/x.yaml": text(obj("Secret")),
        "argocd/kustomization.yaml": "configMapGenerator:\n- name: argocd-cm\n"
        "  files: [globalProjects]\n",
        "argocd/globalProjects": names,
    }
    assert not found(plant(files), "argocd/proj-kind")


def test_another_revision_may_hold_other_objects(plant: Plant) -> None:
    other = application("b")
    other["spec"]["source"]["targetRevision"] = "v1.0.0"
    files = {
        "c/all.yaml": text(application("a"), application("c"), other, project()),
        "a/x.yaml": text(obj("Secret")),
        "c/kept.yaml": text(obj("Secret")),
        "b/x.yaml": text(obj("Namespace")),
    }
    assert levels(plant(files), "argocd/proj-kind") == ["warning"]


# argocd/proj-repo


def test_every_source_has_to_be_permitted(plant: Plant) -> None:
    values = {"repoURL": "https://git.test/other/values.git", "ref": "values"}
    own = {"repoURL": URL, "path": "a", "targetRevision": "main"}
    multi = application("a", sources=[own, values])
    files = {"c/all.yaml": text(multi, project()), "a/x.yaml": text(obj("Secret"))}
    (finding,) = found(plant(files), "argocd/proj-repo")
    assert "git.test/other/values.git" in finding.message
    assert finding.field == "spec.sources[1].repoURL"


def test_what_is_templated_is_not_judged(plant: Plant) -> None:
    destination = {"server": "{{ .Values.server }}", "namespace": "x"}
    files = {
        "c/all.yaml": text(application("a", destination=destination), project()),
        "a/x.yaml": text(obj("Secret")),
    }
    assert not found(plant(files), "argocd/proj-repo")


def test_a_cluster_by_name_may_be_the_one_by_server(plant: Plant) -> None:
    destination = {"name": "prod", "namespace": "flink"}
    listed = [{"server": "https://prod.test", "namespace": "flink"}]
    files = {
        "c/all.yaml": text(application("a", destination=destination), project(destinations=listed)),
        "a/x.yaml": text(obj("Secret")),
    }
    assert not found(plant(files), "argocd/proj-repo")


def test_the_values_of_a_chart_fill_its_project(plant: Plant) -> None:
    template = text(project()).replace(URL, "{{ .Values.url }}")
    chart = application("cmf")
    chart["spec"]["source"] = {"repoURL": "https://c.test", "chart": "x", "targetRevision": "1"}
    files = {
        "boot/Chart.yaml": "apiVersion: v2\nname: boot\nversion: 1.0.0\n",
        "boot/templates/projects.yaml": template,
        "boot/values.yaml": f"url: {URL}\n",
        "c/app.yaml": text(chart),
    }
    (finding,) = found(plant(files), "argocd/proj-repo")
    assert finding.level == "warning"
    assert "installed with its own values" in finding.message


# argocd/create-ns


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ["error"]),
        ({"destination": {"server": HERE, "namespace": "default"}}, []),
    ],
)
def test_a_namespace_that_is_there_needs_no_permission(
    plant: Plant, more: dict, expected: list[str]
) -> None:
    policy = {"syncOptions": ["CreateNamespace=true"]}
    files = {
        "c/all.yaml": text(
            application("a", syncPolicy=policy, **more),
            project(destinations=[{"server": HERE, "namespace": "*"}]),
        ),
        "a/x.yaml": text(obj("Secret")),
    }
    assert levels(plant(files), "argocd/create-ns") == expected


def test_managed_metadata_needs_permission_even_for_a_namespace_that_is_there(plant: Plant) -> None:
    policy = {
        "syncOptions": ["CreateNamespace=true"],
        "managedNamespaceMetadata": {"labels": {"a": "b"}},
    }
    files = {
        "c/all.yaml": text(application("a", syncPolicy=policy), application("ns"), project()),
        "a/x.yaml": text(obj("Secret")),
        "ns/x.yaml": text(obj("Namespace", "flink")),
    }
    assert levels(plant(files), "argocd/create-ns") == ["error"]


# repo/dup-resource and argocd/duplicate-name


def test_the_same_object_on_two_clusters_or_in_two_namespaces_is_no_duplicate(plant: Plant) -> None:
    there = {"server": "https://there.test", "namespace": "flink"}
    other = {"server": HERE, "namespace": "other"}
    files = {
        "c/all.yaml": text(
            application("a"),
            application("b", "a", destination=there),
            application("c", "a", destination=other),
        ),
        "a/x.yaml": text(obj("Secret")),
    }
    assert not found(plant(files), "repo/dup-resource")


def test_many_shared_objects_of_two_applications_are_one_finding(plant: Plant) -> None:
    files = {
        "c/all.yaml": text(application("a"), application("b", "a")),
        "a/x.yaml": text(obj("Secret"), obj("ConfigMap"), obj("Secret", "y")),
    }
    (finding,) = found(plant(files), "repo/dup-resource")
    assert "and 2 more objects" in finding.message


def test_two_roots_are_two_argo_cds(plant: Plant) -> None:
    files = {
        "one.yaml": text(application("a")),
        "two.yaml": text(application("a")),
        "a/x.yaml": text(obj("Secret")),
    }
    assert not found(plant(files), "argocd/duplicate-name")
    assert not found(plant(files), "repo/dup-resource")


def test_a_name_twice_below_one_root(plant: Plant) -> None:
    files = {
        "root.yaml": text(application("root", "apps")),
        "apps/kustomization.yaml": "resources: [one.yaml]\n",
        "apps/one.yaml": text(application("one", "more"), application("a")),
        "more/two.yaml": text(application("a")),
        "a/x.yaml": text(obj("Secret")),
    }
    (finding,) = found(plant(files), "argocd/duplicate-name")
    assert finding.file == "more/two.yaml"


def test_a_root_that_deploys_to_another_cluster_has_an_argo_cd_there(plant: Plant) -> None:
    there = {"server": "https://there.test", "namespace": "argocd"}
    files = {
        "root.yaml": text(application("root", "apps", destination=there), application("a")),
        "apps/a.yaml": text(application("a")),
        "a/x.yaml": text(obj("Secret")),
    }
    assert not found(plant(files), "argocd/duplicate-name")


# argocd/job-ttl


@pytest.mark.parametrize(
    ("automated", "annotations", "expected"),
    [
        ({"selfHeal": True}, {}, ["error"]),
        ({}, {}, ["warning"]),
        (None, {}, []),
        ({"enabled": False}, {}, []),
        ({"selfHeal": True}, {"argocd.argoproj.io/hook": "Sync"}, []),
        ({"selfHeal": True}, {"helm.sh/hook": "pre-install"}, []),
    ],
)
def test_jobs_that_vanish(
    plant: Plant, automated: dict | None, annotations: dict, expected: list[str]
) -> None:
    policy = {} if automated is None else {"automated": automated}
    job = obj("Job", api="batch/v1", metadata={"annotations": annotations})
    job["spec"] = {"ttlSecondsAfterFinished": 0, "template": {"spec": {"containers": []}}}
    files = {"c.yaml": text(application("a", syncPolicy=policy)), "a/x.yaml": text(job)}
    assert levels(plant(files), "argocd/job-ttl") == expected


# argocd/crd-prune and argocd/ssa


def crd(name: str, options: str = "", size: int = 0) -> dict:
    annotations = {"argocd.argoproj.io/sync-options": options} if options else {}
    text = {"description": "x" * size}
    spec = {"group": "x.test", "scope": "Namespaced", "names": {"kind": name}, **text}
    api = "apiextensions.k8s.io/v1"
    return obj(
        "CustomResourceDefinition", name, api, metadata={"annotations": annotations}, spec=spec
    )


@pytest.mark.parametrize(
    ("options", "policy", "finalizers", "field"),
    [
        ("", {}, ["resources-finalizer.argocd.argoproj.io"], "metadata.finalizers[0]"),
        ("Prune=false", {}, ["resources-finalizer.argocd.argoproj.io/background"], "metadata"),
        ("Prune=false,Delete=false", {}, ["resources-finalizer.argocd.argoproj.io"], ""),
        ("", {"automated": {"prune": True}}, [], "spec.syncPolicy.automated.prune"),
        ("Prune=false", {"automated": {"prune": True}}, [], ""),
        ("", {"automated": {"prune": False}}, [], ""),
    ],
)
def test_who_may_delete_crds(
    plant: Plant, options: str, policy: dict, finalizers: list[str], field: str
) -> None:
    metadata = {"finalizers": finalizers}
    files = {
        "c.yaml": text(application("a", syncPolicy=policy, metadata=metadata)),
        "a/x.yaml": text(crd("Thing", options)),
    }
    listed = found(plant(files), "argocd/crd-prune")
    assert len(listed) == (1 if field else 0)
    assert all(finding.field.startswith(field) for finding in listed)


@pytest.mark.parametrize(
    ("size", "options", "own", "expected"),
    [
        (270_000, [], "", ["error"]),
        (220_000, [], "", ["warning"]),
        (100_000, [], "", []),
        (270_000, ["ServerSideApply=true"], "", []),
        (270_000, [], "ServerSideApply=true", []),
        (270_000, ["Replace=true"], "", []),
    ],
)
def test_large_objects(
    plant: Plant, size: int, options: list[str], own: str, expected: list[str]
) -> None:
    files = {
        "c.yaml": text(application("a", syncPolicy={"syncOptions": options})),
        "a/x.yaml": text(crd("Thing", own, size)),
    }
    assert levels(plant(files), "argocd/ssa") == expected


# argocd/generate-paths


PATHS = "argocd.argoproj.io/manifest-generate-paths"


@pytest.mark.parametrize(
    ("paths", "count"),
    [
        (".", 1),
        (".;../base", 0),
        ("/over;/base", 0),
        ("/over/*.yaml;/base/x.yaml;/base/kustomization.yaml", 0),
        ("/", 0),
        (" . ; ; /base ", 0),
        ("/over;/bas", 2),
        ("", 0),
    ],
)
def test_paths_that_render_again(plant: Plant, paths: str, count: int) -> None:
    metadata = {"annotations": {PATHS: paths}}
    files = {
        "c.yaml": text(application("a", "over", metadata=metadata)),
        "over/kustomization.yaml": "resources: [../base]\n",
        "base/kustomization.yaml": "resources: [x.yaml]\n",
        "base/x.yaml": text(obj("ConfigMap")),
    }
    assert len(found(plant(files), "argocd/generate-paths")) == count


def test_value_files_are_read_too(plant: Plant) -> None:
    chart = {"repoURL": "https://c.test", "chart": "x", "targetRevision": "1"}
    chart["helm"] = {"valueFiles": ["$v/values/x.yaml"]}
    own = {"repoURL": URL, "ref": "v", "targetRevision": "main"}
    metadata = {"annotations": {PATHS: "/other"}}
    files = {
        "c.yaml": text(application("a", sources=[chart, own], metadata=metadata)),
        "values/x.yaml": "a: 1\n",
        "other/x.yaml": "a: 1\n",
    }
    (finding,) = found(plant(files), "argocd/generate-paths")
    assert finding.fix == "add ;/values"


# argocd/orphan


ALONE = {
    "o/a/kustomization.yaml": "namePrefix: a\n",
    "o/b/kustomization.yaml": "namePrefix: b\n",
    "o/c/kustomization.yaml": "configMapGenerator: [{name: c, literals: [a=b]}]\n",
}


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 1),
        ({"deploy.sh": "kubectl apply -k o/c\n"}, 0),
        ({"flux.yaml": "spec:\n  path: ./o/c\n"}, 0),
        ({"notes.yaml": "path: o/cc\n"}, 1),
        ({"all/kustomization.yaml": "resources: [../o/c]\n"}, 0),
    ],
)
def test_overlays_that_nobody_deploys(plant: Plant, more: dict[str, str], count: int) -> None:
    files = {"x.yaml": text(application("a", "o/a"), application("b", "o/b")), **ALONE, **more}
    assert len(found(plant(files), "argocd/orphan")) == count


def test_a_set_that_is_not_known_may_deploy_it(plant: Plant) -> None:
    template = application("{{name}}", "o/{{name}}")
    spec = {"generators": [{"clusters": {}}], "template": template}
    a_set = obj("ApplicationSet", api="argoproj.io/v1alpha1", spec=spec)
    files = {"x.yaml": text(application("a", "o/a"), application("b", "o/b"), a_set), **ALONE}
    assert not found(plant(files), "argocd/orphan")


# What an ApplicationSet makes is judged like what is written.


def test_applications_of_a_set_are_judged_at_its_template(plant: Plant) -> None:
    template = application("{{.name}}", "apps/{{.name}}")
    spec = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [{"list": {"elements": [{"name": "a"}, {"name": "b"}]}}],
        "template": template,
    }
    a_set = obj("ApplicationSet", "set", "argoproj.io/v1alpha1", spec=spec)
    files = {
        "x.yaml": text(a_set, application("z", "apps/a"), project()),
        "apps/a/x.yaml": text(obj("Namespace")),
    }
    root = plant(files)
    (path,) = found(root, "argocd/path")
    assert path.field == "spec.template.spec.source.path"
    assert "apps/b" in path.message
    (kind,) = found(root, "argocd/proj-kind")
    assert kind.file == "apps/a/x.yaml"


def test_a_set_that_is_not_expanded_is_counted_with_its_reason(plant: Plant) -> None:
    spec = {"generators": [{"clusters": {}}], "template": application("{{name}}")}
    a_set = obj("ApplicationSet", "set", "argoproj.io/v1alpha1", spec=spec)
    result = validate(plant({"x.yaml": text(a_set)}), [], lambda done, total: None)
    assert any("clusters generator" in unseen.why for unseen in result.not_seen)


# argocd/sync-policy, argocd/noise


def test_without_waves_nobody_waits(plant: Plant) -> None:
    files = {
        "k/kustomization.yaml": "resources: [all.yaml]\n",
        "k/all.yaml": text(application("a"), application("b")),
        "a/x.yaml": text(obj("Secret")),
        "b/x.yaml": text(obj("Secret", "y")),
    }
    assert not found(plant(files), "argocd/sync-policy")


@pytest.mark.parametrize(
    ("ignored", "count"),
    [
        ([], 1),
        ([{"group": "*", "kind": "*", "jsonPointers": ["/spec/template/metadata/annotations"]}], 0),
        ([{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}], 1),
        ([{"group": "apps", "kind": "Deployment", "managedFieldsManagers": ["x"]}], 0),
    ],
)
def test_rollme(plant: Plant, ignored: list[dict], count: int) -> None:
    chart = "confluent-manager-for-apache-flink"
    source = {"repoURL": "https://c.test", "chart": chart, "targetRevision": "1"}
    files = {"x.yaml": text(application("a", source=source, ignoreDifferences=ignored))}
    assert len(found(plant(files), "argocd/noise")) == count


def test_a_printer_column_of_priority_zero(plant: Plant) -> None:
    column = {"name": "a", "type": "string", "jsonPath": ".a", "priority": 0}
    versions = [
        {"name": "v1", "served": True, "storage": True, "additionalPrinterColumns": [column]}
    ]
    thing = crd("Thing")
    thing["spec"]["versions"] = versions
    files = {"x.yaml": text(application("a")), "a/x.yaml": text(thing)}
    assert levels(plant(files), "argocd/noise") == ["warning"]
    column["priority"] = 1
    files["a/x.yaml"] = text(thing)
    assert not found(plant(files), "argocd/noise")
