"""The live board: today's figures of every queue, who waits, and what agents do.

The figures are those of a report over the same day, because both are sums of the same steps over the same facts.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import tzinfo

import msgspec

from facts.ids import AgentId, QueueName
from facts.journal import Entry
from facts.time import DAY, SECOND, Instant
from reporting.kpi import catalogue
from reporting.kpi.cells import Cell, Step
from reporting.kpi.contacts import Observe
from reporting.kpi.figures import Context, Figure
from reporting.kpi.fold import Fold, stream_of
from reporting.kpi.intervals import QUARTER, Calendar, quarter_of
from reporting.kpi.live import AGENT, ENTRY_POINT, QUEUE, Cells
from reporting.kpi.records import Record
from reporting.kpi.report import LOOK_BACK
from reporting.kpi.service_level import Targets

KEPT_DAYS = 2
PRESENT = 2
"""Quarters of an hour that count as the present: the one that runs and the one before."""


class QueueState(msgspec.Struct, frozen=True, kw_only=True):
    """One queue at one moment. ``longest_wait_s``: of those who wait now, from their original join time."""

    queue: QueueName
    waiting: int
    longest_wait_s: float
    figures: dict[str, Figure]


class AgentState(msgspec.Struct, frozen=True, kw_only=True):
    """One agent at one moment. ``state`` as in `reporting.kpi.records.Span`."""

    agent_id: AgentId
    team: str | None
    state: str
    since: Instant
    logged_in_at: Instant


class BoardState(msgspec.Struct, frozen=True, kw_only=True):
    """The board at one moment; ``day``: when the day began whose figures these are."""

    at: Instant
    day: Instant
    queues: tuple[QueueState, ...]
    agents: tuple[AgentState, ...]
    total: dict[str, Figure]


class Part(msgspec.Struct, frozen=True):
    """Some of the centre: the contacts of these queues, and the time of these agents."""

    queues: frozenset[str]
    agents: frozenset[str]


class Board:
    """Takes in facts as they happen, and tells at any moment how things stand."""

    def __init__(self, zone: tzinfo, targets: Targets | None = None) -> None:
        self.targets = targets or Targets()
        self._calendar = Calendar(zone)
        self._days: dict[Instant, Instant] = {}
        self._today = Cells(self._day_of)
        self._quarters = Cells(families=(QUEUE, ENTRY_POINT))
        self._tidied: Instant = 0
        self._watchers: list[Observe] = []
        self.fold = Fold(self._today, self._quarters, self._tell_watchers)

    def watch(self, observe: Observe) -> None:
        """From now on tell ``observe`` of every step too."""
        self._watchers.append(observe)

    def _tell_watchers(self, record: Record, step: Step, sign: int) -> None:
        for observe in self._watchers:
            observe(record, step, sign)

    def begins_at(self, now: Instant) -> Instant:
        """From where facts have to be known for the figures of today."""
        return self._day_of(now) - LOOK_BACK

    def apply(self, entry: Entry) -> None:
        """Take in the next fact of a daemon; imported history is not the board's."""
        if stream_of(entry.node):
            return
        self.fold.apply(entry)
        quarter = quarter_of(self.fold.now)
        if quarter > self._tidied:
            self._tidied = quarter
            self._tidy(self._today, self._day_of(quarter) - KEPT_DAYS * DAY)
            self._tidy(self._quarters, quarter - 2 * PRESENT * QUARTER)

    def state(self, now: Instant, figures: tuple[str, ...] = catalogue.STANDARD) -> BoardState:
        """How things stand at ``now``; stretches of agent time go on up to it."""
        day = self._day_of(now)
        waiting = self._waiting()
        cells = {key: cell for at, key, cell in self._today.of(QUEUE) if at == day and key is not None}
        names = sorted({*cells, *waiting})
        return BoardState(
            at=now,
            day=day,
            queues=tuple(self._queue(QueueName(name), cells, waiting, now, figures) for name in names),
            agents=tuple(self._agents()),
            total=self._figures(self.total(now), None, figures),
        )

    def _queue(
        self,
        name: QueueName,
        cells: dict[str, Cell],
        waiting: dict[str, list[Instant]],
        now: Instant,
        figures: tuple[str, ...],
    ) -> QueueState:
        joined = waiting.get(name, [])
        return QueueState(
            queue=name,
            waiting=len(joined),
            longest_wait_s=max(0, now - min(joined)) / SECOND if joined else 0.0,
            figures=self._figures(cells.get(name, Cell()), name, figures),
        )

    def _waiting(self) -> dict[str, list[Instant]]:
        found: dict[str, list[Instant]] = {}
        for visit in self.fold.contacts.waiting.values():
            found.setdefault(visit.queue, []).append(visit.joined_at or visit.at)
        return found

    def _agents(self) -> Iterator[AgentState]:
        for session in sorted(self.fold.agents.sessions.values(), key=lambda session: session.agent_id):
            if session.orphaned_at is None:
                yield AgentState(
                    agent_id=session.agent_id,
                    team=session.team,
                    state=session.state,
                    since=session.since,
                    logged_in_at=session.logged_in_at,
                )

    def total(self, now: Instant, part: Part | None = None) -> Cell:
        """Today over all queues, agents and entry points, or over a part."""
        day = self._day_of(now)
        return self._sum(self._today, lambda at: at == day, now, day, part)

    def present(self, now: Instant, queue: QueueName | None = None, part: Part | None = None) -> Cell:
        """The running quarter of an hour and the one before, of one queue, or of all or a part."""
        start = quarter_of(now) - (PRESENT - 1) * QUARTER
        if queue is None:
            return self._sum(self._quarters, lambda at: at >= start, now, start, part)
        found = Cell()
        for at, key, cell in self._quarters.of(QUEUE):
            if at >= start and key == queue:
                found.add(cell)
        return found

    def present_time(self, now: Instant, agents: Collection[AgentId] | None = None) -> Cell:
        """The same two quarters: the time of these agents, or of all."""
        start = quarter_of(now) - (PRESENT - 1) * QUARTER
        total = Cell()
        for at, key, cell in self._quarters.of(AGENT):
            if at >= start and (agents is None or key in agents):
                total.add(Cell(states_us=cell.states_us))
        for span in self.fold.agents.open_spans(now):
            begin = max(span.at, start)
            if span.end > begin and (agents is None or span.agent_id in agents):
                total.add(Cell(states_us={span.state: span.end - begin}))
        return total

    def day(self, now: Instant) -> Instant:
        """When today began."""
        return self._day_of(now)

    def so_far(self, family: str, key: str, now: Instant) -> Cell:
        """Today of one queue, agent or entry point; the stretch that an agent is in counts up to ``now``."""
        day = self._day_of(now)
        found = self._today.cells.get((family, day, key), Cell())
        session = self.fold.agents.sessions.get(AgentId(key)) if family == AGENT else None
        if session is None or session.orphaned_at is not None:
            return found
        begin = max(session.since, day)
        total = Cell()
        total.add(found)
        if now > begin:
            total.add(Cell(states_us={session.state: now - begin}))
        return total

    def figures(self, cell: Cell, queue: str | None, names: tuple[str, ...]) -> dict[str, Figure]:
        """The figures of a cell, by the targets of a queue."""
        return self._figures(cell, queue, names)

    def agent_figures(self, agent_id: AgentId, now: Instant, names: tuple[str, ...]) -> dict[str, Figure]:
        """Today of one agent, as the report by agents tells it: a contact that two handled is of each of them."""
        context = Context(target=self.targets.of(None), by_agent=True)
        return _told(self.so_far(AGENT, agent_id, now), context, names)

    def _sum(
        self, cells: Cells, inside: Callable[[Instant], bool], now: Instant, start: Instant, part: Part | None
    ) -> Cell:
        total = Cell()
        # entry points count also what came to no queue
        for at, key, cell in cells.of(ENTRY_POINT if part is None else QUEUE):
            if inside(at) and (part is None or key in part.queues):
                total.add(cell)
        for at, key, cell in cells.of(AGENT):
            if inside(at) and (part is None or key in part.agents):
                total.add(Cell(states_us=cell.states_us))
        for span in self.fold.agents.open_spans(now):
            begin = max(span.at, start)
            if span.end > begin and (part is None or span.agent_id in part.agents):
                total.add(Cell(states_us={span.state: span.end - begin}))
        return total

    def _figures(self, cell: Cell, queue: str | None, names: tuple[str, ...]) -> dict[str, Figure]:
        return _told(cell, Context(target=self.targets.of(queue)), names)

    def _day_of(self, at: Instant) -> Instant:
        quarter = quarter_of(at)
        day = self._days.get(quarter)
        if day is None:
            if len(self._days) > 1000:
                self._days.clear()
            day = self._days[quarter] = self._calendar.begin("day", quarter)
        return day

    @staticmethod
    def _tidy(cells: Cells, oldest: Instant) -> None:
        """Drop what nobody asks for any more."""
        for address in [address for address in cells.cells if address[1] < oldest]:
            del cells.cells[address]


def _told(cell: Cell, context: Context, names: tuple[str, ...]) -> dict[str, Figure]:
    return {definition.name: definition.figure(cell, context) for definition in catalogue.definitions(names)}
