"""Notes of a contact, written in two windows at once, or of a person who is erased meanwhile."""

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


def verdict(person: Person, name: str) -> Locator:
    """A disposition that may be chosen."""
    return person.contact.get_by_role("button", name=name)


def test_what_is_noted_in_two_windows_at_once_is_kept_from_both(people: People, centre: Centre) -> None:
    ann, contact = talk(people, centre)
    centre.hang_up(contact)
    other = people.user("ann")
    expect(header(other)).to_contain_text("Wrap-up")
    ann.context.set_offline(True)
    field(ann).fill("what I typed")
    verdict(ann, "Follow up").click()
    expect(ann.contact.get_by_text("Kept in this browser")).to_be_visible()
    field(other).fill("what the other window has")
    verdict(other, "Solved").click()
    centre.until(lambda: said(centre) == ("solved", True, "what the other window has"))
    ann.context.set_offline(False)
    both = "what the other window has\nwhat I typed"
    centre.until(lambda: said(centre) == ("solved", True, both))
    for window in (ann, other):
        expect(field(window)).to_have_value(both)
        expect(verdict(window, "Solved")).to_have_attribute("aria-pressed", "true")
    notice = ann.contact.get_by_role("alert").filter(has_text="Somebody else, or you in another window")
    expect(notice).to_contain_text("Solved · Resolved")
    expect(notice).to_contain_text("Follow up · Not resolved")
    notice.get_by_role("button", name="Say mine again").click()
    expect(notice).to_have_count(0)
    centre.until(lambda: said(centre) == ("follow_up", False, both))
    expect(verdict(other, "Follow up")).to_have_attribute("aria-pressed", "true")
    finish(ann)


def said(centre: Centre) -> tuple[str, bool | None, str]:
    """What was told last of a contact's outcome; nothing yet: nothing."""
    last = [{"disposition": ""}, *centre.tell("facts", kind="DispositionSet")][-1]
    return last["disposition"], last.get("resolved"), last.get("notes", "")


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
    expect(ann.contact.get_by_text("The notes so far were erased")).to_be_visible()
    expect(field(ann)).to_have_value("")
    expect(ann.page.get_by_role("complementary", name="Customer")).to_contain_text("Personal data was erased")
    assert not any("sister" in one for one in notes(centre))
    field(ann).fill("rang again about the invoice")
    centre.until(lambda: notes(centre)[-1:] == ["rang again about the invoice"])
    assert ann.page.evaluate("() => JSON.stringify(localStorage)").count("sister") == 0
    finish(ann)
