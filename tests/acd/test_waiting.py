"""Position, expected wait, what waiting customers are told, and why somebody waits or idles."""

from collections.abc import Sequence
from math import log

import pytest

from acd.effects import AnnouncePosition
from acd.events import DeclareNotReady, DeclareReady, LogOut, LosePhone, RefuseOffer
from acd.policy import Announcements, Limit
from facts.ids import AgentId, ContactId, QueueName, ReasonCode
from facts.journal import ContactQueued, ExpectedWaitTold
from facts.states import OfferOutcome
from facts.time import MINUTE, SECOND
from tests.acd.stories import START, Story, agent, kinds, queue

ANY_LIMIT = (Limit(what="waiting", value=1000),)


def expected(story: Story, contact: str) -> int | None:
    return story.engine.expected_wait(ContactId(contact))


# -- position -------------------------------------------------------------------------------------------------------


def test_position_counts_the_better_and_the_earlier() -> None:
    story = Story()
    positions = [
        kinds(story.join(name, **more), ContactQueued)[0].position  # type: ignore[arg-type]
        for name, more in (
            ("c1", {}),
            ("c2", {}),
            ("vip", {"priority": 5}),
            ("c3", {}),
            ("old", {"joined_at": START - SECOND}),
            ("late", {"priority": -1}),
        )
    ]
    assert positions == [1, 2, 1, 4, 2, 6]
    listed = {view.contact_id: view.position for view in story.engine.contacts()}
    assert listed == {"vip": 1, "old": 2, "c1": 3, "c2": 4, "c3": 5, "late": 6}
    assert all(story.contact(name).position == place for name, place in listed.items())


# -- expected wait --------------------------------------------------------------------------------------------------


def test_expected_wait_uses_position_and_staff() -> None:
    story = Story(queue(limits=ANY_LIMIT), agent("a"), agent("b"))
    assert expected(story, "nobody") is None
    story.join("c1")
    assert expected(story, "c1") is None, "nobody is there"
    story.ready("a", "b")
    story.answer("c1")
    story.join("c2")
    story.answer("c2")
    story.join("c3")
    story.join("c4")
    first_guess = 180 * SECOND
    assert expected(story, "c3") == pytest.approx(first_guess / 2, rel=1e-6)
    assert expected(story, "c4") == pytest.approx(first_guess, rel=1e-6)
    story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    story.end("c1")
    assert expected(story, "c3") > first_guess / 2  # type: ignore[operator]
    story.tell(LogOut(agent_id=AgentId("b"), force=True))
    assert expected(story, "c3") is None


def test_expected_wait_learns_handling_times() -> None:
    story = Story(queue(limits=ANY_LIMIT), agent("a"))
    story.ready("a")
    for number in range(300):
        story.join(f"c{number}")
        story.answer(f"c{number}")
        story.end(f"c{number}", after_s=20)
    story.join("talk")
    story.answer("talk")
    story.join("next")
    assert expected(story, "next") == pytest.approx(20 * SECOND, rel=0.5)
    view = story.engine.queue(QueueName("q"))
    assert view is not None
    assert view.expected_wait_us == pytest.approx(2 * expected(story, "next"), rel=0.01)  # type: ignore[operator]


def test_expected_wait_counts_those_who_give_up() -> None:
    story = Story(queue(limits=ANY_LIMIT), agent("a"))
    story.ready("a")
    story.join("talk")
    story.answer("talk")
    for number in range(50):
        story.join(f"g{number}")
        story.leave(f"g{number}", after_s=60)
    for number in range(10):
        story.join(f"c{number}")
    rate, moves = 1 / (60 * SECOND), 1 / (180 * SECOND)
    assert expected(story, "c9") == pytest.approx(log(1 + 10 * rate / moves) / rate, rel=0.05)


def test_agents_of_several_queues_are_counted_in_part() -> None:
    rules = {"limits": ANY_LIMIT}
    story = Story(queue("q", "en", **rules), queue("r", "en", **rules), agent("a", "en 5"))
    story.ready("a")
    story.join("talk")
    story.answer("talk")
    story.join("c1")
    alone = expected(story, "c1")
    story.join("d1", into="r")
    assert expected(story, "c1") == pytest.approx(2 * alone, rel=0.1)  # type: ignore[operator]


def test_looking_changes_nothing() -> None:
    looked, blind = (Story(queue("q", "en", limits=ANY_LIMIT), queue("r", "en"), agent("a", "en 5")) for _ in range(2))
    for story in (looked, blind):
        story.ready("a")
        story.join("c1")
        story.answer("c1")
        story.join("c2")
        if story is looked:
            assert list(story.engine.queues())
            assert list(story.engine.contacts())
        story.join("d1", into="r")
    assert expected(looked, "c2") == expected(blind, "c2")


# -- announcements --------------------------------------------------------------------------------------------------

SPEAK = Announcements(first_us=10 * SECOND, every_us=30 * SECOND, expected_wait=True)


def told(effects: Sequence[object]) -> list[tuple[str, int, int | None]]:
    return [
        (fact.contact_id, fact.position, None if fact.expected_wait_us is None else fact.expected_wait_us // MINUTE)
        for fact in effects
        if isinstance(fact, AnnouncePosition)
    ]


def test_customers_are_told_in_time_and_what_they_were_told_is_written_down() -> None:
    story = Story(queue(announcements=SPEAK), agent("a"))
    story.ready("a")
    story.join("talk")
    story.answer("talk")
    story.join("c1")
    assert told(story.wait(9.9)) == []
    effects = story.wait(0.1)
    assert told(effects) == [("c1", 1, 3)]
    (fact,) = kinds(effects, ExpectedWaitTold)
    assert (fact.position, fact.expected_wait_us) == (1, 3 * MINUTE)
    assert told(story.wait(29.9)) == []
    assert told(story.wait(0.1)) == [("c1", 1, 3)]
    story.end("talk")
    assert told(story.wait(15)) == [], "the phone rings already"


def test_a_growing_or_unknown_wait_is_not_spoken() -> None:
    story = Story(queue(announcements=SPEAK), agent("a"), agent("b"))
    story.ready("a", "b")
    for name in ("t1", "t2"):
        story.join(name)
        story.answer(name)
    story.join("c1")
    assert told(story.wait(10)) == [("c1", 1, 2)]
    story.tell(LogOut(agent_id=AgentId("b"), force=True))
    assert told(story.wait(30)) == [("c1", 1, None)]
    story.tell(LogOut(agent_id=AgentId("a"), force=True))
    assert told(story.wait(30)) == [("c1", 1, None)]


def test_positions_far_back_are_not_spoken() -> None:
    rules = Announcements(first_us=10 * SECOND, position_limit=1)
    story = Story(queue(announcements=rules))
    story.join("c1")
    story.join("c2")
    assert told(story.wait(10)) == [("c1", 1, None)]


# -- explanations ---------------------------------------------------------------------------------------------------


def test_why_a_contact_waits() -> None:
    story = Story(
        queue("q", "en>=5 & fr", retry_s=5, limits=(Limit(what="wait", value=100 * SECOND),)),
        agent("weak", "en 3"),
        agent("busy", "en 9, fr 1"),
        agent("away", "en 9, fr 1"),
        agent("out", "en 9, fr 1"),
        agent("back", "en 9, fr 1", reserve=("back",)),
        agent("no", "en 9, fr 1"),
    )
    story.ready("weak", "busy", "away", "back")
    story.tell(DeclareNotReady(agent_id=AgentId("away"), reason=ReasonCode("break")))
    story.join("talk")
    story.answer("talk")
    story.ready("no")
    story.join("c", after_s=1)
    story.tell(RefuseOffer(offer_id=story.offer("c"), agent_id=AgentId("no"), outcome=OfferOutcome.BUSY))
    found = story.engine.explain_contact(ContactId("c"), story.now + 3 * SECOND)
    assert found is not None
    assert (found.waited_us, found.position, found.requirement) == (3 * SECOND, 1, "en>=5 & fr>=1")
    assert found.summary == "of 4 who qualify 3 are logged in, and none of them is free"
    assert (found.summary.code, found.summary.details) == ("none_free", {"qualified": 4, "logged_in": 3})
    why = {str(verdict.agent_id): verdict.ruled_out_by for verdict in found.agents}
    assert why["weak"] == ("en 5 needed, has 3", "fr 1 needed, has none")
    assert why["busy"] == ("TALKING: talk",)
    assert why["away"] == ("not ready: break",)
    assert why["out"] == ("not logged in",)
    said = [(one.code, one.details) for one in why["weak"]]
    assert said == [
        ("skill", {"skill": "en", "needed": 5, "has": 3}),
        ("skill", {"skill": "fr", "needed": 1, "has": 0}),
    ]
    assert why["back"] == ("in reserve group back, which does not help this contact (yet)",)
    assert len(why["no"]) == 2
    assert [change.what for change in found.changes] == [
        "no may be asked again",
        "no may be offered contacts again",
        "goes to exit",
    ]


def test_who_is_free_and_did_not_take_the_contact_is_not_said_to_be_busy() -> None:
    story = Story(queue(retry_s=30), agent("a"), agent("b"))
    story.ready("a")
    story.join("c")
    story.tell(RefuseOffer(offer_id=story.offer("c"), agent_id=AgentId("a"), outcome=OfferOutcome.REJECTED))
    story.wait(6)
    found = story.engine.explain_contact(ContactId("c"), story.now)
    assert found is not None
    assert found.summary == "of 2 who qualify 1 are logged in; who is free did not take it just now: a"
    assert found.summary.details == {"qualified": 2, "logged_in": 1, "agents": ["a"]}
    assert [(change.what, change.at - story.now) for change in found.changes] == [("a may be asked again", 24 * SECOND)]


def test_who_is_about_to_stop_is_not_counted_on_for_an_expected_wait() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("a", "b")
    for name in ("t1", "t2"):
        story.join(name)
        story.answer(name)
    story.join("c")
    assert story.engine.expected_wait(ContactId("c")) == 90 * SECOND
    story.tell(LogOut(agent_id=AgentId("a")))
    assert story.engine.expected_wait(ContactId("c")) == 180 * SECOND
    story.tell(DeclareNotReady(agent_id=AgentId("b"), reason=ReasonCode("break")))
    assert story.engine.expected_wait(ContactId("c")) is None
    story.tell(DeclareReady(agent_id=AgentId("b")))
    assert story.engine.expected_wait(ContactId("c")) == 180 * SECOND


def test_why_an_agent_idles() -> None:
    story = Story(queue("q", "en>=5"), agent("a", "en 3"))
    story.ready("a")
    free = story.engine.explain_agent(AgentId("a"), story.now)
    assert free is not None
    assert free.summary == "free: nobody waits"
    story.join("c")
    idle = story.engine.explain_agent(AgentId("a"), story.now)
    assert idle is not None
    assert idle.summary == "free: 1 wait, 0 for whom the skills would do"
    assert idle.contacts[0].ruled_out_by == ("en 5 needed, has 3",)
    story.tell(LogOut(agent_id=AgentId("a")))
    gone = story.engine.explain_agent(AgentId("a"), story.now)
    assert gone is not None
    assert gone.obstacles == ("not logged in",)


def test_what_is_pending_for_a_phone_and_not_for_work() -> None:
    story = Story(agent("a"))
    story.ready("a")
    story.tell(LosePhone(agent_id=AgentId("a")))
    lost = story.engine.explain_agent(AgentId("a"), story.now)
    assert lost is not None
    assert lost.obstacles == (
        "not ready: phone_lost",
        "ready again as soon as the phone can be reached",
        "the phone cannot be reached",
    )
    assert [said.code for said in lost.obstacles] == ["not_ready", "ready_with_phone", "phone"]


def test_whoever_is_not_there_is_not_explained() -> None:
    story = Story()
    assert story.engine.explain_contact(ContactId("x"), story.now) is None
    assert story.engine.explain_agent(AgentId("x"), story.now) is None
    assert story.engine.queue(QueueName("x")) is None


def test_explanations_for_every_place() -> None:
    story = Story(queue(preferred_wait_s=60), agent("a"))
    story.ready("a")
    story.join("c1")
    assert story.engine.explain_contact(ContactId("c1"), story.now).summary == "rings at a"  # type: ignore[union-attr]
    story.answer("c1")
    assert story.engine.explain_contact(ContactId("c1"), story.now).summary == "talks with a"  # type: ignore[union-attr]
    story.join("c2", preferred_agent=AgentId("a"))
    found = story.engine.explain_contact(ContactId("c2"), story.now)
    assert found is not None
    assert found.summary == "waits for the preferred agent a"
    story.join("c3", needs="klingon")
    nobody = story.engine.explain_contact(ContactId("c3"), story.now)
    assert nobody is not None
    assert nobody.summary == "nobody meets the requirement klingon>=1"
