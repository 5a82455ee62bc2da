"""Interval tables: for every slice what the facts add up to, by quarters and halves of an hour, hours and days.

`storage.filling` fills them as facts arrive; reports read them, whatever the number of calls, and they can be made
anew from the journal at any time. What changes is first kept cell by cell; when there are many such cells they are
added to the *sheets* (`storage.sheets`), which hold all cells of a day at once. Both together are the table: a cell
counts what its sheet counts and what was added since.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from facts.ids import NodeName
from facts.time import Instant
from reporting.kpi.cells import Cell
from reporting.kpi.columns import Part, Whole, as_cells, mapped, merged, part_of
from reporting.kpi.from_cells import GRAINS, Grain, Stored
from reporting.kpi.intervals import Calendar
from reporting.kpi.live import AGENT, FAMILIES, Address, Cells
from reporting.kpi.records import Span
from storage.chain import UPKEEP
from storage.errors import ForeignWriterError
from storage.journal import Journal
from storage.schema import interval_cell, interval_filling, interval_rules, interval_sheet
from storage.sheets import block_of, pack, unpack

CHUNK = 200
"""Cells asked for in one statement."""

MOST_LOOSE = 1_000
"""Cells that may lie beside the sheets: reading one costs what fifty in a sheet cost."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cell).decode
_decode_spans = msgspec.msgpack.Decoder(list[Span]).decode
_decode_key = msgspec.json.Decoder(str | None).decode


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """How far a node's facts are in the cells: ``as_of`` is the time of the latest.

    ``refold_from``: where to read from to bring the fold's state back.
    """

    seq: int
    as_of: Instant
    refold_from: Instant


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """By which rules the cells were filled: others mean that they are filled anew."""

    version: str
    zone: str


def key_text(key: str | None) -> str:
    """A slice's value as the tables hold it."""
    return msgspec.json.encode(key).decode()


class Reading:
    """The tables as they were at one moment, whatever is written meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.filled = _filled(connection)
        row = connection.execute(sa.select(interval_rules.c.version, interval_rules.c.zone)).one_or_none()
        self.rules = None if row is None else Rules(version=row.version, zone=row.zone)

    def parts(self, family: str, from_at: Instant | None, to_at: Instant | None, grain: Grain) -> Stored:
        """The cells that begin in the range: those of the sheets, and quarters of an hour that came since.

        Agents' stretches that are not over are among the quarters, up to the last fact.
        """
        sheets = (unpack(data) for data in self._connection.scalars(_sheets(family, grain, from_at, to_at)))
        coarse = [part for sheet in sheets if len(part := sheet.between(from_at, to_at))]
        rows: Any = self._loose(family, from_at, to_at)
        loose = [(start, _decode_key(key), _decode(data)) for start, key, data in rows]
        fine = [part_of(loose)] if loose else []
        if family == AGENT:
            fine += _unfinished(self._connection, from_at, to_at)
        return Stored(coarse, fine)

    def _loose(self, family: str, from_at: Instant | None, to_at: Instant | None) -> sa.CursorResult[Any]:
        columns = interval_cell.c
        query = sa.select(columns.start, columns.key, columns.data).where(columns.family == family)
        if from_at is not None:
            query = query.where(columns.start >= from_at)
        if to_at is not None:
            query = query.where(columns.start < to_at)
        return self._connection.execute(query)

    def cells(
        self, family: str, from_at: Instant | None = None, to_at: Instant | None = None, *, grain: Grain = "15min"
    ) -> list[tuple[Instant, str | None, Cell]]:
        """Every cell of a family with its beginning and key, in their order."""
        coarse, fine = self.parts(family, from_at, to_at, grain)
        calendar = self.calendar
        if grain != "15min":
            fine = [merged([part], mapped(part.at, lambda at: calendar.begin(grain, at))) for part in fine]
        return as_cells([*coarse, *fine])

    @property
    def calendar(self) -> Calendar:
        """In whose zone the grains begin."""
        return Calendar(ZoneInfo(self.rules.zone if self.rules is not None else "UTC"))


class IntervalTables:
    """The interval tables of a journal's database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loose: int | None = None

    # -- reading --------------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """The tables at this moment."""
        with self._journal.snapshot() as connection:
            yield Reading(connection)

    def cells(
        self, family: str, from_at: Instant | None = None, to_at: Instant | None = None, *, grain: Grain = "15min"
    ) -> list[tuple[Instant, str | None, Cell]]:
        """As `Reading.cells`, now."""
        with self.reading() as now:
            return now.cells(family, from_at, to_at, grain=grain)

    def filled(self) -> dict[NodeName, Filled]:
        """How far each node's facts are in."""
        with self._journal.transaction(writes=False) as connection:
            return _filled(connection)

    def lag(self) -> int:
        """How many facts of the journal are not in the tables yet."""
        filled = self.filled()
        heads = self._journal.heads()
        return sum(
            head.seq - (filled[node].seq if node in filled else 0) for node, head in heads.items() if node != UPKEEP
        )

    def rules(self) -> Rules | None:
        """By which rules the tables were filled; None: never."""
        with self.reading() as now:
            return now.rules

    # -- filling --------------------------------------------------------------------------------------------------

    def begin(self, rules: Rules) -> None:
        """Empty the tables; from now on they are filled by these rules."""
        with self._journal.transaction(writes=True) as connection:
            for table in (interval_cell, interval_sheet, interval_filling, interval_rules):
                connection.execute(table.delete())
            connection.execute(interval_rules.insert().values(version=rules.version, zone=rules.zone))
        self._loose = 0

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
        with self._journal.transaction(writes=False) as connection:  # long work, while others may write
            loose = self._count_loose(connection) + len(changes)
            goes_to_sheets = loose > MOST_LOOSE
            if goes_to_sheets:
                parts = [*_all_loose(connection), *_as_parts(changes)]
                rows = _with_sheets(connection, parts)
            else:
                rows = _with_loose(connection, changes)
        with self._journal.transaction(writes=True) as connection:
            _move(connection, before, after, _encode(list(open_spans)))
            if goes_to_sheets:
                connection.execute(interval_cell.delete())
            _upsert(connection, interval_sheet if goes_to_sheets else interval_cell, rows)
        self._loose = 0 if goes_to_sheets else loose

    def _count_loose(self, connection: Connection) -> int:
        """How many cells lie beside the sheets, or a few more."""
        if self._loose is None:
            self._loose = connection.scalar(sa.select(sa.func.count()).select_from(interval_cell)) or 0
        return self._loose


def _filled(connection: Connection) -> dict[NodeName, Filled]:
    rows = connection.execute(sa.select(interval_filling)).all()
    return {row.node: Filled(seq=row.seq, as_of=row.as_of, refold_from=row.refold_from) for row in rows}


def _sheets(family: str, grain: Grain, from_at: Instant | None, to_at: Instant | None) -> sa.Select[Any]:
    columns = interval_sheet.c
    query = sa.select(columns.data).where(columns.family == family, columns.grain == grain)
    if from_at is not None:
        query = query.where(columns.block >= block_of(grain, from_at))
    if to_at is not None:
        query = query.where(columns.block <= block_of(grain, to_at))
    return query.order_by(columns.block)


def _unfinished(connection: Connection, from_at: Instant | None, to_at: Instant | None) -> list[Part]:
    """Agents' stretches that are not over."""
    cells = Cells()
    for data in connection.scalars(sa.select(interval_filling.c.open_spans)):
        for span in _decode_spans(data):
            cells.add_span(span)
    part = part_of(cells.of(AGENT)).between(from_at, to_at)
    return [part] if len(part) else []


# -- cells beside the sheets -----------------------------------------------------------------------------------------


def _with_loose(connection: Connection, changes: Mapping[Address, Cell]) -> list[dict[str, object]]:
    """The rows of these cells with the changes added."""
    addresses = [(family, start, key_text(key)) for family, start, key in changes]
    there = dict(_stored(connection, sorted(addresses)))
    rows = []
    for (family, start, key), change in zip(addresses, changes.values(), strict=True):
        cell = there.get((family, start, key))
        if cell is None:
            cell = change
        else:
            cell.add(change)
        rows.append({"family": family, "start": start, "key": key, "data": _encode(cell)})
    return rows


def _stored(
    connection: Connection, addresses: Sequence[tuple[str, Instant, str]]
) -> Iterator[tuple[tuple[str, Instant, str], Cell]]:
    columns = interval_cell.c
    place = sa.tuple_(columns.family, columns.start, columns.key)
    for start in range(0, len(addresses), CHUNK):
        query = sa.select(interval_cell).where(place.in_(addresses[start : start + CHUNK]))
        for family, begin, key, data in connection.execute(query):
            yield (family, begin, key), _decode(data)


def _upsert(connection: Connection, table: sa.Table, rows: Sequence[dict[str, object]]) -> None:
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    put = statement.on_conflict_do_update(index_elements=keys, set_={"data": statement.excluded.data})
    connection.execute(put, rows)


# -- sheets ----------------------------------------------------------------------------------------------------------


def _all_loose(connection: Connection) -> list[tuple[str, Part]]:
    by_family: defaultdict[str, list[tuple[Instant, str | None, Cell]]] = defaultdict(list)
    for family, start, key, data in connection.execute(sa.select(interval_cell)):
        by_family[family].append((start, _decode_key(key), _decode(data)))
    return [(family, part_of(cells)) for family, cells in by_family.items()]


def _as_parts(changes: Mapping[Address, Cell]) -> list[tuple[str, Part]]:
    by_family: defaultdict[str, list[tuple[Instant, str | None, Cell]]] = defaultdict(list)
    for (family, start, key), cell in changes.items():
        by_family[family].append((start, key, cell))
    return [(family, part_of(cells)) for family, cells in by_family.items()]


def _with_sheets(connection: Connection, changes: Sequence[tuple[str, Part]]) -> list[dict[str, object]]:
    """The sheets of every grain with these quarters of an hour added."""
    zone = connection.scalar(sa.select(interval_rules.c.zone))
    calendar = Calendar(ZoneInfo(zone or "UTC"))
    rows: list[dict[str, object]] = []
    for family in FAMILIES:
        parts = [part for there, part in changes if there == family and len(part)]
        if not parts:
            continue
        fine = merged(parts)
        for grain in GRAINS:
            change = fine if grain == "15min" else merged([fine], _begins(fine, grain, calendar))
            rows += _changed_sheets(connection, family, grain, change)
    return rows


def _begins(part: Part, grain: Grain, calendar: Calendar) -> Whole:
    return mapped(part.at, lambda at: calendar.begin(grain, at))


def _changed_sheets(connection: Connection, family: str, grain: Grain, change: Part) -> Iterator[dict[str, object]]:
    blocks = mapped(change.at, lambda at: block_of(grain, at))
    columns = interval_sheet.c
    for block in np.unique(blocks).tolist():
        query = sa.select(columns.data).where(columns.family == family, columns.grain == grain, columns.block == block)
        there = connection.scalar(query)
        mine = change.where(blocks == block)
        sheet = mine if there is None else merged([unpack(there), mine])
        yield {"family": family, "grain": grain, "block": block, "data": pack(sheet)}


# -- how far ---------------------------------------------------------------------------------------------------------


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
