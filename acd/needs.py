"""Requirements made ready for matching: as alternatives of skills with least levels."""

from typing import Final

from acd.model import Need
from facts.requirement_text import requirement_text
from facts.requirements import NOTHING_REQUIRED, AllOf, AnyOf, AtLeast, Not, Requirement

MOST_ALTERNATIVES: Final = 16
"""More, and the contact is looked for among all agents instead."""

_MEMORY: Final = 4096
_Alternative = tuple[dict[str, int], bool]


def both(first: Requirement, second: Requirement) -> Requirement:
    """What a queue requires and what the contact adds."""
    if first == NOTHING_REQUIRED:
        return second
    if second == NOTHING_REQUIRED:
        return first
    return AllOf((*_terms(first), *_terms(second)))


def _terms(requirement: Requirement) -> tuple[Requirement, ...]:
    return requirement.terms if type(requirement) is AllOf else (requirement,)


class Needs:
    """Makes and remembers needs; the memory is bounded, for contacts may bring requirements of their own."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Requirement, Need] = {}

    def of(self, requirement: Requirement) -> Need:
        """The need of a requirement."""
        if type(requirement) is AllOf and len(requirement.terms) == 2:
            first, second = requirement.terms
            if type(first) is AtLeast and type(second) is AtLeast and first.skill != second.skill:
                return _of_two(requirement, first, second)
        known = self._known.get(requirement)
        if known is None:
            if len(self._known) >= _MEMORY:
                self._known.clear()
            known = self._known[requirement] = _of_any(requirement)
        return known


def _of_two(requirement: Requirement, first: AtLeast, second: AtLeast) -> Need:
    """The commonest own requirement, without a detour."""
    text = f"{first.skill}>={first.level} & {second.skill}>={second.level}"
    return Need(requirement, text, (((first.skill, first.level), (second.skill, second.level)),), True)


def _of_any(requirement: Requirement) -> Need:
    alternatives = _alternatives(requirement, wanted=True)
    if alternatives is None:
        alternatives = [({}, False)]
    terms = tuple(tuple(sorted(skills.items())) for skills, _ in alternatives)
    exact = all(whole and len(skills) <= 2 for skills, whole in alternatives)
    return Need(requirement, requirement_text(requirement), terms, exact)


def _alternatives(requirement: Requirement, *, wanted: bool) -> list[_Alternative] | None:
    """Disjunctive normal form: skills with least levels, and whether they are all that the alternative asks.

    None: more than MOST_ALTERNATIVES.
    """
    match requirement:
        case AtLeast(skill, level):
            return [({skill: level}, True)] if wanted else [({}, False)]
        case Not(term):
            return _alternatives(term, wanted=not wanted)
        case AllOf(terms) | AnyOf(terms):
            parts = [_alternatives(term, wanted=wanted) for term in terms]
            known = [part for part in parts if part is not None]
            if (type(requirement) is AllOf) is wanted:
                return _every(known, cut=len(known) < len(parts))
            return None if len(known) < len(parts) else _some(known)


def _some(parts: list[list[_Alternative]]) -> list[_Alternative] | None:
    result = [alternative for part in parts for alternative in part]
    return result if len(result) <= MOST_ALTERNATIVES else None


def _every(parts: list[list[_Alternative]], *, cut: bool) -> list[_Alternative] | None:
    """Each with each; a part that would make too many is left to the further test."""
    result: list[_Alternative] = [({}, not cut)]
    for part in sorted(parts, key=len):
        if len(result) * len(part) > MOST_ALTERNATIVES:
            result = [(skills, False) for skills, _ in result]
            continue
        result = [
            ({s: max(left.get(s, 0), right.get(s, 0)) for s in {**left, **right}}, lw and rw)
            for left, lw in result
            for right, rw in part
        ]
    return result
