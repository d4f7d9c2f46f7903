"""`overlay effective`."""

import sys

import click

from overlaykit.cli import root_of


@click.command("effective", short_help="The Flink configuration that really applies, and why.")
@click.argument("target")
@click.argument("wanted", metavar="[OBJECT]", default="")
@click.option("--why", metavar="KEY", default="", help="Only this key: all that had a say in it.")
@click.option("--all", "everything", is_flag=True, help="Flink's own defaults as well.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(
    ctx: click.Context, target: str, wanted: str, why: str, everything: bool, form: str
) -> None:
    """Print the Flink configuration of the jobs of TARGET: every key, the value that applies, who
    set it at which line, and what it outranks. The layers are the operator's own defaults, the
    resource, for Confluent's kinds the environment over it, what the operator writes on top
    (memory from spec.*.resource, parallelism, names), and what Flink's client adds. Then the
    memory of JobManager and TaskManager as Flink divides it.

    TARGET is a cluster, CLUSTER/WORKLOAD or a directory; OBJECT is NAME, KIND/NAME or a glob.
    Exit code 1 where something of it does not build.

    \b
    Examples:
      overlay effective prod-eu
      overlay effective prod-eu/flink-session FlinkSessionJob/example
      overlay effective prod-eu orders --why taskmanager.memory.process.size
      overlay effective prod-eu orders --all --format json
    """
    from overlaykit import checks
    from overlaykit.repo.build import build_world, open_world
    from overlaykit.repo.configured import find, with_key
    from overlaykit.repo.target import cluster_in
    from overlaykit.report import effective as report
    from overlaykit.report.paint import paint, width
    from overlaykit.report.progress import progress

    world = open_world(root_of(ctx), checks.ids())
    cluster = cluster_in(world, target)
    build_world(world, progress("rendering"), lambda name: cluster in ("", name))
    found, broken = find(world, target, wanted)
    for unit in broken:
        assert unit.broken is not None
        at = unit.broken.place
        click.echo(f"{at.file}:{at.line}: {unit.broken.message}", err=True)
    if not found:
        click.echo(f"{target} runs no Flink cluster and no job", err=True)
    found = with_key(found, why) if why else found
    shown = [report.Shown(one, why, everything) for one in found]
    if form == "json":
        click.echo(report.as_json(target, shown), nl=False)
    else:
        click.echo(report.text(shown, paint(sys.stdout), width(sys.stdout)), nl=False)
    ctx.exit(1 if broken else 0)
