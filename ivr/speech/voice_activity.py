"""Voice activity: whether somebody speaks, frame by frame, by energy above a noise floor that follows the line. Pure.

A frame is 20 ms of 8 kHz 16-bit mono. Low hum is taken out by pre-emphasis. The floor falls fast and rises slowly, so
that speech does not lift it, while a fan that is switched on becomes the floor within some seconds.
"""

import enum
import math

import msgspec
import numpy as np

from facts.time import MILLISECOND, Duration

FRAME_US: Duration = 20 * MILLISECOND
FRAME_BYTES = 320
SILENCE_DB = -90.0
PRE_EMPHASIS = 0.9

FALL_DB, RISE_DB, RISE_IN_SPEECH_DB = 3.0, 0.10, 0.02
"""How far the floor moves towards the present level, at most, in each frame."""


class VoiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How speech is told from noise. Levels in dB.

    ``above_floor`` begins speech, ``stays_above`` keeps it up; ``while_playing`` is added to both while a prompt plays,
    because some of it comes back as echo. Speech begins after ``start_us`` of it and ends after ``end_us`` without.
    """

    above_floor_db: float = 12.0
    stays_above_db: float = 7.0
    while_playing_db: float = 6.0
    quietest_db: float = -58.0
    start_us: Duration = 60 * MILLISECOND
    end_us: Duration = 400 * MILLISECOND


class Change(enum.Enum):
    """What a frame changed."""

    STARTED = "somebody began to speak"
    ENDED = "the speech is over"


class VoiceActivity:
    """Listens to one line."""

    def __init__(self, settings: VoiceSettings | None = None) -> None:
        self._settings = settings or VoiceSettings()
        self._floor = -55.0
        self._last_sample = 0.0
        self._loud: Duration = 0
        self._quiet: Duration = 0
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

    def reset(self) -> None:
        """Forget the speech under way; what is known of the noise stays."""
        self._speaking = False
        self._loud = self._quiet = 0

    def hear(self, frame: bytes, *, playing: bool = False) -> Change | None:
        """Take one frame of :data:`FRAME_BYTES` bytes."""
        level = self._level(frame)
        limit = self._limit(playing=playing)
        self._follow(level)
        if self._speaking:
            return self._while_speaking(loud=level > limit)
        return self._while_silent(loud=level > limit)

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
        if self._quiet < self._settings.end_us:
            return None
        self._speaking, self._loud = False, 0
        return Change.ENDED

    def _follow(self, level: float) -> None:
        rise = RISE_IN_SPEECH_DB if self._speaking else RISE_DB
        self._floor += min(max(level - self._floor, -FALL_DB), rise)
        self._floor = max(self._floor, SILENCE_DB + 10)

    def _level(self, frame: bytes) -> float:
        """Mean power in dB of full scale, without low hum."""
        samples = np.frombuffer(frame, np.int16).astype(np.float32)
        if samples.size == 0:
            return SILENCE_DB
        shifted = np.empty_like(samples)
        shifted[0] = self._last_sample
        shifted[1:] = samples[:-1]
        self._last_sample = float(samples[-1])
        emphasised = samples - PRE_EMPHASIS * shifted
        power = float(np.dot(emphasised, emphasised)) / samples.size / 32768.0**2
        return 10 * math.log10(power) if power > 1e-9 else SILENCE_DB
