"""What an agent does besides taking calls: callbacks, questions to colleagues, calls of their own, notes, figures."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person, put


def panel(person: Person, title: str) -> Locator:
    """A part of the desk by its title."""
    return person.page.get_by_role("main").locator("section", has=person.page.get_by_role("heading", name=title))


def header(person: Person) -> Locator:
    """The head of the contact in the middle."""
    return person.contact.locator("header")


def party(person: Person, name: str) -> Locator:
    """One of those on the call."""
    return person.page.get_by_role("list", name="Who is on the call").get_by_role("listitem").filter(has_text=name)


def finish(person: Person) -> None:
    """Done with the work after the call."""
    person.page.get_by_role("button", name=re.compile("^Done")).click()
    expect(person.contact).to_be_hidden()


def notes(centre: Centre) -> list[str]:
    """What was noted of contacts, the oldest first."""
    return [fact.get("notes", "") for fact in centre.tell("facts", kind="DispositionSet")]


def talk(people: People, centre: Centre, name: str = "Carla Caller") -> tuple[Person, str]:
    """An agent who talks with a caller."""
    ann = people.agent("ann")
    contact = centre.call(name)
    ann.answer()
    return ann, contact


def ended(centre: Centre, contact: str) -> list[str]:
    """How a callback ended; while it is due: nothing."""
    return [str(one["outcome"]) for one in centre.tell("facts", kind="CallbackEnded") if one["contact_id"] == contact]


# -- callbacks -------------------------------------------------------------------------------------------------------


def test_a_callback_is_seen_keeps_its_place_is_taken_and_the_customer_dialled(people: People, centre: Centre) -> None:
    ann, first = talk(people, centre)
    asked = centre.call("Bea Back", "+49305557771", keys="3")
    centre.until(lambda: centre.tell("waiting") == 1)
    centre.press(asked, "5")
    due = panel(ann, "Callbacks due")
    expect(due).to_contain_text("+49305557771")
    expect(due).to_contain_text("for you")
    expect(due).to_contain_text("waits its turn")
    bob = people.user("bob")
    bob.start_work()
    may_take = panel(bob, "Callbacks due")
    expect(may_take).to_contain_text("+49305557771")
    expect(may_take).not_to_contain_text("for you")
    expect(due).to_contain_text("Sales")
    expect(due).to_contain_text(re.compile(r"place kept since \d\d:\d\d"))
    centre.call("Late Comer")
    ann.page.reload()
    expect(due).to_contain_text("+49305557771")

    centre.hang_up(first)
    finish(ann)
    expect(ann.offer).to_contain_text("Bea Back")
    expect(ann.offer).to_contain_text("Callback")
    expect(ann.offer).to_contain_text("the customer is dialled for you")
    expect(due).to_contain_text("rings now")
    centre.tell("outside", rings_s=60)
    ann.page.keyboard.press("a")
    expect(header(ann)).to_contain_text("Dialling")
    expect(due).to_contain_text("is dialled")
    centre.until(lambda: centre.tell("outside_answers"))
    expect(header(ann)).to_contain_text("Talking")
    expect(header(ann)).to_contain_text("Bea Back")
    expect(due).to_be_hidden()
    expect(may_take).to_be_hidden()
    assert ended(centre, asked) == ["connected"]
    assert centre.tell("facts", kind="ContactConnected")[-1]["contact_id"] == asked
    ann.control("Hang up").click()
    expect(header(ann)).to_contain_text("Wrap-up")
    finish(ann)
    expect(ann.offer).to_contain_text("Late Comer")


def test_a_callback_whose_customer_is_not_there_is_due_again_and_says_so(people: People, centre: Centre) -> None:
    centre.tell("outside", rings_s=0)
    ann = people.user("ann")
    ann.start_work()
    asked = centre.call("Nils Nobody", "+49305557772", keys="3")
    centre.until(lambda: centre.tell("waiting") == 1)
    centre.press(asked, "5")
    due = panel(ann, "Callbacks due")
    expect(due).to_contain_text("waits its turn")
    expect(due).not_to_contain_text("tried")
    ann.become_ready()
    expect(ann.offer).to_contain_text("Nils Nobody")
    ann.page.keyboard.press("a")
    expect(due).to_contain_text("tried 1 time", timeout=10_000)
    expect(due).to_contain_text(re.compile("place kept since"))
    centre.tell("outside", rings_s=0.5)
    expect(ann.offer).to_contain_text("Nils Nobody", timeout=10_000)
    ann.answer()
    expect(due).to_be_hidden()
    assert ended(centre, asked) == ["connected"]


# -- colleagues ------------------------------------------------------------------------------------------------------


def consult(ann: Person, centre: Centre) -> None:
    """Ask Bob while the caller hears music."""
    ann.page.keyboard.press("c")
    ann.page.get_by_role("combobox").fill("bob")
    expect(ann.page.get_by_role("option", name=re.compile("Bob Field"))).to_contain_text("Not ready")
    ann.page.keyboard.press("Enter")
    expect(party(ann, "Bob Field")).to_contain_text("Ringing")
    centre.answer("1002")
    expect(header(ann)).to_contain_text("Consulting")
    expect(party(ann, "Bob Field")).to_contain_text("Talking")
    expect(party(ann, "Carla Caller")).to_contain_text("On hold")


def at_work_but_not_ready(centre: Centre, agent: str) -> None:
    """They can be asked, and nothing is offered to them."""
    centre.tell("agent", name=agent, what="sign_in")


def test_the_search_tells_the_state_of_agents_queues_and_numbers(people: People, centre: Centre) -> None:
    at_work_but_not_ready(centre, "bob")
    ann, _ = talk(people, centre)
    centre.call("Waits", keys="2")
    centre.until(lambda: centre.tell("waiting") == 1)
    ann.page.keyboard.press("t")
    box, option = ann.page.get_by_role("combobox"), ann.page.get_by_role("option")
    expect(option.filter(has_text="Bob Field")).to_contain_text("Not ready")
    expect(option.filter(has_text="Ann Lake")).to_have_count(0)
    gone = option.filter(has_text="Cyd Shore")
    expect(gone).to_contain_text("Signed out")
    expect(gone).to_be_disabled()
    expect(option.filter(has_text="Support")).to_contain_text("Open")
    expect(option.filter(has_text="Support")).to_contain_text("1 waiting")
    expect(option.filter(has_text="Main number")).to_contain_text("Menu")
    centre.tell("agent", name="bob", what="ready")
    expect(option.filter(has_text="Bob Field")).to_contain_text("Ready")
    box.fill("+49 30 777 888")
    expect(option).to_have_text([re.compile(r"\+4930777888.*Number")])
    ann.page.keyboard.press("Escape")
    ann.page.keyboard.press("c")
    expect(option.filter(has_text="Bob Field")).to_be_visible()
    expect(option.filter(has_text="Support")).to_have_count(0)


def test_the_search_for_a_colleague_makes_way_for_the_wrap_up(people: People, centre: Centre) -> None:
    ann = people.agent("ann")
    contact = centre.call("Gone Meanwhile", "+4930771999")
    ann.answer()
    ann.control("Consult").click()
    expect(ann.page.get_by_role("dialog", name="Consult")).to_be_visible()
    centre.hang_up(contact)
    expect(ann.page.get_by_role("dialog", name="Consult")).to_be_hidden()
    expect(ann.page.get_by_role("button", name=re.compile("^Done"))).to_be_visible()


def test_an_agent_asks_a_colleague_and_connects_the_caller_with_them(people: People, centre: Centre) -> None:
    at_work_but_not_ready(centre, "bob")
    ann, contact = talk(people, centre)
    consult(ann, centre)
    ann.page.reload()
    expect(header(ann)).to_contain_text("Consulting")
    expect(party(ann, "Carla Caller")).to_contain_text("On hold")
    ann.control("Swap").click()
    expect(party(ann, "Bob Field")).to_contain_text("On hold")
    ann.control("Connect").click()
    expect(header(ann)).to_contain_text("Wrap-up")
    centre.until(lambda: centre.state("bob") == "NOT_READY TALKING")
    centre.until(lambda: centre.tell("phone", number="1001", what="state") == "idle")
    bob = people.user("bob")
    expect(header(bob)).to_contain_text("Talking")
    expect(header(bob)).to_contain_text("Carla Caller")
    centre.hang_up(contact)
    expect(header(bob)).to_contain_text("Wrap-up")


def test_all_three_confer_and_the_agent_leaves_the_others_to_talk(people: People, centre: Centre) -> None:
    at_work_but_not_ready(centre, "bob")
    ann, _ = talk(people, centre)
    consult(ann, centre)
    ann.control("Conference").click()
    expect(header(ann)).to_contain_text("Conference")
    for name in ("Bob Field", "Carla Caller"):
        expect(party(ann, name)).to_contain_text("Talking")
    ann.page.reload()
    expect(header(ann)).to_contain_text("Conference")
    ann.control("Leave").click()
    expect(header(ann)).to_contain_text("Wrap-up")
    assert centre.tell("phone", number="1002", what="state") == "talking"


def test_an_agent_who_asked_comes_back_to_the_caller(people: People, centre: Centre) -> None:
    at_work_but_not_ready(centre, "bob")
    ann, _ = talk(people, centre)
    consult(ann, centre)
    ann.control("Back").click()
    expect(header(ann)).to_contain_text("Talking")
    centre.until(lambda: centre.tell("phone", number="1002", what="state") == "idle")


# -- states ----------------------------------------------------------------------------------------------------------


def test_who_parks_a_caller_sees_them_parked_beside_the_wrap_up_and_picks_them_up(
    people: People, centre: Centre
) -> None:
    before = len(centre.tell("facts", kind="WrapUpEnded"))
    ann, contact = talk(people, centre)
    ann.control("Park").click()
    expect(header(ann)).to_contain_text("Parked")
    expect(ann.page.get_by_role("button", name=re.compile("Carla Caller.*Parked"))).to_be_visible()
    expect(ann.state).to_have_attribute("data-state", "wrap_up")
    expect(ann.control("Hold")).to_have_attribute("aria-disabled", "true")
    done = ann.page.get_by_role("button", name=re.compile("^Done"))
    expect(done).to_be_enabled()
    ann.page.reload()
    expect(header(ann)).to_contain_text("Parked")
    ann.page.keyboard.press("p")
    expect(header(ann)).to_contain_text("Talking")
    expect(ann.control("Hold")).to_have_attribute("aria-disabled", "false")
    expect(done).to_be_hidden()
    assert [one["how"] for one in centre.tell("facts", kind="WrapUpEnded")[before:]] == ["talk"]

    ann.control("Park").click()
    done.click()
    expect(done).to_be_hidden()
    expect(header(ann)).to_contain_text("Parked")
    centre.hang_up(contact)
    expect(ann.contact).to_be_hidden()


def test_a_change_during_a_talk_is_shown_as_pending_until_it_holds(people: People, centre: Centre) -> None:
    ann, contact = talk(people, centre)
    ann.state.click()
    ann.page.get_by_role("menuitem", name="Break").click()
    pending = ann.page.get_by_role("banner").get_by_text("after this contact: Break")
    expect(pending).to_be_visible()
    expect(ann.state).to_have_attribute("data-state", "talking")
    ann.page.reload()
    expect(pending).to_be_visible()
    centre.hang_up(contact)
    expect(header(ann)).to_contain_text("Wrap-up")
    expect(pending).to_be_visible()
    finish(ann)
    expect(ann.state).to_contain_text("Not ready · Break")
    expect(pending).to_be_hidden()
    assert centre.state("ann") == "NOT_READY IDLE"


def test_an_agent_who_is_not_ready_calls_a_number(people: People, centre: Centre) -> None:
    ann = people.user("ann")
    ann.start_work()
    dial = ann.page.get_by_role("textbox", name="Dial")
    dial.fill("call me")
    expect(ann.page.get_by_text("Digits, * and #")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Call", exact=True)).to_be_disabled()
    dial.fill("+49 30 555-0990")
    dial.press("Enter")
    centre.answers_by_itself("1001")
    expect(header(ann)).to_contain_text("+49305550990")
    expect(header(ann)).to_contain_text("Talking")
    assert centre.state("ann") == "NOT_READY TALKING"
    ann.control("Hang up").click()
    expect(ann.contact).to_be_hidden()
    expect(ann.state).to_have_attribute("data-state", "not_ready")
    line = panel(ann, "My last contacts").get_by_role("listitem").first
    expect(line).to_contain_text("+49305550990")
    expect(line.get_by_label("We called")).to_be_visible()

    root = people.user("root", "/administration/routing")
    assert put(root, "routing/routing", {"own_calls_wrap_up_s": 60}) == 200
    try:
        dial.fill("+49305550991")
        dial.press("Enter")
        centre.answers_by_itself("1001")
        expect(header(ann)).to_contain_text("Talking")
        ann.control("Hang up").click()
        expect(header(ann)).to_contain_text("Wrap-up")
        expect(ann.page.get_by_label("Notes")).to_be_focused()
        ann.page.keyboard.type("Left word")
        ann.page.get_by_role("button", name=re.compile("^Solved")).click()
        finish(ann)
        expect(ann.state).to_have_attribute("data-state", "not_ready")
        said = [
            (one.get("queue"), one["disposition"], one.get("notes"))
            for one in centre.tell("facts", kind="DispositionSet")
        ]
        assert said[-1] == (None, "solved", "Left word")
    finally:
        assert put(root, "routing/routing", {}) == 200


def test_one_press_calls_somebody_back_whom_one_had_before(people: People, centre: Centre) -> None:
    ann, contact = talk(people, centre, "Rick Recent")
    number = ann.contact.locator("header").get_by_text(re.compile(r"^\+49")).inner_text()
    last = panel(ann, "My last contacts").get_by_role("listitem").first
    centre.hang_up(contact)
    finish(ann)
    ann.state.click()
    ann.page.get_by_role("menuitem", name="Break").click()
    expect(ann.state).to_have_attribute("data-state", "not_ready")
    expect(last).to_contain_text("Rick Recent")
    last.get_by_role("button", name=f"Call {number}").click()
    centre.answers_by_itself("1001")
    expect(header(ann)).to_contain_text(number)
    expect(header(ann)).to_contain_text("Talking")
    expect(panel(ann, "My last contacts").get_by_role("button")).to_have_count(0)
    assert centre.state("ann") == "NOT_READY TALKING"


# -- notes, script, figures ------------------------------------------------------------------------------------------


def test_a_browser_that_closes_in_the_middle_of_a_word_loses_nothing(people: People, centre: Centre) -> None:
    ann, contact = talk(people, centre)
    centre.hang_up(contact)
    expect(header(ann)).to_contain_text("Wrap-up")
    expect(ann.page.get_by_label("Notes")).to_be_focused()
    ann.page.keyboard.type("Wants the invoi")
    ann.page.close(run_before_unload=True)
    centre.until(lambda: notes(centre)[-1:] == ["Wants the invoi"])
    elsewhere = people.user("ann")
    expect(header(elsewhere)).to_contain_text("Wrap-up")
    expect(elsewhere.page.get_by_label("Notes")).to_have_value("Wants the invoi")


def test_what_a_closed_browser_could_not_send_is_sent_when_it_is_open_again(people: People, centre: Centre) -> None:
    ann, contact = talk(people, centre)
    ann.context.set_offline(True)
    ann.page.get_by_label("Notes").fill("written without a network")
    expect(ann.contact.get_by_text("Kept in this browser")).to_be_visible(timeout=10_000)
    ann.page.close()
    centre.hang_up(contact)
    assert notes(centre)[-1:] != ["written without a network"]
    ann.context.set_offline(False)
    again = ann.new_tab()
    again.goto("/")
    expect(again.get_by_label("Notes")).to_have_value("written without a network")
    centre.until(lambda: notes(centre)[-1:] == ["written without a network"])


def test_the_script_of_the_queue_is_there_and_folds_away(people: People, centre: Centre) -> None:
    ann, _ = talk(people, centre)
    fold = ann.contact.get_by_role("button", name="What to say")
    expect(ann.contact.get_by_text("Thank the caller for their patience.")).to_be_visible()
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(ann.contact.get_by_text("Thank the caller for their patience.")).to_be_hidden()


def handled_today(person: Person) -> int:
    """How many contacts an agent has handled, by their own figures; none: 0."""
    own = person.page.evaluate("() => fetch('/api/v1/desk/figures').then((answer) => answer.json())")
    return int(own["figures"]["handled"]["value"] or 0)


def test_ones_own_figures_and_last_contacts_follow_the_work(people: People, centre: Centre) -> None:
    ann = people.agent("ann")
    day = ann.page.get_by_role("region", name="My day")
    handled = day.locator("span", has_text=re.compile("^handled")).first
    before = handled_today(ann)
    for count, name in enumerate(("Fay First", "Sam Second"), start=1):
        contact = centre.call(name)
        ann.answer()
        centre.hang_up(contact)
        ann.page.get_by_role("button", name=re.compile("^Solved")).click()
        finish(ann)
        expect(handled).to_contain_text(f"handled {before + count}")
        line = panel(ann, "My last contacts").get_by_role("listitem").first
        expect(line).to_contain_text(name)
        expect(line).to_contain_text("Solved")
        expect(line.get_by_label("Called us")).to_be_visible()
    assert handled_today(ann) == before + 2


def test_not_answered_follows_each_offer_and_counts_the_talk_that_goes_on(people: People, centre: Centre) -> None:
    cyd = people.agent("cyd")
    missed = cyd.page.get_by_role("region", name="My day").locator("span", has_text=re.compile("^not answered")).first
    refused = centre.call("Rosa Refused", keys="2")
    cyd.offer.get_by_role("button", name=re.compile("^Decline")).click()
    expect(missed).to_have_text("not answered 100 %")
    centre.hang_up(refused)
    centre.call("Tara Taken", keys="2")
    expect(cyd.offer).to_be_visible(timeout=10_000)
    cyd.answer()
    expect(missed).to_have_text("not answered 50 %")
