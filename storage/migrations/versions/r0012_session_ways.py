"""How each session was begun: a one-time password has to be changed only in sessions that were begun by it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    op.add_column("account_session", sa.Column("via", sa.Text))
