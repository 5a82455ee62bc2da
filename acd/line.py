"""Who could take those who wait: looked at once for all who want the same, as hundreds do."""

from typing import TypeAlias

import msgspec

from acd.centre import LOGGED_OUT, Centre, activity_of
from acd.model import Agent, Contact
from acd.policy import GroupName
from acd.pools import in_group
from acd.queueing import required
from acd.readings import own_of
from facts.ids import QueueName
from facts.requirement_text import requirement_text
from facts.requirements import Requirement, satisfies
from facts.states import Activity, Declared

_Want: TypeAlias = tuple[QueueName, Requirement | None, int, tuple[GroupName, ...]]


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """Those who qualify, by what they are doing; ``free``: an offer could be made to them."""

    total: int
    free: int
    busy: int
    not_ready: int
    logged_out: int


class Able(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What some contacts require, and the agents who may take them, free or not."""

    requirement: Requirement
    text: str
    agents: tuple[Agent, ...]
    staffing: Staffing


class Line:
    """Those who wait, at one moment: to be made anew after every event."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self._able: dict[_Want, Able] = {}

    def able(self, contact: Contact) -> Able:
        """Who may take a contact of a queue, as its requirement is now."""
        queue = contact.queue
        assert queue is not None
        key = (queue.policy.name, own_of(contact), contact.step, contact.opened)
        known = self._able.get(key)
        if known is None:
            known = self._able[key] = _able(self.centre, contact, ("", *queue.helped_by, *contact.opened))
        return known


def _able(centre: Centre, contact: Contact, groups: tuple[GroupName, ...]) -> Able:
    whole = required(contact)
    agents = tuple(
        agent
        for agent in centre.agents.values()
        if satisfies(agent.skills, whole) and any(in_group(agent, group) for group in groups)
    )
    return Able(requirement=whole, text=requirement_text(whole), agents=agents, staffing=_staffing(agents))


def _staffing(agents: tuple[Agent, ...]) -> Staffing:
    logged_out = sum(agent.declared is LOGGED_OUT for agent in agents)
    not_ready = sum(agent.declared is Declared.NOT_READY and activity_of(agent) is Activity.IDLE for agent in agents)
    free = sum(agent.free for agent in agents)
    return Staffing(
        total=len(agents),
        free=free,
        busy=len(agents) - logged_out - not_ready - free,
        not_ready=not_ready,
        logged_out=logged_out,
    )
