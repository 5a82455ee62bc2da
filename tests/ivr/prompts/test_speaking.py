"""Values as words, by the rules of each language."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.prompts.speaking import LANGUAGES, words


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "零", "zero"),
        (2, "二", "two"),
        (10, "十", "ten"),
        (12, "十二", "twelve"),
        (20, "二十", "twenty"),
        (101, "一百零一", "one hundred and one"),
        (110, "一百一十", "one hundred and ten"),
        (112, "一百一十二", "one hundred and twelve"),
        (200, "两百", "two hundred"),
        (222, "两百二十二", "two hundred and twenty-two"),
        (1001, "一千零一", "one thousand and one"),
        (1010, "一千零一十", "one thousand and ten"),
        (2002, "两千零二", "two thousand and two"),
        (10_000, "一万", "ten thousand"),
        (10_010, "一万零一十", "ten thousand and ten"),
        (20_002, "两万零二", "twenty thousand and two"),
        (102_000, "十万两千", "one hundred and two thousand"),
        (120_000, "十二万", "one hundred and twenty thousand"),
        (1_000_001, "一百万零一", "one million and one"),
        (100_010_000, "一亿零一万", "one hundred million ten thousand"),
        (1_234_567_890, "十二亿三千四百五十六万七千八百九十", None),
        (-5, "负五", "minus five"),
        (Decimal("12.50"), "十二点五", "twelve point five"),
        (Decimal("0.05"), "零点零五", "zero point zero five"),
    ],
)
def test_numbers(value: int, chinese: str, english: str | None) -> None:
    assert "".join(words("number", value, "zh")) == chinese
    assert english is None or " ".join(words("number", value, "en-GB")) == english


@pytest.mark.parametrize(
    ("amount", "currency", "chinese", "english"),
    [
        ("12.5", "CNY", "十二元五角", "twelve yuan and fifty fen"),
        ("12.05", "CNY", "十二元零五分", "twelve yuan and five fen"),
        ("0.25", "CNY", "两角五分", "twenty-five fen"),
        ("2", "CNY", "两元", "two yuan"),
        ("2.22", "CNY", "两元二角二分", "two yuan and twenty-two fen"),
        ("0", "CNY", "零元", "zero yuan"),
        ("2", "USD", "两美元", "two US dollars"),
        ("1.01", "USD", "一美元一美分", "one US dollar and one cent"),
        ("12.50", "USD", "十二美元五十美分", "twelve US dollars and fifty cents"),
        ("0.02", "GBP", "两便士", "two pence"),
        ("1999.6", "JPY", "两千日元", "two thousand Japanese yen"),
        ("1.5", "CHF", "一点五瑞士法郎", "one point five Swiss francs"),
        ("-3.20", "EUR", "负三欧元二十欧分", "minus three euros and twenty cents"),
        ("2.5", "CNY", "两元五角", "two yuan and fifty fen"),
        ("2.545", "CNY", "两元五角五分", "two yuan and fifty-five fen"),
        ("-0.004", "USD", "零美元", "zero US dollars"),
        ("1.005", "KWD", "一点零零五科威特第纳尔", "one point zero zero five Kuwaiti dinars"),
        (
            "120456789.01",
            "GBP",
            "一亿两千零四十五万六千七百八十九英镑一便士",
            None,
        ),
    ],
)
def test_money(amount: str, currency: str, chinese: str, english: str | None) -> None:
    assert "".join(words("money", amount, "zh", currency)) == chinese
    assert english is None or " ".join(words("money", Decimal(amount), "en", currency)) == english


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        ("2026-11-22", "二零二六年十一月二十二日", "November twenty-second twenty twenty-six"),
        ("2005-01-02", "二零零五年一月二日", "January second two thousand and five"),
        ("1905-10-10", "一九零五年十月十日", "October tenth nineteen oh five"),
        ("1900-12-31", "一九零零年十二月三十一日", "December thirty-first nineteen hundred"),
    ],
)
def test_dates(day: str, chinese: str, english: str) -> None:
    assert "".join(words("date", day, "zh")) == chinese
    assert " ".join(words("date", day, "en")) == english


@pytest.mark.parametrize(
    ("time", "chinese", "english"),
    [
        ("00:00", "凌晨零点", "midnight"),
        ("02:05:59", "凌晨两点零五分", "two oh five A M"),
        ("09:30", "上午九点三十分", "nine thirty A M"),
        ("12:00", "中午十二点", "noon"),
        ("12:10", "中午十二点十分", "twelve ten P M"),
        ("2026-11-22T14:00:00+08:00", "下午两点", "two P M"),
        ("2026-11-22 19:45", "晚上七点四十五分", "seven forty-five P M"),
    ],
)
def test_times_of_day(time: str, chinese: str, english: str) -> None:
    assert "".join(words("time", time, "zh")) == chinese
    assert " ".join(words("time", time, "en")) == english


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0, "零秒", "zero seconds"),
        (1, "一秒", "one second"),
        (120, "两分钟", "two minutes"),
        (3725, "一小时两分钟", "one hour two minutes"),
        (86_400, "一天", "one day"),
    ],
)
def test_durations(seconds: int, chinese: str, english: str) -> None:
    assert "".join(words("duration", seconds, "zh")) == chinese
    assert " ".join(words("duration", seconds, "en")) == english


def test_digits_and_ordinals() -> None:
    assert words("digits", "1024", "zh") == ["幺", "零", "二", "四"]
    assert words("digits", "10-24", "en") == ["one", "zero", "two", "four"]
    assert words("digits", "+86 10-ab\uff11#", "zh") == ["加", "八", "六", "幺", "零", "A", "B", "幺", "井号"]
    assert words("digits", "A 7*", "en") == ["A", "seven", "star"]
    assert words("ordinal", 22, "zh") == ["第", "二十二"]
    assert words("ordinal", 22, "en") == ["twenty-second"]
    assert words("ordinal", 142, "en")[0] == "number"


@pytest.mark.parametrize(
    ("spoken_as", "value"),
    [
        ("date", "2026-13-01"),
        ("date", None),
        ("time", "25:00"),
        ("time", "soon"),
        ("number", "many"),
        ("money", "NaN"),
        ("number", "1e30"),
        ("ordinal", "x"),
    ],
)
def test_what_cannot_be_spoken_is_nothing(spoken_as: str, value: str | None) -> None:
    assert words(spoken_as, value, "en") == []
    assert words(spoken_as, value, "zh") == []


def test_a_language_without_rules_says_nothing() -> None:
    assert words("number", 3, "fi") == []


@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.sampled_from(["number", "ordinal", "digits", "money", "duration", "date", "time"]),
    st.one_of(
        st.integers(-(10**15) + 1, 10**15 - 1),
        st.decimals(-(10**9), 10**9, places=3),
        st.dates(),
        st.times(),
        st.text(),
    ),
    st.sampled_from(["CNY", "USD", "GBP", "JPY", "CHF", "KWD"]),
)
@settings(deadline=None, max_examples=300)
def test_every_word_that_is_spoken_is_in_the_vocabulary(
    language: str, spoken_as: str, value: int | Decimal | dt.date | dt.time | str, currency: str
) -> None:
    plain = value.isoformat() if isinstance(value, dt.date | dt.time) else value
    spoken = words(spoken_as, plain, language, currency)
    assert set(spoken) <= LANGUAGES[language].vocabulary(spoken_as, currency)
