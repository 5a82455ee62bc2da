"""What a caller may say at a node, as data for a recogniser, and what it means. Pure."""

import re
import unicodedata
from typing import Literal

import msgspec

from ivr.flow import Asking, Choice, Collect, Confirm, Escape, Menu, Survey
from ivr.spoken_dates import day_phrases
from ivr.spoken_numbers import number_phrases

ESCAPE = "\x1bescape"
"""The meaning of the words that lead to a person; no choice can have this name."""

GrammarKind = Literal["choices", "digits", "yes_no", "date"]

_DIGIT_WORDS = {
    "en": {
        "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
        "seven": "7", "eight": "8", "nine": "9",
    },
    "zh": {
        "零": "0", "\u3007": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4",
        "五": "5", "六": "6", "七": "7", "八": "8", "九": "9",
    },
}  # fmt: skip
_REPEATS = {"double": 2, "triple": 3}
_YES_NO = {
    "en": {"yes": ("yes", "yeah", "yep", "correct", "right", "that's right"), "no": ("no", "nope", "wrong")},
    "zh": {"yes": ("是", "是的", "对", "对的", "好", "好的", "正确"), "no": ("不", "不是", "不对", "错", "错了")},
}


class Phrase(msgspec.Struct, frozen=True):
    """Words as a caller says them, normalised, and what they mean (the name of a choice)."""

    text: str
    meaning: str


class Grammar(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that may be said now.

    ``choices``, ``yes_no`` and ``date`` list their ``phrases``; ``digits`` is open, within ``min_length`` and
    ``max_length`` digits, and lists only the phrases that lead elsewhere.
    """

    kind: GrammarKind
    language: str
    phrases: tuple[Phrase, ...] = ()
    min_length: int = 1
    max_length: int = 20

    def meaning(self, text: str) -> str | None:
        """The choice, ``yes``/``no`` or the digits that were said; None when the words are not of this grammar."""
        said = normalised(text)
        for phrase in self.phrases:
            if said == phrase.text:
                return phrase.meaning
        if self.kind != "digits":
            return None
        digits = digits_of(said, self.language)
        return digits if digits is not None and self.min_length <= len(digits) <= self.max_length else None


def normalised(text: str) -> str:
    """Words in lower case with single spaces and without punctuation; Chinese without spaces at all."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.sub(r"[^\w' ]+", " ", plain).split()
    joined = " ".join(words)
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", joined)


def digits_of(said: str, language: str) -> str | None:
    """Digits from spoken digits (``one two double five``, ``一二五五``); None when anything else is among them."""
    table = _DIGIT_WORDS.get(language[:2], {})
    words = said.split() if language[:2] != "zh" else list(said.replace(" ", ""))
    digits, times = "", 1
    for word in words:
        if word in _REPEATS and times == 1:
            times = _REPEATS[word]
            continue
        digit = table.get(word) or (word if word.isascii() and word.isdigit() else None)
        if digit is None:
            return None
        digits, times = digits + digit * times, 1
    return digits if digits and times == 1 else None


def digit_words(language: str) -> dict[str, str]:
    """Each spoken digit word of a language and its digit."""
    return dict(_DIGIT_WORDS.get(language[:2], {}))


def of_phrases(said: dict[str, dict[str, tuple[str, ...]]], language: str) -> tuple[Phrase, ...]:
    """Phrases from words by meaning and language; a language with a region falls back to the bare one."""
    return tuple(
        Phrase(normalised(text), meaning)
        for meaning, by_language in said.items()
        for text in by_language.get(language, by_language.get(language[:2], ()))
    )


def first_words(choice: Choice, language: str) -> str:
    """The first of the words by which a choice is made, as they are written; empty when it has none."""
    return next(iter(choice.say.get(language, choice.say.get(language[:2], ()))), "")


def yes_or_no(language: str) -> tuple[Phrase, ...]:
    """The usual words for yes and no."""
    words = _YES_NO.get(language[:2], {})
    return tuple(Phrase(text, meaning) for meaning, texts in words.items() for text in texts)


def of_node(node: Asking, language: str, escape: Escape | None) -> Grammar | None:
    """What may be said at a node; None when nothing may."""
    away = of_phrases({ESCAPE: escape.say}, language) if escape is not None else ()
    match node:
        case Menu():
            own = of_phrases({choice.name: choice.say for choice in node.choices}, language)
            return Grammar(kind="choices", language=language, phrases=own + away) if own else None
        case Confirm():
            return Grammar(kind="yes_no", language=language, phrases=yes_or_no(language) + away)
        case Survey():
            scores = {str(score) for score in range(node.lowest, node.highest + 1)}
            own = tuple(Phrase(word, d) for word, d in digit_words(language).items() if d in scores)
            return Grammar(kind="choices", language=language, phrases=own + away)
        case Collect():
            return _of_collect(node, language, away)


def _of_collect(node: Collect, language: str, away: tuple[Phrase, ...]) -> Grammar | None:
    match node.kind:
        case "number" if numbers := _numbers(node, language):
            return Grammar(kind="choices", language=language, phrases=numbers + away)
        case "digits" | "account" | "number":
            lengths = {"min_length": node.min_length, "max_length": node.max_length}
            return Grammar(kind="digits", language=language, phrases=away, **lengths)
        case "date" if days := tuple(Phrase(words, meaning) for words, meaning in day_phrases(language)):
            return Grammar(kind="date", language=language, phrases=days + away)
        case _:
            return None


def _numbers(node: Collect, language: str) -> tuple[Phrase, ...]:
    """Every number that the node accepts, in words, when they are few enough."""
    least, most = node.least or "0", node.most or "9" * node.max_length
    if not (least.isdecimal() and most.isdecimal()):
        return ()
    return tuple(Phrase(words, meaning) for words, meaning in number_phrases(language, int(least), int(most)))
