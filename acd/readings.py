"""Requirements made ready for matching: which pools, with which least levels, and whether that is all."""

from typing import Final, NamedTuple

from acd.alternatives import Alternative, alternatives
from acd.model import EVERYBODY, Contact, Group, Pool, PutInto, Reading
from acd.pools import Pools
from facts.ids import SkillName
from facts.requirement_text import requirement_text
from facts.requirements import HIGHEST_LEVEL, NOTHING_REQUIRED, AllOf, AtLeast, Requirement

_MEMORY: Final = 4096


def both(first: Requirement, second: Requirement) -> Requirement:
    """What a queue requires and what the contact adds."""
    if first is NOTHING_REQUIRED or first == NOTHING_REQUIRED:
        return second
    if second == NOTHING_REQUIRED:
        return first
    return AllOf((*_terms(first), *_terms(second)))


def _terms(requirement: Requirement) -> tuple[Requirement, ...]:
    return requirement.terms if isinstance(requirement, AllOf) else (requirement,)


class Pair(NamedTuple):
    """Two skills that were asked for together: their pool, whether they stand in its order, how levels are written.

    Formatting numbers takes longer than everything else here, so the texts are kept.
    """

    alone: tuple[Pool, ...]
    in_order: bool
    texts: tuple[str, ...]
    texts2: tuple[str, ...]


class Readings:
    """Reads requirements and remembers them, within bounds: contacts may bring requirements of their own."""

    __slots__ = ("_known", "_pairs", "_pools", "_texts")

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._known: dict[tuple[Requirement, tuple[Group, ...]], Reading] = {}
        self._pairs: dict[tuple[SkillName, SkillName], Pair] = {}
        self._texts: dict[SkillName, tuple[str, ...]] = {}

    def of(self, requirement: Requirement, groups: tuple[Group, ...] = EVERYBODY) -> Reading:
        """Read a requirement; ``groups``: of whom it is asked, the reserve groups that are open to it among them.

        The commonest that contacts bring, two skills, is read without a detour.
        """
        if groups is EVERYBODY and type(requirement) is AllOf:
            terms = requirement.terms
            if len(terms) == 2:
                first, second = terms
                if type(first) is AtLeast and type(second) is AtLeast and first.skill != second.skill:
                    skill, skill2 = first.skill, second.skill
                    alone, in_order, texts, texts2 = self._pairs.get((skill, skill2)) or self._pair(skill, skill2)
                    level, level2 = first.level, second.level
                    try:
                        text = f"{texts[level]} & {texts2[level2]}"
                    except IndexError:  # a level that nobody can have
                        text = f"{skill}>={level} & {skill2}>={level2}"
                    if in_order:
                        return None, text, alone, level, level2, True
                    return None, text, alone, level2, level, True
        key = (requirement, groups)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MEMORY:
                self._known.clear()
            known = self._known[key] = self._of_any(requirement, groups)
        return known

    def kept(self, requirement: Requirement, groups: tuple[Group, ...] = EVERYBODY) -> Reading:
        """As :meth:`of`, with the requirement itself in the reading, since it is not just what a contact brought."""
        return (requirement, *self.of(requirement, groups)[1:])

    def _pair(self, skill: SkillName, skill2: SkillName) -> Pair:
        if len(self._pairs) >= _MEMORY:
            self._pairs.clear()
            self._texts.clear()
        texts, texts2 = (self._texts.setdefault(one, _texts(one)) for one in (skill, skill2))
        pool = self._pools.pool("", *sorted((skill, skill2)))
        pair = self._pairs[skill, skill2] = Pair(pool.alone, skill < skill2, texts, texts2)
        return pair

    def _of_any(self, requirement: Requirement, groups: tuple[Group, ...]) -> Reading:
        found = alternatives(requirement)
        text = requirement_text(requirement)
        rarest = [self._rarest_two(alternative) for alternative in found]
        put_in = [group for group in groups if isinstance(group, PutInto)]
        pools = {
            self._pools.pool(group, first, second): None
            for group in groups
            if group not in put_in
            for (first, _), (second, _) in rarest
        }
        pools |= {self._pools.pool(group, "", ""): None for group in put_in}
        if len(found) != 1:
            return requirement, text, tuple(pools), 0, 0, False
        (_, least), (_, least2) = rarest[0]
        exact = found[0].whole and len(found[0].skills) <= 2 and not put_in
        return requirement, text, tuple(pools), least, least2, exact

    def _rarest_two(self, alternative: Alternative) -> tuple[tuple[str, int], tuple[str, int]]:
        """The two skills that the fewest have, in alphabetical order; a missing one is ``("", 0)`` and stands last."""
        skills = sorted(alternative.skills.items(), key=lambda part: (self._pools.holders(part[0]), part[0]))[:2]
        first, second = [*sorted(skills), ("", 0), ("", 0)][:2]
        return first, second


def _texts(skill: SkillName) -> tuple[str, ...]:
    return tuple(f"{skill}>={level}" for level in range(HIGHEST_LEVEL + 1))


def skills_wanted(contact: Contact) -> tuple[SkillName, ...]:
    """The skills whose levels matter: those that some way of meeting the requirement asks for."""
    if contact.requirement is None:
        return tuple(SkillName(skill) for skill in contact.pools[0].key[1:])
    found = (skill for alternative in alternatives(contact.requirement) for skill in alternative.skills)
    return tuple(dict.fromkeys(found))


def own_of(contact: Contact) -> Requirement | None:
    """What the contact itself brought."""
    if contact.own is None and contact.requirement is None:
        return requirement_of(contact)
    return contact.own


def requirement_of(contact: Contact) -> Requirement:
    """What a contact requires, also when it is kept as pool and levels only."""
    if contact.requirement is not None:
        return contact.requirement
    _, first, second = contact.pools[0].key
    return AllOf((AtLeast(SkillName(first), contact.first), AtLeast(SkillName(second), contact.second)))
