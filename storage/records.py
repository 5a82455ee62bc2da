"""Facts as the store holds them, and back: JSON without the personal fields, those apart, and columns to search by.

Text that no database takes (lone surrogates from names that were not UTF-8, NUL characters) becomes U+FFFD, so that
no caller's name can stop the journal.
"""

import re
from typing import Any

import msgspec

from facts.ids import NodeName
from facts.journal import AnyFact, Entry, Fact
from facts.time import Instant
from storage.chain import Header
from storage.errors import UnreadableFactError

LONGEST_NUMBER = 64
"""A longer number is no number: the rest of it is kept, but not searched by."""


class Record(msgspec.Struct, frozen=True, array_like=True):
    """An entry made ready for the store, before it is chained. ``data`` and ``personal`` are JSON objects."""

    node: str
    seq: int
    at: Instant
    switch_at: Instant | None
    tenant: str
    kind: str
    version: int
    contact_id: str | None
    agent_id: str | None
    customer_id: str | None
    queue: str | None
    channel: str
    direction: str
    data: str
    personal: str | None = None
    number: str | None = None


def _as_text(value: object) -> str:
    """Foreign objects in open fields are kept as their text: a fact is never refused for one."""
    return str(value)


_BETWEEN_DIGITS = re.compile(r"[\s()./-]")

_encode = msgspec.json.Encoder(enc_hook=_as_text).encode
_decode = msgspec.json.Decoder(AnyFact).decode


def _personal_defaults(kind: type[Fact]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(kind) if field.name in kind.PERSONAL}


_PERSONAL: dict[type[Fact], dict[str, Any]] = {kind: _personal_defaults(kind) for kind in Fact.__subclasses__()}


def encode(entry: Entry) -> Record:
    """The entry as a record."""
    fact: Fact = entry.fact
    try:
        kept, personal = _split(fact)
        data = _encode(kept)
        hidden = _encode(personal) if personal else b""
        foul = b"\\u0000" in data or b"\\u0000" in hidden
    except UnicodeEncodeError:
        foul = True
    if foul:
        fact = msgspec.convert(_cleaned(msgspec.to_builtins(fact, enc_hook=_as_text)), type(fact))
        kept, personal = _split(fact)
        data = _encode(kept)
        hidden = _encode(personal) if personal else b""
    return Record(
        entry.node,
        entry.seq,
        entry.at,
        entry.switch_at,
        entry.tenant,
        type(fact).__name__,
        entry.version,
        fact.contact_id,
        fact.agent_id,
        fact.customer_id,
        fact.queue,
        fact.channel,
        fact.direction,
        data.decode(),
        hidden.decode() if personal else None,
        _number(personal) if personal else None,
    )


def _split(fact: Fact) -> tuple[Fact, dict[str, Any] | None]:
    """The fact without its personal fields, and those of them that say something."""
    defaults = _PERSONAL[type(fact)]
    if not defaults:
        return fact, None
    personal = {name: value for name in defaults if (value := getattr(fact, name)) != defaults[name]}
    return (msgspec.structs.replace(fact, **defaults), personal) if personal else (fact, None)


def _number(personal: dict[str, Any]) -> str | None:
    number = personal.get("caller_number") or personal.get("number")
    return searchable_number(number) or None if number else None


def searchable_number(number: str) -> str:
    """A number as it is searched by: without the signs that people write between digits, and of limited length."""
    return _BETWEEN_DIGITS.sub("", number).lower()[:LONGEST_NUMBER]


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list | tuple) else value


def decode(header: Header, data: str, personal: str | None = None) -> Entry:
    """The entry that a stored row, with its personal fields where they are wanted and not erased, stands for."""
    node, seq, at, switch_at, tenant, version = header
    if personal is not None:
        data = f"{data[:-1]},{personal[1:]}"
    try:
        fact = _decode(data)
    except msgspec.DecodeError as error:
        raise UnreadableFactError(f"fact {seq} of node {node} cannot be read: {error}; a newer program's?") from None
    return Entry(node=NodeName(node), seq=seq, at=at, switch_at=switch_at, tenant=tenant, version=version, fact=fact)
