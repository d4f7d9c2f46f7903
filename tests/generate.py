"""Pages made from the code: `make docs` writes them, a house test compares them."""

import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

import click
from click.testing import CliRunner

from overlaykit import checks
from overlaykit.cli import CONTEXT, main
from overlaykit.report import page

ROOT = Path(__file__).resolve().parents[1]


def pages() -> dict[str, str]:
    """Generated page to its text."""
    return {
        "docs/checks.md": page.catalogue(checks.load_all().values()),
        "docs/cli.md": cli(),
        "README.md": readme(),
    }


MISTAKES = (
    ("workloads/flink-resources/base/metrics-service.yaml", "targetPort", "targetPrt"),
    ("apps/cmf-operator/application.yaml", '"118"', '"121"'),
)


def readme() -> str:
    """README.md with the screen of a real run in it."""
    text = (ROOT / "README.md").read_text()
    start, end = "<!-- screen: made by make docs -->\n", "<!-- end of screen -->"
    before, _, rest = text.partition(start)
    return f"{before}{start}```console\n{screen()}```\n{end}{rest.partition(end)[2]}"


@cache
def screen() -> str:
    """What `overlay validate` says of this repository with three mistakes in it."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("apps", "workloads", "overlays"):
            shutil.copytree(ROOT / name, Path(folder, name))
        for name, old, new in MISTAKES:
            path = Path(folder, name)
            path.write_text(path.read_text().replace(old, new, 1))
        listed = Path(folder, "overlays/flink-demo/flink-resources/kustomization.yaml")
        listed.write_text(listed.read_text().partition("patches:")[0])
        done = CliRunner().invoke(main, ["-C", folder, "validate"])
    return "$ tools/overlay validate\n" + re.sub(r"in \d+\.\d s", "in 1.2 s", done.stdout)


def cli() -> str:
    """The help of every verb, as the terminal shows it."""
    lines = ["# Command line", "", "Generated from the command line's own help by `make docs`."]
    for names, command in _commands("overlay", main):
        context = click.Context(command, info_name=names, **CONTEXT)
        context.terminal_width = 90
        lines += ["", f"## {names}", "", "```", command.get_help(context).rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _commands(name: str, command: click.Command) -> list[tuple[str, click.Command]]:
    found = [(name, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for verb in command.list_commands(context):
            below = command.get_command(context, verb)
            assert below is not None
            found += _commands(f"{name} {verb}", below)
    return found


if __name__ == "__main__":
    for name, text in pages().items():
        (ROOT / name).write_text(text)
