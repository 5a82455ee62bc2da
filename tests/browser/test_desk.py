"""An agent's day at the desk, in a real browser."""

import re
import time
from typing import Any

from playwright.sync_api import expect

from tests.browser.cable import Cable
from tests.browser.centre import Centre
from tests.browser.people import People, Person
from tests.browser.stalls import StoodStill

RECONNECTED_MS = 25_000
"""The last try may be eight seconds away, and take some itself."""
LOOKED_AGAIN_MS = 30_000
"""Within so long the daemon closes the channel of a session that is no more."""
NOTICED_S, AWAKE_S = 10, 2
LATE = 3
"""How much of the time that the machine stood still is allowed: a page that is woken late asks before it believes."""

LOST = """() => [...document.querySelectorAll("[role=status]")]
  .some((one) => one.textContent.includes("No connection since"))"""
WRAPS_UP = """() => document.querySelector("article header")?.textContent.includes("Wrap-up") &&
  document.querySelector("header button[data-state=wrap_up]") !== null"""


def dispositions(centre: Centre) -> list[tuple[str, str]]:
    """What was said to have come of contacts: disposition and notes."""
    return [(fact["disposition"], fact.get("notes", "")) for fact in centre.tell("facts", kind="DispositionSet")]


def transfers(centre: Centre, contact: str) -> list[Any]:
    """Where a contact was handed, the first first."""
    return [one for one in centre.tell("facts", kind="ContactTransferred") if one["contact_id"] == contact]


def talk(people: People, centre: Centre, **more: str) -> tuple[Person, str]:
    """An agent who talks with a caller."""
    ann = people.agent("ann")
    contact = centre.call(**more)
    ann.answer()
    return ann, contact


def test_an_agent_begins_to_work_and_is_ready_in_the_distributor_too(people: People, centre: Centre) -> None:
    ann = people.agent("ann")
    expect(ann.state).to_contain_text("Ready")
    assert centre.state("ann") == "READY IDLE"


def test_an_agents_call_from_offer_to_outcome(people: People, centre: Centre) -> None:
    centre.tell(
        "customer",
        customer_id="c-1",
        record={"name": "Carla Customer", "numbers": ["+4930123456"], "tier": "gold", "open_matters": ["Order 4711"]},
    )
    ann = people.agent("ann")
    centre.work("bob")
    centre.tell("agent", name="bob", what="not_ready")
    contact = centre.call("C. CUSTOMER", "+4930123456")
    expect(ann.offer).to_contain_text("Carla Customer")
    expect(ann.offer).to_contain_text("gold")
    expect(ann.offer).to_contain_text("Sales")
    expect(ann.page.get_by_role("complementary")).to_contain_text("Order 4711")
    ann.answer()
    expect(ann.contact).to_contain_text("Ask for the order number.")
    assert centre.state("ann") == "READY TALKING"

    ann.control("Hold").click()
    expect(ann.contact.locator("header")).to_contain_text("On hold")
    centre.until(lambda: centre.state("ann") == "READY HOLD")
    ann.control("Retrieve").click()
    expect(ann.contact.locator("header")).to_contain_text("Talking")

    ann.control("Transfer").click()
    ann.page.get_by_role("combobox").fill("bob")
    expect(ann.page.get_by_role("option", name=re.compile("Bob Field"))).to_contain_text("Not ready")
    ann.page.keyboard.press("Enter")
    centre.answer("1002")
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
    notes = ann.page.get_by_label("Notes")
    expect(notes).to_be_focused()
    ann.page.keyboard.type("Order 4711 goes to Bob")
    key = ann.page.get_by_role("button", name="Solved").locator("kbd").inner_text()
    ann.page.keyboard.press(f"Alt+Digit{key}")
    expect(ann.contact.get_by_text("Saved", exact=True)).to_be_visible()
    ann.page.get_by_role("button", name=re.compile("^Done")).click()
    expect(ann.state).to_have_attribute("data-state", "ready")
    assert dispositions(centre)[-1] == ("solved", "Order 4711 goes to Bob")
    assert len(transfers(centre, contact)) == 1
    expect(ann.page.get_by_text("My last contacts").locator("xpath=ancestor::section")).to_contain_text("C. CUSTOMER")


def test_a_caller_is_handed_to_a_number_that_is_found_by_name(people: People, centre: Centre) -> None:
    ann = people.agent("ann")
    contact = centre.call("N. Night", "+4930771044")
    ann.answer()
    ann.control("Consult").click()
    ann.page.get_by_role("combobox").fill("watch")
    expect(ann.page.get_by_role("option", name=re.compile("Night watch"))).to_contain_text("+4930770099")
    ann.page.keyboard.press("Escape")
    ann.control("Transfer").click()
    ann.page.get_by_role("combobox").fill("+49 30 770099")
    expect(ann.page.get_by_role("option")).to_have_count(1)
    ann.page.get_by_role("combobox").fill("night")
    expect(ann.page.get_by_role("option").first).to_contain_text("Night watch")
    ann.page.keyboard.press("Enter")
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
    centre.until(lambda: transfers(centre, contact))
    (moved,) = transfers(centre, contact)
    assert (moved["to_kind"], moved["to"]) == ("number", "+4930770099")


def test_a_page_that_is_loaded_anew_shows_every_state_as_it_is(people: People, centre: Centre) -> None:
    ann = people.user("ann")
    begin = ann.page.get_by_role("button", name="Begin to work")
    expect(begin).to_be_visible()
    ann.page.reload()
    expect(begin).to_be_visible()
    expect(ann.page.get_by_text("Your working day has not begun")).to_be_visible()
    ann.start_work()
    ann.page.reload()
    expect(ann.state).to_have_attribute("data-state", "not_ready")
    ann.become_ready()
    ann.page.reload()
    expect(ann.state).to_have_attribute("data-state", "ready")
    centre.call("Rita Reload")
    expect(ann.offer).to_contain_text("Rita Reload")
    ann.page.reload()
    expect(ann.offer).to_contain_text("Rita Reload")
    ann.answer()
    ann.page.reload()
    expect(ann.contact.locator("header")).to_contain_text("Talking")
    ann.control("Mute").click()
    ann.control("Hold").click()
    expect(ann.contact.locator("header")).to_contain_text("On hold")
    ann.page.get_by_label("Notes").fill("typed a moment before the reload")
    ann.page.reload()
    expect(ann.contact.locator("header")).to_contain_text("On hold")
    expect(ann.control("Unmute")).to_be_visible()
    expect(ann.page.get_by_label("Notes")).to_have_value("typed a moment before the reload")
    ann.control("Hang up").click()
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
    in_state, talked = ann.contact.locator("header time").first, ann.contact.locator("header time").last
    told = talked.inner_text()
    expect(in_state).to_have_text(re.compile(r"^0:0[2-9]$|^0:[1-5]\d$"))
    assert talked.inner_text() == told, "the talk is over, and so is its clock"
    ann.page.reload()
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
    expect(ann.page.get_by_label("Notes")).to_have_value("typed a moment before the reload")
    centre.until(lambda: [notes for _, notes in dispositions(centre)][-1:] == ["typed a moment before the reload"])


def test_two_tabs_show_one_call_and_either_can_act(people: People, centre: Centre) -> None:
    ann, contact = talk(people, centre)
    second = ann.new_tab()
    second.goto("/")
    expect(second.get_by_role("article").locator("header")).to_contain_text("Talking")
    second.get_by_role("toolbar").get_by_role("button", name="Hold").click()
    expect(ann.contact.locator("header")).to_contain_text("On hold")
    ann.page.get_by_label("Notes").fill("from the first tab")
    expect(second.get_by_label("Notes")).to_have_value("from the first tab")
    centre.hang_up(contact)
    for page in (ann.page, second):
        expect(page.get_by_role("article").locator("header")).to_contain_text("Wrap-up")


def test_a_network_that_is_cut_for_ten_seconds(people: People, centre: Centre, cable: Cable) -> None:
    ann = people.agent("ann", base=f"http://127.0.0.1:{cable.port}")
    contact = centre.call("Nina Network")
    ann.answer()
    cable.pull()
    bar = ann.page.get_by_role("status").filter(has_text="No connection since")
    expect(bar).to_contain_text("Your call goes on")
    expect(bar).to_contain_text(re.compile("Trying"))
    ann.page.get_by_label("Notes").fill("written without a network")
    expect(ann.contact.get_by_text("Kept in this browser")).to_be_visible()
    assert centre.state("ann") == "READY TALKING", "the talk does not hang on the browser"
    centre.hang_up(contact)
    ann.page.wait_for_timeout(8_000)
    expect(ann.contact.locator("header")).to_contain_text("Talking")
    cable.put_back()
    expect(bar).to_be_hidden(timeout=RECONNECTED_MS)
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
    expect(ann.contact.get_by_text("Saved", exact=True)).to_be_visible()
    assert dispositions(centre)[-1][1] == "written without a network"


def test_a_network_that_stops_without_a_word_is_noticed_within_ten_seconds_on_both_sides(
    people: People, centre: Centre, cable: Cable
) -> None:
    ann = people.agent("ann", base=f"http://127.0.0.1:{cable.port}")
    contact = centre.call("Silas Silent")
    ann.answer()
    with StoodStill() as still:
        cable.freeze()
        begun = time.monotonic()
        ann.page.wait_for_function(LOST, timeout=30_000)
        centre.until(lambda: any("/api/v1/live" in line for line in cable.let_go), timeout_s=30)
        assert time.monotonic() - begun <= NOTICED_S + LATE * still.s
    bar = ann.page.get_by_role("status").filter(has_text="No connection since")
    expect(bar).to_contain_text("Your call goes on")
    assert centre.state("ann") == "READY TALKING"
    centre.hang_up(contact)
    centre.until(lambda: centre.state("ann") == "READY WRAP_UP")
    expect(ann.contact.locator("header")).to_contain_text("Talking")
    cable.thaw()
    expect(bar).to_be_hidden(timeout=RECONNECTED_MS)
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")


def test_a_page_that_sleeps_for_twenty_seconds_is_right_at_once_when_it_wakes(people: People, centre: Centre) -> None:
    ann = people.agent("ann")
    contact = centre.call("Nora Nap")
    ann.answer()
    lid = ann.context.new_cdp_session(ann.page)
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    centre.hang_up(contact)
    centre.until(lambda: centre.state("ann") == "READY WRAP_UP")
    time.sleep(20)  # so long is slept: the subject of the test
    with StoodStill() as still:
        woke = time.monotonic()
        lid.send("Page.setWebLifecycleState", {"state": "active"})
        ann.page.wait_for_function(WRAPS_UP)
        assert time.monotonic() - woke <= AWAKE_S + LATE * still.s
    expect(ann.contact.get_by_role("timer").first).to_be_visible()
    ann.page.wait_for_timeout(3_000)
    expect(ann.page.get_by_role("status").filter(has_text="No connection since")).to_be_hidden()


def test_a_page_that_sleeps_while_its_connection_dies_shows_the_truth_when_it_wakes(
    people: People, centre: Centre, cable: Cable
) -> None:
    ann = people.agent("ann", base=f"http://127.0.0.1:{cable.port}")
    contact = centre.call("Sandra Sleep")
    ann.answer()
    lid = ann.context.new_cdp_session(ann.page)
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    cable.pull()
    centre.hang_up(contact)
    centre.until(lambda: centre.state("ann") == "READY WRAP_UP")
    cable.put_back()
    lid.send("Page.setWebLifecycleState", {"state": "active"})
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up", timeout=RECONNECTED_MS)
    expect(ann.state).to_have_attribute("data-state", "wrap_up")
    expect(ann.page.get_by_role("status").filter(has_text="No connection since")).to_be_hidden()


def test_a_session_that_ends_leaves_the_page_and_the_call(people: People, centre: Centre) -> None:
    ann, _ = talk(people, centre)
    centre.tell("end_sessions", user="ann")
    ann.page.get_by_label("Notes").fill("typed with a dead session")
    again = ann.page.get_by_role("dialog")
    expect(again).to_contain_text("Your session has ended", timeout=LOOKED_AGAIN_MS)
    again.locator("input[autocomplete=current-password]").fill(centre.passwords["ann"])
    ann.page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    expect(ann.contact.locator("header")).to_contain_text("Talking")
    expect(ann.page.get_by_label("Notes")).to_have_value("typed with a dead session")
    centre.until(lambda: [notes for _, notes in dispositions(centre)][-1:] == ["typed with a dead session"])


def sign_in_again(person: Person, centre: Centre, user: str) -> None:
    """Somebody, whoever it is, signs in at a page whose session has ended."""
    again = person.page.get_by_role("dialog")
    expect(again).to_contain_text("Your session has ended", timeout=LOOKED_AGAIN_MS)
    again.locator("input[autocomplete=username]").fill(user)
    again.locator("input[autocomplete=current-password]").fill(centre.passwords[user])
    person.page.keyboard.press("Enter")
    expect(again).to_be_hidden()


def test_what_was_typed_waits_for_its_writer_while_a_colleague_uses_the_browser(people: People, centre: Centre) -> None:
    """Longer than a draft that could not be sent is tried again."""
    desk, contact = talk(people, centre)
    desk.page.route("**/outcome", lambda route: route.abort())
    desk.page.get_by_label("Notes").fill("Ann's own words")
    expect(desk.contact.get_by_text("Kept in this browser")).to_be_visible(timeout=10_000)
    centre.tell("end_sessions", user="ann")
    sign_in_again(desk, centre, "bob")
    desk.page.unroute("**/outcome")
    sent: list[str] = []
    desk.page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    since = time.monotonic()
    centre.until(lambda: time.monotonic() > since + 5)
    assert [url for url in sent if contact in url] == []
    expect(desk.page.get_by_role("main")).not_to_contain_text("Ann's own words")
    assert "Ann's own words" not in [notes for _, notes in dispositions(centre)]

    centre.tell("end_sessions", user="bob")
    sign_in_again(desk, centre, "ann")
    expect(desk.page.get_by_label("Notes")).to_have_value("Ann's own words")
    centre.until(lambda: [notes for _, notes in dispositions(centre)][-1:] == ["Ann's own words"])


def test_a_call_is_taken_held_and_wrapped_up_by_keys_alone(people: People, centre: Centre) -> None:
    ann = people.somebody()
    keys = ann.page.keyboard
    ann.page.goto("/")
    expect(ann.page.locator("input[autocomplete=username]")).to_be_focused()
    keys.type("ann")
    keys.press("Tab")
    keys.type(centre.passwords["ann"])
    keys.press("Enter")
    expect(ann.page.get_by_role("button", name="Begin to work")).to_be_visible()
    keys.press("r")
    expect(ann.state).to_have_attribute("data-state", "not_ready")
    keys.press("s")
    choice = ann.page.get_by_role("menuitem", name="Ready", exact=True)
    expect(choice).to_be_visible()
    while not choice.evaluate("(one) => one === document.activeElement"):
        keys.press("ArrowDown")
    keys.press("Enter")
    expect(ann.state).to_have_attribute("data-state", "ready")
    expect(choice).to_be_hidden()
    centre.call("Kurt Keys")
    expect(ann.offer).to_be_visible()
    keys.press("a")
    expect(ann.contact.locator("header")).to_contain_text("Talking")
    keys.press("h")
    expect(ann.contact.locator("header")).to_contain_text("On hold")
    keys.press("h")
    expect(ann.contact.locator("header")).to_contain_text("Talking")
    keys.press("t")
    expect(ann.page.get_by_role("combobox")).to_be_focused()
    keys.press("Escape")
    expect(ann.page.get_by_role("dialog")).to_be_hidden()
    keys.press("?")
    expect(ann.page.get_by_role("dialog")).to_contain_text("Hang up")
    keys.press("Escape")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    keys.press("n")
    expect(ann.page.get_by_label("Notes")).to_be_focused()
    keys.press("Alt+e")
    expect(ann.contact.locator("header")).to_contain_text("Wrap-up")
    keys.type("by keys")
    keys.press("Alt+Digit2")
    keys.press("Alt+f")
    expect(ann.state).to_have_attribute("data-state", "ready")
    assert dispositions(centre)[-1] == ("follow_up", "by keys")
