"""The console in 简体中文 has no word of English: every page, with real content, all that opens on it, and mistakes."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
import yaml
from playwright.sync_api import expect

from acd.policy import AgentOrder
from config.administered import NAMED
from ivr.loader import SHIPPED, load_folder
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

TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
OPEN = {f"{TODAY + timedelta(days=days)}": ["00:00-24:00"] for days in (0, 1)}
"""Whatever holiday it is on the day of the test: callers have to come in."""

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
            "special": {"2027-01-04": [], **OPEN},
        }
    },
    "reasons": {"break": {"title": "小休", "digits": "1"}, "training": {"title": "培训", "productive": True}},
    "dispositions": {
        "solved": {"title": "已处理", "resolved": True},
        "follow_up": {"title": "需跟进", "resolved": False},
        "wrong_number": {"title": "打错电话"},
    },
    "phone_book": {"night_watch": {"title": "值班室", "number": "+4930770099"}},
    "alarms": {"longest_wait_s": 1, "service_level_below": 0.5},
    "entry_points": {"8000": {"title": "总机号码", "flow": "reception", "queue": "sales", "emergency": "sorry"}},
    "users": {
        "root": {"title": "管理员", "role": "administrator", "agent": "sup", "language": "zh"},
        "ann": {"title": "安然", "agent": "ann", "teams": ["north"]},
    },
}  # fmt: skip

NAMES = {
    "Cordboard", "Asterisk", "API", "CSV", "Excel", "HTML", "JSON", "YAML", "PIN", "SIP", "URL", "UTF", "UTC", "EN",
    "Alt", "Authorization", "Bearer", "English", "PJSIP", "CN", "DE", "demo",
}  # fmt: skip
"""Products, formats, keys and codes of countries, which Chinese texts write in Latin letters too; what the switch for
the language calls the other one; what has to be typed as it is; and by whom this centre's users were made."""

WORDS = re.compile(r"[A-Za-z][\w-]*\w", re.ASCII)
RESERVES = {"helpers"}
SHIPPED_FLOWS = set(load_folder(SHIPPED))
VERSION = re.compile(r"版本 [0-9a-f]{12}")
FORMULA = re.compile(r"\bSL[1-8]\b|\b[A-Z]_[a-z]\b")
TIME_ZONE = re.compile(r"(?:[A-Za-z_-]+/)+[A-Za-z0-9_+-]+")
COUNTRY_OR_REGION = re.compile(r"\([A-Z0-9]{1,3}\)$")
"""The code after a name, by which the settings' file has it."""
CONTACT_ID = re.compile(r"virtual-[0-9.]+")
OPENING = "input[aria-haspopup=listbox], button[aria-haspopup=menu], button[aria-haspopup=dialog]"
"""What shows more at a press, and less again at Escape."""

SHOWN = r"""(within) => {
  const found = [];
  const put = (where, text) => { if (/[A-Za-z]{2}/.test(text)) found.push([where, text.trim()]); };
  for (const place of document.querySelectorAll(within)) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!["SCRIPT", "STYLE"].includes(parent.tagName) && parent.checkVisibility({ visibilityProperty: true })) {
        put(parent.tagName + "." + parent.className, walker.currentNode.data);
      }
    }
  }
  const names = ["title", "placeholder", "alt", "aria-label", "aria-description", "aria-roledescription",
    "aria-valuetext", "aria-placeholder"];
  for (const one of document.querySelectorAll(`${within}, ${within} *`)) {
    if (!one.checkVisibility()) continue;
    for (const name of names) if (one.hasAttribute(name)) put(name, one.getAttribute(name));
    if (one.tagName === "INPUT" && one.getAttribute("aria-haspopup") === "listbox") put("value", one.value);
  }
  put("the document's title", document.title);
  return found;
}"""

POINTED_AT = "main button, main td span, main [role=gridcell] *, header button"
ENTER, LEAVE = ("pointerenter", "mouseenter", "mouseover"), ("pointerleave", "mouseleave", "mouseout")
POINT = """([places, kinds]) => {
  for (const one of document.querySelectorAll(places)) {
    if (!one.checkVisibility()) continue;
    for (const kind of kinds) {
      const Kind = kind.startsWith("pointer") ? PointerEvent : MouseEvent;
      one.dispatchEvent(new Kind(kind, { bubbles: kind.startsWith("mouseo"), pointerType: "mouse" }));
    }
  }
}"""
HINTS_MS = 400
"""Hints wait a moment before they show themselves."""
LATER = "(ms) => new Promise((done) => setTimeout(() => requestAnimationFrame(() => done()), ms))"
"""By the page's own timers: what it begins earlier has come, however slow it is."""

DRAWN = """async () => {
  const found = [];
  for (const picture of document.querySelectorAll("img[src*='/drawing']")) {
    const answer = await fetch(picture.src);
    const texts = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").querySelectorAll("text, title");
    found.push(...[...texts].flatMap((text) => [...text.childNodes].map((part) => part.textContent)));
  }
  return found;
}"""
"""What the pictures of voice menus say; their own words are no part of the page."""


def routes() -> list[str]:
    """Every path that the console's router knows; what stands for a name in one is left out."""
    shell = (UI / "shell" / "Shell.tsx").read_text(encoding="utf-8")
    schema = (UI / "administration" / "settings_schema.ts").read_text(encoding="utf-8")
    [listed] = re.findall(r"export const SECTIONS = \[(.*?)\]", schema, re.DOTALL)
    found = []
    for view, folder, name in re.findall(r'path: "(/\w+)".*?import\("\.\./(\w+)/(\w+)"\)', shell, re.DOTALL):
        source = (UI / folder / f"{name}.tsx").read_text(encoding="utf-8")
        inside = re.findall(r'<Route path="/([^":]+)', source)
        inside += re.findall(r'"(\w+)"', listed) if "/${section}" in source else []
        found += [view, *(f"{view}/{path}".rstrip("/") for path in inside)]
    assert len(found) > 20
    return found


def allowed() -> set[str]:
    """What people or the settings wrote: keys of entries, names in the flow."""
    keys = {str(name) for section in NAMED for name in SETTINGS.get(section, ())}
    flow = yaml.safe_load(FLOW)
    choices = [choice["name"] for choice in flow["nodes"]["choose"]["choices"]]
    return {*NAMES, *keys, *flow["nodes"], *choices, flow["flow"], *RESERVES, *SHIPPED_FLOWS}


class Reader:
    """Reads all that a person's page shows, and all that opens on it; what is English is kept with its place."""

    def __init__(self, person: Person, written: str = "") -> None:
        """``written``: what the person writes here."""
        self.page = person.page
        self.found: dict[str, str] = {}
        self.hints: set[str] = set()
        self._allowed = {*allowed(), *WORDS.findall(written)}

    def read(self, within: str = "html") -> None:
        """What is shown now; the catalogue has every figure also as programs call it."""
        known = {*self._allowed, *CATALOGUE} if "/catalogue" in self.page.url else self._allowed
        for where, text in self.page.evaluate(SHOWN, within):
            plain = text
            for code in (CONTACT_ID, TIME_ZONE, FORMULA, COUNTRY_OR_REGION):
                plain = code.sub("", plain)
            if not known.issuperset(WORDS.findall(plain)):
                self.found.setdefault(text, f"{self.page.url} {where}")

    def drawn(self) -> int:
        """The pictures of voice menus; how many texts are in them."""
        texts = self.page.evaluate(DRAWN)
        for text in texts:
            if not self._allowed.issuperset(WORDS.findall(VERSION.sub("", text))):
                self.found.setdefault(text, f"{self.page.url} drawing")
        return len(texts)

    def go(self, path: str) -> None:
        """Open a page, and read it whole."""
        self.page.goto(path)
        self.settle()
        self.read()
        self.opened()
        self.pointed_at()
        self.chosen()

    def settle(self) -> None:
        """Until the page has all it asked for."""
        expect(self.page.get_by_role("main")).not_to_be_empty()
        self.page.wait_for_load_state("networkidle")

    def opened(self) -> None:
        """Lists, menus and questions."""
        for one in self.page.locator(OPENING).all():
            if not one.is_visible() or not one.is_enabled():
                continue
            one.click()
            expect(one).to_have_attribute("aria-expanded", "true")
            self.read()
            self.page.keyboard.press("Escape")
            if one.get_attribute("aria-expanded") == "true":
                one.click()
            expect(one).to_have_attribute("aria-expanded", "false")

    def pointed_at(self) -> None:
        """Hints of all that can be pointed at, at once; they stand at the end of the page, beside all views."""
        self.page.evaluate(POINT, [POINTED_AT, list(ENTER)])
        self.page.evaluate(LATER, HINTS_MS)
        self.hints.update(self.page.get_by_role("tooltip").all_inner_texts())
        self.read("[data-portal]")
        self.page.evaluate(POINT, [POINTED_AT, list(LEAVE)])
        expect(self.page.get_by_role("tooltip")).to_have_count(0)

    def chosen(self) -> None:
        """What the first line of each list opens."""
        for grid in [*self.page.get_by_role("grid").all(), *self.page.locator("main table").all()]:
            line = grid.locator("[role=row][data-index], tbody tr").first
            if line.is_visible():
                line.click()
                self.settle()
                self.read()
                self.opened()
                self.page.keyboard.press("Escape")


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A Chinese site, whose people and settings have Chinese names."""
    folder = tmp_path_factory.mktemp("centre")
    (folder / "menus").mkdir()
    (folder / "menus" / "reception.yaml").write_text(FLOW)
    one = Centre(folder, {**SETTINGS, "flows": ["menus/reception.yaml"]})
    try:
        yield one
    finally:
        one.stop()
    assert "Traceback" not in one.log, one.log[-5000:]


def english(reader: Reader) -> str:
    """What a reader found, a line each; nothing, as it should be."""
    return "\n".join(f"{text!r} at {where}" for text, where in reader.found.items())


def test_every_page(people: People, centre: Centre) -> None:
    centre.work("ann")
    centre.call("李雷", keys="1")
    centre.answer("1001")
    centre.call("韩梅梅", keys="1")
    waiting = centre.call("王芳", keys="2")
    centre.tell("customer", customer_id="1001", record={"name": "王芳", "numbers": ["+4930771700"], "language": "zh"})
    centre.until(lambda: centre.tell("waiting") == 2)
    reader = Reader(people.user("root", "/floor", language="zh"), written="test")  # who put the customer on file
    for path in (*routes(), f"/contacts/{waiting}"):
        reader.go(path)
        assert reader.page.get_by_text("没有这个页面").count() == 0, path
    reader.page.goto("/administration/flows/reception")
    expect(reader.page.get_by_role("img", name="总机")).to_be_visible()
    assert reader.drawn() > 10
    assert len(reader.hints) >= 10
    assert not reader.found, english(reader)


def test_exports_are_asked_for_in_the_language_of_the_page(people: People, centre: Centre) -> None:
    page = people.user("root", "/reports/figures", language="zh").page
    page.get_by_role("button", name="导出").click()
    files = page.get_by_role("menuitem")
    expect(files).to_have_count(4)
    assert all("language=zh" in str(one.get_attribute("href")) for one in files.all())
    address = files.filter(has_text="HTML").get_attribute("href")
    told = page.evaluate("async (address) => await (await fetch(address)).text()", address)
    assert "<h1>关键指标</h1>" in told


WRONG = """
queues:
  sales: {requires: "english>=99", wrapup_s: 5, ring_s: soon, agent_order: by_moonlight}
agents:
  ann: {name: 安然, phone: "1001", team: nowhere}
  bob: {name: 博文, phone: "1001"}
opening_hours:
  office: {time_zone: Mars, weekly: {mon: ["25:00-26:00"]}}
"""


def test_what_is_refused(people: People, centre: Centre) -> None:
    """What is to be written in a file, such as a requirement, is told as it is written there."""
    written = (
        f"{WRONG} 配置.yaml wrap_up_s {' '.join(get_args(AgentOrder))} nodes.to_support.queue billing>=2 | not sales"
    )
    reader = Reader(people.user("root", "/reports/figures", language="zh"), written)
    page = reader.page
    threshold = page.get_by_label("应答时限")
    for wrong in ("-5", "61.5"):
        threshold.fill(wrong)
        expect(page.get_by_text("无法读取")).to_be_visible()
        reader.read()
    page.goto("/administration/transfer")
    for text in (WRONG, "queues: [", "queues: {sales: {limits: 7}}"):
        page.locator("input[type=file]").set_input_files(
            {"name": "配置.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
        )
        page.get_by_role("main").get_by_role("button", name="导入").click()
        page.get_by_role("dialog").get_by_role("button", name="导入").click()
        expect(page.get_by_role("alert").get_by_role("listitem").first).to_be_visible()
        reader.read()
        page.reload()
    assert not reader.found, english(reader)


def test_the_desk(people: People, centre: Centre) -> None:
    ann = people.user("ann", "/desk", language="zh")
    reader = Reader(ann)
    reader.read()
    centre.work("ann")
    contact = centre.call("李雷", keys="1")
    expect(ann.offer).to_be_visible()
    reader.read()
    ann.page.keyboard.press("a")
    expect(ann.contact).to_contain_text("通话中")
    reader.read()
    reader.pointed_at()
    for key in ("t", "c", "k", "?"):
        ann.page.keyboard.press(key)
        expect(ann.page.get_by_role("dialog").first).to_be_visible()
        reader.read()
        ann.page.keyboard.press("Escape")
        expect(ann.page.get_by_role("dialog")).to_have_count(0)
    centre.hang_up(contact)
    expect(ann.contact.locator("header")).to_contain_text("话后处理")
    reader.read()
    reader.pointed_at()
    assert not reader.found, english(reader)
