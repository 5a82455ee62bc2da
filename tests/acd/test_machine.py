"""Random histories: the engine keeps its promises, and does exactly what looking at everybody would do."""

import re
import typing
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # SciPy brings no types
from scipy.sparse.csgraph import maximum_bipartite_matching  # type: ignore[import-untyped]  # SciPy brings no types

from acd.classes import CAPPED
from acd.contact_state import Place
from acd.effects import Effect
from acd.events import (
    AnswerOffer,
    CallbackAnswered,
    CallbackFailed,
    ChangePriority,
    CloseQueue,
    DeclareNotReady,
    DeclareReady,
    EndTalk,
    EndWrapUp,
    Event,
    ExtendWrapUp,
    FindPhone,
    HoldTalk,
    JoinAsCallback,
    JoinQueue,
    LeaveQueue,
    LogIn,
    LogOut,
    LosePhone,
    MoveContact,
    OpenQueue,
    RefuseOffer,
    ReplacePolicy,
    ReplaceSkills,
    RequestCallback,
    RestoreTalk,
    RestoreWrapUp,
    RetrieveTalk,
    StartDialling,
    StartTalk,
    TellPosition,
    Tick,
)
from facts.ids import AgentId, ContactId, CustomerId, OfferId, ReasonCode
from facts.journal import (
    AgentStateChanged,
    ContactLeftQueue,
    OfferEnded,
)
from facts.states import Activity, Declared, LeftQueue, OfferOutcome, Party
from facts.time import SECOND
from tests.acd.oracle import (
    earlier_than,
    explanations_agree,
    goes_before,
    holds_while_waiting,
    is_fit,
    is_of,
    is_within,
    leads_on,
    may_be_offered_something,
    may_take,
    obviously,
)
from tests.acd.two_engines import TwoEngines, decided
from tests.acd.worlds import AGENTS, QUEUES, START, level, policies, requirements, skill

contact_ids = st.sampled_from([ContactId(f"c{number}") for number in range(8)])
agent_ids = st.sampled_from(AGENTS)
queue_names = st.sampled_from(QUEUES)
parties = st.sampled_from(list(Party))
EXAMPLES = 30 if settings().derandomize else settings().max_examples
"""Random histories of each kind: as many as the profile asks for, fewer in the gate."""
NOT_BLAMED = {OfferOutcome.CALLER_LEFT, OfferOutcome.ANSWERED_ELSEWHERE, OfferOutcome.WITHDRAWN}


class Centre(TwoEngines):
    """Events of every kind, possible and impossible, told to two engines: with the index, and with the scan."""

    # -- time --------------------------------------------------------------------------------------------------------

    @rule(seconds=st.floats(0.001, 40), parts=st.integers(1, 4))
    def time_passes(self, seconds: float, parts: int) -> None:
        """One step or many: the same effects, the same state."""
        end = self.now + round(seconds * SECOND)
        effects = self.engine.handle(Tick(), end)
        in_parts: list[Effect] = []
        with obviously():
            for part in range(1, parts + 1):
                in_parts += self.slow.handle(Tick(), self.now + (end - self.now) * part // parts)
        assert decided(in_parts) == decided(effects)
        self.now = end
        self.take(effects)

    @rule()
    def next_deadline_comes(self) -> None:
        at = self.engine.next_deadline
        assert at == self.slow.next_deadline
        if at is not None and at < self.now + 10**9:
            self.now = max(self.now, at)
            self.tell(Tick())

    # -- contacts ----------------------------------------------------------------------------------------------------

    @rule(
        contact_id=contact_ids,
        queue=queue_names,
        ago=st.none() | st.integers(-1, 30),
        more=st.fixed_dictionaries(
            {
                "requirement": st.none() | requirements,
                "priority": st.none() | st.integers(-1, 2),
                "preferred_agent": st.none() | st.none() | agent_ids,
                "customer_id": st.none() | st.sampled_from([CustomerId("k1"), CustomerId("k2")]),
                "returned": st.booleans(),
            }
        ),
    )
    def join(self, contact_id: ContactId, queue: Any, ago: int | None, more: dict[str, Any]) -> None:
        joined_at = None if ago is None else self.now - ago * SECOND
        self.tell(JoinQueue(contact_id=contact_id, queue=queue, joined_at=joined_at, **more))

    @rule(contact_id=contact_ids, cause=st.none() | st.sampled_from(LeftQueue))
    def leave(self, contact_id: ContactId, cause: LeftQueue | None) -> None:
        self.cancelled.add(contact_id)
        self.tell(LeaveQueue(contact_id=contact_id, cause=cause))

    @rule(contact_id=contact_ids, later=st.none() | st.integers(-5, 60))
    def callback(self, contact_id: ContactId, later: int | None) -> None:
        not_before = None if later is None else self.now + later * SECOND
        self.tell(RequestCallback(contact_id=contact_id, number="1", not_before=not_before))

    @rule(
        contact_id=contact_ids,
        queue=queue_names,
        ago=st.none() | st.integers(0, 30),
        more=st.fixed_dictionaries(
            {
                "requested_at": st.none() | st.integers(0, 20).map(lambda ago: START - ago * SECOND),
                "attempts": st.integers(0, 2),
                "last_attempt_at": st.none() | st.integers(0, 20).map(lambda ago: START - ago * SECOND),
                "dialled_by": st.none() | st.none() | agent_ids,
            }
        ),
        own=st.none() | requirements,
    )
    def join_as_callback(
        self, contact_id: ContactId, queue: Any, ago: int | None, more: dict[str, Any], own: Any
    ) -> None:
        joined_at = None if ago is None else self.now - ago * SECOND
        join = JoinQueue(contact_id=contact_id, queue=queue, joined_at=joined_at, requirement=own)
        self.tell(JoinAsCallback(join=join, number="1", **more))

    @rule(contact_id=contact_ids, position=st.booleans(), expected_wait=st.booleans())
    def tell_position(self, contact_id: ContactId, position: bool, expected_wait: bool) -> None:
        self.tell(TellPosition(contact_id=contact_id, position=position, expected_wait=expected_wait))

    @rule(contact_id=contact_ids, priority=st.integers(-2, 2))
    def prioritise(self, contact_id: ContactId, priority: int) -> None:
        self.tell(ChangePriority(contact_id=contact_id, priority=priority))

    @rule(contact_id=contact_ids, queue=queue_names)
    def move(self, contact_id: ContactId, queue: Any) -> None:
        self.tell(MoveContact(contact_id=contact_id, queue=queue))

    @rule(queue=queue_names, contact_id=contact_ids)
    def join_plainly(self, queue: Any, contact_id: ContactId) -> None:
        self.tell(JoinQueue(contact_id=contact_id, queue=queue))

    def dialling(self) -> list[Any]:
        return [view for view in self.engine.contacts() if view.place is Place.DIALLING]

    @precondition(lambda self: self.dialling())
    @rule(data=st.data())
    def dialled(self, data: st.DataObject) -> None:
        view = data.draw(st.sampled_from(self.dialling()))
        happens = data.draw(st.sampled_from(["there", "not there", "not there", "agent gone", "agent out"]))
        who = {"contact_id": view.contact_id, "agent_id": view.agent_id}
        if happens == "there" and not view.callback:
            self.tell(StartTalk(**who))
        elif happens == "there":
            self.tell(CallbackAnswered(**who))
        elif happens == "not there":
            self.tell(CallbackFailed(**who))
        elif happens == "agent gone":
            self.tell(EndTalk(**who, ended_by=Party.AGENT))
        else:
            self.tell(LogOut(agent_id=view.agent_id, force=True))

    # -- offers and talks --------------------------------------------------------------------------------------------

    def ringing(self) -> list[tuple[OfferId, AgentId]]:
        return [
            (view.offer_id, agent_id)
            for view in self.engine.contacts()
            if view.place is Place.OFFERED and view.offer_id is not None
            for agent_id in view.agents
        ]

    @precondition(lambda self: self.ringing())
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        offer_id, agent_id = data.draw(st.sampled_from(self.ringing()))
        self.tell(AnswerOffer(offer_id=offer_id, agent_id=agent_id))

    @precondition(lambda self: self.ringing())
    @rule()
    def first_answers(self) -> None:
        offer_id, agent_id = self.ringing()[0]
        self.tell(AnswerOffer(offer_id=offer_id, agent_id=agent_id))

    @precondition(lambda self: self.ringing())
    @rule(data=st.data(), outcome=st.sampled_from(OfferOutcome))
    def refuse(self, data: st.DataObject, outcome: OfferOutcome) -> None:
        offer_id, agent_id = data.draw(st.sampled_from(self.ringing()))
        self.tell(RefuseOffer(offer_id=offer_id, agent_id=agent_id, outcome=outcome))

    def talking(self) -> list[Any]:
        return [view for view in self.engine.contacts() if view.place is Place.CONNECTED]

    @precondition(lambda self: self.talking())
    @rule(
        data=st.data(), what=st.sampled_from([EndTalk, EndTalk, EndTalk, HoldTalk, RetrieveTalk]), ended=st.booleans()
    )
    def talk_event(self, data: st.DataObject, what: Any, ended: bool) -> None:
        view = data.draw(st.sampled_from(self.talking()))
        agent_id = data.draw(st.sampled_from(view.agents))
        more = {"ended_by": Party.CALLER, "contact_ended": ended, "wrap_up": ended} if what is EndTalk else {}
        self.tell(what(contact_id=view.contact_id, agent_id=agent_id, **more))

    @precondition(lambda self: any(view.place is Place.WAITING for view in self.engine.contacts()))
    @rule(data=st.data())
    def waiting_callback(self, data: st.DataObject) -> None:
        waiting = [view.contact_id for view in self.engine.contacts() if view.place is Place.WAITING]
        self.tell(RequestCallback(contact_id=data.draw(st.sampled_from(waiting)), number="1"))

    @rule(contact_id=contact_ids, agent_id=agent_ids, what=st.sampled_from([EndTalk, HoldTalk, RetrieveTalk]))
    def any_talk_event(self, contact_id: ContactId, agent_id: AgentId, what: Any) -> None:
        more = {"ended_by": Party.CALLER} if what is EndTalk else {}
        self.tell(what(contact_id=contact_id, agent_id=agent_id, **more))

    @rule(contact_id=contact_ids, agent_id=agent_ids, queue=st.none() | queue_names)
    def start_talk(self, contact_id: ContactId, agent_id: AgentId, queue: Any) -> None:
        self.tell(StartTalk(contact_id=contact_id, agent_id=agent_id, queue=queue))

    @rule(contact_id=contact_ids, agent_id=agent_ids, queue=st.none() | queue_names)
    def start_dialling(self, contact_id: ContactId, agent_id: AgentId, queue: Any) -> None:
        self.tell(StartDialling(contact_id=contact_id, agent_id=agent_id, queue=queue))

    @rule(contact_id=contact_ids, agent_id=agent_ids, held=st.booleans())
    def restore_talk(self, contact_id: ContactId, agent_id: AgentId, held: bool) -> None:
        since = self.now - SECOND
        held_since = since if held else None
        self.tell(
            RestoreTalk(contact_id=contact_id, agent_id=agent_id, queue=QUEUES[0], since=since, held_since=held_since)
        )

    @rule(contact_id=contact_ids, agent_id=agent_ids, ago_s=st.integers(0, 30), more=st.none() | st.integers(-5, 20))
    def restore_wrap_up(self, contact_id: ContactId, agent_id: AgentId, ago_s: int, more: int | None) -> None:
        since = self.now - ago_s * SECOND
        until = None if more is None else self.now + more * SECOND
        self.tell(
            RestoreWrapUp(
                contact_id=contact_id,
                agent_id=agent_id,
                queue=QUEUES[0],
                since=since,
                extended=more is not None,
                until=until,
            )
        )

    @rule(agent_id=agent_ids)
    def end_wrap_up(self, agent_id: AgentId) -> None:
        self.tell(EndWrapUp(agent_id=agent_id))

    @rule(agent_id=agent_ids, by=st.none() | st.integers(0, 20))
    def extend_wrap_up(self, agent_id: AgentId, by: int | None) -> None:
        self.tell(ExtendWrapUp(agent_id=agent_id, by_us=None if by is None else by * SECOND))

    # -- agents ------------------------------------------------------------------------------------------------------

    @rule(agent_id=agent_ids)
    def come_to_work(self, agent_id: AgentId) -> None:
        self.tell(LogIn(agent_id=agent_id))
        self.tell(DeclareReady(agent_id=agent_id))

    @rule(agent_id=agent_ids, force=st.booleans(), by=parties)
    def log_out(self, agent_id: AgentId, force: bool, by: Party) -> None:
        self.tell(LogOut(agent_id=agent_id, force=force, by=by))

    @rule(agent_id=agent_ids, by=parties)
    def ready(self, agent_id: AgentId, by: Party) -> None:
        self.tell(DeclareReady(agent_id=agent_id, by=by))

    @rule(agent_id=agent_ids, reason=st.sampled_from(["break", "no_answer"]), by=parties)
    def not_ready(self, agent_id: AgentId, reason: str, by: Party) -> None:
        self.tell(DeclareNotReady(agent_id=agent_id, reason=ReasonCode(reason), by=by))

    @rule(agent_id=agent_ids, what=st.sampled_from([LosePhone, FindPhone]))
    def phone(self, agent_id: AgentId, what: Any) -> None:
        self.tell(what(agent_id=agent_id))

    @rule(agent_id=agent_ids, skills=st.dictionaries(skill, level, max_size=4))
    def skills(self, agent_id: AgentId, skills: Any) -> None:
        self.tell(ReplaceSkills(agent_id=agent_id, skills=skills))

    # -- the centre --------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def replace_policy(self, data: st.DataObject) -> None:
        self.tell(ReplacePolicy(policy=data.draw(policies(full=self.full))))

    @rule(queue=queue_names, what=st.sampled_from([CloseQueue, OpenQueue]))
    def by_hand(self, queue: Any, what: Any) -> None:
        self.tell(what(queue=queue))

    # -- promises ----------------------------------------------------------------------------------------------------

    @invariant()
    def nobody_idles_while_a_contact_waits_for_them(self) -> None:
        centre = self.engine._centre
        free = [agent for agent in centre.agents.values() if may_be_offered_something(agent)]
        assert all(agent.free for agent in free)
        waiting = [contact for contact in centre.contacts.values() if contact.place is Place.WAITING]
        if not free or not waiting:
            return
        graph = np.array([[may_take(agent, contact) for contact in waiting] for agent in free], dtype=int)
        assert (maximum_bipartite_matching(csr_matrix(graph)) == -1).all()

    @invariant()
    def slots_and_places_agree(self) -> None:
        centre = self.engine._centre
        for agent in centre.agents.values():
            view = self.engine.agent(agent.agent_id)
            assert view is not None
            offered = [work for work in agent.works if work.activity is Activity.RESERVED]
            assert len(agent.works) <= agent.slots or not offered or agent.policy.slots < len(agent.works)
            live = [work.contact.contact_id for work in agent.works if work.activity is not Activity.WRAP_UP]
            assert len(set(live)) == len(live)
            assert agent.declared is self.declared.get(agent.agent_id, Declared.LOGGED_OUT)
            if agent.declared is Declared.LOGGED_OUT:
                assert not agent.works
            assert agent.free is may_be_offered_something(agent)
            for work in agent.works:
                assert work.agent is agent
                if work.activity is not Activity.WRAP_UP:
                    assert work in work.contact.works
                    assert centre.contacts[work.contact.contact_id] is work.contact
        for contact in centre.contacts.values():
            talking = contact.place in {Place.CONNECTED, Place.DIALLING, Place.OFFERED}
            assert bool(contact.works) is talking
            assert (contact.offer_id is not None) is (contact.place is Place.OFFERED)
            assert contact.place is not Place.NOWHERE

    @invariant()
    def explanations_are_true(self) -> None:
        centre = self.engine._centre
        for contact in centre.contacts.values():
            why = self.engine.explain_contact(contact.contact_id, self.now)
            assert why is not None
            assert [change for change in why.changes if change.at < self.now] == []
            if contact.place is not Place.WAITING:
                continue
            for found in why.agents:
                agent = centre.agents[found.agent_id]
                assert found.qualified is is_fit(agent, contact)
                free = may_be_offered_something(agent)
                assert bool(found.ruled_out_by) is not (free and may_take(agent, contact))
                assert why.summary.code != "none_free" or not (found.qualified and free)
        for agent in centre.agents.values():
            why_idle = self.engine.explain_agent(agent.agent_id, self.now)
            assert why_idle is not None
            assert bool(why_idle.obstacles) is not may_be_offered_something(agent)
            assert [change for change in why_idle.changes if change.at < self.now] == []

    @invariant()
    def nobody_waits_in_a_queue_that_sends_away_nor_is_rung_outside_hours(self) -> None:
        """Unless they have no other way; and who is dialled already may answer."""
        centre = self.engine._centre
        for contact in centre.contacts.values():
            queue = contact.queue
            if queue is None or contact.contact_id not in queue.waiting:
                continue
            rules = queue.policy
            if contact.callback is not None:
                if contact.place in {Place.WAITING, Place.OFFERED}:
                    assert is_within(rules.callbacks.hours, self.now)
            elif contact.place is Place.WAITING and leads_on(centre, contact, rules.when_closed):
                assert not queue.closed_by_hand
                assert rules.closing == "serve" or is_within(rules.open, self.now)

    @invariant()
    def nobody_waits_where_nobody_works_or_longer_than_a_limit_allows(self) -> None:
        """Unless they have no other way: the limit leads where they have been already, or a phone rings for them."""
        centre = self.engine._centre
        for queue in centre.queues.values():
            there = [agent for agent in centre.agents.values() if agent.declared is not Declared.LOGGED_OUT]
            serve = [agent for agent in there if is_of(agent, queue)]
            ready = [agent for agent in serve if agent.declared is Declared.READY]
            for limit in queue.policy.limits:
                for contact in queue.waiting.values():
                    if contact.callback is not None or not leads_on(centre, contact, limit.then):
                        continue
                    if not holds_while_waiting(limit):
                        continue
                    waits = contact.place is Place.WAITING
                    assert limit.what != "none_logged_in" or serve or not waits
                    assert limit.what != "none_ready" or ready or not waits
                    assert limit.what not in {"wait", "longest_wait"} or centre.now - contact.joined_at < limit.value
                    assert limit.what != "waiting" or earlier_than(contact) < limit.value or not waits

    @invariant()
    def callbacks_go_only_by_rules_of_their_own(self) -> None:
        kept = {contact.contact_id for contact in self.engine._centre.contacts.values() if contact.callback is not None}
        for fact in self.facts:
            if isinstance(fact, ContactLeftQueue) and fact.contact_id in self.callbacks:
                assert fact.outcome is LeftQueue.CALLBACK_EXPIRED or fact.contact_id in self.cancelled
        self.callbacks, self.cancelled = kept, set()
        assert list(self.engine.callbacks()) == [view for view in self.engine.contacts() if view.callback]

    @invariant()
    def the_cap_acts_with_an_alarm_and_for_those_who_have_waited(self) -> None:
        centre = self.engine._centre
        classes = {class_ for queue in centre.queues.values() for class_ in queue.counts} - {CAPPED}
        for queue in centre.queues.values():
            cap = queue.policy.starvation_cap_us
            capped = [contact for contact in queue.waiting.values() if contact.capped]
            due = [c for c in queue.waiting.values() if cap and centre.now - c.joined_at >= cap]
            assert capped == due
            assert queue.alarmed <= bool(capped)
            if centre.classes.static and capped and classes:
                assert queue.alarmed or min(classes) >= max(-contact.priority for contact in capped)

    @invariant()
    def positions_are_what_the_order_says(self) -> None:
        centre = self.engine._centre
        for queue in centre.queues.values():
            in_order = sorted(queue.waiting.values(), key=lambda contact: goes_before(centre, contact))
            for place, contact in enumerate(in_order, 1):
                view = self.engine.contact(contact.contact_id)
                assert view is not None
                assert view.position == place

    @invariant()
    def a_line_as_a_whole_says_of_each_what_it_says_alone(self) -> None:
        explanations_agree(self.engine, self.now)

    @invariant()
    def offered_is_answered_abandoned_left_or_in_progress(self) -> None:
        centre = self.engine._centre
        in_progress = Counter(
            str(contact.queue.policy.name)
            for contact in centre.contacts.values()
            if contact.queue is not None and contact.contact_id in contact.queue.waiting
        )
        for name in {*self.queued, *self.ended}:
            assert self.queued[name] == self.ended[name] + in_progress[name]
        for queue in centre.queues.values():
            assert sum(queue.counts.values()) == len(queue.waiting)

    @invariant()
    def nobody_is_blamed_for_the_callers(self) -> None:
        for before, fact in zip(self.facts, self.facts[1:], strict=False):
            if (
                isinstance(fact, AgentStateChanged)
                and isinstance(before, OfferEnded)
                and before.agent_id == fact.agent_id
            ):
                assert before.outcome not in NOT_BLAMED or fact.reason != "no_answer" or self.was_not_ready(fact)
        self.facts.clear()

    def was_not_ready(self, fact: AgentStateChanged) -> bool:
        return fact.declared is Declared.NOT_READY and fact.by is not Party.SYSTEM


class PlainCentre(Centre):
    """Only who is offered what: longer histories of the hot path."""

    full = False


TestCentre = Centre.TestCase
TestCentre.settings = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
TestPlainCentre = PlainCentre.TestCase
TestPlainCentre.settings = settings(max_examples=EXAMPLES, stateful_step_count=50, deadline=None)


def test_every_event_there_is_can_happen_in_these_histories() -> None:
    told = Path(__file__).read_text(encoding="utf-8")
    assert [event for event in typing.get_args(Event) if len(re.findall(rf"\b{event.__name__}\b", told)) < 2] == []
