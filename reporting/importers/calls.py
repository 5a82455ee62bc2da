"""Calls from a table elsewhere: each row becomes the facts of one contact, so that it reports like our own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache, partial
from math import isfinite
from pathlib import Path

import msgspec

from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import (
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactLeftQueue,
    ContactOffered,
    ContactQueued,
    DispositionSet,
    SurveyAnswered,
    TalkEnded,
    WrapUpEnded,
)
from facts.states import LeftQueue, Party
from facts.time import DAY, SECOND, Duration, Instant
from reporting.importers.ingest import Draft, Outcome, import_node, known_contacts, write
from reporting.importers.rows import Progress, Row, no_progress, read_rows, readable
from reporting.importers.table_map import CLOCK, EPOCHS, UNITS, Length, Moment, Score, TableMap, Text, check_columns
from reporting.kpi.contacts import TIER_ATTRIBUTE
from reporting.kpi.intervals import to_datetime, to_instant
from reporting.ports import JournalAppender

LONGEST: Duration = 366 * DAY
"""A wait or talk beyond is a mistake of the table."""


class RowError(Exception):
    """A row that cannot be taken in."""


Repair = Callable[[str], None]


def import_calls(
    path: Path, table: TableMap, zone: tzinfo, journal: JournalAppender, progress: Progress = no_progress
) -> Outcome:
    """Read a table of calls into the journal, all or nothing; rows that were imported before are passed over.

    ``zone`` is the clock of the table unless the map names one. Raises `ImportRefusedError` or `MapError`.
    """
    node, outcome = import_node(table.name), Outcome()
    form = table.format
    rows = map(readable, read_rows(path, delimiter=form.delimiter, encoding=form.encoding, progress=progress))
    header = list(form.columns or next(rows, Row(1, [])).values or ())
    reader = _Reader(table, check_columns(table, header, path), zone)
    intake = _Intake(reader, outcome, known_contacts(journal, node))
    for line, values, reason in rows:
        outcome.rows += 1
        if values is None:
            outcome.reject(line, reason)
            continue
        if reason:
            outcome.repair(line, reason)
        intake.take(line, values)
    outcome.facts = write(journal, node, intake.drafts)
    return outcome


class _Intake:
    """Takes in row after row, and keeps what came of them."""

    def __init__(self, reader: "_Reader", outcome: Outcome, known: Iterable[ContactId]) -> None:
        self.drafts: list[Draft] = []
        self._reader = reader
        self._outcome = outcome
        self._lines = dict.fromkeys(known, 0)

    def take(self, line: int, values: list[str]) -> None:
        """Take in one row, or say why not."""
        if self._reader.is_header(values):
            self._outcome.ignored += 1
            return
        try:
            self._understand(line, values)
        except RowError as error:
            self._outcome.reject(line, str(error))

    def _understand(self, line: int, values: list[str]) -> None:
        row = self._reader.row(values)
        if self._reader.is_ignored(row):
            self._outcome.ignored += 1
            return
        contact_id = self._reader.identity(row)
        before = self._lines.get(contact_id)
        if before == 0:
            self._outcome.known += 1
            return
        if before is not None:
            raise RowError(f"has the same identity as line {before}")
        self.drafts += self._reader.drafts(row, contact_id, partial(self._outcome.repair, line))
        self._lines[contact_id] = line
        self._outcome.taken += 1


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    """A row, understood."""

    contact_id: ContactId
    arrived: Instant
    queued: Instant
    outcome: str
    queue: QueueName
    wait: Duration
    talk: Duration | None
    hold: Duration
    wrap_up: Duration | None


class _Reader:
    """Turns rows of one file into drafts."""

    def __init__(self, table: TableMap, places: Mapping[str, int], zone: tzinfo) -> None:
        self.table = table
        needed = table.columns()
        self._places = {name: place for name, place in places.items() if name in needed}
        self._width = max(self._places.values()) + 1
        self._ignored = [(rule.column, frozenset(rule.values)) for rule in table.ignore]
        self._outcomes = _outcomes(table)
        self._clocks = _Clocks(zone)

    def is_header(self, values: list[str]) -> bool:
        """A header line again, as where files were joined."""
        return all(place < len(values) and values[place].strip() == name for name, place in self._places.items())

    def row(self, values: list[str]) -> dict[str, str]:
        """The columns that are needed, without spaces around."""
        if len(values) < self._width:
            raise RowError(f"has {len(values)} columns, {self._width} are needed")
        return {name: values[place].strip() for name, place in self._places.items()}

    def is_ignored(self, row: dict[str, str]) -> bool:
        """Whether the map says to pass over the row."""
        return any(row[column] in values for column, values in self._ignored)

    def identity(self, row: dict[str, str]) -> ContactId:
        """The contact's id: the map's name and what tells the row from all others."""
        parts = [row[name] for name in self.table.identity]
        if not all(parts):
            empty = ", ".join(name for name, part in zip(self.table.identity, parts, strict=True) if not part)
            raise RowError(f"{empty} is empty, which identifies the row")
        return ContactId(f"{self.table.name}:{'/'.join(part.replace('/', '%2F') for part in parts)}")

    def drafts(self, row: dict[str, str], contact_id: ContactId, repair: Repair) -> list[Draft]:
        """The facts of one contact in their order."""
        call = self._call(row, contact_id, repair)
        facts = [
            Draft(call.arrived, self._offered(row, call)),
            Draft(call.queued, self._queued(row, call)),
            *self._left(row, call),
        ]
        return [*facts, *self._afterwards(row, call, facts[-1].at)]

    def _call(self, row: dict[str, str], contact_id: ContactId, repair: Repair) -> _Call:
        table = self.table
        arrived = self._clocks.moment(table.arrived, row, None)
        queued = arrived if table.queued is None else self._clocks.moment(table.queued, row, arrived)
        if queued < arrived:
            repair(f"queued {(arrived - queued) / SECOND:g} s before it arrived: arrival put to the time of queueing")
            arrived = queued
        said = row[table.outcome.column]
        if said not in self._outcomes:
            raise RowError(f"{table.outcome.column} is {said!r}, which the map does not know")
        queue = _text(table.queue, row)
        if not queue:
            raise RowError("names no queue")
        outcome = self._outcomes[said]
        wait = self._length("wait", row, queued, repair) or 0
        talk = self._length("talk", row, queued + wait, repair)
        if talk and outcome != ANSWERED:
            repair(f"{said} with a talk of {talk / SECOND:g} s: the talk is left out")
        return _Call(
            contact_id=contact_id,
            arrived=arrived,
            queued=queued,
            outcome=outcome,
            queue=QueueName(queue),
            wait=wait,
            talk=talk,
            hold=self._length("hold", row, queued + wait, repair) or 0,
            wrap_up=self._length("wrap_up", row, queued + wait, repair),
        )

    def _length(self, name: str, row: dict[str, str], about: Instant, repair: Repair) -> Duration | None:
        """A duration of the row; None where it is not known. What cannot be is mended from the clocks if they say.

        ``about``: when it began, roughly.
        """
        length: Length | None = getattr(self.table, name)
        if length is None or (length.column is not None and row[length.column] in length.none):
            return None
        given = None if length.column is None else _duration(row[length.column], length.unit)
        if given is not None and 0 <= given <= LONGEST:
            return given
        reckoned = self._clocks.between(length, row, about)
        if length.column is not None:
            used = "not known" if reckoned is None else f"{reckoned / SECOND:g} s reckoned from {length.since}"
            repair(f"{length.column} is {row[length.column]!r}, no {name.replace('_', '-')}: {used}")
        elif reckoned is None:
            repair(f"{length.since} and {length.until} give no {name.replace('_', '-')}: not known")
        return reckoned

    def _offered(self, row: dict[str, str], call: _Call) -> ContactOffered:
        return ContactOffered(
            contact_id=call.contact_id,
            customer_id=_customer(self.table.customer, row),
            entry_point=_text(self.table.entry_point, row),
            caller_region=_text(self.table.region, row),
        )

    def _queued(self, row: dict[str, str], call: _Call) -> ContactQueued:
        tier = _text(self.table.customer_tier, row)
        return ContactQueued(
            contact_id=call.contact_id,
            customer_id=_customer(self.table.customer, row),
            queue=call.queue,
            joined_at=call.queued,
            why="import",
            attributes={TIER_ATTRIBUTE: tier} if tier else {},
        )

    def _left(self, row: dict[str, str], call: _Call) -> Iterator[Draft]:
        """How the contact left the queue, and the talk."""
        at = call.queued + call.wait
        yield Draft(at, self._exit(row, call))
        if call.outcome == ANSWERED and call.talk is not None:
            at += call.talk + call.hold
            ended = TalkEnded(
                contact_id=call.contact_id,
                queue=call.queue,
                agent_id=_agent(self.table.agent, row),
                ended_by=Party.CALLER,
                talk_us=call.talk,
                hold_us=call.hold,
            )
            yield Draft(at, ended)
        yield Draft(at, ContactEnded(contact_id=call.contact_id))

    def _exit(self, row: dict[str, str], call: _Call) -> ContactConnected | ContactAbandoned | ContactLeftQueue:
        contact_id, queue, waited = call.contact_id, call.queue, call.wait
        if call.outcome == ANSWERED:
            agent_id = _agent(self.table.agent, row)
            team = _text(self.table.team, row)
            return ContactConnected(contact_id=contact_id, queue=queue, agent_id=agent_id, waited_us=waited, team=team)
        if call.outcome == ABANDONED:
            return ContactAbandoned(contact_id=contact_id, queue=queue, stage="queue", waited_us=waited)
        outcome = LeftQueue(call.outcome)
        return ContactLeftQueue(contact_id=contact_id, queue=queue, outcome=outcome, waited_us=waited)

    def _afterwards(self, row: dict[str, str], call: _Call, ended: Instant) -> Iterator[Draft]:
        """After-contact work, code and survey."""
        if call.outcome != ANSWERED:
            return
        agent = _agent(self.table.agent, row)
        at = ended + (call.wrap_up or 0)
        if call.wrap_up is not None:
            took = call.wrap_up
            yield Draft(at, WrapUpEnded(contact_id=call.contact_id, agent_id=agent, queue=call.queue, took_us=took))
        code, resolved = _text(self.table.disposition, row), self._resolved(row)
        if code or resolved is not None:
            fact = DispositionSet(contact_id=call.contact_id, agent_id=agent, disposition=code, resolved=resolved)
            yield Draft(at, fact)
        score = self.table.score
        if score is not None and row[score.column]:
            points = _number(row[score.column])
            if points is not None:
                yield Draft(at, _survey(call.contact_id, points, score))

    def _resolved(self, row: dict[str, str]) -> bool | None:
        rule = self.table.resolved
        if rule is None:
            return None
        said = row[rule.column]
        return True if said in rule.yes else False if said in rule.no else None


def _survey(contact_id: ContactId, points: float, scale: Score) -> SurveyAnswered:
    """A score of whole points as it is; one with parts of a point on a scale of hundredths."""
    finer = 1 if points.is_integer() else 100
    return SurveyAnswered(
        contact_id=contact_id, score=round(points * finer), worst=scale.worst * finer, best=scale.best * finer
    )


ANSWERED, ABANDONED = "answered", "abandoned"


def _outcomes(table: TableMap) -> dict[str, str]:
    """What each value of the outcome column means: answered, abandoned, or the way the contact left."""
    left = {value: kind.value for kind, values in table.outcome.left.items() for value in values}
    abandoned = dict.fromkeys(table.outcome.abandoned, ABANDONED)
    return {**left, **abandoned, **dict.fromkeys(table.outcome.answered, ANSWERED)}


def _text(text: Text, row: dict[str, str]) -> str:
    value = text.value if text.column is None else row[text.column]
    return "" if value in text.none else value


def _agent(text: Text, row: dict[str, str]) -> AgentId | None:
    return AgentId(_text(text, row)) or None


def _customer(text: Text, row: dict[str, str]) -> CustomerId | None:
    return CustomerId(_text(text, row)) or None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _duration(text: str, unit: str) -> Duration | None:
    """A duration in a map's unit; None for what is none."""
    if unit == CLOCK:
        return clock_of(text)
    number = _number(text)
    return None if number is None else round(number * UNITS[unit])


def clock_of(text: str) -> Duration | None:
    """``h:mm:ss``, ``h:mm`` or with parts of a second, as time since midnight; None for what is no clock."""
    parts = text.split(":")
    if len(parts) not in {2, 3} or not all(part.isascii() for part in parts):
        return None
    seconds = _number(parts[2]) if len(parts) == 3 else 0.0
    if seconds is None or not (parts[0].isdigit() and parts[1].isdigit()):
        return None
    if not (0 <= seconds < 60 and int(parts[1]) < 60 and len(parts[0]) <= 4):
        return None
    return (int(parts[0]) * 60 + int(parts[1])) * 60 * SECOND + round(seconds * SECOND)


class _Clocks:
    """Reads moments in one zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._dates = lru_cache(4096)(_date)

    def moment(self, spec: Moment, row: dict[str, str], before: Instant | None) -> Instant:
        """The moment of a row; raises `RowError`."""
        if spec.column is not None:
            return self._stamp(row[spec.column], spec)
        clock = self._clock(spec.clock or "", row)
        if spec.date is not None:
            day = self._dates(row[spec.date], spec.date_format)
            if day is None:
                raise RowError(f"{spec.date} is {row[spec.date]!r}, no date like {spec.date_format}")
            return self._instant(day + timedelta(microseconds=clock))
        return self._next_to(before or 0, clock)

    def between(self, length: Length, row: dict[str, str], about: Instant) -> Duration | None:
        """From one clock to the other; None where one of them is none, or lies before the other.

        An end more than half a day before its beginning is the next day's. Where the zone's clocks were changed in
        between, the time that passed counts.
        """
        if length.since is None or length.until is None:
            return None
        since, until = clock_of(row[length.since]), clock_of(row[length.until])
        if since is None or until is None:
            return None
        begin = self._next_to(about, since)
        ends = (self._next_to(begin, until), self._next_to(begin, until, fold=1))
        return min((end - begin for end in ends if end >= begin), default=None)

    def _clock(self, column: str, row: dict[str, str]) -> Duration:
        clock = clock_of(row[column])
        if clock is None or clock >= 2 * DAY:
            raise RowError(f"{column} is {row[column]!r}, no clock like 13:45:10")
        return clock

    def _stamp(self, text: str, spec: Moment) -> Instant:
        if spec.format in EPOCHS:
            number, unit = _number(text), EPOCHS[spec.format]
            if number is None or not 0 <= number * unit < 1e11 * SECOND:
                raise RowError(f"{spec.column} is {text!r}, no time since 1970 ({spec.format})")
            return round(number * unit)
        when = _date(text, spec.format)
        if when is None:
            raise RowError(f"{spec.column} is {text!r}, no time like {spec.format}")
        return self._instant(when)

    def _instant(self, when: datetime) -> Instant:
        return to_instant(when if when.tzinfo is not None else when.replace(tzinfo=self._zone))

    def _next_to(self, before: Instant, clock: Duration, fold: int = 0) -> Instant:
        """The moment with this clock that is nearest to another: a clock behind midnight is the next day's.

        ``fold``: which of the two is meant, where the clock comes twice.
        """
        day = to_datetime(before, self._zone).replace(tzinfo=None, fold=fold, hour=0, minute=0, second=0, microsecond=0)
        same = self._instant((day + timedelta(microseconds=clock)).replace(fold=fold))
        if abs(same - before) <= DAY // 2:
            return same
        days = 1 if same < before else -1
        other = self._instant((day + timedelta(days=days, microseconds=clock)).replace(fold=fold))
        return min(same, other, key=lambda at: abs(at - before))


def _date(text: str, form: str) -> datetime | None:
    """A date or time in a form of strptime, or ISO; without a zone unless it has its own."""
    try:
        if form == "iso":
            return datetime.fromisoformat(text)
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the table's, and joins later
    except ValueError:
        return None
