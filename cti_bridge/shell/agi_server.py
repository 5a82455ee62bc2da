"""The FastAGI server: Asterisk connects for every caller's menu, and for agents who dial a feature code.

Only peers on the allow-list are listened to, and only scripts asked for with the shared token are run. A script is
a coroutine that is given a :class:`AgiSession`; when it returns, the dialplan goes on. A peer that sends nonsense,
nothing, or too much is disconnected, once, with one line in the log, and costs nothing more.

Commands are tried on the socket at once and only what does not fit is left to the reactor: registering a writer for
every command would cost a third of the server's time (docs/performance.md). Likewise the environment, which nearly
always is there when the connection is accepted, is read in that moment and not a turn of the reactor later, and a
session that is over is closed in that moment: when hundreds begin together, these turns are what the last of them
wait for.
"""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure

from cti_bridge.wire.agi import AgiHangup, AgiParser, AgiReply, AgiRequest, AgiServerInput, encode_command
from cti_bridge.wire.errors import RemoteProtocolError

log = structlog.get_logger(__name__)

MAX_KNOWN_HOSTS = 256

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SessionEnded(Exception):  # noqa: N818 - not a mistake: the caller hung up or the switch went away
    """There is nobody left to send commands to: the switch closed the connection, or we did. No hang-up by itself."""


class AgiSession:
    """One call that runs a script. Commands are awaited one at a time."""

    def __init__(self, request: AgiRequest, protocol: "AgiProtocol") -> None:
        self.request = request
        self.hung_up = False
        self._protocol = protocol

    def command(self, name: str, *arguments: str | int) -> Deferred[AgiReply]:
        """Send one command; its reply. SessionEnded when the connection is lost before the reply comes."""
        return self._protocol.send_command(encode_command(name, *arguments))

    async def variable(self, name: str) -> str:
        """A channel variable's value, "" when it is not set."""
        reply = await self.command("GET VARIABLE", name)
        return reply.data or "" if reply.number == 1 else ""


Script = Callable[[AgiSession], Awaitable[None]]


class AgiProtocol(Protocol):
    """One connection. In: environment, replies, HANGUP. Out: commands. State: who waits for a reply."""

    def __init__(self, server: "AgiServer") -> None:
        self._server = server
        self._parser = AgiParser()
        self._waiting: Deferred[AgiReply] | None = None
        self._session: AgiSession | None = None
        self._lost = False
        self._refused = False

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """The environment has to come soon."""
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)
            self.transport.setTcpKeepAlive(True)
        self._server.environment_awaited(self)
        came = read_at_once(self.transport)
        if came:
            self.dataReceived(came)

    def too_slow(self) -> None:
        """The environment did not come in time."""
        self._refuse("it sent no complete environment in time")

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Environment first, then replies; nonsense ends the connection."""
        if self._refused:
            return
        try:
            received = self._parser.feed(data)
        except RemoteProtocolError as error:
            self._refuse(str(error))
            return
        for item in received:
            self._take(item)

    def _take(self, item: AgiServerInput) -> None:
        if self._refused:
            return
        if isinstance(item, AgiReply):
            self._reply(item)
        elif isinstance(item, AgiHangup):
            if self._session is not None:
                self._session.hung_up = True
        else:
            self._request(item)

    def _refuse(self, reason: str) -> None:
        self._refused = True
        log.warning("agi_connection_refused", peer=str(self._server.peer_of(self)), reason=reason)
        cast(ITCPTransport, self.transport).abortConnection()

    def _reply(self, reply: AgiReply) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            self._refuse("a reply to no command")
        else:
            waiting.callback(reply)

    def _request(self, request: AgiRequest) -> None:
        self._server.environment_came(self)
        script = self._server.script_for(request)
        if script is None:
            self._refuse(f"no such script or wrong token: {request.path[:60]!r}")
            return
        self._session = AgiSession(request, self)
        finished = Deferred.fromCoroutine(_run(script, self._session))
        finished.addErrback(self._script_failed)
        finished.addCallback(self._script_done)

    def _script_failed(self, failure: Failure) -> None:
        if not isinstance(failure.value, SessionEnded):
            log.error(
                "agi_script_failed", path=self._session.request.path if self._session else "", exc_info=failure.value
            )

    def _script_done(self, _: object) -> None:
        if not self._lost:
            end_at_once(self.transport)

    def send_command(self, line: bytes) -> Deferred[AgiReply]:
        """Send one encoded command."""
        waiting: Deferred[AgiReply] = Deferred()
        if self._lost:
            waiting.errback(SessionEnded())
            return waiting
        assert self._waiting is None, "commands are awaited one at a time"
        self._waiting = waiting
        write_at_once(self.transport, line)
        return waiting

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002, N802 - Twisted's signature
        """Whoever waits learns that the session is over."""
        self._lost = True
        self._server.closed(self)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.errback(SessionEnded())


async def _run(script: Script, session: AgiSession) -> None:
    await script(session)


def read_at_once(transport: Any) -> bytes:
    """What has come already, perhaps nothing. Of an end, or an error, the reactor finds out."""
    if not isinstance(transport, Connection):
        return b""
    try:
        return bytes(transport.socket.recv(transport.bufferSize))
    except OSError:
        return b""


def end_at_once(transport: Any) -> None:
    """Close; when nothing is left to be written, without a turn of the reactor and a writer registered for it."""
    if isinstance(transport, Connection) and not (transport.dataBuffer or transport._tempDataBuffer):  # noqa: SLF001 - no public way to know
        transport.connectionLost(connectionDone)
    else:
        transport.loseConnection()


def write_at_once(transport: Any, data: bytes) -> None:
    """Write, trying the socket first when nothing is buffered before it."""
    sent = 0
    if isinstance(transport, Connection) and not (transport.dataBuffer or transport._tempDataBuffer):  # noqa: SLF001 - no public way to know
        try:
            sent = transport.socket.send(data)
        except OSError:
            sent = 0  # would block, or broken: the reactor finds out
    if sent < len(data):
        transport.write(data[sent:])


class AgiServer(Factory[AgiProtocol]):
    """Accepts Asterisk's connections. ``scripts`` by the URL's path: ``agi://host/ivr?token=…`` runs ``ivr``."""

    noisy = False

    def __init__(
        self,
        scripts: Mapping[str, Script],
        *,
        token: str,
        allowed: tuple[Network, ...],
        clock: IReactorTime,
        environment_timeout_s: float = 5.0,
        max_sessions: int = 2000,
    ) -> None:
        self.clock = clock
        self.environment_timeout_s = environment_timeout_s
        self._scripts = scripts
        self._token = token.encode()
        self._allowed = allowed
        self._max_sessions = max_sessions
        self._open: dict[AgiProtocol, IAddress | None] = {}
        self._known_hosts: dict[str, bool] = {}
        self._awaited: dict[AgiProtocol, float] = {}
        self._sweep: IDelayedCall | None = None

    def buildProtocol(self, addr: IAddress | None) -> AgiProtocol | None:  # noqa: N802 - Twisted's name
        """A protocol for a peer that may connect; None closes the connection."""
        if not self._may_connect(addr) or len(self._open) >= self._max_sessions:
            log.warning("agi_peer_refused", peer=str(addr), open_sessions=len(self._open))
            return None
        protocol = AgiProtocol(self)
        protocol.factory = self
        self._open[protocol] = addr
        return protocol

    def _may_connect(self, addr: IAddress | None) -> bool:
        text = getattr(addr, "host", None)
        if text is None:
            return False
        known = self._known_hosts.get(text)
        if known is None:
            host = ipaddress.ip_address(text)
            known = any(host in network for network in self._allowed)
            if len(self._known_hosts) < MAX_KNOWN_HOSTS:
                self._known_hosts[text] = known
        return known

    def environment_awaited(self, protocol: AgiProtocol) -> None:
        """A connection has yet to say what it wants: one timer for all, as they come and go by the hundred."""
        self._awaited[protocol] = self.clock.seconds() + self.environment_timeout_s
        if self._sweep is None:
            self._sweep = self.clock.callLater(self.environment_timeout_s, self._sweep_up)

    def environment_came(self, protocol: AgiProtocol) -> None:
        """It has said it."""
        self._awaited.pop(protocol, None)

    def _sweep_up(self) -> None:
        self._sweep = None
        now = self.clock.seconds()
        for protocol, until in list(self._awaited.items()):
            if until > now:
                self._sweep = self.clock.callLater(until - now, self._sweep_up)
                return
            del self._awaited[protocol]
            protocol.too_slow()

    def script_for(self, request: AgiRequest) -> Script | None:
        """The script that the URL names, when its token is right."""
        try:
            given = request.query.get("token", "")
        except ValueError:
            return None
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token):
            return None
        return self._scripts.get(request.path)

    def peer_of(self, protocol: AgiProtocol) -> IAddress | None:
        """Who is at the other end."""
        return self._open.get(protocol)

    def closed(self, protocol: AgiProtocol) -> None:
        """A connection is over."""
        self._open.pop(protocol, None)
        self._awaited.pop(protocol, None)

    def close(self) -> None:
        """End every session: the dialplan goes on without us."""
        if self._sweep is not None and self._sweep.active():
            self._sweep.cancel()
        for protocol in list(self._open):
            cast(ITCPTransport, protocol.transport).abortConnection()

    @property
    def open_sessions(self) -> int:
        """Connections that are open now."""
        return len(self._open)
