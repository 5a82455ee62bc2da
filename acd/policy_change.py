"""A policy comes into force, at the beginning or while running: nobody loses their place."""

import msgspec

from acd.admission import check_expected, resume
from acd.aftermath import watches_staff
from acd.centre import LOGGED_OUT, WAITING, Centre, available
from acd.classes import CAPPED, JOINED, Classes
from acd.closing import follow_hours, watch_hours
from acd.events import ReplacePolicy
from acd.hours import inside
from acd.matching import Matching
from acd.model import EVERYBODY, Agent, Contact, Group, PutInto, Queue, Without
from acd.offers import settle
from acd.policy import AgentPolicy, Policy
from acd.readings import Readings
from acd.retiring import retire
from acd.starvation import look_again
from facts.ids import QueueName
from facts.journal import PolicyChanged


def begin(centre: Centre, policy: Policy) -> None:
    """Agents and queues of the first policy."""
    for number, known in enumerate(policy.agents):
        agent = centre.agents[known.agent_id] = Agent(known, number)
        centre.matching.pools.add_agent(agent)
    exceptions = _Exceptions(policy)
    for rules in policy.queues:
        groups = exceptions.groups_of(rules.name)
        centre.queues[rules.name] = Queue(rules, centre.readings.kept(rules.requires, groups), groups)
    _note_what_is_watched(centre, policy)


def replace_policy(centre: Centre, event: ReplacePolicy) -> None:
    """Everything goes by the new policy from now on; join times, steps taken, offers and talks stay as they are."""
    policy = event.policy
    centre.out.append(PolicyChanged(policy=msgspec.to_builtins(policy), by=event.by))
    centre.policy = policy
    centre.staff_version += 1
    inside_hours = {name: inside(queue.policy.open, centre.now) for name, queue in centre.queues.items()}
    waiting = _stop_waiting(centre)
    free = _stop_standing(centre)
    idle_order = centre.matching.idle_order
    centre.matching = Matching(idle_order)
    centre.readings = Readings(centre.matching.pools)
    centre.classes = Classes(policy.contact_order)
    _replace_agents(centre, policy)
    _replace_queues(centre, policy)
    for agent in free:
        if not agent.retired and available(agent):
            centre.matching.free_agent(agent, centre.now)
    centre.quiet_caps.clear()
    for contact in [contact for contact in centre.contacts.values() if contact.queue is not None]:
        _reclass(centre, contact)
    for contact in sorted(waiting, key=lambda contact: centre.classes.rank(contact, centre.now)):
        resume(centre, contact)
    for contact in [contact for contact in centre.contacts.values() if _is_held(contact)]:
        resume(centre, contact)
    for agent in tuple(centre.agents.values()):
        if agent.retired:
            retire(centre, agent)
        elif not agent.free and agent.declared is not LOGGED_OUT:
            settle(centre, agent, keep_idle_time=True, changed=False)
    for name, queue in tuple(centre.queues.items()):
        follow_hours(centre, queue, was_inside=inside_hours.get(name, inside(queue.policy.open, centre.now)))
        check_expected(centre, queue)
    centre.unsettled += centre.queues.values()


def _is_held(contact: Contact) -> bool:
    """In a queue, but not waiting in a line: ringing, scheduled or being dialled."""
    queue = contact.queue
    return queue is not None and contact.place is not WAITING and contact.contact_id in queue.waiting


def _stop_waiting(centre: Centre) -> list[Contact]:
    waiting = [contact for contact in centre.contacts.values() if contact.place is WAITING]
    for contact in waiting:
        centre.matching.stop_waiting(contact)
    return waiting


def _stop_standing(centre: Centre) -> list[Agent]:
    free = sorted((agent for agent in centre.agents.values() if agent.free), key=lambda agent: agent.idle_order)
    for agent in free:
        centre.matching.take_agent(agent, centre.now)
    return free


def _replace_agents(centre: Centre, policy: Policy) -> None:
    known: dict[str, AgentPolicy] = {agent.agent_id: agent for agent in policy.agents}
    for number, rules in enumerate(policy.agents):
        agent = centre.agents.get(rules.agent_id)
        if agent is None:
            agent = centre.agents[rules.agent_id] = Agent(rules, number)
        else:
            agent.follow(rules, number)
        centre.matching.pools.add_agent(agent)
    for agent in centre.agents.values():
        agent.retired = agent.agent_id not in known


def _replace_queues(centre: Centre, policy: Policy) -> None:
    """A queue that is no more takes nobody, but who waits in it goes on waiting by its last rules, till it returns."""
    waited_in = (contact.queue for contact in centre.contacts.values() if contact.queue is not None)
    old = {queue.policy.name: queue for queue in waited_in} | centre.queues
    centre.queues = {}
    exceptions = _Exceptions(policy)
    for new in policy.queues:
        groups = exceptions.groups_of(new.name)
        reading = centre.readings.kept(new.requires, groups)
        queue = old[new.name] if new.name in old else Queue(new, reading, groups)
        queue.follow(new, reading, groups)
        centre.queues[new.name] = queue
        if centre.now:
            watch_hours(centre, queue, centre.now)
    for name, gone in old.items():
        if name not in centre.queues:
            gone.groups = exceptions.groups_of(name)
            if gone.edge is not None:
                centre.deadlines.cancel(gone.edge)
    _note_what_is_watched(centre, policy)


class _Exceptions:
    """Queues that some agent of a policy is taken out of, or put into."""

    def __init__(self, policy: Policy) -> None:
        self._without = {name for agent in policy.agents for name in agent.without_queues}
        self._put_into = {name for agent in policy.agents for name in agent.extra_queues}

    def groups_of(self, queue: QueueName) -> tuple[Group, ...]:
        """Who may take the queue's contacts when no reserve group helps."""
        if queue not in self._without | self._put_into:
            return EVERYBODY
        first = Without(queue, "") if queue in self._without else ""
        return (first, PutInto(queue)) if queue in self._put_into else (first,)


def _note_what_is_watched(centre: Centre, policy: Policy) -> None:
    queues = centre.queues.values()
    centre.notes = policy.estimates or any(not queue.simple for queue in queues)
    centre.staff_watchers = tuple(queue for queue in queues if watches_staff(queue.policy))


def _reclass(centre: Centre, contact: Contact) -> None:
    """Priority and class by the queue's new rules."""
    queue = contact.queue
    assert queue is not None
    counted = contact.contact_id in queue.waiting
    if counted:
        queue.counts[contact.class_] -= 1
        if not queue.counts[contact.class_]:
            del queue.counts[contact.class_]
    if contact.capped:
        look_again(centre, contact, queue)
    contact.priority = queue.policy.priority if contact.own_priority is None else contact.own_priority
    contact.class_ = CAPPED if contact.capped else centre.classes.of(queue.policy, contact.priority)
    contact.order = (contact.class_ << 96) + (contact.order & JOINED)
    if counted:
        queue.counts[contact.class_] = queue.counts.get(contact.class_, 0) + 1
