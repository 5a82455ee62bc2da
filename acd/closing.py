"""Queues that open and close: by their hours, and by hand in an emergency."""

from acd.admission import depart
from acd.centre import WAITING, Centre
from acd.errors import IllegalEvent
from acd.events import CloseQueue, OpenQueue
from acd.hours import inside, is_open, next_edge
from acd.model import Queue
from acd.offers import place
from facts.ids import QueueName
from facts.journal import QueueClosed, QueueOpened
from facts.states import LeftQueue
from facts.time import Instant


def watch_hours(centre: Centre, queue: Queue, now: Instant) -> None:
    """Wake at the next beginning or end of the queue's hours."""
    if queue.edge is not None:
        centre.deadlines.cancel(queue.edge)
    at = next_edge(queue.policy.open, now)
    queue.edge = None if at is None else centre.deadlines.add(at, hours_turn, queue)


def hours_turn(centre: Centre, queue: Queue) -> None:
    """An interval begins or ends now."""
    queue.edge = None
    watch_hours(centre, queue, centre.now)
    if not queue.closed_by_hand:
        _open_or_close(centre, queue)


def follow_hours(centre: Centre, queue: Queue, *, was_inside: bool) -> None:
    """New rules may open or close a queue at once, with all that follows at the turn of an hour."""
    if not queue.closed_by_hand and inside(queue.policy.open, centre.now) is not was_inside:
        _open_or_close(centre, queue)


def _open_or_close(centre: Centre, queue: Queue) -> None:
    if inside(queue.policy.open, centre.now):
        centre.out.append(QueueOpened(queue=queue.policy.name))
        return
    centre.out.append(QueueClosed(queue=queue.policy.name))
    if queue.policy.closing == "send_away":
        send_all_away(centre, queue)


def close_queue(centre: Centre, event: CloseQueue) -> None:
    """Emergency: nobody comes in, and everybody who waits goes where the policy says; callbacks stay."""
    queue = _queue(centre, event.queue)
    if queue.closed_by_hand:
        raise IllegalEvent(f"queue {event.queue!r} is closed by hand already")
    queue.closed_by_hand, queue.closed_by = True, event.by
    queue.follow(queue.policy, queue.reading, queue.groups)
    if not event.restored:
        centre.out.append(QueueClosed(queue=event.queue, why="by_hand", by=event.by))
    send_all_away(centre, queue)


def open_queue(centre: Centre, event: OpenQueue) -> None:
    """The emergency is over: the hours hold again."""
    queue = _queue(centre, event.queue)
    if not queue.closed_by_hand:
        raise IllegalEvent(f"queue {event.queue!r} is not closed by hand")
    queue.closed_by_hand, queue.closed_by = False, ""
    queue.follow(queue.policy, queue.reading, queue.groups)
    opened = is_open(queue, centre.now)
    centre.out.append(
        QueueOpened(queue=event.queue, why="by_hand", by=event.by)
        if opened
        else QueueClosed(queue=event.queue, why="hours", by=event.by)
    )


def send_all_away(centre: Centre, queue: Queue) -> None:
    """Who waits leaves, first come first; who is rung just now stays with the agent who is about to answer."""
    for contact in sorted(queue.waiting.values(), key=lambda contact: contact.order):
        if contact.callback is None and contact.offer_id is None:
            depart(centre, contact, queue.policy.when_closed, LeftQueue.CLOSED)


def send_rest_away(centre: Centre, queue: Queue) -> None:
    """Those go for whom a phone rang in vain when the queue closed; who can go nowhere else is offered all the same."""
    if queue.waiting:
        send_all_away(centre, queue)
    for contact in tuple(queue.waiting.values()):
        if contact.place is WAITING and contact.callback is None:
            centre.matching.stop_waiting(contact)
            place(centre, contact)


def _queue(centre: Centre, name: QueueName) -> Queue:
    queue = centre.queues.get(name)
    if queue is None:
        raise IllegalEvent(f"queue {name!r} is not in the policy")
    return queue
