"""Addresses of databases, connections to them, and their errors in our words.

SQLite runs in WAL mode with a flush to disk at every commit (``synchronous=FULL``): what was reported as committed
survives ``kill -9`` and a power cut; readers and the one writer do not wait for each other.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, make_url

from storage.errors import (
    DatabaseAwayError,
    DatabaseLockedError,
    DatabaseUrlError,
    DiskFullError,
    ForeignWriterError,
    JournalMissingError,
    StorageError,
)

LOCK_WAIT_S = 5.0
"""How long a statement waits for another process's lock on SQLite."""

CONNECT_WAIT_S = 5
"""How long a connection attempt to PostgreSQL may take."""

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def database_url(address: str | Path) -> URL:
    """The database at ``address``: a path of a SQLite file, ``sqlite:///FILE`` or ``postgresql://…``."""
    text = str(address)
    if "://" not in text:
        return URL.create("sqlite+pysqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except exc.ArgumentError as error:
        raise DatabaseUrlError(f"{_without_secret(text)} is not the address of a database: {error}") from None
    backend, _, driver = url.drivername.partition("+")
    if backend not in _DRIVERS:
        raise DatabaseUrlError(f"{url!r}: {backend} is not supported; use sqlite:///FILE or postgresql://HOST/NAME")
    if backend == "sqlite" and not url.database:
        raise DatabaseUrlError("sqlite:// without a file would be lost at the end; write sqlite:///FILE")
    if driver and url.drivername != _DRIVERS[backend]:
        raise DatabaseUrlError(f"{url!r}: the driver {driver} is not supported; write {backend}://…")
    return url.set(drivername=_DRIVERS[backend])


def _without_secret(text: str) -> str:
    return re.sub(r"://[^/]*@", "://***@", text)


def connect_engine(url: URL, *, read_only: bool = False, lock_wait_s: float | None = None) -> Engine:
    """An engine for this database; nothing is opened yet.

    On SQLite a transaction begins as a writing one (``BEGIN IMMEDIATE``) only when its connection has the execution
    option ``writes``, so that it waits for the lock at its start and never has to be given up in the middle.
    """
    lock_wait_s = LOCK_WAIT_S if lock_wait_s is None else lock_wait_s
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, read_only=read_only, lock_wait_s=lock_wait_s)
    return _postgresql_engine(url, read_only=read_only, lock_wait_s=lock_wait_s)


def _sqlite_engine(url: URL, *, read_only: bool, lock_wait_s: float) -> Engine:
    path = Path(url.database or "")
    if read_only and not path.is_file():
        raise JournalMissingError(f"there is no journal at {path}; a running daemon or an import makes one")
    if not read_only:
        _make_private(path)
    query = {"mode": "ro", "uri": "true"} if read_only else {}
    target = url.set(database=f"file:{quote(str(path.absolute()))}", query=query) if read_only else url
    engine = sa.create_engine(target, connect_args={"timeout": lock_wait_s})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_private(path: Path) -> None:
    """The file, readable by its owner only: it holds people's numbers. SQLite gives its side files the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseAwayError(f"{path}: {error.strerror}; choose another place by CORDBOARD_HOME") from error


def _postgresql_engine(url: URL, *, read_only: bool, lock_wait_s: float) -> Engine:
    options = f"-c lock_timeout={int(lock_wait_s * 1000)} -c timezone=UTC"
    if read_only:
        options += " -c default_transaction_read_only=on"
    arguments: dict[str, Any] = {"options": options, "connect_timeout": CONNECT_WAIT_S}
    try:
        return sa.create_engine(url, connect_args=arguments)
    except ModuleNotFoundError as error:
        raise DatabaseUrlError(
            f"PostgreSQL needs the package {error.name}: install cordboard with the extra [postgresql]"
        ) from error


@contextmanager
def errors_named(url: URL) -> Iterator[None]:
    """Turn the driver's errors into ours, naming the database without its password."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _named(error, repr(url)) from error
    except sqlite3.Error as error:  # from statements that bypass SQLAlchemy's cursor
        raise StorageError(f"{url!r}: {error}") from error


def _named(error: exc.DBAPIError, database: str) -> StorageError:
    text = str(error.orig).strip()
    if isinstance(error, exc.IntegrityError):
        return ForeignWriterError(f"{database}: {text}; does another process write under the same node's name?")
    if not isinstance(error, exc.OperationalError | exc.InterfaceError) and not error.connection_invalidated:
        return StorageError(f"{database}: {text}")
    if re.search(r"disk is full|disk full|no space left|disk I/O error|could not extend", text, re.IGNORECASE):
        return DiskFullError(f"{database}: {text}; make room, nothing that was committed is lost")
    if re.search(r"locked|lock timeout|lock_timeout", text, re.IGNORECASE):
        return DatabaseLockedError(f"{database}: {text}; another process holds it: end that process or try again")
    return DatabaseAwayError(f"{database}: {text}")
