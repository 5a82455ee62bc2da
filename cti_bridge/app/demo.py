"""The demo: virtual switch, daemon and journal in one process, with a live board in the terminal.

The daemon is the one that ``cordboard serve`` runs and cannot tell the switch from an Asterisk. Time may pass faster
than outside, for everybody alike. The journal is a fresh one in ``CORDBOARD_HOME/demo``; the figures at the end are
the report's over it.
"""

import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog
from rich.console import Console
from rich.live import Live
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import LoopingCall

from config.errors import ConfigError
from config.home import JOURNAL
from config.load import load
from config.models import Settings
from cti_bridge.app import logs
from cti_bridge.app.centre import centre_of
from cti_bridge.app.demo_board import DemoBoard
from cti_bridge.app.version import version
from cti_bridge.app.wiring import Addresses, Centre, Daemon, Secrets
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.pbx import VirtualPbx
from cti_bridge.virtual_pbx.settings import AmiAccount, CallerHabits, EntryPoint, PbxSettings, Traffic
from facts.ids import AgentId
from facts.journal import AgentStateChanged, Entry
from facts.states import SYSTEM_REASONS, Activity, Declared
from facts.time import MINUTE, Instant
from ivr.effects import PromptPart
from simulation.distributions.durations import Exponential, Lognormal
from storage.journal import open_journal

log = structlog.get_logger(__name__)

PER_HOUR = 660.0
"""Callers an hour: eleven a minute, which thirty agents can just about serve."""

TALK = Lognormal(mean_s=100.0, scv=0.7)
PATIENCE = Exponential(mean_s=150.0)
BACK_AFTER_S = 40.0
"""A virtual agent who missed a call comes back to the desk so much later."""

FOUND_WRONG = 1


class DemoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    minutes: float | None = None
    speed: float = 1.0
    seed: int = 1
    json_file: Path | None = None
    config: Path | None = None


def run_demo(reactor: Any, options: DemoOptions, env: Mapping[str, str]) -> int:
    """Run until the time is over or Ctrl-C; the exit code."""
    try:
        settings = load(options.config, env)
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the mistakes are for whoever started it
        return FOUND_WRONG
    terminal = sys.stderr.isatty()
    logs.configure("warning" if terminal else "info")
    home = settings.home.expanduser() / "demo"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700, parents=True)
    demo = Demo(reactor, settings, options, home)
    reactor.callWhenRunning(demo.start)
    reactor.addSystemEventTrigger("before", "shutdown", demo.stop)
    reactor.run()
    return demo.finish()


class VirtualSounds:
    """The virtual switch plays nothing, it only takes the time: a sound is its prompt's name."""

    def files(self, parts: tuple[PromptPart, ...], language: str) -> tuple[str, ...]:  # noqa: ARG002 - one length for all
        """One sound a part."""
        return tuple(part.name or part.spoken_as for part in parts)

    def samples(self, parts: tuple[PromptPart, ...], language: str) -> bytes:  # noqa: ARG002 - nobody listens
        """Nothing."""
        return b""

    def refresh(self) -> None:
        """There is nothing to look at."""


class Demo:
    """Switch, daemon and people of one run."""

    def __init__(self, reactor: Any, settings: Settings, options: DemoOptions, home: Path) -> None:
        self._reactor = reactor
        self._settings = settings
        self._options = options
        self._home = home
        self._clock = Clock(reactor, speed=options.speed)
        self._journal = open_journal(home / JOURNAL)
        self._console = Console(stderr=True)
        self._board = DemoBoard(settings, self._clock)
        self._live: Live | None = None
        self._refresh: LoopingCall | None = None
        self._began: Instant = self._clock.now()
        self._failed = False
        self._end: IDelayedCall | None = None
        self._secret, self._token = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._pbx: VirtualPbx | None = None
        self._daemon: Daemon | None = None

    def _make_pbx(self, agi_port: int) -> VirtualPbx:
        phones = tuple(agent.phone for agent in self._settings.agents.values())
        names = {agent.phone: agent.name for agent in self._settings.agents.values()}
        settings = PbxSettings(
            phones=phones,
            phone_names=names,
            agi_url=f"agi://127.0.0.1:{agi_port}",
            agi_token=self._token,
            accounts=(AmiAccount(username="cordboard", secret=self._secret),),
        )
        return VirtualPbx(self._clock, settings, seed=self._options.seed, tcp=self._reactor)

    def start(self) -> None:
        """Begin; a mistake ends the demo with its reason."""
        try:
            self._start()
        except Exception:
            log.exception("demo_could_not_start")
            self._failed = True
            self._reactor.stop()

    def _start(self) -> None:
        self._daemon = daemon = Daemon(
            self._reactor,
            self._clock,
            self._journal,
            spool=self._home / "spool",
            centre=self._centre(),
            addresses=Addresses(ami_host="127.0.0.1", agi_port=0),
            secrets=Secrets(ami_user="cordboard", ami_secret=self._secret, agi_token=self._token),
            readers=(self._board.read, self._agent_came_off),
            version=version(),
        )
        daemon.listen()
        self._pbx = pbx = self._make_pbx(daemon.agi_port)
        daemon.start(ami_port=pbx.listen(ami_port=0))
        self._sign_everybody_in(daemon)
        pbx.start_traffic(self._traffic())
        self._began = self._clock.now()
        self._show()
        if self._options.minutes is not None:
            self._end = self._clock.callLater(self._options.minutes * 60, self._reactor.stop)

    def _centre(self) -> Centre:
        return centre_of(self._settings, sounds=VirtualSounds())

    def _sign_everybody_in(self, daemon: Daemon) -> None:
        for agent in self._settings.agents:
            daemon.desk.sign_in(agent)
            daemon.desk.ready(agent)

    def _traffic(self) -> Traffic:
        numbers = tuple(self._settings.entry_points)
        share = PER_HOUR * len(self._settings.agents) / 30 / len(numbers)
        entry_points = tuple(EntryPoint(number=n, per_hour=share, keys={"1": 0.45, "2": 0.55}) for n in numbers)
        return Traffic(entry_points=entry_points, callers=CallerHabits(patience=PATIENCE, talk=TALK))

    def _agent_came_off(self, entry: Entry) -> None:
        """Whoever the system made not ready (a missed call) comes back after a while, as people do."""
        fact = entry.fact
        if isinstance(fact, AgentStateChanged) and fact.agent_id is not None:
            off = fact.declared is Declared.NOT_READY and fact.activity is Activity.IDLE
            if off and fact.reason in SYSTEM_REASONS and fact.reason != "login":
                self._clock.callLater(BACK_AFTER_S, self._back, fact.agent_id)

    def _back(self, agent_id: AgentId) -> None:
        if self._daemon is None:
            return
        try:
            self._daemon.desk.ready(agent_id)
        except DeskError as error:
            log.info("agent_stays_away", agent_id=agent_id, reason=str(error))

    # -- board -------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        if self._console.is_terminal:
            self._live = Live(self._board.render(), console=self._console, auto_refresh=False, transient=True)
            self._live.start()
            self._refresh = LoopingCall(self._redraw)
            self._refresh.clock = self._reactor
            self._refresh.start(0.5, now=False)

    def _redraw(self) -> None:
        if self._live is not None:
            self._live.update(self._board.render(), refresh=True)

    # -- end ---------------------------------------------------------------------------------------------------------

    def stop(self) -> Deferred[None]:
        """Nobody new comes, and the daemon ends in good order; what is going on then stays *in progress*."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._refresh is not None:
            self._refresh.stop()
        if self._live is not None:
            self._live.stop()
        if self._end is not None and self._end.active():
            self._end.cancel()
        if self._daemon is not None:
            daemon, self._daemon = self._daemon, None
            await daemon.stop("the demo is over")
        if self._pbx is not None:
            await self._pbx.stop()

    def finish(self) -> int:
        """Print the summary, write the JSON file; the exit code."""
        report = self._board.report()
        self._journal.close()
        if self._failed:
            return FOUND_WRONG
        lasted = (self._clock.now() - self._began) / MINUTE
        self._console.print(self._board.summary(report, lasted))
        self._console.print(
            f"The journal: {self._home / JOURNAL}\nEvery figure again: cordboard report summary "
            f"--journal {self._home / JOURNAL}"
        )
        if self._options.json_file is not None:
            self._options.json_file.write_bytes(self._board.json(report))
            self._console.print(f"Figures written to {self._options.json_file}")
        return 0
