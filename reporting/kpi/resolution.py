"""First-contact resolution by repeat contact: the customer did not come again.

An answered contact of a known customer is *repeated* when another contact of theirs is offered to a queue within the
window after its end; of the same queue or disposition only, where the scope says so. It is judged when it was
repeated or when the window is over; until then, and where the customer is not known, nothing is said.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from facts.time import DAY, Duration, Instant
from reporting.kpi.records import Record, Visit

Scope = Literal["any", "queue", "disposition"]


class RepeatRule(msgspec.Struct, frozen=True, kw_only=True):
    """Within how long after a contact's end another one counts as its repeat, and of which kind it has to be.

    ``merged``: ids of records that were found to be another one's person, with the id that stands for both.
    """

    window_us: Duration = 7 * DAY
    scope: Scope = "any"
    merged: Mapping[str, str] = {}


def judge(records: Iterable[Record], rule: RepeatRule, as_of: Instant) -> None:
    """Set ``repeated`` of the visits that can be judged by the facts up to ``as_of``."""
    by_customer: dict[tuple[str, str], list[Visit]] = {}
    for record in records:
        if isinstance(record, Visit) and record.customer_id is not None:
            person = rule.merged.get(record.customer_id, record.customer_id)
            by_customer.setdefault((person, _kind(record, rule.scope)), []).append(record)
    for visits in by_customer.values():
        visits.sort(key=lambda visit: visit.at)
        starts = [visit.at for visit in visits]
        for place, visit in enumerate(visits):
            if visit.outcome == "answered":
                visit.repeated = _repeated(visit, visits[place + 1 :], starts[place + 1 :], rule, as_of)


def _kind(visit: Visit, scope: Scope) -> str:
    match scope:
        case "queue":
            return visit.queue
        case "disposition":
            return visit.disposition
        case "any":
            return ""


def _repeated(
    visit: Visit, later: Sequence[Visit], starts: Sequence[Instant], rule: RepeatRule, as_of: Instant
) -> bool | None:
    end = visit.ended_at or visit.closed_at or visit.at
    within = later[: bisect_right(starts, end + rule.window_us)]
    if any(other.contact_id != visit.contact_id for other in within):
        return True
    return False if as_of >= end + rule.window_us else None
