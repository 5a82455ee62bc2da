"""Reports as JSON: for each slice the figures by their names in the catalogue, with all that they were made of."""

from typing import Any

import msgspec

from reporting.kpi.figures import Definition
from reporting.kpi.intervals import moment_text
from reporting.kpi.report import Report


def json_bytes(data: Any) -> bytes:
    """JSON to be read by people too; the same data gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


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
