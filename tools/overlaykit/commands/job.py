"""`overlay job`: the jobs of a workload that runs many."""

import click

from overlaykit.cli import root_of

PLUGIN = (
    "The image must bring the S3 plugin that ENABLE_BUILT_IN_PLUGINS of the job base names: build "
    "it from the image of the base, or patch both."
)


@click.group("job", short_help="Add, list and remove jobs of a workload that runs many.")
def command() -> None:
    """Add, list and remove jobs of a workload that runs many, such as flink-autoscale.

    A job is a folder, overlays/CLUSTER/WORKLOAD/jobs/NAME: the workload's job base, the name and
    an ordinary patch. What it sets is changed by `overlay set CLUSTER/WORKLOAD/NAME`.

    \b
    Examples:
      overlay job new prod-eu flink-autoscale orders --jar s3://jars/orders-1.4.jar --parallelism 4
      overlay job list prod-eu
    """


@command.command()
@click.argument("cluster")
@click.argument("workload")
@click.argument("name")
@click.option("--jar", required=True, metavar="URI", help="The program; local:// is in the image.")
@click.option("--parallelism", metavar="N", default="1", help="Where the job starts.")
@click.option("--image", default="", help="An image of its own, pinned; else the one of the base.")
@click.option("--entry-class", default="", metavar="CLASS", help="If the JAR names none.")
@click.option("--arg", "args", multiple=True, metavar="ARG", help="An argument of the program.")
@click.option("--set", "settings", multiple=True, metavar="K=V", help="A parameter of a job.")
@click.option(
    "--component", "components", multiple=True, metavar="NAME", help="For this job alone: irsa."
)
@click.option("--dry-run", is_flag=True, help="Print the changes instead of writing them.")
@click.pass_context
def new(
    ctx: click.Context,
    cluster: str,
    workload: str,
    name: str,
    jar: str,
    parallelism: str,
    image: str,
    entry_class: str,
    args: tuple[str, ...],
    settings: tuple[str, ...],
    components: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Write a job of WORKLOAD on CLUSTER: its folder, and its line in the overlay.

    A job that is there as asked for is left alone; one that differs is refused.

    \b
    Examples:
      overlay job new prod-eu flink-autoscale orders --jar s3://jars/orders-1.4.jar --parallelism 4
      overlay job new prod-eu flink-autoscale clicks --jar s3://jars/c.jar --set taskmanager.cpu=2
      overlay job new prod-eu flink-autoscale audit --jar s3://jars/a.jar --arg --from --arg b
    """
    from overlaykit.params.target import pairs
    from overlaykit.repo.tree import Tree
    from overlaykit.scaffold import jobs
    from overlaykit.scaffold.draft import Draft

    draft = Draft(Tree(root_of(ctx)))
    given = pairs((f"jar={jar}", f"parallelism={parallelism}", *settings))
    wish = jobs.Job(name, given, image, entry_class, args, components)
    jobs.new(draft, cluster, workload, wish)
    if dry_run:
        click.echo(draft.diff(), nl=False)
        return
    place = f"{cluster}/{workload}/{name}"
    written = draft.write()
    for line in written or [f"{place} is so already: nothing to write"]:
        click.echo(line)
    if written:
        click.echo(f"\nNext: overlay validate {cluster}/{workload}; overlay get {place}")
        if image:
            click.echo(PLUGIN)


@command.command("list")
@click.argument("cluster")
@click.argument("workload", required=False, default="")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def list_jobs(ctx: click.Context, cluster: str, workload: str, form: str) -> None:
    """List the jobs of CLUSTER, or of one WORKLOAD on it.

    \b
    Examples:
      overlay job list prod-eu
      overlay job list prod-eu flink-autoscale --format json
    """
    import json

    from overlaykit.repo.tree import Tree
    from overlaykit.report import table
    from overlaykit.scaffold import jobs
    from overlaykit.scaffold.draft import Draft

    found = jobs.rows(Draft(Tree(root_of(ctx))), cluster, workload)
    if form == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        click.echo(table.text(found), nl=False)


@command.command()
@click.argument("cluster")
@click.argument("workload")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Print the changes instead of writing them.")
@click.pass_context
def rm(ctx: click.Context, cluster: str, workload: str, name: str, dry_run: bool) -> None:
    """Remove a job: its folder, and its line in the overlay. Prints what that means for state.

    \b
    Examples:
      overlay job rm prod-eu flink-autoscale orders
      overlay job rm prod-eu flink-autoscale orders --dry-run
    """
    from overlaykit.repo.tree import Tree
    from overlaykit.scaffold import jobs
    from overlaykit.scaffold.draft import Draft

    draft = Draft(Tree(root_of(ctx)))
    steps = jobs.remove(draft, cluster, workload, name)
    if dry_run:
        click.echo(draft.diff(), nl=False)
    else:
        for line in draft.write():
            click.echo(line)
    click.echo("\nWhat this means:")
    for step in steps:
        click.echo(f"  {step}")
