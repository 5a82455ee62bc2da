"""AudioSocket: frames of audio between Asterisk and a speech server, without any I/O.

Asterisk connects by TCP.  Both directions carry frames of one byte kind, two bytes payload length (big endian)
and the payload (`res/res_audiosocket.c` of Asterisk 22; https://docs.asterisk.org, "AudioSocket").  The first
frame from Asterisk names the call by a UUID.  Audio is signed 16-bit little-endian mono; at 8 kHz a frame of
320 bytes lasts 20 ms, and 50 a second go each way.  Asterisk plays what it gets as it comes: the sender keeps
the pace.  Asterisk ends by closing the connection, the server by a frame of kind END.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NoReturn, TypeAlias
from uuid import UUID

import msgspec

from cti_bridge.wire.errors import LocalProtocolError, RemoteProtocolError, excerpt

FRAME_BYTES = 320
"""Payload of 20 ms of audio at 8 kHz."""

MAX_PAYLOAD = 7_680
"""Bytes of one audio payload that are accepted: 20 ms at 192 kHz, the most that the protocol can name."""

_HEADER_BYTES = 3
_DTMF_DIGITS = frozenset("0123456789*#ABCDabcd")


class FrameKind(IntEnum):
    """The first byte of a frame; audio at another rate than 8 kHz has the kinds 0x11 to 0x18."""

    END = 0x00
    UUID = 0x01
    DTMF = 0x03
    AUDIO = 0x10
    ERROR = 0xFF


SAMPLE_RATES: Mapping[int, int] = {
    0x10: 8_000,
    0x11: 12_000,
    0x12: 16_000,
    0x13: 24_000,
    0x14: 32_000,
    0x15: 44_100,
    0x16: 48_000,
    0x17: 96_000,
    0x18: 192_000,
}
"""Kind of an audio frame to samples a second."""

_KIND_OF_RATE = {rate: kind for kind, rate in SAMPLE_RATES.items()}


class CallFrame(msgspec.Struct, frozen=True):
    """Which call this connection carries: the UUID given to `AudioSocket()` in the dialplan."""

    uuid: UUID


class AudioFrame(msgspec.Struct, frozen=True):
    """A stretch of audio: signed 16-bit little-endian mono samples at `rate` a second."""

    pcm: bytes
    rate: int = 8_000


class DtmfFrame(msgspec.Struct, frozen=True):
    """A key that the caller pressed: one of 0-9, A-D, * and #."""

    digit: str


class EndFrame(msgspec.Struct, frozen=True):
    """The sender is done: the call goes on in the dialplan."""


class ErrorFrame(msgspec.Struct, frozen=True):
    """Asterisk reports a failure; the code's bits are 1 hang-up, 2 frame forwarding, 4 memory; 0 none given."""

    code: int = 0


Frame: TypeAlias = CallFrame | AudioFrame | DtmfFrame | EndFrame | ErrorFrame


class AudioSocketParser:
    """Bytes of one AudioSocket connection to frames.

    `expect_call` says that the first frame must be a `CallFrame`, and no other may be: true for the server
    (what Asterisk sends), false for what Asterisk receives.
    """

    def __init__(self, *, expect_call: bool = True) -> None:
        self._tail = bytearray()
        self._expect_call = expect_call
        self._first = True
        self._failure: str | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes; the frames that they complete, in order.

        Raises RemoteProtocolError for a frame that the protocol does not have; the parser refuses everything
        after that.
        """
        if self._failure is not None:
            raise RemoteProtocolError(self._failure)
        tail = self._tail
        tail += data
        frames: list[Frame] = []
        position = 0
        while len(tail) - position >= _HEADER_BYTES:
            kind = tail[position]
            length = int.from_bytes(tail[position + 1 : position + _HEADER_BYTES], "big")
            self._check_header(kind, length)
            start = position + _HEADER_BYTES
            if len(tail) < start + length:
                break
            position = start + length
            frames.append(self._read(kind, bytes(tail[start:position])))
        del tail[:position]
        return frames

    def _check_header(self, kind: int, length: int) -> None:
        """Refuse what cannot become a frame before its payload is waited for."""
        if kind not in _READ:
            self._fail(f"AudioSocket has no frame of kind {kind:#04x}")
        if self._expect_call and (kind == FrameKind.UUID) is not self._first:
            self._fail("an AudioSocket connection begins with the UUID of its call, and has one only")
        if length > MAX_PAYLOAD:
            self._fail(f"an AudioSocket payload of {length} bytes is over the {MAX_PAYLOAD} allowed")

    def _read(self, kind: int, payload: bytes) -> Frame:
        self._first = False
        frame = _READ[kind](kind, payload)
        if frame is None:
            self._fail(f"an AudioSocket frame of kind {kind:#04x} cannot hold {excerpt(payload)}")
        return frame

    def _fail(self, reason: str) -> NoReturn:
        self._failure = reason
        self._tail = bytearray()
        raise RemoteProtocolError(reason)


def _read_end(_kind: int, payload: bytes) -> Frame | None:
    return None if payload else EndFrame()


def _read_call(_kind: int, payload: bytes) -> Frame | None:
    return CallFrame(UUID(bytes=payload)) if len(payload) == 16 else None


def _read_dtmf(_kind: int, payload: bytes) -> Frame | None:
    digit = payload.decode("latin-1")
    return DtmfFrame(digit.upper()) if digit in _DTMF_DIGITS else None


def _read_audio(kind: int, payload: bytes) -> Frame | None:
    return AudioFrame(payload, SAMPLE_RATES[kind]) if len(payload) % 2 == 0 else None


def _read_error(_kind: int, payload: bytes) -> Frame | None:
    return ErrorFrame(payload[0] if payload else 0) if len(payload) <= 1 else None


_READ: Mapping[int, Callable[[int, bytes], Frame | None]] = {
    FrameKind.END: _read_end,
    FrameKind.UUID: _read_call,
    FrameKind.DTMF: _read_dtmf,
    FrameKind.ERROR: _read_error,
    **dict.fromkeys(SAMPLE_RATES, _read_audio),
}


def encode_frame(frame: Frame) -> bytes:
    """One frame as bytes to send.

    Raises LocalProtocolError for audio of an odd number of bytes, more than `MAX_PAYLOAD` of them or an
    unknown rate, for a key that no telephone has, and for an error code over 255.
    """
    match frame:
        case AudioFrame(pcm, rate):
            return _encode_audio(pcm, rate)
        case DtmfFrame(digit):
            if digit not in _DTMF_DIGITS:
                raise LocalProtocolError(f"{digit!r} is no telephone key: one of 0-9, A-D, * and #")
            return _frame(FrameKind.DTMF, digit.upper().encode("ascii"))
        case CallFrame(uuid):
            return _frame(FrameKind.UUID, uuid.bytes)
        case EndFrame():
            return _frame(FrameKind.END, b"")
        case ErrorFrame(code):
            if not 0 <= code <= 0xFF:
                raise LocalProtocolError(f"{code} is no AudioSocket error code: 0 to 255")
            return _frame(FrameKind.ERROR, bytes((code,)))


def _encode_audio(pcm: bytes, rate: int) -> bytes:
    kind = _KIND_OF_RATE.get(rate)
    if kind is None:
        raise LocalProtocolError(f"AudioSocket has no audio of {rate} samples a second")
    if len(pcm) % 2 or len(pcm) > MAX_PAYLOAD:
        raise LocalProtocolError(f"{len(pcm)} bytes are no frame of 16-bit audio of at most {MAX_PAYLOAD} bytes")
    return _frame(kind, pcm)


def _frame(kind: int, payload: bytes) -> bytes:
    return bytes((kind,)) + len(payload).to_bytes(2, "big") + payload
