"""Voice activity: whether somebody speaks, frame by frame, by energy above a noise floor that follows the line. Pure.

A frame is 20 ms of 8 kHz 16-bit mono; what counts is its power between 200 and 3800 Hz, so that hum does not. The
floor falls fast and rises slowly, so that speech does not lift it. What stays at one level for longer than anybody
speaks evenly (a fan that was switched on) is noise, and becomes the floor. The first moment of a line is taken for its
noise, so that a noisy one does not stop the first prompt.
"""

import enum
import math
from collections import deque

import msgspec
import numpy as np

from facts.time import MILLISECOND, Duration

FRAME_US: Duration = 20 * MILLISECOND
FRAME_BYTES = 320
SILENCE_DB = -90.0
STEADY_FRAMES = 75
STEADY_DB = 9.0
"""1.5 s within so many dB are no speech."""

LEARN_FRAMES = 10
"""200 ms at the beginning of a line, in which nobody is expected to speak; the recogniser gets them all the same."""

LOUDEST_NOISE_DB = -33.0
"""What is louder at the beginning is somebody who speaks."""

_WINDOW = np.hanning(FRAME_BYTES // 2).astype(np.float32)
_BAND = slice(4, 77)
"""Bins of 50 Hz from 200 to 3800 Hz."""
_FULL_SCALE = float(np.sum(_WINDOW**2)) * (FRAME_BYTES // 4) * 32768.0**2

FALL_DB, RISE_DB, RISE_IN_SPEECH_DB = 3.0, 0.10, 0.02
"""How far the floor moves towards the present level, at most, in each frame."""


class VoiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How speech is told from noise. Levels in dB.

    ``above_floor`` begins speech, ``stays_above`` keeps it up; ``while_playing`` is added to both while a prompt plays,
    because some of it comes back as echo. Speech begins after ``start_us`` of it and ends after ``end_us`` without;
    after ``end_in_number_us`` where a number is said, because people breathe between groups of digits.
    """

    above_floor_db: float = 12.0
    stays_above_db: float = 7.0
    while_playing_db: float = 6.0
    quietest_db: float = -58.0
    start_us: Duration = 60 * MILLISECOND
    end_us: Duration = 400 * MILLISECOND
    end_in_number_us: Duration = 700 * MILLISECOND


class Change(enum.Enum):
    """What a frame changed."""

    STARTED = "somebody began to speak"
    ENDED = "the speech is over"


class VoiceActivity:
    """Listens to one line."""

    def __init__(self, settings: VoiceSettings | None = None) -> None:
        self._settings = settings or VoiceSettings()
        self._floor = -55.0
        self._to_learn = LEARN_FRAMES
        self._levels: deque[float] = deque(maxlen=STEADY_FRAMES)
        self._loud: Duration = 0
        self._quiet: Duration = 0
        self._end = self._settings.end_us
        self._speaking = False

    @property
    def speaking(self) -> bool:
        """Whether somebody is speaking now."""
        return self._speaking

    @property
    def floor_db(self) -> float:
        """The noise of the line."""
        return self._floor

    @property
    def silent_for_us(self) -> Duration:
        """How long there has been no speech at the end of what was heard."""
        return self._quiet

    def reset(self, *, number: bool = False) -> None:
        """Forget the speech under way; what is known of the noise stays. ``number``: digits are expected now."""
        self._end = self._settings.end_in_number_us if number else self._settings.end_us
        self._speaking = False
        self._loud = self._quiet = 0

    def hear(self, frame: bytes, *, playing: bool = False) -> Change | None:
        """Take one frame of :data:`FRAME_BYTES` bytes."""
        level = level_of(frame)
        if self._to_learn:
            self._learn(level)
        limit = self._limit(playing=playing)
        self._follow(level)
        if self._speaking:
            return self._while_speaking(loud=level > limit)
        return self._while_silent(loud=level > limit)

    def _learn(self, level: float) -> None:
        """The quietest frame so far is the noise of the line."""
        first = self._to_learn == LEARN_FRAMES
        self._to_learn -= 1
        quietest = min(max(level, self._floor) if first else min(level, self._floor), LOUDEST_NOISE_DB)
        self._floor = max(quietest, SILENCE_DB + 10)

    def _limit(self, *, playing: bool) -> float:
        settings = self._settings
        above = settings.stays_above_db if self._speaking else settings.above_floor_db
        echo = settings.while_playing_db if playing else 0.0
        return max(self._floor + above, settings.quietest_db) + echo

    def _while_silent(self, *, loud: bool) -> Change | None:
        # A short dip does not start the count anew: consonants are quiet.
        self._loud = self._loud + FRAME_US if loud else max(0, self._loud - FRAME_US)
        if self._loud < self._settings.start_us:
            return None
        self._speaking, self._quiet, self._loud = True, 0, 0
        return Change.STARTED

    def _while_speaking(self, *, loud: bool) -> Change | None:
        self._quiet = 0 if loud else self._quiet + FRAME_US
        if self._quiet < self._end:
            return None
        self._speaking, self._loud = False, 0
        return Change.ENDED

    def _follow(self, level: float) -> None:
        rise = RISE_IN_SPEECH_DB if self._speaking else RISE_DB
        self._floor += min(max(level - self._floor, -FALL_DB), rise)
        self._levels.append(level)
        if self._speaking and self._steady():
            self._floor = sum(self._levels) / STEADY_FRAMES
        self._floor = max(self._floor, SILENCE_DB + 10)

    def _steady(self) -> bool:
        return len(self._levels) == STEADY_FRAMES and max(self._levels) - min(self._levels) < STEADY_DB


def level_of(frame: bytes) -> float:
    """Mean power of a frame within the band of speech, in dB of full scale."""
    if len(frame) != FRAME_BYTES:
        return SILENCE_DB
    spectrum = np.fft.rfft(np.frombuffer(frame, np.int16) * _WINDOW)[_BAND]
    power = float(np.vdot(spectrum, spectrum).real) / _FULL_SCALE
    return 10 * math.log10(power) if power > 1e-9 else SILENCE_DB
