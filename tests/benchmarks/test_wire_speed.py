"""How late a desk may show what the switch has said: 200 clients, 20 calls a second."""

import pytest

from tests.benchmarks.wire_speed import measure

P95_MS = 50.0
SECONDS = 15
TRIES = 3
"""A machine that does something else meanwhile is late for other reasons: the best run counts."""


@pytest.mark.benchmark
def test_what_the_switch_says_is_soon_at_the_desk() -> None:
    runs = []
    for _ in range(TRIES):
        runs.append(measure(SECONDS))
        if runs[-1].p95_ms <= P95_MS:
            break
    assert min(run.p95_ms for run in runs) <= P95_MS, "\n".join(run.table() for run in runs)
