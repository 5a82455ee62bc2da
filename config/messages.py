"""Pydantic's errors in words that name the rule and the way out; never the value of a secret."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from config.errors import KeyPath
from config.models import Settings
from config.shape import inner, section_of

_PATTERNS: Final = {
    r"^[^\W\d][\w-]{0,63}$": "a name is letters, digits, _ and -, begins with a letter and has 64 at most",
    r"^[^\W\d][\w.@-]{0,63}$": (
        "a user's name is letters, digits, _ - . and @, begins with a letter and has 64 at most"
    ),
    r"^\+?[0-9]{1,20}$": "has to be digits, with a + before them for the country",
    r"^[0-9]{1,12}$": "only digits, 12 at most",
    r"^([A-Z]{2}|\*)$": "a country is two capital letters, e.g. DE; `*` is every country",
    r"^(\+?[0-9?]{1,20}\*?|\+?\*)$": "a pattern is digits, ? for any digit, and perhaps a * at the end: 0900*",
}


def _pattern(ctx: Mapping[str, Any]) -> str:
    return _PATTERNS.get(ctx["pattern"], f"has characters that are not allowed here (pattern {ctx['pattern']})")


_WORDS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is missing",
    "string_type": lambda _: "has to be a text",
    "int_type": lambda _: "has to be a whole number",
    "int_from_float": lambda _: "has to be a whole number",
    "float_type": lambda _: "has to be a number",
    "bool_type": lambda _: "has to be true or false",
    "dict_type": lambda _: "has to be a mapping (key: value)",
    "model_type": lambda _: "has to be a mapping (key: value)",
    "model_attributes_type": lambda _: "has to be a mapping (key: value)",
    "tuple_type": lambda _: "has to be a list",
    "path_type": lambda _: "has to be the path of a file or folder",
    "literal_error": lambda ctx: f"has to be one of {ctx['expected']}",
    "greater_than": lambda ctx: f"has to be above {ctx['gt']:g}",
    "greater_than_equal": lambda ctx: f"has to be {ctx['ge']:g} or more",
    "less_than": lambda ctx: f"has to be below {ctx['lt']:g}",
    "less_than_equal": lambda ctx: f"has to be {ctx['le']:g} or less",
    "finite_number": lambda _: "has to be a finite number",
    "string_pattern_mismatch": _pattern,
    "string_too_long": lambda ctx: f"has more than {ctx['max_length']} characters",
    "string_too_short": lambda ctx: f"needs {ctx['min_length']} characters at least",
    "value_error": lambda ctx: str(ctx["error"]),
    "date_from_datetime_parsing": lambda _: "is no date: write it as 2025-12-24",
    "date_parsing": lambda _: "is no date: write it as 2025-12-24",
    "date_type": lambda _: "is no date: write it as 2025-12-24",
}


def wording(error: ErrorDetails) -> str:
    """What is wrong, and where it helps what would be right."""
    if error["type"] == "extra_forbidden":
        return _unknown_key(error["loc"])
    words = _WORDS.get(error["type"])
    return words(error.get("ctx", {})) if words else error["msg"]


def _unknown_key(path: KeyPath) -> str:
    annotation: Any = Settings
    for key in path[:-1]:
        section = section_of(annotation)
        annotation = section.model_fields[str(key)].annotation if section else inner(annotation)
    section = section_of(annotation)
    names = list(section.model_fields) if section else []
    close = difflib.get_close_matches(str(path[-1]), names, n=1)
    return f"is not known; did you mean {close[0]}?" if close else f"is not known; known are {', '.join(names)}"
