"""`overlay new`."""

import click

from overlaykit.cli import root_of


@click.command("new", short_help="Write the overlay of a cluster, or what is missing of it.")
@click.argument("cluster")
@click.option("--from", "origin", metavar="CLUSTER", help="Take facts and workloads from CLUSTER.")
@click.option(
    "--set", "settings", multiple=True, metavar="K=V", help="A fact, such as domain=example.com."
)
@click.option(
    "--workloads",
    metavar="A,B",
    help="Run these (WORKLOAD or WORKLOAD/COMPONENT) and what they require; else the default ones.",
)
@click.option("--dry-run", is_flag=True, help="Print the files instead of writing them.")
@click.pass_context
def command(
    ctx: click.Context,
    cluster: str,
    origin: str | None,
    settings: tuple[str, ...],
    workloads: str | None,
    dry_run: bool,
) -> None:
    """Write overlays/CLUSTER: its facts, its Applications, one folder a workload, root.yaml.

    The files appear all or none. On a cluster that is there, missing files are added and edited
    ones are kept.

    \b
    Examples:
      overlay new prod-eu
      overlay new prod-us --from prod-eu --set storageClass=gp3
      overlay new edge-1 --workloads flink-resources/demo-storage --dry-run
    """
    from overlaykit import disk
    from overlaykit.repo.tree import Tree
    from overlaykit.scaffold.new import Wish, plan
    from overlaykit.schema.judge import Judge
    from overlaykit.schema.store import Store, builtin

    root = root_of(ctx)
    wanted = tuple(part.strip() for part in (workloads or "").split(",") if part.strip())
    wish = Wish(cluster, origin or "", settings, wanted)
    tree = Tree(root)
    made = plan(tree, wish, tree.git.remotes, Judge(Store(builtin())))
    if dry_run:
        for path, text in sorted(made.files.items()):
            click.echo(f"# {path}\n{text}", nl=False)
        return
    written = disk.write_batch(root, {path: text.encode() for path, text in made.files.items()})
    for path in written:
        click.echo(f"wrote {path}")
    if not written:
        click.echo(f"overlays/{cluster} is complete: nothing to write")
    if made.todo:
        click.echo("\nOnly you can decide or make:")
        for line in made.todo:
            click.echo(f"  {line}")
    if written:
        click.echo(
            f"\nNext: overlay validate {cluster}; then commit, and make bootstrap CLUSTER={cluster}"
        )
