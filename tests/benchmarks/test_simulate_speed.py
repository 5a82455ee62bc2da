"""How many calls the simulation takes through the distributor in one second of one core."""

from pathlib import Path

import msgspec
import pytest

from simulation.scenarios.run import simulate
from simulation.scenarios.scenario_file import load_scenario

SCENARIO = Path(__file__).parents[2] / "docs" / "scenarios" / "two-types.yaml"
LEAST, ROUNDS = 20_000, 3


@pytest.mark.benchmark
def test_a_second_is_enough_for_a_days_calls() -> None:
    scenario = msgspec.structs.replace(load_scenario(SCENARIO), calls=60_000, warm_up_calls=2_000)
    best = max(simulate(scenario).calls_per_cpu_second for _ in range(ROUNDS))
    assert best >= LEAST
