"""kubernetes/dangling-ref: who may have made the name, and where it is looked for."""

from pathlib import Path

import pytest
import yaml

from overlaykit.validate import validate

HERE = "https://kubernetes.default.svc"


def write(path: Path, *objects: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump_all(objects))


def thing(kind: str, name: str, api: str = "v1", namespace: str = "flink", **more: object) -> dict:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def pod(**spec: object) -> dict:
    return thing("Pod", "web", spec={"containers": [{"name": "web", "image": "a:1.2.3"}], **spec})


def application(name: str, source: dict, namespace: str = "flink", server: str = HERE) -> dict:
    source = {"repoURL": "https://git.test/r.git", "targetRevision": "main", **source}
    destination = {"server": server, "namespace": namespace}
    spec = {"project": "default", "source": source, "destination": destination}
    return thing("Application", name, "argoproj.io/v1alpha1", "argocd", spec=spec)


def found(root: Path, *objects: dict, beside: tuple[dict, ...] = ()) -> list[tuple[str, str]]:
    """Level and message of the findings of a folder that an Application deploys."""
    write(root / "apps" / "all.yaml", application("web", {"path": "web"}), *beside)
    write(root / "web" / "all.yaml", *objects)
    result = validate(root, [], lambda done, total: None)
    return [(f.level, f.message) for f in result.findings if f.check == "kubernetes/dangling-ref"]


LOGIN = pod(volumes=[{"name": "login", "secret": {"secretName": "login-of-web"}}])


def test_a_secret_of_nobody_is_a_warning_that_says_what_it_assumes(tmp_path: Path) -> None:
    [(level, message)] = found(tmp_path, LOGIN)
    assert level == "warning"
    assert "nothing here makes the Secret 'login-of-web' in namespace 'flink'" in message
    assert "assuming that nobody makes it" in message


ES, EXTERNAL = "external-secrets.io/v1", {"target": {"name": "login-of-web"}}


@pytest.mark.parametrize(
    "maker",
    [
        thing("Secret", "login-of-web"),
        thing("ExternalSecret", "login-of-web", ES, spec={}),
        thing("ExternalSecret", "any", ES, spec=EXTERNAL),
        thing("ClusterExternalSecret", "any", ES, "", spec={"externalSecretSpec": EXTERNAL}),
        thing("SealedSecret", "login-of-web", "bitnami.com/v1alpha1"),
        thing("Certificate", "any", "cert-manager.io/v1", spec={"secretName": "login-of-web"}),
        # An operator names what it makes after the resource that asks for it.
        thing("Postgres", "login", "databases.example.com/v1"),
        thing("HelmRelease", "any", "helm.toolkit.fluxcd.io/v2"),
    ],
    ids=lambda maker: maker["kind"],
)
def test_what_others_make_is_there(tmp_path: Path, maker: dict) -> None:
    assert found(tmp_path, LOGIN, maker) == []


@pytest.mark.parametrize("kind", ["Secret", "ExternalSecret"])
def test_another_namespace_is_another_secret(tmp_path: Path, kind: str) -> None:
    api = "v1" if kind == "Secret" else ES
    assert found(tmp_path, LOGIN, thing(kind, "login-of-web", api, "other", spec={}))


def test_another_application_of_the_cluster_may_bring_it(tmp_path: Path) -> None:
    write(tmp_path / "login" / "all.yaml", thing("Secret", "login-of-web"))
    assert found(tmp_path, LOGIN, beside=(application("login", {"path": "login"}),)) == []


def test_an_application_of_another_cluster_does_not(tmp_path: Path) -> None:
    write(tmp_path / "login" / "all.yaml", thing("Secret", "login-of-web"))
    elsewhere = application("login", {"path": "login"}, server="https://other.test")
    assert found(tmp_path, LOGIN, beside=(elsewhere,))


def test_a_chart_in_the_namespace_may_make_it(tmp_path: Path) -> None:
    chart = application("db", {"chart": "db", "targetRevision": "1.0.0"})
    assert found(tmp_path, LOGIN, beside=(chart,)) == []


def test_a_chart_does_not_hide_a_misspelt_name(tmp_path: Path) -> None:
    chart = application("db", {"chart": "db", "targetRevision": "1.0.0"})
    [(level, message)] = found(tmp_path, LOGIN, thing("Secret", "login-of-wbe"), beside=(chart,))
    assert level == "warning"
    assert "did you mean 'login-of-wbe'?" in message
    assert "that the chart db of Application 'db' does not make it" in message


@pytest.mark.parametrize("glob", ["Secret/flink/login-of-web", "Secret/*/login-*"])
def test_what_is_declared_external_is_there(tmp_path: Path, glob: str) -> None:
    write(tmp_path / ".overlay.yaml", {"external": [glob]})
    assert found(tmp_path, LOGIN) == []


def test_names_that_differ_in_digits_only_are_siblings(tmp_path: Path) -> None:
    one = pod(volumes=[{"name": "x", "configMap": {"name": "shared-settings-1"}}])
    [(_, message)] = found(tmp_path, one, thing("ConfigMap", "shared-settings-2"))
    assert "did you mean" not in message


def test_a_folder_that_nobody_deploys_gives_an_info(tmp_path: Path) -> None:
    write(tmp_path / "web" / "all.yaml", LOGIN)
    write(tmp_path / "web" / "kustomization.yaml", {"resources": ["all.yaml"]})
    result = validate(tmp_path, [], lambda done, total: None)
    levels = [f.level for f in result.findings if f.check == "kubernetes/dangling-ref"]
    assert levels == ["info"]


def test_kustomize_does_not_rename_inside_a_custom_resource(tmp_path: Path) -> None:
    """The generated name has a hash; a pod template of the Flink operator keeps the old one."""
    volumes = [{"name": "x", "configMap": {"name": "job-options"}}]
    spec = {"podTemplate": {"spec": {"volumes": volumes}}}
    write(tmp_path / "job" / "job.yaml", thing("FlinkDeployment", "job", FLINK, spec=spec))
    generator = [{"name": "job-options", "namespace": "flink", "literals": ["a=1"]}]
    kustomization = {"resources": ["job.yaml"], "configMapGenerator": generator}
    write(tmp_path / "job" / "kustomization.yaml", kustomization)
    result = validate(tmp_path, [], lambda done, total: None)
    [one] = [f for f in result.findings if "job-options" in f.message]
    assert (one.check, one.line) == ("kustomize/prefix-refs", 11)


FLINK = "flink.apache.org/v1beta1"


def ingress(port: dict, service: str = "web") -> dict:
    backend = {"service": {"name": service, "port": port}}
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    return thing("Ingress", "web", "networking.k8s.io/v1", spec={"rules": rules})


SERVICE = thing("Service", "web", spec={"ports": [{"name": "http", "port": 80}]})


@pytest.mark.parametrize(
    ("port", "found_there"),
    [({"name": "http"}, True), ({"number": 80}, True), ({"name": "web"}, False)],
)
def test_the_port_of_a_service(tmp_path: Path, port: dict, found_there: bool) -> None:
    assert bool(found(tmp_path, SERVICE, ingress(port))) is not found_there


def test_the_rest_service_that_the_flink_operator_makes(tmp_path: Path) -> None:
    job = thing("FlinkDeployment", "job", FLINK, spec={})
    assert found(tmp_path, job, ingress({"number": 8081}, "job-rest")) == []
