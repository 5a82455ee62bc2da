"""Interval tables: for every slice and quarter of an hour, and for every whole day, what the facts add up to.

`storage.filling` fills them as facts arrive; reports read them, whatever the number of calls, and they can be made
anew from the journal at any time. They implement `reporting.ports.CellReader`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from facts.ids import NodeName
from facts.time import DAY, Instant
from reporting.kpi.cells import Cell
from reporting.kpi.intervals import Calendar
from reporting.kpi.live import AGENT, Cells
from reporting.kpi.records import Span
from storage.errors import ForeignWriterError
from storage.journal import Journal
from storage.schema import interval_cell, interval_filling, interval_rules
from storage.upkeep import UPKEEP

Grain: TypeAlias = Literal["quarter", "day", "whole"]
"""``whole``: as few cells as make up a range of whole days, for what is not divided by time."""

Address: TypeAlias = tuple[str, str, Instant, str]
"""Family, grain, beginning, key: the primary key of a cell."""

CHUNK = 200
"""Cells asked for in one statement."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cell).decode
_decode_spans = msgspec.msgpack.Decoder(list[Span]).decode
_decode_key = msgspec.json.Decoder(tuple[str | None, ...]).decode


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """How far a node's facts are in the cells; ``refold_from``: where to read from to bring the fold's state back."""

    seq: int
    as_of: Instant
    refold_from: Instant


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """By which rules the cells were filled: others mean that they are filled anew."""

    version: str
    zone: str


def key_text(key: str | None) -> str:
    """A slice's value as the tables hold it."""
    return msgspec.json.encode((key,)).decode()


class IntervalTables:
    """The interval tables of a journal's database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    # -- reading --------------------------------------------------------------------------------------------------

    def cells(
        self, family: str, from_at: Instant | None = None, to_at: Instant | None = None, *, grain: Grain = "quarter"
    ) -> Iterator[tuple[Instant, tuple[str | None, ...], Cell]]:
        """``(beginning, key, cell)`` of the intervals that begin in the range, in order of their beginning.

        Agents' stretches that are not over are in, up to the last fact. ``grain="day"``: whole days of the zone in
        `rules`, each as one cell; ``"whole"``: whole weeks too, where they lie in the range.
        """
        with self._journal.transaction(writes=False) as connection:
            zone = connection.scalar(sa.select(interval_rules.c.zone))
            calendar = Calendar(ZoneInfo(zone or "UTC"))
            rows = connection.execute(_selected(family, from_at, to_at, grain, calendar)).all()
            unfinished = _unfinished(connection, None if grain == "quarter" else calendar) if family == AGENT else {}
        keys: dict[str, tuple[str | None, ...]] = {}
        for start, key, data in rows:
            if key not in keys:
                keys[key] = _decode_key(key)
            yield start, keys[key], _decode(data)
        for start, agent_id in sorted(unfinished):
            if (from_at is None or start >= from_at) and (to_at is None or start < to_at):
                yield start, (agent_id,), unfinished[start, agent_id]

    def filled(self) -> dict[NodeName, Filled]:
        """How far each node's facts are in."""
        with self._journal.transaction(writes=False) as connection:
            rows = connection.execute(sa.select(interval_filling)).all()
        return {row.node: Filled(seq=row.seq, as_of=row.as_of, refold_from=row.refold_from) for row in rows}

    def lag(self) -> int:
        """How many facts of the journal are not in the tables yet."""
        filled = self.filled()
        heads = self._journal.heads()
        return sum(
            head.seq - (filled[node].seq if node in filled else 0) for node, head in heads.items() if node != UPKEEP
        )

    def rules(self) -> Rules | None:
        """By which rules the tables were filled; None: never."""
        with self._journal.transaction(writes=False) as connection:
            row = connection.execute(sa.select(interval_rules.c.version, interval_rules.c.zone)).one_or_none()
        return None if row is None else Rules(version=row.version, zone=row.zone)

    # -- filling --------------------------------------------------------------------------------------------------

    def begin(self, rules: Rules) -> None:
        """Empty the tables; from now on they are filled by these rules."""
        with self._journal.transaction(writes=True) as connection:
            for table in (interval_cell, interval_filling, interval_rules):
                connection.execute(table.delete())
            connection.execute(interval_rules.insert().values(version=rules.version, zone=rules.zone))

    def add(
        self,
        changes: Mapping[Address, Cell],
        before: Mapping[NodeName, Filled],
        after: Mapping[NodeName, Filled],
        open_spans: Sequence[Span],
    ) -> None:
        """Add what facts between two positions changed, all or nothing.

        Raises `ForeignWriterError` when another process has filled in the meantime.
        """
        with self._journal.transaction(writes=False) as connection:
            there = dict(_stored(connection, sorted(changes)))
        rows = [_row(address, there.get(address), change) for address, change in changes.items()]
        with self._journal.transaction(writes=True) as connection:
            _move(connection, before, after, _encode(list(open_spans)))
            if rows:
                _upsert(connection, rows)


def _selected(
    family: str, from_at: Instant | None, to_at: Instant | None, grain: Grain, calendar: Calendar
) -> sa.Select[Any]:
    columns = interval_cell.c
    if grain != "whole":
        chosen = _begins_in(grain, from_at, to_at)
    else:
        first = None if from_at is None else calendar.begin("week", from_at)
        if first is not None and from_at is not None and first < from_at:
            first = calendar.begin("week", first + 8 * DAY)  # a week may have an hour more or less
        last = None if to_at is None else calendar.begin("week", to_at)
        if first is not None and last is not None and last <= first:
            chosen = _begins_in("day", from_at, to_at)
        else:
            chosen = sa.or_(
                _begins_in("week", first, last),
                sa.false() if first is None else _begins_in("day", from_at, first),
                sa.false() if last is None else _begins_in("day", last, to_at),
            )
    query = sa.select(columns.start, columns.key, columns.data).where(columns.family == family, chosen)
    return query.order_by(columns.start, columns.key)


def _begins_in(grain: str, from_at: Instant | None, to_at: Instant | None) -> sa.ColumnElement[bool]:
    columns = interval_cell.c
    conditions = [columns.grain == grain]
    if from_at is not None:
        conditions.append(columns.start >= from_at)
    if to_at is not None:
        conditions.append(columns.start < to_at)
    return sa.and_(*conditions)


def _unfinished(connection: Connection, calendar: Calendar | None) -> dict[tuple[Instant, str], Cell]:
    """Agents' stretches that are not over, as cells of quarters, or of a calendar's days."""
    found: defaultdict[tuple[Instant, str], Cell] = defaultdict(Cell)
    for data in connection.scalars(sa.select(interval_filling.c.open_spans)):
        cells = Cells()
        for span in _decode_spans(data):
            cells.add_span(span)
        for quarter, agent_id, cell in cells.of(AGENT):
            start = quarter if calendar is None else calendar.begin("day", quarter)
            found[start, agent_id or ""].add(cell)
    return found


def _stored(connection: Connection, addresses: Sequence[Address]) -> Iterator[tuple[Address, Cell]]:
    columns = interval_cell.c
    place = sa.tuple_(columns.family, columns.grain, columns.start, columns.key)
    for start in range(0, len(addresses), CHUNK):
        query = sa.select(interval_cell).where(place.in_(addresses[start : start + CHUNK]))
        for family, grain, begin, key, data in connection.execute(query):
            yield (family, grain, begin, key), _decode(data)


def _row(address: Address, there: Cell | None, change: Cell) -> dict[str, object]:
    family, grain, start, key = address
    cell = change
    if there is not None:
        there.add(change)
        cell = there
    return {"family": family, "grain": grain, "start": start, "key": key, "data": _encode(cell)}


def _upsert(connection: Connection, rows: Iterable[dict[str, object]]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(interval_cell)
    keys = [column.name for column in interval_cell.primary_key]
    put = statement.on_conflict_do_update(index_elements=keys, set_={"data": statement.excluded.data})
    connection.execute(put, list(rows))


def _move(
    connection: Connection, before: Mapping[NodeName, Filled], after: Mapping[NodeName, Filled], open_spans: bytes
) -> None:
    """Move the positions of nodes that are folded together; the first one's row holds the open stretches of all."""
    for node, filled in sorted(after.items()):
        values = {**msgspec.structs.asdict(filled), "open_spans": open_spans}
        open_spans = _encode([])
        if node not in before:
            connection.execute(interval_filling.insert().values(node=node, **values))
            continue
        where = (interval_filling.c.node == node, interval_filling.c.seq == before[node].seq)
        if connection.execute(interval_filling.update().where(*where).values(**values)).rowcount != 1:
            raise ForeignWriterError("another process fills the interval tables: let one daemon do it")
