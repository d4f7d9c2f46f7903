"""`overlay list`."""

import click

from overlaykit.cli import root_of

WHAT = ("clusters", "workloads", "apps", "checks")


@click.command("list", short_help="Tables of clusters, workloads, Applications and checks.")
@click.argument("what", type=click.Choice(WHAT), default="clusters")
@click.option("--resources", is_flag=True, help="CPU, memory and storage by cluster and workload.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, what: str, resources: bool, form: str) -> None:
    """List the clusters, workloads or Applications of the repository, or the checks.

    \b
    Examples:
      overlay list
      overlay list apps
      overlay list --resources
      overlay list checks --format json

    With --resources: what pods ask for, those included that the operators make of what is in Git.
    "?" stands where a chart's own defaults decide. Jobs that end are left out.
    """
    import json

    from overlaykit.errors import UsageError
    from overlaykit.report import table

    if resources and what in ("apps", "checks"):
        raise UsageError(f"--resources goes with clusters and workloads, not with {what}")
    if what == "checks":
        rows = table.checks()
    else:
        from overlaykit.report.progress import progress

        bar = progress("rendering")
        root = root_of(ctx)
        rows = table.of_resources(root, bar) if resources else table.of_repository(root, what, bar)
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        shown = [table.readable(row) for row in rows] if resources else rows
        click.echo(table.text(shown), nl=False)
