"""Callbacks on the real Asterisk: the place is kept, the agent comes first, and every hang-up at the wrong moment."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest

from facts.time import SECOND
from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import AGENT_HZ, WORLD_HZ, Phones
from tests.e2e.daemon import Daemon
from tests.sip_phone import Answer, Call, Reject, Ring

NUMBERS = itertools.count(4001)

FLOW = """
flow: reception
languages: [en]
start: welcome
nodes:
  welcome: {type: say, prompts: [welcome], next: to_sales}
  to_sales:
    type: queue
    queue: sales
    callback: {key: "5", next: bye}
  bye: {type: hang_up, prompts: [bye]}
prompts:
  welcome: {en: {text: hello, sound: hello}}
  bye: {en: {text: goodbye, sound: vm-goodbye}}
"""


@pytest.fixture(scope="module")
def centre(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    rules = {"attempts": 5, "retry_s": 3, "ring_s": 40}
    node = Daemon(asterisk_of_session, tmp_path_factory.mktemp("callbacks"), flow=FLOW, ring_s=4, callbacks=rules)
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


class Contact:
    """One caller's contact, by a number that no other test uses."""

    def __init__(self, daemon: Daemon, phones: Phones) -> None:
        self._daemon = daemon
        self.number = f"555123{next(NUMBERS):04}"
        self.call: Call = phones.call("8123", number=self.number)
        self.call.wait_answered()
        self.id = daemon.wait_fact(lambda fact: getattr(fact, "caller_number", "") == self.number).contact_id
        self.wait("ContactQueued")
        time.sleep(0.3)

    def ask(self) -> "Contact":
        """Ask for a callback; the line is gone then."""
        self.call.press("5")
        self.wait("CallbackRequested")
        self.call.wait_ended()
        return self

    def facts(self, kind: str) -> list[Any]:
        return [fact for fact in self._daemon.facts(kind) if fact.contact_id == self.id]

    def count(self, *kinds: str) -> list[int]:
        """How many there are of each kind."""
        return [len(self.facts(kind)) for kind in kinds]

    def wait(self, kind: str, count: int = 1, timeout: float = 30) -> list[Any]:
        """The facts of a kind, when there are so many."""
        deadline = time.monotonic() + timeout
        while len(found := self.facts(kind)) < count:
            assert time.monotonic() < deadline, f"{kind}: {self._daemon._state()}"
            time.sleep(0.05)
        return found


def figures(daemon: Daemon) -> list[int]:
    """How many were offered, answered, and abandoned so far."""
    report = daemon.report().get("sales", {})
    return [report.get(name) or 0 for name in ("offered", "answered", "abandoned")]


def test_the_place_is_kept_and_the_agent_comes_first(daemon: Daemon, phones: Phones) -> None:
    before = figures(daemon)
    first = Contact(daemon, phones).ask()
    second = Contact(daemon, phones)
    ann, world = phones.agent("1001", Answer(0.5)), phones.world(Answer(0.5))
    daemon.work("ann")
    leg = ann.expect_ring(10)
    assert leg.caller_number == first.number, "nobody behind overtakes"
    leg.wait_answered()
    customer = world.expect_ring()
    assert (customer.number, customer.caller_number) == (first.number, "8123")
    leg.wait_hears(WORLD_HZ)
    customer.wait_hears(AGENT_HZ)
    (connected,) = first.wait("ContactConnected")
    assert connected.channel == "callback"
    time.sleep(1.0)
    customer.hang_up()
    leg.wait_ended()
    (talk,) = first.wait("TalkEnded")
    assert talk.ended_by == "caller"
    first.wait("ContactEnded")
    assert ann.expect_ring().caller_number == second.number
    second.wait("ContactConnected")
    second.call.hang_up()
    second.wait("ContactEnded")
    assert first.count("ContactEnded", "ContactAbandoned", "ContactQueued") == [1, 0, 1]
    assert [now - then for now, then in zip(figures(daemon), before, strict=True)] == [2, 2, 0]


def test_a_busy_customer_is_tried_again(daemon: Daemon, phones: Phones) -> None:
    contact = Contact(daemon, phones).ask()
    ann, world = phones.agent("1001", Answer(0.2)), phones.world(Reject(486))
    daemon.work("ann")
    leg = ann.expect_ring(10)
    leg.wait_hears(425)
    heard_at = time.time()
    leg.wait_ended(15)
    (attempt,) = contact.wait("CallbackAttempted")
    assert (attempt.outcome, attempt.attempt) == ("busy", 1)
    ended_at = leg.at("ended") - time.monotonic() + time.time()
    (told_at,) = [entry.at / SECOND for entry in daemon.entries() if entry.fact == attempt]
    assert told_at > min(heard_at, ended_at - 0.5), "the agent hears the tone first"
    world.behaviour = Answer(0.2)
    again = ann.expect_ring(10)
    again.wait_hears(WORLD_HZ)
    again.hang_up()
    contact.wait("ContactEnded")
    assert [fact.outcome for fact in contact.facts("CallbackAttempted")] == ["busy", "connected"]
    assert [fact.ended_by for fact in contact.facts("TalkEnded")] == ["agent"]
    assert {fact.outcome for fact in contact.facts("OfferEnded")} == {"answered"}


def test_an_agent_who_hangs_up_meanwhile_is_no_attempt(daemon: Daemon, phones: Phones) -> None:
    contact = Contact(daemon, phones).ask()
    ann, bob = phones.agent("1001", Answer(0.2)), phones.agent("1002", Answer(0.2))
    world = phones.world(Ring())
    daemon.work("ann")
    leg = ann.expect_ring(10)
    customer = world.expect_ring()
    daemon.agent("not-ready", "ann", "break")
    daemon.work("bob")
    leg.hang_up()
    customer.wait_ended()
    assert contact.wait("CallbackAttempted")[0].outcome == "agent_missing"
    world.behaviour = Answer(0.2)
    bob.expect_ring().wait_hears(WORLD_HZ)
    assert contact.wait("ContactConnected")[0].agent_id == "bob"


@pytest.mark.parametrize("talking", [False, True], ids=["it rings still", "they talk already"])
def test_a_daemon_that_dies_meanwhile(daemon: Daemon, phones: Phones, *, talking: bool) -> None:
    contact = Contact(daemon, phones).ask()
    (before,) = contact.facts("ContactQueued")
    daemon.kill()
    daemon.start()
    after = contact.wait("ContactQueued", 2)[1]
    assert (after.joined_at, after.returned) == (before.joined_at, True)
    ann, world = phones.agent("1001", Answer(0.2)), phones.world(Ring())
    daemon.work("ann")
    leg = ann.expect_ring(10)
    customer = world.expect_ring()
    assert customer.number == contact.number
    daemon.kill()
    if talking:
        customer.answer()
        leg.wait_hears(WORLD_HZ)
    daemon.start()
    if not talking:
        customer.answer()
    leg.wait_hears(WORLD_HZ)
    contact.wait("ContactConnected")
    customer.hang_up()
    leg.wait_ended()
    contact.wait("ContactEnded")
    contact.wait("CallbackEnded")
    assert [fact.outcome for fact in contact.facts("CallbackEnded")] == ["connected"]
    assert contact.count("TalkEnded", "ContactConnected", "CallbackRequested") == [1, 1, 1]


ROUNDS = [("agent", 0.0), ("agent", 0.004), ("agent", 0.02), ("customer", 0.0), ("customer", 0.004), ("customer", 0.02)]


def test_whoever_hangs_up_at_whatever_moment_leaves_nobody_behind(daemon: Daemon, phones: Phones) -> None:
    """Agent and customer hang up around the customer's answer, to the millisecond; each callback ends once."""
    ann, world = phones.agent("1001", Answer(0.1)), phones.world(Ring())
    daemon.agent("sign-in", "ann")
    for who, pause in ROUNDS:
        contact = Contact(daemon, phones).ask()
        daemon.agent("ready", "ann")
        leg, customer = ann.expect_ring(10), world.expect_ring(10)
        time.sleep(0.3)
        customer.answer()
        time.sleep(pause)
        (leg if who == "agent" else customer).hang_up()
        if contact.wait("CallbackAttempted")[0].outcome != "connected":
            leg, customer = ann.expect_ring(10), world.expect_ring(10)  # the agent was too early: both are rung again
            time.sleep(0.3)
            customer.answer()
            leg.wait_hears(WORLD_HZ)
            customer.hang_up()
        contact.wait("ContactEnded")
        contact.wait("CallbackEnded")
        assert contact.count("ContactEnded", "CallbackEnded", "ContactConnected", "TalkEnded") == [1, 1, 1, 1]
        daemon.agent("not-ready", "ann", "break")
    daemon.asterisk.wait_idle()
