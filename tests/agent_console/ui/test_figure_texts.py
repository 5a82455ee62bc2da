"""Every figure that the reports' catalogue tells is told in Chinese too, and from the English of today."""

import ast
import json
import re
from typing import Any

import pytest

from facts import journal
from reporting.kpi.why_missed import CAUSES
from reporting.metrics.alarms import MARGINS
from tests.agent_console.site import Site
from tests.architecture.sources import ROOT
from tools import write_console_facts

TEXTS = ROOT / "agent_console/ui/src/language"
HAN = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"(?<![A-Za-z])\d+(?:\.\d+)?")
PARTS = ("title", "definition", "exclusions")


def texts(language: str, name: str = "figures") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TEXTS / language / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def catalogue(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = site.signed_in("anna").get("/reports/catalogue").json()
    assert len(found["figures"]) > 50
    return found


def test_each_figure_has_a_chinese_title_and_definition(catalogue: dict[str, Any]) -> None:
    chinese = texts("zh")
    untold = [
        (figure["name"], part)
        for figure in catalogue["figures"]
        for part in PARTS
        if figure[part] and not HAN.search(chinese[part].get(figure["name"], ""))
    ]
    assert untold == []
    assert [name for name in catalogue["formulas"] if not HAN.search(chinese["formula"].get(name, ""))] == []


def test_the_numbers_of_a_definition_are_the_same_in_chinese(catalogue: dict[str, Any]) -> None:
    chinese = texts("zh")["definition"]
    for figure in catalogue["figures"]:
        numbers = set(NUMBER.findall(figure["definition"])) - {"1"}  # "n - 1", or a unit's own: "up to a minute"
        assert numbers <= set(NUMBER.findall(chinese[figure["name"]])), figure["name"]


def test_the_console_translates_what_the_catalogue_says_today(catalogue: dict[str, Any]) -> None:
    english = texts("en")
    for part in PARTS:
        said = {figure["name"]: figure[part] for figure in catalogue["figures"] if figure[part]}
        assert english[part] == said, f"write {part} in language/en/figures.json as it is now, and its Chinese anew"
    assert english["formula"] == catalogue["formulas"]


def test_files_of_reports_have_the_words_of_the_console() -> None:
    """The first of each two leads: the daemon reads no file of the console."""
    exports = ROOT / "reporting" / "exports"
    catalogue_words, console = exports / "chinese_figures.json", TEXTS / "zh" / "figures.json"
    assert catalogue_words.read_bytes() == console.read_bytes(), f"copy {catalogue_words.name} to {console}"
    told = json.loads((exports / "chinese_phrases.json").read_text(encoding="utf-8"))
    assert told["dimensions"].items() >= texts("zh", "reports")["dimension"].items()
    assert texts("zh", "desk")["direction"].items() >= told["values"]["direction"].items()
    assert told["values"]["channel"] == texts("zh", "story")["channel"]
    titles = texts("zh")["title"]
    assert {name: titles[name] for name in texts("zh", "common")["figure"]} == texts("zh", "common")["figure"]


def test_each_cause_of_a_missed_target_has_its_words() -> None:
    for language in ("en", "zh"):
        assert {*CAUSES, "left_otherwise", "skill_mismatch"} <= set(texts(language, "reports")["cause"])


def test_each_fact_of_a_contacts_story_has_its_words() -> None:
    assert {one.__name__ for one in journal.Fact.__subclasses__()} > write_console_facts.OF_NO_CONTACT
    for language in ("en", "zh"):
        assert sorted({*write_console_facts.kinds()} - set(texts(language, "reports")["fact"])) == [], language


def test_the_console_proves_its_stories_by_the_facts_of_today() -> None:
    assert write_console_facts.SAMPLES.read_text(encoding="utf-8") == write_console_facts.samples_text(), (
        "run tools/write_console_facts.py"
    )


def alarms() -> set[str]:
    """Every alarm that can be raised."""
    pages = [page for folder in ("acd", "cti_bridge", "reporting") for page in (ROOT / folder).rglob("*.py")]
    calls = [one for page in pages for one in ast.walk(ast.parse(page.read_text(encoding="utf-8")))]
    words = [word for call in calls if isinstance(call, ast.Call) for word in call.keywords if word.arg == "alarm"]
    return {*MARGINS, *(str(word.value.value) for word in words if isinstance(word.value, ast.Constant))}


def test_each_alarm_has_its_words() -> None:
    assert alarms() > {*MARGINS}
    for language in ("en", "zh"):
        assert alarms() == set(texts(language, "common")["alarm"]), language
