"""Agents who are being asked when their page goes: the consultation rings on at the page that comes.

The leg ends with its page. Until another page is the phone the agent rings at no channel, and still is asked: whoever
asks may cancel, the customer may hang up, the ring time may end. A consultation that begins while the page is away
waits for it as well.
"""

from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from cti_bridge.shell import switch_actions
from cti_bridge.shell.ami_client import ActionFailed, AmiError
from cti_bridge.shell.call_control import machine as m
from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.commands import Command, Ring
from cti_bridge.shell.call_control.lines import Line, Lines
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.targets import asked_variables
from cti_bridge.shell.call_control.topology import End, Party, Where
from cti_bridge.shell.calls import Calls
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.switch_actions import Headers
from facts.ids import AgentId, ContactId
from facts.time import SECOND, Instant

SHORTEST_US = 1 * SECOND
"""A phone that would ring for less is not rung again: nobody can answer it."""


class Centre(telling.Centre, Protocol):
    """The distributor, the channels in use, the switch."""

    calls: Calls

    def ask(self, name: str, headers: Headers) -> Deferred[Any]:
        """Send an action to the switch; its response."""


class Control(Protocol):
    """What is needed of call control."""

    lines: Lines
    rules: Rules

    def take(self, line: Line, result: m.Result, switch_at: Instant | None = None) -> None:
        """The machine has gone on."""

    def send(self, line: Line, command: Command) -> Deferred[Any]:
        """Give a command outside of any act."""


class AskedPhones:
    """Whom other agents ask, between two pages."""

    def __init__(self, centre: Centre, clock: Clock, control: Control) -> None:
        self._centre = centre
        self._clock = clock
        self._control = control
        self._timers: dict[tuple[ContactId, str], IDelayedCall] = {}

    def page_went(self, line: Line, party: Party) -> bool:
        """The page of somebody on this call is gone; whether they are being asked, and ring on."""
        if party.where is not Where.RINGING or not party.asked_by:
            return False
        if not party.page_away:
            call = line.call.change(
                party.key, page_away=True, channel_id=self._centre.calls.new_leg_id(), channel="", ordered=""
            )
            self._control.take(line, m.know(line.machine, call))
            self._centre.ask("Hangup", switch_actions.hang_up(party.channel_id)).addErrback(lambda _: None)
        return True

    def page_came(self, line: Line, agent_id: AgentId, device: str) -> None:
        """A page is this agent's phone: it is rung for the rest of the time."""
        party = line.call.party(agent_id)
        if party is None or not party.page_away:
            return
        left_us = self._rings_until(party) - self._centre.now()
        if left_us < SHORTEST_US:
            return
        ring = Ring(
            key=agent_id, device=device, ring_us=left_us, variables=asked_variables(line.call, agent_id, device)
        )
        self._control.lines.know(line, party)
        self._control.take(line, m.know(line.machine, line.call.change(agent_id, page_away=False)))

        def refused(failure: Failure) -> None:
            failure.trap(AmiError)  # type: ignore[no-untyped-call]  # Twisted has no types here
            now = line.call.party(agent_id)
            if failure.check(ActionFailed) and now is not None and now.channel_id == party.channel_id:  # type: ignore[no-untyped-call]  # likewise
                self._no_longer(line, agent_id)

        self._control.send(line, ring).addErrback(refused)

    def settle(self, line: Line) -> None:
        """Nobody is waited for beyond the ring time, nor longer than any page is."""
        for party in line.call.parties:
            key = (line.contact_id, party.key)
            if party.page_away and key not in self._timers:
                back_until = self._centre.phones.back_until(AgentId(party.key)) or self._centre.now()
                until = min(back_until, self._rings_until(party))
                self._timers[key] = self._clock.call_at(until, self._too_long, line, party.key)
            elif not party.page_away and key in self._timers:
                timer = self._timers.pop(key)
                if timer.active():
                    timer.cancel()

    def _rings_until(self, party: Party) -> Instant:
        return party.since + self._control.rules.consult_ring_us

    def _too_long(self, line: Line, key: str) -> None:
        party = line.call.party(key)
        if party is not None and party.page_away:
            end: End = "no_answer" if self._centre.now() >= self._rings_until(party) else "unreachable"
            self._control.take(line, m.know(line.machine, line.call.unrung([key], end)))

    def _no_longer(self, line: Line, key: str) -> None:
        call = line.call.change(key, where=Where.GONE, end="unreachable")
        self._control.take(line, m.know(line.machine, call))
