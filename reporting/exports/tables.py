"""Reports as plain rows and columns: what CSV files and spreadsheets hold."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.text import Text

from facts.time import Instant
from reporting.exports.fitting import Column, FittingTable
from reporting.exports.phrases import ENGLISH, Phrases
from reporting.exports.words import NO_DATA
from reporting.kpi.intervals import to_datetime
from reporting.kpi.report import Report, Row

_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that begins so for a formula; a caller's name may be one."""

Cell = str | int | float | datetime | None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A titled table. ``formats``: a number format for each column, empty for none.

    ``rows`` may be made while they are written; then they can be read once.
    """

    title: str
    header: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    formats: tuple[str, ...] = ()


_FORMATS = {"ratio": "0.0%", "s": "0.0", "1 to 5": "0.00"}


def report_sheet(report: Report, words: Phrases = ENGLISH) -> Sheet:
    """One row for each slice, the total last where there are several, one column for each figure."""
    names = [definition.name for definition, _ in report.definitions]
    slices = _slices(report, words)
    heads = [words.head(definition) for definition, _ in report.definitions]
    rows = [*report.rows, report.total] if report.by and len(report.rows) > 1 else report.rows
    filled = ((*_labels(report, row, words), *(row.figures[name].value for name in names)) for row in rows)
    formats = (*("" for _ in slices), *(_FORMATS.get(definition.unit, "0") for definition, _ in report.definitions))
    return Sheet(title=words.figures.lower(), header=(*slices, *heads), rows=filled, formats=formats)


def _slices(report: Report, words: Phrases) -> tuple[str, ...]:
    return tuple(words.named(words.dimensions, name) for name in report.by or ("slice",))


def parts_sheet(report: Report, words: Phrases = ENGLISH) -> Sheet:
    """For each slice what every figure was made of: numerator, denominator, and contacts that were not classified."""
    names = [definition.name for definition, _ in report.definitions]

    def parts(row: Row) -> Iterator[Cell]:
        yield from _labels(report, row, words)
        for name in names:
            figure = row.figures[name]
            yield from (figure.numerator, figure.denominator, figure.unclassified)

    made_of = (words.numerator, words.denominator, words.unclassified)
    header = [part.format(title=words.head(definition)) for definition, _ in report.definitions for part in made_of]
    rows = (tuple(parts(row)) for row in report.rows)
    return Sheet(title=words.parts, header=(*_slices(report, words), *header), rows=rows)


def definitions_sheet(report: Report, words: Phrases = ENGLISH) -> Sheet:
    """The figures with unit, formula and definition."""
    rows = []
    for definition, text in report.definitions:
        formula = report.total.figures[definition.name].formula
        unit = words.named(words.units, definition.unit)
        rows.append((definition.name, definition.title, unit, formula, text, definition.exclusions))
    header = (words.figure, words.title, words.unit, words.formula, words.definition, words.exclusions)
    return Sheet(title=words.definitions, header=header, rows=tuple(rows))


def _labels(report: Report, row: Row, words: Phrases) -> tuple[str, ...]:
    if not row.slice:
        return (words.all, *[""] * (len(report.by) - 1))
    return tuple(words.value(name, row.slice.get(name) or "") for name in report.by)


def struct_sheet(title: str, found: Sequence[msgspec.Struct], zone: tzinfo, words: Phrases = ENGLISH) -> Sheet:
    """Structs as rows; fields that end in ``_at`` are instants."""
    named = words.named(words.sheets, title)
    if not found:
        return Sheet(title=named, header=(), rows=())
    names = type(found[0]).__struct_fields__
    rows = tuple(tuple(_plain(name, getattr(one, name), zone, words) for name in names) for one in found)
    return Sheet(title=named, header=tuple(words.named(words.columns, name) for name in names), rows=rows)


def _plain(name: str, value: Any, zone: tzinfo, words: Phrases) -> Cell:
    if name in words.values and isinstance(value, str):
        return words.value(name, value)
    if name.endswith("_at") and value is not None:
        return _clock(value, zone)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {count}" for key, count in value.items())
    return value if isinstance(value, str | int | float | None) else str(value)


def _clock(at: Instant, zone: tzinfo) -> datetime:
    return to_datetime(at, zone)


def csv_text(sheet: Sheet) -> str:
    """The sheet as CSV: comma, quotation marks where needed, lines ended as RFC 4180 says."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(sheet.header)
    writer.writerows([_safe(value) for value in row] for row in sheet.rows)
    return buffer.getvalue()


def _safe(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_RISKY):
        return f"'{value}"
    return value


def sheet_json(sheet: Sheet) -> list[dict[str, Any]]:
    """The rows as objects; clocks as ISO 8601."""
    return [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in zip(sheet.header, row, strict=True)
        }
        for row in sheet.rows
    ]


def sheet_table(sheet: Sheet, limit: int, words: Phrases = ENGLISH) -> RenderableType:
    """The first rows for the terminal, without columns in which nothing stands or that do not fit."""
    rows = tuple(sheet.rows)
    shown = rows[:limit]
    if not shown:
        return Text(words.none_of.format(title=sheet.title))
    columns = [
        Column(head=name, cells=tuple(_words(row[place]) for row in shown))
        for place, name in enumerate(sheet.header)
        if any(row[place] not in {None, ""} for row in shown)
    ]
    left = len(rows) - len(shown)
    more = words.not_shown.format(count=left) if left else ""
    count = words.count_of.format(count=len(rows), title=sheet.title, more=more)
    return Group(FittingTable(columns[:1], columns[1:], cut=True), Text(count))


def _words(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return NO_DATA if value is None else f"{value:g}" if isinstance(value, float) else str(value)
