"""Recordings and voicemails, filled from the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recording",
        sa.Column("recording_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("contact_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("queue", sa.Text),
        sa.Column("mailbox", sa.Text),
        sa.Column("agents", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("length_us", sa.BigInteger),
        sa.Column("pauses", sa.Text, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sa.Column("deleted_by", sa.Text),
        sa.Column("heard_by", sa.Text),
        sa.Column("done_by", sa.Text),
        sa.Column("done_at", sa.BigInteger),
    )
    op.create_index("recording_began", "recording", ["kind", "began_at", "recording_id"])
    op.create_index("recording_contact", "recording", ["contact_id"], postgresql_using="hash")
    op.create_table(
        "recording_filling",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
