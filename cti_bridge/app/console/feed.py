"""What goes out on the live channel: facts mark what may have changed, and a beat tells what has.

A reader of the daemon's facts. Each family of streams has a beat of its own: the first change goes out in the next turn
of the loop, so that all that one event brought about is in it; more changes of the family wait for the beat. Figures
that grow by themselves (occupancy, expected waits) are looked at every few seconds. Streams that nobody reads cost
nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any, Final

from pydantic import BaseModel
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import LoopingCall

from acd.engine import Engine
from acd.views import ContactView
from agent_console.documents.floor import AgentRow, AlarmDoc, EntryPointDoc, SettingsState
from agent_console.http.floor import shown_agent
from agent_console.live.hub import Hub
from agent_console.live.topics import teams_of_totals
from cti_bridge.app.console.alarms import Alarms
from cti_bridge.app.console.contact_book import ContactBook
from cti_bridge.app.console.desks import DaemonDesks
from cti_bridge.app.console.kept_streams import FAMILIES, KeptStreams
from cti_bridge.app.console.lines import Lines
from cti_bridge.app.console.parked_rows import ParkedRows
from cti_bridge.app.console.rows import Rows
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentStateChanged,
    Entry,
    EntryPointSwitched,
    PolicyChanged,
    SkillsChanged,
)
from facts.time import Instant

DESK_S: Final = 0.0
"""A desk is told of everything in the next turn: somebody waits for it to ring."""
AGENTS_S: Final = 0.015
"""Rows are small, and supervisors act on them: as soon as several changes of one event can be told together."""
QUEUES_S: Final = 0.08
"""What the board shows of an event is on the screen within 150 ms, the way there and the drawing included."""
PARKED_S: Final = 0.05
"""Who was fetched is to be gone from all desks before somebody presses in vain."""
CONTACTS_S: Final = 0.5
TOTALS_S: Final = 1.0
ALARMS_S: Final = 0.1
TICK_S: Final = 5.0
"""How often everything that is read is looked at."""

AT_ONCE: Final = 5
"""So many streams in one turn of the loop."""


class Beat:
    """Collects keys, and tells of them at most every so many seconds; the first ones at once."""

    def __init__(
        self, reactor: Any, every_s: float, told: Callable[[list[str]], None], clock: Callable[[], float] = monotonic
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._every_s = every_s
        self._told = told
        self._marked: dict[str, None] = {}
        self._last = float("-inf")
        self._call: IDelayedCall | None = None

    def mark(self, key: str) -> None:
        """This may have changed."""
        self._marked[key] = None
        if self._call is None:
            self._call = self._reactor.callLater(max(0.0, self._last + self._every_s - self._clock()), self._tell)

    def _tell(self) -> None:
        self._call = None
        self._last = self._clock()
        marked, self._marked = list(self._marked), {}
        self._told(marked)

    def stop(self) -> None:
        """Tell nothing more."""
        if self._call is not None:
            self._call.cancel()
            self._call = None


class Feed:
    """Fills the hub's streams; `agent_console.live.hub.Source`."""

    def __init__(
        self,
        reactor: Any,
        engine: Engine,
        *,
        rows: Rows,
        desks: DaemonDesks,
        book: ContactBook,
        alarms: Alarms,
        entry_points: Callable[[], Sequence[EntryPointDoc]],
        revision: Callable[[], int],
        kept: KeptStreams,
        parked: ParkedRows,
        now: Callable[[], Instant],
    ) -> None:
        self._kept = kept
        self._parked_rows = parked
        self._reactor = reactor
        self._engine = engine
        self._entry_points = entry_points
        self._revision = revision
        self._rows = rows
        self._desks = desks
        self._book = book
        self._alarms = alarms
        self._now = now
        self.hub = Hub(self, now)
        self._desk = Beat(reactor, DESK_S, self._tell_desks)
        self._contacts = Beat(reactor, CONTACTS_S, self._tell_contacts)
        self._agents = Beat(reactor, AGENTS_S, self._tell_agents)
        self._queues = Beat(reactor, QUEUES_S, self._tell_queues)
        self._parked = Beat(reactor, PARKED_S, self._tell_parked)
        self._lines = Lines(reactor, engine, rows, self.hub, now=now)
        self._totals = Beat(reactor, TOTALS_S, self._tell_totals)
        self._alarming = Beat(reactor, ALARMS_S, self._tell_alarms)
        alarms.watch(self._alarming.mark)
        self._unseen: dict[str, None] = {}
        self._callbacks: set[ContactId] = set()
        self._looking: IDelayedCall | None = None
        self._tick = LoopingCall(self._look)
        self._tick.clock = reactor
        self._families: Mapping[str, Callable[[str], Mapping[str, BaseModel] | None]] = {
            "desk": self._desk_of,
            "contacts": self._contacts_of,
            "agents": self._team,
            "queues": self._queue,
            "waiting": self._lines.rows,
            "parked": parked.of,
            "alarms": self._alarms_of,
            "totals": self._today,
            "entry_points": self._numbers,
            "settings": self._settings,
        }

    def start(self) -> None:
        """Begin to look by itself."""
        self._kept.start(self.hub)
        self._tick.start(TICK_S, now=False)

    def stop(self) -> None:
        """Tell nothing more."""
        self._kept.stop()
        if self._tick.running:
            self._tick.stop()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        for beat in (
            self._desk,
            self._contacts,
            self._agents,
            self._queues,
            self._parked,
            self._totals,
            self._alarming,
        ):
            beat.stop()
        self._lines.stop()

    # -- streams as they are -----------------------------------------------------------------------------------------

    def items(self, stream: str) -> Mapping[str, BaseModel] | None:
        """All documents of a stream."""
        family, _, of = stream.partition("/")
        if family in FAMILIES:
            return self._kept.items(family, of)
        fill = self._families.get(family)
        return None if fill is None else fill(of)

    def _desk_of(self, agent: str) -> Mapping[str, BaseModel] | None:
        if self._engine.agent(AgentId(agent)) is None:
            return None
        desk = self._desks.desk(agent)
        return {
            "state": desk.state,
            **{f"contact:{one.contact_id}": one for one in desk.contacts},
            **{f"callback:{one.contact_id}": one for one in desk.callbacks},
            **{f"message:{one.message_id}": one for one in desk.messages},
        }

    def _contacts_of(self, team: str) -> Mapping[str, BaseModel]:
        """Contacts that agents of a team are at work on, or whose phones they ring."""
        of_team = {view.agent_id for view in self._engine.agents() if view.team == team}
        found: dict[str, BaseModel] = {}
        for view in self._engine.contacts():
            line = None if of_team.isdisjoint(view.agents) else self._book.line(view.contact_id)
            if line is not None:
                found[view.contact_id] = line
        return found

    def _team(self, team: str) -> Mapping[str, BaseModel]:
        hidden, now = self._rows.hidden_from(team), self._now()
        views = (view for view in self._engine.agents() if view.team == team)
        return {view.agent_id: shown_agent(self._rows.agent(view, now), hidden) for view in views}

    def _queue(self, queue: str) -> Mapping[str, BaseModel] | None:
        view = self._engine.queue(QueueName(queue))
        return None if view is None else {queue: self._rows.queue(view, self._now())}

    def _alarms_of(self, of: str) -> Mapping[str, BaseModel]:
        """All of them, or those that `stream_of_alarm` puts into one stream."""
        return {one.alarm_id: one for one in self._alarms.all() if not of or stream_of_alarm(one) == f"alarms/{of}"}

    def _today(self, of: str) -> Mapping[str, BaseModel]:
        return {"today": self._rows.totals(self._now(), teams_of_totals(of))}

    def _numbers(self, _of: str) -> Mapping[str, BaseModel]:
        return {entry.number: entry for entry in self._entry_points()}

    def _settings(self, _of: str) -> Mapping[str, BaseModel]:
        return {"present": SettingsState(revision=self._revision())}

    # -- what may have changed ---------------------------------------------------------------------------------------

    def read(self, entry: Entry) -> None:
        """Take in the next fact."""
        fact = entry.fact
        if fact.agent_id is not None:
            self.mark_agent(fact.agent_id)
        if fact.contact_id is not None:
            self.mark_contact(fact.contact_id)
        if isinstance(fact, AgentStateChanged | AgentLoggedIn | AgentLoggedOut | SkillsChanged | PolicyChanged):
            self._mark_queues(queue.name for queue in self._engine.policy.queues)
        elif fact.queue is not None:
            self._mark_queues((fact.queue,))
        if isinstance(fact, PolicyChanged):
            self._look()
        if isinstance(fact, EntryPointSwitched):
            self.hub.replace("entry_points", self._numbers(""))

    def settings_changed(self) -> None:
        """Others are in force: names, and what is hidden from whom, in all that is read."""
        self._look()
        self.hub.replace("settings", self._settings(""))
        self.hub.replace("entry_points", self._numbers(""))

    def mark_agent(self, agent: str) -> None:
        """Something about an agent, or at their desk, may have changed."""
        if self.hub.is_read(f"desk/{agent}"):
            self._desk.mark(agent)
        self._agents.mark(agent)

    def desk_changed(self, agent: AgentId, _contact: ContactId, _now: object) -> None:
        """A contact on an agent's desk is another, or gone: by a fact, or by what the switch said."""
        self.mark_agent(agent)

    def _tell_callback(self, contact: ContactId, view: ContactView | None) -> None:
        """A callback is told to every desk that may take it, and taken from those that may not (any more)."""
        if view is not None and view.callback:
            self._callbacks.add(contact)
        elif contact in self._callbacks:
            self._callbacks.discard(contact)
        else:
            return
        found = None if view is None else self._rows.callback(view)
        for stream in self.hub.read:
            family, _, agent = stream.partition("/")
            if family == "desk":
                theirs = found if found is not None and self._desks.has_callback(agent, found) else None
                self.hub.tell(stream, {f"callback:{contact}": theirs})

    def mark_contact(self, contact: ContactId) -> None:
        """Something about a contact may have changed."""
        view = self._engine.contact(contact)
        self._tell_callback(contact, view)
        for agent in view.agents if view is not None else ():
            self.mark_agent(agent)
        for stream in self.hub.read:
            if stream.startswith("contacts/"):
                self._contacts.mark(stream.partition("/")[2])

    def parked_changed(self) -> None:
        """Somebody was parked, is fetched, or is parked no more."""
        self._parked.mark("parked")

    def tell_team(self, team: str) -> None:
        """A message came for the desks of a team."""
        for view in self._engine.agents():
            if view.team == team:
                self.mark_agent(view.agent_id)

    def _mark_queues(self, queues: Iterable[str]) -> None:
        for queue in queues:
            if self.hub.is_read(f"queues/{queue}"):
                self._queues.mark(queue)
            self._lines.mark(queue)
        self._totals.mark("today")

    def _look(self) -> None:
        """Look at everything that is read, a few streams a turn: nothing that the switch says waits for it."""
        self._unseen = dict.fromkeys(self.hub.read)
        if self._looking is None:
            self._looking = self._reactor.callLater(0, self._look_on)

    def _look_on(self) -> None:
        self._looking = None
        for stream in list(self._unseen)[:AT_ONCE]:
            del self._unseen[stream]
            if self.hub.is_read(stream):
                self._renew(stream)
        if self._unseen:
            self._looking = self._reactor.callLater(0, self._look_on)

    def _renew(self, stream: str) -> None:
        """The stream as it is; what is the same is not sent."""
        family, _, of = stream.partition("/")
        if family == "waiting":
            self._lines.mark(of)
            return
        items = self.items(stream)
        if items is None:
            self.hub.end(stream)
        else:
            self.hub.replace(stream, items)

    # -- what has changed --------------------------------------------------------------------------------------------

    def _tell_desks(self, agents: list[str]) -> None:
        for agent in agents:
            self.hub.replace(f"desk/{agent}", self._desk_of(agent) or {})

    def _tell_contacts(self, teams: list[str]) -> None:
        for team in teams:
            self.hub.replace(f"contacts/{team}", self._contacts_of(team))

    def _tell_agents(self, agents: list[str]) -> None:
        now = self._now()
        changes: dict[str, dict[str, AgentRow]] = {}
        for agent in agents:
            view = self._engine.agent(AgentId(agent))
            if view is not None and self.hub.is_read(f"agents/{view.team}"):
                changes.setdefault(view.team, {})[agent] = self._rows.agent(view, now)
        for team, rows in changes.items():
            hidden = self._rows.hidden_from(team)
            self.hub.tell(f"agents/{team}", {agent: shown_agent(row, hidden) for agent, row in rows.items()})

    def _tell_queues(self, queues: list[str]) -> None:
        for queue in queues:
            self.hub.tell(f"queues/{queue}", self._queue(queue) or {})

    def _tell_parked(self, _keys: list[str]) -> None:
        for stream in self.hub.read:
            family, _, of = stream.partition("/")
            if family == "parked":
                self.hub.replace(stream, self._parked_rows.of(of))

    def _tell_totals(self, _keys: list[str]) -> None:
        for stream in self.hub.read:
            family, _, of = stream.partition("/")
            if family == "totals":
                self.hub.tell(stream, self._today(of))

    def _tell_alarms(self, alarms: list[str]) -> None:
        changes: dict[str, dict[str, BaseModel]] = {}
        for alarm in filter(None, map(self._alarms.get, alarms)):
            for stream in ("alarms", stream_of_alarm(alarm)):
                changes.setdefault(stream, {})[alarm.alarm_id] = alarm
        for stream, documents in changes.items():
            self.hub.tell(stream, documents)


def stream_of_alarm(alarm: AlarmDoc) -> str:
    """The stream for those who do not see everything: of the alarm's queue, or of the centre as a whole."""
    return "alarms/centre" if alarm.queue is None else f"alarms/queue/{alarm.queue}"
