"""Agents' acts on a talk on a real Asterisk, heard by tones both ways, timed by the phones' own clock."""

import contextlib
import time

import pytest

from tests.asterisk.instance import MUSIC_HZ
from tests.asterisk.phones import WORLD_HZ
from tests.e2e.office import (
    CALLER_HZ,
    HERTZ,
    Office,
    Seconds,
    between,
    close,
    consult,
    hear_each_other,
    leg_s,
    span,
)
from tests.sip_phone import Answer, Reject, Ring

ANN, BOB = HERTZ["ann"], HERTZ["bob"]


def test_hold_and_retrieve_from_the_desk_and_at_the_phone(office: Office) -> None:
    caller, leg, contact = office.talk()
    held_at = office.moment("ann", contact, "hold", "held")
    caller.wait_hears(MUSIC_HZ)
    leg.wait_hears_not(CALLER_HZ)
    time.sleep(1)
    held = span(held_at, office.moment("ann", contact, "retrieve", "talking"))
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    asked_at = time.monotonic()
    leg.hold()
    by_phone_at = between(asked_at, leg.at("held"))
    office.wait_state("ann", contact, "held")
    caller.wait_hears(MUSIC_HZ)
    assert office.desks.refused("ann", contact, "retrieve") == "held_by_phone"
    asked_at = time.monotonic()
    leg.resume()
    held_by_phone = span(by_phone_at, between(asked_at, leg.at("resumed")))
    office.wait_state("ann", contact, "talking")
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    caller.hang_up()
    leg.wait_ended()
    office.over(contact)
    talk, hold = office.talk_s("ann", contact)
    assert hold == close(Seconds(held + held_by_phone, held.unsure_s + held_by_phone.unsure_s))
    assert talk + hold == close(leg_s(leg))
    assert office.facts("TalkEnded")[0].ended_by == "caller"


def test_answer_reject_and_hang_up(office: Office) -> None:
    """The desk answers a phone that rings (NOTIFY), rejects another contact, and ends the talk."""
    caller, leg, contact = office.talk()
    assert leg.has("told to answer")
    office.do("ann", contact, "hang_up")
    leg.wait_ended()
    caller.wait_ended()
    office.over(contact)
    assert office.talk_s("ann", contact) == (close(leg_s(leg)), 0)
    assert office.facts("ContactEnded")[0].ended_by == "agent"


def test_answering_by_the_phone_itself_and_rejecting(office: Office) -> None:
    office.phone("ann")
    bob = office.phone("bob", Answer(0.3))
    office.ready("ann")
    caller = office.phones.call("8123")
    caller.wait_answered()
    time.sleep(0.7)
    caller.press("1")
    contact = office.wait("OfferMade").contact_id
    office.wait_state("ann", contact, "ringing")
    assert office.do("ann", contact, "reject")["state"] == "over"
    assert office.wait("OfferEnded").outcome == "rejected"
    office.ready("bob")
    leg = bob.expect_ring(10)
    hear_each_other(caller, CALLER_HZ, leg, BOB)
    office.wait_state("bob", contact, "talking")
    leg.hang_up()
    office.over(contact)
    assert office.talk_s("bob", contact) == (close(leg_s(leg)), 0)


def test_mute_and_keys(office: Office) -> None:
    caller, leg, contact = office.talk()
    assert office.do("ann", contact, "mute")["muted"]
    caller.wait_hears_not(ANN)
    office.do("ann", contact, "hold")
    office.do("ann", contact, "retrieve")
    leg.wait_hears(CALLER_HZ)
    caller.wait_hears_not(ANN)
    assert not office.do("ann", contact, "unmute")["muted"]
    caller.wait_hears(ANN)
    office.do("ann", contact, "send_digits", digits="159#")
    with contextlib.suppress(AssertionError):
        office.until(lambda: len(caller.keys) >= 4, 5, "the keys")
    assert caller.keys == "159#"
    for bad in ("1,2", "1\r\nAction: Originate", "x" * 40):
        assert office.desks.refused("ann", contact, "send_digits", digits=bad) == "digits_invalid"
    caller.hang_up()
    office.over(contact)


# -- consultation ----------------------------------------------------------------------------------------------------


def test_consult_swap_and_complete(office: Office) -> None:
    caller, leg, asked, contact = consult(office)
    assert office.do("ann", contact, "swap")["state"] == "consulting"
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    asked.wait_hears_not(ANN)
    office.do("ann", contact, "swap")
    hear_each_other(leg, ANN, asked, BOB)
    caller.wait_hears(MUSIC_HZ)
    office.do("ann", contact, "complete")
    leg.wait_ended()
    hear_each_other(caller, CALLER_HZ, asked, BOB)
    office.wait_state("bob", contact, "talking")
    time.sleep(1)
    caller.hang_up()
    asked.wait_ended()
    office.over(contact)
    talk, hold = office.talk_s("ann", contact)
    assert talk + hold == close(leg_s(leg))
    assert office.talk_s("bob", contact) == (close(leg_s(asked)), 0)
    passed = office.facts("ContactTransferred")[0]
    assert (passed.agent_id, passed.to, passed.consulted) == ("ann", "bob", True)


def test_consult_and_cancel_while_ringing_and_after(office: Office) -> None:
    caller, leg, asked, contact = consult(office)
    assert office.do("ann", contact, "cancel")["state"] == "talking"
    asked.wait_ended()
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    office.do("ann", contact, "consult", to_kind="agent", to="bob")
    again = asked.phone.expect_ring()
    assert office.desks.refused("ann", contact, "complete") == "not_answered_yet"
    assert office.do("ann", contact, "cancel")["state"] == "talking"
    again.wait_ended()
    assert again.has("cancelled")
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    caller.hang_up()
    office.over(contact)
    assert office.talk_s("bob", contact) == (close(leg_s(asked)), 0)


@pytest.mark.parametrize("how", ["busy", "silent", "rejects", "unplugged"])
def test_who_cannot_be_asked_leaves_the_caller_on_hold(office: Office, how: str) -> None:
    caller, leg, contact = office.talk()
    phone = office.phone("bob", Reject(486) if how == "busy" else Ring())
    if how == "unplugged":
        phone.unregister()
        office.wait_reachable("bob", reachable=False)
        assert office.desks.refused("ann", contact, "consult", to_kind="agent", to="bob") == "agent_unreachable"
        assert office.state("ann", contact) == "talking"
    else:
        office.do("ann", contact, "consult", to_kind="agent", to="bob")
        if how == "rejects":
            phone.expect_ring()
            office.wait_state("bob", contact, "ringing")
            office.do("bob", contact, "reject")
        office.wait_state("ann", contact, "held", timeout=15)
        parties = office.do("ann", contact, "contact")["parties"]
        ends = {"busy": "busy", "silent": "no_answer", "rejects": "rejected"}
        assert [p["why"] for p in parties if p["party"] == "bob"] == [ends[how]]
        caller.wait_hears(MUSIC_HZ)
        office.do("ann", contact, "retrieve")
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    caller.hang_up()
    office.over(contact)


@pytest.mark.parametrize("order", ["agent first", "asked first", "caller first", "by the desk"])
def test_a_conference_and_who_leaves_it_first(office: Office, order: str) -> None:
    caller, leg, asked, contact = consult(office)
    assert office.do("ann", contact, "conference")["state"] == "conference"
    for one, others in ((caller, (ANN, BOB)), (leg, (CALLER_HZ, BOB)), (asked, (CALLER_HZ, ANN))):
        for hertz in others:
            one.wait_hears(hertz)
    match order:
        case "agent first":
            office.do("ann", contact, "leave")
            leg.wait_ended()
            hear_each_other(caller, CALLER_HZ, asked, BOB)
            office.do("bob", contact, "hang_up")
        case "asked first":
            office.do("ann", contact, "drop", party="bob")
            asked.wait_ended()
            hear_each_other(caller, CALLER_HZ, leg, ANN)
            caller.hang_up()
        case "caller first":
            caller.hang_up()
            hear_each_other(leg, ANN, asked, BOB)
            caller.wait_ended()
            leg.hang_up()
        case _:
            office.do("ann", contact, "hang_up")
    for one in (caller, leg, asked):
        one.wait_ended()
    office.over(contact)
    talk, hold = office.talk_s("ann", contact)
    assert talk + hold == close(leg_s(leg))
    assert office.talk_s("bob", contact) == (close(leg_s(asked)), 0)


def test_the_caller_hangs_up_during_a_consultation(office: Office) -> None:
    caller, leg, asked, contact = consult(office)
    caller.hang_up()
    office.wait_gone("ann", contact, "customer")
    hear_each_other(leg, ANN, asked, BOB)
    assert office.desks.refused("ann", contact, "complete") in {"customer_gone", "nobody_asked"}
    leg.hang_up()
    asked.wait_ended()
    office.over(contact)
    talk, hold = office.talk_s("ann", contact)
    assert talk + hold == close(leg_s(leg))
    assert office.facts("ContactEnded")[0].ended_by == "caller"


def test_complete_while_the_caller_hangs_up(office: Office) -> None:
    for _ in range(3):
        caller, leg, asked, contact = consult(office)
        act = office.desks.begin("ann", contact, "complete")
        caller.hang_up()
        assert office.desks.reason(act) in {"", "customer_gone", "overtaken"}
        for one in (leg, asked):
            one.hang_up()
        office.over(contact)
        office.clear_talk()


def test_consult_somebody_outside_and_hand_over(office: Office) -> None:
    caller, leg, contact = office.talk()
    world = office.phones.world(Answer(0.2))
    office.do("ann", contact, "consult", to_kind="number", to="5557001")
    outside = world.expect_ring()
    assert outside.number == "5557001"
    hear_each_other(leg, ANN, outside, WORLD_HZ)
    office.wait_can("ann", contact, "complete")
    office.do("ann", contact, "complete")
    hear_each_other(caller, CALLER_HZ, outside, WORLD_HZ)
    leg.wait_ended()
    caller.hang_up()
    outside.wait_ended()
    office.over(contact)
    assert (office.facts("ContactTransferred")[0].to_kind) == "number"


# -- hold, and what can happen meanwhile -----------------------------------------------------------------------------


def test_the_agent_s_phone_dies_on_hold(office: Office) -> None:
    caller, leg, contact = office.talk()
    joined = office.facts("ContactQueued")[0].joined_at
    bob = office.phone("bob", Answer(0.2))
    office.do("ann", contact, "hold")
    office.do("ann", "", "not_ready")
    office.ready("bob")
    leg.hang_up()
    again = bob.expect_ring(10)
    hear_each_other(caller, CALLER_HZ, again, BOB)
    back = office.wait("ContactQueued", 2, contact_id=contact)
    assert (back.joined_at, back.returned) == (joined, True)
    caller.hang_up()
    again.wait_ended()
    office.over(contact)
    talk, hold = office.talk_s("ann", contact)
    assert talk + hold == close(leg_s(leg))
    assert office.talk_s("bob", contact) == (close(leg_s(again)), 0)


def test_the_caller_hangs_up_on_hold(office: Office) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", contact, "hold")
    time.sleep(1)
    caller.hang_up()
    leg.wait_ended()
    office.over(contact)
    talk, hold = office.talk_s("ann", contact)
    assert talk + hold == close(leg_s(leg))
    assert office.facts("TalkEnded")[0].ended_by == "caller"
