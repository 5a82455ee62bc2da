"""What each act consists of: steps, each of commands and of what the switch has to say before the next. Pure.

A step is over when its ``reached`` holds of the call; a step without one when the switch has accepted its commands
(those that no event tells of: mute, keys). It is ``lost`` when it cannot be reached any more: the act has failed then,
and what the switch made of it is there to be seen.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import msgspec

from cti_bridge.shell.call_control.commands import (
    Add,
    Command,
    End,
    Join,
    Mute,
    PauseRecording,
    PickUp,
    Press,
    Record,
    Ring,
    Send,
    StopRecording,
    TakeApart,
    ToMenu,
)
from cti_bridge.shell.call_control.situations import ActName, Situation, consulted, situation_of, why_not
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Party, Topology, Where
from facts.time import Instant

Test: TypeAlias = Callable[[Topology], bool]
Change: TypeAlias = Callable[[Topology], Topology]
ToKind: TypeAlias = Literal["agent", "queue", "number", "flow"]

REJECTED: Final = 21
"""Call rejected, in Q.850."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an act. ``lost`` gives the reason's id.

    ``first``: what is known of the call once the commands are given; ``then``: once the step is over.
    """

    commands: tuple[Command, ...]
    reached: Test | None = None
    lost: Callable[[Topology], str] | None = None
    first: Change | None = None
    then: Change | None = None


class ActIllegalError(Exception):
    """The act cannot be done; ``reason_id`` says why."""

    def __init__(self, reason_id: str) -> None:
        super().__init__(reason_id)
        self.reason_id = reason_id


# -- wishes ----------------------------------------------------------------------------------------------------------


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An act that needs nothing more than its name.

    ``dial`` begins a call of the agent's own. Nobody asks for those of the phone: they follow from what became of it.
    """

    act: ActName | Literal["dial", "phone_gone", "phone_lost", "phone_back"]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a transfer or a consultation goes, found and allowed.

    ``key`` and ``number``: of whom is called. ``device``: how the switch calls them. ``variables``: what the customer's
    channel needs to know on its way to ``context``, ``exten``.
    """

    to_kind: ToKind
    to: str
    key: str = ""
    number: str = ""
    device: str = ""
    channel_id: str = ""
    ring_us: int = 0
    context: str = ""
    exten: str = "s"
    variables: tuple[tuple[str, str], ...] = ()


class SendOn(Wish, frozen=True, kw_only=True):
    """``transfer``."""

    target: Target


class Ask(Wish, frozen=True, kw_only=True):
    """``consult``; ``party``: who will be on the call."""

    target: Target
    party: Party


class DropParty(Wish, frozen=True, kw_only=True):
    """``drop``."""

    party: str


class PressKeys(Wish, frozen=True, kw_only=True):
    """``send_digits``."""

    digits: str


class RecordTo(Wish, frozen=True, kw_only=True):
    """``record_start``."""

    file: str


class Fetch(Wish, frozen=True, kw_only=True):
    """``pick_up``, ``dial`` and ``phone_back``: the agent's own phone is rung first."""

    target: Target
    party: Party


# -- what is waited for ----------------------------------------------------------------------------------------------


def _is(key: str, *places: Where) -> Test:
    def holds(call: Topology) -> bool:
        party = call.party(key)
        return party is not None and party.where in places

    return holds


def _all(*tests: Test) -> Test:
    return lambda call: all(test(call) for test in tests)


def _together(first: str, second: str) -> Test:
    return lambda call: call.together(first, second)


def _without(*keys: str) -> Callable[[Topology], str]:
    """The step is lost when one of these is gone."""

    def lost(call: Topology) -> str:
        for key in keys:
            party = call.party(key)
            if party is None or not party.lives:
                return "customer_gone" if key == CUSTOMER else "overtaken"
        return ""

    return lost


# -- the parts that plans are made of --------------------------------------------------------------------------------


def _hold(me: str) -> Step:
    return Step(
        commands=(TakeApart(CUSTOMER, me),),
        reached=_all(_is(CUSTOMER, Where.HELD), _is(me, Where.KEPT)),
        lost=_without(CUSTOMER, me),
    )


def _part(first: str, second: str) -> Step:
    return Step(
        commands=(TakeApart(first, second, kept=True),),
        reached=_all(_is(first, Where.KEPT), _is(second, Where.KEPT)),
        lost=_without(first, second),
    )


def _join(first: str, second: str) -> Step:
    return Step(commands=(Join(first, second),), reached=_together(first, second), lost=_without(first, second))


def _end(*keys: str, cause: int = 16) -> Step:
    return Step(
        commands=tuple(End(key, cause) for key in keys),
        reached=lambda call: not any(_lives(call, key) for key in keys),
        first=lambda call: call.unrung(keys, "rejected" if cause == REJECTED else "hung_up"),
    )


def _lives(call: Topology, key: str) -> bool:
    party = call.party(key)
    return party is not None and party.lives


def _accepted(*commands: Command, then: Change | None = None) -> Step:
    return Step(commands=commands, then=then)


# -- acts ------------------------------------------------------------------------------------------------------------


def _plan_hold(_call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    return (_hold(me),)


def _plan_retrieve(_call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    return (_join(me, CUSTOMER),)


def _plan_mute(call: Topology, me: str, wish: Wish) -> tuple[Step, ...]:
    on = wish.act == "mute"
    party = call.party(me)
    if party is not None and party.muted is on:
        raise ActIllegalError("already_muted" if on else "not_muted")
    return (_accepted(Mute(me, on), then=lambda call: call.change(me, muted=on)),)


def _plan_transfer(_call: Topology, me: str, wish: SendOn) -> tuple[Step, ...]:
    target = wish.target
    way: Command = Send(CUSTOMER, target.context, target.exten, target.variables)
    if target.to_kind == "flow":
        way = ToMenu(target.to)
    sent = Step(
        commands=(way,),
        reached=lambda call: _is(CUSTOMER, Where.AWAY, Where.TALK)(call) and not call.together(me, CUSTOMER),
        lost=_without(CUSTOMER),
    )
    return (sent, _end(me))


def _plan_consult(call: Topology, me: str, wish: Ask) -> tuple[Step, ...]:
    customer, party, target = call.customer, call.party(me), wish.target
    apart = customer is not None and customer.where is Where.HELD and party is not None and party.where is Where.KEPT
    ring = Ring(key=target.key, device=target.device, ring_us=target.ring_us, variables=target.variables)
    rung = () if wish.party.page_away else (ring,)
    asking = Step(commands=rung, first=lambda call: call.with_party(wish.party))
    return (asking,) if apart else (_hold(me), asking)


def called_party(me: str, target: Target, at: Instant) -> Party:
    """Who is on the call once they are called: somebody whom this agent asks, or the agent."""
    return Party(
        key=target.key,
        kind=Kind.NUMBER if target.to_kind == "number" else Kind.AGENT,
        channel_id=target.channel_id,
        where=Where.RINGING,
        since=at,
        number=target.number,
        asked_by=me if target.key != me else "",
        asked=target.key != me,
    )


def _plan_complete(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    """Whom the agent talks to comes out of that talk first: a leg taken from one talk into another may hear nothing."""
    other = _other(call, me)
    apart = (_part(other.key, me),) if call.together(me, other.key) else ()
    return (*apart, _join(CUSTOMER, other.key), _end(me))


def _plan_cancel(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    other = consulted(call, me)
    if call.together(me, CUSTOMER) and other is not None:
        return (_end(other.key),)
    back = _join(me, CUSTOMER)
    if other is None:
        return (back,)
    if other.where is Where.RINGING:
        return (_end(other.key, cause=26), back)
    return (back, _end(other.key))


def _plan_swap(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    other = _other(call, me)
    if call.together(me, CUSTOMER):
        return (_hold(me), _join(me, other.key))
    if not call.together(me, other.key):
        return (_join(me, CUSTOMER),)
    return (_part(other.key, me), _join(me, CUSTOMER))


def _plan_conference(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    other = _other(call, me)
    joins = other.key if call.together(me, CUSTOMER) else CUSTOMER
    stays = CUSTOMER if joins == other.key else other.key
    first = () if call.together(me, stays) else (_join(me, stays),)
    added = Step(
        commands=(Add(joins, me),),
        reached=_all(_together(me, CUSTOMER), _together(me, other.key)),
        lost=_without(CUSTOMER, me, other.key),
    )
    return (*first, added)


def _plan_drop(call: Topology, me: str, wish: DropParty) -> tuple[Step, ...]:
    party = call.party(wish.party)
    if wish.party == me or party is None or not party.lives:
        raise ActIllegalError("no_such_party")
    if wish.party == CUSTOMER and situation_of(call, me) is not Situation.CONFERENCE:
        raise ActIllegalError("consultation_goes_on")
    ended = _end(wish.party, cause=26 if party.where is Where.RINGING else 16)
    return (ended,)


def _plan_leave(_call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    return (_end(me),)


def _plan_hang_up(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    """End the call: whoever was asked first, then one's own part; the customer goes where a talk leads that is over."""
    asked = tuple(p.key for p in call.others(me)) if me == call.holder else ()
    customer = call.customer
    others = (_end(*asked),) if asked else ()
    if customer is None or customer.where is not Where.HELD or me != call.holder:
        return (*others, _end(me))
    sent = Step(
        commands=(Send(CUSTOMER, "acd-talked"),),
        reached=_is(CUSTOMER, Where.AWAY, Where.GONE),
    )
    return (*others, sent, _end(me))


def _plan_park(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    customer = call.customer
    held = customer is not None and customer.where is Where.HELD
    parked: Step = Step(commands=(), then=lambda call: msgspec.structs.replace(call, parked_by=me))
    return (*(() if held else (_hold(me),)), parked, _end(me))


def _plan_digits(call: Topology, me: str, wish: PressKeys) -> tuple[Step, ...]:
    others = [party for party in call.living() if party.key != me and call.together(me, party.key)]
    return tuple(_accepted(*(Press(party.key, digit) for party in others)) for digit in wish.digits)


def _plan_answer(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    party = call.party(me)
    if party is not None and party.page_away:
        raise ActIllegalError("phone_awaited")
    return (
        Step(
            commands=(PickUp(me),),
            reached=lambda call: not _is(me, Where.RINGING)(call),
            lost=_without(me),
        ),
    )


def _plan_reject(_call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    return (_end(me, cause=REJECTED),)


def _plan_fetch(_call: Topology, _me: str, wish: Fetch) -> tuple[Step, ...]:
    target = wish.target
    ring = Ring(
        key=target.key,
        device=target.device,
        context=target.context,
        ring_us=target.ring_us,
        variables=target.variables,
        by_itself=True,
    )
    return (Step(commands=(ring,), first=lambda call: call.with_party(wish.party)),)


def _plan_phone_gone(_call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    return (_end(me),)


def _plan_phone_lost(call: Topology, me: str, _wish: Wish) -> tuple[Step, ...]:
    """The customer hears music and is still this agent's."""
    held = call.customer is not None and call.customer.where is Where.HELD
    awaited = Step(commands=(), then=lambda call: call.awaiting(me))
    return (*(() if held else (_hold(me),)), awaited, _end(me))


def _plan_phone_back(call: Topology, me: str, wish: Fetch) -> tuple[Step, ...]:
    party = call.party(me)
    if call.awaited != me or (party is not None and party.lives):
        raise ActIllegalError("overtaken")
    return _plan_fetch(call, me, wish)


def _plan_record(call: Topology, _me: str, wish: Wish) -> tuple[Step, ...]:
    row = _RECORDING_TABLE[wish.act]
    reason, after = row[call.recording]
    if reason:
        raise ActIllegalError(reason)
    if wish.act == "record_start":
        assert isinstance(wish, RecordTo)
        command: Command = Record(wish.file)
    else:
        command = StopRecording() if wish.act == "record_stop" else PauseRecording(wish.act == "record_pause")
    # a call that is not there any more is recorded no more either
    recorded = Step(commands=(command,), reached=lambda call: call.recording == after, lost=_without(CUSTOMER))
    return (recorded,)


_RECORDING_TABLE: Final[Mapping[str, Mapping[str, tuple[str, Any]]]] = MappingProxyType(
    {
        "record_start": {"off": ("", "on"), "on": ("already_recording", ""), "paused": ("recording_paused", "")},
        "record_pause": {"off": ("not_recording", ""), "on": ("", "paused"), "paused": ("recording_paused", "")},
        "record_resume": {"off": ("not_recording", ""), "on": ("not_paused", ""), "paused": ("", "on")},
        "record_stop": {"off": ("not_recording", ""), "on": ("", "off"), "paused": ("", "off")},
    }
)
"""Of each act on a recording, by what the recording is: why not, and what it is afterwards."""


def _other(call: Topology, me: str) -> Party:
    other = consulted(call, me)
    if other is None:
        raise ActIllegalError("nobody_asked")
    if other.where is Where.RINGING:
        raise ActIllegalError("not_answered_yet")
    return other


_Plan: TypeAlias = Callable[[Topology, str, Any], tuple[Step, ...]]
PLANS: Final[Mapping[ActName, _Plan]] = MappingProxyType(
    {
        "answer": _plan_answer,
        "reject": _plan_reject,
        "hold": _plan_hold,
        "retrieve": _plan_retrieve,
        "mute": _plan_mute,
        "unmute": _plan_mute,
        "transfer": _plan_transfer,
        "consult": _plan_consult,
        "complete": _plan_complete,
        "cancel": _plan_cancel,
        "swap": _plan_swap,
        "conference": _plan_conference,
        "drop": _plan_drop,
        "leave": _plan_leave,
        "hang_up": _plan_hang_up,
        "send_digits": _plan_digits,
        "park": _plan_park,
        "pick_up": _plan_fetch,
        "record_start": _plan_record,
        "record_pause": _plan_record,
        "record_resume": _plan_record,
        "record_stop": _plan_record,
    }
)
"""The steps of each act. Wrap-up is no affair of the switch, and has none."""

_UNASKED: Final[Mapping[str, _Plan]] = MappingProxyType(
    {
        "dial": _plan_fetch,
        "phone_gone": _plan_phone_gone,
        "phone_lost": _plan_phone_lost,
        "phone_back": _plan_phone_back,
    }
)
"""The steps of what no desk asks of a call that it shows."""


def plan(call: Topology, me: str, wish: Wish) -> tuple[Step, ...]:
    """The steps of an agent's act on this call; raises :class:`ActIllegalError`, and then nothing has changed.

    A parked customer may be fetched by anybody.
    """
    match wish.act:
        case "dial" | "phone_gone" | "phone_lost" | "phone_back":
            return _UNASKED[wish.act](call, me, wish)
    situation = Situation.PARKED if wish.act == "pick_up" and call.parked_by else situation_of(call, me)
    reason = why_not(situation, wish.act)
    if reason:
        raise ActIllegalError(reason)
    return PLANS[wish.act](call, me, wish)
