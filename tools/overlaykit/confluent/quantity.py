"""Quantities in a FlinkApplication, which CFK decodes as Kubernetes does.

What is a whole number of units comes back without its thousandths: "2000m" as "2". For memory Flink
reads `m` as mebibytes, and "2" as two bytes.
"""

import re

_THOUSANDTHS = re.compile(r"(\d+)000m")


def shortened(value: object) -> str:
    """What a quantity of whole thousands of thousandths becomes: 2000m, 2; empty for others."""
    found = _THOUSANDTHS.fullmatch(value.strip()) if isinstance(value, str) else None
    return str(int(found[1])) if found and int(found[1]) else ""
