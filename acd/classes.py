"""Classes of waiting contacts, and the rank by which contacts are compared.

Within a class who joined first always comes first, whatever time does to the ranks of classes; so the engine keeps
each class in a line and compares only the first of each.
"""

from typing import Final, TypeAlias

from acd.model import Class, Contact
from acd.policy import QueuePolicy
from facts.time import MINUTE, Instant

CAPPED: Final[Class] = -(1 << 40)
"""The class of those who have reached the starvation cap: before all others."""

JOINED: Final = (1 << 96) - 1
"""The part of an order that is join time and number, without the class."""

Rank: TypeAlias = tuple[float, ...]


class ClassRules:
    """What contacts of a class have in common: among them who joined first always comes first.

    Rank is by ``band``, then by ``points`` plus ``per_us`` for every microsecond waited.
    """

    __slots__ = ("band", "per_us", "points")

    def __init__(self, band: int, points: int, per_us: float) -> None:
        self.band = band
        self.points = points
        self.per_us = per_us


class Classes:
    """The classes in use. Where the order does not change with time, a class is its priority turned round."""

    __slots__ = ("_known", "_numbers", "order", "static")

    def __init__(self, order: str) -> None:
        self.order = order
        self.static = order in {"first_come", "greatest_need"}
        self._known: list[ClassRules] = []
        self._numbers: dict[tuple[int, int, float], Class] = {}

    def of(self, rules: QueuePolicy, priority: int) -> Class:
        """The class of a contact of this priority in a queue with these rules."""
        if self.static:
            return -priority
        key = _class_key(self.order, rules, priority)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._known)
            self._known.append(ClassRules(*key))
        return number

    def rank(self, contact: Contact, now: Instant) -> Rank:
        """What contacts are compared by, the lowest first."""
        if contact.capped:
            return (0, 0, 0.0, contact.order & JOINED)
        if self.static:
            return (1, -contact.priority, 0.0, contact.order & JOINED)
        rules = self._known[contact.class_]
        score = rules.points + rules.per_us * (now - contact.joined_at)
        return (1, -rules.band, -score, contact.order & JOINED)

    def overtakes_at(self, contact: Contact, other: Contact, now: Instant) -> Instant | None:
        """When the contact will go before the other, which it does not yet; None: never by time alone."""
        if self.static or contact.capped or other.capped or self.rank(contact, now) < self.rank(other, now):
            return None
        mine, theirs = self._known[contact.class_], self._known[other.class_]
        closes = mine.per_us - theirs.per_us
        if mine.band != theirs.band or closes <= 0:
            return None
        gap = self.rank(contact, now)[2] - self.rank(other, now)[2]
        return now + int(gap / closes) + 1


def _class_key(order: str, rules: QueuePolicy, priority: int) -> tuple[int, int, float]:
    match order:
        case "ageing":
            return rules.band, priority, rules.ageing_per_minute / MINUTE
        case "queue_weight":
            return priority, 0, rules.weight
        case _:
            return priority, 0, 1 / max(1, rules.target_us)
