"""Reports in 简体中文: all that one can say has its words, and no word of English is left but names of data."""

import io
import json
import re
import string
from datetime import UTC
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped] # it has no types of its own

from cti_bridge.app.report_queries import KINDS
from facts.ids import AgentId, ContactId
from facts.journal import Channel, Direction
from facts.languages import ReaderLanguage
from facts.states import LeftQueue
from reporting.exports import tables
from reporting.exports.as_file import report_bytes, write_sheet
from reporting.exports.as_html import html_page
from reporting.exports.as_table import headed
from reporting.exports.figures_doc import catalogue_table
from reporting.exports.missed import missed_text
from reporting.exports.phrases import ENGLISH, Phrases, catalogue_in, in_words_of, phrases
from reporting.kpi.catalogue import CATALOGUE, STANDARD
from reporting.kpi.drill_down import ContactRow, contacts
from reporting.kpi.flows import NodeCount
from reporting.kpi.intervals import CYCLES, INTERVALS
from reporting.kpi.records import DIMENSIONS
from reporting.kpi.report import Query, Report, build, read
from reporting.kpi.service_level import FORMULAS, Target, Targets
from reporting.kpi.timetable import Period
from reporting.kpi.why_missed import _UNITS, CAUSES, LEFT, SKILLS, Blame, Miss
from tests.reporting.exports.test_exports import scene, shown
from tests.reporting.scenes import Scene

HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z][\w-]*\w|[A-Za-z]{2,}", re.ASCII)
CHINESE = phrases("zh")
SYMBOLS = re.compile(r"\bSL[1-8]\b|\bFCR[1-3]\b|(?<=\d)T(?=\d\d:)|\b[A-Z]_[a-z]\b")
NAMES = {"UTC", "sales", "ann", "HYPERLINK", "script", "scrip", "alert", *CATALOGUE, "json", "output", "csv", "xlsx"}
"""What the scene's people called things (cut off on an axis), its time zone; figures, options, endings of files."""


def everything(**query: Any) -> Report:
    query.setdefault("by", ("queue", "hour"))
    return build(read(scene(), None, None), Query(figures=tuple(CATALOGUE), **query))


def english(text: str) -> set[str]:
    return set(WORDS.findall(SYMBOLS.sub("", text))) - NAMES


class Texts(HTMLParser):
    """All that a page says, hints and what screen readers read among it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        self.said += [value or "" for name, value in attrs if name in {"title", "aria-label", "alt"}]

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] != ["style"]:
            self.said.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside.pop() if self._inside[-1:] == [tag] else None


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_phrase_is_chinese_and_has_the_holes_of_the_english() -> None:
    signs = {"join", "span", "said", "said_with_id", "tip", "tip_with_id", "headed", "range", "behind", "happened"}
    for field in msgspec.structs.fields(Phrases):
        ours, theirs = getattr(CHINESE, field.name), getattr(ENGLISH, field.name)
        if isinstance(theirs, str) and field.name != "tag":
            assert ours != theirs, field.name
            assert field.name in signs or HAN.search(ours), field.name
            assert english(re.sub(r"\{\w+\}", "", ours)) == set(), field.name
            assert holes(ours) == holes(theirs) or field.name == "to_last", field.name


def test_each_code_has_its_words() -> None:
    tables = {
        "dimensions": {*DIMENSIONS, *INTERVALS, *CYCLES, "slice"},
        "units": {one.unit for one in CATALOGUE.values()} | set(_UNITS.values()),
        "titles": {kind.title for kind in KINDS.values()},
        "periods": set(get_args(Period)),
        "causes": set(ENGLISH.causes),
        "sheets": {"contacts", "nodes"},
        "columns": {*ContactRow.__struct_fields__, *NodeCount.__struct_fields__},
    }
    assert set(ENGLISH.causes) == {*CAUSES, SKILLS, LEFT}
    assert set(CHINESE.values["outcome"]) == {one.value for one in LeftQueue} | OUTCOMES
    for name, codes in tables.items():
        assert codes == set(getattr(CHINESE, name)), name
        assert all(HAN.search(word) for word in getattr(CHINESE, name).values()), name
    assert set(CHINESE.values["channel"]) == set(get_args(Channel))
    assert set(CHINESE.values["direction"]) == set(get_args(Direction))
    assert sorted(CHINESE.values["weekday"]) == [str(number) for number in range(1, 8)]


def test_each_figure_is_told_in_chinese() -> None:
    for (_, said), (definition, told) in zip(
        everything().definitions, in_words_of(everything(), "zh").definitions, strict=True
    ):
        assert HAN.search(definition.title), definition.name
        assert HAN.search(told), definition.name
        assert told != said
        assert bool(definition.exclusions) == bool(CATALOGUE[definition.name].exclusions)
        assert english(f"{definition.title} {told} {definition.exclusions}") == set(), definition.name
    titles = [definition.title for definition, _ in in_words_of(everything(), "zh").definitions]
    assert len(set(titles)) == len(titles), "columns are told apart by them"


@pytest.mark.parametrize("formula", sorted(FORMULAS))
def test_each_service_level_is_told_with_its_thresholds(formula: str) -> None:
    target = Target(formula=formula, threshold_us=15_000_000, short_abandon_us=4_000_000)
    made = in_words_of(everything(targets=Targets(default=target)), "zh")
    (told,) = [text for one, text in made.definitions if one.name == "service_level"]
    assert "时限 15 秒" in told
    assert ("短时放弃 4 秒" in told) == ("_s" in FORMULAS[formula].text)


OUTCOMES = {"answered", "abandoned", "left", "in_progress", "unclassified"}
"""How stays in queues end, besides the ways in which contacts leave them."""


def of_lists(rows: list[Any], title: str) -> str:
    sheet = tables.struct_sheet(title, rows, UTC, CHINESE)
    return shown(tables.sheet_table(sheet, 1, CHINESE), 400)


def test_lists_of_contacts_and_of_nodes_have_no_english() -> None:
    found = contacts(read(scene(), None, None), Query(by=()), "offered")
    told = of_lists(found, "contacts")
    assert re.search(r"联络编号 +进入队列时间 +队列 +结果", told)
    assert "已接听" in told
    assert re.search(r"共 4 个联络.其中 3 个未显示", told)
    assert english(told) - {one.contact_id for one in found} == set()
    assert of_lists([], "contacts").strip() == "此区间没有联络"
    told = of_lists([NodeCount(flow="main", node="choose", entered=3, choices={"sales": 2})], "nodes")
    assert re.search(r"语音导航 +节点 +进入次数", told)
    assert english(told) == {"main", "choose"}


def test_lists_as_files_follow_the_language_but_for_json(tmp_path: Path) -> None:
    found = contacts(read(scene(), None, None), Query(by=()), "offered")
    plain, sheet = (tables.struct_sheet("contacts", found, UTC, words) for words in (ENGLISH, CHINESE))
    for name in ("found.csv", "found.xlsx", "found.json"):
        write_sheet(tmp_path / name, sheet, plain, "zh")
    csv = (tmp_path / "found.csv").read_bytes()
    assert csv.startswith(b"\xef\xbb\xbf")
    assert csv.decode("utf-8-sig").startswith("联络编号,进入队列时间,")
    assert load_workbook(tmp_path / "found.xlsx").sheetnames == ["联络"]
    told = json.loads((tmp_path / "found.json").read_text())
    assert told["contacts"][0]["outcome"] == "answered"


def missed(**more: Any) -> Miss:
    blames = (
        Blame(
            cause="volume",
            share=0.3,
            planned=10,
            actual=20,
            unit="contacts an hour",
            contacts=((ContactId("k1"), 70.0),),
        ),
        Blame(cause="staffing", share=0.1, planned=3, actual=2, unit="agents", agents=((AgentId("ann"), 600.0),)),
        Blame(cause=SKILLS, share=0.1, planned=None, actual=None, unit=""),
    )
    about: dict[str, Any] = {"queue": "sales", "start": 0, "end": 1, "goal": 0.8, "observed": 0.4, "formula": "SL2"}
    about |= {"definition": FORMULAS["SL2"].text + ", t = 20 s", "planned": 0.9, "modelled": 0.4, "required_agents": 3}
    return Miss(**{**about, "patience_s": None, "forecast_weeks": 4, "blames": blames, **more})


@pytest.mark.parametrize("weeks", [None, 0, 4])
def test_why_a_target_was_missed_has_no_english(weeks: int | None) -> None:
    told = shown(missed_text("sales", [missed(forecast_weeks=weeks)], UTC, "zh"), 300)
    assert re.search(r"服务水平 40.0%.目标 80%", told)
    assert "来电多于预测" in told
    assert english(told) - {"k1"} == set()
    assert english(shown(missed_text("sales", [], UTC, "zh"), 300)) == set()


def test_the_catalogue_has_no_english_but_the_names_of_figures() -> None:
    told = shown(catalogue_table("zh"), 2000)
    assert english(told) == set()
    assert all(definition.title in told for definition, _ in catalogue_in("zh"))
    assert "呼入量" not in shown(catalogue_table(), 2000)


SLICES = [(), ("30min",), ("queue",), ("weekday", "direction"), ("channel", "hour_of_day"), ("agent", "queue")]


@pytest.mark.parametrize("by", SLICES, ids=",".join)
def test_a_page_has_no_english(by: tuple[str, ...]) -> None:
    page = report_bytes("html", "Key figures", everything(by=by), goal=0.8, language="zh").decode()
    said = Texts(page).said
    assert english("\n".join(said)) == set()
    assert page.startswith('<!DOCTYPE html>\n<html lang="zh-Hans">')
    assert "关键指标" in said
    assert {"计算方法", "服务水平"} <= set(said)
    assert "<svg" in page or not by


def test_a_page_of_nothing_and_one_of_too_much_have_no_english(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = build(read(Scene(), None, None), Query(by=("30min",)))
    monkeypatch.setattr("reporting.exports.as_html.MOST_BARS", 1)
    monkeypatch.setattr("reporting.exports.as_html.MOST_ROWS", 1)
    for made in (empty, everything()):
        said = "\n".join(Texts(html_page("日报", made, language="zh")).said)
        assert english(said) == set()
    assert "过多而无法绘图" in said
    assert "另有 2 行" in said


@pytest.mark.parametrize("by", SLICES, ids=",".join)
def test_a_workbook_has_no_english(by: tuple[str, ...]) -> None:
    book = load_workbook(io.BytesIO(report_bytes("xlsx", "Queues", everything(by=by), language="zh")))
    assert book.sheetnames == ["指标", "构成", "定义"]
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert english("\n".join(cell for cell in cells if isinstance(cell, str))) == set()
    assert [cell.value for cell in book["定义"][1]] == ["指标", "名称", "单位", "公式", "定义", "不计入"]
    heads = [cell.value for cell in book["指标"][1]]
    assert heads[-len(CATALOGUE) :] == [one.title for one, _ in in_words_of(everything(), "zh").definitions]


def test_csv_follows_the_language_and_json_does_not() -> None:
    made = everything(by=("queue",))
    told = report_bytes("csv", "Queues", made, language="zh")
    assert told.startswith(b"\xef\xbb\xbf"), "so that a spreadsheet reads it as UTF-8"
    lines = told.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("队列,呼入量,接听量,")
    assert lines[-1].startswith("合计,4,")
    assert report_bytes("csv", "Queues", made).startswith(b"queue,offered,")
    assert report_bytes("json", "Queues", made, language="zh") == report_bytes("json", "Queues", made)


@pytest.mark.parametrize("width", [60, 300])
def test_the_terminal_has_no_english(width: int) -> None:
    made = build(read(scene(), None, None), Query(by=("queue",), figures=STANDARD))
    told = shown(headed("Queues", made, "zh"), width)
    assert told.startswith("队列")
    assert "从第一个事实到最后一个" in told
    assert english(told.replace("\n", "")) == set()


@pytest.mark.parametrize("language", get_args(ReaderLanguage))
def test_numbers_are_the_same_in_each_language(language: ReaderLanguage) -> None:
    made = everything(by=("queue",))
    book = load_workbook(io.BytesIO(report_bytes("xlsx", "Queues", made, language=language)))
    numbers = [cell for row in book.worksheets[0].iter_rows(min_row=2, values_only=True) for cell in row[1:]]
    assert numbers[: len(CATALOGUE)] == [figure.value for figure in made.rows[0].figures.values()]
