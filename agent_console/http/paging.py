"""Lists in parts. A cursor is opaque to clients: what it holds is only read here."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from fastapi import Path, Query

from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import Page
from agent_console.errors import InvalidError
from agent_console.http.plain_values import LARGEST

MOST: Final = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at once.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]

Serial = Annotated[int, Path(ge=1, le=LARGEST, description="Its number.")]
"""A number that we gave: of a revision, of a merge."""

T = TypeVar("T")

Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
"""A number in a cursor: an instant, a place."""

Key: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*\Z")]
"""A text in a cursor: a name, a key."""


def cursor_of(key: str) -> str:
    """A cursor that continues behind the item of this key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str) -> str:
    """The key in a cursor; raises `InvalidError`."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise bad_cursor() from error


def cursor_of_parts(*parts: str | int) -> str:
    """A cursor that continues behind the item with a key of several parts."""
    return cursor_of(msgspec.json.encode(parts).decode())


def parts_of(cursor: str, kind: type[T]) -> T:
    """The key in a cursor, made of `Whole` and `Key`; raises `InvalidError` for what is not of its kind."""
    try:
        return msgspec.json.decode(key_of(cursor), type=kind)
    except msgspec.DecodeError as error:
        raise bad_cursor() from error


def number_of(cursor: str) -> int:
    """The number in a cursor; raises `InvalidError`."""
    return parts_of(cursor, tuple[Whole])[0]


def bad_cursor() -> InvalidError:
    """The refusal of a cursor that nobody was given."""
    problem = FieldProblem(
        field="query.cursor", rule="is no cursor", way_out="leave it out, or use `next_cursor` as it was given"
    )
    return InvalidError([problem])


def page(items: Sequence[T], key: Callable[[T], str], cursor: str | None, limit: int) -> Page[T]:
    """A part of a list that is in memory, in the order of its keys."""
    in_order = sorted(items, key=key)
    if cursor is not None:
        after = key_of(cursor)
        in_order = [item for item in in_order if key(item) > after]
    part = in_order[:limit]
    return Page(items=part, next_cursor=cursor_of(key(part[-1])) if len(in_order) > limit else None)


def page_in_order(items: Sequence[T], name: Callable[[T], str], cursor: str | None, limit: int | None) -> Page[T]:
    """A part of a list whose order is its own; ``limit`` None: all the rest.

    It goes on behind the last one that was given; when that is gone meanwhile, where it stood.
    """
    begin = 0 if cursor is None else _behind([name(item) for item in items], cursor)
    end = len(items) if limit is None else begin + limit
    more = end < len(items)
    return Page(items=list(items[begin:end]), next_cursor=cursor_of(f"{end} {name(items[end - 1])}") if more else None)


def _behind(names: Sequence[str], cursor: str) -> int:
    place, blank, last = key_of(cursor).partition(" ")
    if not blank or not place.isascii() or not place.isdigit() or len(place) > 9:
        raise bad_cursor()
    return names.index(last) + 1 if last in names else max(0, int(place) - 1)
