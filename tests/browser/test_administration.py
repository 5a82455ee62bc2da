"""Administrators and supervisors change a running centre: looked at before, in force at once, and taken back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.centre import SETTINGS, Centre
from tests.browser.people import People, Person
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


def confirm(person: Person, label: str | re.Pattern[str], expected: str) -> None:
    """Press a button that asks; read what it asks, and confirm."""
    person.page.get_by_role("button", name=label).click()
    question = person.page.get_by_role("dialog")
    expect(question).to_contain_text(expected)
    question.get_by_role("button", name=label).click()
    expect(question).to_be_hidden()


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
    centre.call("Sofia Spanish", "+4930771101", keys="2")
    before = [settings_of(root, f"agents/{name}")["document"]["skills"] for name in ("ann", "cyd")]

    cell(root, "Ann Lake", "english").click()
    root.page.keyboard.press("x")
    expect(cell(root, "Ann Lake", "english")).to_have_attribute("data-level", "0")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        root.page.keyboard.press(key)
    expect(cell(root, "Cyd Shore", "spanish")).to_be_focused()
    root.page.keyboard.press("2")
    root.page.get_by_role("button", name="Save 2 agents").click()
    question = root.page.get_by_role("dialog")
    expect(question).to_contain_text("1 contact that waits could be taken by nobody any more: +4930771101 · Support")
    expect(question).to_contain_text("Would serve no queue any more: Ann Lake")
    question.get_by_role("button", name="Cancel").click()
    assert [settings_of(root, f"agents/{name}")["document"]["skills"] for name in ("ann", "cyd")] == before

    # instead, Ann learns Spanish: who waits is hers at once
    cell(root, "Ann Lake", "english").click()
    root.page.keyboard.type("10")
    root.page.keyboard.press("ArrowRight")
    root.page.keyboard.press("3")
    cell(root, "Cyd Shore", "spanish").click()
    root.page.keyboard.press("6")
    confirm(root, "Save 1 agent", "Nobody who waits loses their agents")
    centre.answer("1001")
    assert settings_of(root, "agents/ann")["document"]["skills"] == {"english": 10, "spanish": 3}

    change = last_change(root)
    expect(change).to_contain_text("Agents · ann · changed")
    expect(change.get_by_role("row")).to_contain_text(["english 5"])
    expect(change.get_by_role("row")).to_contain_text(["english 10, spanish 3"])
    [audited] = [one for one in centre.tell("audited") if (one["resource"], one["key"]) == ("agents", "ann")]
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
    row(root, "Queues", "support").click()
    requires = root.page.get_by_label("Requires")
    expect(requires).to_have_value("spanish>=3")
    requires.fill("spanish>=")
    root.page.get_by_role("button", name="Save").click()
    root.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(requires).to_have_attribute("aria-invalid", "true")
    expect(root.page.get_by_role("alert")).to_contain_text("queues.support.requires")

    requires.fill("english>=4")
    confirm(root, "Save", "Nobody who waits loses their agents")
    centre.answer("1002")
    centre.call("Ella English", "+4930771202", keys="1")
    row(root, "Queues", "sales").click()
    expect(requires).to_have_value("english>=1")
    requires.fill("spanish>=6")
    root.page.get_by_role("button", name="Save").click()
    expect(root.page.get_by_role("dialog")).to_contain_text("could be taken by nobody any more: +4930771202 · Sales")
    root.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

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
    expect(side(nora)).to_contain_text("spanish>=3")


def test_a_supervisor_gives_a_skill_on_the_floor_and_the_caller_is_taken(people: People, centre: Centre) -> None:
    norm = people.user("norm", "/floor")
    centre.work("bob")
    centre.call("Sofia Spanish", "+4930771301", keys="2")
    expect(row(norm, "Waiting", "+4930771301")).to_be_visible()
    row(norm, "Agents", "Bob Field").click()
    side(norm).get_by_role("spinbutton", name="english").fill("0")
    side(norm).get_by_role("button", name="Change skills").click()
    expect(norm.page.get_by_role("dialog")).to_contain_text("Would serve no queue any more: Bob Field")
    norm.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    side(norm).get_by_role("button", name="Undo").click()
    side(norm).get_by_role("combobox", name="Add a skill").click()
    norm.page.get_by_role("option", name="spanish").click()
    side(norm).get_by_role("spinbutton", name="english").fill("2")
    confirm(norm, "Change skills", "Nobody who waits loses their agents")
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
