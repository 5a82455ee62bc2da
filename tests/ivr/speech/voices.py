"""Speech for tests: the packaged English voice in the telephone band, with silence and noise around it."""

import functools
import io
import wave

import numpy as np

from ivr.prompts.audio import telephone
from ivr.prompts.synthesis import speaker

RATE = 8000
FRAME = 320


@functools.cache
def said(text: str, voice: str = "hibari") -> bytes:
    """The words alone, 8 kHz 16-bit mono."""
    with wave.open(io.BytesIO(telephone(speaker(voice)(text), -20.0))) as sound:
        return bytes(sound.readframes(sound.getnframes()))


def line(*parts: bytes | float, noise: float = 8.0, seed: int = 1) -> bytes:
    """Words and pauses (seconds) one after the other on a line with noise (its standard deviation, of 32768)."""
    whole = b"".join(part if isinstance(part, bytes) else bytes(2 * int(RATE * part)) for part in parts)
    samples = np.frombuffer(whole, np.int16).astype(np.float64)
    noisy = samples + np.random.default_rng(seed).normal(0, noise, len(samples))
    return np.clip(noisy, -32768, 32767).astype(np.int16).tobytes()


def frames(sound: bytes) -> list[bytes]:
    """20 ms each; what is left over is dropped."""
    return [sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME)]
