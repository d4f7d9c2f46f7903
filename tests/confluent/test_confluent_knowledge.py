"""What is known of CMF, asked without any repository."""

import pytest

from overlaykit.confluent import database, endpoint, kinds, namespaces, quantity, sql, versions
from overlaykit.confluent.migrate import migrated
from overlaykit.source import load


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.4.1", (2, 4, 1)),
        ("v2.4", (2, 4)),
        ("~2.3.0", (2, 3, 0)),
        ("2.3.x", (2, 3)),
        ("2.4.1-rc1", (2, 4, 1)),
        ("^2.1.0", None),
        ("2", None),
        ("*", None),
        (">=2.1", None),
        ("", None),
    ],
)
def test_the_version_of_a_chart(text: str, version: tuple[int, ...] | None) -> None:
    assert versions.of_chart(text) == version


def test_a_version_that_is_told_in_part_is_below_only_if_all_of_it_is() -> None:
    assert versions.is_below((2, 1), (2, 2))
    assert not versions.is_below((2, 1), (2, 1, 1))
    assert versions.is_below((2, 1, 0), (2, 1, 1))
    assert not versions.is_below((2, 3, 0), (2, 3))


@pytest.mark.parametrize(
    ("value", "short"),
    [("1000m", "1"), ("02000m", "2"), ("500m", ""), ("1048m", ""), ("0000m", ""), (1000, "")],
)
def test_thousandths(value: object, short: str) -> None:
    assert quantity.shortened(value) == short


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://cmf-service", ("cmf-service", "", 80)),
        ("https://cmf-service.x", ("cmf-service", "x", 443)),
        ("http://a.b.svc.cluster.local:8080", ("a", "b", 8080)),
        ("http://cmf.example.com", None),
        ("http://a:port", None),
        ("ftp://a", None),
        ("nonsense", None),
    ],
)
def test_addresses_inside_of_a_cluster(url: str, parts: tuple[str, str, int] | None) -> None:
    found = endpoint.parse(url)
    assert (found and (found.service, found.namespace, found.port)) == parts


def test_namespaces_of_cfk() -> None:
    assert namespaces.of_cfk({}, "confluent") == ("confluent",)
    assert namespaces.of_cfk({"namespaceList": []}, "confluent") == ("confluent",)
    assert namespaces.of_cfk({"namespaced": False}, "confluent") == ()
    assert namespaces.of_cfk({}, "") == ()


def test_where_the_operator_makes_accounts() -> None:
    assert namespaces.has_account({}, "operator", "flink") is False
    assert namespaces.has_account({"watchNamespaces": ["flink"]}, "operator", "flink") is True
    assert namespaces.has_account({"jobServiceAccount": {"create": False}}, "a", "a") is None
    assert namespaces.account_name({"jobServiceAccount": {"name": "jobs"}}) == "jobs"


def test_comments_do_not_hide_what_a_statement_does() -> None:
    assert sql.runs_on("-- SELECT\nINSERT INTO a SELECT 1")
    assert not sql.runs_on("-- INSERT INTO a\nSELECT 1")
    assert not sql.runs_on("DESCRIBE inserts")


def test_every_fixed_field_is_of_a_kind_that_is_known() -> None:
    assert set(kinds.IMMUTABLE) <= kinds.CMF


def test_the_key_of_a_secret_that_is_not_written_out() -> None:
    assert database.length({"data": {"key": "not base64!"}}, "key") is None
    assert database.length({}, "key") is None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        # In brackets there is no line to move; an alias is somebody else's text.
        ("kind: FlinkEnvironment\nspec: {flinkConfiguration: {a: b}}\n", ("spec", "flinkConfiguration")),
        ("kind: FlinkEnvironment\nx: &x {a: b}\nspec:\n  flinkConfiguration: *x\n",
         ("spec", "flinkConfiguration")),
        ("kind: FlinkApplication\nspec:\n  flinkEnvironmentRef: shop\n",
         ("spec", "flinkEnvironmentRef")),
        ("kind: FlinkApplication\nspec:\n  flinkEnvironment: a\n  flinkEnvironmentRef:\n    name: b\n",
         ("spec", "flinkEnvironmentRef")),
        ("kind: Deployment\nspec:\n  flinkConfiguration:\n    a: b\n", ("spec", "flinkConfiguration")),
    ],
)  # fmt: skip
def test_what_is_left_to_a_person(text: str, path: tuple[str, ...]) -> None:
    assert migrated(text, load(text, "")[0], path) is None


def test_a_reference_in_brackets_and_line_ends_of_windows() -> None:
    text = "kind: FlinkApplication\r\nspec:\r\n  flinkEnvironmentRef: {name: shop}  # ours\r\n"
    path = ("spec", "flinkEnvironmentRef")
    now = migrated(text, load(text, "")[0], path)
    assert now == "kind: FlinkApplication\r\nspec:\r\n  flinkEnvironment: shop  # ours\r\n"
