"""The centre in which distributors are compared: agents with skills, and calls that somebody there can take.

Fifty skills, five for each agent at levels 1 to 10. A call asks for what some agent has, so nothing waits for ever;
on a *hot* queue all ask for what the first hundredth of the agents have, so that most agents fit no waiting call.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from acd.events import JoinQueue
from facts.ids import ContactId, QueueName, SkillName
from facts.requirements import AllOf, AnyOf, AtLeast, Not, Requirement

SKILLS = 50
EACH_HAS = 5
QUEUE = QueueName("all")
NAMES = [SkillName(f"skill-{number:02d}") for number in range(SKILLS)]

Skills: TypeAlias = Mapping[int, int]
"""Skill number to level."""


class Call:
    """A caller. The two skills and levels are for those who know nothing but two skills."""

    __slots__ = ("first", "joins", "level", "level2", "number", "requirement", "second")

    def __init__(
        self, number: int, two: tuple[int, int, int, int], requirement: Requirement, priority: int | None = None
    ) -> None:
        self.number = number
        self.first, self.level, self.second, self.level2 = two
        self.requirement = requirement
        self.joins = JoinQueue(
            contact_id=ContactId(str(number)), queue=QUEUE, requirement=requirement, priority=priority
        )


def _some(agent: Skills, how_many: int, lots: random.Random) -> tuple[tuple[int, int], ...]:
    """So many skills of an agent, each at the agent's level or a lower one."""
    return tuple((skill, lots.randint(1, agent[skill])) for skill in sorted(lots.sample(sorted(agent), how_many)))


def _all(*needs: tuple[int, int]) -> Requirement:
    terms = tuple(AtLeast(NAMES[skill], level) for skill, level in needs)
    return terms[0] if len(terms) == 1 else AllOf(terms)


def _or_not(agent: Skills, lots: random.Random) -> Requirement:
    """Two skills, or a third one without a fourth: ``(a & b) | (c & !d)``."""
    *both, (other, level) = _some(agent, 3, lots)
    absent = lots.choice([skill for skill in range(SKILLS) if skill not in agent])
    return AnyOf((_all(*both), AllOf((AtLeast(NAMES[other], level), Not(AtLeast(NAMES[absent], 1))))))


KINDS: Mapping[str, Callable[[Skills, random.Random], Requirement]] = MappingProxyType(
    {
        "one skill": lambda agent, lots: _all(*_some(agent, 1, lots)),
        "three skills": lambda agent, lots: _all(*_some(agent, 3, lots)),
        "four skills": lambda agent, lots: _all(*_some(agent, 4, lots)),
        "OR and NOT": _or_not,
    }
)
TWO_SKILLS, PRIORITIES = "two skills", "one skill with a priority"


_ANY_TWO = (0, 1, 0, 1)


class World:
    """Agents, and calls one after the other: the same ones for equal arguments."""

    def __init__(self, agents: int, kind: str = TWO_SKILLS, *, hot: bool = False) -> None:
        self._lots = lots = random.Random(f"{agents}/{kind}/{hot}")
        self.agents: list[Skills] = [
            {skill: lots.randint(1, 10) for skill in lots.sample(range(SKILLS), EACH_HAS)} for _ in range(agents)
        ]
        self._kind = kind
        self._wanted = self.agents[: max(1, agents // 100)] if hot else self.agents
        self._number = 0

    def call(self) -> Call:
        """The next caller."""
        lots, agent = self._lots, self._lots.choice(self._wanted)
        self._number += 1
        if self._kind == TWO_SKILLS:
            first, second = _some(agent, 2, lots)
            return Call(self._number, (*first, *second), _all(first, second))
        if self._kind == PRIORITIES:
            return Call(self._number, _ANY_TWO, _all(*_some(agent, 1, lots)), lots.randrange(5))
        return Call(self._number, _ANY_TWO, KINDS[self._kind](agent, lots))
