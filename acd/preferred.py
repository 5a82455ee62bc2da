"""Waiting for the preferred agent alone: for a while, and only as long as that agent may become free."""

from acd.centre import READY, Centre
from acd.model import Agent, Contact
from acd.queueing import read_again, required
from facts.requirements import satisfies


def may_become_free(agent: Agent) -> bool:
    """Whether it makes sense to wait for this agent: READY, perhaps at work, and not about to stop."""
    if agent.declared is READY:
        return agent.pending is None
    return agent.pending is READY and agent.phone_reachable


def wait_alone(centre: Centre, contact: Contact) -> None:
    """Before it is placed: for a while only the preferred agent may take the contact, if they can be waited for."""
    queue = contact.queue
    assert queue is not None
    until = contact.joined_at + queue.policy.preferred_wait_us
    agent = centre.agents.get(contact.preferred_agent) if contact.preferred_agent is not None else None
    if agent is None or until <= centre.now or not may_become_free(agent):
        return
    if not satisfies(agent.skills, required(contact)):
        return
    contact.alone_for = agent
    read_again(centre, contact)
    contact.timers += (centre.deadlines.add(until, widen, contact),)


def widen(centre: Centre, contact: Contact) -> None:
    """From now on everybody who qualifies may take the contact; the preferred agent is still the first, if free."""
    if contact.alone_for is not None:
        contact.alone_for = None
        read_again(centre, contact)


def let_go(centre: Centre, agent: Agent) -> None:
    """Who waits for the agent alone waits so no more when they will not be free for a while, or lack the skills now."""
    stays = may_become_free(agent)
    for contact in centre.matching.waiting_for(agent):
        if not stays or not satisfies(agent.skills, required(contact)):
            widen(centre, contact)
