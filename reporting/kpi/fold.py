"""The one fold: facts in, records and cells out; live board, metrics, interval tables and reports all use it.

``fold.apply(entry)`` for every fact in order; whoever observes is told of each step as it happens. Nothing here reads
a clock: ``fold.now`` is the latest ``at`` seen.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from facts.journal import AgentTimeCorrected, AnyFact, Entry, FactsRemoved, NodeStarted, PersonalDataErased
from facts.time import MINUTE, Instant
from reporting.kpi import agents, cells, contacts
from reporting.kpi.agents import AgentFold
from reporting.kpi.contacts import ContactFold, Observe
from reporting.kpi.corrections import correct_outcome, corrected_spans, take_out
from reporting.kpi.records import Record, Span, Visit

_FORGET_EVERY = 10 * MINUTE


class Fold:
    """The state of the centre as the facts so far tell it."""

    def __init__(self, *observers: Observe) -> None:
        self.now: Instant = 0
        self._observe = observers[0] if len(observers) == 1 else _all_of(observers)
        self.agents = AgentFold(self._span_ended)
        self.contacts = ContactFold(self._observe, self.agents.team)
        self._last_at: dict[str, Instant] = {}
        self._forget_at: Instant = 0
        self._handlers: dict[type[AnyFact], Callable[[Entry, Any], None]] = {
            **{kind: handler.__get__(self.agents) for kind, handler in agents.HANDLERS.items()},
            **{kind: handler.__get__(self.contacts) for kind, handler in contacts.HANDLERS.items()},
            NodeStarted: self._node_started,
            AgentTimeCorrected: self._correct_time,
        }

    def apply(self, entry: Entry) -> None:
        """Take in the next fact."""
        at = entry.at
        if at > self.now:
            self.now = at
            if at >= self._forget_at:
                self._forget_at = at - at % _FORGET_EVERY + _FORGET_EVERY  # wherever the reading began
                self.contacts.forget(at)
        handler = self._handlers.get(type(entry.fact))
        if handler is not None:
            handler(entry, entry.fact)
        self._last_at[entry.node] = at

    def apply_all(self, entries: Iterable[Entry]) -> None:
        """Take in facts in order."""
        for entry in entries:
            self.apply(entry)

    def _node_started(self, entry: Entry, _fact: NodeStarted) -> None:
        last_at = self._last_at.get(entry.node, entry.at)
        self.contacts.orphan(entry.node, last_at)
        self.agents.orphan(entry.node, last_at)

    def correct(self, entry: Entry) -> None:
        """Take in a correction out of its time: what is open goes on as far as it did."""
        handler = self._handlers.get(type(entry.fact))
        if handler is not None:
            handler(entry, entry.fact)

    def _correct_time(self, entry: Entry, fact: AgentTimeCorrected) -> None:
        for before, after in corrected_spans(fact, entry.at):
            self._observe(before, cells.span_ended, -1)
            self._observe(after, cells.span_ended, 1)

    def _span_ended(self, span: Span) -> None:
        self._observe(span, cells.span_ended, 1)


IMPORT_PREFIX = "import:"
"""Nodes of imported history; each is folded by itself, because its time, contacts and agents are its own."""


def stream_of(node: str) -> str:
    """Which nodes are folded together: all daemons of a site, and every import by itself."""
    return node if node.startswith(IMPORT_PREFIX) else ""


OF_UPKEEP = PersonalDataErased, FactsRemoved


class Folds:
    """One fold for each stream, told of all facts in the order of time."""

    def __init__(self, *observers: Observe) -> None:
        self.now: Instant = 0
        self._observers = observers
        self._folds: dict[str, Fold] = {}
        self._by_node: dict[str, Fold] = {}

    def apply(self, entry: Entry) -> None:
        """Take in the next fact. What tells of the journal's own upkeep is of no centre."""
        if isinstance(entry.fact, OF_UPKEEP):
            return
        fold = self._by_node.get(entry.node)
        if fold is None:
            stream = stream_of(entry.node)
            fold = self._by_node[entry.node] = self._folds.setdefault(stream, Fold(*self._observers))
        fold.apply(entry)
        self.now = max(self.now, entry.at)

    def apply_all(self, entries: Iterable[Entry]) -> None:
        """Take in facts in order."""
        for entry in entries:
            self.apply(entry)

    def correct(self, entry: Entry) -> None:
        """Take in a correction out of its time."""
        stream = stream_of(entry.node)
        self._folds.setdefault(stream, Fold(*self._observers)).correct(entry)

    def are_settled(self, instant: Instant) -> bool:
        """Whether later facts change nothing before ``instant``: its contacts are closed, log-ins seen to go on."""
        return not any(
            fold.contacts.reaches_back_of(instant) or (fold.now < instant and fold.agents.sessions)
            for fold in self._folds.values()
        )

    def open_spans(self) -> Iterator[Span]:
        """Agents' stretches that are not over, up to the last fact of their stream."""
        for fold in self._folds.values():
            yield from fold.agents.open_spans(fold.now)


def _all_of(observers: tuple[Observe, ...]) -> Observe:
    def observe(record: Record, step: cells.Step, sign: int) -> None:
        for observer in observers:
            observer(record, step, sign)

    return observe


class Records:
    """An observer that keeps every record, once, in the order in which they began."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.corrected: list[Span | Visit] = []
        """Stretches taken back, and stays whose outcome was told anew: for whoever keeps records elsewhere."""
        self._begins = frozenset(
            {cells.visit_offered, cells.leg_began, cells.offer_ended, cells.span_ended, cells.arrival_began}
        )

    def __call__(self, record: Record, step: cells.Step, sign: int) -> None:
        """Keep the record with its first step; later steps are in the record itself."""
        if step in self._begins:
            if sign > 0:
                self.records.append(record)
            elif isinstance(record, Span):
                self.corrected.append(record)
                take_out(self.records, record)
        elif step is cells.outcome_corrected and isinstance(record, Visit):
            self.corrected.append(record)
            correct_outcome(self.records, record)
