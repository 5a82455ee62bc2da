"""Where the sounds of recordings and messages are: files in the switch's spool, by their bare names."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from config.models import Settings
from config.queues import Queue
from facts.time import DAY, Instant
from storage.recordings import RETENTION, Recording, Recordings, kept_until

FOLDER = "recording"
"""Of the switch's spool."""


class SoundFiles:
    """The folder of sounds; None: this machine does not see it."""

    def __init__(self, settings: Settings) -> None:
        self.follow(settings)

    def follow(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        asterisk = settings.asterisk
        spool = None if asterisk is None else asterisk.spool_folder
        self.folder: Path | None = None if spool is None else spool.expanduser() / FOLDER
        self._queues = dict(settings.queues)
        self._messages_kept = 90 if asterisk is None else asterisk.voicemails_kept_days

    def path(self, one: Recording) -> Path | None:
        """The file of a recording, whatever folder the switch named; None where it cannot be."""
        name = Path(one.file).name
        return None if self.folder is None or name in {"", ".", ".."} else self.folder / name

    def size(self, one: Recording) -> int | None:
        """How many bytes there are; None: there is no such file here."""
        path = self.path(one)
        try:
            return None if path is None or path.is_symlink() or not path.is_file() else path.stat().st_size
        except OSError:
            return None

    def delete(self, one: Recording) -> bool:
        """Remove the file; whether there was one. Raises OSError when it cannot be removed."""
        path = self.path(one)
        if path is None or not path.exists():
            return False
        path.unlink()
        return True

    def kept_until(self, one: Recording) -> Instant | None:
        """When retention deletes it, by the present settings; None: never."""
        if one.kind == "voicemail":
            return kept_until(one, self._messages_kept)
        queue = self._queues.get(one.queue or "") or Queue()
        return kept_until(one, queue.recordings_kept_days)

    def too_old(self, recordings: Recordings, now: Instant) -> Iterator[Recording]:
        """What is kept longer than the settings want, as far as one look tells; the next one tells the rest."""
        for name, queue in self._queues.items():
            if queue.recordings_kept_days:
                yield from recordings.too_old("talk", now - queue.recordings_kept_days * DAY, [name])
        usual = Queue().recordings_kept_days
        yield from recordings.too_old("talk", now - usual * DAY, list(self._queues), but=True)
        if self._messages_kept:
            yield from recordings.too_old("voicemail", now - self._messages_kept * DAY, None)


class Retained(msgspec.Struct, kw_only=True):
    """What a round of retention did. ``kept``: ids of those whose files could not be removed, with the reason."""

    deleted: int = 0
    missing: int = 0
    kept: list[str] = []


def retain(recordings: Recordings, files: SoundFiles, now: Instant) -> Retained:
    """Delete what is kept longer than the settings want; what cannot be deleted is tried again the next time."""
    outcome = Retained()
    for one in files.too_old(recordings, now):
        try:
            there = files.delete(one)
        except OSError as error:
            outcome.kept.append(f"{one.recording_id}: {error.strerror}")
            continue
        recordings.note_deleted(one.recording_id, at=now, by=RETENTION)
        outcome.deleted += 1
        outcome.missing += not there
    return outcome


def delete_of_contacts(
    recordings: Recordings, files: SoundFiles, contact_ids: Sequence[str], now: Instant, by: str
) -> int:
    """Delete all sounds of these contacts, as of an erased person; how many. Raises OSError."""
    found = [one for one in recordings.of_contacts(contact_ids) if one.deleted_at is None]
    for one in found:
        files.delete(one)
        recordings.note_deleted(one.recording_id, at=now, by=by)
    return len(found)
