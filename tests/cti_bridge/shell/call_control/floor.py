"""A whole floor in memory: virtual switch with the deployed dialplan, coordinator, distributor; time is the test's.

AMI's bytes pass between the two as over a line: nothing that one side says is heard before ``run``.
"""

import itertools
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock as FakeReactor

from acd.engine import Engine
from acd.events import DeclareReady, LogIn
from acd.policy import AgentPolicy, Policy, QueuePolicy
from acd.views import AgentView
from cti_bridge.shell.ami_client import AmiProtocol, FateUnknown, Snapshot
from cti_bridge.shell.call_control.desk_contact import DeskContact
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.rules import AgentRules, QueueRules, Rules
from cti_bridge.shell.call_control.wishes import Details
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.recorder import Recorder
from cti_bridge.shell.recovery import Resume
from cti_bridge.shell.remembering import Past, remember
from cti_bridge.shell.translate import WANTED
from cti_bridge.virtual_pbx.ami_session import AmiSession
from cti_bridge.virtual_pbx.callers import Caller, Customer
from cti_bridge.virtual_pbx.channels import RINGING, UP, USER_BUSY, Channel, Party
from cti_bridge.virtual_pbx.phones import Phone
from cti_bridge.virtual_pbx.settings import AmiAccount, CustomerHabits, PbxSettings
from cti_bridge.virtual_pbx.switch import Switch
from cti_bridge.wire.ami import AmiParser
from facts.ids import AgentId, ContactId, NodeName, QueueName
from facts.journal import Entry
from facts.time import SECOND

START = 1_800_000_000 * SECOND
PHONES = {"ann": "1001", "bob": "1002", "cyd": "1003", "sue": "1010"}
STEP_S = 0.01
RULES = Rules(
    queues={
        QueueName("sales"): QueueRules(title="Sales", script="Say hello."),
        QueueName("support"): QueueRules(title="Support", recording="always"),
        QueueName("private"): QueueRules(recording="never"),
    },
    agents={AgentId("ann"): AgentRules(name="Ann Ellis")},
)
SETTINGS = PbxSettings(
    phones=tuple(PHONES.values()),
    accounts=(AmiAccount(username="cordboard", secret="s"),),
    agi_url="agi://127.0.0.1:9",
)


def close(seconds: float) -> Any:
    """As exact as the report has to be."""
    return pytest.approx(seconds, abs=0.1)


class Outsider(Customer):
    """Somebody whom the centre calls: does what the test says (``answers``, ``busy``, ``rings``)."""

    def __init__(self, switch: Switch, name: str, does: str) -> None:
        super().__init__(switch, name=name, habits=None, answers=CustomerHabits())
        self.does = does
        self.number = name

    def ringing(self, channel: Channel) -> None:
        self.channel = channel
        if self.does == "busy":
            self._switch.far_end_hangs_up(channel, USER_BUSY, 486)
            return
        self._switch.set_state(channel, RINGING)
        if self.does == "answers":
            self._switch.after(300_000, lambda: None if channel.gone else self._switch.set_state(channel, UP))


class Line(AmiProtocol):
    """The daemon's end of the manager connection."""


class Floor:
    """Everybody and everything."""

    def __init__(
        self,
        *,
        rules: Rules = RULES,
        queue: str = "sales",
        wrap_up_s: float = 0,
        slots: int = 1,
        switch: Switch | None = None,
        past: Past | None = None,
        start: int = START,
    ) -> None:
        self.reactor = FakeReactor()
        self.clock = Clock(self.reactor, start=start, monotonic=self.reactor.seconds)
        self.entries: list[Entry] = []
        self.recorder = Recorder(NodeName("test"))
        self.recorder.add_reader(self.entries.append)
        self.switch = switch or Switch(SETTINGS, seed=1, now=START)
        self._first = switch is None
        self.outsiders: list[Outsider] = []
        self.outside_does = "answers"
        self.switch.endpoints["trunk"].pick_up = self._outside
        self.phones: dict[str, Phone] = {}
        if self._first:
            self.phones = {
                agent: Phone(self.switch, self.switch.endpoints[number], seed=1) for agent, number in PHONES.items()
            }
        self.wrap_up_s = wrap_up_s
        self.slots = slots
        self.engine = Engine(policy(wrap_up_s, slots))
        resume = Resume(past or Past(contacts={}, agents={}, closed={}, callbacks_noted=[]))
        self.coordinator = Coordinator(
            self.engine,
            self.clock,
            self.recorder,
            queue_of_entry={"": QueueName(queue)},
            resume=resume,
            rules=rules,
        )
        self.control = self.coordinator.control
        self._callers = itertools.count(1)
        self.told: list[tuple[str, str, DeskContact | None]] = []
        self.control.desks.watch(lambda *change: self.told.append(change))
        self.actions: list[tuple[str, dict[str, str]]] = []
        self.history: list[Entry] = []
        if past is not None:
            resume.begin(self.coordinator)
        self.connect()

    def _outside(self, number: str) -> Outsider:
        self.outsiders.append(Outsider(self.switch, number, self.outside_does))
        return self.outsiders[-1]

    # -- the line between ----------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Log in, ask for everything, take over."""
        self._to_daemon = bytearray()
        self._to_switch = bytearray()
        self.up = True
        self._parser = AmiParser()
        self.line = Line(self.reactor, self.coordinator.switch_event, wanted=WANTED, action_timeout_s=3600)
        self.session = AmiSession(
            self.switch, self.switch.settings.accounts, send=self._to_daemon.extend, close=lambda: None
        )
        self.line.makeConnection(self)
        backlog: list[Any] = []
        self.line.on_event = backlog.append
        self._wait(self.line.action("Login", [("Username", "cordboard"), ("Secret", "s")]))
        channels = self._wait(self.line.list_action("CoreShowChannels"))
        devices = self._wait(self.line.list_action("DeviceStateList"))
        self.coordinator.use_switch(self)
        self.coordinator.switch_connected(Snapshot(channels=tuple(channels), devices=tuple(devices)))
        self.line.on_event = self.coordinator.switch_event
        for event in backlog:
            self.line.deliver(event)
        self.run()

    def _wait(self, answer: Deferred[Any]) -> Any:
        found: list[Any] = []
        answer.addCallback(found.append)
        self._pass()
        return found[0]

    def write(self, data: bytes) -> None:
        """The daemon sends."""
        self._to_switch += data

    def action(self, name: str, headers: list[tuple[str, str]], *, timeout_s: float | None = None) -> Deferred[Any]:
        del timeout_s
        self.actions.append((name, dict(headers)))
        return self.line.action(name, headers)

    def list_action(self, name: str, headers: list[tuple[str, str]]) -> Deferred[Any]:
        return self.line.list_action(name, headers)

    def lose(self) -> None:
        """The connection is gone; what was on its way never comes."""
        self.up = False
        self.session.end()
        pending, self.line._pending = self.line._pending, {}
        self.coordinator.switch_lost("cut")
        for one in pending.values():
            one.deferred.errback(FateUnknown("cut"))

    def to_switch(self) -> bool:
        """The switch hears what the daemon has said, and does it; False: it had said nothing."""
        said = bool(self._to_switch) and self.up
        if said:
            data, self._to_switch = bytes(self._to_switch), bytearray()
            for message in self._parser.feed(data):
                self.session.receive(message)
        self.switch.settle()
        return said

    def _pass(self) -> bool:
        """What either side has said is heard by the other; False: nothing was said."""
        said = self.to_switch()
        if self._to_daemon and self.up:
            data, self._to_daemon[:] = bytes(self._to_daemon), b""
            self.line.dataReceived(data)
            said = True
        return said

    # -- time ----------------------------------------------------------------------------------------------------

    def run(self, seconds: float = 0.0) -> "Floor":
        """Let time pass, and everybody hear everything."""
        for _ in range(max(1, round(seconds / STEP_S))):
            self.reactor.advance(STEP_S if seconds else 0.0)
            self.switch.advance(self.clock.now())
            while self._pass():
                self.reactor.advance(0)
        return self

    # -- people --------------------------------------------------------------------------------------------------

    def ready(self, *agents: str) -> "Floor":
        for agent in agents:
            self.coordinator.tell(LogIn(agent_id=AgentId(agent)))
            self.coordinator.tell(DeclareReady(agent_id=AgentId(agent)))
        return self

    def sign_in(self, *agents: str) -> "Floor":
        """At work, but not ready."""
        for agent in agents:
            self.coordinator.tell(LogIn(agent_id=AgentId(agent)))
        return self

    def call(self, number: str = "5551230001", dialled: str = "8123") -> Caller:
        caller = Caller(self.switch, name=f"caller {next(self._callers)}", habits=None)
        caller.call(dialled, Party(number, "Ada Caller"))
        self.run(0.2)
        return caller

    def talk(self, agent: str = "ann") -> tuple[Caller, ContactId]:
        """A caller who talks with this agent, the only one who is ready."""
        self.ready(agent)
        caller = self.call()
        assert self.phones[agent].is_ringing, "the agent's phone rings"
        self.phones[agent].answer()
        self.run(1)
        contact_id = contact_of(caller)
        assert self.state(agent, contact_id) == "talking"
        return caller, contact_id

    # -- acts ----------------------------------------------------------------------------------------------------

    def begin(self, agent: str, contact_id: ContactId, act: Any, **details: Any) -> "Act":
        """An act that is only begun."""
        return Act(self.control.act(AgentId(agent), contact_id, act, Details(**details)))

    def do(self, agent: str, contact_id: ContactId, act: Any, **details: Any) -> DeskContact:
        """An act that comes true."""
        done = self.begin(agent, contact_id, act, **details)
        self.run(0.3)
        return done.result()

    def refused(self, agent: str, contact_id: ContactId, act: Any, **details: Any) -> str:
        """Why an act is refused."""
        done = self.begin(agent, contact_id, act, **details)
        self.run(3)
        return done.refusal().reason_id

    # -- looking -------------------------------------------------------------------------------------------------

    def contact(self, agent: str, contact_id: ContactId) -> DeskContact:
        found = self.control.desks.contact(AgentId(agent), contact_id)
        assert found is not None, f"{contact_id} is not on {agent}'s desk"
        return found

    def state(self, agent: str, contact_id: ContactId) -> str:
        found = self.control.desks.contact(AgentId(agent), contact_id)
        return "over" if found is None else found.state

    def agent(self, agent: str) -> AgentView:
        view = self.engine.agent(AgentId(agent))
        assert view is not None
        return view

    def hear_each_other(self, *far_ends: Any) -> bool:
        """Whether these are in one bridge, and nobody else is."""
        channels = {far_end.channel for far_end in far_ends}
        bridges = {channel.bridge for channel in channels if channel is not None}
        return (
            None not in channels
            and len(bridges) == 1
            and (b := bridges.pop()) is not None
            and set(b.channels) == channels
        )

    def hears_music(self, far_end: Any) -> bool:
        return far_end.channel is not None and far_end.channel.music

    def facts(self, *kinds: str) -> list[Any]:
        return [entry.fact for entry in self.entries if not kinds or entry.fact.kind in kinds]

    def last(self, kind: str) -> Any:
        return self.facts(kind)[-1]

    def kinds(self) -> list[str]:
        return [fact.kind for fact in self.facts()]

    def talk_s(self, agent: str) -> tuple[float, float]:
        """An agent's last talk: seconds of talk and of hold."""
        ended = [fact for fact in self.facts("TalkEnded") if fact.agent_id == agent][-1]
        return round(ended.talk_us / SECOND, 2), round(ended.hold_us / SECOND, 2)

    def quiet(self) -> bool:
        """Whether nobody is on the line any more, and nobody thinks so."""
        self.run(3)
        idle = all(not agent.works for agent in self.engine.agents())
        return not self.switch.channels and idle and not len(self.control.lines) and not len(self.coordinator.calls)

    # -- a daemon that dies --------------------------------------------------------------------------------------

    def restart(self, away_s: float = 1.0) -> "Floor":
        """Another daemon on the same switch and journal; the first one does nothing any more."""
        self.session.end()
        self.coordinator.stop()
        self.up = False
        self.run(away_s)
        history = self.history + self.entries
        again = Floor(
            rules=self.control.rules,
            wrap_up_s=self.wrap_up_s,
            slots=self.slots,
            switch=self.switch,
            past=remember(history),
            start=self.clock.now(),
        )
        again.history = history
        again.phones, again.outsiders = self.phones, self.outsiders
        again.switch.endpoints["trunk"].pick_up = again._outside
        return again


class Act:
    """What becomes of an act."""

    def __init__(self, done: Deferred[DeskContact]) -> None:
        self._found: list[Any] = []
        done.addBoth(self._found.append)

    @property
    def is_over(self) -> bool:
        return bool(self._found)

    def result(self) -> DeskContact:
        assert self._found, "the act is not over"
        (found,) = self._found
        if not isinstance(found, DeskContact):
            found.raiseException()
        assert isinstance(found, DeskContact)
        return found

    def refusal(self) -> ActRefused:
        assert self._found, "the act is not over"
        (found,) = self._found
        error = getattr(found, "value", None)
        assert isinstance(error, ActRefused), found
        return error


def contact_of(caller: Caller) -> ContactId:
    assert caller.channel is not None
    return ContactId(caller.channel.variables["ACD_CALL"])


def policy(wrap_up_s: float, slots: int = 1) -> Policy:
    wrap_up = round(wrap_up_s * SECOND)
    queues = tuple(
        QueuePolicy(name=QueueName(name), ring_us=20 * SECOND, wrap_up_us=wrap_up)
        for name in ("sales", "support", "private")
    )
    agents = tuple(
        AgentPolicy(agent_id=AgentId(agent), phone=f"PJSIP/{number}", team="north", slots=slots)
        for agent, number in PHONES.items()
    )
    return Policy(queues=queues, agents=agents)
