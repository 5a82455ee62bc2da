"""The phone in a real browser, on a real Asterisk, talking to callers; heard by tones on both sides."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import CALLER_HZ, Phones
from tests.e2e.daemon import free_port
from tests.e2e.office import Desks
from tests.e2e.web_phone import WEB_HZ, WebDaemon, WebPhone, browser
from tests.sip_phone import Call

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("web phone")]


@pytest.fixture(scope="module")
def daemon(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDaemon]:
    node = WebDaemon(asterisk_of_session, tmp_path_factory.mktemp("web"), free_port())
    node.give_password()
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


class Talk:
    """A caller who is brought to ann."""

    def __init__(self, daemon: WebDaemon, phone: WebPhone, phones: Phones) -> None:
        self.daemon, self.phone = daemon, phone
        self.desks = Desks(daemon)
        self.seen = len(daemon.entries())
        self.desks.do("ann", "", "ready")
        self.caller: Call = phones.call("8123")
        self.caller.wait_answered()
        time.sleep(0.7)
        self.caller.press("1")
        phone.wait_word("ringing")
        self.contact = self.daemon.wait_fact(lambda fact: fact.kind == "ContactQueued", skip=self.seen).contact_id

    def do(self, act: str) -> None:
        self.desks.do("ann", self.contact, act)

    def answer(self) -> None:
        """As the desk's button does."""
        self.do("answer")
        self.phone.wait_word("talking", "noAudio", "silentMicrophone")

    def heard_both_ways(self) -> None:
        self.caller.wait_hears(WEB_HZ)
        self.phone.wait_hears(CALLER_HZ)

    def end(self) -> None:
        self.caller.hang_up()
        self.phone.wait_word("ready")
        self.desks.close()


@pytest.fixture
def talk(daemon: WebDaemon, phone: WebPhone, phones: Phones, real_asterisk: Asterisk) -> Iterator[Talk]:
    one = Talk(daemon, phone, phones)
    yield one
    one.desks.close()


def test_a_caller_and_the_browser_hear_each_other_through_hold_and_mute(talk: Talk) -> None:
    talk.answer()
    talk.heard_both_ways()
    talk.do("hold")
    talk.caller.wait_hears(MUSIC_HZ)
    talk.phone.wait_hears(CALLER_HZ, hears=False)
    assert talk.phone.word == "talking"
    talk.do("retrieve")
    talk.heard_both_ways()
    talk.end()
