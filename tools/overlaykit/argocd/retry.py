"""How long Argo CD tries a failed sync again.

Source: Argo CD, "Automated Sync Policy" and common/common.go: 5 attempts where automated sync says
nothing else; 5 s, twice as long each time, at most 3 min.
"""

import math
import re
from typing import Any

from overlaykit.argocd.applications import Application

_UNITS = {"h": 3600, "m": 60, "s": 1, "ms": 0.001}
_AUTOMATIC = 5


def patience(application: Application) -> float:
    """The seconds until the last attempt: 0 where there is one only, inf where it never ends."""
    policy = application.obj.get("spec", "syncPolicy")
    policy = policy if isinstance(policy, dict) else {}
    retry = policy.get("retry")
    if not isinstance(retry, dict):
        retry = {"limit": _AUTOMATIC if isinstance(policy.get("automated"), dict) else 0}
    limit = retry.get("limit")
    if not isinstance(limit, int):
        return 0
    if limit < 0:
        return math.inf
    backoff = retry.get("backoff")
    return _waits(limit, backoff if isinstance(backoff, dict) else {})


def _waits(limit: int, backoff: dict[str, Any]) -> float:
    duration = _seconds(backoff.get("duration"), 5)
    most = _seconds(backoff.get("maxDuration"), 180)
    factor = backoff.get("factor")
    factor = factor if isinstance(factor, int | float) and factor >= 1 else 2
    total = 0.0
    for _ in range(min(limit, 1000)):
        total += min(duration, most)
        duration = min(duration * factor, most)
    return total


def _seconds(text: Any, default: float) -> float:
    """Go's durations: 90s, 3m, 1h30m; a number alone is seconds."""
    if isinstance(text, int):
        return text
    if not isinstance(text, str) or not re.fullmatch(r"(?:\d+(?:\.\d+)?(?:h|ms|m|s))+|\d+", text):
        return default
    if text.isdigit():
        return int(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|m|s)", text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def in_words(seconds: float) -> str:
    """155 as `2 min 35 s`."""
    minutes, rest = divmod(round(seconds), 60)
    parts = [f"{minutes} min" if minutes else "", f"{rest} s" if rest or not minutes else ""]
    return " ".join(filter(None, parts))
