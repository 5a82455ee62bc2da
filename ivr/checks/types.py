"""Values that cannot be of the type that is wanted: defaults, what is set, spoken or compared."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from babel import Locale

from ivr.checks.material import Material
from ivr.checks.names import prompts_of
from ivr.errors import ExpressionError, Problem
from ivr.expressions import Comparison, Operand, condition, names_in
from ivr.flow import Branch, CallBack, Node, Queue, Scalar, Set, SpokenValue, Subflow, Variable
from ivr.located import Path
from ivr.variable_types import fitting, number_from

Sort: TypeAlias = Literal["a number", "a text", "true or false"]
"""What can be compared with one another."""

_SORTS: dict[str, Sort] = {
    "digits": "a text",
    "date": "a text",
    "number": "a number",
    "amount": "a number",
    "yes_no": "true or false",
}
"""Of variables; one of type ``text`` may hold anything."""

_QUEUE_TRUTHS = ("open",)
_CURRENCIES = frozenset(Locale("en").currencies)
_WRITTEN = {
    "digits": 'digits, such as "0755"',
    "number": "a number",
    "amount": "a number",
    "date": "a day, such as 2026-01-31",
    "yes_no": "true or false",
}
_SPOKEN_OF = {
    "digits": ("digits", "text", "number"),
    "number": ("number", "amount", "digits", "text"),
    "ordinal": ("number", "amount", "digits", "text"),
    "money": ("amount", "number", "digits", "text"),
    "duration": ("number", "amount", "digits", "text"),
    "date": ("date", "text"),
    "time": ("date", "text"),
}
"""How values are spoken, and of which types they may be."""


def check(material: Material) -> Iterator[Problem]:
    """All of them."""
    for name, variable in material.file.variables.items():
        yield from _literal(material, ("variables", name, "default"), variable.default, variable)
    for path, node in material.nodes():
        yield from _given(material, path, node)
        yield from _spoken(material, path, node)
        yield from _routing(material, path, node)
        if isinstance(node, Branch):
            for index, case in enumerate(node.cases):
                yield from _compared(material, (*path, "cases", index, "when"), case.when)


# -- values that are written out ------------------------------------------------------------------------------------


def _given(material: Material, path: Path, node: Node) -> Iterator[Problem]:
    match node:
        case Set():
            for name, value in node.variables.items():
                yield from _literal(material, (*path, "variables", name), value, material.file.variables.get(name))
        case Subflow():
            other = (material.known.flows or {}).get(node.flow)
            for name, value in node.give.items():
                declared = other.variables.get(name) if other is not None else None
                yield from _literal(material, (*path, "give", name), value, declared)


def _literal(material: Material, place: Path, value: Scalar | None, declared: Variable | None) -> Iterator[Problem]:
    """A value that holds no variable; an empty text stands for nothing."""
    if declared is None or value is None or value == "" or (isinstance(value, str) and names_in(value)):
        return
    written = str(value)
    fits = fitting(declared, value) is not None
    if declared.type == "digits":
        fits = not isinstance(value, bool) and written.isascii() and all(sign in "0123456789*#+" for sign in written)
    if not fits:
        said = f"should be {_WRITTEN[declared.type]}, as the variable is of type {declared.type}; is {written!r}"
        yield material.problem(place, "type", said)


def _routing(material: Material, path: Path, node: Node) -> Iterator[Problem]:
    if not isinstance(node, Set | Queue | CallBack):
        return
    if isinstance(node.priority, str) and not names_in(node.priority) and not _is_whole(node.priority):
        said = f"should be a whole number, or a {{variable}}, is {node.priority!r}"
        yield material.problem((*path, "priority"), "type", said)
    for skill, level in node.skills.items():
        written = str(level)
        if not names_in(written) and not (_is_whole(written) and 1 <= int(written) <= 10):
            said = f"should be a level from 1 to 10, or a {{variable}}, is {written!r}"
            yield material.problem((*path, "skills", skill), "type", said)


def _is_whole(text: str) -> bool:
    found = number_from(text)
    return found is not None and found == found.to_integral_value() and "." not in text


# -- values that are spoken -----------------------------------------------------------------------------------------


def _spoken(material: Material, path: Path, node: Node) -> Iterator[Problem]:
    for where, prompts in prompts_of(node):
        for index, item in enumerate(prompts):
            if isinstance(item, SpokenValue):
                yield from _spoken_as(material, (*path, *where, index), item)


def _spoken_as(material: Material, place: Path, item: SpokenValue) -> Iterator[Problem]:
    declared = material.file.variables.get(item.value)
    if declared is not None and declared.type not in _SPOKEN_OF[item.as_]:
        said = f"{item.value!r} is of type {declared.type}, which cannot be spoken as {item.as_}"
        yield material.problem((*place, "as"), "type", said)
    if item.as_ == "money" and item.currency not in _CURRENCIES:
        said = f"there is no currency {item.currency!r}: use an ISO 4217 code such as CNY or USD"
        yield material.problem((*place, "currency"), "currency", said)


# -- values that are compared ---------------------------------------------------------------------------------------


def _compared(material: Material, place: Path, text: str) -> Iterator[Problem]:
    try:
        comparisons = condition(text).comparisons
    except ExpressionError:
        return  # told with the names
    for comparison in comparisons:
        yield from _comparison(material, place, comparison)


def _comparison(material: Material, place: Path, comparison: Comparison) -> Iterator[Problem]:
    for one, other in comparison.pairs:
        sorts = _sort(material, one), _sort(material, other)
        if None not in sorts and sorts[0] != sorts[1]:
            said = f"compares {one.text} ({sorts[0]}) with {other.text} ({sorts[1]}), which never agree; "
            said += "texts are written in quotes, numbers without; digits and dates are texts"
            yield material.problem(place, "type", said)


def _sort(material: Material, operand: Operand) -> Sort | None:
    """None when it may be anything."""
    if operand.name is None:
        return _sort_of_value(operand.value)
    declared = material.file.variables.get(operand.name)
    if declared is not None:
        return _SORTS.get(declared.type)
    first, _, rest = operand.name.partition(".")
    if first == "queue":
        return "true or false" if rest.endswith(_QUEUE_TRUTHS) else "a number"
    if first == "hours" or operand.name == "caller.withheld":
        return "true or false"
    return "a text" if first in ("caller", "call", "language") else None


def _sort_of_value(value: object) -> Sort | None:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a text" if isinstance(value, str) else None
