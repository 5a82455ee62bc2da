"""Customers passed on, called, parked, recorded and listened to on a real Asterisk, by tones and the phones' clocks."""

import contextlib
import time

import pytest

from storage.audit import AuditLog
from storage.journal import open_journal
from tests.asterisk.instance import MUSIC_HZ
from tests.asterisk.phones import WORLD_HZ
from tests.e2e.office import CALLER_HZ, HERTZ, Office, between, close, consult, hear_each_other, leg_s, span
from tests.sip_phone import Answer, Call, CallError, Reject, Ring

ANN, BOB = HERTZ["ann"], HERTZ["bob"]
DENIED = "19005551234"
"""Costs more than a call."""


def refusals(office: Office) -> list[tuple[str, str]]:
    """What phones were refused, as the audit log tells it; the number is never in it."""
    with open_journal(office.daemon.home / "journal.sqlite3", read_only=True) as journal:
        changes = AuditLog(journal).changes(resource="phone")
    assert DENIED not in repr(changes)
    return [(one.change.actor, one.change.action) for one in changes]


# -- transfers -------------------------------------------------------------------------------------------------------


def test_transfer_to_an_agent_and_on_to_a_queue(office: Office) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", "", "not_ready")
    bob = office.phone("bob")
    assert office.do("ann", contact, "transfer", to_kind="agent", to="bob")["state"] == "over"
    leg.wait_ended()
    taken = bob.expect_ring()
    caller.wait_hears(MUSIC_HZ)
    office.wait_state("bob", contact, "ringing")
    office.do("bob", contact, "answer")
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    cyd = office.phone("cyd", Answer(0.2))
    office.ready("cyd")
    office.do("bob", contact, "transfer", to_kind="queue", to="support")
    taken.wait_ended()
    last = cyd.expect_ring(10)
    hear_each_other(caller, CALLER_HZ, last, HERTZ["cyd"])
    last.hang_up()
    office.over(contact)
    for agent, call in (("ann", leg), ("bob", taken), ("cyd", last)):
        assert office.talk_s(agent, contact) == (close(leg_s(call)), 0)
    stays = [(fact.queue, fact.entered, fact.why) for fact in office.facts("ContactQueued")]
    assert stays == [("sales", 1, "menu"), ("support", 2, "transfer")]
    assert [(fact.agent_id, fact.to_kind, fact.to) for fact in office.facts("ContactTransferred")] == [
        ("ann", "agent", "bob"),
        ("bob", "queue", "support"),
    ]


def test_a_transfer_to_a_busy_agent_brings_the_caller_back(office: Office) -> None:
    caller, leg, contact = office.talk()
    office.phone("bob", Reject(486))
    office.do("ann", contact, "transfer", to_kind="agent", to="bob")
    leg.wait_ended()
    again = leg.phone.expect_ring(10)
    office.do("ann", contact, "answer")
    hear_each_other(caller, CALLER_HZ, again, ANN)
    assert office.wait("ContactQueued", 2).returned
    caller.hang_up()
    office.over(contact)
    assert office.talk_s("ann", contact, 1)[0] == close(leg_s(leg))
    assert office.talk_s("ann", contact, 2)[0] == close(leg_s(again))


def test_two_transfers_at_once(office: Office) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", "", "not_ready")
    bob, cyd = office.phone("bob"), office.phone("cyd")
    first = office.desks.begin("ann", contact, "transfer", to_kind="agent", to="bob")
    second = office.desks.begin("ann", contact, "transfer", to_kind="agent", to="cyd")
    assert office.desks.end(first)["state"] == "over"
    assert office.desks.reason(second) == "over"
    bob.expect_ring()
    cyd.expect_silence(0.5)
    caller.hang_up()
    leg.wait_ended()
    office.over(contact)
    assert len(office.facts("ContactTransferred")) == 1


def test_transfer_outside_and_a_number_that_is_busy(office: Office) -> None:
    caller, leg, contact = office.talk()
    world = office.phones.world(Reject(486))
    office.do("ann", contact, "transfer", to_kind="number", to="5557001")
    again = leg.phone.expect_ring(10)
    office.do("ann", contact, "answer")
    office.wait_state("ann", contact, "talking")
    caller.wait_hears(ANN)
    world.behaviour = Answer(0.2)
    office.do("ann", contact, "transfer", to_kind="number", to="5557002")
    again.wait_ended()
    office.until(lambda: [call for call in world.calls if call.number == "5557002"], 10, "the second call outside")
    (outside,) = [call for call in world.calls if call.number == "5557002"]
    hear_each_other(caller, CALLER_HZ, outside, WORLD_HZ)
    outside.hang_up()
    caller.wait_ended()
    office.over(contact)


def test_transfer_to_a_menu(office: Office) -> None:
    caller, leg, contact = office.talk()
    bob = office.phone("bob", Answer(0.2))
    office.do("ann", "", "not_ready")
    office.do("ann", contact, "transfer", to_kind="flow", to="reception")
    leg.wait_ended()
    office.ready("bob")
    office.wait("MenuNodeEntered", 2, contact_id=contact, node="choose")
    time.sleep(0.5)
    caller.press("2")
    taken = bob.expect_ring(15)
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    caller.hang_up()
    office.over(contact)
    assert office.talk_s("ann", contact) == (close(leg_s(leg)), 0)
    assert office.facts("ContactTransferred")[0].to_kind == "flow"


@pytest.mark.parametrize("how", ["blind", "attended", "by keys"])
def test_transfers_made_at_the_phone_keep_times_and_owners_right(office: Office, how: str) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", "", "not_ready")
    bob = office.phone("bob", Answer(0.2))
    time.sleep(0.5)
    match how:
        case "blind":
            leg.transfer("1002")
        case "attended":
            leg.hold()
            consultation = leg.phone.call("1002")
            consultation.wait_answered()
            consultation.wait_hears(BOB)
            leg.transfer_to(consultation)
            leg.wait_transferred()
        case _:
            begin_by_keys(leg, caller)
            with contextlib.suppress(CallError):  # the talk may be over before the last key is
                leg.press("1002")
    taken = bob.expect_ring(12)
    taken.wait_answered()
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    leg.wait_ended(15)
    office.wait_state("bob", contact, "talking")
    assert office.do("bob", contact, "hold")["state"] == "held"
    caller.wait_hears(MUSIC_HZ)
    assert office.do("bob", contact, "retrieve")["state"] == "talking"
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    caller.hang_up()
    taken.wait_ended()
    office.over(contact)
    passed = office.facts("ContactTransferred")
    assert [(fact.agent_id, fact.to_kind, fact.to) for fact in passed] == [("ann", "agent", "bob")]
    if how == "attended":  # the customer is there only once it is completed
        office.count(taken, since=leg.wait_transferred())
    assert office.facts("ContactConnected")[-1].agent_id == "bob"


def begin_by_keys(leg: Call, caller: Call) -> None:
    """The agent says by keys that a number follows: the customer hears music from then on."""
    leg.press("#1")
    caller.wait_hears(MUSIC_HZ)


def to_number(leg: Call, caller: Call, number: str, how: str) -> None:
    """The agent's phone transfers the customer outside."""
    if how == "blind":
        leg.transfer(f"9{number}")
        return
    begin_by_keys(leg, caller)
    leg.press(f"9{number}")


@pytest.mark.parametrize("how", ["blind", "by keys"])
def test_a_transfer_at_the_phone_to_a_number_that_is_denied_keeps_the_customer(office: Office, how: str) -> None:
    caller, leg, contact = office.talk()
    world = office.phones.world()
    time.sleep(0.5)
    to_number(leg, caller, DENIED, how)
    again = leg.phone.expect_ring(15)
    office.do("ann", contact, "answer")
    leg.wait_ended()
    hear_each_other(caller, CALLER_HZ, again, ANN)
    assert world.calls == []
    office.until(lambda: ("ann", "transfer outside refused") in refusals(office), 5, "the refusal in the audit log")
    caller.hang_up()
    office.over(contact)


def test_who_asks_by_keys_a_number_that_is_denied_has_the_customer_again(office: Office) -> None:
    caller, leg, contact = office.talk()
    world = office.phones.world()
    time.sleep(0.5)
    leg.press("*2")
    caller.wait_hears(MUSIC_HZ)
    leg.press(f"9{DENIED}")
    caller.wait_hears(ANN, timeout=10)
    leg.wait_hears(CALLER_HZ)
    office.until(lambda: ("ann", "transfer outside refused") in refusals(office), 5, "the refusal in the audit log")
    assert world.calls == []
    assert office.state("ann", contact) == "talking"
    assert office.do("ann", contact, "hold")["state"] == "held"
    caller.wait_hears(MUSIC_HZ)
    office.do("ann", contact, "retrieve")
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    caller.hang_up()
    leg.wait_ended()
    office.over(contact)
    assert office.facts("ContactTransferred") == []
    assert len(office.facts("TalkEnded")) == 1


@pytest.mark.parametrize("how", ["blind", "by keys"])
def test_a_transfer_at_the_phone_to_a_number_that_is_allowed(office: Office, how: str) -> None:
    caller, leg, contact = office.talk()
    world = office.phones.world()
    time.sleep(0.5)
    to_number(leg, caller, "5557001", how)
    outside = world.expect_ring(15)
    assert outside.number == "5557001"
    hear_each_other(caller, CALLER_HZ, outside, WORLD_HZ)
    outside.hang_up()
    caller.wait_ended()
    office.over(contact)


# -- an agent's own calls --------------------------------------------------------------------------------------------


def test_click_to_dial_while_not_ready(office: Office) -> None:
    phone, world = office.phone("ann"), office.phones.world(Answer(0.5))
    contact = office.desks.do("ann", "", "dial", number="5557001")["contact_id"]
    leg = phone.expect_ring()
    leg.wait_answered()
    outside = world.expect_ring()
    office.count(leg, beside=outside)
    assert outside.number == "5557001"
    hear_each_other(leg, ANN, outside, WORLD_HZ)
    office.wait_state("ann", contact, "talking")
    office.do("ann", contact, "hold")
    outside.wait_hears(MUSIC_HZ)
    office.do("ann", contact, "retrieve")
    hear_each_other(leg, ANN, outside, WORLD_HZ)
    outside.hang_up()
    leg.wait_ended()
    office.over(contact)
    assert office.facts("CustomerDialled")[0].outcome == "answered"
    assert office.facts("ContactConnected")[0].direction == "outbound"


def test_a_phone_dials_what_the_console_may(office: Office) -> None:
    phone, world = office.phones.agent("1001", voice=ANN), office.phones.world()
    refused = phone.call(f"9{DENIED}")
    refused.wait_ended(10)
    assert (refused.status, world.calls) == (403, [])
    order = phone.call("91*5557001")
    order.wait_ended(10)
    assert (order.status, world.calls) == (403, [])
    office.until(lambda: ("ann", "call outside refused") in refusals(office), 5, "the refusal in the audit log")
    told = [line for line in office.daemon.log().splitlines() if "phone_number_refused" in line]
    assert told
    assert not any(DENIED in line for line in told)
    call = phone.call("95557001")
    outside = world.expect_ring()
    assert [one.number for one in world.calls] == ["5557001"]
    hear_each_other(call, ANN, outside, WORLD_HZ)
    call.hang_up()
    outside.wait_ended()


@pytest.mark.parametrize("how", ["busy", "given up", "denied"])
def test_click_to_dial_that_reaches_nobody(office: Office, how: str) -> None:
    phone, world = office.phone("ann"), office.phones.world(Reject(486) if how == "busy" else Ring())
    if how == "denied":
        assert office.desks.refused("ann", "", "dial", number="*21*5557001#") == "number_invalid"
        assert office.desks.refused("ann", "", "dial", number="19005551234") == "number_denied"
        phone.expect_silence(0.3)
        return
    contact = office.desks.do("ann", "", "dial", number="5557001")["contact_id"]
    leg = phone.expect_ring()
    outside = world.expect_ring()
    office.count(leg, beside=outside)
    if how == "busy":
        leg.wait_hears(425)
        shown = office.state("ann", contact)
        assert shown in {"dialling", "talking"} or leg.has("ended")
    else:
        office.wait_state("ann", contact, "dialling")
        office.do("ann", contact, "hang_up")
        outside.wait_ended()
        assert outside.has("cancelled")
    leg.wait_ended(15)
    office.over(contact)
    outcome = office.facts("CustomerDialled")[0].outcome
    assert outcome == ("busy" if how == "busy" else "given_up")
    assert office.facts("TalkEnded") == []


def test_park_and_pick_up(office: Office) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", "", "not_ready")
    assert office.do("ann", contact, "park")["state"] == "parked"
    leg.wait_ended()
    caller.wait_hears(MUSIC_HZ)
    bob = office.phone("bob")
    office.do("bob", contact, "pick_up")
    taken = bob.expect_ring()
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    caller.hang_up()
    taken.wait_ended()
    office.over(contact)
    assert office.talk_s("ann", contact) == (close(leg_s(leg)), close(0))
    assert office.talk_s("bob", contact) == (close(leg_s(taken)), 0)


def test_a_parked_customer_is_picked_up_by_a_colleague_parked_again_and_sent_back_by_a_supervisor(
    office: Office,
) -> None:
    caller, first, contact = office.talk()
    office.do("ann", "", "not_ready")
    office.do("ann", contact, "park")
    first.wait_ended()
    caller.wait_hears(MUSIC_HZ)
    bob = office.phone("bob")
    office.do("bob", contact, "pick_up")
    second = bob.expect_ring()
    hear_each_other(caller, CALLER_HZ, second, BOB)
    assert office.desks.refused("sue", contact, "send_back") == "not_parked"
    office.do("bob", contact, "park")
    second.wait_ended()
    caller.wait_hears(MUSIC_HZ)
    office.ready("bob")
    office.do("sue", contact, "send_back")
    third = office.leg("bob")
    office.do("bob", contact, "answer")
    hear_each_other(caller, CALLER_HZ, third, BOB)
    queued = office.facts("ContactQueued")
    assert [(fact.queue, fact.joined_at) for fact in queued] == [(queued[0].queue, queued[0].joined_at)] * 2
    assert queued[1].returned
    caller.hang_up()
    third.wait_ended()
    office.over(contact)
    assert office.talk_s("ann", contact) == (close(leg_s(first)), close(0))
    assert office.talk_s("bob", contact, 1) == (close(leg_s(second)), close(0))
    assert office.talk_s("bob", contact, 2) == (close(leg_s(third)), close(0))
    parked, again = office.facts("ContactParked")
    picked = office.facts("ContactPickedUp")
    assert [(fact.agent_id, fact.parked_by) for fact in picked] == [("bob", "ann")]
    assert (parked.agent_id, again.agent_id) == ("ann", "bob")


def test_a_supervisor_ends_the_call_of_a_parked_customer(office: Office) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", "", "not_ready")
    office.do("ann", contact, "park")
    leg.wait_ended()
    caller.wait_hears(MUSIC_HZ)
    office.do("sue", contact, "end_parked")
    caller.wait_ended()
    office.over(contact)
    assert [fact.ended_by for fact in office.facts("ContactEnded")] == ["supervisor"]


# -- recordings and supervisors --------------------------------------------------------------------------------------


def test_a_recording_goes_on_through_hold_and_consultation_and_pauses(office: Office) -> None:
    caller, leg, contact = office.talk()
    asked_at = time.monotonic()
    assert office.do("ann", contact, "record_start")["recording"] == "on"
    began = between(asked_at, time.monotonic())
    time.sleep(1)
    office.do("ann", contact, "record_pause")
    time.sleep(1)
    office.do("ann", contact, "record_resume")
    office.do("ann", contact, "hold")
    office.do("ann", contact, "retrieve")
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    time.sleep(0.5)
    asked_at = time.monotonic()
    office.do("ann", contact, "record_stop")
    length = span(began, between(asked_at, time.monotonic()))
    caller.hang_up()
    office.over(contact)
    file = office.facts("RecordingStarted")[0].file
    assert file == f"{contact}.wav"
    path = office.daemon.asterisk.folder / "spool/recording" / file
    written = pytest.approx(44 + length * 16000, rel=0.25, abs=(length.unsure_s + 0.3) * 16000)
    office.until(lambda: path.stat().st_size == written, 5, f"{written} bytes of sound")
    stopped = office.facts("RecordingStopped")[0]
    assert stopped.length_us / 1e6 == close(length)
    assert [fact.kind for fact in office.facts() if "Recording" in fact.kind] == [
        "RecordingStarted",
        "RecordingPaused",
        "RecordingResumed",
        "RecordingStopped",
    ]


def test_listen_whisper_and_barge(office: Office) -> None:
    caller, leg, contact = office.talk()
    susan = office.phone("sue")
    sue_hz = HERTZ["sue"]
    assert office.desks.do("sue", contact, "monitor", mode="listen")["agent_id"] == "ann"
    spying = susan.expect_ring()
    spying.wait_hears(CALLER_HZ)
    spying.wait_hears(ANN)
    assert not leg.hears(sue_hz)
    office.desks.do("sue", contact, "monitor", mode="whisper")
    leg.wait_hears(sue_hz)
    assert not caller.hears(sue_hz)
    office.desks.do("sue", contact, "monitor", mode="barge")
    caller.wait_hears(sue_hz)
    office.desks.do("sue", contact, "stop_monitoring")
    spying.wait_ended()
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    caller.hang_up()
    office.over(contact)


def test_a_whisper_while_a_transfer_completes_goes_along(office: Office) -> None:
    caller, leg, asked, contact = consult(office)
    susan = office.phone("sue")
    office.desks.do("sue", contact, "monitor", mode="listen")
    spying = susan.expect_ring()
    whisper = office.desks.begin("sue", contact, "monitor", mode="whisper")
    office.do("ann", contact, "complete")
    refused = office.desks.reason(whisper)
    assert refused in {"", "nobody_talks"}
    leg.wait_ended()
    hear_each_other(caller, CALLER_HZ, asked, BOB)
    if not refused:
        office.until(lambda: asked.hears(HERTZ["sue"]) or spying.has("ended"), 10, "bob to hear her, or she is gone")
        assert not caller.hears(HERTZ["sue"])
    caller.hang_up()
    asked.wait_ended()
    spying.wait_ended()
    office.over(contact)
