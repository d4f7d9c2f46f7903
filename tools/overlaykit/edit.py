"""Byte-keeping edits: text is spliced at known offsets, everything else stays as it was."""

from collections.abc import Iterable

from overlaykit.findings import Edit


def splice(text: str, edits: Iterable[Edit]) -> str:
    """`text` with every edit carried out; of two that overlap the first (by offset) wins."""
    parts: list[str] = []
    done = 0
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end, one.text)):
        if edit.start < done:
            continue
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])
