"""Customers, their numbers and accounts, merges; facts by customer."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables, and the index of facts."""
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("open_matters", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("merged_into", sa.Text),
    )
    op.create_index("customer_folded", "customer", ["folded", "customer_id"])
    op.create_index("customer_merged_into", "customer", ["merged_into"])
    op.create_table(
        "customer_number",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_index("customer_number_customer", "customer_number", ["customer_id"])
    op.create_table(
        "customer_account",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_index("customer_account_customer", "customer_account", ["customer_id"])
    op.create_table(
        "customer_merge",
        sa.Column("number", _ROW_ID, primary_key=True),
        sa.Column("kept", sa.Text, nullable=False),
        sa.Column("merged", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
        sa.Column("undone_by", sa.Text),
    )
    where = sa.text("customer_id IS NOT NULL")
    op.create_index(
        "journal_customer",
        "journal",
        ["customer_id"],
        postgresql_using="hash",
        postgresql_where=where,
        sqlite_where=where,
    )
