"""What was told wrong and is told anew: agents' time and contacts' outcomes, each kept beside what it replaces.

A correction carries what it replaces, so that it is counted by whoever has forgotten that long ago: the old is counted
back, the new is counted, and sums stay what they were.
"""

from collections.abc import Iterable, Iterator

from facts.ids import AgentId
from facts.journal import AgentTimeCorrected, DispositionCorrected, Fact, TimePiece
from facts.time import DAY, Instant
from reporting.kpi.records import Arrival, Leg, Record, Span, Visit

KINDS = frozenset({"AgentTimeCorrected", "DispositionCorrected"})

LONGEST_BACK = 366 * DAY
"""What is older is not corrected any more."""

READY = "READY"
NOT_READY = "NOT_READY"


def touches(fact: Fact, start: Instant | None, end: Instant | None) -> bool:
    """Whether a correction is about something between two instants."""
    match fact:
        case AgentTimeCorrected():
            return (end is None or fact.from_at < end) and (start is None or fact.to_at > start)
        case DispositionCorrected():
            return (end is None or fact.queued_at < end) and (start is None or fact.queued_at >= start)
        case _:
            return False


def can_be_replaced(state: str) -> bool:
    """Whether time in a state may be told anew: time with a contact is the switch's word."""
    return state == READY or state.partition(":")[0] == NOT_READY


def replaced(
    records: Iterable[Record], agent_id: AgentId, from_at: Instant, to_at: Instant, state: str
) -> tuple[TimePiece, ...]:
    """The pieces of an agent's time that would count as another state, in order."""
    found = []
    for span in records:
        if not isinstance(span, Span) or span.agent_id != agent_id:
            continue
        begin, end = max(span.at, from_at), min(span.end, to_at)
        if begin < end and span.state != state and can_be_replaced(span.state):
            found.append(TimePiece(at=begin, end=end, state=span.state, team=span.team, skills=span.skills))
    return tuple(sorted(found, key=lambda piece: piece.at))


def corrected_spans(fact: AgentTimeCorrected, at: Instant) -> Iterator[tuple[Span, Span]]:
    """Each piece of time as it counted, and as it counts now; ``at``: when that was told."""
    if fact.agent_id is None:
        return
    for piece in fact.replaced:
        if is_past(piece.at, at) and piece.at < piece.end <= at:
            yield _span(fact.agent_id, piece, piece.state), _span(fact.agent_id, piece, fact.state)


def is_past(instant: Instant, at: Instant) -> bool:
    """Whether something of this instant can be corrected at another."""
    return at - LONGEST_BACK <= instant <= at


def _span(agent_id: AgentId, piece: TimePiece, state: str) -> Span:
    return Span(at=piece.at, end=piece.end, agent_id=agent_id, team=piece.team, skills=piece.skills, state=state)


def take_out(records: list[Record], gone: Span) -> None:
    """Cut a stretch out of an agent's stretches; what is around it stays."""
    for place in range(len(records) - 1, -1, -1):
        span = records[place]
        if isinstance(span, Span) and span.agent_id == gone.agent_id and span.at < gone.end and span.end > gone.at:
            records[place : place + 1] = _without(span, gone)


def _without(span: Span, gone: Span) -> Iterator[Span]:
    for begin, end in ((span.at, min(span.end, gone.at)), (max(span.at, gone.end), span.end)):
        if begin < end:
            yield Span(at=begin, end=end, agent_id=span.agent_id, team=span.team, skills=span.skills, state=span.state)


def correct_outcome(records: Iterable[Record], corrected: Visit) -> None:
    """Tell the records of a contact what it was about."""
    for record in records:
        if isinstance(record, Visit | Leg | Arrival) and record.contact_id == corrected.contact_id:
            is_of_it = isinstance(record, Arrival) or record.at == corrected.at
            if is_of_it:
                record.disposition = corrected.disposition
            if isinstance(record, Visit) and is_of_it:
                record.resolved = corrected.resolved
