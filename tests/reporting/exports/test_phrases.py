"""Reports in 简体中文: all that one can say has its words, and no word of English is left but names of data."""

import io
import re
import string
from html.parser import HTMLParser
from typing import Any, get_args

import msgspec
import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped] # it has no types of its own

from cti_bridge.app.report_queries import KINDS
from facts.journal import Channel, Direction
from facts.languages import ReaderLanguage
from reporting.exports.as_file import report_bytes
from reporting.exports.as_html import html_page
from reporting.exports.as_table import headed
from reporting.exports.phrases import ENGLISH, Phrases, in_words_of, phrases
from reporting.kpi.catalogue import CATALOGUE, STANDARD
from reporting.kpi.intervals import CYCLES, INTERVALS
from reporting.kpi.records import DIMENSIONS
from reporting.kpi.report import Query, Report, build, read
from reporting.kpi.service_level import FORMULAS, Target, Targets
from reporting.kpi.timetable import Period
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
    signs = {"join", "span", "said", "said_with_id", "tip", "tip_with_id", "headed", "range"}
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
        "units": {one.unit for one in CATALOGUE.values()},
        "titles": {kind.title for kind in KINDS.values()},
        "periods": set(get_args(Period)),
    }
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
