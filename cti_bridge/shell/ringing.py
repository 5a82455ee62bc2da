"""Agents' phones, rung for offers: a leg is dialled, stopped, or found unable to ring.

When an offer ends is decided by the distributor. But a switch that stands still rings nobody, and the agent would be
blamed for not answering: so at half the ring time it is asked for a sign of life. One that gives none before the ring
time is over has lost its connection, and with it every offer, through nobody's fault.

A phone that lost its power says nothing, and the switch finds out only with its next qualify. So a phone that does not
ring soon is asked whether it is there: when it is not, the switch says so seconds later, and the contact goes on to
somebody else. What answers for a phone that takes longer to ring, as for one in a pocket, keeps it.
"""

from typing import TYPE_CHECKING

from acd.effects import RingAgent, StopRinging
from cti_bridge.shell import switch_actions, translate
from cti_bridge.shell.call_control.sending import ANSWERS_BY_ITSELF, KEPT
from cti_bridge.shell.calls import Leg
from cti_bridge.shell.clock import Clock
from facts.time import SECOND, Duration

if TYPE_CHECKING:
    from cti_bridge.shell.coordinator import Coordinator

ASKED_AT = 0.5
"""The part of the ring time after which the switch is asked whether it is alive."""

ANSWERED_BY = 0.45
"""The part of the ring time that it has to answer in."""

RINGS_WITHIN_S = 2.0
"""A phone that is there has said so by then; one that was dialled and says nothing is looked for."""


class Ringing:
    """Rings phones and stops them."""

    def __init__(self, coordinator: "Coordinator", clock: Clock) -> None:
        self._coordinator = coordinator
        self._clock = clock

    def ring(self, command: RingAgent) -> None:
        """Dial the agent's phone; for a contact without a line it is kept until the customer is there.

        A phone that is away for a moment is dialled when it is back.
        """
        coordinator = self._coordinator
        if coordinator.phones.keeps(command.agent_id):
            coordinator.phones.hold(command)
            return
        agent = coordinator.engine.agent(command.agent_id)
        leg = coordinator.calls.new_leg(command.offer_id, command.contact_id, command.agent_id)
        caller = coordinator.callbacks.caller_of(command.contact_id)
        if caller is None:
            call = coordinator.calls.get(command.contact_id)
            caller = None if call is None else switch_actions.caller_on_the_line(call)
        if caller is None or agent is None:
            self._clock.callLater(0, self._never_rang, leg)
            return
        headers = [*switch_actions.ring(leg, caller, agent.phone, command.ring_us), ("Variable", "=".join(KEPT))]
        if coordinator.control.rules.agent(command.agent_id).auto_answer:
            headers += [("Variable", f"{name}={value}") for name, value in ANSWERS_BY_ITSELF]
        coordinator.act("Originate", headers, lambda _: self._never_rang(leg))
        self._clock.callLater(RINGS_WITHIN_S, self._look_for, leg, agent.phone)
        self._clock.callLater(ASKED_AT * command.ring_us / SECOND, self._ask_for_life, leg, command.ring_us)

    def rings(self, event: translate.ChannelRings) -> None:
        """The phone is there."""
        leg = self._coordinator.calls.leg(event.channel_id)
        if leg is not None:
            leg.rings = True

    def _look_for(self, leg: Leg, phone: str) -> None:
        waits = self._coordinator.calls.leg(leg.leg_id) is leg and not leg.rings and not leg.answered
        technology, _, endpoint = phone.partition("/")
        if waits and self._coordinator.connected and technology == "PJSIP" and endpoint.isalnum():
            self._coordinator.act("PJSIPQualify", [("Endpoint", endpoint)])

    def stop(self, command: StopRinging) -> None:
        """The offer is over: stop the phone, if it still rings."""
        leg = self._coordinator.calls.leg_of_offer(command.offer_id, command.agent_id)
        if leg is not None:
            self._coordinator.end_leg(leg)

    def _never_rang(self, leg: Leg) -> None:
        if self._coordinator.calls.leg(leg.leg_id) is leg:
            self._coordinator.leg_gone(leg, translate.ChannelGone(channel_id=leg.leg_id, cause=20))

    def _ask_for_life(self, leg: Leg, ring_us: Duration) -> None:
        """Only while it rings: most phones have been answered by now."""
        assert leg.offer_id is not None
        if self._coordinator.engine.offer(leg.offer_id) is not None and not leg.answered:
            self._coordinator.act("Ping", [], timeout_s=ANSWERED_BY * ring_us / SECOND)
