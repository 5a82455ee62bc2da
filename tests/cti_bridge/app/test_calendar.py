"""Opening hours become open intervals: weekdays, holidays, special days, midnight, daylight saving time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.services import Holidays, OpeningHours, Weekday
from cti_bridge.app.calendar import WEEKDAYS, UnknownHolidays, open_intervals, why_closed
from facts.time import MINUTE, SECOND, Instant

OFFICE: dict[Weekday, tuple[str, ...]] = dict.fromkeys(WEEKDAYS[:5], ("08:00-12:00", "13:00-17:30"))


def at(text: str) -> Instant:
    """An instant from an ISO time with its offset."""
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


def shown(hours: OpeningHours, start: str, end: str, zone: str = "Europe/Berlin") -> list[str]:
    """The intervals in local time with offset, ``03-28T08:00+01 03-28T12:00+01``."""
    intervals = open_intervals(hours, zone, at(start), at(end))
    local = [tuple(datetime.fromtimestamp(edge // SECOND, ZoneInfo(zone)) for edge in pair) for pair in intervals]
    return [" ".join(f"{edge:%m-%dT%H:%M%z}"[:-2] for edge in pair) for pair in local]


def test_a_week_has_its_days_and_breaks() -> None:
    hours = OpeningHours(weekly=OFFICE | {"sat": ("09:00-13:00",)})
    assert shown(hours, "2025-05-09T00:00+02:00", "2025-05-13T00:00+02:00") == [
        "05-09T08:00+02 05-09T12:00+02",
        "05-09T13:00+02 05-09T17:30+02",
        "05-10T09:00+02 05-10T13:00+02",
        "05-12T08:00+02 05-12T12:00+02",
        "05-12T13:00+02 05-12T17:30+02",
    ]


def test_intervals_are_cut_at_both_ends() -> None:
    hours = OpeningHours(weekly=OFFICE)
    assert shown(hours, "2025-05-09T10:00+02:00", "2025-05-09T13:30+02:00") == [
        "05-09T10:00+02 05-09T12:00+02",
        "05-09T13:00+02 05-09T13:30+02",
    ]


def test_holidays_and_special_days() -> None:
    hours = OpeningHours(
        weekly=OFFICE,
        holidays=Holidays(country="DE", subdivision="BY"),
        special={date(2025, 12, 24): ("08:00-12:00",), date(2025, 12, 26): ("10:00-11:00",), date(2025, 12, 29): ()},
    )
    assert shown(hours, "2025-12-24T00:00+01:00", "2025-12-30T00:00+01:00") == [
        "12-24T08:00+01 12-24T12:00+01",
        "12-26T10:00+01 12-26T11:00+01",
    ]


def test_a_holiday_of_one_part_of_the_country_is_none_elsewhere() -> None:
    epiphany = ("2025-01-06T00:00+01:00", "2025-01-07T00:00+01:00")
    assert not shown(OpeningHours(weekly=OFFICE, holidays=Holidays(country="DE", subdivision="BY")), *epiphany)
    assert shown(OpeningHours(weekly=OFFICE, holidays=Holidays(country="DE", subdivision="HH")), *epiphany)


def test_why_it_is_closed() -> None:
    hours = OpeningHours(
        weekly=OFFICE,
        holidays=Holidays(country="DE", subdivision="BY"),
        special={date(2025, 12, 24): (), date(2025, 12, 29): ()},
    )

    def why(moment: str, language: str = "en") -> tuple[str, str | None]:
        return why_closed(hours, "Europe/Berlin", at(moment), language)

    assert why("2025-12-25T10:00+01:00") == ("holiday", "Christmas Day")
    assert why("2025-12-25T10:00+01:00", "de") == ("holiday", "Erster Weihnachtstag")
    assert why("2025-12-24T10:00+01:00") == ("special_day", None)
    assert why("2025-12-23T22:00+01:00") == ("hours", None)
    assert why("2025-12-25T23:30+00:00") == ("holiday", "Second Day of Christmas"), "a day by the calendar's own clock"


@pytest.mark.parametrize("where", [Holidays(country="XX"), Holidays(country="DE", subdivision="ZZ")])
def test_unknown_holidays(where: Holidays) -> None:
    with pytest.raises(UnknownHolidays, match=r"XX|ZZ"):
        open_intervals(OpeningHours(holidays=where), "UTC", 0, MINUTE)


def test_past_midnight_a_span_belongs_to_the_day_on_which_it_begins() -> None:
    hours = OpeningHours(weekly={"fri": ("22:00-06:00",)}, special={date(2025, 5, 10): ()})
    assert shown(hours, "2025-05-09T00:00+02:00", "2025-05-12T00:00+02:00") == ["05-09T22:00+02 05-10T06:00+02"]
    assert shown(hours, "2025-05-10T01:00+02:00", "2025-05-12T00:00+02:00") == ["05-10T01:00+02 05-10T06:00+02"]


def test_a_centre_that_never_closes_is_one_interval() -> None:
    hours = OpeningHours(weekly=dict.fromkeys(WEEKDAYS, ("00:00-24:00",)))
    start, end = at("2025-03-01T00:00+00:00"), at("2025-11-30T00:00+00:00")
    assert open_intervals(hours, "Europe/Berlin", start, end) == ((start, end),)


def test_overlapping_spans_are_one() -> None:
    hours = OpeningHours(weekly={"fri": ("08:00-12:00", "11:00-13:00", "13:00-14:00")})
    assert shown(hours, "2025-05-09T00:00+02:00", "2025-05-10T00:00+02:00") == ["05-09T08:00+02 05-09T14:00+02"]


@pytest.mark.parametrize(
    ("span", "interval"),
    [
        ("01:00-04:00", "03-30T01:00+01 03-30T04:00+02"),
        ("02:30-04:00", "03-30T03:00+02 03-30T04:00+02"),
        ("01:00-02:30", "03-30T01:00+01 03-30T03:00+02"),
        ("00:00-24:00", "03-30T00:00+01 03-31T00:00+02"),
    ],
)
def test_the_clock_is_put_forward(span: str, interval: str) -> None:
    hours = OpeningHours(weekly={"sun": (span,)})
    assert shown(hours, "2025-03-29T00:00+01:00", "2025-04-01T00:00+02:00") == [interval]


def test_a_span_that_the_clock_jumps_over_is_none() -> None:
    hours = OpeningHours(weekly={"sun": ("02:10-02:50",)})
    assert shown(hours, "2025-03-29T00:00+01:00", "2025-04-01T00:00+02:00") == []


@pytest.mark.parametrize(
    ("span", "interval"),
    [
        ("02:30-04:00", "10-26T02:30+02 10-26T04:00+01"),
        ("01:00-02:30", "10-26T01:00+02 10-26T02:30+01"),
        ("02:10-02:50", "10-26T02:10+02 10-26T02:50+01"),
    ],
)
def test_the_clock_is_put_back(span: str, interval: str) -> None:
    hours = OpeningHours(weekly={"sun": (span,)})
    assert shown(hours, "2025-10-25T00:00+02:00", "2025-10-27T00:00+01:00") == [interval]


def test_a_calendar_has_a_time_zone_of_its_own() -> None:
    hours = OpeningHours(time_zone="Asia/Shanghai", weekly={"fri": ("09:00-10:00",)})
    assert shown(hours, "2025-05-09T00:00+02:00", "2025-05-10T00:00+02:00") == ["05-09T03:00+02 05-09T04:00+02"]


clocks = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30]))
spans = st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1])


@given(st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(spans, max_size=3), max_size=4))
@settings(deadline=None, max_examples=60)
def test_as_somebody_with_a_wall_clock_would_say(
    week: dict[Weekday, list[tuple[tuple[int, int], tuple[int, int]]]],
) -> None:
    def text(span: tuple[tuple[int, int], tuple[int, int]]) -> str:
        (from_hour, from_minute), (to_hour, to_minute) = span
        return f"{from_hour:02}:{from_minute:02}-{to_hour:02}:{to_minute:02}"

    hours = OpeningHours(weekly={day: tuple(map(text, given)) for day, given in week.items()})
    start = datetime(2025, 1, 6, 5, tzinfo=UTC)
    intervals = open_intervals(
        hours, "America/New_York", round(start.timestamp()) * SECOND, round(start.timestamp() + 3 * 86400) * SECOND
    )
    for quarter in range(3 * 96):
        moment = start + timedelta(minutes=15 * quarter)
        local = moment.astimezone(ZoneInfo("America/New_York"))
        today, yesterday = WEEKDAYS[local.weekday()], WEEKDAYS[local.weekday() - 1]
        clock = (local.hour, local.minute)
        is_open = any(a <= clock < b or (b < a <= clock) for a, b in week.get(today, [])) or any(
            b < a and clock < b for a, b in week.get(yesterday, [])
        )
        instant = round(moment.timestamp()) * SECOND
        assert is_open == any(begins <= instant < ends for begins, ends in intervals), local
