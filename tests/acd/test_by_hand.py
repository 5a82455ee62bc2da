"""Calls of agents' own, consultations, and what supervisors do with who waits."""

import pytest

from acd.contact_state import Place
from acd.errors import IllegalEvent
from acd.events import (
    ChangePriority,
    CloseQueue,
    EndTalk,
    EndWrapUp,
    LogOut,
    MoveContact,
    RestoreTalk,
    RestoreWrapUp,
    StartDialling,
    StartTalk,
)
from acd.policy import WrapUpRules
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import (
    ContactConnected,
    ContactLeftQueue,
    ContactPriorityChanged,
    ContactQueued,
    OfferEnded,
    TalkEnded,
    WrapUpEnded,
)
from facts.states import Activity, Declared, Party
from facts.time import SECOND
from tests.acd.stories import Story, agent, kinds, queue, rung

ANN, BOB, C = AgentId("ann"), AgentId("bob"), ContactId("c")


def dial(story: Story) -> None:
    story.tell(StartDialling(contact_id=C, agent_id=ANN))


def test_who_dials_is_offered_nothing_and_talks_only_when_the_customer_is_there() -> None:
    story = Story(queue(), agent("ann"))
    story.ready("ann")
    dial(story)
    assert (story.agent("ann").activity, story.contact("c").place) == (Activity.TALKING, Place.DIALLING)
    assert rung(story.join("w")) == []
    (connected,) = kinds(story.tell(StartTalk(contact_id=C, agent_id=ANN), 8), ContactConnected)
    assert (connected.direction, connected.waited_us) == ("outbound", 0)
    (ended,) = kinds(story.end("c", 30), TalkEnded)
    assert ended.talk_us == 30 * SECOND
    assert story.rung_for("w") == ["ann"]


OWN = WrapUpRules(wrap_up_us=40 * SECOND)


def own_call(story: Story) -> None:
    """Ann has dialled and talked for half a minute; who was called hangs up."""
    dial(story)
    story.tell(StartTalk(contact_id=C, agent_id=ANN), 8)
    (ended,) = kinds(story.end("c", 30), TalkEnded)
    assert ended.wrap_up_follows is True


def test_an_own_call_has_the_wrap_up_that_own_calls_have() -> None:
    story = Story(queue(), agent("ann"), own_calls=OWN)
    story.ready("ann")
    own_call(story)
    assert story.agent("ann").activity is Activity.WRAP_UP
    assert rung(story.join("w")) == []
    assert rung(story.wait(39)) == []
    (over,) = kinds(story.wait(1), WrapUpEnded)
    assert (over.how, over.took_us, over.queue) == ("timer", 40 * SECOND, None)
    assert story.rung_for("w") == ["ann"]


def test_the_wrap_up_of_an_own_call_may_be_until_the_agent_ends_it_also_over_a_restart() -> None:
    manual = WrapUpRules(wrap_up="manual")
    story = Story(queue(), agent("ann"), own_calls=manual)
    story.ready("ann")
    own_call(story)
    story.wait(10_000)
    assert story.agent("ann").activity is Activity.WRAP_UP
    story.tell(EndWrapUp(agent_id=ANN, contact_id=C))
    assert story.agent("ann").activity is Activity.IDLE

    again = Story(queue(), agent("ann"), own_calls=OWN)
    again.ready("ann")
    again.wait(20)
    again.tell(RestoreWrapUp(contact_id=C, agent_id=ANN, queue=None, since=again.now - 10 * SECOND))
    assert kinds(again.wait(29), WrapUpEnded) == []
    assert kinds(again.wait(1), WrapUpEnded) != []


def test_who_is_called_by_a_queue_has_the_queues_wrap_up_and_who_only_asks_has_none() -> None:
    story = Story(queue(), agent("ann"), own_calls=OWN)
    story.ready("ann")
    story.tell(StartDialling(contact_id=C, agent_id=ANN, queue=QueueName("q")))
    story.tell(StartTalk(contact_id=C, agent_id=ANN), 8)
    story.end("c", 30)
    assert story.agent("ann").activity is Activity.IDLE
    dial(story)
    story.tell(StartTalk(contact_id=C, agent_id=ANN), 8)
    story.end("c", 30, wrap_up=False)
    assert story.agent("ann").activity is Activity.IDLE


def test_a_call_that_is_given_up_was_no_talk_and_needs_no_wrap_up() -> None:
    story = Story(queue(wrap_up_s=20), agent("ann"))
    story.ready("ann")
    story.tell(StartDialling(contact_id=C, agent_id=ANN, queue=QueueName("q")))
    said = story.tell(EndTalk(contact_id=C, agent_id=ANN, ended_by=Party.AGENT), 5)
    assert kinds(said, TalkEnded) == []
    assert story.gone("c")
    assert story.agent("ann").activity is Activity.IDLE


def test_dialling_stops_what_rings_and_nobody_is_blamed() -> None:
    story = Story(queue(), agent("ann"), agent("bob"))
    story.ready("ann")
    story.join("w")
    said = story.tell(StartDialling(contact_id=C, agent_id=ANN))
    assert [end.outcome for end in kinds(said, OfferEnded)] == ["busy"]
    assert story.agent("ann").declared is Declared.READY


def test_who_is_forced_out_while_dialling_leaves_nothing_behind() -> None:
    story = Story(queue(), agent("ann"))
    story.ready("ann")
    dial(story)
    story.tell(LogOut(agent_id=ANN, force=True))
    assert story.gone("c")
    assert story.agent("ann").works == ()


@pytest.mark.parametrize("event", [StartDialling(contact_id=C, agent_id=BOB), StartTalk(contact_id=C, agent_id=BOB)])
def test_another_agent_cannot_take_a_call_that_is_being_dialled(event: StartDialling | StartTalk) -> None:
    story = Story(queue(), agent("ann"), agent("bob"))
    story.ready("ann", "bob")
    dial(story)
    with pytest.raises(IllegalEvent, match="dialling already"):
        story.tell(event)


def test_who_was_only_asked_has_no_wrap_up_and_the_other_talks_on() -> None:
    story = Story(queue(wrap_up_s=20), agent("ann"), agent("bob"))
    story.ready("ann")
    story.join("c")
    story.answer("c")
    story.ready("bob")
    story.tell(StartTalk(contact_id=C, agent_id=BOB, direction="inbound"))
    assert story.contact("c").activities == (Activity.TALKING, Activity.TALKING)
    story.tell(EndTalk(contact_id=C, agent_id=BOB, ended_by=Party.AGENT, wrap_up=False))
    assert story.agent("bob").activity is Activity.IDLE
    story.end("c")
    assert story.agent("ann").activity is Activity.WRAP_UP


def test_a_hold_from_before_a_restart_goes_on() -> None:
    story = Story(queue(), agent("ann"))
    story.ready("ann")
    story.wait(100)
    now = story.now
    story.tell(
        RestoreTalk(
            contact_id=C,
            agent_id=ANN,
            queue=QueueName("q"),
            since=now - 60 * SECOND,
            held_since=now - 20 * SECOND,
            hold_us=5 * SECOND,
        )
    )
    assert story.agent("ann").activity is Activity.HOLD
    (ended,) = kinds(story.end("c", 10), TalkEnded)
    assert (ended.hold_us, ended.talk_us) == (35 * SECOND, 35 * SECOND)


# -- supervisors -----------------------------------------------------------------------------------------------------


def test_a_raised_contact_goes_first_and_keeps_its_join_time() -> None:
    story = Story(queue(), agent("ann"))
    for contact in ("first", "second", "third"):
        story.join(contact, after_s=1)
    said = story.tell(ChangePriority(contact_id=ContactId("third"), priority=5, by="sue"))
    (changed,) = kinds(said, ContactPriorityChanged)
    assert (changed.priority, changed.position, changed.by) == (5, 1, "sue")
    assert story.contact("third").joined_at == story.now
    story.ready("ann")
    assert story.rung_for("third") == ["ann"]


def test_a_raised_contact_keeps_its_priority_in_the_next_queue() -> None:
    story = Story(queue(), queue("other"))
    story.join("c")
    story.tell(ChangePriority(contact_id=C, priority=5))
    story.tell(MoveContact(contact_id=C, queue=QueueName("other")))
    assert story.contact("c").priority == 5


def test_a_moved_contact_keeps_its_join_time_and_stops_what_rings() -> None:
    story = Story(queue(requires="en"), queue("other", requires="fr"), agent("ann", "en 5"), agent("bob", "fr 5"))
    story.ready("ann")
    story.join("c")
    joined = story.contact("c").joined_at
    story.ready("bob")
    said = story.tell(MoveContact(contact_id=C, queue=QueueName("other"), by="sue"), 4)
    (left,), (queued,) = kinds(said, ContactLeftQueue), kinds(said, ContactQueued)
    assert (left.queue, left.outcome, left.to) == ("q", "transferred", "queue:other")
    assert (queued.queue, queued.joined_at, queued.why) == ("other", joined, "moved")
    assert [end.outcome for end in kinds(said, OfferEnded)] == ["withdrawn"]
    assert rung(said) == [("bob", "c")]


def test_nobody_is_moved_into_a_closed_queue_or_where_they_are() -> None:
    story = Story(queue(), queue("other"))
    story.join("c")
    story.tell(CloseQueue(queue=QueueName("other")))
    for name, why in (("other", "closed"), ("q", "waits in it already"), ("none", "not in the policy")):
        with pytest.raises(IllegalEvent, match=why):
            story.tell(MoveContact(contact_id=C, queue=QueueName(name)))


def test_who_talks_is_neither_raised_nor_moved() -> None:
    story = Story(queue(), queue("other"), agent("ann"))
    story.ready("ann")
    story.join("c")
    story.answer("c")
    with pytest.raises(IllegalEvent, match="no priority"):
        story.tell(ChangePriority(contact_id=C, priority=5))
    with pytest.raises(IllegalEvent, match="cannot be moved"):
        story.tell(MoveContact(contact_id=C, queue=QueueName("other")))
