"""Callers who speak, on the real Asterisk: recognised over AudioSocket, with prompts, keys and speech at once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.e2e.voices import said, silence

FLOW = """
flow: reception
title: A menu that listens
languages: [en]
start: welcome
max_errors: {count: 8, next: to_support}
variables: {account: {type: digits}}
nodes:
  welcome: {type: say, prompts: [welcome], next: choose}
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: billing, key: 1, next: to_billing, prompts: [billing], say: {en: [billing, my bill]}}
      - {name: account, key: 2, next: account, prompts: [account_word], say: {en: [account, my account]}}
      - {name: support, key: 3, next: sure, prompts: [support], say: {en: [support, technical support]}}
    first_digit_s: 3
    no_input: {retries: 1, next: to_support}
    no_match: {retries: 3, next: to_support}
  account:
    type: collect
    variable: account
    min_length: 6
    max_length: 6
    prompts: [account]
    next: to_billing
    no_input: {retries: 1, next: to_support}
    no_match: {retries: 1, next: to_support}
  sure:
    type: confirm
    prompts: [sure]
    yes: to_support
    no: choose
    no_input: {retries: 1, next: to_support}
    no_match: {retries: 1, next: to_support}
  to_billing: {type: queue, queue: sales}
  to_support: {type: queue, queue: support}
prompts:
  welcome: {en: Welcome.}
  choose: {en: Please say billing. Or account. Or support. You may also press one. Or two. Or three. At any time.}
  billing: {en: billing}
  account_word: {en: account}
  support: {en: support}
  account: {en: Please say your account number.}
  sure: {en: "Technical support. Is that right?"}
"""


@pytest.fixture
def listening(real_asterisk: Asterisk, tmp_path: Path) -> Iterator[Daemon]:
    node = Daemon(real_asterisk, tmp_path, flow=FLOW, more={"speech": {"recognisers": {"en": {"engine": "moonshine"}}}})
    try:
        node.start()
        yield node
    finally:
        node.stop()
    assert "Traceback" not in node.log(), node.log()


def test_says_billing(listening: Daemon, phones: Phones) -> None:
    speech = said("billing")
    caller = phones.caller(voice=None).call("8123")
    caller.wait_answered()
    time.sleep(3)
    caller.say(speech)
    caller.wait_said()
    queued = listening.wait_kind("ContactQueued")[0]
    assert queued.queue == "sales"
    given = listening.facts("MenuInputGiven")[-1]
    assert (given.choice, given.mode) == ("billing", "speech")
    caller.hang_up()
    listening.wait_kind("ContactEnded")
