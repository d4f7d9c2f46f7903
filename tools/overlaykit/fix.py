"""Carry out the safe edits that findings bring, all files or none."""

from collections.abc import Iterable
from pathlib import Path

from overlaykit import disk
from overlaykit.edit import splice
from overlaykit.findings import Edit, Finding


def apply(root: Path, findings: Iterable[Finding]) -> list[str]:
    """Write the edits of `findings` below `root`; the files that changed."""
    by_file: dict[str, list[Edit]] = {}
    for finding in findings:
        for edit in finding.edits:
            by_file.setdefault(edit.file, []).append(edit)
    texts = {name: splice(disk.read_text(root / name), edits) for name, edits in by_file.items()}
    return disk.write_batch(root, {name: text.encode() for name, text in texts.items()})
