"""Keeps the table of recordings level with the journal while the daemon runs, and deletes what is too old.

All in a thread. A recording that is complete and whose file is not there is told once, a while later: the switch may
still be writing.
"""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool

from config.models import Settings
from cti_bridge.app.sound_files import Retained, SoundFiles, delete_of_contacts, retain
from cti_bridge.shell.clock import Clock
from facts.ids import ContactId
from facts.journal import ContactConnected, Entry, RecordingStarted, RecordingStopped
from storage.journal import Journal
from storage.recordings import KINDS, Recording, Recordings, RecordingsFiller

log = structlog.get_logger(__name__)

EVERY_S = 2.0
RETAIN_EVERY_S = 3600.0
LOOK_FOR_S = 15.0
"""So long after its end a recording's file is looked for."""


class RecordingUpkeep:
    """``recordings`` and ``files`` are for whoever shows them."""

    def __init__(self, reactor: Any, clock: Clock, journal: Journal, settings: Settings) -> None:
        self._reactor = reactor
        self._clock = clock
        self.recordings = Recordings(journal)
        self.files = SoundFiles(settings)
        self._filler = RecordingsFiller(journal)
        self._fault = ""
        self._written: Callable[[], object] | None = None
        self._is_wanted_at_once: Callable[[], bool] = lambda: False
        self._being_made: set[ContactId] = set()
        self._is_filling = self._is_behind = False
        self._filling = LoopingCall(self.fill)
        self._retaining = LoopingCall(self.retain)
        self._filling.clock = self._retaining.clock = reactor

    def follow(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        self.files.follow(settings)

    def start(self) -> None:
        """Begin."""
        self._filling.start(EVERY_S)
        self._retaining.start(RETAIN_EVERY_S)

    async def stop(self) -> None:
        """Take in the last ones, and end; to be called when the daemon has stopped."""
        for loop in (self._filling, self._retaining):
            if loop.running:
                loop.stop()
        await self.fill()

    def fill(self) -> "Deferred[None]":
        """Take in what is new."""
        return self._in_thread(self._filler.step).addCallbacks(self._filled, self._failed)

    # -- at once -----------------------------------------------------------------------------------------------------

    def hurry(self, written: Callable[[], object], is_wanted: Callable[[], bool]) -> None:
        """From now on what is told to `read` is taken in at once, while ``is_wanted``.

        ``written`` returns, in a thread, when all facts so far are on disk.
        """
        self._written, self._is_wanted_at_once = written, is_wanted

    def read(self, entry: Entry) -> None:
        """Take note of the next fact."""
        fact = entry.fact
        if fact.contact_id is None or entry.fact.kind not in KINDS:
            return
        if isinstance(fact, ContactConnected) and fact.contact_id not in self._being_made:
            return
        if isinstance(fact, RecordingStarted):
            self._being_made.add(fact.contact_id)
        elif isinstance(fact, RecordingStopped):
            self._being_made.discard(fact.contact_id)
        if self._is_wanted_at_once():
            self._fill_at_once()

    def _fill_at_once(self) -> None:
        if self._is_filling:
            self._is_behind = True
            return
        self._is_filling, self._is_behind = True, False
        filled = self._in_thread(self._write_and_step).addCallbacks(self._filled, self._failed)
        filled.addBoth(lambda _: self._at_once_filled())

    def _write_and_step(self) -> list[Recording]:
        if self._written is not None:
            self._written()
        return self._filler.step()

    def _at_once_filled(self) -> None:
        self._is_filling = False
        if self._is_behind:
            self._fill_at_once()

    # -- what is there -----------------------------------------------------------------------------------------------

    def _filled(self, done: list[Recording]) -> None:
        self._fault = ""
        if done and self.files.folder is not None:
            self._reactor.callLater(LOOK_FOR_S, self._look_for, done)

    def _look_for(self, done: list[Recording]) -> None:
        self._in_thread(lambda: [one for one in done if self.files.size(one) is None]).addCallbacks(
            self._tell_missing, self._failed
        )

    def _tell_missing(self, missing: list[Recording]) -> None:
        for one in missing:
            log.error(
                "recording_missing",
                recording_id=one.recording_id,
                file=one.file,
                mend="is asterisk.spool_folder the switch's spool, and is its disk full?",
            )

    def erase(self, contact_ids: Sequence[str], by: str) -> int:
        """Delete all sounds of an erased person's contacts; in a thread of whoever asks."""
        self._filler.step()
        return delete_of_contacts(self.recordings, self.files, contact_ids, self._clock.now(), by)

    def retain(self) -> "Deferred[None]":
        """Delete what is too old."""
        now = self._clock.now()
        return self._in_thread(lambda: retain(self.recordings, self.files, now)).addCallbacks(
            self._retained, self._failed
        )

    def _retained(self, outcome: Retained) -> None:
        if outcome.deleted:
            log.info("recordings_retained", deleted=outcome.deleted, files_missing=outcome.missing)
        for reason in outcome.kept:
            log.error("recording_not_deleted", reason=reason, mend="may the daemon's user delete there?")

    def _failed(self, failure: Any) -> None:
        fault = failure.getErrorMessage()
        if fault != self._fault:
            log.error("recordings_not_kept_up", reason=fault)
        self._fault = fault

    def _in_thread(self, function: Callable[[], Any]) -> "Deferred[Any]":
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), function)
