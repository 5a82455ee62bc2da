"""The console in 简体中文 has no word of English: every page, with real content, all that opens on it, and mistakes."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from reporting.kpi.catalogue import CATALOGUE
from tests.architecture.sources import ROOT
from tests.browser.centre import Centre
from tests.browser.people import People, Person

UI = ROOT / "agent_console" / "ui" / "src"

FLOW = """
flow: reception
title: 总机
languages: [zh]
start: choose
nodes:
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: sales, key: 1, next: to_sales}
      - {name: support, key: 2, next: to_support}
      - {name: own, key: 3, next: to_own}
    no_input: {retries: 3, next: to_sales}
    no_match: {retries: 0, next: to_sales}
  to_sales: {type: queue, queue: sales, callback: {key: "5", next: bye}}
  to_support: {type: queue, queue: support}
  to_own: {type: queue, queue: sales, prefer_agent: ann, callback: {key: "5", next: bye}}
  bye: {type: hang_up, prompts: [bye]}
prompts: {choose: {zh: 请选择}, bye: {zh: 再见}}
"""

SETTINGS: Mapping[str, Any] = {
    "site": {"name": "测试中心", "time_zone": "Europe/Berlin", "language": "zh", "country": "DE"},
    "skills": {"english": "英语", "spanish": "西班牙语"},
    "teams": {"north": {"title": "北组"}, "south": {"title": "南组"}},
    "agents": {
        "ann": {"name": "安然", "phone": "1001", "team": "north", "skills": {"english": 5}},
        "bob": {"name": "博文", "phone": "1002", "team": "north", "skills": {"english": 4}},
        "sup": {"name": "诺拉", "phone": "1009", "team": "north"},
        "cyd": {"name": "思德", "phone": "1003", "team": "south", "skills": {"english": 3}, "reserve": ["helpers"]},
    },
    "queues": {
        "sales": {
            "title": "销售",
            "requires": "english>=1",
            "ring_s": 25,
            "wrap_up_s": 60,
            "callbacks": {"countries": ["DE"], "retry_s": 2},
            "script": "感谢来电者的耐心等待。",
            "opening_hours": "office",
            "relaxation": [{"after_s": 1, "drop": ["english"]}],
            "reserve": [{"group": "helpers", "wait_s": 600}],
        },
        "support": {
            "title": "支持",
            "requires": "spanish>=3",
            "ring_s": 25,
            "wrap_up_s": 30,
            "relaxation": [{"after_s": 400, "lower": {"spanish": 1}}, {"after_s": 500, "open": ["helpers"]}],
            "limits": [{"what": "wait", "after_s": 900, "then": {"to_kind": "queue", "to": "sales"}}],
        },
    },
    "opening_hours": {
        "office": {
            "time_zone": "Asia/Shanghai",
            "weekly": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
            "holidays": {"country": "CN"},
            "special": {"2027-01-04": []},
        }
    },
    "reasons": {"break": {"title": "小休", "digits": "1"}, "training": {"title": "培训", "productive": True}},
    "dispositions": {
        "solved": {"title": "已处理", "resolved": True},
        "follow_up": {"title": "需跟进", "resolved": False},
        "wrong_number": {"title": "打错电话"},
    },
    "alarms": {"longest_wait_s": 1, "service_level_below": 0.5},
    "entry_points": {"8000": {"title": "总机号码", "flow": "reception", "queue": "sales", "emergency": "sorry"}},
    "users": {
        "root": {"title": "管理员", "role": "administrator", "agent": "sup", "language": "zh"},
        "ann": {"title": "安然", "agent": "ann", "teams": ["north"]},
    },
}  # fmt: skip

WORDS = re.compile(r"[A-Za-z][A-Za-z'’]*")

NAMES = {
    "Cordboard", "Asterisk", "API", "CSV", "Excel", "HTML", "JSON", "YAML", "PIN", "SIP", "URL", "UTF", "UTC", "EN",
    "Alt", "Authorization", "Bearer", "SL",
}  # fmt: skip
"""Products, formats and signs that Chinese texts write in Latin letters too; `Authorization: Bearer` is typed as it is."""

SHOWN = r"""() => {
  const found = [];
  const put = (where, text) => { if (/[A-Za-z]/.test(text)) found.push([where, text.trim()]); };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(parent.tagName)) continue;
    if (parent.checkVisibility({ visibilityProperty: true })) put(parent.className || parent.tagName, walker.currentNode.data);
  }
  const names = ["title", "placeholder", "aria-label", "alt", "aria-description", "aria-roledescription", "aria-valuetext"];
  for (const one of document.querySelectorAll("*")) {
    if (!one.checkVisibility()) continue;
    for (const name of names) if (one.hasAttribute(name)) put(name, one.getAttribute(name));
    if (one.tagName === "INPUT" && one.readOnly) put("value", one.value);
  }
  put("document", document.title);
  return found;
}"""


def allowed() -> set[str]:
    """What people or the settings wrote: keys of entries, names in the flow, figures as programs call them."""
    keys = {name for section in SETTINGS.values() for name in section}
    flow = yaml.safe_load(FLOW)
    nodes = {name for node in flow["nodes"].values() for name in (node.get("queue"), node.get("type"))} - {None}
    return {*NAMES, *words(" ".join([*keys, *flow["nodes"], *nodes, *CATALOGUE, "helpers", "reception"]))}


def words(text: str) -> list[str]:
    return [word for word in WORDS.findall(text) if len(word) > 1]


class Reader:
    """Reads all that a page shows, and all that opens on it; what is English is kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, str] = {}
        self.paths: set[str] = set()
        self._allowed = allowed()

    def read(self) -> None:
        """What is shown now."""
        for where, text in self.page.evaluate(SHOWN):
            if TIME_ZONE.fullmatch(text) or TRACE.search(text):
                continue
            wrong = [word for word in words(text) if word not in self._allowed and not text.startswith("SL")]
            if wrong:
                self.found.setdefault(text, f"{self.page.url.partition('://')[2]} {where}")

    def go(self, path: str) -> None:
        """Open a page, and read it whole."""
        self.page.goto(path)
        self.settle()
        self.paths.add(path)
        self.read_whole()

    def settle(self) -> None:
        """Until the page has all it asked for."""
        expect(self.page.get_by_role("main")).not_to_be_empty()
        self.page.wait_for_load_state("networkidle")

    def read_whole(self) -> None:
        """The page, its lists, menus, questions, hints, and what its lines open."""
        self.read()
        self.opened()
        self.hovered()
        for grid in self.page.get_by_role("grid").all() + self.page.locator("main table").all():
            rows = grid.locator("[role=row][data-index], tbody tr")
            if rows.count() and rows.first.is_visible():
                rows.first.click()
                self.settle()
                self.read()
                self.opened()
                self.page.keyboard.press("Escape")

    def opened(self) -> None:
        """Whatever opens at a press and closes by Escape."""
        for one in self.page.locator(OPENING).all():
            if one.is_visible() and one.is_enabled():
                one.click()
                self.page.wait_for_timeout(150)
                self.read()
                self.page.keyboard.press("Escape")

    def hovered(self) -> None:
        """The hints of what can be pointed at."""
        for one in self.page.locator("main button, main td span, header button").all()[:60]:
            if one.is_visible():
                one.hover(force=True)
                self.read()


OPENING = "input[aria-haspopup=listbox], button[aria-haspopup=menu], button[aria-haspopup=dialog]"
TIME_ZONE = re.compile(r"(?:[A-Za-z_-]+/)+[A-Za-z0-9_+-]+")
TRACE = re.compile(r"^\d{4}-|virtual-\d")


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A Chinese site."""
    folder = tmp_path_factory.mktemp("centre")
    (folder / "menus").mkdir()
    (folder / "menus" / "reception.yaml").write_text(FLOW)
    one = Centre(folder, {**SETTINGS, "flows": ["menus/reception.yaml"]})
    try:
        yield one
    finally:
        one.stop()
    assert "Traceback" not in one.log, one.log[-5000:]


def test_every_page(people: People, centre: Centre) -> None:
    centre.work("ann")
    centre.call("李雷", keys="1")
    centre.answer("1001")
    centre.call("韩梅梅", keys="1")
    waiting = centre.call("王芳", keys="2")
    root = people.user("root", "/floor", language="zh")
    reader = Reader(root.page)
    for path in ("/floor", "/floor/wall", "/contacts", f"/contacts/{waiting}", "/reports/figures", "/reports/missed", "/reports/catalogue"):
        reader.go(path)
    for name in ("matrix", "agents", "teams", "skills", "users", "tokens", "queues", "routing", "entry_points", "flows", "opening_hours", "reasons", "dispositions", "alarms", "changes", "audit", "transfer"):
        reader.go(f"/administration/{name}")
    for text, where in reader.found.items():
        print(where, "|", text)
    assert reader.found == {}
