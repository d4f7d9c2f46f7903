"""`overlay set`."""

import click

from overlaykit.cli import root_of


@click.command("set", short_help="Set facts of a cluster, or parameters of a workload on it.")
@click.argument("target", metavar="CLUSTER[/WORKLOAD[/JOB]]")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=VALUE...")
@click.option("--dry-run", is_flag=True, help="Print the changes instead of writing them.")
@click.pass_context
def command(ctx: click.Context, target: str, settings: tuple[str, ...], dry_run: bool) -> None:
    """Set a fact of CLUSTER, or a parameter of CLUSTER/WORKLOAD as the smallest ordinary patch.

    CLUSTER/WORKLOAD/JOB means one job of a workload that runs many.

    A value may have any unit: 4g, 4Gi and 4096m are the same. Only the touched lines change; all
    settings are written or none. A fact takes root.yaml and the components it decides with it.

    \b
    Examples:
      overlay set prod-eu domain=flink.example.com
      overlay set prod-eu/flink-resources taskmanager.memory=4Gi taskmanager.slots=4
      overlay set prod-eu/cmf-operator storage.size=50Gi --dry-run
      overlay set prod-eu/flink-autoscale/orders autoscaler.parallelism.max=20
    """
    from overlaykit.params import change, facts
    from overlaykit.params.target import overlay_of, pairs
    from overlaykit.repo.tree import Tree
    from overlaykit.scaffold.draft import Draft
    from overlaykit.scaffold.site import site
    from overlaykit.schema.judge import Judge
    from overlaykit.schema.store import Store, builtin

    draft = Draft(Tree(root_of(ctx)))
    cluster, _, workload = target.strip("/").partition("/")
    given = pairs(settings)
    if workload:
        change.set_parameters(overlay_of(draft, cluster, workload), given)
    else:
        facts.set_facts(site(draft, cluster), given, Judge(Store(builtin())))
    if dry_run:
        click.echo(draft.diff(), nl=False)
        return
    for line in draft.write() or [f"{target} is so already: nothing to write"]:
        click.echo(line)
