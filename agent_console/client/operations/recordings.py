"""Operations of the API: recordings.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, path_part
from agent_console.documents.desk import DeskContact
from agent_console.documents.media import RecordingDoc, VoicemailDoc
from agent_console.documents.values import Page


class RecordingsOperations(Requests):
    """Operations on recordings."""

    async def list_recordings(
        self, *, contact: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[RecordingDoc]:
        """Recordings of agents and queues that one may see, the latest first."""
        return await self._get(
            Page[RecordingDoc],
            "GET",
            "/api/v1/recordings",
            query={"contact": contact, "cursor": cursor, "limit": limit},
        )

    async def get_recording(self, recording_id: str) -> RecordingDoc:
        """One recording."""
        return await self._get(RecordingDoc, "GET", f"/api/v1/recordings/{path_part(recording_id)}")

    async def delete_recording(self, recording_id: str) -> None:
        """Delete a sound, of a talk or of a message; that there was one stays known."""
        await self._do("DELETE", f"/api/v1/recordings/{path_part(recording_id)}")

    async def get_recording_audio(self, recording_id: str) -> bytes:
        """The sound, or a part of it. Who hears it is told in the audit log."""
        return await self._bytes("GET", f"/api/v1/recordings/{path_part(recording_id)}/audio")

    async def list_voicemails(
        self,
        *,
        mailbox: str | None = None,
        contact: str | None = None,
        done: bool | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[VoicemailDoc]:
        """Messages that callers left, the latest first; of queues that one sees, and for supervisors all others' too."""  # noqa: E501 - as the API says it
        return await self._get(
            Page[VoicemailDoc],
            "GET",
            "/api/v1/voicemails",
            query={"mailbox": mailbox, "contact": contact, "done": done, "cursor": cursor, "limit": limit},
        )

    async def get_voicemail(self, voicemail_id: str) -> VoicemailDoc:
        """One message that a caller left."""
        return await self._get(VoicemailDoc, "GET", f"/api/v1/voicemails/{path_part(voicemail_id)}")

    async def get_voicemail_audio(self, voicemail_id: str) -> bytes:
        """The message, or a part of it. Who hears it is told in the audit log."""
        return await self._bytes("GET", f"/api/v1/voicemails/{path_part(voicemail_id)}/audio")

    async def mark_voicemail_done(self, voicemail_id: str) -> VoicemailDoc:
        """Say that one has dealt with a message; who said so first stays."""
        return await self._get(VoicemailDoc, "POST", f"/api/v1/voicemails/{path_part(voicemail_id)}/done")

    async def reopen_voicemail(self, voicemail_id: str) -> VoicemailDoc:
        """Say that a message that was dealt with wants somebody again."""
        return await self._get(VoicemailDoc, "POST", f"/api/v1/voicemails/{path_part(voicemail_id)}/reopen")

    async def call_voicemail_back(self, voicemail_id: str) -> DeskContact:
        """Call who left a message, in the name of the mailbox's queue: one's own phone rings, then theirs."""
        return await self._get(DeskContact, "POST", f"/api/v1/voicemails/{path_part(voicemail_id)}/call")
