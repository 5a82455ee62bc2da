"""Lines of Asterisk's queue_log in all their dresses, as events with named parts.

Read are the file itself (``time|callid|queue|agent|event|data…``), dumps of its database table with a header line
(data in five columns, the fifth holding what was too much for it, joined by ``|``), and exports that have waits and
talks in columns of their own. Times are epoch seconds, or a date and clock of the given zone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import islice
from math import isfinite
from pathlib import Path

import msgspec

from facts.time import MILLISECOND, SECOND, Duration, Instant
from reporting.importers.clocks import LATEST, LONGEST
from reporting.importers.errors import ImportRefusedError
from reporting.importers.ingest import Outcome
from reporting.importers.rows import Progress, Row, no_progress, read_rows, readable
from reporting.kpi.intervals import to_instant

NONE = "NONE"
_DELIMITERS = ",;\t|"
_FRAME = re.compile(r"[-+| ]*[-+][-+| ]*|\(\d+ rows?\)|\d+ rows? in set.*")
"""Lines that clients of databases draw around a table, and how many rows they say it has."""
LINES_TO_KNOW_BY = 20

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time": ("epoch", "date_time", "timestamp", "time", "datetime", "eventdate", "time_id"),
    "callid": ("callid", "call_id", "uniqueid"),
    "queue": ("queue_name", "queuename", "queue", "qname"),
    "agent": ("agent", "agent_name", "interface", "member", "type"),
    "event": ("event", "verb", "qevent", "action"),
    "hold": ("htime", "holdtime", "hold_time", "waittime"),
    "talk": ("ttime", "talktime", "calltime", "talk_time"),
}
_DATA = ("data", "param", "arg", "info")


class LogEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One line. Durations are None where the line does not say them. ``text``: a key, a reason, where it went."""

    line: int
    at: Instant
    callid: str
    queue: str
    agent: str
    verb: str
    hold_us: Duration | None = None
    talk_us: Duration | None = None
    ring_us: Duration | None = None
    text: str = ""
    caller: str = ""


class LineError(Exception):
    """A line that is none."""


class _Parts(msgspec.Struct, frozen=True):
    """Where an event keeps what: positions in its data. -1 to -3 count from the end (attended transfers)."""

    hold: int | None = None
    talk: int | None = None
    ring_s: int | None = None
    ring_ms: int | None = None
    text: int | None = None
    caller: int | None = None


_WAITED = _Parts(hold=2)
_COMPLETE = _Parts(hold=0, talk=1)
_TRANSFER = _Parts(text=0, hold=2, talk=3)
_PARTS: Mapping[str, _Parts] = {
    "ENTERQUEUE": _Parts(caller=1),
    "CONNECT": _Parts(hold=0, ring_s=2),
    "COMPLETEAGENT": _COMPLETE,
    "COMPLETECALLER": _COMPLETE,
    "ABANDON": _WAITED,
    "EXITEMPTY": _WAITED,
    "EXITWITHTIMEOUT": _WAITED,
    "WITHDRAW": _WAITED,
    "EXITWITHKEY": _Parts(text=0, hold=3),
    "TRANSFER": _TRANSFER,
    "BLINDTRANSFER": _TRANSFER,
    "ATTENDEDTRANSFER": _Parts(text=1, hold=-3, talk=-2),
    "RINGNOANSWER": _Parts(ring_ms=0),
    "RINGCANCELED": _Parts(ring_ms=0),
}
_FIRST = _Parts(text=0)


def read_events(path: Path, zone: tzinfo, outcome: Outcome, progress: Progress = no_progress) -> Iterator[LogEvent]:
    """The events of a file in its order; ``outcome`` is told of lines that are none, or had to be mended.

    Raises `ImportRefusedError` when the file is no queue_log at all.
    """
    delimiter, is_native = _dress(path)
    quoted = delimiter != "|"
    read = read_rows(path, delimiter=delimiter, encoding="utf-8-sig", quoted=quoted, progress=progress)
    rows = map(readable, (row for row in read if not _is_frame(row, delimiter)))
    if is_native:
        reader: _Native | _Export = _Native(zone)
    else:
        reader = _Export(next(rows, Row(1, [])).values or [], zone, path)
    for line, values, reason in rows:
        try:
            if values is None:
                raise LineError(reason)  # noqa: TRY301 - all lines that are none are told in one place
            if reason:
                outcome.repair(line, reason)
            yield reader.event(line, values)
        except LineError as error:
            outcome.reject(line, str(error))


def _dress(path: Path) -> tuple[str, bool]:
    """What stands between values, and whether the lines are Asterisk's own; else the first one is a header."""
    rows = read_rows(path, delimiter="\0", encoding="utf-8-sig", quoted=False)
    first = [(row.values or [""])[0] for row in islice(rows, LINES_TO_KNOW_BY)]
    header = next((line for line in first if not _FRAME.fullmatch(line.strip())), "")
    found: str = max(_DELIMITERS, key=header.count)
    is_table = found == "|" and "callid" in header.lower()
    own = (line.count("|") >= 4 and _instant_or_none(line.split("|")[0]) is not None for line in first)
    return ("|", True) if not is_table and any(own) else (found, False)


def _is_frame(row: Row, delimiter: str) -> bool:
    """Whether a line belongs to the frame around a table and is no row."""
    return row.values is not None and _FRAME.fullmatch(delimiter.join(row.values).strip()) is not None


class _Native:
    """Lines of the file that Asterisk writes."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def event(self, line: int, values: Sequence[str]) -> LogEvent:
        """The event of a line; raises `LineError`."""
        if len(values) < 5:
            raise LineError(f"has {len(values)} fields, 5 at least are needed")
        stamp, callid, queue, agent, verb, *data = (value.strip() for value in values)
        return _event(line, _instant(stamp, self._zone), (callid, queue, agent, verb), data)


class _Export:
    """Rows of a table with a header line."""

    def __init__(self, header: Sequence[str], zone: tzinfo, path: Path) -> None:
        names = [name.strip().lower() for name in header]
        self._zone = zone
        self._places = {part: [names.index(n) for n in known if n in names] for part, known in _COLUMNS.items()}
        self._data = [names.index(name) for name in _data_columns(names)]
        absent = [part for part in ("time", "callid", "queue", "event") if not self._places[part]]
        if absent:
            raise ImportRefusedError(
                f"{path} is no queue_log: its first line has no column for {', '.join(absent)}; "
                "the file itself has lines like 1543602677|1543602660.197|IT|NONE|ENTERQUEUE||15550001000|1"
            )
        self._width = max(place for places in self._places.values() for place in places) + 1

    def event(self, line: int, values: Sequence[str]) -> LogEvent:
        """The event of a row; raises `LineError`."""
        if len(values) < self._width:
            raise LineError(f"has {len(values)} columns, {self._width} are needed")
        named = (self._value(values, "callid"), self._value(values, "queue"), self._value(values, "agent") or NONE)
        verb = self._value(values, "event").upper()
        data = [values[place].strip() for place in self._data if place < len(values)]
        at = self._at(values)
        if not self._places["hold"]:
            return _event(line, at, (*named, verb), data)
        return self._spelt(line, at, (*named, verb), values, data)

    def _spelt(
        self, line: int, at: Instant, named: tuple[str, str, str, str], values: Sequence[str], data: list[str]
    ) -> LogEvent:
        """An event of an export that has wait and talk in columns of their own."""
        callid, queue, agent, verb = named
        hold, talk = _number(self._value(values, "hold")), _number(self._value(values, "talk"))
        rings = verb in {"RINGNOANSWER", "RINGCANCELED"}
        ring_s = _number(_at(data, 2)) if verb == "CONNECT" else None
        return LogEvent(
            line=line,
            at=at,
            callid=callid,
            queue=queue,
            agent=agent,
            verb=verb,
            hold_us=None if rings else _scaled(hold, SECOND),
            talk_us=_scaled(talk, SECOND),
            ring_us=_scaled(hold, MILLISECOND) if rings else _scaled(ring_s, SECOND),
            text="" if verb == "ENTERQUEUE" else _at(data, 0),
            caller=_at(data, 0) if verb == "ENTERQUEUE" else "",
        )

    def _value(self, values: Sequence[str], part: str) -> str:
        places = self._places[part]
        return values[places[0]].strip() if places else ""

    def _at(self, values: Sequence[str]) -> Instant:
        """The time: an epoch in any of the time columns before a date and clock."""
        texts = [values[place].strip() for place in self._places["time"]]
        for text in texts:
            at = _instant_or_none(text)
            if at is not None:
                return at
        return _instant(texts[0], self._zone)


def _data_columns(names: Sequence[str]) -> list[str]:
    for stem in _DATA:
        found = [name for name in (f"{stem}{number}" for number in range(1, 10)) if name in names]
        if found:
            return found
    return [name for name in ("data",) if name in names]


def _event(line: int, at: Instant, named: tuple[str, str, str, str], data: Sequence[str]) -> LogEvent:
    """An event whose parts stand in the order of Asterisk's documentation; the last column may hold several."""
    callid, queue, agent, verb = named
    fields = "|".join(data).split("|")
    while fields and not fields[-1]:
        fields.pop()
    parts = _PARTS.get(verb, _FIRST)
    ring_ms = _picked(fields, parts.ring_ms)
    return LogEvent(
        line=line,
        at=at,
        callid=callid,
        queue=queue,
        agent=agent,
        verb=verb,
        hold_us=_scaled(_picked(fields, parts.hold), SECOND),
        talk_us=_scaled(_picked(fields, parts.talk), SECOND),
        ring_us=_scaled(_picked(fields, parts.ring_s), SECOND) if ring_ms is None else _scaled(ring_ms, MILLISECOND),
        text=_at(fields, parts.text),
        caller=_at(fields, parts.caller),
    )


def _at(fields: Sequence[str], place: int | None) -> str:
    if place is None or not -len(fields) <= place < len(fields):
        return ""
    return fields[place]


def _picked(fields: Sequence[str], place: int | None) -> float | None:
    return _number(_at(fields, place))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _scaled(number: float | None, unit: Duration) -> Duration | None:
    return None if number is None or not 0 <= number * unit <= LONGEST else round(number * unit)


def _instant_or_none(text: str) -> Instant | None:
    """Epoch seconds, or milliseconds where they have thirteen digits."""
    number = _number(text)
    if number is None or not 100_000_000 <= number < LATEST / MILLISECOND:
        return None
    return round(number * MILLISECOND) if number > 100_000_000_000 else round(number * SECOND)


def _instant(text: str, zone: tzinfo) -> Instant:
    at = _instant_or_none(text)
    if at is not None:
        return at
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise LineError(f"begins with {text[:40]!r}, which is no time") from None
    return to_instant(when if when.tzinfo is not None else when.replace(tzinfo=zone))
