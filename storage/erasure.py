"""Erasing one person's data: the personal fields of all facts of their contacts. The chain holds afterwards.

Of a customer's id the journal keeps what the daemon or an import gave it; it has to be a pseudonym, never a number
or a name. What is erased is overwritten in the file (SQLite) or vacuumed away (PostgreSQL); copies in backups, in
a database's archived logs and in a writer's spool are the operator's to remove.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.ids import ContactId, CustomerId, NodeName
from facts.journal import PersonalDataErased
from facts.time import Instant
from storage.chain import UPKEEP
from storage.journal import Journal
from storage.records import searchable_number
from storage.schema import journal as facts_table
from storage.schema import journal_personal
from storage.upkeep import tell

CHUNK = 500
"""Values in one IN clause."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a person and erased."""

    contacts: int
    facts: int
    contact_ids: tuple[ContactId, ...] = ()
    lingering: bool = False
    """A reader held an old page of the file meanwhile; it is overwritten at the database's next checkpoint."""


def erase(
    journal: Journal,
    *,
    at: Instant,
    by: str,
    customer_id: CustomerId | None = None,
    number: str | None = None,
    contact_id: ContactId | None = None,
) -> Erased:
    """Erase the personal fields of every contact of this customer, from or to this number, or of this one contact.

    ``at`` and ``by`` are told in the journal; nobody's data is. Erasing again finds nothing and does nothing.
    """
    person = Person(
        customer_ids=(customer_id,) if customer_id is not None else (),
        numbers=(number,) if number is not None else (),
        contact_ids=(contact_id,) if contact_id is not None else (),
    )
    return erase_person(journal, person, at=at, by=by)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Whose data it is: ids of customers, numbers as switches write them, contacts.

    ``alone``: contacts that are by their number alone, and belong to another customer, are spared. ``until``: of this
    node's facts only those up to this number go.
    """

    customer_ids: tuple[CustomerId, ...] = ()
    numbers: tuple[str, ...] = ()
    contact_ids: tuple[ContactId, ...] = ()
    alone: bool = False
    until: tuple[NodeName, int] | None = None


def erase_person(journal: Journal, person: Person, *, at: Instant, by: str) -> Erased:
    """As `erase`, of one person under several ids and numbers."""
    with journal.transaction(writes=True) as connection:
        contacts, found = erase_within(journal, connection, person, at=at, by=by)
    scoured = journal.scour("journal_personal")
    ids = tuple(sorted(map(ContactId, contacts)))
    return Erased(contacts=len(contacts), facts=sum(map(len, found.values())), contact_ids=ids, lingering=not scoured)


def erase_within(
    journal: Journal, connection: Connection, person: Person, *, at: Instant, by: str
) -> tuple[set[str], dict[str, list[int]]]:
    """Erase within a transaction that does more; gives the contacts, and the facts per node."""
    contacts = _contacts(connection, person)
    found = _facts(connection, contacts, person)
    for node, seqs in found.items():
        _delete(connection, node, seqs)
    if found:
        ranges = {NodeName(node): _ranges(seqs) for node, seqs in found.items()}
        tell(journal, connection, PersonalDataErased(facts=ranges, by=by), at)
    return contacts, found


def _contacts(connection: Connection, person: Person) -> set[str]:
    wanted = sa.select(facts_table.c.contact_id).where(facts_table.c.contact_id.is_not(None)).distinct()
    own = set[str](person.contact_ids)
    for customer_id in person.customer_ids:
        own |= set(connection.scalars(wanted.where(facts_table.c.customer_id == customer_id)))
    by_number = set[str]()
    for number in person.numbers:
        by_number |= set(connection.scalars(wanted.join(journal_personal, _same_fact()).where(_has_number(number))))
    if person.alone:
        by_number -= _of_others(connection, sorted(by_number), person.customer_ids)
    return own | by_number


def _of_others(connection: Connection, contacts: list[str], customer_ids: tuple[CustomerId, ...]) -> set[str]:
    """Those of the contacts that are known to be another customer's."""
    columns = facts_table.c
    found = set[str]()
    for start in range(0, len(contacts), CHUNK):
        of_these = columns.contact_id.in_(contacts[start : start + CHUNK])
        others = sa.and_(columns.customer_id.is_not(None), columns.customer_id.not_in(customer_ids))
        found |= set(connection.scalars(sa.select(columns.contact_id).where(of_these, others).distinct()))
    return found


def _facts(connection: Connection, contacts: Iterable[str], person: Person) -> dict[str, list[int]]:
    """The facts with personal fields that still stand, per node in order."""
    base = sa.select(journal_personal.c.node, journal_personal.c.seq).join(facts_table, _same_fact())
    queries = [base.where(facts_table.c.customer_id == customer_id) for customer_id in person.customer_ids]
    of_nobody = facts_table.c.contact_id.is_(None)
    queries += [base.where(_has_number(number), of_nobody) for number in person.numbers]
    listed = sorted(contacts)
    pieces = [listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK)]
    queries += [base.where(facts_table.c.contact_id.in_(piece)) for piece in pieces]
    found: defaultdict[str, set[int]] = defaultdict(set)
    node, until = person.until or ("", 0)
    for query in queries:
        for row in connection.execute(query):
            if row.node != node or row.seq <= until:
                found[row.node].add(row.seq)
    return {node: sorted(found[node]) for node in sorted(found)}


def _same_fact() -> sa.ColumnElement[bool]:
    return sa.and_(facts_table.c.node == journal_personal.c.node, facts_table.c.seq == journal_personal.c.seq)


def _has_number(number: str) -> sa.ColumnElement[bool]:
    return journal_personal.c.number == searchable_number(number)


def _delete(connection: Connection, node: str, seqs: list[int]) -> None:
    for start in range(0, len(seqs), CHUNK):
        where = (journal_personal.c.node == node, journal_personal.c.seq.in_(seqs[start : start + CHUNK]))
        connection.execute(journal_personal.delete().where(*where))


def _ranges(seqs: list[int]) -> list[tuple[int, int]]:
    """Sorted numbers as first-last pairs."""
    ranges: list[tuple[int, int]] = []
    for seq in seqs:
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges


# -- what was erased -------------------------------------------------------------------------------------------------


def contacts_erased(journal: Journal, erasure: PersonalDataErased) -> frozenset[ContactId]:
    """Whose facts an erasure touched."""
    columns = facts_table.c
    wanted = sa.select(columns.contact_id).where(columns.contact_id.is_not(None)).distinct()
    found = set[ContactId]()
    with journal.transaction(writes=False) as connection:
        for of_node, ranges in erasure.facts.items():
            for begin, end in ranges:
                lies_there = (columns.node == of_node, columns.seq.between(begin, end))
                found |= set(connection.scalars(wanted.where(*lies_there)))
    return frozenset(found)


def last_erasures(journal: Journal, contact_ids: Collection[str]) -> dict[ContactId, Instant]:
    """Of these contacts those of which something was erased, and when it was last."""
    lacking = _lacking(journal, contact_ids)
    if not lacking:
        return {}
    latest: dict[ContactId, Instant] = {}
    for entry in journal.entries(kinds=[PersonalDataErased.__name__], nodes=[UPKEEP], personal=False):
        assert isinstance(entry.fact, PersonalDataErased)
        for contact_id in _within(lacking, entry.fact):
            latest[contact_id] = max(latest.get(contact_id, 0), entry.at)
    return latest


def _lacking(journal: Journal, contact_ids: Collection[str]) -> dict[str, list[tuple[int, ContactId]]]:
    """These contacts' facts whose personal fields are gone, per node in order."""
    columns = facts_table.c
    gone = (columns.personal_digest.is_not(None), journal_personal.c.seq.is_(None))
    query = sa.select(columns.node, columns.seq, columns.contact_id).outerjoin(journal_personal, _same_fact())
    listed = sorted(contact_ids)
    found: defaultdict[str, list[tuple[int, ContactId]]] = defaultdict(list)
    with journal.transaction(writes=False) as connection:
        for start in range(0, len(listed), CHUNK):
            of_these = columns.contact_id.in_(listed[start : start + CHUNK])
            for row in connection.execute(query.where(of_these, *gone)):
                found[row.node].append((row.seq, row.contact_id))
    return {node: sorted(facts) for node, facts in found.items()}


def _within(lacking: dict[str, list[tuple[int, ContactId]]], erasure: PersonalDataErased) -> set[ContactId]:
    found = set[ContactId]()
    for node, ranges in erasure.facts.items():
        facts = lacking.get(node, [])
        for first, last in ranges:
            begin, end = (bisect_left(facts, first, key=_seq), bisect_right(facts, last, key=_seq))
            found |= {contact_id for _, contact_id in facts[begin:end]}
    return found


def _seq(fact: tuple[int, ContactId]) -> int:
    return fact[0]
