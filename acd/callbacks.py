"""Callback with the place kept: the customer hangs up, the contact stays in the queue as if nothing had happened.

The agent comes first: only when one has accepted is the customer dialled. An agent who does not accept is no attempt.
A customer who is not there is tried again after ``retry_us``, within the hours in which customers may be rung, at the
place that the original join time gives, until the attempts are used up or the callback expires. Meanwhile it is
scheduled: it keeps its place but is not offered. The wait ends once, when the customer talks with the agent.
"""

from typing import Literal, TypeAlias

from acd.centre import BY_SYSTEM, CONNECTED, OFFERED, WAITING, Centre, end_work, leave_line
from acd.contact_state import CONTACT_TABLE, ContactEvent, Place
from acd.errors import IllegalEvent
from acd.events import CallbackAnswered, CallbackFailed, RequestCallback
from acd.hours import end_of, inside, next_inside
from acd.last_agents import note_answer
from acd.model import Agent, Callback, Contact, Work
from acd.offers import place, release, slot_freed, stop_phones
from acd.queueing import leave
from facts.ids import AgentId, ContactId
from facts.journal import CallbackAttempted, CallbackEnded, CallbackRequested, ContactConnected
from facts.states import LeftQueue, OfferOutcome
from facts.time import Instant

_Outcome: TypeAlias = Literal["connected", "exhausted", "cancelled", "expired"]
_Attempt: TypeAlias = Literal["connected", "no_answer", "busy", "failed", "agent_missing"]
_MAY_REQUEST = CONTACT_TABLE[ContactEvent.CALLBACK_REQUESTED]


def request_callback(centre: Centre, event: RequestCallback) -> None:
    """The customer leaves the line and keeps the place. A phone that rings for them stops, and nobody is blamed."""
    contact = centre.contact(event.contact_id)
    queue = contact.queue
    if queue is None or contact.place not in _MAY_REQUEST or contact.callback is not None:
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value}: it cannot ask for a callback")
    rules = queue.policy.callbacks
    due = next_inside(rules.hours, max(centre.now, event.not_before or 0))
    expires = max(centre.now, event.not_before or 0) + rules.expires_us
    if due is None or due >= expires:
        raise IllegalEvent(
            f"contact {event.contact_id!r} cannot be rung within the hours of queue {queue.policy.name!r}"
        )
    contact.callback = Callback(event.number, due, expires)
    contact.timers += (centre.deadlines.add(expires, expire, contact),)
    tell_requested(centre, contact, event.not_before)
    freed = stop_phones(centre, contact, OfferOutcome.WITHDRAWN) if contact.place is OFFERED else ()
    if contact.place is WAITING:
        centre.matching.stop_waiting(contact)
    try_at(centre, contact, due)
    for agent in freed:
        release(centre, agent, OfferOutcome.WITHDRAWN)


def tell_requested(centre: Centre, contact: Contact, not_before: Instant | None) -> None:
    """Say that the customer wants to be called back."""
    assert contact.queue is not None
    assert contact.callback is not None
    centre.out.append(
        CallbackRequested(
            contact_id=contact.contact_id,
            customer_id=contact.customer_id,
            queue=contact.queue.policy.name,
            channel="callback",
            number=contact.callback.number,
            not_before=not_before,
        )
    )


def try_at(centre: Centre, contact: Contact, at: Instant) -> None:
    """Offer the contact from then on, for as long as customers may be rung."""
    assert contact.queue is not None
    assert contact.callback is not None
    contact.callback.due = at
    living = tuple(timer for timer in contact.timers if not timer.over)
    if at > centre.now:
        contact.place = Place.SCHEDULED
        contact.timers = (*living, centre.deadlines.add(at, come_due, contact))
        return
    until = end_of(contact.queue.policy.callbacks.hours, centre.now)
    if until is not None:
        contact.timers = (*living, centre.deadlines.add(until, postpone, contact))
    contact.place = WAITING
    place(centre, contact)


def keep_trying(centre: Centre, contact: Contact, place_now: Place) -> None:
    """The rules have changed: the callback goes on by the new ones, from where it was."""
    callback = contact.callback
    assert callback is not None
    contact.timers += (centre.deadlines.add(callback.expires_at, expire, contact),)
    contact.place = place_now
    if place_now is WAITING or place_now is Place.SCHEDULED:
        _try_again(centre, contact, max(centre.now, callback.due))
    elif place_now is OFFERED:
        assert contact.queue is not None
        hours = contact.queue.policy.callbacks.hours
        until = end_of(hours, centre.now)
        if until is not None:
            contact.timers += (centre.deadlines.add(until, postpone, contact),)
        elif not inside(hours, centre.now):
            postpone(centre, contact)


def come_due(centre: Centre, contact: Contact) -> None:
    """The scheduled callback may be tried now."""
    if contact.place is Place.SCHEDULED:
        try_at(centre, contact, centre.now)


def postpone(centre: Centre, contact: Contact) -> None:
    """The hours in which customers may be rung are over: who was not dialled yet is tried in the next.

    An agent's phone that rings for it stops, as whoever took it would have the customer dialled too late.
    """
    if contact.place is not WAITING and contact.place is not OFFERED:
        return
    freed: tuple[Agent, ...] = ()
    if contact.place is OFFERED:
        freed = stop_phones(centre, contact, OfferOutcome.WITHDRAWN)
    else:
        centre.matching.stop_waiting(contact)
    _try_again(centre, contact, centre.now)
    for agent in freed:
        release(centre, agent, OfferOutcome.WITHDRAWN)


def callback_answered(centre: Centre, event: CallbackAnswered) -> None:
    """The customer is there: they talk, and the wait is over."""
    contact, work, callback = _dialling(centre, event.contact_id, event.agent_id)
    assert contact.queue is not None
    contact.place = CONNECTED
    leave_line(centre, contact)
    work.connected_at = work.since = centre.now
    if centre.notes:
        note_answer(centre, contact, work.agent)
    _tell_attempt(centre, contact, callback, "connected", event.agent_id)
    _tell_end(centre, contact, callback, "connected")
    centre.out.append(
        ContactConnected(
            contact_id=contact.contact_id,
            agent_id=event.agent_id,
            customer_id=contact.customer_id,
            queue=contact.queue.policy.name,
            channel="callback",
            waited_us=centre.now - contact.joined_at,
        )
    )


def callback_failed(centre: Centre, event: CallbackFailed) -> None:
    """The customer is not there: another try later, or the end. The agent is free at once."""
    contact, work, callback = _dialling(centre, event.contact_id, event.agent_id)
    assert contact.queue is not None
    rules = contact.queue.policy.callbacks
    contact.works = ()
    end_work(work.agent, work, centre.now)
    _tell_attempt(centre, contact, callback, event.outcome, event.agent_id)
    if callback.attempts >= rules.attempts:
        _end(centre, contact, callback, "exhausted")
    else:
        _try_again(centre, contact, centre.now + rules.retry_us)
    slot_freed(centre, work.agent, BY_SYSTEM)


def agent_missing(centre: Centre, contact: Contact, work: Work) -> None:
    """The agent is gone before the customer was there: no attempt of the customer's; another agent tries."""
    assert contact.callback is not None
    contact.works = ()
    end_work(work.agent, work, centre.now)
    _tell_attempt(centre, contact, contact.callback, "agent_missing", work.agent.agent_id)
    contact.callback.attempts -= 1
    _try_again(centre, contact, centre.now)


def expire(centre: Centre, contact: Contact) -> None:
    """The callback has taken too long; one whose customer is being dialled may still succeed."""
    if contact.callback is not None and contact.place is not Place.DIALLING:
        _end(centre, contact, contact.callback, "expired")


def give_up(centre: Centre, contact: Contact, outcome: Literal["exhausted", "expired"]) -> None:
    """Nobody calls back any more."""
    assert contact.callback is not None
    contact.place = Place.SCHEDULED
    _end(centre, contact, contact.callback, outcome)


def _try_again(centre: Centre, contact: Contact, at: Instant) -> None:
    """At the next time when the customer may be rung, unless that is too late."""
    assert contact.queue is not None
    assert contact.callback is not None
    due = next_inside(contact.queue.policy.callbacks.hours, at)
    contact.place = Place.SCHEDULED
    if due is None or due >= contact.callback.expires_at:
        _end(centre, contact, contact.callback, "expired")
    else:
        try_at(centre, contact, due)


def _end(centre: Centre, contact: Contact, callback: Callback, outcome: _Outcome) -> None:
    _tell_end(centre, contact, callback, outcome)
    leave(centre, contact, LeftQueue.CALLBACK_EXPIRED)


def _tell_end(centre: Centre, contact: Contact, callback: Callback, outcome: _Outcome) -> None:
    assert contact.queue is not None
    centre.out.append(
        CallbackEnded(
            contact_id=contact.contact_id,
            customer_id=contact.customer_id,
            queue=contact.queue.policy.name,
            channel="callback",
            outcome=outcome,
            attempts=callback.attempts,
        )
    )


def _tell_attempt(centre: Centre, contact: Contact, callback: Callback, outcome: _Attempt, agent_id: AgentId) -> None:
    assert contact.queue is not None
    centre.out.append(
        CallbackAttempted(
            contact_id=contact.contact_id,
            agent_id=agent_id,
            customer_id=contact.customer_id,
            queue=contact.queue.policy.name,
            channel="callback",
            attempt=callback.attempts,
            outcome=outcome,
        )
    )


def _dialling(centre: Centre, contact_id: ContactId, agent_id: AgentId) -> tuple[Contact, Work, Callback]:
    """The callback that this agent's call tries; raises IllegalEvent."""
    contact = centre.contact(contact_id)
    if contact.place is Place.DIALLING and contact.callback is not None:
        for work in contact.works:
            if work.agent.agent_id == agent_id:
                return contact, work, contact.callback
    raise IllegalEvent(f"contact {contact_id!r} is {contact.place.value}: agent {agent_id!r} is not dialling it")
