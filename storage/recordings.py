"""Recordings of talks and messages of callers: what there is, by the journal, and what became of each.

`RecordingsFiller` takes them from facts; the sounds themselves are files of the switch. A deleted one stays known: that
there was a recording is a fact. Who is asked about it in an audit finds every access (`Recordings.note_access`).
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.ids import AgentId, ContactId, CustomerId, NodeName, QueueName
from facts.journal import (
    ContactConnected,
    Entry,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    VoicemailLeft,
)
from facts.time import DAY, Duration, Instant
from storage.audit import Change, record_within
from storage.chain import UPKEEP
from storage.journal import Journal, tell_change
from storage.schema import recording, recording_filling

Kind = Literal["talk", "voicemail"]
RETENTION: Final = "retention"
"""Who deletes what is too old."""

KINDS: Final = frozenset(
    {"RecordingStarted", "RecordingPaused", "RecordingResumed", "RecordingStopped", "VoicemailLeft", "ContactConnected"}
)
CHUNK: Final = 400
BATCH: Final = 5_000
"""Facts in one transaction."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recording or message. ``length_us`` None: it is still being made. ``pauses``: silence in it, from and to."""

    recording_id: str
    kind: Kind
    contact_id: ContactId
    customer_id: CustomerId | None
    queue: QueueName | None
    mailbox: str | None
    agents: tuple[AgentId, ...]
    file: str
    began_at: Instant
    length_us: Duration | None
    pauses: tuple[tuple[Duration, Duration | None], ...]
    deleted_at: Instant | None = None
    deleted_by: str | None = None
    heard_by: str | None = None
    done_by: str | None = None
    done_at: Instant | None = None
    called_by: str | None = None
    called_at: Instant | None = None
    called_contact: ContactId | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Whose recordings somebody may know of: of these agents, or of these queues.

    Of messages those in the mailboxes of these queues, and with ``elsewhere`` all others but the hidden queues'.
    """

    agents: Collection[str]
    queues: Collection[str]
    hidden_queues: Collection[str] = ()
    elsewhere: bool = True

    def has(self, one: "Recording") -> bool:
        """Whether a recording is among them."""
        if one.kind == "voicemail":
            return one.mailbox not in self.hidden_queues if self.elsewhere else one.mailbox in self.queues
        return one.queue in self.queues or not set(self.agents).isdisjoint(one.agents)


class Recordings:
    """The recordings in the journal's database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def one(self, recording_id: str) -> Recording | None:
        """One of them."""
        return next(iter(self._read(recording.c.recording_id == recording_id)), None)

    def of_contacts(self, contact_ids: Sequence[str]) -> list[Recording]:
        """All of these contacts."""
        parts = (contact_ids[start : start + CHUNK] for start in range(0, len(contact_ids), CHUNK))
        return [one for part in parts for one in self._read(recording.c.contact_id.in_(part))]

    def latest(
        self,
        kind: Kind,
        *,
        contact_id: str | None = None,
        before: tuple[Instant, str] | None = None,
        most: int = 50,
        seen: Seen | None = None,
        mailbox: str | None = None,
        done: bool | None = None,
    ) -> list[Recording]:
        """The latest first. ``before``: beginning and id of the last one of an earlier answer.

        Of messages only those of a ``mailbox``, and those that somebody has, or has not, dealt with.
        """
        columns = recording.c
        where: list[sa.ColumnElement[bool]] = [columns.kind == kind]
        if contact_id is not None:
            where.append(columns.contact_id == contact_id)
        if before is not None:
            where.append(sa.tuple_(columns.began_at, columns.recording_id) < sa.tuple_(*map(sa.literal, before)))
        if seen is not None:
            where.append(_is_seen(seen))
        if mailbox is not None:
            where.append(columns.mailbox == mailbox)
        if done is not None:
            where.append(columns.done_at.is_not(None) if done else columns.done_at.is_(None))
        return self._read(*where, most=most)

    def too_old(
        self, kind: Kind, before: Instant, queues: Collection[str] | None, *, but: bool = False
    ) -> list[Recording]:
        """What began before an instant and is not deleted; of these queues only, or (``but``) of all others."""
        columns = recording.c
        where = [columns.kind == kind, columns.began_at < before, columns.deleted_at.is_(None)]
        if queues is not None:
            of = columns.queue.in_(list(queues))
            where.append(sa.or_(sa.not_(of), columns.queue.is_(None)) if but else of)
        return self._read(*where, most=1000)

    def _read(self, *where: sa.ColumnElement[bool], most: int | None = None) -> list[Recording]:
        query = sa.select(recording).where(*where)
        query = query.order_by(recording.c.began_at.desc(), recording.c.recording_id.desc()).limit(most)
        with self._journal.transaction(writes=False) as connection:
            return [_recording(row) for row in connection.execute(query)]

    # -- what becomes of them ----------------------------------------------------------------------------------------

    def note_deleted(self, recording_id: str, *, at: Instant, by: str) -> None:
        """The sound is gone."""
        self._note(recording_id, "deleted", {"deleted_at": at, "deleted_by": by}, at, by, of="deleted")

    def note_access(self, recording_id: str, *, at: Instant, by: str) -> None:
        """Somebody heard it; of a message the first one is remembered."""
        first = sa.func.coalesce(recording.c.heard_by, by)
        self._note(recording_id, "heard", {"heard_by": first}, at, by)

    def note_done(self, recording_id: str, *, at: Instant, by: str) -> None:
        """Somebody has dealt with a message; who did first stays."""
        self._note(recording_id, "done", {"done_by": by, "done_at": at}, at, by, of="done")

    def note_open(self, recording_id: str, *, at: Instant, by: str) -> None:
        """A message that somebody had dealt with wants somebody again."""
        self._note(recording_id, "reopened", {"done_by": None, "done_at": None}, at, by, of="done", becomes=False)

    def note_called(self, recording_id: str, contact_id: ContactId, *, at: Instant, by: str) -> None:
        """Somebody called back who left a message, with this contact."""
        values = {"called_by": by, "called_at": at, "called_contact": contact_id}
        self._note(recording_id, "called_back", values, at, by)

    def _note(
        self,
        recording_id: str,
        action: str,
        values: Mapping[str, Any],
        at: Instant,
        by: str,
        *,
        of: str = "",
        becomes: bool = True,
    ) -> None:
        """Keep what became of it. ``of``: what of it ``becomes`` so and was not; none: nothing that is told."""
        mine = recording.c.recording_id == recording_id
        before, after = ({of: not becomes}, {of: becomes}) if of else (None, None)
        change = Change(
            at=at, actor=by, action=action, resource="recording", key=recording_id, before=before, after=after
        )
        as_before = recording.c.done_at.is_(None) if becomes else recording.c.done_at.is_not(None)
        where = sa.and_(mine, as_before) if of == "done" else mine
        with self._journal.transaction(writes=True) as connection:
            if connection.execute(recording.update().where(where).values(**values)).rowcount:
                record_within(connection, change)


def _is_seen(seen: Seen) -> sa.ColumnElement[bool]:
    """As `Seen.has`. The agents of a recording stand in a JSON array: each is looked for as its quoted name."""
    columns = recording.c
    quoted = (msgspec.json.encode(agent).decode() for agent in seen.agents)
    talks = sa.or_(
        columns.queue.in_(list(seen.queues)), *(columns.agents.contains(one, autoescape=True) for one in quoted)
    )
    shown, hidden = columns.mailbox.in_(list(seen.queues)), columns.mailbox.in_(list(seen.hidden_queues))
    messages = sa.not_(hidden) if seen.elsewhere else shown
    return sa.case((columns.kind == "voicemail", messages), else_=talks)


def _recording(row: Any) -> Recording:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for a row as a mapping
    values["agents"] = tuple(msgspec.json.decode(row.agents))
    values["pauses"] = tuple((begin, end) for begin, end in msgspec.json.decode(row.pauses))
    return Recording(**values)


class RecordingsFiller:
    """Takes recordings from facts into the table, each once. One process at a time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._one_at_a_time = threading.Lock()

    def step(self) -> list[Recording]:
        """Take in what is new; gives the recordings and messages that are complete since."""
        done: list[Recording] = []
        with self._one_at_a_time:
            known = self._known()
            for node, head in self._journal.heads().items():
                last = head.seq if node == UPKEEP else known.get(node, 0)
                while last < head.seq:
                    last = self._take(node, last, head.seq, done)
        return done

    def _take(self, node: NodeName, last: int, head: int, done: list[Recording]) -> int:
        """Some facts of a node behind ``last``; gives the number of the last fact that was looked at."""
        entries = self._journal.entries(kinds=KINDS, nodes=[node], after={node: last}, personal=False)
        new = list(islice((entry for entry in entries if entry.seq <= head), BATCH))
        reached = head if len(new) < BATCH else new[-1].seq
        with self._journal.transaction(writes=True) as connection:
            done += _Intake(connection).take(new)
            _note_filled(connection, node, reached)
            if new:
                tell_change(connection)
        return reached

    def _known(self) -> dict[NodeName, int]:
        with self._journal.transaction(writes=False) as connection:
            return {row.node: row.seq for row in connection.execute(sa.select(recording_filling))}


def _note_filled(connection: Connection, node: NodeName, seq: int) -> None:
    moved = connection.execute(recording_filling.update().where(recording_filling.c.node == node).values(seq=seq))
    if not moved.rowcount:
        connection.execute(recording_filling.insert().values(node=node, seq=seq))


class _Intake:
    """Facts on their way into the table. ``_open``: recordings that are being made, by contact."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = connection.execute(sa.select(recording).where(recording.c.length_us.is_(None)))
        self._open: dict[ContactId, Recording] = {one.contact_id: one for one in map(_recording, rows)}
        self._done: list[Recording] = []

    def take(self, entries: Iterable[Entry]) -> list[Recording]:
        for entry in entries:
            self._take(entry)
        return self._done

    def _take(self, entry: Entry) -> None:
        fact = entry.fact
        contact_id = fact.contact_id
        if contact_id is None:
            return
        match fact:
            case RecordingStarted():
                self._begin(entry, _begun(entry, "talk", fact.file))
            case VoicemailLeft():
                left = msgspec.structs.replace(
                    _begun(entry, "voicemail", fact.file),
                    mailbox=fact.mailbox,
                    began_at=entry.at - fact.length_us,
                    length_us=fact.length_us,
                )
                self._insert(left)
                self._done.append(left)
            case RecordingPaused() | RecordingResumed() | RecordingStopped() | ContactConnected():
                known = self._open.get(contact_id)
                if known is not None:
                    self._change(known, entry)

    def _begin(self, entry: Entry, begun: Recording) -> None:
        """A recording that nobody saw the end of ended at the latest when the next one began."""
        left_open = self._open.pop(begun.contact_id, None)
        if left_open is not None:
            self._save(msgspec.structs.replace(left_open, length_us=max(0, entry.at - left_open.began_at)))
        self._open[begun.contact_id] = begun
        self._insert(begun)

    def _change(self, known: Recording, entry: Entry) -> None:
        offset = max(0, entry.at - known.began_at)
        match entry.fact:
            case RecordingPaused():
                changed = msgspec.structs.replace(known, pauses=(*known.pauses, (offset, None)))
            case RecordingResumed():
                changed = msgspec.structs.replace(known, pauses=_resumed(known.pauses, offset))
            case RecordingStopped(length_us=length_us):
                end = length_us or offset
                changed = msgspec.structs.replace(known, length_us=end, pauses=_resumed(known.pauses, end))
            case fact:
                agent = fact.agent_id
                if agent is None or agent in known.agents:
                    return
                changed = msgspec.structs.replace(known, agents=(*known.agents, agent))
        self._save(changed)
        if changed.length_us is None:
            self._open[known.contact_id] = changed
        else:
            del self._open[known.contact_id]
            self._done.append(changed)

    def _insert(self, new: Recording) -> None:
        self._connection.execute(recording.insert().values(**_values(new)))

    def _save(self, changed: Recording) -> None:
        mine = recording.c.recording_id == changed.recording_id
        self._connection.execute(recording.update().where(mine).values(**_values(changed)))


def _begun(entry: Entry, kind: Kind, file: str) -> Recording:
    fact = entry.fact
    assert fact.contact_id is not None
    return Recording(
        recording_id=f"{entry.node}-{entry.seq}",
        kind=kind,
        contact_id=fact.contact_id,
        customer_id=fact.customer_id,
        queue=fact.queue,
        mailbox=None,
        agents=() if fact.agent_id is None else (fact.agent_id,),
        file=file,
        began_at=entry.at,
        length_us=None,
        pauses=(),
    )


def _resumed(
    pauses: tuple[tuple[Duration, Duration | None], ...], at: Duration
) -> tuple[tuple[Duration, Duration | None], ...]:
    if pauses and pauses[-1][1] is None:
        return (*pauses[:-1], (pauses[-1][0], at))
    return pauses


def _values(of: Recording) -> dict[str, Any]:
    values = msgspec.structs.asdict(of)
    for name in ("agents", "pauses"):
        values[name] = msgspec.json.encode(values[name]).decode()
    return values


def kept_until(one: Recording, days: int) -> Instant | None:
    """When a recording that is kept so many days is deleted; 0: never."""
    return None if days == 0 or one.deleted_at is not None else one.began_at + days * DAY
