"""Erasing a customer: the records, what the audit log tells of them, and the personal fields of all their contacts.

What is left is that there was somebody: facts keep the id, a pseudonym, so that figures stay as they are. Contacts of
the customer's numbers that belong to another customer (a number that several share) are spared.
"""

import msgspec
import sqlalchemy as sa

from facts.ids import ContactId, CustomerId
from facts.time import Instant
from storage.audit import Change, record_within
from storage.customer_rows import (
    RESOURCE,
    UnknownCustomerError,
    delete_within,
    load_within,
    members_within,
    root_within,
)
from storage.customers import Customers
from storage.erasure import Person, erase_within
from storage.schema import audit
from storage.telephone_numbers import spellings


class ErasedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a customer and erased. ``contacts``: whose recordings and voicemails are to go too."""

    records: tuple[CustomerId, ...]
    contacts: tuple[ContactId, ...]
    facts: int
    lingering: bool = False
    """A reader held an old page of the file meanwhile; it is overwritten at the database's next checkpoint."""


def erase_customer(customers: Customers, customer_id: str, *, at: Instant, by: str) -> ErasedCustomer:
    """Erase whoever this is, with every record that was merged. Raises `UnknownCustomerError`."""
    journal = customers.journal
    with journal.transaction(writes=True) as connection:
        found = load_within(connection, members_within(connection, root_within(connection, customer_id)))
        if not found:
            raise UnknownCustomerError(f"there is no customer {customer_id!r}")
        numbers = {number for one in found.values() for number in one.record.numbers}
        spelled = dict.fromkeys(way for number in sorted(numbers) for way in spellings(number, customers.region))
        person = Person(customer_ids=tuple(found), numbers=tuple(spelled), alone=True)
        contacts, facts = erase_within(journal, connection, person, at=at, by=by)
        delete_within(connection, list(found))
        told = sa.and_(audit.c.resource == RESOURCE, audit.c.key.in_(list(found)))
        connection.execute(audit.update().where(told).values(before=None, after=None))
        for one in found:
            record_within(connection, Change(at=at, actor=by, action="erased", resource=RESOURCE, key=one))
    scoured = journal.scour("journal_personal", *TABLES)
    return ErasedCustomer(
        records=tuple(found),
        contacts=tuple(sorted(map(ContactId, contacts))),
        facts=sum(map(len, facts.values())),
        lingering=not scoured,
    )


TABLES = ("customer", "customer_number", "customer_account", "customer_merge", "audit")
"""Where the database may still hold pages of what was deleted."""
