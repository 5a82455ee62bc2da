"""Which agent, which contact: every order on a case that tells it from the others."""

from collections import Counter
from typing import Any

import pytest

from acd.chance import Chance
from acd.events import ChangePriority, DeclareNotReady, DeclareReady, LogIn, RefuseOffer
from facts.ids import AgentId, ContactId, ReasonCode
from facts.journal import AlarmCleared, AlarmRaised, OfferEnded, OfferMade
from facts.states import Declared, OfferOutcome
from facts.time import SECOND
from tests.acd.stories import Story, agent, kinds, queue, rung

# -- which agent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "tie", "chosen"),
    [
        ("most_skilled", "least_occupied", "a"),  # expert agents, least occupied
        ("least_occupied", "longest_idle", "c"),  # uniform, least occupied
        ("most_skilled", "longest_idle", "b"),  # expert agents, most idle
        ("longest_idle", "longest_idle", "c"),  # uniform, most idle
    ],
)
def test_expert_and_uniform_distribution_as_in_the_textbook(order: str, tie: str, chosen: str) -> None:
    """A: best level, 90 % occupied, idle 5 s. B: best level, 95 %, 10 s. C: next level, 64 %, 30 s."""
    story = Story(
        queue("q", "skill", agent_order=order, agent_tie=tie),
        agent("a", "skill 10"),
        agent("b", "skill 10"),
        agent("c", "skill 9"),
    )
    end = story.now + 1000 * SECOND
    doings = []
    for name, worked_s, idle_s in (("a", 45, 5), ("b", 190, 10), ("c", 30 * 0.64 / 0.36, 30)):
        ended = end - idle_s * SECOND
        doings += [(ended - round(worked_s * SECOND), name, "begins"), (ended, name, "ends")]
    for at, name, what in sorted(doings):
        story.now = at
        if what == "begins":
            story.tell(LogIn(agent_id=AgentId(name)))
            story.tell(DeclareReady(agent_id=AgentId(name)))
            story.join(f"of {name}", preferred_agent=AgentId(name))
            story.answer(f"of {name}", by=name)
        else:
            story.end(f"of {name}")
    story.now = end
    story.join("x")
    assert story.rung_for("x") == [chosen]


def test_longest_idle_begins_anew_after_a_break_but_not_after_an_offer_that_failed_through_nobody() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("c1", after_s=5)
    story.leave("c1", after_s=3)
    assert rung(story.join("c2"))[0][0] == "a"
    story.leave("c2")
    story.tell(DeclareNotReady(agent_id=AgentId("a"), reason=ReasonCode("break")), 5)
    story.tell(DeclareReady(agent_id=AgentId("a")), 600)
    assert rung(story.join("c3"))[0][0] == "b"


def test_many_who_came_back_without_blame_stand_in_their_old_order() -> None:
    names = [f"a{number:03}" for number in range(80)]
    story = Story(queue(agent_order="ring_several", ring_count=80), *(agent(name) for name in names))
    story.ready(*names)
    story.join("c1")
    assert story.rung_for("c1") == names
    story.answer("c1", by="a040")
    story.join("c2")
    assert story.rung_for("c2") == [name for name in names if name != "a040"]


@pytest.mark.parametrize(("order", "chosen"), [("most_skilled", "expert"), ("least_skilled", "enough")])
def test_by_skill_among_those_who_suffice(order: str, chosen: str) -> None:
    story = Story(
        queue("q", "en>=4", agent_order=order),
        agent("idle", "en 3"),
        agent("middle", "en 7"),
        agent("enough", "en 4"),
        agent("expert", "en 9"),
    )
    story.ready("idle", "middle", "enough", "expert")
    story.join("c")
    assert story.rung_for("c") == [chosen]


def test_by_skill_counts_only_what_is_asked_for() -> None:
    story = Story(queue("q", "en & !fr", agent_order="most_skilled"), agent("a", "en 5, de 9"), agent("b", "en 6"))
    story.ready("a", "b")
    story.join("c")
    assert story.rung_for("c") == ["b"]


def test_round_robin_goes_on_after_the_last_chosen() -> None:
    story = Story(queue("q", "s", agent_order="round_robin"), *(agent(name, "s 1") for name in "abc"))
    story.ready("c", "b", "a")
    chosen = []
    for number in range(5):
        story.join(f"c{number}")
        chosen += story.rung_for(f"c{number}")
        story.leave(f"c{number}")
    assert chosen == ["a", "b", "c", "a", "b"]


def test_fewest_contacts_and_ties_by_longest_idle() -> None:
    story = Story(queue(agent_order="fewest_contacts"), agent("a"), agent("b"), agent("c"))
    story.ready("a", "b", "c")
    for number, expected in enumerate("abcabc"):
        story.join(f"c{number}", after_s=1)
        assert story.rung_for(f"c{number}") == [expected]
        story.answer(f"c{number}")
        story.end(f"c{number}", after_s=10 if expected == "a" else 1)


def test_an_ordered_list_and_who_is_not_on_it_last() -> None:
    story = Story(queue(agent_order="ordered", agents=(AgentId("c"), AgentId("a"))), *(agent(name) for name in "abcd"))
    story.ready("d", "b", "a", "c")
    chosen = []
    for number in range(4):
        story.join(f"c{number}")
        chosen += story.rung_for(f"c{number}")
    assert chosen == ["c", "a", "d", "b"]


def test_a_weighted_draw_follows_the_weights_and_repeats() -> None:
    def drawn(seed: int) -> list[str]:
        weights = {AgentId("a"): 3, AgentId("b"): 1, AgentId("c"): 0}
        story = Story(
            queue(agent_order="weighted_random", weights=weights), *(agent(name) for name in "abc"), seed=seed
        )
        story.ready("a", "b", "c")
        found = []
        for number in range(2000):
            story.join(f"c{number}")
            found += story.rung_for(f"c{number}")
            story.leave(f"c{number}")
        return found

    counts = Counter(drawn(7))
    assert counts["c"] == 0
    assert 1400 < counts["a"] < 1600
    assert drawn(7) == drawn(7) != drawn(8)


def test_the_generator_is_splitmix64_and_fair() -> None:
    lots = Chance(1234567)
    assert [lots.below(1 << 64) for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]
    counts = Counter(lots.below(6) for _ in range(6000))
    assert all(850 < counts[side] < 1150 for side in range(6))


def test_several_ring_and_the_first_to_answer_has_it() -> None:
    story = Story(queue(agent_order="ring_several", ring_count=2), agent("a"), agent("b"), agent("c"))
    story.ready("a", "b", "c")
    story.join("x")
    assert story.rung_for("x") == ["a", "b"]
    effects = story.answer("x", by="b", after_s=2)
    ended = {fact.agent_id: fact.outcome for fact in kinds(effects, OfferEnded)}
    assert ended == {"a": OfferOutcome.ANSWERED_ELSEWHERE, "b": OfferOutcome.ANSWERED}
    assert (story.agent("a").declared, story.agent("a").misses) == (Declared.READY, 0)
    assert rung(story.join("y")) == [("a", "y"), ("c", "y")]


def test_when_several_ring_one_may_refuse_and_the_others_ring_on() -> None:
    story = Story(queue(agent_order="ring_several", ring_count=2), agent("a"), agent("b"))
    story.ready("a", "b")
    story.join("x")
    refusal = RefuseOffer(offer_id=story.offer("x"), agent_id=AgentId("a"), outcome=OfferOutcome.BUSY)
    story.tell(refusal)
    assert story.rung_for("x") == ["b"]
    story.answer("x", by="b")
    assert story.contact("x").agents == ("b",)


def test_every_offer_says_why() -> None:
    story = Story(agent("a"), agent("b"))
    story.ready("a", "b")
    (made,) = kinds(story.join("c", after_s=9), OfferMade)
    assert made.why == {"order": "longest_idle", "idle_us": 10 * SECOND, "free_agents": 2}


# -- which contact --------------------------------------------------------------------------------------------------


def served(story: Story, *contacts: str) -> list[str]:
    """One agent comes and serves them all: in which order."""
    story.ready("a")
    order = []
    for _ in contacts:
        (contact,) = [c for c in contacts if not story.gone(c) and story.contact(c).agents]
        order.append(contact)
        story.answer(contact)
        story.end(contact)
    return order


def test_priority_then_who_joined_first_over_all_queues() -> None:
    story = Story(queue("q"), queue("vip", priority=5), agent("a"))
    story.join("old")
    story.join("vip1", into="vip", after_s=10)
    story.join("vip2", into="vip", after_s=1)
    story.join("own", priority=9, after_s=1)
    assert served(story, "old", "vip1", "vip2", "own") == ["own", "vip1", "vip2", "old"]


def test_ageing_lets_who_waited_long_overtake_within_the_band_only() -> None:
    rules: dict[str, Any] = {"ageing_per_minute": 1.0}
    story = Story(
        queue("q", **rules),
        queue("better", priority=2, **rules),
        queue("gold", band=1, **rules),
        agent("a"),
        contact_order="ageing",
    )
    story.join("patient")
    story.join("quick", into="better", after_s=150)
    story.join("quicker", into="better", after_s=0)
    story.join("golden", into="gold", after_s=1)
    assert served(story, "patient", "quick", "quicker", "golden") == ["golden", "patient", "quick", "quicker"]


def test_queue_weight_multiplies_the_wait() -> None:
    story = Story(queue("q"), queue("heavy", weight=3.0), agent("a"), contact_order="queue_weight")
    story.join("light", after_s=0)
    story.join("heavy", into="heavy", after_s=10)
    story.wait(4)
    story.ready("a", after_s=0)
    assert story.rung_for("light")  # 14 s against 3 * 4 s
    story.leave("light", after_s=2)
    assert story.rung_for("heavy")


def test_target_ratio_serves_who_is_furthest_past_the_target() -> None:
    story = Story(queue("q", target_s=60), queue("fast", target_s=10), agent("a"), contact_order="target_ratio")
    story.join("slow")
    story.join("fast", into="fast", after_s=30)
    story.wait(10)
    assert served(story, "slow", "fast") == ["fast", "slow"]  # 40/60 against 10/10


def test_the_starvation_cap_goes_before_every_priority_and_says_so() -> None:
    story = Story(queue("q", starvation_cap_s=60), queue("vip", priority=9), agent("a"))
    story.join("poor")
    story.join("rich", into="vip", after_s=50)
    effects = story.wait(10)
    (alarm,) = kinds(effects, AlarmRaised)
    assert (alarm.alarm, alarm.queue, alarm.contact_id, alarm.value) == ("starvation_cap", "q", "poor", 60.0)
    assert served(story, "poor", "rich") == ["poor", "rich"]
    assert [fact.queue for fact in kinds(story.said, AlarmCleared)] == ["q"]


def test_the_cap_raises_no_alarm_when_it_changes_nothing() -> None:
    story = Story(queue("q", starvation_cap_s=60), agent("a"))
    story.join("one")
    story.join("two", after_s=1)
    assert not kinds(story.wait(100), AlarmRaised)
    assert served(story, "one", "two") == ["one", "two"]


def test_the_cap_raises_its_alarm_when_somebody_comes_later_whom_it_keeps_back() -> None:
    story = Story(queue("q", starvation_cap_s=60), queue("vip", priority=9), agent("a"))
    story.join("poor")
    assert not kinds(story.wait(70), AlarmRaised)
    (alarm,) = kinds(story.join("rich", into="vip"), AlarmRaised)
    assert (alarm.contact_id, alarm.queue, alarm.value) == ("poor", "q", 70.0)
    assert not kinds(story.join("richer", into="vip"), AlarmRaised)
    assert served(story, "poor", "rich", "richer") == ["poor", "rich", "richer"]
    assert [fact.queue for fact in kinds(story.said, AlarmCleared)] == ["q"]


def test_the_cap_raises_its_alarm_when_somebody_is_raised_whom_it_keeps_back() -> None:
    story = Story(queue("q", starvation_cap_s=60), agent("a"))
    story.join("poor")
    story.join("other", after_s=1)
    story.wait(65)
    assert not kinds(story.said, AlarmRaised)
    story.join("new")
    effects = story.tell(ChangePriority(contact_id=ContactId("new"), priority=3))
    assert [alarm.contact_id for alarm in kinds(effects, AlarmRaised)] == ["poor"]


def test_the_cap_raises_its_alarm_when_who_has_reached_it_is_lowered_and_still_goes_first() -> None:
    story = Story(queue("q", starvation_cap_s=60), agent("a"))
    story.join("poor", priority=1)
    story.wait(65)
    story.join("new")
    assert not kinds(story.said, AlarmRaised)
    effects = story.tell(ChangePriority(contact_id=ContactId("poor"), priority=-1))
    assert [alarm.contact_id for alarm in kinds(effects, AlarmRaised)] == ["poor"]
