"""Many cells side by side, as columns: what makes a report of fifty thousand rows as quick as one of forty.

A `Part` is a batch of cells as it was stored: the beginning and key of each, and one array for each field that any of
them counts in. `Columns` are parts put together and grouped into rows: it has the fields of a cell of
`reporting.kpi.cells`, each an array with one element for each row, and so the formulas of the catalogue work on it as
on a cell. A field is put together when a formula asks for it. All arithmetic is that of whole numbers, so both give
the same figures.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from facts.time import Duration, Instant
from reporting.kpi.cells import DICTS, HISTOGRAMS, NUMBERS, Cell
from reporting.kpi.histogram import bucket_of, upper_edge

Whole: TypeAlias = NDArray[np.integer[Any]]
"""Whole numbers, of the width in which they came; sums are of 64 bits."""

Chosen: TypeAlias = NDArray[np.bool_]
COUNTS = tuple(name for name in DICTS if name not in HISTOGRAMS)
SQUARES, _LOW, _HIGH = "talk_ms_squared", "talk_ms_squared_low", "talk_ms_squared_high"
"""The one sum that may grow beyond 63 bits is kept in two halves of 32."""

_PLAIN = tuple(name for name in NUMBERS if name != SQUARES)
_plain_of = attrgetter(*_PLAIN)
COLUMNS = (*_PLAIN, _LOW, _HIGH)
_EMPTY: NDArray[np.int64] = np.zeros(0, np.int64)
_NONE: NDArray[np.uint8] = np.zeros(0, np.uint8)


class Entries(msgspec.Struct, frozen=True):
    """Histograms of consecutive cells: how many buckets each has, and bucket and count of each, in ascending order."""

    lengths: Whole
    buckets: Whole
    counts: Whole


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of cells: ``keys`` index ``names``. Fields in which none of them counts are absent."""

    at: Whole
    keys: Whole
    names: tuple[str | None, ...]
    numbers: dict[str, Whole]
    counts: dict[str, dict[str, Whole]]
    histograms: dict[str, Entries]

    def __len__(self) -> int:
        return len(self.at)

    def only(self, *fields: str) -> "Part":
        """The same cells with these fields only."""
        return msgspec.structs.replace(
            self,
            numbers={name: column for name, column in self.numbers.items() if name in fields},
            counts={name: columns for name, columns in self.counts.items() if name in fields},
            histograms={name: entries for name, entries in self.histograms.items() if name in fields},
        )

    def where(self, chosen: Chosen) -> "Part":
        """The chosen cells."""
        if chosen.all():
            return self
        return msgspec.structs.replace(
            self,
            at=self.at[chosen],
            keys=self.keys[chosen],
            numbers={name: column[chosen] for name, column in self.numbers.items()},
            counts={
                name: {sub: column[chosen] for sub, column in columns.items()} for name, columns in self.counts.items()
            },
            histograms={name: _chosen(entries, chosen) for name, entries in self.histograms.items()},
        )

    def between(self, start: Instant | None, end: Instant | None) -> "Part":
        """The cells that begin in a range."""
        chosen = np.ones(len(self), np.bool_)
        if start is not None:
            chosen &= self.at >= start
        if end is not None:
            chosen &= self.at < end
        return self.where(chosen)

    def of_keys(self, wanted: Callable[[str | None], bool]) -> "Part":
        """The cells of some keys."""
        good = np.array([wanted(name) for name in self.names], np.bool_)
        return self if good.all() else self.where(good[self.keys])


def _chosen(entries: Entries, chosen: Chosen) -> Entries:
    kept = np.repeat(chosen, entries.lengths)
    return Entries(entries.lengths[chosen], entries.buckets[kept], entries.counts[kept])


def part_of(cells: Iterable[tuple[Instant, str | None, Cell]]) -> Part:
    """Cells as a part."""
    there = list(cells)
    names: dict[str | None, int] = {}
    keys = [names.setdefault(key, len(names)) for _, key, _ in there]
    values = [cell for _, _, cell in there]
    return Part(
        at=np.array([at for at, _, _ in there], np.int64),
        keys=np.array(keys, np.int64),
        names=tuple(names),
        numbers=_numbers(values),
        counts={name: columns for name in COUNTS if (columns := _counts(values, name))},
        histograms={name: entries for name in HISTOGRAMS if len((entries := _entries(values, name)).buckets)},
    )


def _numbers(cells: Sequence[Cell]) -> dict[str, Whole]:
    table = np.array([_plain_of(cell) for cell in cells], np.int64).reshape(-1, len(_PLAIN))
    squares = [cell.talk_ms_squared for cell in cells]
    columns = {name: table[:, place] for place, name in enumerate(_PLAIN) if table[:, place].any()}
    columns[_LOW] = np.array([square & 0xFFFFFFFF for square in squares], np.int64)
    columns[_HIGH] = np.array([square >> 32 for square in squares], np.int64)
    return {name: column for name, column in columns.items() if column.any()}


def _counts(cells: Sequence[Cell], name: str) -> dict[str, Whole]:
    columns: dict[str, Whole] = {}
    for place, cell in enumerate(cells):
        for sub, count in getattr(cell, name).items():
            if sub not in columns:
                columns[sub] = np.zeros(len(cells), np.int64)
            columns[sub][place] = count
    return columns


def _entries(cells: Sequence[Cell], name: str) -> Entries:
    found = [getattr(cell, name) for cell in cells]
    flat = np.array([entry for one in found if one for entry in sorted(one.items())], np.int64).reshape(-1, 2)
    return Entries(np.array([len(one) for one in found], np.int64), flat[:, 0], flat[:, 1])


class Columns:
    """Parts grouped into rows. Fields are read like those of a cell: an array, or 0 where nothing was counted."""

    def __init__(self, parts: Sequence[Part], groups: Whole, rows: int) -> None:
        self._parts = parts or [part_of(())]
        self._groups = groups
        self.rows = rows
        self._fields: dict[str, Any] = {}

    @cached_property
    def _order(self) -> Whole:
        """The cells in the order of their rows."""
        return np.argsort(self._groups, kind="stable")

    @cached_property
    def _starts(self) -> Whole:
        """Where each row begins in that order; every row has a cell."""
        return np.searchsorted(self._groups[self._order], np.arange(self.rows))

    @property
    def _is_one_to_one(self) -> bool:
        return len(self._groups) == self.rows

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._fields:
            self._fields[name] = self._field(name)
        return self._fields[name]

    def _field(self, name: str) -> Any:
        if name == SQUARES:
            return np.array([float(square) for square in self._squares()])
        if name in HISTOGRAMS:
            return self._histogram([part.histograms.get(name) for part in self._parts])
        if name in COUNTS:
            subs = dict.fromkeys(sub for part in self._parts for sub in part.counts.get(name, ()))
            return {sub: self._summed([part.counts.get(name, {}).get(sub) for part in self._parts]) for sub in subs}
        columns = [part.numbers.get(name) for part in self._parts]
        if all(column is None for column in columns):
            return 0
        return self._summed(columns, np.maximum if name == "longest_us" else np.add)

    def _summed(self, columns: Sequence[Whole | None], add: np.ufunc = np.add) -> Whole:
        there = [
            np.zeros(len(part), np.uint8) if column is None else column
            for part, column in zip(self._parts, columns, strict=True)
        ]
        whole = np.concatenate(there, dtype=np.int64)[self._order]
        return whole if self._is_one_to_one else add.reduceat(whole, self._starts)

    def _histogram(self, entries: Sequence[Entries | None]) -> "Histograms":
        there = [
            Entries(np.zeros(len(part), np.uint8), _NONE, _NONE) if one is None else one
            for part, one in zip(self._parts, entries, strict=True)
        ]
        lengths: Whole = np.concatenate([one.lengths for one in there], dtype=np.int64)
        buckets = np.concatenate([one.buckets for one in there])
        counts = np.concatenate([one.counts for one in there])
        if self._is_one_to_one:
            return Histograms(lengths, buckets, counts, self._order)
        groups = np.repeat(self._groups, lengths)
        size = int(buckets.max(initial=0)) + 1
        if self.rows * size <= max(4 * len(buckets), 1 << 18):
            whole = np.zeros(self.rows * size, np.int64)
            np.add.at(whole, groups * size + buckets, counts)
            (places,) = np.nonzero(whole)
            return Histograms(np.bincount(places // size, minlength=self.rows), places % size, whole[places])
        lengths, buckets, counts = _gathered(lengths, buckets, counts, self._order)
        places = np.repeat(self._groups[self._order], lengths) * size + buckets
        return Histograms(*_merged(places, counts, size, self.rows))

    def _squares(self) -> list[int]:
        low, high = (np.broadcast_to(getattr(self, half), self.rows).tolist() for half in (_LOW, _HIGH))
        return [(up << 32) + down for up, down in zip(high, low, strict=True)]

    def cells(self) -> list[Cell]:
        """Each row as a cell."""
        made = [Cell() for _ in range(self.rows)]
        for name in NUMBERS:
            column = self._squares() if name == SQUARES else np.broadcast_to(getattr(self, name), self.rows).tolist()
            for cell, value in zip(made, column, strict=True):
                setattr(cell, name, value)
        for name in COUNTS:
            for sub, column in getattr(self, name).items():
                for place in np.nonzero(column)[0].tolist():
                    getattr(made[place], name)[sub] = int(column[place])
        for name in HISTOGRAMS:
            getattr(self, name).put_into(made, name)
        return made


def _gathered(lengths: Whole, buckets: Whole, counts: Whole, order: Whole) -> tuple[Whole, Whole, Whole]:
    """The histograms in another order."""
    starts = np.cumsum(lengths) - lengths
    taken = lengths[order]
    ends = np.cumsum(taken)
    places = np.repeat(starts[order] - (ends - taken), taken) + np.arange(len(buckets))
    return taken, buckets[places], counts[places]


def _merged(places: Whole, counts: Whole, size: int, rows: int) -> tuple[Whole, Whole, Whole]:
    """Entries by ``row * size + bucket``, nearly in order, with those of equal place added up."""
    order = np.argsort(places, kind="stable")  # quick where there are few runs
    places, counts = places[order], counts[order]
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    counts = np.add.reduceat(counts, starts) if len(starts) else counts
    places = places[starts]
    there = counts != 0
    places, counts = places[there], counts[there]
    return np.bincount(places // size, minlength=rows), places % size, counts


class Histograms:
    """A histogram for each row; read like a dictionary of arrays. ``order``: which of the lengths is each row's."""

    def __init__(self, lengths: Whole, buckets: Whole, counts: Whole, order: Whole | None = None) -> None:
        ends = np.cumsum(lengths, dtype=np.int64)
        starts = ends - lengths
        self._starts, self._ends = (starts, ends) if order is None else (starts[order], ends[order])
        self._buckets, self._counts = buckets, counts

    @cached_property
    def _seen(self) -> NDArray[np.int64]:
        """How many durations lie before each entry, over all rows."""
        seen = np.zeros(len(self._counts) + 1, np.int64)
        np.cumsum(self._counts, out=seen[1:])
        return seen

    @cached_property
    def totals(self) -> Whole:
        """How many durations each row has."""
        found: Whole = self._seen[self._ends] - self._seen[self._starts]
        return found

    def values(self) -> tuple[Whole]:
        """To be added up, as a dictionary's."""
        return (self.totals,)

    def get(self, bucket: int, _default: int = 0) -> Whole:
        """The count of one bucket in each row."""
        return self._up_to(bucket) - self._up_to(bucket - 1)

    def within(self, threshold: Duration | Sequence[Duration]) -> Whole:
        """How many durations of each row are at most the threshold; rows may have their own."""
        if isinstance(threshold, int):
            return self._up_to(bucket_of(threshold))
        return self._up_to(mapped(np.array(threshold, np.int64), bucket_of))

    def _up_to(self, last: int | Whole) -> Whole:
        places = self._found(self._buckets, last, self._starts, self._ends)
        found: Whole = self._seen[places] - self._seen[self._starts]
        return found

    @staticmethod
    def _found(ascending: Whole, limit: int | Whole, low: Whole, high: Whole) -> Whole:
        """The first place between ``low`` and ``high`` whose number is above the limit; there they ascend."""
        low, high = low.copy(), high.copy()
        top = max(0, len(ascending) - 1)
        for _ in range(int((high - low).max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            goes_on = (low < high) & (ascending[np.minimum(middle, top)] <= limit)
            low = np.where(goes_on, middle + 1, low)
            high = np.where(goes_on, high, np.maximum(low, np.minimum(middle, high)))
        return low

    def percentile(self, share: float) -> tuple[NDArray[np.float64], Chosen]:
        """As `reporting.kpi.histogram.Ranked.percentile` for each row, and where there is one."""
        there = self.totals > 0
        starts, ends = self._starts[there], self._ends[there]
        rank = share * (self.totals[there] - 1)
        below = rank.astype(np.int64)
        part = rank - below
        after, first = self._seen[1:], self._seen[starts] + below
        low = _edges(self._buckets[self._found(after, first, starts, ends)])
        found = low.astype(np.float64)
        between = part > 0
        next_up = self._found(after, first[between] + 1, starts[between], ends[between])
        high = _edges(self._buckets[next_up])
        found[between] = low[between] + part[between] * (high - low[between])
        values = np.zeros(len(there), np.float64)
        values[there] = found
        return values, there

    def put_into(self, cells: Sequence[Cell], name: str) -> None:
        """Fill a field of each row's cell."""
        buckets, counts = self._buckets.tolist(), self._counts.tolist()
        for cell, start, end in zip(cells, self._starts.tolist(), self._ends.tolist(), strict=True):
            setattr(cell, name, dict(zip(buckets[start:end], counts[start:end], strict=True)))

    @property
    def entries(self) -> Entries:
        """As a part holds them."""
        lengths = self._ends - self._starts
        taken = np.repeat(self._starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(len(self._buckets))
        return Entries(lengths, self._buckets[taken], self._counts[taken])


_FIRST_EDGES = np.array([upper_edge(bucket) for bucket in range(8192)], np.int64)


def _edges(buckets: Whole) -> Whole:
    known = np.minimum(buckets.astype(np.int64), len(_FIRST_EDGES) - 1)
    found: Whole = _FIRST_EDGES[known]
    for place in np.flatnonzero(known != buckets).tolist():  # waits of days
        found[place] = upper_edge(int(buckets[place]))
    return found


def merged(parts: Sequence[Part], at: Whole | None = None) -> Part:
    """Parts as one: cells of equal beginning and key are added up, those that count nothing left out.

    ``at``: other beginnings of all cells, such as those of the days in which they lie.
    """
    keys, names = common_keys(parts)
    begins = np.concatenate([part.at for part in parts]) if at is None else at
    moments, places = np.unique(begins, return_inverse=True)
    codes, groups = np.unique(places * max(1, len(names)) + keys, return_inverse=True)
    columns = Columns(parts, groups, len(codes))
    made = Part(
        at=moments[codes // max(1, len(names))],
        keys=codes % max(1, len(names)),
        names=names,
        numbers={name: column for name in COLUMNS if isinstance(column := getattr(columns, name), np.ndarray)},
        counts={name: there for name in COUNTS if (there := getattr(columns, name))},
        histograms={name: entries for name in HISTOGRAMS if len((entries := getattr(columns, name).entries).buckets)},
    )
    return made.where(_counting(made))


def _counting(part: Part) -> Chosen:
    """The cells in which anything is counted."""
    there = np.zeros(len(part), np.bool_)
    for column in part.numbers.values():
        there |= column != 0
    for columns in part.counts.values():
        for column in columns.values():
            there |= column != 0
    return there


def common_keys(parts: Sequence[Part]) -> tuple[Whole, tuple[str | None, ...]]:
    """The keys of all cells as indexes of one list of names."""
    names: dict[str | None, int] = {}
    found = [_EMPTY]
    for part in parts:
        places = np.array([names.setdefault(name, len(names)) for name in part.names], np.int64)
        found.append(places[part.keys] if len(part) else _EMPTY)
    return np.concatenate(found), tuple(names)


def as_cells(parts: Sequence[Part]) -> list[tuple[Instant, str | None, Cell]]:
    """Every beginning and key with its cell, in their order; for tests, and where there are few."""
    whole = merged(parts) if parts else part_of(())
    cells = Columns([whole], np.arange(len(whole)), len(whole)).cells()
    found = [(int(at), whole.names[key], cell) for at, key, cell in zip(whole.at, whole.keys, cells, strict=True)]
    return sorted(found, key=lambda one: (one[0], one[1] is None, one[1] or ""))


def mapped(at: Whole, function: Callable[[Instant], Instant]) -> Whole:
    """``function`` of every instant, asked once for each different one."""
    moments, places = np.unique(at, return_inverse=True)
    found: Whole = np.array([function(moment) for moment in moments.tolist()], np.int64)[places]
    return found
