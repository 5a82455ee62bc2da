"""A page that is loaded anew, closed, crashed or cut off, with a call: on a real Asterisk, heard by tones."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from facts.journal import AgentStateChanged, TalkEnded
from facts.states import Declared, OfferOutcome, Party
from facts.time import SECOND
from tests.asterisk.instance import MUSIC_HZ
from tests.asterisk.phones import AGENT_HZ, CALLER_HZ, Phones
from tests.e2e.browser_phone.talks import Away, Talk
from tests.e2e.office import HERTZ, Desks
from tests.e2e.web_phone import BACK_S, WEB_HZ, WebDaemon, WebPhone, heard_again, spans_of
from tests.sip_phone import Call, Ring

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

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("web phone")]


def test_a_page_loaded_anew_has_its_talk_again_and_the_report_shows_one(talk: Talk) -> None:
    caller, begun = talk.caller, time.monotonic()
    before = talk.daemon.report()["sales"]
    talk.answer()
    talk.heard_both_ways()
    away = [_load_anew(talk, begun)]
    while not away[-1].is_told and len(away) < 6:  # other programs only make the switch tell later than it is
        away.append(_load_anew(talk, begun))
    assert away[-1].is_told, away
    time.sleep(1)
    ended, over = time.monotonic(), talk.end()
    waited, facts = spans_of(caller, MUSIC_HZ, begun)[0], talk.facts()
    expected = [*ONCE[:3], *ONCE[3:7] * len(away), *ONCE[7:]]
    assert [type(fact).__name__ for fact in facts if type(fact).__name__ in ONCE] == expected
    told, after = next(fact for fact in facts if isinstance(fact, TalkEnded)), talk.daemon.report()["sales"]
    hold_s = (told.hold_us or 0) / SECOND
    assert hold_s == pytest.approx(sum(talk.holds_s()), abs=0.05)
    assert ended - 0.1 <= waited[1] + told.talk_us / SECOND + hold_s <= over + 0.1
    assert (after["offered"], after["answered"]) == (before["offered"], before["answered"] + 1)


def _load_anew(talk: Talk, begun: float) -> Away:
    page, caller, loaded = talk.phone.page, talk.caller, time.monotonic()
    page.reload()
    # at every picture that the page draws: a quick machine has its talk again a fifth of a second later
    page.wait_for_function("() => document.body.innerText.includes('The customer hears music')")
    while_away = page.get_by_role("toolbar", name="Call").bounding_box()
    talk.phone.wait_word("talking", timeout=BACK_S)
    talk.heard_both_ways()
    assert page.get_by_text("The customer hears music").count() == 0
    assert page.get_by_role("toolbar", name="Call").bounding_box() == while_away, "nobody hits another control"
    page.get_by_role("toolbar", name="Call").get_by_role("button", name="Hold").wait_for()
    held = spans_of(caller, MUSIC_HZ, begun)[-1]
    return Away(held[1] - held[0], talk.holds_s()[-1], heard_again(caller, WEB_HZ, begun, held[1]) - loaded)


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
    queued = talk.daemon.wait_fact(lambda f: f.kind == "ContactQueued" and f.returned, BACK_S + 10, skip=talk.seen)
    seen = time.monotonic()
    assert BACK_S - 0.1 <= seen - left <= BACK_S + 4
    assert queued.joined_at == talk.queued.joined_at
    told = talk.daemon.wait_fact(lambda fact: fact.kind == "TalkEnded", skip=talk.seen)
    assert told.ended_by == Party.SYSTEM
    (waited, held) = spans_of(talk.caller, MUSIC_HZ, begun)
    assert BACK_S - 0.1 <= told.hold_us / SECOND <= seen - held[0] + 0.2
    assert left - waited[1] - 0.2 <= told.talk_us / SECOND <= held[0] - waited[1] + 0.2
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


# -- a page that goes while it rings ---------------------------------------------------------------------------------


def offers(talk: Talk) -> list[Any]:
    """The facts of the talk's offers."""
    return [fact for fact in talk.facts() if fact.kind in ("OfferMade", "OfferEnded")]


def not_ready(daemon: WebDaemon, since: int) -> list[AgentStateChanged]:
    """When the agent was said to be NOT_READY."""
    facts = [entry.fact for entry in daemon.entries()[since:]]
    return [f for f in facts if isinstance(f, AgentStateChanged) and f.declared is Declared.NOT_READY]


def rings_until(page: Page) -> float:
    """When the offer ends by its countdown, which tells whole seconds; by the page's clock."""
    timer = page.get_by_role("alertdialog").get_by_role("timer")
    seen = timer.evaluate("(one) => ({ left: one.innerText, at: Date.now() / 1000 })")
    minutes, seconds = seen["left"].split(":")
    return float(seen["at"] + int(minutes) * 60 + int(seconds))


def test_an_offer_goes_on_ringing_at_the_page_that_is_loaded_anew(talk: Talk) -> None:
    page, before = talk.phone.page, talk.daemon.report()["sales"]
    page.get_by_role("alertdialog").wait_for()
    until = rings_until(page)
    page.wait_for_timeout(1500)
    page.reload()
    page.get_by_role("alertdialog").wait_for()
    talk.phone.wait_word("ringing")
    assert rings_until(page) == pytest.approx(until, abs=1.5)
    talk.phone.until(lambda: bool(page.evaluate("window.watched.rings()") == 1), 5, "it is heard to ring")
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    assert not_ready(talk.daemon, talk.seen) == []
    talk.end()
    made, ended = offers(talk)
    assert (made.offer_id, ended.outcome, ended.agent_id) == (ended.offer_id, OfferOutcome.ANSWERED, "ann")
    after = talk.daemon.report()["sales"]
    assert (after["offered"], after["answered"]) == (before["offered"], before["answered"] + 1)


def test_an_offer_goes_on_ringing_after_the_browser_crashed(talk: Talk) -> None:
    page = talk.phone.page
    page.get_by_role("alertdialog").wait_for()
    page.evaluate("window.watched.crash()")
    page.reload()
    talk.phone.wait_word("ringing")
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    assert not_ready(talk.daemon, talk.seen) == []
    talk.end()
    assert [fact.kind for fact in offers(talk)] == ["OfferMade", "OfferEnded"]


def test_a_connection_cut_while_it_rings_lets_it_ring_on_over_the_next(talk: Talk) -> None:
    page = talk.phone.page
    page.get_by_role("alertdialog").wait_for()
    page.evaluate("window.watched.cut()")
    talk.phone.wait_word("lost")
    talk.phone.wait_word("ringing")
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    talk.end()
    assert [fact.kind for fact in offers(talk)] == ["OfferMade", "OfferEnded"]


def test_who_waits_and_loads_the_page_anew_stays_ready(talk: Talk) -> None:
    talk.answer()
    talk.end()
    seen = len(talk.daemon.entries())
    talk.phone.until(lambda: bool(talk.phone.ask("/agents/ann")["declared"] == "READY"), 5, "ann is ready")
    talk.phone.page.reload()
    talk.phone.wait_word("ready")
    talk.phone.page.wait_for_timeout(2000)
    assert not_ready(talk.daemon, seen) == []


def test_a_caller_who_hangs_up_while_the_page_is_away_was_missed_by_nobody(talk: Talk) -> None:
    page = talk.phone.page
    page.goto("about:blank")
    talk.caller.hang_up()
    ended = talk.daemon.wait_fact(lambda fact: fact.kind == "OfferEnded", skip=talk.seen)
    assert ended.outcome is OfferOutcome.CALLER_LEFT
    page.goto(talk.phone.url)
    talk.phone.wait_word("ready")
    page.wait_for_timeout(500)
    assert page.get_by_role("alertdialog").count() == 0
    assert talk.phone.ask("/agents/ann")["declared"] == "READY"
    assert not_ready(talk.daemon, talk.seen) == []


def test_a_page_that_stays_away_loses_the_offer_without_blame_and_is_offered_it_anew(talk: Talk) -> None:
    page = talk.phone.page
    page.goto("about:blank")
    ended = talk.daemon.wait_fact(lambda fact: fact.kind == "OfferEnded", timeout=30, skip=talk.seen)
    assert ended.outcome is OfferOutcome.UNREACHABLE
    assert talk.caller.active
    page.goto(talk.phone.url)
    talk.phone.wait_word("ringing")
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    talk.end()


# -- calls that are nobody's offer, and who listens ------------------------------------------------------------------


def test_a_colleague_s_call_rings_on_at_the_page_that_is_loaded_anew(phone: WebPhone, phones: Phones) -> None:
    colleague = phones.agent("1002").call("1101")
    phone.wait_word("ringing")
    phone.page.reload()
    phone.wait_word("ringing")
    phone.page.get_by_text("1002 calls you directly").wait_for()
    phone.until(lambda: bool(phone.page.evaluate("window.watched.rings()") == 1), 5, "it is heard to ring")
    phone.page.get_by_role("button", name="Answer", exact=True).click()
    phone.wait_word("talking")
    colleague.wait_hears(WEB_HZ)
    phone.wait_hears(AGENT_HZ)
    colleague.hang_up()
    phone.wait_word("ready")


def test_a_colleague_s_call_that_is_declined_at_the_next_page_is_over(phone: WebPhone, phones: Phones) -> None:
    colleague = phones.agent("1002").call("1101")
    phone.wait_word("ringing")
    phone.page.evaluate("window.watched.crash()")
    phone.page.reload()
    phone.wait_word("ringing")
    phone.page.get_by_role("button", name="Decline", exact=True).click()
    colleague.wait_ended()
    assert not colleague.has("answered")
    phone.wait_word("ready")


def bob_talks(daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks) -> tuple[Call, Call, str]:
    """Bob, who has an ordinary phone, has a caller: the caller's call, his own, the contact."""
    daemon.agent("sign-in", "bob")
    bob, seen = phones.agent("1002", Ring(), voice=HERTZ["bob"]), len(daemon.entries())
    phone.until(lambda: bool(desks.do("bob", "", "agent")["phone_reachable"]), 15, "bob's phone is there")
    desks.do("bob", "", "ready")
    caller = phones.call("8123")
    caller.wait_answered()
    time.sleep(0.7)
    caller.press("2")
    own = bob.expect_ring(10)
    contact = daemon.wait_fact(lambda fact: fact.kind == "ContactQueued", skip=seen).contact_id
    desks.do("bob", contact, "answer")
    caller.wait_hears(HERTZ["bob"])
    desks.do("bob", "", "not_ready")
    return caller, own, contact


def test_a_consultation_rings_on_at_the_page_that_is_loaded_anew(
    daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks
) -> None:
    caller, asking, contact = bob_talks(daemon, phone, phones, desks)
    desks.do("bob", contact, "consult", to_kind="agent", to="ann")
    phone.wait_word("ringing")
    phone.page.reload()
    phone.wait_word("ringing")
    phone.page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    phone.wait_word("talking")
    asking.wait_hears(WEB_HZ)
    phone.wait_hears(HERTZ["bob"])
    caller.wait_hears(MUSIC_HZ)
    desks.do("bob", contact, "complete")
    caller.wait_hears(WEB_HZ)
    phone.wait_hears(CALLER_HZ)
    asking.wait_ended()
    caller.hang_up()
    phone.wait_word("ready")
    daemon.agent("sign-out", "bob")


def test_a_transferred_customer_rings_on_at_the_page_that_is_loaded_anew(
    daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks
) -> None:
    caller, passing, contact = bob_talks(daemon, phone, phones, desks)
    seen = len(daemon.entries())
    desks.do("bob", contact, "transfer", to_kind="agent", to="ann")
    passing.wait_ended()
    for leave in ("location.reload()", "window.watched.crash()"):
        phone.wait_word("ringing")
        phone.page.evaluate(leave)
        caller.wait_hears(MUSIC_HZ)
        if "crash" in leave:
            phone.page.reload()
        phone.page.locator('[data-phone="ringing"]').wait_for()
    phone.until(lambda: bool(phone.page.evaluate("window.watched.rings()") == 1), 5, "it is heard to ring")
    phone.page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    phone.wait_word("talking")
    caller.wait_hears(WEB_HZ)
    phone.wait_hears(CALLER_HZ)
    caller.hang_up()
    phone.wait_word("ready")
    daemon.wait_fact(lambda fact: fact.kind == "ContactEnded", skip=seen)
    kinds = [entry.fact.kind for entry in daemon.entries()[seen:] if entry.fact.contact_id == contact]
    assert "ContactQueued" not in kinds, "they have not waited again"
    assert kinds.count("TalkEnded") == 2
    assert "phone_lost" not in {fact.reason for fact in not_ready(daemon, seen)}
    daemon.agent("sign-out", "bob")


def test_a_transferred_customer_waits_again_when_the_page_stays_away(
    daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks
) -> None:
    caller, _, contact = bob_talks(daemon, phone, phones, desks)
    seen = len(daemon.entries())
    desks.do("bob", contact, "transfer", to_kind="agent", to="ann")
    phone.wait_word("ringing")
    phone.page.goto("about:blank")
    queued = daemon.wait_fact(lambda fact: fact.kind == "ContactQueued", timeout=30, skip=seen)
    assert (queued.contact_id, queued.returned) == (contact, True)
    caller.wait_hears(MUSIC_HZ)
    caller.hang_up()
    phone.page.goto(phone.url)
    phone.wait_word("ready")
    daemon.agent("sign-out", "bob")


def test_who_whispers_to_an_agent_whispers_to_the_page_that_is_loaded_anew(talk: Talk, phones: Phones) -> None:
    talk.answer()
    talk.heard_both_ways()
    cyd, phone = phones.agent("1003", Ring(), voice=HERTZ["cyd"]), talk.phone
    talk.daemon.agent("sign-in", "cyd")
    phone.until(lambda: bool(talk.desks.do("cyd", "", "agent")["phone_reachable"]), 15, "cyd's phone is there")
    talk.desks.do("cyd", talk.contact, "monitor", mode="whisper")
    spying = cyd.expect_ring()
    phone.wait_hears(HERTZ["cyd"])
    since = time.monotonic()
    phone.page.reload()
    phone.wait_word("talking", timeout=BACK_S)
    phone.wait_hears(HERTZ["cyd"])
    talk.heard_both_ways()
    spying.wait_hears(CALLER_HZ)
    spying.wait_hears(WEB_HZ)
    assert spans_of(spying, MUSIC_HZ, since)
    assert not talk.caller.hears(HERTZ["cyd"])
    assert talk.desks.do("cyd", talk.contact, "monitor", mode="barge")["agent_id"] == "ann"
    talk.caller.wait_hears(HERTZ["cyd"])
    talk.end()
    spying.wait_ended()
    assert len([call for call in cyd.calls if call.direction == "in"]) == 1
    talk.daemon.agent("sign-out", "cyd")


@pytest.fixture
def sue(daemon: WebDaemon, chromium: BrowserContext) -> Iterator[WebPhone]:
    """The page of sue, in the same browser: under another name of the machine, and so with a session of its own."""
    page = WebPhone(chromium.new_page(), daemon.url.replace("127.0.0.1", "localhost"), "sue")
    page.sign_in()
    page.wait_word("ready")
    daemon.agent("sign-in", "sue")
    yield page
    page.page.close()
    chromium.clear_cookies(domain="localhost")
    daemon.agent("sign-out", "sue")


@pytest.mark.parametrize("first", ["agent", "supervisor"])
def test_who_listens_goes_on_when_both_pages_are_loaded_anew_at_once(talk: Talk, sue: WebPhone, first: str) -> None:
    talk.answer()
    talk.heard_both_ways()
    sue.until(lambda: bool(talk.desks.do("sue", "", "agent")["phone_reachable"]), 15, "sue's phone is there")
    talk.desks.do("sue", talk.contact, "monitor", mode="listen")
    sue.wait_hears(CALLER_HZ)
    pages = [talk.phone, sue] if first == "agent" else [sue, talk.phone]
    for page in pages:
        page.page.goto("about:blank")
    for page in reversed(pages):
        page.page.goto(page.url)
    talk.phone.wait_word("talking", timeout=BACK_S)
    sue.wait_word("talking", timeout=BACK_S)
    talk.heard_both_ways()
    sue.wait_hears(CALLER_HZ)
    sue.wait_hears(WEB_HZ)
    assert talk.desks.do("sue", talk.contact, "monitor", mode="whisper")["agent_id"] == "ann"
    talk.end()
    sue.wait_word("ready")


# -- two tabs --------------------------------------------------------------------------------------------------------


def second_tab(talk: Talk, chromium: BrowserContext) -> WebPhone:
    """Another tab of the same browser, which is not the phone."""
    other = WebPhone(chromium.new_page(), talk.phone.url)
    other.page.goto(talk.phone.url)
    other.wait_word("elsewhere")
    return other


def test_what_rang_in_a_tab_that_goes_rings_in_the_other(talk: Talk, chromium: BrowserContext) -> None:
    other = second_tab(talk, chromium)
    talk.phone.page.reload()
    other.wait_word("ringing")
    talk.phone.wait_word("elsewhere")
    other.page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    other.wait_word("talking")
    talk.caller.wait_hears(WEB_HZ)
    other.wait_hears(CALLER_HZ)
    talk.caller.hang_up()
    other.wait_word("ready")
    other.page.close()
    talk.phone.wait_word("ready")
    assert not_ready(talk.daemon, talk.seen) == []
    assert [fact.kind for fact in offers(talk)] == ["OfferMade", "OfferEnded"]


def test_another_tab_takes_over_the_phone_with_its_call(talk: Talk, chromium: BrowserContext) -> None:
    talk.answer()
    talk.heard_both_ways()
    other = second_tab(talk, chromium)
    other.page.get_by_role("toolbar", name="Call").get_by_role("button", name="Hold").wait_for()
    other.page.get_by_role("button", name="Use it here").click()
    other.wait_word("talking", timeout=BACK_S)
    talk.phone.wait_word("elsewhere")
    talk.phone.page.get_by_text("“Use it here” brings the call to this tab").wait_for()
    talk.caller.wait_hears(WEB_HZ)
    other.wait_hears(CALLER_HZ)
    talk.phone.page.get_by_role("button", name="Use it here").click()
    talk.phone.wait_word("talking", timeout=BACK_S)
    other.wait_word("elsewhere")
    talk.heard_both_ways()
    other.page.close()
    talk.end()
    facts = talk.facts()
    assert [fact.kind for fact in facts].count("TalkEnded") == 1
    assert [fact.kind for fact in facts].count("ContactHeld") == 2


def test_another_tab_takes_over_what_rings(talk: Talk, chromium: BrowserContext) -> None:
    other = second_tab(talk, chromium)
    other.page.get_by_role("button", name="Use it here").click()
    other.wait_word("ringing")
    talk.phone.wait_word("elsewhere")
    other.page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    other.wait_word("talking")
    talk.caller.wait_hears(WEB_HZ)
    talk.caller.hang_up()
    other.wait_word("ready")
    other.page.close()
    talk.phone.wait_word("ready")
    assert [fact.kind for fact in offers(talk)] == ["OfferMade", "OfferEnded"]
