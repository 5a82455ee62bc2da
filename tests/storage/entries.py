"""Short stories as entries."""

from facts.ids import AgentId, ContactId, NodeName, OfferId, QueueName
from facts.journal import (
    AnyFact,
    ContactConnected,
    ContactEnded,
    ContactOffered,
    ContactQueued,
    DispositionSet,
    Entry,
    OfferEnded,
    OfferMade,
    TalkEnded,
    WrapUpEnded,
)
from facts.states import OfferOutcome, Party
from facts.time import SECOND

NODE = NodeName("a")
START = 1_700_000_000 * SECOND


def entry(seq: int, fact: AnyFact, at: int | None = None, node: str = NODE) -> Entry:
    return Entry(node=NodeName(node), seq=seq, at=START + seq * SECOND if at is None else at, fact=fact)


def answered_call(number: int) -> list[AnyFact]:
    """The facts of one call that was answered."""
    contact, agent, queue = ContactId(f"call-{number}"), AgentId(f"agent-{number % 50}"), QueueName(f"q{number % 7}")
    offer = OfferId(f"offer-{number}")
    caller = f"+4930{number:07d}"
    why = {"considered": 12, "ruled_out": {"absent skill": 3, "busy": 8}}
    return [
        ContactOffered(contact_id=contact, entry_point="030123", caller_number=caller, caller_name=f"Caller {number}"),
        ContactQueued(contact_id=contact, queue=queue, joined_at=START + number, requirement="german >= 5"),
        OfferMade(
            contact_id=contact, agent_id=agent, queue=queue, offer_id=offer, ring_us=20, waited_us=number, why=why
        ),
        OfferEnded(
            contact_id=contact,
            agent_id=agent,
            queue=queue,
            offer_id=offer,
            outcome=OfferOutcome.ANSWERED,
            rang_us=3 * SECOND,
        ),
        ContactConnected(contact_id=contact, agent_id=agent, queue=queue, offer_id=offer, waited_us=number),
        TalkEnded(contact_id=contact, agent_id=agent, queue=queue, ended_by=Party.CALLER, talk_us=number),
        ContactEnded(contact_id=contact, ended_by=Party.CALLER),
        DispositionSet(contact_id=contact, agent_id=agent, queue=queue, disposition="sold", notes="asked for Ann"),
        WrapUpEnded(contact_id=contact, agent_id=agent, queue=queue, took_us=number),
    ]


def calls(count: int, first_seq: int = 1, node: str = NODE) -> list[Entry]:
    """The entries of so many answered calls."""
    facts = [fact for number in range(count) for fact in answered_call(number)]
    return [entry(seq, fact, node=node) for seq, fact in enumerate(facts, first_seq)]
