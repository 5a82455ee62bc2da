"""A supervisor at work beside an agent, in a real browser."""

import json
import re
import subprocess
import sys
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person

HOSTILE = "<img src=x onerror=alert(1)><b>Bold</b>"


def row(person: Person, table: str, text: str) -> Locator:
    """The row of a table that has this in it."""
    return person.page.get_by_role("grid", name=table).get_by_role("row").filter(has_text=text)


def side(person: Person) -> Locator:
    """What is open beside the tables."""
    return person.page.get_by_role("complementary", name="Details")


def agree(person: Person, label: str) -> None:
    """Confirm what is asked before an act; the act is done when the question has gone."""
    question = person.page.get_by_role("dialog")
    question.get_by_role("button", name=label).click()
    expect(question).to_have_count(0)


def test_a_supervisor_watches_it_happen_sees_why_one_waits_and_whispers(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    centre.tell("agent", name="sup", what="sign_in")
    ann = people.agent("ann")
    expect(row(nora, "Agents", "Ann Lake")).to_contain_text("Ready")
    centre.call("First Caller", "+4930777001")
    expect(row(nora, "Agents", "Ann Lake")).to_contain_text("Ringing")
    ann.answer()
    expect(row(nora, "Agents", "Ann Lake")).to_contain_text("Talking")
    expect(row(nora, "Agents", "Ann Lake")).to_contain_text("+4930777001")

    centre.call("Second Caller", "+4930777002")
    waiting = row(nora, "Waiting", "+4930777002")
    expect(waiting).to_contain_text("qualif")
    expect(waiting).to_contain_text("1 busy")
    expect(row(nora, "Queues", "Sales").get_by_role("gridcell").nth(1)).to_have_text("1")
    waiting.click()
    expect(side(nora)).to_contain_text("Why still waiting")
    expect(side(nora)).to_contain_text("english ≥ 1")
    expect(side(nora)).to_contain_text("Ann Lake")

    row(nora, "Agents", "Ann Lake").click()
    side(nora).get_by_role("button", name="Whisper").click()
    agree(nora, "Whisper")
    centre.answers_by_itself("1009")
    expect(side(nora).get_by_role("button", name="Leave")).to_be_visible()
    centre.until(lambda: monitored(centre) == [("nora", "whisper")])
    bar = nora.page.get_by_role("region", name="Talk that you hear")
    expect(bar).to_contain_text("You whisper: only Ann Lake hears you")
    nora.page.reload()
    expect(bar).to_contain_text("You whisper: only Ann Lake hears you")
    bar.get_by_role("button", name="Listen").click()
    expect(bar).to_contain_text("You listen to Ann Lake: nobody hears you")
    nora.page.goto("/desk")
    expect(bar).to_contain_text("You listen to Ann Lake")
    bar.get_by_role("button", name="Barge in").click()
    agree(nora, "Barge in")
    expect(bar).to_contain_text("You are in the talk of Ann Lake")
    bar.get_by_role("button", name="Leave").click()
    expect(bar).to_be_hidden()
    centre.until(lambda: centre.tell("phone", number="1009", what="state") != "talking")
    centre.until(lambda: monitored(centre) == [("nora", mode) for mode in ("whisper", "listen", "barge")])


def monitored(centre: Centre) -> list[tuple[str, str]]:
    """Who listened to a talk, and how, as the audit log has it."""
    return [(one["actor"], one["after"]["mode"]) for one in centre.tell("audited") if one["action"] == "monitored"]


def test_a_supervisor_raises_and_moves_a_caller_and_takes_one_out(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    for number in ("+4930778001", "+4930778002"):
        centre.call("Somebody", number)
    row(nora, "Waiting", "+4930778002").click()
    side(nora).get_by_role("button", name="Set").click()
    agree(nora, "Set")
    expect(row(nora, "Waiting", "+4930778002").get_by_role("gridcell").nth(2)).to_have_text("1")
    side(nora).get_by_role("combobox", name="Move to").click()
    nora.page.get_by_role("option", name="Support").click()
    side(nora).get_by_role("button", name="Move", exact=True).click()
    agree(nora, "Move")
    expect(row(nora, "Queues", "Support").get_by_role("gridcell").nth(1)).to_have_text("1")
    side(nora).get_by_role("button", name="Take out").click()
    agree(nora, "Take out")
    expect(row(nora, "Waiting", "+4930778002")).to_have_count(0)
    expect(row(nora, "Waiting", "+4930778001")).to_have_count(1)


def test_a_supervisor_takes_an_agent_out_of_a_queue_sees_what_it_does_and_takes_it_back(
    people: People, centre: Centre
) -> None:
    nora = people.user("nora", "/floor")
    ann = people.agent("ann")
    centre.call("First Caller", "+4930779001")
    ann.answer()
    centre.call("Second Caller", "+4930779002")
    waiting = row(nora, "Waiting", "+4930779002")
    expect(waiting).to_contain_text("1 busy")
    row(nora, "Agents", "Ann Lake").click()
    sales = side(nora).get_by_role("combobox", name="Sales")
    expect(sales).to_have_value("As the skills say")
    sales.press("Enter")
    nora.page.get_by_role("option", name="Taken out").click()
    side(nora).get_by_role("button", name="Change queues").click()
    asked = nora.page.get_by_role("dialog")
    expect(asked).to_contain_text("1 contact that waits could be taken by nobody any more")
    expect(asked).to_contain_text("Would serve no queue any more: Ann Lake")
    agree(nora, "Change queues")
    expect(waiting).to_contain_text("1 more taken out of this queue")
    expect(sales).to_have_value("Taken out")
    expect(row(nora, "Agents", "Ann Lake")).to_contain_text("Talking")
    side(nora).get_by_role("button", name="Take the change back").click()
    expect(asked).to_contain_text("1 contact that waits, and nobody signed in can take, could be taken")
    agree(nora, "Take the change back")
    expect(waiting).to_contain_text("1 busy")
    expect(sales).to_have_value("As the skills say")


def test_a_supervisor_throws_the_emergency_switch_of_a_number_and_puts_it_back(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    nora.page.get_by_role("button", name="Numbers").click()
    expect(side(nora)).to_contain_text("Answered by the menu reception; queue Sales")
    side(nora).get_by_role("button", name="Emergency").click()
    agree(nora, "Emergency")
    expect(side(nora)).to_contain_text("the menu sorry answers, switched by nora")
    side(nora).get_by_role("button", name="Answer as usual again").click()
    expect(side(nora)).to_contain_text("Answered by the menu reception")
    assert len(centre.tell("facts", kind="EntryPointSwitched")) == 2


def test_names_are_words_wherever_they_are_shown(people: People, centre: Centre) -> None:
    """A page that took it for markup would ask for a picture, run a script, or show bold text."""
    centre.tell(
        "customer", customer_id="c-h", record={"name": HOSTILE, "numbers": ["+4930779001"], "notes": HOSTILE,
                                               "open_matters": [HOSTILE]},
    )  # fmt: skip
    nora = people.user("nora", "/floor")
    ann = people.agent("ann")
    waiting = centre.call(HOSTILE, "+4930779001", keys="2")
    expect(row(nora, "Waiting", HOSTILE)).to_be_visible()
    row(nora, "Waiting", HOSTILE).click()
    expect(side(nora)).to_contain_text(HOSTILE)
    centre.hang_up(waiting)
    centre.call(HOSTILE, "+4930779001")
    expect(ann.offer).to_contain_text(HOSTILE)
    expect(ann.page).to_have_title(re.compile(re.escape(HOSTILE)))
    ann.answer()
    expect(ann.contact).to_contain_text(HOSTILE)
    expect(ann.page.get_by_role("complementary")).to_contain_text(HOSTILE)
    ann.page.get_by_label("Notes").fill(HOSTILE)
    expect(ann.contact.get_by_text("Saved", exact=True)).to_be_visible()
    ann.control("Hang up").click()
    ann.page.get_by_role("button", name=re.compile("^Done")).click()
    expect(ann.page.get_by_text("My last contacts").locator("xpath=ancestor::section")).to_contain_text(HOSTILE)
    nora.page.goto("/contacts")
    expect(nora.page.get_by_role("main")).to_contain_text(HOSTILE)
    for page in (ann.page, nora.page):
        assert page.locator("img, b").count() == 0


def test_the_boards_figures_are_the_reports(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    ann = people.agent("ann")
    for ends_first in (False, True):
        contact = centre.call()
        expect(ann.offer).to_be_visible()
        if ends_first:
            centre.hang_up(contact)
        else:
            ann.answer()
            centre.hang_up(contact)
            ann.page.get_by_role("button", name=re.compile("^Done")).click()
        expect(ann.state).to_have_attribute("data-state", "ready")
    report = reported(centre)
    nora.page.goto("/floor")
    row(nora, "Queues", "Sales").click()
    board = nora.page.evaluate("() => fetch('/api/v1/queues').then((answer) => answer.json())")
    exact = {one["queue"]: one["today"] for one in board["items"]}
    for queue, figures in exact.items():
        said = {name: one["value"] for name, one in report.get(queue, {}).items() if name in figures}
        assert {name: figures[name]["value"] for name in said} == said, queue
        assert said or figures["offered"]["value"] == 0, queue
    sales = report["sales"]
    assert (sales["answered"]["value"], sales["abandoned"]["value"]) >= (1, 1)
    shown = {words: str(sales[words.lower()]["value"]) for words in ("Offered", "Answered", "Abandoned")}
    shown["Service level"] = f"{round(100 * sales['service_level']['value'])} %"
    for words, today in shown.items():
        title = nora.page.get_by_role("rowheader", name=words, exact=True)
        line = side(nora).locator("table:has(th[scope=row])").get_by_role("row").filter(has=title)
        expect(line.locator("td").nth(1)).to_have_text(today)


def reported(centre: Centre) -> dict[str, dict[str, dict[str, Any]]]:
    """What the command line's report says of each queue, over the same journal, in which all is written so far."""
    centre.tell("facts", kind="ContactEnded")
    command = [sys.executable, "-m", "cti_bridge.app.main", "report", "summary", "--json", "--figures", "all"]
    done = subprocess.run(
        [*command, "--config", str(centre.config)], check=True, capture_output=True, text=True, timeout=60
    )
    return {one["slice"]["queue"]: one["figures"] for one in json.loads(done.stdout)["rows"]}
