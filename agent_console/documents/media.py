"""Recordings, voicemails and voice menus."""

from typing import Any, Literal, TypeAlias

from agent_console.documents.values import Document, DurationS, Moment

SoundState: TypeAlias = Literal["running", "stored", "missing", "unreachable", "deleted"]
"""``missing``: its file is not where it should be; ``unreachable``: the console's machine does not see the folder."""


class Pause(Document):
    """A stretch of silence in a recording: the agent paused it, or the caller gave a private answer."""

    from_s: DurationS
    to_s: DurationS | None
    """None: it is not over."""


class RecordingDoc(Document):
    """A recording of a talk."""

    recording_id: str
    contact_id: str
    customer_id: str | None
    agent: str | None
    """Who talked when it began."""
    agents: list[str]
    """Everybody who is heard."""
    queue: str | None
    started_at: Moment
    length_s: DurationS | None
    """None: it is still being made."""
    pauses: list[Pause]
    bytes: int | None
    delete_after: Moment | None
    """When retention removes it; None: never."""
    state: SoundState
    deleted_at: Moment | None = None
    deleted_by: str | None = None


class VoicemailDoc(Document):
    """A message that a caller left."""

    voicemail_id: str
    contact_id: str
    mailbox: str
    at: Moment
    length_s: DurationS
    caller_number: str
    caller_name: str
    customer_id: str | None
    bytes: int | None
    delete_after: Moment | None
    state: SoundState
    heard_by: str | None
    """Who heard it first."""
    done_by: str | None
    """Who has dealt with it."""
    done_at: Moment | None
    called_by: str | None
    """Who called back last."""
    called_at: Moment | None
    called_contact: str | None
    """The contact of that call."""
    may_open_call: bool = True
    """Whether who asks may open that contact: see `ContactLine.may_open`."""


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
