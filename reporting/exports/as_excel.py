"""Tables as a workbook. openpyxl makes the workbook with its styles; the rows are put in as text, one by one.

A cell as an object costs openpyxl ten times as much as its line of text, and a report by half hours has millions.
"""

import io
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape
from zipfile import ZIP_DEFLATED, ZipFile

from reporting.exports.tables import Cell, Sheet
from reporting.kpi.errors import ReportError

Progress = Callable[[int], object]
"""Told of rows that are written."""

MOST_ROWS = 1_048_576
"""Of a sheet, as Excel has them, the header among them."""

_STEP = 500
_END = b"</sheetData>"
_CLOCK = "yyyy-mm-dd hh:mm:ss"
_NO_XML = dict.fromkeys([*range(32), 0xFFFE, 0xFFFF])
_FASTEST = 1


def excel_bytes(sheets: Iterable[Sheet], progress: Progress = lambda _: None) -> bytes:
    """A workbook with one sheet each; figures that are no data are empty cells.

    Raises `ReportError` for more rows than a sheet of Excel has.
    """
    there = list(sheets)
    empty, styles = _empty(there)
    buffer = io.BytesIO()
    with ZipFile(empty) as made, ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=_FASTEST) as book:
        bodies = {f"xl/worksheets/sheet{place}.xml": sheet for place, sheet in enumerate(there, 1)}
        for name in made.namelist():
            with made.open(name) as before, book.open(name, "w") as after:
                if name not in bodies:
                    shutil.copyfileobj(before, after)
                    continue
                head, end, tail = before.read().rpartition(_END)
                after.write(head)
                for lines in _batches(bodies[name], styles, progress):
                    after.write(lines.encode("utf-8", "replace"))
                after.write(end + tail)
    return buffer.getvalue()


def _empty(sheets: Iterable[Sheet]) -> tuple[io.BytesIO, dict[str, int]]:
    """The workbook with headers only, and the number of the style of each format."""
    # openpyxl has no types of its own, and takes a while to import
    from openpyxl import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]  # noqa: PLC0415
    from openpyxl.styles import Font  # type: ignore[import-untyped]  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]  # noqa: PLC0415

    book = Workbook(write_only=True)
    styles: dict[str, int] = {"": 0}
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        page.freeze_panes = "A2"
        for place, name in enumerate(sheet.header, 1):
            page.column_dimensions[get_column_letter(place)].width = max(10, min(40, len(name) + 2))
        head = [WriteOnlyCell(page, name) for name in sheet.header]
        for cell in head:
            cell.font = Font(bold=True)
        page.append(head)
        for form in {*sheet.formats, _CLOCK} - styles.keys():
            styled = WriteOnlyCell(page)
            styled.number_format = form
            styles[form] = styled.style_id
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer, styles


def _batches(sheet: Sheet, styles: dict[str, int], progress: Progress) -> Iterator[str]:
    """The rows as text, many together."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    letters = [get_column_letter(place) for place in range(1, len(sheet.header) + 1)]
    forms = [styles[form] for form in sheet.formats or ("",) * len(letters)]
    columns = [(f'<c r="{letter}', f' s="{form}"' if form else "") for letter, form in zip(letters, forms, strict=True)]
    clock = f' s="{styles[_CLOCK]}"'
    lines: list[str] = []
    for number, row in enumerate(sheet.rows, 2):
        if number > MOST_ROWS:
            raise ReportError(f"a sheet of Excel has {MOST_ROWS:,} rows, the report has more: write .csv instead")
        cells = [
            f'{start}{number}"{_filled(value, style, clock)}'
            for (start, style), value in zip(columns, row, strict=True)
            if style or value is not None
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
        if len(lines) == _STEP:
            yield "".join(lines)
            progress(len(lines))
            lines = []
    yield "".join(lines)
    progress(len(lines))


def _filled(value: Cell, style: str, clock: str) -> str:
    """What follows a cell's place. Text is never taken for a formula, and clocks lose their zone."""
    if value is None:
        return f"{style}/>"
    if isinstance(value, str):
        text = value.translate(_NO_XML)
        shown = escape(f"'{text}" if text.startswith("=") else text, quote=False)
        return f'{style} t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
    if isinstance(value, datetime):
        from openpyxl.utils.datetime import to_excel  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

        return f"{clock}><v>{to_excel(value.replace(tzinfo=None))}</v></c>"
    if isinstance(value, bool):
        return f'{style} t="b"><v>{value:d}</v></c>'
    return f"{style}><v>{value!r}</v></c>"
