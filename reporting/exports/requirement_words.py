"""What a contact needs, in words, as the console has them: ``a>=3 & b>=3`` is read as ``a ≥ 3 and b ≥ 3``."""

import re
from typing import Final

import msgspec

_SIGN: Final = re.compile(r"\s*(>=|[&|!])\s*|(?<![\w-])(and|or|not)(?![\w-])")


class Connectives(msgspec.Struct, frozen=True, kw_only=True):
    """How a language says ``&``, ``|`` and ``!``."""

    both: str = "and"
    either: str = "or"
    without: str = "not"


ENGLISH: Final = Connectives()


def requirement_words(text: str, words: Connectives = ENGLISH) -> str:
    """``text``: a requirement as settings write it; names of skills stay, and so do brackets."""
    said = {
        ">=": " ≥ ",
        "&": f" {words.both} ",
        "|": f" {words.either} ",
        "!": f"{words.without} ",
        "and": words.both,
        "or": words.either,
        "not": words.without,
    }
    return _SIGN.sub(lambda found: said[found[1] or found[2]], text).strip()
