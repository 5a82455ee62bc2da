"""The writer loses nothing, writes nothing twice, and keeps the order, whatever the database does."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from facts.ids import NodeName
from facts.journal import ContactEnded, Entry
from storage.errors import DatabaseAwayError, JournalFullError, SequenceError, StorageError
from storage.journal import Head, Journal, open_journal
from storage.records import Record
from storage.writer import JournalWriter
from tests.storage.entries import NODE, calls, entry

SOON_S = 20


class Faulty(Journal):
    """A journal whose database can go away: before it commits, or after with the answer lost."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal.engine, journal.url)
        self.away = False
        self.answers_lost = 0
        self.batches: list[int] = []
        self.hold = threading.Event()
        self.hold.set()

    def append_records(self, records: Sequence[Record]) -> None:
        self.hold.wait(SOON_S)
        if self.away:
            raise DatabaseAwayError("gone")
        super().append_records(records)
        self.batches.append(len(records))
        if self.answers_lost:
            self.answers_lost -= 1
            self._heads.clear()
            raise DatabaseAwayError("no answer")

    def heads(self) -> dict[NodeName, Head]:
        if self.away:
            raise DatabaseAwayError("gone")
        return super().heads()


@pytest.fixture
def faulty(journal: Journal) -> Faulty:
    return Faulty(journal)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., JournalWriter]]:
    made: list[JournalWriter] = []

    def writer(journal: Journal, **settings: Any) -> JournalWriter:
        made.append(JournalWriter(journal, tmp_path / "journal.spool", **{"retry_s": 0.02, **settings}))
        return made[-1]

    yield writer
    for one in made:
        one.close(SOON_S)


def test_what_is_put_is_committed_in_few_commits(faulty: Faulty, make: Callable[..., JournalWriter]) -> None:
    committed: list[int] = []
    writer = make(faulty, window_s=60.0, on_committed=committed.append)
    first, *entries = calls(3)
    writer.put(first)
    assert writer.flush().result(SOON_S) is True, "the first is not waited with; a window begins"
    for one in entries:
        writer.put(one)
    assert writer.flush().result(SOON_S) is True, "a flush does not wait for the window"
    assert list(faulty.entries()) == [first, *entries]
    assert faulty.batches == [1, 26]
    assert committed == [1, 27]
    assert writer.last_seq(NODE) == 27


def test_a_window_passes_without_a_flush(journal: Journal, make: Callable[..., JournalWriter]) -> None:
    committed = threading.Event()
    writer = make(journal, on_committed=lambda _last: committed.set())
    writer.put(entry(1, ContactEnded()))
    assert committed.wait(SOON_S)
    assert journal.last_seq(NODE) == 1


def test_large_batches_are_split_and_do_not_wait(faulty: Faulty, make: Callable[..., JournalWriter]) -> None:
    faulty.hold.clear()
    writer = make(faulty, window_s=60.0, batch_rows=10)
    for one in calls(5):
        writer.put(one)
    faulty.hold.set()
    assert writer.close(SOON_S) is True
    assert sum(faulty.batches) == 45
    assert max(faulty.batches) == 10


def test_a_wrong_number_is_refused_at_once(journal: Journal, make: Callable[..., JournalWriter]) -> None:
    writer = make(journal)
    writer.put(entry(1, ContactEnded()))
    for seq in (1, 3):
        with pytest.raises(SequenceError):
            writer.put(entry(seq, ContactEnded()))
    writer.put(entry(2, ContactEnded()))
    assert writer.flush().result(SOON_S)
    assert journal.last_seq(NODE) == 2


def test_a_restart_goes_on_with_the_numbers(database: str, make: Callable[..., JournalWriter]) -> None:
    entries = calls(2)
    for part in (entries[:9], entries[9:]):
        with open_journal(database) as journal:
            writer = make(journal)
            assert writer.last_seq(NODE) == part[0].seq - 1
            for one in part:
                writer.put(one)
            assert writer.close(SOON_S) is True
    with open_journal(database) as journal:
        assert list(journal.entries()) == entries


def test_after_close_nothing_is_taken(journal: Journal, make: Callable[..., JournalWriter]) -> None:
    writer = make(journal)
    writer.close(SOON_S)
    with pytest.raises(StorageError, match="closed"):
        writer.put(entry(1, ContactEnded()))


def test_away_then_back(faulty: Faulty, make: Callable[..., JournalWriter], tmp_path: Path) -> None:
    troubles: list[str] = []
    back = threading.Event()

    def on_trouble(error: StorageError | None) -> None:
        troubles.append(str(error))
        if error is None:
            back.set()

    writer = make(faulty, on_trouble=on_trouble)
    entries = calls(9)
    for one in entries[:30]:
        writer.put(one)
    assert writer.flush().result(SOON_S) is True
    faulty.away = True
    for one in entries[30:60]:
        writer.put(one)
    assert writer.flush().result(SOON_S) is False, "on disk, but in the spool"
    assert (tmp_path / "journal.spool").read_bytes().count(b"\n") == 30
    assert writer.state.trouble == "gone"
    assert writer.state.waiting == 0
    for one in entries[60:]:
        writer.put(one)
    faulty.away = False
    assert back.wait(SOON_S)
    assert writer.flush().result(SOON_S) is True
    assert list(faulty.entries()) == entries
    assert troubles == ["gone", "None"]
    assert writer.state.spool_bytes == 0
    assert not (tmp_path / "journal.spool").exists()


def test_a_lost_answer_writes_nothing_twice(faulty: Faulty, make: Callable[..., JournalWriter]) -> None:
    faulty.answers_lost = 3
    writer = make(faulty)
    entries = calls(4)
    for one in entries:
        writer.put(one)
    assert writer.close(SOON_S) in {True, False}
    again = make(faulty)
    assert again.flush().result(SOON_S) in {True, False}
    while again.state.spool_bytes:
        again.flush().result(SOON_S)
    assert list(faulty.entries()) == entries


def test_a_spool_left_behind_is_written_at_the_next_start(faulty: Faulty, make: Callable[..., JournalWriter]) -> None:
    entries = calls(3)
    writer = make(faulty)
    writer.put(entries[0])
    assert writer.flush().result(SOON_S)
    faulty.away = True
    for one in entries[1:20]:
        writer.put(one)
    assert writer.close(SOON_S) is False
    faulty.away = False
    again = make(faulty)
    assert again.last_seq(NODE) == 20
    for one in entries[20:]:
        again.put(one)
    assert again.close(SOON_S) is True
    assert list(faulty.entries()) == entries


def test_a_torn_last_line_of_the_spool_is_dropped(
    faulty: Faulty, make: Callable[..., JournalWriter], tmp_path: Path
) -> None:
    faulty.away = False
    entries = calls(1)
    writer = make(faulty)
    faulty.away = True
    for one in entries[:5]:
        writer.put(one)
    assert writer.close(SOON_S) is False
    spool = tmp_path / "journal.spool"
    spool.write_bytes(spool.read_bytes()[:-7])
    faulty.away = False
    again = make(faulty)
    assert again.last_seq(NODE) == 4, "the fifth was torn"
    for one in entries[4:]:
        again.put(one)
    assert again.close(SOON_S) is True
    assert list(faulty.entries()) == entries


def test_the_spool_of_another_database_is_not_taken(
    faulty: Faulty, make: Callable[..., JournalWriter], tmp_path: Path
) -> None:
    writer = make(faulty)
    writer.put(entry(1, ContactEnded()))
    assert writer.flush().result(SOON_S)
    faulty.away = True
    writer.put(entry(2, ContactEnded()))
    assert writer.close(SOON_S) is False
    with open_journal(tmp_path / "other.sqlite3") as other, pytest.raises(StorageError, match="another database"):
        JournalWriter(other, tmp_path / "journal.spool")


def test_a_damaged_spool_is_named(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "journal.spool").write_text('["a",1,\n')
    with pytest.raises(StorageError, match=r"journal\.spool, byte 0"):
        JournalWriter(journal, tmp_path / "journal.spool")


def test_another_writer_of_the_same_node_loses_neither_facts(
    faulty: Faulty, make: Callable[..., JournalWriter]
) -> None:
    writer = make(faulty)
    faulty.append([entry(1, ContactEnded(), at=1)])
    writer.put(entry(1, ContactEnded(), at=2))
    assert writer.flush().result(SOON_S) is False
    assert writer.close(SOON_S) is False
    assert "name of its own" in writer.state.trouble or "same node" in writer.state.trouble
    assert writer.state.spool_bytes > 0
    assert [e.at for e in faulty.entries()] == [1]


def test_pressure_then_refusal_then_relief(faulty: Faulty, make: Callable[..., JournalWriter], tmp_path: Path) -> None:
    pressures: list[bool] = []
    relieved = threading.Event()

    def on_pressure(pressed: bool) -> None:
        pressures.append(pressed)
        if not pressed:
            relieved.set()

    writer = make(faulty, capacity=20, on_pressure=on_pressure)
    (tmp_path / "journal.spool").mkdir()  # a spool that cannot be written
    faulty.away = True
    entries = [entry(seq, ContactEnded()) for seq in range(1, 31)]
    for one in entries[:20]:
        writer.put(one)
    assert pressures == [True]
    with pytest.raises(JournalFullError, match="20 facts wait"):
        writer.put(entries[20])
    assert writer.last_seq(NODE) == 20, "it may be offered again"
    faulty.away = False
    assert relieved.wait(SOON_S)
    for one in entries[20:]:
        writer.put(one)
    (tmp_path / "journal.spool").rmdir()
    assert writer.close(SOON_S) is True
    assert list(faulty.entries()) == entries
    assert pressures == [True, False]


def test_close_says_what_could_not_be_written(
    faulty: Faulty, make: Callable[..., JournalWriter], tmp_path: Path
) -> None:
    writer = make(faulty)
    (tmp_path / "journal.spool").mkdir()
    faulty.away = True
    writer.put(entry(1, ContactEnded()))
    with pytest.raises(StorageError, match="1 facts could not be written"):
        writer.close(0.1)
    faulty.away = False
    (tmp_path / "journal.spool").rmdir()


def test_many_threads_put(journal: Journal, make: Callable[..., JournalWriter]) -> None:
    writer = make(journal)

    def put_all(node: str) -> None:
        for one in calls(20, node=node):
            writer.put(one)

    threads = [threading.Thread(target=put_all, args=(f"n{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON_S)
    assert writer.close(SOON_S) is True
    by_node: dict[str, list[Entry]] = {}
    for one in journal.entries():
        by_node.setdefault(one.node, []).append(one)
    assert by_node == {f"n{number}": calls(20, node=f"n{number}") for number in range(4)}
