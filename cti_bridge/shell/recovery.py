"""After a restart or a lost connection: Asterisk and the journal together say who was where.

Asterisk is asked who waits and who talks (its channels carry ``ACD_CALL``, ``ACD_QUEUE``, ``ACD_SINCE``); the journal
adds what a channel does not carry: the requirement, the original join time to the microsecond, since when two talk,
callbacks, which have no channel, which agents were signed in, and where the flows of those who wait would go on
(:mod:`cti_bridge.shell.remembering`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from acd.events import (
    CloseQueue,
    DeclareNotReady,
    DeclareReady,
    JoinAsCallback,
    JoinQueue,
    LeaveQueue,
    LogIn,
    RefuseOffer,
    RestoreWrapUp,
)
from cti_bridge.shell import switch_actions, translate
from cti_bridge.shell.call_control.resuming import recall_contact, resume_call
from cti_bridge.shell.calls import Call, Leg, Place
from cti_bridge.shell.remembering import Past, PastCallback, PastContact, PastWrapUp
from cti_bridge.shell.situation import situation_before
from facts.ids import AgentId, ContactId
from facts.journal import CallbackAttempted, CallbackEnded, ContactEnded, ContactLeftQueue
from facts.states import Declared, LeftQueue, OfferOutcome, Party
from facts.time import DAY, Instant

if TYPE_CHECKING:
    from cti_bridge.shell.coordinator import Coordinator

log = structlog.get_logger(__name__)

WAITING_PLACES = frozenset({"acd-wait", "acd-announce"})
"""Contexts of the dialplan in which a caller waits for an agent, or hears where they stand meanwhile."""

OUTSIDE = "acd-outside"
"""The context in which a flow has a number dialled for the caller."""

LONGEST_OUTAGE = DAY
"""After a daemon was away for longer, nobody is believed to sit at their desk still."""


def forget_gone(coordinator: "Coordinator", present: set[str]) -> None:
    """What is not there any more ended while nobody listened."""
    for leg in coordinator.calls.legs():
        if leg.leg_id not in present:
            _leg_lost(coordinator, leg)
    for call in coordinator.calls:
        if call.channel_id not in present:
            _caller_lost(coordinator, call)


def _leg_lost(coordinator: "Coordinator", leg: Leg) -> None:
    """Who ended it, nobody knows."""
    coordinator.calls.remove_leg(leg)
    if coordinator.callbacks.leg_lost(leg):
        return
    if not leg.answered and leg.offer_id is not None and coordinator.engine.offer(leg.offer_id) is not None:
        outcome = OfferOutcome.UNREACHABLE
        coordinator.tell(RefuseOffer(offer_id=leg.offer_id, agent_id=leg.agent_id, outcome=outcome))


def _caller_lost(coordinator: "Coordinator", call: Call) -> None:
    """No abandoned contact, for nobody knows when and why."""
    if coordinator.line_ended(call):
        return
    if coordinator.waits(call.contact_id):
        coordinator.tell(LeaveQueue(contact_id=call.contact_id, cause=LeftQueue.SWITCH_LOST))
    if coordinator.control.ends_with_customer(call.contact_id):
        coordinator.contact_over(call.contact_id, call.agent_id, Party.SYSTEM, None)


class Resume:
    """Brings agents, waiting callers, callbacks and talks back to their places; used again at every reconnection."""

    def __init__(self, past: Past) -> None:
        self._past = past

    @property
    def still_to_restore(self) -> list[ContactId]:
        """Callbacks that wait for the switch's answer, which tells whether they are being dialled."""
        return self._past.open_callbacks()

    # -- before the switch is there ----------------------------------------------------------------------------------

    def begin(self, coordinator: "Coordinator") -> None:
        """Queues closed by hand are closed, and agents who had not signed out are signed in as they were."""
        coordinator.record(situation_before(self._past))
        for queue, by in self._past.closed.items():
            if coordinator.engine.queue(queue) is not None:
                coordinator.tell(CloseQueue(queue=queue, by=by, restored=True))
        if self._past.last_at + LONGEST_OUTAGE >= coordinator.now():
            self._sign_agents_in(coordinator)

    def _sign_agents_in(self, coordinator: "Coordinator") -> None:
        """Those whom nobody knows any more stay out."""
        for agent_id, agent in self._past.agents.items():
            known = coordinator.engine.agent(agent_id)
            if known is None or known.declared is not Declared.LOGGED_OUT:
                continue
            if not coordinator.tell(LogIn(agent_id=agent_id, phone=agent.phone)):
                continue
            if agent.declared is Declared.READY:
                coordinator.tell(DeclareReady(agent_id=agent_id, by=Party.SYSTEM))
            elif agent.reason is not None:
                coordinator.tell(DeclareNotReady(agent_id=agent_id, reason=agent.reason, by=Party.SYSTEM))
            for wrap_up in self._past.wrap_ups_of(agent_id):
                self._wrap_up_again(coordinator, agent_id, wrap_up)

    def _wrap_up_again(self, coordinator: "Coordinator", agent_id: AgentId, wrap_up: PastWrapUp) -> None:
        """Before any call can be offered to them."""
        over = wrap_up.contact_id not in self._past.contacts
        recall_contact(coordinator, wrap_up.contact_id, wrap_up.contact, over=over)
        coordinator.tell(
            RestoreWrapUp(
                contact_id=wrap_up.contact_id,
                agent_id=agent_id,
                queue=wrap_up.queue,
                since=min(wrap_up.since, coordinator.now()),
                customer_id=wrap_up.contact.customer_id,
                extended=wrap_up.extended,
                until=wrap_up.until,
            )
        )

    # -- with the switch's own answer --------------------------------------------------------------------------------

    def take_over(self, coordinator: "Coordinator", found: list[translate.ChannelFound]) -> None:
        """Talks first, so that nobody who talks is offered a call; then those who wait, the oldest first."""
        ours = [f for f in found if f.channel_id.startswith("leg-")]
        legs = [*ours, *(f for f in found if self._was_dialled_at_phone(coordinator, f))]
        left = [leg for leg in legs if not self._is_known(coordinator, leg, _partner(leg, found))]
        callers = [f for f in found if f.channel_id == f.contact_id]
        held = [f for f in callers if f.context == "acd-hold" and coordinator.control.lines.get(f.contact_id) is None]
        for contact_id in dict.fromkeys(f.contact_id for f in [*left, *held]):
            self._call(coordinator, contact_id, found)
        for leg in ours:
            if leg in left and coordinator.control.lines.of_channel(leg.channel_id) is None:
                coordinator.act("Hangup", switch_actions.hang_up(leg.channel_id))
        waiting = [f for f in callers if f.context in WAITING_PLACES and not f.bridge]
        in_order = [(self._since(f), self._waiting_again(coordinator, f)) for f in waiting]
        in_order += [
            ((past.joined_at or 0, contact_id), self._callback_again(coordinator, contact_id, past))
            for contact_id, past in self._past.contacts.items()
            if past.callback is not None
        ]
        for _, again in sorted(in_order, key=lambda one: one[0]):
            again()
        for caller in (f for f in callers if f.context == OUTSIDE):
            self._adopt(coordinator, caller, Place.TALKED)
        self._past = Past(contacts={}, agents={}, closed={}, callbacks_noted=[])

    def _was_dialled_at_phone(self, coordinator: "Coordinator", channel: translate.ChannelFound) -> bool:
        """Whether it is an agent's phone that has dialled a contact of theirs by itself."""
        past = self._past.contacts.get(channel.contact_id)
        if past is None or past.direction != "outbound" or not channel.agent_id:
            return False
        if channel.channel_id.startswith(("leg-", "spy-")):
            return False
        return coordinator.control.agent_of_phone(channel.channel.rpartition("-")[0]) == channel.agent_id

    def _since(self, caller: translate.ChannelFound) -> tuple[Instant, str]:
        past = self._past.contacts.get(caller.contact_id)
        joined = past.joined_at if past is not None else None
        return (joined or caller.since or 0, caller.channel_id)

    # -- talks -------------------------------------------------------------------------------------------------------

    def _is_known(
        self, coordinator: "Coordinator", found: translate.ChannelFound, caller: translate.ChannelFound | None
    ) -> bool:
        """Whether a leg is of a call under control already, or dials a customer who is called back."""
        known = coordinator.calls.leg(found.channel_id)
        if known is not None and known.answered:
            coordinator.callbacks.look_again(known, found, caller)
            return True
        if coordinator.control.lines.of_channel(found.channel_id) is not None:
            return True
        if known is None:
            return self._dials(coordinator, found, caller)
        coordinator.calls.remove_leg(known)
        return False

    def _call(self, coordinator: "Coordinator", contact_id: ContactId, found: list[translate.ChannelFound]) -> None:
        """A call that agents were on."""
        past = self._past.contacts.get(contact_id) or PastContact()
        if not resume_call(coordinator, contact_id, found, past):
            return
        line = coordinator.control.lines.get(contact_id)
        customer = line.call.customer if line is not None else None
        for channel in found:
            if customer is not None and channel.channel_id == customer.channel_id:
                call = self._adopt(coordinator, channel, Place.TALKING)
                call.agent_id = next(iter(past.talks), None)

    # -- callbacks ---------------------------------------------------------------------------------------------------

    def _dials(
        self, coordinator: "Coordinator", found: translate.ChannelFound, customer: translate.ChannelFound | None
    ) -> bool:
        """Whether the leg of a daemon that died dials a customer; then it goes on doing so."""
        past = self._past.contacts.get(found.contact_id)
        callback = past.callback if past is not None else None
        if past is None or callback is None or not found.up or callback.dialled_by != found.agent_id:
            return False
        if customer is None and found.context not in ("acd-dial", "acd-keep"):
            return False
        if not self._join_again(coordinator, found.contact_id, past, callback, found.agent_id):
            return False
        past.callback = None
        leg = _add_leg(coordinator, found)
        coordinator.callbacks.resume(leg, callback.number)
        coordinator.callbacks.look_again(leg, found, customer)
        return True

    def _callback_again(
        self, coordinator: "Coordinator", contact_id: ContactId, past: PastContact
    ) -> Callable[[], None]:
        def again() -> None:
            callback = past.callback
            if callback is None or coordinator.engine.contact(contact_id) is not None:
                return
            if callback.dialled_by is not None:
                self._attempt_lost(coordinator, contact_id, past, callback)
            if not callback.number or not self._join_again(coordinator, contact_id, past, callback, None):
                self._cancel(coordinator, contact_id, past, callback)

        return again

    def _join_again(
        self,
        coordinator: "Coordinator",
        contact_id: ContactId,
        past: PastContact,
        callback: PastCallback,
        dialled_by: AgentId | None,
    ) -> bool:
        if past.queue is None:
            return False
        coordinator.callbacks.remember(contact_id, past.entry_point, past.caller_name)
        return coordinator.tell(
            JoinAsCallback(
                join=_join(contact_id, past),
                number=callback.number,
                not_before=callback.not_before,
                requested_at=callback.requested_at,
                attempts=callback.attempts,
                last_attempt_at=callback.last_attempt_at,
                dialled_by=dialled_by,
            )
        )

    def _attempt_lost(
        self, coordinator: "Coordinator", contact_id: ContactId, past: PastContact, callback: PastCallback
    ) -> None:
        """An agent had accepted, and is gone: whether the customer was there, nobody knows; it counts as tried."""
        callback.attempts += 1
        callback.last_attempt_at = callback.accepted_at
        coordinator.record(
            CallbackAttempted(
                contact_id=contact_id,
                agent_id=callback.dialled_by,
                customer_id=past.customer_id,
                queue=past.queue,
                channel="callback",
                attempt=callback.attempts,
                outcome="failed",
            )
        )

    def _cancel(
        self, coordinator: "Coordinator", contact_id: ContactId, past: PastContact, callback: PastCallback
    ) -> None:
        """Nobody can be called back: the number was erased, or the queue is no more."""
        log.warning("callback_cancelled", contact_id=contact_id, queue=past.queue)
        about = {"contact_id": contact_id, "customer_id": past.customer_id, "queue": past.queue}
        coordinator.record(
            CallbackEnded(**about, channel="callback", outcome="cancelled", attempts=callback.attempts)  # type: ignore[arg-type]  # each its own type
        )
        waited = coordinator.now() - (past.joined_at or callback.requested_at)
        coordinator.record(
            ContactLeftQueue(**about, channel="callback", outcome=LeftQueue.WITHDRAWN, waited_us=waited)  # type: ignore[arg-type]  # likewise
        )
        coordinator.record(ContactEnded(contact_id=contact_id, ended_by=Party.SYSTEM))

    # -- those who wait on the line ----------------------------------------------------------------------------------

    def _waiting_again(self, coordinator: "Coordinator", caller: translate.ChannelFound) -> Callable[[], None]:
        return lambda: self._wait(coordinator, caller)

    def _wait(self, coordinator: "Coordinator", caller: translate.ChannelFound) -> None:
        if coordinator.engine.contact(caller.contact_id) is not None:
            return
        past = self._past.contacts.get(caller.contact_id)
        if past is not None and past.callback is not None:  # they were told that they may hang up
            coordinator.act("Hangup", switch_actions.hang_up(caller.channel_id))
            return
        call = self._adopt(coordinator, caller, Place.WAITING)
        if past is not None and past.queue is not None:
            call.routing = _join(caller.contact_id, past)
        coordinator.join(call, caller.queue, caller.since, None)
        log.info("waiting_caller_resumed", contact_id=caller.contact_id)

    def _adopt(self, coordinator: "Coordinator", caller: translate.ChannelFound, place: Place) -> Call:
        known = coordinator.calls.get(caller.contact_id)
        if known is not None:
            known.place = place
            return known
        call = Call(caller.contact_id, caller.channel_id, caller.channel, place)
        call.entry_point = caller.entry_point
        call.caller_number, call.caller_name = caller.caller_number, caller.caller_name
        call.offered = caller.contact_id in self._past.contacts
        coordinator.caller_arrived(call)
        return call


def _join(contact_id: ContactId, past: PastContact) -> JoinQueue:
    assert past.queue is not None
    return JoinQueue(
        contact_id=contact_id,
        queue=past.queue,
        joined_at=past.joined_at,
        requirement=past.requirement,
        priority=past.priority,
        customer_id=past.customer_id,
        attributes=past.attributes,
        why="resumed",
        returned=True,
    )


def _partner(leg: translate.ChannelFound, found: list[translate.ChannelFound]) -> translate.ChannelFound | None:
    """Who talks with the leg: the contact's own channel, or the one on which its customer was called back."""
    if not leg.bridge:
        return None
    others = [
        f
        for f in found
        if f.bridge == leg.bridge and f.contact_id == leg.contact_id and not f.channel_id.startswith("leg-")
    ]
    return min(others, key=lambda other: other.channel_id != other.contact_id, default=None)


def _add_leg(coordinator: "Coordinator", found: translate.ChannelFound) -> Leg:
    leg = coordinator.calls.add_leg(Leg(found.channel_id, None, found.contact_id, found.agent_id))
    leg.channel, leg.seen, leg.answered = found.channel, True, True
    return leg
