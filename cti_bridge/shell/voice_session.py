"""A voice menu that listens while it speaks: prompts, keys and speech at the same time, over AudioSocket.

AGI hands the call to ``AudioSocket`` and waits; from then on audio and keys come here. What happens between the ear,
the mouth and the recogniser is decided by ``ivr.speech.session``; what the caller meant, by the interpreter. When
something only AGI can do is wanted (a variable, the queue), the line is ended, done, and taken up again.

Without a recogniser for the caller's language, without the audio line, or when recognition fails, the menu goes on
with keys only, by the base class.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from cti_bridge.shell.agi_server import AgiSession
from cti_bridge.shell.audiosocket_server import AudioLine, AudioSocketServer
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.menu_session import Menus, MenuSession
from cti_bridge.wire.agi import AgiReply
from facts.time import Instant
from ivr import effects, inputs
from ivr.speech import session as speech
from ivr.speech.recogniser import Decision, Failure, Overloaded, Recogniser, RecogniserMissing, Utterance
from ivr.speech.voice_activity import VoiceSettings

log = structlog.get_logger(__name__)

LINE_WITHIN_S = 3.0
"""The audio line has to be there so soon; else keys only."""


class Voice(Protocol):
    """What a menu that listens needs besides: recognisers, the audio server, and the reactor's thread."""

    audio: AudioSocketServer
    recognisers: Mapping[str, Recogniser]
    settings: VoiceSettings

    def in_reactor(self, function: Callable[[], None]) -> None:
        """Call in the reactor's thread; for recognisers, which decide in threads of their own."""

    def call_at(self, instant: Instant, function: Callable[[], None]) -> IDelayedCall:
        """Wake at an instant."""


class VoiceSession(MenuSession):
    """One caller in a menu that listens. The owner of an audio line."""

    def __init__(self, session: AgiSession, coordinator: Coordinator, menus: Menus, voice: Voice) -> None:
        super().__init__(session, coordinator, menus)
        self._voice = voice
        self._speech = speech.SpeechSession(voice.settings)
        self._line: AudioLine | None = None
        self._exec: Deferred[AgiReply] | None = None
        self._uuid: uuid.UUID | None = None
        self._keys_only = False
        self._wake: IDelayedCall | None = None
        self._utterances: dict[int, Utterance] = {}
        self._do = {
            **self._do,
            effects.Play: self._speak,
            effects.StopPlaying: self._stop_speaking,
            effects.Listen: self._listen,
            effects.StopListening: lambda _: self._act(self._speech.stop_listening()),
        }
        self._acts: Mapping[type[Any], Callable[[Any], None]] = {
            speech.SendFrame: self._send_frame,
            speech.BeginUtterance: self._begin_utterance,
            speech.FeedUtterance: self._feed_utterance,
            speech.FinishUtterance: self._finish_utterance,
            speech.CancelUtterance: self._cancel_utterance,
            speech.Tell: lambda action: self._feed(action.given),
        }

    # -- the loop ----------------------------------------------------------------------------------------------------

    async def _next(self) -> None:
        if self._keys_only:
            await super()._next()
        elif self._pending:
            await self._send_pending()
        elif self._answers:
            self._feed(self._answers.popleft())
        elif self._run.ended:
            self._over = True
        else:
            await self._talk()

    async def _talk(self) -> None:
        """Hand the call to the audio line until it is ended, by us or by the caller."""
        self._uuid = uuid.uuid4()
        self._voice.audio.expect(self._uuid, self)
        late = self._voice.call_at(self._coordinator.now() + int(LINE_WITHIN_S * 1_000_000), self._line_is_late)
        try:
            reply = await self._agi.command("EXEC", "AudioSocket", f"{self._uuid},{self._voice.audio.address}")
        finally:
            self._voice.audio.forget(self._uuid)
            if late.active():
                late.cancel()
        self._quiet()
        if self._agi.hung_up or (reply.hung_up and self._line_was_open):
            self._feed(inputs.HungUp())
            self._over = True
        elif not self._line_was_open:
            self._fall_back("no audio line")

    @property
    def _line_was_open(self) -> bool:
        return self._opened == self._uuid

    _opened: uuid.UUID | None = None

    def _line_is_late(self) -> None:
        if not self._line_was_open:
            log.warning("audio_line_missing", contact_id=self._call.contact_id)

    def _fall_back(self, reason: str) -> None:
        """Keys only from now on; the interpreter says so to the caller."""
        if self._keys_only:
            return
        self._keys_only = True
        log.warning("speech_failed", contact_id=self._call.contact_id, reason=reason)
        self._feed(inputs.SpeechFailed(reason))

    # -- the audio line ----------------------------------------------------------------------------------------------

    def line_opened(self, line: AudioLine) -> None:
        """Audio flows: what was to be said begins now."""
        self._line, self._opened = line, self._uuid
        self._act(self._speech.tick(self._coordinator.now()))

    def line_audio(self, samples: bytes) -> None:
        """The caller's voice."""
        self._act(self._speech.feed_audio(samples, self._coordinator.now()))

    def line_digit(self, digit: str) -> None:
        """A key."""
        self._act(self._speech.feed_digit(digit, self._coordinator.now()))

    def line_closed(self) -> None:
        """The line is gone; the AGI's reply says why."""
        self._line = None
        self._quiet()

    def _act(self, actions: list[speech.Action]) -> None:
        for action in actions:
            self._acts[type(action)](action)
        self._set_alarm()

    def _feed(self, heard: inputs.Input) -> None:
        super()._feed(heard)
        if self._line is not None and (self._pending or self._answers or self._over or self._run.ended):
            line, self._line = self._line, None
            line.end()

    def _set_alarm(self) -> None:
        self._cancel_alarm()
        if self._line is None:
            return
        due = min((at for at in (self._speech.next_tick, self._run.deadline) if at is not None), default=None)
        if due is not None:
            self._wake = self._voice.call_at(due, self._woken)

    def _woken(self) -> None:
        self._wake = None
        now = self._coordinator.now()
        self._act(self._speech.tick(now))
        if self._run.deadline is not None and self._run.deadline <= now and self._line is not None:
            self._feed(inputs.Tick())
        self._set_alarm()

    def _cancel_alarm(self) -> None:
        if self._wake is not None and self._wake.active():
            self._wake.cancel()
        self._wake = None

    def _quiet(self) -> None:
        self._cancel_alarm()
        for utterance in self._utterances.values():
            utterance.cancel()
        self._utterances.clear()

    # -- effects of the interpreter ----------------------------------------------------------------------------------

    def _speak(self, effect: effects.Play) -> None:
        if self._keys_only:
            self._start_playing(effect)
            return
        samples = self._menus.sounds.samples(effect.prompts, effect.language)
        self._act(self._speech.play(effect, samples, self._coordinator.now()))

    def _stop_speaking(self, effect: effects.StopPlaying) -> None:
        self._stop_playing(effect)
        self._act(self._speech.stop_playing(effect))

    def _listen(self, effect: effects.Listen) -> None:
        if not self._keys_only:
            self._act(self._speech.listen(effect))

    # -- actions of the speech session -------------------------------------------------------------------------------

    def _send_frame(self, action: speech.SendFrame) -> None:
        if self._line is not None:
            self._line.send_audio(action.samples)

    def _begin_utterance(self, action: speech.BeginUtterance) -> None:
        number = action.utterance_id
        recogniser = self._voice.recognisers.get(self._run.language)
        if recogniser is None:
            failure = Failure(f"no recogniser understands {self._run.language!r}")
            self._act(self._speech.decided(number, failure, self._coordinator.now()))
            return
        try:
            self._utterances[number] = recogniser.begin(
                action.grammar, lambda decision: self._voice.in_reactor(lambda: self._decided(number, decision))
            )
        except (Overloaded, RecogniserMissing) as error:
            self._act(self._speech.decided(number, Failure(str(error)), self._coordinator.now()))

    def _decided(self, number: int, decision: Decision) -> None:
        if self._utterances.pop(number, None) is not None:
            self._act(self._speech.decided(number, decision, self._coordinator.now()))

    def _feed_utterance(self, action: speech.FeedUtterance) -> None:
        if action.utterance_id in self._utterances:
            self._utterances[action.utterance_id].feed(action.samples)

    def _finish_utterance(self, action: speech.FinishUtterance) -> None:
        if action.utterance_id in self._utterances:
            self._utterances[action.utterance_id].finish()

    def _cancel_utterance(self, action: speech.CancelUtterance) -> None:
        utterance = self._utterances.pop(action.utterance_id, None)
        if utterance is not None:
            utterance.cancel()
