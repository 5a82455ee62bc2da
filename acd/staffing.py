"""Who works for a queue: counted again when somebody's declared state has changed, and asked for often."""

from collections import Counter

from acd.centre import LOGGED_OUT, READY, Centre
from acd.model import Agent, Queue, Staff
from acd.policy import AgentPolicy, QueuePolicy
from facts.requirements import Skills, satisfies

_LEAST_LOAD = 0.05
"""Even a queue without work could get some: so much load keeps its share from being nothing."""


def may_become_free(agent: Agent) -> bool:
    """Whether it makes sense to wait for this agent: READY, perhaps at work, and not about to stop."""
    if agent.retired:
        return False
    if agent.declared is READY:
        return agent.pending is None
    return agent.pending is READY and agent.phone_reachable


def staff_of(centre: Centre, queue: Queue) -> Staff:
    """Those who are of the queue and not in reserve for others."""
    staff = queue.staff
    if staff is None or staff.version != centre.staff_version:
        staff = queue.staff = _count(centre, queue)
    return staff


def own_staff_of(centre: Centre, queue: Queue) -> Staff:
    """Those who would be there if no reserve group helped."""
    if not queue.helped_by:
        return staff_of(centre, queue)
    staff = queue.own_staff
    if staff is None or staff.version != centre.staff_version:
        helped_by, queue.helped_by = queue.helped_by, ()
        staff = queue.own_staff = _count(centre, queue)
        queue.helped_by = helped_by
    return staff


def share_of(queue: Queue, staff: Staff) -> float:
    """How many agents the queue can count on: of those who serve several, its part of their load of late."""
    return sum(count * _load(queue) / sum(_load(other) for other in serving) for serving, count in staff.teams)


def serves(agent: Agent, queue: Queue) -> bool:
    """Whether the agent may take the queue's ordinary contacts, when READY."""
    policy, rules = agent.policy, queue.policy
    in_reserve = policy.reserve and not any(group in queue.helped_by for group in policy.reserve)
    return (not in_reserve or policy.is_put_into(rules.name)) and is_of(policy, agent.skills, rules)


def is_of(policy: AgentPolicy, skills: Skills, rules: QueuePolicy) -> bool:
    """Whether the agent is of a queue: put into it, or by its own requirement and not taken out. Reserve aside."""
    name = rules.name
    return name not in policy.without_queues and (name in policy.extra_queues or satisfies(skills, rules.requires))


def _count(centre: Centre, queue: Queue) -> Staff:
    logged_in = ready = 0
    teams: Counter[tuple[Queue, ...]] = Counter()
    for agent in centre.agents.values():
        if agent.declared is LOGGED_OUT or not serves(agent, queue):
            continue
        logged_in += 1
        if agent.declared is READY:
            ready += 1
        if may_become_free(agent):
            others = (other for other in centre.queues.values() if other is not queue and serves(agent, other))
            teams[(queue, *others)] += 1
    return Staff(centre.staff_version, logged_in, ready, tuple(teams.items()))


def _load(queue: Queue) -> float:
    return _LEAST_LOAD + queue.estimate.load + len(queue.waiting)
