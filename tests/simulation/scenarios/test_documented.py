"""The scenarios of the documentation can be run as they stand."""

from pathlib import Path

import msgspec
import pytest

from simulation.scenarios.run import simulate
from simulation.scenarios.scenario_file import load_scenario

FOLDER = Path(__file__).parents[3] / "docs" / "scenarios"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_documented_scenario(path: Path) -> None:
    scenario = load_scenario(path)
    result = simulate(msgspec.structs.replace(scenario, calls=4000, warm_up_calls=400))
    for figures in result.call_types.values():
        assert figures.answered > 0
        assert figures.offered == figures.blocked + figures.abandoned + figures.answered
