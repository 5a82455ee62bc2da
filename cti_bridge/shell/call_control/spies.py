"""Supervisors' legs: whom each hears, and how."""

from typing import Any, Literal, TypeAlias

import msgspec
from twisted.internet.defer import Deferred

from facts.ids import AgentId, ContactId

MonitorMode: TypeAlias = Literal["listen", "whisper", "barge"]


class Monitored(msgspec.Struct, frozen=True, kw_only=True):
    """A talk that a supervisor hears, at this agent's leg. ``awaits``: at the next one, when the agent has one."""

    contact_id: ContactId
    agent_id: AgentId
    mode: MonitorMode
    supervisor: str
    awaits: bool = False


class Spy:
    """A supervisor's leg, at the phone of ``phone_of``. ``waiting``: who waits for its being heard of.

    ``hears``: it hears somebody now; ``begun``: it did; ``heard``: whom and how, as the switch has confirmed it last.
    ``awaits``: the phone of whom it heard is lost, and to come back.
    """

    __slots__ = (
        "awaits",
        "begun",
        "channel_id",
        "contact_id",
        "heard",
        "heard_id",
        "heard_key",
        "hears",
        "mode",
        "phone_of",
        "supervisor",
        "timer",
        "waiting",
    )

    def __init__(self, supervisor: str, phone_of: AgentId | None, contact_id: ContactId, channel_id: str) -> None:
        self.supervisor = supervisor
        self.phone_of = phone_of
        self.contact_id = contact_id
        self.channel_id = channel_id
        self.heard_id = self.heard_key = ""
        self.mode: MonitorMode = "listen"
        self.hears = self.begun = self.awaits = False
        self.heard: Monitored | None = None
        self.waiting: Deferred[Monitored] | None = None
        self.timer: Any = None

    def now_hears(self) -> None:
        """The switch says so."""
        self.hears = self.begun = True
        self.heard = monitored_by(self)


def monitored_by(spy: Spy) -> Monitored:
    """What this leg hears."""
    return Monitored(
        contact_id=spy.contact_id,
        agent_id=AgentId(spy.heard_key),
        mode=spy.mode,
        supervisor=spy.supervisor,
        awaits=spy.awaits,
    )
