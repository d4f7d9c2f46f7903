"""Small trees with Flink SQL, and what the checks of SQL say of them."""

from pathlib import Path

from overlaykit.findings import Finding
from overlaykit.validate import validate

KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
GENERATED = """\
configMapGenerator:
- name: pipeline
  namespace: flink
  files:
  - job.sql
"""
CLIENT = "[sql-client.sh, -f, /sql/job.sql]"
SHOWN = "CREATE TABLE shown (id INT) WITH ('connector' = 'print');\n"


def table(name: str, options: str, more: str = "") -> str:
    listed = f"'topic' = 't', 'properties.bootstrap.servers' = 'kafka:9092', {options}"
    return f"CREATE TABLE {name} (\n  id INT{more}\n) WITH (\n  {listed}\n);\n"


def script(
    text: str, command: str = CLIENT, more: str = "", image: str = "flink:1.20.3"
) -> dict[str, str]:
    """A text that a Job is given; no Job without a command. `more`: lines of the kustomization."""
    resources = "resources:\n- job.yaml\n" if command else "resources: []\n"
    files = {
        "overlays/dev/kustomization.yaml": KUSTOMIZATION + resources + GENERATED + more,
        "overlays/dev/job.sql": text,
    }
    return files | ({"overlays/dev/job.yaml": job(command, image)} if command else {})


def job(command: str, image: str) -> str:
    return f"""\
apiVersion: batch/v1
kind: Job
metadata:
  name: pipeline
  namespace: flink
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: client
        image: {image}
        command: {command}
        volumeMounts:
        - name: sql
          mountPath: /sql
      volumes:
      - name: sql
        configMap:
          name: pipeline
"""


def statement(name: str, sql: str, more: str = "") -> str:
    """A FlinkStatement; `sql` as it stands behind `statement: `."""
    return f"""\
apiVersion: platform.confluent.io/v1beta1
kind: FlinkStatement
metadata:
  name: {name}
  namespace: flink
spec:
  flinkEnvironment: default
  cmfRestClassRef:
    name: cmf
  computePoolName: sql
{more}  properties:
    sql.current-catalog: kafka
    sql.current-database: main
  statement: {sql}
"""


def statements(**files: str) -> dict[str, str]:
    listed = "".join(f"- {name}.yaml\n" for name in files)
    tree = {f"overlays/dev/{name}.yaml": text for name, text in files.items()}
    return tree | {"overlays/dev/kustomization.yaml": f"{KUSTOMIZATION}resources:\n{listed}"}


def findings(root: Path) -> list[Finding]:
    result = validate(root, [], lambda done, total: None)
    return [f for f in result.findings if f.check.startswith("sql/")]


def told(root: Path) -> set[tuple[str, str, str, int]]:
    """Level, check, name of the file and line."""
    return {
        (f.level, f.check.removeprefix("sql/"), f.file.rpartition("/")[2], f.line)
        for f in findings(root)
    }
