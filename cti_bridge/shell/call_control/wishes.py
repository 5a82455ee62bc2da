"""What an agent asks for, with its details, as wishes of the plans: found, allowed, and noted for the facts of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec
from twisted.internet.defer import Deferred, fail

from acd.events import StartDialling
from cti_bridge.shell.call_control import machine as m
from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.dial_rules import are_keys
from cti_bridge.shell.call_control.lines import Dossier, HandedOver, Line, Lines
from cti_bridge.shell.call_control.plans import (
    ActIllegalError,
    Ask,
    DropParty,
    Fetch,
    PressKeys,
    SendOn,
    Target,
    ToKind,
    Wish,
    called_party,
)
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.situations import ActName, consulted
from cti_bridge.shell.call_control.targets import AT_WORK, Seeker, checked_number, consult_target, transfer_target
from cti_bridge.shell.call_control.topology import Kind, Topology, Where
from cti_bridge.shell.calls import Calls
from cti_bridge.shell.switch_actions import used_by
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import ContactOffered, ContactParked, ContactPickedUp
from facts.states import Declared
from facts.time import SECOND, Instant

if TYPE_CHECKING:
    from cti_bridge.shell.call_control.desk_contact import DeskContact


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What an act needs besides its name; each act reads its own."""

    to_kind: ToKind | None = None
    to: str = ""
    party: str = ""
    digits: str = ""
    by_s: float | None = None

    def __repr__(self) -> str:
        return "Details()"


class Centre(telling.Centre, Protocol):
    """The distributor, the journal, and the channels in use."""

    calls: Calls


class Control(Protocol):
    """What wishes need of call control."""

    lines: Lines
    rules: Rules

    def dossier(self, contact_id: ContactId) -> Dossier:
        """What is known of a contact."""

    def take(self, line: Line, result: m.Result, switch_at: Instant | None = None) -> None:
        """The machine has gone on."""

    def refused(self, agent_id: AgentId, contact_id: ContactId, reason_id: str, detail: str = "") -> Exception:
        """The error of an act that cannot be."""

    def want(
        self, line: Line, agent_id: AgentId, act: str, make: Callable[[Topology], Wish]
    ) -> "Deferred[DeskContact]":
        """An act waits for its turn."""


class Wishes:
    """Makes wishes, and tells the facts that only the wish can tell."""

    def __init__(self, centre: Centre, control: Control) -> None:
        self._centre = centre
        self._control = control

    def make(self, agent_id: AgentId, act: ActName, details: Details) -> Callable[[Topology], Wish]:
        """The wish, to be made when its turn has come; it raises :class:`ActIllegalError` then."""

        def wish(call: Topology) -> Wish:
            match act:
                case "transfer":
                    return self._transfer(call, agent_id, details)
                case "consult":
                    return self._consult(call, agent_id, details)
                case "pick_up":
                    return self._pick_up(agent_id, call)
                case "drop":
                    return DropParty(act=act, party=details.party)
                case "send_digits":
                    return self._digits(details)
                case _:
                    return Wish(act=act)

        return wish

    def _transfer(self, call: Topology, agent_id: AgentId, details: Details) -> Wish:
        if details.to_kind is None:
            raise ActIllegalError("no_such_party")
        target = transfer_target(self._seeker(call, agent_id), details.to_kind, details.to)
        return SendOn(act="transfer", target=target)

    def _consult(self, call: Topology, agent_id: AgentId, details: Details) -> Wish:
        if details.to_kind not in ("agent", "number"):
            raise ActIllegalError("no_such_party")
        leg_id = self._centre.calls.new_leg_id()
        target = consult_target(self._seeker(call, agent_id), details.to_kind, details.to, leg_id)
        party = called_party(agent_id, target, self._centre.now())
        if party.kind is Kind.AGENT and self._centre.phones.keeps(AgentId(party.key)):
            party = msgspec.structs.replace(party, page_away=True)
        return Ask(act="consult", target=target, party=party)

    def _seeker(self, call: Topology, agent_id: AgentId) -> Seeker:
        return Seeker(engine=self._centre.engine, rules=self._control.rules, call=call, me=agent_id)

    def _digits(self, details: Details) -> Wish:
        if not are_keys(details.digits):
            raise ActIllegalError("digits_invalid")
        return PressKeys(act="send_digits", digits=details.digits)

    def _phone_of(self, agent_id: AgentId) -> str:
        """The agent's own phone, which can be rung now for a call of theirs."""
        view = self._centre.engine.agent(agent_id)
        if view is None:
            raise ActIllegalError("unknown_agent")
        if view.declared is Declared.LOGGED_OUT:
            raise ActIllegalError("signed_out")
        if not view.phone_reachable:
            raise ActIllegalError("phone_unreachable")
        if sum(work.activity in AT_WORK for work in view.works) >= view.slots:
            raise ActIllegalError("engaged")
        return view.phone

    def _own_leg(self, agent_id: AgentId, contact_id: ContactId, ring_us: int) -> Target:
        phone = self._phone_of(agent_id)
        return Target(
            to_kind="agent",
            to=agent_id,
            key=agent_id,
            device=phone,
            channel_id=self._centre.calls.new_leg_id(),
            ring_us=ring_us,
            variables=(("__ACD_CALL", contact_id), ("ACD_AGENT", agent_id), used_by(phone)),
        )

    def _pick_up(self, agent_id: AgentId, call: Topology) -> Wish:
        there, customer = call.party(agent_id), call.customer
        if there is not None and there.lives:
            raise ActIllegalError("still_ringing")
        if not call.parked_by:
            raise ActIllegalError(_why_not_parked(call, agent_id))
        if any(party.where in (Where.RINGING, Where.UP) for party in call.others(agent_id)):
            raise ActIllegalError("being_picked_up")
        target = self._own_leg(agent_id, call.contact_id, self._control.rules.consult_ring_us)
        peer = customer.channel_id if customer is not None else ""
        variables = (*target.variables, ("ACD_PEER", peer))
        target = msgspec.structs.replace(target, context="acd-leg", variables=variables)
        return Fetch(act="pick_up", target=target, party=called_party(agent_id, target, self._centre.now()))

    # -- an agent's own call -----------------------------------------------------------------------------------------

    def dial(
        self, agent_id: AgentId, number: str, queue: QueueName | None, customer_id: CustomerId | None
    ) -> "Deferred[DeskContact]":
        """The agent's phone rings, then the number is dialled."""
        contact_id = ContactId(self._centre.calls.new_leg_id("out"))
        rules = self._control.rules
        try:
            number = checked_number(rules, number)
            target = self._own_leg(agent_id, contact_id, rules.dial_ring_us)
        except ActIllegalError as error:
            return fail(self._control.refused(agent_id, contact_id, error.reason_id))
        line = self.own_call(agent_id, number, queue, customer_id, contact_id=contact_id)
        ring_s = str(max(1, rules.dial_ring_us // SECOND))
        more = (("ACD_NUMBER", number), ("ACD_RING", ring_s))
        target = msgspec.structs.replace(target, context="acd-dial", variables=(*target.variables, *more))
        party = called_party(agent_id, target, self._centre.now())
        self._control.lines.know(line, party)
        return self._control.want(line, agent_id, "dial", lambda _: Fetch(act="dial", target=target, party=party))

    def own_call(
        self,
        agent_id: AgentId,
        number: str,
        queue: QueueName | None = None,
        customer_id: CustomerId | None = None,
        *,
        contact_id: ContactId | None = None,
    ) -> Line:
        """An agent's own call begins: they are at work on it, and nobody is on it yet."""
        contact_id = contact_id or ContactId(self._centre.calls.new_leg_id("out"))
        self._centre.record(
            ContactOffered(
                contact_id=contact_id,
                agent_id=agent_id,
                customer_id=customer_id,
                queue=queue,
                direction="outbound",
                caller_number=number,
            )
        )
        self._centre.tell(StartDialling(contact_id=contact_id, agent_id=agent_id, queue=queue, customer_id=customer_id))
        line = self._control.lines.add(Topology(contact_id=contact_id, outbound=True, holder=agent_id))
        line.queue, line.dial_began = queue, self._centre.now()
        return line

    # -- what facts need to know -------------------------------------------------------------------------------------

    def begun(self, line: Line, by: AgentId, wish: Wish) -> None:
        """The act is on its way: whom the customer is being passed on to, and who is being called."""
        if isinstance(wish, SendOn):
            line.handed = HandedOver(agent_id=by, to_kind=wish.target.to_kind, to=wish.target.to)
            line.keeps_place = False
            line.queue_wanted = QueueName(wish.target.to) if wish.target.to_kind == "queue" else None
        elif wish.act == "complete":
            other = consulted(line.call, by)
            if other is not None:
                to_kind: ToKind = "agent" if other.kind is Kind.AGENT else "number"
                to = other.key if other.kind is Kind.AGENT else other.number
                line.handed = HandedOver(agent_id=by, to_kind=to_kind, to=to, consulted=True)
        elif isinstance(wish, Ask | Fetch):
            self._control.lines.know(line, wish.party)

    def failed(self, line: Line) -> None:
        """The act did not come true."""
        line.handed = line.queue_wanted = None
        line.keeps_place = False

    def settle(self, line: Line, switch_at: Instant | None) -> None:
        """Parking and picking up, which are nobody's talk; a customer who is gone is passed on to nobody."""
        call = line.call
        customer = call.customer
        if customer is not None and not customer.lives:
            line.handed = line.queue_wanted = None
            line.customer_first = line.customer_first or any(call.living(Kind.AGENT))
        if call.parked_by and line.parked_at is None:
            line.parked_at, line.parked_by = self._centre.now(), AgentId(call.parked_by)
            self._centre.record(
                ContactParked(contact_id=line.contact_id, agent_id=AgentId(call.parked_by), queue=line.queue), switch_at
            )
        elif not call.parked_by and line.parked_at is not None:
            self._no_longer_parked(line, switch_at)

    def _no_longer_parked(self, line: Line, switch_at: Instant | None) -> None:
        since, line.parked_at = line.parked_at, None
        customer = line.call.customer
        if since is None or customer is None or customer.where is not Where.TALK or not line.call.holder:
            return
        self._centre.record(
            ContactPickedUp(
                contact_id=line.contact_id,
                agent_id=AgentId(line.call.holder),
                queue=line.queue,
                parked_by=line.parked_by,
                parked_us=max(0, self._centre.now() - since),
            ),
            switch_at,
        )


def _why_not_parked(call: Topology, agent_id: AgentId) -> str:
    """Why there is nobody to be picked up: a colleague was faster, or nobody was parked."""
    return "picked_up_already" if call.holder not in ("", agent_id) else "not_parked"
