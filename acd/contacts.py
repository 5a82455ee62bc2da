"""Contacts come into a queue and leave it."""

from typing import NoReturn

from acd.admission import admit
from acd.centre import Centre
from acd.contact_state import CONTACT_TABLE, ContactEvent
from acd.errors import IllegalEvent
from acd.events import JoinQueue, LeaveQueue
from acd.model import Contact
from acd.offers import place
from acd.queueing import enter, leave, order_of
from acd.readings import both
from facts.journal import CallbackEnded, ContactQueued

_MAY_LEAVE = CONTACT_TABLE[ContactEvent.LEFT]


def join_queue(centre: Centre, event: JoinQueue) -> None:
    """A contact wants an agent: it is offered at once or waits at the place that its join time gives."""
    contact_id, name, joined_at, own = event.contact_id, event.queue, event.joined_at, event.requirement
    now, queue, of = centre.now, centre.queues.get(name), centre.readings.of
    if queue is None or contact_id in centre.contacts or (joined_at is not None and joined_at > now):
        refuse(centre, event)
    newest, joined_at = joined_at is None, now if joined_at is None else joined_at
    reading = queue.reading
    if own is not None:
        reading = of(both(queue.policy.requires, own), queue.groups) if queue.requires else of(own)
    requirement, text, pools, first, second, exact = reading
    own_priority, customer_id, attributes = event.priority, event.customer_id, event.attributes
    priority = queue.policy.priority if own_priority is None else own_priority
    class_ = -priority if centre.classes.static else centre.classes.of(queue.policy, priority)
    centre.joined = joined = centre.joined + 1
    entered = entered_with(centre, event) if centre.entered else 1
    contact = Contact(
        order_of(class_, joined_at, joined) if class_ else (joined_at << 32) + joined,
        priority,
        pools,
        first,
        second,
        exact,
        requirement,
        attributes or None,
        class_,
        exact,
        contact_id,
        queue,
        joined_at,
        customer_id,
        entered,
        own=own if requirement is not None or queue.requires else None,
        own_priority=own_priority,
        person=event.person,
    )
    centre.contacts[contact_id] = contact
    centre.out.append(
        ContactQueued(
            contact_id=contact_id,
            customer_id=customer_id,
            queue=name,
            joined_at=joined_at,
            priority=priority,
            requirement=text,
            position=enter(centre, queue, contact, newest),
            entered=entered,
            returned=event.returned,
            why=event.why,
            attributes=attributes,
        )
    )
    if not queue.simple or event.preferred_agent is not None:
        contact.preferred_agent = event.preferred_agent
        admit(centre, contact, newest=newest, returned=event.returned)
    elif centre.matching.free_count:
        place(centre, contact, newest)
    else:
        centre.matching.wait(contact, newest)


def refuse(centre: Centre, event: JoinQueue) -> NoReturn:
    """Say what is wrong with the joining."""
    if event.queue not in centre.queues:
        raise IllegalEvent(f"queue {event.queue!r} is not in the policy")
    known = centre.contacts.get(event.contact_id)
    if known is not None:
        raise IllegalEvent(f"contact {event.contact_id!r} is {known.place.value} already")
    raise IllegalEvent(f"contact {event.contact_id!r} cannot have joined in the future")


def entered_with(centre: Centre, event: JoinQueue) -> int:
    """How many queues the contact has been in, this one included."""
    before = centre.entered.get(event.contact_id, 0)
    return max(1, before if event.returned else before + 1)


def leave_queue(centre: Centre, event: LeaveQueue) -> None:
    """The caller hung up (abandoned), or goes elsewhere for a stated cause.

    Who has asked for a callback hangs up without leaving; a cause cancels the callback.
    """
    contact = centre.contact(event.contact_id)
    if contact.place not in _MAY_LEAVE:
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value}, so it cannot leave the queue")
    callback = contact.callback
    if callback is None:
        leave(centre, contact, event.cause, event.to)
    elif event.cause is not None:
        assert contact.queue is not None
        centre.out.append(
            CallbackEnded(
                contact_id=contact.contact_id,
                customer_id=contact.customer_id,
                queue=contact.queue.policy.name,
                channel="callback",
                outcome="cancelled",
                attempts=callback.attempts,
            )
        )
        leave(centre, contact, event.cause, event.to)
