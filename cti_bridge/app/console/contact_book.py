"""Contacts as lines of a list, made of the same records as the reports: an observer of the fold, and a reader of facts.

The book of the running daemon holds the latest contacts; one made of a stretch of the journal holds that stretch.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator
from typing import Final, TypeAlias

import msgspec

from agent_console.documents.contacts import ContactLine
from agent_console.documents.desk import Outcome
from agent_console.documents.values import Place
from cti_bridge.app.correcting import outcome_version
from facts.ids import ContactId
from facts.journal import ContactOffered, DispositionCorrected, DispositionSet, Entry, RecordingStarted
from facts.time import Duration, Instant, to_seconds
from reporting.kpi.cells import Step
from reporting.kpi.records import Arrival, Leg, Record, Visit

MOST: Final = 50_000
"""Contacts in a book; the oldest go first."""

NEVER: Final[Instant] = 2**62
"""Later than every fact."""

Position: TypeAlias = tuple[Instant, ContactId]
"""A contact's place in the order of beginnings."""

Key: TypeAlias = tuple[str, str]
"""By what contacts are found: `customer`, `number`, `agent` or `queue`, and which."""


class Kept(msgspec.Struct, kw_only=True):
    """What is known of a contact. The records fill themselves in as facts arrive.

    ``noted_at``: when the notes were told; ``erased_at``: when personal data of it was erased last.
    """

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
    noted_at: Instant = 0
    erased_at: Instant | None = None
    recordings: int = 0
    offered: bool = False
    keys: set[Key] = set()

    @property
    def customer_id(self) -> str | None:
        """Whose it is."""
        return _customer(self.arrival, self.visits[-1] if self.visits else None)

    @property
    def position(self) -> Position:
        """Its place in the order."""
        return self.began_at, self.contact_id


class Parked(msgspec.Struct, frozen=True):
    """A customer who waits on the line to be picked up: who left them there, and since when."""

    by: str
    at: Instant


class ContactBook:
    """Keeps contacts by id, in the order in which they began, and knows them by customer, number, agent and queue.

    ``place_of``: where a live one is; None: it is not. ``normal``: a number as numbers are compared. ``parked_of``: who
    parked it, if anybody has. ``agent_name`` and ``queue_title``: what people call them.
    """

    def __init__(
        self,
        place_of: Callable[[ContactId], Place | None],
        most: int = MOST,
        *,
        normal: Callable[[str], str] = str,
        parked_of: Callable[[ContactId], Parked | None] = lambda _: None,
        agent_name: Callable[[str], str] = str,
        queue_title: Callable[[str], str] = str,
    ) -> None:
        self._place_of = place_of
        self._most = most
        self._normal = normal
        self._parked_of = parked_of
        self._agent_name = agent_name
        self._queue_title = queue_title
        self._kept: dict[ContactId, Kept] = {}
        self._order: list[Position] = []
        self._found_by: dict[Key, set[ContactId]] = {}
        self._whole_from = NEVER
        self._dropped: Instant = 0

    @property
    def begins(self) -> Instant:
        """Contacts that began before are not (all) here."""
        return max(self._whole_from, self._dropped)

    def begin(self, at: Instant) -> None:
        """From ``at`` on all facts have been read, and are as they happen."""
        if self._whole_from == NEVER:
            self._whole_from = at

    def __call__(self, record: Record, _step: Step, sign: int) -> None:
        """Keep a record of the fold, once."""
        if sign < 0 or not isinstance(record, Arrival | Visit | Leg):
            return
        # who comes into a queue again, as a callback of days ago does, began when they first waited
        joined = record.joined_at if isinstance(record, Visit) else None
        kept = self._of(record.contact_id, min(record.at, joined or record.at))
        if isinstance(record, Arrival):
            kept.arrival = record
            self._index(kept, "customer", record.customer_id)
        else:
            among: list[Visit] | list[Leg] = kept.visits if isinstance(record, Visit) else kept.legs
            if not any(known is record for known in among):
                among.append(record)  # type: ignore[arg-type]  # each to its own
                self._index(kept, "queue", record.queue)
                self._index(kept, *_who(record))

    def read(self, entry: Entry) -> None:
        """Take in what a fact says of people and words; after the fold."""
        fact = entry.fact
        if fact.contact_id is None:
            return
        if isinstance(fact, ContactOffered):
            kept = self._of(fact.contact_id, entry.at)
            kept.offered = True
            kept.caller_number, kept.caller_name = fact.caller_number, fact.caller_name
            self._index(kept, "number", self._normal(fact.caller_number))
            return
        known = self._kept.get(fact.contact_id)
        if known is None:
            return  # it began before all that is read here
        if isinstance(fact, DispositionSet | DispositionCorrected):
            known.disposition, known.resolved, known.notes = fact.disposition or None, fact.resolved, fact.notes
            known.noted_at = entry.at
            if entry.at < (known.erased_at or 0):
                known.notes = ""  # read late, from before its person was erased
        elif isinstance(fact, RecordingStarted):
            known.recordings += 1

    def _of(self, contact_id: ContactId, at: Instant) -> Kept:
        kept = self._kept.get(contact_id)
        if kept is None:
            kept = self._kept[contact_id] = Kept(contact_id=contact_id, began_at=at)
            insort(self._order, kept.position)
            while len(self._kept) > self._most:
                oldest = self._order[0]
                self._drop(oldest[1])
                self._dropped = max(self._dropped, oldest[0] + 1)
        return kept

    def _index(self, kept: Kept, kind: str, value: str | None) -> None:
        if value and kept.contact_id in self._kept:
            kept.keys.add((kind, value))
            self._found_by.setdefault((kind, value), set()).add(kept.contact_id)

    def ids(self) -> list[ContactId]:
        """All contacts that are here."""
        return list(self._kept)

    def erase(self, contact_id: ContactId, at: Instant, noted_until: Instant) -> bool:
        """Personal data was erased: who it was, and what was noted until then, is not kept here either.

        False: the contact is not here, or the erasure was known already.
        """
        kept = self._kept.get(contact_id)
        if kept is None or at <= (kept.erased_at or 0):
            return False
        kept.erased_at = at
        kept.caller_number = kept.caller_name = ""
        if kept.noted_at <= noted_until:
            kept.notes = ""
        for key in [key for key in kept.keys if key[0] == "number"]:
            kept.keys.discard(key)
            self._unindex(key, contact_id)
        return True

    def _drop(self, contact_id: ContactId) -> None:
        kept = self._kept.pop(contact_id, None)
        if kept is None:
            return
        del self._order[bisect_left(self._order, kept.position)]
        for key in kept.keys:
            self._unindex(key, contact_id)

    def _unindex(self, key: Key, contact_id: ContactId) -> None:
        among = self._found_by[key]
        among.discard(contact_id)
        if not among:
            del self._found_by[key]

    def kept(self, contact_id: ContactId) -> Kept | None:
        """What is known of one contact."""
        return self._kept.get(contact_id)

    def line(self, contact_id: ContactId) -> ContactLine | None:
        """One contact."""
        kept = self._kept.get(contact_id)
        return None if kept is None else self.line_of(kept)

    def latest(
        self, keys: Collection[Key] | None = None, *, begin: Instant = 0, before: Position | None = None
    ) -> Iterator[Kept]:
        """The latest first: those that began at ``begin`` or later and stand before a position.

        ``keys``: those found by any of these, and no others are touched; None: all. A contact that comes or goes
        meanwhile may be among them or not.
        """
        if keys is None:
            end = len(self._order) if before is None else bisect_left(self._order, before)
            positions = self._order[bisect_left(self._order, (begin, ContactId(""))) : end]
        else:
            found = {contact_id for key in keys for contact_id in self._found_by.get(key, ())}
            positions = sorted(self._kept[contact_id].position for contact_id in found)
            positions = [one for one in positions if one[0] >= begin and (before is None or one < before)]
        for _, contact_id in reversed(positions):
            kept = self._kept.get(contact_id)
            if kept is not None:
                yield kept

    def place(self, kept: Kept) -> Place:
        """Where it is now."""
        return self._place_of(kept.contact_id) or "ended"

    def line_of(self, kept: Kept) -> ContactLine:
        """A contact as a line, also one that is read elsewhere."""
        arrival, visits, legs = kept.arrival, kept.visits, kept.legs
        latest = visits[-1] if visits else None
        about = latest or arrival or (legs[-1] if legs else None)
        place = self._place_of(kept.contact_id)
        ended = arrival.ended_at if arrival is not None and place is None else None
        answered = [leg.began_at for leg in legs]
        agents: list[str] = list(dict.fromkeys(leg.agent_id for leg in legs if leg.agent_id is not None))
        queues: list[str] = [visit.queue for visit in visits]
        parked = self._parked_of(kept.contact_id)
        return ContactLine(
            contact_id=kept.contact_id,
            channel=about.channel if about is not None else "call",
            direction=about.direction if about is not None else "inbound",
            place=place or "ended",
            queue=latest.queue if latest is not None else None,
            queues=queues,
            queue_titles=[self._queue_title(queue) for queue in queues],
            agents=agents,
            agent_names=[self._agent_name(agent) for agent in agents],
            customer_id=kept.customer_id,
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
            outcome_etag=outcome_version(
                kept.disposition, kept.notes, resolved=kept.resolved, erased_at=kept.erased_at
            ),
            recordings=kept.recordings,
            parked_by=None if parked is None else parked.by,
            parked_at=None if parked is None else parked.at,
        )


def _who(record: Visit | Leg) -> tuple[str, str | None]:
    return ("customer", record.customer_id) if isinstance(record, Visit) else ("agent", record.agent_id)


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
