"""What the standard report may cost: by the clock, and beside a scan of the same journal."""

from collections.abc import Iterator

import pytest

from storage.journal import open_journal
from tests.benchmarks.report_speed import (
    SLICES,
    Filled,
    command,
    filled_journal,
    from_facts,
    from_tables,
    timed,
    update_us,
)

CALLS = 50_000
ROUNDS = 5
IN_DAEMON_S, AS_COMMAND_S = 0.2, 1.5
"""CPU in the daemon, whatever the rows; and of a command, whose start counts."""

TIMES_FASTER = {"by queue": 15.0, "by day": 15.0, "by queue and half hour": 15.0}
"""How many times as much CPU a scan of the facts takes, at so few calls: it grows with them, the tables do not."""


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    with filled_journal(CALLS) as found:
        yield found


@pytest.mark.benchmark
@pytest.mark.parametrize("name", TIMES_FASTER)
def test_tables_beside_a_scan(filled: Filled, name: str) -> None:
    by = SLICES[name]
    with open_journal(filled.path, read_only=True) as journal:
        tables = min(timed(lambda: from_tables(journal, by)).cpu_s for _ in range(ROUNDS))
        scan = min(timed(lambda: from_facts(journal, by)).cpu_s for _ in range(2))
        assert list(from_tables(journal, by).rows) == list(from_facts(journal, by).rows)
    assert scan / tables >= TIMES_FASTER[name], f"tables {tables:.3f} s, facts {scan:.3f} s"


@pytest.mark.benchmark
@pytest.mark.parametrize("name", SLICES)
def test_a_month_of_forty_queues(filled: Filled, name: str) -> None:
    with open_journal(filled.path, read_only=True) as journal:
        assert min(timed(lambda: from_tables(journal, SLICES[name])).cpu_s for _ in range(ROUNDS)) <= IN_DAEMON_S


@pytest.mark.benchmark
@pytest.mark.parametrize("name", ["by queue", "by queue and half hour"])
def test_a_month_of_forty_queues_as_a_command(filled: Filled, name: str) -> None:
    assert min(command(filled.path, SLICES[name]) for _ in range(4)) <= AS_COMMAND_S


@pytest.mark.benchmark
def test_taking_a_fact_in() -> None:
    assert any(update_us() <= 3.0 for _ in range(4)), "a busy machine may spoil some tries, not all"
