"""One parameter's value: read from text or YAML, judged, and written as a target wants it.

Inside, an amount is one number (bytes, milliseconds, thousandths of a core); other types are
themselves. Two values are the same where these are equal, however they are written.
"""

from typing import Any

from overlaykit.errors import UsageError
from overlaykit.params import units
from overlaykit.repo.workloads import Parameter, Target

Amount = int | float | bool | str
AMOUNTS = {"memory": units.memory, "duration": units.duration, "cpu": units.cpu}
_UNITS = {
    "memory": "bytes: 4g, 4Gi, 4096m",
    "duration": "time: 60s, 5min, 1h",
    "cpu": "cores: 2, 0.5, 500m",
    "boolean": "true, false",
}


def read(parameter: Parameter, text: str) -> Amount:
    """What a person typed, judged. Raises UsageError that says what is allowed."""
    try:
        value = understand(parameter, text)
    except units.BadAmount as error:
        raise UsageError(f"{parameter.name}: {error}{_allowed(parameter)}") from error
    _refuse(parameter, text, value)
    return value


def understand(parameter: Parameter, value: Any) -> Amount:
    """A value of any origin in the one form; a type that does not fit raises BadAmount."""
    text = text_of(value)
    kind = parameter.type
    if kind in AMOUNTS:
        return AMOUNTS[kind](text)
    if kind == "boolean":
        if text not in ("true", "false"):
            raise units.BadAmount(f"'{text}' is neither true nor false")
        return text == "true"
    if kind in ("integer", "number"):
        return _number(text, kind)
    return text


def text_of(value: Any) -> str:
    """YAML data as a person would type it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(text: str, kind: str) -> int | float:
    try:
        number = float(text)
        if kind == "integer" or number == int(number):
            return int(text)
    except (ValueError, OverflowError):
        what = "a whole number" if kind == "integer" else "a number"
        raise units.BadAmount(f"'{text}' is not {what}") from None
    return number


def _refuse(parameter: Parameter, text: str, value: Amount) -> None:
    if parameter.enum and value not in parameter.enum:
        raise UsageError(f"{parameter.name}: '{text}' is none of {', '.join(parameter.enum)}")
    if parameter.type in ("string", "enum"):
        if not text.strip() and parameter.default != "":
            raise UsageError(f"{parameter.name}: the text is empty")
        return
    low, high = bounds(parameter)
    too_low, too_high = low is not None and value < low, high is not None and value > high
    if too_low or too_high:
        side = f"at least {parameter.minimum}" if too_low else f"at most {parameter.maximum}"
        raise UsageError(f"{parameter.name}: {text} is out of range; it is {side}")


def bounds(parameter: Parameter) -> tuple[Any, Any]:
    """Minimum and maximum in the one form; None where there is none."""
    ends = (parameter.minimum, parameter.maximum)
    low, high = (None if end is None else understand(parameter, end) for end in ends)
    return low, high


def _allowed(parameter: Parameter) -> str:
    parts = [parameter.unit or _UNITS.get(parameter.type, "")]
    if parameter.minimum is not None:
        parts.append(f"minimum {parameter.minimum}")
    if parameter.maximum is not None:
        parts.append(f"maximum {parameter.maximum}")
    said = "; ".join(part for part in parts if part)
    return f"\n  {parameter.name} is {parameter.type} ({said})" if said else ""


def unit(parameter: Parameter) -> str:
    """What the values are measured in, or which there are."""
    return parameter.unit or ", ".join(parameter.enum) or _UNITS.get(parameter.type, "")


def write(parameter: Parameter, target: Target, value: Amount) -> Any:
    """The value as plain YAML data in the notation of a target."""
    made = _written(parameter.type, target.format, value)
    if target.format == "flink" and not isinstance(made, str):
        return text_of(made)  # every value of a flinkConfiguration is text
    return made


def _written(kind: str, form: str, value: Any) -> Any:
    flink = form == "flink"
    if kind == "memory":
        return units.flink_memory(value) if flink else units.kubernetes_memory(value)
    if kind == "duration":
        return units.flink_duration(value) if flink else units.kubernetes_duration(value)
    if kind == "cpu":
        if form == "number":
            return value / 1000 if value % 1000 else value // 1000
        return units.flink_cpu(value) if flink else units.kubernetes_cpu(value)
    return value
