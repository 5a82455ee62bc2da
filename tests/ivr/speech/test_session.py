"""One caller's audio: pacing, barge-in, keys against speech, a recogniser that is slow or gone."""

from typing import Any

import pytest

from facts.time import MILLISECOND, SECOND
from ivr import effects, inputs
from ivr.grammar import Grammar, Phrase
from ivr.speech.recogniser import Failure, Recognition
from ivr.speech.session import (
    PATIENCE,
    BeginUtterance,
    CancelUtterance,
    FeedUtterance,
    FinishUtterance,
    SendFrame,
    SpeechSession,
    Tell,
)
from tests.ivr.speech.voices import frames, line, said

MENU = Grammar(kind="choices", language="en", phrases=(Phrase("billing", "billing"),))
LISTEN = effects.Listen(node="main", language="en", keys=None, grammar=MENU)
PROMPT = bytes(range(256)) * 500  # 8 s


def play(play_id: int = 1, *, interruptible: bool = True) -> effects.Play:
    return effects.Play(play_id=play_id, language="en", prompts=(), interruptible=interruptible)


class Line:
    """Drives a session by a clock of its own; remembers what it wanted."""

    def __init__(self) -> None:
        self.session = SpeechSession()
        self.now = 0
        self.actions: list[Any] = []

    def does(self, actions: list[Any]) -> list[Any]:
        self.actions += actions
        return actions

    def hears(self, sound: bytes) -> None:
        """The caller's audio in real time, with ticks when they are due."""
        for frame in frames(sound):
            until = self.now + 20 * MILLISECOND
            while (due := self.session.next_tick) is not None and due <= until:
                self.now = max(self.now, due)
                self.does(self.session.tick(self.now))
            self.now = until
            self.does(self.session.feed_audio(frame, self.now))

    def told(self) -> list[inputs.Input]:
        return [action.given for action in self.actions if isinstance(action, Tell)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [action for action in self.actions if isinstance(action, kind)]


@pytest.fixture
def open_line() -> Line:
    one = Line()
    one.does(one.session.listen(LISTEN))
    return one


def test_a_prompt_goes_out_one_frame_every_twenty_milliseconds() -> None:
    one = Line()
    one.does(one.session.play(play(7), PROMPT[:1000], one.now))
    assert [len(a.samples) for a in one.of(SendFrame)] == [320]
    one.hears(bytes(320 * 5))
    sent = b"".join(action.samples for action in one.of(SendFrame))
    assert sent == PROMPT[:1000] + bytes(280)
    assert one.told() == [inputs.PromptDone(7)]
    assert one.session.next_tick is None


def test_the_end_of_a_prompt_is_told_when_its_last_frame_has_been_heard() -> None:
    one = Line()
    one.does(one.session.play(play(), PROMPT[:640], 0))
    assert one.does(one.session.tick(19 * MILLISECOND)) == []
    assert len(one.does(one.session.tick(20 * MILLISECOND))) == 1
    assert one.does(one.session.tick(40 * MILLISECOND)) == [Tell(inputs.PromptDone(1))]


def test_after_a_late_tick_the_prompt_does_not_rush() -> None:
    one = Line()
    one.does(one.session.play(play(), PROMPT, 0))
    assert len(one.does(one.session.tick(100 * MILLISECOND))) == 5
    assert len(one.does(one.session.tick(2 * SECOND))) == 1


def test_an_empty_prompt_is_over_at_once() -> None:
    one = Line()
    assert one.does(one.session.play(play(3), b"", 0)) == [Tell(inputs.PromptDone(3))]


def test_a_voice_stops_the_prompt_in_time_and_is_recognised_from_its_beginning(open_line: Line) -> None:
    open_line.does(open_line.session.play(play(), PROMPT, 0))
    word = said("billing")
    open_line.hears(line(1.0, word))
    last_frame = max(i for i, a in enumerate(open_line.actions) if isinstance(a, SendFrame))
    sent_s = len(open_line.of(SendFrame)) * 0.02
    assert sent_s <= 1.0 + 0.04 + 0.15  # the recording begins with 40 ms of silence
    (begin,) = open_line.of(BeginUtterance)
    assert begin.grammar is MENU
    assert last_frame < open_line.actions.index(begin)
    assert inputs.SpeechStarted() in open_line.told()
    open_line.hears(line(0.5))
    assert open_line.of(FinishUtterance) == [FinishUtterance(begin.utterance_id)]
    fed = b"".join(action.samples for action in open_line.of(FeedUtterance))
    assert len(fed) > len(word) * 0.9


def test_the_end_of_speech_is_found_within_the_silence_wait(open_line: Line) -> None:
    word = said("billing")
    open_line.hears(line(1.0, word, 1.0))
    finished = open_line.actions.index(open_line.of(FinishUtterance)[0])
    heard = sum(1 for a in open_line.actions[:finished] if isinstance(a, FeedUtterance))
    assert heard * 0.02 < 0.3 + len(word) / 16000 + 0.42


def test_a_decision_is_told_to_the_interpreter(open_line: Line) -> None:
    open_line.hears(line(1.0, said("billing"), 0.6))
    decision = Recognition(text="billing", confidence=0.9)
    open_line.does(open_line.session.decided(1, decision, open_line.now))
    assert open_line.told()[-1] == inputs.Spoken("billing", 0.9, ())
    assert 0 <= open_line.session.decisions_us[0] < SECOND
    assert open_line.session.decided(1, decision, open_line.now) == []
    assert open_line.session.decided(99, decision, open_line.now) == []


def test_a_key_stops_the_prompt_at_once(open_line: Line) -> None:
    open_line.does(open_line.session.play(play(), PROMPT, 0))
    open_line.hears(bytes(320 * 10))
    sent = len(open_line.of(SendFrame))
    assert open_line.does(open_line.session.feed_digit("5", open_line.now)) == [Tell(inputs.Digits("5"))]
    open_line.hears(bytes(320 * 10))
    assert len(open_line.of(SendFrame)) == sent
    assert inputs.PromptDone(1) not in open_line.told()


def test_a_key_beats_speech_that_is_being_decided(open_line: Line) -> None:
    open_line.hears(line(1.0, said("billing"), 0.6))
    actions = open_line.session.feed_digit("1", open_line.now)
    assert actions == [CancelUtterance(1), Tell(inputs.Digits("1"))]
    assert open_line.session.decided(1, Recognition(text="billing", confidence=1.0), open_line.now) == []


def test_a_key_ends_recognition_in_the_middle_of_a_word(open_line: Line) -> None:
    word = said("billing")
    open_line.hears(line(1.0, word[: len(word) // 2]))
    assert open_line.session.feed_digit("1", open_line.now)[0] == CancelUtterance(1)
    open_line.actions.clear()
    open_line.hears(line(word[len(word) // 2 :], 1.0))
    assert open_line.actions == []


def test_what_may_not_be_interrupted_is_not(open_line: Line) -> None:
    open_line.does(open_line.session.play(play(interruptible=False), PROMPT[:32000], 0))
    open_line.does(open_line.session.feed_digit("1", open_line.now))
    open_line.hears(line(0.5, said("billing")))
    assert not open_line.of(BeginUtterance)
    open_line.hears(line(1.0))
    assert inputs.PromptDone(1) in open_line.told()


def test_who_speaks_into_the_end_of_such_a_prompt_is_heard_after_it(open_line: Line) -> None:
    open_line.does(open_line.session.play(play(interruptible=False), PROMPT[:16000], 0))
    open_line.hears(line(0.8, said("I want billing, billing, billing."), 1.0))
    assert len(open_line.of(BeginUtterance)) == 1


def test_without_a_grammar_nobody_listens() -> None:
    one = Line()
    one.does(one.session.listen(effects.Listen(node="n", language="en", keys=None, grammar=None)))
    one.hears(line(1.0, said("billing"), 1.0))
    assert one.actions == []


def test_a_new_question_drops_the_old_answer(open_line: Line) -> None:
    open_line.hears(line(1.0, said("billing"), 0.6))
    assert open_line.session.listen(LISTEN) == [CancelUtterance(1)]
    assert open_line.session.decided(1, Recognition(text="billing", confidence=1.0), open_line.now) == []


def test_a_recogniser_that_fails_is_told(open_line: Line) -> None:
    open_line.hears(line(1.0, said("billing"), 0.6))
    assert open_line.session.decided(1, Failure("killed"), open_line.now) == [Tell(inputs.SpeechFailed("killed"))]


def test_patience_with_a_recogniser_has_an_end(open_line: Line) -> None:
    open_line.hears(line(1.0, said("billing"), 0.6))
    due = open_line.session.next_tick
    assert due is not None
    assert due <= open_line.now + PATIENCE
    assert open_line.session.tick(due) == [CancelUtterance(1), Tell(inputs.SpeechFailed("no decision in time"))]
    assert open_line.session.next_tick is None


def test_a_caller_who_never_stops_is_decided_all_the_same(open_line: Line) -> None:
    word = said("billing")
    open_line.hears(line(1.0, *[word] * 60))
    assert open_line.of(FinishUtterance)


def test_audio_may_come_in_any_pieces(open_line: Line) -> None:
    sound = line(1.0, said("billing"), 0.6)
    for at in range(0, len(sound), 501):
        open_line.does(open_line.session.feed_audio(sound[at : at + 501], at * 62))
    assert open_line.of(FinishUtterance)


def test_who_breathes_between_groups_of_digits_is_heard_to_the_end() -> None:
    one = Line()
    digits = Grammar(kind="digits", language="en", min_length=4, max_length=8)
    one.does(one.session.listen(effects.Listen(node="n", language="en", keys=None, grammar=digits)))
    one.hears(line(1.0, said("one two"), 0.2, said("three four"), 0.5))
    assert len(one.of(BeginUtterance)) == 1
    assert not one.of(FinishUtterance)
    one.hears(line(0.3))
    assert len(one.of(FinishUtterance)) == 1
