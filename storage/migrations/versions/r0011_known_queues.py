"""Every queue that a start of the daemon found in the settings, with its teams."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "queue_known",
        sa.Column("queue", sa.Text, primary_key=True),
        sa.Column("teams", sa.Text, nullable=False),
    )
