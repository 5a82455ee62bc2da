"""The main job on a real Asterisk: SIP callers, a menu, two queues, agents' phones, and the report of it all.

Every scenario asserts the facts of the journal and the figures of the report, and times against the phones' own clock.
"""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.instance import Asterisk, new_instance
from tests.asterisk.phones import AGENT_HZ, CALLER_HZ, Phones
from tests.e2e.daemon import Daemon
from tests.e2e.office import Seconds, answered, between, ended, leg_s, span
from tests.sip_phone import Answer, Call, Reject, Ring

SLACK_S = 0.3
"""What a loaded machine may add between a phone's step and the fact of it."""


def reach_queue(phones: Phones, key: str, number: str = "5551230001") -> Call:
    """A caller who presses a key in the menu."""
    call = phones.call("8123", number=number)
    call.wait_answered()
    time.sleep(0.7)
    call.press(key)
    return call


def in_state(declared: str, reason: str | None, fact: Any) -> bool:
    """Whether the fact says that an agent came into this state."""
    return fact.kind == "AgentStateChanged" and (fact.declared, fact.reason) == (declared, reason)


def close(figure: float, seconds: float) -> bool:
    """Whether a figure is what the phones' clock says, as near as that can be known."""
    unsure_s = seconds.unsure_s if isinstance(seconds, Seconds) else 0.0
    return bool(figure == pytest.approx(float(seconds), abs=SLACK_S + unsure_s))


def test_answered_call_with_choice_agent_hangs_up(daemon: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001", Answer(after=1.0, talk=2.0))
    daemon.work("ann")
    caller = reach_queue(phones, "1")
    leg = phone.expect_ring(10)
    leg.wait_answered()
    caller.wait_hears(AGENT_HZ)
    leg.wait_hears(CALLER_HZ)
    caller.wait_ended()
    daemon.wait_kind("ContactEnded")
    choice = daemon.facts("MenuInputGiven")[-1]
    assert (choice.node, choice.choice, choice.mode) == ("choose", "sales", "dtmf")
    connected = daemon.facts("ContactConnected")[0]
    assert (connected.agent_id, connected.queue) == ("ann", "sales")
    talk = daemon.facts("TalkEnded")[0]
    assert talk.ended_by == "agent"
    assert close(talk.talk_us / 1e6, leg_s(leg))
    sales = daemon.report()["sales"]
    assert (sales["offered"], sales["answered"], sales["abandoned"], sales["in_progress"]) == (1, 1, 0, 0)
    assert close(sales["talk_s"], leg_s(leg))
    assert sales["asa_s"] == pytest.approx(connected.waited_us / 1e6, abs=0.05)
    assert sales["service_level"] == 1.0
    page = daemon.metrics()
    assert 'cordboard_answered_total{queue="sales"} 1.0' in page
    assert 'cordboard_service_level_ratio{formula="SL3",queue="sales",threshold_seconds="20"} 1.0' in page
    assert "cordboard_switch_connected 1.0" in page
    arrived = daemon.facts("ContactOffered")[0]
    assert not [one for one in (arrived.caller_number, arrived.contact_id, '"ann"') if one in page]


def test_caller_hangs_up_first(daemon: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001", Answer(after=0.5))
    daemon.work("ann")
    caller = reach_queue(phones, "1")
    leg = phone.expect_ring(10)
    leg.wait_answered()
    caller.wait_hears(AGENT_HZ)
    time.sleep(1)
    caller.hang_up()
    leg.wait_ended()
    daemon.wait_kind("ContactEnded")
    talk = daemon.facts("TalkEnded")[0]
    assert talk.ended_by == "caller"
    assert close(talk.talk_us / 1e6, span(answered(leg), ended(caller)))
    assert daemon.facts("ContactEnded")[0].ended_by == "caller"


def test_two_queues_with_different_skills(daemon: Daemon, phones: Phones) -> None:
    ann, cyd = phones.agent("1001", Answer(0.3)), phones.agent("1003", Answer(0.3))
    daemon.work("ann", "cyd")
    first, second = reach_queue(phones, "2", "5551230001"), reach_queue(phones, "1", "5551230002")
    assert cyd.expect_ring(10).caller_number == "5551230001"
    assert ann.expect_ring(10).caller_number == "5551230002"
    daemon.wait_kind("ContactConnected", 2)
    by_queue = {fact.queue: fact.agent_id for fact in daemon.facts("ContactConnected")}
    assert by_queue == {"support": "cyd", "sales": "ann"}
    for call in (first, second):
        call.hang_up()
    daemon.wait_kind("ContactEnded", 2)
    report = daemon.report()
    assert [report[queue]["answered"] for queue in ("sales", "support")] == [1, 1]


def test_no_key_and_wrong_keys_end_at_a_person(daemon: Daemon, phones: Phones) -> None:
    cyd = phones.agent("1003", Answer(0.2))
    daemon.work("cyd")
    silent = phones.call("8123")
    silent.wait_answered()
    cyd.expect_ring(15)
    silent.hang_up()
    daemon.wait_kind("ContactEnded")
    outcomes = [fact.outcome for fact in daemon.facts("MenuInputGiven")]
    assert outcomes == ["no_input", "no_input"]


def test_abandoned_while_waiting(daemon: Daemon, phones: Phones) -> None:
    caller = reach_queue(phones, "1")
    pressed_at = time.monotonic()
    daemon.wait_kind("ContactQueued")
    queued = between(pressed_at, time.monotonic())
    time.sleep(1.5)
    caller.hang_up()
    abandoned = daemon.wait_kind("ContactAbandoned")[0]
    assert (abandoned.stage, abandoned.queue) == ("queue", "sales")
    assert close(abandoned.waited_us / 1e6, span(queued, ended(caller)))
    sales = daemon.report()["sales"]
    assert (sales["offered"], sales["answered"], sales["abandoned"]) == (1, 0, 1)
    assert sales["asa_s"] is None
    assert sales["service_level"] == 0.0


def test_abandoned_while_the_phone_rings_is_not_the_agent_s_fault(daemon: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001", Ring())
    daemon.work("ann")
    caller = reach_queue(phones, "1")
    leg = phone.expect_ring(10)
    time.sleep(0.5)
    caller.hang_up()
    leg.wait_ended()
    daemon.wait_kind("ContactEnded")
    assert daemon.facts("OfferEnded")[0].outcome == "caller_left"
    assert daemon.facts("ContactAbandoned")[0].stage == "ringing"
    wait_last_state(daemon, "ann", "READY", "IDLE")


@pytest.mark.parametrize("daemon", [{"ring_s": 5}], indirect=True)
def test_no_answer_then_second_agent(daemon: Daemon, phones: Phones) -> None:
    silent, answering = phones.agent("1001", Ring()), phones.agent("1002", Answer(0.3))
    daemon.work("ann", "bob")
    caller = reach_queue(phones, "1")
    missed = silent.expect_ring(10)
    leg = answering.expect_ring(10)
    leg.wait_answered()
    missed.wait_ended()
    caller.wait_hears(AGENT_HZ)
    caller.hang_up()
    daemon.wait_kind("ContactEnded")
    assert [fact.outcome for fact in daemon.facts("OfferEnded")] == ["no_answer", "answered"]
    ann = [fact for fact in daemon.facts("AgentStateChanged") if fact.agent_id == "ann"][-1]
    assert (ann.declared, ann.reason) == ("NOT_READY", "no_answer")
    queued = daemon.facts("ContactQueued")
    assert len(queued) == 1
    sales = daemon.report()["sales"]
    assert (sales["offered"], sales["answered"]) == (1, 1)
    assert sales["asa_s"] > 5.0


def test_busy_agent_is_passed_over(daemon: Daemon, phones: Phones) -> None:
    phones.agent("1001", Reject(486))
    answering = phones.agent("1002", Answer(0.3))
    daemon.work("ann", "bob")
    caller = reach_queue(phones, "1")
    answering.expect_ring(10).wait_answered()
    caller.wait_hears(AGENT_HZ)
    caller.hang_up()
    daemon.wait_kind("ContactEnded")
    assert [fact.outcome for fact in daemon.facts("OfferEnded")] == ["busy", "answered"]
    assert daemon.facts("ContactConnected")[0].agent_id == "bob"


def test_a_phone_that_is_not_registered_is_passed_over(daemon: Daemon, phones: Phones) -> None:
    answering = phones.agent("1002", Answer(0.3))
    daemon.work("ann", "bob")
    caller = reach_queue(phones, "1")
    answering.expect_ring(10).wait_answered()
    assert daemon.wait_kind("ContactConnected")[0].agent_id == "bob"
    caller.hang_up()
    daemon.wait_kind("ContactEnded")


def is_ann_ready(fact: Any) -> bool:
    return bool(fact.kind == "AgentStateChanged" and fact.agent_id == "ann" and fact.declared == "READY")


def wait_last_state(daemon: Daemon, agent: str, declared: str, activity: str) -> None:
    """Wait until this is what was last said of an agent."""
    deadline = time.monotonic() + 10
    while True:
        last = [fact for fact in daemon.facts("AgentStateChanged") if fact.agent_id == agent][-1]
        if (last.declared, last.activity) == (declared, activity):
            return
        assert time.monotonic() < deadline, last
        time.sleep(0.05)


@pytest.fixture
def qualifying() -> Iterator[Asterisk]:
    """An Asterisk that asks phones whether they are there, as it does by default: within a minute."""
    instance = new_instance("qualifying", {"QUALIFY_S": "60"})
    yield instance
    instance.remove(keep_logs=False)


@pytest.mark.e2e
def test_a_phone_whose_power_failed_is_found_out_by_the_first_call_and_blames_nobody(
    qualifying: Asterisk, tmp_path: Path
) -> None:
    """It is registered still, and says nothing."""
    daemon = Daemon(qualifying, tmp_path, ring_s=20, misses_before_not_ready=1)
    try:
        daemon.start()
        with Phones(qualifying) as phones:
            dead, alive = phones.agent("1001"), phones.agent("1002", Answer())
            daemon.work("ann", "bob")
            dead.unplug()
            caller = reach_queue(phones, "1")
            made = daemon.wait_kind("OfferMade")[0]
            assert made.agent_id == "ann", "nobody knows yet"
            began = time.monotonic()
            leg = alive.expect_ring(20)
            assert leg.at("invite") - began < 12, "and not for as long as phones ring"
            caller.wait_hears(AGENT_HZ)
            first = daemon.wait_kind("OfferEnded")[0]
            assert (first.agent_id, first.outcome) == ("ann", "unreachable")
            state = daemon.wait_fact(partial(in_state, "NOT_READY", "phone_lost"))
            assert state.agent_id == "ann"
            caller.hang_up()
            lost = len(daemon.entries())
            phones.agent("1001")  # it has power again, and registers
            daemon.wait_fact(is_ann_ready, skip=lost)
    finally:
        daemon.stop()
    assert "Traceback" not in daemon.log()


def test_feature_codes_from_the_phone(daemon: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001")
    for code, declared, reason in (
        ("*51", "NOT_READY", "login"),
        ("*52", "READY", None),
        ("*532", "NOT_READY", "meal"),
    ):
        call = phone.call(code)
        call.wait_answered()
        call.wait_ended()
        state = daemon.wait_fact(partial(in_state, declared, reason))
        assert state.agent_id == "ann"
    out = phone.call("*54")
    out.wait_ended()
    assert daemon.wait_kind("AgentLoggedOut")[0].agent_id == "ann"


def test_daemon_started_after_the_caller_began_to_wait(stopped_daemon: Daemon, phones: Phones) -> None:
    caller = phones.call("8123")
    caller.wait_answered()
    waits_at = between(caller.at("answered"), caller.at("answered") + 1.0)  # until the switch found no daemon
    time.sleep(3.0)
    stopped_daemon.start()
    queued = stopped_daemon.wait_kind("ContactQueued")[0]
    assert queued.queue == "sales"
    phone = phones.agent("1001", Answer(0.3))
    stopped_daemon.work("ann")
    leg = phone.expect_ring(10)
    leg.wait_answered()
    waited = stopped_daemon.wait_kind("ContactConnected")[0].waited_us / 1e6
    assert close(waited, span(waits_at, answered(leg)))
    caller.hang_up()
    stopped_daemon.wait_kind("ContactEnded")


def test_a_killed_daemon_leaves_the_talk_and_everybody_s_place(daemon: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001", Answer(0.3))
    daemon.work("ann")
    talking = reach_queue(phones, "1", "5551230001")
    leg = phone.expect_ring(10)
    leg.wait_answered()
    first = reach_queue(phones, "1", "5551230002")
    second = reach_queue(phones, "1", "5551230003")
    daemon.wait_kind("ContactQueued", 3)
    places = {fact.contact_id: fact.joined_at for fact in daemon.facts("ContactQueued")}
    daemon.kill()
    time.sleep(1.0)
    talking.wait_hears(AGENT_HZ)
    assert first.active
    daemon.start()
    again = [fact for fact in daemon.wait_kind("ContactQueued", 5) if fact.returned]
    assert {fact.contact_id: fact.joined_at for fact in again} == {
        contact: places[contact] for contact in [fact.contact_id for fact in again]
    }
    assert len(again) == 2
    talking.wait_hears(AGENT_HZ)
    talking.hang_up()
    leg.wait_ended()
    assert phone.expect_ring(10).caller_number == "5551230002"
    for call in (first, second):
        call.hang_up()
    daemon.wait_kind("ContactEnded", 3)
    sales = daemon.report()["sales"]
    assert sales["offered"] == 3
    assert sales["offered"] == sales["answered"] + sales["abandoned"] + sales["left_otherwise"] + sales["in_progress"]


def test_hostile_caller_names_change_nothing_but_themselves(daemon: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001", Answer(0.3, talk=1.0))
    daemon.work("ann")
    name = 'x"; Action: Originate, ${SHELL(id)} <img src=x onerror=alert(1)> é中' + "y" * 400
    caller = phones.caller("5551230001", name=name).call("8123")
    caller.wait_answered()
    time.sleep(0.7)
    caller.press("1")
    phone.expect_ring(10).wait_ended()
    caller.wait_ended()
    daemon.wait_kind("ContactEnded")
    offered = daemon.facts("ContactOffered")[0]
    assert offered.caller_number == "5551230001"
    assert offered.caller_name.startswith("x")
    assert daemon.running
    assert name[:20] not in daemon.log()
