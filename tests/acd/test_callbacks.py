"""Callback with the place kept: the contact leaves the line, not the queue."""

from typing import Any

import msgspec
import pytest

from acd.contact_state import Place
from acd.effects import DialCustomer, Effect, SendContact, StopRinging
from acd.errors import IllegalEvent
from acd.events import (
    CallbackAnswered,
    CallbackFailed,
    EndTalk,
    FindPhone,
    LogOut,
    LosePhone,
    RefuseOffer,
    ReplacePolicy,
    RequestCallback,
)
from acd.policy import CallbackRules, Exit, Limit, Policy
from facts.ids import AgentId, ContactId
from facts.journal import (
    CallbackAttempted,
    CallbackEnded,
    CallbackRequested,
    ContactAbandoned,
    ContactConnected,
    ContactLeftQueue,
    TalkEnded,
)
from facts.states import Activity, LeftQueue, OfferOutcome, Party
from facts.time import SECOND
from tests.acd.stories import START, Story, agent, kinds, queue, rung

RULES = CallbackRules(attempts=2, retry_us=60 * SECOND, expires_us=1000 * SECOND)
C1, A = ContactId("c1"), AgentId("a")


def asked(story: Story, contact: str = "c1", **more: Any) -> list[Effect]:
    return story.tell(RequestCallback(contact_id=ContactId(contact), number="5551234", **more))


def centre(**rules: Any) -> Story:
    return Story(
        queue(callbacks=CallbackRules(**{**{f: getattr(RULES, f) for f in RULES.__struct_fields__}, **rules})),
        agent("a"),
    )


def test_the_place_is_kept_nobody_is_overtaken_and_the_wait_is_counted_once() -> None:
    story = centre()
    story.join("c1")
    story.join("c2", after_s=5)
    (requested,) = kinds(asked(story), CallbackRequested)
    assert (requested.channel, requested.number) == ("callback", "5551234")
    assert not story.leave("c1"), "the line is gone, the contact is not"
    assert (story.contact("c1").position, story.contact("c1").joined_at, story.contact("c1").callback) == (
        1,
        START,
        True,
    )
    story.ready("a", after_s=20)
    assert story.rung_for("c1") == ["a"]
    effects = story.answer("c1", after_s=5)
    assert [dial.contact_id for dial in kinds(effects, DialCustomer)] == ["c1"]
    assert not kinds(effects, ContactConnected)
    assert story.contact("c1").place is Place.DIALLING
    assert story.agent("a").activity is Activity.TALKING
    effects = story.tell(CallbackAnswered(contact_id=C1, agent_id=A), 10)
    (connected,) = kinds(effects, ContactConnected)
    assert (connected.waited_us, connected.channel) == (40 * SECOND, "callback")
    assert [fact.outcome for fact in kinds(effects, CallbackEnded)] == ["connected"]
    (talked,) = kinds(story.end("c1", after_s=100), TalkEnded)
    assert talked.talk_us == 100 * SECOND


def test_a_customer_who_is_not_there_is_tried_again_at_the_same_place() -> None:
    story = centre()
    story.join("c1")
    asked(story)
    story.join("c2", after_s=1)
    story.ready("a")
    story.answer("c1")
    effects = story.tell(CallbackFailed(contact_id=C1, agent_id=A, outcome="busy"), 20)
    assert [(fact.attempt, fact.outcome) for fact in kinds(effects, CallbackAttempted)] == [(1, "busy")]
    assert rung(effects) == [("a", "c2")]
    assert (story.contact("c1").place, story.contact("c1").position) == (Place.SCHEDULED, 1)
    story.answer("c2")
    story.wait(60)
    assert story.contact("c1").place is Place.WAITING
    assert rung(story.end("c2")) == [("a", "c1")]
    story.answer("c1")
    effects = story.tell(CallbackFailed(contact_id=C1, agent_id=A))
    assert [(fact.outcome, fact.attempts) for fact in kinds(effects, CallbackEnded)] == [("exhausted", 2)]
    assert [fact.outcome for fact in kinds(effects, ContactLeftQueue)] == [LeftQueue.CALLBACK_EXPIRED]
    assert not kinds(story.said, ContactAbandoned)


def test_an_agent_who_does_not_take_it_is_no_attempt() -> None:
    story = centre()
    story.join("c1")
    asked(story)
    story.ready("a")
    story.tell(RefuseOffer(offer_id=story.offer("c1"), agent_id=A, outcome=OfferOutcome.REJECTED))
    assert story.contact("c1").place is Place.WAITING
    story.wait(10)
    story.answer("c1")
    effects = story.tell(EndTalk(contact_id=C1, agent_id=A, ended_by=Party.AGENT))
    assert [fact.outcome for fact in kinds(effects, CallbackAttempted)] == ["agent_missing"]
    assert rung(effects) == [("a", "c1")]


def test_not_before_and_hours_and_expiry() -> None:
    hours = ((START + 100 * SECOND, START + 200 * SECOND), (START + 500 * SECOND, START + 900 * SECOND))
    story = centre(hours=hours)
    story.ready("a", after_s=0)
    story.join("busy")
    story.answer("busy")
    story.join("c1")
    asked(story)
    assert story.contact("c1").callback_due == START + 100 * SECOND
    story.wait(100)
    assert story.contact("c1").place is Place.WAITING
    story.wait(100)
    assert story.contact("c1").callback_due == START + 500 * SECOND
    story.wait(300)
    assert story.contact("c1").place is Place.WAITING
    effects = story.wait(500)
    assert [fact.outcome for fact in kinds(effects, CallbackEnded)] == ["expired"]
    story.join("c2")
    with pytest.raises(IllegalEvent, match="within the hours"):
        asked(story, "c2")


def test_nobody_is_rung_after_the_hours_because_an_agents_phone_rang_before() -> None:
    hours = ((START, START + 100 * SECOND), (START + 500 * SECOND, START + 900 * SECOND))
    story = Story(queue(callbacks=msgspec.structs.replace(RULES, hours=hours)), agent("a"), agent("b"))
    story.join("c1")
    asked(story)
    story.wait(90)
    story.ready("a", "b")
    assert story.rung_for("c1") == ["a"]
    effects = story.wait(10)
    assert [stop.why for stop in kinds(effects, StopRinging)] == [OfferOutcome.WITHDRAWN]
    assert story.contact("c1").callback_due == START + 500 * SECOND
    assert story.contact("c1").position == 1
    assert rung(story.join("c2")) == [("a", "c2")], "nobody is blamed, and the longest idle is so still"


@pytest.mark.parametrize("ends_at", [50, 120])
def test_new_hours_hold_for_a_callback_for_which_a_phone_rings(ends_at: int) -> None:
    story = Story(queue(callbacks=RULES, ring_s=300), agent("a"))
    story.ready("a")
    story.join("c1")
    asked(story)
    hours = ((START, START + ends_at * SECOND), (START + 500 * SECOND, START + 900 * SECOND))
    rules = queue(callbacks=msgspec.structs.replace(RULES, hours=hours), ring_s=300)
    story.tell(ReplacePolicy(policy=Policy(queues=(rules,), agents=(agent("a"),))), 60)
    story.wait(max(0, ends_at - 62))
    assert (story.contact("c1").place is Place.SCHEDULED) is (ends_at == 50)
    story.wait(1)
    assert story.contact("c1").callback_due == START + 500 * SECOND


def test_who_is_dialled_at_the_end_of_the_callback_may_still_answer() -> None:
    story = Story(queue(callbacks=RULES), agent("a"))
    story.join("c1")
    asked(story)
    story.wait(999)
    story.ready("a", after_s=0)
    story.answer("c1")
    why = story.engine.explain_contact(C1, story.now)
    assert why is not None
    assert why.changes == ()
    story.wait(20)
    assert kinds(story.tell(CallbackAnswered(contact_id=C1, agent_id=A)), ContactConnected)


def test_a_phone_that_rings_stops_when_the_customer_asks_for_later() -> None:
    story = centre()
    story.ready("a")
    story.join("c1")
    effects = asked(story, not_before=story.now + 30 * SECOND)
    assert [stop.why for stop in kinds(effects, StopRinging)] == [OfferOutcome.WITHDRAWN]
    assert story.agent("a").misses == 0
    assert rung(story.wait(30)) == [("a", "c1")]


def test_a_callback_can_be_cancelled() -> None:
    story = centre()
    story.join("c1")
    asked(story)
    effects = story.leave("c1", LeftQueue.WITHDRAWN)
    assert [fact.outcome for fact in kinds(effects, CallbackEnded)] == ["cancelled"]
    assert story.gone("c1")
    assert story.engine.next_deadline is None or story.engine.next_deadline > story.now


@pytest.mark.parametrize("what", ["none_logged_in", "none_ready", "wait"])
def test_limits_are_about_lines_and_leave_a_callback_its_place(what: Any) -> None:
    """At the end of the day nobody is left; who was promised a call is rung the next morning."""
    night = Limit(what=what, value=30 * SECOND, then=Exit(to_kind="flow", to="night"))
    story = Story(queue(limits=(night,), callbacks=RULES), agent("a"))
    story.ready("a")
    story.join("talks")
    story.answer("talks")
    story.join("c1")
    asked(story)
    story.end("talks", after_s=40)
    story.answer("c1")
    effects = story.tell(LosePhone(agent_id=A))
    assert not kinds(effects, ContactLeftQueue, SendContact)
    effects = story.tell(LogOut(agent_id=A, force=True))
    assert [fact.outcome for fact in kinds(effects, CallbackAttempted)] == ["agent_missing"]
    assert not kinds(effects, ContactLeftQueue, SendContact)
    assert story.contact("c1").place is Place.WAITING
    story.tell(FindPhone(agent_id=A))
    story.ready("a", after_s=60)
    assert story.rung_for("c1") == ["a"]


def test_who_may_take_a_callback_is_who_lacks_nothing_free_or_not() -> None:
    story = Story(
        queue(requires="english>=3", callbacks=RULES, preferred_wait_s=60),
        agent("a", "english 5"), agent("b", "english 3"), agent("c", "english 2"), agent("d", "english 4"),
    )  # fmt: skip
    story.ready("a", "b")
    for other in ("o1", "o2"):
        story.join(other)
        story.answer(other)
    story.join("c1")
    asked(story)

    def who(contact: str = "c1") -> str:
        return "".join(name for name in "abcd" if story.engine.may_take(AgentId(name), ContactId(contact)))

    assert who() == "abd", "on another call or signed out, but able"
    assert who("nobody") == ""
    assert story.engine.may_take(AgentId("nobody"), C1) is False
    story.join("c2", preferred_agent=A)
    asked(story, "c2")
    assert who("c2") == "a", "it waits for the one whom it prefers"
    story.wait(61)
    assert who("c2") == "abd"
