"""A contact as an agent's desk shows it, with what can be done now: made from the state, never kept beside it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from acd.contact_state import Place
from acd.engine import Engine
from acd.views import AgentView, ContactView, WorkView
from cti_bridge.shell.call_control.lines import Dossier, Line, Outcome
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.situations import (
    ACTS,
    OF_WRAP_UP,
    REASONS,
    ActName,
    DeskState,
    Situation,
    shown,
    situation_of,
    why_not,
)
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Recording, Topology, Where
from cti_bridge.shell.call_control.topology import Party as CallParty
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import Direction
from facts.states import Activity
from facts.time import Duration, Instant

PartyState = Literal["ringing", "talking", "held", "gone"]


class Refusal(msgspec.Struct, frozen=True):
    """Why something is not possible; ``reason_id`` is stable, the words are English."""

    reason: str
    reason_id: str


class DeskParty(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the call; ``why``: of who is gone, how that came."""

    party: str
    kind: Literal["customer", "agent", "number"]
    name: str
    number: str | None
    state: PartyState
    since: Instant
    why: str = ""

    def __repr__(self) -> str:
        return f"DeskParty(kind={self.kind!r}, state={self.state!r})"


class DeskContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact at an agent's desk. ``acts``: every act, None when it can be done now.

    ``waited_us``: from the original join time until it was offered to this agent. ``phone_back_until``: so long the
    agent's phone is waited for, which was lost out of this talk, or while the offer rang. ``wrap_up_until``: also while
    the customer whom the agent wraps up is parked, or rings again.
    """

    contact_id: ContactId
    agent_id: AgentId
    queue: QueueName | None
    queue_title: str
    channel: str
    direction: Direction
    state: DeskState
    since: Instant
    waited_us: Duration | None
    answered_at: Instant | None
    rings_until: Instant | None
    wrap_up_until: Instant | None
    phone_back_until: Instant | None
    caller_number: str
    caller_name: str
    entry_point: str
    entry_point_title: str
    customer_id: CustomerId | None
    attributes: Mapping[str, str]
    parties: tuple[DeskParty, ...]
    muted: bool
    recording: Recording
    monitored_by: tuple[str, ...]
    outcome: Outcome
    erased_at: Instant | None
    script: str | None
    acts: Mapping[ActName, Refusal | None]

    def __repr__(self) -> str:
        return f"DeskContact(contact_id={self.contact_id!r}, agent_id={self.agent_id!r}, state={self.state!r})"


class Seat(msgspec.Struct, kw_only=True):
    """What the desk contact of one agent and one contact is made of.

    ``work``: what rings for the agent, or is talked; ``wrap_up``: of an earlier talk, beside which the customer may be
    parked, or ring again. The line is believed first, so that nobody who is parked, rings or talks looks wrapped up.
    """

    agent: AgentView
    dossier: Dossier
    view: ContactView | None
    work: WorkView | None
    wrap_up: WorkView | None
    line: Line | None
    monitored_by: tuple[str, ...] = ()
    phone_back_until: Instant | None = None

    @property
    def situation(self) -> Situation:
        """The agent's part in the contact."""
        if self.work is not None and self.work.activity is Activity.RESERVED:
            return Situation.RINGING
        there = situation_of(self.line.call, self.agent.agent_id) if self.line is not None else None
        if self.work is None and self.wrap_up is not None and there in (None, Situation.OVER):
            return Situation.WRAP_UP
        if there is not None:
            return there
        if self.view is not None and self.view.place is Place.DIALLING:
            return Situation.DIALLING
        return Situation.BETWEEN if self.work is not None else Situation.OVER


def seat_of(engine: Engine, agent_id: AgentId, dossier: Dossier, line: Line | None) -> Seat | None:
    """The agent's seat at a contact; None: there is no such agent."""
    agent = engine.agent(agent_id)
    if agent is None:
        return None
    works = [work for work in agent.works if work.contact_id == dossier.contact_id]
    wrap_up = next((work for work in works if work.activity is Activity.WRAP_UP), None)
    work = next((work for work in works if work is not wrap_up), None)
    view = engine.contact(dossier.contact_id)
    return Seat(agent=agent, dossier=dossier, view=view, work=work, wrap_up=wrap_up, line=line)


def desk_contact(seat: Seat, engine: Engine, rules: Rules, *, connected: bool) -> DeskContact:
    """The contact as this agent's desk shows it. ``connected``: whether the switch can be asked for anything."""
    dossier, situation, agent_id = seat.dossier, seat.situation, seat.agent.agent_id
    work = seat.work or seat.wrap_up
    queue = work.queue if work is not None and work.queue else dossier.queue
    about = rules.queue(queue)
    offer = engine.offer(seat.view.offer_id) if seat.view is not None and seat.view.offer_id else None
    call = seat.line.call if seat.line is not None else None
    me = call.party(agent_id) if call is not None else None
    return DeskContact(
        contact_id=dossier.contact_id,
        agent_id=agent_id,
        queue=queue,
        queue_title=about.title or (queue or ""),
        channel=dossier.channel,
        direction=dossier.direction,
        state=shown(situation),
        since=_since(seat, me),
        waited_us=dossier.waited.get(agent_id),
        answered_at=dossier.answered.get(agent_id),
        rings_until=offer.rings_until if offer is not None and situation is Situation.RINGING else None,
        wrap_up_until=seat.wrap_up.until if seat.wrap_up is not None else None,
        phone_back_until=_phone_back_until(seat),
        caller_number=dossier.caller_number,
        caller_name=dossier.caller_name,
        entry_point=dossier.entry_point,
        entry_point_title=rules.entry_points.get(dossier.entry_point, "") or dossier.entry_point,
        customer_id=dossier.customer_id,
        attributes=dict(dossier.menu),
        parties=_parties(seat, call, rules, dossier),
        muted=me is not None and me.muted,
        recording=call.recording if call is not None else "off",
        monitored_by=seat.monitored_by if rules.monitoring_shown else (),
        outcome=dossier.outcome,
        erased_at=dossier.erased_at,
        script=about.script or None,
        acts=acts_of(seat, rules, connected=connected),
    )


def _since(seat: Seat, me: CallParty | None) -> Instant:
    """Since when the shown state holds."""
    situation = seat.situation
    if situation is Situation.WRAP_UP and seat.wrap_up is not None:
        return seat.wrap_up.since
    if situation is Situation.RINGING and seat.work is not None:
        return seat.work.since
    customer = seat.line.call.customer if seat.line is not None else None
    if customer is not None and situation in (Situation.HELD, Situation.PARKED):
        return customer.since
    if me is not None:
        return me.since
    return seat.work.since if seat.work is not None else seat.agent.since


def acts_of(seat: Seat, rules: Rules, *, connected: bool) -> Mapping[ActName, Refusal | None]:
    """Every act, and why it is not possible now."""
    call = seat.line.call if seat.line is not None else None
    recording = rules.queue(seat.dossier.queue).recording
    return {act: _refusal(_why(seat, call, act, recording, connected=connected)) for act in ACTS}


def _why(seat: Seat, call: Topology | None, act: ActName, recording: str, *, connected: bool) -> str:
    beside = act in OF_WRAP_UP and seat.wrap_up is not None
    reason = "" if beside else why_not(seat.situation, act)
    if reason:
        return reason
    if not connected and act not in OF_WRAP_UP:
        return "switch_lost"
    if act == "answer" and seat.phone_back_until is not None:
        return "phone_awaited"
    me = call.party(seat.agent.agent_id) if call is not None else None
    if act in ("mute", "unmute") and me is not None and me.muted is (act == "mute"):
        return "already_muted" if me.muted else "not_muted"
    if act.startswith("record_") and call is not None:
        return why_not_recording(call.recording, act, recording)
    return ""


def why_not_recording(state: Recording, act: str, rule: str) -> str:
    """Why an act on the recording is not possible, by what it is and by the queue's rule."""
    if rule == "never":
        return "recording_never"
    if rule == "always" and act == "record_stop" and state != "off":
        return "recording_always"
    if act == "record_start":
        return {"off": "", "on": "already_recording", "paused": "recording_paused"}[state]
    if state == "off":
        return "not_recording"
    if act == "record_pause":
        return "recording_paused" if state == "paused" else ""
    return "not_paused" if act == "record_resume" and state == "on" else ""


def _phone_back_until(seat: Seat) -> Instant | None:
    if seat.situation is Situation.RINGING:
        return seat.phone_back_until
    absence = seat.line.absence if seat.line is not None else None
    return absence.until if absence is not None and absence.agent_id == seat.agent.agent_id else None


def _refusal(reason_id: str) -> Refusal | None:
    return Refusal(REASONS[reason_id], reason_id) if reason_id else None


def _parties(seat: Seat, call: Topology | None, rules: Rules, dossier: Dossier) -> tuple[DeskParty, ...]:
    if call is None:
        alone = seat.situation in (Situation.RINGING, Situation.DIALLING)
        return (_waiting_customer(seat, dossier),) if alone else ()
    return tuple(_party(party, rules, dossier) for party in call.parties if party.key != seat.agent.agent_id)


def _waiting_customer(seat: Seat, dossier: Dossier) -> DeskParty:
    view = seat.view
    since = view.joined_at if view is not None else seat.agent.since
    state: PartyState = "held"
    if view is not None and view.callback and view.place is not Place.CONNECTED:
        state = "ringing" if view.place is Place.DIALLING else "gone"
    return DeskParty(
        party=CUSTOMER,
        kind="customer",
        name=dossier.caller_name,
        number=dossier.caller_number or None,
        state=state,
        since=since,
    )


_STATES: Mapping[Where, PartyState] = {
    Where.RINGING: "ringing",
    Where.UP: "talking",
    Where.TALK: "talking",
    Where.HELD: "held",
    Where.KEPT: "held",
    Where.AWAY: "gone",
    Where.GONE: "gone",
}


def _party(party: CallParty, rules: Rules, dossier: Dossier) -> DeskParty:
    name, number = "", party.number or None
    if party.kind is Kind.CUSTOMER:
        name, number = dossier.caller_name, dossier.caller_number or None
    elif party.kind is Kind.AGENT:
        name = rules.agent(AgentId(party.key)).name or party.key
    return DeskParty(
        party=party.key,
        kind=party.kind.value,
        name=name,
        number=number,
        state=_STATES[party.where],
        since=party.since,
        why=party.end if not party.lives else "",
    )
