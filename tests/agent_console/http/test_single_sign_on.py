"""Single sign-on at a real provider: a browser that leaves, signs in there, and comes back; and those who cheat."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx2
import pytest

from tests.agent_console.site import Browser, Site, opened
from tests.servers.oidc_provider import OidcProvider
from tests.servers.ports import free_port

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("oidc")]

RETURN = "/api/v1/session/oidc/return"


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture(scope="module")
def provider(ports: tuple[int, int]) -> Iterator[OidcProvider]:
    found = OidcProvider(ports[1], f"http://127.0.0.1:{ports[0]}{RETURN}")
    yield found
    found.stop()


@pytest.fixture
def site(provider: OidcProvider, ports: tuple[int, int], tmp_path: Any) -> Iterator[Site]:
    own = f"http://127.0.0.1:{ports[0]}"
    oidc = {
        "issuer": provider.issuer,
        "client_id": "cordboard",
        "client_secret": "provider-secret-of-tests",
        "title": "Company account",
    }
    with opened(tmp_path, {"web": {"port": ports[0], "public_url": own, "oidc": oidc}}) as found:
        yield found


def depart(browser: Browser) -> str:
    """Leave for the provider; its address with all that is asked."""
    answer = browser.get("/session/oidc/start", follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    return str(answer.headers["location"])


def at_provider(url: str, name: str) -> str:
    """Sign in there and agree; the address to which the provider sends the browser back."""
    with httpx2.Client(trust_env=False, timeout=20) as http:
        page = http.get(url)
        for _ in range(8):
            if page.is_redirect:
                target = urljoin(str(page.url), page.headers["location"])
                if urlsplit(target).path == RETURN:
                    return target
                page = http.get(target)
                continue
            action = re.search(r'action="([^"]+)"', page.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
            assert action is not None, page.text
            assert prompt is not None, page.text
            form = {"prompt": prompt[1], "login": name, "password": "whatever"}
            page = http.post(urljoin(str(page.url), action[1]), data=form)
    raise AssertionError(f"the provider sends nobody back: {page.status_code} {page.text[:500]}")


def come_back(browser: Browser, url: str) -> httpx2.Response:
    parts = urlsplit(url)
    return browser.get(f"/{parts.path}?{parts.query}", follow_redirects=False)


def changed(url: str, **values: str) -> str:
    parts = urlsplit(url)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()} | values
    return parts._replace(query=urlencode(query)).geturl()


def refused(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["error_id"]) == (401, "sign_in_failed"), answer.text
    assert "cordboard_session" not in answer.headers.get("set-cookie", "")


def test_the_page_is_told_that_there_is_a_provider(site: Site) -> None:
    assert site.visitor().get("/session/ways").json()["oidc"] == "Company account"


def test_whom_the_provider_knows_is_signed_in_with_the_rights_of_the_settings(site: Site) -> None:
    browser = site.visitor()
    departure = depart(browser)
    asked = parse_qs(urlsplit(departure).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"]
    assert asked["nonce"]
    answer = come_back(browser, at_provider(departure, "nora"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    me = browser.get("/session").json()
    assert (me["user"], me["role"], me["teams"], me["must_change_password"]) == ("nora", "supervisor", ["north"], False)
    browser.csrf = me["csrf_token"]
    assert browser.delete("/session").status_code == 204


def test_whom_the_settings_do_not_know_or_who_is_locked_is_not_let_in(site: Site) -> None:
    browser = site.visitor()
    refused(come_back(browser, at_provider(depart(browser), "stranger")))
    assert site.signed_in("root").post("/users/sam/lock").status_code == 200
    locked = come_back(browser, at_provider(depart(browser), "sam"))
    assert locked.status_code in {401, 403}
    assert browser.get("/session").status_code == 401


def test_a_provider_that_tells_no_name_signs_nobody_in(site: Site) -> None:
    browser = site.visitor()
    refused(come_back(browser, at_provider(depart(browser), "nameless")))


def test_a_way_back_counts_once_in_the_browser_that_left_and_with_its_own_code(site: Site) -> None:
    browser = site.visitor()
    back = at_provider(depart(browser), "nora")
    refused(come_back(site.visitor(), back))  # another browser: sign-in forced upon somebody
    refused(come_back(browser, back))  # the state is used up, whoever used it
    fresh = at_provider(depart(browser), "nora")
    refused(come_back(browser, changed(fresh, state="made-up")))
    refused(come_back(browser, changed(fresh, code="made-up")))
    other = at_provider(depart(browser), "root")
    mixed = changed(at_provider(depart(browser), "nora"), code=parse_qs(urlsplit(other).query)["code"][0])
    refused(come_back(browser, mixed))  # another's code does not fit the verifier
    assert browser.get("/session").status_code == 401


def test_leaving_again_and_again_is_slowed_by_address_until_somebody_comes_back(site: Site) -> None:
    browser = site.visitor()
    departure = depart(browser)
    for _ in range(40):
        slowed = site.visitor().get("/session/oidc/start", follow_redirects=False)
        if slowed.status_code != 303:
            break
    assert (slowed.status_code, slowed.json()["error_id"]) == (429, "too_many")
    assert 0 < int(slowed.headers["retry-after"]) <= 6
    assert "set-cookie" not in slowed.headers
    assert come_back(browser, at_provider(departure, "nora")).status_code == 303
    depart(site.visitor())


@pytest.mark.parametrize("query", ["", "error=access_denied", "state=x", "code=x", "state=%00&code=%0d%0a", "code=é"])
def test_whoever_comes_back_with_nothing_is_refused(site: Site, query: str) -> None:
    refused(site.visitor().get(f"/session/oidc/return?{query}", follow_redirects=False))


def test_a_session_of_before_does_not_go_on(site: Site) -> None:
    browser = site.signed_in("root")
    before = browser.cookies.get("cordboard_session")
    come_back(browser, at_provider(depart(browser), "nora"))
    assert browser.get("/session").json()["user"] == "nora"
    old = site.visitor()
    old.cookies.set("cordboard_session", str(before))
    assert old.get("/session").status_code == 401


def test_a_provider_that_is_away_leaves_the_password(provider: OidcProvider, tmp_path: Any) -> None:
    oidc = {"issuer": f"http://127.0.0.1:{free_port()}", "client_id": "cordboard"}
    with opened(tmp_path, {"web": {"public_url": "http://127.0.0.1:1", "oidc": oidc}}) as site:
        answer = site.visitor().get("/session/oidc/start", follow_redirects=False)
        assert (answer.status_code, answer.json()["error_id"]) == (503, "unavailable")
        assert site.signed_in("nora").get("/session").status_code == 200


# -- a browser is never left alone with a document of a program -------------------------------------------------------

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def sent_back(answer: httpx2.Response) -> str:
    """Why there is no session, as the console's page is told."""
    assert answer.status_code == 303, answer.text
    assert "cordboard_session" not in answer.headers.get("set-cookie", "")
    address, _, query = str(answer.headers["location"]).partition("?")
    assert address == "/"
    return parse_qs(query)["no_entry"][0]


def test_a_browser_whom_the_provider_refused_or_who_gave_up_is_sent_to_the_console(site: Site) -> None:
    visitor = site.visitor()
    assert sent_back(visitor.get("/session/oidc/return?error=access_denied", headers=PAGE)) == "refused"
    assert sent_back(visitor.get("/session/oidc/return?state=x&code=x", headers=PAGE)) == "stale"


def test_a_browser_is_told_that_its_user_is_unknown_or_locked(site: Site) -> None:
    stranger, sam = site.visitor(), site.visitor()
    back = urlsplit(at_provider(depart(stranger), "stranger"))
    assert sent_back(stranger.get(f"/{back.path}?{back.query}", headers=PAGE)) == "unknown"
    assert site.signed_in("root").post("/users/sam/lock").status_code == 200
    back = urlsplit(at_provider(depart(sam), "sam"))
    assert sent_back(sam.get(f"/{back.path}?{back.query}", headers=PAGE)) == "locked"


def test_a_browser_is_told_that_the_provider_is_away_or_not_there(tmp_path: Any) -> None:
    oidc = {"issuer": f"http://127.0.0.1:{free_port()}", "client_id": "cordboard"}
    for name, web in (("away", {"public_url": "http://127.0.0.1:1", "oidc": oidc}), ("no_provider", {})):
        (tmp_path / name).mkdir()
        with opened(tmp_path / name, {"web": web}) as site:
            assert sent_back(site.visitor().get("/session/oidc/start", headers=PAGE)) == name


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/reports?by=queue", "/reports?by=queue"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://e.example", "/"),
    ],
)
def test_who_comes_back_is_where_they_were_and_never_elsewhere(site: Site, asked: str, back: str) -> None:
    browser = site.visitor()
    url = str(browser.get(f"/session/oidc/start?{urlencode({'back': asked})}").headers["location"])
    assert come_back(browser, at_provider(url, "nora")).headers["location"] == back


def test_a_one_time_password_that_nobody_used_does_not_stop_who_comes_from_the_provider(site: Site) -> None:
    site.give_password("nora", one_time=True)
    browser = site.visitor()
    come_back(browser, at_provider(depart(browser), "nora"))
    assert browser.get("/session").json()["must_change_password"] is False
    assert browser.get("/agents").status_code == 200
    by_name = site.visitor()
    assert by_name.sign_in("nora").json()["must_change_password"] is True
    assert by_name.get("/agents").json()["error_id"] == "password_change_needed"
