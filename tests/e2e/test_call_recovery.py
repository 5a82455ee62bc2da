"""The daemon is killed, or the manager connection lost, in the middle of a call: it goes on, and so does the work."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import WORLD_HZ
from tests.e2e.conftest import acting_daemon
from tests.e2e.daemon import Daemon
from tests.e2e.office import (
    CALLER_HZ,
    HERTZ,
    Office,
    Seconds,
    between,
    close,
    consult,
    hear_each_other,
    span,
)
from tests.sip_phone import Answer, Ring

ANN, BOB = HERTZ["ann"], HERTZ["bob"]
AWAY_S = 1.0
Misfortune = Callable[[Office, Callable[[], None]], None]


def daemon_dies(office: Office, still_so: Callable[[], None]) -> None:
    office.kill_daemon()
    time.sleep(AWAY_S)
    still_so()
    office.start_daemon()
    still_so()


def manager_lost(office: Office, still_so: Callable[[], None]) -> None:
    office.cut_ami()
    still_so()


@pytest.fixture(scope="module")
def acting(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Agents wrap up contacts of support, as long as they like."""
    rules = {"ring_s": 20, "wrap_up_s": 0, "service_level": {"threshold_s": 20}}
    queues = {
        "sales": {"requires": "sales>=1", **rules},
        "support": {"requires": "support>=1", **rules, "wrap_up": "manual"},
    }
    yield from acting_daemon(asterisk_of_session, tmp_path_factory.mktemp("acting"), queues=queues)


@pytest.fixture(params=[daemon_dies, manager_lost])
def misfortune(request: pytest.FixtureRequest) -> Misfortune:
    """What happens in the middle."""
    found: Misfortune = request.param
    return found


def test_in_the_middle_of_a_hold(office: Office, misfortune: Misfortune) -> None:
    caller, leg, contact = office.talk()
    held_at = office.moment("ann", contact, "hold", "held")
    caller.wait_hears(MUSIC_HZ)
    misfortune(office, lambda: caller.wait_hears(MUSIC_HZ))
    office.wait_state("ann", contact, "held")
    first = span(held_at, office.moment("ann", contact, "retrieve", "talking"))
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    again_at = office.moment("ann", contact, "hold", "held")
    caller.hang_up()
    leg.wait_ended()
    office.over(contact)
    second = span(again_at, between(caller.at("ended"), leg.at("ended")))
    expected = Seconds(first + second, first.unsure_s + second.unsure_s)
    assert office.talk_s("ann", contact)[1] == close(expected)


def test_in_the_middle_of_a_consultation(office: Office, misfortune: Misfortune) -> None:
    caller, leg, asked, contact = consult(office)
    misfortune(office, lambda: hear_each_other(leg, ANN, asked, BOB))
    caller.wait_hears(MUSIC_HZ)
    for agent in ("ann", "bob"):
        office.wait_state(agent, contact, "consulting")
    assert office.do("ann", contact, "swap")["state"] == "consulting"
    hear_each_other(caller, CALLER_HZ, leg, ANN)
    assert office.do("ann", contact, "complete")["state"] == "over"
    leg.wait_ended()
    hear_each_other(caller, CALLER_HZ, asked, BOB)
    office.wait_state("bob", contact, "talking")
    caller.hang_up()
    asked.wait_ended()
    office.over(contact)
    passed = office.facts("ContactTransferred")[0]
    assert (passed.agent_id, passed.to, passed.consulted) == ("ann", "bob", True)
    assert office.talk_s("bob", contact)[1] == 0


def test_in_the_middle_of_a_conference(office: Office, misfortune: Misfortune) -> None:
    caller, leg, asked, contact = consult(office)
    office.do("ann", contact, "conference")

    def all_hear_all() -> None:
        for one, others in ((caller, (ANN, BOB)), (leg, (CALLER_HZ, BOB)), (asked, (CALLER_HZ, ANN))):
            for hertz in others:
                one.wait_hears(hertz)

    all_hear_all()
    misfortune(office, all_hear_all)
    for agent in ("ann", "bob"):
        office.wait_state(agent, contact, "conference")
    assert office.do("ann", contact, "leave")["state"] == "over"
    leg.wait_ended()
    hear_each_other(caller, CALLER_HZ, asked, BOB)
    office.wait_state("bob", contact, "talking")
    office.do("bob", contact, "hang_up")
    caller.wait_ended()
    office.over(contact)
    assert office.talk_s("bob", contact)[1] == 0


def test_while_the_customer_is_parked(office: Office, misfortune: Misfortune) -> None:
    caller, leg, contact = office.talk()
    office.do("ann", "", "not_ready")
    office.do("ann", contact, "park")
    leg.wait_ended()
    misfortune(office, lambda: caller.wait_hears(MUSIC_HZ))
    office.wait_state("ann", contact, "parked")
    bob = office.phone("bob")
    office.do("bob", contact, "pick_up")
    taken = bob.expect_ring()
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    caller.hang_up()
    taken.wait_ended()
    office.over(contact)
    assert office.facts("ContactPickedUp")[0].parked_by == "ann"


def test_while_a_supervisor_whispers(office: Office, misfortune: Misfortune) -> None:
    caller, leg, contact = office.talk()
    susan = office.phone("sue")
    office.do("sue", contact, "monitor", mode="whisper")
    spying = susan.expect_ring()
    leg.wait_hears(HERTZ["sue"])
    misfortune(office, lambda: hear_each_other(caller, CALLER_HZ, leg, ANN))
    leg.wait_hears(HERTZ["sue"])
    caller.wait_hears_not(HERTZ["sue"])
    assert office.do("sue", contact, "monitor", mode="barge")["agent_id"] == "ann"
    caller.wait_hears(HERTZ["sue"])
    assert spying.active, "the same call in another mode"
    office.do("sue", contact, "stop_monitoring")
    spying.wait_ended()
    desks = office.desks
    office.until(
        lambda: desks.reason(desks.begin("sue", contact, "stop_monitoring")) == "not_monitored",
        10,
        "the daemon to hear that the leg has ended",
    )
    office.do("sue", contact, "monitor", mode="listen")
    again = susan.expect_ring()
    again.wait_hears(CALLER_HZ)
    leg.wait_hears_not(HERTZ["sue"])
    caller.hang_up()
    again.wait_ended()
    office.over(contact)


@pytest.mark.parametrize("who", ["the agent", "the supervisor"])
def test_somebody_hangs_up_while_a_supervisor_listens_and_nobody_else_does(office: Office, who: str) -> None:
    caller, leg, contact = office.talk()
    susan = office.phone("sue")
    office.do("sue", contact, "monitor", mode="listen")
    spying = susan.expect_ring()
    spying.wait_hears(CALLER_HZ)
    if who == "the agent":
        office.ended_unheard(contact)
        office.count_by_hand("ann")
    office.kill_daemon()
    (leg if who == "the agent" else spying).hang_up()
    spying.wait_ended()
    office.start_daemon()
    assert office.desks.refused("sue", contact, "stop_monitoring") == "not_monitored"
    caller.hang_up()
    leg.wait_ended()
    office.until(lambda: office.do("ann", "", "agent")["activity"] == "IDLE", 10, "ann to be free")


def test_in_the_middle_of_a_recording(office: Office, misfortune: Misfortune) -> None:
    caller, leg, contact = office.talk()
    asked_at = time.monotonic()
    office.do("ann", contact, "record_start")
    began = between(asked_at, time.monotonic())
    office.do("ann", contact, "record_pause")
    misfortune(office, lambda: hear_each_other(caller, CALLER_HZ, leg, ANN))
    assert office.do("ann", contact, "contact")["recording"] == "paused"
    assert office.do("ann", contact, "record_resume")["recording"] == "on"
    time.sleep(0.5)
    asked_at = time.monotonic()
    assert office.do("ann", contact, "record_stop")["recording"] == "off"
    length = span(began, between(asked_at, time.monotonic()))
    caller.hang_up()
    office.over(contact)
    (stopped,) = office.facts("RecordingStopped")
    assert stopped.length_us / 1e6 == close(length)
    path = office.daemon.asterisk.folder / "spool/recording" / stopped.file
    written = pytest.approx(44 + length * 16000, rel=0.25, abs=(length.unsure_s + 0.3) * 16000)
    office.until(lambda: path.stat().st_size == written, 5, f"{written} bytes of sound")


@pytest.mark.parametrize("when", ["while it rings", "during the talk"])
def test_in_the_middle_of_an_own_call(office: Office, misfortune: Misfortune, when: str) -> None:
    phone = office.phone("ann")
    world = office.phones.world(Ring())
    contact = office.do("ann", "", "dial", number="5557001")["contact_id"]
    leg = phone.expect_ring()
    outside = world.expect_ring()
    office.count(leg, beside=outside)
    if when == "while it rings":
        misfortune(office, lambda: None)
        office.wait_state("ann", contact, "dialling")
        outside.answer()
    else:
        outside.answer()
        hear_each_other(leg, ANN, outside, WORLD_HZ)
        office.wait("ContactConnected")
        misfortune(office, lambda: hear_each_other(leg, ANN, outside, WORLD_HZ))
    office.wait_state("ann", contact, "talking")
    hear_each_other(leg, ANN, outside, WORLD_HZ)
    office.do("ann", contact, "hold")
    outside.wait_hears(MUSIC_HZ)
    office.do("ann", contact, "retrieve")
    hear_each_other(leg, ANN, outside, WORLD_HZ)
    outside.hang_up()
    leg.wait_ended()
    office.over(contact)


def test_in_the_middle_of_a_wrap_up(office: Office, misfortune: Misfortune) -> None:
    caller, leg, contact = office.talk("bob", "2")
    caller.hang_up()
    leg.wait_ended()
    wraps_up_since = between(caller.at("ended"), leg.at("ended"))
    office.wait_state("bob", contact, "wrap_up")
    misfortune(office, lambda: None)
    office.wait_state("bob", contact, "wrap_up")
    view = office.do("bob", "", "agent")
    assert (view["pending"] or view["declared"], view["activity"]) == ("READY", "WRAP_UP")
    time.sleep(0.5)
    asked_at = time.monotonic()
    office.do("bob", contact, "end_wrap_up")
    took = span(wraps_up_since, between(asked_at, time.monotonic()))
    ended = office.wait("WrapUpEnded")
    assert (ended.took_us / 1e6, ended.how) == (close(took), "agent")
    assert office.do("bob", "", "agent")["declared"] == "READY"


def test_a_caller_who_leaves_while_nobody_listens_is_not_kept(office: Office) -> None:
    """The agent on hold is freed, and the contact ends, as soon as the daemon is back."""
    caller, leg, contact = office.talk()
    office.do("ann", contact, "hold")
    office.count_by_hand("ann")
    office.ended_unheard(contact)
    office.kill_daemon()
    caller.hang_up()
    time.sleep(0.5)
    assert leg.active, "only the daemon ends a leg that is kept"
    office.start_daemon()
    leg.wait_ended()
    office.until(lambda: office.do("ann", "", "agent")["activity"] == "IDLE", 10, "ann to be free")
    office.wait_state("ann", contact, "over")


def test_an_agent_who_leaves_while_nobody_listens(office: Office) -> None:
    """The customer on hold is back in the queue, with the old place, and gets another agent."""
    caller, leg, contact = office.talk()
    joined = office.facts("ContactQueued")[0].joined_at
    office.do("ann", contact, "hold")
    office.do("ann", "", "not_ready")
    bob = office.phone("bob", Answer(0.2))
    office.ready("bob")
    office.kill_daemon()
    leg.hang_up()
    office.count_by_hand("ann")
    time.sleep(0.5)
    caller.wait_hears(MUSIC_HZ)
    office.start_daemon()
    taken = bob.expect_ring(10)
    hear_each_other(caller, CALLER_HZ, taken, BOB)
    assert office.wait("ContactQueued", 2, contact_id=contact).joined_at == joined
    caller.hang_up()
    taken.wait_ended()
    office.over(contact)
