"""`python -m overlaykit`."""

from overlaykit.cli import run

run()
