"""Every act on the virtual switch, with the deployed dialplan: who hears whom, what the desk shows, what facts say."""

from typing import Any

import msgspec
import pytest

from cti_bridge.shell.call_control.dial_rules import DialRules
from cti_bridge.shell.call_control.refused import ActRefused
from facts.ids import AgentId, ContactId, QueueName
from facts.states import Activity, Declared
from tests.cti_bridge.shell.call_control.floor import RULES, Act, Floor, Outsider, contact_of

ANN, BOB = AgentId("ann"), AgentId("bob")


@pytest.fixture
def floor() -> Floor:
    return Floor()


def close(seconds: float) -> Any:
    return pytest.approx(seconds, abs=0.1)


# -- hold ------------------------------------------------------------------------------------------------------------


def test_hold_and_retrieve(floor: Floor) -> None:
    caller, contact = floor.talk()
    for _ in range(2):
        held = floor.do("ann", contact, "hold")
        assert held.state == "held"
        assert floor.hears_music(caller)
        assert floor.agent("ann").activity is Activity.HOLD
        floor.run(1.7)
        assert floor.do("ann", contact, "retrieve").state == "talking"
        assert floor.hear_each_other(caller, floor.phones["ann"])
        assert floor.agent("ann").activity is Activity.TALKING
        floor.run(0.7)
    caller.hang_up()
    assert floor.quiet()
    assert floor.talk_s("ann") == (close(3), close(4))
    assert floor.last("TalkEnded").ended_by == "caller"
    assert floor.kinds().count("ContactEnded") == 1


def test_hold_at_the_phone_is_taken_back_at_the_phone(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.phones["ann"].hold()
    floor.run(2)
    assert floor.state("ann", contact) == "held"
    assert floor.refused("ann", contact, "retrieve") == "held_by_phone"
    floor.phones["ann"].hold(held=False)
    floor.run(1)
    assert floor.state("ann", contact) == "talking"
    floor.do("ann", contact, "hang_up")
    assert floor.talk_s("ann")[1] == close(5)


def test_hang_up_ends_the_call(floor: Floor) -> None:
    _, contact = floor.talk()
    assert floor.do("ann", contact, "hang_up").state == "over"
    assert floor.quiet()
    assert floor.last("TalkEnded").ended_by == "agent"
    assert floor.last("ContactEnded").ended_by == "agent"


def test_hang_up_on_hold_ends_the_customer_s_call_too(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.do("ann", contact, "hang_up")
    assert caller.channel is None
    assert floor.quiet()
    assert floor.last("TalkEnded").ended_by == "agent"


def test_mute_and_unmute(floor: Floor) -> None:
    _, contact = floor.talk()
    channel = floor.phones["ann"].channel
    assert channel is not None
    assert floor.do("ann", contact, "mute").muted
    assert channel.muted == {"in"}
    assert floor.refused("ann", contact, "mute") == "already_muted"
    floor.do("ann", contact, "hold")
    floor.do("ann", contact, "retrieve")
    assert floor.contact("ann", contact).muted
    assert not floor.do("ann", contact, "unmute").muted
    assert channel.muted == set()


def test_keys_go_to_the_other_side(floor: Floor) -> None:
    caller, contact = floor.talk()
    assert caller.channel is not None
    done = floor.begin("ann", contact, "send_digits", digits="12#")
    floor.run(1)
    done.result()
    assert caller.channel.keys_heard == "12#"
    for digits in ("", "1,2", "1" * 33, "x", "1\r\nAction: Originate"):
        assert floor.refused("ann", contact, "send_digits", digits=digits) == "digits_invalid"


# -- answering -------------------------------------------------------------------------------------------------------


def test_answer_from_the_desk(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    contact = contact_of(caller)
    ringing = floor.contact("ann", contact)
    assert (ringing.state, ringing.caller_number, ringing.queue_title) == ("ringing", "5551230001", "Sales")
    assert ringing.rings_until == pytest.approx(floor.clock.now() + 19_800_000, abs=50_000)
    assert [act for act, why in ringing.acts.items() if why is None] == ["answer", "reject"]
    answered = floor.do("ann", contact, "answer")
    assert (answered.state, answered.script) == ("talking", "Say hello.")
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_a_phone_that_does_not_answer_on_demand_says_so(floor: Floor) -> None:
    floor.ready("ann")
    contact = contact_of(floor.call())
    floor.phones["ann"].asked_to_answer = lambda *_, **__: None  # type: ignore[method-assign]  # a phone without that
    assert floor.refused("ann", contact, "answer") == "phone_cannot"
    assert floor.state("ann", contact) == "ringing"


def test_reject_sends_the_contact_on_and_is_the_agent_s_own_doing(floor: Floor) -> None:
    floor.ready("ann", "bob")
    contact = contact_of(floor.call())
    first, second = ("ann", "bob") if floor.phones["ann"].is_ringing else ("bob", "ann")
    assert floor.do(first, contact, "reject").state == "over"
    assert floor.last("OfferEnded").outcome == "rejected"
    assert not floor.phones[first].is_ringing
    assert floor.phones[second].is_ringing
    assert floor.state(first, contact) == "over"


def test_phones_may_be_asked_to_answer_every_offer() -> None:
    agents = {ANN: msgspec.structs.replace(RULES.agent(ANN), auto_answer=True)}
    floor = Floor(rules=msgspec.structs.replace(RULES, agents=agents)).ready("ann")
    contact = contact_of(floor.call())
    floor.run(0.5)
    assert floor.state("ann", contact) == "talking"


# -- consultation ----------------------------------------------------------------------------------------------------


def consult(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    asking = floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    assert asking.state == "consulting"
    assert [(p.party, p.state) for p in asking.parties] == [("customer", "held"), ("bob", "ringing")]
    assert floor.state("bob", contact) == "ringing"
    floor.run(1)
    floor.phones["bob"].answer()
    floor.run(1)
    assert floor.hear_each_other(floor.phones["ann"], floor.phones["bob"])
    assert floor.hears_music(caller)
    assert floor.agent("bob").activity is Activity.TALKING
    return caller, contact


def test_consult_and_complete(floor: Floor) -> None:
    caller, contact = consult(floor)
    floor.run(1)
    assert floor.do("ann", contact, "complete").state == "over"
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.phones["ann"].channel is None
    assert floor.state("bob", contact) == "talking"
    passed = floor.last("ContactTransferred")
    assert (passed.agent_id, passed.to_kind, passed.to, passed.consulted) == ("ann", "agent", "bob", True)
    assert floor.agent("ann").activity is Activity.IDLE
    assert floor.talk_s("ann") == (close(1), close(3.3))
    floor.run(2)
    caller.hang_up()
    assert floor.quiet()
    assert floor.talk_s("bob") == (close(4.3), 0)
    assert [f.agent_id for f in floor.facts("TalkEnded")] == ["ann", "bob"]


def test_consult_and_cancel(floor: Floor) -> None:
    caller, contact = consult(floor)
    assert floor.do("ann", contact, "cancel").state == "talking"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.phones["bob"].channel is None
    assert floor.agent("bob").activity is Activity.IDLE
    assert floor.facts("ContactTransferred") == []


def test_who_was_only_asked_has_no_wrap_up() -> None:
    floor = Floor(wrap_up_s=10)
    _, contact = consult(floor)
    floor.do("ann", contact, "cancel")
    assert floor.agent("bob").activity is Activity.IDLE
    floor.do("ann", contact, "hang_up")
    assert floor.state("ann", contact) == "wrap_up"


def test_cancel_while_the_phone_rings(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    assert floor.refused("ann", contact, "complete") == "not_answered_yet"
    assert floor.do("ann", contact, "cancel").state == "talking"
    assert floor.phones["bob"].channel is None
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_swap_twice_then_conference(floor: Floor) -> None:
    caller, contact = consult(floor)
    swapped = floor.do("ann", contact, "swap")
    assert swapped.state == "consulting"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.agent("ann").activity is Activity.TALKING
    floor.do("ann", contact, "swap")
    assert floor.hear_each_other(floor.phones["bob"], floor.phones["ann"])
    assert floor.hears_music(caller)
    floor.do("ann", contact, "swap")
    assert floor.do("ann", contact, "conference").state == "conference"
    assert floor.hear_each_other(caller, floor.phones["ann"], floor.phones["bob"])
    assert floor.state("bob", contact) == "conference"


def test_complete_from_either_side_of_a_swap(floor: Floor) -> None:
    caller, contact = consult(floor)
    floor.do("ann", contact, "swap")
    floor.do("ann", contact, "complete")
    assert floor.hear_each_other(caller, floor.phones["bob"])
    caller.hang_up()
    assert floor.quiet()


def conference(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = consult(floor)
    assert floor.do("ann", contact, "conference").state == "conference"
    assert floor.hear_each_other(caller, floor.phones["ann"], floor.phones["bob"])
    floor.run(1)
    return caller, contact


def test_drop_from_a_conference(floor: Floor) -> None:
    caller, contact = conference(floor)
    assert floor.do("ann", contact, "drop", party="bob").state == "talking"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.agent("bob").activity is Activity.IDLE
    assert floor.do("ann", contact, "hold").state == "held"
    assert floor.do("ann", contact, "retrieve").state == "talking"
    assert floor.refused("ann", contact, "drop", party="bob") == "nobody_else"


def test_leave_a_conference(floor: Floor) -> None:
    caller, contact = conference(floor)
    assert floor.do("ann", contact, "leave").state == "over"
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.state("bob", contact) == "talking"
    assert floor.do("bob", contact, "hold").state == "held"
    assert floor.do("bob", contact, "retrieve").state == "talking"
    floor.do("bob", contact, "hang_up")
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1


def test_the_customer_leaves_a_conference_and_the_agents_talk_on(floor: Floor) -> None:
    caller, contact = conference(floor)
    caller.hang_up()
    floor.run(1)
    assert floor.hear_each_other(floor.phones["ann"], floor.phones["bob"])
    assert floor.refused("ann", contact, "hold") == "customer_gone"
    assert "ContactEnded" not in floor.kinds()
    floor.phones["bob"].hang_up()
    assert floor.quiet()
    assert floor.kinds()[-3:].count("ContactEnded") == 1
    assert floor.last("ContactEnded").ended_by == "caller"


def test_hang_up_ends_a_conference_for_all(floor: Floor) -> None:
    caller, contact = conference(floor)
    floor.do("ann", contact, "hang_up")
    floor.run(1)
    assert caller.channel is None
    assert floor.phones["bob"].channel is None
    assert floor.quiet()


def test_both_leave_a_conference_by_their_phones(floor: Floor) -> None:
    caller, _ = conference(floor)
    floor.phones["ann"].hang_up()
    floor.run(1)
    floor.phones["bob"].hang_up()
    floor.run(1)
    assert caller.channel is None
    assert floor.quiet()


def test_consult_somebody_outside(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "consult", to_kind="number", to="5557001")
    floor.run(1)
    (outside,) = floor.outsiders
    assert outside.number == "5557001"
    assert floor.hear_each_other(floor.phones["ann"], outside)
    assert floor.do("ann", contact, "conference").state == "conference"
    assert floor.hear_each_other(floor.phones["ann"], outside, caller)
    floor.do("ann", contact, "leave")
    assert floor.hear_each_other(outside, caller)
    assert floor.agent("ann").activity is Activity.IDLE
    caller.hang_up()
    assert floor.quiet()


def test_hand_over_to_somebody_outside(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "consult", to_kind="number", to="5557001")
    floor.run(1)
    floor.do("ann", contact, "complete")
    assert floor.hear_each_other(caller, *floor.outsiders)
    passed = floor.last("ContactTransferred")
    assert (passed.to_kind, passed.to) == ("number", "5557001")
    caller.hang_up()
    assert floor.quiet()


@pytest.mark.parametrize(
    ("does", "end"), [("busy", "busy"), ("rejects", "rejected"), ("silent", "no_answer"), ("unplugged", None)]
)
def test_who_cannot_be_asked_leaves_the_customer_on_hold(floor: Floor, does: str, end: str | None) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    if does == "unplugged":
        floor.phones["bob"].register(registered=False)
        floor.run(0.1)
        assert floor.refused("ann", contact, "consult", to_kind="agent", to="bob") == "agent_unreachable"
        assert floor.state("ann", contact) == "talking"
        return
    floor.phones["bob"].busy = does == "busy"
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    if does == "rejects":
        floor.do("bob", contact, "reject")
    floor.run(21 if does == "silent" else 0.5)
    now = floor.contact("ann", contact)
    assert now.state == "held"
    assert [(p.state, p.why) for p in now.parties if p.party == "bob"] == [("gone", end)]
    assert floor.hears_music(caller)
    floor.do("ann", contact, "retrieve")
    assert floor.hear_each_other(caller, floor.phones["ann"])


@pytest.mark.parametrize(
    ("to_kind", "to", "why"),
    [
        ("agent", "nobody", "unknown_agent"),
        ("agent", "ann", "to_oneself"),
        ("agent", "bob", "agent_signed_out"),
        ("number", "555,1234", "number_invalid"),
        ("number", "09001234567", "number_denied"),
        ("number", "555\r\nAction: Originate", "number_invalid"),
        ("number", "5557001@trunk&PJSIP/1002", "number_invalid"),
        (None, "", "no_such_party"),
    ],
)
def test_who_may_not_be_asked_is_not_called(to_kind: Any, to: str, why: str) -> None:
    rules = msgspec.structs.replace(RULES, dialling=DialRules(country="DE"))
    floor = Floor(rules=rules)
    _, contact = floor.talk()
    before = len(floor.actions)
    assert floor.refused("ann", contact, "consult", to_kind=to_kind, to=to) == why
    assert floor.state("ann", contact) == "talking"
    assert floor.actions[before:] == []


# -- transfers -------------------------------------------------------------------------------------------------------


def test_transfer_to_an_agent(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.run(1)
    assert floor.do("ann", contact, "transfer", to_kind="agent", to="bob").state == "over"
    assert floor.phones["ann"].channel is None
    ringing = floor.contact("bob", contact)
    assert (ringing.state, ringing.caller_number) == ("ringing", "5551230001")
    assert floor.do("bob", contact, "answer").state == "talking"
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.do("bob", contact, "hold").state == "held"
    assert floor.do("bob", contact, "retrieve").state == "talking"
    passed = floor.last("ContactTransferred")
    assert (passed.agent_id, passed.to_kind, passed.to, passed.consulted) == ("ann", "agent", "bob", False)
    assert floor.talk_s("ann") == (close(2), 0)
    floor.phones["bob"].hang_up()
    assert floor.quiet()
    assert floor.last("TalkEnded").agent_id == "bob"
    assert floor.kinds().count("ContactEnded") == 1


@pytest.mark.parametrize("does", ["busy", "silent", "rejects"])
def test_a_customer_whom_nobody_takes_waits_at_the_old_place(floor: Floor, does: str) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    joined = floor.last("ContactQueued").joined_at
    floor.phones["bob"].busy = does == "busy"
    floor.do("ann", contact, "transfer", to_kind="agent", to="bob")
    if does == "rejects":
        floor.do("bob", contact, "reject")
    floor.run(21 if does == "silent" else 1)
    assert floor.phones["ann"].is_ringing, "the first agent is the only one who is ready"
    queued = floor.last("ContactQueued")
    assert (queued.queue, queued.joined_at, queued.returned) == ("sales", joined, True)
    floor.phones["ann"].answer()
    floor.run(0.3)
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_transfer_to_a_queue_is_a_new_stay_there(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.run(2)
    floor.do("ann", contact, "transfer", to_kind="queue", to="private")
    queued = floor.last("ContactQueued")
    assert (queued.queue, queued.why, queued.returned, queued.entered) == ("private", "transfer", False, 2)
    assert queued.joined_at == pytest.approx(floor.clock.now(), abs=400_000)
    passed = floor.last("ContactTransferred")
    assert (passed.to_kind, passed.to) == ("queue", "private")
    order = floor.kinds()
    assert order.index("ContactTransferred") < len(order) - 1 - order[::-1].index("ContactQueued")
    floor.run(0.5)
    assert floor.phones["ann"].is_ringing
    caller.hang_up()
    floor.run(0.5)
    assert floor.last("ContactAbandoned").queue == "private"
    assert floor.quiet()


def test_transfer_outside(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "transfer", to_kind="number", to="5557001")
    floor.run(1)
    assert floor.hear_each_other(caller, *floor.outsiders)
    assert floor.agent("ann").activity is Activity.IDLE
    floor.outsiders[0].hang_up()
    assert floor.quiet()


def test_a_number_that_is_busy_brings_the_customer_back(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.outside_does = "busy"
    floor.do("ann", contact, "transfer", to_kind="number", to="5557001")
    floor.run(1)
    assert floor.last("ContactQueued").returned
    assert floor.phones["ann"].is_ringing


@pytest.mark.parametrize(
    ("to_kind", "to", "why"), [("queue", "none", "unknown_queue"), ("flow", "none", "unknown_flow")]
)
def test_a_transfer_to_nowhere_is_refused(floor: Floor, to_kind: str, to: str, why: str) -> None:
    _, contact = floor.talk()
    assert floor.refused("ann", contact, "transfer", to_kind=to_kind, to=to) == why
    assert floor.state("ann", contact) == "talking"


def test_a_transfer_from_hold(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.do("ann", contact, "transfer", to_kind="queue", to="support")
    assert floor.phones["ann"].is_ringing, "the transferred customer is offered at once"
    assert floor.last("ContactQueued").queue == "support"
    assert floor.facts("TalkEnded")[0].hold_us > 0


def test_a_transfer_at_the_phone(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.phones["ann"].transfer("1002")
    floor.run(1)
    assert floor.state("bob", contact) == "ringing"
    floor.phones["bob"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["bob"])
    passed = floor.last("ContactTransferred")
    assert (passed.agent_id, passed.to_kind, passed.to) == ("ann", "agent", "bob")
    assert floor.last("TalkEnded").ended_by == "agent"
    assert floor.agent("bob").activity is Activity.TALKING
    caller.hang_up()
    assert floor.quiet()


# -- an agent's own calls --------------------------------------------------------------------------------------------


def dial(floor: Floor, number: str = "5557001", **more: Any) -> tuple[Outsider, ContactId]:
    done = Act(floor.control.dial(ANN, number, **more))
    floor.run(0.3)
    contact = done.result()
    assert contact.state == "dialling"
    assert contact.direction == "outbound"
    floor.run(0.3)
    return floor.outsiders[-1], contact.contact_id


def test_click_to_dial_while_not_ready(floor: Floor) -> None:
    floor.sign_in("ann")
    outside, contact = dial(floor, queue=QueueName("sales"))
    floor.run(2)
    assert floor.hear_each_other(floor.phones["ann"], outside)
    talking = floor.contact("ann", contact)
    assert (talking.state, talking.caller_number, talking.queue) == ("talking", "5557001", "sales")
    assert floor.agent("ann").declared is Declared.NOT_READY
    assert floor.last("CustomerDialled").outcome == "answered"
    assert (floor.last("ContactConnected").direction, floor.last("ContactOffered").direction) == ("outbound",) * 2
    assert floor.do("ann", contact, "hold").state == "held"
    assert floor.hears_music(outside)
    assert floor.do("ann", contact, "retrieve").state == "talking"
    floor.run(1)
    outside.hang_up()
    assert floor.quiet()
    assert floor.last("TalkEnded").ended_by == "caller"
    assert floor.kinds().count("ContactEnded") == 1


@pytest.mark.parametrize(("does", "outcome"), [("busy", "busy"), ("rings", "no_answer")])
def test_a_number_that_does_not_answer_is_told(floor: Floor, does: str, outcome: str) -> None:
    floor.ready("ann")
    floor.outside_does = does
    _, contact = dial(floor)
    floor.run(31 if does == "rings" else 0.5)
    assert floor.agent("ann").activity is Activity.TALKING, "the tone is still heard"
    parties = floor.contact("ann", contact).parties
    assert [(p.party, p.state, p.why) for p in parties] == [("customer", "gone", outcome)]
    floor.run(4)
    assert floor.last("CustomerDialled").outcome == outcome
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1
    assert floor.facts("TalkEnded", "ContactConnected") == []


def test_giving_up_while_it_rings(floor: Floor) -> None:
    floor.sign_in("ann")
    floor.outside_does = "rings"
    outside, contact = dial(floor)
    floor.do("ann", contact, "hang_up")
    assert outside.channel is None
    assert floor.last("CustomerDialled").outcome == "given_up"
    assert floor.quiet()


def test_nothing_is_offered_to_who_dials(floor: Floor) -> None:
    floor.ready("ann")
    floor.outside_does = "rings"
    dial(floor)
    caller = floor.call()
    assert floor.engine.contact(contact_of(caller)).offer_id is None  # type: ignore[union-attr]  # it waits


@pytest.mark.parametrize("number", ["", "x", "5,5", "*21*5551234#", "5\r\n"])
def test_what_is_no_number_is_not_dialled(floor: Floor, number: str) -> None:
    floor.sign_in("ann")
    done = Act(floor.control.dial(ANN, number))
    assert done.refusal().reason_id == "number_invalid"
    assert floor.facts("ContactOffered") == []


def test_who_talks_or_is_signed_out_cannot_dial(floor: Floor) -> None:
    assert Act(floor.control.dial(BOB, "5557001")).refusal().reason_id == "signed_out"
    floor.talk()
    assert Act(floor.control.dial(ANN, "5557001")).refusal().reason_id == "engaged"


def test_an_own_phone_that_is_not_picked_up(floor: Floor) -> None:
    floor.sign_in("ann")
    floor.phones["ann"].busy = True
    done = Act(floor.control.dial(ANN, "5557001"))
    floor.run(1)
    assert done.is_over
    assert floor.quiet()
    assert floor.last("CustomerDialled").outcome == "given_up"


# -- parking ---------------------------------------------------------------------------------------------------------


def test_park_and_pick_up(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    parked = floor.do("ann", contact, "park")
    assert parked.state == "parked"
    assert floor.hears_music(caller)
    assert floor.phones["ann"].channel is None
    assert floor.agent("ann").activity is Activity.IDLE
    floor.run(5)
    picked = floor.begin("bob", contact, "pick_up")
    floor.run(1)
    picked.result()
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.state("bob", contact) == "talking"
    assert floor.state("ann", contact) == "over"
    assert (floor.last("ContactParked").agent_id, floor.last("ContactPickedUp").agent_id) == ("ann", "bob")
    assert floor.last("ContactPickedUp").parked_us == pytest.approx(5_400_000, abs=300_000)
    assert floor.talk_s("ann") == (close(1), 0)


def test_a_parked_customer_whom_nobody_picks_up_waits_again(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.do("ann", contact, "park")
    floor.run(181)
    assert floor.last("ContactQueued").returned
    assert floor.phones["ann"].is_ringing


def test_a_parked_customer_may_hang_up(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    caller.hang_up()
    assert floor.quiet()
    assert floor.state("ann", contact) == "over"
    assert floor.kinds().count("ContactEnded") == 1


# -- recordings ------------------------------------------------------------------------------------------------------


def test_recording_on_demand(floor: Floor) -> None:
    caller, contact = floor.talk()
    assert floor.do("ann", contact, "record_start").recording == "on"
    assert floor.refused("ann", contact, "record_start") == "already_recording"
    assert floor.do("ann", contact, "record_pause").recording == "paused"
    assert floor.do("ann", contact, "record_resume").recording == "on"
    assert floor.do("ann", contact, "record_stop").recording == "off"
    assert floor.do("ann", contact, "record_start").recording == "on"
    caller.hang_up()
    assert floor.quiet()
    told = [(fact.kind.removeprefix("Recording"), fact.file) for fact in floor.facts() if "Recording" in fact.kind]
    first, second = f"{contact}.wav", f"{contact}-2.wav"
    assert told == [
        ("Started", first),
        ("Paused", first),
        ("Resumed", first),
        ("Stopped", first),
        ("Started", second),
        ("Stopped", second),
    ]
    assert floor.facts("RecordingStarted")[0].by == "agent"


def test_recording_by_the_queue_s_rule_goes_on_through_hold_and_transfer() -> None:
    floor = Floor(queue="support")
    caller, contact = floor.talk()
    assert floor.contact("ann", contact).recording == "on"
    assert floor.refused("ann", contact, "record_stop") == "recording_always"
    floor.do("ann", contact, "hold")
    floor.sign_in("bob")
    floor.do("ann", contact, "transfer", to_kind="agent", to="bob")
    floor.do("bob", contact, "answer")
    assert floor.contact("bob", contact).recording == "on"
    floor.do("bob", contact, "transfer", to_kind="queue", to="support")
    floor.run(0.5)
    assert floor.kinds().count("RecordingStopped") == 1
    floor.phones["ann"].answer()
    floor.run(0.5)
    assert floor.contact("ann", contact).recording == "on"
    assert [fact.file for fact in floor.facts("RecordingStarted")] == [f"{contact}.wav", f"{contact}-2.wav"]
    caller.hang_up()
    assert floor.quiet()
    assert floor.kinds().count("RecordingStopped") == 2


def test_what_may_not_be_recorded_is_not() -> None:
    floor = Floor(queue="private")
    _, contact = floor.talk()
    assert floor.refused("ann", contact, "record_start") == "recording_never"
    assert "MixMonitor" not in [name for name, _ in floor.actions]


# -- wrap-up ---------------------------------------------------------------------------------------------------------


def test_wrap_up_is_ended_or_extended() -> None:
    floor = Floor(wrap_up_s=10)
    _, contact = floor.talk()
    floor.do("ann", contact, "hang_up")
    wrapping = floor.contact("ann", contact)
    assert wrapping.state == "wrap_up"
    assert wrapping.wrap_up_until == pytest.approx(floor.clock.now() + 9_900_000, abs=300_000)
    extended = floor.do("ann", contact, "extend_wrap_up", by_s=30)
    assert extended.wrap_up_until == wrapping.wrap_up_until + 30_000_000  # type: ignore[operator]  # it has an end
    assert floor.refused("ann", contact, "hold") == "in_wrap_up"
    floor.run(20)
    assert floor.do("ann", contact, "end_wrap_up").state == "over"
    assert floor.state("ann", contact) == "over"
    assert floor.refused("ann", contact, "end_wrap_up") in {"over", "not_at_this_desk"}


# -- who sees what ---------------------------------------------------------------------------------------------------


def test_desks_are_told_of_every_change_and_of_the_end(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    caller.hang_up()
    floor.run(1)
    mine = [told for agent, told_of, told in floor.told if (agent, told_of) == ("ann", contact)]
    states = [told.state if told is not None else "gone" for told in mine]
    assert [state for i, state in enumerate(states) if state != states[i - 1]] == [
        "ringing",
        "talking",
        "held",
        "over",
        "gone",
    ]
    assert floor.control.desks.desk(ANN) == []


def test_what_is_not_on_the_desk_cannot_be_touched(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.sign_in("bob")
    for act in ("hold", "hang_up", "leave"):
        assert floor.refused("bob", contact, act) in {"over", "not_at_this_desk"}
    assert floor.refused("ann", ContactId("nothing"), "hold") == "over"
    assert floor.state("ann", contact) == "talking"


def test_a_refusal_says_how_things_are(floor: Floor) -> None:
    _, contact = floor.talk()
    with pytest.raises(ActRefused) as refused:
        floor.do("ann", contact, "retrieve")
    assert refused.value.present.state == "talking"
    assert refused.value.words == "the customer is not on hold"
