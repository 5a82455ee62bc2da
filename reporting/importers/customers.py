"""Tables of customers: which column is what, and each row as the fields of a record."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from reporting.importers.errors import ImportRefusedError
from reporting.importers.rows import GZIP, Row

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

DELIMITERS: Final = ",;\t|"
LONGEST: Final[Mapping[str, int]] = {"notes": 10_000}
LONGEST_OTHER: Final = 200
MOST: Final = 50


class CustomerRow(NamedTuple):
    """A row understood, or (``reason``) why not. ``fields``: only of columns that the table has."""

    line: int
    customer_id: str
    fields: dict[str, Any]
    reason: str = ""


def customer_rows(rows: Iterable[Row], columns: Mapping[str, str] | None = None) -> Iterator[CustomerRow]:
    """Each row under the header. ``columns``: fields by the headers of this table, where they are none of `FIELDS`.

    Raises `ImportRefusedError` when there is no header, or none that names customers.
    """
    lines = iter(rows)
    header = next(lines, None)
    if header is None or header.values is None:
        raise ImportRefusedError("the table has no header line: its first line has to name the columns")
    places = _places(header.values, columns or {})
    if not {"customer_id", "accounts", "numbers"} & set(places.values()):
        raise ImportRefusedError(
            "no column tells customers apart: there has to be customer_id, account or number "
            f"(found: {', '.join(header.values)}); name one by --column HEADER=FIELD"
        )
    for row in lines:
        yield _row(row, len(header.values), places)


def _places(header: list[str], columns: Mapping[str, str]) -> dict[int, str]:
    """The field of each column; columns that are none are left out."""
    unknown = set(columns) - {title.strip() for title in header}
    if unknown:
        raise ImportRefusedError(f"there is no column {', '.join(sorted(unknown))} (found: {', '.join(header)})")
    places: dict[int, str] = {}
    for place, title in enumerate(header):
        said = columns.get(title.strip())
        field = _field(said or title)
        if field is None and said is not None:
            raise ImportRefusedError(f"there is no field {said}: there are {', '.join(FIELDS)}")
        if field is None:
            continue
        if field in places.values() and field not in SEVERAL:
            raise ImportRefusedError(f"two columns are the {field}: name the right one by --column HEADER={field}")
        places[place] = field
    return places


def _field(title: str) -> str | None:
    plain = (
        title.strip().lstrip("\ufeff").casefold().replace(" ", "_").replace("-", "_").rstrip("0123456789").rstrip("_")
    )
    return next((field for field, names in FIELDS.items() if plain in names), None)


def _row(row: Row, columns: int, places: Mapping[int, str]) -> CustomerRow:
    if row.values is None:
        return CustomerRow(row.line, "", {}, row.reason)
    if len(row.values) != columns:
        return CustomerRow(row.line, "", {}, f"has {len(row.values)} columns, the header has {columns}")
    fields: dict[str, Any] = {}
    for place, field in places.items():
        text = row.values[place].strip()
        if any("\udc80" <= character <= "\udcff" for character in text):
            return CustomerRow(row.line, "", {}, f"{field} is not text of the table's encoding")
        if field in SEVERAL:
            fields[field] = fields.get(field, ()) + _several(text)
        else:
            fields[field] = text
    return CustomerRow(row.line, fields.pop("customer_id", ""), fields, _too_much(fields))


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.replace("|", ";").split(";"))))


def _too_much(fields: Mapping[str, Any]) -> str:
    for field, value in fields.items():
        longest = LONGEST.get(field, LONGEST_OTHER)
        parts = value if isinstance(value, tuple) else (value,)
        if len(parts) > MOST:
            return f"has {len(parts)} {field}; {MOST} at most"
        if any(len(part) > longest for part in parts):
            return f"{field} has more than {longest} characters"
    return ""


def rows_of_text(text: bytes) -> tuple[io.BytesIO, str]:
    """A table that is in memory, opened, and what divides its columns."""
    return io.BytesIO(text), _delimiter_of(text)


def delimiter_of_file(path: Path) -> str:
    """What divides the columns of a file, gzip or not."""
    with path.open("rb") as raw:
        is_packed = raw.read(2) == GZIP
    with gzip.open(path) if is_packed else path.open("rb") as opened:
        return _delimiter_of(opened.read(4096))


def _delimiter_of(head: bytes) -> str:
    lines = head[:4096].decode("utf-8-sig", "replace").splitlines()
    try:
        return csv.Sniffer().sniff(lines[0], DELIMITERS).delimiter
    except (csv.Error, IndexError):
        return ","
