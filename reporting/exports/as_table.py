"""Reports as tables on the terminal, each figure with its formula."""

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from reporting.exports.as_json import range_json
from reporting.exports.fitting import Column, FittingTable
from reporting.exports.labels import Labels
from reporting.exports.words import figure_text, not_classified
from reporting.kpi.report import Report, Row

SHOWN = 500
"""Rows on the terminal: laying one out takes a thousandth of a second, and nobody reads more."""

_FIGURE_WIDTH, _FORMULA_WIDTH, _VALUE_WIDTH = 26, 34, 10


def headed(title: str, report: Report) -> RenderableType:
    """A report with its title and range."""
    return Group(Text(f"{title}, {range_text(report)}", style="bold"), report_table(report))


def report_table(report: Report) -> RenderableType:
    """The rows of a report with their formulas: side by side where they fit, else one below the other."""
    if not report.rows:
        return Text("No contacts and no agents in this range.")
    return _ReportTable(report)


def range_text(report: Report) -> str:
    """The range in words."""
    words = range_json(report)
    start = f"from {words['from']}" if words["from"] else "from the first fact"
    end = f"to {words['to']}" if words["to"] else f"to the last ({words['as_of'] or 'none'})"
    return f"{start} {end}, {words['time_zone']}"


def _rows(report: Report) -> list[Row]:
    shown = list(report.rows[:SHOWN])
    return [*shown, report.total] if report.by and len(report.rows) > 1 else shown


class _ReportTable:
    """Chooses by the terminal's width."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        fitting = (options.max_width - _FIGURE_WIDTH - _FORMULA_WIDTH) // _VALUE_WIDTH
        if len(_rows(self._report)) <= max(2, fitting):
            yield _upright(self._report)
        else:
            yield _flat(self._report)
            left = len(self._report.rows) - SHOWN
            if left > 0:
                yield Text(f"{left:,} rows more; the last line is of all. --json and --output have every row.\n")
            yield formulas(self._report)


def _upright(report: Report) -> Table:
    """Figures below each other with their definitions, a column for each slice."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("figure")
    rows, names = _rows(report), Labels(report)
    for row in rows:
        table.add_column(Text(names.together(row)), justify="right")
    table.add_column("formula", style="dim")
    for definition, text in report.definitions:
        figures = [row.figures[definition.name] for row in rows]
        formula = f"[{figures[0].formula}] {text}" if figures[0].formula != definition.name else text
        formula += not_classified(figures[-1])
        table.add_row(definition.title, *map(figure_text, figures), Text(formula))
    return table


def _flat(report: Report) -> FittingTable:
    """Slices below each other, a column for each figure under its name."""
    rows, labels = _rows(report), Labels(report)
    cells = zip(*map(labels.of, rows), strict=True)
    names = [Column(head=name, cells=column) for name, column in zip(report.by, cells, strict=True)]
    figures = [
        Column(
            head=definition.name,
            cells=tuple(figure_text(row.figures[definition.name]) for row in rows),
            right=True,
        )
        for definition, _ in report.definitions
    ]
    return FittingTable(names, figures)


def formulas(report: Report) -> Table:
    """The formulas of a report's figures, with their ids."""
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False, style="dim")
    for definition, text in report.definitions:
        total = report.total.figures[definition.name]
        shown = f"[{total.formula}] {text}" if total.formula != definition.name else text
        shown += not_classified(total)
        table.add_row(definition.name, Text(f"{definition.title}: {shown}"))
    return table
