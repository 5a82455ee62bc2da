"""A contact's place in its queue: coming in, where it stands, and going without an answer."""

from acd.centre import OFFERED, WAITING, Centre, count_out, forget_contact
from acd.classes import CAPPED, JOINED
from acd.effects import SendContact
from acd.expected_wait import note_left
from acd.model import Class, Contact, Queue, Reading
from acd.offers import place, release, stop_phones
from acd.policy import Exit
from acd.readings import both, own_of
from acd.relaxation import eased
from facts.journal import ContactAbandoned, ContactLeftQueue, ContactQueued
from facts.requirements import NOTHING_REQUIRED, Requirement
from facts.states import LeftQueue, OfferOutcome
from facts.time import Instant


def order_of(class_: Class, joined_at: Instant, number: int) -> int:
    """What contacts are ordered by: class, then join time, then the number of joining, in one integer."""
    return (class_ << 96) + (joined_at << 32) + number


def position(centre: Centre, queue: Queue, contact: Contact) -> int:
    """The contact's place in its queue, 1 for the first, as things stand now."""
    waiting = queue.waiting.values()
    if centre.classes.static or len(queue.counts) == 1:
        order = contact.order
        return 1 + sum(other.order < order for other in waiting)
    rank = centre.classes.rank(contact, centre.now)
    return 1 + sum(centre.classes.rank(other, centre.now) < rank for other in waiting)


def enter(centre: Centre, queue: Queue, contact: Contact, newest: bool) -> int:
    """Count the contact among the queue's waiting; its position. Cheap for the newest, as nearly all are."""
    class_, counts = contact.class_, queue.counts
    counts[class_] = count = counts.get(class_, 0) + 1
    queue.waiting[contact.contact_id] = contact
    if newest and len(counts) == 1:
        return count
    if newest and centre.classes.static:
        return sum(count for other, count in counts.items() if other <= class_)
    return position(centre, queue, contact)


def tell_queued(centre: Centre, contact: Contact, text: str, place_in_line: int, *, returned: bool, why: str) -> None:
    """Say that the contact has come into its queue."""
    queue = contact.queue
    assert queue is not None
    centre.out.append(
        ContactQueued(
            contact_id=contact.contact_id,
            customer_id=contact.customer_id,
            queue=queue.policy.name,
            joined_at=contact.joined_at,
            priority=contact.priority,
            requirement=text,
            position=place_in_line,
            entered=contact.entered,
            returned=returned,
            why=why,
            attributes=contact.attributes or {},
        )
    )


# -- what a contact requires ----------------------------------------------------------------------------------------


def required(contact: Contact) -> Requirement:
    """What the contact requires now: the queue's and its own, made easier by the steps taken."""
    queue = contact.queue
    assert queue is not None
    own = own_of(contact)
    whole = queue.policy.requires if own is None else both(queue.policy.requires, own)
    return eased(whole, queue.policy.relaxation[: contact.step])


def required_of_those_put_in(contact: Contact) -> Requirement:
    """What the contact requires of agents who are put into its queue: only what it brought, made easier likewise."""
    queue, own = contact.queue, own_of(contact)
    assert queue is not None
    return NOTHING_REQUIRED if own is None else eased(own, queue.policy.relaxation[: contact.step])


def take_reading(contact: Contact, reading: Reading) -> None:
    """From now on who may take the contact is told by this reading. It must stand in no lane."""
    contact.requirement, _, contact.pools, contact.first, contact.second, contact.exact = reading
    contact.plain = contact.exact and contact.not_again is None


def read_again(centre: Centre, contact: Contact) -> None:
    """What the contact requires, or who may help with it, has changed; it keeps its place, and may be offered now."""
    queue = contact.queue
    assert queue is not None
    waits = contact.place is WAITING and contact.contact_id in queue.waiting
    if waits:
        centre.matching.stop_waiting(contact)
    whole = required(contact)
    contact.own = own_of(contact)
    helping = (*queue.helped_by, *contact.opened)
    reading = centre.readings.kept(whole, queue.groups_with(helping) if helping else queue.groups)
    if contact.alone_for is not None:
        reading = personal_reading(centre, contact.alone_for.agent_id, whole, reading[1])
    take_reading(contact, reading)
    if waits:
        place(centre, contact)


def personal_reading(centre: Centre, agent_id: str, requirement: Requirement, text: str) -> Reading:
    """A reading that only one agent can meet, and only if they meet the requirement."""
    return requirement, text, centre.matching.pools.pool(f"@{agent_id}", "", "").alone, 0, 0, False


def change_class(centre: Centre, contact: Contact, class_: Class) -> None:
    """The contact goes over to another class, and stands there where its join time puts it."""
    queue = contact.queue
    assert queue is not None
    waits = contact.place is WAITING
    if waits:
        centre.matching.stop_waiting(contact)
    if contact.contact_id in queue.waiting:
        count_out(queue, contact.class_)
        queue.counts[class_] = queue.counts.get(class_, 0) + 1
    contact.class_ = class_
    contact.order = (class_ << 96) + (contact.order & JOINED)
    contact.capped = class_ == CAPPED
    if waits:
        centre.matching.wait(contact)


# -- going ----------------------------------------------------------------------------------------------------------


def leave(centre: Centre, contact: Contact, cause: LeftQueue | None, to: str = "") -> None:
    """The contact leaves its queue, unanswered; whom it was offered to is not to blame."""
    queue = contact.queue
    assert queue is not None
    ringing, waited = contact.place is OFFERED, centre.now - contact.joined_at
    outcome = OfferOutcome.CALLER_LEFT if cause is None else OfferOutcome.WITHDRAWN
    if contact.place is WAITING:
        centre.matching.stop_waiting(contact)
    freed = stop_phones(centre, contact, outcome) if ringing else ()
    forget_contact(centre, contact, remember=cause is not None)
    if centre.notes:
        note_left(queue, waited, abandoned=cause is None)
    if cause is None:
        centre.out.append(
            ContactAbandoned(
                contact_id=contact.contact_id,
                customer_id=contact.customer_id,
                queue=queue.policy.name,
                stage="ringing" if ringing else "queue",
                waited_us=waited,
            )
        )
    else:
        tell_left(centre, contact, cause, to)
    for agent in freed:
        release(centre, agent, outcome)


def tell_left(centre: Centre, contact: Contact, cause: LeftQueue, to: str) -> None:
    """Say that the contact has left its queue neither answered nor abandoned."""
    assert contact.queue is not None
    centre.out.append(
        ContactLeftQueue(
            contact_id=contact.contact_id,
            customer_id=contact.customer_id,
            queue=contact.queue.policy.name,
            channel="call" if contact.callback is None else "callback",
            outcome=cause,
            waited_us=centre.now - contact.joined_at,
            to=to,
        )
    )


def send(centre: Centre, contact: Contact, way: Exit, cause: LeftQueue) -> None:
    """The contact leaves the distributor by the way that the policy names."""
    assert way.to_kind != "queue"
    leave(centre, contact, cause, f"{way.to_kind}:{way.to}" if way.to else way.to_kind)
    centre.out.append(SendContact(contact_id=contact.contact_id, to_kind=way.to_kind, to=way.to, why=cause.value))
