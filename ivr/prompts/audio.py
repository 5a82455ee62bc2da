"""Sound put into telephone form: 8 kHz, 16 bit, mono, silence trimmed, one loudness. Pure: bytes in, bytes out.

soxr resamples (it filters first, which pydub's own conversion does not do); pydub reads, slices and sets the level.
"""

import io
import warnings
import wave

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]  # it has no stubs

with warnings.catch_warnings():
    # pydub looks for ffmpeg when it is imported (we give it WAV only) and still uses audioop.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment  # type: ignore[import-untyped]  # it has no stubs
    from pydub.silence import detect_leading_silence  # type: ignore[import-untyped]  # it has no stubs

from ivr.errors import IvrError

RATE = 8000
SILENCE_DBFS = -50.0
LEAD_MS, TAIL_MS = 40, 120
"""Silence left before and after, so that sounds can be put one after the other."""
PEAK_DBFS = -1.0
MAX_SECONDS = 600


class AudioError(IvrError):
    """Sound that cannot be used as a prompt."""


def telephone(sound: bytes, level_dbfs: float) -> bytes:
    """A WAV file of any rate and width as a WAV file for the telephone; :class:`AudioError` when it is none.

    The loudness (mean power) becomes ``level_dbfs``, lower only where a peak would be clipped.
    """
    segment = _trimmed(_resampled(_read(sound)))
    gain = min(level_dbfs - segment.dBFS, PEAK_DBFS - segment.max_dBFS)
    levelled = segment.apply_gain(gain)
    silence = AudioSegment.silent
    whole = silence(LEAD_MS, frame_rate=RATE) + levelled + silence(TAIL_MS, frame_rate=RATE)
    return wav(whole.raw_data, RATE)


def wav(samples: bytes, rate: int) -> bytes:
    """16-bit mono samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()


def _read(sound: bytes) -> AudioSegment:
    try:
        segment = AudioSegment.from_wav(io.BytesIO(sound))
    except Exception as error:  # pydub and wave raise whatever a broken file makes them
        raise AudioError(f"not a WAV file that can be read: {error}") from error
    if segment.duration_seconds > MAX_SECONDS:
        raise AudioError(f"longer than {MAX_SECONDS} s: no prompt is")
    return segment.set_channels(1).set_sample_width(2)


def _resampled(segment: AudioSegment) -> AudioSegment:
    samples: npt.NDArray[np.float32] = np.frombuffer(segment.raw_data, np.int16).astype(np.float32)
    slow = soxr.resample(samples, segment.frame_rate, RATE, quality="VHQ") if segment.frame_rate != RATE else samples
    clipped = np.clip(np.rint(slow), -32768, 32767).astype(np.int16)
    return AudioSegment(data=clipped.tobytes(), sample_width=2, frame_rate=RATE, channels=1)


def _trimmed(segment: AudioSegment) -> AudioSegment:
    """Without the silence before and after; relative to its own loudness, as recordings differ."""
    if segment.max_dBFS < SILENCE_DBFS:
        raise AudioError("nothing but silence")
    threshold = max(SILENCE_DBFS, segment.max_dBFS - 45)
    start = detect_leading_silence(segment, threshold, chunk_size=5)
    end = detect_leading_silence(segment.reverse(), threshold, chunk_size=5)
    return segment[start : len(segment) - end]
