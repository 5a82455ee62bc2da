"""Tables of customers: headers in many words, several values, and rows that are told with their line."""

import gzip
import io
import re
import tracemalloc
from collections.abc import Callable

import pytest

from facts.customer_rules import Fault
from reporting.importers.customers import customer_rows
from reporting.importers.errors import ImportRefusedError
from reporting.importers.rows import rows_in
from reporting.importers.whole_tables import WholeTable


def read(text: str, **columns: str) -> list[tuple[int, str, dict[str, object], Fault | None]]:
    rows = WholeTable(lambda: io.BytesIO(text.encode()), "the table").rows()
    return [tuple(row) for row in customer_rows(rows, columns)]  # type: ignore[misc]


def test_columns_are_found_by_what_people_call_them() -> None:
    table = "\ufeffID,Full Name,Phone 1,phone_2,Segment,ignored\nc1,Anna Bo,1,2;3,gold,x\n\nc2,,,,,\n"
    assert read(table) == [
        (2, "c1", {"name": "Anna Bo", "numbers": ("1", "2", "3"), "tier": "gold"}, None),
        (4, "c2", {"name": "", "numbers": (), "tier": ""}, None),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_how_a_table_is_written_is_seen(delimiter: str, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    text = delimiter.join(["account", "name"]) + "\n" + delimiter.join(["A", "陈伟"]) + "\n"
    table = WholeTable(lambda: io.BytesIO(pack(text.encode(encoding))), "the table")
    assert table.delimiter == delimiter
    assert [(row.line, row.fields) for row in customer_rows(table.rows())] == [
        (2, {"accounts": ("A",), "name": "陈伟"})
    ]


def test_a_table_in_another_encoding_is_read_where_it_is_said() -> None:
    data = "Konto;Name\nA;Jürgen\n".encode("latin-1")
    columns = {"Konto": "account"}
    [row] = customer_rows(WholeTable(lambda: io.BytesIO(data), "the table", encoding="latin-1").rows(), columns)
    assert row.fields["name"] == "Jürgen"
    [row] = customer_rows(WholeTable(lambda: io.BytesIO(data), "the table").rows(), columns)
    assert row.fault is not None
    assert row.fault.rule == "name is not text of the table's encoding"


TABLE = b"account,name\n" + b"".join(b"A-%d,Name %d\n" % (place, place) for place in range(5000))
PACKED = gzip.compress(TABLE)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (PACKED[: len(PACKED) // 2], "the table is a damaged gzip file: Compressed file ended before"),
        (PACKED[:5], "the table is a damaged gzip file"),
        (PACKED[:2000] + b"\x00" * 50 + PACKED[2050:], "the table is a damaged gzip file"),
        (PACKED[:-8] + b"\x00" * 8, "the table is a damaged gzip file: CRC check failed"),
        (b"\x1f\x8bno gzip at all", "the table is a damaged gzip file"),
        ("account,name\nA,x\n".encode("utf-16") + b"\x00", "the table is no text in utf-16"),
        (gzip.compress(TABLE * 200), "the table has more than 8 MiB unpacked; divide it"),
        (TABLE * 200, "the table has more than 8 MiB unpacked"),
        (b"account,name\n" * 1_000_001, "the table has more than 8 MiB"),
        (b"\n" * 1_000_001, "the table has more than 1000000 lines; divide it"),
        (b"account,name\n" + b"x" * 2_000_000, "line 2 has more than 1048576 characters"),
    ],
    ids=[
        "cut",
        "cut at once",
        "altered",
        "wrong sum",
        "no gzip",
        "utf-16",
        "unpacks too far",
        "too large",
        "too large, too",
        "too many",
        "one line",
    ],
)
def test_a_damaged_table_is_refused_whole_before_any_row(data: bytes, told: str) -> None:
    with pytest.raises(ImportRefusedError, match=re.escape(told)):
        WholeTable(lambda: io.BytesIO(data), "the table", most=8 * 2**20)


@pytest.mark.parametrize("filling", [b"a", b"\n", b"a,b\n"], ids=["one line", "empty lines", "rows"])
def test_a_small_file_that_unpacks_to_very_much_is_refused_in_little_memory(filling: bytes) -> None:
    data = gzip.compress(b"account,name\n" + filling * (256 * 2**20 // len(filling)), compresslevel=9)
    assert len(data) < 2**20
    tracemalloc.start()
    try:
        with pytest.raises(ImportRefusedError):
            WholeTable(lambda: io.BytesIO(data), "the table", most=64 * 2**20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * 2**20, f"{most / 2**20:.0f} MiB at once"


def test_rows_that_cannot_be_read_are_told() -> None:
    opened = io.BytesIO(b"account,name\nA,\xff\nB\nC," + b"x" * 300 + b"\n" + b'D,"multi\nline"\nE,good\n')
    found = [(row.line, row.fault and row.fault.rule) for row in customer_rows(rows_in(opened, ",", "utf-8"))]
    assert found == [
        (2, "name is not text of the table's encoding"),
        (3, "has 1 columns, the header has 2"),
        (4, None),
        (5, None),
        (7, None),
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
