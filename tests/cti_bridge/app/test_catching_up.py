"""A daemon's board is brought up to date while calls go on: every fact once, in order, a little at a time."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from itertools import islice
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from cti_bridge.app import catching_up
from cti_bridge.app.catching_up import SLICE, CatchUp
from facts.ids import ContactId, NodeName
from facts.journal import ContactOffered, Entry, NodeStarted
from reporting.kpi.board import Board
from storage.errors import DatabaseAwayError
from tests.reporting.scenes import NINE, Scene, clock

ME, OTHER = NodeName("me"), NodeName("other")


class Threads:
    """A reactor that does one thing at a time, when it is told to, and the test something else in between."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], object]] = []

    def callLater(self, _delay: float, function: Callable[..., object], *args: Any) -> None:  # noqa: N802 - Twisted's
        self.jobs.append(lambda: function(*args))

    def getThreadPool(self) -> "Threads":  # noqa: N802 - Twisted's name
        return self

    def callInThreadWithCallback(self, done: Callable[..., None], function: Any, *args: Any) -> None:  # noqa: N802
        def job() -> None:
            try:
                result = function(*args)
            except DatabaseAwayError as error:
                done(False, Failure(error))
            else:
                done(True, result)

        self.jobs.append(job)

    def callFromThread(self, function: Callable[..., None], *args: Any) -> None:  # noqa: N802
        function(*args)

    def work(self) -> bool:
        """One job of a thread, or one turn of the reactor; False when there is nothing to do."""
        if not self.jobs:
            return False
        self.jobs.pop(0)()
        return True


class Journal:
    """What is in the database."""

    def __init__(self, entries: list[Entry]) -> None:
        self.list = entries
        self.faults = 0

    def last_seq(self, node: NodeName) -> int:
        return max((entry.seq for entry in self.list if entry.node == node), default=0)

    def entries(self, from_at: int | None = None, *, after: Mapping[NodeName, int] | None = None) -> Iterator[Entry]:
        for place, entry in enumerate(list(self.list)):
            if self.faults and place == len(self.list) // 2:
                self.faults -= 1
                raise DatabaseAwayError("gone")
            if entry.at >= (from_at or 0) and entry.seq > (after or {}).get(entry.node, 0):
                yield entry


def entry(node: NodeName, seq: int, at: int) -> Entry:
    fact = NodeStarted(version="1") if seq == 1 else ContactOffered(contact_id=ContactId(f"{node}-{seq}"))
    return Entry(node=node, seq=seq, at=NINE + at, fact=fact)


class Story(NamedTuple):
    """Facts before the start, of others, not in the database yet; its faults; facts between; whether they are in it."""

    before: int
    others: int
    lag: int
    faults: int
    arriving: list[int]
    written: bool


@given(
    st.builds(
        Story,
        before=st.integers(0, 900),
        others=st.integers(0, 300),
        lag=st.integers(0, 5),
        faults=st.integers(0, 2),
        arriving=st.lists(st.integers(0, 400), max_size=12),
        written=st.booleans(),
    )
)
def test_every_fact_is_taken_in_once_and_in_order(story: Story) -> None:
    before, others, lag, faults, arriving, written = story
    past = [entry(ME, seq, seq) for seq in range(1, before + 1)]
    foreign = [entry(OTHER, seq, seq * 3) for seq in range(1, others + 1)]
    whole = sorted([*past, *foreign], key=lambda one: (one.at, one.node))
    spooled = past[len(past) - min(lag, before) :]
    journal, reactor, taken = Journal([one for one in whole if one not in spooled]), Threads(), list[Entry]()
    levels: list[int] = []
    catch_up = CatchUp(reactor, journal, taken.append, from_at=NINE, on_level=lambda: levels.append(len(taken)))

    live = iter(range(before + 1, before + 10_000))
    recorded: list[Entry] = []

    def record() -> None:
        seq = next(live)
        recorded.append(entry(ME, seq, seq))
        if written:
            journal.list.append(recorded[-1])
        catch_up.read(recorded[-1])

    record()  # the daemon's start
    journal.faults = faults
    done: Deferred[None] = Deferred.fromCoroutine(catch_up.run())
    bursts = iter(arriving)
    while not done.called:
        seen = len(taken)
        for _ in range(next(bursts, 0)):
            record()
        assert reactor.work()
        assert len(taken) - seen <= SLICE, "never long at once"
        if len(journal.list) < len(whole) and not written:
            journal.list[:] = whole  # the spool is in
        elif spooled and spooled[0] not in journal.list:
            journal.list[:] = sorted([*journal.list, *spooled], key=lambda one: (one.at, one.node))
    record()
    assert catch_up.is_level
    assert [one for one in taken if one.node == ME] == [*past, *recorded]
    assert [one for one in taken if one.node == OTHER] == foreign
    assert levels == [len(whole)], "what is counted from the start on begins with the start"


def test_a_board_that_caught_up_is_the_board_that_lived(monkeypatch: Any) -> None:
    monkeypatch.setattr(catching_up, "SLICE", 3)
    scene = Scene("me")
    for number in range(40):
        scene.call(number * 20, f"c{number}", "ann", wait=number % 30, talk=60)
    lived, started = Board(UTC), Board(UTC)
    ordered = sorted(scene.list, key=lambda one: one.at)
    ordered = [Entry(node=ME, seq=seq, at=one.at, fact=one.fact) for seq, one in enumerate(ordered, 1)]
    for one in ordered:
        lived.apply(one)
    reactor, journal = Threads(), Journal(ordered[:120])
    catch_up = CatchUp(reactor, journal, started.apply, from_at=started.begins_at(clock(900)), on_level=lambda: None)
    rest = iter(ordered[120:])
    catch_up.read(next(rest))
    done: Deferred[None] = Deferred.fromCoroutine(catch_up.run())
    while not done.called:
        for one in islice(rest, 2):
            journal.list.append(one)
            catch_up.read(one)
        reactor.work()
    for one in rest:
        catch_up.read(one)
    assert started.state(clock(2000)) == lived.state(clock(2000))


def test_stopping_in_the_middle_leaves_it_there() -> None:
    reactor, taken = Threads(), list[Entry]()
    journal = Journal([entry(ME, seq, seq) for seq in range(1, 2_000)])
    catch_up = CatchUp(reactor, journal, taken.append, from_at=NINE, on_level=lambda: None)
    catch_up.read(entry(ME, 2_000, 2_000))
    done: Deferred[None] = Deferred.fromCoroutine(catch_up.run())
    for _ in range(3):
        reactor.work()
    catch_up.stop()
    while reactor.work():
        pass
    assert done.called
    assert not catch_up.is_level
    assert len(taken) < 1_000
