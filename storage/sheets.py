"""Sheets: all cells of a family and a block of time in one value, packed by columns.

Each column takes the fewest bytes that hold its numbers, and a column that is nearly empty only those that are not 0.
So a month of forty queues is a few megabytes, which are read and unpacked in hundredths of a second.
"""

from typing import Any, TypeAlias

import msgspec
import numpy as np

from facts.time import DAY, Instant
from reporting.kpi.columns import Entries, Part, Whole

BLOCK = {"15min": DAY, "30min": DAY, "hour": DAY, "day": 32 * DAY}
"""How much time one sheet of a grain holds."""

Packed: TypeAlias = tuple[str, int, bytes, bytes]
"""Type of the numbers, their count, the places of those that are not 0 (none: all are there), the numbers."""

_TYPES = ("u1", "i1", "<u2", "<i2", "<u4", "<i4")
_PLACES = "<u4"


class _Sheet(msgspec.Struct, array_like=True):
    """A part as it is stored; beginnings count from ``first`` in steps of ``step``."""

    first: int
    step: int
    at: Packed
    keys: Packed
    names: list[str | None]
    numbers: dict[str, Packed]
    counts: dict[str, dict[str, Packed]]
    histograms: dict[str, tuple[Packed, Packed, Packed]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Sheet).decode


def block_of(grain: str, at: Instant) -> int:
    """The block in which a cell of this grain lies."""
    return at // BLOCK[grain]


def pack(part: Part) -> bytes:
    """A part as a sheet."""
    first = int(part.at.min(initial=0)) if not len(part) else int(part.at.min())
    steps = part.at - first
    step = max(1, int(np.gcd.reduce(steps))) if len(part) else 1
    return _encode(
        _Sheet(
            first=first,
            step=step,
            at=_packed(steps // step),
            keys=_packed(part.keys),
            names=list(part.names),
            numbers={name: _packed(column) for name, column in part.numbers.items()},
            counts={
                name: {sub: _packed(column) for sub, column in columns.items()} for name, columns in part.counts.items()
            },
            histograms={
                name: (_packed(one.lengths), _packed(one.buckets), _packed(one.counts))
                for name, one in part.histograms.items()
            },
        )
    )


def unpack(data: bytes) -> Part:
    """The part of a sheet."""
    sheet = _decode(data)
    return Part(
        at=_unpacked(sheet.at).astype(np.int64) * sheet.step + sheet.first,
        keys=_unpacked(sheet.keys),
        names=tuple(sheet.names),
        numbers={name: _unpacked(column) for name, column in sheet.numbers.items()},
        counts={
            name: {sub: _unpacked(column) for sub, column in columns.items()} for name, columns in sheet.counts.items()
        },
        histograms={name: Entries(*map(_unpacked, columns)) for name, columns in sheet.histograms.items()},
    )


def _packed(column: Whole) -> Packed:
    low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    kind = next((name for name in _TYPES if np.iinfo(name).min <= low and high <= np.iinfo(name).max), "<i8")
    size = np.dtype(kind).itemsize
    (places,) = np.nonzero(column)
    if len(places) * (4 + size) < len(column) * size:
        return kind, len(column), places.astype(_PLACES).tobytes(), column[places].astype(kind).tobytes()
    return kind, len(column), b"", column.astype(kind).tobytes()


def _unpacked(packed: Packed) -> Whole:
    kind, count, places, data = packed
    numbers: Any = np.frombuffer(data, kind)
    if len(numbers) == count and not places:
        return numbers  # type: ignore[no-any-return]  # numpy's own
    column = np.zeros(count, kind)
    column[np.frombuffer(places, _PLACES)] = numbers
    return column
