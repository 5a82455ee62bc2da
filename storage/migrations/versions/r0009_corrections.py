"""Corrections are found among all facts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the index."""
    where = sa.text("kind IN ('AgentTimeCorrected', 'DispositionCorrected')")
    op.create_index("journal_correction", "journal", ["node", "seq"], postgresql_where=where, sqlite_where=where)
