"""The console of one daemon: ports, live feed, application and web server, as the settings want them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from agent_console.http.app import WebOptions, create_app
from agent_console.ports import Ports
from config.models import Settings
from cti_bridge.app.administration import Administration
from cti_bridge.app.console.alarms import Alarms
from cti_bridge.app.console.feed import Feed
from cti_bridge.app.console.floor import DaemonFloor
from cti_bridge.app.console.rows import Rows
from cti_bridge.app.console.server import WebServer
from cti_bridge.app.console.settings_store import AdministeredSettings
from cti_bridge.app.console.trend import Trend
from cti_bridge.app.version import version
from cti_bridge.app.wiring import Daemon
from facts.journal import Entry
from reporting.kpi.board import Board

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parents[3] / "agent_console" / "static"


class Console:
    """To be made before the board catches up with the journal, to be started with the daemon, to be stopped before it.

    ``board``: the live figures; ``metrics``: the page for Prometheus; ``administration``: the settings in force.
    """

    def __init__(
        self, reactor: Any, board: Board, administration: Administration, *, metrics: Callable[[], bytes]
    ) -> None:
        self._reactor = reactor
        self._board = board
        self._administration = administration
        self._metrics = metrics
        self._trend = Trend(board)
        self._feed: Feed | None = None
        self._server: WebServer | None = None

    def _settings(self) -> Settings:
        return self._administration.settings

    def read(self, entry: Entry) -> None:
        """Take in the next fact; after the board."""
        if self._feed is not None:
            self._feed.read(entry)

    def start(self, daemon: Daemon) -> None:
        """Serve. Where the port is taken the daemon goes on without: callers come before consoles."""
        coordinator = daemon.coordinator
        rows = Rows(coordinator.engine, coordinator.calls, self._board, self._trend, self._settings)
        alarms = Alarms(rows.queue_title)
        floor = DaemonFloor(daemon, rows, alarms, self._settings, metrics=self._metrics, version=version())
        self._feed = Feed(self._reactor, coordinator.engine, rows, alarms, coordinator.now)
        self._feed.start()
        web = self._settings().web
        if not web.enabled:
            return
        ports = Ports(floor=floor, settings=AdministeredSettings(self._administration, coordinator.engine))
        app = create_app(ports, self._feed.hub, WebOptions())
        server = WebServer(app, web.host, web.port)
        try:
            server.start()
        except OSError as error:
            log.error(  # noqa: TRY400 - the reason says it all
                "web_not_served", reason=f"{web.host}:{web.port}: {error.strerror}", mend="set web.port"
            )
            return
        self._server = server
        log.info("web_served", host=web.host, port=web.port)

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it is served; None: it is not."""
        return None if self._server is None else self._server.address

    async def stop(self) -> None:
        """Serve no more."""
        if self._feed is not None:
            self._feed.stop()
        if self._server is not None:
            await self._server.stop()
