"""The distributor's rules on the real Asterisk: who is rung, where callers go, and queues that close."""

import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import AGENT_HZ, WORLD_HZ, Phones
from tests.e2e.callers import Caller
from tests.e2e.daemon import Daemon
from tests.e2e.office import answered, between, close, span
from tests.sip_phone import Answer, Ring

FLOW = """
flow: reception
languages: [en]
start: choose
nodes:
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: steps, key: 1, next: to_steps}
      - {name: wanted, key: 2, next: to_wanted}
      - {name: limited, key: 3, next: to_limited}
      - {name: mailed, key: 4, next: to_mailed}
      - {name: closed, key: 5, next: to_closed}
      - {name: known, key: 6, next: who}
      - {name: outside, key: 7, next: to_outside}
    no_input: {retries: 3, next: to_steps}
    no_match: {retries: 3, next: to_steps}
  who: {type: set, data: {customer_id: c42}, next: to_known}
  to_steps: {type: queue, queue: steps}
  to_wanted: {type: queue, queue: wanted, prefer_agent: bob}
  to_limited: {type: queue, queue: limited}
  to_mailed: {type: queue, queue: mailed}
  to_closed: {type: queue, queue: closed}
  to_known: {type: queue, queue: known}
  to_outside: {type: queue, queue: outside}
prompts: {choose: {en: {text: press, sound: vm-press}}}
"""

RING_S = 5
STEP_S = 8

RULES: dict[str, dict[str, Any]] = {
    "steps": {"requires": "sales>=5", "relaxation": [{"after_s": STEP_S, "lower": {"sales": 3}}]},
    "wanted": {"preferred_wait_s": 10},
    "limited": {
        "requires": "sales>=9",
        "limits": [{"what": "wait", "after_s": 3, "then": {"to_kind": "queue", "to": "steps"}}],
    },
    "mailed": {"limits": [{"what": "waiting", "count": 1, "then": {"to_kind": "voicemail", "to": "sales"}}]},
    "closed": {"opening_hours": "never", "when_closed": {"to_kind": "flow", "to": "sorry"}},
    "known": {"last_agent": True},
    "outside": {"limits": [{"what": "wait", "after_s": 2, "then": {"to_kind": "number", "to": "555 999 0000"}}]},
}


@pytest.fixture(scope="module")
def centre(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    more = {
        "queues": {name: {"ring_s": RING_S, **rules} for name, rules in RULES.items()},
        "opening_hours": {"never": {}},
    }
    node = Daemon(asterisk_of_session, tmp_path_factory.mktemp("distributor"), flow=FLOW, more=more)
    try:
        node.start()
        yield node
    finally:
        node.stop()
    assert "Traceback" not in node.log(), node.log()


@pytest.fixture
def daemon(centre: Daemon) -> Iterator[Daemon]:
    """The daemon of all tests here; nobody is signed in before and after one."""
    yield centre
    for agent in ("ann", "bob"):
        centre.cordboard("agent", "sign-out", agent, check=False)


def reach(daemon: Daemon, phones: Phones, key: str) -> Caller:
    """A caller who has pressed this key."""
    caller = Caller(daemon, phones)
    time.sleep(0.5)
    caller.press(key)
    return caller


def test_after_so_many_seconds_the_second_group_may_take_the_call(daemon: Daemon, phones: Phones) -> None:
    bob = phones.agent("1002", Answer(0.2))
    daemon.work("bob")
    caller = reach(daemon, phones, "1")
    caller.wait("ContactQueued")
    queued = between(caller.pressed_at, time.monotonic())
    why = json.loads(daemon.cordboard("explain", "contact", caller.contact_id, "--json"))
    assert [change["what"] for change in why["changes"]] == ["step 1: sales 3 is enough"]
    leg = bob.expect_ring(15)
    caller.wait_hears(AGENT_HZ)
    assert leg.at("invite") > caller.pressed_at + STEP_S, "and not before"
    step, connected = caller.wait("RequirementRelaxed"), caller.wait("ContactConnected")
    assert (step.after_us, connected.agent_id) == (STEP_S * 1_000_000, "bob")
    assert connected.waited_us / 1e6 == close(span(queued, answered(leg)))
    caller.leave()


def test_the_preferred_agent_is_tried_first_and_so_is_the_last_one(daemon: Daemon, phones: Phones) -> None:
    ann, bob = phones.agent("1001", Answer(0.2)), phones.agent("1002", Answer(0.2))
    daemon.work("ann", "bob")
    caller = reach(daemon, phones, "2")
    bob.expect_ring()
    caller.wait("ContactConnected", agent_id="bob")
    caller.leave()
    first = reach(daemon, phones, "6")
    ann.expect_ring()
    first.wait("ContactConnected", agent_id="ann")
    first.leave()
    again = reach(daemon, phones, "6")
    ann.expect_ring()
    again.wait("ContactConnected", agent_id="ann")
    again.leave()


def test_an_overflow_keeps_the_join_time(daemon: Daemon, phones: Phones) -> None:
    caller = reach(daemon, phones, "3")
    first = caller.wait("ContactQueued", queue="limited")
    moved = caller.wait("ContactQueued", queue="steps")
    assert moved.joined_at == first.joined_at
    assert caller.wait("ContactLeftQueue").outcome == "overflowed"
    caller.wait_hears(MUSIC_HZ)
    phones.agent("1001", Answer(0.2))
    daemon.work("ann")
    assert caller.wait("ContactConnected").waited_us > 3_000_000
    caller.leave()


def test_a_full_queue_takes_a_message_and_a_number_may_take_the_call(daemon: Daemon, phones: Phones) -> None:
    waiting = reach(daemon, phones, "4")
    waiting.wait("ContactQueued")
    caller = reach(daemon, phones, "4")
    assert caller.wait("ContactLeftQueue").outcome == "full"
    caller.wait_node("message")
    hear_out(caller)
    caller.call.hang_up()
    assert caller.wait("VoicemailLeft").mailbox == "sales"
    phones.world(Answer(0.2))
    outside = reach(daemon, phones, "7")
    outside.wait_hears(WORLD_HZ)
    assert outside.wait("ContactLeftQueue").to == "number:555 999 0000"
    for one in (waiting, outside):
        one.leave()
    assert not outside.facts("ContactAbandoned")


def hear_out(caller: Caller) -> None:
    """Until all has been said, the tone included: it is silent then while the message is recorded."""
    deadline = time.monotonic() + 30
    time.sleep(2)
    while not caller.call.hears_nothing(2):
        assert time.monotonic() < deadline, "it is never silent"
        time.sleep(0.1)


def queues(daemon: Daemon) -> dict[str, dict[str, Any]]:
    found = json.loads(daemon.cordboard("queue", "list", "--json"))["queues"]
    return {line["queue"]: line for line in found}


def test_queues_close_by_hours_and_in_an_emergency(daemon: Daemon, phones: Phones) -> None:
    late = reach(daemon, phones, "5")
    late.call.wait_ended(15)
    assert late.wait("ContactLeftQueue").outcome == "closed"
    late.wait_node("end")
    assert late.path()[-2:] == ["sorry", "end"]
    waiting = reach(daemon, phones, "1")
    waiting.wait("ContactQueued")
    state = queues(daemon)
    assert (state["closed"]["state"], state["steps"]["state"], state["steps"]["waiting"]) == ("closed", "open", 1)
    daemon.cordboard("queue", "close", "steps", "--by", "eve")
    waiting.call.wait_ended(15)
    assert waiting.wait("ContactLeftQueue").outcome == "closed"
    daemon.kill()
    daemon.start()
    assert (queues(daemon)["steps"]["state"], queues(daemon)["steps"]["by"]) == ("closed by hand", "eve")
    refused = reach(daemon, phones, "1")
    assert refused.wait("ContactLeftQueue").outcome == "closed"
    refused.call.wait_ended(15)
    daemon.cordboard("queue", "open", "steps")
    ann = phones.agent("1001", Ring())
    daemon.work("ann")
    taken = reach(daemon, phones, "1")
    ann.expect_ring().answer()
    taken.wait("ContactConnected")
    taken.leave()
    emergencies = [fact for fact in daemon.facts("QueueClosed") if fact.why == "by_hand"]
    assert [(fact.queue, fact.by) for fact in emergencies] == [("steps", "eve")]


def test_a_switch_that_stands_still_blames_nobody(daemon: Daemon, phones: Phones) -> None:
    seen = len(daemon.entries())
    ann = phones.agent("1001", Ring())
    daemon.work("ann")
    caller = reach(daemon, phones, "1")
    ann.expect_ring()
    before = len(daemon.facts("SwitchConnected"))
    daemon.asterisk.stand_still(for_s=RING_S + 2)
    lost = daemon.wait_fact(partial(is_offer_end, caller.contact_id))
    assert lost.outcome == "unreachable"
    daemon.wait_kind("SwitchConnected", before + 1, timeout=40)
    assert not caller.facts("ContactLeftQueue")
    caller.leave()
    # Asterisk itself may take a phone for lost whose sign of life it overslept; that blames nobody either
    facts: list[Any] = [entry.fact for entry in daemon.entries()[seen:]]
    states = [fact for fact in facts if fact.kind == "AgentStateChanged" and fact.agent_id == "ann"]
    assert {fact.reason for fact in states} <= {None, "login", "phone_lost"}


def is_offer_end(contact_id: str, fact: Any) -> bool:
    return bool(fact.kind == "OfferEnded" and fact.contact_id == contact_id)
