"""Interval tables: cells by family, grain, beginning and key; how far the journal is in them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "interval_cell",
        sa.Column("family", sa.Text, primary_key=True),
        sa.Column("grain", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "interval_filling",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("refold_from", sa.BigInteger, nullable=False),
        sa.Column("open_spans", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "interval_rules",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("zone", sa.Text, nullable=False),
    )
