"""The demo's live board and its figures: the same fold and the same report as everywhere."""

import msgspec
from rich.console import Group, RenderableType
from rich.text import Text

from config.models import Settings
from cti_bridge.app.report_setup import Options, query_of
from cti_bridge.shell.clock import Clock
from facts.journal import Entry
from reporting.exports.as_table import report_table
from reporting.kpi.figures import Figure
from reporting.kpi.fold import Fold, Records
from reporting.kpi.report import History, Report, build

FIGURES = ("offered", "answered", "abandoned", "left_otherwise", "in_progress", "asa_s", "service_level", "aht_s")
SUMMARY = (*FIGURES, "occupancy")


class DemoBoard:
    """Folds the entries as they come and shows them."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._query = query_of(Options(), settings, by="queue", figures=SUMMARY)
        self._records = Records()
        self._fold = Fold(self._records)

    def read(self, entry: Entry) -> None:
        """Take in one entry."""
        self._fold.apply(entry)

    def report(self) -> Report:
        """The report over everything so far."""
        spans = self._fold.agents.open_spans(self._fold.now)
        return build(History(records=[*self._records.records, *spans], as_of=self._fold.now), self._query)

    def render(self) -> RenderableType:
        """The board as it stands."""
        at = Text(f"Cordboard demo, {self._clock.speed:g} times as fast · Ctrl-C ends it", style="dim")
        return Group(at, report_table(self.report()))

    def summary(self, report: Report, minutes: float) -> RenderableType:
        """The figures of the end, each with its formula."""
        return Group(Text(f"After {minutes:.1f} virtual minutes:"), report_table(report))

    def json(self, report: Report) -> bytes:
        """``{"queues": {name: {figure: value}}}``; ratios are fractions, times seconds, no data is null."""
        queues = {
            row.slice["queue"]: {name: _plain(row.figures[name]) for name in FIGURES}
            for row in report.rows
            if row.slice.get("queue")
        }
        return msgspec.json.format(msgspec.json.encode({"queues": queues})) + b"\n"


def _plain(figure: Figure) -> float | int | None:
    return figure.value
