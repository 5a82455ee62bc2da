"""Who may enter a queue, who may wait on, and where the others go; opening hours and emergencies."""

from typing import Any, Literal

import msgspec
import pytest

from acd.effects import Effect, SendContact
from acd.errors import IllegalEvent
from acd.events import (
    CloseQueue,
    DeclareNotReady,
    LogOut,
    OpenQueue,
    RefuseOffer,
    ReplacePolicy,
    ReplaceSkills,
    RequestCallback,
)
from acd.policy import Exit, Limit, LimitHolds, Policy, QueuePolicy, ReserveRule
from facts.ids import AgentId, ContactId, QueueName, ReasonCode, SkillName
from facts.journal import ContactLeftQueue, ContactQueued, QueueClosed, QueueOpened
from facts.states import LeftQueue, OfferOutcome
from facts.time import SECOND
from tests.acd.stories import START, Story, agent, kinds, queue, rung

NIGHT = Exit(to_kind="flow", to="night")


def limit(what: str, value: float = 0, then: Exit = NIGHT, holds: LimitHolds | None = None) -> Limit:
    value = round(value * (1 if what == "waiting" else SECOND))
    return Limit(what=what, value=value, then=then, holds=holds)  # type: ignore[arg-type]


def left(effects: list[Effect]) -> list[tuple[str, str, str]]:
    return [(fact.contact_id, fact.outcome.value, fact.to) for fact in kinds(effects, ContactLeftQueue)]


def test_a_full_queue_sends_on_and_counts_as_offered_and_left() -> None:
    story = Story(queue(limits=(limit("waiting", 2),)))
    story.join("one")
    story.join("two")
    effects = story.join("three")
    assert kinds(effects, ContactQueued)
    assert left(effects) == [("three", "full", "flow:night")]
    (sent,) = kinds(effects, SendContact)
    assert (sent.to_kind, sent.to, sent.why) == ("flow", "night", "full")
    assert story.gone("three")
    story.leave("one")
    assert not left(story.join("four"))


def test_the_longest_wait_at_entry() -> None:
    story = Story(queue(limits=(limit("longest_wait", 60),)))
    story.join("one")
    assert not left(story.join("two", after_s=59))
    assert left(story.join("three", after_s=1)) == [("three", "full", "flow:night")]


def test_a_wait_ends_at_its_limit_counted_from_the_join_time() -> None:
    story = Story(queue(limits=(limit("wait", 60, Exit(to_kind="voicemail")),)))
    story.join("one", joined_at=START - 30 * SECOND)
    story.join("late", joined_at=START - 90 * SECOND)
    assert story.gone("late")
    assert not left(story.wait(29.999999))
    assert left(story.wait(0.000001)) == [("one", "timed_out", "voicemail")]


def test_a_ringing_contact_that_times_out_blames_nobody() -> None:
    story = Story(queue(limits=(limit("wait", 10),)), agent("a"))
    story.ready("a")
    story.join("one")
    assert left(story.wait(10)) == [("one", "timed_out", "flow:night")]
    assert story.agent("a").misses == 0
    assert rung(story.join("two")) == [("a", "two")]


def test_nobody_logged_in_and_nobody_ready() -> None:
    story = Story(
        queue("q", "en", limits=(limit("none_logged_in"),)),
        queue("r", "en", limits=(limit("none_ready"),)),
        agent("a", "en 5"),
        agent("b", "fr 5"),
    )
    story.ready("b")
    assert left(story.join("one")) == [("one", "no_agents", "flow:night")]
    story.ready("a")
    story.join("talk")
    story.answer("talk")
    story.join("two")
    story.join("three", into="r")
    effects = story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    assert not left(effects), "pending: at work still"
    effects = story.end("talk")
    assert left(effects) == [("three", "no_agents", "flow:night")]
    assert left(story.tell(LogOut(agent_id=AgentId("a")))) == [("two", "no_agents", "flow:night")]


def test_the_expected_wait_at_entry() -> None:
    story = Story(queue(limits=(limit("expected_wait", 400),)), agent("a"))
    story.ready("a")
    story.join("talk")
    story.answer("talk")
    story.join("one")  # 180 s
    story.join("two")  # 360 s
    assert left(story.join("three")) == [("three", "full", "flow:night")]


def test_who_comes_while_a_helper_is_free_is_expected_to_wait_for_nothing() -> None:
    rule = ReserveRule(group="back", wait_us=20 * SECOND)
    helpers = [agent(name, reserve=("back",)) for name in ("b1", "b2")]
    story = Story(queue(reserve=(rule,), limits=(limit("expected_wait", 185),)), agent("a"), *helpers)
    story.ready("a", "b1", "b2")
    story.join("talk")
    story.answer("talk")
    story.join("odd1", needs="vip")
    story.wait(20)
    story.join("odd2", needs="vip")
    story.join("odd3", needs="vip")
    assert left(story.join("odd4", needs="vip")) == [("odd4", "full", "flow:night")], "four times 60 s"
    assert rung(story.join("next")) == [("b1", "next")]


def test_overflow_keeps_the_join_time_and_so_the_place() -> None:
    to_second = Exit(to_kind="queue", to="second")
    story = Story(
        queue("q", "en", limits=(limit("wait", 30, to_second),)),
        queue("second", "fr", priority=0),
        agent("a", "fr 5"),
    )
    story.join("mover", needs="vip")
    story.join("stayer", into="second", after_s=10)
    effects = story.wait(20)
    assert left(effects) == [("mover", "overflowed", "queue:second")]
    (queued,) = kinds(effects, ContactQueued)
    assert (queued.queue, queued.joined_at, queued.entered, queued.position) == ("second", START, 2, 1)
    assert queued.requirement == "fr>=1 & vip>=1"
    assert story.contact("stayer").position == 2


def test_overflow_frees_the_phone_that_rang() -> None:
    story = Story(
        queue("q", "en", limits=(limit("wait", 5, Exit(to_kind="queue", to="second")),)),
        queue("second", "fr"),
        agent("a", "en 5"),
    )
    story.ready("a")
    story.join("one")
    story.wait(5)
    assert story.agent("a").contacts == ()
    assert story.contact("one").queue == "second"


def test_a_contact_does_not_go_round_in_circles() -> None:
    story = Story(
        queue("q", "en", limits=(limit("wait", 5, Exit(to_kind="queue", to="second")),)),
        queue("second", "fr", limits=(limit("wait", 5, Exit(to_kind="queue", to="q")),)),
    )
    story.join("one")
    story.wait(5)
    assert story.contact("one").queue == "second"
    story.wait(100)
    assert story.contact("one").queue == "second"


OPEN = ((START - 100 * SECOND, START + 60 * SECOND), (START + 120 * SECOND, START + 180 * SECOND))


@pytest.mark.parametrize(("closing", "stays"), [("serve", True), ("send_away", False)])
def test_a_queue_closes_and_opens_by_its_hours(closing: str, stays: bool) -> None:
    story = Story(queue(open=OPEN, closing=closing, when_closed=NIGHT))
    story.join("one", after_s=30)
    assert not kinds(story.wait(29.9), QueueClosed)
    effects = story.wait(0.1)
    assert [fact.why for fact in kinds(effects, QueueClosed)] == ["hours"]
    assert story.gone("one") is not stays
    assert left(story.join("two")) == [("two", "closed", "flow:night")]
    assert kinds(story.wait(60), QueueOpened)
    assert not left(story.join("three"))


def test_hours_before_the_first_event_tell_nothing() -> None:
    story = Story(queue(open=((START - 200 * SECOND, START - 100 * SECOND), OPEN[1])))
    assert not story.said
    assert story.engine.next_deadline == OPEN[1][0]


def test_an_emergency_closes_at_once_and_leaves_the_phone_that_rings() -> None:
    story = Story(queue(when_closed=NIGHT), agent("a"))
    story.ready("a")
    story.join("rings")
    story.join("waits")
    effects = story.tell(CloseQueue(queue=QueueName("q"), by="chief"))
    assert [(fact.why, fact.by) for fact in kinds(effects, QueueClosed)] == [("by_hand", "chief")]
    assert left(effects) == [("waits", "closed", "flow:night")]
    assert left(story.join("new")) == [("new", "closed", "flow:night")]
    story.answer("rings")
    with pytest.raises(IllegalEvent, match="already"):
        story.tell(CloseQueue(queue=QueueName("q")))
    assert kinds(story.tell(OpenQueue(queue=QueueName("q"))), QueueOpened)
    assert not left(story.join("after"))


def test_an_emergency_sends_away_also_those_for_whom_it_rang_in_vain() -> None:
    story = Story(queue(when_closed=NIGHT), agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("one")
    story.join("two")
    story.tell(CloseQueue(queue=QueueName("q")))
    effects = story.tell(
        RefuseOffer(offer_id=story.offer("one"), agent_id=AgentId("a"), outcome=OfferOutcome.UNREACHABLE), 5
    )
    assert left(effects) == [("one", "closed", "flow:night")]
    assert left(story.wait(20)) == [("two", "closed", "flow:night")]


def test_who_can_go_nowhere_from_a_closed_queue_is_held_to_its_limits() -> None:
    closed = queue("q", open=(), when_closed=Exit(to_kind="queue", to="gone"), limits=(limit("none_ready"),))
    assert left(Story(closed).join("c")) == [("c", "no_agents", "flow:night")]


def test_who_can_go_nowhere_from_a_closed_queue_is_offered_on() -> None:
    story = Story(queue(when_closed=Exit(to_kind="queue", to="gone")), agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c")
    story.tell(CloseQueue(queue=QueueName("q")))
    assert rung(story.wait(20)) == [("b", "c")]


@pytest.mark.parametrize(("closing", "goes"), [("send_away", [("c", "closed", "flow:night")]), ("serve", [])])
def test_new_hours_close_and_open_a_queue_at_once(closing: Literal["send_away", "serve"], goes: list[Any]) -> None:
    hours = ((START, START + 500 * SECOND), (START + 1000 * SECOND, START + 2000 * SECOND))
    story = Story(queue(closing=closing, when_closed=NIGHT, open=hours), agent("a"))
    story.join("c")
    story.wait(100)
    shorter = queue(closing=closing, when_closed=NIGHT, open=hours[1:])
    effects = story.tell(ReplacePolicy(policy=Policy(queues=(shorter,), agents=(agent("a"),))))
    assert [fact.why for fact in kinds(effects, QueueClosed)] == ["hours"]
    assert left(effects) == goes
    effects = story.tell(ReplacePolicy(policy=Policy(queues=(queue(),), agents=(agent("a"),))), 100)
    assert [fact.why for fact in kinds(effects, QueueOpened)] == ["hours"]


def test_to_another_queue_when_closed() -> None:
    story = Story(queue("q", open=(), when_closed=Exit(to_kind="queue", to="second")), queue("second"), agent("a"))
    story.ready("a")
    assert rung(story.join("one")) == [("a", "one")]
    assert story.contact("one").queue == "second"
    assert LeftQueue.OVERFLOWED.value in {fact.outcome.value for fact in kinds(story.said, ContactLeftQueue)}


def test_a_limit_of_staff_holds_for_who_waits_when_the_last_agent_unlearns() -> None:
    story = Story(queue("q", "en", limits=(limit("none_logged_in"),)), agent("a", "en 5"))
    story.ready("a")
    story.join("talks")
    story.answer("talks")
    story.join("waits")
    effects = story.tell(ReplaceSkills(agent_id=AgentId("a"), skills={SkillName("fr"): 9}))
    assert left(effects) == [("waits", "no_agents", "flow:night")]


def test_a_limit_of_staff_takes_no_contact_that_rings_and_looks_at_it_again_when_it_does_not() -> None:
    story = Story(queue("q", "en", limits=(limit("none_logged_in"),)), agent("a", "en 5"))
    story.ready("a")
    story.join("rings")
    french = {SkillName("fr"): 9}
    assert left(story.tell(ReplaceSkills(agent_id=AgentId("a"), skills=french))) == []
    assert story.rung_for("rings") == ["a"]
    assert left(story.wait(20)) == [("rings", "no_agents", "flow:night")]


def test_a_limit_of_staff_holds_when_the_group_that_helped_goes() -> None:
    rule = ReserveRule(group="back", wait_us=20 * SECOND)
    reserve = [agent(name, reserve=("back",)) for name in ("b1", "b2")]
    story = Story(queue(reserve=(rule,), limits=(limit("none_ready"),)), agent("a"), *reserve)
    story.ready("a")
    story.join("talks")
    story.answer("talks")
    story.ready("b1")
    story.join("first")
    story.join("second", after_s=15)
    story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    story.wait(5)
    assert story.rung_for("first") == ["b1"]
    story.end("talks")
    assert left(story.answer("first")) == [("second", "no_agents", "flow:night")]


# -- limits that hold while waiting ---------------------------------------------------------------------------------


def by(story: Story, *rules: QueuePolicy) -> list[Effect]:
    """What comes of other rules for the same agents."""
    policy = msgspec.structs.replace(story.engine.policy, queues=rules)
    return story.tell(ReplacePolicy(policy=policy))


def test_a_smaller_queue_sends_the_newest_away() -> None:
    story = Story(queue(limits=(limit("waiting", 9),)))
    for name in ("one", "two", "three", "four"):
        story.join(name, after_s=1)
    story.join("oldest", joined_at=START - SECOND)
    assert not left(by(story, queue(limits=(limit("waiting", 2),)))), "at entry only, as nothing else is said"
    effects = by(story, queue(limits=(limit("waiting", 2, holds="while_waiting"),)))
    assert left(effects) == [(name, "full", "flow:night") for name in ("four", "three", "two")]
    assert [sent.contact_id for sent in kinds(effects, SendContact)] == ["four", "three", "two"]
    assert not story.gone("one")


def test_overflow_into_a_full_queue_turns_its_newest_away_and_not_who_waits_longer() -> None:
    to_second = Exit(to_kind="queue", to="second")
    story = Story(
        queue("q", limits=(limit("wait", 30, to_second),)),
        queue("second", limits=(limit("waiting", 1, holds="while_waiting"),)),
    )
    story.join("mover")
    story.join("newest", into="second", after_s=10)
    effects = story.wait(20)
    assert left(effects) == [("mover", "overflowed", "queue:second"), ("newest", "full", "flow:night")]
    assert (story.contact("mover").queue, story.contact("mover").joined_at) == ("second", START)


def test_a_full_line_leaves_the_phone_that_rings_and_judges_again_when_it_stops() -> None:
    story = Story(queue(limits=(limit("waiting", 1, holds="while_waiting"),)), agent("a"))
    story.join("one", needs="klingon")
    story.ready("a")
    assert rung(story.join("two")) == [("a", "two")], "an agent is there: nobody needs to wait"
    refused = RefuseOffer(offer_id=story.offer("two"), agent_id=AgentId("a"), outcome=OfferOutcome.BUSY)
    assert left(story.tell(refused)) == [("two", "full", "flow:night")]


def test_callbacks_count_in_a_full_line_but_stay() -> None:
    story = Story(queue())
    for name in ("one", "two", "three"):
        story.join(name, after_s=1)
    story.tell(RequestCallback(contact_id=ContactId("two"), number="1"))
    effects = by(story, queue(limits=(limit("waiting", 1, holds="both"),)))
    assert left(effects) == [("three", "full", "flow:night")]


def test_the_longest_wait_while_waiting_is_that_of_each() -> None:
    story = Story(queue(limits=(limit("longest_wait", 60, holds="while_waiting"),)))
    story.join("one")
    story.join("two", after_s=30)
    assert not left(story.wait(29.9))
    assert left(story.wait(0.1)) == [("one", "full", "flow:night")]
    assert left(story.join("late", joined_at=START)) == [("late", "full", "flow:night")]
    assert left(story.wait(30)) == [("two", "full", "flow:night")]


def test_a_wait_judged_at_entry_alone_lets_those_inside_wait_on() -> None:
    story = Story(queue(limits=(limit("wait", 60, holds="at_entry"),)))
    assert left(story.join("late", joined_at=START - 60 * SECOND)) == [("late", "timed_out", "flow:night")]
    story.join("one")
    assert not left(story.wait(1000))


def expecting(holds: LimitHolds, *more: str) -> Story:
    """Two agents talk, two callers wait: 90 and 180 seconds are expected; 200 are the limit."""
    story = Story(queue(limits=(limit("expected_wait", 200, holds=holds),)), agent("a"), agent("b"))
    story.ready("a", "b")
    for name in ("t1", "t2"):
        story.join(name)
        story.answer(name)
    for name in ("one", "two", *more):
        story.join(name)
    return story


def test_the_expected_wait_is_judged_anew_when_an_agent_stops() -> None:
    story = expecting("both")
    effects = story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    assert left(effects) == [("two", "full", "flow:night")], "the agent talks still, but takes nobody afterwards"
    assert not story.gone("one")
    assert not left(story.tell(LogOut(agent_id=AgentId("b"), force=True))), "nothing is known where nobody is ready"


def test_the_expected_wait_is_judged_every_fifteen_seconds_of_each_wait() -> None:
    story = expecting("while_waiting", "three")
    assert not left(story.wait(14.9))
    assert left(story.wait(0.1)) == [("three", "full", "flow:night")]
    story.join("vip", priority=5, after_s=1)
    assert not left(story.wait(13.9))
    assert left(story.wait(0.1)) == [("two", "full", "flow:night")], "somebody was put before it"


def test_the_expected_wait_at_entry_alone_is_not_judged_again() -> None:
    story = expecting("at_entry")
    story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    assert not left([*story.end("t1"), *story.wait(100)])


def test_a_callback_is_not_sent_away_for_what_is_to_be_expected() -> None:
    story = expecting("both")
    story.tell(RequestCallback(contact_id=ContactId("two"), number="1"))
    story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    assert not left([*story.end("t1"), *story.wait(100)])


def test_new_rules_judge_the_expected_wait_of_those_who_wait() -> None:
    story = expecting("both")
    stricter = queue(limits=(limit("expected_wait", 100, holds="both"),))
    assert left(by(story, stricter)) == [("two", "full", "flow:night")]
