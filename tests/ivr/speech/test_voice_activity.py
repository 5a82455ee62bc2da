"""Whether somebody speaks: found soon, ended in time, in quiet and in noise."""

import numpy as np
import pytest

from ivr.speech.voice_activity import FRAME_US, Change, VoiceActivity, VoiceSettings
from tests.ivr.speech.voices import RATE, frames, line, said


def changes(
    sound: bytes, settings: VoiceSettings | None = None, *, playing: bool = False
) -> list[tuple[Change, float]]:
    """Each change and the seconds at which it was found."""
    ear = VoiceActivity(settings)
    found = []
    for index, frame in enumerate(frames(sound)):
        change = ear.hear(frame, playing=playing)
        if change is not None:
            found.append((change, (index + 1) * FRAME_US / 1e6))
    return found


@pytest.mark.parametrize("noise", [0.0, 3.0, 10.0, 40.0, 100.0])
@pytest.mark.parametrize("word", ["billing", "yes", "support", "nine"])
def test_a_word_begins_and_ends_once(word: str, noise: float) -> None:
    sound = line(1.0, said(word), 1.0, noise=noise)
    found = changes(sound)
    assert [change for change, _ in found] == [Change.STARTED, Change.ENDED]
    over = 1.0 + len(said(word)) / 2 / RATE
    assert 1.0 < found[0][1] < 1.35
    assert over - 0.25 < found[1][1] - 0.4 < over + 0.05


def test_the_start_is_found_within_the_time_in_which_a_prompt_has_to_stop() -> None:
    tone = (8000 * np.sin(np.arange(RATE) * 2)).astype(np.int16).tobytes()
    ((change, at), *_) = changes(line(1.0, tone))
    assert change is Change.STARTED
    assert at - 1.0 <= 0.1


@pytest.mark.parametrize("end_ms", [200, 400, 700])
def test_the_silence_that_ends_speech_can_be_set(end_ms: int) -> None:
    settings = VoiceSettings(end_us=end_ms * 1000)
    tone = (8000 * np.sin(np.arange(RATE) * 2)).astype(np.int16).tobytes()
    found = changes(line(1.0, tone, 2.0), settings)
    assert found[-1][1] - 2.0 == pytest.approx(end_ms / 1000, abs=0.041)


def test_pauses_between_digits_do_not_end_a_number() -> None:
    sound = line(1.0, said("four"), 0.1, said("seven"), 0.1, said("one"), 1.0)
    assert [change for change, _ in changes(sound)] == [Change.STARTED, Change.ENDED]


def test_a_click_is_no_speech() -> None:
    click = np.zeros(160 * 50, np.int16)
    click[4000:4100] = 20000
    assert changes(line(click.tobytes())) == []


def test_a_hum_is_no_speech() -> None:
    hum = (2000 * np.sin(np.arange(3 * RATE) * 2 * np.pi * 50 / RATE)).astype(np.int16).tobytes()
    assert changes(line(1.0, hum)) == []


def test_a_fan_that_is_switched_on_becomes_the_floor() -> None:
    noisy = line(12.0, noise=300.0)
    found = changes(line(1.0) + noisy + line(said("billing"), 2.0, noise=300.0, seed=5))
    assert found[0][0] is Change.STARTED  # the fan
    assert found[-1][0] is Change.ENDED
    assert found[1][1] < 12.5  # it was found to be no speech before anybody spoke


def test_echo_of_a_prompt_does_not_interrupt_it_but_a_caller_does() -> None:
    echo = line(1.0, (np.frombuffer(said("Please hold the line."), np.int16) // 200).astype(np.int16).tobytes(), 0.5)
    assert changes(echo, playing=True) == []
    assert changes(line(1.0, said("billing"), 1.0), playing=True)[0][0] is Change.STARTED


def test_nothing_at_all_is_nothing() -> None:
    assert changes(bytes(320 * 100)) == []
    assert VoiceActivity().hear(b"") is None


@pytest.mark.parametrize("level", [100, 300, 700])
def test_a_line_that_is_noisy_from_the_start_is_nobody_who_speaks(level: int) -> None:
    generator = np.random.default_rng(1)
    noise = generator.normal(0, level, 8000 * 4)
    t = np.arange(8000) / 8000
    voice = 6000 * np.sin(2 * np.pi * 220 * t) * np.sin(2 * np.pi * 1300 * t)
    noise[16000:24000] += voice
    sound = np.clip(noise, -32768, 32767).astype(np.int16).tobytes()
    activity = VoiceActivity()
    changes = [
        (change, at // 320)
        for at in range(0, len(sound), 320)
        if (change := activity.hear(sound[at : at + 320])) is not None
    ]
    assert [change for change, _ in changes] == [Change.STARTED, Change.ENDED]
    (_, started), (_, ended) = changes
    assert 100 <= started <= 105
    assert 165 <= ended <= 172


def test_who_speaks_from_the_first_moment_is_heard_all_the_same() -> None:
    t = np.arange(8000) / 8000
    voice = (9000 * np.sin(2 * np.pi * 220 * t) * np.sin(2 * np.pi * 1300 * t)).astype(np.int16).tobytes()
    activity = VoiceActivity()
    heard = [activity.hear(voice[at : at + 320]) for at in range(0, len(voice), 320)]
    assert Change.STARTED in heard[:14]
