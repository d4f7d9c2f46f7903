"""`overlay remove`."""

import click

from overlaykit.cli import root_of

METAVAR = "CLUSTER/WORKLOAD[/COMPONENT]..."


@click.command("remove", short_help="Disable workloads or components of a cluster.")
@click.argument("targets", nargs=-1, required=True, metavar=METAVAR)
@click.option("--dry-run", is_flag=True, help="Print the changes instead of writing them.")
@click.pass_context
def command(ctx: click.Context, targets: tuple[str, ...], dry_run: bool) -> None:
    """Disable workloads and components; refused while something that stays requires one.

    What Argo CD never deletes by itself (operators, CRDs, namespaces, volumes) is printed as
    steps for a person.

    \b
    Examples:
      overlay remove prod-eu/flink-resources/sample-application
      overlay remove prod-eu/flink-resources prod-eu/cmf-operator
      overlay remove prod-eu/flink-resources --dry-run
    """
    from overlaykit.repo.tree import Tree
    from overlaykit.scaffold import enable
    from overlaykit.scaffold.draft import Draft
    from overlaykit.scaffold.site import parse

    draft = Draft(Tree(root_of(ctx)))
    steps = enable.remove(draft, parse(targets))
    if dry_run:
        click.echo(draft.diff(), nl=False)
    else:
        for line in draft.write() or [f"{', '.join(targets)}: off already, nothing to write"]:
            click.echo(line)
    if steps:
        click.echo("\nBy hand, once this is pushed:")
        for step in steps:
            click.echo(f"  {step}")
