"""A network between page and daemon that stops without a word, with a call at the browser's phone: real Asterisk."""

import time
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import BrowserContext

from facts.states import Declared, OfferOutcome
from tests.browser.cable import Cable
from tests.e2e.browser_phone.talks import Talk
from tests.e2e.web_phone import BACK_S, WebDaemon, WebPhone

NOTICED_S = 10
"""Either side has to notice in so long."""
BUSY_S = 3
"""What a busy machine may add to that."""

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("web phone")]


@pytest.fixture(scope="module")
def cable(daemon: WebDaemon) -> Iterator[Cable]:
    """The network between ann's page and the daemon; the sound goes another way."""
    one = Cable(daemon.port)
    yield one
    one.close()


@pytest.fixture(scope="module")
def phone(daemon: WebDaemon, chromium: BrowserContext, cable: Cable) -> WebPhone:
    """Ann's page, at work, at the far end of the cable."""
    page = WebPhone(chromium.pages[0], f"http://127.0.0.1:{cable.port}")
    page.sign_in()
    page.wait_word("ready")
    daemon.agent("sign-in", "ann")
    return page


@pytest.fixture(autouse=True)
def flowing(cable: Cable) -> Iterator[None]:
    cable.let_go.clear()
    yield
    cable.thaw()


def wait_let_go(phone: WebPhone, cable: Cable, since: float) -> None:
    """Until the daemon has let go of the live channel and of the phone."""
    for path in ("/api/v1/live", "/api/v1/phone"):
        phone.until(partial(_is_let_go, cable, path), NOTICED_S + BUSY_S, f"{path} is let go")
    assert time.monotonic() - since <= NOTICED_S + BUSY_S


def _is_let_go(cable: Cable, path: str) -> bool:
    return any(path in line for line in cable.let_go)


def test_a_talk_goes_on_over_the_next_connection(talk: Talk, cable: Cable) -> None:
    talk.answer()
    talk.heard_both_ways()
    page = talk.phone.page
    cable.freeze()
    begun = time.monotonic()
    page.get_by_role("status").get_by_text("No connection since").wait_for(timeout=(NOTICED_S + BUSY_S) * 1000)
    talk.heard_both_ways()
    wait_let_go(talk.phone, cable, begun)
    cable.thaw()
    page.get_by_role("status").get_by_text("No connection since").wait_for(state="hidden")
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    page.wait_for_timeout(2000)
    talk.heard_both_ways()
    talk.caller.hang_up()
    talk.phone.wait_word("ready", timeout=6)
    assert "ContactHeld" not in [fact.kind for fact in talk.facts()]


def test_a_network_that_stays_away_gives_the_customer_music_and_the_talk_returns(talk: Talk, cable: Cable) -> None:
    talk.answer()
    talk.heard_both_ways()
    cable.freeze()
    troubled = talk.daemon.wait_fact(lambda fact: fact.kind == "PhoneTroubled", NOTICED_S + 15, skip=talk.seen)
    assert troubled.trouble == "cut_off"
    cable.thaw()
    recovered = talk.daemon.wait_fact(lambda fact: fact.kind == "PhoneRecovered", BACK_S + 15, skip=talk.seen)
    assert recovered.trouble == "cut_off"
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    talk.end()


def test_an_offer_that_rings_at_a_dead_connection_rings_at_the_next(talk: Talk, cable: Cable) -> None:
    page = talk.phone.page
    page.get_by_role("alertdialog").wait_for()
    cable.freeze()
    begun = time.monotonic()
    talk.phone.wait_word("lost", timeout=NOTICED_S + BUSY_S)
    wait_let_go(talk.phone, cable, begun)
    cable.thaw()
    talk.phone.wait_word("ringing")
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    talk.phone.wait_word("talking")
    talk.heard_both_ways()
    talk.end()
    ended = [fact for fact in talk.facts() if fact.kind == "OfferEnded"]
    assert [fact.outcome for fact in ended] == [OfferOutcome.ANSWERED]
    assert talk.phone.ask("/agents/ann")["declared"] == Declared.READY.value
