"""Walks plain data along the model classes: which type belongs to which key."""

import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

import msgspec

from config.errors import KeyPath
from config.fields import Section


class Slot(msgspec.Struct, frozen=True):
    """A value in the data: ``container[key]``, and the annotation that it has to satisfy.

    ``section``: the model whose key it is; None: it is in a mapping or a list.
    """

    container: Any
    key: str | int
    path: KeyPath
    annotation: Any
    section: type[Section] | None = None


def bare(annotation: Any) -> Any:
    """An annotation without ``Annotated`` and without ``None``."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(kind for kind in get_args(annotation) if kind is not type(None))
        else:
            return annotation


def section_of(annotation: Any) -> type[Section] | None:
    """The model class of an annotation, if it is one."""
    kind = bare(annotation)
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def inner(annotation: Any) -> Any:
    """The annotation of a mapping's values or of a list's items; None for anything else."""
    kind = bare(annotation)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is dict:
        return arguments[1]
    return arguments[0] if origin is tuple else None


def slots(data: Any, annotation: Any, path: KeyPath = ()) -> Iterator[Slot]:
    """Every value of the data for which the models have a place, containers before their contents."""
    for key, value, wanted in list(_children(data, annotation)):
        yield Slot(data, key, (*path, key), wanted, section_of(annotation))
        if isinstance(value, dict | list):
            yield from slots(value, wanted, (*path, key))


def _children(data: Any, annotation: Any) -> Iterator[tuple[str | int, Any, Any]]:
    section = section_of(annotation)
    if section is not None and isinstance(data, dict):
        fields = section.model_fields
        for key, value in data.items():
            if key in fields:
                yield key, value, fields[key].annotation
        return
    wanted = inner(annotation)
    if wanted is not None and isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield key, value, wanted
