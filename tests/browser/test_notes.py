"""Notes of a contact, written in two windows at once, or of a person who is erased meanwhile."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person
from tests.browser.test_desk_work import finish, header, notes, talk

NUMBER = "+4930771909"
ERIN = {"name": "Erin Erased", "numbers": [NUMBER]}

ERASE = """async (customer) => {
  const token = (await (await fetch("/api/v1/session")).json()).csrf_token;
  const asked = {method: "POST", headers: {"X-CSRF-Token": token, "Content-Type": "application/json"}, body: "{}"};
  return (await fetch(`/api/v1/customers/${customer}/erase`, asked)).status;
}"""


def field(person: Person) -> Locator:
    """Where notes are typed."""
    return person.page.get_by_label("Notes")


def overtaken(person: Person) -> Locator:
    """What says that somebody told something else meanwhile."""
    return person.contact.get_by_role("alert").filter(has_text="Told in another window")


@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_of_two_windows_in_which_one_contact_is_noted_the_later_asks(
    people: People, centre: Centre, whose: str
) -> None:
    ann, contact = talk(people, centre)
    centre.hang_up(contact)
    other = people.user("ann")
    expect(header(other)).to_contain_text("Wrap-up")
    ann.context.set_offline(True)
    field(ann).fill("what I typed")
    expect(ann.contact.get_by_text("Kept in this browser")).to_be_visible()
    field(other).fill("what the other window has")
    centre.until(lambda: notes(centre)[-1:] == ["what the other window has"])
    ann.context.set_offline(False)
    expect(overtaken(ann)).to_contain_text("what the other window has")
    field(ann).press("End")
    ann.page.keyboard.type(", and more")
    ann.page.get_by_role("button", name="Done").click()
    expect(overtaken(ann)).to_be_visible()
    assert notes(centre)[-1] == "what the other window has", "nothing is sent before one has chosen"
    assert centre.state("ann").endswith("WRAP_UP"), "nor is it done"
    overtaken(ann).get_by_role("button", name={"mine": "Keep mine", "theirs": "Take theirs"}[whose]).click()
    expect(overtaken(ann)).to_have_count(0)
    stands = {"mine": "what I typed, and more", "theirs": "what the other window has"}[whose]
    expect(field(ann)).to_have_value(stands)
    expect(field(other)).to_have_value(stands)
    assert notes(centre)[-1] == stands
    finish(ann)


def test_notes_of_a_person_who_is_erased_while_they_are_written_are_not_sent_again(
    people: People, centre: Centre
) -> None:
    centre.tell("customer", customer_id="erin", record=ERIN)
    ann, root = people.agent("ann"), people.user("root", "/customers")
    contact = centre.call("E. Rased", NUMBER)
    ann.answer()
    centre.hang_up(contact)
    expect(header(ann)).to_contain_text("Wrap-up")
    field(ann).fill("the sister's address")
    centre.until(lambda: notes(centre)[-1:] == ["the sister's address"])
    ann.context.set_offline(True)
    field(ann).fill("the sister's address, and the brother's")
    expect(ann.contact.get_by_text("Kept in this browser")).to_be_visible()
    assert root.page.evaluate(ERASE, "erin") == 200
    ann.context.set_offline(False)
    expect(ann.contact.get_by_text("Personal data of this contact was erased")).to_be_visible()
    expect(field(ann)).to_have_value("")
    expect(ann.page.get_by_role("complementary", name="Customer")).to_contain_text("Personal data was erased")
    assert not any("sister" in one for one in notes(centre))
    field(ann).fill("rang again about the invoice")
    centre.until(lambda: notes(centre)[-1:] == ["rang again about the invoice"])
    assert ann.page.evaluate("() => JSON.stringify(localStorage)").count("sister") == 0
    finish(ann)
