"""Reports written to files; the name's ending says in which form."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from facts.languages import ReaderLanguage
from reporting.exports import tables
from reporting.exports.as_excel import Progress, excel_bytes
from reporting.exports.as_html import html_page
from reporting.exports.as_json import json_bytes, report_chunks
from reporting.exports.phrases import in_words_of, phrases
from reporting.exports.tables import Sheet
from reporting.kpi.errors import OutputError, ReportError
from reporting.kpi.report import Report


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be. ``goal``: the service level aimed at. ``language``: what its words are in, but JSON's."""

    title: str
    goal: float | None = None
    language: ReaderLanguage = "en"


def report_bytes(
    form: str, title: str, report: Report, *, goal: float | None = None, language: ReaderLanguage = "en"
) -> bytes:
    """A report in one of `FORMS`, as `Asked` says."""
    return FORMS[form](report, Asked(title=title, goal=goal, language=language))


def write_report(
    path: Path,
    title: str,
    report: Report,
    *,
    goal: float | None = None,
    language: ReaderLanguage = "en",
    progress: Progress | None = None,
) -> None:
    """Write a report as .json, .csv, .xlsx or .html. An old file of that name is replaced when the new one is whole.

    ``progress`` is told of rows written, of which there are `rows_to_write`.
    """
    form = check_ending(path).removeprefix(".")
    if form == "xlsx" and progress is not None:
        whole_file(path, lambda part: part.write_bytes(excel_bytes(_sheets(report, language), progress)))
    else:
        whole_file(path, lambda part: part.write_bytes(report_bytes(form, title, report, goal=goal, language=language)))


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


_ENCODINGS: dict[ReaderLanguage, str] = {"zh": "utf-8-sig"}
"""By the mark in front a spreadsheet knows that the letters are no Latin ones."""


def _json(report: Report, _asked: Asked) -> bytes:
    return b"".join(report_chunks(report))


def _csv(report: Report, asked: Asked) -> bytes:
    told = in_words_of(report, asked.language)
    text = tables.csv_text(tables.report_sheet(told, phrases(asked.language)))
    return text.encode(_ENCODINGS.get(asked.language, "utf-8"))


def _excel(report: Report, asked: Asked) -> bytes:
    return excel_bytes(_sheets(report, asked.language))


def _sheets(report: Report, language: ReaderLanguage) -> list[Sheet]:
    told, words = in_words_of(report, language), phrases(language)
    return [tables.report_sheet(told, words), tables.parts_sheet(told, words), tables.definitions_sheet(told, words)]


def _html(report: Report, asked: Asked) -> bytes:
    words = phrases(asked.language)
    title = words.named(words.titles, asked.title)
    return html_page(title, report, goal=asked.goal, language=asked.language).encode()


FORMS: dict[str, Callable[[Report, Asked], bytes]] = {
    "json": _json,
    "csv": _csv,
    "xlsx": _excel,
    "html": _html,
}


def write_sheet(path: Path, sheet: Sheet, plain: Sheet | None = None, language: ReaderLanguage = "en") -> None:
    """Write a single table as .json, .csv or .xlsx; ``plain``: the same with the names that JSON keeps."""
    write = _SHEET_WRITERS.get(path.suffix.lower())
    if write is None:
        raise ReportError(f"--output {path}: the name ends in {', '.join(_SHEET_WRITERS)}, which says the form")
    written = plain if plain is not None and write is _sheet_json else sheet
    whole_file(path, lambda part: write(part, written, language))


def _sheet_json(path: Path, sheet: Sheet, _language: ReaderLanguage) -> None:
    path.write_bytes(json_bytes({sheet.title: tables.sheet_json(sheet)}))


def _sheet_csv(path: Path, sheet: Sheet, language: ReaderLanguage) -> None:
    path.write_text(tables.csv_text(sheet), encoding=_ENCODINGS.get(language, "utf-8"), newline="")


def _sheet_excel(path: Path, sheet: Sheet, _language: ReaderLanguage) -> None:
    path.write_bytes(excel_bytes([sheet]))


_SHEET_WRITERS: dict[str, Callable[[Path, Sheet, ReaderLanguage], None]] = {
    ".json": _sheet_json,
    ".csv": _sheet_csv,
    ".xlsx": _sheet_excel,
}
