r"""Texts and numbers of a request, looked at before any operation: what no answer could say and no database keeps.

JSON can spell half of a character (``"\ud800"``), whole numbers of any length and lists in lists without end. None of
these has a meaning here, so that they are refused at the door, wherever in a request they stand.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, Final

from starlette.requests import Request

from agent_console.documents.problems import FieldProblem
from agent_console.errors import InvalidError

LARGEST: Final = 2**63 - 1
"""The largest whole number that is kept: 64 bits with their sign."""

MOST_LEVELS: Final = 30
"""Lists and objects in each other."""

MOST_TOLD: Final = 20
"""Mistakes that one answer tells."""

_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")


async def check_values(request: Request) -> None:
    """Raise `InvalidError` for what is no text or no number in the path, the query or a JSON body."""
    has_body = getattr(request.scope["route"], "body_field", None) is not None and await request.body()
    body = [("body", await request.json())] if has_body and _is_json(request) else []
    asked = [
        *((f"path.{name}", value) for name, value in request.path_params.items()),
        *((f"query.{name}", value) for name, value in request.query_params.multi_items()),
    ]
    problems = [*itertools.islice(_mistakes([*asked, *body]), MOST_TOLD)]
    if problems:
        raise InvalidError(problems)


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _mistakes(asked: Iterable[tuple[str, Any]]) -> Iterator[FieldProblem]:
    """In the order of the request; never by recursion, which a body could exhaust."""
    left = [(field, value, 0) for field, value in reversed([*asked])]
    while left:
        field, value, level = left.pop()
        if isinstance(value, dict | list) and level < MOST_LEVELS:
            left += [(name, inner, level + 1) for name, inner in reversed([*_inner(field, value)])]
            continue
        found = _mistake(field, value)
        if found is not None:
            yield found


def _inner(field: str, value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{field}.{index}", inner) for index, inner in enumerate(value))
        return
    for key, inner in value.items():
        shown = _NO_TEXT.sub("�", key)
        if shown != key:
            yield f"{field}.{shown}", key
        yield f"{field}.{shown}", inner


def _mistake(field: str, value: Any) -> FieldProblem | None:
    if isinstance(value, str) and _NO_TEXT.search(value):
        rule = "holds what is no character: half of a surrogate pair, or NUL"
        return FieldProblem(field=field, rule=rule, way_out="leave it out, or write the other half behind it")
    if isinstance(value, float) and not isfinite(value):
        return FieldProblem(field=field, rule="is no finite number", way_out="send a number with digits")
    if isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        return FieldProblem(field=field, rule="is a whole number beyond 64 bits", way_out="send a smaller number")
    if isinstance(value, dict | list):
        rule = f"has more than {MOST_LEVELS} levels of lists and objects"
        return FieldProblem(field=field, rule=rule, way_out="send fewer of them in each other")
    return None
