"""Recordings and messages as the console sees them; every access to a sound is told in the audit log."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, TypeVar

from agent_console.documents.media import Pause, RecordingDoc, SoundState, VoicemailDoc
from agent_console.documents.values import Page
from agent_console.errors import ConflictError, NotFoundError, StateChangedError, UnavailableError
from agent_console.http.paging import Key, Whole, cursor_of_parts, parts_of
from agent_console.ports import MessageQuery, Reach, Sound
from cti_bridge.app.console.calls_back import CallsBack
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.sound_files import SoundFiles
from facts.ids import ContactId
from facts.journal import ContactOffered
from facts.time import DAY, Instant, to_seconds
from storage.journal import Journal
from storage.recordings import Kind, Recording, Recordings, Seen

T = TypeVar("T")

PIECE: Final = 65_536
TOLD_AGAIN_S: Final = 600.0
"""A player asks for a sound in many pieces: within so long they are one access."""

MEDIA_TYPES: Final = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".gsm": "audio/x-gsm"}


class KeptRecordings:
    """`agent_console.ports.Recordings` over the table and the switch's files."""

    def __init__(
        self,
        recordings: Recordings,
        files: SoundFiles,
        journal: Journal,
        threads: Threads,
        now: Callable[[], Instant],
        *,
        calls_back: CallsBack,
    ) -> None:
        self._recordings = recordings
        self._files = files
        self._journal = journal
        self._threads = threads
        self._now = now
        self._calls_back = calls_back
        self._told: dict[tuple[str, str], float] = {}

    # -- looking -----------------------------------------------------------------------------------------------------

    async def recordings(
        self, contact_id: str | None, cursor: str | None, limit: int, reach: Reach | None
    ) -> Page[RecordingDoc]:
        """The latest first."""
        before = None if cursor is None else parts_of(cursor, tuple[Whole, Key])
        found = await self._latest("talk", MessageQuery(contact_id=contact_id), before, limit, reach)
        return await self._threads.run(_page, found, limit, self._recording)

    async def voicemails(
        self, query: MessageQuery, cursor: str | None, limit: int, reach: Reach | None
    ) -> Page[VoicemailDoc]:
        """The latest first."""
        before = None if cursor is None else parts_of(cursor, tuple[Whole, Key])
        found = await self._latest("voicemail", query, before, limit, reach)
        return await self._threads.run(_page, found, limit, self._voicemail)

    async def _latest(
        self, kind: Kind, query: MessageQuery, before: tuple[Instant, str] | None, limit: int, reach: Reach | None
    ) -> list[Recording]:
        return await self._threads.run(
            self._recordings.latest,
            kind,
            contact_id=query.contact_id,
            before=before,
            most=limit + 1,
            seen=_seen(reach),
            mailbox=query.mailbox,
            done=query.done,
        )

    async def recording(self, recording_id: str, reach: Reach | None) -> RecordingDoc:
        """One."""
        return await self._threads.run(lambda: self._recording(self._within(recording_id, reach)))

    async def voicemail(self, voicemail_id: str, reach: Reach | None) -> VoicemailDoc:
        """One."""
        return await self._threads.run(lambda: self._voicemail(self._within(voicemail_id, reach, kind="voicemail")))

    # -- sounds ------------------------------------------------------------------------------------------------------

    async def sound(
        self, sound_id: str, part: tuple[int, int | None], by: str, reach: Reach | None, *, kind: Kind
    ) -> Sound:
        """Its bytes, read as they are sent."""
        return await self._threads.run(lambda: self._open(self._within(sound_id, reach, kind), part, by))

    def _open(self, one: Recording, part: tuple[int, int | None], by: str) -> Sound:
        if one.deleted_at is not None:
            raise ConflictError(f"the sound of {one.recording_id} was deleted by {one.deleted_by}")
        if self._files.folder is None:
            raise UnavailableError("the folder of recordings is not seen from here: set asterisk.spool_folder")
        path, size = self._files.path(one), self._files.size(one)
        if path is None or size is None:
            raise ConflictError(f"the file of {one.recording_id} is not there: {one.file}")
        start, end = part
        first = max(0, size + start) if start < 0 else start
        last = size if end is None else min(end, size)
        self._tell_access(one, by)
        return Sound(
            media_type=MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream"),
            size=size,
            start=first,
            end=max(first, last),
            chunks=self._pieces(path, first, last),
        )

    async def _pieces(self, path: Path, start: int, end: int) -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            file.seek(start)
            left = end - start
            while left > 0:
                piece = await self._threads.run(file.read, min(PIECE, left))
                if not piece:
                    return
                left -= len(piece)
                yield piece

    def _tell_access(self, one: Recording, by: str) -> None:
        now = time.monotonic()
        if now - self._told.get((one.recording_id, by), -TOLD_AGAIN_S) < TOLD_AGAIN_S:
            return
        self._told = {key: at for key, at in self._told.items() if now - at < TOLD_AGAIN_S}
        self._recordings.note_access(one.recording_id, at=self._now(), by=by)
        self._told[one.recording_id, by] = now

    # -- changing ----------------------------------------------------------------------------------------------------

    async def remove(self, recording_id: str, by: str, reach: Reach | None) -> None:
        """Delete the sound."""

        def delete() -> None:
            one = self._within(recording_id, reach)
            if one.deleted_at is not None:
                return
            if self._state(one, self._files.size(one)) == "running":
                raise StateChangedError("it is being recorded still: stop the recording first", self._document(one))
            try:
                self._files.delete(one)
            except OSError as error:
                raise UnavailableError(f"the file of {recording_id} cannot be deleted: {error.strerror}") from error
            self._recordings.note_deleted(recording_id, at=self._now(), by=by)

        await self._threads.run(delete)

    async def voicemail_done(self, voicemail_id: str, by: str, reach: Reach | None) -> VoicemailDoc:
        """Somebody has dealt with it; who did first stays."""

        def note() -> VoicemailDoc:
            self._within(voicemail_id, reach, kind="voicemail")
            self._recordings.note_done(voicemail_id, at=self._now(), by=by)
            return self._voicemail(self._within(voicemail_id, reach))

        return await self._threads.run(note)

    async def voicemail_open(self, voicemail_id: str, by: str, reach: Reach | None) -> VoicemailDoc:
        """It wants somebody again."""

        def note() -> VoicemailDoc:
            self._within(voicemail_id, reach, kind="voicemail")
            self._recordings.note_open(voicemail_id, at=self._now(), by=by)
            return self._voicemail(self._within(voicemail_id, reach))

        return await self._threads.run(note)

    def calling_back(self, voicemail_id: str, by: str) -> AbstractContextManager[Callable[[str], None]]:
        """Around a call to who left it."""
        return self._calls_back.around(voicemail_id, by)

    def document(self, one: Recording) -> RecordingDoc | VoicemailDoc:
        """As a list shows it; reads a file's size and a caller's number, so in a thread."""
        return self._voicemail(one) if one.kind == "voicemail" else self._recording(one)

    # -- documents ---------------------------------------------------------------------------------------------------

    def _within(self, recording_id: str, reach: Reach | None, kind: Kind | None = None) -> Recording:
        found, seen = self._recordings.one(recording_id), _seen(reach)
        if found is None or (seen is not None and not seen.has(found)) or kind not in {None, found.kind}:
            raise NotFoundError(f"there is no recording {recording_id!r} that you may hear")
        return found

    def _state(self, one: Recording, size: int | None) -> SoundState:
        if one.deleted_at is not None:
            return "deleted"
        if one.length_us is None and self._now() - one.began_at < DAY:
            return "running"
        if self._files.folder is None:
            return "unreachable"
        return "missing" if size is None else "stored"

    def _document(self, one: Recording) -> RecordingDoc | VoicemailDoc:
        return self._voicemail(one) if one.kind == "voicemail" else self._recording(one)

    def _recording(self, one: Recording) -> RecordingDoc:
        size = self._files.size(one)
        return RecordingDoc(
            recording_id=one.recording_id,
            contact_id=one.contact_id,
            customer_id=one.customer_id,
            agent=one.agents[0] if one.agents else None,
            agents=list(one.agents),
            queue=one.queue,
            started_at=one.began_at,
            length_s=None if one.length_us is None else to_seconds(one.length_us),
            pauses=[
                Pause(from_s=to_seconds(begin), to_s=None if end is None else to_seconds(end))
                for begin, end in one.pauses
            ],
            bytes=size,
            delete_after=self._files.kept_until(one),
            state=self._state(one, size),
            deleted_at=one.deleted_at,
            deleted_by=one.deleted_by,
        )

    def _voicemail(self, one: Recording) -> VoicemailDoc:
        size = self._files.size(one)
        number, name = self._caller(one.contact_id)
        return VoicemailDoc(
            voicemail_id=one.recording_id,
            contact_id=one.contact_id,
            mailbox=one.mailbox or "",
            at=one.began_at,
            length_s=to_seconds(one.length_us or 0),
            caller_number=number,
            caller_name=name,
            customer_id=one.customer_id,
            bytes=size,
            delete_after=self._files.kept_until(one),
            state=self._state(one, size),
            heard_by=one.heard_by,
            done_by=one.done_by,
            done_at=one.done_at,
            called_by=one.called_by,
            called_at=one.called_at,
            called_contact=one.called_contact,
        )

    def _caller(self, contact_id: ContactId) -> tuple[str, str]:
        """The caller's number and name, as long as nobody erased them."""
        for entry in self._journal.entries(kinds={"ContactOffered"}, contact_id=contact_id):
            if isinstance(entry.fact, ContactOffered):
                return entry.fact.caller_number, entry.fact.caller_name
        return "", ""


def _page(found: list[Recording], limit: int, doc: Callable[[Recording], T]) -> Page[T]:
    part = found[:limit]
    more = cursor_of_parts(part[-1].began_at, part[-1].recording_id) if found[limit:] else None
    return Page(items=[doc(one) for one in part], next_cursor=more)


def _seen(reach: Reach | None) -> Seen | None:
    if reach is None:
        return None
    return Seen(agents=reach.agents, queues=reach.queues, hidden_queues=reach.hidden_queues, elsewhere=reach.elsewhere)
