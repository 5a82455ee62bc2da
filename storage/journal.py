"""The journal: every fact once, in order, chained; written by one process per node, read by anybody.

Numbers begin with 1 for each node and have no gap. A transaction holds whole batches, so that a reader never sees
half of one. Reading goes page by page, each a short transaction, and so neither holds up the writer nor grows with
the length of the journal.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from heapq import merge
from itertools import chain as concatenated
from itertools import islice
from pathlib import Path
from secrets import token_bytes
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine

from facts.ids import ContactId, NodeName
from facts.journal import Entry
from facts.time import Instant
from storage import chain
from storage.chain import UPKEEP
from storage.engine import connect_engine, database_url, errors_named
from storage.errors import ForeignWriterError, ReadOnlyError, SchemaError, SequenceError
from storage.records import Record, decode, encode
from storage.schema import CORRECTIONS, IS_CORRECTION, REVISION, journal, journal_head, journal_personal

log = structlog.get_logger(__name__)

PAGE = 2_000
"""Facts read at once."""


PIECE = 10_000
"""Facts encoded and written at once."""


class Head(NamedTuple):
    """A node's last fact."""

    seq: int
    hash: bytes


class Rows(NamedTuple):
    """Chained facts as rows of the tables, and the head of each node after them."""

    facts: list[tuple[Any, ...]]
    personal: list[tuple[Any, ...]]
    heads: dict[str, Head]


def open_journal(address: str | Path, *, read_only: bool = False, password: str | None = None) -> "Journal":
    """The journal at a path or database address; see `storage.engine.database_url`.

    Opened for writing, it is made where there is none, and its tables are brought to this program's version. Opened
    with ``read_only`` (reports beside a running daemon) it is left as it is. ``password``: where the address has none.

    Raises `JournalMissingError`, `SchemaError`, `DatabaseUrlError` or `DatabaseAwayError`.
    """
    url, engine = _connected(address, read_only=read_only, password=password)
    try:
        _prepare(engine, url, read_only=read_only)
    except BaseException:
        engine.dispose()
        raise
    return Journal(engine, url, read_only=read_only)


def migrate(address: str | Path, *, password: str | None = None) -> tuple[str | None, str]:
    """Bring a database's tables to this program's version; gives the version before (None: no tables) and after."""
    url, engine = _connected(address, read_only=False, password=password)
    try:
        return _prepare(engine, url, read_only=False), REVISION
    finally:
        engine.dispose()


def _prepare(engine: Engine, url: URL, *, read_only: bool) -> str | None:
    """See to tables of this version; gives the version that was found."""
    with errors_named(url):
        with engine.connect() as connection:
            found = _revision(connection)
        if found is not None and found > REVISION:
            raise SchemaError(
                f"{url!r} was written by a newer cordboard (tables {found}, known {REVISION}): update this one"
            )
        if found != REVISION and read_only:
            raise SchemaError(f"{url!r} has tables of version {found}, not {REVISION}: run cordboard db migrate")
        if found != REVISION:
            _upgrade(engine)
    return found


def _connected(address: str | Path, *, read_only: bool, password: str | None) -> tuple[URL, Engine]:
    url = database_url(address)
    if password is not None:
        url = url.set(password=password)
    return url, connect_engine(url, read_only=read_only)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(engine: Engine) -> None:
    """Make the missing steps; of several processes that try at once one does it."""
    from storage.migrations import upgrade  # noqa: PLC0415 - Alembic takes half a second, and is rarely needed

    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7242001)"))
        if _revision(connection) != REVISION:
            upgrade(connection)


_CHANGED = "cordboard: something that is watched has changed"


def tell_change(connection: Connection) -> None:
    """What is being written beside facts is of interest to watchers, once it is committed."""
    connection.info[_CHANGED] = True


class Journal:
    """An open journal. Its methods may be called from any thread; `append` from one at a time."""

    def __init__(self, engine: Engine, url: URL, *, read_only: bool = False) -> None:
        self.engine = engine
        self.url = url
        self.read_only = read_only
        self._heads: dict[str, Head] = {}
        self._append_lock = threading.Lock()
        self._watchers: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path | None:
        """The file of a journal on SQLite."""
        if self.url.get_backend_name() != "sqlite":
            return None
        return Path(self.url.database or "")

    def close(self) -> None:
        """Close all connections. What was appended is on disk already."""
        self.engine.dispose()

    # -- writing --------------------------------------------------------------------------------------------------

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries, all or none, on disk when this returns. Of very many, no more than `PIECE` are held at once.

        Raises `SequenceError` when an entry's number is not the one after its node's last, `ForeignWriterError` when
        another process wrote under the node's name in the meantime, and `DatabaseAwayError` (locked, full, gone):
        only then is it open whether the entries are in; `last_seq` tells.
        """
        left = iter(entries)
        self._append(iter(lambda: [encode(entry) for entry in islice(left, PIECE)], []))

    def append_records(self, records: Sequence[Record]) -> None:
        """As `append`, for entries that were encoded before."""
        self._append([records] if records else [])

    def _append(self, pieces: Iterable[Sequence[Record]]) -> None:
        if self.read_only:
            raise ReadOnlyError(f"{self.url!r} is open for reading only")
        pieces = iter(pieces)
        first = next(pieces, None)
        if first is None:
            return
        with self._append_lock:
            try:
                with self.transaction(writes=True) as connection:
                    for records in concatenated((first,), pieces):
                        self._heads.update(self.append_within(connection, records))
            except BaseException:
                self._heads.clear()  # whether the commit arrived is not known: ask the database next time
                raise

    def append_within(self, connection: Connection, records: Sequence[Record]) -> dict[str, Head]:
        """Add records as part of a transaction that does more; gives the nodes' heads after it."""
        before = {node: self.head_within(connection, node) for node in {record.node for record in records}}
        rows = chain_rows(records, before)
        insert_rows(connection, rows)
        _move_heads(connection, before, rows.heads)
        return rows.heads

    @contextmanager
    def transaction(self, *, writes: bool) -> Iterator[Connection]:
        """A connection within a transaction, committed at the end unless something was raised."""
        with (
            errors_named(self.url),
            self.engine.connect().execution_options(writes=writes) as connection,
            connection.begin(),
        ):
            connection.info.pop(_CHANGED, None)
            yield connection
            changed = connection.info.pop(_CHANGED, False)
        if changed:
            self._tell_watchers()

    def _tell_watchers(self) -> None:
        for watcher in self._watchers:
            try:
                watcher()
            except Exception:
                log.exception("change_not_told")  # it is on disk all the same

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call ``watcher`` after each commit by this object of what `tell_change` was called for, in its thread."""
        self._watchers.append(watcher)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as it is at its first question, whatever is written meanwhile."""
        level = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with (
            errors_named(self.url),
            self.engine.connect().execution_options(**level) as connection,
            connection.begin(),
        ):
            yield connection

    def head_within(self, connection: Connection, node: str) -> Head:
        """The node's last fact, or where its chain begins."""
        known = self._heads.get(node)
        if known is not None:
            return known
        query = sa.select(journal_head.c.seq, journal_head.c.hash).where(journal_head.c.node == node)
        row = connection.execute(query).one_or_none()
        return Head(row.seq, row.hash) if row else Head(0, chain.genesis(NodeName(node)))

    def scour(self, *tables: str) -> bool:
        """After deleting: overwrite what the database's own files still hold of it.

        False when a reader held an old page of SQLite's write-ahead log: it goes with the next checkpoint.
        """
        with errors_named(self.url), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            if self.engine.dialect.name == "postgresql":
                connection.rollback()
                connection.driver_connection.autocommit = True  # type: ignore[union-attr] # psycopg's own attribute
                cursor.execute(f"VACUUM {', '.join(tables)}")
                connection.driver_connection.autocommit = False  # type: ignore[union-attr] # as above
                return True
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ((busy, _pages, _moved),) = cursor.fetchall()
            return not busy

    # -- reading --------------------------------------------------------------------------------------------------

    def last_seq(self, node: NodeName) -> int:
        """The number of the node's last fact in the database; 0 when there is none. The next fact carries one more."""
        query = sa.select(journal_head.c.seq).where(journal_head.c.node == node)
        with self.transaction(writes=False) as connection:
            return connection.execute(query).scalar() or 0

    def holds(self, records: Sequence[Record]) -> bool:
        """Whether nothing else is stored under these records' numbers (retention may have removed some)."""
        columns = journal.c
        query = sa.select(columns.seq, columns.at, columns.data)
        with self.transaction(writes=False) as connection:
            for node in {record.node for record in records}:
                mine = {record.seq: (record.at, record.data) for record in records if record.node == node}
                rows = connection.execute(query.where(columns.node == node, columns.seq.between(min(mine), max(mine))))
                if any(mine.get(row.seq) != (row.at, row.data) for row in rows):
                    return False
        return True

    def latest_at(self) -> Instant | None:
        """The time of the latest fact, but for those of the journal's own upkeep; None where there is none."""
        columns = journal.c
        with self.transaction(writes=False) as connection:
            nodes = connection.scalars(sa.select(journal_head.c.node).where(journal_head.c.node != UPKEEP)).all()
            latest = sa.select(sa.func.max(columns.at)).where(columns.node == sa.bindparam("node"))
            found = [connection.scalar(latest, {"node": node}) for node in nodes]
        return max((at for at in found if at is not None), default=None)

    def heads(self) -> dict[NodeName, Head]:
        """Each node's last fact; noted down elsewhere, the hashes prove later that nothing was rewritten."""
        query = sa.select(journal_head).order_by(journal_head.c.node)
        with self.transaction(writes=False) as connection:
            return {row.node: Head(row.seq, row.hash) for row in connection.execute(query)}

    def entries(
        self,
        from_at: Instant | None = None,
        to_at: Instant | None = None,
        kinds: Collection[str] | None = None,
        contact_id: ContactId | None = None,
        *,
        nodes: Collection[NodeName] | None = None,
        after: Mapping[NodeName, int] | None = None,
        personal: bool = True,
    ) -> Iterator[Entry]:
        """The entries from ``from_at`` (inclusive) to ``to_at`` (exclusive), as they stand when reading begins.

        Each node's come in the order of their numbers; several nodes' are merged by time, and always in the same way.
        ``after`` leaves out what a reader has had: per node, the last number it knows. Without ``personal``, and
        where a person's data was erased, personal fields have their defaults.
        """
        conditions: list[sa.ColumnElement[bool]] = []
        if kinds is not None:
            is_kind = IS_CORRECTION if set(kinds) == set(CORRECTIONS) else journal.c.kind.in_(list(kinds))
            conditions.append(is_kind)  # type: ignore[arg-type]  # a text is a condition too
        if contact_id is not None:
            conditions.append(journal.c.contact_id == contact_id)
        if from_at is not None:
            conditions.append(journal.c.at >= from_at)
        if to_at is not None:
            conditions.append(journal.c.at < to_at)
        heads = self.heads()
        streams = []
        for node in sorted(heads if nodes is None else set(nodes) & set(heads)):
            last = (after or {}).get(node, 0)
            first, final = self._span(node, last, heads[node].seq, from_at, to_at)
            streams.append(self._node_entries(node, first, final, conditions, personal=personal))
        if len(streams) == 1:
            return streams[0]
        return (entry for _, entry in merge(*map(_by_time, streams), key=_time_of))

    def _span(
        self, node: NodeName, after: int, final: int, from_at: Instant | None, to_at: Instant | None
    ) -> tuple[int, int]:
        """The numbers between which the node's facts of this time lie; the index answers this without the facts."""
        if from_at is None and to_at is None:
            return after + 1, final
        query = sa.select(sa.func.min(journal.c.seq), sa.func.max(journal.c.seq)).where(journal.c.node == node)
        if from_at is not None:
            query = query.where(journal.c.at >= from_at)
        if to_at is not None:
            query = query.where(journal.c.at < to_at)
        with self.transaction(writes=False) as connection:
            first, last = connection.execute(query).one()
        return (after + 1, 0) if first is None else (max(after + 1, first), min(final, last))

    def _node_entries(
        self, node: NodeName, first: int, final: int, conditions: Sequence[sa.ColumnElement[bool]], *, personal: bool
    ) -> Iterator[Entry]:
        columns = journal.c
        wanted = [columns.seq, columns.at, columns.switch_at, columns.tenant, columns.version, columns.data]
        query = (
            sa.select(*wanted, columns.personal_digest)
            .where(columns.node == node, columns.seq >= sa.bindparam("first"), columns.seq <= final, *conditions)
            .order_by(columns.seq)
            .limit(PAGE)
        )
        while first <= final:
            with self.transaction(writes=False) as connection:
                rows = connection.execute(query, {"first": first}).all()
                hidden = _hidden(connection, node, [row.seq for row in rows if row[-1]]) if personal else {}
            for seq, at, switch_at, tenant, version, data, *_digest in rows:
                yield decode((node, seq, at, switch_at, tenant, version), data, hidden.get(seq))
            if len(rows) < PAGE:
                return
            first = rows[-1].seq + 1


def _hidden(connection: Connection, node: NodeName, seqs: Sequence[int]) -> dict[int, str]:
    """The personal fields of these facts, as far as they were not erased."""
    if not seqs:
        return {}
    columns = journal_personal.c
    query = sa.select(columns.seq, columns.data).where(columns.node == node, columns.seq.between(seqs[0], seqs[-1]))
    return {row.seq: row.data for row in connection.execute(query)}


def _by_time(entries: Iterator[Entry]) -> Iterator[tuple[tuple[Instant, NodeName, int], Entry]]:
    """Keys that never fall within a node, so that a clock set back between two runs leaves its facts in order."""
    latest = 0
    for entry in entries:
        latest = max(latest, entry.at)
        yield (latest, entry.node, entry.seq), entry


def _time_of(keyed: tuple[tuple[Instant, NodeName, int], Entry]) -> tuple[Instant, NodeName, int]:
    return keyed[0]


def chain_rows(records: Sequence[Record], heads: Mapping[str, Head]) -> Rows:
    """The records chained to the heads, as rows. Raises `SequenceError` when numbers do not follow on."""
    facts, hidden = [], []
    seqs = {node: head.seq for node, head in heads.items()}
    hashes = {node: head.hash for node, head in heads.items()}
    for record in records:
        (node, seq, at, switch_at, tenant, kind, version, *ids, data, personal, number) = msgspec.structs.astuple(
            record
        )
        if seq != seqs[node] + 1:
            raise SequenceError(
                f"fact {seq} of node {node} cannot follow {seqs[node]}: numbers have no gap and no repeat"
            )
        digest = None
        if personal is not None:
            salt = token_bytes(chain.SALT_BYTES)
            digest = chain.personal_digest(salt, personal)
            hidden.append((node, seq, number, salt, personal))
        linked = chain.link(hashes[node], (node, seq, at, switch_at, tenant, version), digest, data)
        facts.append((node, seq, at, switch_at, tenant, kind, version, *ids, data, digest, linked))
        seqs[node], hashes[node] = seq, linked
    return Rows(facts, hidden, {node: Head(seqs[node], hashes[node]) for node in seqs})


def insert_rows(connection: Connection, rows: Rows) -> None:
    """Put chained rows into the tables, by the quickest way that the database has."""
    put = _copy if connection.dialect.name == "postgresql" else _insert
    with _driver_cursor(connection) as cursor:
        put(cursor, journal, rows.facts)
        if rows.personal:
            put(cursor, journal_personal, rows.personal)


@contextmanager
def _driver_cursor(connection: Connection) -> Iterator[Any]:
    """The driver's own cursor within SQLAlchemy's transaction; its errors come as SQLAlchemy's."""
    errors: Any = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor()
    try:
        with closing(cursor):
            yield cursor
    except errors.Error as error:
        gone = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if gone:
            connection.invalidate(error)
        raise exc.DBAPIError.instance(None, None, error, errors.Error, connection_invalidated=gone) from error


ROWS_PER_INSERT = 32
"""One statement for so many rows: SQLite is quicker so, and a busy program gives its lock away once, not 32 times."""


def _insert(cursor: Any, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
    marks = f"({', '.join('?' * len(table.columns))})"
    start, size = 0, ROWS_PER_INSERT
    while start < len(rows):
        while start + size > len(rows):
            size //= 2
        values = ", ".join([marks] * size)
        flat = list(concatenated.from_iterable(rows[start : start + size]))
        cursor.execute(f"INSERT INTO {table.name} VALUES {values}", flat)  # noqa: S608 - our own names
        start += size


def _copy(cursor: Any, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(column.name for column in table.columns)
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _move_heads(connection: Connection, before: Mapping[str, Head], after: Mapping[str, Head]) -> None:
    for node, head in after.items():
        old = before[node]
        values = {"seq": head.seq, "hash": head.hash}
        if old.seq == 0:
            connection.execute(journal_head.insert().values(node=node, **values))
            continue
        where = (journal_head.c.node == node, journal_head.c.seq == old.seq, journal_head.c.hash == old.hash)
        if connection.execute(journal_head.update().where(*where).values(**values)).rowcount != 1:
            raise ForeignWriterError(f"another process writes facts as node {node}: give each daemon a name of its own")
