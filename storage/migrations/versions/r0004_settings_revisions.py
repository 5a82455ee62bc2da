"""Settings that administrators change while the daemon runs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "settings_revision",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("undoes", sa.BigInteger),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
