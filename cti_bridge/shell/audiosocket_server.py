"""The AudioSocket server: Asterisk streams what a caller says here, and plays what comes back.

Asterisk connects when the menu runs ``EXEC AudioSocket`` and says first which call it is: a UUID that the menu chose a
moment before. Nobody else is listened to: an unknown UUID, nonsense, or silence in place of it ends the connection.
A frame of 20 ms is written as it comes, unbuffered: whoever owns the line paces it.
"""

from typing import Protocol as TypingProtocol
from typing import cast
from uuid import UUID

import structlog
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from cti_bridge.shell.agi_server import write_at_once
from cti_bridge.wire.audiosocket import AudioFrame, AudioSocketParser, CallFrame, DtmfFrame, EndFrame, encode_frame
from cti_bridge.wire.errors import RemoteProtocolError

log = structlog.get_logger(__name__)

FIRST_FRAME_S = 5.0
RATE = 8000
MOST_LINES = 2000


class LineOwner(TypingProtocol):
    """Who is told what comes over a line."""

    def line_opened(self, line: "AudioLine") -> None:
        """Asterisk is there: audio flows."""

    def line_audio(self, samples: bytes) -> None:
        """The caller's voice, 8 kHz 16-bit mono."""

    def line_digit(self, digit: str) -> None:
        """The caller pressed a key."""

    def line_closed(self) -> None:
        """Asterisk is gone: the caller hung up, or the call was sent elsewhere."""


class AudioLine(Protocol):
    """One connection. In: which call, audio, keys. Out: audio, the end."""

    def __init__(self, server: "AudioSocketServer") -> None:
        self._server = server
        self._parser = AudioSocketParser()
        self._owner: LineOwner | None = None
        self._timer: IDelayedCall | None = None
        self._over = False

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """The first frame has to come soon."""
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)
        self._timer = self._server.clock.callLater(FIRST_FRAME_S, self._refuse, "it did not say which call it is")

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Frames; nonsense ends the connection."""
        try:
            frames = self._parser.feed(data)
        except RemoteProtocolError as error:
            self._refuse(str(error))
            return
        for frame in frames:
            if self._over:
                return
            if isinstance(frame, AudioFrame):
                if self._owner is not None and frame.rate == RATE:
                    self._owner.line_audio(frame.pcm)
            elif isinstance(frame, DtmfFrame):
                if self._owner is not None:
                    self._owner.line_digit(frame.digit)
            elif isinstance(frame, CallFrame):
                self._begin(frame.uuid)

    def _begin(self, call: UUID) -> None:
        self._cancel_timer()
        self._owner = self._server.owner_of(call)
        if self._owner is None:
            self._refuse("nobody expects this call")
        else:
            self._owner.line_opened(self)

    def _refuse(self, reason: str) -> None:
        log.warning("audio_connection_refused", reason=reason)
        self._over = True
        self._cancel_timer()
        cast(ITCPTransport, self.transport).abortConnection()

    def send_audio(self, samples: bytes) -> None:
        """20 ms for the caller."""
        if not self._over:
            write_at_once(self.transport, encode_frame(AudioFrame(samples)))

    def end(self) -> None:
        """Let the call go on in the dialplan (or the menu's next command). Nothing more is told to the owner."""
        self._over = True
        write_at_once(self.transport, encode_frame(EndFrame()))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002, N802 - Twisted's signature
        """Whoever owned the line learns it."""
        self._cancel_timer()
        self._server.closed(self)
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.line_closed()

    def _cancel_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


class AudioSocketServer(Factory[AudioLine]):
    """Accepts Asterisk's audio connections and finds out whose they are. ``address`` is where Asterisk finds us."""

    noisy = False

    def __init__(self, clock: IReactorTime, address: str = "", *, most_lines: int = MOST_LINES) -> None:
        self.clock = clock
        self.address = address
        self._most_lines = most_lines
        self._expected: dict[UUID, LineOwner] = {}
        self._open: set[AudioLine] = set()

    def buildProtocol(self, addr: IAddress | None) -> AudioLine | None:  # noqa: N802 - Twisted's name
        """One connection; None closes it."""
        if len(self._open) >= self._most_lines:
            log.warning("audio_peer_refused", peer=str(addr), open_lines=len(self._open))
            return None
        line = AudioLine(self)
        line.factory = self
        self._open.add(line)
        return line

    def closed(self, line: AudioLine) -> None:
        """A connection is over."""
        self._open.discard(line)

    def close(self) -> None:
        """End every connection: the menus go on with keys, or the dialplan without us."""
        for line in list(self._open):
            cast(ITCPTransport, line.transport).abortConnection()

    def expect(self, call: UUID, owner: LineOwner) -> None:
        """A connection for this UUID will come and belongs to ``owner``."""
        self._expected[call] = owner

    def forget(self, call: UUID) -> None:
        """No connection is expected any more."""
        self._expected.pop(call, None)

    def owner_of(self, call: UUID) -> LineOwner | None:
        """Whose connection this is; each UUID serves once."""
        return self._expected.pop(call, None)
