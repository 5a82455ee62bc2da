"""What a caller may say, and what it means."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.grammar import Grammar, GrammarKind, Phrase, digits_of, normalised, of_phrases, yes_or_no
from ivr.spoken_dates import day_meant, day_phrases

TODAY = dt.date(2026, 11, 22)


def test_words_are_compared_without_case_punctuation_and_chinese_spaces() -> None:
    assert normalised("  My BILL!  ") == "my bill"
    assert normalised("That's right.") == "that's right"
    assert normalised("技术 支持。") == "技术支持"
    assert normalised("VIP 服务 \uff12") == "vip 服务 2"


@pytest.mark.parametrize(
    ("said", "language", "digits"),
    [
        ("one two oh", "en", "120"),
        ("double five triple zero 7", "en", "550007"),
        ("幺二零", "zh", "120"),
        ("一 两 \u3007", "zh", "120"),
        ("one hundred", "en", None),
        ("double", "en", None),
        ("", "en", None),
        ("一二", "en", None),
    ],
)
def test_spoken_digits(said: str, language: str, digits: str | None) -> None:
    assert digits_of(said, language) == digits


def test_digits_have_a_length_and_phrases_lead_elsewhere() -> None:
    grammar = Grammar(kind="digits", language="en", phrases=(Phrase("agent", "away"),), min_length=2, max_length=3)
    assert grammar.meaning("One, two.") == "12"
    assert grammar.meaning("one") is None
    assert grammar.meaning("one two three four") is None
    assert grammar.meaning("Agent") == "away"


def test_phrases_of_a_language_with_a_region_fall_back_to_the_bare_language() -> None:
    said: dict[str, dict[str, tuple[str, ...]]] = {"bill": {"en": ("My bill",), "zh-TW": ("帳單",), "zh": ("账单",)}}
    assert of_phrases(said, "en-GB") == (Phrase("my bill", "bill"),)
    assert of_phrases(said, "zh-TW") == (Phrase("帳單", "bill"),)
    assert of_phrases(said, "fr") == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_yes_and_no_never_mean_both(language: str) -> None:
    phrases = yes_or_no(language)
    assert {phrase.meaning for phrase in phrases} == {"yes", "no"}
    assert len({phrase.text for phrase in phrases}) == len(phrases)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_day_of_the_year_can_be_said_and_means_one_day(language: str) -> None:
    phrases = day_phrases(language)
    days = {meaning for _, meaning in phrases if meaning[0] not in "+-"}
    assert len(days) == 366
    assert len({words for words, _ in phrases}) == len(phrases)
    said = dict(phrases)
    assert said[{"en": "november twenty second", "zh": "十一月二十二日"}[language]] == "11-22"
    assert said[{"en": "tomorrow", "zh": "明天"}[language]] == "+1"
    assert all(words == normalised(words) for words in said)


@pytest.mark.parametrize(
    ("meaning", "least", "most", "day"),
    [
        ("+1", None, None, "2026-11-23"),
        ("11-23", None, None, "2026-11-23"),
        ("01-02", None, None, "2027-01-02"),
        ("01-02", None, TODAY, "2026-01-02"),
        ("11-21", TODAY, None, "2027-11-21"),
        ("02-29", None, None, None),
        ("-1", TODAY, None, None),
    ],
)
def test_a_day_without_a_year_is_the_nearest_that_is_allowed(
    meaning: str, least: dt.date | None, most: dt.date | None, day: str | None
) -> None:
    found = day_meant(meaning, TODAY, least, most)
    assert (found.isoformat() if found else None) == day


@given(st.text(max_size=60))
def test_no_text_breaks_a_grammar(text: str) -> None:
    kinds: tuple[GrammarKind, ...] = ("digits", "yes_no")
    for kind in kinds:
        grammar = Grammar(kind=kind, language="en", phrases=yes_or_no("en"))
        meaning = grammar.meaning(text)
        assert meaning is None or meaning in ("yes", "no") or meaning.isdigit()
