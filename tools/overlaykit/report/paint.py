"""Colour, on a terminal only and never against NO_COLOR."""

import os
from typing import TextIO

import click

from overlaykit.report.text import Paint, plain

STYLES = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "info": {"fg": "cyan"},
    "good": {"fg": "green"},
    "place": {"bold": True},
    "context": {"dim": True},
}


def paint(stream: TextIO) -> Paint:
    """How to paint for a stream."""
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return plain

    def painted(text: str, style: str) -> str:
        return click.style(text, **STYLES[style])  # type: ignore[arg-type]

    return painted


def width(stream: TextIO) -> int:
    """The columns of a terminal; 0 for what is none."""
    if not stream.isatty():
        return 0
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return 0
