"""Contacts' stories in 简体中文: every kind of fact with every code, in the words of the console."""

import json
import re
from datetime import UTC
from typing import Any

import pytest

from reporting.exports import story_in_chinese
from reporting.exports.phrases import phrases
from reporting.exports.story import Line, story
from reporting.exports.story_in_chinese import in_chinese
from reporting.exports.story_table import story_table
from tests.architecture.sources import ROOT
from tests.reporting.exports.test_exports import scene, shown
from tools import write_console_facts

LETTERS = re.compile(r"[A-Za-z]")
UI = ROOT / "agent_console/ui/src/language/zh"
OF_ALARMS = {"AlarmRaised", "AlarmCleared"}
"""No contact's story has them; their words are in the console alone."""


def line(data: dict[str, Any]) -> Line:
    return Line(at="", since_s=0, kind=data["kind"], who="", text="in English", why="", node="n", seq=1, data=data)


SAMPLES = [one for one in write_console_facts.samples() if one["kind"] not in OF_ALARMS]


@pytest.mark.parametrize("data", SAMPLES, ids=lambda data: data["kind"])
def test_every_step_with_every_code_is_told_in_chinese(data: dict[str, Any]) -> None:
    told = in_chinese(line(data), UTC)
    assert not LETTERS.search(told), told
    assert "{" not in told


def test_what_has_no_words_is_told_in_english_behind_the_name_of_its_kind() -> None:
    newer = {"kind": "OfferEnded", "outcome": "evaporated", "rang_us": 1}
    assert in_chinese(line(newer), UTC) == "振铃结束\uff1ain English"
    assert in_chinese(line({"kind": "SomethingNew"}), UTC) == "SomethingNew\uff1ain English"
    odd = {"kind": "OfferMade", "why": {"order": "longest_idle"}}
    assert in_chinese(line(odd), UTC).endswith("in English"), "an older distributor's reason"


def test_the_words_are_those_of_the_console() -> None:
    ours = ROOT / "reporting/exports/chinese_story.json"
    assert ours.read_bytes() == (UI / "story.json").read_bytes(), f"copy the console's zh/story.json to {ours.name}"
    assert phrases("zh").facts == json.loads((UI / "reports.json").read_text(encoding="utf-8"))["fact"]
    assert {*story_in_chinese._TELLERS} == {*phrases("zh").facts} - OF_ALARMS


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("billing>=3 & english>=3", "需要 billing ≥ 3 且 english ≥ 3"),
        ("german>=2 and not sales or 法语>=3", "需要 german ≥ 2 且 非 sales 或 法语 ≥ 3"),
        ("or-ders>=2 & !knot", "需要 or-ders ≥ 2 且 非 knot"),
    ],
)
def test_what_a_contact_needs_is_told_in_words(written: str, read: str) -> None:
    assert read in in_chinese(line({"kind": "ContactQueued", "queue": "sales", "requirement": written}), UTC)


MENUS = {"flow": "reception", "node": "choose"}


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "MenuNodeEntered", **MENUS},
        {"kind": "MenuInputGiven", **MENUS, "choice": "sales"},
        {"kind": "MenuInputGiven", **MENUS, "outcome": "no_match"},
        {"kind": "MenuRested", **MENUS},
        {"kind": "MenuEnded", "flow": "reception", "outcome": "queued"},
        {"kind": "ContactTransferred", "agent_id": "ann", "to_kind": "flow", "to": "reception"},
    ],
    ids=lambda data: data["kind"],
)
def test_a_voice_menu_is_called_by_its_title_where_it_has_one(data: dict[str, Any]) -> None:
    assert "总机" in in_chinese(line(data), UTC, {"reception": "总机"})
    assert "reception" in in_chinese(line(data), UTC, {"another": "总机"})


def test_a_whole_story_for_the_terminal() -> None:
    contact = next(entry.fact.contact_id for entry in scene().list if entry.fact.contact_id is not None)
    lines = story((entry for entry in scene().list if entry.fact.contact_id == contact), UTC)
    told = shown(story_table(contact, lines, UTC, "zh"), 200)
    assert re.search(r"时间 +经过 +发生的事", told)
    assert re.search(r"进入呼叫中心.*电话", told)
    assert "what happened" in shown(story_table(contact, lines, UTC), 200)
