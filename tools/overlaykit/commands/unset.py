"""`overlay unset`."""

import click

from overlaykit.cli import root_of


@click.command("unset", short_help="Take parameters back to their defaults; remove extra facts.")
@click.argument("target", metavar="CLUSTER[/WORKLOAD[/JOB]]")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--dry-run", is_flag=True, help="Print the changes instead of writing them.")
@click.pass_context
def command(ctx: click.Context, target: str, names: tuple[str, ...], dry_run: bool) -> None:
    """Take what sets a parameter out of CLUSTER/WORKLOAD, so that the default holds again.

    A patch that this empties goes, with its entry in the kustomization. Facts that every cluster
    has cannot be unset, extra ones (images.NAME, charts.NAME) can.

    \b
    Examples:
      overlay unset prod-eu/flink-resources taskmanager.memory
      overlay unset prod-eu images.mirror --dry-run
    """
    from overlaykit.params import change, facts
    from overlaykit.params.target import overlay_of
    from overlaykit.repo.tree import Tree
    from overlaykit.scaffold.draft import Draft
    from overlaykit.scaffold.site import site
    from overlaykit.schema.judge import Judge
    from overlaykit.schema.store import Store, builtin

    draft = Draft(Tree(root_of(ctx)))
    cluster, _, workload = target.strip("/").partition("/")
    if workload:
        change.unset_parameters(overlay_of(draft, cluster, workload), names)
    else:
        facts.unset_facts(site(draft, cluster), names, Judge(Store(builtin())))
    if dry_run:
        click.echo(draft.diff(), nl=False)
        return
    for line in draft.write() or [f"{target} does not set it: nothing to write"]:
        click.echo(line)
