"""What an explanation says that time will bring: each comes true at the instant that was told, and not before."""

import pytest

from acd.events import DeclareNotReady, EndTalk, ExtendWrapUp, RefuseOffer, RequestCallback, Tick
from acd.policy import Announcements, CallbackRules, Exit, Limit, RelaxationStep, ReserveRule
from facts.ids import AgentId, ContactId, ReasonCode
from facts.journal import AlarmRaised, OfferMade, QueueClosed, WrapUpEnded
from facts.states import OfferOutcome, Party
from facts.time import MINUTE, SECOND
from tests.acd.stories import START, Story, agent, kinds, queue, rung

NIGHT = Exit(to_kind="flow", to="night")


def ahead(story: Story, contact: str) -> dict[str, float]:
    """What is said to come for a contact, in how many seconds."""
    why = story.engine.explain_contact(ContactId(contact), story.now)
    assert why is not None
    assert [change.at for change in why.changes] == sorted(change.at for change in why.changes)
    return {str(change.what): (change.at - story.now) / SECOND for change in why.changes}


def ahead_of_agent(story: Story, name: str) -> dict[str, float]:
    why = story.engine.explain_agent(AgentId(name), story.now)
    assert why is not None
    return {str(change.what): (change.at - story.now) / SECOND for change in why.changes}


def obstacles(story: Story, contact: str, name: str) -> list[str]:
    why = story.engine.explain_contact(ContactId(contact), story.now)
    assert why is not None
    return [str(said) for found in why.agents if found.agent_id == name for said in found.ruled_out_by]


def test_a_reserve_group_is_told_with_its_measure_and_comes_then() -> None:
    rules = (ReserveRule(group="back", wait_us=MINUTE), ReserveRule(group="lead", expected_us=30 * MINUTE))
    story = Story(queue(reserve=rules), agent("b", reserve=("back",)), agent("l", reserve=("lead",)), agent("a"))
    story.ready("a", "b", "l")
    story.join("talk")
    story.answer("talk")
    story.join("c", after_s=1)
    story.join("later", after_s=10)
    said = "reserve group back helps: the longest wait reaches 60 s"
    assert ahead(story, "later") == {said: 50}, "the first in the queue counts"
    assert ahead_of_agent(story, "b") == {said: 50}
    assert ahead_of_agent(story, "l") == {}
    assert obstacles(story, "c", "b") == ["in reserve group back, which helps from a wait of 60 s"]
    assert obstacles(story, "c", "l") == ["in reserve group lead, which helps from an expected wait of 1800 s"]
    assert not rung(story.wait(49.9))
    assert rung(story.wait(0.1)) == [("b", "c")]
    assert ahead(story, "later") == {}


def test_a_group_that_may_help_by_either_measure_says_both() -> None:
    rule = ReserveRule(group="back", wait_us=90 * SECOND, expected_us=20 * MINUTE)
    story = Story(queue(reserve=(rule,)), agent("b", reserve=("back",)), agent("x", reserve=("else",)), agent("a"))
    story.ready("a")
    story.join("c")
    assert obstacles(story, "c", "b")[0] == (
        "in reserve group back, which helps from a wait of 90 s or an expected one of 1200 s"
    )
    assert obstacles(story, "c", "x")[0] == "in reserve group else, which does not help this contact (yet)"


@pytest.mark.parametrize(
    ("closing", "said"),
    [("serve", "the queue closes; who waits is still served"), ("send_away", "the queue closes; goes to flow night")],
)
def test_the_closing_time_and_what_it_means(closing: str, said: str) -> None:
    hours = ((START - 100 * SECOND, START + 60 * SECOND), (START + 120 * SECOND, START + 180 * SECOND))
    story = Story(queue(open=hours, closing=closing, when_closed=NIGHT))
    story.join("c", after_s=20)
    assert ahead(story, "c") == {said: 40}
    assert not kinds(story.wait(39.9), QueueClosed)
    assert kinds(story.wait(0.1), QueueClosed)
    assert story.gone("c") is (closing == "send_away")
    if closing == "serve":
        assert ahead(story, "c") == {"the queue opens": 60}


def test_the_end_of_wrap_ups_and_pauses_of_those_who_fit() -> None:
    story = Story(
        queue(requires="en", wrap_up_s=30, retry_s=40),
        *(agent(name, "en 5") for name in ("wraps", "gone", "longer")),
        agent("other", "fr 5"),
        agent("paused", "en 5"),
        refusal_pause_us=25 * SECOND,
    )
    story.ready("wraps", "gone", "longer", "other")
    for number in range(3):
        story.join(f"t{number}")
        story.answer(f"t{number}")
    for number in range(3):
        story.end(f"t{number}")
    gone = DeclareNotReady(agent_id=AgentId("gone"), reason=ReasonCode("break"))
    story.tell(gone)
    story.tell(ExtendWrapUp(agent_id=AgentId("longer"), by_us=20 * SECOND))
    story.ready("paused", after_s=0)
    story.join("c")
    story.tell(RefuseOffer(offer_id=story.offer("c"), agent_id=AgentId("paused"), outcome=OfferOutcome.BUSY))
    assert ahead(story, "c") == {
        "paused may be offered contacts again": 25,
        "the wrap-up of wraps ends": 30,
        "paused may be asked again": 40,
        "the wrap-up of longer ends": 50,
    }
    assert ahead_of_agent(story, "wraps") == {"the wrap-up of wraps ends": 30}
    assert ahead_of_agent(story, "paused") == {
        "paused may be offered contacts again": 25,
        "may be asked again for c": 40,
    }
    assert ahead_of_agent(story, "gone") == {}, "on break afterwards"
    assert not rung(story.wait(29.9))
    assert rung(story.wait(0.1)) == [("wraps", "c")]


def test_the_first_three_of_many_wrap_ups_are_told() -> None:
    names = [f"a{number}" for number in range(5)]
    story = Story(queue(wrap_up_s=30), *map(agent, names))
    story.ready(*names)
    for name in names:
        story.join(f"of-{name}", after_s=1)
        story.answer(f"of-{name}")
        story.end(f"of-{name}")
    story.join("c")
    assert [list(ahead(story, "c").values())] == [[26, 27, 28]]


def test_a_wrap_up_without_an_end_of_its_own_is_not_told() -> None:
    story = Story(queue(wrap_up="manual", wrap_up_s=30), agent("a"))
    story.ready("a")
    story.join("t")
    story.answer("t")
    story.tell(EndTalk(contact_id=ContactId("t"), agent_id=AgentId("a"), ended_by=Party.CALLER))
    story.join("c")
    assert ahead(story, "c") == {}
    assert not kinds(story.wait(100), WrapUpEnded)


def test_ageing_that_moves_a_contact_ahead_of_another_queue() -> None:
    story = Story(
        queue("slow", priority=3, ageing_per_minute=1.0),
        queue("fast", ageing_per_minute=4.0),
        queue("apart", "fr", priority=1),
        agent("a", "en 5"),
        contact_order="ageing",
    )
    story.join("s", into="slow")
    story.join("f", into="fast", after_s=20)
    story.join("x", into="apart")
    why = ahead(story, "f")
    (said,) = why
    assert said == "has aged enough to go before s in slow"
    # 3 + (20 + t) / 60 = 4 t / 60
    assert why[said] == pytest.approx(200 / 3, abs=1e-5)
    assert ahead(story, "s") == {}
    almost = Story(
        queue("slow", priority=3, ageing_per_minute=1.0), queue("fast", ageing_per_minute=4.0), agent("a"),
        contact_order="ageing",
    )  # fmt: skip
    for told, seconds, first in ((story, why[said], "f"), (almost, why[said] - 0.001, "s")):
        if told is almost:
            told.join("s", into="slow")
            told.join("f", into="fast", after_s=20)
        told.wait(seconds)
        told.ready("a", after_s=0)
        assert told.rung_for(first) == ["a"]


def test_bands_and_slower_ageing_are_never_said_to_be_overtaken() -> None:
    story = Story(
        queue("high", band=1),
        queue("same", priority=5, ageing_per_minute=2.0),
        queue("low", ageing_per_minute=2.0),
        agent("a"),
        contact_order="ageing",
    )
    for name in ("high", "same", "low"):
        story.join(name, into=name)
    assert ahead(story, "low") == {}


def test_the_end_of_the_wait_for_a_preferred_agent_and_of_a_callback() -> None:
    rules = CallbackRules(expires_us=300 * SECOND)
    story = Story(queue(preferred_wait_s=60, callbacks=rules), agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("t", preferred_agent=AgentId("a"))
    story.answer("t")
    story.join("c", preferred_agent=AgentId("a"), after_s=5)
    assert ahead(story, "c") == {"anybody who qualifies may take it": 60}
    assert ahead_of_agent(story, "b") == {"c waits no longer for a alone": 60}
    later = RequestCallback(contact_id=ContactId("c"), number="1", not_before=story.now + 100 * SECOND)
    story.tell(later)
    assert ahead(story, "c")["the callback is tried"] == 100
    assert ahead(story, "c")["the callback is given up"] == 400


def test_limits_that_hold_while_waiting_are_told_and_those_at_entry_are_not() -> None:
    limits = (
        Limit(what="longest_wait", value=50 * SECOND, then=NIGHT, holds="both"),
        Limit(what="wait", value=40 * SECOND, then=Exit(to_kind="voicemail", to="box"), holds="at_entry"),
    )
    story = Story(queue(limits=limits, announcements=Announcements()))
    story.join("c")
    assert ahead(story, "c") == {"goes to flow night": 50}
    story.tell(RequestCallback(contact_id=ContactId("c"), number="1"))
    assert "goes to flow night" not in ahead(story, "c")


def test_a_relaxation_step_that_opens_a_contact_is_told_to_the_agent() -> None:
    steps = (
        RelaxationStep(after_us=20 * SECOND, lower={"en": 4}),  # type: ignore[dict-item]
        RelaxationStep(after_us=40 * SECOND, lower={"en": 2}),  # type: ignore[dict-item]
    )
    story = Story(queue(requires="en>=6", relaxation=steps), agent("a", "en 3"), agent("z", "fr 3"))
    story.ready("a", "z")
    story.join("c")
    assert ahead_of_agent(story, "a") == {"step 2 opens c to the agent": 40}
    assert ahead_of_agent(story, "z") == {}
    assert not kinds(story.wait(39.9), OfferMade)
    assert rung(story.wait(0.1)) == [("a", "c")]


def test_no_way_is_told_that_leads_back_where_the_contact_has_been() -> None:
    back = Exit(to_kind="queue", to="q")
    first = queue(limits=(Limit(what="wait", value=10 * SECOND, then=Exit(to_kind="queue", to="r")),))
    limits = (Limit(what="wait", value=50 * SECOND, then=back), Limit(what="wait", value=70 * SECOND, then=NIGHT))
    hours = ((START, START + 60 * SECOND),)
    story = Story(first, queue("r", limits=limits, open=hours, closing="send_away", when_closed=back))
    story.join("c")
    story.wait(10)
    assert ahead(story, "c") == {"the queue closes; who waits is still served": 50.0, "goes to flow night": 60.0}
    story.wait(59.9)
    assert story.contact("c").queue == "r"
    story.wait(0.1)
    assert story.gone("c")


def test_asking_changes_nothing() -> None:
    story = Story(queue(reserve=(ReserveRule(group="back", wait_us=MINUTE),)), agent("b", reserve=("back",)))
    story.ready("b")
    story.join("c")
    assert ahead(story, "c")
    assert ahead_of_agent(story, "b")
    assert not kinds(story.tell(Tick(), 59), AlarmRaised)
