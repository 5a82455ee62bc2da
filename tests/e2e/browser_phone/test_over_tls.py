"""The console and its phone over https, by the daemon itself and behind a proxy: real Asterisk, a name of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.asterisk.instance import Asterisk
from tests.e2e.browser_phone.talks import Talk
from tests.e2e.web_phone import BACK_S, WebDaemon, WebPhone, browser
from tests.servers.certificates import write_certificate
from tests.servers.nginx import Nginx
from tests.servers.ports import free_port

NAME = "desk.example.com"
"""No name of the loopback interface: to one of those browsers give the microphone in any case."""

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("web phone")]


@pytest.fixture(scope="module", params=["by the daemon", "by nginx"])
def daemon(
    request: pytest.FixtureRequest, asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebDaemon]:
    folder, port, front = tmp_path_factory.mktemp("tls"), free_port(), free_port()
    write_certificate(folder, NAME)
    proxied = request.param == "by nginx"
    tls = {"cert_file": str(folder / "cert.pem"), "key_file": str(folder / "key.pem")}
    web: dict[str, Any] = {"trusted_proxies": ["127.0.0.1"]} if proxied else {"tls": tls}
    public = f"https://{NAME}:{front if proxied else port}"
    node = WebDaemon(asterisk_of_session, folder / "daemon", port, web={**web, "public_url": public})
    proxy = Nginx(folder, name=NAME, port=front, to=port) if proxied else None
    node.give_passwords()
    try:
        node.start()
        node.wait_served()
        if proxy is not None:
            proxy.start()
        node.url = public
        yield node
    finally:
        node.stop()
        if proxy is not None:
            proxy.stop()
    assert "Traceback" not in node.log(), node.log()[-5000:]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    resolves = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    with browser(tmp_path_factory.mktemp("chromium"), resolves, believes_any_certificate=True) as context:
        yield context


def test_a_call_is_answered_over_https_and_survives_a_reload(talk: Talk, phone: WebPhone) -> None:
    page = phone.page
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    phone.wait_word("talking")
    talk.heard_both_ways()
    page.reload()
    phone.wait_word("talking", timeout=BACK_S)
    talk.heard_both_ways()
    addresses = page.evaluate("window.watched.sockets.map(one => one.url)")
    assert {address.split("?")[0] for address in addresses} == {
        phone.url.replace("https:", "wss:") + path for path in ("/api/v1/live", "/api/v1/phone")
    }
    (cookie,) = [one for one in page.context.cookies() if one["httpOnly"]]
    assert (cookie["secure"], cookie["sameSite"], cookie["domain"]) == (True, "Strict", NAME)
    assert "max-age=" in page.evaluate("fetch('/').then(answer => answer.headers.get('strict-transport-security'))")
    talk.end()
