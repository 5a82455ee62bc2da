"""Small days at a contact centre, written as facts: times in seconds after nine o'clock."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime

from facts.ids import AgentId, ContactId, NodeName, OfferId, QueueName, ReasonCode, SkillName
from facts.journal import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentStateChanged,
    AnyFact,
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactLeftQueue,
    ContactOffered,
    ContactQueued,
    Entry,
    NodeStarted,
    OfferEnded,
    OfferMade,
    TalkEnded,
    WrapUpEnded,
)
from facts.states import Activity, Declared, LeftQueue, OfferOutcome, Party
from facts.time import Instant, from_seconds
from reporting.kpi.intervals import to_instant

NINE = to_instant(datetime(2026, 3, 2, 9, tzinfo=UTC))
"""A Monday."""


def clock(seconds: float) -> Instant:
    """An instant, so many seconds after nine."""
    return NINE + from_seconds(seconds)


class Scene:
    """Facts in the order in which they are told; also a journal to read from and to append to."""

    def __init__(self, node: str = "node-1") -> None:
        self.node = NodeName(node)
        self.list: list[Entry] = []

    def tell(self, at_s: float, fact: AnyFact, node: str | None = None) -> None:
        writer = NodeName(node) if node else self.node
        self.list.append(Entry(node=writer, seq=self.last_seq(writer) + 1, at=clock(at_s), fact=fact))

    # -- as a journal

    def last_seq(self, node: NodeName) -> int:
        return sum(1 for entry in self.list if entry.node == node)

    def append(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            assert entry.seq == self.last_seq(entry.node) + 1
            self.list.append(entry)

    def entries(
        self,
        from_at: Instant | None = None,
        to_at: Instant | None = None,
        kinds: Collection[str] | None = None,
        contact_id: ContactId | None = None,
        *,
        nodes: Collection[NodeName] | None = None,
        personal: bool = True,
    ) -> Iterator[Entry]:
        return iter(
            [
                entry
                for entry in self.list
                if (from_at is None or entry.at >= from_at)
                and (to_at is None or entry.at < to_at)
                and (kinds is None or entry.fact.kind in kinds)
                and (contact_id is None or entry.fact.contact_id == contact_id)
                and (nodes is None or entry.node in nodes)
            ]
        )

    def latest_at(self) -> Instant | None:
        return max((entry.at for entry in self.list), default=None)

    # -- contacts

    def arrives(self, at: float, contact: str, entry_point: str = "8000", **more: str) -> None:
        fact = ContactOffered(
            contact_id=ContactId(contact), entry_point=entry_point, caller_region=more.get("region", "")
        )
        self.tell(at, fact)

    def queued(self, at: float, contact: str, queue: str = "sales", **more: object) -> None:
        more.setdefault("joined_at", clock(at))
        self.tell(at, ContactQueued(contact_id=ContactId(contact), queue=QueueName(queue), **more))  # type: ignore[arg-type]

    def offered_to(self, at: float, contact: str, agent: str, waited: float = 0, offer: str | None = None) -> None:
        fact = OfferMade(
            contact_id=ContactId(contact),
            agent_id=AgentId(agent),
            offer_id=OfferId(offer or f"{contact}/{agent}"),
            ring_us=from_seconds(20),
            waited_us=from_seconds(waited),
        )
        self.tell(at, fact)

    def offer_ends(
        self, at: float, contact: str, agent: str, outcome: OfferOutcome, rang: float = 0, *, offer: str | None = None
    ) -> None:
        fact = OfferEnded(
            contact_id=ContactId(contact),
            agent_id=AgentId(agent),
            offer_id=OfferId(offer or f"{contact}/{agent}"),
            outcome=outcome,
            rang_us=from_seconds(rang),
        )
        self.tell(at, fact)

    def answered(self, at: float, contact: str, agent: str | None, waited: float | None) -> None:
        agent_id = AgentId(agent) if agent else None
        waited_us = None if waited is None else from_seconds(waited)
        self.tell(at, ContactConnected(contact_id=ContactId(contact), agent_id=agent_id, waited_us=waited_us))

    def talk_ends(
        self,
        at: float,
        contact: str,
        agent: str | None,
        talk: float,
        hold: float | None = 0,
        *,
        wrap_up_known: bool = True,
    ) -> None:
        fact = TalkEnded(
            contact_id=ContactId(contact),
            agent_id=AgentId(agent) if agent else None,
            ended_by=Party.CALLER,
            talk_us=from_seconds(talk),
            hold_us=None if hold is None else from_seconds(hold),
            wrap_up_known=wrap_up_known,
        )
        self.tell(at, fact)

    def wrapped_up(self, at: float, contact: str, agent: str, took: float) -> None:
        self.tell(at, WrapUpEnded(contact_id=ContactId(contact), agent_id=AgentId(agent), took_us=from_seconds(took)))

    def abandons(self, at: float, contact: str, waited: float, stage: str = "queue") -> None:
        fact = ContactAbandoned(contact_id=ContactId(contact), stage=stage, waited_us=from_seconds(waited))  # type: ignore[arg-type]
        self.tell(at, fact)

    def leaves(self, at: float, contact: str, outcome: LeftQueue, waited: float, queue: str | None = None) -> None:
        fact = ContactLeftQueue(
            contact_id=ContactId(contact),
            outcome=outcome,
            waited_us=from_seconds(waited),
            queue=QueueName(queue) if queue else None,
        )
        self.tell(at, fact)

    def ends(self, at: float, contact: str) -> None:
        self.tell(at, ContactEnded(contact_id=ContactId(contact)))

    def restarts(self, at: float) -> None:
        self.tell(at, NodeStarted(version="1"))

    def call(self, at: float, contact: str, agent: str, *, wait: float, talk: float, queue: str = "sales") -> None:
        """A call from arrival to end that an agent answers."""
        self.arrives(at, contact)
        self.queued(at, contact, queue)
        self.answered(at + wait, contact, agent, wait)
        self.talk_ends(at + wait + talk, contact, agent, talk)
        self.ends(at + wait + talk, contact)

    def lost_call(self, at: float, contact: str, *, wait: float, queue: str = "sales") -> None:
        """A call whose customer gives up in the queue."""
        self.arrives(at, contact)
        self.queued(at, contact, queue)
        self.abandons(at + wait, contact, wait)
        self.ends(at + wait, contact)

    # -- agents

    def logs_in(self, at: float, agent: str, team: str = "", **skills: int) -> None:
        named = {SkillName(name): level for name, level in skills.items()}
        self.tell(at, AgentLoggedIn(agent_id=AgentId(agent), team=team, skills=named))

    def turns(self, at: float, agent: str, declared: str, activity: str = "IDLE", reason: str | None = None) -> None:
        fact = AgentStateChanged(
            agent_id=AgentId(agent),
            declared=Declared(declared),
            activity=Activity(activity),
            reason=ReasonCode(reason) if reason else None,
        )
        self.tell(at, fact)

    def logs_out(self, at: float, agent: str) -> None:
        self.tell(at, AgentLoggedOut(agent_id=AgentId(agent)))
