"""Recognisers in a running daemon: one that dies, and the real Vosk."""

import os
import signal
import time
from functools import partial
from pathlib import Path

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.e2e.listening import ENGLISH, KEYS_HZ, LONG_HZ, STOPS_WITHIN_S, arrive, quickest, serve, spoken, write_flow
from tests.e2e.voices import KOREAN, korean_model, said
from tests.sip_phone import audio


def test_recognisers_that_hang_or_die_leave_the_keys(real_asterisk: Asterisk, phones: Phones, tmp_path: Path) -> None:
    speech = said("billing")
    flow = write_flow(tmp_path, ENGLISH, 0)
    for node in serve(real_asterisk, tmp_path, flow, recognisers={"en": {"engine": "moonshine"}}):
        first = arrive(node, phones)
        workers = node.children("spawn_main")
        assert workers
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        first.call.say(speech)
        first.wait_log("what=speech_failed")
        first.wait_hears(KEYS_HZ)
        first.press("2")
        first.wait_node("account")
        first.leave()
        second = arrive(node, phones)
        second.call.say(speech)
        second.call.wait_said()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        second.press("1")
        assert second.wait("ContactQueued").queue == "sales"
        second.leave()
        deadline = time.monotonic() + 90
        while not _is_understood(node, phones, speech):  # a new process loads the model, as fast as the machine is
            assert time.monotonic() < deadline, node.log()[-3000:]


def _is_understood(node: Daemon, phones: Phones, speech: audio.Samples) -> bool:
    caller = arrive(node, phones)
    caller.say(speech)
    try:
        spoken(caller, "billing")
    except AssertionError:
        return False
    finally:
        caller.leave()
    return True


def test_an_overloaded_recogniser_leaves_the_keys_and_says_so(
    real_asterisk: Asterisk, phones: Phones, tmp_path: Path
) -> None:
    speech = said("billing")
    flow = write_flow(tmp_path, ENGLISH, 0)
    for node in serve(real_asterisk, tmp_path, flow, workers=1, recognisers={"en": {"engine": "moonshine"}}):
        understood = arrive(node, phones)
        understood.call.say(speech)
        spoken(understood, "billing")
        understood.leave()
        (worker,) = node.children("spawn_main")
        os.kill(worker, signal.SIGSTOP)
        try:
            crowd = [arrive(node, phones) for _ in range(4)]
            for caller in crowd:
                caller.call.say(speech)
            for caller in crowd:
                caller.call.wait_said()
            time.sleep(0.6)  # the silence that ends the speech
            late = arrive(node, phones)
            began = late.say(speech)
            late.wait_hears(KEYS_HZ, since=began)
            assert late.first_heard(KEYS_HZ, began) - began < 3.0  # at once: nobody's patience has to run out
            late.press("1")
            assert late.wait("ContactQueued").queue == "sales"
            for caller in crowd:
                caller.press("2")
                caller.wait_node("account")
                caller.leave()
            late.leave()
            told = [line for line in node.metrics().splitlines() if "menu_trouble_total{" in line or "decision" in line]
            assert 'cordboard_menu_trouble_total{what="speech_failed"} 1.0' in told, told
            assert "cordboard_speech_decision_seconds_count 1.0" in told, told
        finally:
            os.kill(worker, signal.SIGCONT)


def test_vosk_with_a_packaged_model(real_asterisk: Asterisk, phones: Phones, tmp_path: Path) -> None:
    """The model is Korean, so what is said to it is (annyeonghaseyo, yeseu, no)."""
    greeting = "\uc548\ub155\ud558\uc138\uc694"
    words = {"billing": greeting, "account": "\uc608\uc2a4", "support": "\ub178"}
    speech = said(greeting, KOREAN)
    recognisers = {"en": {"engine": "vosk", "model": str(korean_model())}}
    for node in serve(real_asterisk, tmp_path, write_flow(tmp_path, words, 0), recognisers=recognisers):
        assert quickest(partial(_sent_to_sales, node, phones, speech)) < STOPS_WITHIN_S


def _sent_to_sales(node: Daemon, phones: Phones, speech: audio.Samples) -> float:
    """How long after the first sound of the voice the prompt stopped."""
    caller = arrive(node, phones)
    began = caller.say(speech)
    spoken(caller, "billing")
    assert caller.wait("ContactQueued").queue == "sales"
    caller.leave()
    return caller.last_heard(LONG_HZ) - began
