"""Tests against real engines: a skip that is not on the committed list fails the run."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LISTED = (HERE / "allowed_skips.txt").read_text().splitlines()
ALLOWED = {line.split()[0] for line in LISTED if line.strip() and not line.startswith("#")}
SKIPPED: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.engines)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "tests/engines" in report.nodeid and report.nodeid not in ALLOWED:
        SKIPPED.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if SKIPPED:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for node in SKIPPED:
        terminalreporter.write_line(f"not on tests/engines/allowed_skips.txt: {node}", red=True)
