"""Interval tables in columns: sheets of whole days, beside the cells that changed lately. They are filled anew."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables; what the old ones held is reckoned anew from the journal."""
    op.drop_table("interval_cell")
    op.create_table(
        "interval_cell",
        sa.Column("family", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "interval_sheet",
        sa.Column("family", sa.Text, primary_key=True),
        sa.Column("grain", sa.Text, primary_key=True),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":  # packed already; the server's own packing would only take time
        op.execute("ALTER TABLE interval_sheet ALTER COLUMN data SET STORAGE EXTERNAL")
    op.execute("DELETE FROM interval_filling")
    op.execute("DELETE FROM interval_rules")
