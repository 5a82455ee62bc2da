"""Reports over the daemon's own journal: what ``cordboard report`` answers, as the console's documents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn, ParamSpec, TypeVar

import structlog

from agent_console.documents.problems import FieldProblem
from agent_console.documents.reports import (
    Catalogue,
    DrillDown,
    FigureDefinition,
    FlowNodes,
    MissedDoc,
    ReportDoc,
    ReportForm,
    StretchDoc,
)
from agent_console.errors import InvalidError, NotFoundError
from agent_console.errors import UnavailableError as ConsoleUnavailableError
from agent_console.http.paging import cursor_of_parts
from agent_console.ports import Contacts, Rendered, ReportQuery
from config.models import Settings
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.report_queries import ReportQueries
from facts.languages import ReaderLanguage
from facts.time import SECOND, Instant
from reporting.kpi.errors import NothingThereError, ReportError, UnavailableError
from reporting.kpi.intervals import CYCLES, INTERVALS
from reporting.kpi.records import DIMENSIONS
from storage.journal import Journal

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE: Final = 2
"""Reports that are made at the same time; the others wait, and nobody else's work does."""


class DaemonReports:
    """`agent_console.ports.Reports`. ``contacts``: for the lines of those behind a figure."""

    def __init__(
        self,
        journal: Journal,
        settings: Callable[[], Settings],
        contacts: Contacts,
        *,
        former_queues: Callable[[], Collection[str]],
    ) -> None:
        self._queries = ReportQueries(lambda: journal, settings, former_queues=former_queues)
        self._contacts = contacts
        self._threads = Threads(AT_ONCE, "reports")

    def stop(self) -> None:
        """Begin no more."""
        self._threads.stop()

    async def report(self, query: ReportQuery) -> ReportDoc:
        """Rows of figures."""
        return ReportDoc.model_validate(await self._ask(self._queries.report, _asked(query), kind=query.kind))

    async def export(self, query: ReportQuery, form: ReportForm, language: ReaderLanguage) -> Rendered:
        """The same as a file."""
        found = await self._ask(self._queries.export, _asked(query), form, kind=query.kind, language=language)
        return Rendered(media_type=found.media_type, file_name=found.file_name, body=found.content)

    async def behind(
        self, query: ReportQuery, figure: str, row: Mapping[str, str | None], offset: int, limit: int
    ) -> DrillDown:
        """What a figure of a row was made of."""
        found = await self._ask(self._queries.behind, _asked(query), figure, row, offset=offset, limit=limit)
        rows, end = found["rows"], offset + len(found["rows"])
        more = end < found["total"]
        is_time = found["kind"] == "stretches"
        return DrillDown(
            figure=figure,
            numerator=found["figure"]["numerator"],
            denominator=found["figure"]["denominator"],
            total=found["total"],
            contacts=[] if is_time else await self._lines(rows),
            stretches=[_stretch(one) for one in rows] if is_time else [],
            next_cursor=cursor_of_parts(end) if more else None,
            more=more,
        )

    async def _lines(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        names = dict.fromkeys(str(row["contact_id"]) for row in rows)
        found = [await self._contacts.contact(name) for name in names]
        return [line for line in found if line is not None]

    async def missed(self, query: ReportQuery, queue: str) -> MissedDoc:
        """Why a queue's service level was missed."""
        return MissedDoc.model_validate(await self._ask(self._queries.why_missed, _asked(query), queue))

    async def flows(self, query: ReportQuery) -> FlowNodes:
        """What callers did in the voice menus."""
        return FlowNodes.model_validate(await self._ask(self._queries.flow, _asked(query)))

    def catalogue(self) -> Catalogue:
        """What there is."""
        found = self._queries.catalogue()
        return Catalogue(
            figures=[FigureDefinition(name=name, **about) for name, about in found["figures"].items()],
            dimensions=[*DIMENSIONS, *INTERVALS, *CYCLES],
            formulas={name: str(about["definition"]) for name, about in found["service_level_formulas"].items()},
        )

    async def _ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await self._threads.run(question, *args, **kwargs)
        except ReportError as error:
            _refuse(error)


def told_in_query(sentence: str) -> str:
    """What is wrong with a question, in the words of a query: options of the command line are its fields."""
    return sentence.replace("--", "")


def _refuse(error: ReportError) -> NoReturn:
    if isinstance(error, UnavailableError):
        log.warning("reports_unavailable", reason=str(error))
        raise ConsoleUnavailableError("the database cannot be used just now; the daemon's log tells more") from error
    if isinstance(error, NothingThereError):
        raise NotFoundError(str(error)) from error
    problem = FieldProblem(
        field=f"query.{error.about}" if error.about else "query",
        rule=told_in_query(str(error)),
        way_out=_OF_THE_CATALOGUE if error.about in {"by", "figures", ""} else "correct it as the rule says",
    )
    raise InvalidError([problem]) from error


_OF_THE_CATALOGUE: Final = "correct it; GET /api/v1/reports/catalogue tells what there is"


def _asked(query: ReportQuery) -> dict[str, Any]:
    """The question as `ReportQueries` takes it: what was not given is not there."""
    given = {
        "by": query.by,
        "from": query.start,
        "to": query.end,
        "time_zone": query.time_zone,
        "figures": query.figures,
        "service_level_s": query.service_level_s,
        "formula": query.formula,
        "short_abandon_s": query.short_abandon_s,
        "hours": query.hours,
        "counted_at": query.counted_at,
        "queues": query.queues,
        "agents": query.agents,
        "fcr_days": query.fcr_days,
        "fcr_scope": query.fcr_scope,
    }
    return {name: value for name, value in given.items() if value is not None}


def _stretch(row: Mapping[str, Any]) -> StretchDoc:
    return StretchDoc(
        agent=row["agent"],
        start=_instant(row["from_at"]),
        end=_instant(row["to_at"]),
        state=row["state"],
        inside_s=row["inside_s"],
    )


def _instant(text: str) -> Instant:
    return round(datetime.fromisoformat(text).timestamp() * SECOND)
