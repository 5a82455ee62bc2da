"""Call control: agents' acts on their calls, one after the other, over AMI.

An act waits until those before it on the same call are over, is judged then by the table, and ends when the switch has
said what became of it: with the contact as the desk shows it, or as :class:`ActRefused` with the reason. Nothing here
decides who is offered what; the distributor is told who talks (``telling``), whatever brought it about.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec
import structlog
from twisted.internet.defer import Deferred, fail, maybeDeferred
from twisted.python.failure import Failure

from acd.engine import Engine
from acd.events import JoinQueue
from cti_bridge.shell import translate
from cti_bridge.shell.ami_client import ActionFailed, AmiError
from cti_bridge.shell.call_control import machine as m
from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.absences import Absences
from cti_bridge.shell.call_control.after_work import AfterWork
from cti_bridge.shell.call_control.answering import Answering
from cti_bridge.shell.call_control.commands import Command, End
from cti_bridge.shell.call_control.desk_contact import DeskContact
from cti_bridge.shell.call_control.desks import Desks
from cti_bridge.shell.call_control.hearing import Hearing
from cti_bridge.shell.call_control.lines import Dossier, HandedOver, Line, Lines, Outcome, Wanted
from cti_bridge.shell.call_control.parking import Parking
from cti_bridge.shell.call_control.phone_calls import PhoneCalls
from cti_bridge.shell.call_control.plans import ActIllegalError, Wish
from cti_bridge.shell.call_control.recordings import Recorded, Recordings
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.sending import Sender
from cti_bridge.shell.call_control.situations import OF_WRAP_UP, ActName
from cti_bridge.shell.call_control.supervision import Supervision
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Party, Sign, Topology, Where, engaged
from cti_bridge.shell.call_control.wishes import Details, Wishes
from cti_bridge.shell.calls import Call, Calls, Leg, Place
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.switch_actions import Caller, Headers
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import Entry
from facts.states import Party as By
from facts.time import Instant

log = structlog.get_logger(__name__)

CONFIRMED_WITHIN_S = 2.0
"""What the switch has not said by then, it is asked."""

ORDER_AGAIN_S = 0.3
ORDERS_TRIED = 5
"""What has to follow by itself, and was refused, is tried so often, so long after."""


class Centre(telling.Centre, Protocol):
    """What call control needs of the coordinator."""

    engine: Engine
    calls: Calls

    def ask(self, name: str, headers: Headers) -> Deferred[Any]:
        """Send an action to the switch; its response."""

    def ask_list(self, name: str) -> Deferred[list[Any]]:
        """Ask the switch for a list; its events."""

    def to_menu(self, contact_id: str, flow: str) -> bool:
        """A flow goes on with the caller."""

    def send_away(self, contact_id: ContactId, why: str) -> None:
        """A caller who left the queue is told so."""

    def contact_over(self, contact_id: ContactId, agent_id: AgentId | None, by: By, at: Instant | None) -> None:
        """Nobody is on the call any more."""

    def instant(self, switch_at: Instant | None) -> Instant:
        """When the switch's instant was, by the node's clock."""

    @property
    def connected(self) -> bool:
        """Whether the switch can be asked."""


class CallControl:
    """All calls that agents are on, or were."""

    def __init__(self, centre: Centre, clock: Clock, rules: Rules | None = None) -> None:
        self._centre = centre
        self._clock = clock
        self.rules = rules or Rules()
        self.lines = Lines()
        self.hearing = Hearing(self.lines, self)
        self.desks = Desks(centre, clock, self)
        self._sender = Sender(centre, centre, clock)
        self._wishes = Wishes(centre, self)
        self.absences = Absences(centre, clock, self, self._wishes)
        self._recordings = Recordings(centre, self)
        self.supervision = Supervision(centre, clock, self)
        self._answering = Answering(centre, clock, self)
        self.phone_calls = PhoneCalls(centre, clock, self, self._wishes)
        self._after_work = AfterWork(centre, self)
        self.parking = Parking(centre, clock, self)

    def use_rules(self, rules: Rules) -> None:
        """The settings are others from now on."""
        self.rules = rules
        self.desks.touch_all()

    # -- acts --------------------------------------------------------------------------------------------------------

    def act(
        self, agent_id: AgentId, contact_id: ContactId, act: ActName, details: Details | None = None
    ) -> Deferred[DeskContact]:
        """An agent does something with a contact at their desk; the contact as it is then, or :class:`ActRefused`."""
        details = details or Details()
        if act in OF_WRAP_UP:
            return maybeDeferred(self._after_work.wrap_up, agent_id, contact_id, act, details)
        offer_id = self._answering.offer_to(agent_id, contact_id)
        if offer_id is not None and act in ("answer", "reject"):
            return self._answering.act(act, offer_id, agent_id, contact_id)
        line = self.lines.get(contact_id)
        if line is None:
            return fail(self.refused(agent_id, contact_id, self.desks.why_not(agent_id, contact_id, act)))
        recorded = act.startswith("record_")
        make = self._recordings.make(line, act) if recorded else self._wishes.make(agent_id, act, details)
        return self.want(line, agent_id, act, make)

    def dial(
        self, agent_id: AgentId, number: str, queue: QueueName | None = None, customer_id: CustomerId | None = None
    ) -> Deferred[DeskContact]:
        """An agent calls somebody: their own phone rings first. Ready or not."""
        return self._wishes.dial(agent_id, number, queue, customer_id)

    def set_outcome(self, agent_id: AgentId, contact_id: ContactId, outcome: Outcome) -> DeskContact:
        """What came of a contact, during it or after. Raises :class:`ActRefused`."""
        return self._after_work.set_outcome(agent_id, contact_id, outcome)

    def want(self, line: Line, agent_id: AgentId, act: str, make: Callable[[Topology], Wish]) -> Deferred[DeskContact]:
        """An act waits for its turn."""
        wanted = Wanted(agent_id, act, make)
        line.wanted.append(wanted)
        self._next(line)
        return wanted.done

    def refused(self, agent_id: AgentId, contact_id: ContactId, reason_id: str, detail: str = "") -> ActRefused:
        """The error of an act that cannot be, with the contact as it is."""
        return ActRefused(reason_id, self.desks.contact(agent_id, contact_id), detail)

    def _next(self, line: Line) -> None:
        while line.wanted and not line.machine.busy:
            wanted = line.wanted.popleft()
            try:
                self._must_be_connected()
                wish = wanted.make(line.call)
                result = m.act(line.machine, wanted.by, wish)
            except ActIllegalError as error:
                if error.reason_id == "on_the_way" and wanted.can_wait(self._clock, lambda: self._next(line)):
                    line.wanted.appendleft(wanted)
                    return
                wanted.done.errback(self.refused(wanted.by, line.contact_id, error.reason_id))
            else:
                line.now = wanted
                self._wishes.begun(line, wanted.by, wish)
                self.take(line, result)

    def _must_be_connected(self) -> None:
        if not self._centre.connected:
            raise ActIllegalError("switch_lost")

    def take(self, line: Line, result: m.Result, switch_at: Instant | None = None) -> None:
        """The machine has gone on: give its commands, tell who has to know, let the next act begin."""
        line.machine, outputs = result
        ended: m.Done | m.Failed | None = None
        for output in outputs:
            if isinstance(output, m.Do):
                self._give(line, output)
            else:
                ended = output
        self._settle(line, switch_at)
        if ended is not None:
            self._report(line, ended)
        if line.call.over and line.now is None:
            self._over(line, switch_at)
        self._next(line)

    def _report(self, line: Line, ended: m.Done | m.Failed) -> None:
        wanted, line.now = line.now, None
        line.turn += 1
        self._stop_timer(line)
        if isinstance(ended, m.Failed):
            self._wishes.failed(line)
        if wanted is None:
            return
        if isinstance(ended, m.Failed):
            log.info("act_failed", act=wanted.act, contact_id=line.contact_id, reason=ended.reason_id)
            wanted.done.errback(self.refused(wanted.by, line.contact_id, ended.reason_id, ended.detail))
            return
        wanted.done.callback(self.desks.present(wanted.by, line.contact_id))

    # -- commands ----------------------------------------------------------------------------------------------------

    def _give(self, line: Line, do: m.Do) -> None:
        if not do.in_act:
            for command in do.commands:
                self._order(line, command)
            return
        line.turn += 1
        turn, left = line.turn, len(do.commands)
        if any(isinstance(command, End) for command in do.commands):
            self.supervision.part_ends(line, line.machine.by)
        self._stop_timer(line)
        line.timer = self._clock.callLater(CONFIRMED_WITHIN_S, self._late, line, turn)

        def accepted(_: object) -> None:
            nonlocal left
            left -= 1
            if not left and line.turn == turn:
                self.take(line, m.accepted(line.machine))

        def failed(failure: Failure) -> None:
            failure.trap(AmiError)  # type: ignore[no-untyped-call]  # Twisted has no types here
            if line.turn != turn:
                return
            if isinstance(failure.value, ActionFailed):
                self.take(line, m.refused(line.machine, failure.value.message))
            else:
                self.take(line, m.lost(line.machine))

        for command in do.commands:
            self.send(line, command).addCallbacks(accepted, failed)

    def _order(self, line: Line, command: Command) -> None:
        """What follows by itself; refused, it is tried again if it is still to be."""

        def failed(failure: Failure) -> None:
            failure.trap(AmiError)  # type: ignore[no-untyped-call]  # likewise
            log.info("order_failed", contact_id=line.contact_id, reason=failure.getErrorMessage())
            line.orders_failed += 1
            if line.orders_failed <= ORDERS_TRIED:
                key = getattr(command, "key", None) or getattr(command, "second", CUSTOMER)
                self._clock.callLater(ORDER_AGAIN_S, self._order_again, line, key)

        self.send(line, command).addErrback(failed)

    def _order_again(self, line: Line, key: str) -> None:
        if self.lines.get(line.contact_id) is line:
            self.take(line, m.know(line.machine, line.call.change(key, ordered="")))

    def send(self, line: Line, command: Command) -> Deferred[Any]:
        """Give a command outside of any act."""
        return self._sender.give(line.call, command, self._shown(line, getattr(command, "key", "")))

    def _shown(self, line: Line, key: str) -> Caller:
        """Whom a phone shows that is rung for the call: the customer; outside, the centre's own number."""
        dossier, party = self.desks.dossier(line.contact_id), line.call.party(key)
        outside = self.rules.shown_outside(line.queue or dossier.queue, dossier.entry_point)
        if party is not None and party.kind is Kind.NUMBER:
            return Caller(outside, "")
        if line.call.outbound and key == line.call.holder:
            return Caller(outside, dossier.caller_number)  # what is dialled shows what this channel shows
        return Caller(dossier.caller_number, dossier.caller_name)

    def _stop_timer(self, line: Line) -> None:
        if line.timer is not None and line.timer.active():
            line.timer.cancel()
        line.timer = None

    def _late(self, line: Line, turn: int) -> None:
        """The switch has not confirmed: ask it where everybody is, and believe that."""
        if line.turn != turn:
            return

        def look(messages: list[Any]) -> None:
            found = [f for x in messages if isinstance(f := translate.translate(x), translate.ChannelFound)]
            self.hearing.look(line, {f.channel_id: f for f in found})
            if line.turn == turn:
                log.warning("act_not_confirmed", act=line.machine.act, contact_id=line.contact_id)
                self.take(line, m.late(line.machine))

        def lost(_: Failure) -> None:
            if line.turn == turn:
                self.take(line, m.lost(line.machine))

        self._centre.ask_list("CoreShowChannels").addCallbacks(look, lost)

    # -- what the switch says ----------------------------------------------------------------------------------------

    def hear(self, event: translate.SwitchEvent) -> None:
        """One event, before anybody else."""
        if isinstance(event, translate.CallerWaits):
            self._note_return(event.channel_id)
        self.hearing.hear(event)
        self.supervision.hear(event)

    def _note_return(self, channel_id: str) -> None:
        """Whether a customer who begins to wait comes from an agent: not by a menu, which knows where they wait."""
        line = self.lines.of_channel(channel_id)
        customer = line.call.customer if line is not None else None
        if line is not None and customer is not None:
            line.returning = customer.sent or customer.ordered == "wait" or line.queue_wanted is not None

    def look(self, found: dict[str, translate.ChannelFound]) -> None:
        """The switch was asked, after a lost connection: everybody is where it says; who ended what, nobody knows."""
        self.hearing.place(found.values())
        for line in self.lines:
            for party in line.call.living():
                if party.channel_id not in found:
                    line.blamed.setdefault(party.key, By.SYSTEM)
                    line.ended_by = By.SYSTEM
            self.hearing.look(line, found)
        self.supervision.look(found)
        self.desks.touch_all()

    def changed(self, line: Line, signs: Iterable[Sign], switch_at: Instant | None) -> None:
        """The switch said this of the line's channels."""
        self.take(line, m.see(line.machine, *signs), switch_at)

    def joined_by(self, line: Line, party: Party, switch_at: Instant | None) -> None:
        """Somebody is on the call whom we did not call, or whose channel we know now."""
        self.lines.know(line, party)
        if party.kind is Kind.CUSTOMER and self._centre.calls.get(line.contact_id) is None:
            self._centre.calls.add(self._call_out(line, party))
        self.take(line, m.know(line.machine, line.call.with_party(party)), switch_at)

    def _call_out(self, line: Line, party: Party) -> Call:
        dossier = self.desks.dossier(line.contact_id)
        call = Call(line.contact_id, party.channel_id, party.channel, Place.TALKING)
        call.caller_number, call.offered = dossier.caller_number, True
        call.agent_id = AgentId(line.call.holder) if line.call.holder else None
        return call

    def handed_over(self, line: Line, handed: HandedOver, switch_at: Instant | None) -> None:
        """An agent passed the customer on."""
        line.handed = handed
        line.blamed[handed.agent_id] = By.AGENT
        self._settle(line, switch_at)

    def dossier(self, contact_id: ContactId) -> Dossier:
        """What is known of a contact."""
        return self.desks.dossier(contact_id)

    def known(self, contact_id: ContactId) -> Dossier | None:
        """The same; None for one that nobody knows."""
        return self.desks.known(contact_id)

    def touch(self, contact_id: ContactId) -> None:
        """What desks show of a contact may have changed."""
        self.desks.touch(contact_id)

    def monitors(self, contact_id: ContactId) -> tuple[str, ...]:
        """Who listens to a contact."""
        return self.supervision.listeners(contact_id)

    def agent_of_phone(self, phone: str) -> AgentId | None:
        """Whose phone this is; None: nobody's."""
        return self.desks.agent_of_phone(phone)

    def instant(self, switch_at: Instant | None) -> Instant:
        """A time of the switch's on the node's clock."""
        return self._centre.instant(switch_at)

    def switch_lost(self) -> None:
        """Nobody knows what becomes of the acts that are on their way; those that wait are not begun."""
        self.supervision.switch_lost()
        for line in self.lines:
            waiting = list(line.wanted)
            line.wanted.clear()
            self.take(line, m.lost(line.machine))
            for wanted in waiting:
                wanted.done.errback(self.refused(wanted.by, line.contact_id, "switch_lost"))
        self.desks.touch_all()

    # -- from the coordinator ----------------------------------------------------------------------------------------

    def connected(self, call: Call, leg: Leg, switch_at: Instant | None) -> None:
        """An agent has answered an offer, or the customer who was called back: the call comes under control."""
        at = self.instant(switch_at)
        customer = Party(
            key=CUSTOMER,
            kind=Kind.CUSTOMER,
            channel_id=call.channel_id,
            channel=call.channel,
            where=Where.AWAY,
            since=at,
            answered_at=at,
        )
        agent = Party(
            key=leg.agent_id,
            kind=Kind.AGENT,
            channel_id=leg.leg_id,
            channel=leg.channel,
            where=Where.UP,
            since=at,
            answered_at=at,
        )
        line = self.lines.get(call.contact_id) or self.lines.add(Topology(contact_id=call.contact_id))
        line.blamed.pop(leg.agent_id, None)
        known = line.call.customer
        topology = (
            line.call if known is not None and known.channel_id == call.channel_id else line.call.with_party(customer)
        )
        for party in (customer, agent):
            self.lines.know(line, party)
        self.take(line, m.know(line.machine, topology.with_party(agent)), switch_at)
        self.hearing.sync_line(line, switch_at)
        self._answering.answered(leg)

    def resume(self, topology: Topology, recorded: Recorded | None, parked_at: Instant | None = None) -> None:
        """A call that was there before the daemon comes under control, with what is recorded of it."""
        line = self.lines.add(topology)
        if topology.parked_by and parked_at is not None:
            line.parked_at, line.parked_by = parked_at, AgentId(topology.parked_by)
        self._recordings.recall(line, recorded)
        self.take(line, m.know(line.machine, line.call))
        self.hearing.sync_line(line, None)

    def ends_with_customer(self, contact_id: ContactId) -> bool:
        """The customer is gone: whether the contact is over with that; else it is when the agents are done, too."""
        line = self.lines.get(contact_id)
        if line is None:
            return True
        line.end_told = not engaged(line.call) and not any(line.call.living(Kind.NUMBER))
        return line.end_told

    def routing(self, contact_id: ContactId) -> JoinQueue | None:
        """Where a customer waits who was with an agent; None: as if they had not been.

        Transferred into a queue they begin to wait there anew. Who comes back because nobody took them, because their
        agent was lost, or by a supervisor's hand has their old place.
        """
        line, dossier = self.lines.get(contact_id), self.desks.known(contact_id)
        if line is None or dossier is None or not line.returning:
            return None
        queue, line.queue_wanted, line.returning = line.queue_wanted, None, False
        back = self.desks.back_to_queue(dossier)
        common = {"contact_id": contact_id, "customer_id": dossier.customer_id, "attributes": dict(dossier.menu)}
        kept, line.keeps_place = line.keeps_place, False
        if queue is not None and kept and back is not None:
            return msgspec.structs.replace(back, queue=queue, requirement=None, why="moved")
        if queue is not None:
            return JoinQueue(queue=queue, why="transfer", **common)  # type: ignore[arg-type]  # each its own type
        return back

    def read(self, entry: Entry) -> None:
        """Facts, whoever told them."""
        self.desks.read(entry)
        self.parking.read(entry)
        self.absences.troubles.read(entry)

    # -- after every change ------------------------------------------------------------------------------------------

    def _settle(self, line: Line, switch_at: Instant | None) -> None:
        call, dossier = line.call, self.desks.dossier(line.contact_id)
        if line.handed is not None and _has_left(call, line.handed.agent_id):
            telling.tell_handed_over(self._centre, line, switch_at)
        telling.tell_talks(self._centre, line, dossier, switch_at)
        self._wishes.settle(line, switch_at)
        self._recordings.settle(line, switch_at)
        self._note_place(line)
        self.parking.settle(line)
        self.absences.settle(line)
        self.desks.touch(line.contact_id)

    def _note_place(self, line: Line) -> None:
        holder = line.call.holder
        if not holder:
            return
        line.agent_id = AgentId(holder)
        call, customer = self._centre.calls.get(line.contact_id), line.call.customer
        if call is not None and customer is not None and customer.where in (Where.TALK, Where.HELD):
            call.place, call.agent_id = Place.TALKING, line.agent_id

    def _over(self, line: Line, switch_at: Instant | None) -> None:
        if self.lines.get(line.contact_id) is not line:
            return
        self.lines.remove(line)
        self.parking.settle(line)
        self.parking.over(line.contact_id)
        waiting = list(line.wanted)
        line.wanted.clear()
        for wanted in waiting:
            wanted.done.errback(self.refused(wanted.by, line.contact_id, "over"))
        if self._centre.calls.get(line.contact_id) is None and not line.end_told:
            by = line.ended_by or (By.CALLER if line.customer_first else By.AGENT)
            self._centre.contact_over(line.contact_id, line.agent_id, by, switch_at)


def _has_left(call: Topology, agent_id: AgentId) -> bool:
    """Whether the customer is not this agent's any more: away, or in a talk with others."""
    customer = call.customer
    if customer is None or not customer.lives:
        return False
    if customer.where is Where.AWAY:
        return True
    return customer.where is Where.TALK and not call.together(agent_id, CUSTOMER)
