"""A menu that listens, and a daemon for it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.callers import Caller
from tests.e2e.daemon import Daemon
from tests.sip_phone import audio

LONG_HZ, NEXT_HZ, BYE_HZ, WORDS_HZ, KEYS_HZ = 1000.0, 1500.0, 1800.0, 2200.0, 600.0
STOPS_WITHIN_S = 0.15

FLOW = """
flow: reception
title: A menu that listens
languages: [en]
start: choose
max_errors: {{count: 8, next: to_support}}
variables: {{account: {{type: digits}}, pin: {{type: digits, private: true}}}}
nodes:
  choose:
    type: menu
    prompts: [long]
    choices:
      - {{name: billing, key: 1, next: to_sales, prompts: [words], say: {{en: [{billing}]}}}}
      - {{name: account, key: 2, next: account, prompts: [words], say: {{en: [{account}]}}}}
      - {{name: support, key: 3, next: sure, prompts: [words], say: {{en: [{support}]}}}}
      - {{name: secret, key: 4, next: pin}}
      - {{name: rude, key: 5, next: rude}}
      - {{name: greeted, key: 6, next: greeting}}
      - {{name: doubtful, key: 7, next: doubtful}}
    first_digit_s: 2
    confirm_below: {confirm_below}
    no_input: {{retries: 1, next: to_support}}
    no_match: {{retries: 3, next: to_support}}
  account:
    type: collect
    variable: account
    min_length: 6
    max_length: 6
    prompts: [next]
    next: bye
    confirm_below: 0
    no_input: {{retries: 1, next: to_support}}
    no_match: {{retries: 1, next: to_support}}
  pin:
    type: collect
    input: keys
    private: true
    variable: pin
    min_length: 11
    max_length: 11
    prompts: [next]
    next: bye
    no_input: {{retries: 1, next: to_support}}
    no_match: {{retries: 1, next: to_support}}
  sure:
    type: confirm
    prompts: [next]
    yes: to_support
    no: choose
    first_digit_s: 1.5
    confirm_below: 0
    no_input: {{retries: 1, next: to_support}}
    no_match: {{retries: 1, next: to_support}}
  doubtful:
    type: menu
    prompts: [next]
    choices:
      - {{name: billing, key: 1, next: to_sales, prompts: [words], say: {{en: [billing]}}}}
      - {{name: support, key: 2, next: to_support}}
    confirm_below: 1
    no_input: {{retries: 3, next: to_support}}
    no_match: {{retries: 3, next: to_support}}
  greeting: {{type: say, prompts: [long], next: sure}}
  rude: {{type: say, prompts: [long], interruptible: false, next: bye}}
  to_sales: {{type: queue, queue: sales}}
  to_support: {{type: queue, queue: support}}
  bye: {{type: hang_up, prompts: [bye]}}
prompts:
  long: {{en: {{text: long, recording: long.wav}}}}
  next: {{en: {{text: next, recording: next.wav}}}}
  words: {{en: {{text: words, recording: words.wav}}}}
  bye: {{en: {{text: bye, recording: bye.wav}}}}
  keys_only: {{en: {{text: keys only, recording: keys.wav}}}}
  use_keys: {{en: {{text: use keys, recording: keys.wav}}}}
"""
ENGLISH = {"billing": "billing", "account": "my account", "support": "technical support"}


def write_flow(folder: Path, words: dict[str, str], confirm_below: float) -> str:
    for name, hertz, seconds in [
        ("long", LONG_HZ, 8),
        ("next", NEXT_HZ, 1),
        ("words", WORDS_HZ, 1),
        ("bye", BYE_HZ, 1),
        ("keys", KEYS_HZ, 1),
    ]:
        audio.write_wav(folder / f"{name}.wav", audio.tone(hertz, seconds))
    return FLOW.format(**words, confirm_below=confirm_below)


def serve(asterisk: Asterisk, folder: Path, flow: str, **speech: Any) -> Iterator[Daemon]:
    node = Daemon(asterisk, folder, flow=flow, more={"speech": speech})
    try:
        node.start()
        yield node
    finally:
        node.stop()
    assert "Traceback" not in node.log(), node.log()


def quickest(measure: Callable[[], float], within_s: float = STOPS_WITHIN_S) -> float:
    """The least of up to three measurements, in seconds; no more are made once one is within the bound.

    Other programs on the machine only make things later, so the least is nearest to what was built.
    """
    least = measure()
    for _ in range(2):
        if least < within_s:
            break
        least = min(least, measure())
    return least


def arrive(daemon: Daemon, phones: Phones, noise: audio.Samples | None = None) -> Caller:
    """A caller who hears the menu."""
    caller = Caller(daemon, phones, noise=noise)
    caller.wait_hears(LONG_HZ)
    return caller


def spoken(caller: Caller, choice: str) -> Any:
    """The fact that a choice was understood."""
    return caller.wait("MenuInputGiven", mode="speech", choice=choice)
