"""Customers who take their place in a queue without a line: asked for in a menu, or known from before a restart."""

from acd.admission import begin_waiting
from acd.callbacks import expire, give_up, tell_requested, try_at
from acd.centre import BY_SYSTEM, TALKING, Centre, tell_state
from acd.contact_state import Place
from acd.contacts import entered_with, refuse
from acd.errors import IllegalEvent
from acd.events import JoinAsCallback, JoinQueue
from acd.hours import next_inside
from acd.model import Agent, Callback, Contact, Queue, Work
from acd.offers import settle
from acd.queueing import enter, order_of, read_again, tell_queued
from acd.readings import both
from facts.time import Instant


def join_as_callback(centre: Centre, event: JoinAsCallback) -> None:
    """The contact waits at the place that its join time gives, and its customer is rung when an agent is there."""
    join = event.join
    queue = centre.queues.get(join.queue)
    later = join.joined_at is not None and join.joined_at > centre.now
    if queue is None or join.contact_id in centre.contacts or later:
        refuse(centre, join)
    agent = None if event.dialled_by is None else centre.present_agent(event.dialled_by)
    callback = _callback(centre, queue, event)
    contact, text = _new_contact(centre, queue, join)
    contact.callback = callback
    centre.contacts[contact.contact_id] = contact
    place_in_line = enter(centre, queue, contact, newest=join.joined_at is None)
    tell_queued(centre, contact, text, place_in_line, returned=join.returned, why=join.why)
    if event.requested_at is None:
        tell_requested(centre, contact, event.not_before)
    contact.place = Place.NOWHERE
    if queue.helped_by:
        read_again(centre, contact)
    begin_waiting(centre, contact, queue)
    if callback.expires_at > centre.now:
        contact.timers += (centre.deadlines.add(callback.expires_at, expire, contact),)
    if agent is not None:
        _go_on_dialling(centre, contact, callback, agent)
    elif callback.due >= callback.expires_at:
        give_up(centre, contact, "expired")
    elif callback.attempts >= queue.policy.callbacks.attempts:
        give_up(centre, contact, "exhausted")
    else:
        try_at(centre, contact, max(callback.due, centre.now))
    if queue.watched:
        centre.unsettled.append(queue)


def _callback(centre: Centre, queue: Queue, event: JoinAsCallback) -> Callback:
    """When the customer may be rung, by the queue's rules; raises IllegalEvent for a new one that never could be."""
    rules, now = queue.policy.callbacks, centre.now
    asked_at = now if event.requested_at is None else event.requested_at
    earliest = max(asked_at, event.not_before or 0)
    expires = earliest + rules.expires_us
    if event.last_attempt_at is not None and event.attempts:
        earliest = max(earliest, event.last_attempt_at + rules.retry_us)
    due: Instant | None = next_inside(rules.hours, max(earliest, now))
    if event.requested_at is None:
        if queue.closed_by_hand:
            raise IllegalEvent(f"queue {queue.policy.name!r} is closed by hand: nobody can ask for a callback")
        if due is None or due >= expires:
            raise IllegalEvent(
                f"contact {event.join.contact_id!r} cannot be rung within the hours of queue {queue.policy.name!r}"
            )
    return Callback(event.number, expires if due is None else due, expires, event.attempts)


def _new_contact(centre: Centre, queue: Queue, join: JoinQueue) -> tuple[Contact, str]:
    """The contact and its requirement as text; it is nowhere yet."""
    own = join.requirement
    reading = queue.reading
    if own is not None:
        of = centre.readings.of
        reading = of(both(queue.policy.requires, own), queue.groups) if queue.requires else of(own)
    requirement, text, pools, first, second, exact = reading
    priority = queue.policy.priority if join.priority is None else join.priority
    class_ = centre.classes.of(queue.policy, priority)
    joined_at = centre.now if join.joined_at is None else join.joined_at
    centre.joined += 1
    contact = Contact(
        order=order_of(class_, joined_at, centre.joined),
        priority=priority,
        pools=pools,
        first=first,
        second=second,
        exact=exact,
        requirement=requirement,
        attributes=join.attributes or None,
        class_=class_,
        plain=exact,
        contact_id=join.contact_id,
        queue=queue,
        joined_at=joined_at,
        customer_id=join.customer_id,
        person=join.person,
        entered=entered_with(centre, join),
        preferred_agent=join.preferred_agent,
        own=own if requirement is not None or queue.requires else None,
        own_priority=join.priority,
    )
    return contact, text


def _go_on_dialling(centre: Centre, contact: Contact, callback: Callback, agent: Agent) -> None:
    """After a restart: the agent has accepted, and hears the customer being dialled."""
    contact.place = Place.DIALLING
    callback.attempts += 1
    if agent.free:
        centre.matching.take_agent(agent, centre.now)
    work = Work(agent, contact, TALKING, centre.now, centre.now)
    agent.works += (work,)
    contact.works += (work,)
    tell_state(centre, agent, BY_SYSTEM)
    settle(centre, agent, BY_SYSTEM, keep_idle_time=True, changed=False)
