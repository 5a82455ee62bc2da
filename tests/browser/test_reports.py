"""Reports in the browser: whose day it is, and that every number opens all that stands behind it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.centre import Centre
from tests.browser.people import People


def elsewhere() -> str:
    """A zone in which it is another day than at the centre just now."""
    here = datetime.now(UTC).astimezone(ZoneInfo("Europe/Berlin"))
    return "Pacific/Kiritimati" if here.hour >= 12 else "Pacific/Niue"


def test_a_day_is_the_readers_in_reports_and_among_contacts(people: People, centre: Centre) -> None:
    zone = elsewhere()
    centre.call("Finn Far")
    centre.until(lambda: centre.tell("waiting") == 1)
    nora = people.somebody(zone=zone).sign_in("nora", centre.passwords["nora"], "/reports/figures")
    main = nora.page.get_by_role("main")
    today = datetime.now(ZoneInfo(zone)).date()
    expect(main.get_by_label("From")).to_have_value(today.isoformat())
    expect(main).to_contain_text(f"Times in {zone}")
    expect(main.locator("tbody tr")).to_contain_text(["Sales"])

    main.get_by_role("combobox", name="Over time").click()
    nora.page.get_by_role("option", name="Day", exact=True).click()
    expect(main.locator("tbody tr")).to_contain_text([f"Sales{today.isoformat()}"])
    main.locator("tbody tr").get_by_role("button").first.click()
    behind = nora.page.get_by_role("complementary").get_by_role("listitem")
    expect(behind).to_contain_text(["Finn Far"])

    nora.page.get_by_role("navigation").get_by_role("link", name="Contacts").click()
    expect(main.get_by_role("listitem").filter(has_text="Finn Far")).to_have_count(1)
    expect(main).to_contain_text(f"Times in {zone}")
