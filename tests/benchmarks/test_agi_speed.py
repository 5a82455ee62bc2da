"""What a FastAGI session may cost, as ratios to a bare server in the same run."""

import pytest

from tests.benchmarks.agi_speed import Comparison, running_servers

LIMITS = {"cpu_per_session": 1.25, "p99": 1.3}
ROUNDS, MORE_ROUNDS = 3, 6


def misses(comparison: Comparison) -> list[str]:
    ratios = {figure: comparison.ratio("cordboard", "bare", figure) for figure in LIMITS}
    return [
        f"{figure} is {ratio:.2f} x bare, {LIMITS[figure]} allowed"
        for figure, ratio in ratios.items()
        if ratio > LIMITS[figure]
    ]


@pytest.mark.benchmark
def test_a_session_costs_little_more_than_the_least() -> None:
    with running_servers() as servers:
        comparison = Comparison(servers, sessions=600, at_once=200)
        for _ in range(ROUNDS):
            comparison.round()
        if misses(comparison):  # a busy machine: judge by more rounds
            for _ in range(MORE_ROUNDS):
                comparison.round()
    assert not misses(comparison), comparison.table("bare")
