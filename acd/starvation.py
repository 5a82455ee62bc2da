"""The starvation cap: who has waited as long as anybody may goes before all others, and an alarm says when that acts.

It acts when somebody at the cap goes before others who would come first without it. Those may wait already when the cap
is reached, or come later; so a cap that has been reached without an alarm is looked at again after every event.
"""

from acd.centre import Centre
from acd.classes import CAPPED
from acd.model import Class, Contact, Queue
from acd.queueing import change_class
from facts.journal import AlarmCleared, AlarmRaised
from facts.time import to_seconds


def has_reached_cap(centre: Centre, contact: Contact, queue: Queue) -> bool:
    """Whether the contact has waited as long as its queue lets anybody wait."""
    cap = queue.policy.starvation_cap_us
    return bool(cap) and contact.joined_at + cap <= centre.now


def reach_cap(centre: Centre, contact: Contact) -> None:
    """The contact has waited as long as anybody may: it goes before all others."""
    queue = contact.queue
    assert queue is not None
    if contact.capped:
        return
    if not queue.alarmed:
        centre.quiet_caps.setdefault(queue, set()).add(contact.class_)
    change_class(centre, contact, CAPPED)


def watch_caps(centre: Centre) -> None:
    """Raise the alarm of each queue whose cap has begun to act."""
    others = {class_ for queue in centre.queues.values() for class_ in queue.counts} - {CAPPED}
    for queue, own in tuple(centre.quiet_caps.items()):
        if not _acts(centre, own, others) and CAPPED in queue.counts:
            continue
        del centre.quiet_caps[queue]
        capped = [contact for contact in queue.waiting.values() if contact.capped]
        own_now = {centre.classes.of(queue.policy, contact.priority) for contact in capped}
        if _acts(centre, own_now, others):
            _raise_alarm(centre, queue, min(capped, key=_order))
        elif capped:
            centre.quiet_caps[queue] = own_now


def look_again(centre: Centre, contact: Contact, queue: Queue) -> None:
    """The rules have changed: whether a contact at the cap still is, and an alarm that it may bring."""
    contact.capped = has_reached_cap(centre, contact, queue)
    if contact.capped and not queue.alarmed:
        centre.quiet_caps.setdefault(queue, set()).add(centre.classes.of(queue.policy, contact.priority))


def clear_cap_alarm(centre: Centre, queue: Queue) -> None:
    """When nobody at the cap waits any more, the alarm is over."""
    if queue.alarmed and CAPPED not in queue.counts:
        queue.alarmed = False
        centre.out.append(AlarmCleared(queue=queue.policy.name, alarm="starvation_cap"))


def _acts(centre: Centre, own: set[Class], others: set[Class]) -> bool:
    """Whether contacts that would be of these classes go before others that would not always come after them."""
    if centre.classes.static:
        return bool(own and others) and min(others) < max(own)
    return any(others - {class_} for class_ in own)


def _raise_alarm(centre: Centre, queue: Queue, contact: Contact) -> None:
    queue.alarmed = True
    centre.out.append(
        AlarmRaised(
            contact_id=contact.contact_id,
            queue=queue.policy.name,
            alarm="starvation_cap",
            value=to_seconds(centre.now - contact.joined_at),
            threshold=to_seconds(queue.policy.starvation_cap_us),
            text="waited as long as the cap allows: served before every priority",
        )
    )


def _order(contact: Contact) -> int:
    return contact.order
