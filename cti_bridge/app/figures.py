"""All of a daemon's figures, as the settings want them: live, at Prometheus, as alarms, in tables, as reports."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from config.models import Settings
from cti_bridge.app.facts_bus import with_bus
from cti_bridge.app.interval_upkeep import IntervalUpkeep
from cti_bridge.app.live_figures import LiveFigures
from cti_bridge.app.metrics_endpoint import MetricsEndpoint
from cti_bridge.app.readiness import tables_behind
from cti_bridge.app.report_rounds import ReportRounds
from cti_bridge.app.report_setup import targets_of
from cti_bridge.app.thresholds import thresholds_of
from cti_bridge.app.wiring import Daemon
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.redis_bus import RedisBus
from facts.journal import Entry
from reporting.kpi.board import Board
from reporting.metrics.health import Health, HealthMetrics
from storage.journal import Journal


class Figures:
    """To be a reader of the daemon's facts; started after it, and stopped after it."""

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        journal: Journal,
        settings: Settings,
        *,
        config: Path | None = None,
        env: Mapping[str, str],
    ) -> None:
        zone = ZoneInfo(settings.site.time_zone)
        board = Board(zone, targets_of(settings))
        self.live = LiveFigures(reactor, clock, journal, board, thresholds_of(settings))
        self._tables = IntervalUpkeep(reactor, journal, zone)
        self._metrics: MetricsEndpoint | None = None
        if settings.metrics.enabled:
            self._metrics = MetricsEndpoint(reactor, settings.metrics.host, settings.metrics.port, self.live.page)
        self._reports: ReportRounds | None = None
        if settings.reports.scheduled is not None:
            state = settings.home.expanduser() / "scheduled-reports.json"
            self._reports = ReportRounds(
                reactor, clock, settings.reports.scheduled, state, zone, config=config, env=env
            )

    def follow(self, settings: Settings) -> None:
        """Targets and alarms go by these settings from now on."""
        self.live.follow(targets_of(settings), thresholds_of(settings))

    def read(self, entry: Entry) -> None:
        """Take in the next fact."""
        self.live.read(entry)

    @property
    def tables_behind(self) -> str:
        """Why the interval tables do not answer reports at once; empty when they do."""
        return tables_behind(self._tables.behind, in_trouble=self._tables.in_trouble)

    def start(self, daemon: Daemon, bus: RedisBus | None = None) -> None:
        """Begin to catch up, to fill, to listen, and to make reports; the daemon has recorded its start."""

        def health() -> Health:
            found = msgspec.structs.replace(
                daemon.health, tables_behind=self._tables.behind, is_board_level=self.live.is_level
            )
            return found if bus is None else with_bus(found, bus.state)

        self.live.metrics.register(HealthMetrics(health))
        self.live.start(daemon.coordinator)
        self._tables.start()
        if self._metrics is not None:
            self._metrics.start()
        if self._reports is not None:
            self._reports.start()

    def begin_stop(self) -> None:
        """Nothing more comes of facts: to be called before the daemon stops."""
        self.live.stop()
        if self._reports is not None:
            self._reports.stop()

    async def stop(self) -> None:
        """Take the last facts into the tables, and end; to be called when the daemon has stopped."""
        if self._metrics is not None:
            await self._metrics.stop()
        await self._tables.stop()
