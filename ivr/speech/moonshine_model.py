"""The Moonshine model, read for a grammar: which of the phrases that are allowed was said. Runs in worker processes.

The model writes text as it hears it. Instead of taking what it writes, we let it score only what the grammar allows:
lists of phrases as a whole (``Sales.``, ``sales`` … count as one), digits by a search through all digit sequences.
What it would have written freely serves as the yardstick: speech that is far from every phrase scores far below it.

Needs the optional extra ``speech-en``: ``moonshine-voice`` brings the weights, ``onnxruntime`` runs them.
"""

import importlib.util
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]  # it has no stubs

from ivr.grammar import Grammar, digit_words
from ivr.inputs import Alternative
from ivr.speech.recogniser import RecogniserMissing, Recognition

LINE_RATE, MODEL_RATE = 8000, 16000
SHORTEST_S = 0.6
"""Shorter speech is padded with silence: the model was never shown less."""

BEGIN, END = 1, 2
BEAM = 8
MOST_KNOWN = 20_000
WIDEST = 24
"""So many beginnings of phrases are followed at once."""
MOST_FREE_TOKENS = 32
FREE_RATIO_MIDDLE, FREE_RATIO_WIDTH = -5.5, 1.2
"""Where the likelihood ratio against free writing means a confidence of one half, and how sharply it turns."""

Floats = npt.NDArray[np.float32]


class Tokens:
    """The model's vocabulary: pieces of words, each with a number; frequent pieces have low numbers."""

    def __init__(self, content: bytes) -> None:
        self._pieces = list(_pieces(content))
        self._numbers = {piece: number for number, piece in enumerate(self._pieces) if piece}

    def encode(self, text: str, *, inside: bool = False) -> list[int]:
        """A text as numbers; ``inside``: it goes on without a space. ValueError when it cannot be written."""
        marked = text.replace(" ", "▁") if inside else "▁" + text.replace(" ", "▁")
        pieces = [letter.encode() for letter in marked]
        while (best := self._best_pair(pieces)) is not None:
            pieces[best : best + 2] = [pieces[best] + pieces[best + 1]]
        unknown = [piece for piece in pieces if piece not in self._numbers]
        if unknown:
            raise ValueError(f"the model cannot write {b''.join(unknown).decode()!r}")
        return [self._numbers[piece] for piece in pieces]

    def _best_pair(self, pieces: list[bytes]) -> int | None:
        """Where the pair stands that was learned first."""
        known = [
            (number, at)
            for at, (one, other) in enumerate(itertools.pairwise(pieces))
            if (number := self._numbers.get(one + other)) is not None
        ]
        return min(known)[1] if known else None


def _pieces(content: bytes) -> Iterator[bytes]:
    """Each piece after its length: one byte, or two (low seven bits first) when the high bit is set."""
    at = 0
    while at < len(content):
        length = content[at]
        at += 1
        if length >= 128:
            length = content[at] * 128 + length - 128
            at += 1
        yield content[at : at + length]
        at += length


class _State(msgspec.Struct, frozen=True):
    """The decoder after some tokens: what it remembers, for a batch of beginnings."""

    memory: dict[str, Floats]
    log_probabilities: Floats


class _Path(msgspec.Struct, frozen=True):
    """One way of writing digits: its score, the digits so far, and where it stands in the grammar."""

    score: float
    digits: str
    place: tuple[int, ...]
    parent: int
    token: int


class MoonshineModel:
    """The model in memory. One thread at a time."""

    def __init__(self, folder: Path | None = None) -> None:
        import onnxruntime as ort  # type: ignore[import-untyped]  # noqa: PLC0415 - no stubs; an optional extra

        where = folder or packaged_model()
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._encoder = ort.InferenceSession(str(where / "encoder_model.ort"), options)
        self._decoder = ort.InferenceSession(str(where / "decoder_model_merged.ort"), options)
        self._shapes = {entry.name: entry.shape for entry in self._decoder.get_inputs()}
        self._past = [name for name in self._shapes if name.startswith("past_key_values")]
        self._outputs = ["logits", *(name.replace("past_key_values", "present") for name in self._past)]
        self._tokens = Tokens((where / "tokenizer.bin").read_bytes())
        self._known: dict[str, tuple[tuple[int, ...], ...]] = {}
        self._digit_trie = _digit_trie(self._tokens)
        self._separators = tuple(
            number for sign in (",", ".", "-") for number in self._tokens.encode(sign, inside=True)
        )
        self._full_stop = self._tokens.encode(".", inside=True)[0]

    def recognise(self, samples: bytes, grammar: Grammar) -> Recognition:
        """What was said of what the grammar allows."""
        heard = self._hear(samples)
        scored = self._phrases(heard, [phrase.text for phrase in grammar.phrases])
        if grammar.kind == "digits":
            scored |= self._digits(heard, grammar.min_length, grammar.max_length)
        if not scored:
            return Recognition(text="")
        total = float(np.logaddexp.reduce(list(scored.values())))
        meanings = {phrase.text: phrase.meaning for phrase in grammar.phrases}
        return _decision(scored, meanings, total, self._free_score(heard, enough=total))

    # -- hearing -----------------------------------------------------------------------------------------------------

    def _hear(self, samples: bytes) -> Floats:
        sound = np.frombuffer(samples[: len(samples) // 2 * 2], np.int16).astype(np.float32) / 32768
        sound = soxr.resample(sound, LINE_RATE, MODEL_RATE)
        sound = sound / max(float(np.abs(sound).max(initial=0.0)), 1e-3) * 0.7
        missing = int(SHORTEST_S * MODEL_RATE) - len(sound)
        if missing > 0:
            sound = np.pad(sound, (missing // 2, missing - missing // 2))
        batch = sound[None].astype(np.float32)
        mask = np.ones(batch.shape, np.int64)
        heard: Floats = self._encoder.run(None, {"input_values": batch, "attention_mask": mask})[0]
        return heard

    # -- writing -----------------------------------------------------------------------------------------------------

    def _decode(self, heard: Floats, tokens: Sequence[Sequence[int]], before: _State | None) -> _State:
        """Go on by ``tokens`` (a batch of equal lengths), from the beginning or from a state."""
        count = len(tokens)
        given: dict[str, Any] = {
            "input_ids": np.asarray(tokens, np.int64),
            "encoder_hidden_states": np.repeat(heard, count, 0),
            "encoder_attention_mask": np.ones((count, heard.shape[1]), np.int64),
            "use_cache_branch": np.array([before is not None]),
        }
        given |= before.memory if before is not None else self._no_memory(count)
        given = {name: value for name, value in given.items() if name in self._shapes}
        results = self._decoder.run(self._outputs, given)
        memory = dict(zip(self._past, results[1:], strict=True))
        if before is not None:  # what was heard does not change, and the model gives it only once
            memory |= {name: value for name, value in before.memory.items() if ".encoder." in name}
        return _State(memory, _log_softmax(results[0]))

    def _no_memory(self, count: int) -> dict[str, Floats]:
        shapes = self._shapes
        return {name: np.zeros((count, shapes[name][1], 0, shapes[name][3]), np.float32) for name in self._past}

    def _free_score(self, heard: Floats, enough: float) -> float:
        """How likely the model holds what it would write of its own accord; not followed below ``enough``."""
        state = self._decode(heard, [[BEGIN]], None)
        score = 0.0
        for _ in range(MOST_FREE_TOKENS):
            last = state.log_probabilities[0, -1]
            token = int(last.argmax())
            score += float(last[token])
            if token == END or score < enough:
                break
            state = self._decode(heard, [[token]], state)
        return score

    # -- phrases -----------------------------------------------------------------------------------------------------

    def _phrases(self, heard: Floats, texts: Sequence[str]) -> dict[str, float]:
        """The score of each phrase over all the ways in which it may be written; what they share is decoded once."""
        forms = [(text, tokens) for text in texts for tokens in self._written(text)]
        if not forms:
            return {}
        state = self._decode(heard, [[BEGIN]], None)
        rows: dict[tuple[int, ...], int] = {(): 0}
        scores: dict[tuple[int, ...], float] = {(): 0.0}
        for depth in range(max(len(tokens) for _, tokens in forms)):
            for tokens in {tokens[: depth + 1] for _, tokens in forms if len(tokens) > depth}:
                row = rows[tokens[:depth]]
                scores[tokens] = scores[tokens[:depth]] + float(state.log_probabilities[row, -1, tokens[depth]])
            going_on = sorted({tokens[: depth + 1] for _, tokens in forms if len(tokens) > depth + 1})
            if not going_on:
                break
            if len(going_on) > WIDEST:  # a whole calendar: what is far behind cannot win any more
                going_on = sorted(going_on, key=lambda tokens: -scores[tokens])[:WIDEST]
                kept = set(going_on)
                forms = [form for form in forms if len(form[1]) <= depth + 1 or form[1][: depth + 1] in kept]
            parents = [rows[tokens[:depth]] for tokens in going_on]
            state = self._decode(heard, [[tokens[depth]] for tokens in going_on], _taken(state, parents))
            rows = {tokens: row for row, tokens in enumerate(going_on)}
        told: dict[str, float] = {}
        for text, tokens in forms:
            told[text] = float(np.logaddexp(told.get(text, -math.inf), scores[tokens]))
        return told

    def _written(self, text: str) -> tuple[tuple[int, ...], ...]:
        """The ways of writing a phrase, remembered: a calendar has hundreds."""
        if text not in self._known:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[text] = tuple((*self._tokens.encode(form), END) for form in _forms(text))
        return self._known[text]

    # -- digits ------------------------------------------------------------------------------------------------------

    def _digits(self, heard: Floats, least: int, most: int) -> dict[str, float]:
        """The likeliest digit sequences and their scores, by a beam search."""
        state = self._decode(heard, [[BEGIN]], None)
        paths = [_Path(0.0, "", (), 0, BEGIN)]
        found: dict[str, float] = {}
        for _ in range(most * 3 + 2):
            last = state.log_probabilities[:, -1]
            grown: list[_Path] = []
            for row, path in enumerate(paths):
                grown += self._grown(path, row, last[row], most)
                if path.place in ((), (-1,)) and least <= len(path.digits) <= most:
                    score = path.score + float(last[row, END])
                    found[path.digits] = float(np.logaddexp(found.get(path.digits, -math.inf), score))
            paths = sorted(grown, key=lambda path: -path.score)[:BEAM]
            if not paths or (found and max(found.values()) > paths[0].score):
                break
            state = self._decode(heard, [[path.token] for path in paths], _taken(state, [p.parent for p in paths]))
        return {" ".join(digits): score for digits, score in found.items()}

    def _grown(self, path: _Path, row: int, last: Floats, most: int) -> Iterator[_Path]:
        """Every next token that the grammar allows. ``place``: inside a word, () between words, (-1,) after a stop."""
        if len(path.digits) < most:
            for token, digit in self._digit_trie.get(path.place if path.place != (-1,) else (), {}).items():
                place = () if digit else (*(path.place if path.place != (-1,) else ()), token)
                yield _Path(path.score + float(last[token]), path.digits + digit, place, row, token)
                if digit and (*path.place, token) in self._digit_trie:
                    yield _Path(path.score + float(last[token]), path.digits, (*path.place, token), row, token)
        if path.place == () and path.digits:
            for token in self._separators:
                place = (-1,)
                yield _Path(path.score + float(last[token]), path.digits, place, row, token)


def packaged_model() -> Path:
    """The folder of the weights that the package ``moonshine-voice`` brings."""
    found = importlib.util.find_spec("moonshine_voice")
    folder = Path(found.origin).parent / "assets" / "tiny-en" if found is not None and found.origin else None
    if folder is None or not (folder / "encoder_model.ort").is_file():
        raise RecogniserMissing("the English recogniser is not installed: pip install 'cordboard[speech-en]'")
    return folder


def _forms(text: str) -> tuple[str, ...]:
    """The ways in which the model may write a phrase."""
    upper = text[:1].upper() + text[1:]
    return (f"{upper}.", upper, f"{text}.", text, f"{upper}!", f"{upper}?")


def _log_softmax(logits: Floats) -> Floats:
    told: Floats = logits - logits.max(-1, keepdims=True)
    told -= np.log(np.exp(told).sum(-1, keepdims=True))
    return told


def _taken(state: _State, rows: list[int]) -> _State:
    """The memory of the rows from which the next tokens go on."""
    memory = {
        name: value[rows] if len(value) > 1 else np.repeat(value, len(rows), 0) for name, value in state.memory.items()
    }
    return _State(memory, state.log_probabilities)


def _digit_trie(tokens: Tokens) -> dict[tuple[int, ...], dict[int, str]]:
    """For each beginning of a written digit, the tokens that go on, with the digit when it is complete by them."""
    trie: dict[tuple[int, ...], dict[int, str]] = {}
    for word, digit in digit_words("en").items():
        for form in (word, word.capitalize(), digit):
            for inside in (False, True) if form == digit else (False,):
                encoded = tokens.encode(form, inside=inside)
                for length in range(len(encoded)):
                    complete = digit if length == len(encoded) - 1 else ""
                    branch = trie.setdefault(tuple(encoded[:length]), {})
                    branch[encoded[length]] = branch.get(encoded[length]) or complete
    return trie


def _decision(scored: dict[str, float], meanings: dict[str, str], total: float, free: float) -> Recognition:
    """The likeliest meaning, by its likeliest words; confident when no other is near nor free writing far likelier."""
    by_meaning: dict[str, list[tuple[float, str]]] = {}
    for text, score in scored.items():
        by_meaning.setdefault(meanings.get(text, text), []).append((score, text))
    sums = [(float(np.logaddexp.reduce([s for s, _ in said])), max(said)[1]) for said in by_meaning.values()]
    near = 1 / (1 + math.exp(min(700.0, -(total - free - FREE_RATIO_MIDDLE) / FREE_RATIO_WIDTH)))
    rated = [(text, near * math.exp(score - total)) for score, text in sorted(sums, reverse=True)[:3]]
    others = tuple(Alternative(text, confidence) for text, confidence in rated[1:])
    return Recognition(text=rated[0][0], confidence=rated[0][1], alternatives=others)
