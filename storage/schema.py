"""The tables, as this version of the program knows them. `storage.migrations` makes them step by step."""

import sqlalchemy as sa

REVISION = "0012"
"""The newest migration. Opening a database compares this with what it holds, without loading Alembic."""

metadata = sa.MetaData()

CORRECTIONS = ("AgentTimeCorrected", "DispositionCorrected")
"""Kinds of facts that a report looks for however late they come; few, so they have an index of their own."""

IS_CORRECTION = sa.text("kind IN ('AgentTimeCorrected', 'DispositionCorrected')")
"""Written out, because an index of some rows is used only by who asks for these rows in the same words."""

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False, comment="microseconds since 1970 UTC, the node's clock"),
    sa.Column("switch_at", sa.BigInteger, comment="the telephone switch's own time stamp, where it has one"),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("contact_id", sa.Text),
    sa.Column("agent_id", sa.Text),
    sa.Column("customer_id", sa.Text),
    sa.Column("queue", sa.Text),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False, comment="the fact as JSON, without its personal fields"),
    sa.Column("personal_digest", sa.LargeBinary, comment="SHA-256 of salt and personal fields, where there are any"),
    sa.Column("hash", sa.LargeBinary, nullable=False, comment="SHA-256 over the node's previous hash and this row"),
    sa.Index("journal_time", "node", "at", "seq"),
    # A hash index takes values of any length, a tree only short ones; a contact's id may come from a foreign file.
    sa.Index("journal_contact", "contact_id", postgresql_using="hash"),
    sa.Index(
        "journal_customer",
        "customer_id",
        postgresql_using="hash",
        postgresql_where=sa.text("customer_id IS NOT NULL"),
        sqlite_where=sa.text("customer_id IS NOT NULL"),
    ),
    sa.Index("journal_correction", "node", "seq", postgresql_where=IS_CORRECTION, sqlite_where=IS_CORRECTION),
)

journal_personal = sa.Table(
    "journal_personal",
    metadata,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Text, comment="the person's number, to find them by"),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("data", sa.Text, nullable=False, comment="the personal fields as JSON"),
    sa.Index("journal_personal_number", "number", postgresql_using="hash"),
)

journal_head = sa.Table(
    "journal_head",
    metadata,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, comment="the node's last fact"),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

journal_checkpoint = sa.Table(
    "journal_checkpoint",
    metadata,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, comment="the last fact that retention removed"),
    sa.Column("hash", sa.LargeBinary, nullable=False, comment="its hash: the chain goes on from here"),
    sa.Column("at", sa.BigInteger, nullable=False, comment="facts before this instant were removed"),
)

interval_cell = sa.Table(
    "interval_cell",
    metadata,
    sa.Column("family", sa.Text, primary_key=True, comment="queue, agent or entry_point"),
    sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False, comment="the quarter's first instant"),
    sa.Column("key", sa.Text, primary_key=True, comment="the slice's value as JSON"),
    sa.Column("data", sa.LargeBinary, nullable=False, comment="counts, sums and histograms, MessagePack"),
)
"""What changed lately; from time to time it is added to the sheets."""

interval_sheet = sa.Table(
    "interval_sheet",
    metadata,
    sa.Column("family", sa.Text, primary_key=True, comment="queue, agent or entry_point"),
    sa.Column("grain", sa.Text, primary_key=True, comment="15min, 30min, hour or day, of the zone in interval_rules"),
    sa.Column(
        "block", sa.BigInteger, primary_key=True, autoincrement=False, comment="a day of UTC; of days 32 of them"
    ),
    sa.Column("data", sa.LargeBinary, nullable=False, comment="all cells of the block, in columns"),
)

interval_filling = sa.Table(
    "interval_filling",
    metadata,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, comment="the node's last fact that is in the cells"),
    sa.Column("as_of", sa.BigInteger, nullable=False, comment="its time"),
    sa.Column("refold_from", sa.BigInteger, nullable=False, comment="reading from here brings the fold's state back"),
    sa.Column("open_spans", sa.LargeBinary, nullable=False, comment="agents' stretches that are not over"),
)

interval_rules = sa.Table(
    "interval_rules",
    metadata,
    sa.Column("version", sa.Text, primary_key=True, comment="of the rules by which the cells were filled"),
    sa.Column("zone", sa.Text, nullable=False, comment="the time zone of the days"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False, comment="who did it"),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("resource", sa.Text, nullable=False, comment="the kind of thing that was changed"),
    sa.Column("key", sa.Text, nullable=False, comment="which one"),
    sa.Column("before", sa.Text, comment="JSON; none when it was made"),
    sa.Column("after", sa.Text, comment="JSON; none when it was removed"),
    sa.Index("audit_resource", "resource", "key"),
)

settings_revision = sa.Table(
    "settings_revision",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False, comment="1 and on, without gap"),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False, comment="who made it"),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False, comment="file when it is what a settings file says, else change"),
    sa.Column("undoes", sa.BigInteger, comment="the revision that this one takes back"),
    sa.Column("changed", sa.Text, nullable=False, comment="the items that differ from before: JSON [[section, name]]"),
    sa.Column("document", sa.Text, nullable=False, comment="all administered sections, whole, as JSON"),
)

account = sa.Table(
    "account",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("password", sa.Text, comment="Argon2id; none: signs in by a provider only"),
    sa.Column("must_change", sa.Boolean, nullable=False, comment="the password is a one-time one"),
    sa.Column("expires_at", sa.BigInteger, comment="when a one-time password is worth nothing any more"),
    sa.Column("failures", sa.Integer, nullable=False, comment="wrong passwords in a row"),
    sa.Column("locked_until", sa.BigInteger, comment="after too many of them"),
    sa.Column("locked", sa.Boolean, nullable=False, comment="by an administrator"),
    sa.Column("last_sign_in", sa.BigInteger),
    sa.Column("profile", sa.Text, comment="JSON: who it is, of a user who is not in the settings"),
)

account_session = sa.Table(
    "account_session",
    metadata,
    sa.Column("session_id", sa.Text, primary_key=True, comment="public: to end it by"),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True, comment="SHA-256 of the cookie's secret"),
    sa.Column("user", sa.Text, nullable=False),
    sa.Column("csrf_token", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False, comment="when it was used last, to the minute"),
    sa.Column("expires_at", sa.BigInteger, nullable=False, comment="its end, however much it is used"),
    sa.Column("via", sa.Text, comment="how it was begun: password, oidc; null: by password, before this was kept"),
    sa.Index("account_session_user", "user"),
)

api_token = sa.Table(
    "api_token",
    metadata,
    sa.Column("token_id", sa.Text, primary_key=True, comment="public: to end it by"),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True, comment="SHA-256 of the secret"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("user", sa.Text, nullable=False, comment="whose rights it has"),
    sa.Column("scopes", sa.Text, nullable=False, comment="words, with blanks between"),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("last_used_at", sa.BigInteger, comment="to the minute"),
    sa.Column("expires_at", sa.BigInteger),
    sa.Index("api_token_user", "user"),
)

customer = sa.Table(
    "customer",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True, comment="the key in facts: a pseudonym, no name or number"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("folded", sa.Text, nullable=False, comment="the name without regard to case, to search and sort by"),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("open_matters", sa.Text, nullable=False, comment="a JSON array of texts"),
    sa.Column("version", sa.BigInteger, nullable=False, comment="grows with every change"),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("merged_into", sa.Text, comment="the record that stands for this one"),
    sa.Index("customer_folded", "folded", "customer_id"),
    sa.Index("customer_merged_into", "merged_into"),
)

customer_number = sa.Table(
    "customer_number",
    metadata,
    sa.Column("number", sa.Text, primary_key=True, comment="E.164 where it can be read so"),
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Index("customer_number_customer", "customer_id"),
)

customer_account = sa.Table(
    "customer_account",
    metadata,
    sa.Column("account", sa.Text, primary_key=True, comment="the key in another system; one customer has it"),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Index("customer_account_customer", "customer_id"),
)

customer_merge = sa.Table(
    "customer_merge",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("kept", sa.Text, nullable=False),
    sa.Column("merged", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("undone_at", sa.BigInteger),
    sa.Column("undone_by", sa.Text),
)

recording = sa.Table(
    "recording",
    metadata,
    sa.Column("recording_id", sa.Text, primary_key=True, comment="node and number of the fact that began it"),
    sa.Column("kind", sa.Text, nullable=False, comment="talk or voicemail"),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text),
    sa.Column("queue", sa.Text),
    sa.Column("mailbox", sa.Text),
    sa.Column("agents", sa.Text, nullable=False, comment="who is heard: JSON array, the first who talked first"),
    sa.Column("file", sa.Text, nullable=False, comment="a name in the switch's folder of recordings"),
    sa.Column("began_at", sa.BigInteger, nullable=False),
    sa.Column("length_us", sa.BigInteger, comment="none while it is being made"),
    sa.Column(
        "pauses", sa.Text, nullable=False, comment="silence: JSON array of [from, to], microseconds; to may lack"
    ),
    sa.Column("deleted_at", sa.BigInteger),
    sa.Column("deleted_by", sa.Text, comment="a user, or retention"),
    sa.Column("heard_by", sa.Text, comment="of a voicemail: who heard it first"),
    sa.Column("done_by", sa.Text, comment="of a voicemail: who dealt with it"),
    sa.Column("done_at", sa.BigInteger),
    sa.Column("called_by", sa.Text, comment="of a voicemail: who called back last"),
    sa.Column("called_at", sa.BigInteger),
    sa.Column("called_contact", sa.Text, comment="the contact of that call"),
    sa.Index("recording_began", "kind", "began_at", "recording_id"),
    sa.Index("recording_contact", "contact_id", postgresql_using="hash"),
)

recording_filling = sa.Table(
    "recording_filling",
    metadata,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, comment="the node's last fact that was looked at"),
)

queue_known = sa.Table(
    "queue_known",
    metadata,
    sa.Column("queue", sa.Text, primary_key=True),
    sa.Column("teams", sa.Text, nullable=False, comment="whose supervisors see it: JSON array; empty: everybody's"),
)
