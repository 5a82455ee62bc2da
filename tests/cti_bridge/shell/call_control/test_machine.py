"""One call's state as a table: every situation, every act in it, and any history of acts and switch events."""

from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_bridge.shell.call_control import commands as c
from cti_bridge.shell.call_control import machine as m
from cti_bridge.shell.call_control.plans import (
    ActIllegalError,
    Ask,
    DropParty,
    Fetch,
    PressKeys,
    RecordTo,
    SendOn,
    Target,
    Wish,
)
from cti_bridge.shell.call_control.situations import (
    ACTS,
    REASONS,
    SITUATION_TABLE,
    ActName,
    Situation,
    situation_of,
    why_not,
)
from cti_bridge.shell.call_control.topology import (
    CUSTOMER,
    Kind,
    Party,
    Seen,
    Sign,
    Topology,
    Where,
    engaged,
)
from facts.ids import ContactId
from facts.states import Activity

CHANNELS = {CUSTOMER: "c", "ann": "a", "bob": "b"}


class Calls:
    """A machine, with the switch's word written short: ``joined("c", "ann")``."""

    def __init__(self, machine: m.Machine) -> None:
        self.machine = machine
        self.outputs: list[Any] = []
        self.at = 1_000

    @property
    def call(self) -> Topology:
        return self.machine.call

    def say(self, seen: Seen, *keys: str, room: str = "r", **more: Any) -> "Calls":
        self.at += 1
        for key in keys:
            party = self.call.party(key)
            here = party.room if seen is Seen.PARTED and party is not None else room
            sign = Sign(seen=seen, channel_id=CHANNELS[key], at=self.at, room=here, **more)
            self._take(m.see(self.machine, sign))
        return self

    def do(self, act: str, me: str = "ann") -> "Calls":
        self._take(m.act(self.machine, me, wish(act, me)))
        return self

    def _take(self, result: m.Result) -> None:
        self.machine, outputs = result
        self.outputs += outputs

    def accept(self) -> "Calls":
        self._take(m.accepted(self.machine))
        return self

    def commands(self) -> list[c.Command]:
        """What was commanded since the last time."""
        taken = [command for output in self.outputs if isinstance(output, m.Do) for command in output.commands]
        self.outputs = [output for output in self.outputs if not isinstance(output, m.Do)]
        return taken

    def ended(self) -> Any:
        """How the act ended."""
        found = [output for output in self.outputs if not isinstance(output, m.Do)]
        self.outputs = []
        return found[-1] if found else None

    def part(self, *keys: str) -> "Calls":
        return self.say(Seen.PARTED, *keys)

    def join(self, *keys: str, room: str) -> "Calls":
        self.part(*(k for k in keys if (p := self.call.party(k)) is not None and p.where is Where.TALK))
        return self.say(Seen.JOINED, *keys, room=room)


def party(key: str, kind: Kind, where: Where = Where.UP, **more: Any) -> Party:
    answered = None if where is Where.RINGING else 900
    fields: dict[str, Any] = {"channel_id": CHANNELS[key], "since": 900, "answered_at": answered, **more}
    return Party(key=key, kind=kind, where=where, **fields)


def bob(asked_by: str = "ann") -> Party:
    return party("bob", Kind.AGENT, Where.RINGING, asked_by=asked_by, asked=bool(asked_by))


TARGET = Target(to_kind="agent", to="bob", key="bob", device="PJSIP/1002", channel_id="b", context="acd-transfer")


def fetch(me: str) -> Fetch:
    target = msgspec.structs.replace(TARGET, key=me, channel_id=CHANNELS[me])
    return Fetch(act="pick_up", target=target, party=party(me, Kind.AGENT, Where.RINGING))


def wish(act: str, me: str = "ann") -> Wish:
    special: dict[str, Callable[[], Wish]] = {
        "transfer": lambda: SendOn(act="transfer", target=TARGET),
        "consult": lambda: Ask(act="consult", target=TARGET, party=bob(me)),
        "pick_up": lambda: fetch(me),
        "drop": lambda: DropParty(act="drop", party="bob"),
        "send_digits": lambda: PressKeys(act="send_digits", digits="12"),
        "record_start": lambda: RecordTo(act="record_start", file="x.wav"),
    }
    return special[act]() if act in special else Wish(act=cast(ActName, act))


def empty(*parties: Party, **more: Any) -> Calls:
    call = Topology(contact_id=ContactId("c"), parties=parties, **more)
    return Calls(m.Machine(call=call))


def talking() -> Calls:
    return empty(party(CUSTOMER, Kind.CUSTOMER), party("ann", Kind.AGENT)).join(CUSTOMER, "ann", room="r1")


def held() -> Calls:
    calls = talking().do("hold")
    assert calls.commands() == [c.TakeApart(CUSTOMER, "ann")]
    calls.part(CUSTOMER, "ann").say(Seen.HELD, CUSTOMER)
    assert calls.ended() is None
    calls.say(Seen.KEPT, "ann")
    assert calls.ended() == m.Done()
    return calls


def asking() -> Calls:
    calls = held().do("consult")
    (ring,) = calls.commands()
    assert isinstance(ring, c.Ring)
    assert ring.key == "bob"
    calls.accept()
    assert calls.ended() == m.Done()
    return calls


def consulting() -> Calls:
    calls = asking().say(Seen.ANSWERED, "bob").say(Seen.KEPT, "bob")
    assert calls.commands() == [c.Join("ann", "bob")]
    return calls.join("ann", "bob", room="r2")


def swapped() -> Calls:
    calls = consulting().do("swap")
    assert calls.commands() == [c.TakeApart("bob", "ann", kept=True)]
    calls.part("bob", "ann").say(Seen.KEPT, "bob").say(Seen.KEPT, "ann")
    assert calls.commands() == [c.Join("ann", CUSTOMER)]
    calls.join("ann", CUSTOMER, room="r3")
    assert calls.ended() == m.Done()
    return calls


def conference() -> Calls:
    calls = consulting().do("conference")
    assert calls.commands() == [c.Add(CUSTOMER, "ann")]
    calls.join(CUSTOMER, room="r2")
    assert calls.ended() == m.Done()
    return calls


def parked() -> Calls:
    calls = talking().do("park")
    calls.part(CUSTOMER, "ann").say(Seen.HELD, CUSTOMER).say(Seen.KEPT, "ann")
    assert calls.commands() == [c.TakeApart(CUSTOMER, "ann"), c.End("ann")]
    calls.say(Seen.GONE, "ann")
    assert calls.commands() == []
    return calls


def ringing() -> Calls:
    return empty(party(CUSTOMER, Kind.CUSTOMER, Where.AWAY), party("ann", Kind.AGENT, Where.RINGING))


def dialling() -> Calls:
    customer = party(CUSTOMER, Kind.CUSTOMER, Where.RINGING)
    return empty(party("ann", Kind.AGENT), customer, outbound=True, holder="ann")


def held_by_phone() -> Calls:
    return talking().say(Seen.PHONE_HELD, "ann")


def between() -> Calls:
    return talking().part(CUSTOMER, "ann")


def without_customer() -> Calls:
    return consulting().say(Seen.GONE, CUSTOMER)


def over() -> Calls:
    return talking().say(Seen.GONE, "ann", CUSTOMER)


def awaited() -> Calls:
    calls = held()
    calls.machine = msgspec.structs.replace(calls.machine, call=calls.call.awaiting("ann"))
    return calls.say(Seen.GONE, "ann")


OF_ANOTHER_STATE = ("unmute", "record_pause", "record_resume", "record_stop")


def attempt(calls: Calls, act: str, me: str = "ann") -> str:
    """Why the act is refused; whatever is, changes nothing. ``""``: it was begun."""
    before = calls.machine
    try:
        calls.do(act, me)
    except ActIllegalError as error:
        assert calls.machine == before
        return error.reason_id
    return ""


SCENES = {
    Situation.RINGING: ringing,
    Situation.DIALLING: dialling,
    Situation.TALKING: talking,
    Situation.HELD: held,
    Situation.HELD_BY_PHONE: held_by_phone,
    Situation.ASKING: asking,
    Situation.CONSULTING: consulting,
    Situation.SWAPPED: swapped,
    Situation.CONFERENCE: conference,
    Situation.BETWEEN: between,
    Situation.WITHOUT_CUSTOMER: without_customer,
    Situation.PARKED: parked,
    Situation.AWAITED: awaited,
    Situation.OVER: over,
}


@pytest.mark.parametrize("situation", list(SCENES))
def test_every_situation_comes_about_and_every_act_in_it_is_possible_or_has_its_reason(situation: Situation) -> None:
    assert situation_of(SCENES[situation]().call, "ann") is situation
    for act in ACTS[:-2]:
        reason = why_not(situation, act)
        assert bool(reason) is (act not in SITUATION_TABLE[situation][1])
        refused = attempt(SCENES[situation](), act)
        # whether one is muted, and what is recorded, are states of their own
        assert refused == reason or (not reason and act in OF_ANOTHER_STATE)
        assert not refused or refused in REASONS


def test_the_one_who_was_asked_may_leave_but_not_dispose_of_the_customer() -> None:
    call = consulting().call
    assert situation_of(call, "bob") is Situation.ASKED
    assert {act: why_not(Situation.ASKED, act) for act in ("complete", "hold", "transfer", "leave")} == {
        "complete": "not_yours",
        "hold": "not_yours",
        "transfer": "not_yours",
        "leave": "",
    }


def test_who_is_at_work_and_who_has_the_customer_on_hold() -> None:
    assert engaged(talking().call) == {"ann": Activity.TALKING}
    assert engaged(held_by_phone().call) == {"ann": Activity.HOLD}
    assert engaged(asking().call) == {"ann": Activity.HOLD}
    assert engaged(consulting().call) == {"ann": Activity.HOLD, "bob": Activity.TALKING}
    assert engaged(swapped().call) == {"ann": Activity.TALKING, "bob": Activity.TALKING}
    assert engaged(conference().call) == {"ann": Activity.TALKING, "bob": Activity.TALKING}
    assert engaged(without_customer().call) == {"ann": Activity.TALKING, "bob": Activity.TALKING}
    assert engaged(over().call) == {}


def test_completing_gives_the_customer_away_and_ends_ones_own_part() -> None:
    calls = consulting().do("complete")
    assert calls.commands() == [c.TakeApart("bob", "ann", kept=True)]
    calls.part("bob").say(Seen.KEPT, "bob").part("ann").say(Seen.KEPT, "ann")
    assert calls.commands() == [c.Join(CUSTOMER, "bob")]
    calls.join(CUSTOMER, "bob", room="r4")
    assert calls.commands() == [c.End("ann")]
    assert calls.call.holder == "bob"
    calls.say(Seen.GONE, "ann")
    assert calls.ended() == m.Done()
    assert situation_of(calls.call, "bob") is Situation.TALKING


def test_a_transfer_is_over_for_the_agent_when_the_customer_has_left() -> None:
    calls = talking().do("transfer").part(CUSTOMER).say(Seen.AWAY, CUSTOMER)
    assert engaged(calls.call) == {}
    calls.commands()
    assert calls.say(Seen.GONE, "ann").ended() == m.Done()


# -- what follows by itself ------------------------------------------------------------------------------------------


def test_the_customer_who_hangs_up_on_hold_frees_the_agent() -> None:
    assert held().say(Seen.GONE, CUSTOMER).commands() == [c.End("ann")]


def test_the_customer_whose_agent_dies_on_hold_waits_again() -> None:
    assert held().say(Seen.GONE, "ann").commands() == [c.Send(CUSTOMER, "acd-wait")]


def test_the_customer_who_hangs_up_while_the_asked_phone_rings_stops_it() -> None:
    assert asking().say(Seen.GONE, CUSTOMER).commands() == [c.End("ann"), c.End("bob", cause=26)]


def test_two_agents_may_go_on_talking_without_the_customer() -> None:
    calls = without_customer()
    assert calls.commands() == []
    calls.part("ann", "bob").say(Seen.GONE, "bob").say(Seen.KEPT, "ann")
    assert calls.commands() == [c.End("ann")]


@pytest.mark.parametrize("end", ["busy", "no_answer", "unreachable"])
def test_who_cannot_be_asked_changes_nothing_else(end: Any) -> None:
    calls = asking().say(Seen.GONE, "bob", end=end)
    assert calls.commands() == []
    assert situation_of(calls.call, "ann") is Situation.HELD


def test_a_conference_may_end_in_any_order() -> None:
    calls = conference().part("bob").say(Seen.GONE, "bob")
    assert situation_of(calls.call, "ann") is Situation.TALKING
    calls = conference().part("ann").say(Seen.GONE, "ann")
    assert (situation_of(calls.call, "bob"), calls.call.holder) == (Situation.TALKING, "bob")
    calls.part("bob", CUSTOMER).say(Seen.LEFT_ALONE, CUSTOMER).say(Seen.HELD, CUSTOMER)
    assert engaged(calls.call) == {"bob": Activity.TALKING}, "an end is no hold"
    calls.say(Seen.GONE, "bob")
    assert calls.commands() == [c.Send(CUSTOMER, "acd-talked")]
    calls = conference().part(CUSTOMER).say(Seen.GONE, CUSTOMER)
    assert situation_of(calls.call, "ann") is Situation.WITHOUT_CUSTOMER


def test_who_was_asked_and_is_kept_ends_when_the_customer_is_given_back() -> None:
    calls = swapped().part("ann", CUSTOMER).say(Seen.GONE, "ann").say(Seen.GONE, CUSTOMER)
    assert calls.commands() == [c.End("bob")]


def test_an_order_is_given_once() -> None:
    calls = held().say(Seen.GONE, CUSTOMER)
    assert calls.commands() == [c.End("ann")]
    assert calls.say(Seen.PHONE_HELD, "ann").commands() == []


# -- acts that are overtaken -----------------------------------------------------------------------------------------


def test_a_hang_up_wins_over_an_act_on_its_way() -> None:
    calls = talking().do("hold")
    calls.commands()
    calls.say(Seen.GONE, CUSTOMER)
    assert calls.ended() == m.Failed("customer_gone")
    calls.part("ann").say(Seen.KEPT, "ann")
    assert calls.commands() == [c.End("ann")]


def test_an_act_that_the_switch_refuses_has_failed_and_changed_nothing() -> None:
    calls = held().do("retrieve")
    before = calls.call
    calls._take(m.refused(calls.machine, "Unable to add Channel1 to bridge"))
    assert calls.ended() == m.Failed("switch_refused", "Unable to add Channel1 to bridge")
    assert calls.call == before
    assert not calls.machine.busy


def test_one_act_at_a_time() -> None:
    calls = talking().do("hold")
    with pytest.raises(ActIllegalError, match="on_the_way"):
        calls.do("mute")


def test_a_phone_that_the_switch_will_not_ring_is_gone() -> None:
    calls = held().do("consult")
    calls._take(m.refused(calls.machine, "no"))
    there = calls.call.party("bob")
    assert there is not None
    assert (there.where, there.end) == (Where.GONE, "unreachable")
    assert situation_of(calls.call, "ann") is Situation.HELD


# -- any history -----------------------------------------------------------------------------------------------------

signs = st.builds(
    lambda seen, key, room, end: (seen, key, room, end),
    st.sampled_from(list(Seen)),
    st.sampled_from(list(CHANNELS)),
    st.sampled_from(["r1", "r2", "r3"]),
    st.sampled_from(["hung_up", "busy", "no_answer"]),
)
acts = st.tuples(st.sampled_from(ACTS[:-2]), st.sampled_from(["ann", "bob"]))
answers = st.sampled_from(["accepted", "refused", "late", "lost"])


ANSWERS: dict[str, Callable[[m.Machine], m.Result]] = {
    "accepted": m.accepted,
    "refused": lambda machine: m.refused(machine, "no"),
    "late": m.late,
    "lost": m.lost,
}


@settings(max_examples=300, deadline=None)
@given(
    start=st.sampled_from([ringing, dialling, talking, held, asking, consulting, swapped, conference, parked]),
    history=st.lists(st.one_of(signs, signs, acts, st.sampled_from(sorted(ANSWERS))), max_size=25),
)
def test_any_order_of_acts_and_events_keeps_the_promises(start: Any, history: list[Any]) -> None:
    calls = start()
    for one in history:
        gone = {p.channel_id for p in calls.call.parties if not p.lives}
        if isinstance(one, str):
            calls._take(ANSWERS[one](calls.machine))
        elif len(one) == 2:
            assert attempt(calls, *one) in {"", *REASONS}
        else:
            seen, key, room, end = one
            calls.say(seen, key, room=room, end=end)
            # a channel that is gone stays so, whatever is said of it late
            assert gone <= {p.channel_id for p in calls.call.parties if not p.lives}
        check(calls)


def check(calls: Calls) -> None:
    call = calls.call
    for command in calls.commands():
        for name in ("key", "first", "second"):
            # nothing is commanded of a party that nobody knows
            assert call.party(getattr(command, name, CUSTOMER)) is not None or call.customer is None
    holder = call.party(call.holder)
    assert call.holder == "" or (holder is not None and holder.lives)
    for key in ("ann", "bob"):
        assert situation_of(call, key) in SITUATION_TABLE
    if call.over:
        assert engaged(call) == {}
        assert call.holder == ""
