"""What is told to the interpreter: what the caller does, and how the shell's errands ended.

Inputs that come too late (a prompt that was stopped meanwhile, an answer nobody waits for any more) are normal on a
telephone line; they change nothing. What a caller pressed or said is never shown by ``repr``: at a private node it is
a secret, and a log line does not know the node.
"""

from typing import Any, Literal, TypeAlias

import msgspec

from facts.ids import ContactId
from ivr.flow import Value


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """The call for which a run begins. ``caller`` and ``data`` become ``caller.…`` and ``call.…`` in conditions.

    ``region``: the caller's country by number (ISO 3166), empty when withheld.
    """

    contact_id: ContactId
    entry_point: str = ""
    dialled: str = ""
    number: str = ""
    name: str = ""
    region: str = ""
    language: str | None = None
    data: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Call(contact_id={self.contact_id!r}, entry_point={self.entry_point!r})"


class Digits(msgspec.Struct, frozen=True):
    """One or more keys were pressed. ``ended``: the switch already knows that no more will come (GET DATA)."""

    keys: str
    ended: bool = False

    def __repr__(self) -> str:
        return f"Digits({len(self.keys)} keys)"


class SpeechStarted(msgspec.Struct, frozen=True):
    """The caller began to speak; the shell has stopped the prompt if it was interruptible."""


class Alternative(msgspec.Struct, frozen=True):
    """Another thing that the caller may have said."""

    text: str
    confidence: float

    def __repr__(self) -> str:
        return f"Alternative(confidence={self.confidence})"


class Spoken(msgspec.Struct, frozen=True):
    """The recogniser's decision; an empty text: something was said that fits nothing. ``confidence`` is 0 to 1."""

    text: str
    confidence: float = 1.0
    alternatives: tuple[Alternative, ...] = ()

    def __repr__(self) -> str:
        return f"Spoken(confidence={self.confidence})"


class SpeechFailed(msgspec.Struct, frozen=True):
    """The recogniser is down or overloaded: this call goes on with keys only."""

    reason: str = ""


class PromptDone(msgspec.Struct, frozen=True):
    """The prompt was played to its end."""

    play_id: int


class Tick(msgspec.Struct, frozen=True):
    """Time has come to ``now``; send it when ``run.deadline`` is reached. Too early it changes nothing."""


class Told(msgspec.Struct, frozen=True):
    """The answer to :class:`ivr.effects.Ask`; what is not known is left out."""

    ask_id: int
    values: dict[str, Value]


class LookupDone(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to :class:`ivr.effects.Lookup`. ``answer``: the decoded JSON object, or the customer record."""

    lookup_id: int
    outcome: Literal["found", "not_found", "failed", "timed_out"]
    answer: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"LookupDone(lookup_id={self.lookup_id}, outcome={self.outcome!r})"


class PositionTold(msgspec.Struct, frozen=True, kw_only=True):
    """The distributor says the waiting caller's position and, if it may be said, the expected wait in seconds."""

    position: int
    expected_wait_s: float | None = None


class CallbackTaken(msgspec.Struct, frozen=True):
    """The caller will be called back."""


class CallbackRefused(msgspec.Struct, frozen=True):
    """The caller cannot be called back: not at this number, or not within the hours.

    After the key in a queue it is given to the run as it was before the key: the caller waits still.
    """


class QueueLeft(msgspec.Struct, frozen=True):
    """The queue did not take or keep the caller: ``closed``, ``full``, ``no_agents`` or ``timed_out``."""

    outcome: str


class Connected(msgspec.Struct, frozen=True):
    """An agent answered; the caller talks."""


class TalkOver(msgspec.Struct, frozen=True):
    """The agent hung up first: the caller is back in the flow."""


class TransferEnded(msgspec.Struct, frozen=True):
    """A transfer was not taken, or the talk after it is over (``answered``)."""

    outcome: Literal["answered", "busy", "no_answer", "failed"]


class MessageTaken(msgspec.Struct, frozen=True):
    """The caller ended the voicemail message by a key, or it became too long."""


class HungUp(msgspec.Struct, frozen=True):
    """The caller is gone."""


Input: TypeAlias = (
    Digits
    | SpeechStarted
    | Spoken
    | SpeechFailed
    | PromptDone
    | Tick
    | Told
    | LookupDone
    | PositionTold
    | CallbackTaken
    | CallbackRefused
    | QueueLeft
    | Connected
    | TalkOver
    | TransferEnded
    | MessageTaken
    | HungUp
)
