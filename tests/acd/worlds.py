"""Small centres of every kind for Hypothesis: few agents, few skills, so that everything collides."""

from hypothesis import strategies as st

from acd.policy import (
    AgentPolicy,
    Announcements,
    CallbackRules,
    Exit,
    Limit,
    Policy,
    QueuePolicy,
    RelaxationStep,
    ReserveRule,
)
from facts.ids import AgentId, QueueName, SkillName
from facts.requirements import NOTHING_REQUIRED, AllOf, AnyOf, AtLeast, Not, Requirement
from facts.time import SECOND

START = 1_700_000_000 * SECOND
SKILLS = [SkillName(name) for name in ("en", "fr", "tech", "vip")]
AGENTS = [AgentId(name) for name in ("anna", "bert", "cleo", "dora", "emil")]
QUEUES = [QueueName(name) for name in ("sales", "help", "gold")]
GROUPS = ["back", "lead"]

skill = st.sampled_from(SKILLS)
level = st.integers(1, 10)
terms = st.builds(AtLeast, skill, st.integers(1, 5) | level)


def _nested(children: st.SearchStrategy[Requirement]) -> st.SearchStrategy[Requirement]:
    some = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.builds(AllOf, some) | st.builds(AnyOf, some) | st.builds(Not, children)


pairs: st.SearchStrategy[Requirement] = st.builds(lambda a, b: AllOf((a, b)), terms, terms)
requirements: st.SearchStrategy[Requirement] = (
    st.just(NOTHING_REQUIRED)
    | st.just(NOTHING_REQUIRED)
    | terms
    | terms
    | pairs
    | pairs
    | st.recursive(terms, _nested, max_leaves=6)
)

durations = st.integers(1, 60).map(lambda seconds: seconds * SECOND)
exits = st.sampled_from(
    [
        Exit(),
        Exit(to_kind="flow", to="night"),
        Exit(to_kind="queue", to="help"),
        Exit(to_kind="queue", to="gold"),
        Exit(to_kind="queue", to="nowhere"),
    ]
)
limits = st.builds(
    lambda what, count, wait, then, holds: Limit(
        what=what, value=count if what == "waiting" else wait, then=then, holds=holds
    ),
    st.sampled_from(["waiting", "longest_wait", "wait", "expected_wait", "none_logged_in", "none_ready"]),
    st.integers(1, 3),
    durations,
    exits,
    st.sampled_from([None, None, "at_entry", "while_waiting", "both"]),
)


@st.composite
def steps(draw: st.DrawFn) -> tuple[RelaxationStep, ...]:
    at = 0
    found = []
    for _ in range(draw(st.integers(0, 3))):
        at += draw(durations)
        lower = draw(st.dictionaries(skill, st.integers(1, 4), max_size=2))
        drop = tuple(draw(st.lists(skill, max_size=1)))
        opened = tuple(draw(st.lists(st.sampled_from(GROUPS), max_size=1)))
        found.append(RelaxationStep(after_us=at, lower=lower, drop=drop, open=opened))
    return tuple(found)


@st.composite
def reserve_rules(draw: st.DrawFn) -> ReserveRule:
    wait, expected = draw(durations), draw(st.sampled_from([0, 30 * SECOND]))
    return ReserveRule(group=draw(st.sampled_from(GROUPS)), wait_us=wait, clear_wait_us=wait // 2, expected_us=expected)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[tuple[int, int], ...] | None:
    if draw(st.booleans()):
        return None
    at, found = START - 50 * SECOND, []
    for _ in range(draw(st.integers(0, 3))):
        at += draw(durations)
        end = at + draw(durations)
        found.append((at, end))
        at = end
    return tuple(found)


@st.composite
def plain_queues(draw: st.DrawFn, name: QueueName) -> QueuePolicy:
    """Only what concerns who is offered what."""
    return QueuePolicy(
        name=name,
        requires=draw(requirements),
        priority=draw(st.integers(-1, 1)),
        ring_us=draw(durations),
        wrap_up_us=draw(st.sampled_from([0, 0, 10 * SECOND])),
        misses_before_not_ready=draw(st.integers(0, 2)),
        agent_order=draw(
            st.sampled_from(
                [
                    "longest_idle",
                    "longest_idle",
                    "longest_idle",
                    "most_skilled",
                    "least_skilled",
                    "least_occupied",
                    "round_robin",
                    "fewest_contacts",
                    "ordered",
                    "weighted_random",
                    "ring_several",
                ]
            )
        ),
        agent_tie=draw(st.sampled_from(["longest_idle", "least_occupied"])),
        agents=(AGENTS[2], AGENTS[0]),
        weights={AGENTS[0]: 3, AGENTS[1]: 0},
        ring_count=2,
        band=draw(st.integers(0, 1)),
        ageing_per_minute=draw(st.sampled_from([0.0, 1.0, 5.0])),
        weight=draw(st.sampled_from([1.0, 2.5])),
        target_us=draw(st.sampled_from([10 * SECOND, 30 * SECOND])),
    )


@st.composite
def full_queues(draw: st.DrawFn, name: QueueName) -> QueuePolicy:
    """Every rule there is."""
    plain = draw(plain_queues(name))
    hours = draw(intervals())
    values = {field: getattr(plain, field) for field in plain.__struct_fields__}
    values |= {
        "preferred_wait_us": draw(st.sampled_from([0, 20 * SECOND])),
        "last_agent": draw(st.booleans()),
        "wrap_up": draw(st.sampled_from(["automatic", "automatic", "manual"])),
        "starvation_cap_us": draw(st.sampled_from([0, 0, 40 * SECOND])),
        "relaxation": draw(steps()),
        "reserve": tuple(draw(st.lists(reserve_rules(), max_size=2, unique_by=lambda rule: rule.group))),
        "limits": tuple(draw(st.lists(limits, max_size=2))),
        "open": draw(st.sampled_from([None, hours])),
        "when_closed": draw(exits),
        "closing": draw(st.sampled_from(["serve", "send_away"])),
        "announcements": draw(st.sampled_from([None, Announcements(expected_wait=True)])),
        "callbacks": CallbackRules(attempts=2, retry_us=15 * SECOND, expires_us=100 * SECOND, hours=draw(intervals())),
    }
    return QueuePolicy(**values)


exceptions = st.sampled_from([(), (), (), *((name,) for name in QUEUES), (QUEUES[0], QUEUES[2])])
"""Queues that an agent is taken out of, or put into."""


@st.composite
def policies(draw: st.DrawFn, *, full: bool) -> Policy:
    queue = full_queues if full else plain_queues
    names = QUEUES[: draw(st.integers(1, 3))]
    agents = tuple(
        AgentPolicy(
            agent_id=agent_id,
            skills=draw(st.dictionaries(skill, level, min_size=1, max_size=4)),
            slots=draw(st.sampled_from([1, 1, 1, 2])),
            reserve=tuple(draw(st.sampled_from([[], [], [], ["back"], ["back", "lead"]]))) if full else (),
            without_queues=draw(exceptions),
            extra_queues=draw(exceptions),
        )
        for agent_id in AGENTS[: draw(st.integers(2, 5))]
    )
    return Policy(
        queues=tuple(draw(queue(name)) for name in names),
        agents=agents,
        contact_order=draw(
            st.sampled_from(["first_come", "first_come", "greatest_need", "ageing", "queue_weight", "target_ratio"])
        ),
        refusal_pause_us=draw(st.sampled_from([0, 5 * SECOND])),
    )
