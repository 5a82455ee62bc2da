"""A whole centre on the virtual switch, with its console; what tests tell it is done by the methods of `Served`."""

import functools
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from acd.events import LeaveQueue, LogOut
from config.load import load
from cti_bridge.app.administration import Administration
from cti_bridge.app.centre import centre_of, follow
from cti_bridge.app.console.console import Console, wall
from cti_bridge.app.console.demo_users import make_users
from cti_bridge.app.customers_at_hand import CustomersAtHand
from cti_bridge.app.demo import VirtualSounds
from cti_bridge.app.recording_upkeep import RecordingUpkeep
from cti_bridge.app.report_setup import targets_of
from cti_bridge.app.settings_changes import SettingsChanges
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.callers import Customer
from cti_bridge.virtual_pbx.channels import RINGING, UP
from cti_bridge.virtual_pbx.pbx import CallerInHand, VirtualPbx
from cti_bridge.virtual_pbx.settings import AmiAccount, CallerHabits, CustomerHabits, PbxSettings
from facts.ids import AgentId
from facts.states import Declared, LeftQueue, Party
from reporting.kpi.board import Board
from simulation.distributions.durations import Constant
from storage.audit import AuditLog
from storage.customer_rows import CustomerRecord
from storage.customers import Customers
from storage.journal import open_journal
from storage.passwords import Passwords

SECRETS = Secrets(ami_user="cordboard", ami_secret="virtual", agi_token="t")
WAITS_FOR_EVER = CallerHabits(
    patience=None,
    thinking=Constant(mean_s=0.2),
    menu_patience=None,
    no_input=0,
    talk=Constant(mean_s=3600.0),
)


class Served:
    """Switch, daemon, board and console of one process, by a settings' file."""

    def __init__(self, reactor: Any, path: Path) -> None:
        self._settings = load(path, {})
        self._reactor = reactor
        self._clock = Clock(reactor)
        self._journal = open_journal(path.parent / "journal.sqlite3")
        self._customers = CustomersAtHand(reactor, Customers(self._journal, self._settings.site.country))
        changes = SettingsChanges(self._journal, path, {})
        self._administration = Administration(reactor, self._clock, changes, self._settings, number=0)
        self._recordings = RecordingUpkeep(reactor, self._clock, self._journal, self._settings)
        self._passwords = Passwords(time_cost=1, memory_kib=64)
        board = Board(ZoneInfo(self._settings.site.time_zone), targets_of(self._settings))
        self._console = Console(
            reactor,
            board,
            self._journal,
            self._administration,
            metrics=lambda: b"",
            customers=self._customers,
            recordings=self._recordings,
            passwords=self._passwords,
        )
        self._daemon = self._make_daemon(path.parent, board)
        self._daemon.listen()
        self._pbx = self._make_switch()
        self._callers: dict[str, CallerInHand] = {}
        self._rings_s = 0.5

    def _make_daemon(self, folder: Path, board: Board) -> Daemon:
        centre = centre_of(self._settings, sounds=VirtualSounds(), customers=self._customers)
        daemon = Daemon(
            self._reactor,
            self._clock,
            self._journal,
            spool=folder / "spool",
            centre=centre,
            addresses=Addresses(ami_host="127.0.0.1", agi_port=0),
            secrets=SECRETS,
            readers=(board.apply, self._console.read),
        )
        self._administration.add_follower(lambda changed, by: follow(centre, daemon, changed, by))
        return daemon

    def _make_switch(self) -> VirtualPbx:
        settings = PbxSettings(
            phones=tuple(agent.phone.removeprefix("PJSIP/") for agent in self._settings.agents.values()),
            agi_url=f"agi://127.0.0.1:{self._daemon.agi_port}",
            agi_token=SECRETS.agi_token,
            accounts=(AmiAccount(username=SECRETS.ami_user, secret=SECRETS.ami_secret),),
            other_sound_s=0.3,
        )
        return VirtualPbx(self._clock, settings, seed=1, tcp=self._reactor)

    def start(self) -> dict[str, Any]:
        """Serve; who may sign in."""
        self._customers.start()
        self._daemon.start(ami_port=self._pbx.listen())
        self._pbx.switch.endpoints["trunk"].pick_up = self._somebody
        self._console.start(self._daemon)
        self._administration.start()
        self._recordings.start()
        users = make_users(self._console.accounts, self._settings, self._passwords, wall())
        return {"passwords": {user.name: user.password for user in users}}

    def _somebody(self, number: str) -> Customer:
        """Who answers at a number outside, or is busy."""
        habits = CustomerHabits(answer=Constant(mean_s=self._rings_s), no_answer=0, busy=0 if self._rings_s else 1)
        return Customer(self._pbx.switch, name=number, habits=None, answers=habits)

    async def stop(self) -> None:
        """End in good order."""
        self._administration.stop()
        self._customers.stop()
        await self._console.stop()
        await self._daemon.stop("the tests are over")
        await self._recordings.stop()
        await self._pbx.stop()
        self._journal.close()

    # -- callers and phones ------------------------------------------------------------------------------------------

    def call(self, number: str, caller: str, name: str, keys: str) -> str:
        """Somebody calls, presses keys at the menu's first question and waits for ever; the contact's id."""
        one = self._pbx.call_in(number, caller, name, habits=WAITS_FOR_EVER, keys=keys)
        channel = one.caller.channel
        assert channel is not None
        self._callers[channel.uniqueid] = one
        return channel.uniqueid

    def outside(self, rings_s: float) -> None:
        """How long phones outside ring from now on before they are answered; 0: they are busy."""
        self._rings_s = rings_s

    def outside_answers(self) -> bool:
        """Whoever is called outside picks up at once; False when nothing rings there."""
        trunk = self._pbx.switch.endpoints["trunk"]
        ringing = [one for one in self._pbx.switch.channels.values() if one.endpoint is trunk and one.state == RINGING]
        for channel in ringing:
            self._pbx.told(functools.partial(self._pbx.switch.set_state, channel, UP))
        return bool(ringing)

    def hang_up(self, contact: str) -> None:
        """The caller goes."""
        self._callers[contact].hang_up()

    def press(self, contact: str, keys: str) -> None:
        """The caller presses keys."""
        self._callers[contact].press(keys)

    def hang_up_at(self, contact: str) -> float:
        """The caller goes; when the switch told the daemon, in milliseconds since 1970."""
        self._pbx.told(lambda: None)
        at = time.time() * 1000
        self._callers.pop(contact).hang_up()
        return at

    def waiting(self) -> int:
        """How many wait in queues."""
        return sum(queue.waiting for queue in self._daemon.coordinator.engine.queues())

    def phone(self, number: str, what: str) -> Any:
        """Work an agent's phone: ``answer``, ``hang_up``, ``hold`` …: whether it could be; or its ``state``."""
        done = getattr(self._pbx.phone(number), what)
        return done() if callable(done) else done

    def is_with_somebody(self, number: str) -> bool:
        """Whether an agent's phone is joined with another line."""
        channel = self._pbx.phones[number].channel
        return channel is not None and channel.bridge is not None and len(channel.bridge.channels) > 1

    def clear(self) -> None:
        """Everybody hangs up and goes home."""
        self._rings_s = 0.5
        switch, coordinator = self._pbx.switch, self._daemon.coordinator
        for channel in list(switch.channels.values()):
            self._pbx.told(functools.partial(switch.request_hangup, channel, 16))
        for waiting in list(coordinator.engine.callbacks()):
            coordinator.tell(LeaveQueue(contact_id=waiting.contact_id, cause=LeftQueue.WITHDRAWN))
        for view in list(coordinator.engine.agents()):
            if view.declared is not Declared.LOGGED_OUT:
                coordinator.tell(LogOut(agent_id=view.agent_id, by=Party.SUPERVISOR, force=True))

    def is_clear(self) -> bool:
        """Whether nobody is on the line, waiting or at work."""
        engine = self._daemon.coordinator.engine
        at_home = all(view.declared is Declared.LOGGED_OUT for view in engine.agents())
        return at_home and not self._pbx.switch.channels and not list(engine.contacts())

    # -- the daemon --------------------------------------------------------------------------------------------------

    def agent(self, name: str, what: str) -> str:
        """What a command line's user does for an agent: ``sign_in``, ``ready``, ``sign_out``."""
        return str(getattr(self._daemon.desk, what)(name))

    def state(self, name: str) -> dict[str, Any]:
        """An agent, as the distributor sees them."""
        view = self._daemon.coordinator.engine.agent(AgentId(name))
        assert view is not None
        return {"declared": view.declared.value, "activity": view.activity.value}

    def facts(self, kind: str) -> list[Any]:
        """The facts of a kind, as they are kept."""
        self._daemon.written()
        return [msgspec.to_builtins(e.fact) for e in self._journal.entries() if e.fact.kind == kind]

    def audited(self) -> list[Any]:
        """The audit log's changes, the oldest first."""
        return [msgspec.to_builtins(one.change) for one in reversed(AuditLog(self._journal).changes())]

    def customer(self, customer_id: str, record: dict[str, Any]) -> None:
        """Put a customer on file."""
        wanted = msgspec.convert(record, CustomerRecord)
        self._customers.store.add(wanted, customer_id, at=self._clock.now(), by="test")

    def end_sessions(self, user: str) -> None:
        """An administrator ends somebody's sessions."""
        self._console.accounts.end_sessions(user, by="test", at=wall())
