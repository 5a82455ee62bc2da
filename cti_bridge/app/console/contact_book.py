"""Contacts as lines of a list, made of the same records as the reports: an observer of the fold, and a reader of facts.

The book of the running daemon holds the latest contacts; one made of a stretch of the journal holds that stretch.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from agent_console.documents.contacts import ContactLine
from agent_console.documents.desk import Outcome
from agent_console.documents.values import Place
from facts.ids import ContactId
from facts.journal import ContactOffered, DispositionCorrected, DispositionSet, Entry, RecordingStarted
from facts.time import Duration, Instant, to_seconds
from reporting.kpi.cells import Step
from reporting.kpi.records import Arrival, Leg, Record, Visit

MOST: Final = 50_000
"""Contacts in a book; the oldest go first."""


class Kept(msgspec.Struct, kw_only=True):
    """What is known of a contact. The records fill themselves in as facts arrive."""

    contact_id: ContactId
    began_at: Instant
    arrival: Arrival | None = None
    visits: list[Visit] = []
    legs: list[Leg] = []
    caller_number: str = ""
    caller_name: str = ""
    disposition: str | None = None
    resolved: bool | None = None
    notes: str = ""
    recordings: int = 0


class ContactBook:
    """Keeps contacts by id, in the order in which they began. ``place_of``: where a live one is; None: it is not."""

    def __init__(self, place_of: Callable[[ContactId], Place | None], most: int = MOST) -> None:
        self._place_of = place_of
        self._most = most
        self._kept: dict[ContactId, Kept] = {}
        self.begins: Instant = 0
        """Contacts that began before are not (all) here."""

    def __call__(self, record: Record, _step: Step, sign: int) -> None:
        """Keep a record of the fold, once."""
        if sign < 0 or not isinstance(record, Arrival | Visit | Leg):
            return
        kept = self._of(record.contact_id, record.at)
        if isinstance(record, Arrival):
            kept.arrival = record
        else:
            among: list[Visit] | list[Leg] = kept.visits if isinstance(record, Visit) else kept.legs
            if not any(known is record for known in among):
                among.append(record)  # type: ignore[arg-type]  # each to its own

    def read(self, entry: Entry) -> None:
        """Take in what a fact says of people and words; after the fold."""
        fact = entry.fact
        if fact.contact_id is None:
            return
        if isinstance(fact, ContactOffered):
            kept = self._of(fact.contact_id, entry.at)
            kept.caller_number, kept.caller_name = fact.caller_number, fact.caller_name
        elif isinstance(fact, DispositionSet | DispositionCorrected):
            kept = self._of(fact.contact_id, entry.at)
            kept.disposition, kept.resolved, kept.notes = fact.disposition or None, fact.resolved, fact.notes
        elif isinstance(fact, RecordingStarted):
            self._of(fact.contact_id, entry.at).recordings += 1

    def _of(self, contact_id: ContactId, at: Instant) -> Kept:
        kept = self._kept.get(contact_id)
        if kept is None:
            kept = self._kept[contact_id] = Kept(contact_id=contact_id, began_at=at)
            while len(self._kept) > self._most:
                gone = self._kept.pop(next(iter(self._kept)))
                self.begins = max(self.begins, gone.began_at + 1)
        return kept

    def forget(self, contact_id: ContactId) -> None:
        """Personal data was erased: nothing of the contact is kept here."""
        self._kept.pop(contact_id, None)

    def line(self, contact_id: ContactId) -> ContactLine | None:
        """One contact."""
        kept = self._kept.get(contact_id)
        return None if kept is None else self._line(kept)

    def latest(self) -> Iterator[ContactLine]:
        """All, the latest first."""
        for kept in sorted(self._kept.values(), key=lambda kept: (kept.began_at, kept.contact_id), reverse=True):
            yield self._line(kept)

    def _line(self, kept: Kept) -> ContactLine:
        arrival, visits, legs = kept.arrival, kept.visits, kept.legs
        latest = visits[-1] if visits else None
        about = latest or arrival or (legs[-1] if legs else None)
        place = self._place_of(kept.contact_id)
        ended = arrival.ended_at if arrival is not None and place is None else None
        answered = [leg.began_at for leg in legs]
        return ContactLine(
            contact_id=kept.contact_id,
            channel=about.channel if about is not None else "call",
            direction=about.direction if about is not None else "inbound",
            place=place or "ended",
            queue=latest.queue if latest is not None else None,
            queues=[visit.queue for visit in visits],
            agents=list(dict.fromkeys(leg.agent_id for leg in legs if leg.agent_id is not None)),
            customer_id=_customer(arrival, latest),
            caller_number=kept.caller_number,
            caller_name=kept.caller_name,
            entry_point=arrival.entry_point if arrival is not None else "",
            began_at=kept.began_at,
            joined_at=visits[0].joined_at or visits[0].at if visits else None,
            answered_at=min(answered, default=None),
            ended_at=ended,
            wait_s=_seconds(latest.waited_us) if latest is not None else None,
            talk_s=_sum(legs, "talk_us"),
            hold_s=_sum(legs, "hold_us"),
            wrap_up_s=_sum(legs, "wrap_up_us"),
            result=_result(arrival, latest, legs, place),
            outcome=Outcome(disposition=kept.disposition, resolved=kept.resolved, notes=kept.notes),
            recordings=kept.recordings,
        )


def _customer(arrival: Arrival | None, visit: Visit | None) -> str | None:
    if visit is not None and visit.customer_id is not None:
        return visit.customer_id
    return arrival.customer_id if arrival is not None else None


def _seconds(duration: Duration | None) -> float | None:
    return None if duration is None else to_seconds(duration)


def _sum(legs: list[Leg], field: str) -> float | None:
    """Of parts that are over; None: there are none."""
    lasted = [getattr(leg, field) for leg in legs if leg.ended_at is not None]
    known = [one for one in lasted if one is not None]
    return to_seconds(sum(known)) if known else None


def _result(arrival: Arrival | None, visit: Visit | None, legs: list[Leg], place: Place | None) -> str:
    if visit is None:
        if place is not None:
            return "in_progress"
        return "answered" if legs else (arrival.menu_outcome if arrival is not None else "") or "ended"
    if not visit.outcome:
        return "in_progress"
    return visit.left_as or "left" if visit.outcome == "left" else visit.outcome
