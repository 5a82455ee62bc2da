"""What is wrong now with phones in browsers, as the facts say it; and what pages say of the sound of their calls."""

from typing import Final, Protocol

import msgspec

from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.lines import Line, Lines
from cti_bridge.shell.call_control.topology import Where
from facts.ids import AgentId, ContactId
from facts.journal import Entry, PhoneRecovered, PhoneTrouble, PhoneTroubled, TalkEnded
from facts.time import Instant

MOST_TOLD: Final = 20
"""Troubles of one talk that are written down: a page that tells more of them has told enough."""


OF_SOUND: Final[tuple[PhoneTrouble, ...]] = ("no_sound", "silent_microphone")
"""What only the page can know."""


class Control(Protocol):
    """What is needed of call control."""

    lines: Lines


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong, with the phone of whose contact, since when."""

    what: PhoneTrouble
    contact_id: ContactId | None
    since: Instant


class PhoneTroubles:
    """Of each agent the present trouble; it is over with the talk at the latest."""

    def __init__(self, centre: telling.Centre, control: Control) -> None:
        self._centre = centre
        self._control = control
        self._now: dict[AgentId, Trouble] = {}
        self._told: dict[AgentId, int] = {}

    def of(self, agent_id: AgentId) -> PhoneTrouble | None:
        """What is wrong with this agent's phone now."""
        trouble = self._now.get(agent_id)
        return None if trouble is None else trouble.what

    def read(self, entry: Entry) -> None:
        """A fact, whoever told it."""
        fact = entry.fact
        if fact.agent_id is None:
            return
        if isinstance(fact, PhoneTroubled):
            self._now[fact.agent_id] = Trouble(fact.trouble, fact.contact_id, entry.at)
            self._told[fact.agent_id] = self._told.get(fact.agent_id, 0) + 1
        elif isinstance(fact, PhoneRecovered | TalkEnded):
            self._now.pop(fact.agent_id, None)
            if isinstance(fact, TalkEnded):
                self._told.pop(fact.agent_id, None)

    def page_tells(self, agent_id: AgentId, trouble: PhoneTrouble | None) -> None:
        """How the sound of the agent's present talk is; None: well. Of a call that is no contact nothing is noted."""
        before = self._now.get(agent_id)
        if before is not None and (before.what == trouble or before.what not in OF_SOUND):
            return
        earlier = self._control.lines.get(before.contact_id) if before is not None and before.contact_id else None
        if before is not None and earlier is not None:
            self.end(earlier, agent_id, before.what, before.since)
        line = self._talk_of(agent_id)
        if line is not None and trouble is not None and self._told.get(agent_id, 0) < MOST_TOLD:
            self.begin(line, agent_id, trouble)

    def begin(self, line: Line, agent_id: AgentId, trouble: PhoneTrouble) -> None:
        """Something is wrong from now on."""
        self._centre.record(
            PhoneTroubled(contact_id=line.contact_id, agent_id=agent_id, queue=line.queue, trouble=trouble)
        )

    def end(self, line: Line, agent_id: AgentId, trouble: PhoneTrouble, since: Instant) -> None:
        """It is well again."""
        after_us = max(0, self._centre.now() - since)
        self._centre.record(
            PhoneRecovered(
                contact_id=line.contact_id, agent_id=agent_id, queue=line.queue, trouble=trouble, after_us=after_us
            )
        )

    def _talk_of(self, agent_id: AgentId) -> Line | None:
        """The talk that the agent's phone is in."""
        for line in self._control.lines:
            party = line.call.party(agent_id)
            if party is not None and party.where is Where.TALK:
                return line
        return None
