"""Requirements as people write them: ``english>=3 & (billing>=2 | not sales)``.

``&`` or ``and`` binds tighter than ``|`` or ``or``; ``!`` or ``not`` binds tightest. A skill alone means level 1. The
empty text requires nothing. A skill's name is letters of any script, digits, ``_`` and ``-``, beginning with a letter.
"""

import re
from typing import Final

from facts.ids import SkillName
from facts.requirements import (
    HIGHEST_LEVEL,
    LOWEST_LEVEL,
    NOTHING_REQUIRED,
    AllOf,
    AnyOf,
    AtLeast,
    Not,
    Requirement,
)

MAX_TEXT: Final = 2000
MAX_DEPTH: Final = 50
_TOKEN: Final = re.compile(r"\s*(?:(?P<name>[^\W\d][\w-]*)|(?P<level>\d+)|(?P<sign>>=|[&|!()]))")
_WORDS: Final = {"and": "&", "or": "|", "not": "!"}
_ATOMIC: Final = 3


class RequirementSyntaxError(ValueError):
    """A requirement that cannot be read; ``column`` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"{message} (column {column} of the requirement)")
        self.column = column


def parse_requirement(text: str) -> Requirement:
    """Read a requirement; raises :class:`RequirementSyntaxError`."""
    if not text.strip():
        return NOTHING_REQUIRED
    if len(text) > MAX_TEXT:
        raise RequirementSyntaxError(f"longer than {MAX_TEXT} characters", MAX_TEXT + 1)
    return _Reader(text).read()


def requirement_text(requirement: Requirement) -> str:
    """Write a requirement so that :func:`parse_requirement` reads an equivalent one; nothing required: ``""``.

    ``AnyOf(())``, which nobody meets, has no text of its own: it is written ``!()``.
    """
    return "" if requirement == NOTHING_REQUIRED else _write(requirement)[0]


def skills_named(requirement: Requirement) -> frozenset[SkillName]:
    """Every skill that the requirement speaks of, whether wanted or not."""
    match requirement:
        case AtLeast(skill, _):
            return frozenset({skill})
        case Not(term):
            return skills_named(term)
        case AllOf(terms) | AnyOf(terms):
            return frozenset[SkillName]().union(*map(skills_named, terms))


def _write(requirement: Requirement) -> tuple[str, int]:
    """The text, and how tightly its outermost operator binds: 1 ``|``, 2 ``&``, 3 anything closer."""
    match requirement:
        case AtLeast(skill, level):
            return f"{skill}>={level}", _ATOMIC
        case Not(term):
            return f"!{_bracketed(term, _ATOMIC)}", _ATOMIC
        case AllOf(terms):
            return _joined(terms, "&", 2) if terms else ("()", _ATOMIC)
        case AnyOf(terms):
            return _joined(terms, "|", 1) if terms else ("!()", _ATOMIC)


def _joined(terms: tuple[Requirement, ...], sign: str, binding: int) -> tuple[str, int]:
    if len(terms) == 1:
        return _write(terms[0])
    return f" {sign} ".join(_bracketed(term, binding) for term in terms), binding


def _bracketed(requirement: Requirement, binding: int) -> str:
    text, bound = _write(requirement)
    return text if bound >= binding else f"({text})"


class _Reader:
    """Recursive descent over the tokens of one requirement."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def read(self) -> Requirement:
        whole = self._any_of()
        kind, found, column = self._tokens[self._next]
        if kind != "end":
            raise RequirementSyntaxError(f"'{found}' is not expected here: join skills with & or |", column)
        return whole

    def _any_of(self) -> Requirement:
        terms = [self._all_of()]
        while self._take("|"):
            terms.append(self._all_of())
        return terms[0] if len(terms) == 1 else AnyOf(tuple(terms))

    def _all_of(self) -> Requirement:
        terms = [self._factor()]
        while self._take("&"):
            terms.append(self._factor())
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    def _factor(self) -> Requirement:
        kind, found, column = self._tokens[self._next]
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RequirementSyntaxError(f"nested deeper than {MAX_DEPTH}", column)
        self._next += 1
        factor = self._factor_from(kind, found, column)
        self._depth -= 1
        return factor

    def _factor_from(self, kind: str, found: str, column: int) -> Requirement:
        if kind == "name":
            return AtLeast(SkillName(found), self._level() if self._take(">=") else LOWEST_LEVEL)
        if found == "!":
            return Not(self._factor())
        if found == "(":
            return self._group()
        shown = f"'{found}'" if found else "the end"
        raise RequirementSyntaxError(f"a skill is expected, not {shown}", column)

    def _group(self) -> Requirement:
        if self._take(")"):
            return NOTHING_REQUIRED
        inside = self._any_of()
        if not self._take(")"):
            raise RequirementSyntaxError("a closing bracket is missing", self._tokens[self._next][2])
        return inside

    def _level(self) -> int:
        kind, found, column = self._tokens[self._next]
        if kind != "level" or len(found) > len(str(HIGHEST_LEVEL)) or not LOWEST_LEVEL <= int(found) <= HIGHEST_LEVEL:
            raise RequirementSyntaxError(f"a level from {LOWEST_LEVEL} to {HIGHEST_LEVEL} is expected", column)
        self._next += 1
        return int(found)

    def _take(self, sign: str) -> bool:
        if self._tokens[self._next][:2] != ("sign", sign):
            return False
        self._next += 1
        return True


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Kind, text and column of each token, an ``end`` last."""
    tokens = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            column = position + len(text[position:]) - len(text[position:].lstrip()) + 1
            raise RequirementSyntaxError(f"'{text[column - 1]}' has no meaning here", column)
        found, column = match[match.lastgroup], match.start(match.lastgroup) + 1
        sign = _WORDS.get(found)
        tokens.append(("sign", sign, column) if sign else (match.lastgroup, found, column))
        position = match.end()
    tokens.append(("end", "", end + 1))
    return tokens
