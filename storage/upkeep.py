"""What erasure, retention and verification share: the node under whose name the journal tells of its own upkeep.

Whatever is taken out of the journal on purpose is told by a fact in the chain of this node, in the same transaction.
So what is gone without such a fact was taken by somebody else, and verification finds it.
"""

from sqlalchemy.engine import Connection

from facts.journal import Entry, FactsRemoved, PersonalDataErased
from facts.time import Instant
from storage.chain import UPKEEP
from storage.journal import Journal
from storage.records import encode


def tell(journal: Journal, connection: Connection, fact: PersonalDataErased | FactsRemoved, at: Instant) -> None:
    """Add a fact about the journal itself within the transaction that does what it tells."""
    seq = journal.head_within(connection, UPKEEP).seq + 1
    journal.append_within(connection, [encode(Entry(node=UPKEEP, seq=seq, at=at, fact=fact))])
