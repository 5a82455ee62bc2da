"""The English default: the model scored by the grammar, and its processes, one of which is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.grammar import Grammar, Phrase, yes_or_no
from ivr.speech.moonshine_model import MoonshineModel, Tokens, packaged_model
from ivr.speech.moonshine_recogniser import MoonshineRecogniser
from ivr.speech.recogniser import Decision, Failure, Overloaded, Recognition
from tests.ivr.speech.test_vosk_recogniser import Ear, grammar
from tests.ivr.speech.voices import line, said

YES_NO = Grammar(kind="yes_no", language="en", phrases=yes_or_no("en"))
MENU = grammar("sales", "support", "billing", "agent", "operator")
ACCOUNT = Grammar(kind="digits", language="en", min_length=8, max_length=8, phrases=(Phrase("agent", "agent"),))


@pytest.fixture(scope="module")
def model() -> MoonshineModel:
    return MoonshineModel()


def heard(model: MoonshineModel, words: str, allowed: Grammar, noise: float = 10.0) -> Recognition:
    return model.recognise(line(0.25, said(words), 0.4, noise=noise), allowed)


@pytest.mark.parametrize("word", ["yes", "no"])
def test_yes_and_no(model: MoonshineModel, word: str) -> None:
    found = heard(model, word, YES_NO)
    assert YES_NO.meaning(found.text) == word
    assert found.confidence > 0.7


@pytest.mark.parametrize("word", ["sales", "support", "billing", "agent", "operator"])
@pytest.mark.parametrize("noise", [10.0, 150.0])
def test_a_menu_in_quiet_and_in_noise(model: MoonshineModel, word: str, noise: float) -> None:
    assert heard(model, word, MENU, noise).text == word


@pytest.mark.parametrize(
    ("said_so", "digits"),
    [
        ("four seven one one two zero nine five", "47112095"),
        ("eight six three two five zero one four", "86325014"),
    ],
)
def test_an_account_number(model: MoonshineModel, said_so: str, digits: str) -> None:
    found = heard(model, said_so, ACCOUNT)
    assert ACCOUNT.meaning(found.text) == digits
    assert found.confidence > 0.5


def test_a_way_out_of_number_entry(model: MoonshineModel) -> None:
    assert ACCOUNT.meaning(heard(model, "agent", ACCOUNT).text) == "agent"


@pytest.mark.parametrize("words", ["what time is it", "good morning", "I want to fly to Paris"])
def test_what_the_grammar_does_not_know_is_rejected(model: MoonshineModel, words: str) -> None:
    assert heard(model, words, MENU).confidence < 0.3


def test_a_number_has_as_many_digits_as_the_grammar_allows(model: MoonshineModel) -> None:
    short = Grammar(kind="digits", language="en", min_length=3, max_length=4)
    found = heard(model, "one two three four five six", short)
    assert 3 <= len(short.meaning(found.text) or "") <= 4


def test_silence_and_a_scrap_of_sound_do_not_crash_it(model: MoonshineModel) -> None:
    assert model.recognise(b"", YES_NO).confidence <= 1.0
    assert model.recognise(bytes(321 * 2), YES_NO).confidence <= 1.0
    assert model.recognise(bytes(3200), Grammar(kind="choices", language="en")) == Recognition(text="")


def test_words_are_written_with_the_models_own_pieces() -> None:
    tokens = Tokens((packaged_model() / "tokenizer.bin").read_bytes())
    assert len(tokens.encode("sales")) <= 2
    assert tokens.encode("Sales and support") != tokens.encode("Salesandsupport")
    with pytest.raises(ValueError, match="cannot write"):
        tokens.encode("\U0001f3f4\U000e0067")


# -- processes ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool() -> Iterator[MoonshineRecogniser]:
    recogniser = MoonshineRecogniser(processes=1, most_waiting=2)
    recogniser.warm_up()
    yield recogniser
    recogniser.close()


def ask(recogniser: MoonshineRecogniser, word: str) -> Ear:
    ear = Ear()
    utterance = recogniser.begin(YES_NO, ear)
    utterance.feed(line(0.25, said(word), 0.4))
    utterance.finish()
    return ear


def test_a_process_of_its_own_decides(pool: MoonshineRecogniser) -> None:
    decision = ask(pool, "yes").wait()
    assert isinstance(decision, Recognition)
    assert decision.text == "yes"
    assert os.getpid() not in pool.pids()


def test_more_than_it_can_do_is_refused_at_once(pool: MoonshineRecogniser) -> None:
    waiting = [ask(pool, "no"), ask(pool, "no")]
    with pytest.raises(Overloaded):
        pool.begin(YES_NO, Ear())
    assert [getattr(ear.wait(), "text", "") for ear in waiting] == ["no", "no"]


def test_what_is_cancelled_is_not_told(pool: MoonshineRecogniser) -> None:
    ear = Ear()
    utterance = pool.begin(YES_NO, ear)
    utterance.feed(line(0.25, said("yes"), 0.4))
    utterance.finish()
    utterance.cancel()
    assert getattr(ask(pool, "no").wait(), "text", "") == "no"
    assert ear.times == 0


def test_a_killed_process_fails_its_callers_and_the_next_is_understood() -> None:
    restarts: list[bool] = []
    recogniser = MoonshineRecogniser(on_restart=lambda: restarts.append(True))
    try:
        recogniser.warm_up()
        ear = ask(recogniser, "yes")
        os.kill(recogniser.pids()[0], signal.SIGKILL)
        first: Decision = ear.wait()
        assert isinstance(first, Failure | Recognition)
        assert ear.times == 1
        decision = ask(recogniser, "no").wait()
        if isinstance(decision, Failure):  # it had not yet been noticed that the process was gone
            decision = ask(recogniser, "no").wait()
        assert getattr(decision, "text", None) == "no"
        assert restarts == [True]
    finally:
        recogniser.close()
    ear = Ear()
    utterance = recogniser.begin(YES_NO, ear)
    utterance.finish()
    assert ear.wait() == Failure("moonshine: no process")


def test_no_process_stays_behind_when_the_daemon_is_killed(tmp_path: Path) -> None:
    """The worker watches its parent; tried with a parent that is killed."""

    script = tmp_path / "daemon.py"
    script.write_text(
        textwrap.dedent(
            """
            import time
            from ivr.speech.moonshine_recogniser import MoonshineRecogniser
            if __name__ == "__main__":
                recogniser = MoonshineRecogniser()
                recogniser.warm_up()
                print(recogniser.pids()[0], flush=True)
                time.sleep(60)
            """
        ),
        encoding="utf-8",
    )
    root = Path(__file__).parents[3]
    daemon = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert daemon.stdout is not None
    worker = int(daemon.stdout.readline())
    daemon.kill()
    daemon.wait(10)
    daemon.stdout.close()
    gone = threading.Event()
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists() or "zombie" in Path(f"/proc/{worker}/status").read_text():
            break
        gone.wait(0.1)
    else:
        pytest.fail("the worker is still there")
