"""Live figures for Prometheus: names with units, per queue, and nobody's personal data.

Counters count what happened since the daemon started and never fall; gauges are the board's figures of today and of
this moment. Agents are told by state, never by name; contacts and numbers do not appear at all.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from facts.journal import Entry, PhoneTrouble, PhoneTroubled
from facts.time import SECOND, Instant
from reporting.kpi.board import Board, BoardState
from reporting.kpi.cells import Cell, Step
from reporting.kpi.histogram import Histogram, count_within
from reporting.kpi.live import QUEUE, Cells
from reporting.kpi.records import Record
from reporting.kpi.service_level import Target

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
_TODAY = ("service_level", "abandon_rate", "asa_s", "aht_s")

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class LiveMetrics(Collector):
    """Watches a board, and counts what happens from `begin` on; the board is told of facts by its owner.

    Before that only what was registered besides is shown: a board that knows half of today would tell lies.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._now: Instant = 0
        self._facts = 0
        self._troubles: Counter[str] = Counter(dict.fromkeys(get_args(PhoneTrouble), 0))
        self._since_start = Cells(lambda _at: 0, (QUEUE,))
        self._registry = CollectorRegistry(auto_describe=False)
        self._has_begun = False

    def begin(self) -> None:
        """From now on everything is counted and shown."""
        self._has_begun = True
        self._board.watch(self._observe)
        self._registry.register(self)

    def apply(self, entry: Entry) -> None:
        """Count a fact."""
        self._facts += self._has_begun
        if self._has_begun and isinstance(entry.fact, PhoneTroubled):
            self._troubles[entry.fact.trouble] += 1

    def _observe(self, record: Record, step: Step, sign: int) -> None:
        """Count a step; one that is taken back stays counted, because a counter never falls."""
        if sign > 0:
            self._since_start(record, step, sign)

    def register(self, collector: Collector) -> None:
        """Show what this collector tells, too."""
        self._registry.register(collector)

    def exposition(self, now: Instant) -> bytes:
        """The text that a scrape is answered with."""
        self._now = now
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Family]:
        """Every metric; called by the registry."""
        state = self._board.state(self._now, (*_TODAY, "occupancy"))
        queues = {key: cell for _, key, cell in self._since_start.of(QUEUE) if key is not None}
        yield from _counters(queues)
        yield from _histograms(queues)
        yield from _queue_gauges(state, self._board)
        yield from _agent_gauges(state)
        troubles = self._troubles.items()
        text = "Browsers' phones that failed in a talk."
        yield _counter("cordboard_phone_troubles", text, [((what,), n) for what, n in troubles], ("trouble",))
        yield _counter("cordboard_facts", "Facts taken in.", [((), self._facts)], ())


def _counter(
    name: str, text: str, values: list[tuple[tuple[str, ...], float]], labels: tuple[str, ...]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


def _gauge(
    name: str, text: str, values: list[tuple[tuple[str, ...], float]], labels: tuple[str, ...]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


def _counters(queues: dict[str, Cell]) -> Iterator[CounterMetricFamily]:
    plain: tuple[tuple[str, str, Callable[[Cell], int]], ...] = (
        ("offered", "Contacts that joined the queue.", lambda cell: cell.offered),
        ("answered", "Contacts that an agent answered.", lambda cell: cell.answered),
        ("abandoned", "Contacts whose customer gave up.", lambda cell: cell.abandoned),
        ("callbacks", "Contacts that asked to be called back.", lambda cell: cell.callbacks),
    )
    for name, text, of in plain:
        yield _counter(f"cordboard_{name}", text, [((queue,), of(cell)) for queue, cell in queues.items()], ("queue",))
    left = [((queue, kind), count) for queue, cell in queues.items() for kind, count in cell.left.items()]
    yield _counter("cordboard_left", "Contacts that left the queue otherwise.", [*left], ("queue", "how"))
    offers = [((queue, end), count) for queue, cell in queues.items() for end, count in cell.offers.items()]
    yield _counter("cordboard_offers", "Offers to agents that ended.", [*offers], ("queue", "outcome"))
    handling: tuple[tuple[str, str, Callable[[Cell], int]], ...] = (
        ("talk", "Time talked with customers.", lambda cell: cell.talk_us),
        ("hold", "Time customers were on hold.", lambda cell: cell.hold_us),
        ("wrap_up", "Time of after-contact work.", lambda cell: cell.wrap_up_us),
    )
    for name, text, of in handling:
        values = [((queue,), of(cell) / SECOND) for queue, cell in queues.items()]
        yield _counter(f"cordboard_{name}_seconds", text, [*values], ("queue",))


def _histograms(queues: dict[str, Cell]) -> Iterator[HistogramMetricFamily]:
    answered = HistogramMetricFamily("cordboard_answer_wait_seconds", "Wait of answered contacts.", labels=("queue",))
    abandoned = HistogramMetricFamily("cordboard_abandon_wait_seconds", "Wait of abandoned ones.", labels=("queue",))
    for queue, cell in queues.items():
        answered.add_metric((queue,), _buckets(cell.answered_waits), cell.answered_wait_us / SECOND)
        abandoned.add_metric((queue,), _buckets(cell.abandoned_waits), cell.abandoned_wait_us / SECOND)
    yield answered
    yield abandoned


def _buckets(waits: Histogram) -> list[tuple[str, float]]:
    within = [(str(float(edge)), float(count_within(waits, edge * SECOND))) for edge in _BUCKETS_S]
    return [*within, ("+Inf", float(sum(waits.values())))]


def _queue_gauges(state: BoardState, board: Board) -> Iterator[GaugeMetricFamily]:
    waiting = [((queue.queue,), float(queue.waiting)) for queue in state.queues]
    yield _gauge("cordboard_waiting", "Contacts that wait now.", [*waiting], ("queue",))
    longest = [((queue.queue,), queue.longest_wait_s) for queue in state.queues]
    yield _gauge("cordboard_longest_wait_seconds", "How long the longest has waited.", [*longest], ("queue",))
    names = {
        "abandon_rate": ("cordboard_abandon_ratio", "Abandoned of answered and abandoned, today."),
        "asa_s": ("cordboard_speed_of_answer_seconds", "Average wait of answered contacts, today."),
        "aht_s": ("cordboard_handling_time_seconds", "Average talk, hold and wrap-up, today."),
    }
    for figure, (name, text) in names.items():
        found = [
            ((queue.queue,), float(value))
            for queue in state.queues
            if (value := queue.figures[figure].value) is not None
        ]
        yield _gauge(name, text, [*found], ("queue",))
    levels = [
        (_level_labels(queue.queue, board.targets.of(queue.queue)), float(value))
        for queue in state.queues
        if (value := queue.figures["service_level"].value) is not None
    ]
    yield _gauge(
        "cordboard_service_level_ratio", "Service level, today.", [*levels], ("queue", "formula", "threshold_seconds")
    )


def _level_labels(queue: str, target: Target) -> tuple[str, ...]:
    return queue, target.formula, f"{target.threshold_us / SECOND:g}"


def _agent_gauges(state: BoardState) -> Iterator[GaugeMetricFamily]:
    counts: dict[tuple[str, ...], float] = {}
    for agent in state.agents:
        name, _, reason = agent.state.partition(":")
        counts[name.lower(), reason] = counts.get((name.lower(), reason), 0.0) + 1
    yield _gauge("cordboard_agents", "Agents logged in, by what they do.", sorted(counts.items()), ("state", "reason"))
    occupancy = state.total["occupancy"].value
    values: list[tuple[tuple[str, ...], float]] = [] if occupancy is None else [((), float(occupancy))]
    yield _gauge("cordboard_occupancy_ratio", "Busy of busy and ready time, today.", values, ())
