"""The ways a run can end that are not findings: exit 2 for the caller, exit 3 for the world."""


class OverlayError(Exception):
    """An expected failure: its text is the whole message, `code` the exit code."""

    code = 1


class UsageError(OverlayError):
    """The caller asked for something that cannot be: says what was allowed."""

    code = 2


class CannotLook(OverlayError):
    """An engine or an input could not be had, so there is no verdict."""

    code = 3
