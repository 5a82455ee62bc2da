"""How the daemon itself is doing, for Prometheus: journal, switch, menus, interval tables."""

import itertools
from collections.abc import Callable, Iterator, Mapping

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The daemon at one moment.

    ``facts_waiting``: taken and on no disk yet; ``spool_bytes``: on disk, but not in the database; ``tables_behind``:
    facts of the journal that are not in the interval tables (None: nobody knows yet). ``is_board_level``: whether the
    board has read back what was before the start. ``redis_…``: None without one; what was written and what was dropped
    count from the start. ``menu_troubles``: by word, what went wrong in menus since the start
    (``speech_failed``, ``lookup_failed`` …); ``speech_decisions``: how many needed so many seconds or less (and more
    than the limit before), ``speech_decisions_s`` all together.
    """

    facts_waiting: int
    spool_bytes: int
    has_journal_trouble: bool
    is_under_pressure: bool
    is_switch_connected: bool
    agi_sessions: int
    tables_behind: int | None = None
    is_board_level: bool = True
    redis_connected: bool | None = None
    redis_waiting: int | None = None
    redis_written: int | None = None
    redis_dropped: int | None = None
    menu_troubles: Mapping[str, int] = {}
    speech_decisions: Mapping[float, int] = {}
    speech_decisions_s: float = 0.0


_GAUGES: tuple[tuple[str, str, Callable[[Health], int | None]], ...] = (
    ("journal_waiting_facts", "Facts in memory that are on no disk yet.", lambda health: health.facts_waiting),
    ("journal_spool_bytes", "Facts on disk that the database has not taken yet.", lambda health: health.spool_bytes),
    ("journal_trouble", "1 while the database does not take facts.", lambda health: health.has_journal_trouble),
    ("journal_pressure", "1 while facts come faster than they are written.", lambda health: health.is_under_pressure),
    ("switch_connected", "1 while the switch is connected.", lambda health: health.is_switch_connected),
    ("agi_sessions", "Calls in a voice menu or feature code.", lambda health: health.agi_sessions),
    ("board_level", "1 once the board knows all of today.", lambda health: health.is_board_level),
    ("tables_behind_facts", "Facts not in the interval tables yet.", lambda health: health.tables_behind),
    ("redis_connected", "1 while Redis takes facts.", lambda health: health.redis_connected),
    ("redis_waiting_facts", "Facts that wait for Redis.", lambda health: health.redis_waiting),
)

_COUNTERS: tuple[tuple[str, str, Callable[[Health], int | None]], ...] = (
    ("redis_written_facts", "Facts written to Redis.", lambda health: health.redis_written),
    ("redis_dropped_facts", "Facts that Redis never got.", lambda health: health.redis_dropped),
)


class HealthMetrics(Collector):
    """Asks for the daemon's health at every scrape."""

    def __init__(self, health: Callable[[], Health]) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """Every metric; called by the registry."""
        health = self._health()
        for name, text, of in _GAUGES:
            value = of(health)
            if value is not None:
                yield GaugeMetricFamily(f"cordboard_{name}", text, value=float(value))
        for name, text, of in _COUNTERS:
            value = of(health)
            if value is not None:
                yield CounterMetricFamily(f"cordboard_{name}", text, value=float(value))
        troubles = CounterMetricFamily("cordboard_menu_trouble", "What went wrong in menus.", labels=["what"])
        for what, count in sorted(health.menu_troubles.items()):
            troubles.add_metric([what], count)
        yield troubles
        if health.speech_decisions:
            yield _decisions(health)


def _decisions(health: Health) -> HistogramMetricFamily:
    limits = sorted(health.speech_decisions)
    so_far = itertools.accumulate(health.speech_decisions[limit] for limit in limits)
    return HistogramMetricFamily(
        "cordboard_speech_decision_seconds",
        "From the end of speech, as it was found, to the recogniser's decision.",
        buckets=[(_as_label(limit), count) for limit, count in zip(limits, so_far, strict=True)],
        sum_value=health.speech_decisions_s,
    )


def _as_label(limit: float) -> str:
    return "+Inf" if limit == float("inf") else str(limit)
