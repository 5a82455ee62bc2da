"""A report: rows of figures over slices, from the facts of the journal. Pure; the same facts give the same report.

Counting rule: a contact counts, with all that became of it, in the interval in which it was offered
(``counted_at="offered"``); with ``"closed"`` in the one in which it left the queue, and while it waits in the one in
which it was offered. Agents' time counts where it was spent. What is not over counts up to the last fact.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, tzinfo
from typing import Literal, Protocol

import msgspec

from facts.journal import Entry
from facts.time import DAY, Duration, Instant
from reporting.kpi import catalogue, slices
from reporting.kpi.cells import Cell
from reporting.kpi.corrections import KINDS as CORRECTIONS
from reporting.kpi.corrections import touches
from reporting.kpi.errors import NothingThereError, ReportError
from reporting.kpi.figures import Context, Definition, Figure, figures_of
from reporting.kpi.fold import Folds, Records
from reporting.kpi.intervals import Calendar, OpeningHours
from reporting.kpi.records import Leg, Offer, Record, Span, Visit
from reporting.kpi.resolution import RepeatRule, judge
from reporting.kpi.schedules import Planned, compared
from reporting.kpi.service_level import Targets

LOOK_BACK: Duration = DAY
"""Facts so long before the range are read too: menus and log-ins that began before it."""

LOOK_AHEAD: Duration = 3 * DAY
"""Facts so long after the range may change it: a contact that waits or talks longer counts as far as seen."""

Rule = Literal["offered", "closed"]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. ``start`` is inside the range, ``end`` is not; None: from the first fact, to the last.

    ``known_queues``, ``known_agents``: those that there are; to ask for one that had nothing to do is no mistake.
    """

    by: tuple[str, ...] = ()
    start: Instant | None = None
    end: Instant | None = None
    zone: tzinfo = UTC
    figures: tuple[str, ...] = tuple(catalogue.CATALOGUE)
    targets: Targets = Targets()
    hours: OpeningHours | None = None
    counted_at: Rule = "offered"
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    known_queues: frozenset[str] = frozenset()
    known_agents: frozenset[str] = frozenset()
    productive: frozenset[str] = frozenset()
    repeat: RepeatRule | None = None
    schedule: tuple[Planned, ...] = ()

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start >= self.end:
            order = "is empty" if self.start == self.end else "ends before it begins"
            raise ReportError(f"the range {order}: --from is inside it, --to is not", about="to")


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The figures of one slice; ``slice`` maps each dimension asked for to its value."""

    slice: dict[str, str | None]
    figures: dict[str, Figure]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in the order of their slices, and the whole range as one row. ``as_of``: the last fact."""

    start: Instant | None
    end: Instant | None
    as_of: Instant
    zone: tzinfo
    by: tuple[str, ...]
    rows: Sequence[Row]
    total: Row
    definitions: tuple[tuple[Definition, str], ...]


class EntrySource(Protocol):
    """A journal, as far as reports read it (`reporting.ports.JournalReader`)."""

    def entries(
        self,
        from_at: Instant | None = None,
        to_at: Instant | None = None,
        kinds: Collection[str] | None = None,
        *,
        personal: bool = True,
    ) -> Iterator[Entry]:
        """The facts of a stretch of time in order; of some kinds only where these are given."""
        ...


class WholeSource(EntrySource, Protocol):
    """A journal that also says how far it goes."""

    def latest_at(self) -> Instant | None:
        """The time of the latest fact; None where there is none."""
        ...


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What was read for a range: records in the order in which they began.

    ``as_of``: the last fact, or the end of the range if that is sooner; ``reached``: the last fact that was read.
    """

    records: Sequence[Record]
    as_of: Instant
    reached: Instant = 0


def read(
    source: WholeSource, start: Instant | None, end: Instant | None, *, look_ahead: Duration | None = None
) -> History:
    """The records of a range.

    Read are its facts, those of a day before, and those after it until no contact of the range can change any more;
    with ``look_ahead``, all facts so long after it. Corrections are read whenever they were made.
    """
    records = Records()
    folds = Folds(records)
    latest = source.latest_at() or 0
    began = None if start is None else start - LOOK_BACK
    folds.apply_all(source.entries(began, end, personal=False))
    if end is None:
        as_of = max(folds.now, latest)
        return History(records=[*records.records, *folds.open_spans()], as_of=as_of, reached=folds.now)
    read_to = _read_on(source, folds, end, look_ahead)
    for entry in source.entries(end, None, CORRECTIONS, personal=False):
        if (entry.node, entry.seq) not in read_to and touches(entry.fact, began, end):
            folds.correct(entry)
    as_of = min(max(folds.now, latest), end)
    return History(records=[*records.records, *folds.open_spans()], as_of=as_of, reached=folds.now)


def _read_on(
    source: EntrySource, folds: Folds, end: Instant, look_ahead: Duration | None
) -> frozenset[tuple[str, int]]:
    """Go on behind the end of the range; gives the corrections that were read on the way."""
    corrected = set[tuple[str, int]]()
    for entry in source.entries(end, end + max(LOOK_AHEAD, look_ahead or 0), personal=False):
        folds.apply(entry)
        if entry.fact.kind in CORRECTIONS:
            corrected.add((entry.node, entry.seq))
        if folds.are_settled(end) and (look_ahead is None or entry.at >= end + look_ahead):
            break
    return frozenset(corrected)


def answer(source: WholeSource, query: Query) -> Report:
    """Read what a query needs, and build its report."""
    return build(read_for(source, query), query)


def read_for(source: WholeSource, query: Query) -> History:
    """What a query needs of the facts."""
    ahead = None if query.repeat is None else query.repeat.window_us + LOOK_AHEAD
    return read(source, query.start, query.end, look_ahead=ahead)


def complete(history: History, query: Query) -> list[Record]:
    """The records with what plans and later contacts say of them."""
    if query.repeat is not None:
        judge(history.records, query.repeat, history.reached)
    return [*history.records, *compared(query.schedule, history.records, history.as_of)]


def build(history: History, query: Query) -> Report:
    """The report of a query over the records of its range."""
    wanted = catalogue.definitions(query.figures)
    records = filtered(complete(history, query), query)
    rows = _rows(records, query, query.by, wanted)
    total = _rows(records, query, (), wanted)
    context = Context(target=query.targets.of(only(query.queues)), productive=query.productive)
    return Report(
        start=query.start,
        end=query.end,
        as_of=history.as_of,
        zone=query.zone,
        by=query.by,
        rows=tuple(rows),
        total=total[0],
        definitions=tuple((definition, definition.described(context)) for definition in wanted),
    )


def filtered(records: Sequence[Record], query: Query) -> Sequence[Record]:
    """The records of the queues and agents asked for; raises `NothingThereError` for one that does not occur."""
    for dimension, wanted in (("queue", query.queues), ("agent", query.agents)):
        if not wanted:
            continue
        inside = (record for record in records if _is_inside(record, query))
        check_known(dimension, query, {value for record in inside for value in slices.values(record, dimension)})
        records = [record for record in records if not set(slices.values(record, dimension)).isdisjoint(wanted)]
    return records


def _is_inside(record: Record, query: Query) -> bool:
    """Whether anything of the record counts in the range."""
    if isinstance(record, Offer) and not record.outcome:
        return False
    begin = closed_at(record) if query.counted_at == "closed" else record.at
    end = record.end if isinstance(record, Span) else begin + 1
    return (query.start is None or end > query.start) and (query.end is None or begin < query.end)


def check_known(dimension: str, query: Query, there: AbstractSet[str | None]) -> None:
    """Raise `NothingThereError` for a queue or agent asked for that neither occurs in the range nor is known."""
    is_queue = dimension == "queue"
    known = query.known_queues if is_queue else query.known_agents
    for name in query.queues if is_queue else query.agents:
        if name not in there and name not in known:
            occurring = ", ".join(sorted(value for value in there if value)) or "none"
            raise NothingThereError(f"{dimension} {name!r} does not occur in this range; there: {occurring}")


def _rows(records: Iterable[Record], query: Query, by: tuple[str, ...], wanted: list[Definition]) -> list[Row]:
    slicer = slices.Slicer(
        by,
        Calendar(query.zone),
        start=query.start,
        end=query.end,
        hours=query.hours,
        counted_at=closed_at if query.counted_at == "closed" else None,
    )
    slicer.add_all(records)
    if not by:
        slicer.cell(())
    return rows_of(by, slices.ordered(slicer.cells), query, wanted)


def rows_of(
    by: tuple[str, ...], cells: Iterable[tuple[slices.Key, Cell]], query: Query, wanted: Sequence[Definition]
) -> list[Row]:
    """The rows of these cells: figures by each queue's own target."""
    contexts: dict[str | None, Context] = {}
    by_agent, queue_asked = slices.is_by_agent(by), only(query.queues)
    rows = []
    for key, cell in cells:
        names = dict(zip(by, key, strict=True))
        queue = names.get("queue") or queue_asked
        if queue not in contexts:
            target = query.targets.of(queue)
            contexts[queue] = Context(target=target, by_agent=by_agent, productive=query.productive)
        rows.append(Row(slice=names, figures=figures_of(wanted, cell, contexts[queue])))
    return rows


def only(names: Sequence[str]) -> str | None:
    """The one name there is."""
    return names[0] if len(names) == 1 else None


def closed_at(record: Record) -> Instant:
    """The instant of the other counting rule: where the contact left the queue, or the agent's part ended."""
    match record:
        case Visit():
            return record.at if record.closed_at is None else record.closed_at
        case Leg():
            return record.at if record.ended_at is None else record.ended_at
        case _:
            return record.at
