"""Which limit holds for a queue: its own alarm's, its own target, that of all, or the usual target."""

import pytest

from config.models import Settings
from cti_bridge.app.thresholds import thresholds_of
from facts.ids import QueueName


@pytest.mark.parametrize(
    ("queue", "alarms", "level"),
    [
        ({}, {}, 0.8),
        ({}, {"service_level_below": 0.6}, 0.6),
        ({"service_level": {"target": 0.9}}, {"service_level_below": 0.6}, 0.9),
        ({"service_level": {"threshold_s": 10}}, {"service_level_below": 0.6}, 0.6),
        ({"service_level": {"target": 0.9}, "alarms": {"service_level_below": 0.7}}, {}, 0.7),
    ],
)
def test_the_limit_of_a_service_level(queue: dict[str, object], alarms: dict[str, object], level: float) -> None:
    settings = Settings.model_validate({"queues": {"sales": queue}, "alarms": alarms})
    assert thresholds_of(settings).of(QueueName("sales")).service_level_below == level


def test_a_queues_own_limits_go_before_those_of_all() -> None:
    own = {"longest_wait_s": 30, "abandon_rate_above": 0.02, "occupancy_above": 0.7}
    of_all = {"longest_wait_s": 60, "abandon_rate_above": 0.05, "occupancy_above": 0.9}
    settings = Settings.model_validate({"queues": {"sales": {"alarms": own}, "billing": {}}, "alarms": of_all})
    thresholds = thresholds_of(settings)
    sales, billing = (thresholds.of(QueueName(name)) for name in ("sales", "billing"))
    assert (sales.longest_wait_us, sales.abandon_rate_above, sales.occupancy_above) == (30_000_000, 0.02, 0.7)
    assert (billing.longest_wait_us, billing.abandon_rate_above, billing.occupancy_above) == (60_000_000, 0.05, None)
    assert thresholds.occupancy_above == 0.9
