"""Reports as tables on the terminal, each figure with its formula."""

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from facts.languages import ReaderLanguage
from reporting.exports.as_json import range_json
from reporting.exports.fitting import Column, FittingTable
from reporting.exports.labels import Labels
from reporting.exports.phrases import ENGLISH, Phrases, in_words_of, level_id, phrases
from reporting.exports.words import figure_text, not_classified
from reporting.kpi.figures import Figure
from reporting.kpi.report import Report, Row

SHOWN = 500
"""Rows on the terminal: laying one out takes a thousandth of a second, and nobody reads more."""

_FIGURE_WIDTH, _FORMULA_WIDTH, _VALUE_WIDTH = 26, 34, 10


def headed(title: str, report: Report, language: ReaderLanguage = "en") -> RenderableType:
    """A report with its title and range."""
    words = phrases(language)
    told = words.headed.format(title=words.named(words.titles, title), span=range_text(report, words))
    return Group(Text(told, style="bold"), report_table(report, language))


def report_table(report: Report, language: ReaderLanguage = "en") -> RenderableType:
    """The rows of a report with their formulas: side by side where they fit, else one below the other."""
    words = phrases(language)
    return _ReportTable(in_words_of(report, language), words) if report.rows else Text(words.nothing)


def range_text(report: Report, words: Phrases = ENGLISH) -> str:
    """The range in words."""
    known = range_json(report)
    start = words.from_moment.format(at=known["from"]) if known["from"] else words.from_first
    last = words.to_last.format(at=known["as_of"] or words.no_moment)
    end = words.to_moment.format(at=known["to"]) if known["to"] else last
    return words.range.format(start=start, end=end, zone=known["time_zone"])


def _rows(report: Report) -> list[Row]:
    shown = list(report.rows[:SHOWN])
    return [*shown, report.total] if report.by and len(report.rows) > 1 else shown


class _ReportTable:
    """Chooses by the terminal's width."""

    def __init__(self, report: Report, words: Phrases) -> None:
        self._report, self._words = report, words

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        fitting = (options.max_width - _FIGURE_WIDTH - _FORMULA_WIDTH) // _VALUE_WIDTH
        if len(_rows(self._report)) <= max(2, fitting):
            yield _upright(self._report, self._words)
        else:
            yield _flat(self._report, self._words)
            left = len(self._report.rows) - SHOWN
            if left > 0:
                yield Text(self._words.rows_more_here.format(count=f"{left:,}") + "\n")
            yield formulas(self._report, self._words)


def _upright(report: Report, words: Phrases) -> Table:
    """Figures below each other with their definitions, a column for each slice."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(words.figure)
    rows, names = _rows(report), Labels(report, words)
    for row in rows:
        table.add_column(Text(names.together(row)), justify="right")
    table.add_column(words.formula, style="dim")
    for definition, text in report.definitions:
        figures = [row.figures[definition.name] for row in rows]
        formula = _with_id(text, figures[0]) + not_classified(figures[-1], words)
        table.add_row(definition.title, *(figure_text(one, words) for one in figures), Text(formula))
    return table


def _flat(report: Report, words: Phrases) -> FittingTable:
    """Slices below each other, a column for each figure under its name."""
    rows, labels = _rows(report), Labels(report, words)
    cells = zip(*map(labels.of, rows), strict=True)
    names = [
        Column(head=words.named(words.dimensions, name), cells=column)
        for name, column in zip(report.by, cells, strict=True)
    ]
    figures = [
        Column(
            head=words.head(definition),
            cells=tuple(figure_text(row.figures[definition.name], words) for row in rows),
            right=True,
        )
        for definition, _ in report.definitions
    ]
    return FittingTable(names, figures)


def _with_id(text: str, figure: Figure) -> str:
    """A formula in words, led by its id where a target chose it."""
    formula = level_id(figure.formula)
    return f"[{formula}] {text}" if formula else text


def formulas(report: Report, words: Phrases = ENGLISH) -> Table:
    """The formulas of a report's figures, with their ids."""
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False, style="dim")
    for definition, text in report.definitions:
        total = report.total.figures[definition.name]
        shown = _with_id(text, total) + not_classified(total, words)
        said = words.tip.format(title=definition.title, text=shown)
        table.add_row(words.head(definition), Text(said if words.head(definition) != definition.title else shown))
    return table
