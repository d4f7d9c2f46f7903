"""`overlay list`."""

import click

from overlaykit.cli import root_of

WHAT = ("clusters", "workloads", "apps", "checks")


@click.command("list", short_help="Tables of clusters, workloads, Applications and checks.")
@click.argument("what", type=click.Choice(WHAT), default="clusters")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, what: str, form: str) -> None:
    """List the clusters, workloads or Applications of the repository, or the checks.

    \b
    Examples:
      overlay list
      overlay list apps
      overlay list checks --format json
    """
    import json

    from overlaykit.report import table

    if what == "checks":
        rows = table.checks()
    else:
        from overlaykit.report.progress import progress

        rows = table.of_repository(root_of(ctx), what, progress("rendering"))
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        click.echo(table.text(rows), nl=False)
