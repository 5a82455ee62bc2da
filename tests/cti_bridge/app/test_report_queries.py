"""The console's questions: the same answers as the command line's, page by page, down to the single contact."""

import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl  # type: ignore[import-untyped]
import pytest

from config.load import load
from cti_bridge.app.report_queries import KINDS, MOST_ROWS, ReportQueries
from facts.journal import PolicyChanged
from reporting.kpi.catalogue import CATALOGUE, NEED_RECORDS
from reporting.kpi.drill_down import behind
from reporting.kpi.errors import NothingThereError, ReportError, UnavailableError
from reporting.kpi.report import Query, answer, read
from storage.filling import IntervalFiller
from storage.journal import open_journal
from tests.reporting.scenes import Scene
from tests.reporting.test_commands import Desk
from tests.reporting.test_databases import TARGETS, history, sorted_scene


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("queries")
    with open_journal(made / "journal.sqlite3") as journal:
        journal.append(history().list)
        IntervalFiller(journal, ZoneInfo("UTC")).run()
    return made


@pytest.fixture
def queries(home: Path) -> Iterator[ReportQueries]:
    settings = load(None, {"CORDBOARD_HOME": str(home)})
    made = ReportQueries(lambda: open_journal(home / "journal.sqlite3", read_only=True), lambda: settings)
    yield made
    made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_the_document_that_the_command_prints(queries: ReportQueries, home: Path, kind: str) -> None:
    printed = Desk(home).json("report", kind, "--by", "queue,hour", "--from", "2026-03-02T12:00", "--formula", "SL7")
    asked = {"by": "queue,hour", "from": "2026-03-02T12:00", "formula": "SL7"}
    assert json.loads(json.dumps(queries.report(asked, kind=kind))) == printed
    assert json.loads(queries.export(asked, "json", kind=kind).content) == printed


def test_the_rows_behind_any_figure_add_up_to_it() -> None:
    scene = sorted_scene()
    for by in ("", "queue", "agent", "region,weekday"):
        names = tuple(name for name in CATALOGUE if name not in NEED_RECORDS)
        query = Query(by=tuple(by.split(",")) if by else (), figures=names, targets=TARGETS)
        past = read(scene, None, None)
        report = answer(scene, query)
        for name in names:
            row = max(report.rows, key=lambda row: row.figures[name].numerator or 0)
            found = behind(past, query, name, row.slice)
            assert found.figure == row.figures[name], (by, name)
            if "_p" in name or name in {"longest_wait_s", "talk_sd_s"}:
                continue  # not sums
            for part in ("numerator", "denominator"):
                whole = getattr(row.figures[name], part)
                assert sum(getattr(share, part) or 0 for share in found.shares) == pytest.approx(whole or 0), name


def test_pages_of_what_stands_behind_a_figure(queries: ReportQueries) -> None:
    slice_ = {"queue": "sales"}
    first = queries.behind({}, "asa_s", slice_, limit=3)
    assert first["kind"] == "contacts"
    assert first["total"] == first["figure"]["denominator"] > 6
    second = queries.behind({}, "asa_s", slice_, offset=3, limit=3)
    every = queries.behind({}, "asa_s", slice_, limit=MOST_ROWS)["rows"]
    assert first["rows"] + second["rows"] == every[:6]
    assert [row["offered_at"] for row in every] == sorted(row["offered_at"] for row in every)
    assert every[0]["numerator"] == every[0]["waited_s"]
    row = queries.report({"by": "queue"})["rows"]
    assert next(one for one in row if one["slice"] == slice_)["figures"]["asa_s"] == first["figure"]


def test_agents_time_opens_onto_its_stretches(queries: ReportQueries) -> None:
    found = queries.behind({}, "occupancy", {"agent": "ann"}, limit=MOST_ROWS)
    assert found["kind"] == "stretches"
    assert {row["agent"] for row in found["rows"]} == {"ann"}
    ready = [row["inside_s"] for row in found["rows"] if row["state"] == "READY"]
    assert sum(ready) == pytest.approx(found["figure"]["denominator"] - found["figure"]["numerator"])


def test_stays_page_by_page(queries: ReportQueries) -> None:
    page = queries.contacts({"queues": ["sales"]}, outcome="abandoned", limit=2)
    assert (len(page["contacts"]), page["offset"]) == (2, 0)
    assert page["total"] == queries.report({"queues": ["sales"]})["total"]["figures"]["abandoned"]["value"]


def test_a_story_says_who_and_why(queries: ReportQueries) -> None:
    page = queries.behind({}, "offers_no_answer", {}, limit=1)
    facts = queries.contact(page["rows"][0]["contact_id"])["facts"]
    agent = page["rows"][0]["agent"] or facts[2]["data"]["agent_id"]
    assert [(fact["kind"], fact["who"]) for fact in facts] == [
        ("ContactOffered", "customer"),
        ("ContactQueued", "system"),
        ("OfferMade", "system"),
        ("OfferEnded", agent),
        ("ContactAbandoned", "customer"),
    ]
    assert facts[1]["why"] == "menu"
    assert all(fact["text"] for fact in facts)


def test_files(queries: ReportQueries) -> None:
    excel = queries.export({}, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(excel.content))["figures"]
    assert [sheet["A1"].value, sheet["B1"].value] == ["queue", "offered"]
    assert isinstance(sheet["B2"].value, int)
    assert queries.export({}, "html", kind="intervals").content.startswith(b"<!DOCTYPE html>")
    assert queries.export({}, "csv").content.startswith(b"queue,offered,")
    assert (excel.file_name, excel.media_type[:11]) == ("summary.xlsx", "application")


def test_why_missed_as_data(queries: ReportQueries) -> None:
    asked = {"from": "2026-03-02", "to": "2026-03-03"}
    (missed,) = queries.why_missed(asked, "sales", goal=0.999, interval="day")["missed"]
    shares = sum(cause["share"] for cause in missed["causes"])
    assert shares == pytest.approx(missed["planned_service_level"] - missed["service_level"])


def test_why_missed_goes_by_who_was_taken_out_of_the_queue(tmp_path: Path) -> None:
    scene = Scene()
    for name in ("ann", "bob"):
        scene.logs_in(0, name)
        scene.turns(0, name, "READY")
    taken_out = [{"agent_id": "ann"}, {"agent_id": "bob", "without_queues": ["sales"]}]
    scene.tell(0, PolicyChanged(policy={"agents": taken_out}))
    scene.call(60, "late", "ann", wait=90, talk=60)
    for name in ("ann", "bob"):
        scene.logs_out(1800, name)
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        journal.append(scene.list)
    settings = load(None, {"CORDBOARD_HOME": str(tmp_path)})
    made = ReportQueries(lambda: open_journal(tmp_path / "journal.sqlite3", read_only=True), lambda: settings)
    asked = {"from": "2026-03-02T09:00", "to": "2026-03-02T09:30", "time_zone": "UTC"}
    (missed,) = made.why_missed(asked, "sales", goal=0.8)["missed"]
    made.close()
    causes = {cause["cause"]: cause for cause in missed["causes"]}
    assert causes["staffing"]["actual"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda queries: queries.report({"byy": "queue"}), "byy"),
        (lambda queries: queries.report({"fcr_days": "soon"}), "fcr_days"),
        (lambda queries: queries.report({}, kind="nonsense"), "nonsense"),
        (lambda queries: queries.behind({}, "luck", {}), "luck"),
        (lambda queries: queries.behind({}, "asa_s", {"shoe": "9"}), "shoe"),
        (lambda queries: queries.behind({}, "asa_s", {}, limit=MOST_ROWS + 1), "page"),
        (lambda queries: queries.contacts({}, offset=-1), "page"),
        (lambda queries: queries.export({}, "pdf"), "pdf"),
        (lambda queries: queries.why_missed({}, "sales", goal=0.8), "--from"),
    ],
)
def test_bad_questions(queries: ReportQueries, ask: object, told: str) -> None:
    with pytest.raises(ReportError, match=told):
        ask(queries)  # type: ignore[operator]


def test_what_is_not_there(queries: ReportQueries) -> None:
    with pytest.raises(NothingThereError):
        queries.contact("nobody")
    with pytest.raises(NothingThereError):
        queries.report({"queues": ["nowhere"]})


def test_a_journal_that_is_away_is_told_and_tried_again(home: Path, tmp_path: Path) -> None:
    settings = load(None, {"CORDBOARD_HOME": str(tmp_path)})
    there = [tmp_path / "nowhere.sqlite3"]
    queries = ReportQueries(lambda: open_journal(there[0], read_only=True), lambda: settings)
    with pytest.raises(UnavailableError, match="no journal"):
        queries.report({})
    there[0] = home / "journal.sqlite3"
    assert queries.report({})["rows"]
    queries.close()


def test_many_threads_ask_at_once(queries: ReportQueries) -> None:
    begin = threading.Barrier(8)

    def ask(number: int) -> object:
        begin.wait()
        return queries.report({"by": "queue" if number % 2 else "agent"})["total"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answers[number] == answers[number % 2] for number in range(8))
