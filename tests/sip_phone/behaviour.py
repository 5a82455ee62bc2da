"""What a phone does by itself when a call comes in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """Ring for `after` seconds, answer; with `talk`, hang up so many seconds after the answer."""

    after: float = 0.0
    talk: float | None = None


@dataclass(frozen=True)
class Reject:
    """Ring for `after` seconds (0: not at all), then refuse with `status` (486 busy, 480, 603)."""

    status: int = 486
    after: float = 0.0


@dataclass(frozen=True)
class Ring:
    """Ring until the test says `call.answer()` or `call.reject()`, or the caller gives up.

    Asked to by the caller (Call-Info with answer-after=0, or NOTIFY with Event: talk), it answers.
    """


@dataclass(frozen=True)
class Dead:
    """Say nothing to an INVITE at all, as a phone whose cable was pulled."""


Behaviour = Answer | Reject | Ring | Dead
