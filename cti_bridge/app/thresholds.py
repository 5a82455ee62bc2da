"""Settings as the thresholds at which alarms ring."""

from config.models import Settings
from config.queues import Queue
from config.services import Alarms
from facts.ids import QueueName
from facts.time import Duration, from_seconds
from reporting.metrics.alarms import Limits, Thresholds


def thresholds_of(settings: Settings) -> Thresholds:
    """Each queue's limits: its own, else those of all, else (of the service level) the target of the queue."""
    alarms = settings.alarms
    return Thresholds(
        default=Limits(
            service_level_below=alarms.service_level_below,
            longest_wait_us=_duration(alarms.longest_wait_s),
            abandon_rate_above=alarms.abandon_rate_above,
        ),
        by_queue={QueueName(name): limits_of(queue, alarms) for name, queue in settings.queues.items()},
        occupancy_above=alarms.occupancy_above,
    )


def limits_of(queue: Queue, alarms: Alarms) -> Limits:
    """One queue's limits."""
    own = queue.alarms
    is_own_target = "target" in queue.service_level.model_fields_set
    level = (
        own.service_level_below,
        queue.service_level.target if is_own_target else None,
        alarms.service_level_below,
        queue.service_level.target,
    )
    rate = own.abandon_rate_above
    return Limits(
        service_level_below=next(limit for limit in level if limit is not None),
        longest_wait_us=_duration(alarms.longest_wait_s if own.longest_wait_s is None else own.longest_wait_s),
        abandon_rate_above=alarms.abandon_rate_above if rate is None else rate,
        occupancy_above=own.occupancy_above,
    )


def _duration(seconds: float | None) -> Duration | None:
    return None if seconds is None else from_seconds(seconds)
