"""Names, numbers, notes and titles are words wherever the console shows them, and never markup."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.centre import SETTINGS, Centre
from tests.browser.people import People, Person, heard_of

HOSTILE = "<img src=x onerror=alert(1)><b>Bold</b>"
"""What browsers would run, if it were shown as it is."""

FLOW = """
flow: hostile
title: "TITLE"
languages: [en]
variables:
  wish: {type: text}
start: note
nodes:
  note: {type: set, data: {order: "{caller.name}"}, next: choose}
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: sales, key: 1, next: to_sales}
      - {name: support, key: 2, next: to_support}
      - {name: own, key: 3, next: to_own}
      - {name: message, key: 4, next: message}
    no_input: {retries: 3, next: to_sales}
    no_match: {retries: 0, next: to_sales}
  to_sales: {type: queue, queue: sales}
  to_support: {type: queue, queue: support}
  to_own: {type: queue, queue: sales, prefer_agent: ann, callback: {key: "5", next: bye}}
  message: {type: voicemail, mailbox: sales, prompts: [bye], next: bye}
  bye: {type: hang_up, prompts: [bye]}
prompts: {choose: {en: choose}, bye: {en: goodbye}}
"""

VIEWS = (
    "/floor/wall", "/administration/matrix", "/administration/agents",
    "/administration/teams", "/administration/skills", "/administration/users", "/administration/queues",
    "/administration/entry_points", "/administration/flows/hostile", "/administration/reasons",
    "/administration/dispositions", "/administration/phone_book",
)  # fmt: skip
"""Those where a title of the settings is on the screen at once."""


def titled(section: str, key: str) -> dict[str, Any]:
    """A section of the usual settings in which everything is called by the hostile name."""
    entries = SETTINGS[section]
    if section == "skills":
        return dict.fromkeys(entries, HOSTILE)
    return {name: {**about, key: HOSTILE} for name, about in entries.items()}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre in which every name is hostile."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "hostile.yaml").write_text(FLOW.replace("TITLE", HOSTILE))
    queues = titled("queues", "title")
    queues["sales"]["script"] = HOSTILE
    more = {
        "flows": ["hostile.yaml"],
        "queues": queues,
        "agents": titled("agents", "name"),
        "users": titled("users", "title"),
        "entry_points": {"8000": {"title": HOSTILE, "flow": "hostile", "queue": "sales", "emergency": "sorry"}},
        **{
            section: titled(section, "title")
            for section in ("skills", "teams", "reasons", "dispositions", "phone_book")
        },
    }
    one = Centre(folder, more)
    customer(one)
    try:
        yield one
    finally:
        one.stop()
    assert "Traceback" not in one.log, one.log[-5000:]


WATCH = """() => {
  const look = () => {
    const made = document.querySelectorAll("img[src=x], b, [onerror]");
    for (const one of made) window.sawMarkup(one.outerHTML.slice(0, 200));
  };
  new MutationObserver(look).observe(document, {childList: true, subtree: true, attributes: true});
}"""


def watched(people: People) -> tuple[Person, list[str]]:
    """A browser, and what of the names became an element in it, for however short a time."""
    found: list[str] = []
    person = people.somebody()
    person.context.expose_function("sawMarkup", lambda html: found.append(str(html)))
    person.context.add_init_script(f"({WATCH})()")
    person.page.reload()
    return person, found


def panel(page: Page, title: str) -> Locator:
    """A part of the desk by its title."""
    return page.get_by_role("main").locator("section", has=page.get_by_role("heading", name=title))


def customer(centre: Centre) -> None:
    """On file, with hostile text in every field."""
    record = {
        "name": HOSTILE,
        "numbers": ["+4930779001"],
        "accounts": [HOSTILE],
        "tier": "gold",
        "notes": HOSTILE,
        "open_matters": [HOSTILE],
    }
    centre.tell("customer", customer_id="c-h", record=record)


def test_markup_would_be_noticed(people: People, centre: Centre) -> None:
    somebody, found = watched(people)
    page = somebody.sign_in("ann", centre.passwords["ann"]).page
    assert found == []
    page.evaluate("(text) => document.querySelector('main').insertAdjacentHTML('beforeend', text)", HOSTILE)
    page.wait_for_function("() => document.querySelector('main b') !== null")
    heard_of(page, lambda: len(found) >= 2)


def test_at_the_desk_names_are_words(people: People, centre: Centre) -> None:
    somebody, found = watched(people)
    ann = somebody.sign_in("ann", centre.passwords["ann"])
    page = ann.page
    expect(page.get_by_role("banner").get_by_role("button", name=HOSTILE)).to_be_visible()
    ann.start_work()
    asked = centre.call(HOSTILE, "+4930779001", keys="3")
    centre.until(lambda: centre.tell("waiting") == 1)
    centre.press(asked, "5")
    expect(panel(page, "Callbacks due")).to_contain_text(HOSTILE)
    nora = people.user("nora", "/floor")
    nora.page.get_by_role("button", name="Message").click()
    nora.page.get_by_role("complementary", name="Details").get_by_role("textbox").last.fill(HOSTILE)
    nora.page.get_by_role("complementary", name="Details").get_by_role("button", name=re.compile("^Send")).click()
    expect(panel(page, "Messages")).to_contain_text(HOSTILE)
    ann.become_ready()
    expect(ann.offer).to_contain_text(HOSTILE)
    expect(page).to_have_title(re.compile(re.escape(HOSTILE)))
    ann.answer()
    for place in (ann.contact, ann.contact.locator("header"), panel(page, "Contacts").first):
        expect(place).to_contain_text(HOSTILE)
    expect(ann.contact.get_by_label("What the menu learned")).to_contain_text(HOSTILE)
    expect(ann.contact.get_by_role("button", name=HOSTILE).first).to_be_visible()  # a disposition
    for title in ("Customer", "Open matters"):
        expect(page.get_by_role("complementary").locator("section", has_text=title).first).to_contain_text(HOSTILE)
    ann.state.click()
    expect(page.get_by_role("menuitem", name=HOSTILE).first).to_be_visible()
    page.get_by_role("menuitem", name=HOSTILE).first.click()
    expect(page.get_by_role("banner").get_by_text(f"after this contact: {HOSTILE}")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("option").first).to_contain_text(HOSTILE)
    page.keyboard.press("Escape")
    page.get_by_label("Notes").fill(HOSTILE)
    page.get_by_label("Notes").press("Alt+Digit1")
    expect(ann.contact.get_by_text("Saved", exact=True)).to_be_visible()
    ann.control("Hang up").click()
    page.get_by_role("button", name=re.compile("^Done")).click()
    expect(panel(page, "My last contacts").get_by_role("listitem").first).to_contain_text(HOSTILE)
    expect(ann.state).to_contain_text(HOSTILE)
    ann.become_ready()
    centre.call(HOSTILE, "+4930779001")
    ann.answer()
    expect(page.get_by_role("complementary").locator("section", has_text="Contacts so far")).to_contain_text(HOSTILE)
    assert found == []


def test_on_the_floor_and_in_reports_names_are_words(people: People, centre: Centre) -> None:
    somebody, found = watched(people)
    root = somebody.sign_in("root", centre.passwords["root"], "/floor")
    page = root.page
    side = page.get_by_role("complementary", name="Details")
    ann = people.agent("ann")
    centre.call(HOSTILE, "+4930779001")
    ann.answer()
    ann.page.get_by_label("Notes").fill(HOSTILE)
    expect(ann.contact.get_by_text("Saved", exact=True)).to_be_visible()
    centre.call(HOSTILE, "+4930779001", keys="2")
    for table in ("Queues", "Agents", "Waiting"):
        row = page.get_by_role("grid", name=table).get_by_role("row").filter(has_text=HOSTILE).first
        expect(row).to_be_visible()
        row.get_by_text(HOSTILE).first.click()
        expect(side).to_contain_text(HOSTILE)
        page.wait_for_load_state("networkidle")
        page.keyboard.press("Escape")
        expect(side).to_be_hidden()
    said_in_a_notice(page, side)
    ann.control("Hang up").click()
    ann.page.get_by_role("button", name=re.compile("^Done")).click()
    story_of(page, side)
    message_of(centre, page)
    page.goto("/customers/key/c-h")
    expect(page.get_by_role("article").get_by_role("heading", name=HOSTILE)).to_be_visible()
    expect(page.get_by_role("grid", name="Customers").get_by_role("row").filter(has_text=HOSTILE)).to_be_visible()
    assert found == []


def message_of(centre: Centre, page: Page) -> None:
    """A message in the list, and by itself."""
    centre.call(HOSTILE, "+4930779001", keys="4#")
    page.goto("/voicemails")
    page.get_by_role("grid", name="Voicemails").get_by_role("row").filter(has_text=HOSTILE).first.click()
    expect(page.get_by_role("article").get_by_role("heading", name=HOSTILE)).to_be_visible()


def said_in_a_notice(page: Page, side: Locator) -> None:
    """The word in the corner that a queue was closed names it."""
    queue = page.get_by_role("grid", name="Queues").get_by_role("row").filter(has_text=HOSTILE).first
    queue.get_by_role("gridcell").first.click()  # its name: each figure opens the contacts behind it
    side.get_by_role("button", name="Close the queue").click()
    asked = page.get_by_role("dialog")
    asked.get_by_role("button", name="Close the queue").click()
    expect(page.locator(".mantine-Notifications-root, [data-position]").get_by_text(HOSTILE).first).to_be_visible()
    expect(asked).to_have_count(0)
    side.get_by_role("button", name="Open again").click()
    asked.get_by_role("button", name="Open again").click()
    expect(asked).to_have_count(0)
    page.keyboard.press("Escape")


def story_of(page: Page, side: Locator) -> None:
    """From the list of contacts, and from a report's figure, to a contact's story."""
    lines = page.get_by_role("main").get_by_role("listitem").get_by_role("button").filter(has_text=HOSTILE)
    page.goto("/contacts")
    lines.first.click()
    expect(page.get_by_role("main").get_by_role("definition").filter(has_text=HOSTILE).first).to_be_visible()
    page.goto("/reports/figures")
    page.get_by_role("table").get_by_role("cell").get_by_role("button").first.click()
    lines.first.click()
    expect(page.get_by_role("main").get_by_role("definition").filter(has_text=HOSTILE).first).to_be_visible()


NEW_TEAM = """async (title) => {
  const session = await (await fetch("/api/v1/session")).json();
  const answer = await fetch("/api/v1/settings/teams/east", {
    method: "PUT",
    headers: {"Content-Type": "application/json", "X-CSRF-Token": session.csrf_token, "If-None-Match": "*"},
    body: JSON.stringify({title}),
  });
  return answer.status;
}"""


def test_in_administration_names_are_words(people: People, centre: Centre) -> None:
    somebody, found = watched(people)
    page = somebody.sign_in("root", centre.passwords["root"], "/administration").page
    assert page.evaluate(NEW_TEAM, HOSTILE) < 300
    for view in VIEWS:
        page.goto(view)
        expect(page.get_by_role("main")).to_contain_text("Bold", timeout=10_000)
    page.goto("/administration/changes")
    page.get_by_role("main").get_by_role("button").filter(has_text="east").first.click()
    expect(page.get_by_role("main").get_by_role("cell").filter(has_text=HOSTILE).first).to_be_visible()
    page.goto("/administration/audit")
    page.get_by_role("row").nth(1).wait_for()
    page.get_by_role("row").filter(has_text="east").first.click()
    expect(page.get_by_role("main")).to_contain_text(HOSTILE)
    assert found == []
