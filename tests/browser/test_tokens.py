"""Tokens for programs: made and ended by administrators in the console, tried at the API as a program would."""

import re
from http import HTTPStatus

import httpx2
from playwright.sync_api import Locator, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person

READING = ("GET", "/api/v1/queues")
ADMINISTERING = ("POST", "/api/v1/users/bob/unlock")


def asked(centre: Centre, secret: str, act: tuple[str, str]) -> httpx2.Response:
    """What a program with this token is answered."""
    method, path = act
    return httpx2.request(method, f"{centre.base}{path}", headers={"Authorization": f"Bearer {secret}"})


def kept(person: Person, name: str) -> Locator:
    """The token's line."""
    return person.page.get_by_role("main").get_by_role("listitem").filter(has_text=name)


def secret_of(person: Person) -> str:
    """What the window says that is shown once."""
    window = person.page.get_by_role("dialog", name="New token")
    expect(window).to_contain_text("shown this once")
    return window.locator("pre").inner_text()


def is_told(person: Person, secret: str) -> bool:
    """Whether page or list say a secret."""
    script = "async () => document.documentElement.outerHTML + await (await fetch('/api/v1/tokens')).text()"
    said = str(person.page.evaluate(script))
    assert '"token_id"' in said
    return secret in said


def test_a_token_does_what_its_scope_allows_until_it_is_ended_and_its_secret_is_shown_once(
    people: People, centre: Centre
) -> None:
    root = people.user("root", "/administration/tokens")
    main = root.page.get_by_role("main")
    main.get_by_role("textbox", name="Name").fill("wallboard")
    expect(main.get_by_role("group", name="What it may do").get_by_role("checkbox", name="Read")).to_be_checked()
    main.get_by_role("button", name="Make a token").click()
    secret = secret_of(root)
    assert secret.startswith("cbt_")
    root.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(root.page.get_by_role("dialog")).to_have_count(0)
    expect(kept(root, "wallboard")).to_contain_text("Read")
    expect(kept(root, "wallboard")).to_contain_text("never used")
    assert not is_told(root, secret)

    assert asked(centre, secret, READING).status_code == HTTPStatus.OK
    refused = asked(centre, secret, ADMINISTERING)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "administer" in refused.text
    root.page.reload()
    expect(kept(root, "wallboard")).to_contain_text("last used")
    expect(root.page.get_by_role("dialog")).to_have_count(0)
    assert not is_told(root, secret)

    kept(root, "wallboard").get_by_role("button", name="End").click()
    question = root.page.get_by_role("dialog")
    expect(question).to_contain_text("wallboard is worth nothing any more at once")
    question.get_by_role("button", name="Cancel").click()
    assert asked(centre, secret, READING).status_code == HTTPStatus.OK
    kept(root, "wallboard").get_by_role("button", name="End").click()
    question.get_by_role("button", name="End").click()
    expect(kept(root, "wallboard")).to_have_count(0)
    assert asked(centre, secret, READING).status_code == HTTPStatus.UNAUTHORIZED


def test_a_token_is_made_and_ended_by_keys_alone(people: People, centre: Centre) -> None:
    root = people.user("root", "/administration/tokens")
    keys = root.page.keyboard
    main = root.page.get_by_role("main")
    name = main.get_by_role("textbox", name="Name")
    name.focus()
    keys.type("night_job")
    for scope, key in (
        ("Read", "Space"),
        ("Own desk", ""),
        ("Supervise", ""),
        ("Administer", "Space"),
        ("Metrics", ""),
    ):
        keys.press("Tab")
        expect(main.get_by_role("checkbox", name=scope)).to_be_focused()
        if key:
            keys.press(key)
    keys.press("Tab")
    expect(main.get_by_role("button", name="Make a token")).to_be_focused()
    keys.press("Enter")
    secret = secret_of(root)
    expect(root.page.get_by_role("dialog").get_by_role("button", name="Copy")).to_be_focused()
    keys.press("Escape")
    expect(root.page.get_by_role("dialog")).to_have_count(0)
    expect(name).to_be_focused()
    expect(name).to_have_value("")
    assert asked(centre, secret, ADMINISTERING).status_code == HTTPStatus.OK
    assert asked(centre, secret, READING).status_code == HTTPStatus.FORBIDDEN, "no scope holds another"

    expect(kept(root, "night_job")).to_contain_text("Administer")
    kept(root, "night_job").get_by_role("button", name="End").focus()
    keys.press("Enter")
    expect(root.page.get_by_role("dialog").get_by_role("button", name="End")).to_be_focused()
    keys.press("Enter")
    expect(kept(root, "night_job")).to_have_count(0)
    assert asked(centre, secret, ADMINISTERING).status_code == HTTPStatus.UNAUTHORIZED


def test_what_a_token_lacks_is_told_at_its_field(people: People) -> None:
    root = people.user("root", "/administration/tokens")
    main = root.page.get_by_role("main")
    name = main.get_by_role("textbox", name="Name")
    make = main.get_by_role("button", name="Make a token")
    make.click()
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(re.compile("write letters, digits, _ and -, with a letter first"))
    name.fill("my token")
    main.get_by_role("checkbox", name="Read").uncheck()
    make.click()
    expect(main.get_by_text("give at least one")).to_be_visible()
    name.fill("lacking")
    make.click()
    expect(name).not_to_have_attribute("aria-invalid", "true")
    expect(main.get_by_text("give at least one")).to_be_visible()
    expect(kept(root, "lacking")).to_have_count(0)
    expect(root.page.get_by_role("dialog")).to_have_count(0)
