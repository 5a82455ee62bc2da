"""The way of facts into the journal: a bounded queue, and one thread that commits what has gathered.

`JournalWriter.put` costs the caller microseconds and never waits. The thread commits what there is, at most once in
``window_s`` (group commit). While the database cannot take facts they go to a spool file, and from there into the
database when it is back: nothing lost, nothing twice, in order. If the spool's disk refuses too, facts stay in memory,
`pressure` tells the source to slow down, and at ``capacity`` `put` refuses. Entries come numbered: the writer only
insists that each carries the number after its node's last, which after a restart `last_seq` tells, spool included.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import msgspec

from facts.ids import NodeName
from facts.journal import Entry
from storage.errors import ForeignWriterError, JournalFullError, SequenceError, StorageError
from storage.journal import Journal
from storage.records import Record, encode
from storage.spool import Spool

WINDOW_S = 0.010
BATCH_ROWS = 1_000
CAPACITY = 200_000
RETRY_S = 1.0


class WriterState(msgspec.Struct, frozen=True, kw_only=True):
    """How the writer is doing: for metrics, health, and alarms."""

    waiting: int
    """Facts in memory, not yet on any disk."""
    spool_bytes: int
    trouble: str
    """Why the database does not take facts; empty when it does."""
    pressure: bool


def _nothing(_: object) -> None:
    """What nobody listens to."""


class JournalWriter:
    """Writes entries to a journal in the background. `put`, `flush` and `close` may be called from any thread.

    ``on_pressure(True)`` is called when half the capacity is waiting, ``on_pressure(False)`` when it is a quarter
    again; ``on_trouble(error)`` when the database stops taking facts, ``on_trouble(None)`` when it has all again;
    ``on_committed(last)`` after each commit with the number of its last fact. They are called from the writer's or
    the putting thread and must return at once: from Twisted, pass ``reactor.callFromThread``.
    """

    def __init__(
        self,
        journal: Journal,
        spool: Path,
        *,
        window_s: float = WINDOW_S,
        batch_rows: int = BATCH_ROWS,
        capacity: int = CAPACITY,
        retry_s: float = RETRY_S,
        on_pressure: Callable[[bool], object] = _nothing,
        on_trouble: Callable[[StorageError | None], object] = _nothing,
        on_committed: Callable[[int], object] = _nothing,
    ) -> None:
        self._journal = journal
        self._spool = Spool(spool)
        self._window_s = window_s
        self._batch_rows = batch_rows
        self._capacity = capacity
        self._retry_s = retry_s
        self._on_pressure = on_pressure
        self._on_trouble = on_trouble
        self._on_committed = on_committed

        self._lock = threading.Lock()
        self._queue: deque[Record] = deque()
        self._held: list[Record] = []  # taken from the queue, and so far on no disk; the thread's own
        self._count_put = 0
        self._count_taken = 0
        self._count_kept = 0
        self._flushes: list[tuple[int, Future[bool]]] = []
        self._pressure = False
        self._trouble: StorageError | None = None
        self._retry_at = 0.0
        self._closing = False
        self._stopped = False
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._last = _last_numbers(journal, self._spool, batch_rows)
        if self._spool:
            self._catch_up()  # before anybody reads the journal to go on from it
            self._wake.set()
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    # -- any thread -----------------------------------------------------------------------------------------------

    def last_seq(self, node: NodeName) -> int:
        """The number of the node's last fact that was put, or that database and spool held at the start."""
        return self._last.get(node, 0)

    @property
    def state(self) -> WriterState:
        """How the writer is doing."""
        return WriterState(
            waiting=self._count_put - self._count_kept,
            spool_bytes=self._spool.size,
            trouble=str(self._trouble or ""),
            pressure=self._pressure,
        )

    def put(self, entry: Entry) -> None:
        """Take an entry; it is on disk a window later.

        Raises `SequenceError` for a number that does not follow, `JournalFullError` at capacity, `StorageError` after
        `close`; in each case the entry was not taken.
        """
        record = encode(entry)
        with self._lock:
            last = self._last.get(entry.node, 0)
            if entry.seq != last + 1:
                raise SequenceError(f"fact {entry.seq} of node {entry.node} cannot follow {last}")
            if self._closing:
                raise StorageError("the journal's writer is closed")
            waiting = self._count_put - self._count_kept
            if waiting >= self._capacity:
                raise JournalFullError(f"{waiting} facts wait for a disk: {self._trouble or 'it is too slow'}")
            self._queue.append(record)
            self._last[entry.node] = entry.seq
            self._count_put += 1
            if waiting >= self._capacity // 2 and not self._pressure:
                self._pressure = True
                self._on_pressure(True)
        # setting an event costs more than asking; the thread clears both before it takes what is there
        if not self._wake.is_set():
            self._wake.set()
        if len(self._queue) >= self._batch_rows and not self._hurry.is_set():
            self._hurry.set()

    def flush(self) -> "Future[bool]":
        """Commit at once. The future is done, in the writer's thread, when all that was put so far is on disk.

        Its result is True when the database has all of it, False when some is in the spool.
        """
        future: Future[bool] = Future()
        with self._lock:
            self._flushes.append((self._count_put, future))
        self._nudge()
        return future

    def close(self, timeout_s: float = 10.0) -> bool:
        """Take no more, write what is waiting, and stop. True when the database has all, False when the spool has some.

        Raises `StorageError` when neither would take it within the time.
        """
        if self._stopped:
            return self._whole
        flushed = self.flush()
        with self._lock:
            self._closing = True
        self._nudge()
        try:
            return flushed.result(timeout_s)
        except TimeoutError:
            if self.state.waiting:
                raise StorageError(f"{self.state.waiting} facts could not be written: {self._trouble}") from None
            return False
        finally:
            self._stopped = True
            self._nudge()
            self._thread.join(timeout_s)

    def _nudge(self) -> None:
        self._hurry.set()
        self._wake.set()

    # -- the writer's thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        committed_at = -self._window_s
        while not self._stopped:
            self._wake.wait(self._retry_s if self._trouble else None)
            left = committed_at + self._window_s - time.monotonic()
            if left > 0 and not self._closing:
                self._hurry.wait(left)
            committed_at = time.monotonic()
            self._wake.clear()
            self._hurry.clear()
            self._take()
            try:
                self._keep()
            except Exception as error:  # noqa: BLE001 - whatever it is, the facts are held and tried again
                self._stumbled(StorageError(f"{type(error).__name__}: {error}"))
            self._report_kept()

    def _take(self) -> None:
        queue = self._queue
        taken = [queue.popleft() for _ in range(len(queue))]
        self._count_taken += len(taken)
        self._held += taken

    def _keep(self) -> None:
        """Put what is held into the database, or else into the spool."""
        if self._trouble is None and not self._spool:
            try:
                self._commit_held()
            except StorageError as error:
                self._stumbled(error)
        if self._held:
            self._divert()
        behind = self._trouble is not None or self._spool
        if behind and (self._closing or time.monotonic() >= self._retry_at):
            self._catch_up()

    def _commit_held(self) -> None:
        while rows := self._held[: self._batch_rows]:
            self._journal.append_records(rows)
            del self._held[: len(rows)]
            self._on_committed(rows[-1].seq)

    def _divert(self) -> None:
        """What is held goes to the spool; if that fails too it stays in memory."""
        try:
            self._spool.append(self._held)
        except OSError as error:
            self._stumbled(StorageError(f"{self._trouble or 'spool'}; {self._spool.path}: {error.strerror}"))
        else:
            self._held.clear()

    def _catch_up(self) -> None:
        """Bring the spool, then what is held, into the database; what it has already is left out."""
        try:
            heads = {node: head.seq for node, head in self._journal.heads().items()}
            for records in self._behind():
                self._commit_missing(records, heads)
        except StorageError as error:
            self._stumbled(error)
            return
        if self._stopped:
            return
        self._held.clear()
        self._spool.clear()
        if self._trouble is not None:
            self._trouble = None
            self._on_trouble(None)

    def _behind(self) -> Iterator[list[Record]]:
        """All that the database lacks. What is put meanwhile joins the spool, so that memory stays bounded."""
        offset = 0
        while offset < self._spool.size and not self._stopped:
            records, offset = self._spool.read(offset, self._batch_rows)
            yield records
            if len(self._queue) >= self._batch_rows:
                self._take()
                self._divert()
        for start in range(0, len(self._held), self._batch_rows):
            yield self._held[start : start + self._batch_rows]

    def _commit_missing(self, records: Sequence[Record], heads: dict[NodeName, int]) -> None:
        """Commit those that the database lacks. A commit whose answer was lost may have put them there already."""
        known = [record for record in records if record.seq <= heads.get(NodeName(record.node), 0)]
        if not self._journal.holds(known):
            raise ForeignWriterError(
                f"another process wrote facts as node {known[0].node}: give each daemon a name of its own; "
                f"this one's wait in {self._spool.path}"
            )
        missing = [record for record in records if record.seq > heads.get(NodeName(record.node), 0)]
        if missing:
            self._journal.append_records(missing)
            self._on_committed(missing[-1].seq)

    def _stumbled(self, error: StorageError) -> None:
        first = self._trouble is None
        self._trouble = error
        self._retry_at = time.monotonic() + self._retry_s
        if first:
            self._on_trouble(error)

    def _report_kept(self) -> None:
        with self._lock:
            self._count_kept = self._count_taken - len(self._held)
            waiting = self._count_put - self._count_kept
            if self._pressure and waiting <= self._capacity // 4:
                self._pressure = False
                self._on_pressure(False)
            done = [future for count, future in self._flushes if count <= self._count_kept]
            self._flushes = [(count, future) for count, future in self._flushes if count > self._count_kept]
        for future in done:
            future.set_result(self._whole)

    @property
    def _whole(self) -> bool:
        """Whether the database has all that was kept."""
        return self._trouble is None and not self._spool


def _last_numbers(journal: Journal, spool: Spool, rows: int) -> dict[str, int]:
    """Each node's last number in database and spool. Raises `StorageError` when the spool does not follow on."""
    last: dict[str, int] = {node: head.seq for node, head in journal.heads().items()}
    offset = 0
    while offset < spool.size:
        records, offset = spool.read(offset, rows)
        for record in records:
            if record.seq > last.get(record.node, 0) + 1:
                raise StorageError(
                    f"{spool.path} begins with fact {record.seq} of node {record.node}, but {journal.url!r} ends "
                    f"with {last.get(record.node, 0)}: it belongs to another database; open that one, or move the file"
                )
            last[record.node] = max(record.seq, last.get(record.node, 0))
    return last
