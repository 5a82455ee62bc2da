"""Values as the type of their variable wants them: what other systems answer, what texts with ``{name}`` make. Pure."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ivr.flow import Value, Variable

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def fitting(variable: Variable, value: Any) -> Value:
    """The value as the variable holds it; None when it is none of its type. A ``text`` takes whatever comes."""
    return None if value is None else _FITTING[variable.type](value)


def number_from(value: object) -> Decimal | None:
    """The number that is meant, exactly as it is written; None for what is none, infinity and NaN among them."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**18 else None


def _text(value: Any) -> Value:
    if isinstance(value, float) and number_from(value) is None:
        return None
    return value if isinstance(value, str | int | float | Decimal) else None


def _digits(value: Any) -> Value:
    """Numbers lose their zeros in front; so other systems should answer digits as texts."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    found = number_from(value)
    return None if found is None or found != found.to_integral_value() else str(int(found))


def _number(value: Any) -> Value:
    found = number_from(value)
    if found is None:
        return None
    return int(found) if found == found.to_integral_value() else found


def _amount(value: Any) -> Value:
    return number_from(value)


def _date(value: Any) -> Value:
    """ISO 8601, a day or a day and a time."""
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


def _yes_no(value: Any) -> Value:
    return _TRUTH.get(str(value).strip().lower())


_FITTING: Mapping[str, Callable[[Any], Value]] = {
    "text": _text,
    "digits": _digits,
    "number": _number,
    "amount": _amount,
    "date": _date,
    "yes_no": _yes_no,
}
