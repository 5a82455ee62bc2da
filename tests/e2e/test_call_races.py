"""Acts on calls of a real Asterisk against what happens in the same moment: nobody is left behind, times stay true."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.asterisk.ami import Message
from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import WORLD_HZ
from tests.e2e.office import CALLER_HZ, HERTZ, Office, answered, close, consult, hear_each_other, span
from tests.sip_phone import Answer, Call, Ring

ANN, BOB, CYD, DEE = (HERTZ[name] for name in ("ann", "bob", "cyd", "dee"))
LATE = {
    "",
    "customer_gone",
    "overtaken",
    "over",
    "not_at_this_desk",
    "switch_refused",
    "not_parked",
    "no_such_party",
} | {
    "being_picked_up",
    "picked_up_already",
}
"""What an act may end as that came too late; it is never left without an answer."""


def test_two_pick_up_at_once(office: Office) -> None:
    caller, leg, contact = office.talk()
    bob, cyd = office.phone("bob"), office.phone("cyd")
    assert office.do("ann", contact, "park")["state"] == "parked"
    leg.wait_ended()
    first = office.desks.begin("bob", contact, "pick_up")
    second = office.desks.begin("cyd", contact, "pick_up")
    assert office.desks.reason(first) == ""
    assert office.desks.reason(second) in {"being_picked_up", "picked_up_already"}
    office.until(lambda: caller.hears(BOB) or caller.hears(CYD), 10, "somebody to have the caller")
    office.wait("ContactPickedUp")
    office.until(lambda: sum(call.active for phone in (bob, cyd) for call in phone.calls) == 1, 8, "one who has them")
    winner, hertz = (bob, BOB) if any(call.active for call in bob.calls) else (cyd, CYD)
    talking = next(call for call in winner.calls if call.active)
    hear_each_other(caller, CALLER_HZ, talking, hertz)
    caller.hang_up()
    talking.wait_ended()
    office.over(contact)
    assert len(office.facts("ContactPickedUp")) == 1


def test_a_caller_is_picked_up_in_the_moment_in_which_they_are_parked(office: Office) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", "", "not_ready")
    bob = office.phone("bob")
    parked = office.desks.begin("ann", contact, "park")
    picked = office.desks.begin("bob", contact, "pick_up")
    assert office.desks.end(parked)["state"] == "parked"
    assert office.desks.reason(picked) == "", "it waits until the caller is parked"
    taken = bob.expect_ring()
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    leg.wait_ended()
    caller.hang_up()
    taken.wait_ended()
    office.over(contact)


@pytest.mark.parametrize("act", ["hold", "park", "transfer", "consult", "record_start", "mute"])
def test_the_caller_hangs_up_in_the_moment_of_an_act(office: Office, act: str) -> None:
    for _ in range(2):
        caller, leg, contact = office.talk()
        bob = office.phone("bob", Answer(0.1))
        details = {"to_kind": "agent", "to": "bob"} if act in ("transfer", "consult") else {}
        begun = office.desks.begin("ann", contact, act, **details)
        caller.hang_up()
        assert office.desks.reason(begun) in LATE
        leg.wait_ended()
        for call in list(bob.calls):
            call.wait_ended()
        office.over(contact)
        office.clear_talk()


def test_the_asked_one_hangs_up_in_the_moment_of_the_conference(office: Office) -> None:
    for _ in range(2):
        caller, leg, asked, contact = consult(office)
        begun = office.desks.begin("ann", contact, "conference")
        asked.hang_up()
        assert office.desks.reason(begun) in LATE | {"nobody_asked"}
        assert asked.wait_ended()
        office.wait("TalkEnded", agent_id="bob", contact_id=contact)
        if office.state("ann", contact) == "held":
            caller.wait_hears(MUSIC_HZ)
            office.do("ann", contact, "retrieve")
        hear_each_other(caller, CALLER_HZ, leg, ANN)
        caller.hang_up()
        leg.wait_ended()
        office.over(contact)
        office.clear_talk()


def test_the_agent_s_phone_dies_in_the_moment_in_which_the_transfer_completes(office: Office) -> None:
    for _ in range(2):
        caller, leg, asked, contact = consult(office)
        begun = office.desks.begin("ann", contact, "complete")
        leg.hang_up()
        assert office.desks.reason(begun) in LATE
        office.do("ann", "", "not_ready")
        _hears_bob_who_talks(office, caller, contact)
        caller.hang_up()
        asked.wait_ended()
        office.over(contact)
        office.clear_talk()


def _hears_bob_who_talks(office: Office, caller: Call, contact: str) -> None:
    office.until(
        lambda: office.state("bob", contact) != "talking" or caller.hears(BOB), 15, "the caller to hear bob, who talks"
    )


def test_acts_that_follow_each_other_at_once_are_done_in_order(office: Office) -> None:
    caller, leg, contact = office.talk()
    begun = [office.desks.begin("ann", contact, act) for act in ("hold", "retrieve", "hold", "hold", "retrieve")]
    assert [office.desks.reason(number) for number in begun] == ["", "", "", "already_held", ""]
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    caller.hang_up()
    leg.wait_ended()
    office.over(contact)
    held = [fact.kind for fact in office.facts("ContactHeld", "ContactRetrieved")]
    assert held == ["ContactHeld", "ContactRetrieved"] * 2


def test_who_is_transferred_outside_hangs_up_while_it_rings(office: Office) -> None:
    caller, leg, contact = office.talk()
    world = office.phones.world(Ring())
    office.do("ann", contact, "transfer", to_kind="number", to="5557001")
    leg.wait_ended()
    outside = world.expect_ring()
    caller.hang_up()
    outside.wait_ended()
    assert outside.has("cancelled")
    office.over(contact)
    assert not caller.hears(WORLD_HZ)


@contextmanager
def dead_lines_end_after(seconds: int, asterisk: Asterisk) -> Iterator[None]:
    """Phones of which no sound comes are hung up sooner than they are deployed to be."""
    path = asterisk.folder / "etc/pjsip.conf"
    text = path.read_text()
    path.write_text(text.replace("rtp_timeout = 120", f"rtp_timeout = {seconds}"))
    asterisk.cli("module reload res_pjsip.so")
    try:
        yield
    finally:
        path.write_text(text)
        asterisk.cli("module reload res_pjsip.so")


def is_end_of(phone: str) -> Callable[[Message], bool]:
    """Whether the switch says that a leg to this phone is gone."""
    return lambda event: event["Event"] == "Hangup" and event["Channel"].startswith(f"PJSIP/{phone}-")


def by_phones_clock(event: Message) -> float:
    """When the switch said this."""
    return float(event["Timestamp"]) - time.time() + time.monotonic()


@pytest.mark.parametrize("when", ["in the talk", "on hold"])
def test_an_agent_s_phone_dies(office: Office, real_asterisk: Asterisk, when: str) -> None:
    with dead_lines_end_after(3, real_asterisk):  # a busy machine may send nothing for two
        caller, leg, contact = office.talk()
    bob = office.phone("bob", Answer(0.2))
    office.ready("bob")
    office.do("ann", "", "not_ready")
    if when == "on hold":
        office.do("ann", contact, "hold")
        caller.wait_hears(MUSIC_HZ)
    office.count_by_hand("ann")  # the switch finds out later than the phone
    with real_asterisk.observer() as switch:
        leg.phone.unplug()
        gone_at = by_phones_clock(switch.wait_until(is_end_of("1001"), 15))
    taken = bob.expect_ring(15)
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    talk_s, hold_s = office.talk_s("ann", contact)
    assert talk_s + hold_s == close(span(answered(leg), gone_at))
    assert (hold_s > 0) is (when == "on hold")
    assert office.facts("TalkEnded")[0].ended_by == "system"
    first, again = office.facts("ContactQueued")
    assert (again.returned, again.joined_at) == (True, first.joined_at)
    assert office.do("ann", "", "agent")["activity"] == "IDLE"
    caller.hang_up()
    taken.wait_ended()
    office.over(contact)


def test_a_phone_that_answers_by_itself(office: Office) -> None:
    """By the header in the call, as settings of the agent say: nobody tells it to."""
    phone = office.phone("dee")
    office.ready("dee")
    caller = office.enter("2")
    leg = phone.expect_ring(10)
    leg.wait_answered()
    assert not leg.has("told to answer")
    hear_each_other(caller, CALLER_HZ, leg, DEE)
    caller.hang_up()
    leg.wait_ended()
    office.over(office.wait("ContactQueued").contact_id)
