"""Tables that are read through before any of their rows is taken in: a damaged one is refused whole.

How a table is written and what divides its columns is seen from its beginning. Never more than a line of it is held in
memory, however much is packed into a small file.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import IO, Any, Final

from reporting.importers.errors import ImportRefusedError
from reporting.importers.rows import LONGEST_LINE, Progress, Row, no_progress, refusing, rows_in, too_long, unpacked

DELIMITERS: Final = ",;\t|"
HEAD: Final = 4096
UNICODE: Final = "utf-8-sig"
MIB: Final = 1024 * 1024
PIECE: Final = 64 * 1024
"""Characters that are looked at at once."""
MOST_LINES: Final = 1_000_000
"""Lines of a table whose size is limited."""


class WholeTable:
    """A table found whole. Raises `ImportRefusedError` where it is damaged, no text, or larger than ``most`` bytes.

    ``opened`` opens it, as often as it is asked; ``name``: how messages call it. ``encoding`` and ``delimiter``: None,
    to see them from its beginning. ``most``: of what is unpacked, and then `MOST_LINES` too; None: whatever there is.
    """

    def __init__(
        self,
        opened: Callable[[], IO[bytes]],
        name: str,
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
        most: int | None = None,
    ) -> None:
        self._opened = opened
        self._name = name
        with refusing(name, encoding or UNICODE), closing(opened()) as raw:
            head = unpacked(raw).read(HEAD)
        self.encoding = encoding or _encoding_of(head)
        with refusing(name, self.encoding):
            self.delimiter = delimiter or _delimiter_of(head, self.encoding)
        self._read_through(most)

    def _read_through(self, most: int | None) -> None:
        with refusing(self._name, self.encoding), closing(self._opened()) as raw:
            data: Any = _Counted(unpacked(raw), self._name, most)
            with io.TextIOWrapper(data, encoding=self.encoding, errors="surrogateescape", newline="") as text:
                self._look_at(text, MOST_LINES if most is not None else None)

    def _look_at(self, text: IO[str], most: int | None) -> None:
        """Whether it has lines of a table's length, and no more than ``most``."""
        lines, open_line = 1, 0
        while piece := text.read(PIECE):
            lines += piece.count("\n")
            ended = max(piece.rfind("\n"), piece.rfind("\r"))
            open_line = open_line + len(piece) if ended < 0 else len(piece) - ended - 1
            if open_line > LONGEST_LINE:
                raise too_long(lines)
            if most is not None and lines > most:
                raise ImportRefusedError(f"{self._name} has more than {most} lines", "divide it")

    def rows(self, progress: Progress = no_progress) -> Iterator[Row]:
        """Its rows, as `rows_in` gives them."""
        with refusing(self._name, self.encoding), closing(self._opened()) as raw:
            yield from rows_in(raw, self.delimiter, self.encoding, progress)


class _Counted(io.RawIOBase):
    """Bytes that are read no further than a limit."""

    def __init__(self, data: Any, name: str, most: int | None) -> None:
        super().__init__()
        self._data = data
        self._name = name
        self._most = most
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found: int = self._data.readinto(buffer)
        self._read += found
        if self._most is not None and self._read > self._most:
            raise ImportRefusedError(f"{self._name} has more than {self._most // MIB} MiB unpacked", "divide it")
        return found


def _encoding_of(head: bytes) -> str:
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else UNICODE


def _delimiter_of(head: bytes, encoding: str) -> str:
    """Of a beginning that may end within a character."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    try:
        return csv.Sniffer().sniff(text.splitlines()[0], DELIMITERS).delimiter
    except (csv.Error, IndexError):
        return ","
