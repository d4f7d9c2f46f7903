"""The command line: verbs found by looking into `commands`, shared options, exit codes. No logic.

Nothing heavy is imported here, so that help and completion answer at once; a verb imports what it
needs when it runs.
"""

import difflib
import gc
import importlib
import os
import pkgutil
import signal
from pathlib import Path
from typing import Any

import click

from overlaykit.errors import OverlayError, UsageError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
EXIT_CODES = "Exit codes: 0 clean, 1 findings, 2 usage, 3 could not look."


class Verbs(click.Group):
    """A group whose commands are the modules of `overlaykit.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        import overlaykit.commands as package

        return sorted(module.name for module in pkgutil.iter_modules(package.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"overlaykit.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if not close or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{close[0]}'?", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Expected failures end the run in words, with their own exit code."""
        try:
            return super().invoke(ctx)
        except OverlayError as error:
            kind = "usage" if isinstance(error, UsageError) else "cannot look"
            click.secho(f"overlay: {kind}: {error}", err=True, fg="red")
            ctx.exit(error.code)
        except (KeyboardInterrupt, click.Abort):
            # As every program that Ctrl-C ends; 1 would say that something was found.
            click.echo("overlay: interrupted", err=True)
            ctx.exit(130)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("OVERLAY_TRACEBACK"):
                raise
            click.secho(
                f"overlay: cannot look: {type(error).__name__}: {error}", err=True, fg="red"
            )
            click.echo(
                "  This is a defect of overlay. OVERLAY_TRACEBACK=1 shows where it happened.",
                err=True,
            )
            ctx.exit(3)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from overlaykit import __version__

        click.echo(f"overlay {__version__}")
        ctx.exit()


@click.group(cls=Verbs, context_settings=CONTEXT, epilog=EXIT_CODES)
@click.option(
    "-C",
    "directory",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Work on the repository that DIR stands in.",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version)
@click.pass_context
def main(ctx: click.Context, directory: Path) -> None:
    """Make, render, validate and explain the Flink overlays of an Argo CD repository.

    A TARGET is CLUSTER, CLUSTER/WORKLOAD or a directory.

    \b
    Examples:
      overlay new prod-eu
      overlay validate prod-eu
      overlay -C ../other-repository validate
    """
    ctx.obj = directory


def root_of(ctx: click.Context) -> Path:
    """The repository that -C or the working directory stands in."""
    from overlaykit import disk
    from overlaykit.repo.root import find_root

    root = find_root(ctx.obj)
    disk.recover(root)
    return root


def run() -> None:
    """The console script; a closed pipe (`| head`) ends it as it ends every other program."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # A run is short and holds on to what it reads: looking for garbage costs it a quarter.
    gc.disable()
    main(prog_name="overlay")
