"""An agent's day at the desk, in a real browser."""

from playwright.sync_api import expect

from tests.browser.centre import Centre
from tests.browser.people import People


def test_an_agent_begins_to_work_and_is_ready_in_the_distributor_too(people: People, centre: Centre) -> None:
    ann = people.agent("ann")
    expect(ann.state).to_contain_text("Ready")
    assert centre.state("ann") == "READY IDLE"
