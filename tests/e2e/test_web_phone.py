"""The phone in a real browser, on a real Asterisk, talking to callers; heard by tones on both sides."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from facts.journal import TalkEnded
from facts.states import Party
from facts.time import SECOND
from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import AGENT_HZ, CALLER_HZ, Phones
from tests.browser.test_looks import complaints
from tests.e2e.daemon import free_port
from tests.e2e.office import Desks
from tests.e2e.web_phone import BACK_S, WEB_HZ, WebDaemon, WebPhone, browser, heard_again, is_free, spans_of
from tests.sip_phone import Call

ONCE = (
    "ContactOffered",
    "OfferMade",
    "ContactConnected",
    "PhoneTroubled",
    "ContactHeld",
    "ContactRetrieved",
    "PhoneRecovered",
    "TalkEnded",
    "ContactEnded",
)
"""What a talk is made of whose page was loaded anew."""
SCROLLS = "main li"  # a row of the desk's lists may be half out of sight

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

    def __init__(self, daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks) -> None:
        self.daemon, self.phone, self.desks = daemon, phone, desks
        self.seen = len(daemon.entries())
        self.desks.do("ann", "", "ready")
        self.caller: Call = phones.call("8123")
        self.caller.wait_answered()
        time.sleep(0.7)
        self.caller.press("1")
        phone.wait_word("ringing")
        self.queued = self.daemon.wait_fact(lambda fact: fact.kind == "ContactQueued", skip=self.seen)
        self.contact = self.queued.contact_id

    def do(self, act: str) -> None:
        self.desks.do("ann", self.contact, act)

    def answer(self) -> None:
        """As the desk's button does."""
        self.do("answer")
        self.phone.wait_word("talking", "noAudio", "silentMicrophone")

    def heard_both_ways(self) -> None:
        self.caller.wait_hears(WEB_HZ)
        self.phone.wait_hears(CALLER_HZ)

    def facts(self) -> list[Any]:
        """Of this contact, once it has ended."""
        self.daemon.wait_fact(lambda fact: fact.kind == "ContactEnded", skip=self.seen)
        return [entry.fact for entry in self.daemon.entries() if entry.fact.contact_id == self.contact]

    def end(self) -> float:
        self.caller.hang_up()
        self.phone.wait_word("ready")
        return time.monotonic()


@pytest.fixture
def talk(daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks) -> Talk:
    return Talk(daemon, phone, phones, desks)


@pytest.fixture
def desks(daemon: WebDaemon, real_asterisk: Asterisk) -> Iterator[Desks]:
    """The desks' acts, on a quiet switch."""
    one = Desks(daemon)
    yield one
    one.close()


def test_the_desk_s_buttons_answer_hold_and_mute_and_both_sides_hear_it(talk: Talk) -> None:
    page, caller = talk.phone.page, talk.caller
    controls = page.get_by_role("toolbar", name="Call")
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    controls.get_by_role("button", name="Hold").click()
    caller.wait_hears(MUSIC_HZ)
    talk.phone.wait_hears(CALLER_HZ, hears=False)
    controls.get_by_role("button", name="Retrieve").click()
    talk.heard_both_ways()
    controls.get_by_role("button", name="Mute", exact=True).click()
    caller.wait_hears_not(WEB_HZ)
    talk.phone.until(lambda: bool(page.evaluate("window.watched.isMuted()")), 3, "the microphone is off")
    controls.get_by_role("button", name="Unmute").click()
    talk.heard_both_ways()
    assert page.get_by_text("calls you directly").count() == 0
    assert page.get_by_label("Direct call").count() == 0
    assert talk.phone.word == "talking"
    talk.end()


def test_nothing_rings_twice_and_the_phone_has_no_buttons_of_its_own_for_an_offer(talk: Talk) -> None:
    page = talk.phone.page
    page.get_by_role("alertdialog").wait_for()
    page.wait_for_timeout(1500)
    assert page.get_by_role("button", name="Answer").count() == 1
    assert talk.phone.word == "ringing"
    assert page.evaluate("window.watched.rings()") == 1
    talk.answer()
    talk.heard_both_ways()
    assert page.evaluate("window.watched.rings()") == 0
    talk.end()


# -- a page that goes during a talk ------------------------------------------------------------------------------------


def test_a_page_loaded_anew_has_its_talk_again_and_the_report_shows_one(talk: Talk) -> None:
    page, caller, begun = talk.phone.page, talk.caller, time.monotonic()
    before = talk.daemon.report()["sales"]
    talk.answer()
    talk.heard_both_ways()
    loaded = time.monotonic()
    page.reload()
    page.get_by_role("status").get_by_text("The customer hears music").wait_for()
    talk.phone.wait_word("talking", timeout=BACK_S)
    talk.heard_both_ways()
    assert page.get_by_text("The customer hears music").count() == 0
    page.get_by_role("toolbar", name="Call").get_by_role("button", name="Hold").wait_for()
    time.sleep(1)
    ended, over = time.monotonic(), talk.end()
    (waited, held), facts = spans_of(caller, MUSIC_HZ, begun), talk.facts()
    assert [type(fact).__name__ for fact in facts if type(fact).__name__ in ONCE] == list(ONCE)
    told, after = next(fact for fact in facts if isinstance(fact, TalkEnded)), talk.daemon.report()["sales"]
    assert told.hold_us
    music_s, away_s = held[1] - held[0], heard_again(caller, WEB_HZ, begun, held[1]) - loaded
    assert music_s - 0.1 <= told.hold_us / SECOND <= away_s + 0.1 < 4
    assert ended - 0.1 <= waited[1] + (told.talk_us + told.hold_us) / SECOND <= over + 0.1
    assert (after["offered"], after["answered"]) == (before["offered"], before["answered"] + 1)


def test_who_was_muted_and_had_the_caller_on_hold_has_and_is_so_after_a_reload(talk: Talk) -> None:
    page, caller = talk.phone.page, talk.caller
    talk.answer()
    talk.heard_both_ways()
    controls = page.get_by_role("toolbar", name="Call")
    controls.get_by_role("button", name="Mute", exact=True).click()
    controls.get_by_role("button", name="Unmute").wait_for()
    controls.get_by_role("button", name="Hold").click()
    caller.wait_hears(MUSIC_HZ)
    page.reload()
    talk.phone.wait_word("talking", timeout=BACK_S)
    caller.wait_hears(MUSIC_HZ)
    controls.get_by_role("button", name="Retrieve").click()
    talk.phone.wait_hears(CALLER_HZ)
    caller.wait_hears_not(MUSIC_HZ)
    assert not caller.hears(WEB_HZ)
    controls.get_by_role("button", name="Unmute").click()
    talk.heard_both_ways()
    talk.end()


def test_an_agent_who_does_not_come_back_leaves_a_caller_who_waits_for_the_next(talk: Talk, phone: WebPhone) -> None:
    begun = time.monotonic()
    talk.answer()
    talk.heard_both_ways()
    left = time.monotonic()
    phone.page.goto("about:blank")
    talk.caller.wait_hears(MUSIC_HZ)
    queued = talk.daemon.wait_fact(lambda f: f.kind == "ContactQueued" and f.returned, BACK_S + 3, skip=talk.seen)
    assert time.monotonic() - left == pytest.approx(BACK_S, abs=1)
    assert queued.joined_at == talk.queued.joined_at
    told = talk.daemon.wait_fact(lambda fact: fact.kind == "TalkEnded", skip=talk.seen)
    assert (told.ended_by, told.hold_us / SECOND) == (Party.SYSTEM, pytest.approx(BACK_S, abs=0.1))
    (waited, _) = spans_of(talk.caller, MUSIC_HZ, begun)
    assert told.talk_us / SECOND == pytest.approx(left - waited[1], abs=0.2)
    assert talk.caller.active
    talk.caller.hang_up()
    phone.page.goto(phone.url)
    phone.wait_word("ready")


def test_a_page_that_was_cut_off_for_too_long_gives_up_its_dead_call_for_the_one_that_returns(talk: Talk) -> None:
    talk.answer()
    talk.heard_both_ways()
    page = talk.phone.page
    page.evaluate("window.watched.block(true); window.watched.cut()")
    talk.caller.wait_hears(MUSIC_HZ, timeout=10)
    page.get_by_role("status").get_by_text("The customer hears music").wait_for()
    page.evaluate("window.watched.block(false)")
    page.get_by_role("status").get_by_text("The customer hears music").wait_for(state="hidden", timeout=BACK_S * 1000)
    recovered = talk.daemon.wait_fact(lambda fact: fact.kind == "PhoneRecovered", skip=talk.seen)
    assert recovered.trouble == "cut_off"
    talk.heard_both_ways()
    assert talk.phone.word == "talking"
    talk.end()


def test_a_browser_that_crashed_is_missed_after_a_moment(talk: Talk, chromium: BrowserContext) -> None:
    talk.answer()
    talk.heard_both_ways()
    # a page without its dying words
    talk.phone.page.evaluate("window.watched.crash()")
    talk.caller.wait_hears(MUSIC_HZ, timeout=10)
    talk.phone.page.reload()
    talk.phone.wait_word("talking", timeout=BACK_S)
    talk.heard_both_ways()
    talk.end()


# -- calls that are on no desk ---------------------------------------------------------------------------------------


def test_a_colleague_s_call_is_answered_muted_and_ended_here(phone: WebPhone, phones: Phones) -> None:
    colleague = phones.agent("1002").call("1101")
    phone.wait_word("ringing")
    page = phone.page
    page.get_by_text("1002 calls you directly").wait_for()
    page.get_by_role("button", name="Answer", exact=True).click()
    phone.wait_word("talking")
    colleague.wait_hears(WEB_HZ)
    phone.wait_hears(AGENT_HZ)
    mute = page.get_by_role("button", name="Mute", exact=True)
    mute.click()
    colleague.wait_hears_not(WEB_HZ)
    phone.wait_hears(AGENT_HZ)
    page.keyboard.press("m")
    colleague.wait_hears(WEB_HZ)
    page.keyboard.press("e")
    colleague.wait_ended()
    phone.wait_word("ready")
    assert colleague.ended_by == "peer"


def test_a_declined_call_is_told_so(phone: WebPhone, phones: Phones) -> None:
    colleague = phones.agent("1002").call("1101")
    phone.page.get_by_role("button", name="Decline", exact=True).click()
    colleague.wait_ended()
    assert not colleague.has("answered")
    phone.wait_word("ready")


def test_it_answers_by_itself_what_the_switch_says_and_nothing_else(phone: WebPhone, real_asterisk: Asterisk) -> None:
    wish = {"Channel": "PJSIP/1101", "Application": "Echo", "Async": "true", "Timeout": "5000"}
    with real_asterisk.observer() as ami:
        for header in ("Call-Info)=<sip:cordboard>\\;answer-after=0", "Alert-Info)=<http://x>\\;info=alert-autoanswer"):
            ami.action("Originate", **wish, Variable=f"PJSIP_HEADER(add,{header}")
            phone.wait_word("talking")
            phone.wait_hears(WEB_HZ)
            real_asterisk.cli("channel request hangup all")
            phone.wait_word("ready")
        ami.action("Originate", **wish, Variable="PJSIP_HEADER(add,Call-Info)=<sip:x>\\;answer-after=5")
        phone.wait_word("ringing")
        phone.page.wait_for_timeout(500)
        assert phone.word == "ringing"
        real_asterisk.cli("channel request hangup all")
        phone.wait_word("ready")


# -- what can go wrong -----------------------------------------------------------------------------------------------


@contextmanager
def without_ice(asterisk: Asterisk) -> Iterator[None]:
    """Asterisk tells browsers no address: what a firewall does, and a wrong configuration."""
    path = asterisk.folder / "etc/rtp.conf"
    text = path.read_text()
    path.write_text(text.replace("icesupport = yes", "icesupport = no"))
    asterisk.cli("module reload res_rtp_asterisk")
    try:
        yield
    finally:
        path.write_text(text)
        asterisk.cli("module reload res_rtp_asterisk")


def test_no_way_for_the_sound_is_told_within_five_seconds(
    daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks, real_asterisk: Asterisk
) -> None:
    with without_ice(real_asterisk):
        talk = Talk(daemon, phone, phones, desks)
        answered = time.monotonic()
        talk.do("answer")
        phone.wait_word("noAudio")
        assert time.monotonic() - answered <= 5
        page = phone.page
        page.get_by_role("alert").get_by_text("No sound gets through").wait_for()
        troubled = talk.daemon.wait_fact(lambda fact: fact.kind == "PhoneTroubled", timeout=2, skip=talk.seen)
        assert (troubled.agent_id, troubled.contact_id, troubled.trouble) == ("ann", talk.contact, "no_sound")
        assert phone.ask("/agents/ann")["phone_trouble"] == "no_sound"
        assert 'cordboard_phone_troubles_total{trouble="no_sound"} 0.0' not in daemon.metrics()
        page.get_by_role("button", name="Try the sound again").click()
        page.wait_for_timeout(1500)
        assert phone.word == "noAudio"
        assert talk.caller.active
        talk.end()
    again = Talk(daemon, phone, phones, desks)
    again.answer()
    again.heard_both_ways()
    assert phone.ask("/agents/ann")["phone_trouble"] is None
    again.end()


def test_a_talk_whose_switch_stands_still_is_told_and_comes_back(talk: Talk, real_asterisk: Asterisk) -> None:
    talk.answer()
    talk.heard_both_ways()
    os.kill(real_asterisk.pid, signal.SIGSTOP)
    try:
        talk.phone.wait_word("noAudio", timeout=12)
    finally:
        os.kill(real_asterisk.pid, signal.SIGCONT)
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    talk.end()


def test_a_cut_connection_keeps_the_talk_and_hears_its_end(talk: Talk) -> None:
    talk.answer()
    talk.heard_both_ways()
    page = talk.phone.page
    sockets = "window.watched.sockets.filter(one => one.url.includes('/phone?'))"
    before = page.evaluate(f"{sockets}.length")
    page.evaluate("window.watched.cut()")
    page.get_by_role("button", name="Phone: On a call").wait_for()
    talk.heard_both_ways()
    opened = f"{sockets}.length > {before} && {sockets}.at(-1).readyState === 1"
    talk.phone.until(lambda: bool(page.evaluate(opened)), 8, "a new connection")
    page.wait_for_timeout(1000)
    talk.heard_both_ways()
    talk.caller.hang_up()
    talk.phone.wait_word("ready", timeout=3)


def test_a_cut_connection_is_told_and_mended(phone: WebPhone, phones: Phones) -> None:
    phone.page.evaluate("window.watched.cut()")
    phone.wait_word("lost")
    phone.page.get_by_role("alert").get_by_text("calls cannot ring here").wait_for()
    phone.wait_word("ready")
    colleague = phones.agent("1002").call("1101")
    phone.wait_word("ringing")
    colleague.hang_up()
    phone.wait_word("ready")


def test_of_two_tabs_one_is_the_phone(phone: WebPhone, phones: Phones, chromium: BrowserContext) -> None:
    other = WebPhone(chromium.new_page(), phone.url)
    other.page.goto(phone.url)
    other.wait_word("elsewhere")
    assert phone.word == "ready"
    colleague = phones.agent("1002").call("1101")
    phone.wait_word("ringing")
    other.page.get_by_text("with a call").wait_for()
    assert other.page.get_by_role("button", name="Use it here").is_disabled()
    colleague.hang_up()
    phone.wait_word("ready")
    other.page.get_by_role("button", name="Use it here").click()
    other.wait_word("ready")
    phone.wait_word("elsewhere")
    second = phones.agent("1003").call("1101")
    other.wait_word("ringing")
    second.hang_up()
    other.wait_word("ready")
    other.page.close()
    phone.wait_word("ready")


def test_without_a_microphone_nobody_is_rung(phone: WebPhone, real_asterisk: Asterisk) -> None:
    page = phone.page
    alert = page.get_by_role("alert")

    def is_registered() -> bool:
        return "1101" in real_asterisk.cli("pjsip show contacts")

    phone.allow_microphone("denied")
    phone.wait_word("microphone")
    alert.get_by_text("told not to give the microphone").wait_for()
    phone.until(lambda: not is_registered(), 5, "the phone is away")
    alert.get_by_role("button", name="Look again").click()
    assert phone.word == "microphone"
    phone.allow_microphone("prompt")
    alert.get_by_text("The phone needs your microphone").wait_for()
    alert.get_by_role("button", name="Allow the microphone").wait_for()
    phone.allow_microphone("granted")
    phone.wait_word("ready")
    page.evaluate("window.watched.unplug(true)")
    alert.get_by_text("No microphone is connected").wait_for()
    phone.until(lambda: not is_registered(), 5, "the phone is away")
    page.evaluate("window.watched.unplug(false)")
    phone.wait_word("ready")
    phone.until(is_registered, 5, "the phone is there")


def test_devices_and_the_microphone_s_test(phone: WebPhone) -> None:
    page = phone.page
    page.keyboard.press("d")
    panel = page.get_by_role("dialog", name="Phone")
    panel.get_by_label("Microphone", exact=True).select_option(index=1)
    panel.get_by_role("button", name="Test the microphone").click()
    panel.get_by_text("Your microphone works.").wait_for()
    level = panel.get_by_label("Level of the microphone")
    assert float(level.evaluate("meter => meter.value")) > 0.3
    panel.get_by_role("button", name="Ring once").click()
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert phone.problems == []


@pytest.mark.parametrize("other", ["中文", "English"])
def test_the_panel_covers_no_control_and_axe_finds_nothing_serious(
    daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks, other: str
) -> None:
    page, found, switch = phone.page, [], phone.page.get_by_role("button", name=other)
    if switch.count():  # only the other language is offered
        switch.click()
    page.keyboard.press("d")
    found += complaints(page, SCROLLS)
    page.keyboard.press("Escape")
    phone.allow_microphone("denied")
    phone.wait_word("microphone")
    page.keyboard.press("d")
    found += complaints(page, SCROLLS)
    page.keyboard.press("Escape")
    phone.allow_microphone("granted")
    phone.wait_word("ready")
    talk = Talk(daemon, phone, phones, desks)
    page.keyboard.press("d")
    found += complaints(page, SCROLLS)
    offer = page.get_by_role("alertdialog").get_by_role("button")
    assert is_free(page, offer.first, offer.last)
    page.keyboard.press("Escape")
    talk.answer()
    talk.heard_both_ways()
    page.keyboard.press("d")
    page.locator("[data-quality]").nth(1).wait_for()
    found += complaints(page, SCROLLS)
    assert is_free(page, page.get_by_role("toolbar"), page.locator("textarea").first)
    page.keyboard.press("Escape")
    phone.allow_microphone("denied")
    page.reload()
    page.locator("[data-phone=microphone]").wait_for()
    page.get_by_role("status").get_by_role("timer").or_(page.get_by_role("status").locator("time")).first.wait_for()
    found += complaints(page, SCROLLS)
    phone.allow_microphone("granted")
    phone.wait_word("talking", timeout=BACK_S)
    talk.end()
    assert not found, "\n".join(found)


def test_a_closed_page_ends_its_part_at_once(talk: Talk, real_asterisk: Asterisk) -> None:
    talk.answer()
    talk.heard_both_ways()
    talk.phone.page.close()
    deadline = time.monotonic() + 3
    while "PJSIP/1101" in real_asterisk.cli("core show channels concise"):
        assert time.monotonic() < deadline, "the browser's leg stays"
        time.sleep(0.1)
    talk.caller.hang_up()
