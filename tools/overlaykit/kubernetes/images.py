"""Image references: what they name, and whether it can change under the same name.

Source: the reference grammar of github.com/distribution/reference.
"""

import re

from msgspec import Struct

# What Flink's own repositories and Confluent's call it.
FLINK = re.compile(r"(?:^|/)(?:cp-)?flink(?:-sql)?$")
_TEMPLATED = re.compile(r"\$[({]|\{\{|[<>*%\s]")
_MOVING = re.compile(
    r"^(?:latest|stable|nightly|edge|main|master|trunk|head|dev|devel|develop|development|snapshot|"
    r"canary|rolling|unstable|testing|current)(?:-[a-z]+)?$|[-_.](?:latest|nightly|snapshot)$",
    re.IGNORECASE,
)
# Flink publishes patches under shorter tags too: 1.20, 1.20-java17, java17, scala_2.12. Confluent's
# 1.19-cp10 is one release.
_OF_FLINK = re.compile(r"^(?:\d+(?:\.\d+)?(?:-(?!cp\d).*)?|(?:scala|java).*)$")


class Image(Struct, frozen=True):
    """The parts of a reference; an empty tag or digest is one that is not written."""

    name: str
    tag: str = ""
    digest: str = ""

    @property
    def is_flink(self) -> bool:
        return FLINK.search(self.name) is not None

    @property
    def moves(self) -> bool:
        """Whether another image may come under the same reference."""
        if self.digest:
            return False
        return not self.tag or bool(
            _MOVING.search(self.tag) or (self.is_flink and _OF_FLINK.search(self.tag))
        )


def read(text: object) -> Image | None:
    """The parts of a reference; None where it is none, or somebody fills it in later."""
    if not isinstance(text, str) or not text.strip() or _TEMPLATED.search(text):
        return None
    rest, _, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(f"{folder}{slash}{name}", tag, digest)
