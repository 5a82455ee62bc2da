"""Reports in the browser: whose day it is, and that every number opens all that stands behind it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Route, expect

from tests.browser.centre import SETTINGS, Centre
from tests.browser.people import People, Person, put
from tests.browser.test_floor import side


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


def cell(person: Person, row: str, figure: str) -> Locator:
    """The number of a report's table that stands there."""
    main = person.page.get_by_role("main")
    expect(main.locator("tbody tr").filter(has_text=row)).to_have_count(1)
    at = main.get_by_role("columnheader").all_inner_texts().index(figure)
    return main.locator("tbody tr").filter(has_text=row).locator("th, td").nth(at)


MANY = 55


def offered_to(centre: Centre, queue: str) -> int:
    """How many contacts came into a queue so far."""
    return sum(one["queue"] == queue for one in centre.tell("facts", kind="ContactQueued"))


def test_a_number_opens_all_that_stands_behind_it_however_many(people: People, centre: Centre) -> None:
    before = offered_to(centre, "support")
    for _ in range(MANY):
        centre.call("One Of Many", keys="2")
    centre.until(lambda: offered_to(centre, "support") == before + MANY, timeout_s=60)
    number = before + MANY
    nora = people.user("nora", "/reports/figures")
    offered = cell(nora, "Support", "Offered")
    expect(offered).to_have_text(str(number))
    offered.get_by_role("button").click()
    behind = nora.page.get_by_role("complementary")
    expect(behind.get_by_role("listitem")).to_have_count(50)
    expect(behind).to_contain_text(f"The first 50 of {number} are shown.")
    behind.get_by_role("button", name="More").click()
    expect(behind.get_by_role("listitem")).to_have_count(number)
    expect(behind.get_by_role("button", name="More")).to_be_hidden()


def test_figures_of_agents_open_the_agents_and_their_time(people: People, centre: Centre) -> None:
    centre.work("ann")
    talk = centre.call("Tilda Talks")
    centre.answer("1001")
    centre.until(lambda: centre.state("ann") == "READY TALKING")
    centre.hang_up(talk)
    centre.until(lambda: centre.state("ann") == "READY WRAP_UP")
    nora = people.user("nora", "/floor")
    main = nora.page.get_by_role("main")
    main.get_by_role("button", name="Ready / signed in").click()
    expect(side(nora).get_by_role("listitem")).to_have_count(1)
    expect(side(nora).get_by_role("listitem")).to_contain_text("Wrap-up")
    side(nora).get_by_role("button", name="Ann Lake").click()
    expect(side(nora).get_by_role("heading", level=2)).to_have_text("Ann Lake")

    main.get_by_role("button", name="Occupancy").click()
    stretches = side(nora).get_by_role("listitem").filter(has_text="Ann Lake")
    for state in ("Ready", "Talking"):
        expect(stretches.filter(has_text=state)).not_to_have_count(0)

    nora.page.goto("/reports/figures")
    main.get_by_role("combobox", name="By", exact=True).click()
    nora.page.get_by_role("option", name="Agent", exact=True).click()
    occupancy = cell(nora, "Ann Lake", "Occupancy")
    occupancy.get_by_role("button").click()
    behind = nora.page.get_by_role("complementary", name="Ann Lake · Occupancy")
    expect(behind.get_by_role("listitem").filter(has_text="Talking")).not_to_have_count(0)


def test_a_long_title_leaves_the_figures_in_sight(people: People, centre: Centre) -> None:
    title = "Support for everybody who is far away " * 4
    root = people.user("root", "/reports/figures")
    assert put(root, "queues/support", {**SETTINGS["queues"]["support"], "title": title.strip()}) == 200
    contact = centre.call("Lola Long", keys="2")
    centre.until(lambda: centre.tell("waiting") == 1)
    root.page.set_viewport_size({"width": 1280, "height": 720})
    root.page.reload()
    offered = cell(root, "Support", "Offered")
    place = offered.bounding_box()
    assert place is not None
    assert place["x"] + place["width"] < 640
    name = root.page.get_by_role("main").get_by_role("rowheader", name="Support for everybody")
    expect(name).to_have_attribute("title", title.strip())
    centre.hang_up(contact)


def test_what_was_on_another_day_is_told_with_its_date(people: People, centre: Centre) -> None:
    centre.call("Doro Days")
    then = datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(days=3)

    def earlier(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        items = [{**item, "began_at": then.isoformat()} for item in answer["items"]]
        route.fulfill(json={**answer, "items": items})

    nora = people.user("nora", "/floor")
    nora.page.route("**/api/v1/contacts?*", earlier)
    nora.page.get_by_role("navigation").get_by_role("link", name="Contacts").click()
    line = nora.page.get_by_role("main").get_by_role("listitem").filter(has_text="Doro Days")
    expect(line).to_contain_text(f"{then.day} {then:%b}")
    expect(line).to_contain_text(f"{then:%H:%M:%S}")


def test_the_centre_is_judged_by_the_targets_of_its_queues(people: People, centre: Centre) -> None:
    waiting = centre.tell("waiting")
    contact = centre.call("Gero Gone")
    centre.until(lambda: centre.tell("waiting") == waiting + 1)
    centre.hang_up(contact)
    root = people.user("root", "/floor")
    tile = root.page.get_by_role("main").get_by_role("button", name="Abandoned").first
    expect(tile.locator("svg[data-verdict=missed]")).to_be_visible()
    for queue, settings in SETTINGS["queues"].items():
        assert put(root, f"queues/{queue}", {**settings, "service_level": {"abandon_rate": 1}}) == 200
    expect(tile.locator("svg[data-verdict=missed]")).to_have_count(0)
    root.page.get_by_role("main").get_by_role("link", name="Wallboard").click()
    wall = root.page.get_by_role("region", name="Wallboard")
    expect(wall.locator("div[data-verdict]").filter(has_text="Abandoned")).to_be_visible()
    expect(wall.locator("div[data-verdict=missed]").filter(has_text="Abandoned")).to_have_count(0)
