"""Reports as JSON, CSV, Excel, HTML and tables; a contact's story."""

import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped] # it has no types of its own
from rich.console import Console

from facts.ids import AgentId, ContactId
from facts.journal import ContactHeld, ContactOffered, ContactRetrieved, ContactTransferred, RequirementRelaxed
from facts.states import OfferOutcome
from facts.time import SECOND, from_seconds
from reporting.exports import as_excel, as_html, as_json, figures_doc, tables
from reporting.exports.as_excel import excel_bytes
from reporting.exports.as_file import rows_to_write, write_report
from reporting.exports.as_html import html_page
from reporting.exports.as_json import json_bytes, report_chunks, report_json
from reporting.exports.as_table import headed
from reporting.exports.labels import Labels
from reporting.exports.story import story
from reporting.exports.words import duration_text
from reporting.kpi.catalogue import CATALOGUE, LIVE, STANDARD
from reporting.kpi.drill_down import contacts
from reporting.kpi.errors import OutputError, ReportError
from reporting.kpi.intervals import parse_moment
from reporting.kpi.report import Query, Report, build, read
from tests.reporting.scenes import NINE, Scene, clock


def scene() -> Scene:
    made = Scene()
    made.logs_in(0, "ann")
    made.turns(0, "ann", "READY")
    made.call(10, "a", "ann", wait=15, talk=60)
    made.call(20, "b", "ann", wait=30, talk=40, queue="=HYPERLINK(1)")
    made.lost_call(30, "c", wait=5)
    made.queued(40, "d", "<script>alert(1)</script>")
    made.list.sort(key=lambda entry: entry.at)
    return made


def report(**query: object) -> Report:
    query.setdefault("by", ("queue",))
    query.setdefault("figures", LIVE)
    return build(read(scene(), None, None), Query(**query))  # type: ignore[arg-type]


def shown(what: object, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_figures_say_how_many_they_could_not_count() -> None:
    told = Scene()
    told.arrives(0, "a")
    told.queued(0, "a")
    told.answered(5, "a", "ann", 5)
    told.talk_ends(65, "a", "ann", 60, None, wrap_up_known=False)
    found = build(read(told, None, None), Query(by=("queue",), figures=("talk_s", "aht_s")))
    said = "as far as they are known) / handled; 1 not classified"
    assert said in html_page("Queues", found)
    for width in (80, 200):
        text = " ".join(shown(headed("Queues", found), width).replace("\n", " ").split())
        assert text.count("not classified") == 1, text


def test_json_has_the_shape_that_programs_read() -> None:
    data = json.loads(json_bytes(report_json(report())))
    rows = {row["slice"]["queue"]: row["figures"] for row in data["rows"]}
    assert data["range"]["time_zone"] == "UTC"
    assert set(rows["sales"]) == set(LIVE)
    assert rows["sales"]["asa_s"] == {
        "value": 15.0,
        "numerator": 15.0,
        "denominator": 1,
        "unit": "s",
        "formula": "asa_s",
        "unclassified": 0,
    }
    assert rows["sales"]["service_level"]["formula"] == "SL3"
    assert (rows["sales"]["service_level"]["numerator"], rows["sales"]["service_level"]["denominator"]) == (1, 2)
    assert rows["sales"]["csat"]["value"] is None
    assert data["total"]["figures"]["offered"]["value"] == 4


def test_json_of_many_rows_has_a_line_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    indented, made = b"".join(report_chunks(report())), report()
    monkeypatch.setattr(as_json, "MOST_INDENTED", 0)
    monkeypatch.setattr(as_json, "_HELD", 2)
    lines = b"".join(report_chunks(made))
    assert json.loads(lines) == json.loads(indented) == json.loads(json_bytes(report_json(made)))
    assert sum(line.startswith(b'{"slice"') for line in lines.splitlines()) == len(made.rows) > 2


def test_the_same_facts_give_the_same_bytes() -> None:
    assert json_bytes(report_json(report())) == json_bytes(report_json(report()))


def test_no_data_is_empty_in_csv_and_text_is_never_a_formula() -> None:
    text = tables.csv_text(tables.report_sheet(report(figures=("offered", "csat"))))
    lines = text.split("\r\n")
    assert lines[0] == "queue,offered,csat"
    assert "'=HYPERLINK(1),1," in lines
    assert "sales,2," in lines
    assert lines[-2] == "all,4,"


def test_excel_holds_numbers_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(path, "Queues", report(figures=STANDARD))
    book = load_workbook(path)
    rows = list(book["figures"].values)
    head = {name: place for place, name in enumerate(rows[0])}
    sales = next(row for row in rows if row[0] == "sales")
    assert (sales[head["offered"]], sales[head["service_level"]]) == (2, 0.5)
    assert sales[head["occupancy"]] is None
    assert book["figures"].cell(2, head["service_level"] + 1).number_format == "0.0%"
    assert all(cell.data_type != "f" for page in book for row in page for cell in row)
    head, *parts = book["parts"].values
    parts_of = {row[0]: dict(zip(head, row, strict=True)) for row in parts}
    sales = parts_of["sales"]
    assert (sales["service_level numerator"], sales["service_level denominator"]) == (1, 2)
    assert [row[0] for row in book["definitions"].values] == ["figure", *STANDARD]


ROWS = (
    ("=1+1", 1, 0.25, datetime(2026, 3, 1, 9, 30, 15, tzinfo=UTC)),
    ("a & <b>\x00\x0b\uffff\ud800 ", -7, None, None),
    ("  张伟  ", True, 1e-9, None),
    ("", 2**53, 3.0, datetime(1999, 12, 31, tzinfo=UTC)),
)


def test_excel_holds_whatever_the_rows_hold() -> None:
    sheet = tables.Sheet(
        title="any", header=("text", "n", "share", "when"), rows=iter(ROWS), formats=("", "0", "0.0%", "")
    )
    other = tables.Sheet(title="other", header=("<&>",), rows=((1,), (2,)))
    told: list[int] = []
    book = load_workbook(io.BytesIO(excel_bytes([sheet, other], told.append)))
    rows = list(book["any"].values)
    assert rows[0] == ("text", "n", "share", "when")
    assert rows[1] == ("'=1+1", 1, 0.25, datetime(2026, 3, 1, 9, 30, 15))
    assert rows[2:4] == [("a & <b>? ", -7, None, None), ("  张伟  ", True, 1e-9, None)]
    assert rows[4][1:] == (2**53, 3, datetime(1999, 12, 31))
    assert [cell.number_format for cell in book["any"][2]] == ["General", "0", "0.0%", "yyyy-mm-dd hh:mm:ss"]
    assert list(book["other"].values) == [("<&>",), (1,), (2,)]
    assert book["any"]["A1"].font.bold
    assert not book["any"]["A2"].font.bold
    assert book["any"].freeze_panes == "A2"
    assert sum(told) == 6


def test_rows_that_are_too_many_for_excel_name_another_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_excel, "MOST_ROWS", 3)
    path = tmp_path / "report.xlsx"
    path.write_text("old")
    with pytest.raises(ReportError, match=r"\.csv"):
        write_report(path, "Queues", report())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_writing_a_workbook_tells_of_every_row(tmp_path: Path) -> None:
    made = report()
    told: list[int] = []
    path = tmp_path / "report.xlsx"
    write_report(path, "Queues", made, progress=told.append)
    rows = rows_to_write(path, made)
    assert rows is not None
    assert sum(told) >= rows > 0
    assert rows_to_write(tmp_path / "report.csv", made) is None


def test_html_is_one_file_without_scripts_and_with_everything_escaped() -> None:
    page = html_page("Queues & more", report(figures=STANDARD), goal=0.8)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r'(src|href)="', page), "nothing is fetched"
    assert page.count("<svg") == 2
    assert "80%" in page
    assert "[SL3]" in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ET.fromstring(svg)


@pytest.mark.parametrize("by", [(), ("15min",), ("queue", "hour"), ("agent",)])
def test_html_of_any_slice(by: tuple[str, ...]) -> None:
    page = html_page("Report", report(by=by, figures=STANDARD))
    assert page.count("<tr") >= 2
    assert ("<svg" in page) == bool(by)


def test_html_without_contacts() -> None:
    empty = build(read(Scene(), None, None), Query(by=("queue",), figures=STANDARD))
    assert "<table>" in html_page("Empty", empty)


def test_a_name_without_a_known_ending_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"\.xlsx"):
        write_report(tmp_path / "report.pdf", "Queues", report())
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.csv"
    path.write_text("old")

    def fail(_sheet: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "csv_text", fail)
    with pytest.raises(OutputError, match="No space"):
        write_report(path, "Queues", report())
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["report.csv"]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_tables_keep_to_the_terminal_and_tell_the_formulas(width: int) -> None:
    text = shown(headed("Queues", report(figures=STANDARD)), width)
    assert max(map(len, text.split("\n"))) <= width
    assert "SL3" in text
    assert "sales" in text


def test_figures_in_words() -> None:
    assert [duration_text(seconds) for seconds in (0, 9.96, 42, 3762, -75)] == [
        "0.0 s",
        "10.0 s",
        "0:42",
        "1:02:42",
        "-1:15",
    ]


def test_a_story_tells_each_fact_and_each_reason() -> None:
    made = Scene()
    made.tell(0, ContactOffered(contact_id=ContactId("a"), entry_point="8000", caller_number="5551"))
    made.queued(2, "a", requirement="english>=3", priority=2, position=4)
    made.tell(
        32,
        RequirementRelaxed(
            contact_id=ContactId("a"), step=1, after_us=from_seconds(30), requirement="english>=1", why="waited 30 s"
        ),
    )
    made.offered_to(33, "a", "ann", waited=31)
    made.offer_ends(53, "a", "ann", OfferOutcome.NO_ANSWER, 20)
    made.offered_to(53, "a", "bob", waited=51)
    made.offer_ends(56, "a", "bob", OfferOutcome.ANSWERED, 3)
    made.answered(56, "a", "bob", 54)
    made.tell(80, ContactHeld(contact_id=ContactId("a"), agent_id=AgentId("bob")))
    made.tell(90, ContactRetrieved(contact_id=ContactId("a"), agent_id=AgentId("bob")))
    made.tell(
        100,
        ContactTransferred(
            contact_id=ContactId("a"), agent_id=AgentId("bob"), to_kind="agent", to="cyn", consulted=True
        ),
    )
    made.talk_ends(100, "a", "bob", 34, 10)
    made.ends(160, "a")
    told = [line.text for line in story(made.entries(), Query().zone)]
    assert told[0] == "arrived as call at 8000, from 5551"
    assert "needs english ≥ 3, priority 2, place 4" in told[1]
    assert told[2] == "step 1 after 0:30: now needs english ≥ 1 (waited 30 s)"
    assert told[4] == "ann did not answer, rang 0:20"
    assert told[7] == "connected with bob after 0:54 of waiting"
    assert told[10] == "bob transferred it to agent cyn after asking there"
    assert told[11] == "talk with bob ended by caller: talked 0:34, on hold 0:10"
    assert len(told) == len(made.list)


@pytest.mark.parametrize(
    ("outcome", "ids"),
    [
        ("offered", ["a", "b", "c", "d"]),
        ("in_time", ["a"]),
        ("late", ["b"]),
        ("abandoned", ["c"]),
        ("in_progress", ["d"]),
        ("left_otherwise", []),
    ],
)
def test_every_figure_opens_onto_its_contacts(outcome: str, ids: list[str]) -> None:
    rows = contacts(read(scene(), None, None), Query(), outcome)
    assert [row.contact_id for row in rows] == ids


def test_contacts_of_a_range_a_queue_and_an_agent() -> None:
    history = read(scene(), None, None)
    assert [row.contact_id for row in contacts(history, Query(start=clock(20), end=clock(30)))] == ["b"]
    assert [row.contact_id for row in contacts(history, Query(queues=("sales",)))] == ["a", "c"]
    assert [row.talk_s for row in contacts(history, Query(agents=("ann",)))] == [60, 40]


def test_the_page_of_figures_is_up_to_date() -> None:
    page = Path(figures_doc.__file__).parents[2] / "docs" / "figures.md"
    assert page.read_text(encoding="utf-8") == figures_doc.figures_page(), "run tools/write_figures_page.py"


def test_every_figure_has_a_definition_and_a_name_with_its_unit() -> None:
    for name, definition in CATALOGUE.items():
        assert definition.text
        assert definition.title
        assert (definition.unit == "s") == name.endswith("_s")


def test_a_chart_shows_intervals_in_which_nothing_was() -> None:
    scene = Scene()
    scene.call(0, "a", "ann", wait=1, talk=5)
    scene.call(3 * 1800, "b", "ann", wait=1, talk=5)
    page = html_page("Day", build(read(scene, None, None), Query(by=("30min",), figures=STANDARD)))
    bars = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    assert bars is not None
    assert [label[-5:] for label in re.findall(r'class="label".*?>([^<]*)</text>', bars[0])] == [
        "09:00",
        "09:30",
        "10:00",
        "10:30",
    ]
    assert len(re.findall("<rect", bars[0])) == 2
    assert page.count("<polyline") == 2, "the line is broken where there is no data"


def test_a_page_of_very_many_rows_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_html, "MOST_ROWS", 2)
    monkeypatch.setattr(as_html, "MOST_BARS", 2)
    made = report()
    page = html_page("Day", made)
    assert page.count('<td class="slice">') == 2 + 1, "the total is there"
    assert f"{len(made.rows) - 2} rows more" in page
    assert "<svg" not in page
    assert "too many for a chart" in page


def test_a_page_without_contacts_says_so() -> None:
    assert "No contacts and no agents" in html_page("Day", build(read(Scene(), None, None), Query(by=("30min",))))


def labels_of(at: Sequence[str], by: tuple[str, ...], zone: str = "UTC") -> tuple[list[str], list[str]]:
    """The names of rows with calls at these moments, and on an axis."""
    scene = Scene()
    for number, moment in enumerate(at):
        begin = (parse_moment(moment, UTC) - NINE) / SECOND
        scene.call(begin, f"c{number}", "ann", wait=1, talk=5)
    report = build(read(scene, None, None), Query(by=by, zone=ZoneInfo(zone)))
    names = Labels(report)
    return [names.together(row) for row in (*report.rows, report.total)], [names.on_axis(row) for row in report.rows]


def test_intervals_are_named_by_date_and_clock() -> None:
    names, on_axis = labels_of(["2026-03-02T09:00", "2026-03-02T10:00"], ("queue", "hour"))
    assert names == ["sales · 2026-03-02 09:00", "sales · 2026-03-02 10:00", "all"]
    assert on_axis == ["sales · 09:00", "sales · 10:00"]
    assert labels_of(["2026-03-02T09:00", "2026-03-03T09:00"], ("hour",))[1] == ["03-02 09:00", "03-03 09:00"]
    assert labels_of(["2026-03-02T09:00"], ("day",)) == (["2026-03-02", "all"], ["2026-03-02"])


def test_two_intervals_of_one_clock_keep_their_offset() -> None:
    names, _ = labels_of(["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"], ("hour",), "Europe/Berlin")
    assert names == ["2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00", "2026-10-25 03:00", "all"]
