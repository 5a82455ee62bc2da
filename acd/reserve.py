"""Reserve groups: they help a queue when a limit is reached, and until both limits are clear again (hysteresis).

The expected wait that counts is the one without their help: otherwise they would leave because they came.
"""

from acd.admission import check_staff
from acd.centre import Centre
from acd.expected_wait import expected_without_help
from acd.fitness import is_fit
from acd.model import Queue
from acd.policy import ReserveRule
from acd.queueing import read_again
from facts.journal import AlarmCleared, AlarmRaised
from facts.time import Duration, to_seconds


def review(centre: Centre, queue: Queue) -> None:
    """The queue's waiting has changed: open and close reserve groups, and look again when a limit will be reached."""
    oldest = min((contact.joined_at for contact in queue.waiting.values()), default=None)
    waits = 0 if oldest is None else centre.now - oldest
    helped_by = tuple(rule.group for rule in queue.policy.reserve if _helps(centre, queue, rule, waits))
    if helped_by != queue.helped_by:
        _change(centre, queue, helped_by, waits)
    if queue.review is not None:
        centre.deadlines.cancel(queue.review)
        queue.review = None
    limits = [rule.wait_us for rule in queue.policy.reserve if rule.wait_us and rule.group not in helped_by]
    if oldest is not None and limits:
        due = [oldest + limit for limit in limits if oldest + limit > centre.now]
        queue.review = centre.deadlines.add(min(due), review_again, queue) if due else None


def review_again(centre: Centre, queue: Queue) -> None:
    """A limit may have been reached by waiting alone."""
    queue.review = None
    review(centre, queue)


def _helps(centre: Centre, queue: Queue, rule: ReserveRule, waits: Duration) -> bool:
    helps = rule.group in queue.helped_by
    wait_limit = (rule.clear_wait_us or rule.wait_us) if helps else rule.wait_us
    expected_limit = (rule.clear_expected_us or rule.expected_us) if helps else rule.expected_us
    if wait_limit and waits >= wait_limit:
        return True
    if not expected_limit or not queue.waiting:
        return False
    expected = expected_without_help(centre, queue, len(queue.waiting))
    return expected is None or expected >= expected_limit


def _change(centre: Centre, queue: Queue, helped_by: tuple[str, ...], waits: Duration) -> None:
    name = queue.policy.name
    for group in helped_by:
        if group not in queue.helped_by:
            alarm = AlarmRaised(queue=name, alarm="reserve", value=to_seconds(waits), text=f"group {group} helps")
            centre.out.append(alarm)
    if not helped_by:
        centre.out.append(AlarmCleared(queue=name, alarm="reserve"))
    queue.helped_by = helped_by
    centre.staff_version += 1
    for contact in sorted(queue.waiting.values(), key=lambda contact: centre.classes.rank(contact, centre.now)):
        if contact.alone_for is not None and not is_fit(contact.alone_for, contact):
            contact.alone_for = None
        read_again(centre, contact)
    check_staff(centre, queue)
