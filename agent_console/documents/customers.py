"""Customers, as far as a call centre needs them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import DialNumber, Document, Language, Line, Moment, Wish, WrittenLine
from facts.customer_rules import CUSTOMER_ID, LONGEST_NOTES, MOST_ACCOUNTS, MOST_NUMBERS, MOST_OPEN_MATTERS


class CustomerWish(Wish):
    """A customer's record as it is to be."""

    name: WrittenLine
    accounts: Annotated[list[Line], Field(max_length=MOST_ACCOUNTS)] = Field(default_factory=list)
    """Keys in other systems; each is one customer's."""
    numbers: Annotated[list[DialNumber], Field(max_length=MOST_NUMBERS)] = Field(default_factory=list)
    """Telephone numbers; one may be shared by several customers."""
    tier: Line | None = None
    language: Language | None = None
    notes: Annotated[str, StringConstraints(max_length=LONGEST_NOTES)] = ""
    open_matters: Annotated[list[Line], Field(max_length=MOST_OPEN_MATTERS)] = Field(default_factory=list)
    """What the customer waits for."""


class NewCustomer(CustomerWish):
    """A new customer."""

    customer_id: Annotated[str, StringConstraints(pattern=CUSTOMER_ID)] | None = None
    """The key; absent: one is made. It stays in facts when the person is erased: no name and no number."""


class CustomerDoc(Document):
    """A customer."""

    customer_id: str
    name: str
    accounts: list[str]
    numbers: list[str]
    """In international form where they can be read so."""
    tier: str | None
    language: str | None
    notes: str
    open_matters: list[str]
    merged: list["CustomerDoc"] = Field(default_factory=list)
    """Records for which this one stands; told of one customer, not in lists."""
    merged_into: str | None = None
    """The record that stands for this one."""
    merges: list["MergeDoc"] = Field(default_factory=list)
    """Merges of this record, the latest first; told of one customer, not in lists."""
    changed_at: Moment
    changed_by: str
    etag: str


class CustomerChange(Document):
    """That a record changed, for whoever holds it: no name and no number."""

    customer_id: str
    action: str
    """As the audit log says it: made, changed, removed, merged, merge undone, erased."""
    at: Moment
    by: str
    etag: str | None
    """Of the record as it is now; None: it is no more."""
    merged_into: str | None
    """The record that stands for this one."""


class MergeWish(Wish):
    """Take another record into this one."""

    other: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class MergeDoc(Document):
    """A merge, to be undone by its number."""

    number: int
    kept: str
    merged: str
    at: Moment
    by: str
    undone_at: Moment | None = None
    undone_by: str | None = None


class CustomersImported(Document):
    """What a CSV file brought."""

    made: int
    changed: int
    unchanged: int
    rejected: int
    """Rows that were not taken in."""
    problems: list[FieldProblem]
    """The first ones: of rows that were not taken in (`line 4`), and values that were left out of rows that were
    (`line 4.numbers`)."""
    untold: int
    """Problems beyond those."""


class CustomerErased(Document):
    """What was erased of a person."""

    records: list[str]
    contacts: int
    facts: int
