"""What agents dial outside at their phones, as contacts of theirs: like what the console dials for them.

The dialplan asks before it dials (``cti_bridge.shell.phone_numbers``). That is when the call comes under control: its
first leg is the phone's own channel, which goes through ``acd-dial`` from then on. A second call at a phone whose agent
is with somebody already is that contact's consultation, and no contact.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
from twisted.internet.defer import Deferred

from cti_bridge.shell import translate
from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.lines import Line, Lines
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.targets import AT_WORK
from cti_bridge.shell.call_control.topology import Kind, Party, Where
from cti_bridge.shell.call_control.wishes import Wishes
from cti_bridge.shell.clock import Clock
from facts.ids import AgentId, ContactId
from facts.states import Declared
from facts.time import Duration, Instant

DIALS_WITHIN_S: Final = 2.0
"""Whose call does not dial by then may have hung up before the call was known: of that nothing was heard."""


class OwnCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is a contact now. ``shown``: the number that who is called sees; ``""``: the phone's own."""

    contact_id: ContactId
    agent_id: AgentId
    ring_us: Duration
    shown: str


class Centre(telling.Centre, Protocol):
    """The distributor and the switch."""

    def ask_list(self, name: str) -> Deferred[list[Any]]:
        """Ask the switch for a list; its events."""

    @property
    def connected(self) -> bool:
        """Whether the switch can be asked."""


class Hearing(Protocol):
    """Who turns what the switch says into signs."""

    def look(self, line: Line, found: Mapping[str, translate.ChannelFound]) -> None:
        """The switch was asked: everybody of this line is where it says."""


class Control(Protocol):
    """What is needed of call control."""

    lines: Lines
    rules: Rules

    @property
    def hearing(self) -> Hearing:
        """What the switch says."""

    def joined_by(self, line: Line, party: Party, switch_at: Instant | None) -> None:
        """Somebody is on the call whom we did not call."""


class PhoneCalls:
    """Begins them."""

    def __init__(self, centre: Centre, clock: Clock, control: Control, wishes: Wishes) -> None:
        self._centre = centre
        self._clock = clock
        self._control = control
        self._wishes = wishes

    def begin(self, agent_id: AgentId, number: str, channel_id: str, channel: str) -> OwnCall | None:
        """An agent dials a number that is allowed; None: nobody is at work at the phone, or is with somebody."""
        view = self._centre.engine.agent(agent_id)
        if view is None or view.declared is Declared.LOGGED_OUT or not channel_id or not self._centre.connected:
            return None
        if any(work.activity in AT_WORK for work in view.works):
            return None
        line, now, rules = self._wishes.own_call(agent_id, number), self._centre.now(), self._control.rules
        party = Party(
            key=agent_id,
            kind=Kind.AGENT,
            channel_id=channel_id,
            channel=channel,
            where=Where.UP,
            since=now,
            answered_at=now,
        )
        self._control.joined_by(line, party, None)
        self._clock.callLater(DIALS_WITHIN_S, self._look_for, line)
        return OwnCall(
            contact_id=line.contact_id,
            agent_id=agent_id,
            ring_us=rules.dial_ring_us,
            shown=rules.shown_outside(None, ""),
        )

    def _look_for(self, line: Line) -> None:
        def look(messages: list[Any]) -> None:
            found = [f for x in messages if isinstance(f := translate.translate(x), translate.ChannelFound)]
            if self._control.lines.get(line.contact_id) is line:
                self._control.hearing.look(line, {f.channel_id: f for f in found})

        if self._control.lines.get(line.contact_id) is line and line.call.customer is None:
            # unanswered, the connection is lost: who is there is seen with the next
            self._centre.ask_list("CoreShowChannels").addCallbacks(look, lambda _: None)
