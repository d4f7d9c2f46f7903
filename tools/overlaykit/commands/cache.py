"""`overlay cache`."""

import click


@click.group("cache", short_help="What earlier runs left for later ones: look, clear.")
def command() -> None:
    """Show or clear what earlier runs have kept, outside the repository.

    \b
    Examples:
      overlay cache info
      overlay cache clear
    """


@command.command("info", short_help="Where it is and how large.")
def info() -> None:
    """Print where the cache is, its entries and its size.

    \b
    Examples:
      overlay cache info
    """
    from overlaykit import cache

    found = cache.info()
    click.echo(f"{found.folder}: {found.entries} entries, {found.size / 2**20:.1f} MiB")


@command.command("clear", short_help="Remove all of it.")
def clear() -> None:
    """Remove every entry, of every repository; the next run works everything out anew.

    \b
    Examples:
      overlay cache clear
    """
    from overlaykit import cache

    gone = cache.clear()
    click.echo(f"removed {gone.entries} entries, {gone.size / 2**20:.1f} MiB")
