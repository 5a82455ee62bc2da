"""Facts and entries of every kind, with the values that people, files and peers may put into them."""

import enum
import types
import typing
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from facts.ids import NodeName
from facts.journal import Entry, Fact

KINDS = Fact.__subclasses__()

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text
open_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3)
)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: text,
    int: st.integers(-(2**62), 2**62),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
    Any: open_values,
}

_COMPOSED: dict[Any, Callable[..., st.SearchStrategy[Any]]] = {
    types.UnionType: st.one_of,
    typing.Union: st.one_of,
    tuple: st.tuples,
    list: lambda item: st.lists(item, max_size=3),
    dict: lambda key, value: st.dictionaries(key, value, max_size=3),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field with this annotation."""
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return of_kind(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[-1:] == (...,):
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    make = _COMPOSED.get(origin)
    return make(*map(values, arguments)) if make else _PLAIN[hint]


def of_kind(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    fields = msgspec.structs.fields(kind)
    required = {field.name: values(hints[field.name]) for field in fields if field.required}
    optional = {field.name: values(hints[field.name]) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda given: kind(**given))


facts = st.sampled_from(KINDS).flatmap(of_kind)


@st.composite
def numbered(draw: st.DrawFn, node: str = "a", least: int = 1, most: int = 8) -> list[Entry]:
    """Entries of a node from its first on."""
    at = draw(st.integers(0, 2**50))
    entries = []
    for seq, fact in enumerate(draw(st.lists(facts, min_size=least, max_size=most)), 1):
        at += draw(st.integers(-(10**6), 10**9))
        switch_at = draw(st.none() | st.integers(0, 2**50))
        entries.append(Entry(node=NodeName(node), seq=seq, at=at, switch_at=switch_at, fact=fact))
    return entries
