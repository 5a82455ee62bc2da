"""Intervals in any zone, right across clock changes, and opening hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts.time import HOUR, MINUTE
from reporting.kpi.errors import ReportError
from reporting.kpi.intervals import (
    QUARTER,
    Calendar,
    moment_text,
    parse_moment,
    parse_opening_hours,
    quarters,
    to_instant,
)

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return parse_moment(text, zone)


def labels(start: str, end: str, interval: str, zone: ZoneInfo = BERLIN) -> list[str]:
    calendar = Calendar(zone)
    return list(dict.fromkeys(calendar.label(interval, q) for q, _ in quarters(at(start, zone), at(end, zone))))


def test_a_day_in_spring_has_twenty_three_hours_and_one_in_autumn_twenty_five() -> None:
    assert len(labels("2026-03-29", "2026-03-30", "hour")) == 23
    autumn = labels("2026-10-25", "2026-10-26", "hour")
    assert len(autumn) == 25
    assert autumn[2:4] == ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"], "the hour that comes twice is two"
    assert labels("2026-03-29", "2026-03-30", "day") == ["2026-03-29"]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert labels("2026-03-01", "2026-03-03", "week") == ["2026-02-23", "2026-03-02"]
    assert labels("2026-02-27", "2026-03-02", "month") == ["2026-02", "2026-03"]


def test_zones_off_the_full_hour_have_their_own_hours() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")
    assert labels("2026-03-02", "2026-03-02T02:00", "hour", kathmandu) == [
        "2026-03-02T00:00+05:45",
        "2026-03-02T01:00+05:45",
    ]


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut"]),
    st.sampled_from(["15min", "30min", "hour", "day", "week", "month"]),
)
def test_an_instant_lies_in_its_interval(when: datetime, zone: str, interval: str) -> None:
    instant = to_instant(when.replace(tzinfo=UTC))
    calendar = Calendar(ZoneInfo(zone))
    begin = calendar.begin(interval, instant)
    longest = {"15min": QUARTER, "30min": 2 * QUARTER, "hour": 2 * HOUR, "day": 25 * HOUR, "week": 170 * HOUR}
    assert 0 <= instant - begin < longest.get(interval, 746 * HOUR)


@given(st.integers(0, 10**15), st.integers(0, 3 * HOUR))
def test_quarters_cut_a_stretch_without_loss(start: int, length: int) -> None:
    parts = list(quarters(start, start + length))
    assert sum(end - begin for begin, end in parts) == length
    assert all(begin // QUARTER == (end - 1) // QUARTER for begin, end in parts)


def test_moments_are_read_in_the_zone_and_written_back() -> None:
    assert moment_text(at("2026-07-01"), BERLIN) == "2026-07-01T00:00:00+02:00"
    assert at("2026-07-01T10:00:00+00:00") - at("2026-07-01T10:00") == 2 * HOUR
    with pytest.raises(ReportError, match="no date or time"):
        at("yesterday")


def test_opening_hours_by_weekday() -> None:
    hours = parse_opening_hours("Mon-Fri 08:00-18:00, Sat 09:00-13:00")
    monday = at("2026-03-02T08:00")
    assert hours.contain(monday, BERLIN)
    assert not hours.contain(monday - 1, BERLIN)
    assert hours.contain(monday + 10 * HOUR - MINUTE, BERLIN)
    assert not hours.contain(monday + 10 * HOUR, BERLIN)
    assert hours.contain(at("2026-03-07T12:59"), BERLIN)
    assert not hours.contain(at("2026-03-08T10:00"), BERLIN)
    assert parse_opening_hours("Fri-Mon 00:00-24:00").contain(at("2026-03-08T23:59"), BERLIN)
    assert parse_opening_hours("07:00-07:15").contain(at("2026-03-08T07:10"), BERLIN)


@pytest.mark.parametrize("text", ["", "Mon", "Mun 08:00-10:00", "10:00-09:00", "08:07-09:00", "08:00-25:00", "8-9"])
def test_opening_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ReportError, match="opening hours"):
        parse_opening_hours(text)


def test_a_clock_change_moves_opening_hours_with_the_clock() -> None:
    hours = parse_opening_hours("08:00-09:00")
    for day in ("2026-03-28", "2026-03-29", "2026-10-25"):
        assert hours.contain(at(f"{day}T08:30"), BERLIN)
        assert not hours.contain(at(f"{day}T09:00"), BERLIN)
    assert timedelta(microseconds=at("2026-03-29T08:30") - at("2026-03-28T08:30")) == timedelta(hours=23)
