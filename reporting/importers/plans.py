"""Plans as CSV files: agents' schedules, and forecasts of contacts and handling time.

``agent,start,end,activity`` and ``queue,start,offered,aht_s``, in any order of columns; times as ISO 8601, in the
report's zone where they have none. All mistakes of a file are told at once.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import TypeVar

from facts.ids import AgentId, QueueName
from facts.time import from_seconds
from reporting.importers.errors import ImportRefusedError
from reporting.importers.rows import read_rows, readable
from reporting.kpi.errors import ReportError
from reporting.kpi.forecasts import Forecast
from reporting.kpi.intervals import parse_moment
from reporting.kpi.schedules import WORK, Planned

T = TypeVar("T")
SHOWN = 20


class PlanError(ImportRefusedError):
    """A plan with mistakes."""

    exit_code = 2


def read_schedule(path: Path, zone: tzinfo) -> tuple[Planned, ...]:
    """The schedule of a file; raises `PlanError`. Stretches of one agent must not overlap."""

    def planned(row: dict[str, str]) -> Planned:
        start, end = parse_moment(row["start"], zone), parse_moment(row["end"], zone)
        if start >= end:
            raise ReportError("ends before it begins")
        if not row["agent"]:
            raise ReportError("names no agent")
        return Planned(agent_id=AgentId(row["agent"]), start=start, end=end, activity=row.get("activity") or WORK)

    found = _read(path, ("agent", "start", "end"), planned)
    ordered = sorted(found, key=lambda one: (one.agent_id, one.start))
    for before, after in pairwise(ordered):
        if before.agent_id == after.agent_id and after.start < before.end:
            raise PlanError(f"{path}: two stretches of {after.agent_id} overlap")
    return tuple(found)


def read_forecast(path: Path, zone: tzinfo) -> tuple[Forecast, ...]:
    """The forecast of a file; raises `PlanError`. An interval reaches to the next one of its queue."""

    def forecast(row: dict[str, str]) -> Forecast:
        return Forecast(
            queue=QueueName(row["queue"]),
            at=parse_moment(row["start"], zone),
            offered=_number(row["offered"]),
            aht_us=from_seconds(_number(row["aht_s"])) if row.get("aht_s") else None,
        )

    return tuple(_read(path, ("queue", "start", "offered"), forecast))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise ReportError(f"{text!r} is no number of 0 or more")
    return number


def _read(path: Path, needed: Sequence[str], make: Callable[[dict[str, str]], T]) -> list[T]:
    found: list[T] = []
    wrong: list[str] = []
    header: list[str] = []
    for line, values, reason in map(readable, read_rows(path, delimiter=",", encoding="utf-8-sig")):
        if not header:
            header = [name.strip().lower() for name in values or ()]
            absent = [name for name in needed if name not in header]
            if absent:
                raise PlanError(f"{path}: there is no column {', '.join(absent)}")
            continue
        if values is None or len(values) < len(header):
            wrong.append(f"{path}:{line}: {reason or f'{len(header)} columns are needed'}")
            continue
        try:
            found.append(make({name: value.strip() for name, value in zip(header, values, strict=False)}))
        except ReportError as error:
            wrong.append(f"{path}:{line}: {error}")
    if wrong:
        more = [f"{len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        raise PlanError("\n".join([*wrong[:SHOWN], *more]))
    if not header:
        raise PlanError(f"{path} is empty")
    return found
