"""What the demo's board is told, from entries and the engine's views."""

import re
from typing import Any

import pytest

from acd.effects import RingAgent
from acd.engine import Engine
from acd.events import AnswerOffer, DeclareReady, JoinQueue, LogIn
from config.load import load
from cti_bridge.app.demo_figures import DemoFigures, as_json
from cti_bridge.app.demo_watch import DemoWatch
from cti_bridge.app.policy import policy_from
from facts.ids import AgentId, ContactId, NodeName, OfferId, QueueName, ReasonCode
from facts.journal import (
    AgentStateChanged,
    ContactAbandoned,
    ContactLeftQueue,
    ContactOffered,
    Entry,
    Fact,
    OfferEnded,
    RequirementRelaxed,
    SwitchLost,
)
from facts.states import Activity, Declared, LeftQueue, OfferOutcome
from facts.time import SECOND
from reporting.exports.as_table import report_table

NOW = 1_772_443_805 * SECOND
SALES = QueueName("sales")


class Centre:
    """A distributor whose facts are watched."""

    def __init__(self) -> None:
        settings = load(None, {})
        self.figures = DemoFigures(settings)
        self.watch = DemoWatch(settings, self.figures, speed=60, length=None)
        self.engine = Engine(policy_from(settings))
        self.now = NOW
        self.seq = 0

    def record(self, fact: Fact) -> None:
        self.seq += 1
        entry = Entry(seq=self.seq, at=self.now, node=NodeName("node-1"), fact=fact)  # type: ignore[arg-type]  # a fact of the journal
        self.figures.read(entry)
        self.watch.read(entry)

    def handle(self, event: Any) -> list[Any]:
        commands = []
        for effect in self.engine.handle(event, self.now):
            if isinstance(effect, Fact):
                self.record(effect)
            else:
                commands.append(effect)
        return commands

    def lines(self) -> list[tuple[str, str, bool]]:
        shown = self.watch.picture(self.engine, self.now, NOW)
        return [(one.where, one.text, one.is_bad) for one in shown.happenings]


@pytest.fixture
def centre() -> Centre:
    return Centre()


def test_a_contact_from_its_wait_to_its_talk(centre: Centre) -> None:
    alice = AgentId("alice")
    centre.handle(LogIn(agent_id=alice))
    centre.handle(JoinQueue(contact_id=ContactId("c1"), queue=SALES))
    centre.now += 7 * SECOND
    before = centre.watch.picture(centre.engine, centre.now, NOW)
    [sales] = [queue for queue in before.queues if queue.title == "Sales"]
    assert (sales.waiting, sales.longest, sales.offered, sales.answered) == (1, 7 * SECOND, 1, 0)
    assert {agent.name: agent.state for agent in before.agents}["alice"] == "not ready"
    [ring] = [effect for effect in centre.handle(DeclareReady(agent_id=alice)) if isinstance(effect, RingAgent)]
    assert {a.name: a.state for a in centre.watch.picture(centre.engine, centre.now, NOW).agents}["alice"] == "ringing"
    centre.now += 2 * SECOND
    centre.handle(AnswerOffer(offer_id=ring.offer_id, agent_id=alice))
    centre.now += 5 * SECOND
    after = centre.watch.picture(centre.engine, centre.now, NOW)
    [sales] = [queue for queue in after.queues if queue.title == "Sales"]
    assert (sales.waiting, sales.answered, sales.asa_s, sales.service_level) == (0, 1, 9, 1)
    assert (after.total.waiting, after.total.answered, after.passed) == (0, 1, 14 * SECOND)
    [cell] = [agent for agent in after.agents if agent.name == "alice"]
    assert (cell.state, cell.lasts) == ("talking", 5 * SECOND)
    assert {agent.state for agent in after.agents if agent.name != "alice"} == {"offline"}
    assert centre.lines() == [("Sales", "alice answered after 0:09", False)]


def test_each_kind_of_happening(centre: Centre) -> None:
    alice, contact = AgentId("alice"), ContactId("c1")
    centre.record(ContactAbandoned(contact_id=contact, queue=SALES, stage="queue", waited_us=70 * SECOND))
    centre.record(ContactAbandoned(contact_id=contact, queue=SALES, stage="ringing", waited_us=9 * SECOND))
    centre.record(ContactAbandoned(contact_id=contact, stage="menu"))
    centre.record(ContactLeftQueue(contact_id=contact, queue=SALES, outcome=LeftQueue.NO_AGENTS, waited_us=0, to="x"))
    for outcome in OfferOutcome:
        centre.record(OfferEnded(agent_id=alice, queue=SALES, offer_id=OfferId("o"), outcome=outcome, rang_us=0))
    centre.record(RequirementRelaxed(queue=SALES, step=1, after_us=60 * SECOND, requirement="sales>=1"))
    for reason in ("login", "no_answer", "meal"):
        centre.record(
            AgentStateChanged(
                agent_id=alice, declared=Declared.NOT_READY, activity=Activity.IDLE, reason=ReasonCode(reason)
            )
        )
    centre.record(SwitchLost(reason="gone"))
    assert centre.lines() == [
        ("Sales", "a caller gave up after 1:10", True),
        ("Sales", "a caller gave up after 0:09, while a phone rang", True),
        ("", "a caller hung up in the menu", False),
        ("Sales", "a caller left the queue: no agents, on to x", True),
        ("Sales", "alice did not answer", True),
        ("Sales", "alice refused the call", True),
        ("Sales", "alice had a busy phone", True),
        ("Sales", "alice could not be reached", True),
        ("Sales", "after 1:00 now wanted: sales>=1", False),
        ("", "alice is not ready: did not answer offered contacts", False),
        ("", "alice is not ready: meal", False),
        ("", "the switch is gone", True),
    ]


def test_a_customer_is_never_named(centre: Centre) -> None:
    centre.record(ContactOffered(contact_id=ContactId("c1"), caller_number="5551230001", caller_name="Ada Caller"))
    centre.record(ContactAbandoned(contact_id=ContactId("c1"), queue=SALES, stage="queue", waited_us=SECOND))
    shown = repr(centre.watch.picture(centre.engine, centre.now, NOW))
    assert re.search("5551230001|Ada|c1", shown) is None


def test_before_the_first_contact_there_is_an_empty_report(centre: Centre) -> None:
    report = centre.figures.report()
    assert as_json(report) == b'{\n  "queues": {}\n}\n'
    assert "No contacts" in str(report_table(report))
