"""Facts on disk while the database is away: a file of records, one JSON line each, in order.

A record counts as kept when `append` returned: then it is flushed to disk. A line torn by a crash was never
reported as kept and is cut off at the next opening. The file holds personal data and is readable by its owner only;
it is emptied as soon as the database has everything.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from storage.errors import StorageError
from storage.records import Record

_encode_lines = msgspec.json.Encoder().encode_lines
_decode = msgspec.json.Decoder(Record).decode


class Spool:
    """One writer's spool file, made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = self._whole_lines() if path.exists() else 0

    def __bool__(self) -> bool:
        """Whether anything is kept here."""
        return self._size > 0

    def _whole_lines(self) -> int:
        """How many bytes of the file are whole lines; a crash may have torn the last one."""
        with self.path.open("rb") as file:
            return sum(len(line) for line in file if line.endswith(b"\n"))

    def append(self, records: Sequence[Record]) -> None:
        """Keep the records behind those already here. Raises `OSError`, and then keeps none of them."""
        lines = _encode_lines(records)
        file = os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.ftruncate(file, self._size)  # what an earlier failure or crash left behind the last whole line
            _write_all(file, lines, self._size)
            os.fsync(file)
        finally:
            os.close(file)
        self._size += len(lines)

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._size

    def read(self, offset: int, rows: int) -> tuple[list[Record], int]:
        """At most ``rows`` records from a byte offset on, and the offset behind them; `size` is the end.

        Raises `StorageError` for a line that is no record.
        """
        records: list[Record] = []
        with self.path.open("rb") as file:
            file.seek(offset)
            while offset < self._size and len(records) < rows:
                line = file.readline()
                records.append(self._record(line, offset))
                offset += len(line)
        return records, offset

    def _record(self, line: bytes, offset: int) -> Record:
        try:
            return _decode(line)
        except msgspec.DecodeError as error:
            raise StorageError(
                f"{self.path}, byte {offset}: {error}; mend or move the file, then start again"
            ) from None

    def clear(self) -> None:
        """Forget everything: the database has it."""
        self._size = 0
        self.path.unlink(missing_ok=True)


def _write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written
