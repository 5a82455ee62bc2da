"""What agents dial outside at their phones is a contact of theirs, on a real Asterisk, by tones and phones' clocks."""

import time
from typing import Any

import pytest

from tests.asterisk.instance import MUSIC_HZ
from tests.asterisk.phones import WORLD_HZ
from tests.e2e.office import CALLER_HZ, HERTZ, Office, answered, between, close, hear_each_other, leg_s, span
from tests.sip_phone import Answer, Call, Reject, Ring

ANN = HERTZ["ann"]


def dialled(office: Office, behaviour: Any, number: str = "5557001") -> tuple[Call, Call, str]:
    """Ann dials at her phone: her call, the one that rings outside, the contact."""
    phone, world = office.phone("ann"), office.phones.world(behaviour)
    call = phone.call(f"9{number}")
    outside = world.expect_ring()
    office.count(call, beside=outside)
    return call, outside, office.wait("ContactOffered", direction="outbound").contact_id


def test_what_an_agent_dials_at_the_phone_is_a_contact_as_if_dialled_in_the_console(office: Office) -> None:
    office.phone("ann")
    office.ready("ann")
    call, outside, contact = dialled(office, Ring())
    assert (outside.number, outside.caller_number) == ("5557001", "8123"), "the centre's number is shown"
    office.wait_state("ann", contact, "dialling")
    assert [work["activity"] for work in office.do("ann", "", "agent")["works"]] == ["TALKING"], "she is at work"
    time.sleep(1)
    outside.answer()
    hear_each_other(call, ANN, outside, WORLD_HZ)
    office.wait_state("ann", contact, "talking")
    office.do("ann", contact, "hold")
    outside.wait_hears(MUSIC_HZ)
    office.do("ann", contact, "retrieve")
    hear_each_other(call, ANN, outside, WORLD_HZ)
    outside.hang_up()
    call.wait_ended()
    office.over(contact)
    offered, told = office.facts("ContactOffered")[0], office.facts("CustomerDialled")[0]
    assert (offered.agent_id, offered.caller_number) == ("ann", "5557001")
    rang = span(between(call.at("invite"), outside.at("ringing")), answered(outside))
    assert (told.outcome, told.rang_us / 1e6) == ("answered", close(rang))
    connected, ended = office.facts("ContactConnected")[0], office.facts("TalkEnded")[0]
    assert (connected.direction, connected.agent_id, ended.ended_by) == ("outbound", "ann", "caller")
    states = [fact for fact in office.facts("AgentStateChanged") if fact.agent_id == "ann"]
    assert (states[-1].declared, states[-1].activity) == ("READY", "IDLE")


def test_the_agent_hangs_up_first(office: Office) -> None:
    call, outside, contact = dialled(office, Answer(0.2))
    hear_each_other(call, ANN, outside, WORLD_HZ)
    call.hang_up()
    outside.wait_ended()
    office.over(contact)
    assert office.facts("TalkEnded")[0].ended_by == "agent"


@pytest.mark.parametrize("how", ["busy", "given up at the phone", "given up in the console"])
def test_nobody_is_reached(office: Office, how: str) -> None:
    call, outside, contact = dialled(office, Reject(486) if how == "busy" else Ring())
    if how == "busy":
        call.wait_hears(425)
        call.wait_ended(15)
    elif how == "given up at the phone":
        office.wait_state("ann", contact, "dialling")
        call.hang_up()
    else:
        office.wait_state("ann", contact, "dialling")
        office.do("ann", contact, "hang_up")
        call.wait_ended()
    outside.wait_ended()
    office.over(contact)
    assert office.facts("CustomerDialled")[0].outcome == ("busy" if how == "busy" else "given_up")
    assert office.facts("TalkEnded") == []
    office.until(lambda: office.do("ann", "", "agent")["works"] == [], 10, "ann to have nothing to do")


def test_whom_one_dials_beside_a_caller_is_no_contact_of_its_own(office: Office) -> None:
    """It is the caller's consultation, and is told as a part of that when they meet."""
    caller, leg, contact = office.talk()
    world = office.phones.world(Answer(0.2))
    leg.hold()
    caller.wait_hears(MUSIC_HZ)
    second = leg.phone.call("95557001")
    outside = world.expect_ring()
    hear_each_other(second, ANN, outside, WORLD_HZ)
    leg.transfer_to(second)
    leg.wait_transferred()
    hear_each_other(caller, CALLER_HZ, outside, WORLD_HZ)
    caller.hang_up()
    office.over(contact)
    assert [fact.contact_id for fact in office.facts("ContactOffered")] == [contact]


def test_a_killed_daemon_finds_the_call_again(office: Office) -> None:
    call, outside, contact = dialled(office, Answer(0.2))
    hear_each_other(call, ANN, outside, WORLD_HZ)
    office.wait_state("ann", contact, "talking")
    office.kill_daemon()
    office.start_daemon()
    office.wait_state("ann", contact, "talking", timeout=10)
    office.do("ann", contact, "hold")
    outside.wait_hears(MUSIC_HZ)
    office.do("ann", contact, "retrieve")
    hear_each_other(call, ANN, outside, WORLD_HZ)
    outside.hang_up()
    office.over(contact)
    talked, held = office.talk_s("ann", contact)
    assert talked + held == close(leg_s(outside))
