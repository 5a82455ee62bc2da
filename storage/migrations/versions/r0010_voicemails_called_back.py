"""Who called back after a message, and with which call."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("recording", sa.Column("called_by", sa.Text))
    op.add_column("recording", sa.Column("called_at", sa.BigInteger))
    op.add_column("recording", sa.Column("called_contact", sa.Text))
