"""From a figure to what stands behind it: every stay in a queue as one row, or every stretch of agents' time.

`behind` asks the figure's own definition what each single stay contributes, so that the contributions of the rows add
up to the figure's numerator and denominator, whatever the figure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from facts.time import SECOND, Duration, Instant
from reporting.kpi import catalogue, slices
from reporting.kpi.cells import Cell
from reporting.kpi.errors import ReportError
from reporting.kpi.figures import Context, Definition, Figure, Number
from reporting.kpi.intervals import Calendar
from reporting.kpi.records import Arrival, Leg, Offer, Record, Scheduled, Span, Visit
from reporting.kpi.report import History, Query, check_known, closed_at, complete, filtered, only
from reporting.kpi.service_level import Target

OUTCOMES = ("offered", "answered", "in_time", "late", "abandoned", "left_otherwise", "in_progress")


class ContactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contact's stay in a queue. Durations in seconds, None: not known, or not over."""

    contact_id: str
    offered_at: Instant
    queue: str
    outcome: str
    waited_s: float | None
    agent: str | None
    talk_s: float | None
    hold_s: float | None
    wrap_up_s: float | None
    transferred_to: str
    disposition: str
    customer_id: str | None
    customer_tier: str
    region: str
    entry_point: str


class StretchRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of an agent's time in one state; ``inside_s``: as much of it as lies in the slice."""

    agent: str
    from_at: Instant
    to_at: Instant
    state: str
    inside_s: float


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One row behind a figure and what it adds to numerator and denominator; None: the figure has no such part."""

    row: ContactRow | StretchRow
    numerator: Number | None
    denominator: Number | None


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of one slice, and all that it was made of in the order of time."""

    figure: Figure
    shares: list[Share]


def behind(history: History, query: Query, name: str, names: Mapping[str, str | None]) -> Behind:
    """What stands behind the figure ``name`` in the slice ``names`` (as a report's row has it; {}: the whole range).

    Raises `ReportError` for an unknown figure or dimension.
    """
    (definition,) = catalogue.definitions([name])
    by = slices.parse_dimensions(",".join(names))
    slicer = _Single(query, by, tuple(names.values()), definition)
    shares, whole = [], Cell()
    everything = complete(history, query)
    for row, records in _rows_of(filtered(everything, query), everything):
        cell = slicer.cell(records)
        if cell is None:
            continue
        whole.add(cell)
        share = slicer.share(row, cell)
        if share is not None:
            shares.append(share)
    shares.sort(key=_when)
    return Behind(figure=definition.figure(whole, slicer.context), shares=shares)


def _when(share: Share) -> tuple[Instant, str]:
    row = share.row
    return (row.from_at, row.agent) if isinstance(row, StretchRow) else (row.offered_at, row.contact_id)


class _Single:
    """Judges single rows by a figure's definition, in one slice."""

    def __init__(self, query: Query, by: tuple[str, ...], key: slices.Key, definition: Definition) -> None:
        self._query, self._by, self._key, self._definition = query, by, key, definition
        self._calendar = Calendar(query.zone)
        queue = dict(zip(by, key, strict=True)).get("queue") or only(query.queues)
        self.context = Context(
            target=query.targets.of(queue), by_agent=slices.is_by_agent(by), productive=query.productive
        )

    def cell(self, records: Iterable[Record]) -> Cell | None:
        """What these records count in the slice; None: nothing."""
        slicer = slices.Slicer(
            self._by,
            self._calendar,
            start=self._query.start,
            end=self._query.end,
            hours=self._query.hours,
            counted_at=closed_at if self._query.counted_at == "closed" else None,
        )
        slicer.add_all(records)
        return slicer.cells.get(self._key)

    def share(self, row: "Stay | Span | Scheduled", cell: Cell) -> Share | None:
        """The row with its contribution; None where it has none."""
        figure = self._definition.figure(cell, self.context)
        if not figure.numerator and not figure.denominator:
            return None
        return Share(row=_shown(row, cell), numerator=figure.numerator, denominator=figure.denominator)


Stay: TypeAlias = Visit | Leg | Offer | Arrival
"""What a row is named after: a stay in a queue, or what there is of a contact that joined none."""


def _rows_of(
    records: Iterable[Record], everything: Iterable[Record]
) -> Iterator[tuple[Stay | Span | Scheduled, list[Record]]]:
    """The records by the row to which they belong, in the order in which the rows began."""
    visits: dict[str | None, list[Visit]] = {}
    of_leg: dict[int, Visit] = {}
    for record in everything:
        if isinstance(record, Visit):
            visits.setdefault(record.contact_id, []).append(record)
            of_leg.update((id(leg), record) for leg in record.legs)
    found: dict[int, tuple[Stay | Span | Scheduled, list[Record]]] = {}
    for record in records:
        named: Stay | Span | Scheduled = record
        match record:
            case Leg():
                named = of_leg.get(id(record), record)
            case Offer():
                stays = visits.get(record.contact_id, ())
                named = next((visit for visit in reversed(stays) if visit.at <= record.at), record)
            case Arrival():
                named = next(iter(visits.get(record.contact_id, ())), record)
            case _:
                pass
        found.setdefault(id(named), (named, []))[1].append(record)
    yield from found.values()


def _shown(row: Stay | Span | Scheduled, cell: Cell) -> ContactRow | StretchRow:
    match row:
        case Visit():
            return _row(row)
        case Span():
            inside = sum(cell.states_us.values()) / SECOND
            return StretchRow(agent=row.agent_id, from_at=row.at, to_at=row.end, state=row.state, inside_s=inside)
        case Scheduled():
            return StretchRow(
                agent=row.agent_id,
                from_at=row.at,
                to_at=row.at + row.scheduled_us,
                state="scheduled",
                inside_s=row.scheduled_us / SECOND,
            )
        case _:
            return _without_queue(row)


def _without_queue(row: Leg | Offer | Arrival) -> ContactRow:
    """A contact that joined no queue, as far as it is known."""
    leg = row if isinstance(row, Leg) else None
    return ContactRow(
        contact_id=row.contact_id or "",
        offered_at=row.at,
        queue=(None if isinstance(row, Arrival) else row.queue) or "",
        outcome=(row.menu_outcome if isinstance(row, Arrival) else "") or "no_queue",
        waited_s=None,
        agent=None if isinstance(row, Arrival) else row.agent_id,
        talk_s=_seconds(leg.talk_us) if leg is not None and leg.ended_at is not None else None,
        hold_s=_seconds(leg.hold_us) if leg is not None and leg.ended_at is not None else None,
        wrap_up_s=_seconds(leg.wrap_up_us) if leg is not None else None,
        transferred_to="" if leg is None else leg.transferred_to,
        disposition=row.disposition,
        customer_id=row.customer_id if isinstance(row, Arrival) else None,
        customer_tier=row.customer_tier,
        region=row.region,
        entry_point=row.entry_point,
    )


def contacts(history: History, query: Query, outcome: str = "offered") -> list[ContactRow]:
    """The stays behind a figure, in the order of their offers; raises `ReportError` for an unknown outcome."""
    if outcome not in OUTCOMES:
        raise ReportError(f"--outcome {outcome}: there are {', '.join(OUTCOMES)}")
    visits = [record for record in history.records if isinstance(record, Visit) and _inside(record, query)]
    check_known("queue", query, {visit.queue for visit in visits})
    check_known(
        "agent", query, {leg.agent_id for visit in visits for leg in visit.legs} | {visit.agent_id for visit in visits}
    )
    return [_row(visit) for visit in _chosen(visits, query) if _is(visit, outcome, query.targets.of(visit.queue))]


def _inside(visit: Visit, query: Query) -> bool:
    if (query.start is not None and visit.at < query.start) or (query.end is not None and visit.at >= query.end):
        return False
    return query.hours is None or query.hours.contain(visit.at, query.zone)


def _chosen(visits: Sequence[Visit], query: Query) -> Iterable[Visit]:
    for visit in visits:
        agents = {leg.agent_id for leg in visit.legs} | {visit.agent_id}
        if query.queues and visit.queue not in query.queues:
            continue
        if query.agents and agents.isdisjoint(query.agents):
            continue
        yield visit


def _is(visit: Visit, outcome: str, target: Target) -> bool:
    waited = visit.waited_us
    match outcome:
        case "offered":
            return True
        case "in_time":
            return visit.outcome == "answered" and waited is not None and waited <= target.threshold_us
        case "late":
            return visit.outcome == "answered" and waited is not None and waited > target.threshold_us
        case "left_otherwise":
            return visit.outcome == "left"
        case "in_progress":
            return not visit.outcome
        case _:
            return visit.outcome == outcome


def _row(visit: Visit) -> ContactRow:
    ended = [leg for leg in visit.legs if leg.ended_at is not None]
    holds = [leg.hold_us for leg in ended if leg.hold_us is not None]
    wraps = [leg.wrap_up_us for leg in visit.legs if leg.wrap_up_us is not None]
    return ContactRow(
        contact_id=visit.contact_id,
        offered_at=visit.at,
        queue=visit.queue,
        outcome=visit.left_as or visit.outcome or "in_progress",
        waited_s=_seconds(visit.waited_us),
        agent=visit.agent_id,
        talk_s=_seconds(sum(leg.talk_us for leg in ended)) if ended else None,
        hold_s=_seconds(sum(holds)) if holds else None,
        wrap_up_s=_seconds(sum(wraps)) if wraps else None,
        transferred_to=", ".join(leg.transferred_to for leg in visit.legs if leg.transferred_to),
        disposition=visit.disposition,
        customer_id=visit.customer_id,
        customer_tier=visit.customer_tier,
        region=visit.region,
        entry_point=visit.entry_point,
    )


def _seconds(duration: Duration | None) -> float | None:
    return None if duration is None else duration / SECOND
