"""Tables that fit the terminal: whole columns, in as many tables below each other as it takes, or as many as fit."""

from collections.abc import Sequence

import msgspec
from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

_BETWEEN = 3
"""Space that a column takes besides its text."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and the text of each row."""

    head: str
    cells: tuple[str, ...]
    right: bool = False

    @property
    def width(self) -> int:
        """What the column takes on a line."""
        return max(Text(text).cell_len for text in (self.head, *self.cells)) + _BETWEEN


class FittingTable:
    """A table whose first columns name the rows and whose others are divided among lines that fit.

    With ``cut`` what does not fit is left out instead.
    """

    def __init__(self, names: Sequence[Column], columns: Sequence[Column], *, cut: bool = False) -> None:
        self._names = names
        self._columns = columns
        self._cut = cut

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        lines = self._lines(options.max_width)
        for line in lines[:1] if self._cut else lines:
            yield _table([*self._names, *line])

    def _lines(self, width: int) -> list[list[Column]]:
        room = width - sum(column.width for column in self._names)
        lines: list[list[Column]] = [[]]
        left = room
        for column in self._columns:
            if lines[-1] and column.width > left:
                lines.append([])
                left = room
            lines[-1].append(column)
            left -= column.width
        return lines


def _table(columns: Sequence[Column]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(Text(column.head), justify="right" if column.right else "left", no_wrap=True)
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, row))
    return table
