"""The bootstrap script of flink-cdc with a real Flink: cluster, SQL client and savepoints.

A database and Kafka are not to be had here: the SQL has the shape of the shipped one (a source, a
sink with a key that takes updates) with connectors of Flink itself. The configuration is the one
that openshift-demo renders; `Cluster` says what of it one machine cannot have.
"""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import ENTRY, Cluster, _client
from shipped import renders

from helpers import ROOT

SCRIPT = ROOT / "workloads/flink-cdc/components/bootstrap/scripts/bootstrap.sh"
# What SQL, sed and the shell would stumble over; the client must take it to the sink as it is.
PASSWORD = "it's; 5/6 & | \\ $HOME ${NAME} -- \" ключ"
SQL = """\
CREATE TABLE source_table (id INT, name STRING) COMMENT '${MSSQL_PASSWORD}'
WITH ('connector' = 'datagen', 'rows-per-second' = '20', 'fields.id.kind' = 'sequence',
      'fields.id.start' = '1', 'fields.id.end' = '1000000', 'fields.name.length' = '4');

CREATE TABLE sink_table (id INT, names BIGINT, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'blackhole');

CREATE TABLE echo (id INT, text STRING)
WITH ('connector' = 'filesystem', 'path' = 'file://${ECHO}', 'format' = 'json',
      'sink.rolling-policy.rollover-interval' = '1 s', 'sink.rolling-policy.check-interval' = '1 s');

-- A comment with a quote that isn't closed.
EXECUTE STATEMENT SET BEGIN
INSERT INTO sink_table SELECT id / 10, COUNT(name) FROM source_table GROUP BY id / 10;
INSERT INTO echo SELECT id, '${MSSQL_PASSWORD}' FROM source_table;
END;
"""


def options() -> dict[str, Any]:
    objects = renders()["openshift-demo/flink-cdc"]
    (found,) = [o for o in objects if o.name == "flink-cdc-options"]
    return dict(found.data["data"])


def sql_client(cluster: Cluster, folder: Path) -> None:
    """sql-client.sh of the image: the release's start script is in no package, its class is."""
    argv = cluster._java("-Xmx512m")
    argv[-1] += "".join(f":{jar}" for jar in _client())
    # The image's client logs into a file, too.
    argv.insert(1, "-Dlog4j2.level=OFF")
    argv = [word for word in argv if "log4j.configurationFile" not in word]
    command = shlex.join([*argv, ENTRY["sql"], "embedded"])
    places = {k: v for k, v in cluster._environment().items() if k.startswith("FLINK_")}
    exports = "".join(f"export {k}={shlex.quote(v)}\n" for k, v in places.items())
    file = folder / "sql-client.sh"
    file.write_text(f'#!/bin/sh\n{exports}exec {command} "$@"\n')
    file.chmod(0o755)


class Pipeline:
    """The script as the Job of the workload runs it, on a cluster of this machine."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        for name in ("bin", "work", "credentials", "echo"):
            (folder / name).mkdir()
        (folder / "credentials/MSSQL_PASSWORD").write_text(PASSWORD)
        sql_client(cluster, folder / "bin")

    def run(self, sql: str = SQL, **settings: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "job.sql").write_text(sql)
        port = self.cluster.configuration["rest.port"]
        environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "REST_URL": f"http://127.0.0.1:{port}",
            "PIPELINE_NAME": "flink-cdc",
            "SQL_FILE": f"{self.folder}/job.sql",
            "CREDENTIALS": f"{self.folder}/credentials",
            "WORK": f"{self.folder}/work",
            "ECHO": f"{self.folder}/echo",
            "POLL_SECONDS": "0.3",
            "RUNNING_SECONDS": "60",
        }
        argv = ["bash", str(SCRIPT)]
        return subprocess.run(
            argv,
            env=environment | settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def jobs(self, state: str) -> list[str]:
        jobs = self.cluster.get("/jobs/overview")["jobs"]
        return [job["jid"] for job in jobs if job["state"] == state]

    def alive(self) -> list[str]:
        jobs = self.cluster.get("/jobs/overview")["jobs"]
        return [
            job["jid"] for job in jobs if job["state"] not in ("FINISHED", "CANCELED", "FAILED")
        ]

    def echoed(self) -> set[str]:
        """What the sink has written; it shows a file after a checkpoint."""
        files = [f for f in (self.folder / "echo").iterdir() if not f.name.startswith(".")]
        rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return {row["text"] for row in rows}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    # Less waiting: for more slots, which do not come, and for a checkpoint.
    quick = {"jobmanager.adaptive-scheduler.resource-stabilization-timeout": "1s"}
    quick["execution.checkpointing.interval"] = "2s"
    with Cluster(options() | quick, tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def pipeline(cluster: Cluster, tmp_path: Path) -> Iterator[Pipeline]:
    made = Pipeline(cluster, tmp_path)
    yield made
    for job in made.alive():
        cluster.call("PATCH", f"/jobs/{job}")
    cluster.wait_for("all jobs to end", lambda: not made.alive())


def test_life_of_a_pipeline(pipeline: Pipeline) -> None:
    """Submitted once, stopped with a savepoint, started from it: what the runbook says."""
    first = pipeline.run()
    assert first.returncode == 0, first.stdout + first.stderr
    [job] = pipeline.jobs("RUNNING")
    assert f"job {job} is RUNNING" in first.stdout

    again = pipeline.run()
    assert again.returncode == 0, again.stderr
    assert "nothing to submit" in again.stdout
    assert pipeline.jobs("RUNNING") == [job]

    pipeline.cluster.wait_for("a file of the sink", pipeline.echoed)
    assert pipeline.echoed() == {PASSWORD}

    stopped = pipeline.run(PIPELINE_STATE="suspended")
    assert stopped.returncode == 0, stopped.stderr
    (savepoint,) = re.findall(r"its savepoint: (file:\S+)", stopped.stdout)
    assert pipeline.jobs("RUNNING") == []
    assert "/flink-cdc/savepoints/" in savepoint

    still = pipeline.run(PIPELINE_STATE="suspended")
    assert "nothing to stop" in still.stdout

    restored = pipeline.run(RESTORE_FROM_SAVEPOINT=savepoint)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    [next_job] = pipeline.jobs("RUNNING")
    origin = pipeline.cluster.checkpoints(next_job)["latest"]["restored"]
    assert (origin["is_savepoint"], origin["external_path"]) == (True, savepoint)
    assert PASSWORD not in first.stdout + restored.stdout + stopped.stdout


def test_it_runs_with_the_slots_there_are(pipeline: Pipeline) -> None:
    """parallelism is what a pipeline takes at most: two slots here, six are wanted."""
    assert options()["parallelism.default"] == "6"
    assert pipeline.run().returncode == 0
    [job] = pipeline.jobs("RUNNING")
    found = {v["parallelism"] for v in pipeline.cluster.get(f"/jobs/{job}")["vertices"]}
    assert max(found) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SQL.replace("INSERT INTO echo", "INSERT INTO nothing"), "nothing"),
        (SQL.replace("'blackhole'", "'mongodb-cdc'"), "mongodb-cdc"),
        (SQL[: SQL.index("EXECUTE")], "needs an INSERT"),
    ],
)
def test_wrong_sql_fails_the_sync_and_says_why(wrong: str, said: str, pipeline: Pipeline) -> None:
    done = pipeline.run(wrong)
    assert done.returncode == 1
    assert said in done.stderr
    assert "it's; 5/6" not in done.stdout + done.stderr
    assert "it''s; 5/6" not in done.stdout + done.stderr
    assert pipeline.jobs("RUNNING") == []


def test_a_savepoint_that_is_not_there_fails_the_sync(pipeline: Pipeline) -> None:
    done = pipeline.run(
        RESTORE_FROM_SAVEPOINT=f"file://{pipeline.folder}/none", RUNNING_SECONDS="40"
    )
    assert done.returncode == 1
    assert "none" in done.stderr
