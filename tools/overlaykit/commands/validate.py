"""`overlay validate`."""

import sys
from pathlib import Path

import click

from overlaykit.cli import root_of

FORMATS = ("text", "json")


@click.command("validate", short_help="Judge overlays and Applications before they are pushed.")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="How to print findings."
)
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE instead."
)
@click.option(
    "--changed",
    is_flag=False,
    flag_value="HEAD",
    metavar="[REF]",
    help="Judge only what differs from REF (HEAD); A..B and A...B judge B, INDEX what is staged.",
)
@click.option("--no-cache", is_flag=True, help="Work everything out anew.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes first, then judge what is left.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    help="The lowest level that makes the exit code 1.",
)
@click.pass_context
def command(
    ctx: click.Context,
    targets: tuple[str, ...],
    form: str,
    output: Path | None,
    changed: str | None,
    no_cache: bool,
    fix: bool,
    fail_on: str,
) -> None:
    """Render every overlay of the repository with Kustomize and judge the result.

    A TARGET is CLUSTER, CLUSTER/WORKLOAD or a directory; without one, everything is judged.
    Exit codes: 0 clean, 1 findings at --fail-on or above, 2 usage, 3 could not look.

    \b
    Examples:
      overlay validate
      overlay validate prod-eu
      overlay validate prod-eu/flink-resources --format json
      overlay validate --changed
      overlay validate --changed=origin/main...HEAD

    With --changed, every cluster that the change reaches is judged whole, through bases and
    components too; what belongs to no cluster is judged with all of them.
    """
    from overlaykit import fix as fixes
    from overlaykit.errors import UsageError
    from overlaykit.remember import validate_remembered
    from overlaykit.report.progress import progress
    from overlaykit.validate import Result, validate, validate_change

    root = root_of(ctx)

    def judge() -> Result:
        if changed is not None:
            return validate_change(root, changed, list(targets), progress("rendering"))
        # Fixes are not remembered: they are worked out from the files as they are.
        run = validate if no_cache or fix else validate_remembered
        return run(root, list(targets), progress("rendering"))

    if fix and changed is not None and (".." in changed or changed == "INDEX"):
        raise UsageError("--fix works on the working tree: give --changed one REF, or none")
    result = judge()
    if fix:
        for name in fixes.apply(root, result.findings):
            click.echo(f"fixed {name}", err=True)
        result = judge()
    _write(form, result, output)
    bad = result.count("error") + (result.count("warning") if fail_on == "warning" else 0)
    ctx.exit(1 if bad else 0)


def _write(form: str, result: object, output: Path | None) -> None:
    from overlaykit import disk
    from overlaykit.report import json, text
    from overlaykit.report.paint import paint
    from overlaykit.validate import Result

    assert isinstance(result, Result)
    if form == "json":
        whole = json.render(result)
    else:
        whole = text.render(result, paint(sys.stdout) if output is None else text.plain)
    if output is None:
        click.echo(whole, nl=False)
    else:
        disk.write_file(output, whole)
