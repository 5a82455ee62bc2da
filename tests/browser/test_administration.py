"""Administrators and supervisors change a running centre: looked at before, in force at once, and taken back."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.centre import SETTINGS, Centre
from tests.browser.people import People, Person, put
from tests.browser.test_floor import row, side


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One with a supervisor of a single team."""
    norm = {"title": "Norm North", "role": "supervisor", "teams": ["north"]}
    one = Centre(tmp_path_factory.mktemp("centre"), {"users": {**SETTINGS["users"], "norm": norm}})
    try:
        yield one
    finally:
        one.stop()
    assert "Traceback" not in one.log, one.log[-5000:]


def cell(person: Person, agent: str, skill: str) -> Locator:
    """A cell of the skills matrix, whatever its level."""
    return person.page.get_by_role("gridcell", name=re.compile(f"^{agent}, {skill}: "))


SAVE = re.compile("^Save$")


def confirm(person: Person, label: str | re.Pattern[str], expected: str) -> None:
    """Press a button that asks; read what it asks, and confirm. An earlier question has gone by then."""
    question = person.page.get_by_role("dialog")
    expect(question).to_have_count(0)
    person.page.get_by_role("button", name=label).click()
    expect(question).to_contain_text(expected)
    question.get_by_role("button", name=label).click()
    expect(question).to_have_count(0)


def call_off(person: Person) -> None:
    """Answer what is asked with no."""
    question = person.page.get_by_role("dialog")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)


def stand_on(place: Locator) -> None:
    """Go to a cell of the skills matrix, for keys that are pressed from then on."""
    place.click()
    expect(place).to_be_focused()


def last_change(person: Person) -> Locator:
    """The latest of the list of changes, opened."""
    person.page.get_by_role("link", name="Changes").click()
    line = person.page.get_by_role("main").get_by_role("listitem").filter(has=person.page.locator("[aria-expanded]"))
    line.first.locator("[aria-expanded]").click()
    return line.first


def settings_of(person: Person, path: str) -> Any:
    """An entry, or a section of the settings, as the API has it."""
    return person.page.evaluate("(path) => fetch(`/api/v1/settings/${path}`).then((answer) => answer.json())", path)


def test_the_skills_matrix_is_edited_by_keys_looked_at_applied_and_taken_back(people: People, centre: Centre) -> None:
    centre.work("ann", "cyd")
    root = people.user("root", "/administration/matrix")
    taken = centre.call("Talks", keys="2")
    centre.answer("1003")
    centre.until(lambda: centre.state("cyd") == "READY TALKING" and centre.tell("waiting") == 0)
    centre.call("Sofia Spanish", "+4930771101", keys="2")
    centre.until(lambda: centre.tell("waiting") == 1)
    before = [settings_of(root, f"agents/{name}")["document"]["skills"] for name in ("ann", "cyd")]

    stand_on(cell(root, "Ann Lake", "english"))
    root.page.keyboard.press("x")
    expect(cell(root, "Ann Lake", "english")).to_have_attribute("data-level", "0")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        root.page.keyboard.press(key)
    expect(cell(root, "Cyd Shore", "spanish")).to_be_focused()
    root.page.keyboard.press("2")
    root.page.get_by_role("button", name="Save 2 agents").click()
    question = root.page.get_by_role("dialog")
    expect(question).to_contain_text("1 contact that waits could be taken by nobody any more: Sofia Spanish · Support")
    expect(question).to_contain_text("Would serve no queue any more: Ann Lake")
    call_off(root)
    assert [settings_of(root, f"agents/{name}")["document"]["skills"] for name in ("ann", "cyd")] == before

    # instead, Ann learns Spanish: who waits is hers at once
    stand_on(cell(root, "Ann Lake", "english"))
    root.page.keyboard.type("10")
    root.page.keyboard.press("ArrowRight")
    root.page.keyboard.press("3")
    stand_on(cell(root, "Cyd Shore", "spanish"))
    root.page.keyboard.press("6")
    confirm(root, "Save 1 agent", "Nobody who waits loses their agents")
    centre.answer("1001")
    assert settings_of(root, "agents/ann")["document"]["skills"] == {"english": 10, "spanish": 3}

    change = last_change(root)
    expect(change).to_contain_text("Agents · ann · changed")
    expect(change.get_by_role("row")).to_contain_text(["english 5"])
    expect(change.get_by_role("row")).to_contain_text(["english 10, spanish 3"])
    *_, audited = [one for one in centre.tell("audited") if (one["resource"], one["key"]) == ("agents", "ann")]
    assert (audited["actor"], audited["before"]["skills"]) == ("root", {"english": 5})
    assert audited["after"]["skills"] == {"english": 10, "spanish": 3}

    root.page.get_by_role("link", name="Audit log").click()
    logged = root.page.get_by_role("row").filter(has_text="root").filter(has_text="ann").first
    logged.click()
    expect(root.page.get_by_role("main")).to_contain_text("english 10, spanish 3")

    last_change(root)
    confirm(root, "Take back", "become what they were before")
    expect(root.page.get_by_role("main")).to_contain_text("takes back")
    root.page.get_by_role("link", name="Skills of agents").click()
    expect(cell(root, "Ann Lake", "english")).to_have_attribute("data-level", "5")
    expect(cell(root, "Ann Lake", "spanish")).to_have_attribute("data-level", "0")
    assert [settings_of(root, f"agents/{name}")["document"]["skills"] for name in ("ann", "cyd")] == before
    centre.hang_up(taken)


def test_a_queues_rules_are_looked_at_applied_and_taken_back(people: People, centre: Centre) -> None:
    centre.work("bob")
    root = people.user("root", "/administration/queues")
    centre.call("Sofia Spanish", "+4930771201", keys="2")
    centre.until(lambda: centre.tell("waiting") == 1)
    row(root, "Queues", "support").click()
    requires = root.page.get_by_label("Requires")
    expect(requires).to_have_value("spanish>=3")
    requires.fill("spanish>=")
    root.page.get_by_role("button", name="Save").click()
    root.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(requires).to_have_attribute("aria-invalid", "true")
    expect(root.page.get_by_role("alert")).to_contain_text("Queues \u203a support \u203a Requires")

    requires.fill("english>=4")
    expect(root.page.get_by_role("alert")).to_have_count(0)
    expect(requires).not_to_have_attribute("aria-invalid", "true")
    confirm(root, "Save", "1 contact that waits, and nobody signed in can take, could be taken")
    centre.answer("1002")
    centre.until(lambda: centre.tell("waiting") == 0)
    centre.call("Ella English", "+4930771202", keys="1")
    centre.until(lambda: centre.tell("waiting") == 1)
    row(root, "Queues", "sales").click()
    expect(requires).to_have_value("english>=1")
    requires.fill("spanish>=6")
    root.page.get_by_role("button", name="Save").click()
    expect(root.page.get_by_role("dialog")).to_contain_text("could be taken by nobody any more: Ella English · Sales")
    call_off(root)

    change = last_change(root)
    expect(change).to_contain_text("Queues · support · changed")
    told = change.get_by_role("row").filter(has_text="requires")
    expect(told.get_by_role("cell")).to_have_text(["spanish>=3", "english>=4"])
    confirm(root, "Take back", "become what they were before")
    expect(root.page.get_by_role("main")).to_contain_text("takes back")
    assert settings_of(root, "queues/support")["document"]["requires"] == "spanish>=3"
    centre.call("Sofia Second", "+4930771203", keys="2")
    nora = people.user("nora", "/floor")
    row(nora, "Waiting", "+4930771203").click()
    expect(side(nora)).to_contain_text("spanish \u2265 3")


def test_a_supervisor_gives_a_skill_on_the_floor_and_the_caller_is_taken(people: People, centre: Centre) -> None:
    norm = people.user("norm", "/floor")
    centre.work("bob")
    centre.call("Sofia Spanish", "+4930771301", keys="2")
    expect(row(norm, "Waiting", "+4930771301")).to_be_visible()
    row(norm, "Agents", "Bob Field").click()
    side(norm).get_by_role("spinbutton", name="english").fill("0")
    side(norm).get_by_role("button", name="Change skills").click()
    expect(norm.page.get_by_role("dialog")).to_contain_text("Would serve no queue any more: Bob Field")
    call_off(norm)
    side(norm).get_by_role("button", name="Undo").click()
    side(norm).get_by_role("combobox", name="Add a skill").click()
    norm.page.get_by_role("option", name="spanish").click()
    side(norm).get_by_role("spinbutton", name="english").fill("2")
    confirm(norm, "Change skills", "1 contact that waits, and nobody signed in can take, could be taken")
    expect(row(norm, "Agents", "Bob Field")).to_contain_text("Ringing")
    centre.answer("1002")
    expect(row(norm, "Agents", "Bob Field")).to_contain_text("+4930771301")

    root = people.user("root", "/administration/matrix")
    expect(cell(root, "Bob Field", "spanish")).to_have_attribute("data-level", "5")
    change = last_change(root)
    expect(change).to_contain_text("norm")
    confirm(root, "Take back", "become what they were before")
    expect(side(norm).get_by_role("spinbutton", name="english")).to_have_value("4")


def test_a_supervisor_cannot_change_the_skills_of_another_team(people: People, centre: Centre) -> None:
    centre.work("ann", "cyd")
    norm = people.user("norm", "/floor")
    expect(row(norm, "Agents", "Ann Lake")).to_be_visible()
    expect(row(norm, "Agents", "Cyd Shore")).to_have_count(0)
    refused = norm.page.evaluate("""async () => {
      const token = (await (await fetch("/api/v1/session")).json()).csrf_token;
      const asked = {method: "PUT", body: JSON.stringify({skills: {}}),
                     headers: {"Content-Type": "application/json", "X-CSRF-Token": token}};
      const answer = await fetch("/api/v1/agents/cyd/skills", asked);
      return [answer.status, (await answer.json()).detail];
    }""")
    assert refused[0] == 403
    assert "team" in refused[1]
    root = people.user("root", "/administration/matrix")
    expect(cell(root, "Cyd Shore", "spanish")).to_have_attribute("data-level", "6")


def test_opening_hours_are_made_read_as_typed_and_corrected_at_the_field(people: People, centre: Centre) -> None:
    root = people.user("root", "/administration/opening_hours")
    root.page.get_by_role("button", name="New calendar").click()
    root.page.get_by_label("Key").fill("office")
    root.page.get_by_role("combobox", name="Time zone").fill("Toky")
    root.page.get_by_role("option", name="Asia/Tokyo").click()
    root.page.get_by_label("Monday", exact=True).fill("8-12, 13:00-18.30")
    root.page.get_by_role("button", name="Tuesday as the day above").click()
    expect(root.page.get_by_label("Tuesday", exact=True)).to_have_value("08:00-12:00, 13:00-18:30")
    wednesday = root.page.get_by_label("Wednesday", exact=True)
    wednesday.fill("8-25")
    wednesday.blur()
    expect(wednesday).to_have_attribute("aria-invalid", "true")
    expect(root.page.get_by_text("“8-25” is no part of a day. Write it as 08:00-17:30")).to_be_visible()
    root.page.get_by_role("switch", name="Closed on these days.").check(force=True)
    country = root.page.get_by_role("combobox", name="Country")
    expect(root.page.get_by_text("Choose a country to see the days.")).to_be_visible()
    country.fill("Germ")
    root.page.get_by_role("option", name="Germany (DE)").click()
    this_year = root.page.get_by_role("region", name=re.compile("^Closed in ")).first
    expect(this_year.get_by_role("listitem").filter(has_text="German Unity Day")).to_contain_text("3 Oct")
    expect(this_year).not_to_contain_text("Epiphany")
    root.page.get_by_role("combobox", name="Part of it").fill("Bay")
    root.page.get_by_role("option", name="Bayern (BY)").click()
    epiphany = this_year.get_by_role("listitem").filter(has_text="Epiphany")
    expect(epiphany).to_contain_text(re.compile(r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\W+6 Jan"))
    root.page.get_by_role("button", name="Save", exact=True).click()
    root.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    refused = root.page.get_by_role("alert")
    expect(refused).to_contain_text("Opening hours \u203a office \u203a Week \u203a Wednesday")
    wednesday.fill("")
    country.fill("Japan")
    root.page.get_by_role("option", name="Japan (JP)").click()
    expect(epiphany).to_have_count(0)
    expect(this_year.get_by_role("listitem").first).to_contain_text("New Year's Day")
    add_day(root, 0, "2030-05-01", "10-12, 14-16")
    add_day(root, 1, "2030-05-02", "")
    add_day(root, 2, "2030-05-01", "")
    expect(root.page.get_by_text("This date is there already")).to_be_visible()
    root.page.get_by_role("button", name="Remove 2030-05-01").last.click()
    confirm(root, SAVE, "Nobody who waits loses their agents")
    expect(row(root, "Opening hours", "office")).to_contain_text("Mon\u2013Tue 08:00-12:00, 13:00-18:30")
    assert settings_of(root, "opening_hours/office")["document"] == {
        "time_zone": "Asia/Tokyo",
        "weekly": {day: ["08:00-12:00", "13:00-18:30"] for day in ("mon", "tue")},
        "holidays": {"country": "JP"},
        "special": {"2030-05-01": ["10:00-12:00", "14:00-16:00"], "2030-05-02": []},
    }


def add_day(person: Person, index: int, date: str, hours: str) -> None:
    """A single day with its hours, at the end of the list."""
    person.page.get_by_role("button", name="Add", exact=True).last.click()
    person.page.get_by_label("Date").nth(index).fill(date)
    person.page.get_by_label(f"Hours of {date}").last.fill(hours)


def test_a_queue_follows_its_opening_hours_at_once(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    root = people.user("root", "/administration/opening_hours")
    root.page.get_by_role("button", name="New calendar").click()
    root.page.get_by_label("Key").fill("never")
    confirm(root, SAVE, "Nobody who waits loses their agents")
    root.page.get_by_role("link", name="Queues").click()
    row(root, "Queues", "support").click()
    root.page.get_by_role("combobox", name="Opening hours").click()
    root.page.get_by_role("option", name="never").click()
    confirm(root, SAVE, "Nobody who waits loses their agents")
    expect(row(nora, "Queues", "Support")).to_contain_text("Closed at this hour")
    root.page.get_by_role("link", name="Opening hours").click()
    row(root, "Opening hours", "never").click()
    root.page.get_by_label("Monday", exact=True).fill("0-24")
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        root.page.get_by_role("button", name=f"{day} as the day above").click()
    confirm(root, SAVE, "Nobody who waits loses their agents")
    expect(row(nora, "Queues", "Support")).not_to_contain_text("Closed")
    expect(row(nora, "Queues", "Sales")).not_to_contain_text("Closed")
    row(root, "Opening hours", "never").click()
    add_day(root, 0, f"{datetime.now(ZoneInfo('Europe/Berlin')):%Y-%m-%d}", "")
    confirm(root, SAVE, "Nobody who waits loses their agents")
    expect(row(nora, "Queues", "Support")).to_contain_text("Closed today")
    last_change(root)
    confirm(root, "Take back", "become what they were before")
    expect(row(nora, "Queues", "Support")).not_to_contain_text("Closed")


ENTRIES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "Skills": ("german", {"Meaning": "Spricht Deutsch"}, {"Meaning": "Speaks German"}),
    "Teams": ("west", {"Title": "Team West"}, {"Title": "Team Far West"}),
    "Agents": ("dee", {"Name": "Dee Dune", "Phone": "1010", "Team": "Team Far West"}, {"Name": "Dee Delta"}),
    "Users": ("dee.dune", {"Name": "Dee Dune", "Role": "Supervisor", "Teams": "Team Far West"}, {"Role": "Agent"}),
    "Queues": ("orders", {"Title": "Orders", "Requires": "english>=2"}, {"Title": "Orders abroad"}),
    "Entry points": (
        "8100",
        {"Title": "Orders", "Voice menu": "Reception", "Queue": "Orders abroad"},
        {"Title": "Abroad"},
    ),
    "Not-ready reasons": ("meal", {"Title": "Meal", "Digits": "7"}, {"Title": "Lunch"}),
    "Dispositions": ("sold", {"Title": "Sold"}, {"Title": "Sold again"}),
}
SECTION_OF = {"Entry points": "entry_points", "Not-ready reasons": "reasons"}


def fill(person: Person, fields: dict[str, str]) -> None:
    """Fill in a form: texts are typed, choices are made."""
    form = person.page.get_by_role("main")
    for label, value in fields.items():
        either = form.get_by_role("combobox", name=label, exact=True).or_(
            form.get_by_role("textbox", name=label, exact=True)
        )
        expect(either.first).to_be_visible()
        if form.get_by_role("combobox", name=label, exact=True).count():
            form.get_by_role("combobox", name=label, exact=True).click()
            person.page.get_by_role("option", name=value, exact=True).click()
            person.page.keyboard.press("Escape")
        else:
            form.get_by_role("textbox", name=label, exact=True).fill(value)


def test_every_page_adds_changes_and_removes_an_entry(people: People) -> None:
    root = people.user("root", "/administration/teams")
    pages = root.page.get_by_role("navigation", name="Administration")
    for title, (key, made, changed) in ENTRIES.items():
        pages.get_by_role("link", name=title, exact=True).click()
        root.page.get_by_role("button", name=re.compile("^New ")).click()
        root.page.get_by_role("textbox", name="Key").fill(key)
        fill(root, made)
        confirm(root, SAVE, "")
        line = row(root, title, key)
        expect(line).to_contain_text(next(iter(made.values())))
        line.click()
        fill(root, changed)
        confirm(root, SAVE, "")
        expect(line).to_contain_text(next(iter(changed.values())), ignore_case=True)
    for title, (key, _made, _changed) in reversed(ENTRIES.items()):
        pages.get_by_role("link", name=title, exact=True).click()
        row(root, title, key).click()
        confirm(root, "Delete", f"Delete {key}?")
        expect(row(root, title, key)).to_have_count(0)
        section = SECTION_OF.get(title, title.lower())
        assert key not in [entry["name"] for entry in settings_of(root, section)["items"]]


def test_routing_and_alarms_are_set_where_nothing_was_said_yet(people: People) -> None:
    root = people.user("root", "/administration/routing")
    form = root.page.get_by_role("main")
    expect(form.get_by_role("button", name=SAVE)).to_be_disabled()
    fill(root, {"Order of contacts": "Closest to its target"})
    confirm(root, SAVE, "Nobody who waits loses their agents")
    expect(root.page.get_by_text("Routing is saved and in force")).to_be_visible()
    assert settings_of(root, "routing/routing")["document"] == {"contact_order": "target_ratio"}
    root.page.get_by_role("link", name="Alarms").click()
    form.get_by_role("spinbutton", name="Abandonment above").fill("12.5")
    confirm(root, SAVE, "In force at once")
    assert settings_of(root, "alarms/alarms")["document"] == {"abandon_rate_above": 0.125}


def test_an_entry_that_is_needed_stays_and_says_who_needs_it(people: People) -> None:
    root = people.user("root", "/administration/teams")
    row(root, "Teams", "south").click()
    confirm(root, "Delete", "Delete south?")
    expect(root.page.get_by_role("alert")).to_contain_text("south")
    expect(row(root, "Teams", "south")).to_be_visible()


def test_lists_follow_others_and_an_open_form_keeps_what_was_typed(people: People) -> None:
    root, other = people.user("root", "/administration/reasons"), people.user("root", "/administration/alarms")
    row(root, "Not-ready reasons", "break").click()
    title = root.page.get_by_role("main").get_by_role("textbox", name="Title", exact=True)
    expect(title).to_have_value("Break")
    assert put(other, "reasons/break", {"title": "Pause", "digits": "1"}) == 200
    expect(row(root, "Not-ready reasons", "break")).to_contain_text("Pause")
    expect(title).to_have_value("Pause")  # nothing was typed: as it is now
    told = root.page.get_by_role("alert")
    expect(told).to_have_count(0)

    title.fill("Coffee")
    assert put(other, "reasons/break", {"title": "Rest", "digits": "2"}) == 200
    expect(row(root, "Not-ready reasons", "break")).to_contain_text("Rest")
    expect(told).to_contain_text("has been changed by somebody else meanwhile")
    expect(title).to_have_value("Coffee")
    confirm(root, SAVE, "")
    expect(told).to_contain_text("has been changed by somebody else meanwhile")
    assert settings_of(root, "reasons/break")["document"]["title"] == "Rest", "nobody's is written over unseen"
    told.get_by_role("button", name="Load anew").click()
    expect(title).to_have_value("Rest")
    expect(root.page.get_by_role("textbox", name="Digits", exact=True)).to_have_value("2")

    title.fill("Tea")
    assert put(other, "reasons/break", {"title": "Nap", "digits": "1"}) == 200
    told.get_by_role("button", name="Go on with mine").click()
    expect(told).to_have_count(0)
    confirm(root, SAVE, "")
    expect(row(root, "Not-ready reasons", "break")).to_contain_text("Tea")
    assert put(other, "reasons/break", {"title": "Break", "digits": "1"}) == 200

    root.page.goto("/administration/matrix")
    stand_on(cell(root, "Bob Field", "english"))
    root.page.keyboard.press("7")
    bob = settings_of(root, "agents/bob")["document"]
    assert put(other, "agents/bob", {**bob, "skills": {"english": 2}}) == 200
    expect(told).to_contain_text("Somebody else has changed meanwhile: Bob Field")
    expect(cell(root, "Bob Field", "english")).to_have_attribute("data-level", "7")
    told.get_by_role("button", name="Load anew").click()
    expect(cell(root, "Bob Field", "english")).to_have_attribute("data-level", "2")
    assert put(other, "agents/bob", bob) == 200


def test_a_customer_whom_somebody_else_puts_on_file_is_on_the_desk_by_themselves(
    people: People, centre: Centre
) -> None:
    ann = people.agent("ann")
    centre.call("Nina New", "+4930771901")
    ann.answer()
    known = ann.page.get_by_role("complementary", name="Customer")
    expect(known).not_to_contain_text("Nina Newcomer")
    expect(known.get_by_role("button", name="Add a record")).to_be_visible()
    record = {"name": "Nina Newcomer", "numbers": ["+4930771901"]}
    centre.tell("customer", customer_id="c-nina", record=record)
    expect(known).to_contain_text("Nina Newcomer")


def test_the_open_list_of_changes_tells_what_others_change(people: People) -> None:
    root = people.user("root", "/administration/changes")
    ann, norm = people.agent("ann"), people.user("norm", "/floor")
    expect(root.page.get_by_role("heading", name="Changes")).to_be_visible()
    root.page.wait_for_load_state("networkidle")
    told = root.page.get_by_role("main").locator("[aria-expanded]")
    expect(told.first).to_be_visible()
    before = told.first.inner_text()
    row(norm, "Agents", "Ann Lake").click()
    side(norm).get_by_role("spinbutton", name="english").fill("7")
    confirm(norm, "Change skills", "Nobody who waits loses their agents")
    expect(told.first).not_to_have_text(before)
    expect(told.first).to_contain_text("norm")
    level = side(norm).get_by_role("spinbutton", name="english")
    level.fill("8")
    told.first.click()
    confirm(root, "Take back", "become what they were before")
    overtaken = side(norm).get_by_role("alert")
    expect(overtaken).to_contain_text("Somebody else has changed this meanwhile: english is 5 now")
    expect(level).to_have_value("8")
    expect(side(norm).get_by_role("button", name="Change skills")).to_be_disabled()
    overtaken.get_by_role("button", name="Drop my changes").click()
    expect(level).to_have_value("5")
    expect(ann.state).to_have_attribute("data-state", "ready")
