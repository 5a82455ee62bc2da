"""What every view owes to all its readers: axe finds nothing serious in either scheme, and nothing jumps."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.architecture.sources import ROOT
from tests.browser.cable import Cable
from tests.browser.centre import Centre
from tests.browser.people import People, Person

AXE = ROOT / "agent_console" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = {"serious", "critical"}

FLOOR = (
    "/floor",
    "/floor/wall",
    "/contacts",
    "/customers",
    "/customers/new",
    "/customers/import",
    "/voicemails",
    "/reports/figures",
    "/reports/missed",
    "/reports/catalogue",
)
ADMINISTRATION = (
    "matrix", "agents", "teams", "skills", "users", "tokens", "queues", "routing", "entry_points", "flows",
    "opening_hours", "reasons", "dispositions", "phone_book", "alarms", "changes", "audit", "transfer",
)  # fmt: skip


def complaints(page: Page, apart: str = "no-such-element") -> list[str]:
    """What axe finds wrong with a page in each scheme, ``apart`` from there: rule, place, and what it says."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
        page.evaluate(Path(AXE).read_text(encoding="utf-8"))
        result: dict[str, Any] = page.evaluate(
            "([tags, apart]) => axe.run({include: [['html']], exclude: [[apart]]}, "
            "{runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
            [RULES, apart],
        )
        for violation in result["violations"]:
            if violation["impact"] in SERIOUS:
                nodes = [
                    f"{node['target']}: {node['any'] and node['any'][0]['message']}" for node in violation["nodes"]
                ]
                found.append(f"{page.url} {scheme} {violation['id']}: {nodes[:3]}")
    return found


def settled(person: Person, path: str) -> Page:
    """A view that has all it asked for."""
    person.page.goto(path)
    expect(person.page.get_by_role("main")).not_to_be_empty()
    person.page.wait_for_load_state("networkidle")
    return person.page


def test_nothing_serious_at_the_desk(people: People, centre: Centre) -> None:
    visitor = people.somebody()
    visitor.page.goto("/")
    expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible()
    found = complaints(visitor.page)
    ann = people.user("ann")
    expect(ann.page.get_by_role("button", name="Begin to work")).to_be_visible()
    found += complaints(ann.page)
    ann.start_work()
    ann.become_ready()
    contact = centre.call("Axel Axe")
    expect(ann.offer).to_be_visible()
    found += complaints(ann.page)
    ann.answer()
    found += complaints(ann.page)
    ann.page.keyboard.press("t")
    expect(ann.page.get_by_role("option").first).to_be_visible()
    found += complaints(ann.page)
    ann.page.keyboard.press("Escape")
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_role("dialog")).to_be_visible()
    found += complaints(ann.page)
    ann.page.keyboard.press("Escape")
    centre.hang_up(contact)
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
    found += complaints(ann.page)
    assert not found, "\n".join(found)


def test_nothing_serious_on_the_floor_and_in_reports(people: People, centre: Centre) -> None:
    centre.work("ann")
    centre.call("Talks", keys="1")
    centre.answer("1001")
    centre.call("Waits", "+4930771001", keys="1")
    root = people.user("root", "/floor")
    found = [one for path in FLOOR for one in complaints(settled(root, path))]
    page = settled(root, "/floor")
    for table, text in (("Queues", "Sales"), ("Agents", "Ann Lake"), ("Waiting", "+4930771001")):
        page.get_by_role("grid", name=table).get_by_role("row").filter(has_text=text).get_by_text(text).click()
        page.wait_for_load_state("networkidle")
        found += complaints(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("complementary", name="Details")).to_be_hidden()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("part", [0, 1])
def test_nothing_serious_in_administration(people: People, part: int) -> None:
    root = people.user("root", "/administration")
    found = []
    for name in ADMINISTRATION[part::2]:
        found += complaints(settled(root, f"/administration/{name}"))
    assert not found, "\n".join(found)


SHIFTS = """() => {
  window.shifts = [];
  window.acts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) {
        const places = entry.sources.map((one) => one.node && one.node.outerHTML?.slice(0, 120));
        window.shifts.push([entry.value, entry.startTime, ...places]);
      }
    }
  }).observe({type: "layout-shift", buffered: false});
}"""


ACT = "() => window.acts.push([performance.now(), Infinity])"
DONE = "() => { window.acts.at(-1)[1] = performance.now(); }"
"""A press is recent input for half a second only; on a busy machine what it brings comes later."""
JUMPED = """() => window.shifts.filter(([value, at]) =>
  value > 0.001 && !window.acts.some(([from, to]) => from <= at && at <= to))"""
"""A thousandth is a fraction of a pixel somewhere."""


def test_nothing_jumps_while_numbers_change(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    ann = people.agent("ann")
    for page in (nora.page, ann.page):
        page.wait_for_load_state("networkidle")
        page.evaluate(SHIFTS)
    for _ in range(2):
        contact = centre.call()
        expect(ann.offer).to_be_visible()
        nora.page.wait_for_timeout(1_100)
        ann.page.evaluate(ACT)
        ann.page.keyboard.press("a")
        expect(ann.contact).to_contain_text("Talking")
        ann.page.evaluate(DONE)
        nora.page.wait_for_timeout(1_100)
        centre.hang_up(contact)
        expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
        ann.page.evaluate(ACT)
        ann.page.get_by_role("button", name=re.compile("^Done")).click()
        expect(ann.state).to_have_attribute("data-state", "ready")
        ann.page.evaluate(DONE)
    for page in (nora.page, ann.page):
        assert page.evaluate(JUMPED) == []


def test_the_controls_of_a_call_stay_where_they_are_whatever_the_page_tells(
    people: People, centre: Centre, cable: Cable
) -> None:
    """Somebody who is about to press one must not hit its neighbour."""
    ann = people.agent("ann", base=f"http://127.0.0.1:{cable.port}")
    contact = centre.call("Steady Caller", "+4930777001")
    ann.answer()
    controls = ann.page.get_by_role("toolbar", name="Call")
    place = controls.bounding_box()
    assert place is not None
    controls.get_by_role("button", name="Record").click()
    expect(ann.contact.locator("header")).to_contain_text("Recording")
    assert controls.bounding_box() == place
    cable.pull()
    lost = ann.page.get_by_role("status").filter(has_text="No connection since")
    expect(lost).to_be_visible()
    assert controls.bounding_box() == place
    cable.put_back()
    expect(lost).to_be_hidden(timeout=25_000)
    assert controls.bounding_box() == place
    centre.hang_up(contact)


def test_every_page_of_the_administration_is_looked_at(people: People) -> None:
    root = people.user("root", "/administration")
    links = root.page.get_by_role("main").get_by_role("navigation").get_by_role("link")
    expect(links.first).to_be_visible()
    there = [str(link.get_attribute("href")).rpartition("/")[2] for link in links.all()]
    assert sorted(there) == sorted(ADMINISTRATION)
