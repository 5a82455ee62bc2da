"""G.711 and the measurement of tones."""

from pathlib import Path

import numpy as np
import pytest

from tests.sip_phone import audio


@pytest.mark.parametrize(
    ("codec", "code", "sample"),
    # the ends and the middle of both laws, as ITU-T G.711 (16-bit aligned) has them
    [
        ("PCMU", 0x00, -32124),
        ("PCMU", 0x80, 32124),
        ("PCMU", 0xFF, 0),
        ("PCMU", 0x7F, 0),
        ("PCMU", 0xFE, 8),
        ("PCMA", 0xD5, 8),
        ("PCMA", 0x55, -8),
        ("PCMA", 0xAA, 32256),
        ("PCMA", 0x2A, -32256),
    ],
)
def test_codes_of_the_standard(codec: str, code: int, sample: int) -> None:
    assert audio.decode(bytes([code]), codec)[0] == sample


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_a_round_trip_changes_little(codec: str) -> None:
    samples = np.arange(-32000, 32000, 7).astype(np.int16)
    back = audio.decode(audio.encode(samples, codec), codec).astype(np.int32)
    assert np.all(np.abs(back - samples) <= 16 + np.abs(samples.astype(np.int32)) // 16)


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_a_tone_is_found_and_no_other(codec: str) -> None:
    samples = audio.decode(audio.encode(audio.tone(700, 1.0), codec), codec)
    assert audio.share(samples, 700) > 0.95
    assert audio.share(samples, 640) < 0.01
    assert audio.share(samples, 1000) < 0.01


def test_two_tones_are_told_apart() -> None:
    samples = audio.tone(500, 1.0) // 2 + audio.tone(900, 1.0) // 2
    assert 0.4 < audio.share(samples, 500) < 0.6
    assert 0.4 < audio.share(samples, 900) < 0.6


def test_silence_holds_no_tone() -> None:
    silence = audio.decode(b"\xd5" * 8000, "PCMA")
    assert audio.share(silence, 700) == 0.0
    assert audio.level(silence) < 20
    assert audio.level(audio.tone(700, 1.0)) > 5000


def test_a_wav_file_of_another_rate_keeps_its_pitch(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    audio.write_wav(path, audio.tone(600, 1.0))
    data = bytearray(path.read_bytes())
    data[24:28] = (16000).to_bytes(4, "little")
    path.write_bytes(data)
    samples = audio.read_wav(path)
    assert abs(len(samples) - 4000) < 10
    assert audio.share(samples, 1200) > 0.9
