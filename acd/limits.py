"""Limits of a queue: when a contact may not enter, or may not wait any longer."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from acd.centre import OFFERED, Centre
from acd.expected_wait import expected_for
from acd.model import Contact, Queue
from acd.policy import Exit, Limit, QueuePolicy
from acd.queueing import position
from acd.staffing import staff_of
from facts.states import LeftQueue

_Passed = Callable[[Centre, Queue, Contact, int], bool]


def _waiting(_centre: Centre, queue: Queue, _contact: Contact, value: int) -> bool:
    return len(queue.waiting) - 1 >= value


def _longest_wait(centre: Centre, queue: Queue, contact: Contact, value: int) -> bool:
    others = (other.joined_at for other in queue.waiting.values() if other is not contact)
    return centre.now - min(others, default=centre.now) >= value


def _own_wait(centre: Centre, _queue: Queue, contact: Contact, value: int) -> bool:
    return centre.now - contact.joined_at >= value


def _expected_wait(centre: Centre, queue: Queue, contact: Contact, value: int) -> bool:
    expected = expected_for(centre, contact, position(centre, queue, contact))
    return expected is None or expected >= value


def _none_logged_in(centre: Centre, queue: Queue, _contact: Contact, _value: int) -> bool:
    return not staff_of(centre, queue).logged_in


def _none_ready(centre: Centre, queue: Queue, _contact: Contact, _value: int) -> bool:
    return not staff_of(centre, queue).ready


class _Kind(msgspec.Struct, frozen=True):
    """One kind of limit.

    Whether it is passed by who comes, and by who waits (None: the whole line tells); as what a contact leaves that goes
    for it (overflowed, if to another queue); whether it holds while waiting if nothing is said.
    """

    comes: _Passed
    waits: _Passed | None
    cause: LeftQueue
    while_waiting: bool


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "waiting": _Kind(_waiting, None, LeftQueue.FULL, while_waiting=False),
        "longest_wait": _Kind(_longest_wait, _own_wait, LeftQueue.FULL, while_waiting=False),
        "wait": _Kind(_own_wait, _own_wait, LeftQueue.TIMED_OUT, while_waiting=True),
        "expected_wait": _Kind(_expected_wait, None, LeftQueue.FULL, while_waiting=False),
        "none_logged_in": _Kind(_none_logged_in, _none_logged_in, LeftQueue.NO_AGENTS, while_waiting=True),
        "none_ready": _Kind(_none_ready, _none_ready, LeftQueue.NO_AGENTS, while_waiting=True),
    }
)

OF_STAFF: Final = frozenset({"none_logged_in", "none_ready"})
OF_OWN_WAIT: Final = frozenset({"wait", "longest_wait"})


def holds_while_waiting(limit: Limit) -> bool:
    """Whether a contact that waits already may have to go for it."""
    return _KINDS[limit.what].while_waiting if limit.holds is None else limit.holds != "at_entry"


def while_waiting(rules: QueuePolicy, *kinds: str) -> list[Limit]:
    """The limits of these kinds that hold while contacts wait."""
    return [limit for limit in rules.limits if limit.what in kinds and holds_while_waiting(limit)]


def cause_of(limit: Limit) -> LeftQueue:
    """As what a contact leaves that goes for this limit."""
    return _KINDS[limit.what].cause


def lacks_staff(centre: Centre, queue: Queue) -> bool:
    """Whether nobody is there to serve who waits, and that is a limit of the queue."""
    limits = while_waiting(queue.policy, *OF_STAFF)
    if not limits:
        return False
    staff = staff_of(centre, queue)
    return not staff.logged_in or (not staff.ready and any(limit.what == "none_ready" for limit in limits))


def refusals(centre: Centre, queue: Queue, contact: Contact, *, waits: bool) -> list[tuple[Exit, LeftQueue]]:
    """Ways out for the limits that are passed, in the policy's order; ``waits``: the contact is in already.

    Limits are about lines: a customer who has hung up to be called back keeps the place.
    """
    if contact.callback is not None:
        return []
    return [
        (limit.then, cause_of(limit))
        for limit in queue.policy.limits
        if _goes(centre, queue, contact, limit) or (not waits and _is_refused(centre, queue, contact, limit))
    ]


def _goes(centre: Centre, queue: Queue, contact: Contact, limit: Limit) -> bool:
    """Whether it would have to leave at once if it waited."""
    passed = _KINDS[limit.what].waits
    if limit.what in OF_STAFF and contact.place is OFFERED:
        return False
    return passed is not None and holds_while_waiting(limit) and passed(centre, queue, contact, limit.value)


def _is_refused(centre: Centre, queue: Queue, contact: Contact, limit: Limit) -> bool:
    return limit.holds != "while_waiting" and _KINDS[limit.what].comes(centre, queue, contact, limit.value)
