"""An agent's two axes: what the person declared, what the system does with the slots, and what is pending."""

import pytest

from acd.agent_state import DECLARED_TABLE, PRECEDENCE, SLOT_TABLE, SlotEvent, Wish
from acd.contact_state import CONTACT_TABLE, ContactEvent, Place
from acd.effects import StopRinging
from acd.errors import IllegalEvent
from acd.events import (
    AnswerOffer,
    DeclareNotReady,
    DeclareReady,
    EndTalk,
    EndWrapUp,
    ExtendWrapUp,
    FindPhone,
    HoldTalk,
    LogIn,
    LogOut,
    LosePhone,
    RefuseOffer,
    ReplaceSkills,
    RestoreTalk,
    RestoreWrapUp,
    RetrieveTalk,
    StartTalk,
)
from acd.offer_state import CONSEQUENCES
from facts.ids import AgentId, ContactId, QueueName, ReasonCode, SkillName
from facts.journal import (
    AgentLoggedOut,
    AgentStateChanged,
    ContactConnected,
    OfferEnded,
    SkillsChanged,
    TalkEnded,
    WrapUpEnded,
    WrapUpExtended,
)
from facts.states import Activity, Declared, OfferOutcome, Party
from facts.time import SECOND
from tests.acd.stories import START, Story, agent, kinds, queue, rung

A, B, C1 = AgentId("a"), AgentId("b"), ContactId("c1")
BREAK = DeclareNotReady(agent_id=A, reason=ReasonCode("break"))


# -- the tables -----------------------------------------------------------------------------------------------------


def test_log_in_never_leads_to_ready() -> None:
    assert DECLARED_TABLE[Wish.LOG_IN] == {Declared.LOGGED_OUT: Declared.NOT_READY}


@pytest.mark.parametrize("wish", Wish)
def test_who_is_logged_out_can_only_log_in(wish: Wish) -> None:
    assert (Declared.LOGGED_OUT in DECLARED_TABLE[wish]) is (wish is Wish.LOG_IN)


def test_every_activity_can_be_reached_and_left() -> None:
    reached = {after for moves in SLOT_TABLE.values() for after in moves.values()}
    left = {before for moves in SLOT_TABLE.values() for before in moves}
    assert reached == left == set(Activity) == set(PRECEDENCE)
    assert set(SLOT_TABLE) == set(SlotEvent)


def test_every_place_can_be_reached_and_left() -> None:
    reached = {after for moves in CONTACT_TABLE.values() for after in moves.values()}
    left = {before for moves in CONTACT_TABLE.values() for before in moves}
    assert reached == left == set(Place)
    assert set(CONTACT_TABLE) == set(ContactEvent)


def test_only_the_agents_own_endings_count_against_them() -> None:
    assert set(CONSEQUENCES) == set(OfferOutcome)
    assert {outcome for outcome, follows in CONSEQUENCES.items() if follows.miss} == {
        OfferOutcome.NO_ANSWER,
        OfferOutcome.UNREACHABLE,
    }
    for outcome in (OfferOutcome.CALLER_LEFT, OfferOutcome.ANSWERED_ELSEWHERE, OfferOutcome.WITHDRAWN):
        assert CONSEQUENCES[outcome].keep_idle_time
        assert not CONSEQUENCES[outcome].pause


# -- declaring ------------------------------------------------------------------------------------------------------


def test_a_change_during_a_talk_is_pending_and_happens_after_the_wrap_up() -> None:
    story = Story(queue(wrap_up_s=10), agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    (state,) = kinds(story.tell(BREAK, 5), AgentStateChanged)
    assert (state.declared, state.activity, state.pending, state.pending_reason) == (
        Declared.READY,
        Activity.TALKING,
        Declared.NOT_READY,
        "break",
    )
    story.end("c1")
    assert story.agent("a").activity is Activity.WRAP_UP
    story.wait(10)
    assert (story.agent("a").declared, story.agent("a").reason) == (Declared.NOT_READY, "break")


def test_a_pending_change_leaves_the_clock_of_the_talk_alone() -> None:
    story = Story(agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    since = story.agent("a").since
    story.tell(BREAK, 5)
    story.tell(DeclareReady(agent_id=A), 5)
    assert (story.agent("a").activity, story.agent("a").since) == (Activity.TALKING, since)


def test_a_pending_change_can_be_taken_back() -> None:
    story = Story(agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    story.tell(BREAK)
    story.tell(DeclareReady(agent_id=A))
    assert story.agent("a").pending is None
    story.join("c2")
    assert rung(story.end("c1")) == [("a", "c2")]


def test_outbound_while_not_ready_and_back_to_the_state_before() -> None:
    story = Story(queue(wrap_up_s=10), agent("a"))
    story.ready("a")
    story.tell(BREAK)
    effects = story.tell(StartTalk(contact_id=C1, agent_id=A))
    (connected,) = kinds(effects, ContactConnected)
    assert (connected.direction, connected.queue) == ("outbound", None)
    (state,) = kinds(effects, AgentStateChanged)
    assert (state.declared, state.activity, state.reason) == (Declared.NOT_READY, Activity.TALKING, "break")
    story.end("c1", after_s=30)
    assert (story.agent("a").declared, story.agent("a").activity) == (Declared.NOT_READY, Activity.IDLE)


def test_a_call_of_ones_own_ends_an_offer_as_busy() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c1")
    effects = story.tell(StartTalk(contact_id=ContactId("own"), agent_id=A))
    assert [(fact.agent_id, fact.outcome) for fact in kinds(effects, OfferEnded)] == [("a", OfferOutcome.BUSY)]
    assert rung(effects) == [("b", "c1")]


def test_a_persons_reason_is_not_the_systems() -> None:
    story = Story(agent("a"))
    story.ready("a")
    with pytest.raises(IllegalEvent, match="belongs to the system"):
        story.tell(DeclareNotReady(agent_id=A, reason=ReasonCode("no_answer")))
    story.tell(DeclareNotReady(agent_id=A, reason=ReasonCode("supervisor"), by=Party.SUPERVISOR))
    assert story.agent("a").reason == "supervisor"


@pytest.mark.parametrize("event", [BREAK, DeclareReady(agent_id=A), LogOut(agent_id=A), EndWrapUp(agent_id=A)])
def test_who_is_not_logged_in_declares_nothing(event: object) -> None:
    story = Story(agent("a"))
    with pytest.raises(IllegalEvent):
        story.tell(event)  # type: ignore[arg-type]


def test_nobody_logs_in_twice() -> None:
    story = Story(agent("a"))
    story.ready("a")
    with pytest.raises(IllegalEvent, match="READY and cannot log in"):
        story.tell(LogIn(agent_id=A))


# -- logging out ----------------------------------------------------------------------------------------------------


def test_logging_out_while_the_phone_rings_sends_the_contact_on() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c1")
    effects = story.tell(LogOut(agent_id=A))
    assert [stop.why for stop in kinds(effects, StopRinging)] == [OfferOutcome.WITHDRAWN]
    assert rung(effects) == [("b", "c1")]
    assert kinds(effects, AgentLoggedOut)


def test_logging_out_during_a_talk_waits_unless_forced() -> None:
    story = Story(queue(wrap_up_s=10), agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    story.tell(LogOut(agent_id=A))
    assert story.agent("a").pending is Declared.LOGGED_OUT
    effects = story.tell(LogOut(agent_id=A, force=True, by=Party.SUPERVISOR), 20)
    assert [fact.talk_us for fact in kinds(effects, TalkEnded)] == [20 * SECOND]
    assert [(fact.by, fact.reason) for fact in kinds(effects, AgentLoggedOut)] == [(Party.SUPERVISOR, "forced")]
    assert story.contact("c1").place is Place.WITHOUT_AGENT
    assert not story.tell(EndTalk(contact_id=C1, agent_id=A, ended_by=Party.CALLER), 5)
    assert story.gone("c1")


def test_a_forced_log_out_ends_the_wrap_up() -> None:
    story = Story(queue(wrap_up_s=10), agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    story.end("c1")
    effects = story.tell(LogOut(agent_id=A, force=True), 3)
    assert [(fact.how, fact.took_us) for fact in kinds(effects, WrapUpEnded)] == [("logged_out", 3 * SECOND)]
    assert story.engine.next_deadline is None


# -- misses and refusals --------------------------------------------------------------------------------------------


def test_after_so_many_misses_the_agent_is_not_ready() -> None:
    story = Story(queue(misses_before_not_ready=2, ring_s=10, retry_s=5), agent("a"))
    story.ready("a")
    story.join("c1")
    story.wait(10)
    assert (story.agent("a").declared, story.agent("a").misses) == (Declared.READY, 1)
    story.wait(15)
    assert (story.agent("a").declared, story.agent("a").reason) == (Declared.NOT_READY, "no_answer")
    story.tell(DeclareReady(agent_id=A))
    assert story.agent("a").misses == 0


def test_an_answer_forgives_earlier_misses() -> None:
    story = Story(queue(misses_before_not_ready=2, ring_s=10, retry_s=5), agent("a"))
    story.ready("a")
    story.join("c1")
    story.wait(15)
    story.answer("c1")
    assert story.agent("a").misses == 0


def test_a_phone_that_refuses_is_left_alone_for_a_while() -> None:
    story = Story(agent("a"), refusal_pause_us=7 * SECOND)
    story.ready("a")
    story.join("c1")
    story.join("c2")
    refusal = RefuseOffer(offer_id=story.offer("c1"), agent_id=A, outcome=OfferOutcome.BUSY)
    assert not rung(story.tell(refusal))
    assert story.agent("a").paused_until == story.now + 7 * SECOND
    assert not rung(story.wait(6.9))
    assert rung(story.wait(0.1)) == [("a", "c1")]


def test_only_a_phone_can_refuse_and_only_while_it_rings() -> None:
    story = Story(agent("a"))
    story.ready("a")
    story.join("c1")
    offer = story.offer("c1")
    with pytest.raises(IllegalEvent, match="cannot end"):
        story.tell(RefuseOffer(offer_id=offer, agent_id=A, outcome=OfferOutcome.CALLER_LEFT))
    story.answer("c1")
    with pytest.raises(IllegalEvent, match="does not ring"):
        story.tell(AnswerOffer(offer_id=offer, agent_id=A))


# -- the phone ------------------------------------------------------------------------------------------------------


def test_a_lost_phone_takes_the_agent_out_and_back() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c1")
    effects = story.tell(LosePhone(agent_id=A))
    assert [fact.outcome for fact in kinds(effects, OfferEnded)] == [OfferOutcome.UNREACHABLE]
    assert rung(effects) == [("b", "c1")]
    assert (story.agent("a").reason, story.agent("a").pending) == ("phone_lost", Declared.READY)
    assert not story.tell(LosePhone(agent_id=A))
    story.join("c2")
    assert rung(story.tell(FindPhone(agent_id=A))) == [("a", "c2")]


def test_who_went_on_a_break_meanwhile_stays_there() -> None:
    story = Story(agent("a"))
    story.ready("a")
    story.tell(LosePhone(agent_id=A))
    story.tell(BREAK)
    story.tell(FindPhone(agent_id=A))
    assert (story.agent("a").declared, story.agent("a").reason) == (Declared.NOT_READY, "break")


def test_ready_with_a_lost_phone_is_pending() -> None:
    story = Story(agent("a"))
    story.tell(LogIn(agent_id=A))
    story.tell(LosePhone(agent_id=A))
    story.tell(DeclareReady(agent_id=A))
    assert (story.agent("a").declared, story.agent("a").pending) == (Declared.NOT_READY, Declared.READY)
    story.tell(FindPhone(agent_id=A))
    assert story.agent("a").declared is Declared.READY


# -- wrap-up and hold -----------------------------------------------------------------------------------------------


def test_wrap_up_ends_by_timer_by_hand_or_later() -> None:
    story = Story(queue(wrap_up_s=10), agent("a"))
    story.ready("a")
    for contact, event, after_s, took_s, how in (
        ("c1", None, 10, 10, "timer"),
        ("c2", EndWrapUp(agent_id=A), 4, 4, "agent"),
        ("c3", EndWrapUp(agent_id=A, by=Party.SUPERVISOR), 4, 4, "supervisor"),
    ):
        story.join(contact)
        story.answer(contact)
        story.end(contact)
        effects = story.wait(after_s) if event is None else story.tell(event, after_s)
        assert [(fact.how, fact.took_us) for fact in kinds(effects, WrapUpEnded)] == [(how, took_s * SECOND)]
    story.join("c4")
    story.answer("c4")
    story.end("c4")
    story.tell(ExtendWrapUp(agent_id=A, by_us=5 * SECOND), 8)
    assert not kinds(story.wait(6.9), WrapUpEnded)
    assert kinds(story.wait(0.1), WrapUpEnded)
    with pytest.raises(IllegalEvent, match="not in wrap-up"):
        story.tell(EndWrapUp(agent_id=A))


def test_manual_wrap_up_has_no_timer() -> None:
    story = Story(queue(wrap_up="manual"), agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    story.end("c1")
    assert story.engine.next_deadline is None
    story.tell(EndWrapUp(agent_id=A, contact_id=C1), 500)
    assert story.agent("a").activity is Activity.IDLE


def test_hold_is_kept_apart_from_talk() -> None:
    story = Story(agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    story.tell(HoldTalk(contact_id=C1, agent_id=A), 10)
    with pytest.raises(IllegalEvent):
        story.tell(HoldTalk(contact_id=C1, agent_id=A))
    story.tell(RetrieveTalk(contact_id=C1, agent_id=A), 20)
    story.tell(HoldTalk(contact_id=C1, agent_id=A), 30)
    (ended,) = kinds(story.end("c1", after_s=5), TalkEnded)
    assert (ended.talk_us, ended.hold_us) == (40 * SECOND, 25 * SECOND)


# -- slots, skills, restart -----------------------------------------------------------------------------------------


def test_with_two_slots_the_second_contact_comes_after_everybody_elses_first() -> None:
    story = Story(agent("a", slots=2), agent("b"))
    story.ready("a", "b")
    for contact in ("c1", "c2", "c3", "c4"):
        story.join(contact)
    assert [story.rung_for(contact) for contact in ("c1", "c2", "c3", "c4")] == [["a"], ["b"], ["a"], []]
    story.answer("c1")
    assert story.agent("a").activity is Activity.TALKING
    story.tell(BREAK)
    story.end("c1")
    assert (story.agent("a").activity, story.agent("a").declared) == (Activity.RESERVED, Declared.READY)
    assert not rung(story.leave("c3"))
    assert story.agent("a").declared is Declared.NOT_READY


def test_who_takes_a_break_back_is_offered_contacts_on_the_slots_left() -> None:
    story = Story(queue("q"), agent("a", slots=2))
    story.ready("a")
    story.join("one")
    story.answer("one")
    story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    story.join("two")
    assert story.contact("two").place is Place.WAITING
    assert rung(story.tell(DeclareReady(agent_id=AgentId("a")))) == [("a", "two")]


def test_new_skills_bring_what_waits_for_them_and_keep_the_idle_time() -> None:
    story = Story(queue("q", "fr"), agent("a", "en 1"), agent("b", "fr 1, en 1"))
    story.ready("a", "b")
    idle = story.agent("a").idle_since
    story.join("c1")
    story.join("c2")
    effects = story.tell(ReplaceSkills(agent_id=A, skills={SkillName("fr"): 3}), 5)
    assert [fact.skills for fact in kinds(effects, SkillsChanged)] == [{"fr": 3}]
    assert rung(effects) == [("a", "c2")]
    story.leave("c2")
    assert story.agent("a").idle_since == idle


def test_after_a_restart_talks_go_on_and_waiting_callers_have_their_place() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("a")
    effects = story.tell(RestoreTalk(contact_id=C1, agent_id=A, queue=QueueName("q"), since=START - 60 * SECOND))
    assert not kinds(effects, ContactConnected)
    assert story.agent("a").activity is Activity.TALKING
    story.join("young", joined_at=START - 10 * SECOND, returned=True)
    story.join("old", joined_at=START - 90 * SECOND, returned=True)
    assert (story.contact("old").position, story.contact("young").position) == (1, 2)
    (ended,) = kinds(story.end("c1", after_s=1), TalkEnded)
    assert ended.talk_us == story.now - START + 60 * SECOND
    assert story.rung_for("old") == ["a"]


def test_after_a_restart_a_wrap_up_goes_on_for_as_long_as_it_would_have() -> None:
    story = Story(queue(wrap_up_us=30 * SECOND), agent("a"))
    story.ready("a")
    since = START - 20 * SECOND
    story.tell(RestoreWrapUp(contact_id=C1, agent_id=A, queue=QueueName("q"), since=since))
    assert (story.agent("a").activity, story.agent("a").declared) == (Activity.WRAP_UP, Declared.READY)
    story.join("c2")
    assert story.rung_for("c2") == []
    (ended,) = kinds(story.wait(12), WrapUpEnded)
    assert (ended.took_us, ended.how) == (pytest.approx(30 * SECOND, abs=3 * SECOND), "timer")
    assert story.rung_for("c2") == ["a"]


@pytest.mark.parametrize("until_s", [50, None])
def test_after_a_restart_a_wrap_up_that_was_made_longer_keeps_its_new_end(until_s: int | None) -> None:
    story = Story(queue(wrap_up_us=30 * SECOND), agent("a"))
    story.ready("a")
    until = None if until_s is None else START + until_s * SECOND
    since = START - 60 * SECOND
    told = story.tell(
        RestoreWrapUp(contact_id=C1, agent_id=A, queue=QueueName("q"), since=since, extended=True, until=until)
    )
    assert not kinds(told, WrapUpEnded)
    (work,) = story.agent("a").works
    assert (work.activity, work.until) == (Activity.WRAP_UP, until)
    ended = kinds(story.wait(60), WrapUpEnded)
    assert [fact.how for fact in ended] == ([] if until is None else ["timer"])


def test_of_several_wrap_ups_the_one_that_is_meant_is_made_longer() -> None:
    story = Story(queue(wrap_up_us=10 * SECOND), agent("a", slots=2))
    story.ready("a")
    for contact in ("c1", "c2"):
        story.join(contact)
        story.answer(contact)
    for contact in ("c1", "c2"):
        (ended,) = kinds(story.end(contact, after_s=1), TalkEnded)
        assert ended.wrap_up_follows
    (told,) = kinds(story.tell(ExtendWrapUp(agent_id=A, by_us=60 * SECOND, contact_id=ContactId("c2"))), WrapUpExtended)
    assert (told.contact_id, told.until) == ("c2", story.agent("a").works[1].until)
    (ended,) = kinds(story.wait(12), WrapUpEnded)
    assert ended.contact_id == "c1"


def test_after_a_restart_a_wrap_up_whose_time_has_passed_ends() -> None:
    story = Story(queue(wrap_up_us=30 * SECOND), agent("a"))
    story.ready("a")
    told = story.tell(RestoreWrapUp(contact_id=C1, agent_id=A, queue=QueueName("q"), since=START - 60 * SECOND))
    (ended,) = kinds(told, WrapUpEnded)
    assert ended.took_us >= 60 * SECOND
    assert story.agent("a").activity is Activity.IDLE


def test_a_wrap_up_cannot_be_restored_where_there_is_no_room_for_it() -> None:
    story = Story(agent("a"))
    story.ready("a")
    with pytest.raises(IllegalEvent, match="future"):
        story.tell(RestoreWrapUp(contact_id=C1, agent_id=A, queue=None, since=START + 60 * SECOND))
    story.tell(RestoreTalk(contact_id=C1, agent_id=A, queue=QueueName("q"), since=START))
    with pytest.raises(IllegalEvent, match="no slot left"):
        story.tell(RestoreWrapUp(contact_id=ContactId("c9"), agent_id=A, queue=None, since=START))


def test_a_contact_that_comes_back_counts_its_queues() -> None:
    story = Story(agent("a"))
    story.ready("a")
    story.join("c1")
    story.answer("c1")
    story.end("c1", contact_ended=False)
    story.join("c1")
    assert story.contact("c1").entered == 2
