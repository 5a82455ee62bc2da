"""Which document a stream of the live channel holds under a key."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from agent_console.documents.contacts import ContactLine
from agent_console.documents.desk import CallbackDoc, DeskContact, DeskState, MessageDoc
from agent_console.documents.floor import AgentRow, AlarmDoc, EntryPointDoc, QueueRow, SettingsState, Totals, WaitingRow
from agent_console.documents.values import Document

OF_TOPIC: Final[Mapping[str, type[Document]]] = {
    "agents": AgentRow,
    "queues": QueueRow,
    "waiting": WaitingRow,
    "contacts": ContactLine,
    "alarms": AlarmDoc,
    "totals": Totals,
    "entry_points": EntryPointDoc,
    "settings": SettingsState,
}
"""By topic; all documents of a stream are of one kind."""

OF_DESK: Final[Mapping[str, type[Document]]] = {
    "state": DeskState,
    "contact": DeskContact,
    "callback": CallbackDoc,
    "message": MessageDoc,
}
"""On a desk, by the word before the colon of the key."""

_ADAPTERS: Final = {kind: TypeAdapter(kind) for kind in (*OF_TOPIC.values(), *OF_DESK.values())}


def kind_of(stream: str, key: str) -> type[Document] | None:
    """The class of a document; None: of a later version of the API than this client."""
    topic = stream.partition("/")[0]
    return OF_DESK.get(key.partition(":")[0]) if topic == "desk" else OF_TOPIC.get(topic)


def document_of(stream: str, key: str, value: Any) -> Document | None:
    """The document; None where `kind_of` knows none. Raises pydantic's ValidationError."""
    kind = kind_of(stream, key)
    return None if kind is None else _ADAPTERS[kind].validate_python(value)
