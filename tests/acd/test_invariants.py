"""What holds at every moment, whatever happens in whatever order: the distributor against random histories.

After every event all of the centre is looked at from outside, by its views and by the facts that came out, and compared
with a slow and obvious reading of the rules.
"""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acd.contact_state import Place
from acd.effects import RingAgent, StopRinging
from acd.engine import Engine
from acd.errors import IllegalEvent
from acd.events import (
    AnswerOffer,
    DeclareNotReady,
    DeclareReady,
    EndTalk,
    EndWrapUp,
    Event,
    FindPhone,
    HoldTalk,
    JoinQueue,
    LeaveQueue,
    LogIn,
    LogOut,
    LosePhone,
    RefuseOffer,
    RetrieveTalk,
    Tick,
)
from acd.policy import AgentPolicy, Policy, QueuePolicy
from facts.ids import AgentId, ContactId, OfferId, QueueName, ReasonCode, SkillName
from facts.journal import (
    ContactAbandoned,
    ContactConnected,
    ContactLeftQueue,
    ContactQueued,
    Fact,
    OfferEnded,
    OfferMade,
    TalkEnded,
)
from facts.requirement_text import parse_requirement
from facts.requirements import satisfies
from facts.states import Activity, Declared, OfferOutcome, Party
from facts.time import SECOND

A, B = SkillName("a"), SkillName("b")
AGENTS = {
    AgentId("ann"): {A: 5},
    AgentId("bob"): {A: 2, B: 7},
    AgentId("cyd"): {B: 4},
    AgentId("dan"): {A: 9, B: 9},
}
QUEUES = {
    QueueName("qa"): "a>=2",
    QueueName("qb"): "b>=4",
    QueueName("both"): "a>=5 & b>=5",
    QueueName("either"): "a>=9 | b>=7",
}
PAUSE = 5 * SECOND
agents = st.sampled_from(list(AGENTS))
START = 1_000_000 * SECOND


def make_engine() -> Engine:
    queues = tuple(
        QueuePolicy(
            name=name,
            requires=parse_requirement(text),
            ring_us=8 * SECOND,
            wrap_up_us=3 * SECOND if name == "qa" else 0,
            misses_before_not_ready=2,
        )
        for name, text in QUEUES.items()
    )
    people = tuple(AgentPolicy(agent_id=agent, skills=dict(skills)) for agent, skills in AGENTS.items())
    return Engine(Policy(queues=queues, agents=people, refusal_pause_us=PAUSE))


def picture(engine: Engine) -> object:
    """All that can be seen of an engine."""
    return [*engine.agents()], [*engine.contacts()], [*engine.queues()], engine.next_deadline


class Centre(RuleBasedStateMachine):
    """Random histories of a small centre."""

    @initialize()
    def begin(self) -> None:
        self.engine = make_engine()
        self.now = START
        self.number = 0
        self.ringing: set[tuple[OfferId, AgentId]] = set()
        self.counts: Counter[str] = Counter()
        self.refused_at: dict[AgentId, int] = {}
        self.connected: list[tuple[str, int, int]] = []
        self.history: list[tuple[Event, int]] = []
        for agent in AGENTS:
            self.tell(LogIn(agent_id=agent))
            self.tell(DeclareReady(agent_id=agent))

    def tell(self, event: Event) -> bool:
        before = picture(self.engine)
        try:
            effects = self.engine.handle(event, self.now)
        except IllegalEvent:
            assert picture(self.engine) == before, "an illegal event changed something"
            return False
        self.history.append((event, self.now))
        for effect in effects:
            if isinstance(effect, Fact):
                self.note(effect)
            elif isinstance(effect, RingAgent):
                assert (effect.offer_id, effect.agent_id) not in self.ringing
                assert not any(agent == effect.agent_id for _, agent in self.ringing), "rung twice at once"
                self.ringing.add((effect.offer_id, effect.agent_id))
            elif isinstance(effect, StopRinging):
                self.ringing.discard((effect.offer_id, effect.agent_id))
        return True

    def note(self, fact: Fact) -> None:
        self.counts[fact.kind] += 1
        match fact:
            case OfferEnded():
                assert fact.agent_id is not None
                self.ringing.discard((fact.offer_id, fact.agent_id))
                if fact.outcome in (OfferOutcome.BUSY, OfferOutcome.REJECTED, OfferOutcome.UNREACHABLE):
                    self.refused_at[fact.agent_id] = self.now
                if fact.outcome is OfferOutcome.NO_ANSWER:
                    self.refused_at[fact.agent_id] = self.now
            case ContactConnected():
                assert fact.queue is not None
                assert fact.waited_us is not None
                assert fact.waited_us >= 0
            case TalkEnded():
                assert fact.talk_us >= 0
                assert fact.hold_us is not None
                assert fact.hold_us >= 0

    # -- what may happen ---------------------------------------------------------------------------------------------

    @rule(queue=st.sampled_from(list(QUEUES)), priority=st.sampled_from([None, None, 0, 5]))
    def join(self, queue: QueueName, priority: int | None) -> None:
        self.number += 1
        contact = ContactId(f"c{self.number}")
        assert self.tell(JoinQueue(contact_id=contact, queue=queue, priority=priority))

    @rule(agent=agents)
    def log_in(self, agent: AgentId) -> None:
        view = self.engine.agent(agent)
        assert view is not None
        assert self.tell(LogIn(agent_id=agent)) is (view.declared is Declared.LOGGED_OUT)

    @rule(agent=agents)
    def ready(self, agent: AgentId) -> None:
        self.tell(DeclareReady(agent_id=agent))

    @rule(agent=agents)
    def not_ready(self, agent: AgentId) -> None:
        self.tell(DeclareNotReady(agent_id=agent, reason=ReasonCode("break")))

    @rule(agent=agents, force=st.booleans(), really=st.integers(0, 5))
    def log_out(self, agent: AgentId, force: bool, really: int) -> None:
        if really:
            return  # seldom: else nobody is there to take a contact
        self.tell(LogOut(agent_id=agent, force=force, by=Party.SUPERVISOR if force else Party.AGENT))

    @rule(agent=agents)
    def end_wrap_up(self, agent: AgentId) -> None:
        self.tell(EndWrapUp(agent_id=agent))

    @rule(agent=agents)
    def back_to_work(self, agent: AgentId) -> None:
        self.tell(FindPhone(agent_id=agent))
        self.tell(LogIn(agent_id=agent))
        self.tell(DeclareReady(agent_id=agent))

    @rule(agent=agents, lost=st.booleans())
    def phone(self, agent: AgentId, lost: bool) -> None:
        self.tell(LosePhone(agent_id=agent) if lost else FindPhone(agent_id=agent))

    @rule(data=st.data(), answer=st.booleans(), outcome=st.sampled_from(["busy", "rejected", "unreachable"]))
    @precondition(lambda self: self.ringing)
    def phone_decides(self, data: st.DataObject, answer: bool, outcome: str) -> None:
        offer, agent = data.draw(st.sampled_from(sorted(self.ringing)))
        if answer:
            assert self.tell(AnswerOffer(offer_id=offer, agent_id=agent))
            self.ringing.discard((offer, agent))
        else:
            assert self.tell(RefuseOffer(offer_id=offer, agent_id=agent, outcome=OfferOutcome(outcome)))

    @rule()
    @precondition(lambda self: self.ringing)
    def somebody_answers(self) -> None:
        offer, agent = min(self.ringing)
        assert self.tell(AnswerOffer(offer_id=offer, agent_id=agent))
        self.ringing.discard((offer, agent))

    @rule()
    def a_talk_ends(self) -> None:
        talking = [view for view in self.engine.contacts() if view.place is Place.CONNECTED]
        if talking and talking[0].agent_id is not None:
            contact, agent = talking[0].contact_id, talking[0].agent_id
            assert self.tell(EndTalk(contact_id=contact, agent_id=agent, ended_by=Party.AGENT))

    @rule(data=st.data(), action=st.sampled_from(["leave", "end", "hold", "retrieve", "nonsense"]))
    def contact_does(self, data: st.DataObject, action: str) -> None:
        there = sorted(view.contact_id for view in self.engine.contacts())
        contact = data.draw(st.sampled_from(there)) if there else ContactId("nobody")
        view = self.engine.contact(contact)
        agent = view.agent_id if view is not None and view.agent_id else AgentId("ann")
        events: dict[str, Event] = {
            "leave": LeaveQueue(contact_id=contact),
            "end": EndTalk(contact_id=contact, agent_id=agent, ended_by=Party.CALLER),
            "hold": HoldTalk(contact_id=contact, agent_id=agent),
            "retrieve": RetrieveTalk(contact_id=contact, agent_id=agent),
            "nonsense": AnswerOffer(offer_id=OfferId("never"), agent_id=agent),
        }
        self.tell(events[action])

    @rule(seconds=st.sampled_from([0.5, 2, 5, 9, 30]))
    def time_passes(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)
        assert self.tell(Tick())

    # -- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        by_agent: Counter[AgentId] = Counter()
        for contact in self.engine.contacts():
            by_agent.update(contact.agents)
            if contact.place is Place.OFFERED:
                assert contact.offer_id is not None
            if contact.place is Place.WAITING:
                assert not contact.agents
        assert all(count == 1 for count in by_agent.values())
        for agent in self.engine.agents():
            busy = agent.activity in (Activity.RESERVED, Activity.TALKING, Activity.HOLD)
            assert by_agent[agent.agent_id] == (1 if busy else 0), agent

    @invariant()
    def phones_ring_exactly_for_the_offers_there_are(self) -> None:
        offered = {
            (contact.offer_id, agent)
            for contact in self.engine.contacts()
            if contact.place is Place.OFFERED
            for agent in contact.agents
        }
        assert offered == self.ringing

    @invariant()
    def nobody_idles_while_somebody_waits_whom_they_may_take(self) -> None:
        for agent in self.engine.agents():
            if agent.declared is not Declared.READY or agent.activity is not Activity.IDLE or not agent.phone_reachable:
                continue
            if self.now - self.refused_at.get(agent.agent_id, 0) <= PAUSE:
                continue  # was asked just now and did not take it
            for contact in self.engine.contacts():
                if contact.place is Place.WAITING:
                    assert not satisfies(agent.skills, contact.requirement), (agent, contact)

    @invariant()
    def waiting_agents_and_contacts_qualify_for_what_they_got(self) -> None:
        for contact in self.engine.contacts():
            for agent_id in contact.agents:
                agent = self.engine.agent(agent_id)
                assert agent is not None
                assert satisfies(agent.skills, contact.requirement)

    @invariant()
    def every_contact_is_accounted_for(self) -> None:
        here = Counter(contact.place for contact in self.engine.contacts())
        queued, answered = self.counts[ContactQueued.__name__], self.counts[ContactConnected.__name__]
        gone = self.counts[ContactAbandoned.__name__] + self.counts[ContactLeftQueue.__name__]
        assert queued == answered + gone + here[Place.WAITING] + here[Place.OFFERED]
        assert self.counts[OfferMade.__name__] == self.counts[OfferEnded.__name__] + len(self.ringing)

    @invariant()
    def the_engine_wants_to_be_woken_only_in_the_future(self) -> None:
        assert self.engine.next_deadline is None or self.engine.next_deadline >= self.now

    def teardown(self) -> None:
        """The same events again give the same state, and steps of the clock between them change nothing."""
        if not hasattr(self, "history"):
            return
        again, stepped = make_engine(), make_engine()
        now = START
        for event, at in self.history:
            again.handle(event, at)
            while now + SECOND < at:
                now += SECOND
                stepped.handle(Tick(), now)
            now = at
            stepped.handle(event, at)
        assert picture(again) == picture(self.engine)
        assert picture(stepped) == picture(self.engine)


Centre.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestCentre = Centre.TestCase
