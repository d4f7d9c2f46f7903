"""`overlay impact`."""

import difflib
import sys

import click

from overlaykit.cli import root_of
from overlaykit.errors import UsageError

LEVELS = ("change", "scale", "restart", "redeploy", "refuse", "risk", "recreate", "loss")


@click.command("impact", short_help="What applying a change will do to every job and its state.")
@click.argument("change", required=False, default="HEAD", metavar="[REF|A..B]")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.option(
    "--check",
    metavar="LEVEL",
    help=f"Exit code 1 from this level on: {', '.join(LEVELS)}.",
)
@click.pass_context
def command(ctx: click.Context, change: str, form: str, check: str | None) -> None:
    """Say for each cluster and job what applying a change will do: nothing, an in-place scale, a
    stateful restart, a savepoint redeploy, state at risk, recreated, pruned; what becomes of its
    state, and why, with the line that decides.

    The change is that from REF (HEAD) to the working tree, or from A to B; A...B begins where the
    two parted. Both trees are rendered, as far as the change reaches; no cluster is asked, so a
    job is taken to run as the tree before says. Hazards of the change as a whole follow: a nonce
    that goes back, a savepoint of another job, a cluster changed together with its jobs.

    \b
    Levels for --check, each with all after it:
      change    anything changes at all
      scale     a job or workload is scaled without a restart
      restart   a job or workload restarts or stops; its state is kept
      redeploy  a job goes back to a given savepoint
      refuse    the API server or the operator refuses the change
      risk      whether state is kept depends on something that may not hold
      recreate  an object is deleted, and perhaps made anew
      loss      state is lost

    \b
    Examples:
      overlay impact
      overlay impact origin/main...HEAD --format markdown
      overlay impact v1.4..v1.5 --check risk
    """
    from overlaykit.impact.model import impact
    from overlaykit.report import impact as report
    from overlaykit.report import impact_markdown
    from overlaykit.report.paint import paint
    from overlaykit.report.progress import progress

    least = _level(check)
    found = impact(root_of(ctx), change, progress("rendering"))
    if form == "json":
        click.echo(report.as_json(found), nl=False)
    elif form == "markdown":
        click.echo(impact_markdown.render(found), nl=False)
    else:
        click.echo(report.text(found, paint(sys.stdout)), nl=False)
    ctx.exit(1 if least and found.level >= least else 0)


def _level(name: str | None) -> int:
    """The number of a level, 0 of none. Raises UsageError."""
    if name is None:
        return 0
    if name not in LEVELS:
        close = difflib.get_close_matches(name, LEVELS, 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"--check {name} is no level{hint}\n  levels: {', '.join(LEVELS)}")
    return LEVELS.index(name) + 1
