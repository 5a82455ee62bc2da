"""What an operator may ask of the floor from the command line: queues and their emergency closing, and why.

Like :mod:`cti_bridge.shell.agent_desk` it asks the distributor and says in words what came of it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from acd.ahead import Change
from acd.engine import Engine
from acd.events import CloseQueue, OpenQueue, ReplacePolicy
from acd.policy import Policy
from acd.views import QueueView
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.coordinator import Coordinator
from facts.ids import AgentId, ContactId, QueueName
from facts.time import SECOND, Duration, Instant

PolicyOf = Callable[[str], Policy]
"""The policy that a settings file describes; raises :class:`~cti_bridge.shell.agent_desk.DeskError`."""


class QueueLine(msgspec.Struct, frozen=True, kw_only=True):
    """One queue as a list shows it. ``state``: ``open``, ``closed`` (its hours), or ``closed by hand`` and by whom.

    ``expected_wait_s``: for who would come now; None: it cannot be told, as nobody is ready.
    """

    queue: str
    state: str
    by: str
    waiting: int
    callbacks: int
    longest_wait_s: float
    expected_wait_s: float | None
    agents_ready: int
    agents_signed_in: int


class FloorDesk:
    """Answers for queues, waiting contacts and idle agents."""

    def __init__(self, coordinator: Coordinator, policy_of: PolicyOf) -> None:
        self._coordinator = coordinator
        self._policy_of = policy_of

    @property
    def _engine(self) -> Engine:
        return self._coordinator.engine

    # -- queues ------------------------------------------------------------------------------------------------------

    def queues(self) -> list[QueueLine]:
        """Every queue."""
        return [self._line(view) for view in self._engine.queues()]

    def _line(self, view: QueueView) -> QueueLine:
        oldest = view.oldest_joined_at
        closed = "closed by hand" if view.closed_by_hand else "closed"
        return QueueLine(
            queue=view.name,
            state="open" if view.open else closed,
            by=view.closed_by,
            waiting=view.waiting,
            callbacks=view.callbacks,
            longest_wait_s=0.0 if oldest is None else _seconds(max(0, self._coordinator.now() - oldest)),
            expected_wait_s=None if view.expected_wait_us is None else _seconds(view.expected_wait_us),
            agents_ready=view.ready,
            agents_signed_in=view.logged_in,
        )

    def close(self, queue: str, by: str) -> str:
        """Emergency: nobody comes in any more, and who waits goes where the settings say."""
        view = self._queue(queue)
        if view.closed_by_hand:
            raise DeskError(f"{queue} is closed by hand already" + (f", by {view.closed_by}" if view.closed_by else ""))
        self._tell(CloseQueue(queue=view.name, by=by), queue)
        sent = view.waiting - self._queue(queue).waiting
        return f"{queue} is closed by hand until it is opened; {sent} who waited were sent away"

    def open(self, queue: str, by: str) -> str:
        """The emergency is over: the queue's hours hold again."""
        view = self._queue(queue)
        if not view.closed_by_hand:
            raise DeskError(f"{queue} is not closed by hand" + ("" if view.open else ": it is outside its hours"))
        self._tell(OpenQueue(queue=view.name, by=by), queue)
        return f"{queue} is open" if self._queue(queue).open else f"{queue} goes by its hours again, and they are over"

    def _queue(self, name: str) -> QueueView:
        view = self._engine.queue(QueueName(name))
        if view is None:
            raise DeskError(f"there is no queue {name!r}: queues are named in the settings")
        return view

    def _tell(self, event: CloseQueue | OpenQueue, queue: str) -> None:
        if not self._coordinator.tell(event):
            raise DeskError(f"{queue} could not be changed now; see the log")

    # -- why ---------------------------------------------------------------------------------------------------------

    def explain_contact(self, contact_id: str) -> dict[str, Any]:
        """Why a contact waits: who was considered, what rules each out, what will change and when."""
        now = self._coordinator.now()
        why = self._engine.explain_contact(ContactId(contact_id), now)
        if why is None:
            raise DeskError(f"no contact {contact_id!r} is in a queue or with an agent: see cordboard report contact")
        told = _plain(why)
        told["waited_s"] = _seconds(told.pop("waited_us"))
        told["changes"] = _ahead(why.changes, now)
        expected = self._engine.expected_wait(ContactId(contact_id))
        told["expected_wait_s"] = None if expected is None else _seconds(expected)
        return told

    def explain_agent(self, agent_id: str) -> dict[str, Any]:
        """Why an agent is idle, and for each waiting contact why not that one."""
        now = self._coordinator.now()
        why = self._engine.explain_agent(AgentId(agent_id), now)
        if why is None:
            raise DeskError(f"there is no agent {agent_id!r}: agents are named in the settings")
        return {**_plain(why), "changes": _ahead(why.changes, now)}

    def preview(self, config: str) -> dict[str, Any]:
        """What would become of those who wait and work if the centre went by this settings file from now on."""
        change = ReplacePolicy(policy=self._policy_of(config))
        told = _plain(self._engine.preview(change, self._coordinator.now()))
        del told["at"]
        return told


def _plain(told: msgspec.Struct) -> dict[str, Any]:
    """As JSON has it; sentences are their text."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(told, enc_hook=str))
    return plain


def _ahead(changes: Iterable[Change], now: Instant) -> list[dict[str, Any]]:
    return [{"in_s": _seconds(change.at - now), "what": str(change.what)} for change in changes]


def _seconds(duration: Duration) -> float:
    return round(duration / SECOND, 1)
