"""monitoring/dash: what Grafana can load, and who else may read a ConfigMap."""

import json
from pathlib import Path
from typing import Any

import pytest
from flink_trees import application, deployment, findings, thing, told, write

CHECK = "monitoring/dash"
LABEL = {"grafana_dashboard": "1"}


def board(uid: str = "jobs", **more: Any) -> str:
    return json.dumps({"title": "Jobs", "uid": uid, "schemaVersion": 39, "panels": [], **more})


def config(
    text: str, name: str = "jobs", labels: dict[str, str] = LABEL, namespace: str = "flink"
) -> dict[str, Any]:
    return thing("ConfigMap", name, "v1", namespace, labels=labels, data={"jobs.json": text})


@pytest.mark.parametrize("text", ["{,}", '{"title": "x" "uid": "y"}', "", '{"a": "${x}",}'])
def test_json_that_grafana_cannot_read(tmp_path: Path, text: str) -> None:
    [(level, message)] = told(tmp_path, CHECK, config(text))
    assert level == "error"
    assert "jobs.json is no JSON" in message


@pytest.mark.parametrize(
    "text",
    ["{}", board(), '{"a": ${number}}', '{"a": {{ .Values.a }}}', board(title="${cluster}")],
)
def test_json_that_is_right_or_filled_in(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, CHECK, config(text)) == []


def test_json_that_is_no_dashboard_is_not_looked_at(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, config("{,}", labels={})) == []


def test_a_generated_dashboard_is_judged_in_its_own_file(tmp_path: Path) -> None:
    write(tmp_path / "apps" / "all.yaml", application("web", {"path": "web"}))
    generator = {"name": "jobs", "files": ["jobs.json"], "options": {"labels": LABEL}}
    kustomization = {"configMapGenerator": [generator]}
    write(tmp_path / "web" / "kustomization.yaml", kustomization)
    (tmp_path / "web" / "jobs.json").write_text('{\n  "title": "Jobs"\n  "uid": "x"\n}\n')
    from overlaykit.validate import validate

    found = validate(tmp_path, [], lambda done, total: None).findings
    assert [(f.file, f.line) for f in found if f.check == CHECK] == [("web/jobs.json", 3)]


def test_one_uid_twice(tmp_path: Path) -> None:
    [one] = findings(tmp_path, CHECK, config(board(), "a"), config(board(), "b"))
    assert one.level == "error"
    assert one.object == "ConfigMap/flink/b"
    assert "has the uid 'jobs' of jobs.json of ConfigMap/flink/a" in one.message


def test_one_uid_in_two_namespaces(tmp_path: Path) -> None:
    other = config(board(), "b", namespace="other")
    [(level, message)] = told(tmp_path, CHECK, config(board(), "a"), other)
    assert level == "warning"
    assert "assuming that one Grafana reads 'flink' and 'other'" in message


@pytest.mark.parametrize("uid", ["", None, "other"])
def test_uids_that_do_not_meet(tmp_path: Path, uid: str | None) -> None:
    assert told(tmp_path, CHECK, config(board(uid), "a"), config(board("b"), "b")) == []


def test_one_uid_on_two_clusters(tmp_path: Path) -> None:
    write(tmp_path / "there" / "all.yaml", config(board(), "b"))
    elsewhere = application("there", {"path": "there"}, server="https://other.test")
    assert told(tmp_path, CHECK, config(board(), "a"), beside=(elsewhere,)) == []
    write(tmp_path / "there" / "all.yaml", config(board(), "b"))
    here = application("there", {"path": "there"})
    assert told(tmp_path, CHECK, config(board(), "a"), beside=(here,))


def test_the_label_was_forgotten(tmp_path: Path) -> None:
    labelled = config(board("a"), "a")
    [(level, message)] = told(tmp_path, CHECK, labelled, config(board("b"), "b", {}))
    assert level == "warning"
    assert "has no label grafana_dashboard" in message


def test_nobody_here_uses_the_label(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, config(board(), labels={})) == []


def test_a_pod_mounts_the_dashboard(tmp_path: Path) -> None:
    volumes = [{"name": "boards", "configMap": {"name": "b"}}]
    grafana = deployment("grafana", volumes=volumes)
    found = told(tmp_path, CHECK, config(board("a"), "a"), config(board("b"), "b", {}), grafana)
    assert found == []


def test_a_sidecar_with_a_label_of_its_own(tmp_path: Path) -> None:
    own = config(board("b"), "b", {"our_dashboards": "yes"})
    assert told(tmp_path, CHECK, config(board("a"), "a"), own) == []
