"""`overlay validate`."""

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from overlaykit.cli import root_of
from overlaykit.errors import UsageError

if TYPE_CHECKING:
    from overlaykit.validate import Result

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")


@click.command("validate", short_help="Judge overlays and Applications before they are pushed.")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="How to print findings."
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="FILE alone takes what --format prints; FORMAT=FILE is written besides, any number.",
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
    help="The lowest level that makes the exit code 1; an info never does.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Leave out the findings that FILE accepts.",
)
@click.option("--accept", is_flag=True, help="Write --baseline anew: accept every finding of now.")
@click.option("--shard", metavar="I/N", help="Judge part I of N; all parts together say it all.")
@click.pass_context
def command(
    ctx: click.Context,
    targets: tuple[str, ...],
    form: str,
    outputs: tuple[str, ...],
    changed: str | None,
    no_cache: bool,
    fix: bool,
    fail_on: str,
    baseline: Path | None,
    accept: bool,
    shard: str | None,
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
      overlay validate --output sarif=overlay.sarif --output junit=overlay.xml
      overlay validate --baseline overlay-baseline.json --accept
      overlay validate --shard 2/4

    With --changed, every cluster that the change reaches is judged whole, through bases and
    components too; what belongs to no cluster is judged with all of them.
    """
    # git and the workers start while the rest of the tool is read, which takes longer.
    from overlaykit.render.engines import warmed
    from overlaykit.repo.git import Git

    instead, besides = _destinations(outputs)
    git = Git(root_of(ctx))
    git.look_ahead(changed)
    # What was judged before is rendered no more: then no worker is needed.
    with warmed() if changed or no_cache or fix or shard else contextlib.nullcontext():
        from overlaykit.report.progress import progress
        from overlaykit.run import Request, carry_out

        request = Request(
            git=git,
            targets=list(targets),
            changed=changed,
            shard=shard,
            remembers=not no_cache,
            fixes=fix,
            fail_on=fail_on,
            baseline=baseline,
            accepts=accept,
        )
        result = carry_out(request, progress("rendering"), lambda line: click.echo(line, err=True))
    _print(form, result, instead)
    _write(besides, result)
    ctx.exit(1 if any(result.fails(finding.level) for finding in result.findings) else 0)


def _destinations(outputs: tuple[str, ...]) -> tuple[Path | None, list[tuple[str, Path]]]:
    """The file that takes the place of standard output, and the (format, file) pairs besides."""
    instead: Path | None = None
    besides = []
    for output in outputs:
        form, equals, name = output.partition("=")
        if equals and form in FORMATS and name:
            besides.append((form, Path(name)))
        elif equals and "/" not in form:
            allowed = ", ".join(FORMATS)
            raise UsageError(f"--output {output}: the format is one of {allowed}, then a file")
        elif instead is not None:
            raise UsageError(
                f"--output {output}: {instead} is given already; write FORMAT={output}"
            )
        else:
            instead = Path(output)
    return instead, besides


def _print(form: str, result: "Result", instead: Path | None) -> None:
    from overlaykit import disk
    from overlaykit.report import text
    from overlaykit.report.paint import paint

    if instead is not None:
        disk.write_file(instead, _rendered(form, result))
    elif form == "text":
        click.echo(text.render(result, paint(sys.stdout)), nl=False)
    else:
        click.echo(_rendered(form, result), nl=False)


def _write(besides: list[tuple[str, Path]], result: "Result") -> None:
    from overlaykit import disk

    for form, path in besides:
        disk.write_file(path, _rendered(form, result))


def _rendered(form: str, result: "Result") -> str:
    """The text of a format: `render` of the module that has its name."""
    import importlib

    whole: str = importlib.import_module(f"overlaykit.report.{form}").render(result)
    return whole
