"""Streams and their readers: a snapshot, then numbered deltas, each encoded once for all who read it.

A stream is a set of documents by key, such as the agents of one team. It is kept only while somebody reads it; its
``Source`` fills it. Whoever does not keep up loses the backlog and gets a snapshot of each of their streams once they
read again, so memory is bounded by readers and streams, not by time. This module knows no network.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Final, Protocol

import msgspec
from pydantic import BaseModel

from agent_console.documents.values import moment_text
from agent_console.live.frames import Message, message_of
from facts.time import Instant

MOST_FRAMES: Final = 128
"""Frames that may wait for one reader; then a snapshot takes their place."""

MOST_BYTES: Final = 1024 * 1024
"""And so many bytes."""


class Source(Protocol):
    """Where streams are filled from."""

    def items(self, stream: str) -> Mapping[str, BaseModel] | None:
        """All documents of a stream by key; None: there is no such stream."""


class Sink(Protocol):
    """The network's side of a reader."""

    def send_now(self, message: Message) -> bool:
        """Send it at once; False: the client does not take it now, and nothing of it was sent."""

    def wake(self) -> None:
        """There is something to take."""


class Stream:
    """One stream while it has readers. ``items``: encoded documents; ``number``: of the last delta."""

    __slots__ = ("items", "name", "number", "readers")

    def __init__(self, name: str) -> None:
        self.name = name
        self.number = 0
        self.items: dict[str, bytes] = {}
        self.readers: dict[Reader, None] = {}


class Reader:
    """Somebody who reads streams: a bounded queue of frames, shared with all others who get the same.

    Who keeps up gets each frame at once; the queue is for the others. What was taken has to be sent before anything
    else: until `take` gives nothing more, everything queues.
    """

    __slots__ = ("_behind", "_bytes", "_frames", "_sink", "_stale", "lost", "streams")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._behind = False
        self._frames: list[Message] = []
        self._bytes = 0
        self._stale: dict[Stream, None] = {}
        self.streams: dict[str, Stream] = {}
        self.lost = 0
        """How often a backlog was dropped."""

    def put(self, stream: Stream | None, message: Message) -> None:
        """Send a frame or queue it, unless its stream is to begin anew with a snapshot anyway."""
        if not self._behind and self._sink.send_now(message):
            return
        if stream is not None and stream in self._stale:
            return
        if len(self._frames) >= MOST_FRAMES or self._bytes + len(message.text) > MOST_BYTES:
            self._drop()
            if stream is not None:
                return
        self._frames.append(message)
        self._bytes += len(message.text)
        self._fall_behind()

    def _fall_behind(self) -> None:
        self._behind = True
        self._sink.wake()

    def renew(self, stream: Stream) -> None:
        """Let the stream begin anew, after what waits already."""
        self._stale[stream] = None
        self._fall_behind()

    def forget(self, stream: Stream) -> None:
        """The stream is no longer read."""
        self._stale.pop(stream, None)

    def _drop(self) -> None:
        self._frames.clear()
        self._bytes = 0
        self.lost += 1
        for stream in self.streams.values():
            self._stale[stream] = None

    def take(self, now: Instant) -> list[Message]:
        """Everything that waits; snapshots hold what is there now. Nothing: the reader keeps up again."""
        frames, self._frames, self._bytes = self._frames, [], 0
        if self._stale:
            stale, self._stale = self._stale, {}
            frames.extend(message_of(snapshot_frame(stream, now)) for stream in stale)
        self._behind = bool(frames)
        return frames


class Hub:
    """All streams that somebody reads."""

    def __init__(self, source: Source, now: Callable[[], Instant]) -> None:
        self._source = source
        self._now = now
        self._streams: dict[str, Stream] = {}

    def is_read(self, stream: str) -> bool:
        """Whether anybody reads it: only then changes need be told."""
        return stream in self._streams

    @property
    def read(self) -> list[str]:
        """The names of all streams that are read."""
        return list(self._streams)

    def subscribe(self, reader: Reader, name: str) -> bool:
        """Read a stream from now on, beginning with a snapshot; False: there is none of this name."""
        if name in reader.streams:
            return True
        stream = self._streams.get(name)
        if stream is None:
            items = self._source.items(name)
            if items is None:
                return False
            stream = self._streams[name] = Stream(name)
            stream.items = {key: encode(document) for key, document in items.items()}
        stream.readers[reader] = None
        reader.streams[name] = stream
        reader.renew(stream)
        return True

    def unsubscribe(self, reader: Reader, name: str) -> None:
        """Read it no more."""
        stream = reader.streams.pop(name, None)
        if stream is not None:
            reader.forget(stream)
            del stream.readers[reader]
            if not stream.readers:
                del self._streams[name]

    def leave(self, reader: Reader) -> None:
        """The reader is gone."""
        for name in list(reader.streams):
            self.unsubscribe(reader, name)

    def resync(self, reader: Reader, name: str) -> bool:
        """Begin a stream anew with a snapshot; False: the reader does not read it."""
        stream = reader.streams.get(name)
        if stream is not None:
            reader.renew(stream)
        return stream is not None

    def end(self, name: str) -> None:
        """The stream is no more: its readers are told."""
        stream = self._streams.pop(name, None)
        if stream is not None:
            frame = message_of(b'{"ended":' + _json(name) + b"}")
            for reader in stream.readers:
                del reader.streams[name]
                reader.forget(stream)
                reader.put(None, frame)

    def tell(self, name: str, changes: Mapping[str, BaseModel | None]) -> None:
        """Documents that changed, None for those that are gone. What is the same as before is not sent."""
        stream = self._streams.get(name)
        if stream is None:
            return
        put: dict[str, bytes] = {}
        gone: list[str] = []
        for key, document in changes.items():
            if document is None:
                if stream.items.pop(key, None) is not None:
                    gone.append(key)
                continue
            encoded = encode(document)
            if stream.items.get(key) != encoded:
                stream.items[key] = put[key] = encoded
        if put or gone:
            self._send(stream, put, gone)

    def keep(self, name: str, keys: Container[str]) -> None:
        """All documents but these are gone."""
        stream = self._streams.get(name)
        if stream is not None:
            self.tell(name, {key: None for key in stream.items if key not in keys})

    def replace(self, name: str, documents: Mapping[str, BaseModel]) -> None:
        """The whole stream as it is; what is not in it any more is gone."""
        stream = self._streams.get(name)
        if stream is not None:
            gone = {key: None for key in stream.items if key not in documents}
            self.tell(name, {**documents, **gone})

    def _send(self, stream: Stream, put: Mapping[str, bytes], gone: Iterable[str]) -> None:
        stream.number += 1
        message = message_of(delta_frame(stream.name, stream.number, self._now(), put, gone))
        for reader in stream.readers:
            reader.put(stream, message)


def encode(document: BaseModel) -> bytes:
    """A document as JSON."""
    return document.__pydantic_serializer__.to_json(document)


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)


def _object(items: Mapping[str, bytes]) -> bytes:
    return b"{" + b",".join(_json(key) + b":" + document for key, document in items.items()) + b"}"


def _head(stream: str, number: int, now: Instant) -> bytes:
    return b'{"topic":' + _json(stream) + b',"n":%d,"now":"%s"' % (number, moment_text(now).encode())


def snapshot_frame(stream: Stream, now: Instant) -> bytes:
    """``{"snapshot": …}``."""
    return b'{"snapshot":' + _head(stream.name, stream.number, now) + b',"items":' + _object(stream.items) + b"}}"


def delta_frame(stream: str, number: int, now: Instant, put: Mapping[str, bytes], gone: Iterable[str]) -> bytes:
    """``{"delta": …}``."""
    return (
        b'{"delta":' + _head(stream, number, now) + b',"set":' + _object(put) + b',"gone":' + _json(list(gone)) + b"}}"
    )
