"""How long a waiting contact will still wait.

With ``n`` contacts to be served up to and including this one, ``s`` agents who serve them (those who serve several
queues counted in part), a mean handling time ``h`` and a rate ``r`` at which the waiting give up, the line moves at
``s/h + k*r`` while ``k`` are ahead, so the wait is the sum of its reciprocals, here as the integral

    ln(1 + n*r*h/s) / r        (n*h/s where nobody gives up)

Nobody who serves: not known. Somebody free: nothing. It is an estimate of the mean: about half wait longer. Whitt,
*Predicting Queueing Delays*, Management Science 45(6), 1999, gives the reasoning.
"""

from math import log1p
from typing import Final

from acd.centre import Centre
from acd.model import Contact, Queue, Staff
from acd.staffing import own_staff_of, share_of, staff_of
from facts.time import SECOND, Duration

_FORGET: Final = 0.99
"""Each contact makes all before it count so much less: about the last hundred matter."""
_FIRST_GUESS_US: Final = 180 * SECOND
_GUESSES: Final = 5.0
"""Before anything is known a contact takes three minutes; that guess weighs as much as five contacts."""


def note_handled(queue: Queue, handling_us: Duration) -> None:
    """An agent was at work on a contact of the queue for so long, wrap-up included."""
    estimate = queue.estimate
    estimate.handled = estimate.handled * _FORGET + 1
    estimate.handling_us = estimate.handling_us * _FORGET + handling_us
    estimate.load = estimate.load * _FORGET + 1


def note_left(queue: Queue, waited_us: Duration, *, abandoned: bool) -> None:
    """A contact left the line, answered or not."""
    estimate = queue.estimate
    estimate.waited_us = estimate.waited_us * _FORGET + waited_us
    estimate.abandoned = estimate.abandoned * _FORGET + abandoned


def expected_wait(centre: Centre, queue: Queue, place_in_line: int) -> Duration | None:
    """The wait still to come for the contact at this position, or for one who would come there; None: not known."""
    return _expected(queue, staff_of(centre, queue), place_in_line)


def expected_without_help(centre: Centre, queue: Queue, place_in_line: int) -> Duration | None:
    """As :func:`expected_wait`, if no reserve group helped the queue."""
    return _expected(queue, own_staff_of(centre, queue), place_in_line)


def _expected(queue: Queue, staff: Staff, place_in_line: int) -> Duration | None:
    agents = share_of(queue, staff)
    if not agents:
        return None
    estimate = queue.estimate
    handling = (estimate.handling_us + _GUESSES * _FIRST_GUESS_US) / (estimate.handled + _GUESSES)
    moves = agents / max(handling, 1.0)
    gives_up = estimate.abandoned / estimate.waited_us if estimate.waited_us > 0 else 0.0
    if gives_up * place_in_line < moves * 1e-6:
        return round(place_in_line / moves)
    return round(log1p(place_in_line * gives_up / moves) / gives_up)


def expected_for(centre: Centre, contact: Contact, place_in_line: int) -> Duration | None:
    """As :func:`expected_wait` for a contact, whose own requirement somebody free may meet at once."""
    assert contact.queue is not None
    if centre.matching.longest_idle(contact) is not None:
        return 0
    return expected_wait(centre, contact.queue, place_in_line)
