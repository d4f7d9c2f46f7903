"""`overlay explain`."""

import click


@click.command("explain", short_help="Show the page of a check: law, reason, examples, source.")
@click.argument("check")
def command(check: str) -> None:
    """Show what CHECK demands and why, with a bad and a good example.

    \b
    Examples:
      overlay explain argocd/wave-order
      overlay explain schema/invalid
    """
    import difflib

    from overlaykit import checks
    from overlaykit.errors import UsageError
    from overlaykit.report import page

    known = checks.ids()
    if check not in known:
        close = difflib.get_close_matches(check, known, 1, 0.4)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"there is no check '{check}'{hint}\n  checks: {', '.join(known)}")
    click.echo(page.text(checks.load(check)), nl=False)
