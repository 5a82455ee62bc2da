"""Rights lie in settings and accounts together, and are taken away one after the other, whichever of them is changed.

Who may change everything is told by the settings in force and by the accounts: neither a change of the one nor of the
other may leave nobody. Each such change is judged within its transaction, and no two of them run at the same moment.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema import settings_revision

_KEY: Final = 7242002
"""Of PostgreSQL's advisory lock; any number that nothing else here has."""


def hold_rights_within(connection: Connection) -> None:
    """From now on until the transaction's end no other takes rights away. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_KEY)))


def last_revision_within(connection: Connection) -> int:
    """The number of the settings in force; 0 while a file leads."""
    return connection.execute(sa.select(sa.func.max(settings_revision.c.number))).scalar() or 0
