"""Where Prometheus asks: one page on the daemon's reactor, behind no password, so on the loopback unless set otherwise.

The page is made on the reactor's thread, because the board that it shows is filled there.
"""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import Site

from reporting.metrics.prometheus import CONTENT_TYPE

log = structlog.get_logger(__name__)

IDLE_S = 30
"""A client that says nothing for so long is disconnected."""


class MetricsPage(Resource):
    """``/metrics``; ``page`` makes its text."""

    def __init__(self, page: Callable[[], bytes]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted's pages have no types
        self._page = page

    def render_GET(self, request: Request) -> bytes:  # noqa: N802 - Twisted's name
        """The text; HEAD gets its headers."""
        request.setHeader("content-type", CONTENT_TYPE)  # type: ignore[no-untyped-call]  # likewise
        return self._page()


class MetricsEndpoint:
    """Listens for scrapes."""

    def __init__(self, reactor: Any, host: str, port: int, page: Callable[[], bytes]) -> None:
        self._reactor = reactor
        self._host, self._port = host, port
        root = Resource()  # type: ignore[no-untyped-call]  # likewise
        root.putChild(b"metrics", MetricsPage(page))
        self._site = Site(root, timeout=IDLE_S)  # type: ignore[no-untyped-call]  # likewise
        self._site.noisy = False
        self._site.displayTracebacks = False
        self._listening: IListeningPort | None = None

    def start(self) -> None:
        """Listen. Where the port is taken the daemon goes on without: callers come before figures."""
        try:
            self._listening = self._reactor.listenTCP(self._port, self._site, interface=self._host)
        except CannotListenError as error:
            log.error(  # noqa: TRY400 - the reason says it all
                "metrics_not_served", reason=str(error.socketError), mend="set metrics.port, or metrics.enabled: false"
            )

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it listens."""
        if self._listening is None:
            return None
        at: Any = self._listening.getHost()
        return at.host, at.port

    async def stop(self) -> None:
        """Listen no more."""
        listening, self._listening = self._listening, None
        closed = None if listening is None else listening.stopListening()
        if closed is not None:
            await closed
