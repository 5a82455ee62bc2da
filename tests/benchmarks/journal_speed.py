"""Facts a second into the journal, beside SQLAlchemy: `python -m tests.benchmarks.journal_speed [--rounds N]`.

All write the same facts into the same kind of file or server, a thousand to a transaction unless said otherwise, each
flushed to disk at its commit. A round runs each writer once; compare rows of one run only, by their ratios.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, registry

from facts.journal import Entry
from storage.engine import connect_engine, database_url
from storage.journal import Head, chain_rows, insert_rows, open_journal
from storage.records import encode
from storage.schema import journal as facts_table
from storage.schema import journal_personal
from storage.writer import JournalWriter
from tests.servers.postgresql import PostgresqlServer
from tests.storage.entries import NODE, answered_call, entry

ROWS = 1000
"""Facts in one transaction."""

CORE, CORE_SAME, ORM, EACH = "Core, nine columns", "Core, the same rows", "ORM add()", "Core, one fact a commit"
ENCODED, CHAINED = "cordboard, rows encoded before", "cordboard, encoded and chained"
SLOW_SHARE = {EACH: 50, ORM: 5}
"""These get a fraction of the facts: their rate does not depend on the number."""


@dataclass(frozen=True)
class Run:
    """What one writer did with so many facts."""

    facts: int
    wall_s: float
    cpu_s: float

    @property
    def per_second(self) -> float:
        return self.facts / self.wall_s

    @property
    def per_cpu_second(self) -> float:
        return self.facts / self.cpu_s


def facts_of(count: int) -> list[Entry]:
    """The facts of answered calls: nine each, one in nine with personal fields, one with a long reason."""
    facts = (fact for number in itertools.count() for fact in answered_call(number))
    return [entry(seq, fact) for seq, fact in zip(range(1, count + 1), facts, strict=False)]


def batches(rows: Sequence[Any], size: int = ROWS) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


# -- those to compare with -----------------------------------------------------------------------------------------

_metadata = sa.MetaData()
NINE = sa.Table(
    "interaction_event",
    _metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.Float(53), nullable=False),
    sa.Column("contact_id", sa.String(36), index=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("queue", sa.String(40)),
    sa.Column("agent", sa.String(40)),
    sa.Column("channel", sa.String(80)),
    sa.Column("payload", sa.Text),
)


class Event:
    """A row for the ORM."""


registry().map_imperatively(Event, NINE)


def nine_columns(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    rows = []
    for record in map(encode, entries):
        row = {"at": record.at / 1e6, "contact_id": record.contact_id, "seq": record.seq, "kind": record.kind}
        rows.append(row | {"queue": record.queue, "agent": record.agent_id, "channel": "call", "payload": record.data})
    return rows


def core(address: str, entries: Sequence[Entry], size: int = ROWS) -> Callable[[], None]:
    engine = connect_engine(database_url(address))
    _metadata.create_all(engine)
    rows = nine_columns(entries)
    insert = sa.insert(NINE)

    def run() -> None:
        with engine.connect().execution_options(writes=True) as connection:
            for batch in batches(rows, size):
                with connection.begin():
                    connection.execute(insert, batch if size > 1 else batch[0])
        engine.dispose()

    return run


def core_each(address: str, entries: Sequence[Entry]) -> Callable[[], None]:
    return core(address, entries, 1)


def orm(address: str, entries: Sequence[Entry]) -> Callable[[], None]:
    engine = connect_engine(database_url(address))
    _metadata.create_all(engine)
    rows = nine_columns(entries)

    def run() -> None:
        for batch in batches(rows):
            with Session(engine) as session:
                for row in batch:
                    event = Event()
                    for name, value in row.items():
                        setattr(event, name, value)
                    session.add(event)
                session.commit()
        engine.dispose()

    return run


def core_same(address: str, entries: Sequence[Entry]) -> Callable[[], None]:
    journal = open_journal(address)
    names = [[column.name for column in table.columns] for table in (facts_table, journal_personal)]
    chained = [chain_rows(batch, {NODE: head}) for head, batch in _heads(entries)]
    rows = [
        [[dict(zip(columns, row, strict=True)) for row in part] for columns, part in zip(names, batch[:2], strict=True)]
        for batch in chained
    ]
    inserts = (sa.insert(facts_table), sa.insert(journal_personal))

    def run() -> None:
        with journal.engine.connect().execution_options(writes=True) as connection:
            for parts in rows:
                with connection.begin():
                    for insert, part in zip(inserts, parts, strict=True):
                        connection.execute(insert, part)
        journal.close()

    return run


# -- ours ----------------------------------------------------------------------------------------------------------


def _heads(entries: Sequence[Entry]) -> Iterator[tuple[Head, Sequence[Any]]]:
    """Batches of encoded entries with the head that each is chained to."""
    head = Head(0, bytes(32))
    for batch in batches([encode(one) for one in entries]):
        yield head, batch
        head = chain_rows(batch, {NODE: head}).heads[NODE]


def encoded(address: str, entries: Sequence[Entry]) -> Callable[[], None]:
    journal = open_journal(address)
    chained = [chain_rows(batch, {NODE: head}) for head, batch in _heads(entries)]

    def run() -> None:
        for rows in chained:
            with journal.transaction(writes=True) as connection:
                insert_rows(connection, rows)
        journal.close()

    return run


def chained(address: str, entries: Sequence[Entry]) -> Callable[[], None]:
    """The whole way: entries put one by one, committed by the writer's thread every 10 ms."""
    journal = open_journal(address)
    spool = Path(tempfile.mkdtemp(prefix="journal-speed-")) / "spool"
    writer = JournalWriter(journal, spool)

    def run() -> None:
        for one in entries:
            writer.put(one)
        writer.close(60)
        journal.close()
        spool.parent.rmdir()

    return run


WRITERS = {EACH: core_each, ORM: orm, CORE: core, CORE_SAME: core_same, ENCODED: encoded, CHAINED: chained}


class Comparison:
    """Rounds of writers on fresh databases; ``addresses`` gives a new one at each call."""

    def __init__(self, writers: Sequence[str], addresses: Callable[[], str], facts: int) -> None:
        self.runs: dict[str, list[Run]] = {name: [] for name in writers}
        self._addresses = addresses
        self._entries = facts_of(facts)

    def round(self) -> None:
        for name, runs in self.runs.items():
            entries = self._entries[: len(self._entries) // SLOW_SHARE.get(name, 1)]
            run = WRITERS[name](self._addresses(), entries)
            cpu, wall = time.process_time(), time.perf_counter()
            run()
            runs.append(Run(len(entries), time.perf_counter() - wall, time.process_time() - cpu))

    def ratio(self, ours: str, theirs: str, figure: str) -> float:
        """The median over rounds of ours to theirs, each within its round."""
        pairs = zip(self.runs[ours], self.runs[theirs], strict=True)
        return float(statistics.median(getattr(mine, figure) / getattr(other, figure) for mine, other in pairs))

    def table(self, base: str) -> str:
        lines = ["| writer | facts/s | CPU µs/fact | ratio, wall | CPU |", "| --- | ---: | ---: | ---: | ---: |"]
        for name, runs in self.runs.items():
            rate, cpu = (statistics.median(getattr(run, figure) for run in runs) for figure in ("per_second", "cpu_s"))
            shown = f"**{name}**" if name.startswith("cordboard") else name
            ratios = (self.ratio(name, base, figure) for figure in ("per_second", "per_cpu_second"))
            shown_ratios = " | ".join(f"{ratio:.2f}" for ratio in ratios)
            lines.append(f"| {shown} | {rate:,.0f} | {cpu / runs[0].facts * 1e6:.1f} | {shown_ratios} |")
        return "\n".join(lines)


@dataclass(frozen=True)
class Latency:
    """From ``put`` to the commit, in milliseconds."""

    offered_per_second: int
    p50_ms: float
    p99_ms: float
    kept_up: bool


def latency(address: str, per_second: int, seconds: float) -> Latency:
    """Offer facts on a fixed schedule, in slots of a millisecond, and time each until its commit."""
    entries = facts_of(int(per_second * seconds))
    offered: list[float] = []
    committed: list[tuple[int, float]] = []
    done = threading.Event()

    def on_committed(last: int) -> None:
        committed.append((last, time.perf_counter()))
        if last == len(entries):
            done.set()

    with open_journal(address) as journal, tempfile.TemporaryDirectory() as folder:
        writer = JournalWriter(journal, Path(folder) / "spool", on_committed=on_committed)
        begin = time.perf_counter()
        while len(offered) < len(entries):
            due = min(len(entries), int((time.perf_counter() - begin) * per_second))
            for one in entries[len(offered) : due]:
                offered.append(begin + len(offered) / per_second)
                writer.put(one)
            time.sleep(0.001)
        done.wait(60)
        took = time.perf_counter() - begin
        writer.close()
    waits = _waits(offered, committed)
    return Latency(per_second, waits[len(waits) // 2] * 1e3, waits[len(waits) * 99 // 100] * 1e3, took < seconds * 1.05)


def _waits(offered: Sequence[float], committed: Sequence[tuple[int, float]]) -> list[float]:
    waits, first = [], 0
    for last, at in committed:
        waits += [at - begin for begin in offered[first:last]]
        first = last
    return sorted(waits)


# -- databases -----------------------------------------------------------------------------------------------------


@contextmanager
def sqlite_addresses() -> Iterator[Callable[[], str]]:
    with tempfile.TemporaryDirectory(prefix="journal-speed-") as folder:
        numbers = itertools.count()
        yield lambda: str(Path(folder) / f"{next(numbers)}.sqlite3")


@contextmanager
def postgresql_addresses() -> Iterator[Callable[[], str]]:
    server = PostgresqlServer(durable=True)
    try:
        server.start()
        yield server.emptied_database
    finally:
        server.destroy()


DATABASES = {"SQLite": sqlite_addresses, "PostgreSQL": postgresql_addresses}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--facts", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    asked = parser.parse_args()
    for name, addresses in DATABASES.items():
        with addresses() as new:
            comparison = Comparison(list(WRITERS), new, asked.facts)
            for _ in range(asked.rounds):
                comparison.round()
            sys.stdout.write(f"\n### {name}\n\n{comparison.table(CORE_SAME)}\n\n")
            sys.stdout.write("| offered/s | p50 ms | p99 ms | kept up |\n| ---: | ---: | ---: | --- |\n")
            for rate in (1_000, 5_000, 20_000):
                took = latency(new(), rate, asked.seconds)
                sys.stdout.write(f"| {rate:,} | {took.p50_ms:.1f} | {took.p99_ms:.1f} | {took.kept_up} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
