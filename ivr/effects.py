"""What the interpreter wants done, in the order given. The shell does it and feeds back inputs; it decides nothing.

Read them as ``effects.Play``, ``effects.Queue``: several share their name with the node that makes them.
"""

from typing import Literal, TypeAlias

import msgspec

from facts.ids import AgentId, QueueName
from facts.journal import Fact
from facts.requirements import Requirement
from facts.time import Duration
from ivr.flow import Recording, Value
from ivr.grammar import Grammar

SpokenAs: TypeAlias = Literal["prompt", "digits", "number", "ordinal", "date", "time", "money", "duration"]


class PromptPart(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of what is played: the ``prompt`` of this name, or a ``value`` spoken by rule.

    A prompt has its ``recording``: text, file or sound in the language of the Play (None: nobody wrote one).
    ``money`` has its currency, a duration is in seconds, dates and times of day are ISO 8601.
    """

    name: str = ""
    recording: Recording | None = None
    spoken_as: SpokenAs = "prompt"
    value: Value = None
    currency: str = ""

    def __repr__(self) -> str:
        return f"PromptPart({self.name!r})" if self.spoken_as == "prompt" else f"PromptPart(as {self.spoken_as})"


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """Play these one after the other, then say ``PromptDone(play_id)``.

    ``interruptible``: stop by yourself as soon as the caller presses a key or speaks. ``ivr.prompts`` turns the parts
    into sounds that the switch knows. An earlier Play that still runs gives way to this one.
    """

    play_id: int
    language: str
    prompts: tuple[PromptPart, ...]
    interruptible: bool


class StopPlaying(msgspec.Struct, frozen=True):
    """Stop this prompt if it still plays; nothing needs to be said back."""

    play_id: int


class KeyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Which keys are expected: a shell that takes several with one command (GET DATA) needs to know."""

    max_digits: int
    terminator: str
    first_digit_us: Duration
    inter_digit_us: Duration


class Listen(msgspec.Struct, frozen=True, kw_only=True):
    """From now on the caller may answer, by keys, by speech, or both (None: not by this means).

    It holds until StopListening, the next Listen or the next node; prompts may still play. ``private``: what comes
    goes to no log and no recording.
    """

    node: str
    language: str
    keys: KeyEntry | None
    grammar: Grammar | None
    private: bool = False


class StopListening(msgspec.Struct, frozen=True):
    """Speech is not wanted any more (the first digit ends recognition); drop what is being decided."""


class PauseRecording(msgspec.Struct, frozen=True):
    """A private answer is coming: recordings of the call pause."""


class ResumeRecording(msgspec.Struct, frozen=True):
    """The private answer is over."""


class SetVariable(msgspec.Struct, frozen=True):
    """A value that the switch or the agent's screen may want to know: ``language`` and all that is not private."""

    name: str
    value: str


class Ask(msgspec.Struct, frozen=True):
    """Tell at once what these are: ``hours.NAME`` (open now?), ``queue.NAME.expected_wait_s`` and the like."""

    ask_id: int
    names: tuple[str, ...]


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """Ask another system, for at most ``timeout_us`` and ``max_bytes``; then say ``LookupDone(lookup_id, …)``.

    ``url`` is complete (variables in it are percent-encoded); ``send`` are query parameters of a GET and a JSON object
    of a POST, and may hold secrets: never log it. 404 means not found; a redirect is not followed.
    """

    lookup_id: int
    node: str
    source: Literal["http", "customer"]
    url: str
    method: Literal["GET", "POST"]
    send: dict[str, str]
    timeout_us: Duration
    max_bytes: int = 262_144

    def __repr__(self) -> str:
        return f"Lookup(lookup_id={self.lookup_id}, node={self.node!r}, source={self.source!r})"


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """Put the caller into the queue. The music plays; the run lives on and hears keys until it is ended.

    ``attributes``: everything that was chosen, for the agent's screen. Announcements are due every
    ``announce_every_us`` (None: not wanted): send PositionTold then.
    """

    queue: QueueName
    priority: int | None = None
    requirement: Requirement | None = None
    prefer_agent: AgentId | None = None
    attributes: dict[str, str] = {}
    announce_every_us: Duration | None = None
    keys: str = ""
    after_talk: bool = False


class LeaveQueue(msgspec.Struct, frozen=True):
    """The caller pressed the key to leave the queue. ``keeps_place``: to come back to it by JoinAsCallback."""

    keeps_place: bool = False


class RequestCallback(msgspec.Struct, frozen=True):
    """The caller gives up the line, keeps the place in the queue and wants to be called back."""

    number: str

    def __repr__(self) -> str:
        return "RequestCallback()"


class JoinAsCallback(msgspec.Struct, frozen=True, kw_only=True):
    """Give the caller a place in the queue, to be called back; then say CallbackTaken or CallbackRefused."""

    queue: QueueName
    number: str
    priority: int | None = None
    requirement: Requirement | None = None
    prefer_agent: AgentId | None = None
    attributes: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"JoinAsCallback({self.queue!r})"


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """Dial this number for the caller and ring for so long."""

    to: str
    ring_us: Duration


class Voicemail(msgspec.Struct, frozen=True, kw_only=True):
    """Record a message for this mailbox."""

    mailbox: str
    longest_us: Duration
    attributes: dict[str, str] = {}


class HangUp(msgspec.Struct, frozen=True):
    """End the call."""


class Record(msgspec.Struct, frozen=True):
    """Write the fact to the journal."""

    fact: Fact


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Something that operators must know and callers caused or suffered; log and count it.

    ``what``: ``speech_failed``, ``lookup_failed``, ``endless_loop`` …, a word for metrics.
    """

    what: str
    node: str
    reason: str = ""


Effect: TypeAlias = (
    Play
    | StopPlaying
    | Listen
    | StopListening
    | PauseRecording
    | ResumeRecording
    | SetVariable
    | Ask
    | Lookup
    | Queue
    | LeaveQueue
    | RequestCallback
    | JoinAsCallback
    | Transfer
    | Voicemail
    | HangUp
    | Record
    | Report
)
