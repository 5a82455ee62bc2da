"""Customers, as far as a call centre needs them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import DialNumber, Document, Language, Line, Moment, Wish


class CustomerWish(Wish):
    """A customer's record as it is to be."""

    name: Annotated[Line, Field(min_length=1)]
    account: Line | None = None
    """The key in other systems."""
    numbers: Annotated[list[DialNumber], Field(max_length=20, default_factory=list)]
    tier: Line | None = None
    language: Language | None = None
    notes: Annotated[str, StringConstraints(max_length=10_000)] = ""


class CustomerDoc(Document):
    """A customer."""

    customer_id: str
    name: str
    account: str | None
    numbers: list[str]
    """In international form where they can be read so."""
    tier: str | None
    language: str | None
    notes: str
    changed_at: Moment
    changed_by: str
    etag: str


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
    undone: bool


class CustomersImported(Document):
    """What a CSV file brought; ``problems`` name lines."""

    made: int
    changed: int
    problems: list[FieldProblem]
