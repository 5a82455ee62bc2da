"""Offers at an agent's desk: answered from there, or rejected."""

from typing import Any, Protocol

import msgspec
from twisted.internet.defer import Deferred, fail

from acd.engine import Engine
from acd.events import Event, RefuseOffer
from cti_bridge.shell.call_control.desk_contact import DeskContact
from cti_bridge.shell.call_control.desks import Desks
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.sending import tell_to_answer
from cti_bridge.shell.calls import Calls, Leg
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.switch_actions import Headers, hang_up
from facts.ids import AgentId, ContactId
from facts.states import OfferOutcome
from facts.time import Instant

ANSWERED_WITHIN_S = 2.0
"""A phone that was told to answer, and does not by then, cannot."""

REJECTED = 21
"""Call rejected, in Q.850."""


class Centre(Protocol):
    """The distributor, the channels in use, the switch."""

    engine: Engine
    calls: Calls

    def tell(self, event: Event, switch_at: Instant | None = None) -> bool:
        """Let the distributor handle an event."""

    def ask(self, name: str, headers: Headers) -> Deferred[Any]:
        """Send an action to the switch; its response."""

    @property
    def connected(self) -> bool:
        """Whether the switch can be asked."""


class Control(Protocol):
    """What is needed of call control."""

    desks: Desks

    def refused(self, agent_id: AgentId, contact_id: ContactId, reason_id: str, detail: str = "") -> ActRefused:
        """The error of an act that cannot be."""


class Answering:
    """Acts on what rings by the distributor's offer."""

    def __init__(self, centre: Centre, clock: Clock, control: Control) -> None:
        self._centre = centre
        self._clock = clock
        self._control = control
        self._waiting: dict[tuple[ContactId, AgentId], Deferred[None]] = {}

    def offered_leg(self, agent_id: AgentId, contact_id: ContactId) -> Leg | None:
        """The leg that rings at this agent for the contact; None: none does."""
        view = self._centre.engine.contact(contact_id)
        if view is None or view.offer_id is None or agent_id not in view.agents:
            return None
        return self._centre.calls.leg_of_offer(view.offer_id, agent_id)

    def answer(self, leg: Leg) -> Deferred[DeskContact]:
        """Tell the phone to answer; it is answered when the switch says so."""
        key, agent_id, contact_id = (leg.contact_id, leg.agent_id), leg.agent_id, leg.contact_id
        if key in self._waiting or not self._centre.connected:
            reason = "on_the_way" if key in self._waiting else "switch_lost"
            return fail(self._control.refused(agent_id, contact_id, reason))
        done = self._waiting[key] = Deferred()

        def give_up(_: object = None) -> None:
            if self._waiting.get(key) is done:
                del self._waiting[key]
                done.errback(self._control.refused(agent_id, contact_id, "phone_cannot"))

        timer = self._clock.callLater(ANSWERED_WITHIN_S, give_up)

        def ended(result: Any) -> Any:
            if timer.active():
                timer.cancel()
            return result

        tell_to_answer(self._centre, leg.channel or leg.leg_id, self._clock).addErrback(give_up)
        return done.addBoth(ended).addCallback(lambda _: self._control.desks.present(agent_id, contact_id))

    def answered(self, leg: Leg) -> None:
        """The leg is up, whoever answered it."""
        waiting = self._waiting.pop((leg.contact_id, leg.agent_id), None)
        if waiting is not None:
            waiting.callback(None)

    def reject(self, leg: Leg) -> DeskContact:
        """The agent will not take it: told to the distributor first, so that it is known as rejected."""
        assert leg.offer_id is not None
        self._centre.calls.remove_leg(leg)
        wish = RefuseOffer(offer_id=leg.offer_id, agent_id=leg.agent_id, outcome=OfferOutcome.REJECTED)
        present = self._control.desks.present(leg.agent_id, leg.contact_id)
        if not self._centre.tell(wish):
            raise self._control.refused(leg.agent_id, leg.contact_id, "not_ringing")
        self._centre.ask("Hangup", hang_up(leg.leg_id, REJECTED)).addErrback(lambda _: None)
        return msgspec.structs.replace(present, state="over", acts=self._control.desks.no_acts())
