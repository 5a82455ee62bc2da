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

from config.errors import ConfigError
from config.home import CONTROL_SOCKET
from config.load import load
from config.models import Settings
from cti_bridge.app import logs
from cti_bridge.app.centre import addresses_of, centre_of, database_address, secrets_of
from cti_bridge.app.console.console import Console
from cti_bridge.app.figures import Figures
from cti_bridge.app.flow_watch import FlowWatch
from cti_bridge.app.menus import archive_of, library_of, recognisers_of, sounds_of, with_shipped
from cti_bridge.app.prompts import flows_in_use, render_missing
from cti_bridge.app.version import version
from cti_bridge.app.wiring import Centre, Daemon
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.control_socket import listen_control
from ivr.flow import Flow
from ivr.flow_library import FlowLibrary
from storage.journal import open_journal

log = structlog.get_logger(__name__)

FOUND_WRONG, USED_WRONG = 1, 2


def serve(reactor: Any, path: Path | None, env: Mapping[str, str]) -> int:
    """Run until stopped; the exit code."""
    try:
        settings = load(path, env)
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
    return _run(reactor, settings, path, env)


def _ready_centre(settings: Settings, library: FlowLibrary) -> Centre:
    """All that takes its time is done before the first call: models are loaded, missing prompts made."""
    _ready_flows(settings, library.flows)
    return centre_of(settings, library=library, recognisers=recognisers_of(settings))


def _ready_flows(settings: Settings, own: Mapping[str, Flow]) -> Mapping[str, Flow]:
    flows = with_shipped(settings, own)
    in_use = flows_in_use(settings, flows)
    render_missing(settings, in_use.values(), sounds_of(settings))
    archive_of(settings).keep(in_use)
    return flows


async def _stop(daemon: Daemon, figures: Figures, console: Console) -> None:
    figures.begin_stop()
    try:
        await console.stop()
        await daemon.stop()
    finally:
        await figures.stop()


def _run(reactor: Any, settings: Settings, path: Path | None, env: Mapping[str, str]) -> int:
    home = settings.home.expanduser()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    outcome: list[int] = []
    clock = Clock(reactor)
    with open_journal(database_address(settings)) as journal:
        library = library_of(settings)
        centre = _ready_centre(settings, library)
        figures = Figures(reactor, clock, journal, settings, config=path, env=env)
        console = Console(reactor, figures.live.board, lambda: settings, metrics=figures.live.page)
        daemon = Daemon(
            reactor,
            clock,
            journal,
            spool=home / "spool",
            centre=centre,
            addresses=addresses_of(settings),
            secrets=secrets_of(settings),
            readers=(figures.read, console.read),
            version=version(),
        )
        watch = FlowWatch(reactor, library, centre.menus, lambda own: _ready_flows(settings, own))

        def start() -> None:
            try:
                figures.catch_up()
                daemon.start()
                figures.start(daemon)
                console.start(daemon)
                watch.start()
                listen_control(reactor, home / CONTROL_SOCKET, daemon.desk)
                gc.collect()
                gc.freeze()  # what the start has made lives on: no collection need look at it while callers wait
            except CannotListenError as error:
                log.error("cannot_listen", reason=str(error))  # noqa: TRY400 - the reason says it all
                outcome.append(FOUND_WRONG)
                reactor.stop()

        def failed(failure: Failure) -> None:
            log.error("stop_failed", exc_info=failure.value)

        reactor.callWhenRunning(start)
        reactor.addSystemEventTrigger("before", "shutdown", watch.stop)
        reactor.addSystemEventTrigger(
            "before", "shutdown", lambda: Deferred.fromCoroutine(_stop(daemon, figures, console)).addErrback(failed)
        )
        reactor.run()
    return outcome[0] if outcome else 0
