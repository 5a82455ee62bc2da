"""A daemon, a browser and its page at work as the phone of ann, on the session's Asterisk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.browser_phone.talks import Talk
from tests.e2e.office import Desks
from tests.e2e.web_phone import WebDaemon, WebPhone, browser
from tests.servers.ports import free_port


@pytest.fixture(scope="module")
def daemon(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDaemon]:
    node = WebDaemon(asterisk_of_session, tmp_path_factory.mktemp("web"), free_port())
    node.give_passwords()
    try:
        node.start()
        node.wait_served()
        yield node
    finally:
        node.stop()
    log = node.log()
    assert "Traceback" not in log, log[-5000:]
    assert asterisk_of_session.passwords["1101"] not in log


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with browser(tmp_path_factory.mktemp("chromium")) as context:
        yield context


@pytest.fixture(scope="module")
def phone(daemon: WebDaemon, chromium: BrowserContext) -> WebPhone:
    """Ann's page, at work."""
    page = WebPhone(chromium.pages[0], daemon.url)
    page.sign_in()
    page.wait_word("ready")
    daemon.agent("sign-in", "ann")
    return page


@pytest.fixture
def talk(daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks) -> Talk:
    return Talk(daemon, phone, phones, desks)


@pytest.fixture
def desks(daemon: WebDaemon, real_asterisk: Asterisk) -> Iterator[Desks]:
    """The desks' acts, on a quiet switch."""
    one = Desks(daemon)
    yield one
    one.close()
