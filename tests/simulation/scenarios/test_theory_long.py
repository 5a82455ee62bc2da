"""The same agreement with theory in long runs at high load: minutes, so not in the gate."""

import pytest

from tests.simulation.scenarios.test_theory import agrees, one_pool
from tests.simulation.scenarios.theory import chain

CALLS = 600_000

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize(
    ("per_hour", "agents", "mean_s"), [(200, 14, 180), (210, 13, 180), (1550, 100, 225), (84, 15, 600)]
)
def test_nobody_gives_up(per_hour: float, agents: int, mean_s: float) -> None:
    result = one_pool(per_hour=per_hour, agents=agents, mean_s=mean_s, calls=CALLS)
    expected = chain(per_hour=per_hour, mean_s=mean_s, agents=agents)
    assert agrees(result.call_types["A"].p_wait, expected.p_wait)
    assert agrees(result.call_types["A"].mean_wait_all_s, expected.mean_wait_s)
    assert agrees(result.pools["P"].utilisation, expected.utilisation)


@pytest.mark.parametrize(("per_hour", "agents", "mean_s", "patience_s"), [(1836, 100, 200, 200), (1836, 100, 200, 800)])
def test_exponential_patience(per_hour: float, agents: int, mean_s: float, patience_s: float) -> None:
    patience = f"{{distribution: exponential, mean_s: {patience_s}}}"
    result = one_pool(per_hour=per_hour, agents=agents, mean_s=mean_s, patience=patience, calls=CALLS)
    expected = chain(per_hour=per_hour, mean_s=mean_s, agents=agents, patience_s=patience_s)
    assert agrees(result.call_types["A"].p_wait, expected.p_wait)
    assert agrees(result.call_types["A"].p_abandon, expected.p_abandon)
    assert agrees(result.call_types["A"].mean_wait_all_s, expected.mean_wait_s)
