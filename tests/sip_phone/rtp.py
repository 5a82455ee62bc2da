"""The audio of one call: 20 ms packets out and in (RFC 3550), key events (RFC 4733)."""

import asyncio
import random
import struct
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from tests.sip_phone import audio, sdp
from tests.sip_phone.arrivals import TimedSocket

PACE_S = 0.02
KEYS = "0123456789*#ABCD"
LOUD = 600
"""A sample beyond this is somebody's voice, and not the noise of the line."""


@dataclass(frozen=True)
class Heard:
    """One audio packet as it came: monotonic arrival at the kernel, G.711 bytes."""

    at: float
    codec: str
    payload: bytes


@dataclass
class _Press:
    """A key on its way out."""

    code: int
    packets: int
    sent: int = 0


@dataclass
class _Said:
    """Samples on their way out."""

    samples: audio.Samples
    at: int = 0
    loud_at: Future[float] = field(default_factory=Future)

    @property
    def left(self) -> bool:
        return self.at < len(self.samples)

    def take(self) -> audio.Samples:
        """The next frame, which is sent now."""
        frame = self.samples[self.at : self.at + audio.FRAME]
        self.at += audio.FRAME
        loud = np.abs(frame.astype(np.int32)) > LOUD
        if loud.any() and not self.loud_at.done():
            self.loud_at.set_result(time.monotonic() + float(loud.argmax()) / audio.RATE)
        return frame


class Stream:
    """Audio socket and pacing of one call; lives on the network thread.

    `voice` is a tone that sounds whenever nothing else is said; without it there is silence. `background`
    is heard under everything, over and over.
    """

    def __init__(self, host: str, voice: float | None) -> None:
        self.host = host
        self.port = 0
        self.heard: list[Heard] = []
        self.keys: list[tuple[float, str]] = []
        self.voice = voice
        self.background: audio.Samples | None = None
        self.sending = True
        self._remote: tuple[str, int] | None = None
        self._codec = "PCMA"
        self._events: int | None = None
        self._said: list[_Said] = []
        self._presses: list[_Press | float] = []
        self._sequence = random.randrange(1 << 15)
        self._timestamp = random.randrange(1 << 31)
        self._ssrc = random.randrange(1 << 32)
        self._voice_position = 0
        self._background_position = 0
        self._last_key = -1
        self._socket: TimedSocket | None = None
        self._task: asyncio.Task[None] | None = None

    # ---- life

    async def open(self) -> None:
        """Bind a free port."""
        self._socket = TimedSocket(self.host, self._received)
        self.port = self._socket.port

    def connect(self, remote: sdp.Session) -> None:
        """Send to where the far end's description says; begins the pacing on the first call."""
        self._remote = (remote.host, remote.port)
        self._events = remote.events
        self._codec = remote.codecs[0] if remote.codecs else "PCMA"
        self.sending = remote.direction in {"sendrecv", "recvonly"}
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._pace())

    def close(self) -> None:
        """Stop sending and receiving."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._socket is not None:
            self._socket.close()

    # ---- what is said

    def say(self, samples: audio.Samples) -> Future[float]:
        """Queue samples behind what is being said; the monotonic time at which the first loud of them was sent."""
        said = _Said(samples)
        self._said.append(said)
        return said.loud_at

    @property
    def busy(self) -> bool:
        """Whether something queued is not sent yet."""
        return bool(self._said or self._presses)

    @property
    def knows_events(self) -> bool:
        """Whether the far end understands key events in the audio stream."""
        return self._events is not None

    def press(self, keys: str, seconds: float, gap: float) -> None:
        """Queue key events of that length, with `gap` seconds between."""
        for key in keys:
            self._presses += [_Press(KEYS.index(key.upper()), max(1, round(seconds / PACE_S))), gap]

    # ---- packets

    async def _pace(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self.sending:
                self._send_frame()
            self._timestamp = (self._timestamp + audio.FRAME) & 0xFFFFFFFF
            due += PACE_S
            # a machine that was asleep does not send what it missed
            due = max(due, loop.time() - 5 * PACE_S)
            await asyncio.sleep(due - loop.time())

    def _send_frame(self) -> None:
        if self._presses and self._send_press():
            return
        self._send(sdp.PAYLOADS[self._codec], audio.encode(self._over_background(self._next_frame()), self._codec))

    def _over_background(self, frame: audio.Samples) -> audio.Samples:
        if self.background is None:
            return frame
        at = self._background_position
        self._background_position = (at + audio.FRAME) % (len(self.background) - audio.FRAME)
        mixed: audio.Samples = np.clip(
            frame.astype(np.int32) + self.background[at : at + audio.FRAME], -32768, 32767
        ).astype(np.int16)
        return mixed

    def _send_press(self) -> bool:
        """Send the packet of the key that is down; whether one was sent."""
        head = self._presses[0]
        if isinstance(head, float):
            self._presses[0] = head - PACE_S
            if head <= PACE_S:
                del self._presses[0]
            return False
        head.sent += 1
        over = head.sent > head.packets
        # the time stamp of an event is its beginning
        start = (self._timestamp - (head.sent - 1) * audio.FRAME) & 0xFFFFFFFF
        duration = min(head.sent, head.packets) * audio.FRAME
        payload = struct.pack("!BBH", head.code, 0x80 | 10 if over else 10, duration)
        for _ in range(3 if over else 1):
            self._send(self._events or sdp.EVENTS, payload, marker=head.sent == 1, timestamp=start)
        if over:
            del self._presses[0]
        return True

    def _next_frame(self) -> audio.Samples:
        while self._said:
            frame = self._said[0].take()
            if not self._said[0].left:
                del self._said[0]
            if len(frame):
                return np.pad(frame, (0, max(0, audio.FRAME - len(frame))))
        if self.voice is None:
            return np.zeros(audio.FRAME, np.int16)
        n = np.arange(self._voice_position, self._voice_position + audio.FRAME)
        self._voice_position += audio.FRAME
        return (8000 * np.sin(2 * np.pi * self.voice * n / audio.RATE)).astype(np.int16)

    def _send(self, kind: int, payload: bytes, *, marker: bool = False, timestamp: int | None = None) -> None:
        if self._socket is None or self._remote is None:
            return
        stamp = self._timestamp if timestamp is None else timestamp
        self._sequence = (self._sequence + 1) & 0xFFFF
        header = struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), self._sequence, stamp, self._ssrc)
        self._socket.send(header + payload, self._remote)

    def _received(self, data: bytes, at: float, _address: tuple[str, int]) -> None:
        """Keep what came: audio as it is, the beginning of each key."""
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        kind = data[1] & 0x7F
        timestamp = struct.unpack_from("!I", data, 4)[0]
        payload = data[12 + 4 * (data[0] & 15) :]
        codec = next((name for name, number in sdp.PAYLOADS.items() if number == kind), None)
        if codec is not None:
            self.heard.append(Heard(at, codec, payload))
        elif kind in {sdp.EVENTS, self._events} and len(payload) >= 4 and timestamp != self._last_key:
            self._last_key = timestamp
            if payload[0] < len(KEYS):
                self.keys.append((at, KEYS[payload[0]]))

    def samples(self, begin: float, end: float) -> audio.Samples:
        """What arrived between two monotonic times."""
        parts = [audio.decode(heard.payload, heard.codec) for heard in self.heard if begin <= heard.at < end]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)
