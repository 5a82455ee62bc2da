"""Limits of a queue: when a contact may not enter, or may not wait any longer."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from acd.centre import Centre
from acd.expected_wait import expected_for
from acd.model import Contact, Queue
from acd.policy import Exit, Limit
from acd.queueing import position
from acd.staffing import staff_of
from facts.states import LeftQueue

_Passed = Callable[[Centre, Queue, Contact, int], bool]


def _waiting(_centre: Centre, queue: Queue, _contact: Contact, value: int) -> bool:
    return len(queue.waiting) - 1 >= value


def _longest_wait(centre: Centre, queue: Queue, contact: Contact, value: int) -> bool:
    others = (other.joined_at for other in queue.waiting.values() if other is not contact)
    return centre.now - min(others, default=centre.now) >= value


def _wait(centre: Centre, _queue: Queue, contact: Contact, value: int) -> bool:
    return centre.now - contact.joined_at >= value


def _expected_wait(centre: Centre, queue: Queue, contact: Contact, value: int) -> bool:
    expected = expected_for(centre, contact, position(centre, queue, contact))
    return expected is None or expected >= value


def _none_logged_in(centre: Centre, queue: Queue, _contact: Contact, _value: int) -> bool:
    return not staff_of(centre, queue).logged_in


def _none_ready(centre: Centre, queue: Queue, _contact: Contact, _value: int) -> bool:
    return not staff_of(centre, queue).ready


_PASSED: Final[Mapping[str, tuple[_Passed, LeftQueue]]] = MappingProxyType(
    {
        "waiting": (_waiting, LeftQueue.FULL),
        "longest_wait": (_longest_wait, LeftQueue.FULL),
        "wait": (_wait, LeftQueue.TIMED_OUT),
        "expected_wait": (_expected_wait, LeftQueue.FULL),
        "none_logged_in": (_none_logged_in, LeftQueue.NO_AGENTS),
        "none_ready": (_none_ready, LeftQueue.NO_AGENTS),
    }
)
"""Whether a limit is passed, and as what a contact leaves that goes for it (overflowed, if to another queue)."""

WHILE_WAITING: Final = frozenset({"wait", "none_logged_in", "none_ready"})
OF_STAFF: Final = frozenset({"none_logged_in", "none_ready"})


def refusals(
    centre: Centre, queue: Queue, contact: Contact, kinds: frozenset[str] = frozenset(_PASSED)
) -> list[tuple[Exit, LeftQueue]]:
    """Ways out for the limits of these kinds that are passed, in the policy's order.

    Limits are about lines: a customer who has hung up to be called back keeps the place.
    """
    if contact.callback is not None:
        return []
    return [
        (limit.then, _PASSED[limit.what][1])
        for limit in queue.policy.limits
        if _is(centre, queue, contact, limit, kinds)
    ]


def _is(centre: Centre, queue: Queue, contact: Contact, limit: Limit, kinds: frozenset[str]) -> bool:
    return limit.what in kinds and _PASSED[limit.what][0](centre, queue, contact, limit.value)
