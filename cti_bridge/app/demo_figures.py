"""The demo's figures: the same fold and the same report as everywhere, over cells that do not grow with the calls."""

import msgspec

from config.models import Settings
from cti_bridge.app.report_setup import Question, query_of
from facts.journal import Entry
from facts.time import Instant
from reporting.kpi.columns import part_of
from reporting.kpi.figures import Number
from reporting.kpi.fold import Fold
from reporting.kpi.from_cells import Grain, Stored, build_from_cells
from reporting.kpi.live import AGENT, Cells
from reporting.kpi.report import Report

FIGURES = ("offered", "answered", "abandoned", "left_otherwise", "in_progress", "asa_s", "service_level", "aht_s")
"""What the JSON file holds of each queue."""

SUMMARY = (*FIGURES, "occupancy")


class DemoFigures:
    """Folds the entries as they come. One interval holds the whole run."""

    def __init__(self, settings: Settings) -> None:
        self.query = query_of(Question(), settings, by="queue", figures=SUMMARY)
        self._cells = Cells(_whole_run)
        self._fold = Fold(self._cells)

    def read(self, entry: Entry) -> None:
        """Take in one entry."""
        self._fold.apply(entry)

    def report(self) -> Report:
        """The report over everything so far."""
        return build_from_cells(self, self.query, as_of=self._fold.now, days_of=None)

    def parts(
        self,
        family: str,
        _from_at: Instant | None,  # the report asks for the whole run
        _to_at: Instant | None,
        _grain: Grain,
    ) -> Stored:
        """The cells as the report reads them; agents' time counts up to the latest entry."""
        cells = [part_of(self._cells.of(family))]
        if family == AGENT:
            until_now = Cells(_whole_run)
            for span in self._fold.agents.open_spans(self._fold.now):
                until_now.add_span(span)
            cells.append(part_of(until_now.of(AGENT)))
        return Stored([], cells)


def _whole_run(_at: Instant) -> Instant:
    return 0


def as_json(report: Report) -> bytes:
    """``{"queues": {name: {figure: value}}}``; ratios are fractions, times seconds, no data is null."""
    queues: dict[str, dict[str, Number | None]] = {}
    for row in report.rows:
        if queue := row.slice["queue"]:
            queues[queue] = {name: row.figures[name].value for name in FIGURES}
    return msgspec.json.format(msgspec.json.encode({"queues": queues})) + b"\n"
