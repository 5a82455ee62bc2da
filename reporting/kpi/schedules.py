"""Schedules: what agents were to do, against what they did.

A stretch of a schedule has an activity: ``work`` means to be ready or busy with contacts; any other is the name of a
not-ready reason (``break``, ``meal``, ``training``), which a break or meal spent logged out keeps too.
"""

from collections.abc import Iterable, Iterator

import msgspec

from facts.ids import AgentId
from facts.time import Instant
from reporting.kpi.intervals import quarters
from reporting.kpi.records import Record, Scheduled, Span

WORK = "work"
AWAY = frozenset({"break", "meal"})
_WORKING = frozenset({"READY", "RESERVED", "TALKING", "HOLD", "WRAP_UP"})


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of one agent's schedule."""

    agent_id: AgentId
    start: Instant
    end: Instant
    activity: str = WORK


def compared(plan: Iterable[Planned], records: Iterable[Record], as_of: Instant) -> Iterator[Scheduled]:
    """The schedule up to ``as_of``, cut at quarters of an hour, with how much of each was kept."""
    spans: dict[AgentId, list[Span]] = {}
    for record in records:
        if isinstance(record, Span):
            spans.setdefault(record.agent_id, []).append(record)
    for planned in plan:
        mine = spans.get(planned.agent_id, [])
        team = mine[-1].team if mine else None
        skills = mine[-1].skills if mine else ()
        for start, end in quarters(planned.start, min(planned.end, as_of)):
            yield Scheduled(
                at=start,
                agent_id=planned.agent_id,
                team=team,
                skills=skills,
                scheduled_us=end - start,
                adherent_us=_kept(planned.activity, mine, start, end),
            )


def _kept(activity: str, spans: Iterable[Span], start: Instant, end: Instant) -> int:
    """How much of a stretch was spent as planned."""
    logged_in = kept = 0
    for span in spans:
        overlap = min(end, span.end) - max(start, span.at)
        if overlap > 0:
            logged_in += overlap
            kept += overlap * _keeps(span.state, activity)
    return kept + (end - start - logged_in if activity in AWAY else 0)


def _keeps(state: str, activity: str) -> bool:
    if activity == WORK:
        return state in _WORKING
    return state == f"NOT_READY:{activity}"
