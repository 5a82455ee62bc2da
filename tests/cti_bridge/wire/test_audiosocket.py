"""The AudioSocket codec: frames in any chunks, and a peer that sends something else."""

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cti_bridge.wire.audiosocket import (
    FRAME_BYTES,
    MAX_PAYLOAD,
    SAMPLE_RATES,
    AudioFrame,
    AudioSocketParser,
    CallFrame,
    DtmfFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    encode_frame,
)
from cti_bridge.wire.errors import LocalProtocolError, RemoteProtocolError
from tests.cti_bridge.wire.chunks import chunk_sizes, cut, fed

CALL = UUID("0e7a4a7c-31b4-4b0c-a2b3-9f3c1d5e6f70")
FIRST = b"\x01\x00\x10" + CALL.bytes


@pytest.mark.parametrize(
    ("frame", "written"),
    [
        (CallFrame(CALL), FIRST),
        (AudioFrame(b"\x01\x02" * 160), b"\x10\x01\x40" + b"\x01\x02" * 160),
        (AudioFrame(b"", 16_000), b"\x12\x00\x00"),
        (DtmfFrame("#"), b"\x03\x00\x01#"),
        (EndFrame(), b"\x00\x00\x00"),
        (ErrorFrame(2), b"\xff\x00\x01\x02"),
    ],
)
def test_frames_on_the_wire(frame: Frame, written: bytes) -> None:
    assert encode_frame(frame) == written
    assert AudioSocketParser(expect_call=False).feed(written) == [frame]


def test_a_frame_of_twenty_milliseconds() -> None:
    assert FRAME_BYTES == 8000 * 2 * 20 // 1000
    assert len(encode_frame(AudioFrame(bytes(FRAME_BYTES)))) == 323


def test_a_call_begins_with_its_uuid() -> None:
    frames = AudioSocketParser().feed(FIRST + b"\x10\x00\x02ab\x03\x00\x01d\x00\x00\x00")
    assert frames == [CallFrame(CALL), AudioFrame(b"ab"), DtmfFrame("D"), EndFrame()]
    assert AudioSocketParser().feed(FIRST + b"\xff\x00\x00") == [CallFrame(CALL), ErrorFrame(0)]


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x10\x01\x40",  # audio before the UUID
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x01\x00\x0f" + bytes(15),
        b"\x01\x00\x11" + bytes(17),
        FIRST + FIRST,
        FIRST + b"\x02\x00\x00",
        FIRST + b"\x19\x00\x00",
        FIRST + b"\x10\x00\x03abc",
        FIRST + b"\x10" + (MAX_PAYLOAD + 2).to_bytes(2, "big"),
        FIRST + b"\x03\x00\x01x",
        FIRST + b"\x03\x00\x00",
        FIRST + b"\x03\x00\x0212",
        FIRST + b"\x00\x00\x01x",
        FIRST + b"\xff\x00\x02ab",
    ],
)
@pytest.mark.parametrize("sizes", [[1], [10_000]])
def test_what_is_no_frame_is_refused(wrong: bytes, sizes: list[int]) -> None:
    parser = AudioSocketParser()
    with pytest.raises(RemoteProtocolError, match="AudioSocket"):
        fed(parser.feed, wrong, sizes)
    with pytest.raises(RemoteProtocolError):
        parser.feed(b"\x10\x00\x00")


def test_a_wrong_header_is_refused_before_its_payload_comes() -> None:
    with pytest.raises(RemoteProtocolError):
        AudioSocketParser().feed(b"\x47\x45\x54")


@pytest.mark.parametrize(
    "frame",
    [
        AudioFrame(b"abc"),
        AudioFrame(bytes(MAX_PAYLOAD + 2)),
        AudioFrame(b"", 11_025),
        DtmfFrame("x"),
        DtmfFrame(""),
        DtmfFrame("12"),
        ErrorFrame(256),
        ErrorFrame(-1),
    ],
)
def test_what_is_no_frame_is_not_sent(frame: Frame) -> None:
    with pytest.raises(LocalProtocolError):
        encode_frame(frame)


frames = st.one_of(
    st.builds(
        AudioFrame, st.binary(max_size=40).map(lambda half: half * 2), st.sampled_from(sorted(SAMPLE_RATES.values()))
    ),
    st.builds(DtmfFrame, st.sampled_from("0123456789*#ABCD")),
    st.builds(ErrorFrame, st.integers(0, 255)),
    st.just(EndFrame()),
)


@given(st.lists(frames, max_size=8), chunk_sizes)
@example([AudioFrame(bytes(MAX_PAYLOAD), 192_000)], [1])
def test_frames_arrive_as_they_were_sent(sent: list[Frame], sizes: list[int]) -> None:
    stream = FIRST + b"".join(map(encode_frame, sent))
    assert fed(AudioSocketParser().feed, stream, sizes) == [CallFrame(CALL), *sent]


@given(st.binary(max_size=80), chunk_sizes, st.booleans())
def test_noise_is_refused_or_read_alike_in_any_chunks(noise: bytes, sizes: list[int], begun: bool) -> None:
    stream = FIRST + noise if begun else noise
    outcomes = []
    for cuts in (sizes, [1]):
        parser = AudioSocketParser()
        found: list[Frame] = []
        refused = False
        for chunk in cut(stream, cuts):
            try:
                found += parser.feed(chunk)
            except RemoteProtocolError:
                refused = True
                break
        outcomes.append((refused, None if refused else found))
    assert outcomes[0] == outcomes[1]
