"""A customer whom one agent parks, as colleagues, leaders and other teams see them, in real browsers."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person
from tests.browser.test_desk_work import talk
from tests.browser.test_floor import agree, side
from tests.browser.test_looks import complaints


def colleagues_list(person: Person) -> Locator:
    """The parked on an agent's desk."""
    return person.page.get_by_role("list", name="Parked by colleagues")


def floor_list(person: Person) -> Locator:
    """The parked on the floor."""
    return person.page.get_by_role("list", name="Parked", exact=True)


def test_a_colleague_sees_the_parked_caller_and_picks_them_up_and_another_team_does_not(
    people: People, centre: Centre
) -> None:
    bob, cyd, nora = people.user("bob"), people.user("cyd"), people.user("nora", "/floor")
    cyd.start_work()
    ann, contact = talk(people, centre)
    expect(floor_list(nora)).to_have_count(0)
    ann.control("Park").click()
    row = colleagues_list(bob).get_by_role("listitem").filter(has_text="Carla Caller")
    expect(row).to_contain_text("by Ann Lake · Sales")
    expect(row).to_contain_text(re.compile(r"back in the queue in 2:\d\d"))
    told = bob.page.get_by_role("status").filter(has_text="1 customer is parked by a colleague")
    expect(told).to_have_class("hidden-label")
    button = row.get_by_role("button", name="Pick up Carla Caller")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.focus()
    expect(bob.page.get_by_role("tooltip")).to_have_text("You are not signed in")
    expect(colleagues_list(ann)).to_have_count(0)
    expect(colleagues_list(cyd)).to_have_count(0)
    seen = floor_list(nora).get_by_role("button", name=re.compile("Carla Caller"))
    expect(seen).to_contain_text("by Ann Lake")
    expect(seen).to_contain_text("back in the queue in")
    assert complaints(bob.page) == []
    assert complaints(nora.page) == []

    bob.start_work()
    expect(button).to_have_attribute("aria-disabled", "false")
    button.focus()
    bob.page.keyboard.press("Enter")
    expect(bob.contact).to_contain_text("Talking")
    expect(bob.contact).to_contain_text("Carla Caller")
    expect(colleagues_list(bob)).to_have_count(0)
    expect(floor_list(nora)).to_have_count(0)
    expect(ann.page.get_by_role("button", name=re.compile("Carla Caller.*Parked"))).to_have_count(0)
    centre.hang_up(contact)


def test_a_supervisor_sends_a_parked_caller_back_into_the_queue_and_ends_anothers_call(
    people: People, centre: Centre
) -> None:
    nora = people.user("nora", "/floor")
    ann, contact = talk(people, centre)
    ann.control("Park").click()
    floor_list(nora).get_by_role("button", name=re.compile("Carla Caller")).click()
    expect(side(nora)).to_contain_text("Ann Lake parked the customer")
    expect(side(nora)).to_contain_text("waits in Sales again")
    side(nora).get_by_role("button", name="Back into the queue").click()
    dialog = nora.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Send this customer back into Sales now?")
    agree(nora, "Back into the queue")
    expect(floor_list(nora)).to_have_count(0)
    expect(side(nora)).to_contain_text("Why still waiting")
    centre.until(lambda: [one["action"] for one in centre.tell("audited")][-1:] == ["sent_back"])
    centre.hang_up(contact)

    ann.page.get_by_role("button", name=re.compile("^Done")).click()
    other = centre.call("Otto Other")
    ann.answer()
    ann.control("Park").click()
    floor_list(nora).get_by_role("button", name=re.compile("Otto Other")).click()
    side(nora).get_by_role("button", name="Hang up").click()
    agree(nora, "Hang up")
    expect(side(nora)).to_contain_text("Parked no longer")
    expect(floor_list(nora)).to_have_count(0)
    expect(ann.page.get_by_role("button", name=re.compile("Otto Other.*Parked"))).to_have_count(0)
    centre.until(lambda: ended_by(centre, other))
    assert ended_by(centre, other) == ["supervisor"]


def ended_by(centre: Centre, contact: str) -> list[str]:
    """Who ended a contact; nobody yet: nothing."""
    ended = centre.tell("facts", kind="ContactEnded")
    return [str(one["ended_by"]) for one in ended if one["contact_id"] == contact]
