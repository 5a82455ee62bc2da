"""Offers at an agent's desk: answered from there, or rejected."""

from typing import Any, Protocol

import msgspec
from twisted.internet.defer import Deferred, fail, maybeDeferred

from acd.engine import Engine
from acd.events import Event, RefuseOffer
from cti_bridge.shell.call_control.desk_contact import DeskContact
from cti_bridge.shell.call_control.desks import Desks
from cti_bridge.shell.call_control.plans import REJECTED
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.sending import tell_to_answer
from cti_bridge.shell.call_control.situations import ActName
from cti_bridge.shell.calls import Calls, Leg
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.phones import Phones
from cti_bridge.shell.switch_actions import Headers, hang_up
from facts.ids import AgentId, ContactId, OfferId
from facts.states import OfferOutcome
from facts.time import Instant

ANSWERED_WITHIN_S = 2.0
"""A phone that was told to answer, and does not by then, cannot."""


class Centre(Protocol):
    """The distributor, the channels in use, the switch."""

    engine: Engine
    calls: Calls

    @property
    def phones(self) -> Phones:
        """Whether agents' phones can be reached."""

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

    def offer_to(self, agent_id: AgentId, contact_id: ContactId) -> OfferId | None:
        """The offer of the contact to this agent; None: there is none."""
        view = self._centre.engine.contact(contact_id)
        return None if view is None or agent_id not in view.agents else view.offer_id

    def act(self, act: ActName, offer_id: OfferId, agent_id: AgentId, contact_id: ContactId) -> Deferred[DeskContact]:
        """Answer or reject an offer. Its phone may be away for a moment: then it can be rejected all the same."""
        leg = self._centre.calls.leg_of_offer(offer_id, agent_id)
        if act == "reject":
            return maybeDeferred(self.reject, offer_id, agent_id, contact_id, leg)
        if leg is None or self._centre.phones.keeps(agent_id):
            reason = "phone_awaited" if self._centre.phones.keeps(agent_id) else "on_the_way"
            return fail(self._control.refused(agent_id, contact_id, reason))
        return self.answer(leg)

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

    def reject(self, offer_id: OfferId, agent_id: AgentId, contact_id: ContactId, leg: Leg | None) -> DeskContact:
        """The agent will not take it: told to the distributor first, so that it is known as rejected."""
        if leg is not None:
            self._centre.calls.remove_leg(leg)
        wish = RefuseOffer(offer_id=offer_id, agent_id=agent_id, outcome=OfferOutcome.REJECTED)
        present = self._control.desks.present(agent_id, contact_id)
        if not self._centre.tell(wish):
            raise self._control.refused(agent_id, contact_id, "not_ringing")
        if leg is not None:
            self._centre.ask("Hangup", hang_up(leg.leg_id, REJECTED)).addErrback(lambda _: None)
        return msgspec.structs.replace(present, state="over", acts=self._control.desks.no_acts())
