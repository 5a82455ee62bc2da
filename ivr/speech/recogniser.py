"""What a recogniser is: audio in, a decision out. Implementations are in ``*_recogniser`` modules.

A recogniser serves one language and many calls at once. It does its work elsewhere (threads, processes): no method
here waits for it, and the decision comes by a callback, *from any thread*.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec

from ivr.errors import IvrError
from ivr.grammar import Grammar
from ivr.inputs import Alternative


class Recognition(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood; an empty ``text`` when nothing of the grammar was. ``confidence`` from 0 to 1."""

    text: str
    confidence: float = 0.0
    alternatives: tuple[Alternative, ...] = ()

    def __repr__(self) -> str:
        return f"Recognition(confidence={self.confidence})"


class Failure(msgspec.Struct, frozen=True):
    """The recogniser is down or overloaded; ``reason`` is for logs and metrics."""

    reason: str


Decision: TypeAlias = Recognition | Failure
Decided: TypeAlias = Callable[[Decision], None]


class Overloaded(IvrError):  # noqa: N818 - says what is the matter
    """More is being recognised already than this machine can do in time."""


class RecogniserMissing(IvrError):  # noqa: N818 - says what is the matter
    """A recogniser whose package or model is not there; the message names the way out."""


class Utterance(Protocol):
    """One thing that one caller says. 8 kHz, 16 bit, little-endian, mono."""

    def feed(self, samples: bytes) -> None:
        """More audio, of any length; 20 ms at a time is usual."""

    def finish(self) -> None:
        """The speech is over: decide. The callback is called once, unless cancelled before."""

    def cancel(self) -> None:
        """Nobody wants to know any more; the callback is not called, or its call does not matter."""


class Recogniser(Protocol):
    """Understands callers in one language."""

    def begin(self, grammar: Grammar, decided: Decided) -> Utterance:
        """Begin to listen; raises :class:`Overloaded`, :class:`RecogniserMissing`."""

    def close(self) -> None:
        """Stop threads and processes."""
