"""What supervisors do on the floor, over the running daemon. Everything is kept in the audit log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from acd.events import (
    ChangePriority,
    CloseQueue,
    DeclareNotReady,
    DeclareReady,
    Event,
    LeaveQueue,
    LogIn,
    LogOut,
    MoveContact,
    OpenQueue,
)
from acd.views import AgentView, ContactView
from agent_console.documents.administration import SettingDoc
from agent_console.documents.desk import MessageDoc
from agent_console.documents.floor import AgentRow, ParkedRow, QueueRow, WaitingRow
from agent_console.documents.supervision import Monitor, Monitored, SetAgentState, SetQueues
from agent_console.errors import EditedMeanwhileError, ForbiddenError, NotFoundError, StateChangedError
from agent_console.ports import SettingsStore
from cti_bridge.app.console.acts import Acts
from cti_bridge.app.console.audit import DaemonAudit
from cti_bridge.app.console.messages import RESOURCE, SAID, Messages
from cti_bridge.app.console.parked_rows import ParkedRows
from cti_bridge.app.console.rows import Rows
from cti_bridge.app.console.state_rules import StateRules, check_all_go_with
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.entry_desk import EntryDesk
from facts.ids import AgentId, ContactId, QueueName, ReasonCode
from facts.states import Declared, LeftQueue, Party

BY_SUPERVISOR = ReasonCode("supervisor")


class DaemonSupervision:
    """`agent_console.ports.Supervision`."""

    def __init__(
        self,
        coordinator: Coordinator,
        rows: Rows,
        messages: Messages,
        *,
        audit: DaemonAudit,
        store: SettingsStore,
        acts: Acts,
        entry_desk: EntryDesk,
        rules: StateRules,
        parked: ParkedRows,
    ) -> None:
        self._coordinator = coordinator
        self._rows = rows
        self._messages = messages
        self._audit = audit
        self._store = store
        self._acts = acts
        self._entry_desk = entry_desk
        self._rules = rules
        self._parked = parked

    # -- contacts ----------------------------------------------------------------------------------------------------

    async def monitor(self, contact_id: str, wish: Monitor, supervisor: str, agent: str | None) -> Monitored:
        """Listen, whisper or barge; ends when it is heard."""
        before = self._heard(contact_id, supervisor)
        with self._as_it_is(contact_id):
            found = await self._acts.monitor(contact_id, wish, supervisor, agent)
        await self._note(supervisor, "monitored", contact_id, before, {"mode": found.mode, "agent": found.agent})
        return found

    def _heard(self, contact_id: str, supervisor: str) -> dict[str, Any] | None:
        """What the supervisor hears of the contact now, for the audit log."""
        monitored = self._coordinator.control.supervision.monitored()
        mine = (one for one in monitored if (one.contact_id, one.supervisor) == (contact_id, supervisor))
        return next(({"mode": one.mode, "agent": one.agent_id} for one in mine), None)

    @contextmanager
    def _as_it_is(self, contact_id: str) -> Iterator[None]:
        """What is not possible is told with the contact as it is."""
        try:
            yield
        except StateChangedError as error:
            view = self._coordinator.engine.contact(ContactId(contact_id))
            if error.present is None and view is not None:
                error.present = _present(view)
            raise

    async def stop_monitoring(self, contact_id: str, supervisor: str) -> None:
        """Leave the talk."""
        before = self._heard(contact_id, supervisor)
        with self._as_it_is(contact_id):
            self._acts.stop_monitoring(contact_id, supervisor)
        await self._note(supervisor, "monitoring_stopped", contact_id, before, None)

    async def set_priority(self, contact_id: str, priority: int, by: str) -> WaitingRow:
        """Raise or lower a waiting contact."""
        before = self._waiting(contact_id)
        self._tell_contact(ChangePriority(contact_id=ContactId(contact_id), priority=priority, by=by), contact_id)
        await self._note(by, "priority", contact_id, {"priority": before.priority}, {"priority": priority})
        return self._waiting(contact_id)

    async def move(self, contact_id: str, queue: str, by: str) -> WaitingRow:
        """To another queue; also from being parked."""
        if self._parked.one(contact_id) is not None:
            return await self._send_back(contact_id, queue, by)
        before = self._waiting(contact_id)
        if before.queue == queue:
            raise StateChangedError(f"{contact_id} waits in {queue} already", before)
        self._tell_contact(MoveContact(contact_id=ContactId(contact_id), queue=QueueName(queue), by=by), contact_id)
        await self._note(by, "moved", contact_id, {"queue": before.queue}, {"queue": queue})
        return self._waiting(contact_id)

    async def send_back(self, contact_id: str, by: str) -> WaitingRow:
        """From being parked into its queue."""
        return await self._send_back(contact_id, None, by)

    async def _send_back(self, contact_id: str, queue: str | None, by: str) -> WaitingRow:
        before = self._parked_row(contact_id)
        try:
            await self._acts.send_back(contact_id, queue)
        except StateChangedError as error:
            error.present = self._parked.one(contact_id)
            raise
        row = self._waiting(contact_id)
        action = "sent_back" if queue is None else "moved"
        await self._note(by, action, contact_id, _parked(before), {"queue": row.queue})
        return row

    async def withdraw(self, contact_id: str, by: str) -> None:
        """Take it out of the queue; of a parked one the call ends."""
        parked = self._parked.one(contact_id)
        if parked is not None:
            await self._acts.end_parked(contact_id)
            await self._note(by, "withdrawn", contact_id, _parked(parked), None)
            return
        before = self._waiting(contact_id)
        self._acts.withdraw(contact_id, by)
        await self._note(by, "withdrawn", contact_id, {"queue": before.queue}, None)

    async def cancel_callback(self, contact_id: str, by: str) -> None:
        """Nobody calls back any more."""
        view = self._coordinator.engine.contact(ContactId(contact_id))
        if view is None or not view.callback:
            raise NotFoundError(f"there is no callback {contact_id!r}: GET /api/v1/callbacks lists them")
        self._tell_contact(LeaveQueue(contact_id=ContactId(contact_id), cause=LeftQueue.WITHDRAWN), contact_id)
        await self._note(by, "callback_cancelled", contact_id, {"queue": view.queue}, None)

    def _parked_row(self, contact_id: str) -> ParkedRow:
        row = self._parked.one(contact_id)
        if row is None:
            view = self._coordinator.engine.contact(ContactId(contact_id))
            present = None if view is None else _present(view)
            raise StateChangedError(f"{contact_id} is not parked any more", present, reason_id="not_parked")
        return row

    def _waiting(self, contact_id: str) -> WaitingRow:
        view = self._coordinator.engine.contact(ContactId(contact_id))
        parked = self._parked.one(contact_id) if view is None else None
        if parked is not None:
            raise StateChangedError(f"{contact_id} is parked: send it back into its queue first", parked)
        if view is None:
            raise NotFoundError(f"no contact {contact_id!r} waits or talks now")
        row = self._rows.waiting(view, self._coordinator.now())
        if row is None:
            raise StateChangedError(f"{contact_id} does not wait any more", _present(view))
        return row

    def _tell_contact(self, event: Event, contact_id: str) -> None:
        if not self._coordinator.tell(event):
            view = self._coordinator.engine.contact(ContactId(contact_id))
            raise StateChangedError("this is not possible any more", None if view is None else _present(view))

    async def _note(self, by: str, action: str, contact_id: str, before: Any, after: Any) -> None:
        await self._audit.note(by, action, "contact", contact_id, before=before, after=after)

    # -- agents ------------------------------------------------------------------------------------------------------

    async def set_state(self, agent: str, wish: SetAgentState, by: str) -> AgentRow:
        """Sign somebody in or out, make them ready or not."""
        said = {"reason": Declared.NOT_READY} if wish.reason is not None else {}
        check_all_go_with({**said, "force": Declared.LOGGED_OUT} if wish.force else said, wish.declared)
        if wish.reason is not None:
            self._rules.check_reason(wish.reason)
        before = self._agent(agent)
        events = _events(before, wish)
        if isinstance(events[0], LogIn):
            self._check_phone_is_free(before)
        for done, event in enumerate(events):
            if not self._coordinator.tell(event):
                if done:
                    await self._note_state(before, Declared.NOT_READY, SetAgentState(declared=wish.declared), by)
                raise StateChangedError(f"{agent} cannot become {wish.declared.value} now", self._row(agent))
        await self._note_state(before, wish.declared, wish, by)
        return self._row(agent)

    def _check_phone_is_free(self, view: AgentView) -> None:
        engine = self._coordinator.engine
        name = engine.who_else_is_at(view.agent_id)
        other = None if name is None else engine.agent(name)
        if other is not None:
            raise StateChangedError(
                f"{view.agent_id} cannot sign in at {other.phone}: {other.agent_id} works there, and has to sign out "
                f"first, or {view.agent_id} signs in at another phone",
                self._row(view.agent_id),
            )

    async def _note_state(self, before: AgentView, declared: Declared, wish: SetAgentState, by: str) -> None:
        told = {"declared": before.declared.value, "reason": before.reason}
        after = {"declared": declared.value, "reason": wish.reason, "force": wish.force}
        await self._audit.note(by, "state", "agent", before.agent_id, before=told, after=after)

    async def set_skills(self, agent: str, skills: Mapping[str, int], *, match: str | None, by: str) -> AgentRow:
        """An agent's full set of skills: a change of the settings, which can be undone there."""
        entry = await self._entry(agent)
        return await self._put(entry, {**entry.document, "skills": dict(skills)}, match=match, by=by)

    async def set_queues(
        self, agent: str, wish: SetQueues, *, hidden: frozenset[str], match: str | None, by: str
    ) -> AgentRow:
        """Queues in which an agent is an exception: likewise. What the wish does not say of hidden queues stays."""
        entry = await self._entry(agent)
        document = dict(entry.document)
        for key, wished in (("without_queues", wish.without_queues), ("extra_queues", wish.extra_queues)):
            queues = _with_hidden(document.pop(key, None) or [], wished, hidden)
            if queues:
                document[key] = queues
        return await self._put(entry, document, match=match, by=by)

    async def _put(self, entry: SettingDoc, document: Any, *, match: str | None, by: str) -> AgentRow:
        """Change an agent's settings; who was overtaken is told how the agent is now, not all their settings."""
        try:
            await self._store.put("agents", entry.name, document, match=match or entry.etag, by=by)
        except EditedMeanwhileError as error:
            error.present = None if error.present is None else self._row(entry.name)
            raise
        return self._row(entry.name)

    async def _entry(self, agent: str) -> SettingDoc:
        self._agent(agent)
        entry = await self._store.entry("agents", agent)
        if entry is None:
            raise NotFoundError(f"there is no agent {agent!r} in the settings")
        return entry

    def _agent(self, agent: str) -> AgentView:
        view = self._coordinator.engine.agent(AgentId(agent))
        if view is None:
            raise NotFoundError(f"there is no agent {agent!r}: GET /api/v1/agents lists them")
        return view

    def _row(self, agent: str) -> AgentRow:
        return self._rows.agent(self._agent(agent), self._coordinator.now())

    # -- teams and queues --------------------------------------------------------------------------------------------

    async def say(self, team: str, text: str, by: str) -> MessageDoc:
        """A message to a team's desks."""
        message = self._messages.say(team, text, by)
        await self._audit.note(by, SAID, RESOURCE, team, after={"text": text})
        return message

    async def close_queue(self, queue: str, by: str) -> QueueRow:
        """Emergency: nobody is taken any more."""
        return await self._turn(CloseQueue(queue=QueueName(queue), by=by), queue, by, "closed")

    async def open_queue(self, queue: str, by: str) -> QueueRow:
        """The hours hold again."""
        return await self._turn(OpenQueue(queue=QueueName(queue), by=by), queue, by, "opened")

    async def _turn(self, event: CloseQueue | OpenQueue, queue: str, by: str, action: str) -> QueueRow:
        before = self._queue(queue)
        if not self._coordinator.tell(event):
            raise StateChangedError(f"{queue} is {action} by hand already", before)
        after = self._queue(queue)
        await self._audit.note(by, action, "queue", queue, before=_openness(before), after=_openness(after))
        return after

    async def throw_emergency(self, number: str, by: str) -> None:
        """The emergency flow answers from the next call on."""
        self._switch(self._entry_desk.throw, number, by)
        await self._note_switched(number, by, thrown=True)

    async def put_back_emergency(self, number: str, by: str) -> None:
        """The number is answered as usual."""
        self._switch(self._entry_desk.put_back, number, by)
        await self._note_switched(number, by, thrown=False)

    async def _note_switched(self, number: str, by: str, *, thrown: bool) -> None:
        action = "emergency_thrown" if thrown else "emergency_put_back"
        before, after = {"emergency": not thrown}, {"emergency": thrown}
        await self._audit.note(by, action, "entry_point", number, before=before, after=after)

    def _switch(self, change: Callable[[str, str], str], number: str, by: str) -> None:
        try:
            change(number, by)
        except DeskError as error:
            raise StateChangedError(str(error)) from error

    def _queue(self, queue: str) -> QueueRow:
        view = self._coordinator.engine.queue(QueueName(queue))
        if view is None:
            raise NotFoundError(f"there is no queue {queue!r}: GET /api/v1/queues lists them")
        return self._rows.queue(view, self._coordinator.now())


def _events(view: AgentView, wish: SetAgentState) -> list[Event]:
    """What brings an agent from how they are to what is wished."""
    agent = view.agent_id
    out = view.declared is Declared.LOGGED_OUT
    first: list[Event] = [LogIn(agent_id=agent)] if out and wish.declared is not Declared.LOGGED_OUT else []
    match wish.declared:
        case Declared.LOGGED_OUT:
            return [LogOut(agent_id=agent, by=Party.SUPERVISOR, force=wish.force)]
        case Declared.READY:
            return [*first, DeclareReady(agent_id=agent, by=Party.SUPERVISOR)]
        case _:
            reason = ReasonCode(wish.reason) if wish.reason is not None else BY_SUPERVISOR
            return [*first, DeclareNotReady(agent_id=agent, reason=reason, by=Party.SUPERVISOR)]


def _with_hidden(present: Sequence[str], wished: Sequence[str], hidden: frozenset[str]) -> list[str]:
    """The queues that are wished, each once, and those that are hidden; raises for a hidden one that is not there."""
    kept = [queue for queue in present if queue in hidden]
    for queue in wished:
        if queue in hidden and queue not in kept:
            raise ForbiddenError(f"{queue} belongs to other teams")
    return list(dict.fromkeys((*kept, *wished)))


def _parked(row: ParkedRow) -> dict[str, Any]:
    """A parked contact, as the audit log tells it."""
    return {"parked_by": row.parked_by, "queue": row.queue}


def _openness(row: QueueRow) -> dict[str, bool]:
    return {"open": row.open, "closed_by_hand": row.closed_by_hand}


def _present(view: ContactView) -> dict[str, Any]:
    """A contact that does not wait, as a refusal shows it."""
    return {"contact_id": view.contact_id, "queue": view.queue, "place": view.place.value, "agents": list(view.agents)}
