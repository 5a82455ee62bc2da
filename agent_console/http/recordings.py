"""Recordings and messages: lists, sounds in pieces, deletion. Every access to a sound is in the audit log."""

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from agent_console.documents.desk import DeskContact, Dial
from agent_console.documents.media import RecordingDoc, VoicemailDoc
from agent_console.documents.values import Page
from agent_console.errors import ConflictError, UnavailableError
from agent_console.http.access import Sight
from agent_console.http.contacts import contacts_of, may_open
from agent_console.http.floor import hidden_queues
from agent_console.http.guard import Daemon, OwnAgent, Seen, Who
from agent_console.http.paging import Cursor, Limit
from agent_console.http.reach import reach_of
from agent_console.ports import MessageQuery, Ports, Recordings, Sound
from facts.customer_rules import DIAL_NUMBER

router = APIRouter(tags=["recordings"])

_SOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"audio/wav": {}}, "description": "The whole sound."},
    206: {"content": {"audio/wav": {}}, "description": "The part that was asked for."},
    416: {"description": "The part lies behind the end."},
}
WHOLE: Final = (0, None)
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

Range = Annotated[str | None, Header(alias="range", max_length=100, description="A part: `bytes=0-65535`.")]


def _store(ports: Ports) -> Recordings:
    if ports.recordings is None:
        raise UnavailableError("recordings are not kept here")
    return ports.recordings


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
    wanted = _part_of(part)
    sound = await _store(ports).sound(recording_id, wanted or WHOLE, who.user, reach_of(ports, sight), kind="talk")
    return _answer(sound, is_part=wanted is not None)


@router.delete("/recordings/{recording_id}", status_code=204)
async def delete_recording(ports: Daemon, who: Who, sight: Seen, recording_id: str) -> None:
    """Delete a sound, of a talk or of a message; that there was one stays known."""
    await _store(ports).remove(recording_id, who.user, reach_of(ports, sight))


@router.get("/voicemails")
async def list_voicemails(
    *,
    ports: Daemon,
    sight: Seen,
    mailbox: Annotated[str | None, Query(max_length=64, description="Of one mailbox.")] = None,
    contact: Annotated[str | None, Query(max_length=200, description="Of one contact.")] = None,
    done: Annotated[bool | None, Query(description="Those that somebody has, or has not, dealt with.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[VoicemailDoc]:
    """Messages that callers left, the latest first; of queues that one sees, and for supervisors all others' too."""
    query = MessageQuery(mailbox=mailbox, contact_id=contact, done=done)
    found = await _store(ports).voicemails(query, cursor, limit, reach_of(ports, sight))
    return found.model_copy(update={"items": [await _marked(ports, sight, one) for one in found.items]})


@router.get("/voicemails/{voicemail_id}")
async def get_voicemail(ports: Daemon, sight: Seen, voicemail_id: str) -> VoicemailDoc:
    """One message that a caller left."""
    return await _marked(ports, sight, await _store(ports).voicemail(voicemail_id, reach_of(ports, sight)))


@router.get("/voicemails/{voicemail_id}/audio", response_class=StreamingResponse, responses=_SOUND)
async def get_voicemail_audio(ports: Daemon, who: Who, sight: Seen, voicemail_id: str, part: Range = None) -> Response:
    """The message, or a part of it. Who hears it is told in the audit log."""
    wanted, reach = _part_of(part), reach_of(ports, sight)
    sound = await _store(ports).sound(voicemail_id, wanted or WHOLE, who.user, reach, kind="voicemail")
    return _answer(sound, is_part=wanted is not None)


@router.post("/voicemails/{voicemail_id}/done")
async def mark_voicemail_done(ports: Daemon, who: Who, sight: Seen, voicemail_id: str) -> VoicemailDoc:
    """Say that one has dealt with a message; who said so first stays."""
    found = await _store(ports).voicemail_done(voicemail_id, who.user, reach_of(ports, sight))
    return await _marked(ports, sight, found)


@router.post("/voicemails/{voicemail_id}/reopen")
async def reopen_voicemail(ports: Daemon, who: Who, sight: Seen, voicemail_id: str) -> VoicemailDoc:
    """Say that a message that was dealt with wants somebody again."""
    found = await _store(ports).voicemail_open(voicemail_id, who.user, reach_of(ports, sight))
    return await _marked(ports, sight, found)


@router.post("/voicemails/{voicemail_id}/call")
async def call_voicemail_back(ports: Daemon, agent: OwnAgent, who: Who, sight: Seen, voicemail_id: str) -> DeskContact:
    """Call who left a message, in the name of the mailbox's queue: one's own phone rings, then theirs."""
    reach = reach_of(ports, sight)
    left = await _store(ports).voicemail(voicemail_id, reach)
    if ports.desks is None:
        raise UnavailableError("this daemon has no desks")
    back = _back_to(left, ports.floor.queue_teams())
    if ports.customers is None or back.customer_id is None or not await ports.customers.customer(back.customer_id):
        back = back.model_copy(update={"customer_id": None})  # erased since, or one who is kept elsewhere
    with _store(ports).calling_back(voicemail_id, who.user) as dialled:
        contact = await ports.desks.dial(agent, back, who.user, hidden=hidden_queues(ports, sight))
        dialled(contact.contact_id)
    return contact


async def _marked(ports: Ports, sight: Sight, one: VoicemailDoc) -> VoicemailDoc:
    """The message, with whether the call that was made about it may be opened."""
    if one.called_contact is None or sight.everything:
        return one
    call = await contacts_of(ports).contact(one.called_contact)
    return one.model_copy(update={"may_open_call": call is not None and await may_open(ports, sight, call)})


def _back_to(left: VoicemailDoc, queues: Collection[str]) -> Dial:
    """The call back; raises `ConflictError` when there is no number to dial."""
    if re.fullmatch(DIAL_NUMBER, left.caller_number) is None:
        raise ConflictError("who left this message sent no number that can be dialled: hear whether they say one")
    queue = left.mailbox if left.mailbox in queues else None
    return Dial(number=left.caller_number, queue=queue, customer_id=left.customer_id)


def _answer(sound: Sound, *, is_part: bool) -> Response:
    if sound.start >= sound.size and is_part:
        return Response(
            status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{sound.size}"}
        )
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(sound.end - sound.start),
        "Cache-Control": "no-store",
        "Content-Disposition": "inline",
    }
    if not is_part:
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
