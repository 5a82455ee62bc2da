"""What pydantic finds wrong with a request, in words for whoever has to mend it: field, rule, way out.

Values are never repeated: they may be secret.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from agent_console.documents.desk import PHONE
from agent_console.documents.problems import FieldProblem
from agent_console.documents.session import USER_NAME
from agent_console.documents.values import DTMF_DIGITS, NAME
from facts.customer_rules import CUSTOMER_ID, DIAL_NUMBER, LANGUAGE, WRITTEN

_PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    DIAL_NUMBER: (
        "is no number that can be dialled: digits, * and # only, 32 at most",
        "write it as +4930123456, or as it is dialled here",
    ),
    DTMF_DIGITS: ("holds what is no key of a telephone", "send digits, A to D, * and #, 32 at most"),
    LANGUAGE: ("is no language tag", "write it as en, zh or zh-CN"),
    NAME: ("is no name of the settings", "write letters, digits, _ and -, with a letter first, 64 at most"),
    PHONE: ("is no name of a phone", "write it as the switch calls it, such as 1001"),
    CUSTOMER_ID: ("is no key", "write letters, digits and _ . : -, 64 at most, or leave it out: one is made"),
    WRITTEN: ("is empty", "write something"),
    USER_NAME: ("is no name of a user", "write letters, digits and _ . @ + -, 64 at most"),
}
"""Rule and way out of each pattern that a field may have to match."""

_WAYS_OUT: Final[Mapping[str, str]] = {
    "missing": "add it",
    "extra_forbidden": "leave it out, or look up its name in the API's description",
    "json_invalid": "send valid JSON",
    "literal_error": "choose one of these",
    "enum": "choose one of these",
    "string_type": "send a text in quotes",
    "int_type": "send a whole number",
    "int_parsing": "send a whole number",
    "float_parsing": "send a number",
    "bool_type": "send true or false",
    "bool_parsing": "send true or false",
    "dict_type": "send an object of keys and values",
    "model_attributes_type": "send a JSON object, with the header Content-Type: application/json",
    "list_type": "send a list",
    "value_error": "correct it as the rule says",
}
_WAY_OUT: Final = "correct it; the API's description (/api/v1/openapi.json) tells what is accepted"

_LIMITS: Final[Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "less_than_equal": ("le", lambda limit: f"send {limit} or less"),
    "less_than": ("lt", lambda limit: f"send less than {limit}"),
    "greater_than_equal": ("ge", lambda limit: f"send {limit} or more"),
    "greater_than": ("gt", lambda limit: f"send more than {limit}"),
    "string_too_short": ("min_length", lambda limit: f"write {limit} or more characters"),
    "string_too_long": ("max_length", lambda limit: f"shorten it to {limit} characters"),
    "too_short": ("min_length", lambda limit: f"give {limit} or more"),
    "too_long": ("max_length", lambda limit: f"give {limit} at most"),
}
"""Where the limit stands in what pydantic tells, and the way out."""


def field_problems(errors: Sequence[Any]) -> list[FieldProblem]:
    """What was found, each as field, rule and way out."""
    return [_problem(error) for error in errors]


def _problem(error: Mapping[str, Any]) -> FieldProblem:
    kind, context = error["type"], error.get("ctx") or {}
    rule = str(error["msg"]).removeprefix("Value error, ")
    way_out = _WAYS_OUT.get(kind, _WAY_OUT)
    if kind == "string_pattern_mismatch" and context.get("pattern") in _PATTERNS:
        rule, way_out = _PATTERNS[context["pattern"]]
    elif kind in {"string_too_short", "too_short"} and context.get("min_length") == 1:
        rule, way_out = "is empty", "give at least one" if error["msg"].startswith("List") else "write something"
    elif kind in _LIMITS:
        name, tell = _LIMITS[kind]
        way_out = tell(context.get(name))
    return FieldProblem(field=".".join(str(part) for part in error["loc"]), rule=rule, way_out=way_out)
