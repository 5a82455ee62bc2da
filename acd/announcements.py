"""What waiting customers are told of their position and of the wait still to come: by the queue, or by their flow."""

from acd.centre import OFFERED, WAITING, Centre
from acd.effects import AnnouncePosition
from acd.errors import IllegalEvent
from acd.events import TellPosition
from acd.expected_wait import expected_for
from acd.model import Contact
from acd.policy import Announcements
from acd.queueing import position
from facts.journal import ExpectedWaitTold
from facts.time import Duration, Instant


def next_at(rules: Announcements, joined_at: Instant, now: Instant) -> Instant:
    """When the next announcement is due, later than now."""
    first = joined_at + rules.first_us
    if first > now:
        return first
    passed = (now - first) // rules.every_us + 1
    return first + passed * rules.every_us


def announce(centre: Centre, contact: Contact) -> None:
    """Tell the customer, unless the phone rings for them already, and set the next time."""
    queue = contact.queue
    assert queue is not None
    rules = queue.policy.announcements
    if rules is None or contact.callback is not None or contact.place not in {WAITING, OFFERED}:
        return
    at = next_at(rules, contact.joined_at, centre.now)
    contact.timers = (*(t for t in contact.timers if not t.over), centre.deadlines.add(at, announce, contact))
    if contact.place is WAITING:
        _tell(centre, contact, rules)


def tell_position(centre: Centre, event: TellPosition) -> None:
    """The contact's flow speaks now, unless the phone rings for the contact already."""
    contact = centre.contact(event.contact_id)
    if contact.callback is not None or contact.place not in {WAITING, OFFERED}:
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value}: nothing can be announced to it")
    if contact.place is WAITING:
        rules = Announcements(position=event.position, expected_wait=event.expected_wait)
        if not _tell(centre, contact, rules):
            centre.out.append(AnnouncePosition(contact_id=contact.contact_id, position=0, expected_wait_us=None))


def _tell(centre: Centre, contact: Contact, rules: Announcements) -> bool:
    """Tell what may be told; False when that is nothing."""
    queue = contact.queue
    assert queue is not None
    place_in_line = position(centre, queue, contact)
    expected = _to_be_told(centre, contact, rules, place_in_line) if rules.expected_wait else None
    tells_position = rules.position and not 0 < rules.position_limit < place_in_line
    if expected is None and not tells_position:
        return False
    centre.out.append(
        ExpectedWaitTold(
            contact_id=contact.contact_id,
            customer_id=contact.customer_id,
            queue=queue.policy.name,
            position=place_in_line,
            expected_wait_us=expected,
        )
    )
    centre.out.append(
        AnnouncePosition(
            contact_id=contact.contact_id,
            position=place_in_line if tells_position else 0,
            expected_wait_us=expected,
        )
    )
    return True


def _to_be_told(centre: Centre, contact: Contact, rules: Announcements, place_in_line: int) -> Duration | None:
    """The expected wait, rounded up; never more than told before, and nothing when it has become more."""
    expected = expected_for(centre, contact, place_in_line)
    if expected is None:
        return None
    told = max(1, -(-expected // rules.round_us)) * rules.round_us
    if contact.told_us is not None and told > contact.told_us:
        return None
    contact.told_us = told
    return told
