"""What a supervisor tells a team, what is behind a number, and lists that keep themselves up to date."""

import re

from playwright.sync_api import expect

from tests.browser.centre import Centre
from tests.browser.people import People
from tests.browser.test_floor import agree, row, side


def test_a_message_to_a_team_is_on_its_desks_and_on_no_others(people: People) -> None:
    ann, cyd = people.agent("ann"), people.agent("cyd")
    nora = people.user("nora", "/floor")
    nora.page.get_by_role("button", name="Message").click()
    side(nora).get_by_role("combobox", name="To").click()
    nora.page.get_by_role("option", name="Team North").click()
    side(nora).get_by_label("What they should know").fill("The shop is down, <b>say sorry</b>")
    side(nora).get_by_role("button", name=re.compile("^Send to")).click()
    expect(ann.page.get_by_role("main")).to_contain_text("The shop is down, <b>say sorry</b>")
    expect(side(nora)).to_be_hidden()
    expect(cyd.page.get_by_role("main")).not_to_contain_text("The shop is down")


def test_from_a_number_on_the_board_to_the_contacts_behind_it(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    callers = ("Berta Behind", "Bodo Behind")
    for name in callers:
        centre.call(name)
    waiting = row(nora, "Queues", "Sales").get_by_role("button", name=re.compile("Waiting: 2"))
    waiting.click()
    for name in callers:
        expect(side(nora)).to_contain_text(name)


def test_who_waits_stands_behind_the_number_while_a_phone_rings_for_them(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    centre.work("ann")
    centre.call("Rita Rings", "+4930775001")
    expect(row(nora, "Waiting", "Rita Rings")).to_contain_text("rings at Ann Lake")
    for tile in ("Waiting", "Longest wait"):
        nora.page.get_by_role("button", name=re.compile(f"^{tile}")).first.click()
        expect(side(nora).get_by_role("heading", level=2)).to_have_text(tile)
        expect(side(nora).get_by_role("listitem")).to_contain_text(["Rita Rings"])
    side(nora).get_by_role("listitem").get_by_role("button").click()
    expect(side(nora)).to_contain_text("Why still waiting")
    expect(side(nora)).to_contain_text("+4930775001")


def test_a_supervisor_changes_a_state_and_the_open_audit_log_tells_of_it(people: People) -> None:
    root = people.user("root", "/administration/audit")
    log = root.page.get_by_role("table").get_by_role("row")
    expect(log.nth(1)).to_be_visible()
    ann = people.agent("ann")
    nora = people.user("nora", "/floor")
    row(nora, "Agents", "Ann Lake").click()
    side(nora).get_by_role("combobox", name="Reason").click()
    nora.page.get_by_role("option", name="Break").click()
    side(nora).get_by_role("button", name="Not ready").click()
    agree(nora, "Not ready")
    expect(ann.state).to_have_attribute("data-state", "not_ready")
    expect(ann.state).to_contain_text("Break")
    expect(row(nora, "Agents", "Ann Lake")).to_contain_text("Break")
    expect(log.filter(has_text="nora").filter(has_text="ann").first).to_be_visible()


def test_of_an_agent_who_was_not_there_since_the_start_no_time_in_the_state_is_told(people: People) -> None:
    """Bob comes to no other test of this module."""
    nora = people.user("nora", "/floor")
    nora.page.get_by_role("textbox", name="Search").fill("bob")
    bob = row(nora, "Agents", "Bob Field")
    expect(bob).to_contain_text(re.compile("Signed out *\u2013"))
    people.agent("bob")
    expect(bob).to_contain_text(re.compile(r"Ready *\d:\d\d"))
