"""Reports as tables on the terminal, each figure with its formula."""

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from reporting.exports.as_json import range_json
from reporting.exports.words import figure_text
from reporting.kpi.report import Report, Row

FEW_ROWS = 3
"""Up to so many rows, figures stand below each other with their definitions; beyond, side by side."""


def print_report(console: Console, title: str, report: Report) -> None:
    """Print a report."""
    console.print(Text(f"{title}, {range_text(report)}", style="bold"))
    if not report.rows:
        console.print("No contacts and no agents in this range.")
        return
    console.print(report_table(report))


def report_table(report: Report) -> RenderableType:
    """The rows of a report as a table, with the formulas."""
    return _upright(report) if len(report.rows) <= FEW_ROWS else _flat(report)


def range_text(report: Report) -> str:
    """The range in words."""
    words = range_json(report)
    start = f"from {words['from']}" if words["from"] else "from the first fact"
    end = f"to {words['to']}" if words["to"] else f"to the last ({words['as_of'] or 'none'})"
    return f"{start} {end}, {words['time_zone']}"


def _rows(report: Report) -> list[Row]:
    return [*report.rows, report.total] if report.by and len(report.rows) > 1 else list(report.rows)


def _label(row: Row) -> str:
    return " · ".join(value or "none" for value in row.slice.values()) or "all"


def _upright(report: Report) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("figure")
    rows = _rows(report)
    for row in rows:
        table.add_column(escape(_label(row)), justify="right")
    table.add_column("formula")
    for definition, text in report.definitions:
        figures = [row.figures[definition.name] for row in rows]
        formula = f"[{figures[0].formula}] {text}" if figures[0].formula != definition.name else text
        table.add_row(definition.title, *map(figure_text, figures), escape(formula))
    return table


def _flat(report: Report) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD)
    for name in report.by or ("",):
        table.add_column(name)
    for definition, _text in report.definitions:
        table.add_column(definition.title, justify="right", overflow="fold")
    for row in _rows(report):
        labels = [escape(value or "none") for value in row.slice.values()] or [
            "all" if not index else "" for index in range(max(1, len(report.by)))
        ]
        table.add_row(*labels, *(figure_text(row.figures[definition.name]) for definition, _ in report.definitions))
    return Group(table, formulas(report))


def formulas(report: Report) -> Table:
    """The formulas of a report's figures, with their ids."""
    table = Table(box=None, show_header=False, padding=(0, 1), style="dim")
    for definition, text in report.definitions:
        formula = report.total.figures[definition.name].formula
        table.add_row(definition.title, escape(f"[{formula}] {text}" if formula != definition.name else text))
    return table
