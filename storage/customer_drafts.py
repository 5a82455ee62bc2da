"""Rows of a table as they may stand in a customer's record, and what of them may not: judged, not taken in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from facts.customer_rules import (
    LONGEST_LINE,
    LONGEST_NOTES,
    MOST,
    Fault,
    count_fault,
    has_words,
    language_fault,
    length_fault,
    line_fault,
)
from storage.customer_rows import Customer, CustomerRecord, clean
from storage.telephone_numbers import normal_number


class CustomerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A row: ``fields`` of a record as far as the table has them, or ``fault``, why it cannot be read."""

    line: int
    customer_id: str = ""
    fields: Mapping[str, Any] = {}
    fault: Fault | None = None


class Judged(NamedTuple):
    """A row as far as it can stand.

    ``given``: fields that are to change, in the form in which they are kept. ``in_part``: of these, the ones of which
    something was left out: the record keeps what it has there. ``faults``: what was left out, by field.
    """

    draft: CustomerDraft
    given: Mapping[str, Any]
    in_part: frozenset[str]
    faults: Sequence[tuple[str, Fault]]

    def values(self, field: str) -> tuple[str, ...]:
        """Of a field of several."""
        found: tuple[str, ...] = self.given.get(field, ())
        return found

    def fault_of(self, *fields: str) -> tuple[str, Fault] | None:
        """The first one of these fields."""
        return next((one for one in self.faults if one[0] in fields), None)

    def onto(self, before: CustomerRecord, added_to: str | None) -> CustomerRecord:
        """The record as the row wants it. ``added_to``: the field by which it was found, which keeps what it has."""
        wanted = dict(self.given)
        for field in {*self.in_part, *([added_to] if added_to is not None else [])} & set(wanted):
            wanted[field] = tuple(dict.fromkeys((*getattr(before, field), *wanted[field])))
        return msgspec.structs.replace(before, **wanted)


def judge(draft: CustomerDraft, region: str, *, clear: bool = False) -> Judged:
    """What of a row can stand. ``clear``: an empty cell empties its field, else it changes nothing."""
    given: dict[str, Any] = {}
    in_part, faults = set[str](), list[tuple[str, Fault]]()
    for field, value in draft.fields.items():
        several = field in MOST
        found = [_value(field, text, region) for text in (value if several else (value,)) if has_words(text)]
        wrong = [one for one in found if isinstance(one, Fault)]
        right = tuple(dict.fromkeys(one for one in found if not isinstance(one, Fault)))
        too_many = count_fault(field, right) if several else None
        faults += [(field, fault) for fault in (*wrong, *([too_many] if too_many is not None else []))]
        if field == "name" and clear and not found:
            faults.append((field, Fault("is empty", "write something")))
        elif too_many is None and (right or (clear and not wrong)):
            given[field] = right if several else right[0] if right else ""
            in_part |= {field} if wrong else set()
    return Judged(draft, given, frozenset(in_part), faults)


def _value(field: str, text: str, region: str) -> str | Fault:
    """A value as it is kept."""
    if field == "numbers":
        return normal_number(text, region) or Fault(
            f"{text[:LONGEST_LINE]!r} is no telephone number",
            "write its digits, such as +4930123456; a spreadsheet keeps them where the column is text",
        )
    if field == "language":
        return language_fault(text.strip()) or text.strip()
    if field == "notes":
        return length_fault(text, LONGEST_NOTES) or clean(text)
    return line_fault(text.strip()) or clean(text)


def too_full(after: CustomerRecord, before: Customer) -> Iterator[tuple[str, Fault]]:
    """Fields of which the row and the record together have too many."""
    for field in MOST:
        values: tuple[str, ...] = getattr(after, field)
        fault = count_fault(field, values)
        if fault is not None and values != getattr(before.record, field):
            yield field, Fault(f"would have {len(values)} values", fault.way_out)
