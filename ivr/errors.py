"""Errors of the voice menus, and the form in which mistakes of a file are told."""

from collections.abc import Iterable

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One mistake in a file that somebody wrote: where it is, which rule it breaks, and the way out.

    ``key`` is the path of the value, ``nodes.main.choices[1].next``; ``line`` counts from 1. ``rule`` is a short
    stable word (``edge_to_nowhere``) for programs.
    """

    file: str
    line: int
    key: str
    rule: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        return f"{where}{self.key}: {self.message}" if self.key else f"{where}{self.message}"


class IvrError(Exception):
    """Base of all errors here."""


class FlowError(IvrError):
    """A file with mistakes; ``problems`` has every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownFlow(IvrError):  # noqa: N818 - reads as what happened, like the standard LookupError family
    """A flow was asked for by a name that nobody has."""


class ExpressionError(IvrError):
    """A condition that cannot be read or computed."""
