"""Conditions of branches, and texts with ``{variable}`` in them.

A condition looks like Python and is not run by it: names, texts, numbers, ``true false none``, comparisons, ``in``,
``and or not``, lists, and ``starts_with(a, b)``. Names may have dots (``caller.number``, ``queue.sales.waiting``).
A comparison with something that is not known, or of things that cannot be compared, is false; only ``not`` and ``!=``
turn that into true. Pure.
"""

import ast
import functools
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import msgspec

from ivr.errors import ExpressionError
from ivr.flow import Value

MAX_LENGTH = 500

Scope = Mapping[str, Value]
"""What names mean."""

_NAME = re.compile(r"\{([A-Za-z][A-Za-z0-9_.]*)\}")
_LIKE_A_NAME = re.compile(r"\{[\w .-]*\}")
_CONSTANTS: Mapping[str, Value] = {
    "true": True,
    "false": False,
    "none": None,
    "True": True,
    "False": False,
    "None": None,
}
_COMPARE: Mapping[type, Callable[..., bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}


class Operand(msgspec.Struct, frozen=True):
    """One side of a comparison, as it is written: a ``name``, else a ``value`` (None also for what has no such)."""

    text: str
    name: str | None = None
    value: Value = None


class Comparison(msgspec.Struct, frozen=True):
    """Names that a condition compares with one another, and whether also with something written out (not ``none``).

    ``pairs``: what is compared with what; the items of a list one by one.
    """

    names: frozenset[str]
    written_out: bool
    pairs: tuple[tuple[Operand, Operand], ...] = ()


class Condition:
    """A condition that was read. Equal texts give the same object. ``alone``: names whose truth is asked."""

    def __init__(self, text: str, tree: ast.expr) -> None:
        self.text = text
        self.names = frozenset(_names(tree))
        self.comparisons = tuple(_comparisons(tree))
        self.alone = self.names - {name for comparison in self.comparisons for name in comparison.names}
        self._tree = tree

    def holds(self, scope: Scope) -> bool:
        """Whether it is true in this scope."""
        return bool(_value(self._tree, scope))


@functools.lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """Read a condition; :class:`ExpressionError` says what is wrong with it."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"a condition has at most {MAX_LENGTH} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        _allow(tree)
        return Condition(text, tree)
    except SyntaxError as error:
        raise ExpressionError(f"cannot be read at column {error.offset or 1}: {error.msg}") from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise ExpressionError("cannot be read: nested too deeply, or not a text") from error


def fill(text: str, scope: Scope, quote: Callable[[str], str] = str) -> str:
    """The text with each ``{name}`` replaced by its value, ``quote``d; nothing for what is not known."""
    return _NAME.sub(lambda found: quote(as_text(scope.get(found[1]))), text)


def names_in(text: str) -> tuple[str, ...]:
    """The names that :func:`fill` would replace."""
    return tuple(_NAME.findall(text))


def meant_as_names(text: str) -> tuple[str, ...]:
    """What looks like ``{name}`` and is left as it stands: ``{ name }``, ``{}``, ``{my-name}``."""
    return tuple(braces for braces in _LIKE_A_NAME.findall(text) if not _NAME.fullmatch(braces))


def as_text(value: Value) -> str:
    """A value as people write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return None if before is None else f"{before}.{node.attr}"
    return None


def _names(tree: ast.expr) -> list[str]:
    name = _dotted(tree)
    if name is not None:
        return [] if name in _CONSTANTS else [name]
    return [found for child in _children(tree) for found in _names(child)]


def _comparisons(tree: ast.expr) -> Iterator[Comparison]:
    if isinstance(tree, ast.Compare | ast.Call):
        yield Comparison(frozenset(_names(tree)), _has_constant(tree), tuple(_pairs(tree)))
        return
    for child in _children(tree):
        yield from _comparisons(child)


def _pairs(tree: ast.Compare | ast.Call) -> Iterator[tuple[Operand, Operand]]:
    if isinstance(tree, ast.Call):
        yield from ((_operand(part), Operand("a beginning", value="")) for part in tree.args)
        return
    sides = [tree.left, *tree.comparators]
    for op, one, other in zip(tree.ops, sides, sides[1:], strict=False):
        many = other.elts if isinstance(other, ast.List | ast.Tuple) else [other]
        if isinstance(op, ast.In | ast.NotIn) or not isinstance(other, ast.List | ast.Tuple):
            yield from ((_operand(one), _operand(item)) for item in many)


def _operand(node: ast.expr) -> Operand:
    name, text = _dotted(node), ast.unparse(node)
    if name is not None and name not in _CONSTANTS:
        return Operand(text, name=name)
    if isinstance(node, ast.Constant) or name is not None:
        return Operand(text, value=_value(node, {}))  # type: ignore[arg-type]  # a constant is a value
    return Operand(text, value=0 if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else None)


def _has_constant(tree: ast.expr) -> bool:
    if isinstance(tree, ast.Constant):
        return tree.value is not None
    if _dotted(tree) is not None:
        return _CONSTANTS.get(_dotted(tree) or "") is not None
    return any(_has_constant(child) for child in _children(tree))


def _children(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
            return values
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.Compare(left=left, comparators=comparators):
            return [left, *comparators]
        case ast.Call(args=args):
            return args
        case _:
            return []


def _allow(node: ast.expr) -> None:
    """Refuse everything that is not in the language of conditions."""
    match node:
        case ast.Constant(value=str() | int() | float() | bool() | None):
            return
        case ast.Name() | ast.Attribute() if _dotted(node) is not None:
            return
        case ast.UnaryOp(op=ast.Not() | ast.USub()) | ast.BoolOp() | ast.List() | ast.Tuple():
            pass
        case ast.Compare(ops=ops) if all(type(op) in _COMPARE for op in ops):
            pass
        case ast.Call(func=ast.Name(id="starts_with"), args=[_, _], keywords=[]):
            pass
        case _:
            raise ExpressionError(f"{ast.unparse(node)!r} is not allowed in a condition")
    for child in _children(node):
        _allow(child)


def _value(node: ast.expr, scope: Scope) -> object:
    name = _dotted(node)
    if name is not None:
        return _CONSTANTS[name] if name in _CONSTANTS else scope.get(name)
    return _VALUES[type(node)](node, scope)


def _list(node: ast.List | ast.Tuple, scope: Scope) -> object:
    return [_value(item, scope) for item in node.elts]


def _logic(node: ast.BoolOp, scope: Scope) -> object:
    combine = all if isinstance(node.op, ast.And) else any
    return combine(_value(part, scope) for part in node.values)


def _sign(node: ast.UnaryOp, scope: Scope) -> object:
    value = _value(node.operand, scope)
    if isinstance(node.op, ast.Not):
        return not value
    return -value if isinstance(value, int | float | Decimal) else None


def _relation(node: ast.Compare, scope: Scope) -> object:
    values = [_value(part, scope) for part in (node.left, *node.comparators)]
    return all(_holds(op, one, other) for op, one, other in zip(node.ops, values, values[1:], strict=False))


def _starts_with(node: ast.Call, scope: Scope) -> object:
    whole, start = (_value(part, scope) for part in node.args)
    return isinstance(whole, str) and isinstance(start, str) and whole.startswith(start)


_VALUES: Mapping[type, Callable[..., object]] = {
    ast.Constant: lambda node, _: node.value,
    ast.List: _list,
    ast.Tuple: _list,
    ast.BoolOp: _logic,
    ast.UnaryOp: _sign,
    ast.Compare: _relation,
    ast.Call: _starts_with,
}


def _holds(op: ast.cmpop, one: object, other: object) -> bool:
    try:
        return bool(_COMPARE[type(op)](_exact(one), _exact(other)))
    except TypeError:
        return False


def _exact(value: object) -> object:
    """Numbers as they are written, so that an amount of 0.1 is equal to 0.1."""
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value
