"""Values from keys: what a caller typed, read by the kind that the node wants. Pure."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from ivr.flow import Collect, Value
from ivr.spoken_dates import day_meant

_AMOUNT = re.compile(r"\d{1,12}(\*\d{0,2})?|\*\d{1,2}")
_DATE_PARTS = re.compile(r"(yyyy)|(mm)|(dd)")


def is_digits(keys: str) -> bool:
    """Whether these are one or more of 0 to 9 and nothing else."""
    return keys.isascii() and keys.isdigit()


def read(node: Collect, keys: str, today: dt.date) -> Value:
    """The value, or None when the keys do not make one that the node accepts."""
    if not node.min_length <= len(keys) <= node.max_length and node.kind not in ("date", "amount"):
        return None
    value = _READ[node.kind](node, keys, today)
    return value if value is not None and _within(node, value, today) else None


def read_spoken(node: Collect, meaning: str, today: dt.date) -> Value:
    """As :func:`read`, of what a grammar understood: digits, or a day."""
    if node.kind != "date":
        return read(node, meaning, today)
    least, most = (_day(bound(node.kind, text, today)) for text in (node.least, node.most))
    day = day_meant(meaning, today, least, most)
    return day.isoformat() if day is not None else None


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def longest(node: Collect) -> int:
    """After so many keys the entry is complete without its terminator."""
    return len(node.date_format) if node.kind == "date" else node.max_length


def _digits(_node: Collect, keys: str, _today: dt.date) -> Value:
    return keys if is_digits(keys) else None


def _account(node: Collect, keys: str, _today: dt.date) -> Value:
    return keys if CHECKS[node.check](keys) else None


def _number(_node: Collect, keys: str, _today: dt.date) -> Value:
    return int(keys) if is_digits(keys) else None


def _amount(_node: Collect, keys: str, _today: dt.date) -> Value:
    if not _AMOUNT.fullmatch(keys):
        return None
    whole, _, cents = keys.partition("*")
    return Decimal(f"{whole or 0}.{cents or 0}")


def _date(node: Collect, keys: str, today: dt.date) -> Value:
    if not is_digits(keys) or len(keys) != len(node.date_format):
        return None
    parts = {"yyyy": str(today.year)}
    at = 0
    for found in _DATE_PARTS.finditer(node.date_format):
        parts[found[0]] = keys[at : at + len(found[0])]
        at += len(found[0])
    try:
        return dt.date(int(parts["yyyy"]), int(parts["mm"]), int(parts["dd"])).isoformat()
    except ValueError:
        return None


_READ: Mapping[str, Callable[[Collect, str, dt.date], Value]] = {
    "digits": _digits,
    "account": _account,
    "number": _number,
    "amount": _amount,
    "date": _date,
}


def _within(node: Collect, value: Value, today: dt.date) -> bool:
    least, most = bound(node.kind, node.least, today), bound(node.kind, node.most, today)
    if isinstance(value, str) and node.kind == "date":
        return (least is None or str(least) <= value) and (most is None or value <= str(most))
    if isinstance(value, int | Decimal):
        return (least is None or Decimal(least) <= value) and (most is None or value <= Decimal(most))
    return True


def bound(kind: str, text: str | None, today: dt.date) -> str | None:
    """A bound of the file as it can be compared; ValueError when it is none for this kind."""
    if text is None:
        return None
    if kind == "date":
        return (today if text == "today" else dt.date.fromisoformat(text)).isoformat()
    try:
        Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a number") from error
    return text


# -- check rules of account numbers ---------------------------------------------------------------------------------


def luhn(keys: str) -> bool:
    """ISO/IEC 7812-1 annex B: from the right every second digit doubled, digits summed, a multiple of ten."""
    if not is_digits(keys):
        return False
    return sum(_cross_sum(int(d) * (1 + i % 2)) for i, d in enumerate(reversed(keys))) % 10 == 0


def _cross_sum(number: int) -> int:
    return number // 10 + number % 10


def mod97(keys: str) -> bool:
    """ISO 7064 MOD 97-10: the number with its two check digits leaves 1."""
    return is_digits(keys) and int(keys) % 97 == 1


def mod11_2(keys: str) -> bool:
    """ISO 7064 MOD 11-2 (Chinese identity numbers, GB 11643); a last ``*`` is the X."""
    body, last = keys[:-1], keys[-1:]
    if not is_digits(body) or not (is_digits(last) or last == "*"):
        return False
    rest = 0
    for digit in body:
        rest = (rest + int(digit)) * 2 % 11
    return (rest + (10 if last == "*" else int(last))) % 11 == 1


_D5 = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_ONE_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def verhoeff(keys: str) -> bool:
    """Verhoeff's rule: the dihedral group of order ten, with a permutation by position."""
    if not is_digits(keys):
        return False
    check = 0
    for place, digit in enumerate(reversed(keys)):
        value = int(digit)
        for _ in range(place % 8):
            value = _ONE_STEP[value]
        check = _D5[check][value]
    return check == 0


def damm(keys: str) -> bool:
    """Damm's rule: a totally anti-symmetric quasigroup of order ten."""
    if not is_digits(keys):
        return False
    check = 0
    for digit in keys:
        check = _QUASIGROUP[check][int(digit)]
    return check == 0


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "none": is_digits,
    "luhn": luhn,
    "mod97": mod97,
    "mod11_2": mod11_2,
    "verhoeff": verhoeff,
    "damm": damm,
}
"""The rules by the names that flow files use."""
