"""Tables of customers: which column is what, and each row as the fields of a record."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from facts.customer_rules import Fault
from reporting.importers.errors import ImportRefusedError
from reporting.importers.rows import Row

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer_id": ("customer_id", "customer", "id", "key"),
    "name": ("name", "full_name", "customer_name"),
    "numbers": ("numbers", "number", "phone", "phones", "telephone", "mobile"),
    "accounts": ("accounts", "account", "account_number"),
    "tier": ("tier", "segment", "class"),
    "language": ("language", "lang"),
    "notes": ("notes", "note", "remarks"),
    "open_matters": ("open_matters", "open_matter", "matters"),
}
"""What a column may be called. ``phone1``, ``phone2`` … are several columns of the same."""

SEVERAL: Final = frozenset({"numbers", "accounts", "open_matters"})
"""Fields of several values: in one cell, divided by ``;`` or ``|``, or in several columns."""

MOST_LISTED: Final = 500
"""Characters of a header that is told."""
COLUMN_OPTION: Final = "--column"


class CustomerRow(NamedTuple):
    """A row understood, or (``fault``) why not. ``fields``: only of columns that the table has, as they stand there."""

    line: int
    customer_id: str
    fields: dict[str, Any]
    fault: Fault | None = None


def customer_rows(rows: Iterable[Row], columns: Mapping[str, str] | None = None) -> Iterator[CustomerRow]:
    """Each row under the header. ``columns``: fields by the headers of this table, where they are none of `FIELDS`.

    Raises `ImportRefusedError` when there is no header, or none that names customers.
    """
    lines = iter(rows)
    header = next(lines, None)
    if header is None or header.values is None:
        raise ImportRefusedError("the table has no header line", "let its first line name the columns")
    places = _places(header.values, columns or {})
    if not {"customer_id", "accounts", "numbers"} & set(places.values()):
        raise ImportRefusedError(
            "no column tells customers apart: there has to be customer_id, account or number "
            f"(found: {_listed(header.values)})",
            f"name one by {COLUMN_OPTION} HEADER=FIELD",
        )
    for row in lines:
        yield _row(row, len(header.values), places)


def _places(header: list[str], columns: Mapping[str, str]) -> dict[int, str]:
    """The field of each column; columns that are none are left out."""
    unknown = set(columns) - {title.strip() for title in header}
    if unknown:
        raise ImportRefusedError(f"there is no column {', '.join(sorted(unknown))} (found: {_listed(header)})")
    places: dict[int, str] = {}
    for place, title in enumerate(header):
        said = columns.get(title.strip())
        field = _field(said or title)
        if field is None and said is not None:
            raise ImportRefusedError(f"there is no field {said}: there are {', '.join(FIELDS)}")
        if field is None:
            continue
        if field in places.values() and field not in SEVERAL:
            raise ImportRefusedError(
                f"two columns are the {field}", f"name the right one by {COLUMN_OPTION} HEADER={field}"
            )
        places[place] = field
    return places


def _field(title: str) -> str | None:
    plain = (
        title.strip().lstrip("\ufeff").casefold().replace(" ", "_").replace("-", "_").rstrip("0123456789").rstrip("_")
    )
    return next((field for field, names in FIELDS.items() if plain in names), None)


def _row(row: Row, columns: int, places: Mapping[int, str]) -> CustomerRow:
    if row.values is None:
        return CustomerRow(row.line, "", {}, Fault(row.reason, "mend the quotation marks of the line"))
    if len(row.values) != columns:
        fault = Fault(
            f"has {len(row.values)} columns, the header has {columns}",
            "give a cell for each column, empty ones too"
            if len(row.values) < columns
            else "put a text that holds the divider in quotation marks",
        )
        return CustomerRow(row.line, "", {}, fault)
    fields: dict[str, Any] = {}
    for place, field in places.items():
        text = row.values[place].strip()
        if any("\udc80" <= character <= "\udcff" for character in text):
            fault = Fault(
                f"{field} is not text of the table's encoding",
                "save the table as UTF-8, or say its encoding, such as windows-1252",
            )
            return CustomerRow(row.line, "", {}, fault)
        if field in SEVERAL:
            fields[field] = fields.get(field, ()) + _several(text)
        else:
            fields[field] = text
    return CustomerRow(row.line, fields.pop("customer_id", ""), fields)


def _listed(header: list[str]) -> str:
    return ", ".join(header)[:MOST_LISTED]


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.replace("|", ";").split(";"))))
