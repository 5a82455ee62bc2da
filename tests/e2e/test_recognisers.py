"""Recognisers in a running daemon: one that dies, and the real Vosk."""

import os
import signal
import time
from pathlib import Path

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.listening import ENGLISH, LONG_HZ, STOPS_WITHIN_S, arrive, serve, spoken, write_flow
from tests.e2e.voices import KOREAN, korean_model, said


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
        third = arrive(node, phones)
        time.sleep(4)  # a new process loads the model meanwhile
        third.say(speech)
        spoken(third, "billing")
        third.leave()


def test_vosk_with_a_packaged_model(real_asterisk: Asterisk, phones: Phones, tmp_path: Path) -> None:
    """The model is Korean, so what is said to it is (annyeonghaseyo, yeseu, no)."""
    greeting = "\uc548\ub155\ud558\uc138\uc694"
    words = {"billing": greeting, "account": "\uc608\uc2a4", "support": "\ub178"}
    speech = said(greeting, KOREAN)
    recognisers = {"en": {"engine": "vosk", "model": str(korean_model())}}
    for node in serve(real_asterisk, tmp_path, write_flow(tmp_path, words, 0), recognisers=recognisers):
        caller = arrive(node, phones)
        began = caller.say(speech)
        spoken(caller, "billing")
        assert caller.last_heard(LONG_HZ) - began < STOPS_WITHIN_S
        assert caller.wait("ContactQueued").queue == "sales"
        caller.leave()
