"""Agents' desks over the running daemon."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from acd.events import DeclareNotReady, DeclareReady, Event, LogIn, LogOut
from acd.views import AgentView
from agent_console.documents.desk import (
    ActName,
    CallbackDoc,
    Desk,
    DeskContact,
    DeskState,
    Dial,
    DirectoryEntry,
    MessageDoc,
    PersonalFigures,
    SetOutcome,
)
from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import Wish
from agent_console.errors import InvalidError, NotFoundError, StateChangedError
from config.models import Settings
from cti_bridge.app.console.acts import Acts
from cti_bridge.app.console.messages import Messages
from cti_bridge.app.console.rows import AGENT_FIGURES, Rows, figure_docs
from cti_bridge.app.console.state_rules import StateRules
from cti_bridge.shell.call_control.dial_rules import refusal
from cti_bridge.shell.call_control.targets import is_taken_up
from cti_bridge.shell.coordinator import Coordinator
from facts.ids import AgentId, ContactId, QueueName, ReasonCode
from facts.journal import Entry
from facts.states import Activity, Declared, Party
from facts.time import DAY, Instant
from reporting.kpi.board import Board

MOST_FOUND: Final = 50
"""Entries of the directory at once."""

LATEST_WORD: Final = DAY
"""An agent may still say what came of a contact so long after its last fact; later, supervisors correct it."""


class DaemonDesks:
    """`agent_console.ports.Desks`.

    ``past``: what the journal holds of a contact, and when something of it was erased last. ``record_with``: which of a
    customer's merged records has a number.
    """

    def __init__(
        self,
        coordinator: Coordinator,
        rows: Rows,
        board: Board,
        messages: Messages,
        *,
        settings: Callable[[], Settings],
        acts: Acts,
        rules: StateRules,
        past: Callable[[ContactId], Awaitable[tuple[Sequence[Entry], Instant | None]]],
        record_with: Callable[[str, str], Awaitable[str | None]],
    ) -> None:
        self._coordinator = coordinator
        self._rows = rows
        self._board = board
        self._messages = messages
        self._settings = settings
        self._acts = acts
        self._past = past
        self._rules = rules
        self._record_with = record_with

    # -- looking -----------------------------------------------------------------------------------------------------

    def _view(self, agent: str) -> AgentView:
        view = self._coordinator.engine.agent(AgentId(agent))
        if view is None:
            raise NotFoundError(f"there is no agent {agent!r} any more: the settings name others")
        return view

    def desk(self, agent: str) -> Desk:
        """Everything on the desk."""
        view = self._view(agent)
        return Desk(
            now=self._coordinator.now(),
            state=self._state(view),
            contacts=list(self.contacts(agent)),
            callbacks=list(self.callbacks(agent)),
            messages=self.messages(view),
        )

    def state(self, agent: str) -> DeskState:
        """The agent's own state."""
        return self._state(self._view(agent))

    def _state(self, view: AgentView) -> DeskState:
        return DeskState(
            agent=view.agent_id,
            name=self._rows.agent_name(view.agent_id),
            phone=view.phone,
            phone_reachable=view.phone_reachable,
            declared=view.declared,
            activity=view.activity,
            reason=view.reason,
            reason_title=self._rows.reason_title(view.reason),
            pending=view.pending,
            pending_reason=view.pending_reason,
            since=view.since or None,
            logged_in_at=view.logged_in_at,
            slots=view.slots,
            listening=self._acts.listening(view.agent_id),
        )

    def contacts(self, agent: str) -> Iterator[DeskContact]:
        """The contacts at the desk, the oldest first."""
        yield from self._acts.contacts(agent)

    def contact(self, agent: str, contact_id: str) -> DeskContact | None:
        """A contact at this desk."""
        return self._acts.contact(agent, contact_id)

    def callbacks(self, agent: str) -> Iterator[CallbackDoc]:
        """Callbacks that this agent may take, and those that prefer them."""
        for found in map(self._rows.callback, self._coordinator.engine.callbacks()):
            if found is not None and self.has_callback(agent, found):
                yield found

    def has_callback(self, agent: str, callback: CallbackDoc) -> bool:
        """Whether a callback stands on an agent's desk: the one rule, for the live channel and for the list."""
        may_take = self._coordinator.engine.may_take
        return callback.agent == agent or may_take(AgentId(agent), ContactId(callback.contact_id))

    def messages(self, view: AgentView) -> list[MessageDoc]:
        """What supervisors told the agent's team."""
        return self._messages.of(view.team)

    def figures(self, agent: str) -> PersonalFigures:
        """Today's figures of one agent."""
        now = self._coordinator.now()
        return PersonalFigures(
            agent=agent,
            day=self._board.day(now),
            figures=figure_docs(self._board.agent_figures(self._view(agent).agent_id, now, AGENT_FIGURES)),
        )

    # -- directory ---------------------------------------------------------------------------------------------------

    def directory(self, words: str) -> Sequence[DirectoryEntry]:
        """Whom one can transfer to: those whose name begins with the words first, and of these who is free."""
        sought = words.casefold().split()
        found = [entry for entry in self._directory() if all(word in _text(entry) for word in sought)]
        found.sort(key=lambda entry: (not _text(entry).startswith(words.casefold()), _readiness(entry), entry.title))
        return found[:MOST_FOUND]

    def _directory(self) -> Iterator[DirectoryEntry]:
        for view in self._coordinator.engine.agents():
            yield DirectoryEntry(
                kind="agent",
                to=view.agent_id,
                title=self._rows.agent_name(view.agent_id),
                state=_word(view),
                reachable=view.phone_reachable and view.declared is not Declared.LOGGED_OUT and not is_taken_up(view),
            )
        for queue in self._coordinator.engine.queues():
            yield DirectoryEntry(
                kind="queue",
                to=queue.name,
                title=self._rows.queue_title(queue.name),
                state="open" if queue.open else "closed",
                waiting=queue.waiting,
                reachable=queue.open,
            )
        for number, entry in self._settings().entry_points.items():
            if not number.endswith("*"):
                yield DirectoryEntry(kind="flow", to=entry.flow, title=entry.title or entry.flow)
        for name, known in self._settings().phone_book.items():
            allowed = not refusal(self._coordinator.control.rules.dialling, known.number)
            yield DirectoryEntry(kind="number", to=known.number, title=known.title or name, reachable=allowed)

    # -- the agent's own state ---------------------------------------------------------------------------------------

    async def sign_in(self, agent: str, phone: str | None, by: str) -> DeskState:
        """Begin the shift."""
        del by
        view = self._view(agent)
        if view.declared is not Declared.LOGGED_OUT:
            raise StateChangedError(f"{agent} is signed in already", self._state(view))
        channel = "" if phone is None else self._channel_of(phone)
        self._rules.check_phone(view.agent_id, channel)
        return self._tell(LogIn(agent_id=view.agent_id, phone=channel), "sign in")

    def _channel_of(self, phone: str) -> str:
        """The phone as the switch names it."""
        asterisk = self._settings().asterisk
        return (asterisk.phone_channel if asterisk is not None else "PJSIP/{phone}").format(phone=phone)

    async def sign_out(self, agent: str, by: str) -> DeskState:
        """End the shift; during a contact, after it."""
        del by
        return self._tell(LogOut(agent_id=self._present(agent).agent_id, by=Party.AGENT), "sign out")

    async def ready(self, agent: str, by: str) -> DeskState:
        """Want contacts."""
        del by
        return self._tell(DeclareReady(agent_id=self._present(agent).agent_id), "become ready")

    async def not_ready(self, agent: str, reason: str, by: str) -> DeskState:
        """Want none."""
        del by
        self._rules.check_reason(reason)
        event = DeclareNotReady(agent_id=self._present(agent).agent_id, reason=ReasonCode(reason))
        return self._tell(event, "become not ready")

    def _present(self, agent: str) -> AgentView:
        view = self._view(agent)
        if view.declared is Declared.LOGGED_OUT:
            raise StateChangedError(f"{agent} is not signed in: sign in first", self._state(view))
        return view

    def _tell(self, event: LogIn | LogOut | DeclareReady | DeclareNotReady, what: str) -> DeskState:
        told: Event = event
        if not self._coordinator.tell(told):
            raise StateChangedError(f"{event.agent_id} cannot {what} now", self.state(event.agent_id))
        return self.state(event.agent_id)

    # -- acts --------------------------------------------------------------------------------------------------------

    async def dial(self, agent: str, wish: Dial, by: str, *, hidden: frozenset[str]) -> DeskContact:
        """Call a number: the agent's phone rings first, then the number is dialled."""
        del by
        record, named = None, wish.customer_id
        problems = list(self._wrong_queue(agent, wish.queue, hidden))
        if named is not None:
            record = await self._record_with(named, wish.number)
            problems += [_no_customer(named)] if record is None else []
        if problems:
            raise InvalidError(problems)
        try:
            return await self._acts.dial(agent, wish.model_copy(update={"customer_id": record}))
        except StateChangedError as error:
            error.present = error.present or self.state(agent)
            raise

    def _wrong_queue(self, agent: str, queue: str | None, hidden: frozenset[str]) -> Iterator[FieldProblem]:
        if queue is None:
            return
        if queue not in self._settings().queues:
            yield FieldProblem(
                field="body.queue",
                rule=f"names {queue!r}, and there is no such queue",
                way_out="GET /api/v1/queues lists them",
            )
        elif queue in hidden and AgentId(agent) not in self._coordinator.engine.agents_of(QueueName(queue)):
            yield FieldProblem(
                field="body.queue",
                rule=f"names {queue!r}, which is a queue of other teams",
                way_out="choose a queue that you serve or see, or none",
            )

    async def act(
        self, agent: str, contact_id: str, act: ActName, wish: Wish, by: str, *, may_fetch: bool = False
    ) -> DeskContact:
        """Do something with a contact at this desk, or pick up one that a colleague parked."""
        del by
        return await self._acts.act(agent, contact_id, act, wish, may_fetch=may_fetch)

    async def set_outcome(
        self, agent: str, contact_id: str, wish: SetOutcome, by: str, *, match: str | None
    ) -> DeskContact:
        """What came of it; of a contact of the last day also when it is long over, or the daemon is a new one."""
        del by
        desks, contact = self._coordinator.control.desks, ContactId(contact_id)
        if desks.known(contact) is None:
            entries, erased_at = await self._past(contact)
            if entries and entries[-1].at > self._coordinator.now() - LATEST_WORD:
                desks.recall(contact, entries, erased_at)
        return self._acts.set_outcome(agent, contact_id, wish, match=match)


def _no_customer(customer_id: str) -> FieldProblem:
    return FieldProblem(
        field="body.customer_id",
        rule=f"names {customer_id!r}, and there is no such customer",
        way_out="GET /api/v1/customers finds them; or name none",
    )


def _text(entry: DirectoryEntry) -> str:
    return f"{entry.title} {entry.to}".casefold()


def _readiness(entry: DirectoryEntry) -> int:
    """Who can take a customer at once comes first, who cannot be called last."""
    if not entry.reachable:
        return 3
    return {"ready": 0, "open": 0, None: 0, "wrap_up": 1, "reserved": 1}.get(entry.state, 2)


def _word(view: AgentView) -> str:
    """An agent's state in one word."""
    if view.declared is Declared.LOGGED_OUT:
        return "logged_out"
    if view.activity is not Activity.IDLE:
        return view.activity.value.lower()
    return view.declared.value.lower()
