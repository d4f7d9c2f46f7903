"""A baseline: the findings that a repository accepts as they are today, until somebody mends them.

It knows a finding by its fingerprint, which stays the same however far the line moves; two
findings with one fingerprint are two entries.
"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from overlaykit import disk
from overlaykit.errors import UsageError
from overlaykit.findings import Finding

VERSION = 1


class Entry(Struct, frozen=True, order=True):
    """An accepted finding; only the fingerprint counts, the rest is for whoever reads the file."""

    file: str
    check: str
    message: str
    fingerprint: str


def entries(findings: Iterable[Finding]) -> list[Entry]:
    return sorted(Entry(f.file, f.check, f.message, f.fingerprint) for f in findings)


def text(accepted: Iterable[Entry]) -> str:
    whole = {"version": VERSION, "accepted": [asdict(entry) for entry in accepted]}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def read(path: Path) -> list[Entry]:
    """The entries of a baseline file. Raises UsageError where it is none."""
    if not disk.is_file(path):
        raise UsageError(f"{path}: there is no baseline\n  fix: write it with --accept")
    try:
        data = json.loads(disk.read_text(path))
        if data["version"] != VERSION:
            raise UsageError(f"{path}: version {data['version']} is not {VERSION}")
        return [Entry(**entry) for entry in data["accepted"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no baseline of overlay: {error}") from error


def part(
    findings: Iterable[Finding], accepted: Iterable[Entry]
) -> tuple[list[Finding], list[Entry]]:
    """The findings that no entry accepts, and the entries whose finding is gone."""
    left = Counter(entry.fingerprint for entry in accepted)
    fresh = []
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
        else:
            fresh.append(finding)
    stale = []
    for entry in accepted:
        if left[entry.fingerprint] > 0:
            left[entry.fingerprint] -= 1
            stale.append(entry)
    return fresh, stale
