"""One caller's audio: prompts out at the pace of the line, speech and keys in. Sans-IO.

The owner of an AudioSocket connection feeds what comes (``feed_audio``, ``feed_digit``, the recogniser's ``decided``),
carries the interpreter's effects in (``play``, ``stop_playing``, ``listen``, ``stop_listening``) and calls ``tick`` at
``next_tick``. Every method gives actions to carry out in order. Nothing here waits, reads a clock or touches a socket.

Prompts are sent one frame of 20 ms at a time, when it is due: the switch passes audio on as it comes, so a prompt stops
by not being sent any more, within one frame of the key and within ``VoiceSettings.start_us`` of the voice.
"""

from collections import deque
from typing import TypeAlias

import msgspec

from facts.time import SECOND, Duration, Instant
from ivr import effects, inputs
from ivr.grammar import Grammar
from ivr.speech.arbiter import Ear, Event, Verdict, arbitrate
from ivr.speech.recogniser import Decision, Failure
from ivr.speech.voice_activity import FRAME_BYTES, FRAME_US, Change, VoiceActivity, VoiceSettings

MOST_FRAMES_AT_ONCE = 5
"""So many frames are caught up after a late tick; more are left out rather than played in a rush."""

PRE_ROLL_FRAMES = 15
"""Audio from before speech was noticed that the recogniser gets as well: 300 ms."""

LONGEST_UTTERANCE: Duration = 15 * SECOND
PATIENCE: Duration = 3 * SECOND
"""So long the recogniser may think; after that it counts as failed."""


class SendFrame(msgspec.Struct, frozen=True):
    """20 ms of audio for the caller, now."""

    samples: bytes


class BeginUtterance(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the recogniser of ``language`` to listen; its callback has to bring ``decided(utterance_id, …)`` here."""

    utterance_id: int
    grammar: Grammar


class FeedUtterance(msgspec.Struct, frozen=True):
    """Audio for the recogniser."""

    utterance_id: int
    samples: bytes


class FinishUtterance(msgspec.Struct, frozen=True):
    """Let the recogniser decide."""

    utterance_id: int


class CancelUtterance(msgspec.Struct, frozen=True):
    """The recogniser need not decide."""

    utterance_id: int


class Tell(msgspec.Struct, frozen=True):
    """An input for the interpreter."""

    given: inputs.Input


Action: TypeAlias = SendFrame | BeginUtterance | FeedUtterance | FinishUtterance | CancelUtterance | Tell


class SpeechSession:
    """See the module. ``decisions_us`` has, for metrics, how long each decision took from the end of speech."""

    def __init__(self, voice: VoiceSettings | None = None) -> None:
        self._voice = VoiceActivity(voice)
        self._ear = Ear.SHUT
        self._grammar: Grammar | None = None
        self._utterance = 0
        self._begun: Instant = 0
        self._finished: Instant | None = None
        self._before: deque[bytes] = deque(maxlen=PRE_ROLL_FRAMES)
        self._rest = b""
        self._frames: deque[bytes] = deque()
        self._play_id: int | None = None
        self._interruptible = True
        self._next_frame: Instant | None = None
        self.decisions_us: list[Duration] = []

    # -- what the interpreter wants ----------------------------------------------------------------------------------

    def play(self, wanted: effects.Play, samples: bytes, now: Instant) -> list[Action]:
        """Begin a prompt; the one before gives way."""
        padding = -len(samples) % FRAME_BYTES
        whole = samples + bytes(padding)
        self._frames = deque(whole[at : at + FRAME_BYTES] for at in range(0, len(whole), FRAME_BYTES))
        self._play_id, self._interruptible = wanted.play_id, wanted.interruptible
        self._next_frame = now if self._next_frame is None else max(self._next_frame, now)
        return self.tick(now)

    def stop_playing(self, wanted: effects.StopPlaying) -> list[Action]:
        """Stop the prompt if it still plays."""
        if self._play_id == wanted.play_id:
            self._silence()
        return []

    def listen(self, wanted: effects.Listen) -> list[Action]:
        """Open the ear for the grammar, or shut it when there is none."""
        self._grammar = wanted.grammar
        actions = self._happens(Event.LISTEN if wanted.grammar is not None else Event.STOP)
        self._voice.reset(number=_is_number(wanted.grammar))
        return actions

    def stop_listening(self) -> list[Action]:
        """Shut the ear."""
        return self._happens(Event.STOP)

    # -- what comes from the line ------------------------------------------------------------------------------------

    def feed_digit(self, digit: str, now: Instant) -> list[Action]:  # noqa: ARG002 - every feed knows the time
        """A key: stops what may be interrupted, ends recognition."""
        if self._playing() and not self._interruptible:
            return [Tell(inputs.Digits(digit))]
        self._silence()
        return [*self._happens(Event.KEY), Tell(inputs.Digits(digit))]

    def feed_audio(self, samples: bytes, now: Instant) -> list[Action]:
        """Audio from the caller, of any length."""
        self._rest += samples
        actions: list[Action] = []
        while len(self._rest) >= FRAME_BYTES:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            actions += self._hear(frame, now)
        return actions

    def decided(self, utterance_id: int, decision: Decision, now: Instant) -> list[Action]:
        """The recogniser's answer; one that comes too late, or for another utterance, is nothing."""
        if utterance_id != self._utterance:
            return []
        if self._finished is not None and not isinstance(decision, Failure):
            self.decisions_us.append(now - self._finished)
        event = Event.FAILED if isinstance(decision, Failure) else Event.DECIDED
        self._ear, verdict = arbitrate(self._ear, event)
        self._finished = None
        return [Tell(_input(decision))] if verdict is Verdict.TELL else []

    # -- time --------------------------------------------------------------------------------------------------------

    @property
    def next_tick(self) -> Instant | None:
        """When to call :meth:`tick`; None: not before something else happens."""
        patience = None if self._finished is None else self._finished + PATIENCE
        return min((at for at in (self._next_frame, patience) if at is not None), default=None)

    def tick(self, now: Instant) -> list[Action]:
        """Send the frames that are due; lose patience with the recogniser."""
        actions: list[Action] = []
        if self._finished is not None and self._finished + PATIENCE <= now:
            utterance_id = self._utterance
            actions += [
                CancelUtterance(utterance_id),
                *self.decided(utterance_id, Failure("no decision in time"), now),
            ]
        return actions + self._due_frames(now)

    def _due_frames(self, now: Instant) -> list[Action]:
        if self._next_frame is None:
            return []
        if now - self._next_frame > MOST_FRAMES_AT_ONCE * FRAME_US:
            self._next_frame = now
        actions: list[Action] = []
        while self._frames and self._next_frame <= now:
            actions.append(SendFrame(self._frames.popleft()))
            self._next_frame += FRAME_US
        if not self._frames and self._next_frame <= now:
            actions += self._prompt_over()
        return actions

    def _prompt_over(self) -> list[Action]:
        play_id = self._play_id
        if not self._interruptible:
            self._voice.reset(
                number=_is_number(self._grammar)
            )  # who began to answer before the end is heard from here on
        self._silence()
        return [] if play_id is None else [Tell(inputs.PromptDone(play_id))]

    def _playing(self) -> bool:
        return self._play_id is not None

    def _silence(self) -> None:
        self._frames.clear()
        self._play_id, self._next_frame = None, None

    # -- speech ------------------------------------------------------------------------------------------------------

    def _hear(self, frame: bytes, now: Instant) -> list[Action]:
        change = self._voice.hear(frame, playing=self._playing())
        deaf = self._playing() and not self._interruptible
        actions: list[Action] = []
        if change is Change.STARTED and not deaf:
            actions += self._started(now)
        if self._ear is Ear.HEARING:
            actions.append(FeedUtterance(self._utterance, frame))
        self._before.append(frame)
        too_long = self._ear is Ear.HEARING and now - self._begun >= LONGEST_UTTERANCE
        if change is Change.ENDED or too_long:
            actions += self._ended(now)
        return actions

    def _started(self, now: Instant) -> list[Action]:
        if self._grammar is None or self._ear is not Ear.OPEN:
            return []
        self._ear, _ = arbitrate(self._ear, Event.SPEECH_STARTED)
        self._silence()
        self._utterance += 1
        self._begun = now
        before = b"".join(self._before)
        return [
            Tell(inputs.SpeechStarted()),
            BeginUtterance(utterance_id=self._utterance, grammar=self._grammar),
            FeedUtterance(self._utterance, before),
        ]

    def _ended(self, now: Instant) -> list[Action]:
        self._ear, verdict = arbitrate(self._ear, Event.SPEECH_ENDED)
        if verdict is not Verdict.FINISH:
            return []
        self._finished = now
        return [FinishUtterance(self._utterance)]

    def _happens(self, event: Event) -> list[Action]:
        self._ear, verdict = arbitrate(self._ear, event)
        if verdict is not Verdict.CANCEL:
            return []
        self._finished = None
        return [CancelUtterance(self._utterance)]


def _is_number(grammar: Grammar | None) -> bool:
    return grammar is not None and grammar.kind == "digits" and grammar.max_length > 1


def _input(decision: Decision) -> inputs.Input:
    if isinstance(decision, Failure):
        return inputs.SpeechFailed(decision.reason)
    return inputs.Spoken(decision.text, decision.confidence, decision.alternatives)
