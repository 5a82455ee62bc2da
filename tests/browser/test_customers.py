"""Supervisors keep customers' records, and tell anew what was told wrong of contacts and of their people's time."""

from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person, heard_of, put
from tests.browser.test_floor import row, side
from tests.browser.test_looks import complaints

WEI = {
    "name": "Chen Wei",
    "numbers": ["+4930771501"],
    "accounts": ["A-1"],
    "tier": "gold",
    "notes": "Calls on Mondays.",
}
OTHER = {"name": "Chen W.", "numbers": ["+4930771502"], "accounts": ["A-2"], "notes": "Knows the site."}

CHANGE = """async ([id, change]) => {
  const path = `/api/v1/customers/${id}`;
  const session = await (await fetch("/api/v1/session")).json();
  const {name, numbers, accounts, tier, language, notes, open_matters, etag} = await (await fetch(path)).json();
  const answer = await fetch(path, {
    method: "PUT",
    headers: {"Content-Type": "application/json", "X-CSRF-Token": session.csrf_token, "If-Match": `"${etag}"`},
    body: JSON.stringify({name, numbers, accounts, tier, language, notes, open_matters, ...change}),
  });
  return answer.status;
}"""


def record(person: Person, name: str) -> Locator:
    """The customer who is looked at."""
    return person.page.get_by_role("article", name=name)


def found(person: Person, words: str) -> Locator:
    """Search; the lines of the list."""
    person.page.get_by_role("searchbox").fill(words)
    return person.page.get_by_role("grid", name="Customers").get_by_role("rowgroup").get_by_role("row")


def read(person: Person, path: str) -> Any:
    """What the API has at a path."""
    return person.page.evaluate("(path) => fetch(`/api/v1${path}`).then((answer) => answer.json())", path)


def test_a_supervisor_finds_changes_merges_and_parts_customers(people: People, centre: Centre) -> None:
    centre.tell("customer", customer_id="wei", record=WEI)
    centre.tell("customer", customer_id="w-2", record=OTHER)
    centre.work("ann")
    contact = centre.call("C. Wei", "+4930771502")
    centre.answer("1001")
    centre.hang_up(contact)
    nora = people.user("nora")
    page = nora.page
    here = page.get_by_role("navigation", name="Views").get_by_role("link", name="Customers")
    here.click()
    page.get_by_role("grid", name="Customers").wait_for()
    page.keyboard.press("f")
    expect(page.get_by_role("searchbox")).to_be_focused()
    for words in ("wei", "+49 30 7715 01", "+4930771501", "A-1"):
        expect(found(nora, words)).to_have_count(1)
        expect(found(nora, words)).to_contain_text("Chen Wei")
    expect(found(nora, "nobody of this name")).to_have_count(0)
    expect(page.get_by_text("No customer found")).to_be_visible()
    expect(found(nora, "chen")).to_have_count(2)
    expect(found(nora, "chen wei")).to_have_count(1)
    found(nora, "chen wei").focus()
    page.keyboard.press("Enter")
    expect(record(nora, "Chen Wei")).to_contain_text("Calls on Mondays.")
    expect(here).to_have_attribute("aria-current", "page")

    _change_it_while_somebody_else_does(people, nora)

    _merge_by_the_keys_alone(nora)
    expect(record(nora, "Chen Wei").get_by_role("region", name="Stands for these records too")).to_contain_text(
        "Chen W."
    )
    expect(found(nora, "+4930771502")).to_have_count(1)
    expect(found(nora, "+4930771502")).to_contain_text(["Chen Wei"])
    expect(record(nora, "Chen Wei").get_by_role("listitem").filter(has_text="Ann Lake")).to_have_count(1)

    record(nora, "Chen Wei").get_by_role("button", name="Undo the merge").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the merge").click()
    expect(found(nora, "+4930771502")).to_contain_text(["Chen W."])
    expect(record(nora, "Chen Wei").get_by_role("region", name="Merges that were undone")).to_contain_text("by nora")
    expect(record(nora, "Chen Wei")).to_contain_text("No contacts yet")
    found(nora, "A-2").first.click()
    record(nora, "Chen W.").get_by_role("listitem").get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text("Reached the centre")
    page.get_by_role("link", name="Chen W.", exact=True).click()
    expect(record(nora, "Chen W.")).to_contain_text("Knows the site.")
    expect(record(nora, "Chen W.").get_by_role("button")).to_have_text(["Edit", "Merge …", "Remove"])
    page.goto("/customers/import")
    expect(page.get_by_text("Choose a customer")).to_be_visible()  # tables are an administrator's affair


def _merge_by_the_keys_alone(nora: Person) -> None:
    """Another record that the search finds is looked at, and merged."""
    page = nora.page
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Merge with another record")
    expect(dialog.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("A-2")
    dialog.get_by_role("button", name="Chen W.").focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("row", name="Numbers").get_by_role("cell").last).to_have_text("+4930771501\n+4930771502")
    expect(dialog.get_by_role("row", name="Notes").get_by_role("cell").last).to_contain_text("keeps its own")
    expect(dialog.get_by_role("row", name="Contacts so far").get_by_role("cell")).to_have_text(["0", "1", "1"])
    expect(dialog.get_by_role("button", name="Merge", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def _change_it_while_somebody_else_does(people: People, nora: Person) -> None:
    """Both change the tier, and somebody else the accounts too: nothing is lost, nothing written over unseen."""
    page = nora.page
    page.keyboard.press("e")
    page.get_by_label("Tier").fill("platinum")
    page.get_by_label("Notes").fill("Calls on Fridays.")
    root = people.user("root", "/customers/key/wei")
    assert root.page.evaluate(CHANGE, ["wei", {"tier": "silver", "accounts": ["A-1", "A-9"]}]) == 200
    alert = page.get_by_role("alert").filter(has_text="while you were typing")
    expect(alert).to_contain_text("root changed this record")
    expect(alert).to_contain_text("Tier is now:silver")
    expect(alert).to_contain_text("yours stays in the form")
    expect(alert).to_contain_text("A-9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Notes")).to_have_value("Calls on Fridays.")
    assert read(nora, "/customers/wei")["tier"] == "silver"
    alert.get_by_role("button", name="Go on with mine").click()
    expect(alert).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(record(nora, "Chen Wei").get_by_role("button", name="Edit")).to_be_focused()
    expect(record(root, "Chen Wei")).to_contain_text("Calls on Fridays.")
    now = read(nora, "/customers/wei")
    assert (now["tier"], now["accounts"], now["notes"]) == ("platinum", ["A-1", "A-9"], "Calls on Fridays.")


def table(text: str) -> FilePayload:
    """A file that somebody chooses."""
    return {"name": "crm.csv", "mimeType": "text/csv", "buffer": text.encode()}


DAMAGED = """account,number,tier,language
K-1,1.38E+10,,Chinese please
K-1,n/a,,
../x,,gold,
"""
TABLE = """Kundennr,name,phone
K-1,Ada First,+49 (30) 7716 01
K-2,,
,Nobody Known,
K-1,Ada Second,
"""


def test_a_table_is_imported_and_mistakes_are_told_where_they_are(people: People, centre: Centre) -> None:
    root = people.user("root", "/customers/import")
    page = root.page
    pane = page.get_by_role("region", name="Import customers")
    page.locator("input[type=file]").set_input_files(table(TABLE.replace("phone", "rest")))
    expect(pane).to_contain_text("Say which column is the key")
    expect(pane.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    page.locator("input[type=file]").set_input_files(table(TABLE))
    pane.get_by_label("Kundennr is taken as").click()
    page.get_by_role("option", name="Accounts").click()
    held: list[Route] = []
    page.route("**/customers/import?*", lambda route: held.append(route), times=1)  # noqa: PLW0108 - not of C
    pane.get_by_role("button", name="Import", exact=True).click()
    expect(pane.get_by_role("status").filter(has_text="are being taken in")).to_contain_text(
        f"About {len(TABLE.strip().splitlines()) - 1} rows"
    )
    heard_of(page, lambda: held)
    held[0].continue_()
    result = pane.get_by_role("region", name="Result")
    expect(result.get_by_role("definition")).to_have_text(["1", "1", "0", "2"])
    expect(result.get_by_role("listitem").first).to_contain_text("Line 3:")
    expect(result.get_by_role("listitem").first).to_contain_text("a new customer needs one")
    expect(result.get_by_role("listitem").last).to_contain_text("Line 4:")
    expect(found(root, "+49 30 7716")).to_contain_text(["Ada Second"])

    page.locator("input[type=file]").set_input_files(table(DAMAGED))
    pane.get_by_role("button", name="Import", exact=True).click()
    expect(result.get_by_role("definition")).to_have_text(["0", "0", "2", "1"])
    expect(result.get_by_role("listitem")).to_contain_text(
        ["Line 2, Numbers, left out: '1.38E+10'", "Line 2, Language, left out:", "Line 3, Numbers", "Line 4: name"]
    )
    expect(found(root, "+49 30 7716")).to_contain_text(["Ada Second"])

    page.keyboard.press("Escape")
    page.get_by_role("button", name="New customer").click()
    form = page.get_by_role("form", name="New customer")
    form.get_by_label("Name").fill("Ada Third")
    form.get_by_label("Numbers").fill("ask her")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Numbers")).to_have_attribute("aria-invalid", "true")
    expect(form).to_contain_text("is no number that can be dialled")
    assert complaints(page) == []
    form.get_by_label("Numbers").fill("")
    form.get_by_label("Accounts").fill("K-1")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("the account 'K-1' belongs to customer")
    ann = people.user("ann", "/customers")
    expect(ann.page).to_have_url(f"{centre.base}/desk")


def test_an_outcome_and_an_agents_time_are_told_anew_and_the_trail_stays(people: People, centre: Centre) -> None:
    centre.work("bob")
    contact = centre.call("Otto Outcome")
    centre.answer("1002")
    centre.hang_up(contact)
    nora = people.user("nora", f"/contacts/{contact}")
    page = nora.page
    page.get_by_role("button", name="Correct the outcome").click()
    form = page.get_by_role("form", name="Correct the outcome")
    form.get_by_label("Disposition").click()
    page.get_by_role("option", name="Follow up").click()
    expect(form.get_by_role("combobox", name="Resolved")).to_have_value("No")
    form.get_by_label("Why it is corrected").fill("The customer called again.")
    form.get_by_role("button", name="Correct", exact=True).click()
    expect(page.get_by_role("button", name="Correct the outcome")).to_be_focused()
    line = page.get_by_role("listitem").filter(has_text="Disposition corrected")
    expect(line).to_contain_text("nora")
    expect(line).to_contain_text("Follow up")
    expect(line).to_contain_text("The customer called again.")

    centre.tell("agent", name="bob", what="sign_out")
    page.goto("/floor")
    row(nora, "Agents", "Bob Field").click()
    side(nora).get_by_role("button", name="Times of the day").click()
    dialog = page.get_by_role("dialog", name="Times of Bob Field")
    dialog.get_by_role("button", name="Correct the time from").first.click()
    dialog.get_by_role("combobox", name="Was in truth").click()
    page.get_by_role("option", name="Not ready · Training").click()
    dialog.get_by_label("Why").fill("New tool.")
    dialog.get_by_role("form").get_by_role("button", name="Correct", exact=True).click()
    trail = dialog.get_by_role("region", name="Corrections").get_by_role("listitem").filter(has_text="New tool.")
    expect(trail).to_have_count(1)
    expect(trail).to_contain_text("counts as Not ready · Training")
    expect(trail).to_contain_text("nora")
    expect(dialog.get_by_role("row").filter(has_text="Training").first).to_be_visible()
    expect(dialog.get_by_role("group", name="Time as it counts")).to_be_focused()


def test_who_corrects_what_another_has_just_corrected_is_told_so_and_writes_over_nothing_unseen(
    people: People, centre: Centre
) -> None:
    centre.work("bob")
    contact = centre.call("Otto Outcome")
    centre.answer("1002")
    centre.hang_up(contact)
    nora, root = (people.user(name, f"/contacts/{contact}") for name in ("nora", "root"))
    for one in (nora, root):
        one.page.get_by_role("button", name="Correct the outcome").click()
    mine, theirs = (one.page.get_by_role("form", name="Correct the outcome") for one in (nora, root))
    mine.get_by_role("textbox", name="Notes").fill("Wants an invoice.")
    theirs.get_by_label("Disposition").click()
    root.page.get_by_role("option", name="Follow up").click()
    theirs.get_by_role("button", name="Correct", exact=True).click()
    expect(root.page.get_by_role("button", name="Correct the outcome")).to_be_focused()
    mine.get_by_role("button", name="Correct", exact=True).click()
    alert = mine.get_by_role("alert")
    expect(alert).to_contain_text("Somebody else told another outcome while you were typing")
    expect(alert).to_contain_text("Disposition is now:Follow up")
    expect(mine.get_by_role("button", name="Correct", exact=True)).to_be_disabled()
    alert.get_by_role("button", name="Go on with mine").click()
    mine.get_by_role("button", name="Correct", exact=True).click()
    expect(nora.page.get_by_role("button", name="Correct the outcome")).to_be_focused()
    outcome = read(nora, f"/contacts/{contact}")["outcome"]
    assert outcome == {"disposition": "follow_up", "resolved": False, "notes": "Wants an invoice."}

    forms = []
    for one, reason in ((nora, "Break"), (root, "Training")):
        one.page.goto("/floor")
        row(one, "Agents", "Bob Field").click()
        side(one).get_by_role("button", name="Times of the day").click()
        dialog = one.page.get_by_role("dialog", name="Times of Bob Field")
        dialog.get_by_role("button", name="Correct the time from").first.click()
        dialog.get_by_role("combobox", name="Was in truth").click()
        one.page.get_by_role("option", name=f"Not ready · {reason}").click()
        forms.append(dialog.get_by_role("form"))
    mine, theirs = forms
    mine.get_by_role("button", name="Correct", exact=True).click()
    expect(mine).to_be_hidden()
    theirs.get_by_role("button", name="Correct", exact=True).click()
    alert = theirs.get_by_role("alert")
    expect(alert).to_contain_text("Somebody else corrected this time while you were typing")
    expect(alert).to_contain_text("counts as Not ready · Break")
    expect(alert).to_contain_text("nora")
    expect(theirs.get_by_role("button", name="Correct", exact=True)).to_be_disabled()
    alert.get_by_role("button", name="Go on with mine").click()
    theirs.get_by_role("button", name="Correct", exact=True).click()
    expect(theirs).to_be_hidden()
    trail = root.page.get_by_role("region", name="Corrections").get_by_role("listitem")
    expect(trail.first).to_contain_text("counts as Not ready · Training")


def test_a_contact_of_another_team_is_told_and_leads_nowhere(people: People, centre: Centre) -> None:
    centre.tell("customer", customer_id="lia", record={"name": "Lia Lost", "numbers": ["+4930771555"]})
    root = people.user("root", "/administration")
    support, nora = (read(root, f"/settings/{path}")["document"] for path in ("queues/support", "users/nora"))
    assert put(root, "queues/support", {**support, "teams": ["south"]}) == 200
    assert put(root, "users/nora", {**nora, "teams": ["north"]}) == 200
    try:
        centre.work("ann", "cyd")
        for number, keys in (("1001", "1"), ("1003", "2")):
            contact = centre.call("Lia Lost", "+4930771555", keys=keys)
            centre.answer(number)
            centre.hang_up(contact)
        page = people.user("nora", "/customers/key/lia").page
        lines = page.get_by_role("article", name="Lia Lost").get_by_role("listitem")
        expect(lines).to_have_count(2)
        expect(lines.first).to_contain_text("Support · Cyd Shore")
        expect(lines.first).to_contain_text("its story is other teams'")
        expect(lines.first.get_by_role("link")).to_have_count(0)
        expect(lines.last).not_to_contain_text("its story")
        lines.last.get_by_role("link").click()
        expect(page.get_by_role("main")).to_contain_text("Reached the centre")
    finally:
        assert put(root, "queues/support", support) == 200
        assert put(root, "users/nora", nora) == 200


def told(person: Person, *paths: str) -> str:
    """All that these pages of the console say."""
    words = []
    for path in paths:
        person.page.goto(path)
        person.page.get_by_role("main").locator(":scope > *").first.wait_for()
        person.page.wait_for_load_state("networkidle")
        words.append(person.page.locator("body").inner_text())
    return "\n".join(words)


def answered(person: Person, *paths: str) -> str:
    """All that the API answers."""
    return "\n".join(str(read(person, path)) for path in paths)


def _erase_by_name(page: Page) -> None:
    """Only the whole name will do."""
    page.get_by_role("button", name="Erase the person …").click()
    dialog = page.get_by_role("dialog", name="Erase Evdokia Forgotten")
    now = dialog.get_by_role("button", name="Erase for good")
    expect(dialog.get_by_role("textbox")).to_be_focused()
    expect(now).to_be_disabled()
    page.keyboard.type("Evdokia forgotten")
    expect(now).to_be_disabled()
    assert complaints(page) == []
    dialog.get_by_role("textbox").fill("Evdokia Forgotten")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Erased: 1 record, and what 1 contact said")).to_be_visible()
    expect(dialog).to_be_hidden()


def test_an_erased_person_is_nowhere_any_more_and_the_trail_says_that_one_was_erased(
    people: People, centre: Centre
) -> None:
    number, dialled = "+4930771777", "4930771777"
    record_of_hers = {
        "name": "Evdokia Forgotten",
        "numbers": [number],
        "accounts": ["E-1"],
        "notes": "Evdokia likes oolong.",
    }
    centre.tell("customer", customer_id="k-77", record=record_of_hers)
    ann = people.agent("ann")
    contact = centre.call("Evdokia Forgotten", number)
    ann.answer()
    ann.contact.get_by_label("Notes").fill("Evdokia asks for oolong.")
    ann.control("Hang up").click()
    expect(ann.contact).to_contain_text("Wrap-up")
    ann.page.keyboard.press("Escape")
    ann.contact.get_by_role("button", name="Done").click()
    expect(ann.page.get_by_role("listitem").filter(has_text="Evdokia Forgotten")).to_be_visible()
    secrets = ("Evdokia", number, dialled, dialled[2:], "E-1", "oolong")
    pages = ("/customers/key/k-77", f"/contacts/{contact}", "/contacts", "/customers", "/administration/audit")
    paths = ["/customers/k-77", f"/contacts/{contact}", f"/contacts/{contact}/story", "/customers?q=Evdokia"]
    paths += ["/customers?number=%2B4930771777", "/customers?account=E-1", "/contacts?number=%2B4930771777", "/audit"]
    root = people.user("root")
    before = told(root, *pages), answered(root, *paths)
    assert [secret for secret in secrets if secret not in "".join(before)] == []

    nora = people.user("nora", "/customers/key/k-77")
    expect(record(nora, "Evdokia Forgotten")).to_contain_text("Evdokia likes oolong.")
    expect(record(nora, "Evdokia Forgotten").get_by_role("button", name="Erase the person …")).to_have_count(0)
    page = root.page
    page.goto("/customers/key/k-77")
    _erase_by_name(page)
    expect(page.get_by_text("Choose a customer")).to_be_visible()
    expect(found(root, "Evdokia")).to_have_count(0)
    expect(found(root, number)).to_have_count(0)
    # whoever looks at it just then sees it go
    expect(nora.page.get_by_text("There is no such customer")).to_be_visible()
    for person in (ann, nora):
        expect(person.page.locator("body")).not_to_contain_text("Evdokia")
        expect(person.page.locator("body")).not_to_contain_text(dialled[2:])

    after = told(root, *pages), answered(root, *paths), told(ann, "/desk"), str(centre.tell("audited"))
    assert [(secret, number) for number, text in enumerate(after) for secret in secrets if secret in text] == []
    root.page.goto("/administration/audit")
    expect(root.page.get_by_role("row").filter(has_text="k-77").first).to_be_visible()
    (erased,) = [one for one in centre.tell("audited") if one["action"] == "erased"]
    assert (erased["actor"], erased["resource"], erased["key"]) == ("root", "customer", "k-77")
    assert read(root, "/customers/k-77")["status"] == 404
    assert read(root, f"/contacts/{contact}")["result"] == "answered"
