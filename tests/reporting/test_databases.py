"""One history, one answer: reports over SQLite and PostgreSQL, from facts and from tables, are the same bytes."""

import random
from datetime import tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cti_bridge.app.report_setup import report_of
from facts.ids import ContactId
from facts.journal import ContactOffered, Entry
from facts.states import LeftQueue, OfferOutcome
from facts.time import DAY, HOUR, from_seconds
from reporting.exports.as_json import json_bytes, report_json
from reporting.kpi.catalogue import CATALOGUE, LIVE, NEED_RECORDS
from reporting.kpi.intervals import parse_opening_hours
from reporting.kpi.report import Query, Report, answer
from reporting.kpi.resolution import RepeatRule
from reporting.kpi.service_level import Target, Targets
from storage.erasure import erase
from storage.filling import IntervalFiller
from storage.intervals import IntervalTables
from storage.journal import Journal
from storage.verification import verify
from tests.reporting.scenes import NINE, Scene

SITE = ZoneInfo("Europe/Berlin")
MIDNIGHT = NINE - 10 * HOUR
"""In Berlin, at whose midnight the tables' days begin."""

TARGETS = Targets(
    by_queue={
        "sales": Target(formula="SL6", threshold_us=from_seconds(30)),  # type: ignore[dict-item]
        "support": Target(formula="SL8"),  # type: ignore[dict-item]
    }
)


@cache
def history() -> Scene:
    """Three days of calls, won, lost and sent away; agents come and go, and some are still there at the end."""
    draw, told = random.Random(11), Scene()
    for day in range(3):
        for agent in ("ann", "bob", "cyd"):
            at = day * 86400 + draw.uniform(-3600, 3600)
            told.logs_in(at, agent, team=f"team of {agent}")
            told.turns(at + 5, agent, "READY")
            told.turns(at + draw.uniform(3600, 7200), agent, "NOT_READY", reason="break")
            if agent != "cyd":
                told.logs_out(at + draw.uniform(20000, 30000), agent)
    for number in range(240):
        _call(told, draw, f"call-{number}", draw.uniform(0, 3 * 86400 - 40000))
    scene = Scene()
    for entry in sorted(told.list, key=lambda entry: entry.at):
        scene.tell((entry.at - NINE) / 1_000_000, entry.fact)
    for entry in _imported().list:
        scene.list.append(entry)
    return scene


def _call(told: Scene, draw: random.Random, contact: str, at: float) -> None:
    queue, agent = draw.choice(["sales", "support", "Verkauf Süd 销售"]), draw.choice(["ann", "bob", "cyd"])
    wait, talk = draw.expovariate(1 / 25), draw.expovariate(1 / 200)
    match draw.randrange(6):
        case 0:
            told.lost_call(at, contact, wait=wait, queue=queue)
        case 1:
            told.arrives(at, contact, region="north")
            told.queued(at + 3, contact, queue)
            told.leaves(at + 3 + wait, contact, LeftQueue.TIMED_OUT, wait)
        case 2:
            told.arrives(at, contact)
            told.queued(at, contact, queue)
            told.offered_to(at + wait, contact, agent, wait)
            told.offer_ends(at + wait + 20, contact, agent, OfferOutcome.NO_ANSWER, 20)
            told.abandons(at + wait + 30, contact, wait + 30)
        case _:
            told.call(at, contact, agent, wait=wait, talk=talk, queue=queue)
            told.wrapped_up(at + wait + talk + 12, contact, agent, 12)


def _imported() -> Scene:
    told = Scene("import:old")
    for number in range(3):
        told.arrives(number * 50, f"untimed-{number}")
        told.queued(number * 50, f"untimed-{number}")
        told.answered(number * 50, f"untimed-{number}", "dan", None)
    for number in range(20):
        told.call(number * 600, f"old-{number}", "dan", wait=number, talk=100)
    for number in range(4):
        told.arrives(number * 700, f"unheld-{number}")
        told.queued(number * 700, f"unheld-{number}")
        told.answered(number * 700, f"unheld-{number}", "dan", 0)
        told.talk_ends(number * 700 + 90, f"unheld-{number}", "dan", 90, None, wrap_up_known=False)
        if number == 0:
            told.wrapped_up(100, "unheld-0", "dan", 10)
    return told


def query(by: str = "", figures: tuple[str, ...] = LIVE, zone: tzinfo = SITE, **more: object) -> Query:
    return Query(by=tuple(by.split(",")) if by else (), figures=figures, zone=zone, targets=TARGETS, **more)  # type: ignore[arg-type]


QUERIES = {
    "whole": query(),
    "queues": query("queue"),
    "queues by half hour": query("queue,30min"),
    "queues of one day": query("queue", start=MIDNIGHT, end=MIDNIGHT + DAY),
    "half hours of one day": query("30min,queue", start=MIDNIGHT, end=MIDNIGHT + DAY),
    "days": query("day"),
    "queues by day": query("day,queue", start=MIDNIGHT),
    "weekdays elsewhere": query("weekday,queue", zone=ZoneInfo("Asia/Kolkata")),
    "one queue": query("hour", queues=("Verkauf Süd 销售",)),
    "opening hours": query("queue,hour_of_day", hours=parse_opening_hours("Mon-Tue 08:00-12:00")),
    "agents": query("agent,team"),
    "regions": query("region,disposition"),
    "closed": query("queue,hour", counted_at="closed"),
    "repeats": query("queue", tuple(CATALOGUE), repeat=RepeatRule()),
    "long before": query("queue", start=MIDNIGHT - 9 * DAY, end=MIDNIGHT - 8 * DAY),
    "long after": query("queue", start=MIDNIGHT + 30 * DAY, end=MIDNIGHT + 31 * DAY),
    "long after, without end": query("queue", start=MIDNIGHT + 30 * DAY),
}


def bytes_of(report: Report) -> bytes:
    return json_bytes(report_json(report))


@pytest.fixture
def told(journal: Journal) -> Journal:
    """The history on a database, with its tables."""
    journal.append(history().list)
    IntervalFiller(journal, SITE).run()
    return journal


def test_reports_are_the_same_bytes_on_every_database(told: Journal) -> None:
    merged = sorted_scene()
    for name, asked in QUERIES.items():
        expected = bytes_of(answer(merged, asked))
        assert bytes_of(answer(told, asked)) == expected, f"{name}: from the facts"
        assert bytes_of(report_of(told, asked)) == expected, f"{name}: as the command answers"
    assert IntervalTables(told).lag() == 0


def test_what_erasure_tells_of_itself_changes_no_report(told: Journal) -> None:
    asked, node = query("queue"), Scene().node
    arrival = ContactOffered(contact_id=ContactId("known"), caller_number="+49 30 1234")
    told.append([Entry(node=node, seq=told.last_seq(node) + 1, at=NINE + 9 * DAY, fact=arrival)])
    IntervalFiller(told, SITE).run()
    before = bytes_of(answer(told, asked))
    assert erase(told, at=NINE + 400 * DAY, by="boss", number="+49301234").facts
    assert bytes_of(answer(told, asked)) == before, "from the facts"
    assert bytes_of(report_of(told, asked)) == before, "from the tables"
    assert verify(told).holds


def test_months_may_be_imported_in_any_order(journal: Journal) -> None:
    for day in (40, 0, 20):
        month = Scene("import:old")
        for number in range(20):
            month.call(day * 86400 + number * 600, f"{day}/{number}", "dan", wait=number, talk=100)
        first = journal.last_seq(month.node) + 1
        journal.append([msgspec.structs.replace(entry, seq=first + n) for n, entry in enumerate(month.list)])
        IntervalFiller(journal, SITE).run()
    assert IntervalTables(journal).lag() == 0
    for asked in (query("queue,day"), query("agent", start=NINE + 10 * DAY, end=NINE + 30 * DAY)):
        found = answer(journal, asked)
        assert bytes_of(report_of(journal, asked)) == bytes_of(found)
        assert found.as_of == (asked.end or max(entry.at for entry in journal.entries()))


def sorted_scene() -> Scene:
    """The history in the order in which a journal gives it."""
    scene = Scene()
    scene.list = sorted(history().list, key=lambda entry: entry.at)
    return scene


def test_the_history_has_something_of_everything() -> None:
    total = answer(sorted_scene(), query()).total.figures
    for name in ("answered", "abandoned", "left_otherwise", "offers", "logged_in_s", "contacts", "wait_p95_s"):
        assert total[name].value, name
    assert NEED_RECORDS.isdisjoint(LIVE)


def test_tables_that_lag_are_not_believed(told: Journal) -> None:
    late = Scene()
    late.list = [entry for entry in history().list if entry.node == late.node]
    late.call(3 * 86400, "late", "ann", wait=5, talk=50)
    told.append(late.list[-5:])
    assert (
        report_of(told, query("queue")).total.figures["offered"]
        == answer(told, query("queue")).total.figures["offered"]
    )
