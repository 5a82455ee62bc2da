"""Requirements as alternatives: sets of skills with least levels, any one of which is enough.

    (a>=2 & b>=3) | c>=1      ->  {a: 2, b: 3}  or  {c: 1}

What an alternative cannot say (a skill that must be absent, or too many alternatives) is left to a further test.
"""

from typing import Final, TypeAlias

import msgspec

from facts.ids import SkillName
from facts.requirements import AllOf, AnyOf, AtLeast, Level, Not, Requirement

MOST_ALTERNATIVES: Final = 16
"""More, and the parts that make so many are left to the further test."""


class Alternative(msgspec.Struct, frozen=True):
    """Skills with least levels; ``whole``: there is nothing else to ask."""

    skills: dict[SkillName, Level]
    whole: bool


_Alternatives: TypeAlias = tuple[Alternative, ...]
_ANYBODY: Final[_Alternatives] = (Alternative({}, whole=False),)


def alternatives(requirement: Requirement) -> tuple[Alternative, ...]:
    """Who may qualify: whoever meets one alternative, and the further test where it is not whole. None: nobody."""
    return _alternatives(requirement, wanted=True)


def _alternatives(requirement: Requirement, *, wanted: bool) -> _Alternatives:
    """Disjunctive normal form of the requirement, or of its opposite when it is not ``wanted``."""
    match requirement:
        case AtLeast(skill, level):
            return (Alternative({skill: level}, whole=True),) if wanted else _ANYBODY
        case Not(term):
            return _alternatives(term, wanted=not wanted)
        case AllOf(terms) | AnyOf(terms):
            parts = [_alternatives(term, wanted=wanted) for term in terms]
            return _every(parts) if isinstance(requirement, AllOf) is wanted else _some(parts)


def _some(parts: list[_Alternatives]) -> _Alternatives:
    result = tuple(alternative for part in parts for alternative in part)
    return result if len(result) <= MOST_ALTERNATIVES else _ANYBODY


def _every(parts: list[_Alternatives]) -> _Alternatives:
    """Each with each; a part that would make too many is left to the further test."""
    result: _Alternatives = (Alternative({}, whole=True),)
    for part in sorted(parts, key=len):
        if len(result) * len(part) > MOST_ALTERNATIVES:
            result = tuple(Alternative(left.skills, whole=False) for left in result)
        else:
            result = tuple(_joined(left, right) for left in result for right in part)
    return result


def _joined(left: Alternative, right: Alternative) -> Alternative:
    skills = dict(left.skills)
    for skill, level in right.skills.items():
        skills[skill] = max(level, skills.get(skill, level))
    return Alternative(skills, whole=left.whole and right.whole)
