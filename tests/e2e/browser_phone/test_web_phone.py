"""The phone in a real browser, on a real Asterisk, talking to callers; heard by tones on both sides."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext

from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import AGENT_HZ, CALLER_HZ, Phones
from tests.browser.test_looks import complaints
from tests.e2e.browser_phone.talks import Talk
from tests.e2e.office import Desks
from tests.e2e.web_phone import BACK_S, WEB_HZ, WebDaemon, WebPhone, is_free

SCROLLS = "main li"  # a row of the desk's lists may be half out of sight

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("web phone")]


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
    talk.phone.until(lambda: bool(page.evaluate("window.watched.isMuted()")), 10, "the microphone is off")
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
        troubled = talk.daemon.wait_fact(lambda fact: fact.kind == "PhoneTroubled", skip=talk.seen)
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
    talk.phone.wait_word("ready", timeout=6)


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
    phone.page.get_by_role("button", name="Answer", exact=True).click()
    phone.wait_word("talking")
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
    phone.until(lambda: not is_registered(), 15, "the phone is away")
    alert.get_by_role("button", name="Look again").click()
    assert phone.word == "microphone"
    phone.allow_microphone("prompt")
    alert.get_by_text("The phone needs your microphone").wait_for()
    alert.get_by_role("button", name="Allow the microphone").wait_for()
    phone.allow_microphone("granted")
    phone.wait_word("ready")
    page.evaluate("window.watched.unplug(true)")
    alert.get_by_text("No microphone is connected").wait_for()
    phone.until(lambda: not is_registered(), 15, "the phone is away")
    page.evaluate("window.watched.unplug(false)")
    phone.wait_word("ready")
    phone.until(is_registered, 15, "the phone is there")


def test_a_microphone_that_is_unplugged_in_a_talk_is_told_and_taken_again(talk: Talk) -> None:
    talk.answer()
    talk.heard_both_ways()
    page = talk.phone.page
    page.evaluate("window.watched.unplug(true)")
    talk.phone.wait_word("silentMicrophone")
    page.get_by_role("alert").get_by_text("Plug the headset in again or choose another microphone").wait_for()
    talk.caller.wait_hears_not(WEB_HZ)
    page.evaluate("window.watched.unplug(false)")
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    talk.end()


def test_devices_and_the_microphone_s_test(phone: WebPhone) -> None:
    page = phone.page
    page.keyboard.press("d")
    panel = page.get_by_role("dialog", name="Phone")
    panel.get_by_label("Microphone", exact=True).select_option(index=1)
    panel.get_by_role("button", name="Test the microphone").click()
    panel.get_by_text("Your microphone works.").wait_for()
    level = panel.get_by_label("Level of the microphone")
    assert float(level.evaluate("meter => meter.value")) > 0.3
    told, end = panel.get_by_role("status"), panel.get_by_role("button", name="End the test")
    for take, give, says in (
        ("window.watched.unplug(true)", "window.watched.unplug(false)", "No microphone is connected. Plug in"),
        ("", "", "told not to give the microphone to this page. Click the symbol beside the address"),
    ):
        end.click()
        if take:
            page.evaluate(take)
        else:
            phone.allow_microphone("denied")
        phone.wait_word("microphone")
        panel.get_by_role("button", name="Test the microphone").click()
        told.get_by_text(says).wait_for()
        if give:
            page.evaluate(give)
        else:
            phone.allow_microphone("granted")
        phone.wait_word("ready")
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
    deadline = time.monotonic() + BACK_S - 2
    while "PJSIP/1101" in real_asterisk.cli("core show channels concise"):
        assert time.monotonic() < deadline, "the browser's leg stays"
        time.sleep(0.1)
    talk.caller.hang_up()
