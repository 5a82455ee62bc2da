"""Recordings, voicemails and voice menus."""

from typing import Any, Literal

from agent_console.documents.values import Document, DurationS, Moment


class RecordingDoc(Document):
    """A recording of a talk."""

    recording_id: str
    contact_id: str
    agent: str | None
    queue: str | None
    started_at: Moment
    length_s: DurationS | None
    """None: it is still being made."""
    bytes: int | None
    delete_after: Moment | None
    """When retention removes it; None: never."""
    state: Literal["running", "stored", "deleted"]


class VoicemailDoc(Document):
    """A message that a caller left."""

    voicemail_id: str
    contact_id: str
    mailbox: str
    at: Moment
    length_s: DurationS
    caller_number: str
    customer_id: str | None
    heard_by: str | None
    done_by: str | None
    done_at: Moment | None


class FlowDoc(Document):
    """A voice menu."""

    flow: str
    title: str
    languages: list[str]
    nodes: int
    entry_points: list[str]
    """Numbers that it answers."""
    document: dict[str, Any] | None = None
    """The flow file's contents, when one is asked for."""
