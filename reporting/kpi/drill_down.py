"""From a figure to the contacts behind it: every stay in a queue as one row."""

from collections.abc import Iterable, Sequence

import msgspec

from facts.time import SECOND, Duration, Instant
from reporting.kpi.errors import ReportError
from reporting.kpi.records import Visit
from reporting.kpi.report import History, Query, check_known
from reporting.kpi.service_level import Target

OUTCOMES = ("offered", "answered", "in_time", "late", "abandoned", "left_otherwise", "in_progress")


class ContactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contact's stay in a queue. Durations in seconds, None: not known, or not over."""

    contact_id: str
    offered_at: Instant
    queue: str
    outcome: str
    waited_s: float | None
    agent: str | None
    talk_s: float | None
    hold_s: float | None
    wrap_up_s: float | None
    transferred_to: str
    disposition: str
    customer_id: str | None
    customer_tier: str
    region: str
    entry_point: str


def contacts(history: History, query: Query, outcome: str = "offered") -> list[ContactRow]:
    """The stays behind a figure, in the order of their offers; raises `ReportError` for an unknown outcome."""
    if outcome not in OUTCOMES:
        raise ReportError(f"--outcome {outcome}: there are {', '.join(OUTCOMES)}")
    visits = [record for record in history.records if isinstance(record, Visit) and _inside(record, query)]
    check_known("queue", query.queues, {visit.queue for visit in visits})
    check_known("agent", query.agents, {visit.agent_id for visit in visits})
    return [_row(visit) for visit in _chosen(visits, query) if _is(visit, outcome, query.targets.of(visit.queue))]


def _inside(visit: Visit, query: Query) -> bool:
    if (query.start is not None and visit.at < query.start) or (query.end is not None and visit.at >= query.end):
        return False
    return query.hours is None or query.hours.contain(visit.at, query.zone)


def _chosen(visits: Sequence[Visit], query: Query) -> Iterable[Visit]:
    for visit in visits:
        agents = {leg.agent_id for leg in visit.legs} | {visit.agent_id}
        if query.queues and visit.queue not in query.queues:
            continue
        if query.agents and agents.isdisjoint(query.agents):
            continue
        yield visit


def _is(visit: Visit, outcome: str, target: Target) -> bool:
    late = (visit.waited_us or 0) > target.threshold_us
    match outcome:
        case "offered":
            return True
        case "in_time":
            return visit.outcome == "answered" and not late
        case "late":
            return visit.outcome == "answered" and late
        case "left_otherwise":
            return visit.outcome == "left"
        case "in_progress":
            return not visit.outcome
        case _:
            return visit.outcome == outcome


def _row(visit: Visit) -> ContactRow:
    ended = [leg for leg in visit.legs if leg.ended_at is not None]
    wraps = [leg.wrap_up_us for leg in visit.legs if leg.wrap_up_us is not None]
    return ContactRow(
        contact_id=visit.contact_id,
        offered_at=visit.at,
        queue=visit.queue,
        outcome=visit.left_as or visit.outcome or "in_progress",
        waited_s=_seconds(visit.waited_us),
        agent=visit.agent_id,
        talk_s=_seconds(sum(leg.talk_us for leg in ended)) if ended else None,
        hold_s=_seconds(sum(leg.hold_us for leg in ended)) if ended else None,
        wrap_up_s=_seconds(sum(wraps)) if wraps else None,
        transferred_to=", ".join(leg.transferred_to for leg in visit.legs if leg.transferred_to),
        disposition=visit.disposition,
        customer_id=visit.customer_id,
        customer_tier=visit.customer_tier,
        region=visit.region,
        entry_point=visit.entry_point,
    )


def _seconds(duration: Duration | None) -> float | None:
    return None if duration is None else duration / SECOND
