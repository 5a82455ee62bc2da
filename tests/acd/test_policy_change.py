"""Queues, agents and rules change while running; what a change would do can be seen before; mistakes are all found."""

from typing import Any

import msgspec
import pytest

from acd.effects import SendContact
from acd.errors import IllegalEvent
from acd.events import DeclareReady, JoinQueue, ReplacePolicy, ReplaceSkills
from acd.policy import AgentPolicy, Announcements, Exit, Limit, Policy, QueuePolicy, RelaxationStep, ReserveRule
from acd.policy_check import problems
from facts.ids import AgentId, ContactId, QueueName, SkillName
from facts.journal import AgentLoggedOut, AlarmCleared, AlarmRaised, PolicyChanged
from facts.requirement_text import parse_requirement
from facts.requirements import AtLeast
from facts.states import Declared
from facts.time import SECOND
from tests.acd.stories import START, Story, agent, kinds, queue, rung


def policy(*rules: QueuePolicy | AgentPolicy, **centre: Any) -> Policy:
    return Story(*rules, **centre).engine.policy


def replaced(story: Story, *rules: QueuePolicy | AgentPolicy, **centre: Any) -> list[Any]:
    return story.tell(ReplacePolicy(policy=policy(*rules, **centre), by="chief"))


def test_nobody_loses_their_place_and_the_whole_policy_is_written_down() -> None:
    story = Story(queue("q", "en"), agent("a", "fr 1"))
    story.ready("a")
    story.join("first")
    story.join("second", after_s=10)
    effects = replaced(story, queue("q", "fr"), agent("a", "fr 1"))
    (changed,) = kinds(effects, PolicyChanged)
    assert msgspec.convert(changed.policy, Policy) == story.engine.policy
    assert rung(effects) == [("a", "first")]
    assert (story.contact("first").joined_at, story.contact("second").position) == (START + SECOND, 2)


def test_what_a_contact_brought_stays_its_own() -> None:
    story = Story(queue("q", "en>=5"), agent("a", "fr 1, de 1"))
    story.ready("a")
    story.join("c", needs="de")
    effects = replaced(story, queue("q", "fr"), agent("a", "fr 1, de 1"))
    assert story.contact("c").requirement_text == "fr>=1 & de>=1"
    assert rung(effects) == [("a", "c")]


def test_a_queue_that_is_no_more_serves_who_waits_and_takes_nobody() -> None:
    story = Story(queue("q"), queue("old"), agent("a"))
    story.join("c", into="old")
    replaced(story, queue("q"), agent("a"))
    with pytest.raises(IllegalEvent, match="not in the policy"):
        story.tell(JoinQueue(contact_id=ContactId("d"), queue=QueueName("old")))
    story.ready("a")
    assert story.rung_for("c") == ["a"]
    story.answer("c")


def test_an_agent_who_is_no_more_is_logged_out_after_the_talk() -> None:
    story = Story(agent("a"), agent("b"), agent("c"))
    story.ready("a", "b", "c")
    story.join("talk")
    story.answer("talk")
    story.join("rings")
    effects = replaced(story, agent("c"))
    assert [fact.agent_id for fact in kinds(effects, AgentLoggedOut)] == ["b"]
    assert rung(effects) == [("c", "rings")]
    assert story.engine.agent(AgentId("b")) is None
    with pytest.raises(IllegalEvent, match="no longer"):
        story.tell(DeclareReady(agent_id=AgentId("a")))
    effects = story.end("talk")
    assert [fact.agent_id for fact in kinds(effects, AgentLoggedOut)] == ["a"]
    assert story.engine.agent(AgentId("a")) is None


def test_new_priorities_order_who_waits_already() -> None:
    story = Story(queue("q"), queue("vip"), agent("a"))
    story.join("old")
    story.join("new", into="vip", after_s=5)
    replaced(story, queue("q"), queue("vip", priority=3), agent("a"))
    story.ready("a")
    assert story.rung_for("new") == ["a"]


def test_idle_times_survive() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("b", "a")
    replaced(story, agent("a"), agent("b"))
    assert rung(story.join("c")) == [("b", "c")]


def test_preview_says_who_would_be_stranded_and_who_idle_and_changes_nothing() -> None:
    story = Story(queue("q", "en"), queue("r", "fr"), agent("a", "en 5"), agent("b", "fr 5"))
    story.ready("a", "b")
    story.join("rings")
    story.join("waits")
    story.join("fr", into="r")
    change = ReplaceSkills(agent_id=AgentId("a"), skills={SkillName("de"): 1})
    preview = story.engine.preview(change, story.now)
    assert (preview.unroutable, preview.idle_agents, preview.gone_queues) == (("rings", "waits"), ("a",), ())
    preview = story.engine.preview(ReplacePolicy(policy=policy(queue("q", "en"), agent("a", "en 5"))), story.now)
    assert (preview.unroutable, preview.idle_agents, preview.gone_queues) == (("fr",), ("b",), ("r",))
    assert story.agent("a").skills == {"en": 5}
    assert story.agent("b").declared is Declared.READY


def changed(story: Story, **rules: Any) -> list[Any]:
    """The queue ``q`` gets other rules."""
    policy = story.engine.policy
    queues = tuple(msgspec.structs.replace(one, **rules) if one.name == "q" else one for one in policy.queues)
    return story.tell(ReplacePolicy(policy=msgspec.structs.replace(policy, queues=queues)))


def test_who_has_waited_longer_than_a_new_limit_allows_goes_at_once() -> None:
    story = Story(queue("q"))
    story.join("old")
    story.join("new", after_s=50)
    night = Exit(to_kind="flow", to="night")
    effects = changed(story, limits=(Limit(what="wait", value=40 * SECOND, then=night),))
    assert [(sent.contact_id, sent.to) for sent in kinds(effects, SendContact)] == [("old", "night")]
    assert not story.gone("new")
    story.wait(40)
    assert story.gone("new")


def test_a_new_limit_of_staff_holds_at_once() -> None:
    story = Story(queue("q"), agent("a"))
    story.join("c")
    changed(story, limits=(Limit(what="none_ready"),))
    assert story.gone("c")


def test_a_new_cap_holds_at_once_and_a_cap_that_is_no_more_does_not() -> None:
    story = Story(queue("q"), queue("vip", priority=5), agent("a"))
    story.join("old")
    story.join("vip", into="vip", after_s=100)
    effects = changed(story, starvation_cap_us=60 * SECOND)
    assert [alarm.alarm for alarm in kinds(effects, AlarmRaised)] == ["starvation_cap"]
    assert story.contact("old").capped
    effects = changed(story, starvation_cap_us=200 * SECOND)
    assert [alarm.alarm for alarm in kinds(effects, AlarmCleared)] == ["starvation_cap"]
    story.ready("a")
    assert story.rung_for("vip") == ["a"]


def test_a_group_that_helped_by_a_rule_that_is_no_more_goes() -> None:
    rule = ReserveRule(group="back", wait_us=10 * SECOND)
    story = Story(queue("q", reserve=(rule,)), agent("b", reserve=("back",)))
    story.join("c")
    story.wait(10)
    effects = changed(story, reserve=())
    assert [alarm.alarm for alarm in kinds(effects, AlarmCleared)] == ["reserve"]
    story.ready("b")
    assert not story.contact("c").agents


def test_who_waits_in_a_queue_that_comes_back_is_in_it_again() -> None:
    story = Story(queue("q"), queue("old"), agent("a"))
    story.join("c", into="old")
    replaced(story, queue("q"), agent("a"))
    replaced(story, queue("q"), queue("old", priority=4), agent("a"))
    view = story.engine.queue(QueueName("old"))
    assert view is not None
    assert view.waiting == 1
    assert story.contact("c").priority == 4


def test_preview_counts_the_steps_that_are_taken() -> None:
    step = RelaxationStep(after_us=10 * SECOND, lower={SkillName("en"): 1})
    story = Story(queue("q", "en>=8", relaxation=(step,)), agent("low", "en 4"))
    story.ready("low")
    story.join("talks")
    story.wait(10)
    story.answer("talks")
    story.join("waits", after_s=5)
    story.wait(12)
    same = ReplacePolicy(policy=story.engine.policy)
    assert story.engine.preview(same, story.now).unroutable == ()
    harder = policy(queue("q", "en>=8"), agent("low", "en 4"))
    assert story.engine.preview(ReplacePolicy(policy=harder), story.now).unroutable == ("waits",)
    assert story.engine.preview(ReplacePolicy(policy=harder), story.now).idle_agents == ("low",)


def test_preview_does_not_count_a_reserve_group_that_does_not_help() -> None:
    rule = ReserveRule(group="back", wait_us=100 * SECOND)
    people = agent("front", "en 5"), agent("back", "en 5", reserve=("back",))
    story = Story(queue("q", "en", reserve=(rule,)), *people)
    story.ready("back", "front")
    story.join("first")
    story.join("second")
    change = ReplaceSkills(agent_id=AgentId("front"), skills={SkillName("fr"): 1})
    assert story.engine.preview(change, story.now).unroutable == ("first", "second")
    story.wait(100)
    assert story.engine.preview(change, story.now).unroutable == ()
    without = policy(queue("q", "en"), *people)
    assert story.engine.preview(ReplacePolicy(policy=without), story.now).idle_agents == ("back",)


# -- mistakes -------------------------------------------------------------------------------------------------------

EN = agent("a", "en 5", reserve=("back",))


def found(*rules: QueuePolicy | AgentPolicy, **centre: Any) -> dict[tuple[str | int, ...], str]:
    queues = tuple(rule for rule in rules if isinstance(rule, QueuePolicy))
    agents = tuple(rule for rule in rules if isinstance(rule, AgentPolicy))
    return {problem.path: problem.text for problem in problems(Policy(queues=queues, agents=agents, **centre))}


def step(after_s: float, **what: Any) -> RelaxationStep:
    return RelaxationStep(after_us=round(after_s * SECOND), **what)


def to(name: str) -> Exit:
    return Exit(to_kind="queue", to=name)


def test_a_policy_without_mistakes() -> None:
    rules = queue(
        "q",
        "en>=3",
        relaxation=(step(10, lower={"en": 2}), step(20, drop=("en",), open=("back",))),
        reserve=(ReserveRule(group="back", wait_us=5, clear_wait_us=2),),
        limits=(Limit(what="waiting", value=3, then=to("r")),),
        open=((1, 2), (2, 3)),
        announcements=Announcements(),
        agent_order="ordered",
        agents=(AgentId("a"),),
    )
    assert not found(rules, queue("r"), EN)


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({"requires": "de"}, ("requires",)),
        ({"agents": (AgentId("x"),)}, ("agents", 0)),
        ({"weights": {AgentId("x"): 1}}, ("weights", "x")),
        ({"weights": {AgentId("a"): -1}}, ("weights", "a")),
        ({"agent_order": "ordered"}, ("agents",)),
        ({"ring_s": 0}, ("ring_us",)),
        ({"ring_s": -1}, ("ring_us",)),
        ({"wrap_up_s": -1}, ("wrap_up_us",)),
        ({"retry_s": -1}, ("retry_us",)),
        ({"preferred_wait_s": -1}, ("preferred_wait_us",)),
        ({"starvation_cap_s": -1}, ("starvation_cap_us",)),
        ({"misses_before_not_ready": -1}, ("misses_before_not_ready",)),
        ({"weight": 0.0}, ("weight",)),
        ({"ring_count": 0}, ("ring_count",)),
        ({"priority": 10**9}, ("priority",)),
        ({"announcements": Announcements(every_us=0)}, ("announcements", "every_us")),
        ({"relaxation": (step(-1, drop=("en",)),)}, ("relaxation", 0, "after_us")),
        ({"relaxation": (step(5, drop=("en",)), step(5, lower={"en": 1}))}, ("relaxation", 1, "after_us")),
        ({"relaxation": (step(5),)}, ("relaxation", 0)),
        ({"relaxation": (step(5, lower={"de": 1}),)}, ("relaxation", 0, "lower", "de")),
        ({"relaxation": (step(5, lower={"en": 2}), step(6, lower={"en": 2}))}, ("relaxation", 1, "lower", "en")),
        ({"relaxation": (step(5, open=("front",)),)}, ("relaxation", 0, "open")),
        ({"reserve": (ReserveRule(group="front", wait_us=5),)}, ("reserve", 0, "group")),
        ({"reserve": (ReserveRule(group="back"),)}, ("reserve", 0)),
        ({"reserve": (ReserveRule(group="back", wait_us=5, clear_wait_us=6),)}, ("reserve", 0, "clear_wait_us")),
        ({"limits": (Limit(what="waiting", value=-1),)}, ("limits", 0, "value")),
        ({"limits": (Limit(what="wait"),)}, ("limits", 0, "value")),
        ({"limits": (Limit(what="wait", value=1, then=to("x")),)}, ("limits", 0, "then", "to")),
        ({"limits": (Limit(what="wait", value=1, then=to("q")),)}, ("limits", 0, "then", "to")),
        ({"when_closed": Exit(to_kind="flow")}, ("when_closed", "to")),
        ({"open": ((5, 3),)}, ("open", 0)),
        ({"open": ((1, 5), (4, 6))}, ("open", 1)),
    ],
)
def test_each_mistake_is_found_where_it_is(rules: dict[str, Any], path: tuple[str | int, ...]) -> None:
    assert list(found(queue("q", **rules), EN)) == [("queues", "q", *path)]


def test_mistakes_of_agents_and_names_that_mean_two_things() -> None:
    assert set(
        found(queue("q"), queue("q"), agent("a", "en 11"), agent("b", slots=0), agent("a", reserve=("@x",)))
    ) == {
        ("queues", "q"),
        ("agents", "a"),
        ("agents", "a", "skills", "en"),
        ("agents", "b", "slots"),
        ("agents", "a", "reserve", 0),
    }
    assert set(found(refusal_pause_us=-1)) == {("refusal_pause_us",)}


def test_a_level_that_nobody_can_have() -> None:
    rules = QueuePolicy(name=QueueName("q"), requires=AtLeast(SkillName("en"), 11))
    assert "level 11" in found(rules, EN)["queues", "q", "requires"]


def test_circles_of_overflow_are_told_once_with_their_way() -> None:
    over = {
        name: queue(name, limits=(Limit(what="wait", value=1, then=to(target)),))
        for name, target in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    }
    problem = found(*over.values())
    assert problem == {("queues", "c", "limits", 0, "then"): "contacts would overflow in a circle: a -> b -> c -> a"}


def test_all_mistakes_at_once() -> None:
    rules = queue("q", "de & fr", ring_s=-1, limits=(Limit(what="wait", value=1, then=to("x")),))
    assert len(problems(Policy(queues=(rules,), agents=(EN,)))) == 4
    assert parse_requirement("de & fr") == rules.requires
