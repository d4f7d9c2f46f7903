"""Names that look misspelt."""

import difflib
import re
from collections.abc import Iterable


def meant(name: str, names: Iterable[str], likeness: float = 0.85) -> str:
    """The name that was probably meant; names that differ in digits only are siblings."""
    found = difflib.get_close_matches(name, sorted(names), 1, likeness)
    plain = re.sub(r"\d+", "", name)
    return next((one for one in found if re.sub(r"\d+", "", one) != plain), "")


def is_slip(one: str, other: str) -> bool:
    """Whether two names differ by one slip of the hand, in a word that is long enough to tell.

    Short words (eu and us, dev and prd) make siblings of names, as do digits.
    """
    words, others = re.split(r"[-._]", one), re.split(r"[-._]", other)
    if len(words) != len(others):
        return False
    pairs = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if len(pairs) != 1 or min(map(len, pairs[0])) < 4:
        return False
    return not re.search(r"\d", "".join(pairs[0])) and _is_near(*pairs[0])


def _is_near(one: str, other: str) -> bool:
    """One letter more, less or another, or two neighbours that changed places."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])
