"""Reports written to files; the name's ending says in which form."""

from collections.abc import Callable
from pathlib import Path

from reporting.exports import tables
from reporting.exports.as_html import html_page
from reporting.exports.as_json import json_bytes, report_json
from reporting.exports.tables import Sheet
from reporting.kpi.errors import OutputError, ReportError
from reporting.kpi.report import Report


def write_report(path: Path, title: str, report: Report, *, goal: float | None = None) -> None:
    """Write a report as .json, .csv, .xlsx or .html. An old file of that name is replaced when the new one is whole."""
    write = _WRITERS[check_ending(path)]
    whole_file(path, lambda part: write(part, title, report, goal))


def check_ending(path: Path) -> str:
    """The ending that says the form; raises `ReportError` for one that says none."""
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise ReportError(f"--output {path}: the name ends in {', '.join(_WRITERS)}, which says the form")
    return ending


def whole_file(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside, then put into place; raises `OutputError`, and leaves an old file as it was."""
    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _json(path: Path, _title: str, report: Report, _goal: float | None) -> None:
    path.write_bytes(json_bytes(report_json(report)))


def _csv(path: Path, _title: str, report: Report, _goal: float | None) -> None:
    path.write_text(tables.csv_text(tables.report_sheet(report)), encoding="utf-8", newline="")


def _excel(path: Path, _title: str, report: Report, _goal: float | None) -> None:
    tables.write_excel(path, [tables.report_sheet(report), tables.parts_sheet(report)])


def _html(path: Path, title: str, report: Report, goal: float | None) -> None:
    path.write_text(html_page(title, report, goal=goal), encoding="utf-8")


_WRITERS: dict[str, Callable[[Path, str, Report, float | None], None]] = {
    ".json": _json,
    ".csv": _csv,
    ".xlsx": _excel,
    ".html": _html,
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
    tables.write_excel(path, [sheet])


_SHEET_WRITERS: dict[str, Callable[[Path, Sheet], None]] = {
    ".json": _sheet_json,
    ".csv": _sheet_csv,
    ".xlsx": _sheet_excel,
}
