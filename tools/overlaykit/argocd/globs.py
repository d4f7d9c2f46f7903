"""The patterns of AppProjects and generators, matched as Argo CD matches them.

Sources: Argo CD, util/glob (github.com/gobwas/glob), util/git NormalizeGitURL, and Go's path.Match.
"""

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def _compiled(pattern: str, separator: str) -> re.Pattern[str] | None:
    """A glob as a regular expression; None where it is not read here."""
    one = f"[^{re.escape(separator)}]" if separator else "."
    text, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            double = pattern.startswith("**", at)
            text += ".*" if double else f"{one}*"
            at += 1 if double else 0
        elif char == "?":
            text += one
        elif char in "[]{}\\":
            return None
        else:
            text += re.escape(char)
        at += 1
    return re.compile(text, re.DOTALL)


@lru_cache(maxsize=65536)
def matches(pattern: str, value: str, separator: str = "") -> bool | None:
    """Whether a glob (`*`, `?`, `**`) matches the whole value; None for one that is not read."""
    if pattern == "*":
        return True
    compiled = _compiled(pattern, separator)
    return None if compiled is None else compiled.fullmatch(value) is not None


@lru_cache(maxsize=65536)
def matches_path(pattern: str, path: str) -> bool | None:
    """Go's path.Match: no star crosses a `/`, and `**` is just two of them."""
    return matches(re.sub(r"\*+", "*", pattern), path, "/")


def normal_repository(url: str) -> str:
    """A repository URL as Argo CD compares it: case, `.git` and the two SSH spellings apart."""
    text = url.strip().lower()
    if re.fullmatch(r"(?:ssh://)?[^/:]*@[^@]+", text):
        if not text.startswith("ssh://"):
            text = text.replace(":", "/", 1)
        text = text.removeprefix("ssh://")
    return text.removesuffix(".git").removeprefix("ssh://")
