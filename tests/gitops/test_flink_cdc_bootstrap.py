"""The bootstrap script, run as it is, against a JobManager and an SQL client that are made up.

tests/engines/test_flink_cdc_bootstrap.py runs it against real ones.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / "workloads/flink-cdc/components/bootstrap"
SCRIPT = BOOTSTRAP / "scripts/bootstrap.sh"
JOB = "a" * 32
OTHER = "b" * 32
SQL = "CREATE TABLE t (id INT) WITH ('password' = '${PASSWORD}');\nINSERT INTO t SELECT 1;\n"
# As the client writes it: in the line that it was repeating.
RED = "\x1b[31;1m[ERROR] {}\x1b[0m\n"
SAVED = {"status": {"id": "COMPLETED"}, "operation": {"location": "s3://state/savepoints/x"}}

CURL = """\
#!{python}
import json, pathlib, sys
world = pathlib.Path('{world}')
path = next(a for a in sys.argv if a.startswith("http://jm")).removeprefix("http://jm")
with (world / "calls").open("a") as calls:
    print("POST" if "POST" in sys.argv else "GET", path, file=calls)
answers = json.loads((world / "answers").read_text())
left = answers.get(path, [])
if not left or left[0] is None:
    sys.exit("curl: (22) nothing there")
print(json.dumps(left[0], separators=(",", ":")))
answers[path] = left[1:] or left
(world / "answers").write_text(json.dumps(answers))
"""
CLIENT = """\
#!/bin/sh
PATH=/usr/bin:/bin
cp "$4" {world}/submitted
cat "$4" {world}/said
exit "$(cat {world}/code)"
"""


def job(state: str, name: str = "flink-cdc", running: int = 2, jid: str = JOB) -> dict[str, Any]:
    """A job as /jobs/overview tells of it."""
    tasks = {"running": running, "canceling": 0, "total": 2, "finished": 0, "failed": 0}
    return {"jid": jid, "name": name, "start-time": 1, "state": state, "tasks": tasks}


@dataclass
class World:
    """What the script meets: answers of the JobManager, one after the other, and the SQL client."""

    folder: Path
    answers: dict[str, list[Any]] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=lambda: {"PASSWORD": "it's 5/6 & | ;--"})
    environment: dict[str, str] = field(default_factory=dict)
    sql: str = SQL
    says: str = f"Job ID: {JOB}\n"
    code: int = 0

    def overviews(self, *states: list[dict[str, Any]]) -> None:
        self.answers["/jobs/overview"] = [{"jobs": jobs} for jobs in states]

    def run(self) -> subprocess.CompletedProcess[str]:
        self.write()
        return self.start()

    def start(self) -> subprocess.CompletedProcess[str]:
        base = {"REST_URL": "http://jm", "PIPELINE_NAME": "flink-cdc", "POLL_SECONDS": "0"}
        base |= {"SQL_FILE": f"{self.folder}/job.sql", "CREDENTIALS": f"{self.folder}/credentials"}
        base |= {"WORK": f"{self.folder}/work", "REST_SECONDS": "2"}
        base |= {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        argv, env = [str(shutil.which("bash")), str(SCRIPT)], {**base, **self.environment}
        return subprocess.run(
            argv, env=env, capture_output=True, text=True, check=False, timeout=60
        )

    def write(self) -> None:
        for name in ("bin", "work", "credentials"):
            (self.folder / name).mkdir()
        for name, text in self.credentials.items():
            (self.folder / "credentials" / name).write_text(text)
        self.answers.setdefault("/overview", [{}])
        (self.folder / "answers").write_text(json.dumps(self.answers))
        (self.folder / "job.sql").write_text(self.sql)
        (self.folder / "said").write_text(self.says)
        (self.folder / "code").write_text(str(self.code))
        for name, text in (("curl", CURL), ("sql-client.sh", CLIENT)):
            tool = self.folder / "bin" / name
            tool.write_text(text.format(python=sys.executable, world=str(self.folder)))
            tool.chmod(0o755)

    @property
    def submitted(self) -> str:
        file = self.folder / "submitted"
        return file.read_text() if file.exists() else ""

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def fresh(world: World) -> World:
    """No job yet, then ours runs."""
    world.overviews([], [job("RUNNING")])
    return world


def test_a_missing_pipeline_is_submitted_and_seen_running(fresh: World) -> None:
    done = fresh.run()
    assert done.returncode == 0, done.stderr
    assert f"job {JOB} is RUNNING with 2 tasks" in done.stdout
    assert fresh.submitted.startswith("SET 'pipeline.name' = 'flink-cdc';\n")


def test_a_pipeline_that_runs_is_left_alone(world: World) -> None:
    world.overviews([job("RUNNING")])
    done = world.run()
    assert done.returncode == 0
    assert "nothing to submit" in done.stdout
    assert world.submitted == ""
    assert not any(call.startswith("POST") for call in world.calls)


@pytest.mark.parametrize("state", ["CREATED", "INITIALIZING", "RESTARTING", "RECONCILING"])
def test_a_pipeline_on_its_way_is_not_submitted_again(state: str, world: World) -> None:
    world.overviews([job(state, running=0)], [job("RUNNING")])
    assert world.run().returncode == 0
    assert world.submitted == ""


@pytest.mark.parametrize("state", ["FINISHED", "CANCELED", "FAILED"])
def test_a_pipeline_that_ended_is_submitted_again(state: str, world: World) -> None:
    old = job(state, jid=OTHER)
    world.overviews([old], [old, job("RUNNING")])
    assert world.run().returncode == 0
    assert world.submitted


@pytest.mark.parametrize("name", ["flink-cdc-2", "my flink-cdc", 'x","name":"flink-cdc'])
def test_a_job_of_another_name_is_not_ours(name: str, world: World) -> None:
    stranger = job("RUNNING", name, jid=OTHER)
    world.overviews([stranger], [stranger, job("RUNNING")])
    assert world.run().returncode == 0
    assert world.submitted


def test_two_jobs_of_the_name_are_not_touched(world: World) -> None:
    world.overviews([job("RUNNING"), job("RUNNING", jid=OTHER)])
    done = world.run()
    assert done.returncode == 1
    assert JOB in done.stderr and OTHER in done.stderr
    assert world.submitted == ""


def test_a_pipeline_that_restarts_for_ever_fails_the_sync(world: World) -> None:
    """Also where it was there before: green would say that changes arrive."""
    world.environment["RUNNING_SECONDS"] = "2"
    world.overviews([job("RESTARTING", running=0)])
    world.answers[f"/jobs/{JOB}/exceptions?maxExceptions=1"] = [
        {"root-exception": "java.sql.SQLException: Login failed\n\tat x.y"}
    ]
    done = world.run()
    assert done.returncode == 1
    assert "is RESTARTING and not all of its tasks run" in done.stderr
    assert "Login failed" in done.stderr


def test_running_means_all_tasks(fresh: World) -> None:
    fresh.environment["RUNNING_SECONDS"] = "2"
    fresh.overviews([], [job("RUNNING", running=1)])
    assert fresh.run().returncode == 1


def test_a_pipeline_that_dies_fails_at_once(fresh: World) -> None:
    fresh.overviews([], [job("RUNNING", running=0)], [job("FAILED", running=0)])
    done = fresh.run()
    assert done.returncode == 1
    assert f"job {JOB} is FAILED" in done.stderr


def test_a_pipeline_with_an_end_may_finish(fresh: World) -> None:
    fresh.overviews([], [job("FINISHED", running=0)])
    assert fresh.run().returncode == 0


def test_a_job_manager_that_is_not_there_is_waited_for_and_named(world: World) -> None:
    world.answers["/overview"] = [None]
    done = world.run()
    assert done.returncode == 1
    assert done.stderr == "error: http://jm did not answer for 2 seconds\n"


def test_values_are_the_inside_of_an_sql_string(fresh: World) -> None:
    fresh.run()
    assert "'password' = 'it''s 5/6 & | ;--'" in fresh.submitted


@pytest.mark.parametrize("value", ["${NAME}", "a\\b", "$(id)", "`id`", "@&\\1", "ключ", "  two "])
def test_a_value_is_taken_as_it_is(value: str, fresh: World) -> None:
    """Whatever it looks like: also like a placeholder."""
    fresh.credentials = {"PASSWORD": value, "NAME": "other"}
    assert fresh.run().returncode == 0
    assert f"'password' = '{value}'" in fresh.submitted


def test_the_line_break_at_the_end_of_a_secret_is_no_part_of_it(fresh: World) -> None:
    fresh.credentials = {"PASSWORD": "secret\n"}
    assert fresh.run().returncode == 0
    assert "'password' = 'secret'" in fresh.submitted


@pytest.mark.parametrize("value", ["two\nlines", "tab\there", "\r", ""])
def test_a_value_that_is_no_line_of_text_is_refused(value: str, fresh: World) -> None:
    fresh.credentials = {"PASSWORD": value}
    done = fresh.run()
    assert done.returncode == 1
    assert "${PASSWORD}" in done.stderr
    assert fresh.submitted == ""


def test_an_environment_variable_is_a_value_and_a_secret_wins(fresh: World) -> None:
    fresh.sql = "SELECT '${HOST}', '${PASSWORD}';\n"
    fresh.environment |= {"HOST": "db.example.com", "PASSWORD": "from the environment"}
    fresh.run()
    assert "SELECT 'db.example.com', 'it''s 5/6" in fresh.submitted


@pytest.mark.parametrize("name", ["MISSING", "lower", "A B", ""])
def test_a_placeholder_without_a_value_is_refused(name: str, fresh: World) -> None:
    fresh.sql = f"SELECT '${{{name}}}';\n"
    done = fresh.run()
    assert done.returncode == 1
    assert fresh.submitted == ""
    assert f"${{{name}" in done.stderr


def test_no_secret_is_printed_when_the_client_refuses(fresh: World) -> None:
    """The client repeats every statement that it reads."""
    fresh.says = RED.format("Could not execute: 'it''s 5/6 & | ;--' is wrong")
    done = fresh.run()
    assert done.returncode == 1
    assert "Could not execute: '***' is wrong" in done.stderr
    assert "5/6" not in done.stdout + done.stderr


def test_an_error_that_the_client_only_prints_is_one(fresh: World) -> None:
    fresh.says = "INSERT INTO" + RED.format("Could not execute SQL statement.")
    done = fresh.run()
    assert done.returncode == 1
    assert done.stderr.startswith("[ERROR] Could not execute SQL statement.\nerror: the SQL client")


def test_a_client_that_dies_is_an_error(fresh: World) -> None:
    fresh.code = 1
    fresh.says = "Exception in thread main: no memory\n"
    done = fresh.run()
    assert done.returncode == 1
    assert "no memory" in done.stderr


def test_sql_that_starts_nothing_is_an_error(fresh: World) -> None:
    fresh.says = "[INFO] Execute statement succeed.\n"
    done = fresh.run()
    assert done.returncode == 1
    assert "needs an INSERT" in done.stderr


def test_what_was_rendered_is_gone_afterwards(fresh: World) -> None:
    fresh.run()
    assert not (fresh.folder / "work/job.sql").exists()


def test_a_savepoint_is_set_only_when_one_is_given(fresh: World) -> None:
    fresh.run()
    assert "state-recovery" not in fresh.submitted


def test_a_new_pipeline_starts_from_the_savepoint(fresh: World) -> None:
    fresh.environment["RESTORE_FROM_SAVEPOINT"] = "s3://state/savepoints/x"
    fresh.run()
    line = "SET 'execution.state-recovery.path' = 's3://state/savepoints/x';"
    assert line in fresh.submitted.splitlines()


def test_a_running_pipeline_does_not_go_back_to_a_savepoint(world: World) -> None:
    world.environment["RESTORE_FROM_SAVEPOINT"] = "s3://state/savepoints/x"
    world.overviews([job("RUNNING")])
    assert world.run().returncode == 0
    assert world.submitted == ""


@pytest.mark.parametrize(
    "line", ["SET 'pipeline.name' = 'x';", "set execution.savepoint.path = 'x';"]
)
def test_name_and_savepoint_are_not_for_the_sql(line: str, fresh: World) -> None:
    fresh.sql = line + SQL
    done = fresh.run()
    assert done.returncode == 1
    assert "those are parameters" in done.stderr


@pytest.fixture
def suspended(world: World) -> World:
    """A pipeline that runs and shall not."""
    world.environment["PIPELINE_STATE"] = "suspended"
    world.overviews([job("RUNNING")])
    world.answers[f"/jobs/{JOB}/stop"] = [{"request-id": "f00"}]
    waiting = {"status": {"id": "IN_PROGRESS"}}
    world.answers[f"/jobs/{JOB}/savepoints/f00"] = [waiting, SAVED]
    return world


def test_suspended_stops_with_a_savepoint_and_says_where(suspended: World) -> None:
    done = suspended.run()
    assert done.returncode == 0, done.stderr
    assert "its savepoint: s3://state/savepoints/x\n" in done.stdout
    assert f"POST /jobs/{JOB}/stop" in suspended.calls


def test_suspended_twice_does_nothing(suspended: World) -> None:
    suspended.overviews([job("FINISHED")])
    done = suspended.run()
    assert done.returncode == 0
    assert "nothing to stop" in done.stdout
    assert not any(call.startswith("POST") for call in suspended.calls)


def test_a_pipeline_that_restarts_is_not_stopped(suspended: World) -> None:
    suspended.overviews([job("RESTARTING")])
    done = suspended.run()
    assert done.returncode == 1
    assert "a savepoint needs a job that is RUNNING" in done.stderr


def test_a_savepoint_that_fails_fails_the_sync(suspended: World) -> None:
    cause = {"class": "E", "stack-trace": "Failed to trigger savepoint"}
    suspended.answers[f"/jobs/{JOB}/savepoints/f00"] = [
        {"status": {"id": "COMPLETED"}, "operation": {"failure-cause": cause}}
    ]
    done = suspended.run()
    assert done.returncode == 1
    assert "Failed to trigger savepoint" in done.stderr


@pytest.mark.parametrize("setting", [{"PIPELINE_STATE": "paused"}, {"PIPELINE_NAME": "a'b"}])
def test_settings_are_checked_before_anything_is_done(
    setting: dict[str, str], fresh: World
) -> None:
    fresh.environment |= setting
    assert fresh.run().returncode == 1
    assert fresh.submitted == ""


def test_the_shipped_sql_finds_all_its_values(fresh: World, render_pipeline: Any) -> None:
    fresh.sql = (ROOT / "workloads/flink-cdc/base/sql/job.sql").read_text()
    fresh.credentials = {"MSSQL_USERNAME": "cdc", "MSSQL_PASSWORD": "x'y"}
    fresh.environment |= render_pipeline()
    done = fresh.run()
    assert done.returncode == 0, done.stderr
    assert "${" not in fresh.submitted
    assert "'password' = 'x''y'" in fresh.submitted


@pytest.fixture
def render_pipeline(root: Path, render: Callable[[Path], list[Any]]) -> Callable[[], Any]:
    """What the ConfigMap tells the Job on openshift-demo."""

    def of() -> dict[str, str]:
        objects = render(root / "overlays/openshift-demo/flink-cdc")
        (found,) = [o for o in objects if o["metadata"]["name"] == "flink-cdc-pipeline"]
        return dict(found["data"])

    return of


def test_it_needs_nothing_but_what_the_image_is_checked_for(fresh: World) -> None:
    """The Dockerfile stops without these; the others are coreutils."""
    dockerfile = (ROOT / "workloads/flink-cdc/image/Dockerfile").read_text()
    (listed,) = re.findall(r"for tool in ([^;]+);", dockerfile)
    tools = {*listed.split(), "cat", "cut", "head", "rm", "sleep", "tr"}
    fresh.write()
    for name in tools - {"curl", "sql-client.sh", "sql-gateway.sh"}:
        (fresh.folder / "bin" / name).symlink_to(str(shutil.which(name)))
    fresh.environment["PATH"] = f"{fresh.folder}/bin"
    done = fresh.start()
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
