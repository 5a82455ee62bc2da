"""Reports written to files; the name's ending says in which form."""

from collections.abc import Callable
from pathlib import Path

from reporting.exports import tables
from reporting.exports.as_html import html_page
from reporting.exports.as_json import json_bytes, report_json
from reporting.kpi.errors import ReportError
from reporting.kpi.report import Report


def write_report(path: Path, title: str, report: Report, *, goal: float | None = None) -> None:
    """Write a report as .json, .csv, .xlsx or .html. An old file of that name is replaced when the new one is whole."""
    _whole(path, lambda part: _WRITERS[check_ending(path)](part, title, report, goal))


def check_ending(path: Path) -> str:
    """The ending that says the form; raises `ReportError` for one that says none."""
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise ReportError(f"--output {path}: the name ends in {', '.join(_WRITERS)}, which says the form")
    return ending


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    part = path.with_name(f".{path.name}.part{path.suffix}")
    check_ending(path)
    try:
        write(part)
        part.replace(path)
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
