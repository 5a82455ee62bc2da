"""The standard report, from interval tables and from the facts: ``python -m tests.benchmarks.report_speed``.

Forty queues over thirty days, calls in every half hour from eight to six; asked for with all figures of the standard
report, by every interval of queues, and by agents and entry points. All read the same journal in one run; compare rows
of one run only.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from cti_bridge.app.report_setup import report_of
from facts.ids import AgentId, ContactId, NodeName, QueueName
from facts.journal import AnyFact, ContactAbandoned, ContactConnected, ContactEnded, ContactQueued, Entry, TalkEnded
from facts.states import Party
from facts.time import DAY, HOUR, MINUTE, SECOND, Instant
from reporting.kpi.catalogue import STANDARD
from reporting.kpi.fold import Fold
from reporting.kpi.intervals import to_instant
from reporting.kpi.live import FAMILIES, Cells
from reporting.kpi.report import Query, Report, answer
from storage.filling import IntervalFiller
from storage.journal import Journal, open_journal

QUEUES, DAYS = 40, 30
BUSY_DAY = 20_000
NODE = NodeName("node-1")
BEGIN = to_instant(datetime(2026, 3, 2, tzinfo=UTC))
SLICES = {
    "by queue": ("queue",),
    "by queue and month": ("queue", "month"),
    "by queue and week": ("queue", "week"),
    "by queue and day": ("queue", "day"),
    "by queue and hour": ("queue", "hour"),
    "by queue and half hour": ("queue", "30min"),
    "by queue and quarter of an hour": ("queue", "15min"),
    "by day": ("day",),
    "by half hour": ("30min",),
    "by agent": ("agent",),
    "by agent and day": ("agent", "day"),
    "by agent and half hour": ("agent", "30min"),
    "by entry point and half hour": ("entry_point", "30min"),
}


def facts_of(calls: int, days: int = DAYS) -> Iterator[tuple[Instant, AnyFact]]:
    """Calls spread evenly over queues and half hours, each with its facts; not in the order of time."""
    draw = random.Random(5)
    for number in range(calls):
        queue = QueueName(f"queue-{number % QUEUES:02d}")
        half_hour = number // QUEUES
        day, slot = half_hour // 20 % days, half_hour % 20
        at = BEGIN + day * DAY + 8 * HOUR + slot * 30 * MINUTE + round(draw.random() * 20 * MINUTE)
        contact, agent = ContactId(f"call-{number}"), AgentId(f"agent-{number % 97}")
        wait = round(draw.expovariate(1 / 25) * 10) * SECOND // 10
        yield at, ContactQueued(contact_id=contact, queue=queue, joined_at=at)
        if draw.random() < 0.07:
            yield at + wait, ContactAbandoned(contact_id=contact, waited_us=wait, stage="queue")
            continue
        talk = round(draw.expovariate(1 / 180) * 10) * SECOND // 10
        yield at + wait, ContactConnected(contact_id=contact, agent_id=agent, waited_us=wait)
        yield (
            at + wait + talk,
            TalkEnded(contact_id=contact, agent_id=agent, ended_by=Party.CALLER, talk_us=talk, hold_us=0),
        )
        yield at + wait + talk, ContactEnded(contact_id=contact)


@dataclass(frozen=True)
class Filled:
    """A journal whose tables are level.

    Microseconds of CPU for each fact and slice (its queue, its agent, its entry point): ``update_us`` to count it,
    fold included; ``fill_us`` with reading it from the journal and writing the tables, in every grain.
    """

    path: Path
    facts: int
    update_us: float
    fill_us: float


def entries_of(calls: int, days: int = DAYS) -> list[Entry]:
    """The facts of so many calls in order."""
    ordered = sorted(facts_of(calls, days), key=lambda one: one[0])
    return [Entry(node=NODE, seq=seq, at=at, fact=fact) for seq, (at, fact) in enumerate(ordered, 1)]


def update_us() -> float:
    """CPU to take in a fact, for each of its three slices, on a busy day: the fold's part included."""
    entries = entries_of(BUSY_DAY, days=1)
    gc.collect()
    gc.freeze()  # as the daemon does with what lives on
    best = min(timed(lambda: Fold(Cells()).apply_all(entries)).cpu_s for _ in range(5))
    gc.unfreeze()
    return best / len(entries) / len(FAMILIES) * 1e6


@contextmanager
def filled_journal(calls: int) -> Iterator[Filled]:
    """A journal on SQLite with so many calls, and its tables."""
    with tempfile.TemporaryDirectory(prefix="report-speed-") as folder:
        path = Path(folder) / "journal.sqlite3"
        entries = entries_of(calls)
        with open_journal(path) as journal:
            for start in range(0, len(entries), 10_000):
                journal.append(entries[start : start + 10_000])
            began = time.process_time()
            IntervalFiller(journal, ZoneInfo("UTC")).run()
            took = time.process_time() - began
        yield Filled(path, len(entries), update_us(), took / len(entries) / len(FAMILIES) * 1e6)


def query(by: tuple[str, ...]) -> Query:
    """The standard report."""
    return Query(by=by, start=BEGIN, end=BEGIN + DAYS * DAY, figures=STANDARD)


@dataclass(frozen=True)
class Took:
    """Seconds of one way to answer."""

    wall_s: float
    cpu_s: float


def timed(make: Callable[[], object]) -> Took:
    cpu, wall = time.process_time(), time.perf_counter()
    make()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


def from_tables(journal: Journal, by: tuple[str, ...]) -> Report:
    return report_of(journal, query(by))


def from_facts(journal: Journal, by: tuple[str, ...]) -> Report:
    return answer(journal, query(by))


def command(path: Path, by: tuple[str, ...]) -> float:
    """The same as a command; gives its CPU seconds, which are its time where no other program runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ("--journal", str(path), "--by", ",".join(by), "--from", "2026-03-02", "--to", "2026-04-01")
    subprocess.run(
        [sys.executable, "-m", "cti_bridge.app.main", "report", "queues", *options, "--time-zone", "UTC", "--json"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median(runs: list[Took]) -> Took:
    return Took(statistics.median(run.wall_s for run in runs), statistics.median(run.cpu_s for run in runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[50_000])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    for calls in asked.calls:
        with filled_journal(calls) as filled, open_journal(filled.path, read_only=True) as journal:
            sys.stdout.write(f"\n{calls:,} calls, {filled.facts:,} facts, ")
            sys.stdout.write(f"CPU for a fact and slice: {filled.update_us:.2f} µs, stored {filled.fill_us:.2f} µs\n\n")
            sys.stdout.write("| report | rows | tables s (CPU) | as a command CPU s | facts s (CPU) |\n")
            for name, by in SLICES.items():
                tables = median([timed(partial(from_tables, journal, by)) for _ in range(asked.rounds)])
                commands = statistics.median(command(filled.path, by) for _ in range(3))
                scan = timed(partial(from_facts, journal, by))
                rows = len(from_tables(journal, by).rows)
                sys.stdout.write(
                    f"| {name} | {rows} | {tables.wall_s:.3f} ({tables.cpu_s:.3f}) | {commands:.2f} | "
                    f"{scan.wall_s:.2f} ({scan.cpu_s:.2f}) |\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main()
