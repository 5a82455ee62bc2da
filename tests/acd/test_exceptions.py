"""Agents who are taken out of a queue, or put into it, whatever their skills and reserve groups say."""

from typing import Any

import msgspec
import pytest

from acd.effects import SendContact
from acd.events import MoveContact, RefuseOffer, ReplacePolicy, RequestCallback
from acd.policy import AgentPolicy, Exit, Limit, Policy, QueuePolicy, RelaxationStep, ReserveRule
from acd.policy_check import Problem, problems
from facts.ids import AgentId, ContactId, CustomerId, QueueName, SkillName
from facts.journal import OfferEnded, PolicyChanged
from facts.states import OfferOutcome
from facts.time import SECOND
from tests.acd.stories import Q, Story, agent, kinds, queue, rung, with_exceptions

R = QueueName("r")


def exceptions(story: Story, name: str, **names: tuple[QueueName, ...]) -> ReplacePolicy:
    """The change by which an agent's queues become these."""
    return ReplacePolicy(policy=with_exceptions(story.engine.policy, name, **names), by="lead")


def test_who_is_taken_out_is_offered_the_contacts_of_other_queues_only() -> None:
    story = Story(queue("q", "en"), queue("r", "en"), agent("a", "en 9", without_queues=(Q,)), agent("b", "en 1"))
    story.ready("a", "b")
    assert rung(story.join("first")) == [("b", "first")]
    assert rung(story.join("second")) == []
    assert rung(story.join("other", into="r")) == [("a", "other")]


@pytest.mark.parametrize("order", ["longest_idle", "ring_several", "most_skilled", "ordered", "round_robin"])
def test_no_order_of_agents_brings_back_who_is_taken_out(order: Any) -> None:
    rules = queue("q", "en", agent_order=order, agents=(AgentId("a"), AgentId("b")))
    story = Story(rules, agent("a", "en 9", without_queues=(Q,)), agent("b", "en 1"), agent("c", "en 1"))
    story.ready("a", "b", "c")
    assert "a" not in {who for who, _ in rung(story.join("one")) + rung(story.join("two")) + rung(story.join("three"))}


def test_who_is_put_in_needs_only_what_the_contact_brings() -> None:
    story = Story(queue("q", "en & vip"), agent("a", "fr 2", extra_queues=(Q,)))
    story.ready("a")
    assert rung(story.join("too much", needs="fr>=3")) == []
    assert rung(story.join("enough", needs="fr>=2")) == [("a", "enough")]


def test_what_the_contact_brings_is_eased_by_the_steps_that_it_takes() -> None:
    step = RelaxationStep(after_us=20 * SECOND, lower={SkillName("fr"): 1})
    story = Story(queue("q", "en", relaxation=(step,)), agent("a", "fr 2", extra_queues=(Q,)))
    story.ready("a")
    assert rung(story.join("one", needs="fr>=3")) == []
    assert rung(story.wait(20)) == [("a", "one")]


def test_who_is_put_in_waits_no_longer_than_others_for_contacts_of_both_queues() -> None:
    story = Story(queue("q", "en"), queue("r", "fr"), agent("a", "fr 2", extra_queues=(Q,)))
    story.join("first")
    story.join("second", into="r", after_s=1)
    story.join("third", after_s=1)
    story.ready("a")
    for contact in ("first", "second", "third"):
        assert story.rung_for(contact) == ["a"]
        story.answer(contact)
        story.end(contact)


def test_reserve_is_waived_for_who_is_put_in_and_they_count_as_staff_without_help() -> None:
    rule = ReserveRule(group="back", wait_us=600 * SECOND)
    limit = Limit(what="none_ready", then=Exit(to_kind="flow", to="night"))
    story = Story(
        queue("q", "en", reserve=(rule,), limits=(limit,)),
        agent("a", "en 2", reserve=("back",), extra_queues=(Q,)),
        agent("b", "en 2", reserve=("back",)),
    )
    story.ready("b")
    assert [one.to for one in kinds(story.join("early"), SendContact)] == ["night"]
    story.ready("a")
    assert rung(story.join("late")) == [("a", "late")]
    assert rung(story.join("later")) == []
    assert story.engine.expected_wait(ContactId("later")) is not None


def test_who_is_taken_out_helps_the_queue_in_no_reserve_group_either() -> None:
    step = RelaxationStep(after_us=5 * SECOND, open=("back",))
    story = Story(queue("q", "en", relaxation=(step,)), agent("a", "en 2", reserve=("back",), without_queues=(Q,)))
    story.ready("a")
    story.join("one")
    assert rung(story.wait(10)) == []
    assert story.engine.queue(Q).logged_in == 0  # type: ignore[union-attr]


def test_a_limit_of_staff_counts_who_is_put_in_and_not_who_is_taken_out() -> None:
    limit = Limit(what="none_logged_in", then=Exit(to_kind="flow", to="night"))
    story = Story(queue("q", "en", limits=(limit,)), agent("a", "en 2"), agent("b"))
    story.ready("a", "b")
    story.join("rings")
    story.join("waits")
    assert rung(story.tell(exceptions(story, "b", extra=(Q,)))) == [("b", "waits")]
    story.answer("rings")
    story.answer("waits")
    story.join("another")
    story.tell(exceptions(story, "b"))
    effects = story.tell(exceptions(story, "a", without=(Q,)))
    assert [(one.contact_id, one.to) for one in kinds(effects, SendContact)] == [("another", "night")]


def test_preferred_and_last_agents_are_not_those_who_are_taken_out() -> None:
    story = Story(
        queue("q", "en", preferred_wait_s=30, last_agent=True),
        queue("r", "en", last_agent=True),
        agent("a", "en 2", without_queues=(Q,)),
        agent("b", "en 2"),
    )
    story.ready("a", "b")
    caller = CustomerId("caller")
    story.join("before", into="r", customer_id=caller)
    story.answer("before", by="a")
    story.end("before")
    assert rung(story.join("again", customer_id=caller)) == [("b", "again")]
    story.answer("again")
    story.join("named", preferred_agent=AgentId("a"))
    assert story.contact("named").alone_for is None


def test_who_is_put_in_is_waited_for_as_the_preferred_agent() -> None:
    story = Story(
        queue("q", "en", preferred_wait_s=30), agent("a", "", extra_queues=(Q,)), agent("b", "en 2"), agent("c", "en 2")
    )
    story.ready("a", "b")
    story.join("rings", preferred_agent=AgentId("a"))
    story.answer("rings")
    story.join("named", preferred_agent=AgentId("a"))
    assert story.contact("named").alone_for == "a"
    story.end("rings")
    assert story.rung_for("named") == ["a"]


def test_a_callback_is_for_who_is_put_in_and_not_for_who_is_taken_out() -> None:
    story = Story(queue("q", "en"), agent("a", "en 2", without_queues=(Q,)), agent("b", "", extra_queues=(Q,)))
    story.ready("a")
    story.join("one")
    assert rung(story.tell(RequestCallback(contact_id=ContactId("one"), number="1"))) == []
    story.ready("b")
    assert story.rung_for("one") == ["b"]


def test_a_contact_that_is_moved_meets_the_exceptions_of_the_queue_it_comes_to() -> None:
    story = Story(queue("q", "en"), queue("r", "en"), agent("a", "en 2", without_queues=(Q,)), agent("b", "en 2"))
    story.ready("a")
    story.join("one")
    assert story.contact("one").agents == ()
    assert rung(story.tell(MoveContact(contact_id=ContactId("one"), queue=R))) == [("a", "one")]


# -- while contacts wait --------------------------------------------------------------------------------------------


def test_a_change_offers_who_waits_at_once_and_leaves_what_rings_and_talks() -> None:
    story = Story(queue("q", "en"), agent("a", "en 2"), agent("b"), agent("c", "en 2"))
    story.ready("a", "b", "c")
    story.join("talks")
    story.answer("talks")
    story.join("rings")
    story.join("waits")
    effects = story.tell(exceptions(story, "b", extra=(Q,)))
    assert rung(effects) == [("b", "waits")]
    effects = story.tell(exceptions(story, "c", without=(Q,)))
    assert kinds(effects, OfferEnded) == []
    assert story.rung_for("rings") == ["c"]
    story.answer("rings")
    story.tell(exceptions(story, "a", without=(Q,)))
    story.end("talks")
    story.end("rings")
    assert rung(story.join("next")) == []
    assert rung(story.tell(exceptions(story, "a"))) == [("a", "next")]


@pytest.mark.parametrize("what", ["none_logged_in", "none_ready"])
def test_a_limit_of_staff_leaves_what_rings_to_the_last_agent_who_is_taken_out(what: Any) -> None:
    limit = Limit(what=what, then=Exit(to_kind="flow", to="night"))
    story = Story(queue("q", "en", limits=(limit,)), agent("a", "en 2"), agent("b", "en 2"))
    story.ready("a", "b")
    story.join("rings")
    story.join("other")
    story.join("waits")
    story.tell(exceptions(story, "b", without=(Q,)))
    effects = story.tell(exceptions(story, "a", without=(Q,)))
    assert [one.contact_id for one in kinds(effects, SendContact)] == ["waits"]
    assert kinds(effects, OfferEnded) == []
    assert (story.rung_for("rings"), story.rung_for("other")) == (["a"], ["b"])
    story.answer("rings")
    refused = RefuseOffer(offer_id=story.offer("other"), agent_id=AgentId("b"), outcome=OfferOutcome.REJECTED)
    assert [one.contact_id for one in kinds(story.tell(refused), SendContact)] == ["other"]


def test_the_change_is_a_fact_with_its_full_contents() -> None:
    story = Story(queue("q", "en"), agent("a"))
    (fact,) = kinds(story.tell(exceptions(story, "a", extra=(Q,))), PolicyChanged)
    assert fact.by == "lead"
    assert msgspec.convert(fact.policy, Policy).agents[0].extra_queues == (Q,)


def test_preview_says_who_would_be_stranded_and_who_could_be_served() -> None:
    story = Story(queue("q", "en"), queue("r", "fr"), agent("a", "en 2"), agent("b", "de 1"))
    story.ready("a", "b")
    story.join("rings")
    story.join("waits")
    story.join("fr", into="r", needs="de")
    story.join("more", into="r", needs="de>=5")
    foreseen = story.engine.preview(exceptions(story, "a", without=(Q,)), story.now)
    assert (foreseen.unroutable, foreseen.routable, foreseen.idle_agents) == (("rings", "waits"), (), ("a",))
    foreseen = story.engine.preview(exceptions(story, "b", extra=(R,)), story.now)
    assert (foreseen.unroutable, foreseen.routable, foreseen.idle_agents) == ((), ("fr",), ())
    assert story.contact("fr").agents == ()


# -- in words -------------------------------------------------------------------------------------------------------


def test_a_contact_says_who_is_taken_out_of_its_queue() -> None:
    story = Story(queue("q", "en"), agent("a", "en 2", without_queues=(Q,)), agent("b", "fr 1"), agent("c", "en 2"))
    story.ready("a", "b")
    story.join("one")
    why = story.engine.explain_contact(ContactId("one"), story.now)
    assert why is not None
    assert why.summary == "of 1 who qualify nobody is logged in; 1 more taken out of the queue"
    by_agent = {found.agent_id: found for found in why.agents}
    assert by_agent[AgentId("a")].ruled_out_by == ("taken out of the queue q",)
    assert [said.code for said in by_agent[AgentId("a")].ruled_out_by] == ["taken_out"]
    assert [found.qualified for found in why.agents] == [True, False, False]
    story.tell(exceptions(story, "c", without=(Q,)))
    why = story.engine.explain_contact(ContactId("one"), story.now)
    assert why is not None
    assert why.summary == "nobody is left: all who meet the requirement en>=1 (2) are taken out of the queue"
    assert (why.summary.code, why.summary.details) == ("nobody_left", {"requirement": "en>=1", "taken_out": 2})


def test_an_idle_agent_says_how_many_wait_where_they_are_taken_out() -> None:
    story = Story(queue("q", "en"), queue("r", "fr"), agent("a", "en 2", without_queues=(Q,)))
    story.ready("a")
    story.join("one")
    story.join("two", into="r")
    why = story.engine.explain_agent(AgentId("a"), story.now)
    assert why is not None
    assert (why.summary.code, why.summary.details) == ("free_taken_out", {"waiting": 2, "fitting": 0, "taken_out": 1})


def test_who_is_put_in_lacks_only_what_the_contact_brings() -> None:
    story = Story(queue("q", "en & vip"), agent("a", "fr 2", reserve=("back",), extra_queues=(Q,)))
    story.join("one", needs="fr>=5")
    why = story.engine.explain_contact(ContactId("one"), story.now)
    assert why is not None
    assert why.agents[0].ruled_out_by == ("fr 5 needed, has 2", "not logged in")
    assert story.contact("one").requirement_text == "en>=1 & vip>=1 & fr>=5"


# -- mistakes -------------------------------------------------------------------------------------------------------


def test_mistakes_of_exceptions_are_told() -> None:
    mistaken = AgentPolicy(agent_id=AgentId("a"), without_queues=(Q, QueueName("x")), extra_queues=(QueueName("y"), Q))
    found = problems(Policy(queues=(QueuePolicy(name=Q),), agents=(mistaken,)))
    both = "queue 'q' is among without_queues too: an agent is either put into a queue or taken out of it"
    assert found == (
        Problem(("agents", "a", "without_queues", 1), "queue 'x' is not in the policy", absent=True),
        Problem(("agents", "a", "extra_queues", 0), "queue 'y' is not in the policy", absent=True),
        Problem(("agents", "a", "extra_queues", 1), both),
    )


def test_who_is_both_taken_out_and_put_in_is_taken_out() -> None:
    story = Story(queue("q", ""), agent("a", without_queues=(Q,), extra_queues=(Q,)))
    story.ready("a")
    assert rung(story.join("one")) == []
    assert story.engine.expected_wait(ContactId("one")) is None
