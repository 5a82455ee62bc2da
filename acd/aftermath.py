"""What follows when an event is done: queues whose waiting has changed, and agents who come, go or learn."""

from acd.admission import check_line, check_somebody_serves, check_staff
from acd.centre import Centre
from acd.closing import send_rest_away
from acd.hours import sends_away
from acd.limits import OF_STAFF, while_waiting
from acd.model import Agent, Queue
from acd.policy import QueuePolicy
from acd.preferred import let_go
from acd.reserve import review
from acd.starvation import clear_cap_alarm, watch_caps


def watches_staff(rules: QueuePolicy) -> bool:
    """Whether a queue has rules that follow from who works, and not from who waits."""
    limits = while_waiting(rules, *OF_STAFF, "expected_wait")
    return bool(limits) or any(rule.expected_us for rule in rules.reserve)


def settle_down(centre: Centre) -> None:
    """Look at whatever is unsettled until nothing is."""
    while centre.unsettled:
        unsettled, centre.unsettled = centre.unsettled, []
        for one in dict.fromkeys(unsettled):
            if isinstance(one, Queue):
                _queue_changed(centre, one)
            else:
                _staff_changed(centre, one)
    if centre.quiet_caps:
        watch_caps(centre)


def _queue_changed(centre: Centre, queue: Queue) -> None:
    clear_cap_alarm(centre, queue)
    if queue.policy.reserve or queue.helped_by:
        review(centre, queue)
    if sends_away(queue, centre.now):
        send_rest_away(centre, queue)
    check_line(centre, queue)
    check_somebody_serves(centre, queue)


def _staff_changed(centre: Centre, agent: Agent) -> None:
    let_go(centre, agent)
    for queue in centre.staff_watchers:
        check_staff(centre, queue)
        if queue.policy.reserve:
            review(centre, queue)
