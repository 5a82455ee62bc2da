"""Scheduled reports: when they are due, where they go, and that nothing is made twice."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts.time import DAY, HOUR, MINUTE
from reporting.exports.scheduled import Mail, Scheduled, load_scheduled, run_due
from reporting.kpi.errors import ReportError
from reporting.kpi.intervals import parse_moment, to_instant
from reporting.kpi.report import Query, Report, answer
from reporting.kpi.timetable import Due, Timetable, is_due, latest_due, next_due
from tests.reporting.scenes import NINE, Scene

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = Timetable(period="day", at="06:00")


def at(text: str) -> int:
    return parse_moment(text, BERLIN)


def test_a_daily_report_is_over_the_day_before() -> None:
    due = latest_due(DAILY, at("2026-03-03T06:00"), BERLIN)
    assert due == Due(at("2026-03-02"), at("2026-03-03"), at("2026-03-03T06:00"))
    assert latest_due(DAILY, at("2026-03-03T05:59"), BERLIN).end == at("2026-03-02")


def test_weekly_and_monthly_reports_and_a_day_of_twenty_three_hours() -> None:
    week = latest_due(Timetable(period="week", at="07:30"), at("2026-03-04"), BERLIN)
    assert (week.start, week.end) == (at("2026-02-23"), at("2026-03-02"))
    month = latest_due(Timetable(period="month", at="07:30"), at("2026-03-01T08:00"), BERLIN)
    assert (month.start, month.end) == (at("2026-02-01"), at("2026-03-01"))
    short = latest_due(DAILY, at("2026-03-30T09:00"), BERLIN)
    assert short.end - short.start == 23 * HOUR


@given(st.integers(0, 400 * DAY), st.sampled_from(["day", "week", "month"]), st.integers(0, 23), st.integers(0, 59))
def test_whenever_one_looks_the_last_is_due_once(offset: int, period: str, hour: int, minute: int) -> None:
    table = Timetable(period=period, at=f"{hour:02d}:{minute:02d}")  # type: ignore[arg-type] # of the three
    now = NINE + offset
    due = latest_due(table, now, BERLIN)
    assert due.start < due.end <= due.since <= now
    assert is_due(table, None, now, BERLIN) == due
    assert is_due(table, due.since - 1, now, BERLIN) == due
    assert is_due(table, due.since, now, BERLIN) is None
    following = next_due(table, now, BERLIN)
    assert following > now
    assert is_due(table, now, following - MINUTE, BERLIN) is None or following - MINUTE < now
    assert is_due(table, now, following, BERLIN) is not None


def make(scheduled: Scheduled, due: Due) -> Report:
    scene = Scene()
    scene.call(0, "a", "ann", wait=5, talk=60)
    return answer(scene, Query(by=(scheduled.by,), start=due.start, end=due.end, figures=("offered", "asa_s")))


def test_reports_are_written_once_for_each_day(tmp_path: Path) -> None:
    report = Scheduled(name="daily", when=DAILY, forms=("html", "csv"), folder=str(tmp_path / "out"))
    state = tmp_path / "state.json"
    now = to_instant(datetime(2026, 3, 3, 9, tzinfo=UTC))
    (made,) = run_due([report], state, now, UTC, make)
    assert made.files == ("daily-2026-03-02.html", "daily-2026-03-02.csv")
    assert (tmp_path / "out" / "daily-2026-03-02.csv").read_text().split() == ["queue,offered,asa_s", "sales,1,5.0"]
    assert run_due([report], state, now + HOUR, UTC, make) == []
    assert run_due([report], state, now + DAY, UTC, make) != []


def test_mail_carries_the_reports(tmp_path: Path) -> None:
    sent: list[EmailMessage] = []
    mail = Mail(host="mail.example", sender="desk@example.org", to=("boss@example.org",))
    report = Scheduled(name="daily", when=DAILY, forms=("html", "xlsx"), mail=mail)
    run_due([report], tmp_path / "state", NINE + DAY, UTC, make, send=lambda _mail, message: sent.append(message))
    (message,) = sent
    assert message["To"] == "boss@example.org"
    assert message["Subject"] == "daily 2026-03-02"
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["daily-2026-03-02.html", "daily-2026-03-02.xlsx"]
    assert "Average speed of answer" in next(iter(message.iter_attachments())).get_content()


def test_mail_and_its_files_are_in_the_language_of_the_report(tmp_path: Path) -> None:
    sent: list[EmailMessage] = []
    mail = Mail(host="mail.example", sender="desk@example.org", to=("boss@example.org",))
    report = Scheduled(name="日报", when=DAILY, forms=("html",), language="zh", mail=mail)
    run_due([report], tmp_path / "state", NINE + DAY, UTC, make, send=lambda _mail, message: sent.append(message))
    (message,) = sent
    (page,) = message.iter_attachments()
    assert "平均应答速度" in page.get_content()
    assert "Average" not in page.get_content()
    body = message.get_body()
    assert body is not None
    assert "日报" in body.get_content()
    assert "is attached" not in body.get_content()


def test_a_report_that_fails_is_tried_again_and_stops_no_other(tmp_path: Path) -> None:
    mail = Mail(host="mail.example", sender="desk@example.org", to=("boss@example.org",))
    broken = Scheduled(name="broken", when=DAILY, mail=mail)
    whole = Scheduled(name="whole", when=DAILY, folder=str(tmp_path))

    def refuse(_mail: Mail, _message: EmailMessage) -> None:
        raise ConnectionRefusedError("no mail server")

    first = run_due([broken, whole], tmp_path / "state", NINE + DAY, UTC, make, send=refuse)
    assert [(made.name, made.fault) for made in first] == [("broken", "no mail server"), ("whole", "")]
    again = run_due(
        [broken, whole], tmp_path / "state", NINE + DAY + MINUTE, UTC, make, send=lambda _mail, _message: None
    )
    assert [(made.name, made.fault) for made in again] == [("broken", "")]


def test_a_file_of_timetables(tmp_path: Path) -> None:
    path = tmp_path / "reports.yaml"
    path.write_text(
        "reports:\n"
        "  - {name: daily, by: queue, folder: /srv/reports}\n"
        "  - name: monthly\n"
        '    when: {period: month, at: "07:30"}\n'
        "    forms: [xlsx]\n"
        "    mail: {host: localhost, sender: a@example.org, to: [b@example.org]}\n"
    )
    daily, monthly = load_scheduled(path)
    assert (daily.when.period, daily.forms) == ("day", ("html",))
    assert (monthly.when.at, monthly.forms) == ("07:30", ("xlsx",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("reports: [{name: a}]", "nowhere"),
        ("reports: [{name: a/b, folder: x}]", "slash"),
        ("reports: [{name: a, folder: x, forms: [pdf]}]", "ends in"),
        ('reports: [{name: a, folder: x, when: {at: "25:00"}}]', "06:00"),
        ("reports: [{name: a, folder: x, colour: red}]", "colour"),
        ("reports: [{name: a, folder: x, language: fr}]", "language"),
        ("reports: [{name: a, folder: x}, {name: a, folder: y}]", "same name"),
        ("reports: [", "YAML"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "reports.yaml"
    path.write_text(text)
    with pytest.raises(ReportError, match=told):
        load_scheduled(path)
