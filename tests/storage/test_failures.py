"""Real failures: killed processes, locked and full databases, a server that goes away. No fact is lost or doubled."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from typer.testing import CliRunner

from cti_bridge.app.commands.db import app
from facts.ids import NodeName
from facts.journal import ContactEnded, Entry
from storage import engine as engine_module
from storage.engine import connect_engine, database_url
from storage.errors import DatabaseAwayError, DatabaseLockedError, DiskFullError, StorageError
from storage.journal import Journal, open_journal
from storage.verification import verify
from storage.writer import JournalWriter
from tests.servers.postgresql import PostgresqlServer
from tests.storage.entries import NODE, calls, entry

SOON_S = 90


def child(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "error", "-m", "tests.storage.writing_child", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("committed", [1, 300, 5_000])
def test_kill_9_loses_nothing_that_was_committed(database: str, tmp_path: Path, committed: int) -> None:
    spool = tmp_path / "journal.spool"
    with child(database, spool) as process:
        assert process.stdout is not None
        last = 0
        while last < committed:
            last = int(process.stdout.readline())
        process.kill()
        last = max([last, *map(int, process.stdout.read().split("\n")[:-1])])
    with open_journal(database) as journal:
        assert journal.last_seq(NODE) >= last
        assert [one.seq for one in journal.entries()] == list(range(1, journal.last_seq(NODE) + 1))
        assert verify(journal).holds
        writer = JournalWriter(journal, spool)
        went_on = writer.last_seq(NODE) + 1
        writer.put(entry(went_on, ContactEnded()))
        assert writer.close(SOON_S) is True
        assert journal.last_seq(NODE) == went_on
        assert verify(journal).holds


def test_full_disk_then_room_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with child(path, tmp_path / "journal.spool", 400_000) as process:
        said, _ = process.communicate(timeout=SOON_S)
    waiting, trouble, whole = said.splitlines()
    assert waiting == "True", "more than database and spool could hold stayed in memory"
    assert "journal.spool" in trouble
    assert whole == "True"
    with open_journal(path) as journal:
        assert list(journal.entries()) == calls(2000)
        assert verify(journal).holds


def test_a_database_that_may_not_grow_says_so(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.append(calls(1))

        @event.listens_for(journal.engine, "checkout")
        def limit(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
            connection.execute("PRAGMA max_page_count=20")

        with pytest.raises(DiskFullError, match="make room"):
            journal.append(calls(500, first_seq=10))
        assert journal.last_seq(NODE) == 9, "all or none"
        event.remove(journal.engine, "checkout", limit)
        journal.engine.dispose()
        journal.append(calls(500, first_seq=10))
        assert verify(journal).holds


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """A journal's file whose writing is locked by somebody else, until told otherwise."""
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.append(calls(1))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield holder.rollback
    holder.close()


def impatient(tmp_path: Path) -> Journal:
    url = database_url(tmp_path / "journal.sqlite3")
    return Journal(connect_engine(url, lock_wait_s=0.05), url)


def test_a_locked_database_is_waited_for_with_a_spool(tmp_path: Path, locked: Callable[[], None]) -> None:
    troubles: list[StorageError | None] = []
    back = threading.Event()

    def on_trouble(error: StorageError | None) -> None:
        troubles.append(error)
        if error is None:
            back.set()

    entries = calls(3)
    with impatient(tmp_path) as journal:
        writer = JournalWriter(journal, tmp_path / "journal.spool", retry_s=0.05, on_trouble=on_trouble)
        for one in entries[9:]:
            writer.put(one)
        assert writer.flush().result(SOON_S) is False
        assert isinstance(troubles[0], DatabaseLockedError)
        assert list(journal.entries()) == entries[:9], "reading goes on"
        locked()
        assert back.wait(SOON_S)
        assert writer.close(SOON_S) is True
        assert list(journal.entries()) == entries
        assert verify(journal).holds


def test_commands_on_a_locked_database_end_with_a_clear_error(
    tmp_path: Path, locked: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "LOCK_WAIT_S", 0.05)
    monkeypatch.setenv("CORDBOARD_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["erase", "--contact", "call-0"])
    assert done.exit_code == 1
    assert isinstance(done.exception, DatabaseLockedError)
    assert "end that process or try again" in str(done.exception)
    assert CliRunner().invoke(app, ["verify"]).exit_code == 0, "verifying only reads"
    locked()
    assert CliRunner().invoke(app, ["erase", "--contact", "call-0"]).exit_code == 0


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="not a database"):
        open_journal(path, read_only=True)
    assert path.read_bytes() == b"no database" * 1000


@pytest.mark.server
def test_a_server_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    server = PostgresqlServer()
    try:
        server.start()
        entries = calls(100)
        with open_journal(server.emptied_database()) as journal:
            writer = JournalWriter(journal, tmp_path / "journal.spool", retry_s=0.1)
            put(writer, entries[:300])
            assert writer.flush().result(SOON_S) is True
            server.stop()
            put(writer, entries[300:600])
            assert writer.flush().result(SOON_S) is False
            assert writer.state.waiting == 0
            assert writer.state.spool_bytes > 0
            with pytest.raises(DatabaseAwayError):
                journal.last_seq(NODE)
            server.start()
            put(writer, entries[600:])
            deadline = time.monotonic() + SOON_S
            while writer.flush().result(SOON_S) is False and time.monotonic() < deadline:
                time.sleep(0.05)
            assert writer.close(SOON_S) is True
            assert list(journal.entries()) == entries
            assert verify(journal).holds
    finally:
        server.destroy()


@pytest.mark.server
def test_a_server_that_breaks_every_connection_while_writing(postgresql: PostgresqlServer, tmp_path: Path) -> None:
    entries = [entry(seq, ContactEnded()) for seq in range(1, 3001)]
    with open_journal(postgresql.emptied_database()) as journal:
        writer = JournalWriter(journal, tmp_path / "journal.spool", window_s=0.001, retry_s=0.01)
        killer = sa.create_engine(journal.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        for start in range(0, 3000, 100):
            put(writer, entries[start : start + 100])
            with killer.connect() as connection:
                connection.execute(
                    sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
                )
        deadline = time.monotonic() + SOON_S
        while writer.flush().result(SOON_S) is False and time.monotonic() < deadline:
            time.sleep(0.05)
        assert writer.close(SOON_S) is True
        assert list(journal.entries(nodes=[NodeName("a")])) == entries
        assert verify(journal).holds


def put(writer: JournalWriter, entries: list[Entry]) -> None:
    for one in entries:
        writer.put(one)
