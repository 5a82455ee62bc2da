"""The floor over a running daemon: every look is answered from memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from acd.engine import Engine
from acd.said import Said
from agent_console.documents.desk import CallbackDoc
from agent_console.documents.floor import (
    AgentQueue,
    AgentRow,
    AgentVerdict,
    AgentWhy,
    AlarmDoc,
    ContactVerdict,
    ContactWhy,
    DispositionDoc,
    EntryPointDoc,
    OpeningHoursDoc,
    OpenSpan,
    ParkedRow,
    QueueRow,
    ReasonDoc,
    SkillDoc,
    TeamDoc,
    Totals,
    WaitingRow,
)
from agent_console.documents.health import Part
from agent_console.ports import Place
from config.models import Settings
from config.telephony import EntryPoint
from cti_bridge.app.calendar import open_intervals
from cti_bridge.app.console.alarms import Alarms
from cti_bridge.app.console.former_queues import FormerQueues
from cti_bridge.app.console.parked_rows import ParkedRows
from cti_bridge.app.console.rows import Rows, change_ahead, details_of, obstacle
from cti_bridge.app.readiness import Readiness
from cti_bridge.app.wiring import Daemon
from cti_bridge.shell.entry_desk import EntryDesk, EntryLine
from facts.ids import AgentId, ContactId, QueueName
from facts.states import SYSTEM_REASONS
from facts.time import DAY, Instant, to_seconds

SHOWN_AHEAD = 7 * DAY
"""So far opening hours are told."""


class DaemonFloor:
    """`agent_console.ports.Floor`. ``settings``: those in force; ``metrics``: the page for Prometheus."""

    def __init__(
        self,
        daemon: Daemon,
        rows: Rows,
        alarms: Alarms,
        settings: Callable[[], Settings],
        *,
        metrics: Callable[[], bytes],
        version: str,
        readiness: Readiness,
        former: FormerQueues,
        parked: ParkedRows,
    ) -> None:
        self._daemon = daemon
        self._rows = rows
        self._alarms = alarms
        self._settings = settings
        self._metrics = metrics
        self._version = version
        self._readiness = readiness
        self._former = former
        self._parked = parked
        self._entry_desk = EntryDesk(daemon.coordinator, daemon.menus.entry_points)

    @property
    def _engine(self) -> Engine:
        return self._daemon.coordinator.engine

    def now(self) -> Instant:
        """The daemon's clock."""
        return self._daemon.coordinator.now()

    def place(self) -> Place:
        """The site."""
        site = self._settings().site
        return Place(site=site.name, language=site.language, time_zone=site.time_zone, version=self._version)

    # -- rows --------------------------------------------------------------------------------------------------------

    def agents(self) -> Sequence[AgentRow]:
        """Every agent."""
        now = self.now()
        return [self._rows.agent(view, now) for view in self._engine.agents()]

    def agent(self, agent: str) -> AgentRow | None:
        """One agent."""
        view = self._engine.agent(AgentId(agent))
        return None if view is None else self._rows.agent(view, self.now())

    def agent_queues(self, agent: str) -> Sequence[AgentQueue]:
        """What an agent is in each queue."""
        return [self._rows.agent_queue(view) for view in self._engine.services(AgentId(agent))]

    def queues(self) -> Sequence[QueueRow]:
        """Every queue."""
        now = self.now()
        return [self._rows.queue(view, now) for view in self._engine.queues()]

    def queue(self, queue: str) -> QueueRow | None:
        """One queue."""
        view = self._engine.queue(QueueName(queue))
        return None if view is None else self._rows.queue(view, self.now())

    def queue_teams(self) -> Mapping[str, Sequence[str]]:
        """Every queue with the teams whose supervisors see it."""
        return {queue.name: self._rows.queue_teams(queue.name) for queue in self._engine.policy.queues}

    def former_queues(self) -> Mapping[str, Sequence[str] | None]:
        """Queues that are no more, with the teams whose supervisors saw them."""
        return self._former.teams()

    def waiting(self, queue: str | None = None) -> Sequence[WaitingRow]:
        """Who waits, by position."""
        now, engine = self.now(), self._engine
        names = [one.name for one in engine.policy.queues] if queue is None else [QueueName(queue)]
        return [row for name in names for row in self._rows.line(engine.line(name), now)]

    def callbacks(self) -> Sequence[CallbackDoc]:
        """Customers who are to be called back."""
        found = (self._rows.callback(view) for view in self._engine.callbacks())
        return [callback for callback in found if callback is not None]

    def parked(self) -> Sequence[ParkedRow]:
        """Customers whom agents parked."""
        return self._parked.all()

    def parker_of(self, contact_id: str) -> str | None:
        """Who parked a contact last."""
        return self._parked.parker(contact_id)

    def alarms(self) -> Sequence[AlarmDoc]:
        """Alarms of today."""
        return self._alarms.all()

    def totals(self, teams: frozenset[str] | None = None) -> Totals:
        """The whole centre, or what supervisors of these teams see of it."""
        return self._rows.totals(self.now(), teams)

    def agents_of(self, contact_id: str) -> Sequence[str] | None:
        """Who has the contact; None: it is not live."""
        view = self._engine.contact(ContactId(contact_id))
        if view is not None:
            return view.agents
        parked = self._parked.one(contact_id)
        if parked is not None:
            return [parked.parked_by]
        call = self._daemon.coordinator.calls.get(ContactId(contact_id))
        return None if call is None else [call.agent_id] if call.agent_id is not None else []

    def queue_of(self, contact_id: str) -> str | None:
        """The queue in which a live contact is, or was last."""
        view = self._engine.contact(ContactId(contact_id))
        if view is not None and view.queue is not None:
            return view.queue
        dossier = self._daemon.coordinator.control.desks.known(ContactId(contact_id))
        return None if dossier is None else dossier.queue

    # -- why ---------------------------------------------------------------------------------------------------------

    def explain_contact(self, contact_id: str) -> ContactWhy | None:
        """Why a contact still waits, or is parked."""
        parked = self._parked.explain(contact_id)
        if parked is not None:
            return parked
        why = self._engine.explain_contact(ContactId(contact_id), self.now())
        if why is None:
            return None
        return ContactWhy(
            contact_id=contact_id,
            queue=why.queue,
            place=why.place.value,
            waited_s=to_seconds(why.waited_us),
            position=why.position,
            requirement=why.requirement,
            summary=why.summary,
            code=why.summary.code,
            details=details_of(why.summary),
            agents=[self._verdict(found.agent_id, found.qualified, found.ruled_out_by) for found in why.agents],
            changes=self._rows.changes_in(why.queue, why.changes),
        )

    def _verdict(self, agent: AgentId, qualified: bool, obstacles: Sequence[Said]) -> AgentVerdict:
        view = self._engine.agent(agent)
        return AgentVerdict(
            agent=agent,
            name=self._rows.agent_name(agent),
            qualified=qualified,
            ruled_out_by=[obstacle(said) for said in obstacles],
            since=None if view is None else view.since or None,
        )

    def explain_agent(self, agent: str) -> AgentWhy | None:
        """Why an agent is offered nothing."""
        why = self._engine.explain_agent(AgentId(agent), self.now())
        if why is None:
            return None
        return AgentWhy(
            agent=agent,
            summary=why.summary,
            code=why.summary.code,
            details=details_of(why.summary),
            obstacles=[obstacle(said) for said in why.obstacles],
            contacts=[
                ContactVerdict(
                    contact_id=found.contact_id,
                    queue=self.queue_of(found.contact_id),
                    qualified=found.qualified,
                    ruled_out_by=[obstacle(said) for said in found.ruled_out_by],
                )
                for found in why.contacts
            ],
            changes=[change_ahead(change) for change in why.changes],
        )

    # -- words of the settings ---------------------------------------------------------------------------------------

    def teams(self) -> Sequence[TeamDoc]:
        """Teams with their agents."""
        settings = self._settings()
        return [
            TeamDoc(
                team=name,
                title=team.title or name,
                agents=[key for key, agent in settings.agents.items() if agent.team == name],
            )
            for name, team in settings.teams.items()
        ]

    def skills(self) -> Sequence[SkillDoc]:
        """Skills with who has them now."""
        have: dict[str, dict[str, int]] = {}
        for view in self._engine.agents():
            for skill, level in view.skills.items():
                have.setdefault(skill, {})[view.agent_id] = level
        return [
            SkillDoc(skill=skill, title=title, agents=have.get(skill, {}))
            for skill, title in self._settings().skills.items()
        ]

    def reasons(self) -> Sequence[ReasonDoc]:
        """Reasons that a person can choose, then those of the system."""
        own = [
            ReasonDoc(reason=code, title=reason.title or code, digits=reason.digits, productive=reason.productive)
            for code, reason in self._settings().reasons.items()
        ]
        return own + [
            ReasonDoc(reason=code, title=title, digits=None, productive=False, system=True)
            for code, title in SYSTEM_REASONS.items()
        ]

    def dispositions(self) -> Sequence[DispositionDoc]:
        """What may come of a contact."""
        return [
            DispositionDoc(disposition=code, title=disposition.title or code, resolved=disposition.resolved)
            for code, disposition in self._settings().dispositions.items()
        ]

    def entry_points(self) -> Sequence[EntryPointDoc]:
        """Dialled numbers."""
        entries = self._settings().entry_points
        lines = {line.entry_point: line for line in self._entry_desk.entries()}
        return [_entry_point(number, entry, lines.get(number)) for number, entry in entries.items()]

    def opening_hours(self) -> Sequence[OpeningHoursDoc]:
        """Calendars, with the days ahead."""
        settings, now = self._settings(), self.now()
        return [_calendar(settings, name, now) for name in settings.opening_hours]

    # -- health ------------------------------------------------------------------------------------------------------

    def parts(self) -> Sequence[Part]:
        """Journal, switch, and what calls go on without."""
        return list(self._parts())

    def _parts(self) -> Iterator[Part]:
        health = self._daemon.health
        waits = f"{health.facts_waiting} facts wait in memory, {health.spool_bytes} bytes in the spool"
        yield Part(
            part="journal",
            ready=not health.has_journal_trouble,
            reason=f"the database takes no facts: {waits}; see the log" if health.has_journal_trouble else "",
        )
        yield Part(
            part="switch",
            ready=health.is_switch_connected,
            reason="" if health.is_switch_connected else "Asterisk is not connected: cordboard doctor tells why",
        )
        for state in self._readiness.parts():
            yield Part(part=state.part, ready=not state.reason, reason=state.reason, needed=state.needed)

    def metrics(self) -> bytes:
        """The page for Prometheus."""
        return self._metrics()


def _entry_point(number: str, entry: EntryPoint, line: EntryLine | None) -> EntryPointDoc:
    thrown = line is not None and line.emergency
    return EntryPointDoc(
        number=number,
        title=entry.title or number,
        flow=entry.flow,
        queue=entry.queue,
        emergency_flow=entry.emergency,
        emergency=thrown,
        emergency_by=line.by if line is not None and thrown else None,
    )


def _calendar(settings: Settings, name: str, now: Instant) -> OpeningHoursDoc:
    hours = settings.opening_hours[name]
    zone = hours.time_zone or settings.site.time_zone
    spans = open_intervals(hours, zone, now - DAY, now + SHOWN_AHEAD)
    return OpeningHoursDoc(
        name=name,
        time_zone=zone,
        open=any(begin <= now < end for begin, end in spans),
        spans=[OpenSpan(opens=begin, closes=end) for begin, end in spans if end > now],
    )
