"""The settings in force: those of the file, with what administrators changed in the database once that leads.

The database is only looked at: one that is not there, or of before there were revisions, leaves the file in the lead.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from config.administered import SECTIONS, Difference, Document
from config.errors import ConfigError, Problem
from config.load import Examination, administered_of, examine
from config.models import Settings
from cti_bridge.app.database_address import database_address
from cti_bridge.app.settings_present import Present
from storage.errors import JournalMissingError, SchemaError
from storage.journal import open_journal
from storage.settings_revisions import SettingsRevisions

_OWN_SECTIONS = ("home", "database")


class Leading(msgspec.Struct, frozen=True, kw_only=True):
    """Settings as examined, what leads in them, and what the file says that does not (any more)."""

    examination: Examination
    present: Present
    unheeded: tuple[Difference, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever reads the settings file should know."""
        if self.present.revision is None:
            return ()
        led = ", ".join(SECTIONS)
        notes = [f"revision {self.present.number} in the database leads, not the file, for {led}"]
        if self.unheeded:
            items = ", ".join(one.key for one in self.unheeded[:10])
            more = f" and {len(self.unheeded) - 10} more" if len(self.unheeded) > 10 else ""
            notes.append(
                f"the file was changed without effect: {items}{more}; `cordboard config diff` shows how, "
                "`cordboard config import` takes it in"
            )
        return tuple(notes)

    @property
    def settings(self) -> Settings:
        """The settings; raises :class:`config.errors.ConfigError` when there are mistakes in them."""
        if self.examination.problems:
            raise ConfigError(self.examination.problems)
        return self.examination.settings


def load_leading(path: Path | None, env: Mapping[str, str]) -> Settings:
    """The settings in force; raises :class:`config.errors.ConfigError` and `storage.errors.StorageError`."""
    return examine_leading(path, env).settings


def examine_leading(path: Path | None, env: Mapping[str, str]) -> Leading:
    """Read file, environment and database; mistakes of what the database leads in are not the file's any more.

    Raises :class:`config.errors.UnreadableSettings`, `storage.errors.StorageError`.
    """
    of_file = examine(path, env)
    said = administered_of(path).administered
    found = None if any(map(_hides_the_database, of_file.problems)) else _latest(of_file.settings, said)
    if found is None:
        return Leading(examination=of_file, present=Present(revision=None, document=said))
    present, unheeded = found
    return Leading(examination=examine(path, env, present.document), present=present, unheeded=unheeded)


def _hides_the_database(problem: Problem) -> bool:
    """Whether a mistake leaves open where the database is."""
    key = problem.key.lower().removeprefix("cordboard_").replace("__", ".")
    return not key or key.split(".")[0] in _OWN_SECTIONS


def _latest(settings: Settings, said: Document) -> tuple[Present, tuple[Difference, ...]] | None:
    try:
        with open_journal(database_address(settings), read_only=True) as journal:
            revisions = SettingsRevisions(journal)
            latest = revisions.latest()
            if latest is None:
                return None
            present = Present(revision=latest[0], document=latest[1])
            return present, present.news(said, revisions.latest_of_file() or {})
    except (JournalMissingError, SchemaError):
        return None
