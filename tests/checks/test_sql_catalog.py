"""sql/catalog: what Flink reads, who makes catalogs, and where exactly a text is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sql_trees import SHOWN, findings, script, statement, statements, told

from overlaykit.fix import apply

Plant = Callable[[dict[str, str]], Path]
LAKE = "CREATE TABLE lake.main.t (id INT) WITH ('connector' = 'print');\n"
MADE = "CREATE CATALOG lake WITH ('type' = 'generic_in_memory');\n"


@pytest.mark.parametrize(
    ("command", "level"),
    [
        ("[sql-client.sh, -f, /sql/job.sql]", "error"),
        ("[sql-client.sh, -i, /etc/init.sql, -f, /sql/job.sql]", "warning"),
        ("[sql-client.sh, -Dtable.catalog-store.kind=file, -f, /sql/job.sql]", "warning"),
        ("[java, -jar, /app/runner.jar, /sql/job.sql]", "warning"),
        ("", "warning"),
    ],
)
def test_who_may_make_a_catalog(command: str, level: str, plant: Plant) -> None:
    assert told(plant(script(LAKE, command))) == {(level, "catalog", "job.sql", 1)}


def test_another_text_makes_it(plant: Plant) -> None:
    files = script(LAKE, more="  - init.sql\n")
    assert told(plant({**files, "overlays/dev/init.sql": MADE})) == set()


def test_each_catalog_is_told_once(plant: Plant) -> None:
    text = (
        SHOWN
        + LAKE
        + LAKE.replace(".t ", ".u ")
        + "INSERT INTO shown SELECT id FROM other.main.t;\n"
    )
    assert {line for *_, line in told(plant(script(text)))} == {2, 4}


def test_the_catalogs_of_cmf(plant: Plant) -> None:
    made = """\
apiVersion: platform.confluent.io/v1beta1
kind: FlinkKafkaCatalog
metadata:
  name: other
  namespace: flink
spec:
  flinkEnvironment: default
  cmfRestClassRef:
    name: cmf
  srInstance:
    connectionConfig:
      schema.registry.url: http://schema-registry:8081
"""
    text = "INSERT INTO a SELECT * FROM {}.main.b"
    files = {
        name: statement(name, text.format(name)) for name in ("other", "examples", "kafka", "lake")
    }
    assert told(plant(statements(catalog=made, **files))) == {
        ("warning", "catalog", "lake.yaml", 14)
    }


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("|\n    INSERT INTO a\n    SELECT *  # all\n    FROM b\n", 16, 15),
        (">-\n    INSERT INTO a\n\n    SELECT *\n    FROM b # all\n", 18, 12),
        ("INSERT INTO a\n    SELECT * FROM\n    b.user\n", 16, 7),
        ("'INSERT INTO a SELECT ''x'', b.user FROM b'\n", 14, 45),
        ('"INSERT INTO a\\n SELECT \\"x\\" FROM b"\n', 14, 39),
    ],
)
def test_the_place_in_every_style_of_yaml(
    written: str, line: int, column: int, plant: Plant
) -> None:
    [found] = findings(plant(statements(a=statement("a", written))))
    if "# all" in written:
        assert found.message.startswith("Flink reads no #")
    assert (found.line, found.column) == (line, column)


def test_the_place_in_an_inline_patch(plant: Plant) -> None:
    files = statements(a=statement("a", "INSERT INTO a SELECT * FROM b"))
    patch = """\
patches:
- target:
    kind: FlinkStatement
  patch: |-
    - op: replace
      path: /spec/statement
      value: |
        INSERT INTO a
        SELECT * FROM default.b
"""
    files["overlays/dev/kustomization.yaml"] += patch
    assert told(plant(files)) == {("error", "catalog", "kustomization.yaml", 13)}


def test_another_dialect_has_other_words(plant: Plant) -> None:
    text = "SET 'table.sql-dialect' = 'hive';\nCREATE TABLE t (user STRING) LOCATION \"/a\";\n"
    assert told(plant(script(text))) == set()


def test_a_database_is_not_asked(plant: Plant) -> None:
    """SQL of another dialect beside a database of its own."""
    text = "# users\nCREATE TABLE user (id serial);\nSET search_path = a;\n"
    assert told(plant(script(text, "[psql, -f, /sql/job.sql]", image="postgres:16"))) == set()


def test_a_client_of_flink_makes_it_flinks(plant: Plant) -> None:
    assert told(plant(script("# all\nCREATE VIEW v AS SELECT 1;\n"))) == {
        ("error", "catalog", "job.sql", 1)
    }


JOB = """\
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata:
  name: sql
  namespace: flink
spec:
  image: flink:1.20.3
  flinkVersion: v1_20
  serviceAccount: flink
  jobManager:
    resource:
      memory: 1600m
      cpu: 1
  taskManager:
    resource:
      memory: 1728m
      cpu: 1
  job:
    jarURI: local:///opt/flink/usrlib/runner.jar
    args: ARGS
    upgradeMode: stateless
"""


def test_a_file_that_a_job_is_given_by_name(plant: Plant) -> None:
    job = JOB.replace("ARGS", "[/opt/flink/usrlib/scripts/totals.sql]")
    files = statements(job=job) | {"image/scripts/totals.sql": SHOWN + "# all\n"}
    assert told(plant(files)) == {("warning", "catalog", "totals.sql", 2)}


def test_a_text_that_a_job_is_given(plant: Plant) -> None:
    text = """["
      CREATE TABLE shown (
        user STRING
      ) WITH ('connector' = 'print');
      "]"""
    assert told(plant(statements(job=JOB.replace("ARGS", text)))) == {
        ("error", "catalog", "job.yaml", 22)
    }


def test_a_text_in_a_variable(plant: Plant) -> None:
    files = script(SHOWN)
    variable = """\
        env:
        - name: STATEMENTS
          value: |
            CREATE TABLE shown (
              user STRING
            ) WITH ('connector' = 'print');
"""
    files["overlays/dev/job.yaml"] = files["overlays/dev/job.yaml"].replace(
        "        volumeMounts:\n", f"{variable}        volumeMounts:\n"
    )
    assert told(plant(files)) == {("error", "catalog", "job.yaml", 18)}


def test_sql_inside_of_a_script_of_a_shell_is_the_shells(plant: Plant) -> None:
    text = '#!/bin/bash\nset -e\nsql-client.sh -f <(cat <<EOF\n# "all"\n' + SHOWN + "EOF\n)\n"
    files = script(SHOWN, more="  - run.sh\n")
    assert told(plant({**files, "overlays/dev/run.sh": text})) == set()


def test_what_a_machine_can_mend(plant: Plant) -> None:
    text = "|\n    # all\n    INSERT INTO a SELECT b.user\n    FROM default.b\n"
    root = plant(statements(a=statement("a", text)))
    apply(root, findings(root))
    written = (root / "overlays/dev/a.yaml").read_text()
    assert "    -- all\n    INSERT INTO a SELECT b.`user`\n    FROM `default`.b\n" in written
    assert told(root) == set()
