"""Errors of the stores. Each says which database, what is wrong with it, and what to do."""


class StorageError(Exception):
    """Base of all errors here."""


class DatabaseUrlError(StorageError):
    """The address of a database cannot be understood, or its driver is not installed."""


class JournalMissingError(StorageError):
    """There is no journal at this address, and it was to be read only."""


class SchemaError(StorageError):
    """The tables are of another version than this program's."""


class DatabaseAwayError(StorageError):
    """The database cannot be reached or broke off; what was being written may or may not be in it."""


class DatabaseLockedError(DatabaseAwayError):
    """Another process holds the database and did not let go in time."""


class DiskFullError(DatabaseAwayError):
    """The disk, or the room that the database may take, is full."""


class SequenceError(StorageError):
    """A fact does not carry the number after its node's last one. Nothing was written."""


class ForeignWriterError(StorageError):
    """Somebody else writes facts under the same node's name. Nothing was written."""


class ReadOnlyError(StorageError):
    """The journal was opened for reading."""


class UnreadableFactError(StorageError):
    """A stored fact is none that this program knows."""


class JournalFullError(StorageError):
    """The writer holds as much as it may; the entry was not taken and may be offered again."""


class QuestionError(StorageError):
    """A question in SQL that cannot be answered."""

    exit_code = 2
