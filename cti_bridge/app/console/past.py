"""What the journal holds of a contact that is over, with what was erased of it since."""

from facts.ids import ContactId
from facts.journal import Entry, PersonalDataErased
from storage.chain import UPKEEP
from storage.journal import Journal


def past_of(journal: Journal, contact_id: ContactId) -> list[Entry]:
    """The contact's facts in order, and before them those that erased something of it; reads the database."""
    found = list(journal.entries(contact_id=contact_id))
    if not found:
        return []
    erasures = journal.entries(kinds=[PersonalDataErased.__name__], nodes=[UPKEEP], personal=False)
    return [one for one in erasures if _touches(one.fact, found)] + found


def _touches(erasure: object, entries: list[Entry]) -> bool:
    assert isinstance(erasure, PersonalDataErased)
    return any(first <= entry.seq <= last for entry in entries for first, last in erasure.facts.get(entry.node, ()))
