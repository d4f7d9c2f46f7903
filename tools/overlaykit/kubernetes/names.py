"""Names that look misspelt."""

import difflib
import re
from collections.abc import Iterable


def meant(name: str, names: Iterable[str], likeness: float = 0.85) -> str:
    """The name that was probably meant; names that differ in digits only are siblings."""
    found = difflib.get_close_matches(name, sorted(names), 1, likeness)
    plain = re.sub(r"\d+", "", name)
    return next((one for one in found if re.sub(r"\d+", "", one) != plain), "")
