"""The daemon itself on the virtual switch, in memory, with a clock that only the test moves.

Callers, phones and customers are worked by hand. The dialplan is the deployed one, the journal a real one; only
sockets, sounds and the passing of time are not.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from acd.views import AgentView, ContactView
from config.administered import ItemChange
from config.load import load
from cti_bridge.app.centre import centre_of, follow
from cti_bridge.app.demo import VirtualSounds
from cti_bridge.app.settings_changes import Edit, SettingsChanges
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.callers import Customer
from cti_bridge.virtual_pbx.pbx import CallerInHand, VirtualPbx
from cti_bridge.virtual_pbx.settings import AmiAccount, CustomerHabits, PbxSettings
from facts.ids import AgentId, ContactId
from facts.journal import Entry
from facts.time import MINUTE, SECOND, Instant
from simulation.distributions.durations import Constant
from storage.journal import open_journal
from tests.cti_bridge.memory_reactor import MemoryReactor

START: Instant = 1_800_000_000 * SECOND + 9 * 60 * MINUTE
"""A Friday, 17:00 UTC."""

AMI_PORT, AGI_PORT = 5038, 4573
SECRETS = Secrets(ami_user="cordboard", ami_secret="virtual", agi_token="t")

FLOW = """
flow: reception
languages: [en]
start: choose
nodes:
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: sales, key: 1, next: to_sales}
      - {name: help, key: 2, next: to_help}
      - {name: vip, key: 3, next: important}
    no_input: {retries: 0, next: to_sales}
    no_match: {retries: 0, next: to_sales}
  important: {type: set, priority: 5, next: to_sales}
  to_sales:
    type: queue
    queue: sales
    callback: {key: "5", next: bye}
    leave: {key: "9", next: bye}
  to_help: {type: queue, queue: help, prefer_agent: bob}
  bye: {type: hang_up, prompts: [bye]}
prompts: {choose: {en: choose}, bye: {en: goodbye}}
"""

SETTINGS: dict[str, Any] = {
    "skills": {"en": "", "fr": ""},
    "queues": {"sales": {"ring_s": 10}, "help": {"ring_s": 10, "preferred_wait_s": 30}},
    "agents": {
        "ann": {"phone": "1001", "skills": {"en": 5}},
        "bob": {"phone": "1002", "skills": {"fr": 5}},
    },
    "entry_points": {"8123": {"flow": "reception"}},
    "reasons": {"break": {"digits": "1"}},
}


class WholeCentre:
    """One site. ``changes`` to the settings, by section; ``flow`` instead of the usual one."""

    def __init__(self, folder: Path, flow: str = FLOW, **changes: Any) -> None:
        self._folder = folder
        (folder / "reception.yaml").write_text(flow)
        self._site = folder / "site.yaml"
        self._site.write_text(yaml.safe_dump({**SETTINGS, "flows": ["reception.yaml"], **changes}, sort_keys=False))
        self.reactor = MemoryReactor()
        self.clock = Clock(self.reactor, start=START, monotonic=self.reactor.seconds)
        account = AmiAccount(username=SECRETS.ami_user, secret=SECRETS.ami_secret)
        settings = PbxSettings(
            phones=("1001", "1002", "1003"),
            agi_url=f"agi://127.0.0.1:{AGI_PORT}",
            agi_token=SECRETS.agi_token,
            accounts=(account,),
            other_sound_s=1.0,
        )
        self.pbx = VirtualPbx(self.clock, settings, seed=1, tcp=self.reactor)
        self.pbx.listen(AMI_PORT)
        self.dialled: list[tuple[str, str]] = []
        self.customer = CustomerHabits(answer=Constant(mean_s=3.0), no_answer=0, busy=0)
        self.pbx.switch.endpoints["trunk"].pick_up = self._customer
        self.journal = open_journal(folder / "journal.sqlite3")
        self._before = 0
        self.daemon = self._start()

    # -- the daemon --------------------------------------------------------------------------------------------------

    def _start(self) -> Daemon:
        self._before = self.journal.last_seq(centre_node())
        self._centre = centre_of(load(self._site, {}), sounds=VirtualSounds())
        daemon = Daemon(
            self.reactor,
            self.clock,
            self.journal,
            spool=self._folder / "spool",
            centre=self._centre,
            addresses=Addresses(ami_host="127.0.0.1", ami_port=AMI_PORT, agi_port=AGI_PORT),
            secrets=SECRETS,
        )
        daemon.start()
        self.pass_s(0.1)
        assert daemon.connected
        return daemon

    def kill(self) -> None:
        """The daemon dies: as far as anybody else can see."""
        self.daemon.coordinator.stop()
        self.daemon._writer.close()
        self.reactor.listening.pop(AGI_PORT, None)
        self.daemon._renewal.stop()
        client = self.daemon._ami
        assert client is not None
        client.stop()
        self.reactor.cut(AMI_PORT)
        self.reactor.cut(AGI_PORT)

    def restart(self, after_s: float = 0) -> None:
        """The daemon dies, and comes back so much later."""
        self.kill()
        self.pass_s(after_s)
        self.daemon = self._start()

    def change(self, section: str, name: str, item: Any) -> None:
        """An administrator changes an item of the settings; the daemon goes by it from now on."""
        edit = Edit(change=ItemChange(section=section, name=name, document=item), anyhow=True)
        kept = SettingsChanges(self.journal, self._site, {}).change([edit], at=self.clock.now(), by="dana")
        follow(self._centre, self.daemon, kept.settings, "dana")
        self.pass_s(0.1)

    def lose_connection(self) -> None:
        """The connection to the switch is cut, and made again."""
        self.reactor.cut(AMI_PORT)

    def close(self) -> None:
        """The end of the test."""
        self.kill()
        self.journal.close()

    # -- time and facts ----------------------------------------------------------------------------------------------

    def pass_s(self, seconds: float) -> None:
        self.reactor.pass_s(seconds)

    def entries(self) -> list[Entry]:
        """All facts."""
        self.daemon._writer.flush().result()
        return list(self.journal.entries())

    def facts(self, kind: str = "", contact_id: str = "") -> list[Any]:
        """The facts of a kind, of a contact."""
        facts = [entry.fact for entry in self.entries()]
        return [f for f in facts if (not kind or f.kind == kind) and (not contact_id or f.contact_id == contact_id)]

    def kinds(self, contact_id: str) -> list[str]:
        """The kinds of a contact's facts, in order."""
        return [fact.kind for fact in self.facts("", contact_id)]

    def contact(self, contact_id: str) -> ContactView:
        view = self.daemon.coordinator.engine.contact(ContactId(contact_id))
        assert view is not None, self.kinds(contact_id)
        return view

    def agent(self, name: str) -> AgentView:
        view = self.daemon.coordinator.engine.agent(AgentId(name))
        assert view is not None
        return view

    # -- people ------------------------------------------------------------------------------------------------------

    def work(self, *agents: str) -> None:
        """These agents sign in and are ready."""
        for agent in agents:
            self.daemon.desk.sign_in(agent)
            self.daemon.desk.ready(agent)
            self.reactor.settle()

    def call(self, keys: str = "1", number: str = "4155550101") -> tuple[CallerInHand, str]:
        """A caller who presses keys in the menu; their contact's id."""
        caller = self.pbx.call_in("8123", number)
        self.reactor.settle()
        self.pass_s(0.2)
        caller.press(keys)
        self.pass_s(0.5)
        channel = caller.caller.channel
        assert channel is not None
        return caller, channel.uniqueid

    def rings(self, phone: str) -> bool:
        """Whether a phone rings."""
        return self.pbx.phone(phone).state == "ringing"

    def answer(self, phone: str) -> None:
        """Take the call that rings there."""
        assert self.pbx.phone(phone).answer(), f"{phone} is {self.pbx.phone(phone).state}"
        self.pass_s(0.3)

    def hang_up(self, phone: str) -> None:
        """Put it down."""
        assert self.pbx.phone(phone).hang_up()
        self.pass_s(0.3)

    def shown_at(self, phone: str) -> str:
        """The number that a phone shows."""
        channel = self.pbx.phones[phone].channel
        return "" if channel is None else channel.connected.number

    def hears(self, phone: str) -> list[str]:
        """The numbers of those who talk with a phone."""
        channel = self.pbx.phones[phone].channel
        if channel is None or channel.bridge is None:
            return []
        return [other.caller.number for other in channel.bridge.channels if other is not channel]

    def _customer(self, number: str) -> Customer:
        self.dialled.append((number, self._shown()))
        return Customer(self.pbx.switch, name=f"c{len(self.dialled)}", habits=None, answers=self.customer)

    def _shown(self) -> str:
        """The number that is shown to whoever is dialled now: the caller's of the leg that dials."""
        legs = [c for c in self.pbx.switch.channels.values() if c.location.context == "acd-dial"]
        return legs[-1].caller.number if legs else ""

    def customers(self) -> list[Any]:
        """The channels of customers who were dialled and are on the line."""
        return [c for c in self.pbx.switch.channels.values() if isinstance(c.far_end, Customer)]

    def customer_hangs_up(self) -> None:
        (channel,) = self.customers()
        self.pbx.told(lambda: self.pbx.switch.far_end_hangs_up(channel))
        self.pass_s(0.3)

    def until(self, condition: Callable[[], bool], at_most_s: float = 60) -> None:
        """Let time pass until something is so."""
        waited = 0.0
        while not condition():
            assert waited < at_most_s
            self.pass_s(0.1)
            waited += 0.1


def centre_node() -> Any:
    """The name of the node, as the settings have it when they say nothing."""
    return "node-1"
