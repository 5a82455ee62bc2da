"""Calls from a table elsewhere: each row becomes the facts of one contact, so that it reports like our own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import tzinfo
from functools import partial
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
from facts.time import SECOND, Duration, Instant
from reporting.importers.clocks import LONGEST, LONGEST_BEFORE, Clocks, RowError, length_of, number_of
from reporting.importers.ingest import Draft, Outcome, Written, import_node, known_contacts, not_watched, write
from reporting.importers.rows import Progress, Row, no_progress, read_rows, readable
from reporting.importers.table_map import Length, Score, TableMap, Text, check_columns
from reporting.kpi.contacts import TIER_ATTRIBUTE
from reporting.ports import JournalAppender

Repair = Callable[[str], None]


def _unheard(_reason: str) -> None:
    """Of no use to anybody: the talk of a contact that nobody answered."""


def import_calls(
    path: Path,
    table: TableMap,
    zone: tzinfo,
    journal: JournalAppender,
    *,
    progress: Progress = no_progress,
    on_written: Written = not_watched,
) -> Outcome:
    """Read a table of calls into the journal, all or nothing; rows that were imported before are passed over.

    ``zone`` is the clock of the table unless the map names one. Raises `ImportRefusedError` or `MapError`.
    """
    node, outcome = import_node(table.name), Outcome()
    form = table.format
    lines = read_rows(path, delimiter=form.delimiter, encoding=form.encoding, quoted=form.quoted, progress=progress)
    rows = map(readable, lines)
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
    outcome.facts = write(journal, node, intake.drafts, on_written)
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
    wait: Duration | None
    talk: Duration | None
    hold: Duration | None
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
        self._decimal = table.format.decimal
        self._clocks = Clocks(zone, table.arrived, self._decimal)

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
        arrived, queued = self._beginning(row, repair)
        outcome, queue = self._outcome(row), _text(table.queue, row)
        if not queue:
            raise RowError("names no queue")
        wait = self._length("wait", row, queued, repair)
        is_answered = outcome == ANSWERED
        after = partial(self._length, row=row, about=queued + (wait or 0), repair=repair if is_answered else _unheard)
        talk = after("talk")
        if talk and not is_answered:
            said = row[table.outcome.column]
            repair(f"{said} with a talk of {talk / SECOND:g} s: the talk is left out")
        return _Call(
            contact_id=contact_id,
            arrived=arrived,
            queued=queued,
            outcome=outcome,
            queue=QueueName(queue),
            wait=wait,
            talk=talk,
            hold=after("hold"),
            wrap_up=after("wrap_up"),
        )

    def _beginning(self, row: dict[str, str], repair: Repair) -> tuple[Instant, Instant]:
        """When the contact arrived and when it queued; where the two cannot be, the latter counts."""
        arrived = self._clocks.moment(self.table.arrived, row, None) or 0
        queued = None if self.table.queued is None else self._clocks.moment(self.table.queued, row, arrived)
        if queued is None:
            return arrived, arrived
        is_clock = self.table.queued is not None and self.table.queued.column is None
        if queued < arrived or (is_clock and queued - arrived > LONGEST_BEFORE):
            how = "before" if queued < arrived else "after"
            apart = f"queued {abs(arrived - queued) / SECOND:g} s {how} it arrived"
            repair(f"{apart}: arrival put to the time of queueing")
            arrived = queued
        return arrived, queued

    def _outcome(self, row: dict[str, str]) -> str:
        rule = self.table.outcome
        said = row[rule.column]
        outcome = self._outcomes.get(said, rule.otherwise)
        if outcome is None:
            raise RowError(f"{rule.column} is {said!r}, which the map does not know")
        return outcome

    def _length(self, name: str, row: dict[str, str], about: Instant, repair: Repair) -> Duration | None:
        """A duration of the row; None where it is not known. What cannot be is mended from the moments if they say.

        ``about``: when it began, roughly.
        """
        length: Length | None = getattr(self.table, name)
        if length is None or (length.column is not None and row[length.column] in length.none):
            return None
        given = None if length.column is None else length_of(row[length.column], length.unit, self._decimal)
        if given is not None and 0 <= given <= LONGEST:
            return given
        reckoned = self._clocks.between(length, row, about)
        if reckoned is not None and reckoned > LONGEST:
            reckoned = None
        if length.column is not None:
            used = "not known" if reckoned is None else f"{reckoned / SECOND:g} s reckoned from {length.since}"
            repair(f"{length.column} is {row[length.column]!r}, no {name.replace('_', '-')}: {used}")
        elif reckoned is None:
            ends = " or ".join(length.ends)
            repair(f"{length.since} and {ends} give no {name.replace('_', '-')}: not known")
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
        at = call.queued + (call.wait or 0)
        yield Draft(at, self._exit(row, call))
        if call.outcome == ANSWERED and call.talk is not None:
            at += call.talk + (call.hold or 0)
            ended = TalkEnded(
                contact_id=call.contact_id,
                queue=call.queue,
                agent_id=_agent(self.table.agent, row),
                ended_by=Party.CALLER,
                talk_us=call.talk,
                hold_us=call.hold,
                wrap_up_known=call.wrap_up is not None,
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
            points = number_of(row[score.column], self._decimal)
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
