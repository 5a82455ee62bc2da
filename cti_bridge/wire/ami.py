"""Asterisk Manager Interface (AMI): bytes to typed messages and back, without any I/O.

The protocol, as Asterisk 22 speaks it (`main/manager.c`; https://docs.asterisk.org, "AMI v2 Specification"):
the server greets with one line, then both sides send blocks of `Name: value` lines, each line ended by CRLF,
each block by an empty line.  A block that begins with `Event` is an event, with `Response` an answer, with
`Action` a request.  What this module holds to, whatever the values contain:

- only CRLF ends a line: a lone LF, a lone CR, a vertical tab or U+2028 is part of a value;
- exactly one space after the first colon belongs to the protocol; all others belong to the value;
- headers keep their order and may repeat (`Variable`, `ChanVariable`, `Output`);
- bytes that are not UTF-8 come through as lone surrogates (PEP 383) and go out again as the same bytes;
- how the bytes are cut into chunks changes nothing, and one byte at a time costs no more than O(n);
- content never ends a connection: only a peer that does not speak AMI at all, or a message over the limit.

Messages are lazy: a block is cut out of the stream and named, its headers are found when they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NoReturn, TypeAlias

import msgspec

from cti_bridge.wire.errors import LocalProtocolError, RemoteProtocolError, excerpt

Kind: TypeAlias = Literal["event", "response", "action", "greeting", "unknown"]
Header: TypeAlias = tuple[str, str]
HeaderValue: TypeAlias = str | int | Sequence[str | int]
Headers: TypeAlias = Mapping[str, HeaderValue] | Iterable[tuple[str, HeaderValue]]

MAX_MESSAGE = 1 << 20
"""Bytes of one message, without the empty line that ends it; a longer one is the peer's error."""

MAX_GREETING = 1024
"""Bytes in which the first line of a connection must show what it is."""

MAX_ACTION_LINE = 1022
"""Bytes of one line of an action that Asterisk 22 reads; a longer one it answers with "Error"."""

_CRLF = b"\r\n"
_BLANK = b"\r\n\r\n"
_END_COMMAND = b"--END COMMAND--"
_ENCODING = "utf-8"
_ERRORS = "surrogateescape"
_GREETING = re.compile(rb"[^:]*Call Manager[^:/]*/[^:]+")
_FOLLOWS = re.compile(rb"response: ?follows(?=\r\n|\Z)", re.IGNORECASE)
_KIND_OF: Mapping[str, Kind] = {"event": "event", "response": "response", "action": "action"}
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_COMMAND_HEADERS = frozenset({"response", "privilege", "actionid", "message"})

# How much is remembered of the peer's habits. All of it is bounded, as event names and header names of user
# events can come from a dialplan.
_MAX_HEADS = 512
_MAX_HEAD_LENGTH = 128
_MAX_SHAPES_PER_NAME = 6
_MAX_SHAPE_NAMES = 128
_MAX_SHAPE_LENGTH = 4096
_SEEN_BEFORE_LEARNING = 3


def _fold(name: str) -> str:
    """The name in lower case, ASCII letters only: as Asterisk compares (`strcasecmp` in the C locale)."""
    return name.lower() if name.isascii() else name.translate(_ASCII_LOWER)


def _matches_nothing(_text: str) -> re.Match[str] | None:
    return None


class _Shape:
    """The header names of a message, in order, and where each is found: shared by all messages alike."""

    __slots__ = ("folded", "index", "match", "names", "repeats")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.folded = tuple(map(_fold, names))
        self.index: dict[str, int] = {}
        for position, folded in enumerate(self.folded):
            first = self.index.setdefault(folded, position)
            self.index.setdefault(names[position], first)
        self.repeats = len(set(names)) < len(names)
        self.match: Callable[[str], re.Match[str] | None] = _matches_nothing

    def learn(self) -> None:
        """Compile the one expression that tells whether a text has this shape and cuts out its values.

        It matches only what the line-by-line way would read the same: the names literally, a colon, a space,
        a value without CR.
        """
        self.match = re.compile("\r\n".join(re.escape(name) + ": ([^\r]*+)" for name in self.names)).fullmatch


class _Head:
    """What is known of the events that begin with one first line."""

    __slots__ = ("name", "seen", "shapes", "wanted")

    def __init__(self, name: str, *, wanted: bool) -> None:
        self.name = name
        self.wanted = wanted
        self.seen = 0
        self.shapes: list[_Shape] = []

    def consider(self, shape: _Shape) -> None:
        """Learn the shape of a message that none of the known ones fitted.

        An expression costs about a millisecond to build: worth it only for a kind that keeps coming.
        """
        self.seen += 1
        if self.seen < _SEEN_BEFORE_LEARNING or len(self.shapes) >= _MAX_SHAPES_PER_NAME:
            return
        names = shape.names
        plain = len(names) <= _MAX_SHAPE_NAMES and sum(map(len, names)) <= _MAX_SHAPE_LENGTH and all(names)
        if plain and all(known.names != names for known in self.shapes):
            shape.learn()
            self.shapes.append(shape)


def _parse_lines(text: str) -> tuple[_Shape, tuple[str, ...]]:
    """The reference way to read a message, line by line; a line without a colon is a value without a name."""
    names, values = [], []
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        names.append(name if colon else "")
        values.append(value.removeprefix(" ") if colon else line)
    return _Shape(tuple(names)), tuple(values)


@lru_cache(maxsize=512)
def _needle(key: str) -> bytes | None:
    """What precedes the value of a header in a lower-cased block; None for names that need the full parse."""
    if key.isascii() and key and ":" not in key and "\r" not in key:
        return _CRLF + key.lower().encode() + b":"
    return None


class AmiMessage(msgspec.Struct, eq=False, gc=False):
    """One message of the manager interface.  To be treated as immutable: its fields fill themselves lazily.

    `kind` is "event", "response", "greeting", "action" (what a server receives) or "unknown" (a block that is
    none of these, as a broken value can leave behind; ignore it).  `name` is the event's name, the word of
    the response ("Success", "Error", "Goodbye", "Follows"), the name of the action, or the whole greeting.

    Iteration gives the headers as (name, value) pairs.  Two messages are equal when kind, name and headers
    are.  Make one for a test with `AmiMessage.of`.
    """

    kind: Kind
    name: str
    _raw: bytes
    _head: _Head | None = None
    _shape: _Shape | None = None
    _values: tuple[str, ...] = ()
    _asked: bool = False

    @classmethod
    def of(cls, kind: Kind, name: str, headers: Iterable[Header] = ()) -> AmiMessage:
        """A message made of (name, value) pairs; the pairs are taken as they are."""
        pairs = tuple(headers)
        shape = _Shape(tuple(pair[0] for pair in pairs))
        return cls(kind, name, b"", None, shape, tuple(pair[1] for pair in pairs))

    @property
    def headers(self) -> tuple[Header, ...]:
        """All headers as (name, value) pairs, in the order in which they came, repeated ones included."""
        shape = self._shape or self._parse()
        return tuple(zip(shape.names, self._values, strict=False))

    def get(self, key: str, default: str | None = None) -> str | None:
        """The value of the first header of this name in any case of letters, or the default."""
        shape = self._shape
        if shape is None:
            # Many handlers read one header to see that the event is none of their business.
            if not self._asked and (needle := _needle(key)) is not None:
                self._asked = True
                return self._find(needle, default)
            shape = self._parse()
        position = shape.index.get(key)
        if position is None:
            position = shape.index.get(_fold(key))
        return default if position is None else self._values[position]

    def get_all(self, key: str) -> list[str]:
        """The values of all headers of this name in any case of letters, in order; empty if there is none."""
        shape = self._shape or self._parse()
        folded = _fold(key)
        if folded not in shape.index:
            return []
        return [value for name, value in zip(shape.folded, self._values, strict=True) if name == folded]

    def first_values(self) -> dict[str, str]:
        """Header name, spelt as it came, to the first value under exactly that spelling; in order."""
        shape = self._shape or self._parse()
        found = dict(zip(shape.names, self._values, strict=False))  # as many by construction: a check costs 5 %
        if shape.repeats:
            found.update(zip(reversed(shape.names), reversed(self._values), strict=True))
        return found

    @property
    def output(self) -> str:
        """The text that the CLI command of a `Command` action printed, its lines joined by LF."""
        return "\n".join(self.get_all("Output"))

    def _find(self, needle: bytes, default: str | None) -> str | None:
        raw = self._raw
        lowered = raw.lower()
        if lowered.startswith(needle[2:]):
            start = len(needle) - 2
        else:
            start = lowered.find(needle)
            if start < 0:
                return default
            start += len(needle)
        end = raw.find(_CRLF, start)
        value = raw[start:end] if end >= 0 else raw[start:]
        return value.removeprefix(b" ").decode(_ENCODING, _ERRORS)

    def _parse(self) -> _Shape:
        text = self._raw.decode(_ENCODING, _ERRORS)
        head = self._head
        if head is not None:
            for shape in head.shapes:
                if (found := shape.match(text)) is not None:
                    self._values = found.groups()
                    self._shape = shape
                    return shape
        shape, self._values = _parse_lines(text)
        self._shape = shape
        if head is not None:
            head.consider(shape)
        return shape

    def __iter__(self) -> Iterator[Header]:
        return iter(self.headers)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and _fold(key) in (self._shape or self._parse()).index

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AmiMessage):
            return NotImplemented
        return self.kind == other.kind and self.name == other.name and self.headers == other.headers

    def __hash__(self) -> int:
        return hash((self.kind, self.name, self.headers))

    def __repr__(self) -> str:
        # No values: they carry callers' names and numbers, and a repr ends in logs.
        return f"<AMI {self.kind} {self.name[:80]!r}, {len(self.headers)} headers>"


class AmiParser:
    """Bytes of one AMI connection, as they arrive, to messages.

    `wanted`, if given, names the events to deliver, in Asterisk's own spelling; all others are dropped unread,
    by the name on their first line.  Responses are always delivered.  Name in it also the events that answer
    list actions (`CoreShowChannel`, `CoreShowChannelsComplete`).

    After a `RemoteProtocolError` the parser refuses everything.
    """

    def __init__(self, wanted: Iterable[str] | None = None, *, max_message: int = MAX_MESSAGE) -> None:
        self._wanted = None if wanted is None else frozenset(wanted)
        self._max = max_message
        self._tail = bytearray()  # holds no terminator: it is searched once, only where it grows
        self._heads: dict[bytes, _Head] = {}
        self._greeted = False  # the first line of the connection has been read
        self._trusted = False  # a greeting or a real message has come: the peer does speak AMI
        self._command: list[bytes] = []  # the parts of a `Response: Follows` whose end has not come
        self._command_size = 0
        self._failure: str | None = None

    def feed(self, data: bytes) -> list[AmiMessage]:
        """Take the next bytes; the messages that they complete, in order.

        Raises RemoteProtocolError when the peer does not speak AMI or sends a message over the limit.
        """
        if self._failure is not None:
            raise RemoteProtocolError(self._failure)
        messages: list[AmiMessage] = []
        unread = self._gather(data)
        if unread is None:
            return messages
        if not self._greeted:
            unread = self._greet(unread, messages)
        blocks = unread.split(_BLANK)
        self._tail += blocks.pop()
        if len(unread) > self._max:
            self._check_sizes(blocks)
        self._read(iter(blocks), messages)
        return messages

    def _gather(self, data: bytes) -> bytes | None:
        """All bytes not yet read, if they hold the end of a line or message; else they are kept."""
        terminator = _BLANK if self._greeted else _CRLF
        tail = self._tail
        if not tail and terminator in data:
            return data
        searched = max(0, len(tail) - len(terminator) + 1)
        tail += data
        if tail.find(terminator, searched) < 0:
            self._check_tail()
            return None
        self._tail = bytearray()
        return bytes(tail)

    def _check_sizes(self, blocks: list[bytes]) -> None:
        for block in blocks:
            if len(block) > self._max:
                self._fail_by_size(block)
        self._check_tail()

    def _check_tail(self) -> None:
        tail = self._tail
        if not self._greeted and len(tail) > MAX_GREETING and b":" not in tail[:MAX_GREETING]:
            self._fail(f"the first line of the peer is no AMI greeting: {excerpt(tail)}")
        # The last three bytes may be the beginning of the empty line that ends the message.
        if len(tail) + self._command_size > self._max + len(_BLANK) - 1:
            self._fail_by_size(tail)

    def _fail_by_size(self, block: bytes | bytearray) -> NoReturn:
        self._fail(f"an AMI message is longer than the {self._max} bytes allowed: {excerpt(block)}")

    def _fail(self, reason: str) -> NoReturn:
        self._failure = reason
        self._tail = bytearray()
        self._command = []
        raise RemoteProtocolError(reason)

    def _greet(self, data: bytes, messages: list[AmiMessage]) -> bytes:
        """Read the first line: a greeting, or already a header of a peer that does not greet."""
        self._greeted = True
        line, _, rest = data.partition(_CRLF)
        if len(line) <= MAX_GREETING and _GREETING.fullmatch(line):
            self._trusted = True
            messages.append(AmiMessage.of("greeting", line.decode(_ENCODING, _ERRORS)))
            return rest
        if line and b":" not in line[:MAX_GREETING]:
            self._fail(f"the first line of the peer is no AMI greeting: {excerpt(line)}")
        return data

    def _read(self, blocks: Iterator[bytes], messages: list[AmiMessage]) -> None:
        """Deliver whole blocks; every event passes this loop."""
        heads = self._heads
        if self._command:
            self._read_command(blocks, messages)
        for block in blocks:
            end = block.find(_CRLF)
            head = heads.get(block[:end]) if end > 0 else None
            if head is None:
                self._read_unusual(block, blocks, messages)
            elif head.wanted:
                messages.append(AmiMessage("event", head.name, block, head))

    def _read_unusual(self, block: bytes, blocks: Iterator[bytes], messages: list[AmiMessage]) -> None:
        """A block whose first line was not seen before, or is not that of an event."""
        while block.startswith(_CRLF):
            block = block[2:]
        if not block:
            return
        if _FOLLOWS.match(block):
            self._command, self._command_size = [block], len(block)
            if block.endswith(_END_COMMAND):
                self._close_command(messages)
            else:
                self._read_command(blocks, messages)
            return
        self._deliver(block, messages)

    def _deliver(self, block: bytes, messages: list[AmiMessage]) -> None:
        first, _, _ = block.partition(_CRLF)
        field, _, name = first.decode(_ENCODING, _ERRORS).partition(":")
        kind = _KIND_OF.get(_fold(field))
        message = AmiMessage(kind or "unknown", name.removeprefix(" "), block)
        if kind is None:
            message = self._classify(message)
        if message.kind == "unknown" and not self._trusted:
            self._fail(f"the first message of the peer is neither event nor response: {excerpt(block)}")
        self._trusted = True
        wanted = message.kind != "event" or self._wanted is None or message.name in self._wanted
        if kind == "event" and len(first) <= _MAX_HEAD_LENGTH and len(self._heads) < _MAX_HEADS:
            self._heads.setdefault(first, _Head(message.name, wanted=wanted))
        if wanted:
            messages.append(message)

    @staticmethod
    def _classify(message: AmiMessage) -> AmiMessage:
        """Kind and name of a message that does not begin with what it is."""
        for field, kind in _KIND_OF.items():
            name = message.get(field)
            if name is not None:
                return AmiMessage(kind, name, message._raw)  # noqa: SLF001  # its own module's
        return AmiMessage("unknown", "", message._raw)  # noqa: SLF001  # its own module's

    def _read_command(self, blocks: Iterator[bytes], messages: list[AmiMessage]) -> None:
        """Gather the raw output of a command up to its end mark: it may hold empty lines."""
        for block in blocks:
            self._command.append(block)
            self._command_size += len(_BLANK) + len(block)
            if self._command_size > self._max:
                self._fail_by_size(self._command[0])
            if block.endswith(_END_COMMAND):
                self._close_command(messages)
                return

    def _close_command(self, messages: list[AmiMessage]) -> None:
        text = _BLANK.join(self._command).decode(_ENCODING, _ERRORS)
        self._command, self._command_size = [], 0
        self._trusted = True
        headers = tuple(_follows_headers(text))
        messages.append(AmiMessage.of("response", headers[0][1], headers))


def _follows_headers(text: str) -> Iterator[Header]:
    """The headers of a `Response: Follows` (Asterisk before 14), its raw output as `Output` headers.

    Its headers end where a line is none of the few that Asterisk writes there, each once.
    """
    rest = text.removesuffix(_END_COMMAND.decode())
    unseen = set(_COMMAND_HEADERS)
    while True:
        line, ended, after = rest.partition("\r\n")
        name, colon, value = line.partition(":")
        if not (ended and colon and _fold(name) in unseen):
            break
        unseen.discard(_fold(name))
        rest = after
        yield name, value.removeprefix(" ")
    for line in rest.removesuffix("\n").split("\n") if rest else ():
        yield "Output", line.removesuffix("\r")


def encode_action(name: str, headers: Headers = ()) -> bytes:
    """One action, `Action: name` first, as bytes to send.

    Headers are a mapping or pairs; a list or tuple as a value repeats its header (`Variable`), a number is
    written in decimal.  Raises LocalProtocolError when a name or value holds CR, LF or NUL, which would let
    a value add headers or actions of its own, or when a name is empty or holds a colon.  Asterisk reads
    lines of up to `MAX_ACTION_LINE` bytes, and 128 of them: cut what callers can make long.
    """
    return _encode("Action", name, headers)


def encode_event(name: str, headers: Headers = ()) -> bytes:
    """One event as a server sends it; rules and errors as for `encode_action`."""
    return _encode("Event", name, headers)


def encode_response(word: str, headers: Headers = ()) -> bytes:
    """One response ("Success", "Error", "Goodbye") as a server sends it; rules as for `encode_action`."""
    return _encode("Response", word, headers)


def encode_greeting(version: str) -> bytes:
    """The line with which a server opens a connection, for an AMI version such as "11.0.0"."""
    if ":" in version:
        raise LocalProtocolError(f"an AMI version holds no colon: {version!r}")
    return f"Asterisk Call Manager/{_checked(version, 'version')}\r\n".encode()


def _encode(first: str, name: str, headers: Headers) -> bytes:
    lines = [f"{key}: {value}\r\n" for key, value in _checked_headers(first, name, headers)]
    text = "".join(lines) + "\r\n"
    try:
        return text.encode(_ENCODING, _ERRORS)
    except UnicodeEncodeError as error:
        raise LocalProtocolError(
            f"{first} {name!r}: the lone surrogate {text[error.start]!r} stands for no byte"
        ) from None


def _checked_headers(first: str, name: str, headers: Headers) -> Iterator[Header]:
    yield first, _checked(name, first)
    for key, value in headers.items() if isinstance(headers, Mapping) else headers:
        checked_key = _checked(key, f"a header name of {first} {name}")
        if not key or ":" in key:
            raise LocalProtocolError(f"{first} {name}: {key!r} is no header name: empty or with a colon")
        for one in value if isinstance(value, list | tuple) else (value,):
            yield checked_key, _checked(one, f"{first} {name}, header {key}")


def _checked(value: object, where: str) -> str:
    """The value as text, if it can stand in a line."""
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise LocalProtocolError(f"{where}: a value must be text or a whole number, not {type(value).__name__}")
    for sign in "\r\n\0":
        if sign in value:
            raise LocalProtocolError(f"{where}: {sign!r} is not allowed in it; remove or replace it first")
    return value
