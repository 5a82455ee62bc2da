"""What a supervisor does with a waiting contact: another priority, another queue. Its join time stays."""

from acd.admission import overflow
from acd.centre import OFFERED, WAITING, Centre
from acd.contact_state import Place
from acd.errors import IllegalEvent
from acd.events import ChangePriority, MoveContact
from acd.hours import is_open
from acd.queueing import change_class, position
from acd.starvation import look_again
from facts.journal import ContactPriorityChanged
from facts.states import LeftQueue


def change_priority(centre: Centre, event: ChangePriority) -> None:
    """The contact stands where its join time puts it among those of the new priority."""
    contact = centre.contact(event.contact_id)
    queue = contact.queue
    if queue is None or contact.place not in {WAITING, OFFERED, Place.SCHEDULED}:
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value}: it has no priority now")
    contact.own_priority = contact.priority = event.priority
    if contact.capped:
        look_again(centre, contact, queue)
    else:
        change_class(centre, contact, centre.classes.of(queue.policy, event.priority))
    centre.out.append(
        ContactPriorityChanged(
            contact_id=contact.contact_id,
            customer_id=contact.customer_id,
            queue=queue.policy.name,
            priority=event.priority,
            position=position(centre, queue, contact),
            by=event.by,
        )
    )


def move_contact(centre: Centre, event: MoveContact) -> None:
    """The contact leaves its queue for another that is open, as an overflow would take it there."""
    contact = centre.contact(event.contact_id)
    queue, target = contact.queue, centre.queues.get(event.queue)
    if queue is None or contact.place not in {WAITING, OFFERED} or contact.callback is not None:
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value}: it cannot be moved")
    if target is None or target is queue:
        raise IllegalEvent(f"queue {event.queue!r} is not in the policy, or the contact waits in it already")
    if not is_open(target, centre.now):
        raise IllegalEvent(f"queue {event.queue!r} is closed")
    overflow(centre, contact, queue, target, LeftQueue.TRANSFERRED, why="moved")
