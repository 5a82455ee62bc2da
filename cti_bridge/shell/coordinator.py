"""The coordinator: switch events in, distributor events out; the distributor's effects in, switch actions out.

It correlates and carries, it decides nothing: who is offered what, when an offer is over, and what an agent's state
is are the distributor's. What it does know is which channel belongs to whom, and that a caller can vanish at every
step: whatever comes too late is dropped here.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall

from acd.contact_state import Place as AcdPlace
from acd.effects import (
    AnnouncePosition,
    Command,
    ConnectContact,
    DialCustomer,
    Effect,
    RingAgent,
    SendContact,
    StopRinging,
)
from acd.engine import Engine
from acd.errors import AcdError
from acd.events import AnswerOffer, Event, JoinQueue, LeaveQueue, RefuseOffer, Tick
from acd.views import OfferView
from cti_bridge.shell import departures, recovery, switch_actions, translate
from cti_bridge.shell.ami_client import ActionFailed, AmiError, NotConnected, Snapshot
from cti_bridge.shell.call_control.control import CallControl
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.callback_calls import AsGiven, CallbackCalls, CustomerNumbers
from cti_bridge.shell.calls import Call, Calls, Leg, Place
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.direct_calls import DirectCalls
from cti_bridge.shell.phones import Phones
from cti_bridge.shell.recorder import Recorder
from cti_bridge.shell.ringing import Ringing
from cti_bridge.shell.switch_clock import SwitchClock
from cti_bridge.wire.ami import AmiMessage
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import ContactAbandoned, ContactEnded, ContactOffered, Fact, SwitchConnected, SwitchLost
from facts.states import Party
from facts.time import Duration, Instant

log = structlog.get_logger(__name__)

IN_QUEUE = frozenset({AcdPlace.WAITING, AcdPlace.OFFERED, AcdPlace.SCHEDULED})
"""Where a contact is that nobody has answered."""

GHOST_AFTER_S = 1.0
"""A channel whose far end hung up, and which is still there so much later, is ended by us."""


class Switch(Protocol):
    """What the coordinator needs of the AMI client."""

    def action(
        self, name: str, headers: list[tuple[str, str]], *, timeout_s: float | None = None
    ) -> Deferred[AmiMessage]:
        """Send one action; one that is not answered in time ends the connection."""

    def list_action(self, name: str, headers: list[tuple[str, str]]) -> Deferred[list[AmiMessage]]:
        """Send an action that is answered by a list of events."""


class Flows(departures.Flows, Protocol):
    """What the coordinator needs of the flows of callers who wait: :mod:`cti_bridge.shell.resting_runs`."""

    def key(self, contact_id: ContactId, key: str) -> None:
        """A waiting caller pressed a key."""

    def goes_on(self, contact_id: ContactId) -> bool:
        """Whether the caller is on the way back to the menu."""

    def position_told(self, contact_id: ContactId, position: int, expected_wait_us: Duration | None) -> None:
        """Where the caller is in the queue."""


class Coordinator:
    """Carries between the switch and the distributor.

    ``queue_of_entry``: where a caller waits for whom no menu chose a queue, by dialled number (``""``: any).
    ``customer_numbers``: how numbers are dialled for callbacks; None: as they are.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        recorder: Recorder,
        *,
        queue_of_entry: Mapping[str, QueueName],
        resume: recovery.Resume,
        customer_numbers: CustomerNumbers | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.engine = engine
        self.calls = Calls(clock.now())
        self.direct_calls = DirectCalls(self)
        self.phones = Phones(self, clock)
        self.control = CallControl(self, clock, rules)
        self.callbacks = CallbackCalls(self, clock, customer_numbers or AsGiven())
        self._ringing = Ringing(self, clock)
        self._departures = departures.Departures(self)
        self._clock = clock
        self._recorder = recorder
        self._queue_of_entry = queue_of_entry
        self._resume = resume
        self._switch: Switch | None = None
        self._switch_clock = SwitchClock()
        self._is_connected = False
        self._flows: Flows | None = None
        self._stopped = False
        recorder.add_reader(self.control.read)
        self._wake: IDelayedCall | None = None
        self._wake_at: Instant | None = None
        self._heard: Mapping[type[translate.SwitchEvent], Callable[[Any], None]] = {
            translate.CallerWaits: self._caller_waits,
            translate.KeyPressed: self._key_pressed,
            translate.ChannelSeen: self._channel_seen,
            translate.ChannelAnswered: self._channel_answered,
            translate.ChannelRings: self._ringing.rings,
            translate.ChannelGone: self._channel_gone,
            translate.HangupAsked: self._hangup_asked,
            translate.LegFailed: self._leg_failed,
            translate.LegKept: self._leg_kept,
            translate.BridgeEntered: self.callbacks.joined,
            translate.DialEnded: self._dial_ended,
            translate.TalkLeftByAgent: self._talk_left_by_agent,
            translate.DeviceChanged: self.phones.device_changed,
        }
        self._commands: Mapping[type[Command], Callable[[Any], None]] = {
            RingAgent: self._ringing.ring,
            StopRinging: self._ringing.stop,
            ConnectContact: self._connect_contact,
            SendContact: self._send_contact,
            AnnouncePosition: self._announce_position,
            DialCustomer: self.callbacks.dial,
        }

    def use_switch(self, switch: Switch) -> None:
        """The switch to act on; given after construction, as each of the two knows the other."""
        self._switch = switch

    def use_flows(self, flows: Flows) -> None:
        """The flows of callers who wait; likewise."""
        self._flows = flows

    # -- to the distributor ------------------------------------------------------------------------------------------

    def tell(self, event: Event, switch_at: Instant | None = None) -> bool:
        """Let the distributor handle an event now and do what it wants done; False when it was illegal.

        What the switch said happened when it says so, however late we hear of it. What was due by then comes first and
        is dated by our own clock; what the event itself brings about carries the switch's time.
        """
        if self._stopped:
            return False
        now, at = self._clock.now(), self.instant(switch_at)
        if self.engine.next_deadline is not None and self.engine.next_deadline <= at:
            self._run(self.engine.handle(Tick(), at), now, None)
        try:
            effects = self.engine.handle(event, at)
        except AcdError as error:
            log.warning("event_refused", acd_event=type(event).__name__, reason=str(error))
            return False
        finally:
            self._set_alarm()
        self._run(effects, now, switch_at)
        return True

    def record(self, fact: Fact, switch_at: Instant | None = None) -> None:
        """Put a fact of our own (not the distributor's) into the journal."""
        self._recorder.record(fact, self._clock.now(), switch_at)

    def _run(self, effects: list[Effect], now: Instant, switch_at: Instant | None) -> None:
        for effect in effects:
            if isinstance(effect, Fact):
                self._recorder.record(effect, now, switch_at)
            else:
                self._commands[type(effect)](effect)
        for effect in effects:
            if isinstance(effect, Fact):
                self.callbacks.read(effect)
                self.phones.read(effect)

    def _set_alarm(self) -> None:
        due = self.engine.next_deadline
        if due == self._wake_at and self._wake is not None:
            return
        if self._wake is not None and self._wake.active():
            self._wake.cancel()
        self._wake_at = due
        self._wake = None if due is None else self._clock.call_at(due, self._woken)

    def _woken(self) -> None:
        self._wake = self._wake_at = None
        now = self._clock.now()
        try:
            self._run(self.engine.handle(Tick(), now), now, None)
        finally:
            self._set_alarm()

    def now(self) -> Instant:
        """The present instant."""
        return self._clock.now()

    def instant(self, switch_at: Instant | None) -> Instant:
        """When the switch's instant was, by our clock; None: now."""
        now = self._clock.now()
        return now if switch_at is None else self._switch_clock.instant(switch_at, now)

    def stop(self) -> None:
        """Heed nothing any more: calls go on by the dialplan, and the next start finds them."""
        self._stopped = True
        if self._wake is not None and self._wake.active():
            self._wake.cancel()
        self._wake = None

    # -- from the menu -----------------------------------------------------------------------------------------------

    def caller_arrived(self, call: Call, region: str = "") -> None:
        """A caller reached the menu, or was found waiting without one: the contact begins."""
        self.calls.add(call)
        if call.offered:
            return
        call.offered = True
        self.record(
            ContactOffered(
                contact_id=call.contact_id,
                customer_id=None if call.customer is None else call.customer.customer_id,
                entry_point=call.entry_point,
                caller_number=call.caller_number,
                caller_name=call.caller_name,
                caller_region=region,
            )
        )

    # -- from the switch ---------------------------------------------------------------------------------------------

    def switch_event(self, event: AmiMessage) -> None:
        """One AMI event."""
        if self._stopped:
            return
        heard = translate.translate(event)
        if heard is not None:
            self.control.hear(heard)
            self.direct_calls.hear(heard)
            handler = self._heard.get(type(heard))
            if handler is not None:
                handler(heard)

    def switch_lost(self, reason: str) -> None:
        """The connection is gone: no phone can be rung, nobody is blamed for it, and talks go on by the dialplan."""
        self._is_connected = False
        self.record(SwitchLost(reason=reason))
        self.control.switch_lost()
        self.phones.switch_lost()

    def switch_connected(self, snapshot: Snapshot) -> None:
        """Take over what is there: forget what is gone, find who waits and who talks.

        Phones that cannot be reached are lost first, so that nothing is offered to them; found are they last, so that
        nothing is offered to those who talk.
        """
        self._is_connected = True
        self.record(SwitchConnected())
        found = [f for m in snapshot.channels if isinstance(f := translate.translate(m), translate.ChannelFound)]
        devices = [d for m in snapshot.devices if isinstance(d := translate.translate(m), translate.DeviceChanged)]
        unreachable = {device.device for device in devices if not device.reachable}
        self.phones.are(unreachable, lost=True)
        self.control.look({f.channel_id: f for f in found})
        recovery.forget_gone(self, {f.channel_id for f in found})
        self._resume.take_over(self, found)
        self.phones.are(unreachable, lost=False)

    def line_ended(self, call: Call) -> bool:
        """The call is over; whether its contact lives on, to be called back."""
        self.calls.remove(call)
        if not self.callbacks.keeps(call.contact_id):
            return False
        if self._flows is not None:
            self._flows.forget(call.contact_id)
        self.callbacks.line_gone(call.contact_id)
        return True

    def _caller_waits(self, event: translate.CallerWaits) -> None:
        call = self.calls.get(event.contact_id)
        if call is None:
            call = Call(event.contact_id, event.channel_id, event.channel, Place.MENU)
            call.entry_point = event.entry_point
            call.caller_number, call.caller_name = event.caller_number, event.caller_name
            self.caller_arrived(call)
        elif call.in_menu or (self._flows is not None and self._flows.goes_on(call.contact_id)):
            return  # said before the caller was sent back to the menu, heard after
        call.routing = self.control.routing(call.contact_id) or call.routing
        self.join(call, event.queue, event.since if call.routing is None else None, event.at)

    def _key_pressed(self, event: translate.KeyPressed) -> None:
        if self._flows is not None:
            self._flows.key(event.contact_id, event.key)

    def join(self, call: Call, queue: QueueName, since: Instant | None, switch_at: Instant | None) -> None:
        """The caller waits for an agent: as the menu said, or in the queue of the number that was dialled."""
        if self.engine.contact(call.contact_id) is not None:
            if call.place is Place.MENU:
                call.place = Place.WAITING
            return
        call.place = Place.WAITING
        if isinstance(call.routing, JoinQueue):
            self.tell(call.routing, switch_at)
            return
        entry = self._queue_of_entry
        chosen = queue or entry.get(call.entry_point) or entry[""]
        if not self.tell(JoinQueue(contact_id=call.contact_id, queue=chosen, joined_at=since, why="found waiting")):
            fallback = JoinQueue(contact_id=call.contact_id, queue=entry[""], joined_at=since, why="found waiting")
            self.tell(fallback, switch_at)

    def _channel_seen(self, event: translate.ChannelSeen) -> None:
        leg = self.calls.leg(event.channel_id)
        if leg is not None:
            leg.seen = True
            leg.channel = event.channel

    def _channel_answered(self, event: translate.ChannelAnswered) -> None:
        leg = self.calls.leg(event.channel_id)
        if leg is not None and not leg.answered:
            self.leg_found_answered(leg, event.at)

    def leg_found_answered(self, leg: Leg, at: Instant | None = None) -> None:
        """An agent's phone is up: the offer is answered, or too late, then the leg is ended."""
        leg.seen = leg.answered = True
        if leg.offer_id is None or self.engine.offer(leg.offer_id) is None:
            self.end_leg(leg)
            return
        call = self.calls.get(leg.contact_id)
        told = self.tell(AnswerOffer(offer_id=leg.offer_id, agent_id=leg.agent_id), at)
        if told and call is not None and not self.callbacks.keeps(leg.contact_id):
            self.connected_with(call, leg, at)

    def connected_with(self, call: Call, leg: Leg, at: Instant | None) -> None:
        """The customer of this call is, or is about to be, in a talk with the agent of this leg."""
        call.place, call.agent_id = Place.TALKING, leg.agent_id
        self.control.connected(call, leg, at)
        if self.phones.keeps(leg.agent_id):  # answered, and loaded anew before that was heard
            self.control.absences.phone_left(leg.agent_id, leg.channel.rpartition("-")[0])

    def _hangup_asked(self, event: translate.HangupAsked) -> None:
        """See to it that the channel ends.

        A far end that hangs up in the very milliseconds in which ``Bridge()`` takes its channel out of the music is
        forgotten by Asterisk 22: the channel stays up with nobody behind it, and the other side hears silence.
        """
        self._clock.callLater(GHOST_AFTER_S, self._end_ghost, event.channel_id)

    def _end_ghost(self, channel_id: str) -> None:
        known = (self.calls.of_channel, self.calls.leg, self.control.lines.of_channel)
        if any(look(channel_id) is not None for look in known):
            log.warning("ghost_channel_ended", channel_id=channel_id)
            self.act("Hangup", switch_actions.hang_up(channel_id))

    def _leg_failed(self, event: translate.LegFailed) -> None:
        leg = self.calls.leg(event.channel_id)
        if leg is not None and not leg.seen:
            self.leg_gone(leg, translate.ChannelGone(at=event.at, channel_id=leg.leg_id, cause=20))

    def _leg_kept(self, event: translate.LegKept) -> None:
        leg = self.calls.leg(event.channel_id)
        if leg is not None:
            self.callbacks.leg_kept(leg)

    def _dial_ended(self, event: translate.DialEnded) -> None:
        leg = self.calls.leg(event.channel_id)
        if leg is not None and leg.answered:
            self.callbacks.dial_ended(leg, event)

    def _channel_gone(self, event: translate.ChannelGone) -> None:
        leg = self.calls.leg(event.channel_id)
        if leg is not None:
            self.leg_gone(leg, event)
            return
        call = self.calls.of_channel(event.channel_id)
        if call is not None:
            self._caller_gone(call, event.at)

    def leg_gone(self, leg: Leg, event: translate.ChannelGone) -> None:
        """An agent's leg ended, or could not be made: the offer was not taken. Of its talk call control has told."""
        self.calls.remove_leg(leg)
        if self.callbacks.leg_gone(leg, event.at) or leg.answered or self.phones.leg_stays_away(leg):
            return
        if leg.offer_id is not None and self.engine.offer(leg.offer_id) is not None:
            why = translate.outcome_of(event.cause)
            self.tell(RefuseOffer(offer_id=leg.offer_id, agent_id=leg.agent_id, outcome=why), event.at)

    def _talk_left_by_agent(self, event: translate.TalkLeftByAgent) -> None:
        call = self.calls.get(event.contact_id)
        if call is not None:
            call.place = Place.TALKED

    def _caller_gone(self, call: Call, at: Instant | None) -> None:
        if self.line_ended(call):
            return
        if call.place is Place.MENU:
            self.record(ContactAbandoned(contact_id=call.contact_id, stage="menu"), at)
        elif self.waits(call.contact_id):
            self.tell(LeaveQueue(contact_id=call.contact_id), at)
        if self.control.ends_with_customer(call.contact_id):
            by = call.ended_by or (Party.AGENT if call.place is Place.TALKED else Party.CALLER)
            self.contact_over(call.contact_id, call.agent_id, by, at)

    def waits(self, contact_id: ContactId) -> bool:
        """Whether the distributor has the contact in a queue."""
        view = self.engine.contact(contact_id)
        return view is not None and view.place in IN_QUEUE

    def contact_over(self, contact_id: ContactId, agent_id: AgentId | None, by: Party, at: Instant | None) -> None:
        """Nobody is on the call any more."""
        self.record(ContactEnded(contact_id=contact_id, agent_id=agent_id, ended_by=by), at)

    # -- to the switch -----------------------------------------------------------------------------------------------

    def act(
        self,
        name: str,
        headers: list[tuple[str, str]],
        failed: Callable[[str], None] | None = None,
        *,
        timeout_s: float | None = None,
    ) -> None:
        """Send an action; ``failed`` is told a moment later when it is certain that it had no effect.

        That is so when Asterisk refuses it. What was not answered, or could not be sent, is the connection's trouble:
        the next snapshot tells what became of it. ``timeout_s``: when the usual time for an answer is too long.
        """
        assert self._switch is not None

        def note(failure: Any) -> None:
            failure.trap(AmiError)
            log.info("action_failed", action=name, reason=failure.getErrorMessage())
            if failed is not None and isinstance(failure.value, ActionFailed):
                self._clock.callLater(0, failed, failure.getErrorMessage())

        self._switch.action(name, headers, timeout_s=timeout_s).addErrback(note)

    @property
    def connected(self) -> bool:
        """Whether the switch is connected and its state taken over."""
        return self._is_connected

    def ask(self, name: str, headers: list[tuple[str, str]]) -> Deferred[Any]:
        """Send an action, whose sender wants to know what comes of it."""
        return fail(NotConnected("no switch")) if self._switch is None else self._switch.action(name, headers)

    def ask_list(self, name: str) -> Deferred[list[Any]]:
        """Ask the switch for a list."""
        return fail(NotConnected("no switch")) if self._switch is None else self._switch.list_action(name, [])

    def to_menu(self, contact_id: str, flow: str) -> bool:
        """This flow goes on with the caller."""
        call = self.calls.get(ContactId(contact_id))
        return call is not None and self._flows is not None and self._flows.go_to(call, flow, {})

    def send_away(self, contact_id: ContactId, why: str) -> None:
        """The caller left the queue by somebody's hand."""
        self._send_contact(SendContact(contact_id=contact_id, to_kind="exit", to="", why=why))

    def ring_anew(self, offer: OfferView, agent_id: AgentId, ring_us: Duration) -> None:
        """The offer rings at the agent's phone once more, for the rest of its time; a leg that rings still is ended."""
        leg = self.calls.leg_of_offer(offer.offer_id, agent_id)
        if leg is not None:
            self.calls.remove_leg(leg)
            self.end_leg(leg)
        self._ringing.ring(
            RingAgent(
                offer_id=offer.offer_id,
                contact_id=offer.contact_id,
                agent_id=agent_id,
                queue=offer.queue,
                ring_us=ring_us,
            )
        )

    def end_leg(self, leg: Leg) -> None:
        """Hang up an agent's phone."""
        self.act("Hangup", switch_actions.hang_up(leg.leg_id))

    def _connect_contact(self, command: ConnectContact) -> None:
        """Nothing to do: the leg's own dialplan fetches the caller as soon as the agent has answered."""

    def _send_contact(self, command: SendContact) -> None:
        self._departures.send(command, self._flows)

    def _announce_position(self, command: AnnouncePosition) -> None:
        if self._flows is not None:
            self._flows.position_told(command.contact_id, command.position, command.expected_wait_us)
