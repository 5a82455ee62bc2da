"""Streams of the live channel as they stand: what frames make of them. Knows no network.

A snapshot begins a stream, deltas with the next number continue it. A number that is missing makes the stream stale:
it is asked for anew, and what comes before the snapshot counts for nothing. Documents of a stale stream stay as they
were last known.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from pydantic import ValidationError

from agent_console.client.documents_of_streams import document_of
from agent_console.client.errors import ClientError
from agent_console.documents.live import Delta, ServerFrame, Snapshot
from agent_console.documents.values import Document
from facts.time import Instant

DESK: Final = "desk"


class FrameError(ClientError):
    """A frame that cannot be read."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a frame changed. ``whole``: the stream began anew, and ``put`` is all of it. ``ended``: it is no more."""

    stream: str
    put: Mapping[str, Document] = {}
    gone: tuple[str, ...] = ()
    whole: bool = False
    ended: bool = False


def both(earlier: Change | None, later: Change) -> Change:
    """What two changes of one stream come to."""
    if earlier is None or later.whole or later.ended:
        return later
    put = {**{key: document for key, document in earlier.put.items() if key not in later.gone}, **later.put}
    gone = (*(key for key in earlier.gone if key not in later.put), *later.gone)
    return Change(stream=later.stream, put=put, gone=tuple(dict.fromkeys(gone)), whole=earlier.whole)


class _Stream:
    """``number``: of the last frame; None while a snapshot is waited for."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.number: int | None = None


class Streams:
    """All streams of one channel by name. ``now``: the centre's clock at the last frame that told it."""

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._read: frozenset[str] | None = None
        self.now: Instant | None = None
        self.stale: list[str] = []
        """Streams in which numbers were missed: to be asked for, then taken out."""

    def documents(self, stream: str) -> Mapping[str, Document]:
        """All documents of a stream by key, as last known."""
        found = self._streams.get(stream)
        return {} if found is None else found.documents

    def names(self, topic: str) -> list[str]:
        """The streams of a topic that there are."""
        return [name for name in self._streams if name.partition("/")[0] == topic]

    @property
    def is_level(self) -> bool:
        """Whether the server has said which streams there are, and none of them waits for a snapshot."""
        numbers = (self._streams[name].number if name in self._streams else None for name in self._read or ())
        return self._read is not None and all(number is not None for number in numbers)

    def connection_lost(self) -> None:
        """Nothing continues: everything that comes next begins with a snapshot."""
        self.stale.clear()
        self._read = None
        for stream in self._streams.values():
            stream.number = None

    def take(self, frame: ServerFrame) -> Change | None:
        """Take in a frame; None: it changed nothing. Raises `FrameError`."""
        try:
            if frame.snapshot is not None:
                return self._begin(frame.snapshot)
            if frame.delta is not None:
                return self._continue(frame.delta)
        except ValidationError as error:
            raise FrameError(f"a document of the live channel is not as it should be: {error}") from error
        if frame.hello is not None:
            self.now = frame.hello.now
        if frame.reading is not None:
            self._only(frame.reading)
        if frame.ended is not None and self._streams.pop(frame.ended, None) is not None:
            return Change(stream=frame.ended, ended=True)
        return None

    def _only(self, names: list[str]) -> None:
        """Only these streams are there; what a lost connection left of others is over."""
        self._read = frozenset(names)
        for name in [name for name in self._streams if name not in self._read]:
            del self._streams[name]

    def _begin(self, snapshot: Snapshot) -> Change:
        stream = self._streams[snapshot.topic] = _Stream()
        stream.number, self.now = snapshot.n, snapshot.now
        stream.documents = _documents(snapshot.topic, snapshot.items)
        return Change(stream=snapshot.topic, put=dict(stream.documents), whole=True)

    def _continue(self, delta: Delta) -> Change | None:
        stream = self._streams.get(delta.topic)
        if stream is None or stream.number is None:
            return None  # unsubscribed from, or a snapshot is on its way
        if delta.n != stream.number + 1:
            stream.number = None
            self.stale.append(delta.topic)
            return None
        stream.number, self.now = delta.n, delta.now
        put = _documents(delta.topic, delta.set)
        stream.documents.update(put)
        for key in delta.gone:
            stream.documents.pop(key, None)
        return Change(stream=delta.topic, put=put, gone=tuple(delta.gone))


def _documents(stream: str, items: Mapping[str, object]) -> dict[str, Document]:
    found = {key: document_of(stream, key, value) for key, value in items.items()}
    return {key: document for key, document in found.items() if document is not None}
