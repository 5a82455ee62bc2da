"""Mistakes in a policy: everything that it refers to and is not there, and every rule that cannot be meant.

A problem's path leads to the mistake, as settings are written: ``("queues", "billing", "limits", 0, "then")``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from acd.policy import AgentPolicy, Exit, Limit, Policy, QueuePolicy, RelaxationStep, ReserveRule
from facts.ids import SkillName
from facts.requirement_text import skills_named
from facts.requirements import HIGHEST_LEVEL, LOWEST_LEVEL, AllOf, AnyOf, AtLeast, Not, Requirement

Path: TypeAlias = tuple[str | int, ...]
Ways: TypeAlias = Mapping[str, Sequence[tuple[Path, str]]]
"""Of each queue, the queues to which it sends contacts on, each with where that is said."""

HIGHEST_PRIORITY: Final = 1_000_000


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, and where; ``absent``: it names what is not there."""

    path: Path
    text: str
    absent: bool = False


class Besides(msgspec.Struct, frozen=True):
    """Names that are meant to be there although the policy lacks them: what is wrong with them is told elsewhere."""

    queues: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def problems(policy: Policy) -> tuple[Problem, ...]:
    """Every mistake of a policy, in its order."""
    return (*problems_of_rules(policy), *circles(_ways(policy)))


def problems_of_rules(policy: Policy, besides: Besides = Besides()) -> tuple[Problem, ...]:  # noqa: B008 - frozen
    """Every mistake that is in some rule by itself, or in what it refers to: all but `circles`."""
    return tuple(_of_rules(policy, besides))


def _of_rules(policy: Policy, besides: Besides) -> Iterator[Problem]:
    yield from _twice("queues", [queue.name for queue in policy.queues])
    yield from _twice("agents", [agent.agent_id for agent in policy.agents])
    known = _Known(policy, besides)
    for agent in policy.agents:
        yield from _agent(agent, known)
    for queue in policy.queues:
        yield from _queue(queue, known)
    if policy.refusal_pause_us < 0:
        yield Problem(("refusal_pause_us",), "is negative")
    if policy.own_calls.wrap_up_us < 0:
        yield Problem(("own_calls", "wrap_up_us"), "is negative")


class _Known:
    """What agents and queues may refer to."""

    def __init__(self, policy: Policy, besides: Besides) -> None:
        agents = policy.agents
        self.queues: set[str] = {*besides.queues, *(queue.name for queue in policy.queues)}
        self.agents: set[str] = {*besides.agents, *(agent.agent_id for agent in agents)}
        self.skills: set[str] = {*besides.skills, *(skill for agent in agents for skill in agent.skills)}
        self.groups: set[str] = {*besides.groups, *(group for agent in agents for group in agent.reserve)}


def _twice(section: str, names: list[str]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Problem((section, name), f"is there {times} times: a name means one thing")


def _agent(agent: AgentPolicy, known: _Known) -> Iterator[Problem]:
    path: Path = ("agents", agent.agent_id)
    for skill, level in agent.skills.items():
        if not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
            yield Problem((*path, "skills", skill), f"level {level} is not from {LOWEST_LEVEL} to {HIGHEST_LEVEL}")
    if agent.slots < 1:
        yield Problem((*path, "slots"), "an agent needs at least one slot to take contacts")
    for index, group in enumerate(agent.reserve):
        if not group or group.startswith("@"):
            yield Problem(
                (*path, "reserve", index), f"{group!r} cannot be a group's name: it is empty or begins with @"
            )
    yield from _exceptions(path, agent, known)


def _exceptions(path: Path, agent: AgentPolicy, known: _Known) -> Iterator[Problem]:
    """Queues that an agent is taken out of or put into."""
    for key, names in (("without_queues", agent.without_queues), ("extra_queues", agent.extra_queues)):
        for index, queue in enumerate(names):
            if queue not in known.queues:
                yield Problem((*path, key, index), f"queue {queue!r} is not in the policy", absent=True)
    for index, queue in enumerate(agent.extra_queues):
        if queue in agent.without_queues:
            yield Problem(
                (*path, "extra_queues", index),
                f"queue {queue!r} is among without_queues too: an agent is either put into a queue or taken out of it",
            )


def _queue(queue: QueuePolicy, known: _Known) -> Iterator[Problem]:
    path: Path = ("queues", queue.name)
    yield from _requirement((*path, "requires"), queue.requires, known)
    yield from _numbers(path, queue)
    yield from _named_agents(path, queue, known)
    yield from _relaxation((*path, "relaxation"), queue, known)
    for index, rule in enumerate(queue.reserve):
        yield from _reserve((*path, "reserve", index), rule, known)
    for index, limit in enumerate(queue.limits):
        yield from _limit((*path, "limits", index), limit, queue, known)
    yield from _exit((*path, "when_closed"), queue.when_closed, queue, known)
    yield from _intervals((*path, "open"), queue.open)
    yield from _intervals((*path, "callbacks", "hours"), queue.callbacks.hours)


def _named_agents(path: Path, queue: QueuePolicy, known: _Known) -> Iterator[Problem]:
    for index, agent_id in enumerate(queue.agents):
        if agent_id not in known.agents:
            yield Problem((*path, "agents", index), f"agent {agent_id!r} is not in the policy", absent=True)
    for agent_id, weight in queue.weights.items():
        if agent_id not in known.agents:
            yield Problem((*path, "weights", agent_id), f"agent {agent_id!r} is not in the policy", absent=True)
        if weight < 0:
            yield Problem((*path, "weights", agent_id), "is negative")


def _numbers(path: Path, queue: QueuePolicy) -> Iterator[Problem]:
    yield from _positive(path, queue, "ring_us", "target_us")
    yield from _not_negative(
        path,
        queue,
        "wrap_up_us",
        "misses_before_not_ready",
        "retry_us",
        "preferred_wait_us",
        "starvation_cap_us",
        "ageing_per_minute",
    )
    if queue.weight <= 0:
        yield Problem((*path, "weight"), "must be more than 0")
    if queue.ring_count < 1:
        yield Problem((*path, "ring_count"), "at least one phone has to ring")
    for name in ("priority", "band"):
        if abs(getattr(queue, name)) > HIGHEST_PRIORITY:
            yield Problem((*path, name), f"is not from -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}")
    if queue.agent_order == "ordered" and not queue.agents:
        yield Problem((*path, "agents"), "is empty, but agent_order 'ordered' goes by it")
    if queue.announcements is not None:
        where: Path = (*path, "announcements")
        yield from _positive(where, queue.announcements, "every_us", "round_us")
        yield from _not_negative(where, queue.announcements, "first_us", "position_limit")
    if queue.callbacks.attempts < 1:
        yield Problem((*path, "callbacks", "attempts"), "at least one attempt has to be made")
    yield from _positive((*path, "callbacks"), queue.callbacks, "expires_us", "retry_us")


def _reserve(path: Path, rule: ReserveRule, known: _Known) -> Iterator[Problem]:
    yield from _group((*path, "group"), rule.group, known)
    if not rule.wait_us and not rule.expected_us:
        yield Problem(path, "names neither a wait nor an expected wait: the group would never help")
    yield from _not_negative(path, rule, "wait_us", "expected_us", "clear_wait_us", "clear_expected_us")
    for clear, highest in (("clear_wait_us", rule.wait_us), ("clear_expected_us", rule.expected_us)):
        if getattr(rule, clear) > highest:
            yield Problem((*path, clear), "is above the limit: the group would come and go at once")


def _relaxation(path: Path, queue: QueuePolicy, known: _Known) -> Iterator[Problem]:
    """Steps go forward in time, change something, and end: each skill is dropped once and lowered to less each time."""
    named = skills_named(queue.requires)
    before = -1
    levels: dict[SkillName, int] = {}
    dropped: set[SkillName] = set()
    for index, step in enumerate(queue.relaxation):
        where: Path = (*path, index)
        if step.after_us < 0:
            yield Problem((*where, "after_us"), "is negative")
        elif step.after_us <= before:
            yield Problem(
                (*where, "after_us"), "is not later than the step before it: the steps would never end in order"
            )
        before = max(before, step.after_us)
        if not step.lower and not step.drop and not step.open:
            yield Problem(where, "changes nothing")
        yield from _lowering(where, step, levels, known)
        for skill in step.drop:
            if skill in dropped:
                yield Problem((*where, "drop"), f"skill {skill!r} was dropped by an earlier step")
            if skill not in named and skill not in known.skills:
                yield Problem((*where, "drop"), f"skill {skill!r} is not required, and no agent has it", absent=True)
            dropped.add(skill)
        for group in step.open:
            yield from _group((*where, "open"), group, known)


def _lowering(path: Path, step: RelaxationStep, levels: dict[SkillName, int], known: _Known) -> Iterator[Problem]:
    for skill, level in step.lower.items():
        where: Path = (*path, "lower", skill)
        if skill not in known.skills:
            yield Problem(where, f"no agent has the skill {skill!r}", absent=True)
        if not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
            yield Problem(where, f"level {level} is not from {LOWEST_LEVEL} to {HIGHEST_LEVEL}")
        if level >= levels.get(skill, HIGHEST_LEVEL + 1):
            yield Problem(where, f"level {level} is not lower than by the step before")
        levels[skill] = level


def _requirement(path: Path, requirement: Requirement, known: _Known) -> Iterator[Problem]:
    for skill in sorted(skills_named(requirement) - known.skills):
        yield Problem(path, f"no agent has the skill {skill!r}", absent=True)
    for term in _terms(requirement):
        if not LOWEST_LEVEL <= term.level <= HIGHEST_LEVEL:
            yield Problem(path, f"{term.skill}: level {term.level} is not from {LOWEST_LEVEL} to {HIGHEST_LEVEL}")


def _terms(requirement: Requirement) -> Iterator[AtLeast]:
    match requirement:
        case AtLeast():
            yield requirement
        case Not(term):
            yield from _terms(term)
        case AllOf(terms) | AnyOf(terms):
            for term in terms:
                yield from _terms(term)


def _group(path: Path, group: str, known: _Known) -> Iterator[Problem]:
    if group not in known.groups:
        yield Problem(path, f"no agent is in the reserve group {group!r}", absent=True)


def _limit(path: Path, limit: Limit, queue: QueuePolicy, known: _Known) -> Iterator[Problem]:
    if limit.value < 0:
        yield Problem((*path, "value"), "is negative")
    elif limit.what in {"wait", "longest_wait", "expected_wait"} and not limit.value:
        yield Problem((*path, "value"), f"a limit of 0 for {limit.what!r} would let nobody wait")
    yield from _exit((*path, "then"), limit.then, queue, known)


def _exit(path: Path, way: Exit, queue: QueuePolicy, known: _Known) -> Iterator[Problem]:
    if way.to_kind in {"queue", "flow", "number"} and not way.to:
        yield Problem((*path, "to"), f"names no {way.to_kind}")
    elif way.to_kind == "queue" and way.to == queue.name:
        yield Problem((*path, "to"), "overflows into itself")
    elif way.to_kind == "queue" and way.to not in known.queues:
        yield Problem((*path, "to"), f"queue {way.to!r} is not in the policy", absent=True)


def _exits(queue: QueuePolicy) -> Iterator[tuple[Path, Exit]]:
    for index, limit in enumerate(queue.limits):
        yield ("queues", queue.name, "limits", index, "then"), limit.then
    yield ("queues", queue.name, "when_closed"), queue.when_closed


def _ways(policy: Policy) -> Ways:
    return {
        queue.name: [(path, way.to) for path, way in _exits(queue) if way.to_kind == "queue"] for queue in policy.queues
    }


def circles(ways: Ways) -> Iterator[Problem]:
    """Overflow from queue to queue that comes back to where it began; each circle is told once, where it closes.

    A queue that overflows into itself is a mistake of its rule, and told there.
    """
    finished: set[str] = set()
    for start in ways:
        yield from _walk(start, ways, [], finished)


def _walk(name: str, ways: Ways, trail: list[str], finished: set[str]) -> Iterator[Problem]:
    if name in finished:
        return
    trail.append(name)
    for path, target in ways.get(name, ()):
        if target == name:
            continue
        if target in trail:
            circle = " -> ".join([*trail[trail.index(target) :], target])
            yield Problem(path, f"contacts would overflow in a circle: {circle}")
        else:
            yield from _walk(target, ways, trail, finished)
    trail.pop()
    finished.add(name)


def _intervals(path: Path, intervals: Iterable[tuple[int, int]] | None) -> Iterator[Problem]:
    before = None
    for index, (begin, end) in enumerate(intervals or ()):
        if end <= begin:
            yield Problem((*path, index), "ends before it begins")
        if before is not None and begin < before:
            yield Problem((*path, index), "begins before the interval before it has ended")
        before = end


def _positive(path: Path, rules: msgspec.Struct, *names: str) -> Iterator[Problem]:
    for name in names:
        if getattr(rules, name) <= 0:
            yield Problem((*path, name), "must be more than 0")


def _not_negative(path: Path, rules: msgspec.Struct, *names: str) -> Iterator[Problem]:
    for name in names:
        if getattr(rules, name) < 0:
            yield Problem((*path, name), "is negative")
