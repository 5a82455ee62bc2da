"""Questions that nobody foresaw: raw contacts in a DuckDB file beside the store, asked in SQL.

The tables are the records of `reporting.kpi.records`: ``arrivals``, ``visits`` (a contact's stay in a queue), ``legs``
(an agent's part), ``offers`` and ``spans`` (agents' time), with their fields as columns, times in microseconds; the
views ``contacts`` and ``talks`` have clocks and seconds. (``at`` is a word of DuckDB's own: write ``"at"``.)
`AdHoc.refresh` brings the file level with the journal; a lost or old file is made anew. It holds no personal fields.

A record is *settled* when no later fact can change it; of the others the file holds the present state, which the next
refresh takes out and puts in again.
"""

import tempfile
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from facts.ids import NodeName
from facts.time import Instant
from reporting.kpi.contacts import Contact
from reporting.kpi.fold import Fold, Records, stream_of
from reporting.kpi.records import Arrival, Leg, Offer, Record, Span, Visit
from storage.chain import UPKEEP
from storage.errors import DatabaseLockedError, QuestionError, StorageError
from storage.filling import reach, restore
from storage.intervals import Filled
from storage.journal import Head, Journal

TABLES: dict[type[Record], str] = {Arrival: "arrivals", Visit: "visits", Leg: "legs", Offer: "offers", Span: "spans"}
BATCH = 200_000
"""Facts between two transactions."""

_encode_lines = msgspec.json.Encoder().encode_lines
_TYPES = {int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN"}
_VIEWS = """
CREATE VIEW contacts AS SELECT contact_id, queue, make_timestamptz("at") AS offered_at, outcome,
    waited_us / 1e6 AS waited_s, agent_id, team, customer_id, customer_tier, region, entry_point, disposition,
    channel, direction FROM visits;
CREATE VIEW talks AS SELECT contact_id, queue, agent_id, team, make_timestamptz(began_at) AS began_at,
    talk_us / 1e6 AS talk_s, hold_us / 1e6 AS hold_s, wrap_up_us / 1e6 AS wrap_up_s, transferred_to, disposition
    FROM legs;
"""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a question, with the names of their columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def column_types(record: type[Record]) -> dict[str, str]:
    """The columns of a record's table: its fields that DuckDB has a type for."""
    hints = typing.get_type_hints(record)
    named = {field.name: _column_type(hints[field.name]) for field in msgspec.structs.fields(record)}
    return {name: type_ for name, type_ in named.items() if type_ is not None}


def _column_type(hint: Any) -> str | None:
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        (hint,) = [part for part in typing.get_args(hint) if part is not types.NoneType]
    if typing.get_origin(hint) is typing.Literal:
        return "VARCHAR"
    if typing.get_origin(hint) is tuple:
        inner = {_TYPES[part] for part in typing.get_args(hint) if part is not Ellipsis}
        return f"{inner.pop()}[]"
    return _TYPES.get(getattr(hint, "__supertype__", hint))


VERSION = msgspec.json.encode({name: column_types(record) for record, name in TABLES.items()}).decode() + _VIEWS


class AdHoc:
    """The DuckDB file at ``path``. One process at a time may refresh it; nobody reads it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def refresh(self, journal: Journal, on_progress: Callable[[int], object] = lambda _: None) -> None:
        """Bring the file level with the journal; ``on_progress`` is told the number of facts of each step."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._connected() as connection:
            _prepare(connection)
            streams: dict[str, list[NodeName]] = {}
            for node in sorted(set(journal.heads()) - {UPKEEP}):
                streams.setdefault(stream_of(node), []).append(node)
            for name, nodes in streams.items():
                _Stream(connection, journal, name, nodes).refresh(on_progress)

    def rebuild(self, journal: Journal, on_progress: Callable[[int], object] = lambda _: None) -> None:
        """Make the file anew from the journal."""
        self.path.unlink(missing_ok=True)
        self.refresh(journal, on_progress)

    def ask(self, question: str, parameters: Sequence[Any] = ()) -> Answer:
        """Answer a question in SQL; it can only read this file's tables.

        Raises `QuestionError` for what is no such question, and `StorageError` when the file cannot be read.
        """
        if not self.path.exists():
            raise StorageError(f"{self.path} is not there: refresh it first")
        with self._connected(read_only=True, config={"enable_external_access": False}) as connection:
            connection.execute("SET lock_configuration = true")
            try:
                asked = connection.execute(question, list(parameters))
                columns = tuple(column[0] for column in asked.description or ())
                return Answer(columns=columns, rows=asked.fetchall())
            except duckdb.Error as error:
                raise QuestionError(str(error)) from None

    def write_parquet(self, folder: Path) -> list[Path]:
        """Write each table as a Parquet file for other programs; gives the files."""
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        with self._connected(read_only=True) as connection:
            for table in TABLES.values():
                files.append(folder / f"{table}.parquet")
                connection.table(table).write_parquet(str(files[-1]))
        return files

    @contextmanager
    def _connected(self, **settings: Any) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            connection = duckdb.connect(str(self.path), **settings)
        except duckdb.IOException as error:
            if "lock" in str(error):
                raise DatabaseLockedError(f"{self.path} is being refreshed by another process: try again") from error
            raise StorageError(f"{self.path}: {error}; delete it, it is made anew") from error
        try:
            connection.execute("SET enable_progress_bar = false")  # it would go between the rows on standard output
            yield connection
        finally:
            connection.close()


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """See to empty tables of this version, unless they are there."""
    known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'filling_rules'").fetchone()
    if known and connection.execute("SELECT version FROM filling_rules").fetchone() == (VERSION,):
        return
    names = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    connection.execute("BEGIN; DROP VIEW IF EXISTS contacts; DROP VIEW IF EXISTS talks")
    for (name,) in names:
        connection.execute(f'DROP TABLE "{name}"')
    for record, table in TABLES.items():
        columns = ", ".join(f'"{name}" {type_}' for name, type_ in column_types(record).items())
        connection.execute(f"CREATE TABLE {table} ({columns}, stream VARCHAR, settled BOOLEAN)")
    connection.execute("CREATE TABLE filling (node VARCHAR PRIMARY KEY, seq BIGINT, as_of BIGINT, refold_from BIGINT)")
    connection.execute("CREATE TABLE filling_rules (version VARCHAR)")
    connection.execute("INSERT INTO filling_rules VALUES (?)", [VERSION])
    connection.execute(_VIEWS)
    connection.execute("COMMIT")


class _Stream:
    """Nodes that are folded together, on their way into the file."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, journal: Journal, name: str, nodes: Sequence[NodeName]
    ) -> None:
        self._connection = connection
        self._journal = journal
        self._name = name
        self._nodes = nodes
        self._records = Records()
        self._fold = Fold(self._records)
        self._filled = self._read_filled()

    def refresh(self, on_progress: Callable[[int], object]) -> None:
        heads = self._journal.heads()
        behind = self._is_behind(heads)
        if behind and self._filled:
            self._drop_settled(restore(self._fold, self._journal, self._filled))
            self._records.corrected.clear()  # the file has them
        while behind:
            count = self._apply()
            behind = self._is_behind(heads)
            self._save(last=not behind)
            on_progress(count)

    def _is_behind(self, heads: Mapping[NodeName, Head]) -> bool:
        return any(node not in self._filled or self._filled[node].seq < heads[node].seq for node in self._nodes)

    def _apply(self) -> int:
        after = {node: filled.seq for node, filled in self._filled.items()}
        entries = self._journal.entries(nodes=self._nodes, after=after, personal=False)
        count = 0
        for entry in islice(entries, BATCH):
            self._fold.apply(entry)
            self._filled[entry.node] = Filled(seq=entry.seq, as_of=entry.at, refold_from=0)
            count += 1
        return count

    def _drop_settled(self, began: Instant) -> list[Record]:
        """Take the records out that nothing can change any more; what began before ``began`` is given up as lost."""
        contacts = (contact for contact in self._fold.contacts.contacts.values() if contact.began_at >= began)
        kept = {id(record) for contact in contacts for record in _records_of(contact)}
        settled = [record for record in self._records.records if id(record) not in kept]
        self._records.records = [record for record in self._records.records if id(record) in kept]
        return settled

    def _save(self, *, last: bool) -> None:
        began = reach(self._fold)
        self._connection.execute("BEGIN")
        for table in TABLES.values():
            self._connection.execute(f"DELETE FROM {table} WHERE NOT settled AND stream = ?", [self._name])  # noqa: S608 - our own names
        self._correct(self._records.corrected)
        self._records.corrected.clear()
        self._insert(self._drop_settled(began), settled=True)
        if last:
            self._insert([*self._records.records, *self._fold.agents.open_spans(self._fold.now)], settled=False)
        for node, filled in self._filled.items():
            row = [node, filled.seq, filled.as_of, began]
            self._connection.execute("INSERT OR REPLACE INTO filling VALUES (?, ?, ?, ?)", row)
        self._connection.execute("COMMIT")

    def _correct(self, corrected: Iterable[Span | Visit]) -> None:
        """Tell the rows that are settled what was corrected since."""
        for record in corrected:
            if isinstance(record, Span):
                self._cut(record)
                continue
            told: list[Any] = [record.disposition, self._name, record.contact_id]
            self._connection.execute("UPDATE arrivals SET disposition = ? WHERE stream = ? AND contact_id = ?", told)
            told.append(record.at)
            stay = 'stream = ? AND contact_id = ? AND "at" = ?'
            self._connection.execute(f"UPDATE legs SET disposition = ? WHERE {stay}", told)  # noqa: S608 - our own words
            told.insert(0, record.resolved)
            self._connection.execute(f"UPDATE visits SET resolved = ?, disposition = ? WHERE {stay}", told)  # noqa: S608 - likewise

    def _cut(self, gone: Span) -> None:
        """Take a stretch out of an agent's settled ones; what is around it stays."""
        whose = [self._name, gone.agent_id]
        columns = ", ".join(f'"{name}"' for name in column_types(Span))
        of_agent = "FROM spans WHERE stream = ? AND agent_id = ?"
        for edge, of_edge, inside in (
            ('"end"', gone.at, '"at" < ? AND "end" > ?'),
            ('"at"', gone.end, '"at" < ? AND "end" > ?'),
        ):
            kept = columns.replace(edge, f"{of_edge} AS {edge}")
            self._connection.execute(
                f"INSERT INTO spans SELECT {kept}, stream, settled {of_agent} AND {inside}",
                [*whose, of_edge, of_edge],
            )
        overlaps = '"at" < ? AND "end" > ?'
        self._connection.execute(f"DELETE {of_agent} AND {overlaps}", [*whose, gone.end, gone.at])

    def _insert(self, records: Iterable[Record], *, settled: bool) -> None:
        """Through a file of JSON lines, which DuckDB reads many times quicker than parameters."""
        of_kind: dict[type[Record], list[Record]] = {}
        for record in records:
            of_kind.setdefault(type(record), []).append(record)
        for kind, rows in of_kind.items():
            types_ = column_types(kind)
            names = ", ".join(f'"{name}"' for name in types_)
            with tempfile.NamedTemporaryFile(suffix=".ndjson") as file:
                file.write(_encode_lines(rows))
                file.flush()
                source = f"read_json('{file.name}', format = 'newline_delimited', columns = {types_})"
                statement = f"INSERT INTO {TABLES[kind]} SELECT {names}, ?, ? FROM {source}"  # noqa: S608 - our own names
                self._connection.execute(statement, [self._name, settled])

    def _read_filled(self) -> dict[NodeName, Filled]:
        rows = self._connection.execute("SELECT node, seq, as_of, refold_from FROM filling").fetchall()
        return {
            NodeName(node): Filled(seq=seq, as_of=as_of, refold_from=began)
            for node, seq, as_of, began in rows
            if node in self._nodes
        }


def _records_of(contact: Contact) -> Iterator[Record]:
    if contact.arrival is not None:
        yield contact.arrival
    for visit in contact.visits:
        yield visit
        yield from visit.legs
    yield from contact.talking.values()
    yield from contact.last_legs.values()
