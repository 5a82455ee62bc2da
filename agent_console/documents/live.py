"""Frames of the live channel.

The server's are built as text once for all their readers; these classes document and read them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from agent_console.documents.administration import AuditLine
from agent_console.documents.contacts import ContactLine
from agent_console.documents.customers import CustomerChange
from agent_console.documents.desk import CallbackDoc, DeskContact, DeskState, MessageDoc
from agent_console.documents.floor import (
    AgentRow,
    AlarmDoc,
    EntryPointDoc,
    ParkedRow,
    QueueRow,
    SettingsState,
    Topic,
    Totals,
    WaitingRow,
)
from agent_console.documents.media import RecordingDoc, VoicemailDoc
from agent_console.documents.problems import Problem
from agent_console.documents.values import Document, Moment, Wish

StreamName = Annotated[str, StringConstraints(max_length=8192)]
"""A topic, or a topic with whose it is: ``agents/north``, ``queues/sales``, ``desk/alice``, ``totals``.

That of a supervisor's totals names all their teams.
"""


class ClientFrame(Wish):
    """What a client says: one of these."""

    subscribe: Annotated[list[Topic], Field(max_length=20)] | None = None
    unsubscribe: Annotated[list[Topic], Field(max_length=20)] | None = None
    resync: Annotated[list[StreamName], Field(max_length=100)] | None = None
    """Streams in which numbers were missed: a snapshot follows."""
    greet: bool = False
    """Whether a ``hello`` is wanted at once: who has slept asks so whether the connection still is one."""


class Hello(Document):
    """The first frame, and again every few seconds, so that silence tells a dead connection."""

    now: Moment
    user: str


class Snapshot(Document):
    """A stream as it is; the next delta is number ``n + 1``."""

    topic: str
    n: int
    now: Moment
    items: dict[str, Any]


class Delta(Document):
    """What changed in a stream."""

    topic: str
    n: int
    now: Moment
    set: dict[str, Any] = Field(default_factory=dict)
    gone: list[str] = Field(default_factory=list)


class ServerFrame(Document):
    """What the server says: one of these."""

    hello: Hello | None = None
    snapshot: Snapshot | None = None
    delta: Delta | None = None
    reading: list[str] | None = None
    """After each subscription: every stream that is read now. A snapshot of each new one follows."""
    topics: list[Topic] | None = None
    """With ``reading``: every topic that is subscribed to now. One of which no stream is read has nothing to tell."""
    ended: str | None = None
    """A stream that is no more, or that one may not see any more."""
    error: Problem | None = None
    topic: Topic | None = None
    """With ``error``: the topic that one may not read, or no longer, and that is dropped; the others go on."""


OF_TOPIC: Final[Mapping[str, type[Document]]] = {
    "agents": AgentRow,
    "queues": QueueRow,
    "waiting": WaitingRow,
    "parked": ParkedRow,
    "contacts": ContactLine,
    "alarms": AlarmDoc,
    "totals": Totals,
    "entry_points": EntryPointDoc,
    "settings": SettingsState,
    "customers": CustomerChange,
    "recordings": RecordingDoc,
    "voicemails": VoicemailDoc,
    "audit": AuditLine,
}
"""By topic; all documents of a stream are of one kind."""

OF_DESK: Final[Mapping[str, type[Document]]] = {
    "state": DeskState,
    "contact": DeskContact,
    "callback": CallbackDoc,
    "message": MessageDoc,
}
"""On a desk, by the word before the colon of the key."""
