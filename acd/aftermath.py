"""What follows when an event is done: queues whose waiting has changed, and agents who will not be free for a while."""

from acd.admission import check_staff, clear_cap_alarm
from acd.centre import Centre
from acd.limits import OF_STAFF
from acd.model import Agent, Queue
from acd.preferred import let_go
from acd.reserve import review


def settle_down(centre: Centre) -> None:
    """Look at whatever is unsettled until nothing is."""
    while centre.unsettled:
        unsettled, centre.unsettled = centre.unsettled, []
        for one in dict.fromkeys(unsettled):
            if isinstance(one, Queue):
                _queue_changed(centre, one)
            else:
                _agent_gone(centre, one)


def _queue_changed(centre: Centre, queue: Queue) -> None:
    clear_cap_alarm(centre, queue)
    if queue.watched:
        review(centre, queue)


def _agent_gone(centre: Centre, agent: Agent) -> None:
    let_go(centre, agent)
    for queue in tuple(centre.queues.values()):
        if queue.waiting and any(limit.what in OF_STAFF for limit in queue.policy.limits):
            check_staff(centre, queue)
