"""What tests share: the repository, the command line in process."""

from pathlib import Path

from click.testing import CliRunner, Result

from overlaykit.cli import main

ROOT = Path(__file__).resolve().parents[1]


def overlay(root: Path, *argv: str) -> Result:
    """Run the command line in process on the repository at `root`."""
    return CliRunner().invoke(main, ["-C", str(root), *argv], catch_exceptions=False)
