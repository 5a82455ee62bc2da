"""Waiting for the preferred agent alone: for a while, and only as long as that agent may become free."""

from acd.centre import Centre
from acd.fitness import is_fit
from acd.model import Agent, Contact
from acd.queueing import read_again
from acd.staffing import may_become_free


def wait_alone(centre: Centre, contact: Contact) -> None:
    """Before it is placed: for a while only the preferred agent may take the contact, if they can be waited for."""
    queue = contact.queue
    assert queue is not None
    until = contact.joined_at + queue.policy.preferred_wait_us
    agent = centre.agents.get(contact.preferred_agent) if contact.preferred_agent is not None else None
    if agent is None or until <= centre.now or not may_become_free(agent):
        return
    if not is_fit(agent, contact):
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
    """Who waits for the agent alone waits so no more when they will not be free for a while, or may not take it now.

    Nor when they were asked and did not take it: then it is another's turn.
    """
    stays = may_become_free(agent)
    for contact in centre.matching.waiting_for(agent):
        was_asked = contact.not_again is not None and agent in contact.not_again
        if not stays or was_asked or not is_fit(agent, contact):
            widen(centre, contact)
