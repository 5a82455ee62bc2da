"""A voice menu that listens while it speaks: prompts, keys and speech at the same time, over AudioSocket.

AGI hands the call to ``AudioSocket`` and waits; from then on audio and keys come here. What happens between the ear,
the mouth and the recogniser is decided by ``ivr.speech.session``; what the caller meant, by the interpreter. When
something only AGI can do is wanted (the queue, a sound that only the switch has), the line is ended, it is done, and
the line is taken up again.

In a language without a recogniser keys are listened to, as in any menu. Without the audio line, or when recognition
fails, the menu goes on with keys only, and says so.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
import structlog
from twisted.internet.interfaces import IDelayedCall

from cti_bridge.shell import switch_actions
from cti_bridge.shell.agi_server import AgiSession
from cti_bridge.shell.audiosocket_server import AudioLine, AudioSocketServer
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.listening import listens
from cti_bridge.shell.menu_session import MenuSession
from cti_bridge.shell.menus import Menus
from facts.time import SECOND, Duration, Instant
from ivr import effects, inputs
from ivr.prompts.sounds import sound_of_switch
from ivr.run import Run
from ivr.speech import session as speech
from ivr.speech.recogniser import Decision, Failure, Overloaded, Recogniser, RecogniserMissing, Utterance
from ivr.speech.voice_activity import VoiceSettings

log = structlog.get_logger(__name__)

LINE_WITHIN: Duration = 3 * SECOND
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
        self._was_open = self._ended_by_us = False
        self._to_speak: effects.Play | None = None
        self._keys_only = False
        self._wake: IDelayedCall | None = None
        self._wake_at: Instant | None = None
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

    def _go_on(self, run: Run, wanted: tuple[effects.Effect, ...]) -> None:
        """A flow that never listens is walked through with AGI alone."""
        outermost = run.frames[0].flow if run.frames else run.flow
        self._keys_only = run.keys_only or not listens(run.flows, outermost, self._voice.recognisers)
        super()._go_on(run, wanted)

    # -- the loop ----------------------------------------------------------------------------------------------------

    async def _next(self) -> None:
        by_agi = self._errands or self._sounds or self._play is not None or self._run.ended
        if self._keys_only or by_agi:
            await super()._next()
        else:
            await self._talk()

    async def _talk(self) -> None:
        """Hand the call to the audio line until it is ended, by us or by the caller."""
        call = uuid.uuid4()
        self._was_open = self._ended_by_us = False
        self._voice.audio.expect(call, self)
        late = self._voice.call_at(self._coordinator.now() + LINE_WITHIN, self._line_is_late)
        try:
            reply = await self._agi.command("EXEC", "AudioSocket", f"{call},{self._voice.audio.address}")
        finally:
            self._voice.audio.forget(call)
            self._line = None
            self._quiet()
            if late.active():
                late.cancel()
        if self._ended_by_us and not self._agi.hung_up:
            return
        if await self._is_gone(reply):
            self._feed(inputs.HungUp())
            self._over = True
        else:
            self._fall_back("the audio line was lost" if self._was_open else "no audio line")

    def _line_is_late(self) -> None:
        if not self._was_open:
            log.warning("audio_line_missing", contact_id=self._call.contact_id, address=self._voice.audio.address)

    def _fall_back(self, reason: str) -> None:
        """Keys only from now on; the interpreter says so to the caller."""
        self._keys_only = True
        log.warning("speech_failed", contact_id=self._call.contact_id, reason=reason)
        play, self._to_speak = self._to_speak, None
        self._speech = speech.SpeechSession(self._voice.settings)
        self._feed(inputs.SpeechFailed(reason))
        if play is not None and self._run.playing == play.play_id:
            self._start_playing(play)

    # -- the audio line ----------------------------------------------------------------------------------------------

    def line_opened(self, line: AudioLine) -> None:
        """Audio flows: what was to be said begins now."""
        self._line, self._was_open = line, True
        play, self._to_speak = self._to_speak, None
        if play is not None:
            self._say(play)
        self._set_alarm()

    def line_audio(self, samples: bytes) -> None:
        """The caller's voice."""
        if self._line is not None:
            self._act(self._speech.feed_audio(samples, self._coordinator.now()))

    def line_digit(self, digit: str) -> None:
        """A key."""
        if self._line is not None:
            self._act(self._speech.feed_digit(digit, self._coordinator.now()))

    def line_closed(self) -> None:
        """The line is gone; the AGI's reply says why."""
        self._line = None
        self._quiet()

    def _act(self, actions: list[speech.Action]) -> None:
        for action in actions:
            self._acts[type(action)](action)
        self._set_alarm()

    def _drain(self, wanted: tuple[effects.Effect, ...] = ()) -> None:
        super()._drain(wanted)
        if self._line is not None and (self._errands or self._play is not None or self._over or self._run.ended):
            line, self._line = self._line, None
            self._ended_by_us = True
            line.end()
        self._set_alarm()

    def _set_alarm(self) -> None:
        due = None
        if self._line is not None:
            due = min((at for at in (self._speech.next_tick, self._run.deadline) if at is not None), default=None)
        if due == self._wake_at and self._wake is not None:
            return
        self._cancel_alarm()
        if due is not None:
            self._wake_at = due
            self._wake = self._voice.call_at(due, self._woken)

    def _woken(self) -> None:
        self._wake = self._wake_at = None
        now = self._coordinator.now()
        self._act(self._speech.tick(now))
        if self._run.deadline is not None and self._run.deadline <= now and self._line is not None:
            self._feed(inputs.Tick())
        self._set_alarm()

    def _cancel_alarm(self) -> None:
        if self._wake is not None and self._wake.active():
            self._wake.cancel()
        self._wake = self._wake_at = None

    def _quiet(self) -> None:
        self._cancel_alarm()
        for took_us in self._speech.decisions_us:
            self._menus.counts.decided(took_us)
        self._speech.decisions_us.clear()
        for utterance in self._utterances.values():
            utterance.cancel()
        self._utterances.clear()

    # -- effects of the interpreter ----------------------------------------------------------------------------------

    def _speak(self, effect: effects.Play) -> None:
        if self._keys_only or _only_by_switch(effect):
            self._start_playing(effect)
        elif self._line is None:
            self._to_speak = effect
        else:
            self._say(effect)

    def _say(self, effect: effects.Play) -> None:
        samples = self._menus.sounds.samples(effect.prompts, effect.language)
        self._act(self._speech.play(effect, samples, self._coordinator.now()))

    def _stop_speaking(self, effect: effects.StopPlaying) -> None:
        self._stop_playing(effect)
        if self._to_speak is not None and self._to_speak.play_id == effect.play_id:
            self._to_speak = None
        self._act(self._speech.stop_playing(effect))

    def _listen(self, effect: effects.Listen) -> None:
        if effect.grammar is not None and (self._keys_only or self._recogniser(effect.language) is None):
            effect = msgspec.structs.replace(effect, grammar=None)
        self._act(self._speech.listen(effect))

    def _recogniser(self, language: str) -> Recogniser | None:
        return self._voice.recognisers.get(language) or self._voice.recognisers.get(language[:2])

    def _set_variable(self, effect: effects.SetVariable) -> None:
        """By AMI, so that the line need not be interrupted."""
        if effect.name == "language":
            headers = switch_actions.set_variable(self._call.channel, "CHANNEL(language)", effect.value)
            self._coordinator.act("Setvar", headers)

    # -- actions of the speech session -------------------------------------------------------------------------------

    def _send_frame(self, action: speech.SendFrame) -> None:
        if self._line is not None:
            self._line.send_audio(action.samples)

    def _begin_utterance(self, action: speech.BeginUtterance) -> None:
        number = action.utterance_id
        recogniser = self._recogniser(action.grammar.language)
        try:
            if recogniser is None:
                raise RecogniserMissing(f"no recogniser understands {action.grammar.language!r}")  # noqa: TRY301 - as when it is overloaded
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


def _only_by_switch(effect: effects.Play) -> bool:
    """Whether a part is one of the switch's own sounds, which we cannot send."""
    return any(part.recording is not None and sound_of_switch(part.recording) for part in effect.prompts)
