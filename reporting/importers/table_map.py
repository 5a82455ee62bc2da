"""Maps: how a table of calls from elsewhere is to be read. A YAML file; `maps/` has those that come with Cordboard."""

import re
from pathlib import Path
from typing import Literal

import msgspec

from config.document import Document, read_document
from config.errors import KeyPath
from facts.states import LeftQueue
from reporting.importers.errors import MapError


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a map; a key that does not belong there is a mistake."""


class Format(Strict, frozen=True, kw_only=True):
    """The file: its delimiter, its encoding, and the names of the columns where it has no header line.

    ``quoted``: whether a value in quotation marks may hold the delimiter. ``decimal``: what stands before the parts of
    a whole in numbers.
    """

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    quoted: bool = True
    decimal: Literal[".", ","] = "."
    columns: tuple[str, ...] = ()


class Ignored(Strict, frozen=True, kw_only=True):
    """Rows to pass over: those whose column has one of these values."""

    column: str
    values: tuple[str, ...]


class Text(Strict, frozen=True, kw_only=True):
    """A text: a column's value, or the same ``value`` for all rows. ``none``: values that say there is none."""

    column: str | None = None
    value: str = ""
    none: tuple[str, ...] = ()


class Moment(Strict, frozen=True, kw_only=True):
    """A moment, in one of three ways.

    ``column`` with a ``format`` of strptime, ``iso``, ``epoch`` (seconds) or ``epoch_ms``; ``date`` with
    ``date_format`` and a ``clock`` (h:mm:ss, or with AM and PM); or a ``clock`` alone, which is taken near the moment
    before it, so that it may lie behind midnight. ``none``: values that say there is none, as an empty one does.
    """

    column: str | None = None
    format: str = "iso"
    date: str | None = None
    date_format: str = "%Y-%m-%d"
    clock: str | None = None
    none: tuple[str, ...] = ()


class Length(Strict, frozen=True, kw_only=True):
    """A duration: given in a column, or reckoned ``since`` one moment ``until`` another.

    ``unit`` of what is given: s, ms, min, ``clock`` (h:mm:ss or h:mm) or ``m:ss``. The moments are clocks (h:mm:ss), or
    dates and times of the ``format`` of a moment, else of that of the arrival. Of several columns in ``until`` the
    first counts that is not empty. With both, what is given counts, and the moments are asked where it cannot be read
    or is below zero. ``none``: values which say that the length is not known.
    """

    column: str | None = None
    unit: str = "s"
    since: str | None = None
    until: str | tuple[str, ...] | None = None
    format: str | None = None
    none: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[str, ...]:
        """The columns of ``until``."""
        return (self.until,) if isinstance(self.until, str) else self.until or ()


class Outcome(Strict, frozen=True, kw_only=True):
    """Which values of a column mean answered and abandoned, and how others left.

    ``otherwise``: what all values mean that are not named; without it, their rows are rejected.
    """

    column: str
    answered: tuple[str, ...] = ()
    abandoned: tuple[str, ...] = ()
    left: dict[LeftQueue, tuple[str, ...]] = {}
    otherwise: Literal["answered", "abandoned"] | None = None


class Resolved(Strict, frozen=True, kw_only=True):
    """Whether the matter was resolved, by the agent's code."""

    column: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Score(Strict, frozen=True, kw_only=True):
    """A survey's score, on a scale."""

    column: str
    worst: int = 1
    best: int = 5


class TableMap(Strict, frozen=True, kw_only=True):
    """A whole map.

    ``name`` signs the facts (node ``import:name``); ``identity`` names the columns that together tell one row from
    all others, so that a file imported twice counts once. ``queued``: absent, the customer queued on arrival.
    """

    name: str
    about: str = ""
    time_zone: str | None = None
    format: Format = Format()
    ignore: tuple[Ignored, ...] = ()
    identity: tuple[str, ...]
    arrived: Moment
    queued: Moment | None = None
    wait: Length | None = None
    talk: Length | None = None
    hold: Length | None = None
    wrap_up: Length | None = None
    outcome: Outcome
    queue: Text
    agent: Text = Text()
    team: Text = Text()
    customer: Text = Text()
    customer_tier: Text = Text()
    entry_point: Text = Text()
    region: Text = Text()
    disposition: Text = Text()
    resolved: Resolved | None = None
    score: Score | None = None

    def columns(self) -> set[str]:
        """Every column that the map needs."""
        parts = (self.arrived, self.queued, self.wait, self.talk, self.hold, self.wrap_up, self.outcome, self.resolved)
        texts = (self.queue, self.agent, self.customer, self.customer_tier, self.entry_point, self.region)
        named = {*self.identity, *(rule.column for rule in self.ignore)}
        for part in (*parts, *texts, self.team, self.disposition, self.score):
            for key in ("column", "date", "clock", "since", "until"):
                name = getattr(part, key, None)
                if isinstance(name, str):
                    named.add(name)
                elif name is not None:
                    named.update(name)
        return named


UNITS = {"s": 1_000_000, "ms": 1_000, "min": 60_000_000}
CLOCK, MINUTES = "clock", "m:ss"
EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1_000}
"""Formats of a moment that count from 1970, in microseconds."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_AT = re.compile(r" - at (?:`key` in )?`\$(.*)`$")


def load_map(path: Path) -> TableMap:
    """Read a map; raises `MapError` with file, line and key."""
    document = read_document(path.read_text(encoding="utf-8", errors="replace"), str(path))
    if document.problems:
        raise MapError("\n".join(map(str, document.problems)))
    try:
        found = msgspec.convert(document.data, TableMap, strict=False)
    except msgspec.ValidationError as error:
        raise MapError(_located(document, str(error))) from None
    _check(found, document)
    return found


def _located(document: Document, message: str) -> str:
    """The message of msgspec with the line instead of its path."""
    at = _AT.search(message)
    path: list[str | int] = []
    if at is not None:
        message = message[: at.start()]
        path = [int(index) if index else name for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", at[1])]
    return str(document.problem(tuple(path), message))


def _check(found: TableMap, document: Document) -> None:
    wrong: list[tuple[KeyPath, str]] = []
    if not _NAME.fullmatch(found.name):
        wrong.append((("name",), "letters, digits, dot, dash and underscore, at most 64"))
    if len(found.format.delimiter) != 1:
        wrong.append((("format", "delimiter"), "exactly one character"))
    if not found.identity:
        wrong.append((("identity",), "at least one column"))
    if not (found.outcome.answered or found.outcome.otherwise == "answered"):
        wrong.append((("outcome", "answered"), "at least one value, or otherwise: answered"))
    for key in ("arrived", "queued"):
        moment: Moment | None = getattr(found, key)
        if moment is not None and not _is_whole(moment, alone=key == "queued"):
            wrong.append(((key,), "column, or date and clock; a clock alone only for queued"))
    for key in ("wait", "talk", "hold", "wrap_up"):
        length: Length | None = getattr(found, key)
        if length is not None:
            wrong += [((key,), text) for text in _length_mistakes(length)]
    if wrong:
        raise MapError("\n".join(f"{document.problem(path, text)}" for path, text in wrong))


def _is_whole(moment: Moment, *, alone: bool) -> bool:
    if moment.column is not None:
        return moment.date is None and moment.clock is None
    return moment.clock is not None and (moment.date is not None or alone)


def _length_mistakes(length: Length) -> list[str]:
    mistakes = []
    if length.unit not in {*UNITS, CLOCK, MINUTES}:
        mistakes.append(f"unit {length.unit}: there are {', '.join(UNITS)}, {CLOCK} and {MINUTES}")
    if (length.since is None) != (not length.ends):
        mistakes.append("since and until belong together")
    if length.column is None and length.since is None:
        mistakes.append("a column, or since and until")
    return mistakes


def check_columns(found: TableMap, header: list[str], path: Path) -> dict[str, int]:
    """Where each column of the map is in the file; raises `MapError` for those that are absent."""
    places = {name.strip(): place for place, name in reversed(list(enumerate(header)))}
    absent = sorted(found.columns() - set(places))
    if absent:
        raise MapError(
            f"{path}: there is no column {', '.join(absent)}; the file has {', '.join(header[:40])} "
            "(is the delimiter right?)"
        )
    return places
