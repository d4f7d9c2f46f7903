"""`overlay plan`."""

import sys

import click

from overlaykit.cli import root_of


@click.command("plan", short_help="The order of a cluster's first sync, and what of it is proved.")
@click.argument("target", metavar="CLUSTER|DIRECTORY")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, target: str, form: str) -> None:
    """Print the first sync of CLUSTER as its Argo CD will run it: nested Applications from the
    root down, phases, waves and kinds; what each step waits for, and by which health check. In
    a repository that names no clusters, of the Applications in DIRECTORY.

    Then, for every CRD, namespace, operator, webhook, environment and Secret that somebody needs:
    proved (it is there first), retry (in one step, it comes in by retry), given (declared to be
    there), open (nobody here can tell) or refuted (too late). Exit code 1 where something is
    refuted or Applications need each other in a ring.

    \b
    Examples:
      overlay plan prod-eu
      overlay plan prod-eu --format json
      overlay plan argocd/apps
    """
    from overlaykit import checks
    from overlaykit.repo.build import build_world, open_world
    from overlaykit.repo.plan import plan_of
    from overlaykit.report import plan as report
    from overlaykit.report.paint import paint
    from overlaykit.report.progress import progress

    world = open_world(root_of(ctx), checks.ids())
    build_world(world, progress("rendering"))
    found = plan_of(world, target)
    text = report.as_json(found) if form == "json" else report.text(found, paint(sys.stdout))
    click.echo(text, nl=False)
    ctx.exit(1 if found.is_refuted else 0)
