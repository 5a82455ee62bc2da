"""Recordings and messages: lists, sounds in pieces, deletion. Every access to a sound is in the audit log."""

import re
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from agent_console.documents.media import RecordingDoc, VoicemailDoc
from agent_console.documents.values import Page
from agent_console.errors import UnavailableError
from agent_console.http.access import Sight
from agent_console.http.guard import Daemon, Seen, Who
from agent_console.http.paging import Cursor, Limit
from agent_console.ports import Ports, Reach, Recordings

router = APIRouter(tags=["recordings"])

_SOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"audio/wav": {}}, "description": "The whole sound."},
    206: {"content": {"audio/wav": {}}, "description": "The part that was asked for."},
    416: {"description": "The part lies behind the end."},
}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

Range = Annotated[str | None, Header(alias="range", max_length=100, description="A part: `bytes=0-65535`.")]


def _store(ports: Ports) -> Recordings:
    if ports.recordings is None:
        raise UnavailableError("recordings are not kept here")
    return ports.recordings


def reach_of(ports: Ports, sight: Sight) -> Reach | None:
    """Whose sounds somebody may know of; None: everybody's."""
    if sight.everything:
        return None
    queues = ports.floor.queues()
    seen = frozenset(row.queue for row in queues if sight.queue(row))
    return Reach(
        agents=frozenset(row.agent for row in ports.floor.agents() if sight.agent(row)),
        queues=seen,
        hidden_queues=frozenset(row.queue for row in queues) - seen,
    )


@router.get("/recordings")
async def list_recordings(
    *,
    ports: Daemon,
    sight: Seen,
    contact: Annotated[str | None, Query(max_length=200, description="Of one contact.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RecordingDoc]:
    """Recordings of agents and queues that one may see, the latest first."""
    return await _store(ports).recordings(contact, cursor, limit, reach_of(ports, sight))


@router.get("/recordings/{recording_id}")
async def get_recording(ports: Daemon, sight: Seen, recording_id: str) -> RecordingDoc:
    """One recording."""
    return await _store(ports).recording(recording_id, reach_of(ports, sight))


@router.get("/recordings/{recording_id}/audio", response_class=StreamingResponse, responses=_SOUND)
async def get_recording_audio(ports: Daemon, who: Who, sight: Seen, recording_id: str, part: Range = None) -> Response:
    """The sound, or a part of it. Who hears it is told in the audit log."""
    return await _sound(ports, who.user, sight, recording_id, part)


@router.delete("/recordings/{recording_id}", status_code=204)
async def delete_recording(ports: Daemon, who: Who, sight: Seen, recording_id: str) -> None:
    """Delete a sound, of a talk or of a message; that there was one stays known."""
    await _store(ports).remove(recording_id, who.user, reach_of(ports, sight))


@router.get("/voicemails")
async def list_voicemails(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[VoicemailDoc]:
    """Messages that callers left, the latest first; those of a queue's mailbox for whoever sees the queue."""
    return await _store(ports).voicemails(cursor, limit, reach_of(ports, sight))


@router.get("/voicemails/{voicemail_id}")
async def get_voicemail(ports: Daemon, sight: Seen, voicemail_id: str) -> VoicemailDoc:
    """One message that a caller left."""
    return await _store(ports).voicemail(voicemail_id, reach_of(ports, sight))


@router.get("/voicemails/{voicemail_id}/audio", response_class=StreamingResponse, responses=_SOUND)
async def get_voicemail_audio(ports: Daemon, who: Who, sight: Seen, voicemail_id: str, part: Range = None) -> Response:
    """The message, or a part of it. Who hears it is told in the audit log."""
    return await _sound(ports, who.user, sight, voicemail_id, part)


@router.post("/voicemails/{voicemail_id}/done")
async def mark_voicemail_done(ports: Daemon, who: Who, sight: Seen, voicemail_id: str) -> VoicemailDoc:
    """Say that somebody has dealt with a message."""
    return await _store(ports).voicemail_done(voicemail_id, who.user, reach_of(ports, sight))


async def _sound(ports: Ports, user: str, sight: Sight, sound_id: str, part: str | None) -> Response:
    wanted = _part_of(part)
    start, end = wanted or (0, None)
    sound = await _store(ports).sound(sound_id, start, end, user, reach_of(ports, sight))
    if sound.start >= sound.size and wanted is not None:
        return Response(
            status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{sound.size}"}
        )
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(sound.end - sound.start),
        "Cache-Control": "no-store",
        "Content-Disposition": "inline",
    }
    if wanted is None:
        return StreamingResponse(sound.chunks, media_type=sound.media_type, headers=headers)
    headers["Content-Range"] = f"bytes {sound.start}-{sound.end - 1}/{sound.size}"
    return StreamingResponse(sound.chunks, HTTPStatus.PARTIAL_CONTENT, media_type=sound.media_type, headers=headers)


def _part_of(header: str | None) -> tuple[int, int | None] | None:
    """Beginning and end (exclusive) of the part; a negative beginning counts from the end. None: the whole.

    A header that is none of one part is ignored, as HTTP has it.
    """
    found = _RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or (not found[1] and not found[2]):
        return None
    if not found[1]:
        return -int(found[2]), None
    start = int(found[1])
    end = int(found[2]) + 1 if found[2] else None
    return None if end is not None and end <= start else (start, end)
