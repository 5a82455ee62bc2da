"""One step under way: the run as it has become so far, and the effects so far. Everything that nodes share."""

from collections.abc import Mapping
from typing import Any

import msgspec

from facts.journal import Fact, MenuEnded
from facts.time import Duration, Instant, from_seconds
from ivr import effects
from ivr.flow import PromptItem, Prompts, SpokenValue, Value
from ivr.grammar import Grammar
from ivr.run import Phase, Run


class Exit(msgspec.Struct, frozen=True):
    """The way on: an edge's name and the node it leads to, after returning from so many subflows.

    ``speaking``: the caller is speaking already, and goes on being listened to.
    """

    edge: str
    target: str
    unwind: int = 0
    speaking: bool = False


class Turn:
    """Collects what one step changes and causes. Lives for one call of ``step`` only."""

    def __init__(self, run: Run, now: Instant) -> None:
        self.run = run
        self.now = now
        self.effects: list[effects.Effect] = []

    def change(self, **fields: Any) -> None:
        """The run with some fields replaced."""
        self.run = msgspec.structs.replace(self.run, **fields)

    def emit(self, *wanted: effects.Effect) -> None:
        """Effects, in order."""
        self.effects.extend(wanted)

    def record(self, fact: Fact) -> None:
        """A fact for the journal."""
        self.emit(effects.Record(fact))

    def request(self) -> int:
        """A new number by which an answer is known."""
        self.change(requests=self.run.requests + 1)
        return self.run.requests

    def wake_in(self, delay: Duration) -> None:
        """Set the deadline so far from now."""
        self.change(deadline=self.now + delay)

    def wake_in_seconds(self, delay_s: float) -> None:
        """Set the deadline so many seconds from now."""
        self.wake_in(from_seconds(delay_s))

    def play(self, prompts: Prompts, *, interruptible: bool = True) -> bool:
        """Play prompts; False when there is nothing to play. The deadline waits for their end."""
        return self.play_parts(self.parts(prompts), interruptible=interruptible)

    def play_parts(self, parts: tuple[effects.PromptPart, ...], *, interruptible: bool) -> bool:
        """As :meth:`play`, of what :meth:`parts` made."""
        self.stop_playing()
        self.change(deadline=None)
        if not parts:
            return False
        play_id = self.request()
        language = self.run.language
        self.emit(effects.Play(play_id=play_id, language=language, prompts=parts, interruptible=interruptible))
        self.change(playing=play_id)
        return True

    def parts(self, prompts: Prompts, more: Mapping[str, Value] | None = None) -> tuple[effects.PromptPart, ...]:
        """Prompts with their values filled in; ``more`` names values beyond the run's own."""
        scope = {**self.run.scope(), **(more or {})}
        return tuple(self._part(item, scope) for item in prompts)

    def _part(self, item: PromptItem, scope: Mapping[str, Value]) -> effects.PromptPart:
        if isinstance(item, SpokenValue):
            value = scope.get(item.value)
            return effects.PromptPart(name=item.value, spoken_as=item.as_, value=value, currency=item.currency)
        recording = self.run.now_in().catalogue.get(item, {}).get(self.run.language)
        return effects.PromptPart(name=item, recording=recording)

    def stop_playing(self) -> None:
        """Stop the prompt that plays, if any."""
        if self.run.playing is not None:
            self.emit(effects.StopPlaying(self.run.playing))
            self.change(playing=None)

    def listen(self, keys: effects.KeyEntry | None, grammar: Grammar | None, *, private: bool) -> None:
        """Open the ear; a private answer pauses the recording first."""
        if private and not self.run.recording_paused:
            self.emit(effects.PauseRecording())
            self.change(recording_paused=True)
        language, node = self.run.language, self.run.node
        self.change(hearing=grammar is not None)
        self.emit(effects.Listen(node=node, language=language, keys=keys, grammar=grammar, private=private))

    def stop_listening(self) -> None:
        """End recognition, if it is on."""
        if self.run.hearing:
            self.emit(effects.StopListening())
            self.change(hearing=False)

    def set_language(self, language: str) -> None:
        """From now on the caller is spoken to in this language."""
        if language != self.run.language:
            self.change(language=language)
            self.emit(effects.SetVariable("language", language))

    def end_menu(self, outcome: Any, *, contained: bool = False) -> None:
        """The flow has done its part."""
        run = self.run
        self.change(outcome=outcome)
        self.record(
            MenuEnded(contact_id=run.contact_id, flow=run.flow, node=run.node, outcome=outcome, contained=contained)
        )

    def end(self) -> None:
        """The run is over."""
        self.change(phase=Phase.ENDED, deadline=None, playing=None, waiting_for=None)
