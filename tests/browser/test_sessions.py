"""Sessions in a real browser: several tabs that share one, and single sign-on at a real provider."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person
from tests.servers.oidc_provider import OidcProvider
from tests.servers.ports import free_port

NEW = "another long password of tests"
LOOKED_AGAIN_MS = 30_000
"""Within so long the daemon closes the channel of a session that is no more."""


@pytest.fixture(scope="module")
def provider_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, provider_port: int) -> Iterator[Centre]:
    """One whose users may sign in at a provider."""
    port = free_port()
    oidc = {
        "issuer": f"http://127.0.0.1:{provider_port}",
        "client_id": "cordboard",
        "client_secret": "provider-secret-of-tests",
        "title": "Company account",
    }
    web = {"public_url": f"http://127.0.0.1:{port}", "oidc": oidc}
    one = Centre(tmp_path_factory.mktemp("centre"), {"web": web}, port=port)
    try:
        yield one
    finally:
        one.stop()
    assert "Traceback" not in one.log, one.log[-5000:]


@pytest.fixture(scope="module")
def provider(centre: Centre, provider_port: int) -> Iterator[OidcProvider]:
    found = OidcProvider(provider_port, f"{centre.base}/api/v1/session/oidc/return")
    yield found
    found.stop()


def change_password(person: Person, old: str) -> None:
    """In the first tab, by the menu."""
    person.page.get_by_role("banner").get_by_role("button", name="Field").click()
    person.page.get_by_role("menuitem", name="Change password").click()
    form = person.page.get_by_role("dialog")
    form.get_by_label("Present password").fill(old)
    form.get_by_label("New password", exact=True).fill(NEW)
    form.get_by_label("New password once more").fill(NEW)
    form.get_by_role("button", name="Change password").click()
    expect(form).to_be_hidden()


@pytest.mark.parametrize("alone", [False, True], ids=["told", "told_nothing"])
def test_another_tab_works_on_after_a_change_of_the_password(people: People, centre: Centre, *, alone: bool) -> None:
    name = "cyd" if alone else "bob"
    person = people.user(name)
    other = person.new_tab()
    if alone:  # a browser whose tabs cannot tell each other
        other.add_init_script("delete window.BroadcastChannel")
    with other.expect_websocket() as channel:
        other.goto("/")
    expect(other.get_by_role("button", name="Begin to work")).to_be_visible()
    if alone:
        renewed = person.page.evaluate(CHANGE, [centre.passwords[name], centre.passwords[name] + " again"])
        assert renewed == 200
    else:
        change_password(person, centre.passwords[name])
    other.get_by_role("button", name="Begin to work").click()
    expect(other.locator("header button[data-state]")).to_have_attribute("data-state", "not_ready")
    expect(other.get_by_text("no longer up to date")).to_have_count(0)
    if not channel.value.is_closed():
        channel.value.wait_for_event("close", timeout=LOOKED_AGAIN_MS)
    other.get_by_role("button", name="Not ready").or_(other.locator("header button[data-state]")).first.click()
    other.get_by_role("menuitem", name="Ready", exact=True).click()
    expect(other.locator("header button[data-state]")).to_have_attribute("data-state", "ready")
    expect(other.get_by_role("dialog")).to_have_count(0)
    if alone:
        back = [centre.passwords[name] + " again", centre.passwords[name]]
        assert person.page.evaluate(CHANGE, back) == 200, "others of this file sign in as they always do"


CHANGE = """async ([old, fresh]) => {
  const token = (await (await fetch("/api/v1/session")).json()).csrf_token;
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": token};
  const asked = {method: "PUT", body: JSON.stringify({old, new: fresh}), headers};
  return (await fetch("/api/v1/session/password", asked)).status;
}"""
"""As another program of the same browser would."""


def at_provider(page: Page, name: str) -> None:
    """Sign in there and agree."""
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("whatever")
    page.locator("button[type=submit]").click()
    expect(page.locator("input[name=login]")).to_have_count(0)
    page.locator("button[type=submit]").click()


def test_who_has_only_the_provider_gets_in_again_and_is_where_they_were(
    people: People, centre: Centre, provider: OidcProvider
) -> None:
    nora = people.somebody()
    nora.page.goto("/reports/figures")
    nora.page.get_by_role("link", name="Company account").click()
    at_provider(nora.page, "nora")
    expect(nora.page.get_by_role("banner")).to_contain_text("Nora North")
    expect(nora.page).to_have_url(f"{centre.base}/reports/figures")
    other = nora.new_tab()
    other.goto("/reports/figures")
    expect(other.get_by_role("banner")).to_contain_text("Nora North")

    centre.tell("end_sessions", user="nora")
    again = nora.page.get_by_role("dialog")
    expect(again).to_contain_text("Your session has ended", timeout=LOOKED_AGAIN_MS)
    expect(other.get_by_role("dialog")).to_contain_text("Your session has ended", timeout=LOOKED_AGAIN_MS)
    with nora.page.expect_navigation():  # the provider knows this browser still
        again.get_by_role("link", name="Company account").click()
    expect(nora.page.get_by_role("dialog")).to_have_count(0)
    expect(nora.page.get_by_role("banner")).to_contain_text("Nora North")
    expect(nora.page).to_have_url(f"{centre.base}/reports/figures")
    expect(other.get_by_role("dialog")).to_have_count(0)


def test_a_session_that_has_ended_can_be_left(people: People, centre: Centre) -> None:
    cyd = people.user("cyd")
    centre.tell("end_sessions", user="cyd")
    again = cyd.page.get_by_role("dialog")
    expect(again).to_contain_text("Your session has ended", timeout=LOOKED_AGAIN_MS)
    again.get_by_role("button", name="Leave this page").click()
    expect(again).to_be_hidden()
    expect(cyd.page.locator("input[autocomplete=username]")).to_have_value("")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The provider did not let you in"), ("zh", "身份提供方未准许登录")]
)
def test_who_gives_up_at_the_provider_reads_why_on_the_page_where_one_signs_in(
    people: People, language: str, words: str
) -> None:
    visitor = people.somebody(language=language)
    visitor.page.goto("/api/v1/session/oidc/return?error=access_denied")
    expect(visitor.page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    expect(visitor.page.locator("input[autocomplete=username]")).to_be_visible()
    expect(visitor.page, "a reload does not tell it again").to_have_url(re.compile("/$"))
