"""Callbacks on the switch: the agent's phone is rung without a caller, then the customer is dialled for it.

The agent's leg comes to ``acd-leg``, finds nobody to fetch and is kept. There it is told the number and sent on to
``acd-dial``, which dials and lets the agent hear ringing, busy tone or the customer. What the distributor is told is
told once: the customer is there when their channel joins the leg's talk; they are not there when the leg has gone,
after the tone, so that the phone is free again for the next call.

The line on which a callback was asked for ends without ending the contact. If it is still up when an agent is there,
it is ended first.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import msgspec
import structlog

from acd.contact_state import Place as AcdPlace
from acd.effects import DialCustomer
from acd.events import CallbackAnswered, CallbackFailed, EndTalk, JoinAsCallback, JoinQueue, RequestCallback
from acd.views import ContactView
from cti_bridge.shell import switch_actions, translate
from cti_bridge.shell.calls import Call, Leg, Place
from cti_bridge.shell.clock import Clock
from facts.ids import ContactId, QueueName
from facts.journal import CallbackAttempted, CallbackEnded, ContactEnded, Fact
from facts.states import Party
from facts.time import Instant

if TYPE_CHECKING:
    from cti_bridge.shell.coordinator import Coordinator

log = structlog.get_logger(__name__)

Outcome: TypeAlias = Literal["no_answer", "busy", "failed"]

LINE_ENDS_WITHIN_S = 2.0
"""The customer's old line, when we end it: dialled all the same if its end is not heard of."""

WITHOUT_CUSTOMER = frozenset({AcdPlace.WAITING, AcdPlace.OFFERED, AcdPlace.SCHEDULED, AcdPlace.DIALLING})
"""Where a contact is whose customer is still to be rung, or to answer."""

_OUTCOMES: Mapping[str, Outcome] = {"BUSY": "busy", "NOANSWER": "no_answer"}
_DECLINED = 21


class CustomerCall(msgspec.Struct, frozen=True, kw_only=True):
    """How a customer is dialled. ``shown``: the number that their phone shows, as the centre's."""

    number: str
    ring_s: int
    shown: str

    def __repr__(self) -> str:
        return "CustomerCall()"


class CustomerNumbers(Protocol):
    """Knows how customers may be dialled."""

    def dialled(self, number: str, queue: QueueName, entry_point: str) -> CustomerCall | None:
        """How to dial the number that a customer gave or called from; None: it cannot be, or may not be dialled."""


class AsGiven:
    """Every number is dialled as it is."""

    def dialled(self, number: str, queue: QueueName, entry_point: str) -> CustomerCall | None:  # noqa: ARG002 - the same for every queue
        """The digits of the number."""
        digits = switch_actions.diallable(number)
        return CustomerCall(number=digits, ring_s=30, shown=entry_point) if digits else None


class _Asked(msgspec.Struct, frozen=True):
    """What is known of the line on which a callback was asked for."""

    entry_point: str
    caller_name: str


class _Dialling(msgspec.Struct):
    """A customer who is dialled for an agent. ``kept``: the leg has come to where it can be sent on.

    ``outcome``: known already, while the agent hears the tone.
    """

    leg: Leg
    how: CustomerCall
    kept: bool = False
    begun: bool = False
    outcome: Outcome | None = None


class CallbackCalls:
    """All callbacks, as far as the switch has to do with them."""

    def __init__(self, coordinator: "Coordinator", clock: Clock, numbers: CustomerNumbers) -> None:
        self._coordinator = coordinator
        self._clock = clock
        self._numbers = numbers
        self._asked: dict[ContactId, _Asked] = {}
        self._dialling: dict[ContactId, _Dialling] = {}

    # -- asking ------------------------------------------------------------------------------------------------------

    def request(self, call: Call, number: str, *, not_before: Instant | None = None) -> bool:
        """The waiting caller wants to be called back; False when that cannot be, and then nothing has changed."""
        view = self._coordinator.engine.contact(call.contact_id)
        how = None if view is None else self._how(view, number, call.entry_point)
        if how is None:
            return False
        wish = RequestCallback(contact_id=call.contact_id, number=how.number, not_before=not_before)
        if not self._coordinator.tell(wish):
            return False
        self.remember(call.contact_id, call.entry_point, call.caller_name)
        return True

    def join(self, call: Call, join: JoinQueue, number: str) -> bool:
        """The caller, who waits in no queue, wants to be called back in one; False when that cannot be."""
        how = self._numbers.dialled(number, join.queue, call.entry_point)
        if how is None or not self._coordinator.tell(JoinAsCallback(join=join, number=how.number)):
            return False
        self.remember(call.contact_id, call.entry_point, call.caller_name)
        return True

    def remember(self, contact_id: ContactId, entry_point: str, caller_name: str) -> None:
        """What the line told that will be needed when there is none."""
        self._asked[contact_id] = _Asked(entry_point, caller_name)

    def _how(self, view: ContactView, number: str, entry_point: str) -> CustomerCall | None:
        return None if view.queue is None else self._numbers.dialled(number, view.queue, entry_point)

    def _view(self, contact_id: ContactId) -> ContactView | None:
        """The contact, if it is a callback that waits or is being dialled."""
        view = self._coordinator.engine.contact(contact_id)
        return view if view is not None and view.callback and view.place in WITHOUT_CUSTOMER else None

    def keeps(self, contact_id: ContactId) -> bool:
        """Whether the contact lives on when its line ends."""
        return self._view(contact_id) is not None

    # -- the agent's phone -------------------------------------------------------------------------------------------

    def caller_of(self, contact_id: ContactId) -> switch_actions.Caller | None:
        """Whom the agent's phone shows; None when the contact is no callback."""
        view = self._view(contact_id)
        if view is None:
            return None
        asked = self._asked.get(contact_id)
        return switch_actions.Caller(view.callback_number, asked.caller_name if asked is not None else "")

    def dial(self, command: DialCustomer) -> None:
        """An agent has accepted: dial the customer for their leg."""
        coordinator, contact_id = self._coordinator, command.contact_id
        leg = coordinator.calls.leg_of_offer(command.offer_id, command.agent_id)
        view, asked = self._view(contact_id), self._asked.get(contact_id)
        if leg is None or view is None:
            return
        how = self._how(view, view.callback_number, asked.entry_point if asked is not None else "")
        self._dialling[contact_id] = _Dialling(leg, how or CustomerCall(number="", ring_s=0, shown=""))
        if how is None:
            log.warning("callback_number_refused", contact_id=contact_id)
            self._dialling[contact_id].outcome = "failed"
            coordinator.end_leg(leg)
            return
        line = coordinator.calls.get(contact_id)
        if line is not None:
            coordinator.act("Hangup", switch_actions.hang_up(line.channel))
            self._clock.callLater(LINE_ENDS_WITHIN_S, self._line_should_be_gone, line)

    def leg_kept(self, leg: Leg) -> None:
        """The leg has come to where it waits for its customer."""
        dialling = self._of_leg(leg)
        if dialling is not None:
            dialling.kept = True
            self._go_on(leg.contact_id, dialling)

    def _go_on(self, contact_id: ContactId, dialling: _Dialling) -> None:
        """Dial, once the leg is there and the customer's own line is not."""
        coordinator, leg, how = self._coordinator, dialling.leg, dialling.how
        if not dialling.kept or dialling.begun or dialling.outcome or coordinator.calls.get(contact_id) is not None:
            return
        dialling.begun = True
        channel = leg.channel or leg.leg_id
        for name, value in (("ACD_NUMBER", how.number), ("ACD_RING", str(how.ring_s)), ("CALLERID(num)", how.shown)):
            if value:
                coordinator.act("Setvar", switch_actions.set_variable(channel, name, value))
        coordinator.act("Redirect", switch_actions.redirect(channel, "acd-dial"))

    # -- what becomes of it ------------------------------------------------------------------------------------------

    def line_gone(self, contact_id: ContactId) -> None:
        """The line on which the callback was asked for is no more."""
        dialling = self._dialling.get(contact_id)
        if dialling is not None:
            self._go_on(contact_id, dialling)

    def _line_should_be_gone(self, line: Call) -> None:
        calls = self._coordinator.calls
        if calls.get(line.contact_id) is line and line.contact_id in self._dialling:
            calls.remove(line)
            self.line_gone(line.contact_id)

    def joined(self, event: translate.BridgeEntered) -> None:
        """Somebody came into a talk: the customer, when it is the talk of a leg that dials one."""
        dialling = self._dialling.get(event.contact_id)
        if dialling is not None and self._coordinator.calls.leg(event.channel_id) is None:
            self._answered(event.contact_id, dialling, event.channel_id, event.channel, event.at)

    def _answered(
        self, contact_id: ContactId, dialling: _Dialling, channel_id: str, channel: str, at: Instant | None
    ) -> None:
        leg, calls = dialling.leg, self._coordinator.calls
        del self._dialling[contact_id]
        call = Call(contact_id, channel_id, channel, Place.TALKING)
        asked = self._asked.get(contact_id)
        call.entry_point = asked.entry_point if asked is not None else ""
        call.caller_number, call.offered = dialling.how.number, True
        calls.add(call)
        if self._coordinator.tell(CallbackAnswered(contact_id=contact_id, agent_id=leg.agent_id), at):
            self._coordinator.connected_with(call, leg, at)
        else:
            calls.remove(call)
            self._coordinator.end_leg(leg)

    def dial_ended(self, leg: Leg, event: translate.DialEnded) -> bool:
        """The dialled customer is not there: remembered until the leg is gone. False: this leg dials no customer."""
        dialling = self._of_leg(leg)
        if dialling is None:
            return False
        dialling.outcome = "busy" if event.cause == _DECLINED else _OUTCOMES.get(event.status, "failed")
        return True

    def leg_gone(self, leg: Leg, at: Instant | None) -> bool:
        """The agent's leg ended: after the customer was found not to be there, or before. False: it dialled nobody."""
        dialling = self._of_leg(leg)
        if dialling is None:
            return False
        del self._dialling[leg.contact_id]
        if dialling.outcome is None:
            self._coordinator.tell(EndTalk(contact_id=leg.contact_id, agent_id=leg.agent_id, ended_by=Party.AGENT), at)
        else:
            self._tell_failed(leg, dialling.outcome, at)
        return True

    def leg_lost(self, leg: Leg) -> bool:
        """The leg ended while nobody listened: whether the customer was there, nobody knows; it counts as tried."""
        dialling = self._of_leg(leg)
        if dialling is None:
            return False
        del self._dialling[leg.contact_id]
        self._tell_failed(leg, dialling.outcome or "failed", None)
        return True

    def _tell_failed(self, leg: Leg, outcome: Outcome, at: Instant | None) -> None:
        self._coordinator.tell(CallbackFailed(contact_id=leg.contact_id, agent_id=leg.agent_id, outcome=outcome), at)

    def _of_leg(self, leg: Leg) -> _Dialling | None:
        dialling = self._dialling.get(leg.contact_id)
        return dialling if dialling is not None and dialling.leg is leg else None

    def read(self, fact: Fact) -> None:
        """What the distributor decided: an agent who was taken away dials no more; a callback that ended is over."""
        if isinstance(fact, CallbackAttempted) and fact.outcome == "agent_missing" and fact.contact_id is not None:
            dialling = self._dialling.get(fact.contact_id)
            if dialling is not None and dialling.leg.agent_id == fact.agent_id:
                del self._dialling[fact.contact_id]
                dialling.leg.answered = False  # its end has been told
                self._coordinator.end_leg(dialling.leg)
        elif isinstance(fact, CallbackEnded) and fact.contact_id is not None:
            self._asked.pop(fact.contact_id, None)
            if fact.outcome != "connected":
                self._over(fact.contact_id)

    def _over(self, contact_id: ContactId) -> None:
        """Nobody calls back any more. A line that is still up has a flow of its own, and ends the contact."""
        line = self._coordinator.calls.get(contact_id)
        if line is not None:
            line.place = Place.TALKED
        else:
            self._coordinator.record(ContactEnded(contact_id=contact_id, ended_by=Party.SYSTEM))

    # -- after a lost connection, or a restart -----------------------------------------------------------------------

    def resume(self, leg: Leg, number: str) -> None:
        """The leg of an agent who accepted before the restart; whether it dials still, :meth:`look_again` tells."""
        self._dialling[leg.contact_id] = _Dialling(leg, CustomerCall(number=number, ring_s=0, shown=""), begun=True)

    def look_again(self, leg: Leg, found: translate.ChannelFound, customer: translate.ChannelFound | None) -> None:
        """Where the leg is now, and who is with it."""
        dialling = self._of_leg(leg)
        if dialling is None:
            return
        if customer is not None:
            self._answered(leg.contact_id, dialling, customer.channel_id, customer.channel, None)
        elif found.context == "acd-keep":
            dialling.kept, dialling.begun = True, False
            self._go_on(leg.contact_id, dialling)
        elif found.exten.startswith("tell-"):
            dialling.outcome = _OUTCOMES.get(found.exten.removeprefix("tell-"), "failed")
