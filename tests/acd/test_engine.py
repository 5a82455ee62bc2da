"""The first thread through the distributor; the finer points stand in the files beside this one."""

from typing import Any

import pytest

from acd.effects import ConnectContact, Effect, RingAgent, StopRinging
from acd.engine import Engine
from acd.errors import IllegalEvent
from acd.events import (
    AnswerOffer,
    DeclareReady,
    EndTalk,
    Event,
    JoinQueue,
    LeaveQueue,
    LogIn,
    RefuseOffer,
    Tick,
)
from acd.policy import AgentPolicy, Policy, QueuePolicy
from facts.ids import AgentId, ContactId, OfferId, QueueName, SkillName
from facts.journal import AgentStateChanged, ContactAbandoned, ContactConnected, OfferEnded, TalkEnded
from facts.requirement_text import parse_requirement
from facts.states import Activity, Declared, OfferOutcome, Party
from facts.time import SECOND

EN = SkillName("english")
Q = QueueName("sales")
ANNA, BERT = AgentId("anna"), AgentId("bert")
START = 1_700_000_000 * SECOND


class Story:
    """An engine, its clock, and all that it said."""

    def __init__(self, **rules: object) -> None:
        queue = QueuePolicy(name=Q, requires=parse_requirement("english>=3"), **rules)  # type: ignore[arg-type]
        agents = (AgentPolicy(agent_id=ANNA, skills={EN: 5}), AgentPolicy(agent_id=BERT, skills={EN: 3}))
        self.engine = Engine(Policy(queues=(queue,), agents=agents))
        self.now = START

    def tell(self, event: Event, after_s: float = 0) -> list[Effect]:
        self.now += round(after_s * SECOND)
        return self.engine.handle(event, self.now)

    def ready(self, *agents: AgentId) -> None:
        for agent in agents:
            self.tell(LogIn(agent_id=agent))
            self.tell(DeclareReady(agent_id=agent), 1)

    def join(self, contact: str, after_s: float = 0, **more: object) -> list[Effect]:
        return self.tell(JoinQueue(contact_id=ContactId(contact), queue=Q, **more), after_s)  # type: ignore[arg-type]

    def offer_of(self, contact: str) -> OfferId:
        view = self.engine.contact(ContactId(contact))
        assert view is not None
        assert view.offer_id is not None
        return view.offer_id


def of_kind(effects: list[Effect], *kinds: type) -> list[Any]:
    return [effect for effect in effects if isinstance(effect, kinds)]


def test_the_longest_idle_agent_is_rung_and_connected_and_freed() -> None:
    story = Story()
    story.ready(BERT, ANNA)
    rung = of_kind(story.join("c1", 10), RingAgent)
    assert [ring.agent_id for ring in rung] == [BERT]
    answered = story.tell(AnswerOffer(offer_id=story.offer_of("c1"), agent_id=BERT), 4)
    connected = of_kind(answered, ContactConnected)[0]
    assert (connected.waited_us, connected.rang_us) == (4 * SECOND, 4 * SECOND)
    assert of_kind(answered, ConnectContact)
    ended = story.tell(EndTalk(contact_id=ContactId("c1"), agent_id=BERT, ended_by=Party.CALLER), 60)
    assert of_kind(ended, TalkEnded)[0].talk_us == 60 * SECOND
    assert of_kind(ended, AgentStateChanged)[0].activity is Activity.IDLE


def test_who_does_not_answer_becomes_not_ready_and_the_caller_goes_on() -> None:
    story = Story(ring_us=20 * SECOND)
    story.ready(BERT, ANNA)
    story.join("c1")
    assert story.engine.next_deadline == story.now + 20 * SECOND
    effects = story.tell(Tick(), 20)
    assert of_kind(effects, OfferEnded)[0].outcome is OfferOutcome.NO_ANSWER
    assert of_kind(effects, StopRinging)
    assert [ring.agent_id for ring in of_kind(effects, RingAgent)] == [ANNA]
    bert = story.engine.agent(BERT)
    assert bert is not None
    assert (bert.declared, bert.reason) == (Declared.NOT_READY, "no_answer")


def test_a_caller_who_leaves_while_it_rings_blames_nobody() -> None:
    story = Story()
    story.ready(BERT, ANNA)
    story.join("c1", 10)
    effects = story.tell(LeaveQueue(contact_id=ContactId("c1")), 5)
    assert of_kind(effects, OfferEnded)[0].outcome is OfferOutcome.CALLER_LEFT
    assert of_kind(effects, ContactAbandoned)[0].stage == "ringing"
    bert = story.engine.agent(BERT)
    assert bert is not None
    assert (bert.declared, bert.misses) == (Declared.READY, 0)
    assert [ring.agent_id for ring in of_kind(story.join("c2"), RingAgent)] == [BERT]


def test_who_takes_a_call_straight_after_another_starts_a_new_idle_time() -> None:
    story = Story()
    story.ready(BERT)
    story.join("c1", 10)
    story.tell(AnswerOffer(offer_id=story.offer_of("c1"), agent_id=BERT), 1)
    story.join("c2")
    story.tell(EndTalk(contact_id=ContactId("c1"), agent_id=BERT, ended_by=Party.CALLER), 60)
    freed = story.now
    story.tell(LeaveQueue(contact_id=ContactId("c2")), 5)
    bert = story.engine.agent(BERT)
    assert bert is not None
    assert bert.idle_since == freed


def test_who_refuses_is_asked_again_only_after_a_while() -> None:
    story = Story(retry_us=5 * SECOND)
    story.ready(BERT)
    story.join("c1")
    refusal = RefuseOffer(offer_id=story.offer_of("c1"), agent_id=BERT, outcome=OfferOutcome.REJECTED)
    assert not of_kind(story.tell(refusal, 1), RingAgent)
    assert not of_kind(story.tell(Tick(), 4.999999), RingAgent)
    assert of_kind(story.tell(Tick(), 0.000001), RingAgent)


def test_an_illegal_event_raises() -> None:
    story = Story()
    story.ready(ANNA)
    story.join("c1")
    with pytest.raises(IllegalEvent, match="already"):
        story.join("c1")
    with pytest.raises(IllegalEvent, match="does not ring"):
        story.tell(AnswerOffer(offer_id=story.offer_of("c1"), agent_id=BERT))
