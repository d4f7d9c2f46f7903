"""`overlay schemas`: what is judged by which schema, and how schemas get here."""

import sys
from pathlib import Path

import click

from overlaykit.cli import root_of


@click.group("schemas", short_help="List, add and refresh the schemas that objects are judged by.")
def command() -> None:
    """List, add and refresh the schemas that objects are judged by.

    \b
    Examples:
      overlay schemas list
      overlay schemas add charts/kafka/crds
    """


@command.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def list_schemas(ctx: click.Context, form: str) -> None:
    """Show every kind that has a schema, with its versions and where the schema is from.

    \b
    Examples:
      overlay schemas list
      overlay schemas list --format json
    """
    from overlaykit.schema import listing, store

    root = root_of(ctx)
    found = listing.rows(store.builtin(), root, listing.user_folders(root))
    click.echo(listing.table(found) if form == "text" else listing.as_json(found), nl=False)


@command.command()
@click.argument("paths", nargs=-1, metavar="[PATH|-]...")
@click.option("--from-cluster", is_flag=True, help="Take the CRDs of a live cluster (kubectl).")
@click.option("--context", metavar="NAME", help="kubectl's context for --from-cluster.")
@click.option(
    "--out",
    default="vendor/schemas",
    show_default=True,
    metavar="DIR",
    help="Folder of this repository to write to.",
)
@click.pass_context
def add(
    ctx: click.Context, paths: tuple[str, ...], from_cluster: bool, context: str | None, out: str
) -> None:
    """Make schemas of CRDs: files, folders, a chart's crds/, a live cluster.

    A path of - reads standard input.

    \b
    Examples:
      overlay schemas add charts/confluent-for-kubernetes/crds
      helm template --include-crds CHART | overlay schemas add -
      overlay schemas add --from-cluster --context prod-eu
    """
    from overlaykit.errors import UsageError
    from overlaykit.schema import add as adding
    from overlaykit.schema import listing

    if from_cluster == bool(paths):
        raise UsageError("give the paths of CRDs, or --from-cluster, and not both")
    if context and not from_cluster:
        raise UsageError("--context goes with --from-cluster")
    if from_cluster:
        added = adding.from_cluster(context)
    else:
        added = adding.from_paths([Path(path) for path in paths if path != "-"])
        if "-" in paths:
            adding.from_text(sys.stdin.read(), "standard input", added)
    root = root_of(ctx)
    written = adding.write(root, out, added)
    listed = listing.user_folders(root)
    click.echo(adding.summary(added, written, out, listed), nl=False)


@command.command()
@click.option("--check", is_flag=True, help="Only compare the files with the lock; no network.")
def sync(check: bool) -> None:
    """Make schemas/ anew from its pinned packages (in a checkout of overlaykit).

    Packages come through pip, go and mvn, once a version; after that no network is needed.

    \b
    Examples:
      overlay schemas sync
      overlay schemas sync --check
    """
    from overlaykit.schema import store
    from overlaykit.schema import sync as syncing

    lines = syncing.check(store.builtin()) if check else syncing.sync(store.builtin())
    for line in lines:
        click.echo(line)
    click.echo(syncing.summary(lines, check))
    if check and lines:
        raise SystemExit(1)
