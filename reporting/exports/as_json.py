"""Reports as JSON: for each slice the figures by their names in the catalogue, with all that they were made of."""

from collections.abc import Iterator
from typing import Any

import msgspec

from reporting.kpi.figures import Definition
from reporting.kpi.intervals import moment_text
from reporting.kpi.report import Report


def json_bytes(data: Any) -> bytes:
    """JSON to be read by people too; the same data gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


MOST_INDENTED = 1_000
"""A report of more rows has one line for each: it is read by programs, and a third as long."""

_HELD = 2_000
"""Rows made at once."""


def report_chunks(report: Report) -> Iterator[bytes]:
    """A report as JSON, piece by piece."""
    if len(report.rows) <= MOST_INDENTED:
        yield json_bytes(report_json(report))
        return
    whole = json_bytes(report_json(msgspec.structs.replace(report, rows=())))
    before, after = whole.split(b'"rows": []', 1)
    yield before + b'"rows": ['
    encode_lines = msgspec.json.Encoder().encode_lines
    for start in range(0, len(report.rows), _HELD):
        lines = encode_lines(report.rows[start : start + _HELD]).rstrip()
        yield (b",\n" if start else b"\n") + lines.replace(b"\n", b",\n")
    yield b"\n]" + after


def report_json(report: Report) -> dict[str, Any]:
    """A report as plain data."""
    return {
        "range": range_json(report),
        "by": report.by,
        "rows": list(report.rows),
        "total": report.total,
        "definitions": {definition.name: definition_json(definition, text) for definition, text in report.definitions},
    }


def range_json(report: Report) -> dict[str, str | None]:
    """The range as asked for, in the clock of its zone; ``as_of``: the last fact that was taken into account."""
    zone = report.zone
    return {
        "from": None if report.start is None else moment_text(report.start, zone),
        "to": None if report.end is None else moment_text(report.end, zone),
        "time_zone": str(zone),
        "as_of": moment_text(report.as_of, zone) if report.as_of else None,
    }


def definition_json(definition: Definition, text: str) -> dict[str, str]:
    """What the catalogue says of a figure."""
    return {
        "title": definition.title,
        "unit": definition.unit,
        "definition": text,
        "exclusions": definition.exclusions,
    }
