"""Reading files of lines: plain or gzip, any delimiter, each row with its line number."""

import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from reporting.importers.errors import ImportRefusedError

GZIP = b"\x1f\x8b"
QUOTE = '"'
MARKS = "\ufeff", "\u00ef\u00bb\u00bf"
"""What a file of Unicode may begin with, as it is and as latin-1 reads it."""
MOST_LINES = 100
"""In so many more lines a quoted value has to end."""
LONGEST_LINE = 1024 * 1024
"""Characters; a longer line is none of a table, and would have to be held in memory whole."""
PROGRESS_EVERY = 1000
_STRANGE = re.compile("[\x00\udc80-\udcff]")
Progress = Callable[[int], object]
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
    with refusing(str(path), encoding), path.open("rb") as raw:
        yield from rows_in(raw, delimiter, encoding, progress, quoted=quoted)


@contextmanager
def refusing(name: str, encoding: str) -> Iterator[None]:
    """Let what is wrong with a whole file, called ``name``, be an `ImportRefusedError`."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportRefusedError(f"{name} is a damaged gzip file: {error}; nothing was imported") from None
    except UnicodeError as error:
        raise ImportRefusedError(f"{name} is no text in {encoding}: {error}; nothing was imported") from None
    except LookupError:
        raise ImportRefusedError(f"{encoding} is no encoding that is known here") from None


def rows_in(
    raw: IO[bytes], delimiter: str, encoding: str, progress: Progress = no_progress, *, quoted: bool = True
) -> Iterator[Row]:
    """The rows of an open file, likewise."""
    with io.TextIOWrapper(unpacked(raw), encoding=encoding, errors="surrogateescape", newline="") as text:
        lines = _Lines(text)
        for line in iter(lines.take, None):
            if lines.read % PROGRESS_EVERY == 0:
                progress(raw.tell())
            row = _row(line, lines, delimiter, quoted=quoted)
            if row.values != []:
                yield row


def too_long(line: int) -> ImportRefusedError:
    """What a line is that has more characters than any of a table."""
    return ImportRefusedError(
        f"line {line} has more than {LONGEST_LINE} characters", "give a table, with a line for each row"
    )


def unpacked(raw: IO[bytes]) -> Any:
    """An open file from its beginning, and what is in it if it is gzip."""
    raw.seek(0)
    is_packed = raw.read(2) == GZIP
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if is_packed else raw


class _Lines:
    """The lines of a text one by one; those that were looked at too early can be put back."""

    def __init__(self, text: IO[str]) -> None:
        self.read = 0
        self._text = text
        self._back: deque[str] = deque()

    def take(self) -> str | None:
        """The next line; None: there is none."""
        line = self._back.popleft() if self._back else self._text.readline(LONGEST_LINE + 1) or None
        if line is not None:
            self.read += 1
            if self.read == 1:
                for mark in MARKS:
                    line = line.removeprefix(mark)
            if len(line) > LONGEST_LINE:
                raise too_long(self.read)
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        """These lines come next."""
        self._back.extendleft(reversed(lines))
        self.read -= len(lines)


def _row(first: str, lines: _Lines, delimiter: str, *, quoted: bool) -> Row:
    """The row that begins with a line, and goes on in the next ones where a quoted value has several."""
    number = lines.read
    if not quoted or QUOTE not in first:
        return Row(number, _split(first, delimiter))
    more: list[str] = []
    is_open = False

    def of_the_row() -> Iterator[str]:
        nonlocal is_open
        yield first
        while len(more) < MOST_LINES and (line := lines.take()) is not None:
            more.append(line)
            yield line
        is_open = True

    try:
        values = next(csv.reader(of_the_row(), delimiter=delimiter))
    except csv.Error as error:
        return Row(number, None, str(error))
    if is_open:
        lines.put_back(more)
        return Row(number, _split(first, delimiter), "a quotation mark is not closed: taken as a character like others")
    return Row(number, values)


def _split(line: str, delimiter: str) -> list[str]:
    text = line.rstrip("\r\n")
    return text.split(delimiter) if text else []


def readable(row: Row) -> Row:
    r"""The row in characters that every database takes: bytes that are no text are spelt, as ``\xfc``."""
    values = row.values or []
    if not any(_STRANGE.search(value) for value in values):
        return row
    spelt = [_STRANGE.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", value) for value in values]
    reasons = [row.reason] if row.reason else []
    reasons.append("holds bytes that are no text in this encoding: they are spelt, as \\xfc")
    return Row(row.line, spelt, "; ".join(reasons))
