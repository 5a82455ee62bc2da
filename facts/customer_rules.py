"""What a customer's record may hold: one set of rules for forms, programs and tables."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

DIAL_NUMBER: Final = r"^\+?[0-9*#]{1,32}$"
"""A number that can be dialled, without what people write between digits."""
LANGUAGE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
CUSTOMER_ID: Final = r"^[\w][\w.:-]{0,63}$"
WRITTEN: Final = r"[^\s\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
"""Found in a text in which something can be seen."""

LONGEST_LINE: Final = 200
LONGEST_NOTES: Final = 10_000
MOST_NUMBERS: Final = 20
MOST_ACCOUNTS: Final = 20
MOST_OPEN_MATTERS: Final = 50
MOST: Final[Mapping[str, int]] = {
    "numbers": MOST_NUMBERS,
    "accounts": MOST_ACCOUNTS,
    "open_matters": MOST_OPEN_MATTERS,
}
"""Values in a field of several."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Fault(NamedTuple):
    """Why something cannot stand in a record, and what to do."""

    rule: str
    way_out: str


def has_words(text: str) -> bool:
    """Whether there is something to be seen in it."""
    return re.search(WRITTEN, text) is not None


def line_fault(text: str) -> Fault | None:
    """What is wrong with a name, an account, a tier, an open matter."""
    if _CONTROL.search(text):
        return Fault("holds line ends or other control characters", "write it in one line")
    return length_fault(text, LONGEST_LINE)


def length_fault(text: str, longest: int) -> Fault | None:
    """What is wrong with a text that may have so many characters."""
    if len(text) > longest:
        return Fault(f"has more than {longest} characters", "shorten it")
    return None


def language_fault(text: str) -> Fault | None:
    """What is wrong with a language."""
    if re.fullmatch(LANGUAGE, text) is None:
        return Fault(f"{text[:LONGEST_LINE]!r} is no language tag", "write it as en, zh or zh-CN")
    return None


def count_fault(field: str, values: Sequence[str]) -> Fault | None:
    """What is wrong with a field of several values."""
    if len(values) > MOST[field]:
        return Fault(f"has {len(values)} values", f"give {MOST[field]} at most")
    return None


def is_dialled(number: str) -> bool:
    """Whether it can be dialled as it stands, and has a digit."""
    return re.fullmatch(DIAL_NUMBER, number) is not None and any(character.isdigit() for character in number)
