"""What the doctor says."""

import enum

import msgspec


class Level(enum.StrEnum):
    """How bad it is. Only WRONG makes the doctor end with 1."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was examined: ``what`` was found, and how to ``mend`` it when it is not good."""

    part: str
    level: Level
    what: str
    mend: str = ""


def good(part: str, what: str) -> Finding:
    """It is as it should be."""
    return Finding(part=part, level=Level.GOOD, what=what)


def note(part: str, what: str, mend: str = "") -> Finding:
    """It was not examined, or it is as somebody may want it."""
    return Finding(part=part, level=Level.NOTE, what=what, mend=mend)


def warning(part: str, what: str, mend: str) -> Finding:
    """It works, but not as well as it should."""
    return Finding(part=part, level=Level.WARNING, what=what, mend=mend)


def wrong(part: str, what: str, mend: str) -> Finding:
    """Calls will not be handled as they should."""
    return Finding(part=part, level=Level.WRONG, what=what, mend=mend)
