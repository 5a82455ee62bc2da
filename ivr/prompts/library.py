"""The folder of sounds: which file is played for which prompt. Reads the folder; never makes a sound."""

import wave
from collections.abc import Callable, Mapping
from pathlib import Path

from ivr.effects import PromptPart
from ivr.flow import Recording
from ivr.prompts.sounds import DEFAULT_LEVEL_DBFS, recording_name, sound_of_switch, text_name
from ivr.prompts.speaking import words

SUFFIX = ".wav"
RATE = 8000
"""Samples a second on the telephone."""

OnMissing = Callable[[str, str], None]


class SoundLibrary:
    """Turns what the interpreter wants played into sounds that the switch, or our own player, can play.

    ``folder`` holds what ``cordboard flow prompts --render`` made; the switch must see it under the same path, or
    under ``prefix``. ``on_missing(language, name)`` is told, once each, of what had to be left out.
    """

    def __init__(
        self,
        folder: Path,
        *,
        voices: Mapping[str, str] | None = None,
        level_dbfs: float = DEFAULT_LEVEL_DBFS,
        prefix: str | None = None,
        on_missing: OnMissing | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._voices = dict(voices or {})
        self._level = level_dbfs
        self._prefix = str(self._folder) if prefix is None else prefix
        self._on_missing = on_missing
        self._told: set[tuple[str, str]] = set()
        self._recordings: dict[tuple[str, int, int], str] = {}
        self._there: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        """Look again at what is in the folder (after it was rendered anew)."""
        self._there = {str(p.relative_to(self._folder).with_suffix("")) for p in self._folder.glob(f"*/*{SUFFIX}")}
        self._told.clear()

    def files(self, parts: tuple[PromptPart, ...], language: str) -> tuple[str, ...]:
        """Sounds for the switch, without extension, in order; what is not there is left out and told."""
        return tuple(f"{self._prefix}/{name}" if ours else name for ours, name in self._sounds(parts, language))

    def samples(self, parts: tuple[PromptPart, ...], language: str) -> bytes:
        """The same as 8 kHz 16-bit mono samples, for AudioSocket; the switch's own sounds are left out."""
        found = [name for ours, name in self._sounds(parts, language) if ours]
        return b"".join(_samples(self._folder / f"{name}{SUFFIX}") for name in found)

    def _sounds(self, parts: tuple[PromptPart, ...], language: str) -> list[tuple[bool, str]]:
        return [sound for part in parts for sound in self._sounds_of(part, language)]

    def _sounds_of(self, part: PromptPart, language: str) -> list[tuple[bool, str]]:
        if part.spoken_as == "prompt":
            found = self._prompt(part.recording, language)
            return self._or_told([found] if found is not None else [None], language, part.name)
        names = [
            text_name(language, word, self._voices, self._level)
            for word in words(part.spoken_as, part.value, language, part.currency)
        ]
        if not names and part.value is not None:
            return self._or_told([None], language, part.spoken_as)  # the value cannot be spoken like that
        return self._or_told([(True, n) if n in self._there else None for n in names], language, part.spoken_as)

    def _or_told(self, found: list[tuple[bool, str] | None], language: str, name: str) -> list[tuple[bool, str]]:
        """What is there; the rest is told, without its value."""
        there = [sound for sound in found if sound is not None]
        if len(there) < len(found) and (language, name) not in self._told:
            self._told.add((language, name))
            if self._on_missing is not None:
                self._on_missing(language, name)
        return there

    def _prompt(self, recording: Recording | None, language: str) -> tuple[bool, str] | None:
        if recording is None:
            return None
        if sound_of_switch(recording):
            return False, recording.sound
        name = self.name_of(recording, language)
        return (True, name) if name in self._there else None

    def name_of(self, recording: Recording, language: str) -> str:
        """Where the sound of a prompt is kept below the folder, without extension."""
        if not recording.recording:
            return text_name(language, recording.text, self._voices, self._level)
        try:
            path = Path(recording.recording)
            state = path.stat()
            key = (recording.recording, state.st_mtime_ns, state.st_size)
            if key not in self._recordings:
                self._recordings[key] = recording_name(language, path.read_bytes(), self._level)
            return self._recordings[key]
        except OSError:
            return ""

    def has(self, name: str) -> bool:
        """Whether the sound of this name is there."""
        return name in self._there

    def path(self, name: str) -> Path:
        """The file of a sound, there or not."""
        return self._folder / f"{name}{SUFFIX}"


def _samples(path: Path) -> bytes:
    with wave.open(str(path), "rb") as sound:
        return sound.readframes(sound.getnframes())
