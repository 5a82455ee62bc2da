"""The journal, its personal fields, the heads of its chains and the checkpoints of retention."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "journal",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("switch_at", sa.BigInteger),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Text),
        sa.Column("agent_id", sa.Text),
        sa.Column("customer_id", sa.Text),
        sa.Column("queue", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("personal_digest", sa.LargeBinary),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("journal_time", "journal", ["node", "at", "seq"])
    op.create_index("journal_contact", "journal", ["contact_id"], postgresql_using="hash")
    op.create_table(
        "journal_personal",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Text),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("journal_personal_number", "journal_personal", ["number"], postgresql_using="hash")
    op.create_table(
        "journal_head",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "journal_checkpoint",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
