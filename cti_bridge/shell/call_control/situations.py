"""What an agent's part in a call amounts to, and what can be done in it: the table, and the reason for all else."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from cti_bridge.shell.call_control.topology import Kind, Party, Topology, Where

ActName: TypeAlias = Literal[
    "answer",
    "reject",
    "hold",
    "retrieve",
    "mute",
    "unmute",
    "transfer",
    "consult",
    "complete",
    "cancel",
    "swap",
    "conference",
    "drop",
    "leave",
    "hang_up",
    "send_digits",
    "park",
    "pick_up",
    "record_start",
    "record_pause",
    "record_resume",
    "record_stop",
    "end_wrap_up",
    "extend_wrap_up",
]
ACTS: Final[tuple[ActName, ...]] = ActName.__args__  # type: ignore[attr-defined]  # what a Literal is made of
OF_WRAP_UP: Final[frozenset[ActName]] = frozenset({"end_wrap_up", "extend_wrap_up"})
"""Acts on the work after a talk, which need no switch, and go beside whatever the line allows."""

DeskState: TypeAlias = Literal[
    "ringing", "dialling", "talking", "held", "consulting", "conference", "parked", "wrap_up", "over"
]


class Situation(enum.StrEnum):
    """An agent's part in a call."""

    RINGING = "ringing"
    DIALLING = "dialling"
    """A call of the agent's own; the customer is not there yet."""
    TALKING = "talking"
    HELD = "held"
    HELD_BY_PHONE = "held by phone"
    ASKING = "asking"
    """The customer is on hold, the phone of whom the agent wants to ask rings."""
    CONSULTING = "consulting"
    SWAPPED = "swapped"
    """With the customer, while whom the agent asked is kept."""
    ASKED = "asked"
    """Another agent asked this one."""
    CONFERENCE = "conference"
    BETWEEN = "between"
    """On the way from one place to another; what is done now would miss."""
    WITHOUT_CUSTOMER = "without customer"
    PARKED = "parked"
    """This agent parked the customer."""
    AWAITED = "awaited"
    """This agent's phone was lost, and is to come back; the customer hears music."""
    WRAP_UP = "wrap-up"
    OVER = "over"


_TALK: Final[frozenset[ActName]] = frozenset({"mute", "unmute", "hang_up"})
_RECORD: Final[frozenset[ActName]] = frozenset({"record_start", "record_pause", "record_resume", "record_stop"})

SITUATION_TABLE: Final[Mapping[Situation, tuple[DeskState, frozenset[ActName]]]] = MappingProxyType(
    {
        Situation.RINGING: ("ringing", frozenset({"answer", "reject"})),
        Situation.DIALLING: ("dialling", frozenset({"hang_up"})),
        Situation.TALKING: (
            "talking",
            _TALK | _RECORD | {"hold", "transfer", "consult", "send_digits", "park"},
        ),
        Situation.HELD: ("held", _TALK | _RECORD | {"retrieve", "transfer", "consult", "park"}),
        Situation.HELD_BY_PHONE: ("held", _TALK | _RECORD | {"transfer", "park"}),
        Situation.ASKING: ("consulting", _TALK | _RECORD | {"cancel", "drop"}),
        Situation.CONSULTING: (
            "consulting",
            _TALK | _RECORD | {"complete", "cancel", "swap", "conference", "drop", "send_digits"},
        ),
        Situation.SWAPPED: (
            "consulting",
            _TALK | _RECORD | {"complete", "cancel", "swap", "conference", "drop", "send_digits"},
        ),
        Situation.ASKED: ("consulting", _TALK | {"leave"}),
        Situation.CONFERENCE: ("conference", _TALK | _RECORD | {"drop", "leave", "send_digits"}),
        Situation.BETWEEN: ("talking", frozenset({"hang_up"})),
        Situation.WITHOUT_CUSTOMER: ("talking", _TALK | {"leave"}),
        Situation.PARKED: ("parked", frozenset({"pick_up"})),
        Situation.AWAITED: ("held", frozenset()),
        Situation.WRAP_UP: ("wrap_up", OF_WRAP_UP),
        Situation.OVER: ("over", frozenset()),
    }
)
"""What the desk shows, and the acts that are possible, by situation."""

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_ringing": "no phone of yours rings for this contact",
        "still_ringing": "your phone rings: answer first",
        "not_answered_yet": "the other side has not answered yet",
        "already_held": "the customer is on hold already",
        "not_held": "the customer is not on hold",
        "held_by_phone": "the customer was put on hold at your phone: take them back there",
        "nobody_asked": "you are not consulting anybody: consult somebody first",
        "consultation_goes_on": "a consultation is going on: complete or cancel it first",
        "in_conference": "the call is a conference: drop somebody or leave first",
        "not_yours": "the customer is another agent's: you were asked",
        "nobody_else": "nobody else is on the call: hang up instead",
        "on_the_way": "the call is just changing: try again in a moment",
        "customer_gone": "the customer is not on the call any more",
        "no_such_party": "nobody of that name is on the call",
        "parked": "the customer is parked: pick up first",
        "not_parked": "the customer is not parked",
        "not_parked_any_more": "the customer is not parked any more: they have hung up, or wait in a queue again",
        "being_picked_up": "a colleague is just picking this customer up",
        "picked_up_already": "a colleague has picked this customer up already",
        "phone_awaited": "your phone is connecting again: the call comes back to it by itself",
        "in_wrap_up": "the talk is over: only wrap-up is left",
        "not_in_wrap_up": "the contact is not in wrap-up",
        "over": "the contact is over",
        "not_at_this_desk": "the contact is not at this desk",
        "already_muted": "you are muted already",
        "not_muted": "you are not muted",
        "recording_never": "contacts of this queue are not recorded",
        "recording_always": "every talk of this queue is recorded as a whole: pause it instead",
        "already_recording": "the talk is being recorded already",
        "not_recording": "the talk is not being recorded",
        "recording_paused": "the recording is paused",
        "not_paused": "the recording is not paused",
        "number_invalid": "that is no number: digits, * and #, with + before an international one",
        "number_denied": "this number may not be dialled from here",
        "unknown_agent": "there is no such agent",
        "agent_signed_out": "that agent is not signed in",
        "agent_unreachable": "that agent's phone cannot be reached",
        "agent_on_call": "that agent is on this call already",
        "agent_engaged": "that agent is on another call",
        "to_oneself": "that is yourself",
        "unknown_queue": "there is no such queue",
        "unknown_flow": "there is no such menu",
        "digits_invalid": "keys are 0 to 9, A to D, * and #",
        "signed_out": "you are not signed in",
        "phone_unreachable": "your phone cannot be reached",
        "engaged": "you are on another call",
        "phone_cannot": "your phone cannot be answered from here: answer at the phone",
        "switch_lost": "the telephone switch is not connected: what became of the call is seen when it is back",
        "switch_refused": "the telephone switch refused",
        "not_confirmed": "the telephone switch did not confirm in time",
        "overtaken": "the call changed while this was on its way",
        "not_monitored": "you are not listening to this contact",
        "nobody_talks": "no agent talks with this customer",
        "not_waiting": "the contact does not wait in a queue",
        "closed": "the queue is closed",
        "no_queue": "the customer came from no queue: move them to one",
        "unknown_disposition": "there is no such disposition",
    }
)
"""Why something is not possible, by a stable id; the words are English for people."""

_BY_SITUATION: Final[Mapping[Situation, str]] = MappingProxyType(
    {
        Situation.RINGING: "still_ringing",
        Situation.DIALLING: "not_answered_yet",
        Situation.TALKING: "",
        Situation.HELD: "already_held",
        Situation.HELD_BY_PHONE: "already_held",
        Situation.ASKING: "not_answered_yet",
        Situation.CONSULTING: "consultation_goes_on",
        Situation.SWAPPED: "consultation_goes_on",
        Situation.ASKED: "not_yours",
        Situation.CONFERENCE: "in_conference",
        Situation.BETWEEN: "on_the_way",
        Situation.WITHOUT_CUSTOMER: "customer_gone",
        Situation.PARKED: "parked",
        Situation.AWAITED: "phone_awaited",
        Situation.WRAP_UP: "in_wrap_up",
        Situation.OVER: "over",
    }
)
"""Why most of what is not possible in a situation is not."""

_BY_ACT: Final[Mapping[ActName, str]] = MappingProxyType(
    {
        "answer": "not_ringing",
        "reject": "not_ringing",
        "retrieve": "not_held",
        "complete": "nobody_asked",
        "cancel": "nobody_asked",
        "swap": "nobody_asked",
        "conference": "nobody_asked",
        "drop": "nobody_else",
        "leave": "nobody_else",
        "pick_up": "not_parked",
        "end_wrap_up": "not_in_wrap_up",
        "extend_wrap_up": "not_in_wrap_up",
    }
)
"""Why an act is not possible that makes sense in few situations only."""

_NEED_OTHERS: Final[frozenset[ActName]] = frozenset({"complete", "cancel", "swap", "conference", "drop", "retrieve"})
_ALL: Final[frozenset[ActName]] = frozenset(ACTS) - OF_WRAP_UP
_FIRST_THE_SITUATION: Final[Mapping[Situation, frozenset[ActName]]] = MappingProxyType(
    {
        Situation.ASKING: _NEED_OTHERS,
        Situation.ASKED: _NEED_OTHERS,
        Situation.CONFERENCE: _NEED_OTHERS - {"retrieve"},
        Situation.CONSULTING: frozenset[ActName]({"retrieve"}),
        Situation.BETWEEN: _ALL,
        Situation.PARKED: _ALL,
        Situation.AWAITED: _ALL,
        Situation.WRAP_UP: _ALL,
        Situation.OVER: _ALL,
    }
)
"""Where the situation says better than the act why it is not possible."""

_SPECIAL: Final[Mapping[tuple[Situation, ActName], str]] = MappingProxyType(
    {
        (Situation.HELD_BY_PHONE, "retrieve"): "held_by_phone",
        (Situation.HELD_BY_PHONE, "consult"): "held_by_phone",
        (Situation.ASKING, "hold"): "already_held",
        (Situation.CONSULTING, "hold"): "already_held",
    }
)


def why_not(situation: Situation, act: ActName) -> str:
    """Why an act is not possible in a situation: the reason's id; ``""``: it is possible."""
    if act in SITUATION_TABLE[situation][1]:
        return ""
    special = _SPECIAL.get((situation, act))
    if special is not None:
        return special
    if act in _BY_ACT and act not in _FIRST_THE_SITUATION.get(situation, frozenset()):
        return _BY_ACT[act]
    return _BY_SITUATION[situation]


def situation_of(call: Topology, key: str) -> Situation:
    """This agent's part in the call, as far as the switch tells it (wrap-up is the distributor's)."""
    party, customer = call.party(key), call.customer
    if party is None or not party.lives or call.awaited == key:
        return _without_phone(call, key)
    if party.where is Where.RINGING and party.key != call.holder:
        return Situation.RINGING
    if customer is None or customer.where is Where.RINGING or party.where is Where.RINGING:
        return Situation.DIALLING
    if customer.where is Where.AWAY and not party.end:
        return Situation.BETWEEN
    if party.end or not customer.lives:
        return _without_customer(call, party, customer)
    return (_with_customer if call.together(key, customer.key) else _apart)(call, party, customer)


def _without_phone(call: Topology, key: str) -> Situation:
    if call.awaited == key:
        return Situation.AWAITED
    customer = call.customer
    parked = call.parked_by == key and customer is not None and customer.where is Where.HELD
    return Situation.PARKED if parked else Situation.OVER


def _without_customer(call: Topology, party: Party, customer: Party) -> Situation:
    others = any(call.together(other.key, party.key) for other in call.others(party.key))
    return Situation.WITHOUT_CUSTOMER if others or _hears_a_tone(call, customer) else Situation.OVER


def _hears_a_tone(call: Topology, customer: Party) -> bool:
    """Whether an agent's own call did not reach anybody, which they are told."""
    return call.outbound and customer.answered_at is None


def _with_customer(call: Topology, party: Party, customer: Party) -> Situation:
    others = [other for other in call.others(party.key) if other.where is not Where.RINGING]
    if any(call.together(other.key, customer.key) for other in others):
        return Situation.CONFERENCE
    if any(other.asked_by == party.key for other in others):
        return Situation.SWAPPED
    return Situation.HELD_BY_PHONE if party.phone_held else Situation.TALKING


def _apart(call: Topology, party: Party, customer: Party) -> Situation:
    if party.asked_by and party.key != call.holder:
        return Situation.ASKED
    if customer.where is not Where.HELD:
        others = any(call.together(other.key, customer.key) for other in call.others(party.key))
        return Situation.WITHOUT_CUSTOMER if others else Situation.BETWEEN
    mine = [other for other in call.others(party.key) if other.asked_by == party.key]
    if any(other.where is not Where.RINGING for other in mine):
        return Situation.CONSULTING
    if mine:
        return Situation.ASKING
    return Situation.HELD if party.where in (Where.KEPT, Where.HELD) else Situation.BETWEEN


def shown(situation: Situation) -> DeskState:
    """What the desk shows of a situation."""
    return SITUATION_TABLE[situation][0]


def consulted(call: Topology, key: str) -> Party | None:
    """Whom this agent asks, or wants to ask."""
    asked = (p for p in call.living(Kind.AGENT, Kind.NUMBER) if p.asked_by == key)
    return next(asked, None)
