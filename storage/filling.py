"""Fills the interval tables from the journal: what a daemon does all the time, and what makes them anew.

The cells kept in memory are only what changed since the last save, so memory does not grow with history. The state
of the fold (who waits, talks, is logged in) is not stored: after a restart it is brought back by reading the journal
from the beginning of the oldest thing that was still open, without counting, up to where the tables are.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from time import monotonic, sleep
from zoneinfo import ZoneInfo

from facts.ids import NodeName
from facts.time import DAY, MINUTE, Instant
from reporting.kpi.cells import Cell, Step
from reporting.kpi.fold import Fold, stream_of
from reporting.kpi.live import Cells
from reporting.kpi.records import Record
from storage.chain import UPKEEP
from storage.errors import ForeignWriterError
from storage.intervals import Filled, IntervalTables, Rules
from storage.journal import Journal

RULES_VERSION = "3:" + ",".join(Cell.__struct_fields__)
"""To be raised when cells are filled by other rules; what cells hold is in it by itself."""

BATCH = 20_000
"""Facts between two saves while catching up."""

REACH_EVERY = 10 * MINUTE
FURTHEST_REACH = 31 * DAY


class IntervalFiller:
    """Keeps the interval tables level with the journal. One process at a time, one thread at a time."""

    def __init__(self, journal: Journal, zone: ZoneInfo) -> None:
        self._journal = journal
        self._tables = IntervalTables(journal)
        self._zone = zone
        self._streams: dict[str, _Stream] = {}
        rules = Rules(version=RULES_VERSION, zone=zone.key)
        if self._tables.rules() != rules:
            self._tables.begin(rules)

    def step(self, most: int = BATCH) -> int:
        """Take in at most so many facts of each stream, and save; gives how many there were. 0: level."""
        return sum(stream.step(most) for stream in self._found_streams())

    def run(self, on_progress: Callable[[int], object] = lambda _: None) -> None:
        """Take in all that there is."""
        while count := self.step():
            on_progress(count)

    def rebuild(self, on_progress: Callable[[int], object] = lambda _: None) -> None:
        """Empty the tables and fill them from the journal's beginning."""
        self._tables.begin(Rules(version=RULES_VERSION, zone=self._zone.key))
        self._streams.clear()
        self.run(on_progress)

    def _found_streams(self) -> "list[_Stream]":
        for node in self._journal.heads():
            if node == UPKEEP:
                continue
            stream = self._streams.get(stream_of(node))
            if stream is None:
                stream = self._streams[stream_of(node)] = _Stream(self._journal, self._tables)
            stream.follow(node)
        return list(self._streams.values())


LOOK_AGAIN_S = 0.1
OTHERS_FILL_S = 1.5
"""A daemon looks for new facts twice a second."""


def level(journal: Journal, zone: ZoneInfo, on_progress: Callable[[int], object] = lambda _: None) -> None:
    """Bring the tables level after an import, unless a daemon is about it. They keep the zone of their days.

    Raises `StorageError`; the tables are then behind, never wrong.
    """
    tables = IntervalTables(journal)
    rules = tables.rules()
    filled, until = tables.filled(), monotonic() + OTHERS_FILL_S
    while filled and monotonic() < until:
        sleep(LOOK_AGAIN_S)
        if tables.filled() != filled:
            return
    with suppress(ForeignWriterError):  # one that began in the meantime
        IntervalFiller(journal, zone if rules is None else ZoneInfo(rules.zone)).run(on_progress)


class _Stream:
    """Nodes that are folded together: the daemons of a site, or one import."""

    def __init__(self, journal: Journal, tables: IntervalTables) -> None:
        self._journal = journal
        self._tables = tables
        self._nodes: set[NodeName] = set()
        self._filled: dict[NodeName, Filled] = {}
        self._position: dict[NodeName, tuple[int, Instant]] = {}
        self._cells = Cells()
        self._counting = False
        self._fold: Fold | None = None
        self._reach: Instant = 0
        self._reach_at: Instant = 0

    def follow(self, node: NodeName) -> None:
        """Read this node's facts too."""
        self._nodes.add(node)

    def step(self, most: int) -> int:
        if self._fold is None:
            self._fold = self._restored()
        after = {node: seq for node, (seq, _) in self._position.items()}
        count = 0
        try:
            for entry in islice(self._journal.entries(nodes=self._nodes, after=after, personal=False), most):
                self._fold.apply(entry)
                _, latest = self._position.get(entry.node, (0, 0))
                self._position[entry.node] = (entry.seq, max(latest, entry.at))
                count += 1
            if count:
                self._save(self._fold, self._filled)
        except BaseException:
            self._fold = None  # what was taken in and not saved is taken in again, into a fold made anew
            raise
        return count

    def _restored(self) -> Fold:
        """The fold as it was when the tables were saved."""
        self._cells = Cells()
        fold = Fold(self._observe)
        everything = self._tables.filled()
        self._filled = {node: everything[node] for node in self._nodes if node in everything}
        self._position = {node: (filled.seq, filled.as_of) for node, filled in self._filled.items()}
        self._counting = False
        if self._filled:
            self._reach = restore(fold, self._journal, self._filled)
        self._counting = True
        return fold

    def _observe(self, record: Record, step: Step, sign: int) -> None:
        if self._counting:
            self._cells(record, step, sign)

    def _save(self, fold: Fold, before: dict[NodeName, Filled]) -> None:
        if fold.now >= self._reach_at:
            self._reach = reach(fold)
            self._reach_at = fold.now + REACH_EVERY
        after = {node: Filled(seq=seq, as_of=at, refold_from=self._reach) for node, (seq, at) in self._position.items()}
        self._tables.add(self._cells.cells, before, after, list(fold.agents.open_spans(fold.now)))
        self._filled = after
        self._cells.cells.clear()


def restore(fold: Fold, journal: Journal, filled: Mapping[NodeName, Filled]) -> Instant:
    """Bring an empty fold to the state that it had when these facts were in; gives where the reading began.

    Not brought back are team and skills of agents who were not logged in; their next log-in tells them again.
    """
    began = min(position.refold_from for position in filled.values())
    for entry in journal.entries(began, nodes=list(filled), personal=False):
        if entry.seq <= filled[entry.node].seq:
            fold.apply(entry)
    return began


def reach(fold: Fold) -> Instant:
    """Reading the journal from here into an empty fold gives the same state: the beginning of the oldest open thing."""
    return max(fold.now - FURTHEST_REACH, min(_beginnings(fold), default=fold.now))


def _beginnings(fold: Fold) -> Iterator[Instant]:
    yield from fold.contacts.beginnings()
    for session in fold.agents.sessions.values():
        yield session.logged_in_at
