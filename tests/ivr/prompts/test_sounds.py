"""Prompts become sounds: which are needed, where they are kept, how they are made, what the switch is told to play."""

import io
import math
import os
import sys
import wave
from array import array
from pathlib import Path

import numpy as np
import pytest

from ivr import effects
from ivr.flow import Recording
from ivr.loader import load_shipped
from ivr.prompts.audio import AudioError, telephone, wav
from ivr.prompts.library import SoundLibrary
from ivr.prompts.sounds import Sound, sounds_of, text_name, voice_of
from ivr.prompts.synthesis import VoiceMissing, listed, render, speaker

TONE = """#!{python}
# Speaks any text as a tone whose length is that of the text.
import math, struct, sys, wave
text = sys.stdin.buffer.read().decode()
if text == "refuse":
    sys.exit("cannot say this")
count = 220 * len(text) + 2000
data = b"".join(struct.pack("<h", int(8000 * math.sin(i / 10))) for i in range(count))
out = sys.stdout.buffer
out.write(b"RIFF\\xff\\xff\\xff\\x7fWAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 22050, 44100, 2, 16))
out.write(b"data\\xff\\xff\\xff\\x7f" + data)
"""


def sine(rate: int, hertz: float, seconds: float, *, level: float = 0.3, channels: int = 1) -> bytes:
    count = int(rate * seconds)
    tone = [int(level * 32767 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(count)]
    samples = array("h", [sample for sample in tone for _ in range(channels)])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def samples_of(sound: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)


def decibels(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples**2) / 32768**2 + 1e-12))


# -- audio ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (22050, 1), (24000, 2), (44100, 2)])
def test_any_recording_gets_the_telephones_form_and_loudness(rate: int, channels: int) -> None:
    samples = samples_of(telephone(sine(rate, 440, 1.0, channels=channels), -20.0))
    assert 8000 * 1.1 < len(samples) < 8000 * 1.25
    assert decibels(samples[800:8000]) == pytest.approx(-20, abs=0.5)


def test_what_is_above_the_telephone_band_is_filtered_and_not_folded_down() -> None:
    both = np.frombuffer(sine(22050, 440, 1.0), np.int16)[22:] + np.frombuffer(sine(22050, 5000, 1.0), np.int16)[22:]
    samples = samples_of(telephone(wav(both.tobytes(), 22050), -20.0))[1000:7000]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    hertz = np.fft.rfftfreq(len(samples), 1 / 8000)
    folded = spectrum[(hertz > 2900) & (hertz < 3100)].max()
    assert folded < spectrum[(hertz > 400) & (hertz < 480)].max() / 100


def test_silence_before_and_after_is_cut() -> None:
    tone = np.frombuffer(sine(8000, 440, 0.5), np.int16)[22:]
    quiet = np.zeros(8000, np.int16)
    samples = samples_of(telephone(wav(np.concatenate([quiet, tone, quiet]).tobytes(), 8000), -20.0))
    assert len(samples) < 8000 * 0.75


def test_a_peak_is_never_clipped() -> None:
    click = np.zeros(4000, np.int16)
    click[1000:1010] = 30000
    click[1010:3000] = 30
    assert np.abs(samples_of(telephone(wav(click.tobytes(), 8000), -10.0))).max() < 32768 * 10 ** (-0.9 / 20)


@pytest.mark.parametrize("content", [b"", b"not a sound", wav(bytes(16000), 8000), b"RIFF\x00\x00\x00\x00WAVEjunk"])
def test_what_is_no_sound_is_refused(content: bytes) -> None:
    with pytest.raises(AudioError):
        telephone(content, -20.0)


# -- voices ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tone_voice(tmp_path: Path) -> str:
    program = tmp_path / "tone"
    program.write_text(TONE.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return f"command:{program}"


def test_a_program_speaks_though_its_header_does_not_know_the_length(tone_voice: str) -> None:
    assert len(samples_of(telephone(speaker(tone_voice)("x" * 40), -20.0))) > 8000 * 0.4


def test_a_program_that_fails_is_told(tone_voice: str) -> None:
    with pytest.raises(AudioError, match="cannot say this"):
        speaker(tone_voice)("refuse")


def test_espeak_is_given_voice_and_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "espeak-ng"
    program.write_text('#!/bin/sh\necho "$@" >&2; cat >&2; exit 3\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    speaker.cache_clear()
    with pytest.raises(AudioError, match=r"-v cmn -s 150 --stdin --stdout\n您好"):
        speaker("espeak-ng:cmn")("您好")


@pytest.mark.parametrize(
    ("voice", "way_out"),
    [
        ("espeak-ng:/no/such/program:cmn", "apt-get install espeak-ng"),
        ("command:/no/such/program", "is not there"),
        ("siri", "voices are hibari"),
    ],
)
def test_a_voice_that_is_not_there_names_the_way_out(voice: str, way_out: str) -> None:
    with pytest.raises(VoiceMissing, match=way_out):
        speaker(voice)


def test_the_english_voice_speaks_and_says_the_same_again() -> None:
    one, other = (telephone(speaker("hibari")("Please hold."), -20.0) for _ in range(2))
    assert one == other
    assert 8000 * 0.4 < len(samples_of(one)) < 8000 * 2.5


# -- the folder -----------------------------------------------------------------------------------------------------


def test_rendering_makes_each_sound_once_and_goes_on_after_a_failure(tmp_path: Path, tone_voice: str) -> None:
    library = SoundLibrary(tmp_path / "sounds")
    voices = {"en": tone_voice}
    library = SoundLibrary(tmp_path / "sounds", voices=voices)
    own = tmp_path / "own.wav"
    own.write_bytes(sine(16000, 300, 0.4))
    wanted = {
        Sound(language="en", text="hello"),
        Sound(language="en", text="refuse"),
        Sound(language="fi", text="hei"),
        Sound(language="en", text="", recording=str(own)),
    }
    outcomes = {item.sound.text: item.outcome for item in render(wanted, library, voices)}
    assert outcomes == {"hello": "made", "refuse": "failed", "hei": "failed", "": "made"}
    library.refresh()
    assert sorted(item.outcome for item in listed(wanted, library)) == ["missing", "missing", "there", "there"]
    files = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "sounds").glob("*/*.wav")}
    again = {item.sound.text: item.outcome for item in render(wanted, library, voices)}
    assert again == {"hello": "there", "refuse": "failed", "hei": "failed", "": "there"}
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "sounds").glob("*/*.wav")} == files
    assert not list((tmp_path / "sounds").glob("**/*.part"))


def test_the_name_of_a_sound_follows_all_that_it_is_made_from(tmp_path: Path) -> None:
    names = {
        text_name("en", "hello", {}),
        text_name("en", "hallo", {}),
        text_name("en", "hello", {"en": "hibari:other"}),
        text_name("en", "hello", {}, -18.0),
        text_name("zh", "hello", {}),
    }
    assert len(names) == 5
    own = tmp_path / "own.wav"
    library = SoundLibrary(tmp_path)
    own.write_bytes(b"one")
    first = library.name_of(Recording(recording=str(own)), "en")
    own.write_bytes(b"other")
    assert library.name_of(Recording(recording=str(own)), "en") != first
    assert library.name_of(Recording(recording=str(tmp_path / "gone.wav")), "en") == ""


def test_the_switch_is_told_what_to_play(tmp_path: Path, tone_voice: str) -> None:
    voices = {"en": tone_voice}
    library = SoundLibrary(tmp_path, voices=voices)
    words = {Sound(language="en", text=text) for text in ("hello", "four", "two")}
    list(render(words, library, voices))
    missing: list[tuple[str, str]] = []
    library = SoundLibrary(tmp_path, voices=voices, on_missing=lambda *what: missing.append(what))
    parts = (
        effects.PromptPart(name="welcome", recording=Recording(text="hello")),
        effects.PromptPart(name="bye", recording=Recording(sound="vm-goodbye")),
        effects.PromptPart(name="account", spoken_as="digits", value="42"),
        effects.PromptPart(name="unwritten"),
        effects.PromptPart(name="pin", spoken_as="digits", value="7"),
    )
    named = [text_name("en", text, voices) for text in ("hello", "four", "two")]
    sounds = [str(tmp_path / name) for name in named]
    assert library.files(parts, "en") == (sounds[0], "vm-goodbye", sounds[1], sounds[2])
    library.files(parts, "en")
    assert missing == [("en", "unwritten"), ("en", "digits")]
    prefixed = SoundLibrary(tmp_path, voices=voices, prefix="cordboard")
    assert prefixed.files(parts[:1], "en") == (f"cordboard/{named[0]}",)
    assert len(library.samples(parts, "en")) == sum(
        len(samples_of(library.path(name).read_bytes())) * 2 for name in named
    )


def test_flows_need_their_prompts_in_all_languages_and_the_words_of_their_values() -> None:
    needed = sounds_of(load_shipped().values())
    texts = {(sound.language, sound.text) for sound in needed}
    assert ("en", "Welcome to Cordboard.") in texts
    assert ("zh", "欢迎致电联络中心。") in texts
    assert {("zh", "角"), ("en", "yuan"), ("en", "November"), ("zh", "小时"), ("en", "minutes")} <= texts
    assert ("en", "I did not hear anything.") in texts
    assert voice_of("zh-CN", {}) == "espeak-ng:cmn"
    assert voice_of("zh", {"zh": "command:x"}) == "command:x"
    assert voice_of("fi", {}) == ""
