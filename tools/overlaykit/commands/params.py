"""`overlay params`."""

import click

from overlaykit.cli import root_of


@click.command("params", short_help="What a workload lets a cluster set, and what one sets.")
@click.argument("workload", metavar="WORKLOAD|CLUSTER/WORKLOAD")
@click.argument("cluster", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, workload: str, cluster: str | None, form: str) -> None:
    """List the parameters of WORKLOAD with defaults; on a CLUSTER, its values and their places.

    \b
    Examples:
      overlay params flink-resources
      overlay params prod-eu/flink-resources
      overlay params cmf-operator --format json
    """
    import json

    from overlaykit.errors import UsageError
    from overlaykit.params import show
    from overlaykit.params.target import overlay_of
    from overlaykit.repo.tree import Tree
    from overlaykit.repo.workloads import workloads
    from overlaykit.report import table
    from overlaykit.scaffold.draft import Draft
    from overlaykit.scaffold.site import workload_of

    tree = Tree(root_of(ctx))
    if "/" in workload and cluster is not None:
        raise UsageError(f"{workload} names a cluster already: leave out {cluster}")
    if "/" in workload:
        cluster, _, workload = workload.strip("/").partition("/")
    if cluster is None:
        rows = show.parameters(workload_of(workloads(tree), workload))
    else:
        rows = show.on_cluster(overlay_of(Draft(tree), cluster, workload))
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        click.echo(table.text(rows), nl=False)
