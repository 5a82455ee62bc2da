"""Reports written to files; the name's ending says in which form."""

from collections.abc import Callable
from pathlib import Path

from reporting.exports import tables
from reporting.exports.as_excel import Progress, excel_bytes
from reporting.exports.as_html import html_page
from reporting.exports.as_json import json_bytes, report_chunks
from reporting.exports.tables import Sheet
from reporting.kpi.errors import OutputError, ReportError
from reporting.kpi.report import Report


def report_bytes(form: str, title: str, report: Report, *, goal: float | None = None) -> bytes:
    """A report in one of `FORMS`; ``goal``: the service level aimed at."""
    return FORMS[form](title, report, goal)


def write_report(
    path: Path, title: str, report: Report, *, goal: float | None = None, progress: Progress | None = None
) -> None:
    """Write a report as .json, .csv, .xlsx or .html. An old file of that name is replaced when the new one is whole.

    ``progress`` is told of rows written, of which there are `rows_to_write`.
    """
    form = check_ending(path).removeprefix(".")
    if form == "xlsx" and progress is not None:
        whole_file(path, lambda part: part.write_bytes(excel_bytes(_sheets(report), progress)))
    else:
        whole_file(path, lambda part: part.write_bytes(report_bytes(form, title, report, goal=goal)))


def rows_to_write(path: Path, report: Report) -> int | None:
    """How many rows `write_report` will tell of; None for a form in which it tells none."""
    return 2 * len(report.rows) if path.suffix.lower() == ".xlsx" else None


def check_ending(path: Path) -> str:
    """The ending that says the form; raises `ReportError` for one that says none."""
    ending = path.suffix.lower()
    if ending.removeprefix(".") not in FORMS:
        raise ReportError(
            f"--output {path}: the name ends in {', '.join(f'.{form}' for form in FORMS)}, which says the form"
        )
    return ending


def whole_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside, then put into place; raises `OutputError`, and leaves an old file as it was."""
    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _json(_title: str, report: Report, _goal: float | None) -> bytes:
    return b"".join(report_chunks(report))


def _csv(_title: str, report: Report, _goal: float | None) -> bytes:
    return tables.csv_text(tables.report_sheet(report)).encode()


def _excel(_title: str, report: Report, _goal: float | None) -> bytes:
    return excel_bytes(_sheets(report))


def _sheets(report: Report) -> list[Sheet]:
    return [tables.report_sheet(report), tables.parts_sheet(report), tables.definitions_sheet(report)]


def _html(title: str, report: Report, goal: float | None) -> bytes:
    return html_page(title, report, goal=goal).encode()


FORMS: dict[str, Callable[[str, Report, float | None], bytes]] = {
    "json": _json,
    "csv": _csv,
    "xlsx": _excel,
    "html": _html,
}


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a single table as .json, .csv or .xlsx."""
    write = _SHEET_WRITERS.get(path.suffix.lower())
    if write is None:
        raise ReportError(f"--output {path}: the name ends in {', '.join(_SHEET_WRITERS)}, which says the form")
    whole_file(path, lambda part: write(part, sheet))


def _sheet_json(path: Path, sheet: Sheet) -> None:
    path.write_bytes(json_bytes({sheet.title: tables.sheet_json(sheet)}))


def _sheet_csv(path: Path, sheet: Sheet) -> None:
    path.write_text(tables.csv_text(sheet), encoding="utf-8", newline="")


def _sheet_excel(path: Path, sheet: Sheet) -> None:
    path.write_bytes(excel_bytes([sheet]))


_SHEET_WRITERS: dict[str, Callable[[Path, Sheet], None]] = {
    ".json": _sheet_json,
    ".csv": _sheet_csv,
    ".xlsx": _sheet_excel,
}
