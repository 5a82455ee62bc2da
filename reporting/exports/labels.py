"""How the rows of a report are named for people: intervals without what goes without saying."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from reporting.exports.phrases import ENGLISH, Phrases
from reporting.kpi.report import Report, Row
from reporting.kpi.slices import is_time

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*")


class Labels:
    """The names of a report's rows.

    An interval is named by its date and clock. Where a change of clocks makes two of them alike, those keep their
    offset. On axes, what all rows share is left out.
    """

    def __init__(self, report: Report, phrases: Phrases = ENGLISH) -> None:
        self._report = report
        self._phrases = phrases
        self._times = tuple(name for name in report.by if is_time(name))

    @cached_property
    def _words(self) -> Mapping[str, str]:
        """The intervals in words."""
        values = {value for row in self._report.rows for name in self._times if (value := row.slice[name])}
        short = {value: _brief(value) for value in values}
        seen = Counter(short.values())
        return {value: text if seen[text] == 1 else value.replace("T", " ") for value, text in short.items()}

    @cached_property
    def _shared(self) -> str:
        """The date that all intervals of the report have, else the year."""
        dates = {found[1] for value in self._words if (found := _MOMENT.fullmatch(value))}
        years = {date[:5] for date in dates}
        return f"{dates.pop()} " if len(dates) == 1 else years.pop() if len(years) == 1 else ""

    def of(self, row: Row) -> tuple[str, ...]:
        """The row's name in each dimension; the total is ``all``."""
        if not row.slice:
            return (self._phrases.all, *("" for _ in self._report.by[1:]))
        return tuple(self._word(name, value) for name, value in row.slice.items())

    def together(self, row: Row) -> str:
        """The row's name in one."""
        return " · ".join(self.of(row)) if row.slice else self._phrases.all

    def on_axis(self, row: Row) -> str:
        """The row's name where there is little room."""
        return " · ".join(name.removeprefix(self._shared) for name in self.of(row)) if row.slice else self._phrases.all

    def interval_on_axis(self, value: str) -> str:
        """An interval's, also of one that no row has."""
        return self._words.get(value, _brief(value)).removeprefix(self._shared)

    def _word(self, name: str, value: str | None) -> str:
        if value is None:
            return self._phrases.none
        return self._phrases.value(name, self._words.get(value, value) if name in self._times else value)


def _brief(value: str) -> str:
    return _MOMENT.sub(r"\1 \2", value)
