"""Reading files of lines: plain or gzip, any delimiter, each row with its line number."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from reporting.importers.errors import ImportRefusedError

GZIP = b"\x1f\x8b"
_STRANGE = re.compile("[\x00\udc80-\udcff]")
Progress = Callable[[int], None]
"""Told how many bytes of the file have been read so far."""


class Row(NamedTuple):
    """A row of a table: its line, and its values; None where the line cannot be read, with the reason.

    A reason beside values: what was mended to read them.
    """

    line: int
    values: list[str] | None
    reason: str = ""


def no_progress(_read: int) -> None:
    """Nobody watches."""


def size_of(path: Path) -> int:
    """The file's size in bytes."""
    return path.stat().st_size


def read_rows(
    path: Path, *, delimiter: str, encoding: str, quoted: bool = True, progress: Progress = no_progress
) -> Iterator[Row]:
    """The rows of a file, empty lines left out. Bytes that the encoding does not know come as lone surrogates.

    Without ``quoted`` a quotation mark is a character like others, and no value goes on in the next line.
    Raises `ImportRefusedError` when the file breaks off (a damaged archive) or is none.
    """
    try:
        with path.open("rb") as raw:
            yield from rows_in(raw, delimiter, encoding, progress, quoted=quoted)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportRefusedError(f"{path} is a damaged gzip file: {error}; nothing was imported") from None
    except LookupError:
        raise ImportRefusedError(f"{encoding} is no encoding that is known here") from None


def rows_in(
    raw: IO[bytes], delimiter: str, encoding: str, progress: Progress = no_progress, *, quoted: bool = True
) -> Iterator[Row]:
    """The rows of an open file, likewise."""
    packed = raw.read(2) == GZIP
    raw.seek(0)
    data: Any = gzip.GzipFile(fileobj=raw) if packed else raw
    with io.TextIOWrapper(data, encoding=encoding, errors="surrogateescape", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        while True:
            line = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, None, str(error))
                continue
            if line % 1000 == 0:
                progress(raw.tell())
            if values:
                yield Row(line, values)


def readable(row: Row) -> Row:
    r"""The row in characters that every database takes: bytes that are no text are spelt, as ``\xfc``."""
    values = row.values or []
    if not any(_STRANGE.search(value) for value in values):
        return row
    spelt = [_STRANGE.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", value) for value in values]
    return Row(row.line, spelt, "holds bytes that are no text in this encoding: they are spelt, as \\xfc")
