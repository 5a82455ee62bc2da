"""Contacts come into a queue and leave it."""

from acd.centre import Centre, forget_contact
from acd.contact_state import CONTACT_TABLE, ContactEvent, Place
from acd.errors import IllegalEvent
from acd.events import JoinQueue, LeaveQueue
from acd.model import Contact, Queue
from acd.offers import place, release, stop_phones
from acd.readings import both
from facts.journal import ContactAbandoned, ContactLeftQueue, ContactQueued
from facts.states import LeftQueue, OfferOutcome

_MAY_LEAVE = CONTACT_TABLE[ContactEvent.LEFT]


def join_queue(centre: Centre, event: JoinQueue) -> None:
    """A contact wants an agent: it is offered at once or waits at the place that its join time gives."""
    now = centre.now
    contact_id = event.contact_id
    queue = centre.queues.get(event.queue)
    if queue is None:
        raise IllegalEvent(f"queue {event.queue!r} is not in the policy")
    known = centre.contacts.get(contact_id)
    if known is not None:
        raise IllegalEvent(f"contact {contact_id!r} is {known.place.value} already")
    joined_at = now if event.joined_at is None else event.joined_at
    if joined_at > now:
        raise IllegalEvent(f"contact {contact_id!r} cannot have joined in the future")
    requirement, reading = queue.policy.requires, queue.reading
    if event.requirement is not None:
        requirement = both(requirement, event.requirement)
        reading = centre.readings.of(requirement)
    text, pools, first, second, exact = reading
    priority = queue.policy.priority if event.priority is None else event.priority
    centre.joined = joined = centre.joined + 1
    contact = Contact(
        contact_id,
        queue,
        joined_at,
        (joined_at << 32) + joined,
        priority,
        -priority,
        requirement,
        pools,
        first,
        second,
        exact,
        exact,
        event.customer_id,
        event.attributes or None,
        max(1, centre.entered.get(contact_id, 0) + (not event.returned)),
    )
    centre.contacts[contact_id] = contact
    centre.out.append(
        ContactQueued(
            contact_id=contact_id,
            customer_id=event.customer_id,
            queue=event.queue,
            joined_at=joined_at,
            priority=priority,
            requirement=text,
            position=enter(queue, contact),
            entered=contact.entered,
            returned=event.returned,
            why=event.why,
            attributes=event.attributes,
        )
    )
    place(centre, contact)


def leave_queue(centre: Centre, event: LeaveQueue) -> None:
    """The caller hung up (abandoned), or goes elsewhere for a stated cause."""
    contact = centre.contact(event.contact_id)
    if contact.place not in _MAY_LEAVE:
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value}, so it cannot leave the queue")
    go(centre, contact, event.cause, event.to)


def go(centre: Centre, contact: Contact, cause: LeftQueue | None, to: str = "") -> None:
    """The contact leaves its queue, unanswered; whom it was offered to is not to blame."""
    assert contact.queue is not None
    ringing = contact.place is Place.OFFERED
    outcome = OfferOutcome.CALLER_LEFT if cause is None else OfferOutcome.WITHDRAWN
    if contact.place is Place.WAITING:
        centre.matching.stop_waiting(contact)
    freed = stop_phones(centre, contact, outcome) if ringing else ()
    forget_contact(centre, contact, remember=cause is not None)
    queue, waited = contact.queue.policy.name, centre.now - contact.joined_at
    contact_id, customer_id = contact.contact_id, contact.customer_id
    if cause is None:
        centre.out.append(
            ContactAbandoned(
                contact_id=contact_id,
                customer_id=customer_id,
                queue=queue,
                stage="ringing" if ringing else "queue",
                waited_us=waited,
            )
        )
    else:
        centre.out.append(
            ContactLeftQueue(
                contact_id=contact_id, customer_id=customer_id, queue=queue, outcome=cause, waited_us=waited, to=to
            )
        )
    for agent in freed:
        release(centre, agent, outcome)


def position(queue: Queue, contact: Contact) -> int:
    """The contact's place in its queue, 1 for the first: behind higher priority, and who joined earlier at its own."""
    rank = (contact.class_, contact.order)
    return 1 + sum((other.class_, other.order) < rank for other in queue.waiting.values())


def enter(queue: Queue, contact: Contact) -> int:
    """Count the contact among the queue's waiting; its position. Cheap for who joins last, as nearly all do."""
    class_, order, counts = contact.class_, contact.order, queue.counts
    if order > queue.newest:
        queue.newest = order
        place_in_line = 1 + sum(count for other, count in counts.items() if other <= class_)
    else:
        place_in_line = position(queue, contact)
    queue.waiting[contact.contact_id] = contact
    counts[class_] = counts.get(class_, 0) + 1
    return place_in_line
