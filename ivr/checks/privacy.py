"""Secrets that the way of a call would give away: the journal holds every way, so a way must not depend on a secret.

A private value may be compared with another private one, or with ``none``; whether a PIN is right is one bit. Compared
with what everybody can read, the way that is taken tells the value. (Where secrets would be written out is found with
the names: :mod:`ivr.checks.names`.)
"""

from collections.abc import Iterator

from ivr.checks.material import Material
from ivr.errors import ExpressionError, Problem
from ivr.expressions import Condition, condition
from ivr.flow import Branch
from ivr.located import Path


def check(material: Material) -> Iterator[Problem]:
    """All of them."""
    private = {name for name, variable in material.file.variables.items() if variable.private}
    for path, node in material.nodes():
        if isinstance(node, Branch) and private:
            for index, case in enumerate(node.cases):
                yield from _case(material, (*path, "cases", index, "when"), case.when, private)


def _case(material: Material, place: Path, text: str, private: set[str]) -> Iterator[Problem]:
    try:
        read = condition(text)
    except ExpressionError:
        return  # told with the names
    for name in sorted(_given_away(material, read, private)):
        said = (
            f"the private variable {name!r} would get out by the way that is taken: "
            "compare it only with another private variable, or with none"
        )
        yield material.problem(place, "private", said)


def _given_away(material: Material, read: Condition, private: set[str]) -> set[str]:
    found = {name for name in read.alone & private if material.file.variables[name].type == "yes_no"}
    for comparison in read.comparisons:
        if comparison.written_out or comparison.names - private:
            found |= comparison.names & private
    return found
