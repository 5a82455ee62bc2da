"""Agents whose phone in the browser is lost out of a talk: the customer hears music until it is back, and stays theirs.

A page that is loaded anew, a browser that crashed and a network that was away too long look alike: the phone that was
on the talk is no more, and another registers for the same agent. That one is rung, and answers by itself.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from cti_bridge.shell.call_control import machine as m
from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.asked_phones import AskedPhones
from cti_bridge.shell.call_control.commands import Command
from cti_bridge.shell.call_control.lines import Absence, Line, Lines
from cti_bridge.shell.call_control.phone_troubles import PhoneTroubles
from cti_bridge.shell.call_control.plans import ActIllegalError, Fetch, Target, Wish, called_party
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.situations import Situation, situation_of
from cti_bridge.shell.call_control.supervision import Supervision
from cti_bridge.shell.call_control.topology import Party, Topology, Where
from cti_bridge.shell.call_control.wishes import Details, Wishes
from cti_bridge.shell.calls import Calls
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.switch_actions import Headers, used_by
from facts.ids import AgentId
from facts.journal import PhoneTrouble
from facts.states import Party as By
from facts.time import SECOND, Instant

log = structlog.get_logger(__name__)

CUT_S = 6.0
"""A page whose connection was cut opens another within four seconds, if there still is a page."""

KEPT_WITHOUT_PHONE: Final = (Situation.TALKING, Situation.HELD, Situation.HELD_BY_PHONE)
"""What is waited for; of any other call the agent's part ends with the phone."""

RING_US = 10 * SECOND
RING_AGAIN_S = 2.0
"""So long after a phone that is back did not answer it is rung again."""

RETURNS = ("PJSIP_HEADER(add,Cordboard-Returns)", "yes")
"""Tells the page that this call takes the place of the one that it may think it still has."""


class Centre(telling.Centre, Protocol):
    """The distributor, the journal, and the channels in use."""

    calls: Calls

    def ask(self, name: str, headers: Headers) -> Deferred[Any]:
        """Send an action to the switch; its response."""


class Control(Protocol):
    """What is needed of call control."""

    lines: Lines
    rules: Rules
    supervision: Supervision

    def want(self, line: Line, agent_id: AgentId, act: str, make: Callable[[Topology], Wish]) -> Deferred[Any]:
        """An act waits for its turn."""

    def take(self, line: Line, result: m.Result, switch_at: Instant | None = None) -> None:
        """The machine has gone on."""

    def send(self, line: Line, command: Command) -> Deferred[Any]:
        """Give a command outside of any act."""


class Absences:
    """Phones that are lost, and come back or do not."""

    def __init__(self, centre: Centre, clock: Clock, control: Control, wishes: Wishes) -> None:
        self._centre = centre
        self._clock = clock
        self._control = control
        self._wishes = wishes
        self.troubles = PhoneTroubles(centre, control)
        self._asked = AskedPhones(centre, clock, control)
        self._cut: dict[AgentId, IDelayedCall] = {}

    # -- what becomes of the page ------------------------------------------------------------------------------------

    def phone_left(self, agent_id: AgentId, device: str, trouble: PhoneTrouble = "page_left") -> None:
        """The page is gone, and with it the agent's part in every call at this phone. What rings there is kept."""
        self._forget_cut(agent_id)
        self._centre.phones.page_went(agent_id, device)
        self._lose_all(agent_id, device, trouble)

    def _lose_all(self, agent_id: AgentId, device: str, trouble: PhoneTrouble) -> None:
        self._control.supervision.phone_left(agent_id, device)
        for line, party in self._parts(agent_id, device):
            if not self._asked.page_went(line, party) and not _is_sent_to(line, party):
                self._lose(line, agent_id, device, trouble)

    def _parts(self, agent_id: AgentId, device: str) -> Iterator[tuple[Line, Party]]:
        """The agent's parts in calls at this phone."""
        for line in self._control.lines:
            party = line.call.party(agent_id)
            if party is not None and party.lives and party.channel.rpartition("-")[0] == device:
                yield line, party

    def _keep_ringing(self, agent_id: AgentId, device: str) -> None:
        """The connection is gone, or about to be: what rings over it cannot be answered."""
        self._centre.phones.page_went(agent_id, device)
        for line, party in self._parts(agent_id, device):
            self._asked.page_went(line, party)

    def phone_cut(self, agent_id: AgentId, device: str) -> None:
        """The page's connection is gone; whether the page is, will be seen. The sound goes another way."""
        self._forget_cut(agent_id)
        self._keep_ringing(agent_id, device)
        self._cut[agent_id] = self._clock.callLater(CUT_S, self.phone_left, agent_id, device, "cut_off")

    def phone_replaced(self, agent_id: AgentId, device: str) -> None:
        """Another page is about to be the phone: what it brings of a talk, it tells when it comes."""
        self._keep_ringing(agent_id, device)

    def phone_came(self, agent_id: AgentId, device: str, *, talks: bool) -> None:
        """A page has registered. ``talks``: it has a call; else what the switch thinks it has was another page's."""
        self._forget_cut(agent_id)
        if not talks:
            self._lose_all(agent_id, device, "page_left")
        self._centre.phones.page_came(agent_id, device)
        self._control.supervision.phone_came(agent_id)
        for line in self._control.lines:
            self._asked.page_came(line, agent_id, device)
            self._ring(line, agent_id)

    def _forget_cut(self, agent_id: AgentId) -> None:
        timer = self._cut.pop(agent_id, None)
        if timer is not None and timer.active():
            timer.cancel()

    # -- acts that nobody asks for -----------------------------------------------------------------------------------

    def _want(self, line: Line, agent_id: AgentId, act: str, make: Callable[[Topology], Wish]) -> None:
        def failed(failure: Failure) -> None:
            failure.trap(ActRefused)  # type: ignore[no-untyped-call]  # Twisted has no types here
            reason = failure.getErrorMessage()
            log.info("phone_act_failed", act=act, contact_id=line.contact_id, reason=reason)
            if line.absence is not None and line.absence.until is None:
                line.absence = None
                self._control.supervision.agent_back(line, agent_id)

        self._control.want(line, agent_id, act, make).addErrback(failed)

    def _lose(self, line: Line, agent_id: AgentId, device: str, trouble: PhoneTrouble) -> None:
        def make(call: Topology) -> Wish:
            situation, party = situation_of(call, agent_id), call.party(agent_id)
            if situation is Situation.BETWEEN or party is None or not party.lives:
                raise ActIllegalError("on_the_way" if situation is Situation.BETWEEN else "over")
            if situation not in KEPT_WITHOUT_PHONE or not self._control.rules.phone_back_us:
                return Wish(act="phone_gone")
            held, now = situation is Situation.HELD, self._centre.now()
            line.absence = Absence(agent_id, device, trouble, now, held=held, muted=party.muted)
            self.troubles.begin(line, agent_id, trouble)
            return Wish(act="phone_lost")

        self._want(line, agent_id, "phone_lost", make)

    def _ring(self, line: Line, agent_id: AgentId) -> None:
        """Call the phone that is back, if a call waits for it."""

        def make(call: Topology) -> Wish:
            absence = line.absence
            if absence is None or absence.agent_id != agent_id or absence.until is None:
                raise ActIllegalError("overtaken")
            absence.rung = True
            target = self._target(call, absence)
            return Fetch(act="phone_back", target=target, party=called_party(agent_id, target, self._centre.now()))

        if line.absence is not None or line.wanted or line.machine.act == "phone_lost":
            self._want(line, agent_id, "phone_back", make)

    def _target(self, call: Topology, absence: Absence) -> Target:
        """The agent's phone; who had the customer on hold has them on hold again."""
        customer = call.customer
        peer = "" if customer is None or absence.held else customer.channel_id
        return Target(
            to_kind="agent",
            to=absence.agent_id,
            key=absence.agent_id,
            device=absence.device,
            channel_id=self._centre.calls.new_leg_id(),
            ring_us=RING_US,
            context="acd-keep" if absence.held else "acd-leg",
            variables=(
                ("__ACD_CALL", call.contact_id),
                ("ACD_AGENT", absence.agent_id),
                ("ACD_PEER", peer),
                used_by(absence.device),
                RETURNS,
            ),
        )

    # -- after every change ------------------------------------------------------------------------------------------

    def settle(self, line: Line) -> None:
        """What follows from how the call is now."""
        self._asked.settle(line)
        absence, call = line.absence, line.call
        if absence is None:
            return
        party = call.party(absence.agent_id)
        if absence.until is None:
            if call.awaited:
                self._begin(line, absence)
        elif not call.awaited:
            self._end(line, absence)
        elif absence.rung and party is not None and not party.lives:
            absence.rung = False
            self._clock.callLater(RING_AGAIN_S, self._ring, line, absence.agent_id)
        elif absence.rung and absence.held and party is not None and party.where is Where.KEPT:
            self._clock.callLater(0, self._no_longer, line, absence)

    def _begin(self, line: Line, absence: Absence) -> None:
        wait_us = self._control.rules.phone_back_us
        absence.until = self._centre.now() + wait_us
        absence.timer = self._clock.callLater(wait_us / SECOND, self._too_long, line, absence)

    def _too_long(self, line: Line, absence: Absence) -> None:
        """The agent's part is over, and the customer waits again; a phone that is just ringing may still answer."""
        party = line.call.party(absence.agent_id)
        if party is not None and party.lives:
            absence.timer = self._clock.callLater(RING_AGAIN_S / 2, self._too_long, line, absence)
            return
        line.blamed[absence.agent_id] = By.SYSTEM
        self._no_longer(line, absence)

    def _no_longer(self, line: Line, absence: Absence) -> None:
        if line.absence is absence and self._control.lines.get(line.contact_id) is line:
            self._control.take(line, m.know(line.machine, line.call.awaiting("")))

    def _end(self, line: Line, absence: Absence) -> None:
        line.absence = None
        if absence.timer is not None and absence.timer.active():
            absence.timer.cancel()
        self._control.supervision.agent_back(line, absence.agent_id)
        party = line.call.party(absence.agent_id)
        if party is None or not party.lives or not absence.rung:
            return
        line.blamed.pop(absence.agent_id, None)
        self.troubles.end(line, absence.agent_id, absence.trouble, absence.since)
        if absence.muted:
            self._want(line, absence.agent_id, "mute", self._wishes.make(absence.agent_id, "mute", Details()))


def _is_sent_to(line: Line, party: Party) -> bool:
    """Whether the dialplan rings this agent for a customer who is away: it rings on by itself (``direct_calls``)."""
    customer = line.call.customer
    return party.where is Where.RINGING and customer is not None and customer.where is Where.AWAY
