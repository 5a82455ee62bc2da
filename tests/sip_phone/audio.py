"""Audio of the phones: G.711 (ITU-T), tones and their measurement. Samples are int16 at 8 kHz."""

import math
import wave
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]  # soxr has no types

RATE = 8000
FRAME = 160
"""Samples of 20 ms."""

Samples = npt.NDArray[np.int16]


@cache
def _decoding(codec: str) -> Samples:
    """The 256 sample values of a codec."""
    code = np.arange(256)
    if codec == "PCMU":
        code = ~code & 0xFF
        exponent, mantissa = (code >> 4) & 7, code & 15
        magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
        return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)
    code = code ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


@cache
def _encoding(codec: str) -> npt.NDArray[np.uint8]:
    """The nearest code of each of the 65 536 samples, by sample + 32768."""
    values = _decoding(codec).astype(np.int32)
    order = np.argsort(values, kind="stable")
    middles = (values[order][1:] + values[order][:-1]) / 2
    return order[np.searchsorted(middles, np.arange(-32768, 32768))].astype(np.uint8)


def encode(samples: Samples, codec: str) -> bytes:
    """Samples as G.711, `codec` PCMU or PCMA."""
    return _encoding(codec)[samples.astype(np.int32) + 32768].tobytes()


def decode(data: bytes, codec: str) -> Samples:
    """G.711 as samples."""
    return _decoding(codec)[np.frombuffer(data, np.uint8)]


def tone(hertz: float, seconds: float, amplitude: int = 8000) -> Samples:
    """A sine; whole seconds of a whole number of hertz can be repeated without a click."""
    n = np.arange(round(seconds * RATE))
    return (amplitude * np.sin(2 * math.pi * hertz * n / RATE)).astype(np.int16)


def read_wav(path: Path) -> Samples:
    """A 16-bit WAV file, any rate, first channel, as 8 kHz samples."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path}: 16-bit samples are wanted")
        frames = np.frombuffer(file.readframes(file.getnframes()), np.int16)[:: file.getnchannels()]
        rate = file.getframerate()
    resampled: Samples = frames if rate == RATE else soxr.resample(frames, rate, RATE)
    return resampled


def write_wav(path: Path, samples: Samples) -> None:
    """Samples as a mono 16-bit 8 kHz WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def level(samples: Samples) -> float:
    """Root mean square; silence is below 20, a tone of `tone` above 5000."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def share(samples: Samples, hertz: float) -> float:
    """The part (0 to 1) of the power that is within about 15 Hz of `hertz` (Goertzel over 100 ms blocks)."""
    block = RATE // 10
    count = len(samples) // block
    if count == 0:
        return 0.0
    rows = samples[: count * block].reshape(count, block).astype(np.float64)
    turn = np.exp(-2j * math.pi * hertz * np.arange(block) / RATE)
    inside = 2 * np.abs(rows @ turn) ** 2 / block
    total = np.sum(rows**2)
    return float(min(1.0, np.sum(inside) / total)) if total > count * block * 400 else 0.0
