"""Today by half-hours, for every queue: what the sparklines of the floor show."""

from collections.abc import Collection, Iterator

from agent_console.documents.floor import TrendPoint
from facts.ids import QueueName
from facts.time import MINUTE, Instant
from reporting.kpi import catalogue
from reporting.kpi.board import Board
from reporting.kpi.cells import Cell, Step
from reporting.kpi.figures import Context
from reporting.kpi.live import QUEUE, Cells
from reporting.kpi.records import Offer, Record, Span

HALF_HOUR = 30 * MINUTE
_FIGURES = ("offered", "answered", "abandoned", "service_level")


class Trend:
    """Cells of half-hours beside the board's; to be made before the board catches up with the journal."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._cells = Cells(lambda at: at - at % HALF_HOUR, (QUEUE,))
        self._day: Instant = 0
        self._definitions = catalogue.definitions(_FIGURES)
        board.watch(self._take_in)

    def _take_in(self, record: Record, step: Step, sign: int) -> None:
        if not isinstance(record, Span | Offer):
            self._cells(record, step, sign)

    def of(self, queue: QueueName, now: Instant) -> list[TrendPoint]:
        """The half-hours of today of one queue, in order; those without contacts are left out."""
        return self._points(frozenset({queue}), queue, now)

    def over(self, queues: Collection[str] | None, now: Instant) -> list[TrendPoint]:
        """The same over these queues together, or over all."""
        return self._points(queues, None, now)

    def _points(self, queues: Collection[str] | None, queue: QueueName | None, now: Instant) -> list[TrendPoint]:
        self._tidy(self._board.day(now))
        summed: dict[Instant, Cell] = {}
        for at, cell in self._of(queues):
            summed.setdefault(at, Cell()).add(cell)
        context = Context(target=self._board.targets.of(queue))
        return [self._point(at, summed[at], context) for at in sorted(summed)]

    def _of(self, queues: Collection[str] | None) -> Iterator[tuple[Instant, Cell]]:
        for at, key, cell in self._cells.of(QUEUE):
            if key is not None and (queues is None or key in queues):
                yield at, cell

    def _point(self, at: Instant, cell: Cell, context: Context) -> TrendPoint:
        offered, answered, abandoned, level = (definition.figure(cell, context) for definition in self._definitions)
        return TrendPoint(
            at=at,
            offered=int(offered.value or 0),
            answered=int(answered.value or 0),
            abandoned=int(abandoned.value or 0),
            service_level=level.value,
        )

    def _tidy(self, day: Instant) -> None:
        if day != self._day:
            self._day = day
            for address in [address for address in self._cells.cells if address[1] < day]:
                del self._cells.cells[address]
