"""Skills with levels, and what a contact requires of an agent.

A level is 1 to 10, higher is better. A skill that an agent lacks is *absent*, which is not level 0: every comparison
with it is false, and only ``Not`` turns that into true.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from facts.ids import SkillName

Level: TypeAlias = int
Skills: TypeAlias = Mapping[SkillName, Level]

LOWEST_LEVEL: Level = 1
HIGHEST_LEVEL: Level = 10


class AtLeast(msgspec.Struct, frozen=True, tag="at_least"):
    """The agent has the skill at this level or better."""

    skill: SkillName
    level: Level


class AllOf(msgspec.Struct, frozen=True, tag="all_of"):
    """Every term holds; of no terms: always true."""

    terms: tuple["Requirement", ...]


class AnyOf(msgspec.Struct, frozen=True, tag="any_of"):
    """At least one term holds; of no terms: never true."""

    terms: tuple["Requirement", ...]


class Not(msgspec.Struct, frozen=True, tag="not"):
    """The term does not hold."""

    term: "Requirement"


Requirement: TypeAlias = AtLeast | AllOf | AnyOf | Not

NOTHING_REQUIRED = AllOf(())


def satisfies(skills: Skills, requirement: Requirement) -> bool:
    """Whether an agent with these skills meets the requirement."""
    match requirement:
        case AtLeast(skill, level):
            return skill in skills and skills[skill] >= level
        case AllOf(terms):
            return all(satisfies(skills, term) for term in terms)
        case AnyOf(terms):
            return any(satisfies(skills, term) for term in terms)
        case Not(term):
            return not satisfies(skills, term)
