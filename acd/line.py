"""Who could take those who wait: looked at once for all who want the same, as hundreds do."""

from typing import TypeAlias

import msgspec

from acd.centre import LOGGED_OUT, Centre, activity_of
from acd.fitness import Asked, asked_by
from acd.model import Agent, Contact
from acd.policy import GroupName
from acd.readings import own_of
from facts.ids import QueueName
from facts.requirement_text import requirement_text
from facts.requirements import Requirement
from facts.states import Activity, Declared

_Want: TypeAlias = tuple[QueueName, Requirement | None, int, tuple[GroupName, ...]]


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """Those who qualify, by what they are doing; ``free``: an offer could be made to them.

    ``taken_out``: how many more would qualify, were they not taken out of the queue.
    """

    total: int
    free: int
    busy: int
    not_ready: int
    logged_out: int
    taken_out: int = 0


class Able(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What some contacts ask, and the agents who may take them, free or not."""

    asked: Asked
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
            known = self._able[key] = _able(self.centre, contact)
        return known


def _able(centre: Centre, contact: Contact) -> Able:
    asked = asked_by(contact)
    fitting = [agent for agent in centre.agents.values() if asked.would_fit(agent.policy, agent.skills)]
    agents = tuple(agent for agent in fitting if not agent.policy.is_taken_out_of(asked.queue))
    staffing = _staffing(agents, taken_out=len(fitting) - len(agents))
    return Able(asked=asked, text=requirement_text(asked.whole), agents=agents, staffing=staffing)


def _staffing(agents: tuple[Agent, ...], taken_out: int) -> Staffing:
    logged_out = sum(agent.declared is LOGGED_OUT for agent in agents)
    not_ready = sum(agent.declared is Declared.NOT_READY and activity_of(agent) is Activity.IDLE for agent in agents)
    free = sum(agent.free for agent in agents)
    return Staffing(
        total=len(agents),
        free=free,
        busy=len(agents) - logged_out - not_ready - free,
        not_ready=not_ready,
        logged_out=logged_out,
        taken_out=taken_out,
    )
