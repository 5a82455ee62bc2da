"""Every figure that the reports' catalogue tells is told in Chinese too, and from the English of today."""

import json
import re
from typing import Any

import pytest

from facts import journal
from reporting.kpi.why_missed import CAUSES
from tests.agent_console.site import Site
from tests.architecture.sources import ROOT

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


def test_each_cause_of_a_missed_target_has_its_words() -> None:
    for language in ("en", "zh"):
        assert {*CAUSES, "left_otherwise", "skill_mismatch"} <= set(texts(language, "reports")["cause"])


OF_NO_CONTACT = {
    "AgentLoggedIn", "AgentLoggedOut", "AgentTimeCorrected", "EntryPointSwitched", "FactsRemoved", "NodeStarted",
    "NodeStopped", "PersonalDataErased", "PolicyChanged", "QueueClosed", "QueueOpened", "SituationNoted",
    "SkillsChanged", "SwitchConnected", "SwitchLost",
}  # fmt: skip


def test_each_fact_of_a_contacts_story_has_its_words() -> None:
    kinds = {
        name
        for name, one in vars(journal).items()
        if isinstance(one, type) and issubclass(one, journal.Fact) and one is not journal.Fact
    }
    assert kinds >= OF_NO_CONTACT
    for language in ("en", "zh"):
        assert sorted(kinds - OF_NO_CONTACT - set(texts(language, "reports")["fact"])) == [], language
