"""`overlay get`."""

import click

from overlaykit.cli import root_of


@click.command("get", short_help="The facts of a cluster, or the parameters of a workload on it.")
@click.argument("target", metavar="CLUSTER[/WORKLOAD[/JOB]]")
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def command(ctx: click.Context, target: str, name: str | None, form: str) -> None:
    """Show what holds on a cluster: its facts, or a workload's parameters. With NAME, one value.

    \b
    Examples:
      overlay get prod-eu
      overlay get prod-eu domain
      overlay get prod-eu/flink-resources taskmanager.memory
    """
    import json

    from overlaykit.params import show
    from overlaykit.params.target import overlay_of
    from overlaykit.repo.tree import Tree
    from overlaykit.report import table
    from overlaykit.scaffold.draft import Draft
    from overlaykit.scaffold.site import cluster_of

    tree = Tree(root_of(ctx))
    cluster, _, workload = target.strip("/").partition("/")
    if workload:
        overlay = overlay_of(Draft(tree), cluster, workload)
        found = show.values_of(overlay) if name is None else show.value_of(overlay, name)
    else:
        facts = cluster_of(tree, cluster)
        found = show.facts_of(facts) if name is None else show.fact_of(facts, name)
    if form == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif isinstance(found, str):
        click.echo(found)
    else:
        click.echo(table.text(found), nl=False)
