"""On the real Asterisk: a secret number that is given after a recorded talk is not in its recording."""

from pathlib import Path

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import AGENT_HZ, Phones
from tests.e2e.callers import Caller
from tests.e2e.daemon import Daemon
from tests.sip_phone import Answer, audio

TALK_HZ, SECRET_HZ, ASK_HZ = 700.0, 1900.0, 1500.0

FLOW = """
flow: reception
title: A secret number after the talk
languages: [en]
start: to_support
variables: {pin: {type: digits, private: true}}
nodes:
  to_support: {type: queue, queue: support, after_talk: pin}
  pin:
    type: collect
    private: true
    variable: pin
    min_length: 5
    max_length: 5
    prompts: [ask]
    next: bye
    no_input: {retries: 3, next: bye}
    no_match: {next: bye}
  bye: {type: hang_up, prompts: [ask]}
prompts:
  ask: {en: {text: ask, recording: ask.wav}}
"""


def test_a_secret_number_is_not_in_the_recording(real_asterisk: Asterisk, phones: Phones, tmp_path: Path) -> None:
    folder = tmp_path / "daemon"
    folder.mkdir()
    audio.write_wav(folder / "ask.wav", audio.tone(ASK_HZ, 1))
    node = Daemon(real_asterisk, folder, flow=FLOW, recording="always")
    node.start()
    try:
        cyd = phones.agent("1003", Answer(0.3))
        node.work("cyd")
        caller = Caller(node, phones)
        leg = cyd.expect_ring(10)
        leg.wait_answered()
        caller.wait_hears(AGENT_HZ)
        caller.call.say(audio.tone(TALK_HZ, 1.0))
        caller.call.wait_said()
        leg.hang_up()
        caller.wait_node("pin", via="after_talk")
        caller.wait_hears(ASK_HZ)
        caller.call.say(audio.tone(SECRET_HZ, 1.0))
        caller.call.wait_said()
        caller.press("86420")
        caller.wait_node("bye")
        caller.call.wait_ended()
        stopped = caller.wait("RecordingStopped")
        caller.wait("ContactEnded")
        assert [fact.file for fact in caller.facts("RecordingStarted")] == [stopped.file]
    finally:
        node.stop()
    heard = audio.read_wav(real_asterisk.folder / "spool/recording" / stopped.file)
    assert _loudest(heard, TALK_HZ) > 0.3  # beside the agent
    assert _loudest(heard, SECRET_HZ) < 0.1
    for low, high in ((852.0, 1336.0), (770.0, 1477.0)):  # the tones of the keys 8 and 6
        assert _loudest(heard, low) < 0.2 or _loudest(heard, high) < 0.2


def _loudest(heard: audio.Samples, hertz: float) -> float:
    """The greatest share of a tone in any fifth of a second that is not silent."""
    pieces = [heard[at : at + 1600] for at in range(0, len(heard) - 1600, 800)]
    return max((audio.share(piece, hertz) for piece in pieces if audio.level(piece) > 100), default=0.0)
