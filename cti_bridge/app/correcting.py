"""Corrections, worked out from the journal: which time of an agent counts anew, what a contact's outcome was before.

The facts that come of it are self-contained, so that boards, tables and reports count them without looking back.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from config.administered import etag
from config.models import Settings
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import AgentTimeCorrected, DispositionCorrected, DispositionSet, Entry, TimePiece
from facts.time import DAY, Instant
from reporting.kpi.corrections import KINDS, LONGEST_BACK, NOT_READY, READY, replaced, touches
from reporting.kpi.fold import Folds, Records
from reporting.kpi.records import Arrival, Record, Span, Visit
from reporting.kpi.report import read
from storage.erasure import last_erasures
from storage.journal import Journal

LONGEST_TIME = 31 * DAY
"""So much of an agent's time is corrected at once."""


class CorrectionError(Exception):
    """It cannot be corrected so. ``about``: which part of the wish is wrong; empty: none in particular."""

    def __init__(self, message: str, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class NothingToCorrectError(CorrectionError):
    """There is no such contact, or no time that would change."""


class CorrectedMeanwhileError(CorrectionError):
    """Somebody else told it anew since it was read."""


def outcome_version(
    disposition: str | None, notes: str, *, resolved: bool | None, erased_at: Instant | None = None
) -> str:
    """A short text that changes whenever a contact's outcome does, and when its personal data is erased (anew)."""
    return etag([disposition or None, resolved, notes, *([] if erased_at is None else [erased_at])])


class TimeWish(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's time was in another state.

    ``seen``: the version of that time that was read (`Correcting.version`); None: whatever counts now.
    """

    agent_id: AgentId
    start: Instant
    end: Instant
    state: str
    by: str
    why: str = ""
    seen: Instant | None = None


class OutcomeWish(msgspec.Struct, frozen=True, kw_only=True):
    """A contact's outcome was another. ``notes`` None: they stay.

    ``is_resolved_said``: whether ``resolved`` is; else it follows from the disposition.
    ``seen``: the version that was read (`outcome_version`); None: whatever counts now.
    """

    contact_id: ContactId
    disposition: str
    resolved: bool | None
    is_resolved_said: bool = True
    notes: str | None
    by: str
    why: str = ""
    seen: str | None = None


Told: TypeAlias = Sequence[tuple[Instant, AgentTimeCorrected]]
"""Corrections of an agent's time and when each was told, the latest first."""


def version(told: Told) -> Instant:
    """What tells whether time was corrected since it was read: when it was last; 0: never."""
    return told[0][0] if told else 0


class Correcting:
    """Works corrections out. Reads the journal: not for the reactor's thread."""

    def __init__(self, journal: Journal, settings: Callable[[], Settings]) -> None:
        self._journal = journal
        self._settings = settings

    def times(self, agent_id: AgentId, start: Instant, end: Instant) -> tuple[TimePiece, ...]:
        """An agent's time between two instants as it counts now, in order."""
        return tuple(
            TimePiece(
                at=max(span.at, start), end=min(span.end, end), state=span.state, team=span.team, skills=span.skills
            )
            for span in sorted(self._spans(start, end), key=lambda span: span.at)
            if span.agent_id == agent_id and span.at < end and span.end > start
        )

    def corrections(self, agent_id: AgentId, start: Instant, end: Instant) -> Told:
        """What was told anew of an agent's time between two instants, and when; the latest first (see `version`)."""
        found = [
            (entry.at, entry.fact)
            for entry in self._journal.entries(start, None, KINDS)
            if isinstance(entry.fact, AgentTimeCorrected)
            and entry.fact.agent_id == agent_id
            and touches(entry.fact, start, end)
        ]
        return found[::-1]

    def time(self, wish: TimeWish, now: Instant, present_since: Instant | None) -> AgentTimeCorrected:
        """The correction of an agent's time; raises `CorrectionError`.

        ``present_since``: when the stretch began that goes on now; None: the agent is not signed in.
        """
        self._check_time(wish, now, present_since)
        if wish.seen is not None:
            self._check_seen(wish, wish.seen)
        pieces = replaced(self._spans(wish.start, wish.end), wish.agent_id, wish.start, wish.end, wish.state)
        if not pieces:
            raise NothingToCorrectError(
                f"{wish.agent_id} has no time without a contact there that is not {wish.state} already"
            )
        return AgentTimeCorrected(
            agent_id=wish.agent_id,
            from_at=wish.start,
            to_at=wish.end,
            state=wish.state,
            replaced=pieces,
            by=wish.by,
            why=wish.why,
        )

    def _check_time(self, wish: TimeWish, now: Instant, present_since: Instant | None) -> None:
        if wish.start >= wish.end:
            raise CorrectionError("the time ends before it begins: let it end after it begins", "end")
        if wish.end > now:
            raise CorrectionError("the time is not over yet: what has not been cannot be corrected", "end")
        if wish.end - wish.start > LONGEST_TIME:
            raise CorrectionError("31 days at most are corrected at once: name an earlier end", "end")
        if wish.start < now - LONGEST_BACK + DAY:
            raise CorrectionError("what was a year ago is not corrected any more: name a later time", "start")
        if present_since is not None and wish.end > present_since:
            raise CorrectionError(
                "the agent's present state began before the end of that time: change the state, then correct what was",
                "end",
            )
        kind, _, reason = wish.state.partition(":")
        if wish.state != READY and (kind != NOT_READY or reason not in self._settings().reasons):
            known = ", ".join(self._settings().reasons)
            raise CorrectionError(f"there is no reason {reason!r} for not being ready: there are {known}", "reason")

    def _check_seen(self, wish: TimeWish, seen: Instant) -> None:
        told = self.corrections(wish.agent_id, wish.start, wish.end)
        if version(told) > seen:
            raise CorrectedMeanwhileError(
                f"{told[0][1].by} corrected that time of {wish.agent_id} meanwhile: look at it again"
            )

    def _spans(self, start: Instant, end: Instant) -> list[Span]:
        return [record for record in read(self._journal, start, end).records if isinstance(record, Span)]

    def outcome(self, wish: OutcomeWish, now: Instant) -> DispositionCorrected:
        """The correction of a contact's outcome; raises `CorrectionError`."""
        dispositions = self._settings().dispositions
        if wish.disposition and wish.disposition not in dispositions:
            known = ", ".join(dispositions)
            raise CorrectionError(f"there is no disposition {wish.disposition!r}: there are {known}", "disposition")
        if wish.disposition and not wish.is_resolved_said:
            wish = msgspec.structs.replace(wish, resolved=dispositions[wish.disposition].resolved)
        entries = list(self._journal.entries(contact_id=wish.contact_id))
        if not entries:
            raise NothingToCorrectError(f"there is no contact {wish.contact_id!r} in the journal")
        if entries[0].at < now - LONGEST_BACK + DAY:
            raise CorrectionError("what was a year ago is not corrected any more")
        latest = _latest(entries)
        erased_at = self.erased_at(wish.contact_id)
        if wish.seen is not None and wish.seen != _version(latest, erased_at):
            raise CorrectedMeanwhileError(_told_meanwhile(latest, erased_at))
        return _corrected(wish, entries)

    def erased_at(self, contact_id: ContactId) -> Instant | None:
        """When personal data of a contact was erased last; it is part of its outcome's version."""
        return last_erasures(self._journal, [contact_id]).get(contact_id)


def _told_meanwhile(latest: DispositionSet | DispositionCorrected | None, erased_at: Instant | None) -> str:
    who = latest.by if isinstance(latest, DispositionCorrected) else "the agent"
    or_erased = ", or its person was erased" if erased_at is not None else ""
    return f"{who} told another outcome meanwhile{or_erased}: look at it again"


def _corrected(wish: OutcomeWish, entries: list[Entry]) -> DispositionCorrected:
    records = Records()
    folds = Folds(records)
    folds.apply_all(entries)
    of_contact: Mapping[type[Record], Record] = {type(record): record for record in records.records}
    visit, arrival = of_contact.get(Visit), of_contact.get(Arrival)
    stay = visit if isinstance(visit, Visit) else None
    came = arrival if isinstance(arrival, Arrival) else None
    return DispositionCorrected(
        contact_id=wish.contact_id,
        customer_id=entries[-1].fact.customer_id,
        agent_id=None if stay is None else stay.agent_id,
        queue=QueueName(stay.queue) if stay is not None else None,
        queued_at=0 if stay is None else stay.at,
        entry_point=stay.entry_point if stay is not None else "",
        disposition=wish.disposition,
        resolved=wish.resolved,
        notes=_notes(_latest(entries)) if wish.notes is None else wish.notes,
        was=stay.disposition if stay is not None else came.disposition if came is not None else "",
        was_resolved=None if stay is None else stay.resolved,
        by=wish.by,
        why=wish.why,
    )


def _latest(entries: list[Entry]) -> DispositionSet | DispositionCorrected | None:
    """What was told last of a contact's outcome."""
    for entry in reversed(entries):
        if isinstance(entry.fact, DispositionSet | DispositionCorrected):
            return entry.fact
    return None


def _notes(told: DispositionSet | DispositionCorrected | None) -> str:
    return "" if told is None else told.notes


def _version(told: DispositionSet | DispositionCorrected | None, erased_at: Instant | None) -> str:
    if told is None:
        return outcome_version(None, "", resolved=None, erased_at=erased_at)
    return outcome_version(told.disposition, told.notes, resolved=told.resolved, erased_at=erased_at)
