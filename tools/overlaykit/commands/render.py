"""`overlay render`."""

from pathlib import Path

import click

from overlaykit.cli import root_of


@click.command("render", short_help="Print what Argo CD will apply.")
@click.argument("target")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write one file an object to DIR."
)
@click.option("--origin", is_flag=True, help="Say above each object which files it came from.")
@click.pass_context
def command(ctx: click.Context, target: str, out: Path | None, origin: bool) -> None:
    """Render TARGET with Kustomize: a cluster, CLUSTER/WORKLOAD or a directory.

    The bytes are those of `kustomize build`; a cluster's folders follow each other. Exit code 1
    where Kustomize refuses. With --out, the files that an earlier render wrote to DIR and that
    are no more are removed; files of others stay.

    \b
    Examples:
      overlay render prod-eu/flink-resources
      overlay render prod-eu/flink-resources --origin
      overlay render prod-eu --out build/prod-eu
    """
    from overlaykit.render.target import render_target, write
    from overlaykit.report.progress import progress

    done = render_target(root_of(ctx), target, origin, progress("rendering"))
    for line in [*done.problems, *done.notes]:
        click.echo(line, err=True)
    if out is None:
        click.echo(done.text, nl=False)
    elif not done.problems:
        for line in write(done, out):
            click.echo(line)
    ctx.exit(1 if done.problems else 0)
