"""The hash chain over a node's facts: pure functions of bytes.

Each fact's hash is SHA-256 over the previous fact's hash, a JSON array of its header
``[node, seq, at, switch_at, tenant, version, digest of the personal fields in hex]`` and the bytes of its data.
The chain of a node begins with `genesis`. Of personal fields the chain covers a digest with a random salt: when
fields and salt are erased, the digest stays, tells nothing, and the chain still holds.
"""

from hashlib import sha256
from typing import TypeAlias

import msgspec

from facts.ids import NodeName
from facts.time import Instant

SALT_BYTES = 16

UPKEEP = NodeName("upkeep")
"""Who tells of the journal's own upkeep (`storage.upkeep`). No daemon may bear this name."""

Header: TypeAlias = tuple[str, int, Instant, Instant | None, str, int]
"""Node, number, time, the switch's time, tenant, version of the kind."""

_encode = msgspec.json.Encoder().encode


def genesis(node: NodeName) -> bytes:
    """What the hash of a node's first fact is chained to."""
    return sha256(b"cordboard journal 1\n" + node.encode()).digest()


def personal_digest(salt: bytes, personal: str) -> bytes:
    """The digest that stands in the chain for a fact's personal fields (JSON)."""
    return sha256(salt + personal.encode()).digest()


def link(previous: bytes, header: Header, digest: bytes | None, data: str) -> bytes:
    """The hash of a fact after the one whose hash is ``previous``."""
    return sha256(previous + _encode((*header, digest and digest.hex())) + data.encode()).digest()
