"""The web server in the daemon's loop: uvicorn, which neither owns the signals nor ends the process."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from agent_console.live.channel import MOST_FRAME
from agent_console.live.frames import EXTENSION
from config.services import Web
from cti_bridge.shell.flavours import to_deferred

log = structlog.get_logger(__name__)

BACKLOG = 512
GRACE_S = 2
"""So long answers that are being sent may take after the end was asked for."""
PING_S = 4.0
PONG_S = 5.0
"""A client is asked for a sign of life so often, and is gone when it gives none within so long: a network that fails
without a word is noticed within the sum of both. A browser answers by itself, whatever its page does.
"""


class ReadyFramesProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, which takes frames besides that were made ready once for many clients."""

    def handle_connect(self, event: Request) -> None:
        """Offer it to the application."""
        super().handle_connect(event)
        if not self.handshake_complete:  # not refused
            extensions: dict[Any, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def write_frame(self, frame: bytes) -> bool:
        """Send a frame at once; False: the client does not take it now, or is no more."""
        if not self.writable.is_set() or self.close_sent or self.disconnected:
            return False
        self.transport.write(frame)
        return True

    def keepalive_timeout(self) -> None:
        """Nobody is there any more: let go at once, for what is still to be sent would never be."""
        super().keepalive_timeout()
        self.transport.abort()


class _Server(uvicorn.Server):
    """Leaves the signals to the reactor."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield


class WebServer:
    """Serves one application on one address."""

    def __init__(self, app: Any, web: Web) -> None:
        self._host, self._port, self._tls = web.host, web.port, web.tls
        self._socket: socket.socket | None = None
        self._done: Any = None
        self._server = _Server(
            uvicorn.Config(
                app,
                http="h11",
                ws=ReadyFramesProtocol,
                ws_max_size=MOST_FRAME,
                ws_ping_interval=PING_S,
                ws_ping_timeout=PONG_S,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=GRACE_S,
                proxy_headers=bool(web.trusted_proxies),
                forwarded_allow_ips=list(web.trusted_proxies),
                ssl_certfile=None if web.tls is None else web.tls.cert_file,
                ssl_keyfile=None if web.tls is None else web.tls.key_file,
            )
        )

    def start(self) -> None:
        """Listen; raises OSError when the address cannot be had, and SSLError when certificate and key are no pair."""
        if self._tls is not None:
            pair = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            pair.load_cert_chain(self._tls.cert_file, self._tls.key_file, password=lambda: b"")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # asyncio lets small answers out at once (TCP_NODELAY) only where a socket says that it is TCP
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._host, self._port))
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
        self._socket = listening
        self._done = to_deferred(self._server.serve(sockets=[listening]))
        self._done.addErrback(_failed)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        assert self._socket is not None
        host, port = self._socket.getsockname()[:2]
        return host, port

    async def stop(self) -> None:
        """Accept nobody more, let answers go out, close."""
        done, self._done = self._done, None
        if done is not None:
            self._server.should_exit = True
            await done


def _failed(failure: Any) -> None:
    failure.trap(Exception, asyncio.CancelledError)
    log.error("web_server_failed", exc_info=failure.value)
