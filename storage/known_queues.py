"""Queues that the settings had when a daemon started, each with its teams: a file forgets what is taken out of it."""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.journal import Journal
from storage.schema import queue_known


class KnownQueues:
    """The queues in the journal's database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def teams(self) -> dict[str, tuple[str, ...]]:
        """Of every queue that there ever was the teams that it had last; none of them: it was everybody's."""
        with self._journal.transaction(writes=False) as connection:
            rows = connection.execute(sa.select(queue_known)).all()
        return {row.queue: tuple(msgspec.json.decode(row.teams, type=list[str])) for row in rows}

    def remember(self, queues: Mapping[str, Sequence[str]]) -> None:
        """These are there now, with these teams; the others stay as they were."""
        if not queues:
            return
        rows = [{"queue": name, "teams": msgspec.json.encode(list(teams)).decode()} for name, teams in queues.items()]
        with self._journal.transaction(writes=True) as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            put = insert(queue_known)
            teams = {"teams": put.excluded.teams}
            connection.execute(put.on_conflict_do_update(index_elements=[queue_known.c.queue], set_=teams), rows)
