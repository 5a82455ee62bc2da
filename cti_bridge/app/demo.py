"""The demo: virtual switch, daemon and journal in one process, with a live board in the terminal.

The daemon is the one that ``cordboard serve`` runs and cannot tell the switch from an Asterisk. Time may pass faster
than outside, for everybody alike. The journal is a fresh one in ``CORDBOARD_HOME/demo``; the figures at the end are
the report's over it.
"""

import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog
from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import LoopingCall

from config.errors import ConfigError
from config.load import load
from config.models import Settings
from cti_bridge.app import logs
from cti_bridge.app.administration import Administration
from cti_bridge.app.centre import centre_of, follow
from cti_bridge.app.console.console import Console as WebConsole
from cti_bridge.app.console.console import wall
from cti_bridge.app.console.demo_users import make_users
from cti_bridge.app.customers_at_hand import CustomersAtHand
from cti_bridge.app.demo_board import draw
from cti_bridge.app.demo_figures import DemoFigures, as_json
from cti_bridge.app.demo_home import DemoHome, DemoHomeError
from cti_bridge.app.demo_people import humans, leaders, open_browser, put_on_file, regulars, welcome, write
from cti_bridge.app.demo_watch import DemoWatch
from cti_bridge.app.live_figures import LiveFigures
from cti_bridge.app.pace import Pace
from cti_bridge.app.recording_upkeep import RecordingUpkeep
from cti_bridge.app.report_setup import targets_of
from cti_bridge.app.settings_changes import SettingsChanges
from cti_bridge.app.thresholds import thresholds_of
from cti_bridge.app.version import version
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.pbx import VirtualPbx
from cti_bridge.virtual_pbx.settings import AgentHabits, AmiAccount, CallerHabits, EntryPoint, PbxSettings, Traffic
from facts.ids import AgentId
from facts.journal import AgentStateChanged, Entry
from facts.states import SYSTEM_REASONS, Activity, Declared
from facts.time import MINUTE, Duration, Instant
from ivr.effects import PromptPart
from reporting.exports.as_table import report_table
from reporting.kpi.board import Board
from reporting.kpi.report import Report
from simulation.distributions.durations import Constant, Lognormal
from storage.customers import Customers
from storage.journal import open_journal
from storage.passwords import Passwords

log = structlog.get_logger(__name__)

PER_HOUR = 840.0
"""Callers an hour for thirty agents: fourteen a minute, who keep them three quarters busy."""

TALK = Lognormal(mean_s=86.0, scv=0.4)
PATIENCE = Lognormal(mean_s=90.0, scv=1.5)
KEYS = {"1": 1.0, "2": 1.0, "3": 1.0}
"""What callers press, by weight: one key for each of the embedded centre's queues."""

ALREADY_CALLING = 12
"""Callers within the first seconds where somebody looks at the console: nobody wants to see an empty floor first."""

FIRST_CALL_AFTER_S = 3.0
"""Whoever is ready at a person's desk for the first time, and is offered nothing yet, is called so much later."""

FIRST_KEY = "1"
FIRST_CALLER = CallerHabits(patience=Constant(mean_s=120), thinking=Constant(mean_s=1.5), no_input=0.0, talk=TALK)
LEADERS_PHONE = AgentHabits(answer=Constant(mean_s=1.5), no_answer=0.0, busy=0.0, rejected=0.0)
"""What rings there is what its owner asked to hear."""

BACK_AFTER_S = 40.0
"""A virtual agent who missed a call comes back to the desk so much later."""

REDRAW_S = 0.25

FOUND_WRONG = 1


class DemoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    minutes: float | None = None
    speed: float = 1.0
    seed: int = 1
    json_file: Path | None = None
    config: Path | None = None
    browser: bool = False
    started_at: Instant | None = None
    """When it begins by its own clock; None: now."""

    @property
    def length(self) -> Duration | None:
        """How long it is to last, in virtual time; None: until it is ended."""
        return None if self.minutes is None else round(self.minutes * MINUTE)


def run_demo(reactor: Any, options: DemoOptions, env: Mapping[str, str]) -> int:
    """Run until the time is over or Ctrl-C; the exit code."""
    try:
        settings = _on_a_free_port(load(options.config, env))
        _check(settings)
        with DemoHome(settings.home.expanduser()) as home:
            return _run(reactor, settings, options, home, env)
    except (ConfigError, DemoHomeError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for whoever started it
        return FOUND_WRONG


def _run(reactor: Any, settings: Settings, options: DemoOptions, home: DemoHome, env: Mapping[str, str]) -> int:
    console = Console(stderr=True)
    on_screen = console.is_terminal and not console.is_dumb_terminal
    logs.configure("warning", to=home.open_log() if on_screen else None)
    demo = Demo(reactor, settings, options, home, console, env=env)
    reactor.callWhenRunning(demo.start, on_screen=on_screen)
    reactor.addSystemEventTrigger("before", "shutdown", demo.stop)
    reactor.run()
    return demo.finish()


def _check(settings: Settings) -> None:
    """A demo needs somebody who calls, somewhere to wait, and somebody who answers."""
    missing = [name for name in ("queues", "agents", "entry_points") if not getattr(settings, name)]
    if missing:
        raise DemoHomeError(f"the demo has nothing to show: the settings have no {', no '.join(missing)}")


def _on_a_free_port(settings: Settings) -> Settings:
    """With a port for the console that nobody has: a newcomer shall not have to look for the one that is missing."""
    if not settings.web.enabled:
        return settings
    for wanted in (settings.web.port, 0):
        with socket.socket(socket.AF_INET6 if ":" in settings.web.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.web.host, wanted))
            except OSError:
                continue
            web = settings.web.model_copy(update={"port": probe.getsockname()[1]})
            return settings.model_copy(update={"web": web})
    return settings


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

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        options: DemoOptions,
        home: DemoHome,
        console: Console,
        *,
        env: Mapping[str, str],
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._options = options
        self._env = env
        self._home = home
        self._console = console
        self._pace = Pace(reactor, speed=options.speed)
        self._clock = Clock(reactor, speed=options.speed, start=options.started_at, monotonic=self._pace)
        self._journal = open_journal(home.journal)
        self._figures = DemoFigures(settings)
        self._watch = DemoWatch(settings, self._figures, speed=options.speed, length=options.length)
        self._live: Live | None = None
        self._redrawing: LoopingCall | None = None
        self._began: Instant = self._clock.now()
        self._lasted: Duration = 0
        self._slowed = 1.0
        self._failed = False
        self._end: IDelayedCall | None = None
        self._secret, self._token = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._pbx: VirtualPbx | None = None
        self._daemon: Daemon | None = None
        board = Board(self._figures.query.zone, targets_of(settings))
        self._present = LiveFigures(reactor, self._clock, self._journal, board, thresholds_of(settings))
        self._customers = CustomersAtHand(reactor, Customers(self._journal, settings.site.country))
        self._centre = centre_of(settings, sounds=VirtualSounds(), customers=self._customers)
        self._humans = humans(settings) if settings.web.enabled else frozenset()
        self._called: set[AgentId] = set()
        self._welcome: tuple[str, ...] = ()
        changes = SettingsChanges(self._journal, options.config, env)
        self._administration = Administration(reactor, self._clock, changes, settings, number=0)
        self._administration.add_follower(self._follow)
        self._recordings = RecordingUpkeep(reactor, self._clock, self._journal, settings)
        self._web = WebConsole(
            reactor,
            board,
            self._journal,
            self._administration,
            metrics=self._present.page,
            customers=self._customers,
            recordings=self._recordings,
            live=self._present,
        )

    def start(self, *, on_screen: bool) -> None:
        """Begin; a mistake ends the demo with its reason."""
        try:
            self._start()
            if on_screen:
                self._show()
            else:
                self._announce()
        except Exception:
            log.exception("demo_could_not_start")
            self._failed = True
            self._reactor.stop()

    def _start(self) -> None:
        self._pace.start()
        self._customers.start()
        self._daemon = daemon = Daemon(
            self._reactor,
            self._clock,
            self._journal,
            spool=self._home.spool,
            centre=self._centre,
            addresses=Addresses(ami_host="127.0.0.1", agi_port=0),
            secrets=Secrets(ami_user="cordboard", ami_secret=self._secret, agi_token=self._token),
            readers=(
                self._figures.read,
                self._watch.read,
                self._agent_came_off,
                self._human_ready,
                self._present.read,
                self._web.read,
            ),
            version=version(),
        )
        daemon.listen()
        self._pbx = pbx = self._make_pbx(daemon.agi_port)
        daemon.start(ami_port=pbx.listen(ami_port=0))
        self._present.start(daemon.coordinator)
        self._open_console(daemon)
        for agent in self._settings.agents:
            if agent not in self._humans:
                daemon.desk.sign_in(agent)
                daemon.desk.ready(agent)
            elif agent in leaders(self._settings):
                daemon.desk.sign_in(agent)
        self._administration.start()
        self._recordings.start()
        pbx.start_traffic(self._traffic())
        for human in self._humans - leaders(self._settings):
            pbx.phone(self._phone_of(human)).manual = True
        self._began = self._clock.now()
        if self._options.length is not None:
            self._end_at(self._began + self._options.length)

    def change_speed(self, speed: float) -> None:
        """Let time pass so fast from now on."""
        self._clock.change_speed(speed)

    def _follow(self, settings: Settings, by: str) -> None:
        """Administrators of a demo change its settings as those of a site; the phones of new agents are nobody's."""
        if self._daemon is not None:
            follow(self._centre, self._daemon, settings, by)
            self._present.follow(targets_of(settings), thresholds_of(settings))

    def _open_console(self, daemon: Daemon) -> None:
        """Serve it, and leave desks to people; where it cannot be served all work by habit."""
        self._web.start(daemon)
        if self._web.address is None:
            self._humans = frozenset()
            return
        put_on_file(self._customers.store, self._clock.now())
        users = make_users(self._web.accounts, self._settings, Passwords(), wall())
        self._welcome = tuple(welcome(self._web.url, users))
        write(self._home.passwords, list(self._welcome))
        for line in self._welcome:
            self._say(line)
        if self._options.browser:
            open_browser(self._web.url, self._env)

    def _phone_of(self, agent_id: AgentId) -> str:
        return self._settings.agents[agent_id].phone.removeprefix("PJSIP/")

    def _end_at(self, end: Instant) -> None:
        """End once ``end`` has come; an alarm may go off early, as time waits for the work."""
        if self._clock.now() >= end:
            self._reactor.stop()
        else:
            self._end = self._clock.call_at(end, self._end_at, end)

    def _make_pbx(self, agi_port: int) -> VirtualPbx:
        names = {agent.phone.removeprefix("PJSIP/"): agent.name for agent in self._settings.agents.values()}
        settings = PbxSettings(
            phones=tuple(names),
            phone_names=names,
            agi_url=f"agi://127.0.0.1:{agi_port}",
            agi_token=self._token,
            accounts=(AmiAccount(username="cordboard", secret=self._secret),),
        )
        return VirtualPbx(self._clock, settings, seed=self._options.seed, tcp=self._reactor)

    def _traffic(self) -> Traffic:
        numbers = tuple(self._settings.entry_points)
        share = PER_HOUR * len(self._settings.agents.keys() - humans(self._settings)) / 30 / len(numbers)
        entry_points = tuple(EntryPoint(number=number, per_hour=share, keys=KEYS) for number in numbers)
        habits = CallerHabits(patience=PATIENCE, talk=TALK)
        leading = {self._phone_of(agent): LEADERS_PHONE for agent in leaders(self._settings)}
        already = ALREADY_CALLING if self._humans else 0
        return Traffic(
            entry_points=entry_points, callers=habits, regulars=regulars(), agent_habits=leading, already=already
        )

    def _human_ready(self, entry: Entry) -> None:
        """A newcomer shall not have to wait: who is ready at a person's desk for the first time is soon called."""
        fact = entry.fact
        if not isinstance(fact, AgentStateChanged) or fact.agent_id not in self._humans - self._called:
            return
        if fact.declared is Declared.READY and fact.activity is Activity.IDLE:
            self._called.add(fact.agent_id)
            self._clock.callLater(FIRST_CALL_AFTER_S, self._call_first, fact.agent_id)

    def _call_first(self, agent_id: AgentId) -> None:
        if self._daemon is None or self._pbx is None:
            return
        agent = self._daemon.coordinator.engine.agent(agent_id)
        if agent is not None and agent.idle_since is not None:
            number, name = regulars()[len(self._called) % len(regulars())]
            entry_point = next(iter(self._settings.entry_points))
            self._pbx.call_in(entry_point, number, name, habits=FIRST_CALLER, keys=FIRST_KEY)

    def _agent_came_off(self, entry: Entry) -> None:
        """Whoever the system made not ready (a missed call) comes back after a while, as people do."""
        fact = entry.fact
        if isinstance(fact, AgentStateChanged) and fact.agent_id is not None and fact.agent_id not in self._humans:
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
        self._live = Live(self.board(), console=self._console, auto_refresh=False, screen=True)
        self._live.start()
        self._redrawing = LoopingCall(self._redraw)
        self._redrawing.clock = self._reactor
        self._redrawing.start(REDRAW_S, now=False)

    def board(self) -> RenderableType:
        """The board as it stands, for the console as it is."""
        assert self._daemon is not None
        width, height = self._console.size
        picture = self._watch.picture(self._daemon.coordinator.engine, self._clock.now(), self._began)
        return draw(msgspec.structs.replace(picture, console=self._welcome), width, height)

    def _redraw(self) -> None:
        if self._live is not None:
            self._live.update(self.board(), refresh=True)

    def _announce(self) -> None:
        """Without a terminal there is no board: say what goes on, and for how long."""
        minutes, speed = self._options.minutes, self._options.speed
        ends = (
            "Ctrl-C ends it"
            if minutes is None
            else f"ends after {minutes:g} virtual minutes ({minutes * 60 / speed:.0f} s)"
        )
        self._console.print(f"The demo runs {speed:g} times as fast as the clock; {ends}.", soft_wrap=True)

    # -- end ---------------------------------------------------------------------------------------------------------

    def stop(self) -> Deferred[None]:
        """Nobody new comes, and the daemon ends in good order; what is going on then stays *in progress*."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        self._lasted = self._clock.now() - self._began
        self._slowed = self._pace.slowed
        self._pace.stop()
        if self._redrawing is not None:
            self._redrawing.stop()
        if self._live is not None:
            live, self._live = self._live, None
            live.stop()
        if self._end is not None and self._end.active():
            self._end.cancel()
        self._administration.stop()
        self._customers.stop()
        self._present.stop()
        await self._web.stop()
        if self._daemon is not None:
            daemon, self._daemon = self._daemon, None
            await daemon.stop("the demo is over")
            await self._recordings.stop()
        if self._pbx is not None:
            await self._pbx.stop()

    def finish(self) -> int:
        """Print the summary, write the JSON file; the exit code."""
        report = self._figures.report()
        self._journal.close()
        if self._failed:
            return FOUND_WRONG
        self._summarise(report)
        if self._options.json_file is not None:
            try:
                self._options.json_file.write_bytes(as_json(report))
            except OSError as error:
                self._say(f"--json {self._options.json_file}: {error.strerror}")
                return FOUND_WRONG
            self._say(f"Figures written to {self._options.json_file}")
        return 0

    def _summarise(self, report: Report) -> None:
        self._say(f"After {self._lasted / MINUTE:.1f} virtual minutes:")
        self._console.print(report_table(report) if report.rows else "No contacts yet.")
        if self._slowed > 1.25:
            reached = self._options.speed / self._slowed
            self._say(
                f"This machine kept up with {reached:.0f} times the clock's speed instead of {self._options.speed:g}."
            )
        self._say(f"The journal: {self._home.journal}")
        self._say(f"Every figure again: cordboard report summary --journal {self._home.journal}")
        if self._home.log.exists() and self._home.log.stat().st_size:
            self._say(f"Warnings: {self._home.log}")

    def _say(self, text: str) -> None:
        """A line that may be longer than the terminal is wide, and can be copied."""
        self._console.print(Text(text), soft_wrap=True)
