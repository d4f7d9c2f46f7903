"""Cron expressions as the autoscaler's library takes them, and what it refuses.

Seconds come first, and of the two kinds of days one has to be `?`. The library is lenient: what
follows a part that it understood is often not looked at, and so it is here.
Source: Quartz 2.4, class CronExpression.
"""

import re

SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR = range(7)
_ALL, _NONE = 99, 98
_LIMITS = {SECOND: (0, 59), MINUTE: (0, 59), HOUR: (0, 23), DAY: (1, 31), MONTH: (1, 12)}
_STEPS = {SECOND: 59, MINUTE: 59, HOUR: 23, DAY: 31, MONTH: 12, WEEKDAY: 7}
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


class _BadCron(ValueError):
    pass


def is_cron(text: str) -> bool:
    """Whether the library takes an expression."""
    try:
        _Expression().read(text.upper())
    except _BadCron:
        return False
    return True


class _Expression:
    """What has been read so far: the values of each kind."""

    def __init__(self) -> None:
        self.values: dict[int, set[int]] = {kind: set() for kind in range(7)}
        self.last_day = False

    def read(self, text: str) -> None:
        parts = [part for part in re.split(r"[ \t]+", text) if part][:7]
        for kind, part in enumerate(parts):
            _combination(kind, part)
            for item in part.split(","):
                if item:
                    self._item(item, kind)
        if len(parts) < YEAR:
            raise _BadCron("Unexpected end of expression.")
        if (_NONE in self.values[DAY]) == (_NONE in self.values[WEEKDAY]):
            raise _BadCron("both kinds of days")

    def _item(self, text: str, kind: int) -> None:
        first = text[0]
        if "A" <= first <= "Z" and not re.fullmatch(r"L|LW|L-[0-9]*W?", text):
            self._named(text, kind)
        elif first == "?":
            self._unspecified(text, kind)
        elif first in "*/":
            self._every(text, kind)
        elif first == "L":
            self._last(text, kind)
        elif first in "0123456789":
            self._number(text, kind)
        else:
            raise _BadCron(f"Unexpected character: {first}")

    def _named(self, text: str, kind: int) -> None:
        names = {MONTH: _MONTHS, WEEKDAY: _DAYS}.get(kind, [])
        found = re.match(r"([A-Z]{3})(?:-(.{3})|#(.*))?", text)
        if not found or found[1] not in names or (found[2] and found[2] not in names):
            raise _BadCron("no name of a month or day")
        if text[3:4] == "-" and not found[2]:
            raise _BadCron("a range without an end")
        if text[3:4] == "#" and kind == WEEKDAY:
            _nth(text[4:])
        self.values[kind].add(names.index(found[1]) + 1)

    def _unspecified(self, text: str, kind: int) -> None:
        if len(text) > 2 or kind not in (DAY, WEEKDAY):
            raise _BadCron("'?' is for days")
        if kind == WEEKDAY and not self.last_day:
            days = self.values[DAY]
            if not days or max(days) == _NONE:
                raise _BadCron("'?' is for one kind of days")
        self.values[kind].add(_NONE)

    def _every(self, text: str, kind: int) -> None:
        if text == "/":
            raise _BadCron("'/' must be followed by an integer.")
        rest = text.removeprefix("*")
        if rest.startswith("/"):
            _step(_integer(rest[1:]), kind)
        self.values[kind].add(_ALL)

    def _last(self, text: str, kind: int) -> None:
        if kind == DAY:
            self.last_day = True
            found = re.match(r"L-([0-9]*)", text)
            if found and (not found[1] or int(found[1]) > 30):
                raise _BadCron("Offset from last day must be <= 30")
        if kind == WEEKDAY:
            self.values[kind].add(7)

    def _number(self, text: str, kind: int) -> None:
        found = re.match(r"[0-9]+", text)
        value = _integer(found[0] if found else "")
        rest = text[len(str(found[0])) if found else 0 :]
        if rest[:1] in ("L", "W", "#"):
            self._marked(value, rest, kind)
        elif rest.startswith("-"):
            self._range(value, rest[1:], kind)
        else:
            if rest.startswith("/"):
                if not re.fullmatch(r"[0-9]|[0-9]{2,}.*", rest[1:]):
                    raise _BadCron("no integer after '/'")
                digits = re.match(r"[0-9]+", rest[1:])
                _step(_integer(digits[0] if digits else ""), kind)
            self._add(value, -1, kind)

    def _marked(self, value: int, rest: str, kind: int) -> None:
        mark = rest[0]
        if (mark == "W") != (kind == DAY) or (mark in "L#" and kind != WEEKDAY):
            raise _BadCron(f"'{mark}' option is not valid here.")
        if mark == "L" and not 1 <= value <= 7:
            raise _BadCron("Day-of-Week values must be between 1 and 7")
        if mark == "W" and value > 31:
            raise _BadCron("The 'W' option does not make sense with values larger than 31")
        if mark == "#":
            _nth(rest[1:])
        self.values[kind].add(value)

    def _range(self, value: int, rest: str, kind: int) -> None:
        found = re.match(r"([0-9]+)(/[0-9]?)?", rest)
        if not found or found[2] == "/":
            raise _BadCron("a range without an end")
        end = _integer(found[1])
        self._add(value, end, kind)
        if kind == YEAR and end < value:
            raise _BadCron("Start year must be less than stop year")

    def _add(self, value: int, end: int, kind: int) -> None:
        low, high = _LIMITS.get(kind, (-1, 2**31))
        if kind == WEEKDAY:
            outside = value == 0 or value > 7 or end > 7
        else:
            outside = value < low or value > high or end > high
        free = value == _ALL or (value == _NONE and kind in (DAY, WEEKDAY))
        if outside and not free:
            raise _BadCron("a value is out of range")
        self.values[kind].add(value)


def _combination(kind: int, part: str) -> None:
    if kind in (DAY, WEEKDAY) and "L" in part and "," in part:
        raise _BadCron("'L' with other days is not implemented")
    if kind == WEEKDAY and part.count("#") > 1:
        raise _BadCron('multiple "nth" days are not implemented')


def _integer(text: str) -> int:
    if not re.fullmatch(r"[-+]?[0-9]+", text) or abs(int(text)) >= 2**31:
        raise _BadCron(f"'{text}' is no integer")
    return int(text)


def _step(step: int, kind: int) -> None:
    if step > _STEPS.get(kind, 2**31):
        raise _BadCron(f"Increment > {_STEPS[kind]}: {step}")


def _nth(text: str) -> None:
    if not 1 <= _integer(text) <= 5:
        raise _BadCron("A numeric value between 1 and 5 must follow the '#' option")
