"""Cells that are filled as facts arrive: the live board, metrics and interval tables.

An observer of the fold (`reporting.kpi.fold.Fold`). Three families, so that the number of cells does not grow with
the number of contacts: ``queue`` (None: talks without a queue), ``agent``, and ``entry_point`` (arrivals and menus).
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from facts.time import Instant
from reporting.kpi.cells import Cell, Step, steps_of, visit_answered
from reporting.kpi.intervals import quarter_of, quarters
from reporting.kpi.records import Arrival, Leg, Offer, Record, Scheduled, Span, Visit

QUEUE, AGENT, ENTRY_POINT = "queue", "agent", "entry_point"
FAMILIES = (QUEUE, AGENT, ENTRY_POINT)

Address: TypeAlias = tuple[str, Instant, str | None]
"""Family, beginning of the interval, and the queue, agent or entry point."""


class Cells:
    """Cells by address. ``changed`` holds the addresses that changed since it was last cleared."""

    def __init__(self, grain: Callable[[Instant], Instant] = quarter_of) -> None:
        self.cells: dict[Address, Cell] = {}
        self.changed: set[Address] = set()
        self._grain = grain

    def __call__(self, record: Record, step: Step, sign: int) -> None:
        """Take in one step of a record."""
        kind = type(record)
        if kind is Span:
            self.add_span(record, sign)  # type: ignore[arg-type]  # its type was just asked for
        elif kind is Arrival:
            key = record.entry_point or None  # type: ignore[union-attr]  # likewise
            step(self._cell((ENTRY_POINT, self._grain(record.at), key)), record, sign)
        elif kind is not Scheduled:  # plans are compared in reports only
            self._take_contact(record, step, sign)  # type: ignore[arg-type]  # what remains

    def _take_contact(self, record: Visit | Leg | Offer, step: Step, sign: int) -> None:
        interval = self._grain(record.at)
        step(self._cell((QUEUE, interval, record.queue)), record, sign)
        if record.agent_id is None:
            return
        cell = self._cell((AGENT, interval, record.agent_id))
        if step is visit_answered:
            # the agent's share of a contact begins with the answer; what it went through before comes along
            for passed in steps_of(record):
                passed(cell, record, sign)
        else:
            step(cell, record, sign)

    def add_span(self, span: Span, sign: int = 1) -> None:
        """Divide a stretch of agent time among its intervals."""
        for begin, end in quarters(span.at, span.end):
            cell = self._cell((AGENT, self._grain(begin), span.agent_id))
            there = cell.states_us.get(span.state, 0) + sign * (end - begin)
            if there:
                cell.states_us[span.state] = there
            else:
                del cell.states_us[span.state]

    def of(self, family: str) -> Iterator[tuple[Instant, str | None, Cell]]:
        """Interval, key and cell of a family."""
        for (there, interval, key), cell in self.cells.items():
            if there == family:
                yield interval, key, cell

    def _cell(self, address: Address) -> Cell:
        self.changed.add(address)
        cell = self.cells.get(address)
        if cell is None:
            cell = self.cells[address] = Cell()
        return cell
