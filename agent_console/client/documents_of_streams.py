"""Which document a stream of the live channel holds under a key."""

from typing import Any, Final

from pydantic import TypeAdapter

from agent_console.documents.live import OF_DESK, OF_TOPIC
from agent_console.documents.values import Document

_ADAPTERS: Final = {kind: TypeAdapter(kind) for kind in (*OF_TOPIC.values(), *OF_DESK.values())}


def kind_of(stream: str, key: str) -> type[Document] | None:
    """The class of a document; None: of a later version of the API than this client."""
    topic = stream.partition("/")[0]
    return OF_DESK.get(key.partition(":")[0]) if topic == "desk" else OF_TOPIC.get(topic)


def document_of(stream: str, key: str, value: Any) -> Document | None:
    """The document; None where `kind_of` knows none. Raises pydantic's ValidationError."""
    kind = kind_of(stream, key)
    return None if kind is None else _ADAPTERS[kind].validate_python(value)
