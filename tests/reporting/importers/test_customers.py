"""Tables of customers: headers in many words, several values, and rows that are told with their line."""

import gzip
import io
from pathlib import Path

import pytest

from reporting.importers.customers import customer_rows, delimiter_of_file, rows_of_text
from reporting.importers.errors import ImportRefusedError
from reporting.importers.rows import read_rows, rows_in


def read(text: str, **columns: str) -> list[tuple[int, str, dict[str, object], str]]:
    opened, delimiter = rows_of_text(text.encode())
    return [tuple(row) for row in customer_rows(rows_in(opened, delimiter, "utf-8-sig"), columns)]  # type: ignore[misc]


def test_columns_are_found_by_what_people_call_them() -> None:
    table = "\ufeffID,Full Name,Phone 1,phone_2,Segment,ignored\nc1,Anna Bo,1,2;3,gold,x\n\nc2,,,,,\n"
    assert read(table) == [
        (2, "c1", {"name": "Anna Bo", "numbers": ("1", "2", "3"), "tier": "gold"}, ""),
        (4, "c2", {"name": "", "numbers": (), "tier": ""}, ""),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_divides_columns_is_seen(delimiter: str, tmp_path: Path) -> None:
    table = delimiter.join(["account", "name"]) + "\n" + delimiter.join(["A", "Anna"]) + "\n"
    assert read(table)[0][2] == {"accounts": ("A",), "name": "Anna"}
    for file, data in (("t.csv", table.encode()), ("t.csv.gz", gzip.compress(table.encode()))):
        (tmp_path / file).write_bytes(data)
        assert delimiter_of_file(tmp_path / file) == delimiter
        rows = customer_rows(read_rows(tmp_path / file, delimiter=delimiter, encoding="utf-8"))
        assert [row.fields["name"] for row in rows] == ["Anna"]


def test_rows_that_cannot_be_read_are_told() -> None:
    opened = io.BytesIO(b"account,name\nA,\xff\nB\nC," + b"x" * 300 + b"\n" + b'D,"multi\nline"\nE,good\n')
    found = [(row.line, row.reason) for row in customer_rows(rows_in(opened, ",", "utf-8"))]
    assert found == [
        (2, "name is not text of the table's encoding"),
        (3, "has 1 columns, the header has 2"),
        (4, "name has more than 200 characters"),
        (5, ""),
        (7, ""),
    ]


@pytest.mark.parametrize(
    ("table", "columns", "told"),
    [
        ("", {}, "no header line"),
        ("name,tier\nx,y\n", {}, "no column tells customers apart"),
        ("account,name\n", {"nmae": "name"}, "there is no column nmae"),
        ("account,x\n", {"x": "birthday"}, "there is no field birthday"),
        ("account,name,Full Name\n", {}, "two columns are the name"),
    ],
)
def test_headers_that_make_no_sense_are_refused(table: str, columns: dict[str, str], told: str) -> None:
    with pytest.raises(ImportRefusedError, match=told):
        read(table, **columns)
