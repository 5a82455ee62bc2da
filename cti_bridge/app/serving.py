"""Run a daemon from settings until a signal ends it."""

import gc
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.python.failure import Failure

from acd.policy import Policy
from config.errors import ConfigError
from config.home import CONTROL_SOCKET
from config.load import load
from config.models import Settings
from cti_bridge.app import logs
from cti_bridge.app.administration import Administration
from cti_bridge.app.centre import addresses_of, centre_of, follow, secrets_of
from cti_bridge.app.console.console import Console
from cti_bridge.app.customers_at_hand import CustomersAtHand
from cti_bridge.app.database_address import database_address
from cti_bridge.app.facts_bus import bus_away, bus_of
from cti_bridge.app.figures import Figures
from cti_bridge.app.flow_watch import FlowWatch
from cti_bridge.app.leading import Leading, examine_leading
from cti_bridge.app.live_snapshot import LiveSnapshot
from cti_bridge.app.menus import archive_of, known_of, library_of, recognisers_of, sounds_of, with_shipped
from cti_bridge.app.policy import policy_from
from cti_bridge.app.prompts import flows_in_use, flows_named, render_missing
from cti_bridge.app.readiness import Readiness, recognisers_missing
from cti_bridge.app.recording_upkeep import RecordingUpkeep
from cti_bridge.app.settings_changes import SettingsChanges
from cti_bridge.app.version import version
from cti_bridge.app.wiring import Centre, Daemon
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.control_socket import Desks, listen_control
from cti_bridge.shell.entry_desk import EntryDesk
from cti_bridge.shell.floor_desk import FloorDesk
from ivr.flow import Flow
from ivr.flow_library import FlowLibrary
from storage.customers import Customers
from storage.journal import Journal, open_journal

log = structlog.get_logger(__name__)

FOUND_WRONG, USED_WRONG = 1, 2


def serve(reactor: Any, path: Path | None, env: Mapping[str, str]) -> int:
    """Run until stopped; the exit code."""
    try:
        leading = examine_leading(path, env)
        settings = leading.settings
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the mistakes are for whoever started it
        return FOUND_WRONG
    if settings.asterisk is None:
        print(  # noqa: T201 - likewise
            "the settings have no section `asterisk`: name the AMI account and the AGI token there, "
            "or run `cordboard demo`, which needs no Asterisk",
            file=sys.stderr,
        )
        return USED_WRONG
    logs.configure(settings.log.level, json=settings.log.format == "json")
    for said in leading.notes:
        log.warning("settings_lead", reason=said)
    return _run(reactor, leading, path, env)


def _ready_centre(settings: Settings, library: FlowLibrary, customers: CustomersAtHand) -> Centre:
    """All that takes its time is done before the first call: models are loaded, missing prompts made."""
    _ready_flows(settings, library.flows)
    return centre_of(settings, library=library, recognisers=recognisers_of(settings), customers=customers)


def _ready_flows(settings: Settings, own: Mapping[str, Flow]) -> Mapping[str, Flow]:
    flows = with_shipped(settings, own)
    in_use = flows_in_use(settings, flows)
    render_missing(settings, in_use.values(), sounds_of(settings))
    archive_of(settings).keep(flows)
    return flows


def _run(reactor: Any, leading: Leading, path: Path | None, env: Mapping[str, str]) -> int:
    home = leading.settings.home.expanduser()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_journal(database_address(leading.settings)) as journal:
        return Node(reactor, leading, journal, path, env).run()


class Node:
    """All parts of one process, started and stopped in order."""

    def __init__(
        self, reactor: Any, leading: Leading, journal: Journal, path: Path | None, env: Mapping[str, str]
    ) -> None:
        settings = leading.settings
        self._reactor = reactor
        self._home = settings.home.expanduser()
        self._failed = False
        self._env = env
        self._clock = clock = Clock(reactor)
        library = library_of(settings)
        self._customers = CustomersAtHand(reactor, Customers(journal, settings.site.country))
        self._centre = _ready_centre(settings, library, self._customers)
        self._administration = Administration(
            reactor,
            clock,
            SettingsChanges(journal, path, env),
            settings,
            leading.present.number,
            prepare=lambda changed: _ready_flows(changed, library.flows),
        )
        self._figures = Figures(reactor, clock, journal, settings, config=path, env=env)
        board, page = self._figures.live.board, self._figures.live.page
        self._recordings = RecordingUpkeep(reactor, clock, journal, settings)
        self._bus = bus_of(settings, self._live_state)
        readiness = self._readiness(settings)
        self._console = Console(
            reactor,
            board,
            journal,
            self._administration,
            metrics=page,
            customers=self._customers,
            recordings=self._recordings,
            live=self._figures.live,
            readiness=readiness,
        )
        self._daemon = Daemon(
            reactor,
            clock,
            journal,
            spool=self._home / "spool",
            centre=self._centre,
            addresses=addresses_of(settings),
            secrets=secrets_of(settings),
            readers=(self._figures.read, self._console.read, *(() if self._bus is None else (self._bus.read,))),
            version=version(),
        )
        self._administration.add_follower(self._follow)
        self._watch = FlowWatch(
            reactor,
            library,
            self._centre.menus,
            prepare=lambda own: _ready_flows(self._administration.settings, own),
            wanted=lambda: (known_of(self._administration.settings), flows_named(self._administration.settings)),
        )

    def _live_state(self) -> bytes:
        """What other programs see of this node."""
        engine, board = self._daemon.coordinator.engine, self._figures.live.board
        return LiveSnapshot(self._centre.node, self._clock, engine, board).encoded()

    def _readiness(self, settings: Settings) -> Readiness:
        """What is told beside journal and switch."""
        readiness = Readiness()
        readiness.add("board", lambda: "" if self._figures.live.is_level else "today's earlier facts are being read")
        readiness.add("tables", lambda: self._figures.tables_behind)
        if settings.speech.recognisers:
            readiness.add("recognisers", lambda: recognisers_missing(settings, self._centre.recognisers))
        bus = self._bus
        if bus is not None:
            readiness.add("redis", lambda: bus_away(bus))
        return readiness

    def run(self) -> int:
        """Run until a signal; the exit code."""
        self._console.introduce()
        self._reactor.callWhenRunning(self._start)
        self._reactor.addSystemEventTrigger("before", "shutdown", self._watch.stop)
        self._reactor.addSystemEventTrigger("before", "shutdown", self._administration.stop)
        self._reactor.addSystemEventTrigger(
            "before", "shutdown", lambda: Deferred.fromCoroutine(self._stop()).addErrback(_stop_failed)
        )
        self._reactor.run()
        return FOUND_WRONG if self._failed else 0

    def _start(self) -> None:
        try:
            self._customers.start()
            self._daemon.start()
            self._figures.start(self._daemon, self._bus)
            if self._bus is not None:
                self._bus.start()
            self._recordings.start()
            self._console.start(self._daemon)
            self._watch.start()
            self._administration.start()
            floor = FloorDesk(self._daemon.coordinator, self._policy_of)
            entries = EntryDesk(self._daemon.coordinator, self._centre.menus.entry_points)
            listen_control(self._reactor, self._home / CONTROL_SOCKET, Desks(self._daemon.desk, floor, entries))
            gc.collect()
            gc.freeze()  # what the start has made lives on: no collection need look at it while callers wait
        except CannotListenError as error:
            log.error("cannot_listen", reason=str(error))  # noqa: TRY400 - the reason says it all
            self._failed = True
            self._reactor.stop()

    def _policy_of(self, path: str) -> Policy:
        """What another settings file describes."""
        try:
            return policy_from(load(Path(path), self._env), self._clock.now())
        except (ConfigError, OSError) as error:
            raise DeskError(str(error)) from error

    def _follow(self, settings: Settings, by: str) -> None:
        follow(self._centre, self._daemon, settings, by)
        self._figures.follow(settings)
        self._recordings.follow(settings)

    async def _stop(self) -> None:
        self._figures.begin_stop()
        try:
            await self._console.stop()
            await self._daemon.stop()
        finally:
            self._customers.stop()
            await self._recordings.stop()
            if self._bus is not None:
                await self._bus.stop()
            await self._figures.stop()


def _stop_failed(failure: Failure) -> None:
    log.error("stop_failed", exc_info=failure.value)
