"""Vosk as the recogniser of one language: one model in memory, decoding in a pool of threads.

Vosk decodes while the caller speaks and lets go of the interpreter lock meanwhile. Audio of one utterance is decoded in
order: at most one job per utterance is in the pool, and takes everything that has come since the last.
"""

import contextlib
import functools
import json
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import soxr  # type: ignore[import-untyped]  # it has no stubs

from ivr.grammar import Grammar, digit_words
from ivr.speech.recogniser import Decided, Decision, Failure, Overloaded, RecogniserMissing, Recognition

LINE_RATE = 8000
DEFAULT_MODEL_RATE = 16000
UNKNOWN = "[unk]"
LONGEST_PART = 12
"""No word within a word is looked for that has more characters."""


class VoskRecogniser:
    """Recognises with any Vosk model directory.

    ``spelling`` says how the model writes words that it does not know as the grammar does (``{"sales": "세일즈"}``).
    ``most_at_once`` utterances are taken on; one core carries about thirty.
    """

    def __init__(
        self,
        model: Path,
        *,
        threads: int = 1,
        most_at_once: int = 30,
        spelling: Mapping[str, str] | None = None,
    ) -> None:
        self._model = _load(model)
        self._rate = _rate_of(model)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="vosk")
        self._most = most_at_once
        self._spelling = dict(spelling or {})
        self._in_words = functools.lru_cache(maxsize=10_000)(self._words_for)
        self._written = {self._in_words(written): word for word, written in self._spelling.items()}
        self._lock = threading.Lock()
        self._at_once = 0

    def begin(self, grammar: Grammar, decided: Decided) -> "VoskUtterance":
        """Begin an utterance; raises :class:`Overloaded`."""
        with self._lock:
            if self._at_once >= self._most:
                raise Overloaded(f"vosk: {self._at_once} utterances at once are the most")
            self._at_once += 1
        known = [UNKNOWN] if self._knows(UNKNOWN) else []
        said = {self._in_words(self._spelling.get(text, text)): text for text in _texts(grammar)}
        return VoskUtterance(self, json.dumps([*said, *known], ensure_ascii=False), said, decided)

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _words_for(self, text: str) -> str:
        """The text in words of the model, which leaves out what it does not know: 查余额 may be 查 and 余额 to it."""
        return " ".join(word if self._knows(word) else self._taken_apart(word) for word in text.split())

    def _taken_apart(self, word: str) -> str:
        """Into as few known words as can be; as it stands when there are none."""
        best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - LONGEST_PART), end):
                before = best[start]
                if before is None or not self._knows(word[start:end]):
                    continue
                found = (*before, word[start:end])
                if best[end] is None or len(found) < len(best[end] or ()):
                    best[end] = found
        return " ".join(best[-1] or (word,))

    def close(self) -> None:
        """Stop the threads; utterances under way fail."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    # -- for its utterances ------------------------------------------------------------------------------------------

    def submit(self, work: Any) -> None:
        """Run in the pool; RuntimeError when it is closed."""
        self._pool.submit(work)

    def make(self, words: str) -> Any:
        """A decoder for a grammar. Slow (some milliseconds): call it in the pool."""
        import vosk  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no stubs, and loads 25 MB

        decoder = vosk.KaldiRecognizer(self._model, float(self._rate), words)
        decoder.SetWords(True)
        return decoder

    def resampler(self) -> Any:
        """From the line's rate to the model's."""
        return soxr.ResampleStream(LINE_RATE, self._rate, 1, dtype="int16")

    def spelled_back(self, text: str, said: Mapping[str, str]) -> str:
        """What the model wrote, in the words of the grammar; ``said``: its phrases by how the model writes them."""
        if text in said:
            return said[text]
        return " ".join(self._written.get(word, word) for word in text.split())

    def over(self) -> None:
        """An utterance is done with."""
        with self._lock:
            self._at_once -= 1


class VoskUtterance:
    """One utterance under way."""

    def __init__(self, recogniser: VoskRecogniser, words: str, said: Mapping[str, str], decided: Decided) -> None:
        self._recogniser = recogniser
        self._words = words
        self._said = said
        self._decided = decided
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._running = False
        self._finished = False
        self._over = False
        self._results: list[dict[str, Any]] = []
        self._decoder: Any = None
        self._resampler: Any = None

    def feed(self, samples: bytes) -> None:
        """More audio."""
        with self._lock:
            self._waiting.append(samples)
        self._run()

    def finish(self) -> None:
        """Decide."""
        with self._lock:
            self._finished = True
        self._run()

    def cancel(self) -> None:
        """Forget it."""
        self._end(None)

    def _run(self) -> None:
        with self._lock:
            if self._running or self._over:
                return
            self._running = True
        try:
            self._recogniser.submit(self._work)
        except RuntimeError:
            self._end(Failure("vosk: closed"))

    def _work(self) -> None:
        """In a thread: decode what has come; decide when nothing more will."""
        try:
            decision = self._decode()
        except Exception as error:  # noqa: BLE001 - whatever a native library raises, the caller goes on with keys
            decision = Failure(f"vosk: {type(error).__name__}")
        if decision is not None:
            self._end(decision)

    def _decode(self) -> Decision | None:
        while True:
            with self._lock:
                samples = b"".join(self._waiting)
                self._waiting.clear()
                if self._over:
                    return None
                if not samples and not self._finished:
                    self._running = False
                    return None
                last = self._finished
            self._accept(samples, last=last)
            if last:
                self._results.append(json.loads(self._decoder.FinalResult()))
                return self._decision()

    def _accept(self, samples: bytes, *, last: bool) -> None:
        if self._decoder is None:
            self._decoder = self._recogniser.make(self._words)
            self._resampler = self._recogniser.resampler()
        faster = self._resampler.resample_chunk(np.frombuffer(samples, np.int16), last=last)
        if len(faster) and self._decoder.AcceptWaveform(faster.tobytes()):
            # Vosk has found an end of its own: what it heard until here would be lost.
            self._results.append(json.loads(self._decoder.Result()))

    def _decision(self) -> Recognition:
        words = [word for result in self._results for word in result.get("result", ())]
        if not words or any(word["word"] == UNKNOWN for word in words):
            return Recognition(text="")
        text = self._recogniser.spelled_back(" ".join(word["word"] for word in words), self._said)
        return Recognition(text=text, confidence=min(1.0, *(float(word["conf"]) for word in words)))

    def _end(self, decision: Decision | None) -> None:
        with self._lock:
            if self._over:
                return
            self._over = True
            self._waiting.clear()
        self._recogniser.over()
        if decision is not None:
            with contextlib.suppress(Exception):  # a callback that fails must not kill the thread of other calls
                self._decided(decision)


def _texts(grammar: Grammar) -> dict[str, None]:
    texts = [phrase.text for phrase in grammar.phrases]
    if grammar.kind == "digits":
        texts += digit_words(grammar.language)
    if grammar.kind == "date":  # Vosk's words have no numerals
        texts = [text for text in texts if not any(sign.isdigit() for sign in text)]
    return dict.fromkeys(texts)


def _load(model: Path) -> Any:
    if not (model / "am").is_dir() and not (model / "final.mdl").is_file():
        raise RecogniserMissing(
            f"{model} is no Vosk model: give the folder that holds am/ and conf/ (speech.recognisers)"
        )
    try:
        import vosk  # noqa: PLC0415 - loads 25 MB
    except (ImportError, OSError) as error:
        raise RecogniserMissing("vosk is not installed: pip install vosk") from error
    vosk.SetLogLevel(-1)
    return vosk.Model(str(model))


def _rate_of(model: Path) -> int:
    """The rate that the model was trained on, from its own settings."""
    conf = model / "conf" / "mfcc.conf"
    if conf.is_file():
        for line in conf.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "--sample-frequency" and value.strip().replace(".", "", 1).isdigit():
                return int(float(value))
    return DEFAULT_MODEL_RATE
