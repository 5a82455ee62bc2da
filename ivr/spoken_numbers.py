"""Whole numbers as callers say them ("twelve", "十二"), for grammars of small ranges. Pure."""

import functools
from collections.abc import Iterator

from ivr.prompts.speaking import rules_of

MOST_NUMBERS = 200
"""Of a greater range, digits are listened for one by one: a recogniser would have too much to choose from."""


@functools.lru_cache(maxsize=64)
def number_phrases(language: str, least: int, most: int) -> tuple[tuple[str, str], ...]:
    """Words and meaning of each number from ``least`` to ``most``; none when there are too many, or no rules."""
    rules = rules_of(language)
    if rules is None or not 0 <= least <= most < least + MOST_NUMBERS:
        return ()
    said: dict[str, str] = {}
    for value in range(least, most + 1):
        for words in _ways(language, value):
            said.setdefault(words, str(value))
    return tuple(said.items())


def _ways(language: str, value: int) -> Iterator[str]:
    rules = rules_of(language)
    assert rules is not None
    if language[:2] == "zh":
        yield "".join(rules.number(value))
        if value == 2:
            yield "两"
        if value > 9:
            digits = "".join(rules.digits(str(value)))
            yield digits
            yield digits.replace("幺", "一")
        return
    words = " ".join(rules.number(value)).replace("-", " ")
    yield words
    if " and " in words:
        yield words.replace(" and ", " ")
    if value > 9:
        yield " ".join(rules.digits(str(value)))
