"""Looking at a running demo: entries and the engine's views become a :class:`~cti_bridge.app.demo_board.Picture`."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from acd.engine import Engine
from acd.views import AgentView, QueueView
from config.models import Settings
from cti_bridge.app.demo_board import AgentCell, Happening, Picture, QueueLine, clock
from cti_bridge.app.demo_figures import DemoFigures
from facts.journal import (
    AgentStateChanged,
    AnyFact,
    ContactAbandoned,
    ContactConnected,
    ContactLeftQueue,
    Entry,
    OfferEnded,
    RequirementRelaxed,
    SwitchConnected,
    SwitchLost,
)
from facts.states import SYSTEM_REASONS, Activity, Declared, OfferOutcome
from facts.time import Duration, Instant, to_seconds
from reporting.kpi.report import Row

_REMEMBERED = 60
"""Happenings, as many as the tallest terminal shows."""

_ACTIVITIES = {
    Activity.RESERVED: "ringing",
    Activity.TALKING: "talking",
    Activity.HOLD: "talking",
    Activity.WRAP_UP: "wrap-up",
}
_NOT_TAKEN = {
    OfferOutcome.NO_ANSWER: "did not answer",
    OfferOutcome.REJECTED: "refused the call",
    OfferOutcome.BUSY: "had a busy phone",
    OfferOutcome.UNREACHABLE: "could not be reached",
}


class DemoWatch:
    """Reads entries, and takes pictures. ``length``: how long the demo is to last."""

    def __init__(self, settings: Settings, figures: DemoFigures, *, speed: float, length: Duration | None) -> None:
        self._settings = settings
        self._figures = figures
        self._speed = speed
        self._length = length
        self._zone = figures.query.zone
        self._happenings: deque[Happening] = deque(maxlen=_REMEMBERED)

    def read(self, entry: Entry) -> None:
        """Remember what is worth a line."""
        found = _TELLING.get(type(entry.fact))
        told = found(entry.fact) if found is not None else None
        if told is not None:
            text, is_bad = told
            where = self._title(entry.fact.queue) if entry.fact.queue else ""
            self._happenings.append(Happening(at=self._moment(entry.at), where=where, text=text, is_bad=is_bad))

    def picture(self, engine: Engine, now: Instant, began: Instant) -> Picture:
        """The centre as it is now."""
        report = self._figures.report()
        rows = {row.slice["queue"]: row for row in report.rows}
        queues = tuple(self._queue(view, rows.get(view.name), now) for view in engine.queues())
        waits = [queue.longest for queue in queues if queue.longest is not None]
        total = QueueLine(
            title="All queues",
            waiting=sum(queue.waiting for queue in queues),
            longest=max(waits, default=None),
            threshold_s=to_seconds(self._figures.query.targets.default.threshold_us),
            goal=min((queue.goal for queue in queues if queue.goal is not None), default=None),
            **_figures_of(report.total),
        )
        return Picture(
            now=self._moment(now),
            speed=self._speed,
            passed=now - began,
            length=self._length,
            queues=queues,
            total=total,
            agents=tuple(_agent(view, now) for view in engine.agents()),
            occupancy=report.total.figures["occupancy"].value,
            happenings=tuple(self._happenings),
        )

    def _queue(self, view: QueueView, row: Row | None, now: Instant) -> QueueLine:
        target = self._figures.query.targets.of(view.name)
        return QueueLine(
            title=self._title(view.name),
            waiting=view.waiting,
            longest=None if view.oldest_joined_at is None else now - view.oldest_joined_at,
            threshold_s=to_seconds(target.threshold_us),
            goal=target.goal,
            **(_figures_of(row) if row is not None else {}),
        )

    def _title(self, queue: str) -> str:
        known = self._settings.queues.get(queue)
        return (known.title if known is not None else "") or queue

    def _moment(self, at: Instant) -> datetime:
        return datetime.fromtimestamp(to_seconds(at), self._zone)


def _figures_of(row: Row) -> dict[str, Any]:
    names = ("offered", "answered", "abandoned", "asa_s", "service_level")
    return {name: row.figures[name].value for name in names}


def _agent(view: AgentView, now: Instant) -> AgentCell:
    if view.declared is Declared.LOGGED_OUT:
        state = "offline"
    elif view.activity is not Activity.IDLE:
        state = _ACTIVITIES[view.activity]
    else:
        state = "ready" if view.declared is Declared.READY else "not ready"
    return AgentCell(name=view.agent_id, state=state, lasts=now - view.since)


# -- what is worth a line --------------------------------------------------------------------------------------------

Told = tuple[str, bool] | None
"""The line's text, and whether it is bad news; None for no line."""


def _connected(fact: ContactConnected) -> Told:
    return f"{fact.agent_id} answered after {clock(fact.waited_us or 0)}", False


def _abandoned(fact: ContactAbandoned) -> Told:
    if fact.stage == "menu":
        return "a caller hung up in the menu", False
    ringing = ", while a phone rang" if fact.stage == "ringing" else ""
    return f"a caller gave up after {clock(fact.waited_us or 0)}{ringing}", True


def _left(fact: ContactLeftQueue) -> Told:
    to = f", on to {fact.to}" if fact.to else ""
    return f"a caller left the queue: {fact.outcome.value.replace('_', ' ')}{to}", True


def _offer_ended(fact: OfferEnded) -> Told:
    text = _NOT_TAKEN.get(fact.outcome)
    return None if text is None else (f"{fact.agent_id} {text}", True)


def _relaxed(fact: RequirementRelaxed) -> Told:
    return f"after {clock(fact.after_us)} now wanted: {fact.requirement}", False


def _state_changed(fact: AgentStateChanged) -> Told:
    if fact.declared is not Declared.NOT_READY or fact.activity is not Activity.IDLE or fact.reason == "login":
        return None
    reason = fact.reason or ""
    return f"{fact.agent_id} is not ready: {SYSTEM_REASONS.get(reason, reason)}", False


_TELLING: Mapping[type[AnyFact], Callable[[Any], Told]] = {
    ContactConnected: _connected,
    ContactAbandoned: _abandoned,
    ContactLeftQueue: _left,
    OfferEnded: _offer_ended,
    RequirementRelaxed: _relaxed,
    AgentStateChanged: _state_changed,
    SwitchConnected: lambda _fact: ("the switch is connected", False),
    SwitchLost: lambda _fact: ("the switch is gone", True),
}
