"""Requirements, and how they become easier: by stated steps from the join time, by reserve groups, never otherwise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.alternatives import MOST_ALTERNATIVES, alternatives
from acd.contact_state import Place
from acd.events import DeclareNotReady, DeclareReady, LogOut, RefuseOffer, ReplacePolicy, ReplaceSkills
from acd.policy import Policy, RelaxationStep, ReserveRule
from acd.relaxation import relaxed
from facts.ids import AgentId, ReasonCode, SkillName
from facts.journal import AlarmCleared, AlarmRaised, ContactQueued, RequirementRelaxed
from facts.requirement_text import parse_requirement, requirement_text
from facts.requirements import AllOf, AnyOf, AtLeast, Requirement, satisfies
from facts.states import OfferOutcome
from facts.time import SECOND
from tests.acd.stories import START, Story, agent, kinds, queue, rung
from tests.acd.worlds import level, requirements, skill

skill_sets = st.dictionaries(skill, level, max_size=4)
some_steps = st.builds(
    lambda lower, drop: RelaxationStep(after_us=1, lower=lower, drop=tuple(drop)),
    st.dictionaries(skill, level, max_size=3),
    st.lists(skill, max_size=2),
)


@settings(deadline=None)
@given(requirements, skill_sets)
def test_alternatives_leave_nobody_out_and_whole_ones_let_nobody_in(
    requirement: Requirement, skills: dict[SkillName, int]
) -> None:
    met = [found for found in alternatives(requirement) if all(skills.get(s, 0) >= n for s, n in found.skills.items())]
    if satisfies(skills, requirement):
        assert met
    elif met:
        assert not any(found.whole for found in met)


def test_too_many_alternatives_are_left_to_the_further_test() -> None:
    pairs = tuple(AnyOf((AtLeast(SkillName(f"a{n}"), 1), AtLeast(SkillName(f"b{n}"), 1))) for n in range(10))
    found = alternatives(AllOf(pairs))
    assert len(found) <= MOST_ALTERNATIVES
    assert not any(alternative.whole for alternative in found)


@settings(deadline=None)
@given(requirements, some_steps, skill_sets)
def test_a_step_never_makes_it_harder(
    requirement: Requirement, step: RelaxationStep, skills: dict[SkillName, int]
) -> None:
    if satisfies(skills, requirement):
        assert satisfies(skills, relaxed(requirement, step))


@settings(deadline=None)
@given(requirements, skill_sets)
def test_a_step_that_names_nothing_changes_nothing(requirement: Requirement, skills: dict[SkillName, int]) -> None:
    step = RelaxationStep(after_us=1)
    assert satisfies(skills, relaxed(requirement, step)) is satisfies(skills, requirement)


@pytest.mark.parametrize(
    ("before", "lower", "drop", "after"),
    [
        ("en>=5 & fr>=3", {"en": 2}, (), "en>=2 & fr>=3"),
        ("en>=5", {"en": 7}, (), "en>=5"),
        ("en>=5 & fr>=3", {}, ("fr",), "en>=5"),
        ("en & !vip", {}, ("vip",), "en>=1"),
        ("!en>=5", {"en": 2}, (), "!en>=5"),
        ("en>=5", {}, ("en",), ""),
    ],
)
def test_steps_by_example(before: str, lower: dict[SkillName, int], drop: tuple[SkillName, ...], after: str) -> None:
    step = RelaxationStep(after_us=1, lower=lower, drop=drop)
    assert requirement_text(relaxed(parse_requirement(before), step)) == after


STEPS = (
    RelaxationStep(after_us=20 * SECOND, lower={SkillName("en"): 3}),
    RelaxationStep(after_us=40 * SECOND, drop=(SkillName("fr"),), open=("back",)),
)


def test_steps_are_counted_from_the_join_time_and_the_place_is_kept() -> None:
    story = Story(queue("q", "en>=8 & fr", relaxation=STEPS), agent("low", "en 4, fr 1"), agent("none", "en 9"))
    story.ready("low", "none")
    story.join("first", after_s=5)
    story.join("second", after_s=5)
    assert not rung(story.wait(14.999999))
    effects = story.wait(0.000001)
    (fact,) = kinds(effects, RequirementRelaxed)
    assert (fact.contact_id, fact.step, fact.after_us) == ("first", 1, 20 * SECOND)
    assert fact.requirement == "en>=3 & fr>=1"
    assert rung(effects) == [("low", "first")]
    assert story.contact("second").position == 2
    effects = story.wait(20)
    assert [fact.step for fact in kinds(effects, RequirementRelaxed)] == [1, 2]
    assert story.contact("first").requirement_text == "en>=3"


def test_who_comes_back_late_finds_the_steps_taken() -> None:
    story = Story(queue("q", "en>=8 & fr", relaxation=STEPS), agent("low", "en 4"))
    story.ready("low")
    effects = story.join("old", joined_at=START - 60 * SECOND, returned=True)
    assert [fact.step for fact in kinds(effects, RequirementRelaxed)] == [1, 2]
    assert rung(effects) == [("low", "old")]


def test_what_the_contact_brought_is_relaxed_as_well() -> None:
    story = Story(queue("q", "en>=8", relaxation=STEPS), agent("low", "en 4"))
    story.ready("low")
    story.join("c", needs="fr>=2")
    assert story.contact("c").requirement_text == "en>=8 & fr>=2"
    assert rung(story.wait(40)) == [("low", "c")]


def test_absent_is_not_level_nought() -> None:
    story = Story(queue("q", "!fr"), agent("a", "fr 1"), agent("b"))
    story.ready("a", "b")
    assert rung(story.join("c")) == [("b", "c")]


def test_a_reserve_group_takes_only_what_is_open_to_it() -> None:
    story = Story(queue("q", "en", relaxation=STEPS), agent("back", "en 5", reserve=("back",)))
    story.ready("back")
    story.join("c")
    assert not rung(story.wait(39))
    assert rung(story.wait(1)) == [("back", "c")]


def test_a_reserve_group_helps_by_limit_and_leaves_when_it_is_clear() -> None:
    rule = ReserveRule(group="back", wait_us=30 * SECOND, clear_wait_us=10 * SECOND)
    story = Story(
        queue("q", "en", reserve=(rule,)),
        agent("front", "en 5"),
        agent("back1", "en 5", reserve=("back",)),
        agent("back2", "en 5", reserve=("back",)),
    )
    story.ready("back1", "back2")
    story.join("one")
    story.join("two", after_s=5)
    story.join("three", after_s=20)
    effects = story.wait(5)
    assert rung(effects) == [("back1", "one"), ("back2", "two")]
    assert [fact.alarm for fact in kinds(effects, AlarmRaised)] == ["reserve"]
    story.answer("one")
    story.answer("two")
    assert kinds(story.said, AlarmCleared), "three has waited 5 s: below what is clear"
    story.end("one")
    assert not story.contact("three").agents
    story.wait(20)
    story.join("four")
    assert not story.contact("four").agents
    assert rung(story.wait(5)) == [("back1", "three")]


def test_a_preferred_agent_is_tried_first_and_waited_for_as_long_as_that_makes_sense() -> None:
    story = Story(queue("q", preferred_wait_s=30), agent("a"), agent("b"))
    story.ready("a", "b")
    assert rung(story.join("c1", preferred_agent=AgentId("b"))) == [("b", "c1")]
    story.answer("c1")
    assert not rung(story.join("c2", preferred_agent=AgentId("b")))
    assert not rung(story.wait(29))
    assert rung(story.wait(1)) == [("a", "c2")]


def test_the_wait_for_a_preferred_agent_ends_when_they_stop_working() -> None:

    for stop in (
        DeclareNotReady(agent_id=AgentId("b"), reason=ReasonCode("break")),
        LogOut(agent_id=AgentId("b")),
    ):
        story = Story(queue("q", preferred_wait_s=30), agent("a"), agent("b"))
        story.ready("a", "b")
        story.join("busy", preferred_agent=AgentId("b"))
        story.answer("busy")
        story.join("c", preferred_agent=AgentId("b"))
        assert not story.contact("c").agents
        assert rung(story.tell(stop)) == [("a", "c")]


def test_the_last_agent_of_a_customer_is_preferred() -> None:
    story = Story(queue("q", last_agent=True), agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c1", customer_id="k")
    story.answer("c1")
    story.end("c1", after_s=60)
    story.join("other")
    assert story.rung_for("other") == ["b"]
    story.leave("other")
    story.join("other2", after_s=60)
    assert story.rung_for("other2") == ["b"]
    assert rung(story.join("c2", customer_id="k")) == [("a", "c2")]


def test_the_last_agent_of_a_person_is_preferred_under_each_of_their_merged_records() -> None:
    story = Story(queue("q", last_agent=True), agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c1", customer_id="k2", person="k1")
    story.answer("c1")
    story.end("c1", after_s=60)
    for number, whose in enumerate(({"customer_id": "k3", "person": "k1"}, {"customer_id": "k2"}), 1):
        assert rung(story.join(f"again{number}", after_s=60, **whose)) == [("a", f"again{number}")], whose
        story.leave(f"again{number}")
    [queued] = kinds(story.join("c2", customer_id="k2", person="k1"), ContactQueued)
    assert queued.customer_id == "k2", "the fact names the record that was found"


def test_a_preferred_agent_must_qualify_all_the_same() -> None:
    story = Story(queue("q", "en>=5", preferred_wait_s=30), agent("a", "en 9"), agent("b", "en 2"))
    story.ready("b", "a")
    assert rung(story.join("c", preferred_agent=AgentId("b"))) == [("a", "c")]


def test_a_reserve_group_comes_and_goes_with_the_staff_when_the_expected_wait_says_so() -> None:
    rule = ReserveRule(group="back", expected_us=300 * SECOND, clear_expected_us=200 * SECOND)
    front, back = agent("a", "en 3"), agent("b", "en 5", reserve=("back",))
    story = Story(queue("q", "en", reserve=(rule,)), front, back)
    story.ready("a")
    story.join("talks")
    story.answer("talks")
    story.join("waits")
    assert not kinds(story.said, AlarmRaised)
    effects = story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")))
    assert [alarm.alarm for alarm in kinds(effects, AlarmRaised)] == ["reserve"], "nobody takes who waits"
    story.end("talks")
    story.ready("b")
    assert story.rung_for("waits") == ["b"]
    assert not kinds(story.said, AlarmCleared), "the group does not leave because it came"
    effects = story.tell(DeclareReady(agent_id=AgentId("a")))
    assert [alarm.alarm for alarm in kinds(effects, AlarmCleared)] == ["reserve"]


def test_a_preferred_agent_in_reserve_is_not_waited_for_until_the_group_helps() -> None:
    rule = ReserveRule(group="back", wait_us=20 * SECOND)
    story = Story(queue(preferred_wait_s=60, reserve=(rule,)), agent("a"), agent("b", reserve=("back",)))
    story.ready("b")
    story.join("c", preferred_agent=AgentId("b"))
    assert story.contact("c").place is Place.WAITING, "the group does not help yet"
    assert story.contact("c").alone_for is None
    assert rung(story.wait(20)) == [("b", "c")]


def test_the_wait_for_a_preferred_agent_ends_when_their_group_helps_no_more() -> None:
    rule = ReserveRule(group="back", wait_us=20 * SECOND)
    story = Story(queue(preferred_wait_s=60, reserve=(rule,)), agent("a"), agent("b", reserve=("back",)))
    story.join("first")
    story.wait(20)
    story.ready("b")
    story.join("second", preferred_agent=AgentId("b"))
    assert story.contact("second").alone_for == "b"
    story.answer("first")
    assert story.contact("second").alone_for is None, "nobody has waited for twenty seconds now"
    story.ready("a")
    assert story.rung_for("second") == ["a"]


def test_a_preferred_agent_who_did_not_take_it_is_waited_for_no_longer() -> None:
    story = Story(queue(preferred_wait_s=60), agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c", preferred_agent=AgentId("b"))
    refusal = RefuseOffer(offer_id=story.offer("c"), agent_id=AgentId("b"), outcome=OfferOutcome.REJECTED)
    assert rung(story.tell(refusal)) == [("a", "c")]


def test_a_preferred_agent_whom_a_new_policy_does_not_know_is_waited_for_no_longer() -> None:
    rules = queue(preferred_wait_s=60)
    story = Story(rules, agent("a"), agent("b"))
    story.ready("b", "a")
    story.join("talks")
    story.answer("talks", by="b")
    story.join("c", preferred_agent=AgentId("b"))
    effects = story.tell(ReplacePolicy(policy=Policy(queues=(rules,), agents=(agent("a"),))))
    assert rung(effects) == [("a", "c")]


def test_the_wait_for_a_preferred_agent_ends_when_they_lack_the_skills_now() -> None:
    story = Story(queue("q", "en", preferred_wait_s=30), agent("a", "en 3"), agent("b", "en 3"))
    story.ready("a", "b")
    story.join("busy", preferred_agent=AgentId("b"))
    story.answer("busy")
    story.join("c", preferred_agent=AgentId("b"))
    effects = story.tell(ReplaceSkills(agent_id=AgentId("b"), skills={SkillName("fr"): 3}))
    assert rung(effects) == [("a", "c")]
