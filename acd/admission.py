"""A contact's stay in a queue that has more rules than whom to ring: what happens on entry and while it waits.

Everything is counted from the original join time, so a contact that comes back late, or overflows, finds what was due
meanwhile done at once.
"""

from typing import Final

from acd.announcements import announce, next_at
from acd.callbacks import keep_trying
from acd.centre import NOWHERE, OFFERED, WAITING, Centre, leave_line
from acd.classes import JOINED
from acd.expected_wait import expected_for
from acd.hours import refusal
from acd.last_agents import prefer_last_agent
from acd.limits import OF_OWN_WAIT, cause_of, lacks_staff, refusals, while_waiting
from acd.model import Contact, Queue
from acd.offers import place, release, stop_phones
from acd.policy import EXPECTED_EVERY_US, Exit, Limit
from acd.preferred import wait_alone
from acd.queueing import enter, position, read_again, required, send, tell_left, tell_queued
from acd.readings import own_of
from acd.starvation import has_reached_cap, reach_cap
from facts.ids import QueueName
from facts.journal import RequirementRelaxed
from facts.requirement_text import requirement_text
from facts.states import LeftQueue, OfferOutcome
from facts.time import Instant

_OF_LINE: Final = ("waiting",)
_OF_EXPECTATION: Final = ("expected_wait",)


def admit(centre: Centre, contact: Contact, *, newest: bool, returned: bool = False) -> None:
    """The contact has been counted into its queue: it goes on elsewhere, is offered, or waits.

    ``returned``: it was in already, so that only what ends a wait can send it away.
    """
    queue = contact.queue
    assert queue is not None
    contact.place = NOWHERE
    if queue.helped_by:  # a helper who is free serves who comes, so that no limit sends the contact away
        read_again(centre, contact)
    if any(depart(centre, contact, way, cause) for way, cause in _ways_out(centre, queue, contact, returned=returned)):
        return
    newest = not begin_waiting(centre, contact, queue) and newest
    contact.place = WAITING
    place(centre, contact, newest=newest)
    if queue.watched:
        centre.unsettled.append(queue)


def _ways_out(centre: Centre, queue: Queue, contact: Contact, *, returned: bool) -> list[tuple[Exit, LeftQueue]]:
    closed = refusal(centre, queue)
    if returned and not queue.closed_by_hand and queue.policy.closing == "serve":
        closed = None
    limits = refusals(centre, queue, contact, waits=returned)
    return limits if closed is None else [closed, *limits]


def begin_waiting(centre: Centre, contact: Contact, queue: Queue) -> bool:
    """What is due already happens, what waiting will bring is set; whether the starvation cap is reached already."""
    if queue.policy.last_agent:
        prefer_last_agent(centre, contact)
    _take_due_steps(centre, contact, queue)
    wait_alone(centre, contact)
    _set_timers(centre, contact, queue)
    capped = has_reached_cap(centre, contact, queue)
    if capped:
        reach_cap(centre, contact)
    return capped


def _set_timers(centre: Centre, contact: Contact, queue: Queue) -> None:
    """What waiting will bring."""
    rules, joined, now, add = queue.policy, contact.joined_at, centre.now, centre.deadlines.add
    timers = [
        add(joined + limit.value, wait_over, (contact, limit))
        for limit in while_waiting(rules, *OF_OWN_WAIT)
        if joined + limit.value > now
    ]
    if while_waiting(rules, *_OF_EXPECTATION):
        timers.append(add(_next_look(joined, now), look_ahead, contact))
    if contact.step < len(rules.relaxation):
        timers.append(add(joined + rules.relaxation[contact.step].after_us, take_step, contact))
    if rules.starvation_cap_us and joined + rules.starvation_cap_us > now:
        timers.append(add(joined + rules.starvation_cap_us, reach_cap, contact))
    if rules.announcements is not None:
        timers.append(add(next_at(rules.announcements, joined, now), announce, contact))
    contact.timers += tuple(timers)


def resume(centre: Centre, contact: Contact) -> None:
    """The queue's rules have changed: what waiting brings is set anew, at the same place.

    Steps taken stay taken, as they are in the new rules. Who has waited longer than a new limit allows goes at once.
    """
    queue = contact.queue
    assert queue is not None
    for timer in contact.timers:
        centre.deadlines.cancel(timer)
    contact.timers = ()
    waits = contact.place is WAITING
    place_now, contact.place = contact.place, NOWHERE
    taken = queue.policy.relaxation[: contact.step]
    contact.step = len(taken)
    contact.opened = tuple(dict.fromkeys(group for step in taken for group in step.open))
    contact.alone_for = None
    _take_due_steps(centre, contact, queue)
    read_again(centre, contact)
    wait_alone(centre, contact)
    _set_timers(centre, contact, queue)
    if has_reached_cap(centre, contact, queue):
        reach_cap(centre, contact)
    if contact.callback is not None:
        keep_trying(centre, contact, place_now)
        return
    contact.place = NOWHERE if waits else place_now
    ways = refusals(centre, queue, contact, waits=True)
    if not any(depart(centre, contact, way, cause) for way, cause in ways) and waits:
        contact.place = WAITING
        place(centre, contact)


# -- relaxation -----------------------------------------------------------------------------------------------------


def take_step(centre: Centre, contact: Contact) -> None:
    """The next relaxation step is due."""
    queue = contact.queue
    assert queue is not None
    _step(centre, contact, queue)
    if contact.step < len(queue.policy.relaxation):
        at = contact.joined_at + queue.policy.relaxation[contact.step].after_us
        timer = centre.deadlines.add(max(at, centre.now), take_step, contact)
        contact.timers = (*(timer for timer in contact.timers if not timer.over), timer)
    read_again(centre, contact)


def _take_due_steps(centre: Centre, contact: Contact, queue: Queue) -> None:
    steps = queue.policy.relaxation
    before = contact.step
    while contact.step < len(steps) and contact.joined_at + steps[contact.step].after_us <= centre.now:
        _step(centre, contact, queue)
    if contact.step > before:
        read_again(centre, contact)


def _step(centre: Centre, contact: Contact, queue: Queue) -> None:
    """Count a step, and say so."""
    step = queue.policy.relaxation[contact.step]
    contact.step += 1
    contact.opened = tuple(dict.fromkeys((*contact.opened, *step.open)))
    opened = f"open to {', '.join(step.open)}" if step.open else ""
    centre.out.append(
        RequirementRelaxed(
            contact_id=contact.contact_id,
            customer_id=contact.customer_id,
            queue=queue.policy.name,
            step=contact.step,
            after_us=step.after_us,
            requirement=requirement_text(required(contact)),
            why=opened,
        )
    )


# -- going elsewhere ------------------------------------------------------------------------------------------------


def wait_over(centre: Centre, subject: tuple[Contact, Limit]) -> None:
    """The contact has waited as long as this limit allows."""
    contact, limit = subject
    if contact.callback is None:
        depart(centre, contact, limit.then, cause_of(limit))


def check_staff(centre: Centre, queue: Queue) -> None:
    """Who works for the queue has changed: contacts leave it if nobody does, or too few, and that is a limit of it."""
    check_somebody_serves(centre, queue)
    check_expected(centre, queue)


def check_somebody_serves(centre: Centre, queue: Queue) -> None:
    """Contacts that wait, and do not ring, leave the queue if nobody is there for them and that is a limit of it."""
    if not queue.waiting or not lacks_staff(centre, queue):
        return
    for contact in tuple(queue.waiting.values()):
        for way, cause in refusals(centre, queue, contact, waits=True):
            if depart(centre, contact, way, cause):
                break


def check_line(centre: Centre, queue: Queue) -> None:
    """The line has changed: those go before whom as many joined as may wait, the newest first."""
    limits = while_waiting(queue.policy, *_OF_LINE)
    if not limits or len(queue.waiting) <= min(limit.value for limit in limits):
        return
    in_line = sorted(queue.waiting.values(), key=lambda contact: contact.order & JOINED)
    for ahead, contact in reversed(tuple(enumerate(in_line))):
        _go_for(centre, contact, [limit for limit in limits if ahead >= limit.value])


def check_expected(centre: Centre, queue: Queue) -> None:
    """What is to be expected has changed: those go who would wait longer than they may, the last first."""
    limits = while_waiting(queue.policy, *_OF_EXPECTATION)
    if not limits or not queue.waiting:
        return
    in_order = sorted(queue.waiting.values(), key=lambda contact: centre.classes.rank(contact, centre.now))
    for place_in_line, contact in reversed(tuple(enumerate(in_order, 1))):
        _judge_expected(centre, contact, place_in_line, limits)


def look_ahead(centre: Centre, contact: Contact) -> None:
    """It is time to hold the contact's expected wait against the limit, and to set the next time."""
    queue = contact.queue
    assert queue is not None
    at = _next_look(contact.joined_at, centre.now)
    contact.timers = (*(t for t in contact.timers if not t.over), centre.deadlines.add(at, look_ahead, contact))
    limits = while_waiting(queue.policy, *_OF_EXPECTATION)
    _judge_expected(centre, contact, position(centre, queue, contact), limits)


def _next_look(joined_at: Instant, now: Instant) -> Instant:
    return now + EXPECTED_EVERY_US - (now - joined_at) % EXPECTED_EVERY_US


def _judge_expected(centre: Centre, contact: Contact, place_in_line: int, limits: list[Limit]) -> None:
    expected = expected_for(centre, contact, place_in_line)
    if expected is not None:
        _go_for(centre, contact, [limit for limit in limits if expected >= limit.value])


def _go_for(centre: Centre, contact: Contact, limits: list[Limit]) -> None:
    """The first way out that is one; but who is to be called back stays, and who is rung is about to be answered."""
    if contact.place is WAITING and contact.callback is None:
        any(depart(centre, contact, limit.then, cause_of(limit)) for limit in limits)


def leads_on(centre: Centre, contact: Contact, way: Exit) -> bool:
    """Whether the contact can go that way: not to a queue that it is or has been in, or that is not there."""
    if way.to_kind != "queue":
        return True
    target = centre.queues.get(QueueName(way.to))
    return target is not None and target is not contact.queue and target.policy.name not in contact.visited


def depart(centre: Centre, contact: Contact, way: Exit, cause: LeftQueue) -> bool:
    """Send the contact on; False: it cannot go there and stays."""
    if not leads_on(centre, contact, way):
        return False
    if way.to_kind != "queue":
        send(centre, contact, way, cause)
        return True
    assert contact.queue is not None
    overflow(centre, contact, contact.queue, centre.queues[QueueName(way.to)])
    return True


def overflow(
    centre: Centre,
    contact: Contact,
    queue: Queue,
    target: Queue,
    cause: LeftQueue = LeftQueue.OVERFLOWED,
    *,
    why: str = "overflow",
) -> None:
    """On to another queue; the original join time, and so the place that it gives, is kept."""
    ringing = contact.place is OFFERED
    if contact.place is WAITING:
        centre.matching.stop_waiting(contact)
    freed = stop_phones(centre, contact, OfferOutcome.WITHDRAWN) if ringing else ()
    contact.place = NOWHERE
    leave_line(centre, contact)
    tell_left(centre, contact, cause, f"queue:{target.policy.name}")
    contact.visited += (queue.policy.name,)
    own = own_of(contact)
    contact.queue, contact.own = target, own
    contact.alone_for, contact.step, contact.opened, contact.not_again = None, 0, (), None
    contact.entered += 1
    contact.priority = target.policy.priority if contact.own_priority is None else contact.own_priority
    contact.class_ = centre.classes.of(target.policy, contact.priority)
    contact.capped = False
    contact.order = (contact.class_ << 96) + (contact.order & JOINED)
    read_again(centre, contact)
    text = requirement_text(required(contact))
    tell_queued(centre, contact, text, enter(centre, target, contact, newest=False), returned=False, why=why)
    admit(centre, contact, newest=False)
    for agent in freed:
        release(centre, agent, OfferOutcome.WITHDRAWN)
