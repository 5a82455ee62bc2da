"""Corrections of what was told wrong: agents' time, contacts' outcomes."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from agent_console.documents.values import Document, Line, Moment, Name, Wish


class CorrectTime(Wish):
    """Time of an agent, without a contact, was in another state than it seemed."""

    start: Moment
    end: Moment
    declared: Literal["READY", "NOT_READY"]
    reason: Name | None = None
    """With NOT_READY only."""
    why: Line = ""


class TimePieceDoc(Document):
    """A stretch of an agent's time as it counts. ``state``: READY, RESERVED, TALKING, HOLD, WRAP_UP or NOT_READY."""

    start: Moment
    end: Moment
    state: str
    reason: str | None = None


class TimeCorrectionDoc(Document):
    """That time was told anew: ``replaced`` as it counted before, by whom, when and why."""

    at: Moment
    by: str
    start: Moment
    end: Moment
    state: str
    reason: str | None
    why: str
    replaced: list[TimePieceDoc]


class AgentTimes(Document):
    """An agent's time, in order. ``etag`` changes with every correction of that time."""

    agent: str
    etag: str
    pieces: list[TimePieceDoc]
    corrections: list[TimeCorrectionDoc] = Field(default_factory=list)
    """Corrections of that time, the latest first."""


class TimeCorrected(Document):
    """What was corrected: ``replaced`` as it counted before. ``etag``: of that time from now on."""

    agent: str
    etag: str
    state: str
    reason: str | None
    replaced: list[TimePieceDoc]


class CorrectOutcome(Wish):
    """What a contact was about, told anew."""

    disposition: Name | None = None
    resolved: bool | None = None
    """Absent: as the disposition says; null: not said."""
    notes: Annotated[str, StringConstraints(max_length=10_000)] | None = Field(default=None)
    """Absent: they stay."""
    why: Line = ""


class OutcomeCorrected(Document):
    """A contact's outcome as it counts now, and as it was."""

    contact_id: str
    disposition: str | None
    resolved: bool | None
    was: str | None
    was_resolved: bool | None
    by: str
    etag: str
    """Of the outcome from now on."""
