"""Menus that listen on a scripted switch: the line, its pace, keys against speech, and recognisers that fail."""

from uuid import UUID, uuid4

import pytest

from cti_bridge.wire.audiosocket import AudioFrame, CallFrame, EndFrame, encode_frame
from ivr.speech.recogniser import Failure, Recognition
from tests.cti_bridge.shell.menu_stage import LOUD, PEER, QUIET, Stage

FLOW = """
flow: main
title: A menu that listens
languages: [en, zh]
start: choose
max_errors: {count: 9, next: queue}
nodes:
  choose:
    type: menu
    prompts: [first]
    choices:
      - {name: sales, key: 1, next: queue, say: {en: [sales], zh: [xiaoshou]}}
      - {name: chinese, key: 2, next: chinese}
      - {name: switch, key: 3, next: tones, say: {en: [tones], zh: [yinxiao]}}
    no_input: {retries: 1, next: queue}
    no_match: {retries: 3, next: queue}
  chinese: {type: set, language: zh, next: choose}
  tones: {type: say, prompts: [of_switch], next: choose}
  queue: {type: queue, queue: sales}
prompts:
  first: {en: first, zh: first}
  of_switch: {en: {text: beep, sound: beep}, zh: {text: beep, sound: beep}}
"""
KEYS_ONLY = FLOW.replace(", say: {en: [sales], zh: [xiaoshou]}", "").replace(", say: {en: [tones], zh: [yinxiao]}", "")


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path, FLOW, listens=True)


@pytest.fixture
def talking(stage):
    return stage.arrive().expect("ANSWER").open_line()


def audio(frames):
    return [frame for frame in frames if isinstance(frame, AudioFrame)]


def says(stage, decision):
    """The caller says something, and the recogniser decides."""
    stage.hear(QUIET, 10)
    stage.hear(LOUD, 20)
    stage.hear(QUIET, 30)
    (utterance,) = stage.recogniser.utterances[-1:]
    assert utterance.finished
    utterance.decided(decision)
    return utterance


def test_nothing_is_played_before_the_line_is_there(stage):
    stage.arrive().expect("ANSWER")
    stage.pass_s(1)
    stage.open_line()
    stage.pass_s(1)
    assert len(audio(stage.sent())) == 25


def test_the_prompt_goes_out_at_the_pace_of_the_line(talking):
    talking.pass_s(0.2)
    assert 10 <= len(audio(talking.sent())) <= 12
    talking.pass_s(1)
    assert 13 <= len(audio(talking.sent())) <= 15


def test_the_language_is_set_without_interrupting_the_line(talking):
    talking.digit("2")
    assert [headers["Value"] for headers in talking.switch.of("Setvar")] == ["en", "zh"]
    assert not [frame for frame in talking.sent() if isinstance(frame, EndFrame)]


def test_a_key_stops_the_prompt_and_is_the_answer(talking):
    talking.pass_s(0.1)
    talking.sent()
    talking.digit("1")
    talking.pass_s(0.2)
    assert talking.sent() == [EndFrame()]
    talking.line.connectionLost()
    talking.reply().expect('SET VARIABLE "ACD_QUEUE" "sales"')
    assert talking.over


def test_speech_stops_the_prompt_within_150_ms(talking):
    talking.pass_s(0.06)
    talking.hear(QUIET, 4)
    talking.sent()
    talking.hear(LOUD, 7)
    talking.sent()
    talking.hear(LOUD, 5)
    assert talking.sent() == []


def test_what_was_said_is_the_answer(talking):
    heard = says(talking, Recognition(text="sales", confidence=0.9))
    assert LOUD in heard.heard
    talking.close_line().expect('SET VARIABLE "ACD_QUEUE" "sales"')
    given = talking.facts("MenuInputGiven")[0]
    assert (given.choice, given.mode, given.confidence) == ("sales", "speech", 0.9)


def test_a_key_wins_over_speech_that_is_not_decided(talking):
    talking.hear(QUIET, 10)
    talking.hear(LOUD, 20)
    (utterance,) = talking.recogniser.utterances
    talking.digit("2")
    assert utterance.cancelled
    utterance.decided(Recognition(text="sales", confidence=1.0))
    assert [fact.choice for fact in talking.facts("MenuInputGiven")] == ["chinese"]


def test_a_decision_after_the_line_is_gone_is_nothing(talking):
    talking.hear(QUIET, 10)
    talking.hear(LOUD, 20)
    (utterance,) = talking.recogniser.utterances
    talking.line.connectionLost()
    talking.hang_up()
    utterance.decided(Recognition(text="sales", confidence=1.0))
    assert utterance.cancelled
    assert talking.facts("MenuEnded")[0].outcome == "caller_left"
    assert talking.over
    talking.pass_s(5)
    assert not talking.reactor.getDelayedCalls()


@pytest.mark.parametrize("overloaded", [False, True], ids=["dies", "overloaded"])
def test_a_recogniser_that_fails_leaves_keys_says_so_and_is_counted(talking, overloaded):
    talking.recogniser.overloaded = overloaded
    if overloaded:
        talking.hear(QUIET, 10)
        talking.hear(LOUD, 10)
    else:
        says(talking, Failure("gone"))
    assert talking.counts.counted == {"speech_failed": 1}
    talking.pass_s(0.3)
    assert audio(talking.sent())
    before = len(talking.recogniser.utterances)
    talking.hear(LOUD, 20)
    assert len(talking.recogniser.utterances) == before
    talking.digit("1")
    talking.close_line().expect('SET VARIABLE "ACD_QUEUE"')


def test_a_recogniser_that_never_decides(talking):
    talking.hear(QUIET, 10)
    talking.hear(LOUD, 20)
    talking.hear(QUIET, 30)
    talking.pass_s(4)
    assert talking.counts.counted == {"speech_failed": 1}
    assert talking.recogniser.utterances[0].cancelled


def test_without_the_audio_line_the_menu_goes_on_with_keys(stage):
    stage.arrive().expect("ANSWER").expect('EXEC "AudioSocket"', "200 result=-1")
    stage.expect("CHANNEL STATUS", "200 result=6")
    stage.expect('STREAM FILE "keys_only"').expect('STREAM FILE "first"', f"200 result={ord('1')} endpos=1")
    stage.expect('SET VARIABLE "ACD_QUEUE"')
    assert stage.counts.counted == {"speech_failed": 1}


def test_a_line_that_is_lost_in_the_middle(talking):
    talking.pass_s(0.1)
    talking.line.connectionLost()
    talking.reply("200 result=-1").expect("CHANNEL STATUS", "200 result=6")
    talking.expect('STREAM FILE "keys_only"')


def test_a_caller_who_hangs_up(talking):
    talking.line.connectionLost()
    talking.reply("HANGUP\n200 result=-1")
    assert talking.over
    assert talking.facts("MenuEnded")[0].outcome == "caller_left"


def test_a_sound_that_only_the_switch_has_is_played_by_it(talking):
    talking.digit("3")
    talking.close_line().expect('STREAM FILE "of_switch"')
    talking.open_line()
    talking.pass_s(0.1)
    assert audio(talking.sent())


def test_in_a_language_without_a_recogniser_keys_are_listened_to(talking):
    talking.digit("2")
    talking.hear(QUIET, 10)
    talking.hear(LOUD, 20)
    assert not talking.recogniser.utterances
    assert not talking.counts.counted
    talking.digit("1")
    talking.close_line().expect('SET VARIABLE "ACD_QUEUE"')


def test_no_answer_in_time(talking):
    talking.pass_s(6)
    assert talking.facts("MenuInputGiven")[0].outcome == "no_input"


def test_a_flow_that_takes_no_speech_needs_no_line(tmp_path):
    stage = Stage(tmp_path, KEYS_ONLY, listens=True)
    stage.arrive().expect("ANSWER").expect('STREAM FILE "first"')


# -- the server -------------------------------------------------------------------------------------------------------


def connect(stage):
    line = stage.audio.buildProtocol(PEER)
    line.makeConnection(stage.line_transport)
    return line


@pytest.mark.parametrize(
    "said",
    [encode_frame(CallFrame(uuid4())), encode_frame(AudioFrame(QUIET)), b"GET / HTTP/1.0\r\n\r\n", b"\x01\x00\x01\x00"],
    ids=["an unknown call", "audio first", "HTTP", "half a name"],
)
def test_strangers_are_hung_up_on(stage, said):
    line = connect(stage)
    line.dataReceived(said)
    assert stage.line_transport.disconnected


def test_silence_in_place_of_a_name_is_not_awaited_for_ever(stage):
    connect(stage)
    stage.pass_s(5.1)
    assert stage.line_transport.disconnected


def test_a_name_serves_once(stage):
    stage.arrive().expect("ANSWER").open_line()
    command = stage.command()
    line = stage.audio.buildProtocol(PEER)
    other = type(stage.line_transport)()
    line.makeConnection(other)
    name = command.split(",")[0][-36:]
    line.dataReceived(encode_frame(CallFrame(UUID(name))))
    assert other.disconnected
    assert not stage.line_transport.disconnected


def test_not_more_lines_than_allowed(stage):
    stage.audio._most_lines = 1
    line = connect(stage)
    assert stage.audio.buildProtocol(PEER) is None
    line.connectionLost()
    assert stage.audio.buildProtocol(PEER) is not None
