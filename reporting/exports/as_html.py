"""A report as one self-contained HTML file: tiles, charts, and a table whose every figure tells its formula."""

from collections.abc import Sequence
from html import escape

from facts.languages import ReaderLanguage
from facts.time import HOUR, MINUTE
from reporting.exports.as_json import range_json
from reporting.exports.charts import Series, ratio_bars, ratio_line, stacked_bars
from reporting.exports.labels import Labels
from reporting.exports.phrases import Phrases, in_words_of, phrases
from reporting.exports.words import NO_DATA, figure_text, not_classified
from reporting.kpi.figures import Definition, Figure
from reporting.kpi.intervals import QUARTER, Calendar, parse_moment
from reporting.kpi.report import Report, Row
from reporting.kpi.slices import is_time

_TILES = ("offered", "answered", "abandon_rate", "service_level", "asa_s", "aht_s", "occupancy", "longest_wait_s")
_STACK = (
    ("answered", "answered"),
    ("abandoned", "abandoned"),
    ("left_otherwise", "left"),
    ("in_progress", "waiting"),
)

STEPS = {"15min": QUARTER, "30min": 30 * MINUTE, "hour": HOUR, "day": 12 * HOUR}
"""Steps by which no interval is passed over, also where the clocks change."""

_STYLE = """
:root{--ink:#1d2433;--soft:#5b6577;--paper:#fff;--line:#d9dee7;--tile:#f5f7fa;--answered:#2f6fde;--abandoned:#d9822b;
--left:#8a94a6;--waiting:#c3cad6;--level:#2f6fde;--target:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf2;--soft:#9aa5b8;--paper:#12161f;--line:#2b3342;--tile:#1a202c;
--answered:#6ba0ff;--abandoned:#f0a35c;--left:#76829a;--waiting:#414c60;--level:#6ba0ff;--target:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;padding:24px 32px;background:var(--paper);color:var(--ink);font:14px/1.45 system-ui,"Segoe UI",
"Noto Sans","Noto Sans CJK SC",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:28px 0 8px}p{color:var(--soft);margin:4px 0 16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));gap:8px;margin:16px 0}
.tile{background:var(--tile);border:1px solid var(--line);border-radius:8px;padding:8px 16px}
.tile b{display:block;font-size:24px}.tile span{color:var(--soft)}
figure{margin:16px 0}figcaption{font-weight:600;margin-bottom:4px}svg{width:100%;height:auto}
svg text{font-size:11px;fill:var(--soft)}.grid{stroke:var(--line)}
.key{font-weight:400;color:var(--soft);margin-left:16px}.key i{display:inline-block;width:10px;height:10px;
border-radius:2px;margin-right:6px}
rect.answered{fill:var(--answered)}rect.abandoned{fill:var(--abandoned)}rect.left{fill:var(--left)}
rect.waiting{fill:var(--waiting)}i.answered{background:var(--answered)}i.abandoned{background:var(--abandoned)}
i.left{background:var(--left)}i.waiting{background:var(--waiting)}i.level{background:var(--level)}
rect.level{fill:var(--level)}
polyline.level{fill:none;stroke:var(--level);stroke-width:2}circle.level{fill:var(--level)}
line.target{stroke:var(--target);stroke-dasharray:5 4}svg text.target{fill:var(--target)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%}th,td{padding:6px 8px;text-align:right;white-space:nowrap;
border-bottom:1px solid var(--line)}th{position:sticky;top:0;background:var(--tile);font-weight:600}
th{white-space:normal;vertical-align:bottom;min-width:60px}
th.slice,td.slice{text-align:left}tr:last-child td{border-bottom:0}tr.total td{font-weight:600;background:var(--tile)}
td[title]{cursor:help}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}dt{font-weight:600}
dd{margin:0;color:var(--soft)}@media print{body{padding:0}.scroll{overflow:visible}}
"""


def html_page(title: str, asked: Report, *, goal: float | None = None, language: ReaderLanguage = "en") -> str:
    """The whole page. ``goal``: the service level aimed at, drawn as a line."""
    report, words = in_words_of(asked, language), phrases(language)
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_range(report, words))}</p>",
        _tiles(report, words),
        *(_charts(report, goal, words) if report.rows else [f"<p>{escape(words.nothing)}</p>"]),
        f"<h2>{escape(words.figures)}</h2>",
        _table(report, words),
        f"<h2>{escape(words.reckoned)}</h2>",
        _definitions(report, words),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{words.tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _range(report: Report, words: Phrases) -> str:
    moments = range_json(report)
    start = _moment(moments["from"]) or words.first_fact
    end = _moment(moments["to"]) or words.last_fact
    known = words.facts_up_to.format(at=_moment(moments["as_of"]) or NO_DATA)
    return f"{words.span.format(start=start, end=end)} · {moments['time_zone']} · {known}"


def _moment(text: str | None) -> str:
    """A moment without what goes without saying: midnight, and the offset that the zone's name tells."""
    return (text or "")[:19].removesuffix("T00:00:00").replace("T", " ")


def _tip(figure: Figure, definition: Definition, text: str, words: Phrases) -> str:
    formula = words.id_of(figure.formula)
    said = words.tip_with_id if formula else words.tip
    parts = [said.format(title=definition.title, text=text, formula=formula)]
    if figure.denominator is not None:
        parts.append(f"{figure.numerator if figure.numerator is not None else NO_DATA} / {figure.denominator}")
    if figure.unclassified:
        parts.append(words.not_classified.format(count=figure.unclassified))
    return escape(words.join.join(parts), quote=True)


def _tiles(report: Report, words: Phrases) -> str:
    shown = [(one, text) for one, text in report.definitions if one.name in _TILES]
    tiles = [
        f'<div class="tile" title="{_tip(report.total.figures[one.name], one, text, words)}">'
        f"<b>{escape(figure_text(report.total.figures[one.name], words))}</b><span>{escape(one.title)}</span></div>"
        for one, text in sorted(shown, key=lambda item: _TILES.index(item[0].name))
    ]
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _charts(report: Report, goal: float | None, words: Phrases) -> list[str]:
    if not report.rows or not report.by:
        return []
    if len(report.rows) > MOST_BARS:
        return [f"<p>{escape(words.too_many_for_a_chart.format(count=f'{len(report.rows):,}'))}</p>"]
    rows = _evenly(report, words)
    labels = [label if len(label) <= MOST_SIGNS else f"{label[: MOST_SIGNS - 1]}…" for label, _ in rows]
    there = {definition.name for definition, _ in report.definitions}
    charts = []
    stack = [(name, style) for name, style in _STACK if name in there]
    if stack:
        series = [_series(report, rows, name, style) for name, style in stack]
        charts.append(stacked_bars(words.contacts, labels, series))
    if "service_level" in there:
        formula = report.total.figures["service_level"].formula
        draw = ratio_line if all(map(is_time, report.by)) else ratio_bars
        level = _series(report, rows, "service_level", "level")
        charts.append(draw(words.level.format(formula=formula), labels, level, goal))
    return charts


MOST_BARS = 1_500
"""More are narrower than half a point of the screen."""

MOST_ROWS = 5_000
"""In a page; browsers are slow with more, and nobody reads them."""

MOST_SIGNS = 24
"""Of a label on an axis."""

MOST_STEPS = 3_000
"""Intervals that a chart shows one by one, empty ones included."""


def _evenly(report: Report, words: Phrases) -> list[tuple[str, Row | None]]:
    """The rows by their labels; of intervals also those in which nothing was, so that time runs evenly."""
    names, interval = Labels(report, words), report.by[0]
    if len(report.by) > 1 or interval not in STEPS or len(report.rows) < 2:
        return [(names.on_axis(row), row) for row in report.rows]
    rows: dict[str, Row | None] = {row.slice[interval] or "": row for row in report.rows}
    return [(names.interval_on_axis(value), row) for value, row in _with_empty(report, interval, rows)]


def _with_empty(report: Report, interval: str, rows: dict[str, Row | None]) -> list[tuple[str, Row | None]]:
    calendar, labels = Calendar(report.zone), list(rows)
    at, last = (parse_moment(label, report.zone) for label in (labels[0], labels[-1]))
    for _ in range(MOST_STEPS):
        rows.setdefault(calendar.label(interval, at), None)
        if at >= last:
            return sorted(rows.items(), key=lambda item: parse_moment(item[0], report.zone))
        at += STEPS[interval]
    return [(label, rows[label]) for label in labels]


def _series(report: Report, rows: Sequence[tuple[str, Row | None]], name: str, style: str) -> Series:
    title = next(definition.title for definition, _ in report.definitions if definition.name == name)
    found = [None if row is None else row.figures[name].value for _, row in rows]
    values = tuple(None if value is None else float(value) for value in found)
    return Series(name=title, style=style, values=values)


def _table(report: Report, words: Phrases) -> str:
    slices = [words.named(words.dimensions, name) for name in report.by] or [""]
    head = "".join(f'<th class="slice">{escape(name)}</th>' for name in slices)
    head += "".join(f"<th>{escape(definition.title)}</th>" for definition, _ in report.definitions)
    names = Labels(report, words)
    rows = [_row(report, row, names, words, "") for row in report.rows[:MOST_ROWS]]
    left = len(report.rows) - MOST_ROWS
    more = f"<p>{escape(words.rows_more.format(count=f'{left:,}'))}</p>" if left > 0 else ""
    if report.by and len(report.rows) > 1:
        rows.append(_row(report, report.total, names, words, "total"))
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>{more}'
    )


def _row(report: Report, row: Row, names: Labels, words: Phrases, style: str) -> str:
    cells = [f'<td class="slice">{escape(name)}</td>' for name in names.of(row)]
    cells += [
        f'<td title="{_tip(row.figures[one.name], one, text, words)}">'
        f"{escape(figure_text(row.figures[one.name], words))}</td>"
        for one, text in report.definitions
    ]
    return f'<tr class="{style}">{"".join(cells)}</tr>' if style else f"<tr>{''.join(cells)}</tr>"


def _definitions(report: Report, words: Phrases) -> str:
    lines = []
    for definition, text in report.definitions:
        total = report.total.figures[definition.name]
        left_out = words.left_out.format(what=definition.exclusions) if definition.exclusions else ""
        formula = words.id_of(total.formula)
        said = words.said_with_id if formula else words.said
        whole = said.format(text=f"{text}{not_classified(total, words)}", formula=formula) + left_out
        lines.append(f"<dt>{escape(definition.title)}</dt><dd>{escape(whole)}</dd>")
    return f"<dl>{''.join(lines)}</dl>"
