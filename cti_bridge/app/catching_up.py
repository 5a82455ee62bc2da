"""Brings a reader of facts to where the journal ended, while the daemon already answers calls.

The daemon's own facts from its start on (`CatchUp.read`) wait until all that was before them has been taken in; then
they follow, each once, in order. The journal is read in a thread, a little at a time, and what was read is taken in
on the reactor in slices of a few milliseconds, so that neither waits for the other and nobody sees half a change.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool

from facts.ids import NodeName
from facts.journal import Entry
from facts.time import Instant
from storage.errors import StorageError

log = structlog.get_logger(__name__)

SLICE = 200
"""Facts taken in at once: two or three milliseconds."""

RETRY_S = 2.0
"""Until a database that is away, or lacks facts that wait in the spool, is asked again."""


class Source(Protocol):
    """The journal, as far as it is read here."""

    def last_seq(self, node: NodeName) -> int:
        """The number of the node's last fact in it."""
        ...

    def entries(
        self,
        from_at: Instant | None = None,
        *,
        after: Mapping[NodeName, int] | None = None,
    ) -> Iterator[Entry]:
        """The facts from an instant on, with what they say of people."""
        ...


class CatchUp:
    """Feeds ``take`` with the journal's facts from ``from_at`` on, and then with those that were read meanwhile.

    They come with what the journal keeps of people. ``on_level`` is called before the first of those that were
    read meanwhile. `is_level`: facts are taken in as they happen.
    """

    def __init__(
        self,
        reactor: Any,
        source: Source,
        take: Callable[[Entry], None],
        *,
        from_at: Instant,
        on_level: Callable[[], None],
    ) -> None:
        self._reactor = reactor
        self._source = source
        self._take = take
        self._from_at = from_at
        self._on_level = on_level
        self._waiting: deque[Entry] = deque()
        self._had: dict[NodeName, int] = {}
        self._stopped = False
        self._is_in_trouble = False
        self.is_level = False

    def read(self, entry: Entry) -> None:
        """Take in the next fact of this daemon, now or when it is its turn."""
        if self.is_level:
            self._take(entry)
        else:
            self._waiting.append(entry)

    def stop(self) -> None:
        """Catch up no further."""
        self._stopped = True

    async def run(self) -> None:
        """Catch up; to be called once the daemon has recorded the first fact of its own."""
        first = self._waiting[0] if self._waiting else None
        while not self._stopped:
            try:
                await self._read_back(first)
                break
            except StorageError as error:
                self._tell(str(error))
                await deferLater(self._reactor, RETRY_S)
        if self._stopped:
            return
        self._on_level()
        await self._follow_up()

    async def _read_back(self, first: Entry | None) -> None:
        """Take in what was before this daemon's first fact, and what others wrote until now."""
        while first is not None and await self._in_thread(lambda: self._lacks(first)):
            self._tell(f"the journal still lacks facts of {first.node} from before its start")
            await deferLater(self._reactor, RETRY_S)
            if self._stopped:
                return
        entries = self._source.entries(self._from_at, after=dict(self._had))
        while batch := await self._in_thread(lambda: list(islice(entries, SLICE))):
            if self._stopped:
                return
            for entry in batch:
                if first is None or entry.node != first.node or entry.seq < first.seq:
                    self._take(entry)
                    self._had[entry.node] = entry.seq

    def _lacks(self, first: Entry) -> bool:
        """Whether facts of this node wait in the spool still."""
        return self._source.last_seq(first.node) < first.seq - 1

    async def _follow_up(self) -> None:
        """Take in what has happened since, as quickly as it happens or quicker."""
        while len(self._waiting) > SLICE and not self._stopped:
            for _ in range(SLICE):
                self._take(self._waiting.popleft())
            await deferLater(self._reactor, 0)
        while self._waiting:
            self._take(self._waiting.popleft())
        self.is_level = True

    def _tell(self, reason: str) -> None:
        if not self._is_in_trouble:
            log.warning("board_behind", reason=reason)
        self._is_in_trouble = True

    def _in_thread(self, function: Callable[[], Any]) -> "Deferred[Any]":
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), function)
