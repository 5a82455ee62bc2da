"""The lines of queues on the live channel: long ones are told a part at a time, and at a pace that they allow.

In a line of a thousand nearly every row changes with whatever an agent does. So nothing else of the daemon waits for
more than a part of a line, and all lines together take at most a tenth of its time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, Final

from pydantic import BaseModel
from twisted.internet.interfaces import IDelayedCall

from acd.engine import Engine
from agent_console.live.hub import Hub
from cti_bridge.app.console.rows import Rows
from facts.ids import ContactId, QueueName
from facts.time import Instant

WAITING_S: Final = 0.5
"""Short lines are told so soon after each other."""

AT_ONCE: Final = 100
"""So many of a line are told in one turn of the loop."""

SHARE: Final = 0.1
"""The most of the daemon's time that lines take."""


class Lines:
    """Tells who waits in the queues that were marked."""

    def __init__(
        self,
        reactor: Any,
        engine: Engine,
        rows: Rows,
        hub: Hub,
        *,
        now: Callable[[], Instant],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._reactor = reactor
        self._engine = engine
        self._rows = rows
        self._hub = hub
        self._now = now
        self._clock = clock
        self._marked: dict[str, None] = {}
        self._parts: Iterator[None] | None = None
        self._call: IDelayedCall | None = None
        self._next_at = float("-inf")
        self._began = 0.0
        self._spent_s = 0.0

    def rows(self, queue: str) -> Mapping[str, BaseModel]:
        """A whole line, by contact."""
        return self._rows_of(self._engine.line(QueueName(queue)))

    def _rows_of(self, line: Mapping[ContactId, int]) -> dict[str, BaseModel]:
        return {row.contact_id: row for row in self._rows.line(line, self._now())}

    def mark(self, queue: str) -> None:
        """Something of this line may have changed."""
        if self._hub.is_read(_stream(queue)):
            self._marked[queue] = None
            if self._call is None:
                self._call = self._reactor.callLater(max(0.0, self._next_at - self._clock()), self._tell)

    def stop(self) -> None:
        """Tell nothing more."""
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _tell(self) -> None:
        """Tell the next part; after the last one rest for as long as lines of this length need."""
        self._call = None
        began = self._clock()
        if self._parts is None:
            marked, self._marked = list(self._marked), {}
            self._began, self._spent_s = began, 0.0
            self._parts = self._all_parts(marked)
        if next(self._parts, self) is self:
            self._parts = None
        self._spent_s += self._clock() - began
        if self._parts is not None:
            self._call = self._reactor.callLater(0, self._tell)
            return
        self._next_at = self._began + max(WAITING_S, self._spent_s / SHARE)
        for queue in list(self._marked):
            self.mark(queue)

    def _all_parts(self, queues: Sequence[str]) -> Iterator[None]:
        for queue in queues:
            line = self._engine.line(QueueName(queue))
            self._hub.keep(_stream(queue), line)
            places = list(line.items())
            for first in range(0, len(places), AT_ONCE):
                part = dict(places[first : first + AT_ONCE])
                here = self._rows_of(part)
                self._hub.tell(_stream(queue), {contact: here.get(contact) for contact in part})
                yield


def _stream(queue: str) -> str:
    return f"waiting/{queue}"
