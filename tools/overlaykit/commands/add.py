"""`overlay add`."""

import click

from overlaykit.cli import root_of

METAVAR = "CLUSTER/WORKLOAD[/COMPONENT]..."


@click.command("add", short_help="Enable workloads or components on a cluster.")
@click.argument("targets", nargs=-1, required=True, metavar=METAVAR)
@click.option("--dry-run", is_flag=True, help="Print the changes instead of writing them.")
@click.pass_context
def command(ctx: click.Context, targets: tuple[str, ...], dry_run: bool) -> None:
    """Enable workloads and components, with everything they require.

    A workload gets its Application in the cluster's list, in the order of the waves, and its
    folder; a component is listed in the workload's order, before the facts are stamped.

    \b
    Examples:
      overlay add prod-eu/flink-resources
      overlay add prod-eu/flink-resources/sample-application prod-eu/flink-resources/monitoring
      overlay add prod-eu/cmf-operator --dry-run
    """
    from overlaykit.repo.tree import Tree
    from overlaykit.scaffold import enable
    from overlaykit.scaffold.draft import Draft
    from overlaykit.scaffold.site import parse

    draft = Draft(Tree(root_of(ctx)))
    enable.add(draft, parse(targets))
    if dry_run:
        click.echo(draft.diff(), nl=False)
        return
    for line in draft.write() or [f"{', '.join(targets)}: on already, nothing to write"]:
        click.echo(line)
