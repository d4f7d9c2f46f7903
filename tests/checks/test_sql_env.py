"""sql/env: who may fill a placeholder in, and which text is none."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sql_trees import SHOWN, findings, script, statement, statements, table, told

Plant = Callable[[dict[str, str]], Path]
TEXT = table(
    "orders", "'connector' = 'kafka', 'format' = 'json', 'properties.group.id' = '${GROUP}'"
)
HERE = ("env", "job.sql", 4)


@pytest.mark.parametrize(
    "command",
    [
        '[bash, -c, "envsubst < /sql/job.sql > /tmp/job.sql; sql-client.sh -f /tmp/job.sql"]',
        '[bash, -c, "sed s/x/y/ /sql/job.sql | sql-client.sh -f /dev/stdin"]',
        "[python3, /app/run.py, /sql/job.sql]",
    ],
)
def test_somebody_fills_it_in(command: str, plant: Plant) -> None:
    assert told(plant(script(TEXT, command))) == set()


def test_the_client_does_not(plant: Plant) -> None:
    [found] = findings(plant(script(TEXT)))
    assert (found.level, found.line) == ("error", 4)
    assert TEXT.splitlines()[3].index("${") + 1 == found.column
    assert "${GROUP}" in found.message


def test_a_program_of_ones_own_may(plant: Plant) -> None:
    assert told(plant(script(TEXT, "[/opt/run, /sql/job.sql]"))) == {("warning", *HERE)}


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ("env:\n        - name: GROUP\n          value: a\n", None),
        ("env:\n        - name: OTHER\n          value: a\n", "warning"),
        ("envFrom:\n        - secretRef:\n            name: a\n", None),
    ],
)
def test_a_program_that_has_the_variable_will(given: str, level: str | None, plant: Plant) -> None:
    files = script(TEXT, "[/opt/run, /sql/job.sql]")
    name = "overlays/dev/job.yaml"
    files[name] = files[name].replace(
        "        volumeMounts:\n", f"        {given}        volumeMounts:\n"
    )
    assert told(plant(files)) == ({(level, *HERE)} if level else set())


def test_the_client_reads_no_variables(plant: Plant) -> None:
    files = script(TEXT)
    given = "env:\n        - name: GROUP\n          value: a\n        volumeMounts:\n"
    files["overlays/dev/job.yaml"] = files["overlays/dev/job.yaml"].replace(
        "volumeMounts:\n", given
    )
    assert told(plant(files)) == {("error", *HERE)}


def test_nobody_is_seen_who_runs_it(plant: Plant) -> None:
    assert told(plant(script(TEXT, ""))) == {("warning", *HERE)}


def test_somebody_beside_it_runs_it_in_another_build(plant: Plant) -> None:
    files = script(TEXT, "")
    other = "spec:\n  volumes:\n  - configMap:\n      name: pipeline\n"
    assert told(plant({**files, "overlays/dev/other/job.yaml": other})) == set()


def test_a_script_of_the_repository_may(plant: Plant) -> None:
    files = {
        **script(TEXT),
        "deploy.sh": "kustomize build overlays/dev | envsubst | kubectl apply -f-",
    }
    assert told(plant(files)) == {("warning", *HERE)}


def test_an_init_container_may(plant: Plant) -> None:
    files = script(TEXT)
    given = """\
      initContainers:
      - name: fill
        image: flink:1.20.3
        command: [bash, -c, "envsubst < /sql/job.sql > /work/job.sql"]
      containers:
"""
    name = "overlays/dev/job.yaml"
    assert told(plant({**files, name: files[name].replace("      containers:\n", given)})) == set()


@pytest.mark.parametrize(
    "text",
    [
        "-- ${A}\n/* ${B} */\n" + SHOWN,
        SHOWN + "INSERT INTO shown SELECT CAST(REGEXP_REPLACE('a', '(?<b>a)', '${b}') AS INT);\n",
        SHOWN.replace("'print'", "'print', 'print-identifier' = '$5 {a}'"),
    ],
)
def test_what_is_no_placeholder(text: str, plant: Plant) -> None:
    assert told(plant(script(text))) == set()


def test_in_a_name_it_is_one(plant: Plant) -> None:
    assert ("error", "env", "job.sql", 1) in told(
        plant(script("CREATE TABLE ${NAME} (id INT) WITH ('connector' = 'print');\n"))
    )


def test_cmf_fills_nothing_in(plant: Plant) -> None:
    made = statement(
        "a", "INSERT INTO b SELECT * FROM c /*+ OPTIONS('properties.group.id' = '${G}') */"
    )
    assert told(plant(statements(a=made))) == {("error", "env", "a.yaml", 14)}


def test_flux_may(plant: Plant) -> None:
    made = statement(
        "a", "INSERT INTO b SELECT * FROM c /*+ OPTIONS('properties.group.id' = '${G}') */"
    )
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: a\n  namespace: b\nspec:\n  path: ./overlays\n"
    assert told(plant(statements(a=made, flux=flux))) == {("warning", "env", "a.yaml", 14)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  'topic'", "  -- # overlay: allow sql/env, the demo's driver does\n  'topic'"),
        ("CREATE", "-- Demo.\n-- # overlay: allow sql/env, the demo's driver does\nCREATE"),
        ("'${GROUP}'", "'${GROUP}' -- # overlay: allow sql/env, the demo's driver does\n"),
    ],
)
def test_a_comment_of_sql_allows_it(old: str, new: str, plant: Plant) -> None:
    assert told(plant(script(TEXT.replace(old, new, 1)))) == set()
