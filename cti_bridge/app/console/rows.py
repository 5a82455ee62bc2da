"""The rows of the floor: the distributor's views and the board's figures as documents."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from acd.ahead import Change
from acd.contact_state import Place
from acd.engine import Engine
from acd.explain import Waits
from acd.said import Said
from acd.views import AgentView, ContactView, QueueView, ServiceView
from agent_console.documents.desk import CallbackDoc, CustomerBrief
from agent_console.documents.floor import (
    AgentContact,
    AgentQueue,
    AgentRow,
    ChangeAhead,
    Obstacle,
    Qualified,
    QueueAgents,
    QueueRow,
    QueueTargets,
    Totals,
    TotalTargets,
    WaitingRow,
)
from agent_console.documents.values import FigureDoc, Figures, milliseconds, moment_text
from agent_console.http.unnamed import unnamed_row
from config.models import Settings
from config.people import Reason
from config.queues import Queue
from cti_bridge.app.calendar import Closing, why_closed
from cti_bridge.app.console.trend import Trend
from cti_bridge.app.thresholds import limits_of
from cti_bridge.shell.calls import Calls, KnownCustomer
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import PhoneTrouble
from facts.states import SYSTEM_REASONS, Activity, Declared
from facts.time import Instant, to_seconds
from reporting.kpi.board import Board, Part
from reporting.kpi.cells import Cell
from reporting.kpi.figures import Figure
from reporting.kpi.live import QUEUE

QUEUE_FIGURES = (
    "offered",
    "answered",
    "abandoned",
    "abandon_rate",
    "left_otherwise",
    "in_progress",
    "service_level",
    "asa_s",
    "longest_wait_s",
    "aht_s",
)
AGENT_FIGURES = ("handled", "aht_s", "talk_s", "hold_s", "wrap_up_s", "occupancy", "rona_rate", "fcr_code")
TOTAL_FIGURES = (*QUEUE_FIGURES, "occupancy")

_LINES: Mapping[Place, str] = {
    Place.WAITING: "WAITING",
    Place.OFFERED: "OFFERED",
    Place.SCHEDULED: "SCHEDULED",
    Place.DIALLING: "DIALLING",
}
"""Where a contact of the list of those who wait can be."""


def figure_docs(figures: Mapping[str, Figure]) -> Figures:
    """Figures as documents."""
    return {name: FigureDoc.model_construct(**msgspec.structs.asdict(figure)) for name, figure in figures.items()}


def details_of(said: Said) -> dict[str, Any]:
    """What is filled into a sentence; instants as documents have them."""
    return {key: moment_text(value) if key == "at" else value for key, value in said.details.items()}


def change_ahead(change: Change) -> ChangeAhead:
    """What time will bring, as a document."""
    return ChangeAhead(at=change.at, what=change.what, code=change.what.code, details=details_of(change.what))


def obstacle(said: Said) -> Obstacle:
    """What keeps two apart, as a document."""
    return Obstacle(text=said, code=said.code, details=details_of(said))


def weighted(parts: Sequence[tuple[float, float]]) -> float | None:
    """The mean of values by their weights; where nothing weighs, all weigh the same. None: there are none."""
    if not parts:
        return None
    whole = sum(weight for _, weight in parts)
    if whole == 0:
        return round(sum(value for value, _ in parts) / len(parts), 6)
    return round(sum(value * weight for value, weight in parts) / whole, 6)


def _part(queues: Sequence[QueueView], agents: Sequence[AgentView]) -> Part:
    return Part(queues=frozenset(view.name for view in queues), agents=frozenset(view.agent_id for view in agents))


_CALLBACK_STATES: Mapping[Place, str] = {
    Place.SCHEDULED: "scheduled",
    Place.WAITING: "waiting",
    Place.OFFERED: "offered",
    Place.DIALLING: "dialling",
}
"""What a callback is doing, by its contact's place."""


class _Hidden:
    """Which queues are hidden from some who read of a team's agents, by these settings; looked at once a team."""

    def __init__(self, by: Settings) -> None:
        self.by = by
        self._teams: dict[str, frozenset[str]] = {"": frozenset()}

    def of_team(self, team: str) -> frozenset[str]:
        found = self._teams.get(team)
        if found is None:
            queues = self.by.queues.items()
            found = frozenset(name for name, queue in queues if queue.teams and team not in queue.teams)
            self._teams[team] = found
        return found


class Rows:
    """Makes them. ``settings``: those in force, for titles, teams and targets; ``known``: customers by id."""

    def __init__(
        self,
        engine: Engine,
        calls: Calls,
        board: Board,
        trend: Trend,
        settings: Callable[[], Settings],
        *,
        known: Callable[[CustomerId], KnownCustomer | None] = lambda _: None,
        phone_trouble: Callable[[AgentId], PhoneTrouble | None] = lambda _: None,
    ) -> None:
        self._phone_trouble = phone_trouble
        self._engine = engine
        self._calls = calls
        self._board = board
        self._trend = trend
        self._settings = settings
        self._known = known
        self._hidden: _Hidden | None = None

    # -- words -------------------------------------------------------------------------------------------------------

    def reason_title(self, reason: str | None) -> str | None:
        """What people call a reason for not being ready."""
        if reason is None:
            return None
        return self._settings().reasons.get(reason, Reason()).title or SYSTEM_REASONS.get(reason, reason)

    def queue_title(self, queue: str | None) -> str:
        """What people call a queue."""
        return queue_title(self._settings(), queue)

    def agent_name(self, agent: str) -> str:
        """The person's name."""
        return agent_name(self._settings(), agent)

    def queue_teams(self, queue: str) -> tuple[str, ...]:
        """Whose supervisors see a queue; none: everybody's."""
        known = self._settings().queues.get(queue)
        return known.teams if known is not None else ()

    def changes_in(self, queue: str | None, changes: Iterable[Change]) -> list[ChangeAhead]:
        """What time will bring to a contact of a queue, as all who see the queue may read it."""
        return [change_ahead(self._for_readers_of(queue, change)) for change in changes]

    def _for_readers_of(self, queue: str | None, change: Change) -> Change:
        """No contact of another queue is named to those who do not see that one."""
        other = change.what.details.get("queue") if change.what.code == "overtakes" else None
        if queue is None or not isinstance(other, str) or self._is_seen_with(queue, other):
            return change
        said = Said(f"has aged enough to go before somebody in {other}", "overtakes_somebody", queue=other)
        return Change(at=change.at, what=said)

    def _see_all(self, queue: str) -> Callable[[str], bool]:
        """Whether an agent is seen by all who see a queue."""
        settings = self._settings()
        readers = frozenset(self.queue_teams(queue) or settings.teams)

        def is_seen(agent: str) -> bool:
            known = settings.agents.get(agent)
            return known is not None and readers == {known.team}

        return is_seen

    def _is_seen_with(self, queue: str, other: str) -> bool:
        """Whether all who see a queue see the other one too."""
        teams, of_other = frozenset(self.queue_teams(queue)), frozenset(self.queue_teams(other))
        return queue == other or not of_other or (bool(teams) and teams <= of_other)

    def hidden_from(self, team: str) -> frozenset[str]:
        """Queues that not everybody sees who reads of a team's agents; only administrators do of those of no team.

        Asked with every change of an agent: kept as long as the settings are the same.
        """
        settings = self._settings()
        if self._hidden is None or self._hidden.by is not settings:
            self._hidden = _Hidden(settings)
        return self._hidden.of_team(team)

    def callback(self, view: ContactView) -> CallbackDoc | None:
        """The customer who is to be called back; None: it is no callback, or the talk has begun."""
        state = _CALLBACK_STATES.get(view.place) if view.callback else None
        if state is None:
            return None
        return CallbackDoc(
            contact_id=view.contact_id,
            queue=view.queue or "",
            number=view.callback_number,
            customer=self.customer_of(view),
            agent=view.preferred_agent,
            due=view.callback_due,
            attempt=view.callback_attempts,
            requested_at=view.joined_at,
            state=state,  # type: ignore[arg-type]  # one of the table's four
        )

    # -- agents ------------------------------------------------------------------------------------------------------

    def agent(self, view: AgentView, now: Instant) -> AgentRow:
        """An agent now and today."""
        return AgentRow(
            agent=view.agent_id,
            name=self.agent_name(view.agent_id),
            team=view.team,
            phone=view.phone,
            phone_reachable=view.phone_reachable,
            phone_trouble=self._phone_trouble(view.agent_id),
            declared=view.declared,
            activity=view.activity,
            reason=view.reason,
            reason_title=self.reason_title(view.reason),
            pending=view.pending,
            since=view.since or None,
            logged_in_at=view.logged_in_at,
            skills={str(skill): level for skill, level in view.skills.items()},
            without_queues=list(view.without_queues),
            extra_queues=list(view.extra_queues),
            contacts=list(self._contacts(view)),
            today=figure_docs(self._board.agent_figures(view.agent_id, now, AGENT_FIGURES)),
        )

    def agent_queue(self, view: ServiceView) -> AgentQueue:
        """What an agent is in a queue."""
        known = self._settings().queues.get(view.queue)
        return AgentQueue(
            queue=view.queue,
            title=self.queue_title(view.queue),
            requirement=known.requires if known is not None else "",
            by_skills=view.by_skills,
            exception=view.exception,
            serves=view.serves,
        )

    def _contacts(self, view: AgentView) -> Iterator[AgentContact]:
        for contact_id in view.contacts:
            contact = self._engine.contact(contact_id)
            call = self._calls.get(contact_id)
            yield AgentContact(
                contact_id=contact_id,
                queue=None if contact is None else contact.queue,
                state="wrap_up" if contact is None else contact.place.value,
                since=None if contact is None else contact.joined_at,
                caller="" if call is None else call.caller_number,
            )

    # -- queues ------------------------------------------------------------------------------------------------------

    def queue(self, view: QueueView, now: Instant) -> QueueRow:
        """A queue now and today."""
        today = self._board.so_far(QUEUE, view.name, now)
        closed_for, holiday = self._closed_for(view, now)
        return QueueRow(
            queue=view.name,
            title=self.queue_title(view.name),
            teams=list(self.queue_teams(view.name)),
            open=view.open,
            closed_by_hand=view.closed_by_hand,
            closed_for=closed_for,
            holiday=holiday,
            waiting=view.waiting,
            ringing=view.ringing,
            talking=view.talking,
            callbacks=view.callbacks,
            oldest_joined_at=view.oldest_joined_at,
            expected_wait_s=None if view.expected_wait_us is None else milliseconds(view.expected_wait_us),
            helped_by=list(view.helped_by),
            agents=QueueAgents(
                logged_in=view.logged_in,
                ready=view.ready,
                reserved=view.reserved,
                talking=view.busy,
                wrap_up=view.wrap_up,
                not_ready=view.not_ready,
            ),
            today=self._queue_figures(today, view.name),
            interval=self._queue_figures(self._board.present(now, view.name), view.name),
            targets=self._targets(view.name),
            trend=self._trend.of(view.name, now),
        )

    def _closed_for(self, view: QueueView, now: Instant) -> tuple[Closing | None, str | None]:
        """Why its calendar keeps a queue closed; nothing of one that is open, or closed by hand."""
        settings = self._settings()
        queue = settings.queues.get(view.name)
        hours = None if queue is None else settings.opening_hours.get(queue.opening_hours or "")
        if view.open or view.closed_by_hand or hours is None:
            return None, None
        return why_closed(hours, settings.site.time_zone, now, settings.site.language)

    def _queue_figures(self, cell: Cell, queue: QueueName) -> Figures:
        return figure_docs(self._board.figures(cell, queue, QUEUE_FIGURES))

    def _targets(self, queue: QueueName) -> QueueTargets:
        target, settings = self._board.targets.of(queue), self._settings()
        own = settings.queues.get(queue, Queue())
        limits = limits_of(own, settings.alarms)
        rate = limits.abandon_rate_above
        return QueueTargets(
            service_level=own.service_level.target,
            threshold_s=to_seconds(target.threshold_us),
            formula=target.formula,
            longest_wait_s=None if limits.longest_wait_us is None else to_seconds(limits.longest_wait_us),
            abandon_rate=own.service_level.abandon_rate if rate is None else rate,
        )

    def totals(self, now: Instant, teams: frozenset[str] | None = None) -> Totals:
        """The whole centre, or what supervisors of these teams see of it."""
        queues = [view for view in self._engine.queues() if teams is None or self._is_of(view.name, teams)]
        agents = [view for view in self._engine.agents() if teams is None or view.team in teams]
        part = None if teams is None else _part(queues, agents)
        oldest = [view.oldest_joined_at for view in queues if view.oldest_joined_at is not None]
        return Totals(
            day=self._board.day(now),
            waiting=sum(view.waiting for view in queues),
            longest_joined_at=min(oldest, default=None),
            talking=sum(view.talking for view in queues),
            agents=_everybody(agents),
            today=figure_docs(self._board.figures(self._board.total(now, part), None, TOTAL_FIGURES)),
            interval=figure_docs(self._board.figures(self._board.present(now, part=part), None, QUEUE_FIGURES)),
            targets=self._targets_over([view.name for view in queues], now),
            trend=self._trend.over(None if part is None else part.queues, now),
        )

    def _is_of(self, queue: QueueName, teams: frozenset[str]) -> bool:
        """Whether supervisors of these teams see a queue."""
        of = self.queue_teams(queue)
        return not of or not teams.isdisjoint(of)

    def _targets_over(self, queues: Sequence[QueueName], now: Instant) -> TotalTargets:
        levels, rates = list[tuple[float, float]](), list[tuple[float, float]]()
        for queue in queues:
            targets, today = self._targets(queue), self._board.so_far(QUEUE, queue, now)
            figures = self._board.figures(today, queue, ("service_level", "abandon_rate"))
            levels.append((targets.service_level, figures["service_level"].denominator or 0))
            rates.append((targets.abandon_rate, figures["abandon_rate"].denominator or 0))
        return TotalTargets(service_level=weighted(levels), abandon_rate=weighted(rates))

    # -- who waits ---------------------------------------------------------------------------------------------------

    def line(self, line: Mapping[ContactId, int], now: Instant) -> Iterator[WaitingRow]:
        """Those of a queue's line, or some of them, who still wait, and why; in the order of the line."""
        for view, why in self._engine.explain_line(line, now):
            row = self._waiting(view, why)
            if row is not None:
                yield row

    def waiting(self, view: ContactView, now: Instant) -> WaitingRow | None:
        """A contact that waits, and why; None: it does not."""
        return next(self.line({view.contact_id: view.position}, now), None)

    def _waiting(self, view: ContactView, why: Waits) -> WaitingRow | None:
        line = _LINES.get(view.place)
        if line is None or view.queue is None:
            return None
        call = self._calls.get(view.contact_id)
        row = WaitingRow(
            contact_id=view.contact_id,
            queue=view.queue,
            place=line,  # type: ignore[arg-type]  # one of the table's four
            joined_at=view.joined_at,
            priority=view.priority,
            position=view.position,
            requirement=view.requirement_text,
            caller_number="" if call is None else call.caller_number,
            caller_name="" if call is None else call.caller_name,
            customer=self.customer_of(view),
            step=view.step,
            attempt=view.attempt,
            callback_due=view.callback_due,
            offered_to=list(view.agents) if view.place is Place.OFFERED else [],
            summary=why.summary,
            code=why.summary.code,
            details=details_of(why.summary),
            qualified=Qualified(**msgspec.structs.asdict(why.staffing)),
            changes=self.changes_in(view.queue, why.changes),
        )
        return unnamed_row(row, self._see_all(view.queue))

    def customer_of(self, view: ContactView) -> CustomerBrief | None:
        """The customer, as far as a screen needs them at once; the name when it was looked up."""
        if view.customer_id is None:
            return None
        return self.customer_brief(view.customer_id, view.attributes.get("customer_tier"))

    def customer_brief(self, customer_id: CustomerId, tier: str | None) -> CustomerBrief:
        """A customer by id; ``tier``: as the call itself tells it, where nobody has looked the customer up."""
        known = self._known(customer_id)
        if known is None:
            return CustomerBrief(customer_id=customer_id, name="", tier=tier)
        standing = known.person or customer_id
        return CustomerBrief(
            customer_id=standing, name=known.name, tier=known.tier or None, language=known.language or None
        )


def agent_name(settings: Settings, agent: str) -> str:
    """The person's name; the key of one who has none, or is no more."""
    known = settings.agents.get(agent)
    return (known.name if known is not None else "") or agent


def queue_title(settings: Settings, queue: str | None) -> str:
    """What people call a queue; empty for none."""
    known = settings.queues.get(queue or "")
    return (known.title if known is not None else "") or queue or ""


def _everybody(views: list[AgentView]) -> QueueAgents:
    present = [view for view in views if view.declared is not Declared.LOGGED_OUT]
    doing = [view.activity for view in present]
    return QueueAgents(
        logged_in=len(present),
        ready=sum(view.idle_since is not None for view in present),
        reserved=doing.count(Activity.RESERVED),
        talking=doing.count(Activity.TALKING) + doing.count(Activity.HOLD),
        wrap_up=doing.count(Activity.WRAP_UP),
        not_ready=sum(view.declared is Declared.NOT_READY and view.activity is Activity.IDLE for view in present),
    )
