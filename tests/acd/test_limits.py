"""Who may enter a queue, who may wait on, and where the others go; opening hours and emergencies."""

import pytest

from acd.effects import Effect, SendContact
from acd.errors import IllegalEvent
from acd.events import CloseQueue, DeclareNotReady, LogOut, OpenQueue, ReplaceSkills
from acd.policy import Exit, Limit, ReserveRule
from facts.ids import AgentId, QueueName, ReasonCode, SkillName
from facts.journal import ContactLeftQueue, ContactQueued, QueueClosed, QueueOpened
from facts.states import LeftQueue
from facts.time import SECOND
from tests.acd.stories import START, Story, agent, kinds, queue, rung

NIGHT = Exit(to_kind="flow", to="night")


def limit(what: str, value: float = 0, then: Exit = NIGHT) -> Limit:
    return Limit(what=what, value=round(value * (1 if what == "waiting" else SECOND)), then=then)  # type: ignore[arg-type]


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
