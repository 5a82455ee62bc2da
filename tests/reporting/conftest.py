"""Journals on every database, as for the tests of the store."""

from tests.storage.conftest import database, journal, postgresql

__all__ = ["database", "journal", "postgresql"]
