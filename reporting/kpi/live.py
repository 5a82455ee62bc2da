"""Cells that are filled as facts arrive: the live board, metrics and interval tables.

An observer of the fold (`reporting.kpi.fold.Fold`). Three families, so that the number of cells does not grow with
the number of contacts. Each holds what a report by that dimension counts: ``queue`` (None: talks and offers without a
queue), ``agent`` (None: contacts that nobody has answered), and ``entry_point`` (None: not known), whose cells add up
to everything but agents' time.
"""

from collections.abc import Callable, Collection, Iterator
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
    """Cells by address.

    ``families``: by what contacts are counted; agents' time and arrivals always are.
    """

    def __init__(self, grain: Callable[[Instant], Instant] = quarter_of, families: Collection[str] = FAMILIES) -> None:
        self.cells: dict[Address, Cell] = {}
        self._grain = grain
        self._by_queue, self._by_agent, self._by_entry_point = (family in families for family in FAMILIES)

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
        if self._by_queue:
            step(self._cell((QUEUE, interval, record.queue)), record, sign)
        if self._by_entry_point:
            step(self._cell((ENTRY_POINT, interval, record.entry_point or None)), record, sign)
        if not self._by_agent:
            return
        if step is visit_answered and record.agent_id is not None:
            self._pass_to_agent(record, interval, sign)  # type: ignore[arg-type]  # only a visit is answered
        elif record.agent_id is not None or type(record) is Visit:
            step(self._cell((AGENT, interval, record.agent_id)), record, sign)

    def _pass_to_agent(self, visit: Visit, interval: Instant, sign: int) -> None:
        """With the answer a contact is the agent's, with all that it went through before; it was nobody's till then."""
        nobodys, agents = self._cell((AGENT, interval, None)), self._cell((AGENT, interval, visit.agent_id))
        for passed in steps_of(visit):
            passed(agents, visit, sign)
            if passed is not visit_answered:
                passed(nobodys, visit, -sign)
        if visit.measured_before:
            nobodys.longest_lost += sign

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
        cell = self.cells.get(address)
        if cell is None:
            cell = self.cells[address] = Cell()
        return cell
