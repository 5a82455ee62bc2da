"""Streams of what is kept in the database: customers, recordings, messages, the audit log.

The database is asked what is new as soon as this daemon has changed something there. Others write there too: a
command, another node; so it is asked every second besides. All in a thread, and only while somebody reads. Each stream
holds what its family's latest changes come to, ``MOST`` of them: whoever wants more pages through the REST lists.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import structlog
from pydantic import BaseModel
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

from acd.engine import Engine
from agent_console.documents.administration import AuditLine
from agent_console.documents.customers import CustomerChange
from agent_console.documents.media import RecordingDoc, VoicemailDoc
from agent_console.live.hub import Hub
from cti_bridge.app.console.former_queues import FormerQueues
from facts.ids import AgentId, CustomerId, QueueName
from storage.audit import AuditLog, Headline
from storage.customer_rows import RESOURCE as CUSTOMER
from storage.customer_rows import Customer
from storage.customers import Customers
from storage.recordings import Kind, Recording, Recordings

log = structlog.get_logger(__name__)

MOST: Final = 200
"""Rows of a family, over all its streams."""

EVERY_S: Final = 1.0

AGAIN_S: Final = 0.05
"""So long after a look, changes of meanwhile are looked for: many that come together are told together."""

LATE: Final = 50
"""Numbers of the log may become visible out of order: so many are looked at again."""

FAMILIES: Final = ("customers", "recordings", "voicemails", "audit")
_KINDS: Final[Mapping[str, Kind]] = {"recordings": "talk", "voicemails": "voicemail"}


class _Sound(msgspec.Struct, frozen=True):
    """A recording or message as it was last read, and its document."""

    row: Recording
    document: RecordingDoc | VoicemailDoc


class KeptRows:
    """The rows, read from the database; one thread at a time. ``sound``: the document of a recording or message."""

    def __init__(
        self, audit: AuditLog, customers: Customers, recordings: Recordings, sound: Callable[[Recording], Any]
    ) -> None:
        self._audit = audit
        self._customers = customers
        self._recordings = recordings
        self._sound = sound
        self.headlines: dict[int, Headline] = {}
        self._of_customers: dict[int, Headline] = {}
        self.customers: dict[str, CustomerChange] = {}
        self.sounds: dict[str, dict[str, _Sound]] = {family: {} for family in _KINDS}

    def look(self, families: frozenset[str]) -> frozenset[str]:
        """Read what is new in these families; which of them changed. The others are forgotten."""
        self.forget(frozenset(FAMILIES) - families)
        changed: set[str] = set()
        erased = self._look_at_customers(changed)
        if "audit" in families and self._look_at_audit():
            changed.add("audit")
        if erased:
            self.sounds = {family: {} for family in _KINDS}  # names and numbers of the person go from here too
        for family in families & _KINDS.keys():
            if self._look_at_sounds(family) or erased:
                changed.add(family)
        return frozenset(changed)

    def forget(self, families: frozenset[str]) -> None:
        """Nobody reads these: nothing of them is kept here, in which somebody could still be named."""
        if "audit" in families:
            self.headlines = {}
        if "customers" in families:
            self.customers, self._of_customers = {}, {}
        for family in families & _KINDS.keys():
            self.sounds[family] = {}

    def _look_at_audit(self) -> bool:
        self.headlines, new = self._newer(self.headlines, None)
        return bool(new)

    def _look_at_customers(self, changed: set[str]) -> bool:
        """Whether somebody was erased."""
        self._of_customers, new = self._newer(self._of_customers, CUSTOMER)
        if new:
            self._change_customers(new)
            changed.add("customers")
        return any(one.action == "erased" for one in new)

    def _newer(self, known: dict[int, Headline], resource: str | None) -> tuple[dict[int, Headline], list[Headline]]:
        """What is known from now on, and what of it is new, the earliest first."""
        after = max(known, default=0) - LATE
        found = self._audit.headlines(after_number=after, resource=resource, most=MOST)
        new = sorted((one for one in found if one.number not in known), key=lambda one: one.number)
        both = known | {one.number: one for one in new}
        return {number: both[number] for number in sorted(both)[-MOST:]}, new

    def _change_customers(self, new: list[Headline]) -> None:
        told: dict[str, Headline] = {}
        for one in new:
            for customer_id in (one.key, *self._kept_by(one)):
                told.pop(customer_id, None)
                told[customer_id] = one
        present = self._customers.several(list(told))
        rows = {customer_id: row for customer_id, row in self.customers.items() if customer_id not in told}
        rows |= {
            customer_id: _change(customer_id, one, present.get(CustomerId(customer_id)))
            for customer_id, one in told.items()
        }
        self.customers = dict(list(rows.items())[-MOST:])

    def _kept_by(self, one: Headline) -> list[str]:
        """The other record of a merge: it stands for one more, or one fewer."""
        return [merge.kept for merge in self._customers.merges(one.key)[:1]] if one.action.startswith("merge") else []

    def _look_at_sounds(self, family: str) -> bool:
        before = self.sounds[family]
        now: dict[str, _Sound] = {}
        for row in self._recordings.latest(_KINDS[family], most=MOST):
            known = before.get(row.recording_id)
            now[row.recording_id] = known if known and known.row == row else _Sound(row, self._sound(row))
        self.sounds[family] = now
        return now != before


def _change(customer_id: str, one: Headline, record: Customer | None) -> CustomerChange:
    return CustomerChange(
        customer_id=customer_id,
        action=one.action,
        at=one.at,
        by=one.actor,
        etag=None if record is None else str(record.version),
        merged_into=None if record is None else record.merged_into,
    )


class KeptStreams:
    """Fills the streams of these families and tells their changes, once it has a hub. ``former``: queues that were."""

    def __init__(self, reactor: Any, engine: Engine, rows: KeptRows, former: FormerQueues) -> None:
        self._former = former
        self._reactor = reactor
        self._engine = engine
        self._rows = rows
        self._hub: Hub | None = None
        self._is_looking = False
        self._again: IDelayedCall | None = None
        self._is_changed = False
        self._fault = ""
        self._every = LoopingCall(self.look)
        self._every.clock = reactor

    def start(self, hub: Hub) -> None:
        """Begin to look."""
        self._hub = hub
        self._every.start(EVERY_S, now=False)

    def stop(self) -> None:
        """Tell nothing more."""
        self._hub = None
        if self._every.running:
            self._every.stop()
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def reads_sounds(self) -> bool:
        """Whether somebody reads of recordings or messages."""
        return self._hub is not None and not _KINDS.keys().isdisjoint(map(_family, self._hub.read))

    def changed(self) -> None:
        """Something is to be looked for: at once, or soon after the look that is under way."""
        if self._hub is None:
            return
        self._is_changed = True
        if not self._is_looking and self._again is None:
            self.look()

    # -- streams as they are -----------------------------------------------------------------------------------------

    def items(self, family: str, of: str) -> Mapping[str, BaseModel] | None:
        """All documents of a stream, as last read; what came since, or before anybody read, is told at once."""
        self._reactor.callLater(0, self.changed)
        return self._present(family, of)

    def _present(self, family: str, of: str) -> Mapping[str, BaseModel] | None:
        match family:
            case "customers":
                return dict(self._rows.customers)
            case "audit":
                return {str(number): _line(one) for number, one in self._rows.headlines.items()}
            case _:
                return self._sounds(family, of)

    def _sounds(self, family: str, of: str) -> Mapping[str, BaseModel] | None:
        word, _, name = of.partition("/")
        if word == "queue" and not self._is_queue(name):
            return None
        is_in = self._belongs(word, name)
        sounds = self._rows.sounds[family].items()
        return {key: sound.document for key, sound in sounds if is_in(sound.row)}

    def _belongs(self, word: str, name: str) -> Callable[[Recording], bool]:
        match word:
            case "queue":
                return lambda row: name == (row.queue if row.kind == "talk" else row.mailbox)
            case "team":
                return lambda row: name in {self._team(agent) for agent in row.agents}
            case "agent":
                return lambda row: name in row.agents
            case "elsewhere":
                return lambda row: not self._is_queue(row.mailbox or "")
            case _:
                return lambda _row: True

    def _is_queue(self, name: str) -> bool:
        """Whether it is or was one."""
        return name in self._former.teams() or self._engine.queue(QueueName(name)) is not None

    def _team(self, agent: AgentId) -> str | None:
        view = self._engine.agent(agent)
        return None if view is None else view.team

    # -- what is new -------------------------------------------------------------------------------------------------

    def look(self) -> "Deferred[None] | None":
        """Look at what somebody reads; None: nobody reads any of it, or a look is under way."""
        families = frozenset() if self._hub is None else frozenset(map(_family, self._hub.read)) & set(FAMILIES)
        if self._is_looking:
            return None
        self._is_changed = False
        if not families:
            self._rows.forget(frozenset(FAMILIES))
            return None
        self._is_looking = True
        looked = deferToThreadPool(self._reactor, self._reactor.getThreadPool(), self._rows.look, families)
        return looked.addCallbacks(self._tell, self._failed)

    def _tell(self, changed: frozenset[str]) -> None:
        self._fault = ""
        self._looked()
        for stream in [] if self._hub is None else self._hub.read:
            family, _, of = stream.partition("/")
            if self._hub is not None and family in changed:
                self._hub.replace(stream, self._present(family, of) or {})

    def _looked(self) -> None:
        self._is_looking = False
        if self._hub is not None and self._again is None:
            self._again = self._reactor.callLater(AGAIN_S, self._look_again)

    def _look_again(self) -> None:
        self._again = None
        if self._is_changed:
            self.look()

    def _failed(self, failure: Failure) -> None:
        self._looked()
        fault = failure.getErrorMessage()
        if fault != self._fault and self._hub is not None:
            log.error("kept_changes_not_told", reason=fault, mend="told again once the database answers")
        self._fault = fault


def _family(stream: str) -> str:
    return stream.partition("/")[0]


def _line(one: Headline) -> AuditLine:
    return AuditLine(
        number=one.number, at=one.at, actor=one.actor, action=one.action, resource=one.resource, key=one.key
    )
