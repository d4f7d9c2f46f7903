"""What the operator refuses of the autoscaler's options.

Source: the operator's classes AutoscalerValidator, AutoScalerOptions and DefaultValidator.
"""

from collections.abc import Iterator

from msgspec import Struct

from overlaykit.flink import duration
from overlaykit.operator.periods import listed
from overlaykit.operator.periods import refusal as period_refusal
from overlaykit.operator.settings import (
    RECONCILE_INTERVAL,
    Option,
    Settings,
    Unreadable,
    java_text,
)
from overlaykit.operator.versions import Release


def scaler(name: str, *deprecated: str, old: tuple[str, ...] = ()) -> Option:
    """An option of the autoscaler; each is read with the operator's prefix as well."""
    prefix, former = "job.autoscaler.", "kubernetes.operator.job.autoscaler."
    fallbacks = tuple(former + one for one in (name, *old))
    return Option(prefix + name, (*fallbacks, *(prefix + one for one in deprecated)))


ENABLED = scaler("enabled")
TARGET = scaler("utilization.target", "target.utilization", old=("target.utilization",))
# Up to 1.10 the former name was the only one.
TARGET_1_10 = scaler("target.utilization")
BOUNDARY = scaler("target.utilization.boundary")
MAXIMUM, MINIMUM = scaler("utilization.max"), scaler("utilization.min")
DOWN, UP = scaler("scale-down.max-factor"), scaler("scale-up.max-factor")
PERIODS = scaler("excluded.periods")
WINDOW = scaler("metrics.window")
SCALABILITY = scaler("observed-scalability.coefficient-min")
MIN_PARALLELISM = scaler("vertex.min-parallelism")
MAX_PARALLELISM = scaler("vertex.max-parallelism")


class Refusal(Struct, frozen=True):
    """Why an option is refused; `key` is the name under which it is set."""

    message: str
    key: str


class _Limit(Struct, frozen=True):
    """A range of an option; `only` names the switch without which nobody looks."""

    option: Option
    low: float
    high: float | None = None
    default: float | None = None
    only: Option | None = None


def refusals(settings: Settings, release: Release) -> Iterator[Refusal]:
    """What the validator says, in its order. Raises Unreadable where it fails itself."""
    if not settings.flag(ENABLED, False):
        return
    found: list[Refusal] = []
    for limit in _limits(settings, release):
        if limit.only is None or settings.flag(limit.only, False):
            found += _outside(settings, limit)
    text = settings.text(PERIODS)
    wrong = (period_refusal(one, PERIODS.key) for one in (listed(text, PERIODS) if text else ()))
    found += [Refusal(one, settings.name(PERIODS)) for one in wrong if one][:1]
    found += _window(settings) if release.is_main else []
    yield from found


def _limits(settings: Settings, release: Release) -> list[_Limit]:
    factors = [_Limit(DOWN, 0.0), _Limit(UP, 0.0)]
    if release.minor < 11:
        return [*factors, _Limit(TARGET_1_10, 0.0), _Limit(BOUNDARY, 0.0)]
    target = settings.number(TARGET, 0.7) or 0.0
    found = [
        *factors,
        _Limit(TARGET, 0.0, 1.0, 0.7),
        _Limit(BOUNDARY, 0.0),
        _Limit(MAXIMUM, target, 1.0),
        _Limit(MINIMUM, 0.0, target),
    ]
    if release.is_main:
        return [*found, *_main_limits()]
    return [*found, _Limit(SCALABILITY, 0.01, 1.0)] if release.minor >= 12 else found


def _main_limits() -> list[_Limit]:
    return [
        _Limit(scaler("memory.gc-pressure.threshold"), 0.0, 1.0),
        _Limit(scaler("memory.heap-usage.threshold"), 0.0, 1.0),
        _Limit(SCALABILITY, 0.01, 1.0, only=scaler("observed-scalability.enabled")),
        _Limit(
            scaler("scaling.effectiveness.threshold"),
            0.0,
            1.0,
            only=scaler("scaling.effectiveness.detection.enabled"),
        ),
        _Limit(scaler("memory.tuning.overhead"), 0.0, 1.0, only=scaler("memory.tuning.enabled")),
    ]


def _outside(settings: Settings, limit: _Limit) -> list[Refusal]:
    key, name = limit.option.key, settings.name(limit.option)
    try:
        value = settings.number(limit.option, limit.default)
    except Unreadable:
        return [Refusal(f"Invalid value in the autoscaler config {key}", name)]
    if value is None or not (value < limit.low or (limit.high is not None and value > limit.high)):
        return []
    high = "+Infinity" if limit.high is None else java_text(limit.high)
    message = (
        f"The AutoScalerOption {key} is invalid, it should be a value within the range "
        f"[{java_text(limit.low)}, {high}]"
    )
    return [Refusal(message, name)]


def _window(settings: Settings) -> list[Refusal]:
    window = nanoseconds(settings, WINDOW, 15 * 60 * 10**9)
    interval = nanoseconds(settings, RECONCILE_INTERVAL, 60 * 10**9)
    if window >= interval:
        return []
    message = (
        f"The autoscaler metric window ({WINDOW.key}={iso(window)}) must not be smaller than the "
        f"operator reconcile interval ({RECONCILE_INTERVAL.key}={iso(interval)}), otherwise fewer "
        "than two metric samples are retained and autoscaling is never applied."
    )
    return [Refusal(message, settings.name(WINDOW) or settings.name(RECONCILE_INTERVAL))]


def nanoseconds(settings: Settings, option: Option, default: int) -> int:
    """A duration. Raises Unreadable."""
    text = settings.text(option)
    try:
        return default if text is None else duration.parse(text, (1, 20))
    except duration.BadDuration:
        raise Unreadable(settings.name(option), text or "") from None


def iso(nanos: int) -> str:
    """A duration as java.time.Duration writes it."""
    seconds, part = divmod(nanos, 10**9)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{part:09}".rstrip("0") if part else ""
    text = f"{hours}H" if hours else ""
    text += f"{minutes}M" if minutes else ""
    text += f"{seconds}{fraction}S" if seconds or part else ""
    return f"PT{text}" if text else "PT0S"
