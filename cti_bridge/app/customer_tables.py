"""Tables of customers on their way into the store."""

from collections.abc import Iterable, Iterator

from reporting.importers.customers import CustomerRow
from storage.customer_drafts import CustomerDraft


def drafts_of(rows: Iterable[CustomerRow]) -> Iterator[CustomerDraft]:
    """Rows of a table as the store takes them in."""
    for row in rows:
        yield CustomerDraft(line=row.line, customer_id=row.customer_id, fields=row.fields, fault=row.fault)
