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
    now, contact_id, joined_at, own = centre.now, event.contact_id, event.joined_at, event.requirement
    queue = centre.queues.get(event.queue)
    if queue is None or contact_id in centre.contacts or (joined_at is not None and joined_at > now):
        refuse(centre, event)
    newest = joined_at is None
    if joined_at is None:
        joined_at = now
    reading = queue.reading
    if own is not None:
        reading = centre.readings.of(both(queue.policy.requires, own) if queue.requires else own)
    requirement, text, pools, first, second, exact = reading
    priority = queue.policy.priority if event.priority is None else event.priority
    class_ = -priority if centre.classes.static else centre.classes.of(queue.policy, priority)
    centre.joined = joined = centre.joined + 1
    contact = Contact(
        contact_id,
        queue,
        joined_at,
        order_of(class_, joined_at, joined) if class_ else (joined_at << 32) + joined,
        priority,
        class_,
        requirement,
        pools,
        first,
        second,
        exact,
        exact,
        event.customer_id,
        event.attributes or None,
        entered_with(centre, event) if centre.entered else 1,
    )
    if own is not None and (requirement is not None or queue.requires):
        contact.own = own
    if event.priority is not None:
        contact.own_priority = event.priority
    centre.contacts[contact_id] = contact
    centre.out.append(
        ContactQueued(
            contact_id=contact_id,
            customer_id=event.customer_id,
            queue=event.queue,
            joined_at=joined_at,
            priority=priority,
            requirement=text,
            position=enter(centre, queue, contact, newest=newest),
            entered=contact.entered,
            returned=event.returned,
            why=event.why,
            attributes=event.attributes,
        )
    )
    if queue.simple and event.preferred_agent is None:
        place(centre, contact, newest=newest)
        return
    contact.preferred_agent = event.preferred_agent
    admit(centre, contact, newest=newest, returned=event.returned)


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
