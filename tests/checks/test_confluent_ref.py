"""confluent/ref and confluent/secret-names: where names are looked for, and what is taken for granted."""

from pathlib import Path

import pytest
from confluent_trees import application, cr, deploy, environment, found, levels, pool, statement

APPLICATION = {"image": "confluentinc/cp-flink:1.20.3-cp2-java17", "flinkVersion": "v1_20"}


def app(**spec: object) -> dict:
    return cr("FlinkApplication", "orders", **{**APPLICATION, **spec})


@pytest.mark.parametrize(
    ("name", "level"), [("shop", []), ("shops", ["error"]), ("orders-env", ["warning"])]
)
def test_a_misspelt_environment_is_an_error(tmp_path: Path, name: str, level: list[str]) -> None:
    root = deploy(tmp_path, [environment(), app(flinkEnvironment=name)])
    assert levels(root, "ref") == level


def test_names_that_differ_in_digits_are_siblings(tmp_path: Path) -> None:
    objects = [environment("shop-1"), app(flinkEnvironment="shop-2")]
    assert levels(deploy(tmp_path, objects), "ref") == ["warning"]


@pytest.mark.parametrize(
    ("here", "name", "level"),
    [
        ("default", "defualt", "error"),
        ("default", "defaul", "error"),
        ("shop-orders", "shop-order", "error"),
        # Words of which there may well be two.
        ("orders-eu", "orders-us", "warning"),
        ("orders-dev", "orders-deb", "warning"),
        ("orders-east1", "orders-east2", "warning"),
    ],
)
def test_a_slip_of_the_hand(tmp_path: Path, here: str, name: str, level: str) -> None:
    assert levels(deploy(tmp_path, [environment(here), app(flinkEnvironment=name)]), "ref") == [
        level
    ]


def test_an_environment_of_another_namespace_is_the_one_that_is_meant(tmp_path: Path) -> None:
    other = cr("FlinkEnvironment", "shop", "platform", kubernetesNamespace="flink")
    assert found(deploy(tmp_path, [other, app(flinkEnvironment="shop")]), "ref") == []


def test_a_rest_class_is_looked_for_in_its_namespace(tmp_path: Path) -> None:
    rest = cr("CMFRestClass", "cmf", "platform", cmfRest={"endpoint": "http://cmf-service:80"})
    here = environment(cmfRestClassRef={"name": "cmf"})
    (finding,) = found(deploy(tmp_path, [rest, here]), "ref")
    assert finding.level == "warning"
    assert "the one in 'platform' is not looked at" in finding.message
    there = environment(cmfRestClassRef={"name": "cmf", "namespace": "platform"})
    assert found(deploy(tmp_path, [rest, there]), "ref") == []


def test_what_is_not_deployed_from_here_is_an_info(tmp_path: Path) -> None:
    root = deploy(tmp_path, [app(flinkEnvironment="elsewhere")], known=False)
    assert levels(root, "ref") == ["info"]


def test_what_is_declared_is_there(tmp_path: Path) -> None:
    root = deploy(tmp_path, [app(flinkEnvironment="elsewhere")])
    (root / ".overlay.yaml").write_text("external: [FlinkEnvironment/*/elsewhere]\n")
    assert found(root, "ref") == []


def test_a_chart_that_is_not_seen_may_make_it(tmp_path: Path) -> None:
    source = {"repoURL": "https://charts.test", "chart": "shop", "targetRevision": "1.0.0"}
    root = deploy(tmp_path, [environment(), app(flinkEnvironment="shops")],
                  application("shop", source))  # fmt: skip
    (finding,) = found(root, "ref")
    assert finding.level == "warning"
    assert "the chart shop" in finding.message


def test_a_name_that_a_program_fills_in_is_left_alone(tmp_path: Path) -> None:
    assert found(deploy(tmp_path, [app(flinkEnvironment="${ENVIRONMENT}")]), "ref") == []


def test_a_pool_serves_its_own_environment_only(tmp_path: Path) -> None:
    other = [environment(), environment("lab"), pool(), statement(flinkEnvironment="lab")]
    (finding,) = found(deploy(tmp_path, other), "ref")
    assert (finding.level, finding.field) == ("error", "spec.computePoolName")


def test_databases_of_a_catalog_are_databases(tmp_path: Path) -> None:
    listed = [{"databaseName": "main", "connectionConfig": {"bootstrap.servers": "k:9092"}}]
    catalog = cr("FlinkKafkaCatalog", "kafka", flinkEnvironment="shop",
                 srInstance={"connectionConfig": {}}, kafkaClusters=listed)  # fmt: skip
    names = {"sql.current-catalog": "kafka", "sql.current-database": "main"}
    objects = [environment(), pool(), catalog, statement(properties=names)]
    assert found(deploy(tmp_path, objects), "ref") == []


@pytest.mark.parametrize("maker", ["ExternalSecret", "SealedSecret", "Secret"])
def test_secrets_that_somebody_makes(tmp_path: Path, maker: str) -> None:
    groups = {"ExternalSecret": "external-secrets.io/v1", "SealedSecret": "bitnami.com/v1alpha1"}
    made = {"apiVersion": groups.get(maker, "v1"), "kind": maker,
            "metadata": {"name": "login", "namespace": "flink"}, "spec": {}}  # fmt: skip
    secret = cr("FlinkSecret", "kafka", secretRef="login")
    assert found(deploy(tmp_path, [made, secret]), "ref") == []


# --- names of secrets ---


def connected(secret: str, mapping: str, means: str, connection: str) -> list[dict]:
    listed = {"connectionConfig": {}, "connectionSecretId": connection}
    return [
        environment(),
        cr("FlinkSecret", secret, secretRef="login"),
        cr("FlinkEnvironmentSecretMapping", mapping, flinkEnvironment="shop",
           secretRef={"name": means}),
        cr("FlinkKafkaCatalog", "kafka", flinkEnvironment="shop", srInstance=listed),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "kind", "level"),
    [
        (("a", "a", "a", "a"), "", ""),
        (("a", "a", "a", "b"), "FlinkKafkaCatalog", "error"),
        (("a", "b", "a", "a"), "FlinkEnvironmentSecretMapping", "error"),
        (("b", "a", "a", "a"), "FlinkSecret", "error"),
        # The mapping has the name that is asked for: the examples of the vendor say that is enough.
        (("b", "a", "b", "a"), "FlinkEnvironmentSecretMapping", "warning"),
    ],
)
def test_one_name_for_all_three(
    tmp_path: Path, names: tuple[str, str, str, str], kind: str, level: str
) -> None:
    told = found(deploy(tmp_path, connected(*names)), "secret-names")
    assert [(one.object.partition("/")[0], one.level) for one in told] == (
        [(kind, level)] if kind else []
    )


def test_a_mapping_of_another_environment_is_none(tmp_path: Path) -> None:
    objects = connected("a", "a", "a", "a")
    objects[2]["spec"]["flinkEnvironment"] = "lab"
    assert levels(deploy(tmp_path, [*objects, environment("lab")]), "secret-names") == ["warning"]


def test_without_any_mapping_somebody_else_may_map_it(tmp_path: Path) -> None:
    objects = connected("a", "a", "a", "a")
    (finding,) = found(deploy(tmp_path, [objects[0], objects[3]]), "secret-names")
    assert finding.level == "warning"
    assert "nobody maps it from elsewhere" in finding.message


def test_of_several_secrets_nobody_knows_which_is_meant(tmp_path: Path) -> None:
    objects = [*connected("b", "a", "a", "a"), cr("FlinkSecret", "c", secretRef="login")]
    root = deploy(tmp_path, objects)
    assert found(root, "secret-names") == []
    assert "there is no FlinkSecret 'a'" in " ".join(one.message for one in found(root, "ref"))
