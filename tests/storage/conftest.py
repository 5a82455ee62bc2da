"""The same tests on every database: `database` is the address of a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.journal import Journal, open_journal
from tests.servers.postgresql import PostgresqlServer


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    server = PostgresqlServer()
    try:
        server.start()
        yield server
    finally:
        server.destroy()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "journal.sqlite3")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.emptied_database()


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    with open_journal(database) as opened:
        yield opened
