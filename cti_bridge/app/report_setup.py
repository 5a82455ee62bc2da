"""What reports and imports start from: settings, the journal they read, and options turned into a query."""

import os
from contextlib import AbstractContextManager, nullcontext
from datetime import tzinfo
from math import isfinite
from pathlib import Path
from time import monotonic, sleep, time_ns
from typing import TYPE_CHECKING

import msgspec

from cti_bridge.app.database_address import database_address
from facts.ids import NodeName, QueueName
from facts.time import DAY, Instant, from_seconds
from reporting.kpi import catalogue
from reporting.kpi.errors import ReportError
from reporting.kpi.intervals import OpeningHours, parse_moment, parse_opening_hours
from reporting.kpi.report import Query, Report, answer
from reporting.kpi.resolution import RepeatRule, Scope
from reporting.kpi.schedules import Planned
from reporting.kpi.service_level import FORMULAS, Target, Targets
from reporting.kpi.slices import parse_dimensions

if TYPE_CHECKING:
    from config.models import Settings
    from reporting.exports.scheduled import Make, Scheduled
    from reporting.kpi.forecasts import Forecast
    from reporting.kpi.timetable import Due
    from reporting.kpi.why_missed import Plan
    from storage.journal import Journal


class Question(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}
):
    """What a report is asked, as the options of the command line and the fields of the API say it; None: not given.

    ``start`` and ``end`` are called ``from`` and ``to`` outside. Seconds end in ``_s``, lists are joined by commas.
    """

    by: str | None = None
    start: str | None = None
    end: str | None = None
    time_zone: str | None = None
    service_level_s: float | None = None
    formula: str | None = None
    short_abandon_s: float | None = None
    figures: str | None = None
    hours: str | None = None
    counted_at: str = "offered"
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    fcr_days: float | None = None
    fcr_scope: str = "any"


def settings_of(config: Path | None) -> "Settings":
    """The settings in force: of a file, or the embedded default, with what leads in the database, and environment."""
    from cti_bridge.app.leading import load_leading  # noqa: PLC0415 - half a second

    return load_leading(config, os.environ)


def journal_address(given: str | None, settings: "Settings") -> str:
    """Where the journal is: as given, else as set, else in the data folder."""
    if given is not None:
        return given
    return database_address(settings)


def open_for_reading(given: str | None, settings: "Settings") -> "Journal":
    """The journal, beside whoever writes it."""
    from storage.journal import open_journal  # noqa: PLC0415 - SQLAlchemy takes its time

    return open_journal(journal_address(given, settings), read_only=True)


def open_for_writing(given: str | None, settings: "Settings") -> "Journal":
    """The journal to import into; a file in the data folder is made where there is none."""
    from storage.journal import open_journal  # noqa: PLC0415 - SQLAlchemy takes its time

    if given is None and settings.database.url is None:
        settings.home.mkdir(parents=True, exist_ok=True)
    return open_journal(journal_address(given, settings))


def seeing_merges(journal: "Journal", query: Query) -> Query:
    """The query with what is known of customers' records that are one person's, where it asks for that."""
    if query.repeat is None:
        return query
    from storage.customers import Customers  # noqa: PLC0415 - with SQLAlchemy, as the journal

    merged = Customers(journal, "").mapping()
    return msgspec.structs.replace(query, repeat=msgspec.structs.replace(query.repeat, merged=merged))


def report_of(journal: "Journal", query: Query, scanning: AbstractContextManager[object] | None = None) -> Report:
    """The report: from the interval tables where they hold the answer and are level, else from the facts.

    ``scanning`` is entered while the facts are read, which takes the longer the more there are.
    """
    from reporting.kpi.from_cells import can_answer  # noqa: PLC0415 - numpy takes its time

    if can_answer(query):
        report = _from_tables(journal, query)
        if report is not None:
            return report
    with scanning or nullcontext():
        return answer(journal, seeing_merges(journal, query))


LOOK_AGAIN_S = 0.05
FILLING_S = 0.8
"""If nobody fills the tables for so long, nobody is about to: a daemon does it every half second."""

MOST_BEHIND = 20_000
"""Facts that a daemon takes in while one may wait for it."""


def _from_tables(journal: "Journal", query: Query) -> Report | None:
    """The report with all facts up to now; None: the tables lack some, and nobody is about to fill them in.

    A daemon that fills them is a moment behind its journal: that moment is waited for.
    """
    from reporting.kpi.from_cells import UndecidedError, build_from_cells  # noqa: PLC0415 - numpy takes its time
    from storage.chain import UPKEEP  # noqa: PLC0415
    from storage.filling import RULES_VERSION  # noqa: PLC0415 - with SQLAlchemy, as the journal
    from storage.intervals import Filled, IntervalTables  # noqa: PLC0415

    tables = IntervalTables(journal)
    asked = {node: head.seq for node, head in journal.heads().items() if node != UPKEEP}
    before: dict[NodeName, Filled] | None = None
    moved_at = monotonic()
    while monotonic() < moved_at + FILLING_S:
        with tables.reading() as now:
            if now.rules is None or now.rules.version != RULES_VERSION:
                return None
            behind = {node: seq - now.filled[node].seq if node in now.filled else seq for node, seq in asked.items()}
            if max(behind.values(), default=0) <= 0:
                as_of = max((one.as_of for one in now.filled.values()), default=0)
                try:
                    return build_from_cells(now, query, as_of=as_of, days_of=now.rules.zone)
                except UndecidedError:
                    return None
            if sum(behind.values()) > MOST_BEHIND:
                return None
            if now.filled != before:
                before, moved_at = now.filled, monotonic()
        sleep(LOOK_AGAIN_S)
    return None


def zone_of(name: str | None, settings: "Settings") -> tzinfo:
    """The time zone asked for, else the site's."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - reads files

    wanted = settings.site.time_zone if name is None else name
    try:
        return ZoneInfo(wanted)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ReportError(f"{wanted!r} is no time zone; write it as Europe/Berlin or UTC", about="time_zone") from None


def query_of(
    options: Question,
    settings: "Settings",
    *,
    by: str,
    figures: tuple[str, ...],
    schedule: tuple[Planned, ...] = (),
) -> Query:
    """The query that is asked for; raises `ReportError` for what makes no sense."""
    zone = zone_of(options.time_zone, settings)
    if options.counted_at not in {"offered", "closed"}:
        raise ReportError(f"--counted-at {options.counted_at}: there are offered and closed", about="counted_at")
    more = (*(PLANNED if schedule else ()), *(REPEATS if options.fcr_days is not None else ()))
    wanted = _figures(options.figures, (*figures, *more))
    return Query(
        by=parse_dimensions(by if options.by is None else options.by),
        start=None if options.start is None else parse_moment(options.start, zone, about="from"),
        end=None if options.end is None else parse_moment(options.end, zone, about="to"),
        zone=zone,
        figures=wanted,
        targets=_targets(options, settings),
        hours=_hours(options.hours),
        counted_at="closed" if options.counted_at == "closed" else "offered",
        queues=options.queues,
        agents=options.agents,
        known_queues=frozenset(settings.queues),
        known_agents=frozenset(settings.agents),
        productive=frozenset(code for code, reason in settings.reasons.items() if reason.productive),
        repeat=_repeat(options, wanted),
        schedule=schedule,
    )


PLANNED = ("adherence", "utilisation")
REPEATS = ("fcr_repeat", "fcr_repeat_coverage")


def _repeat(options: Question, wanted: tuple[str, ...]) -> RepeatRule | None:
    scopes: dict[str, Scope] = {"any": "any", "queue": "queue", "disposition": "disposition"}
    if options.fcr_scope not in scopes:
        raise ReportError(f"--fcr-scope {options.fcr_scope}: there are {', '.join(scopes)}", about="fcr_scope")
    if options.fcr_days is None:
        return None if set(REPEATS).isdisjoint(wanted) else RepeatRule(scope=scopes[options.fcr_scope])
    if not 0 < options.fcr_days <= 366:
        raise ReportError(f"--fcr-days {options.fcr_days:g}: more than 0, at most 366", about="fcr_days")
    return RepeatRule(window_us=round(options.fcr_days * DAY), scope=scopes[options.fcr_scope])


def _hours(text: str | None) -> OpeningHours | None:
    return None if text is None else parse_opening_hours(text)


def _figures(asked: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    if asked is None:
        return default
    if asked == "all":
        return tuple(catalogue.CATALOGUE)
    names = tuple(dict.fromkeys(part.strip() for part in asked.split(",") if part.strip()))
    catalogue.definitions(names)
    if not names:
        raise ReportError("--figures names no key figure; cordboard report catalogue lists them", about="figures")
    return names


def _targets(options: Question, settings: "Settings") -> Targets:
    """Each queue's own target, with what the options override for all."""
    if options.formula is not None and options.formula not in FORMULAS:
        raise ReportError(
            f"{options.formula} is no service-level formula; there are {', '.join(FORMULAS)}", about="formula"
        )
    overrides = {
        "threshold_us": options.service_level_s,
        "short_abandon_us": options.short_abandon_s,
    }
    for name, value in overrides.items():
        if value is not None and not isfinite(value):
            about = "service_level" if name == "threshold_us" else "short_abandon"
            raise ReportError(f"{value} is no number of seconds", about=about)
    changes: dict[str, object] = {name: from_seconds(value) for name, value in overrides.items() if value is not None}
    if options.formula is not None:
        changes["formula"] = options.formula
    own = targets_of(settings).by_queue
    return Targets(
        default=msgspec.structs.replace(Target(), **changes),
        by_queue={queue: msgspec.structs.replace(target, **changes) for queue, target in own.items()},
    )


def targets_of(settings: "Settings") -> Targets:
    """Each queue's own target."""
    own = {
        QueueName(name): Target(
            formula=queue.service_level.formula,
            threshold_us=from_seconds(queue.service_level.threshold_s),
            short_abandon_us=from_seconds(queue.service_level.short_abandon_s),
            goal=queue.service_level.target,
        )
        for name, queue in settings.queues.items()
    }
    return Targets(by_queue=own)


def plan_of(
    query: Query, queue: str, *, goal: float | None, interval: str, forecasts: "tuple[Forecast, ...]" = ()
) -> "Plan":
    """What a missed target is measured against."""
    from reporting.kpi.why_missed import Plan  # noqa: PLC0415 - rarely asked for

    if interval not in {"15min", "30min", "hour", "day"}:
        raise ReportError(f"--interval {interval}: there are 15min, 30min, hour and day")
    target = query.targets.of(queue)
    wanted = target.goal if goal is None else goal
    if wanted is None or not 0 < wanted < 1:
        raise ReportError("--goal: a fraction between 0 and 1, such as 0.8; the settings have none for this queue")
    return Plan(
        target=msgspec.structs.replace(target, goal=wanted), interval=interval, zone=query.zone, forecasts=forecasts
    )


def now() -> Instant:
    """This moment."""
    return time_ns() // 1000


def maker(journal: "Journal", settings: "Settings", time_zone: str | None) -> "Make":
    """Makes scheduled reports over this journal."""

    def make(scheduled: "Scheduled", due: "Due") -> Report:
        options = Question(
            by=scheduled.by,
            time_zone=time_zone,
            figures=scheduled.figures,
            hours=scheduled.hours,
            queues=scheduled.queues,
        )
        query = query_of(options, settings, by="queue", figures=catalogue.STANDARD)
        return report_of(journal, msgspec.structs.replace(query, start=due.start, end=due.end))

    return make
