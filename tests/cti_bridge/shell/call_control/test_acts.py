"""Acts on a talk, and consultations, on the virtual switch with the deployed dialplan: who hears whom then."""

from typing import Any

import msgspec
import pytest

from cti_bridge.shell.call_control.dial_rules import DialRules
from facts.ids import AgentId, ContactId
from facts.states import Activity
from tests.cti_bridge.shell.call_control.floor import RULES, Floor, close, contact_of

ANN = AgentId("ann")


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
