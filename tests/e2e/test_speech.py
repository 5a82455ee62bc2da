"""Callers who speak, on the real Asterisk: recognised over AudioSocket, with prompts, keys and speech at once."""

import time
from collections.abc import Iterator

import pytest

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.e2e.listening import (
    ENGLISH,
    KEYS_HZ,
    LONG_HZ,
    NEXT_HZ,
    STOPS_WITHIN_S,
    WORDS_HZ,
    arrive,
    quickest,
    serve,
    spoken,
    write_flow,
)
from tests.e2e.voices import LEVEL, noise_like_a_room, said

pytestmark = pytest.mark.xdist_group("speech")


@pytest.fixture(scope="module")
def english(asterisk_of_session: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One daemon that understands English, for all tests here; each caller has a number of their own."""
    folder = tmp_path_factory.mktemp("english")
    yield from serve(
        asterisk_of_session, folder, write_flow(folder, ENGLISH, 0), recognisers={"en": {"engine": "moonshine"}}
    )


@pytest.mark.parametrize("voice", ["hibari", "flite-slt", "flite-rms"])
def test_what_is_said_leads_to_the_right_queue(english: Daemon, phones: Phones, voice: str) -> None:
    speech = said("billing", voice)
    caller = arrive(english, phones)
    caller.say(speech)
    spoken(caller, "billing")
    assert caller.wait("ContactQueued").queue == "sales"
    caller.leave()


def test_yes_is_understood_with_noise_on_the_line(english: Daemon, phones: Phones) -> None:
    support, yes = said("technical support", noise_db=20), said("yes", noise_db=20)
    caller = arrive(english, phones)
    caller.call.say(noise_like_a_room(1.0, LEVEL / 10))
    caller.say(support)
    caller.call.say(noise_like_a_room(1.5, LEVEL / 10))
    caller.wait_node("sure")
    caller.wait_hears(NEXT_HZ)
    caller.call.wait_said()
    caller.say(yes)
    caller.call.say(noise_like_a_room(2.0, LEVEL / 10))
    assert caller.wait("ContactQueued").queue == "support"
    caller.leave()


def test_an_account_number(english: Daemon, phones: Phones) -> None:
    account, number = said("my account"), said("four seven one nine two five")
    caller = arrive(english, phones)
    caller.say(account)
    caller.wait_node("account")
    caller.wait_hears(NEXT_HZ)
    caller.call.wait_said()
    caller.say(number)
    spoken(caller, "entered")
    caller.wait_node("bye")
    caller.call.wait_ended()


def test_the_voice_stops_the_prompt_at_once(english: Daemon, phones: Phones) -> None:
    speech = said("billing")

    def stopped_after() -> float:
        caller = arrive(english, phones)
        time.sleep(0.5)
        began = caller.say(speech)
        caller.wait("ContactQueued")
        caller.leave()
        return caller.last_heard(LONG_HZ) - began

    assert quickest(stopped_after) < STOPS_WITHIN_S


def test_the_voice_stops_a_greeting_and_answers_the_question_after_it(english: Daemon, phones: Phones) -> None:
    yes = said("yes")

    def stopped_after() -> float:
        caller = arrive(english, phones)
        caller.press("6")
        caller.wait_node("greeting")
        time.sleep(1.0)
        caller.wait_hears(LONG_HZ)
        began = caller.say(yes)
        assert caller.wait("ContactQueued").queue == "support"
        assert [(fact.node, fact.choice) for fact in caller.facts("MenuInputGiven")][1:] == [("sure", "yes")]
        caller.leave()
        return caller.last_heard(LONG_HZ) - began

    assert quickest(stopped_after) < STOPS_WITHIN_S


def test_a_key_stops_the_prompt_at_once_and_ends_recognition(english: Daemon, phones: Phones) -> None:
    def stopped_after() -> float:
        caller = arrive(english, phones)
        time.sleep(0.3)
        let_go = caller.press("2")
        caller.wait_hears(NEXT_HZ)
        caller.press("471925")
        caller.wait("MenuInputGiven", choice="entered", mode="dtmf")
        caller.call.wait_ended()
        return caller.last_heard(LONG_HZ) - let_go

    assert quickest(stopped_after) < STOPS_WITHIN_S


def test_a_key_wins_over_what_was_just_said(english: Daemon, phones: Phones) -> None:
    speech = said("billing")
    caller = arrive(english, phones)
    caller.call.say(speech)
    caller.call.wait_said()
    caller.press("2")
    caller.wait_node("account")
    time.sleep(1.0)
    assert [fact.mode for fact in caller.facts("MenuInputGiven")] == ["dtmf"]
    caller.leave()


def test_a_prompt_that_may_not_be_interrupted_goes_on(english: Daemon, phones: Phones) -> None:
    speech = said("billing")
    caller = arrive(english, phones)
    caller.press("5")
    caller.wait_node("rude")
    caller.call.say(speech)
    caller.call.wait_said()
    caller.press("1")
    caller.wait_hears(LONG_HZ)
    assert caller.path()[-1] == "rude"
    caller.leave()


def test_what_was_understood_with_little_confidence_is_asked_back(english: Daemon, phones: Phones) -> None:
    billing, yes = said("billing"), said("yes")
    caller = arrive(english, phones)
    caller.press("7")
    caller.wait_node("doubtful")
    caller.wait_hears(NEXT_HZ)
    began = caller.say(billing)
    caller.wait_hears(WORDS_HZ, since=began)
    assert not [fact for fact in caller.facts("MenuInputGiven") if fact.node == "doubtful"]
    caller.call.wait_said()
    caller.say(yes)
    assert caller.wait("ContactQueued").queue == "sales"
    spoken(caller, "billing")
    caller.leave()


def test_after_two_failures_keys_are_offered(english: Daemon, phones: Phones) -> None:
    nonsense = said("the quick brown fox jumps over the lazy dog")
    caller = arrive(english, phones)
    caller.press("7")
    caller.wait_node("doubtful")
    for _ in range(2):
        caller.wait_hears(NEXT_HZ)
        began = caller.say(nonsense)
        caller.call.wait_said()
    caller.wait_hears(KEYS_HZ, since=began)
    failed = [(fact.outcome, fact.mode) for fact in caller.facts("MenuInputGiven") if fact.node == "doubtful"]
    assert failed == [("no_match", "speech")] * 2
    caller.press("1")
    assert caller.wait("ContactQueued").queue == "sales"
    caller.leave()


def test_nonsense_ends_at_a_person(english: Daemon, phones: Phones) -> None:
    nonsense = said("the quick brown fox jumps over the lazy dog")
    caller = arrive(english, phones)
    caller.say(nonsense)
    caller.wait("MenuInputGiven", outcome="no_match", mode="speech")
    caller.press("#*#")
    caller.wait_node("to_support")
    caller.leave()


def test_silence_ends_at_a_person(english: Daemon, phones: Phones) -> None:
    caller = arrive(english, phones)
    caller.press("3")
    caller.wait_node("to_support", via="no_input")
    caller.leave()


def test_a_secret_number_is_nowhere_though_the_menu_listens(english: Daemon, phones: Phones) -> None:
    caller = arrive(english, phones)
    caller.press("4")
    caller.wait_hears(NEXT_HZ)
    caller.press("86420975313")
    caller.wait_node("bye")
    caller.call.wait_ended()
    caller.wait("ContactEnded")
    kept = english.log().encode() + b"".join(p.read_bytes() for p in english.home.rglob("*") if p.is_file())
    assert b"86420975313" not in kept


@pytest.mark.parametrize(("key", "node"), [("", "choose"), ("2", "account"), ("3", "sure"), ("5", "rude")])
def test_hang_up_while_the_menu_listens(english: Daemon, phones: Phones, key: str, node: str) -> None:
    caller = arrive(english, phones)
    if key:
        caller.press(key)
    caller.wait_node(node)
    time.sleep(0.2)
    ends = [fact.outcome for fact in caller.leave() if fact.kind == "MenuEnded"]
    assert ends == ["caller_left"]
