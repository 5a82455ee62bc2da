"""Prompts made into sounds before any call: recordings converted, missing ones synthesised, all cached by content.

The one place that runs synthesisers and writes the folder of sounds. Voices by name: ``hibari`` or ``hibari:NAME``
(English, in the package ``hibari-tts``), ``espeak-ng:VOICE`` (a program on the PATH; ``espeak-ng:/path/to/it:VOICE``
when it is elsewhere), ``command:PROGRAM ARGUMENTS`` for any other: text on its standard input, a WAV file on its
standard output.
"""

import contextlib
import functools
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from ivr.errors import IvrError
from ivr.flow import Recording
from ivr.prompts.audio import AudioError, telephone, wav
from ivr.prompts.library import SoundLibrary
from ivr.prompts.sounds import DEFAULT_LEVEL_DBFS, Sound, voice_of

LONGEST_SYNTHESIS_S = 60
MOST_BYTES = 50_000_000
Speak = Callable[[str], bytes]
"""Text to a WAV file."""


class VoiceMissing(IvrError):  # noqa: N818 - says what is the matter
    """A voice that is not installed; the message names the way out."""


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one sound. ``name``: the file below the folder, without extension."""

    sound: Sound
    name: str
    outcome: Literal["there", "made", "missing", "failed"]
    why: str = ""


def listed(sounds: Iterable[Sound], library: SoundLibrary) -> Iterator[Rendered]:
    """Which sounds are there and which are missing; makes nothing."""
    for sound in sorted(sounds):
        name = library.name_of(Recording(text=sound.text, recording=sound.recording), sound.language)
        yield Rendered(sound=sound, name=name, outcome="there" if library.has(name) else "missing")


def render(
    sounds: Iterable[Sound],
    library: SoundLibrary,
    voices: Mapping[str, str] | None = None,
    level_dbfs: float = DEFAULT_LEVEL_DBFS,
) -> Iterator[Rendered]:
    """Make every sound that is not there yet; goes on after a failure and tells it."""
    for item in listed(sounds, library):
        if item.outcome == "there":
            yield item
            continue
        try:
            _write(library.path(item.name), telephone(_raw(item.sound, voices or {}), level_dbfs))
            yield msgspec.structs.replace(item, outcome="made")
        except (IvrError, OSError) as error:
            yield msgspec.structs.replace(item, outcome="failed", why=str(error))


def _raw(sound: Sound, voices: Mapping[str, str]) -> bytes:
    if sound.recording:
        return Path(sound.recording).read_bytes()
    voice = voice_of(sound.language, voices)
    if not voice:
        raise VoiceMissing(f"no voice speaks {sound.language!r}: name one in the settings, prompts.voices")
    return speaker(voice)(sound.text)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a call may be playing while we render."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)  # the switch runs as another user
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


# -- voices ---------------------------------------------------------------------------------------------------------


@functools.cache
def speaker(voice: str) -> Speak:
    """The function that speaks with this voice; :class:`VoiceMissing` when it is not there."""
    kind, _, rest = voice.partition(":")
    makers: Mapping[str, Callable[[str], Speak]] = {"hibari": _hibari, "espeak-ng": _espeak, "command": _command}
    if kind not in makers:
        raise VoiceMissing(f"no such voice {voice!r}: voices are hibari, espeak-ng:VOICE and command:PROGRAM")
    return makers[kind](rest)


def _hibari(name: str) -> Speak:
    try:
        from hibari import Hibari  # type: ignore[import-untyped]  # it has no stubs  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise VoiceMissing("the voice 'hibari' is not installed: pip install 'cordboard[prompts]'") from error
    model: Any = Hibari(name) if name else Hibari()

    def speak(text: str) -> bytes:
        samples = np.clip(np.asarray(model(text, seed=1)) * 32767, -32768, 32767).astype(np.int16)
        if samples.size == 0:
            raise AudioError(f"the voice 'hibari' (English) has no sound for {text!r}")
        return wav(samples.tobytes(), model.sample_rate)

    return speak


def _espeak(rest: str) -> Speak:
    path, _, name = rest.rpartition(":")
    program = shutil.which(path or "espeak-ng")
    if program is None:
        said = f"the program {path or 'espeak-ng'!r} is not there: apt-get install espeak-ng, or name another voice "
        raise VoiceMissing(said + "in the settings, prompts.voices (espeak-ng:/path/to/it:cmn, or command:PROGRAM)")
    return _program([program, "-v", name or "en", "-s", "150", "--stdin", "--stdout"])


def _command(line: str) -> Speak:
    words = shlex.split(line)
    if not words or shutil.which(words[0]) is None:
        raise VoiceMissing(f"the program of the voice 'command:{line}' is not there")
    return _program(words)


def _program(words: list[str]) -> Speak:
    def speak(text: str) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 - the program is the administrator's; the text is on its standard input
                words, input=text.encode(), capture_output=True, timeout=LONGEST_SYNTHESIS_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AudioError(f"{words[0]}: {error}") from error
        if done.returncode != 0 or not done.stdout or len(done.stdout) > MOST_BYTES:
            said = done.stderr.decode(errors="replace").strip()[:200]
            raise AudioError(f"{words[0]} made no sound (exit code {done.returncode}): {said}")
        return _with_length(done.stdout)

    return speak


def _with_length(sound: bytes) -> bytes:
    """A WAV file from a pipe does not know its length: its header says 2 GB; put the true one in."""
    at = sound.find(b"data", 12)
    if sound[:4] != b"RIFF" or at < 0:
        return sound
    riff, data = len(sound) - 8, len(sound) - at - 8
    return sound[:4] + riff.to_bytes(4, "little") + sound[8 : at + 4] + data.to_bytes(4, "little") + sound[at + 8 :]
