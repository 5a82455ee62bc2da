"""Contacts come into a queue and leave it."""

from acd.centre import OFFERED, WAITING, Centre, forget_contact
from acd.contact_state import CONTACT_TABLE, ContactEvent
from acd.errors import IllegalEvent
from acd.events import JoinQueue, LeaveQueue
from acd.model import Class, Contact, Queue
from acd.offers import place, release, stop_phones
from acd.readings import both
from facts.journal import ContactAbandoned, ContactLeftQueue, ContactQueued
from facts.states import LeftQueue, OfferOutcome
from facts.time import Instant

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
    joined_at = event.joined_at
    newest = joined_at is None
    if joined_at is None:
        joined_at = now
    elif joined_at > now:
        raise IllegalEvent(f"contact {contact_id!r} cannot have joined in the future")
    reading = queue.reading
    if event.requirement is not None:
        own = event.requirement
        reading = centre.readings.of(both(queue.policy.requires, own) if queue.requires else own)
    requirement, text, pools, first, second, exact = reading
    priority = queue.policy.priority if event.priority is None else event.priority
    centre.joined = joined = centre.joined + 1
    contact = Contact(
        contact_id,
        queue,
        joined_at,
        order_of(-priority, joined_at, joined),
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
        _entered(centre, event) if centre.entered else 1,
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
            position=enter(queue, contact, newest=newest),
            entered=contact.entered,
            returned=event.returned,
            why=event.why,
            attributes=event.attributes,
        )
    )
    place(centre, contact, newest=newest)


def _entered(centre: Centre, event: JoinQueue) -> int:
    """How many queues the contact has been in, this one included."""
    before = centre.entered.get(event.contact_id, 0)
    return max(1, before if event.returned else before + 1)


def leave_queue(centre: Centre, event: LeaveQueue) -> None:
    """The caller hung up (abandoned), or goes elsewhere for a stated cause."""
    contact = centre.contact(event.contact_id)
    if contact.place not in _MAY_LEAVE:
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value}, so it cannot leave the queue")
    go(centre, contact, event.cause, event.to)


def go(centre: Centre, contact: Contact, cause: LeftQueue | None, to: str = "") -> None:
    """The contact leaves its queue, unanswered; whom it was offered to is not to blame."""
    assert contact.queue is not None
    ringing = contact.place is OFFERED
    outcome = OfferOutcome.CALLER_LEFT if cause is None else OfferOutcome.WITHDRAWN
    if contact.place is WAITING:
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


def order_of(class_: Class, joined_at: Instant, number: int) -> int:
    """What contacts are ordered by: class, then join time, then the number of joining, in one integer."""
    return (class_ << 96) + (joined_at << 32) + number


def position(queue: Queue, contact: Contact) -> int:
    """The contact's place in its queue, 1 for the first: behind higher priority, and who joined earlier at its own."""
    order = contact.order
    return 1 + sum(other.order < order for other in queue.waiting.values())


def enter(queue: Queue, contact: Contact, *, newest: bool) -> int:
    """Count the contact among the queue's waiting; its position. Cheap for the newest, as nearly all are."""
    class_, counts = contact.class_, queue.counts
    count = counts.get(class_, 0)
    counts[class_] = count + 1
    queue.waiting[contact.contact_id] = contact
    if not newest:
        return position(queue, contact)
    if len(counts) == 1:
        return count + 1
    return sum(count for other, count in counts.items() if other <= class_)
