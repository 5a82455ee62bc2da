"""Figures over any time: as documents, as files, with the contacts behind them, and why targets were missed.

A supervisor sees the queues and agents of their teams: what is asked without naming any is answered for those.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from agent_console.documents.problems import FieldProblem
from agent_console.documents.reports import (
    Catalogue,
    DrillDown,
    FlowNodes,
    MissedDoc,
    ReportDoc,
    ReportForm,
    ReportKind,
)
from agent_console.errors import ForbiddenError, InvalidError, UnavailableError
from agent_console.http.contacts import seen_agents, seen_queues
from agent_console.http.floor import seen_queue
from agent_console.http.guard import Daemon, Seen
from agent_console.http.paging import Cursor, number_of
from agent_console.ports import Ports, ReportQuery, Reports
from facts.languages import ReaderLanguage

router = APIRouter(prefix="/reports", tags=["reports"])

BY_AGENT: Final = frozenset({"agent", "team"})
"""Dimensions whose rows are people: they are limited to the agents that one sees, all others to the queues."""

FILE_KINDS: Final = (
    "application/json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
    "text/html",
)
"""Media types of reports as files."""

MOST_NAMES: Final = 500

Line = Annotated[str | None, Query(max_length=200)]
Start = Annotated[
    str | None, Query(alias="from", max_length=40, description="Begin, inside: `2026-11-28` or `2026-11-28T08:30`.")
]
End = Annotated[str | None, Query(alias="to", max_length=40, description="End, outside.")]
Names = Annotated[list[Annotated[str, Query(max_length=2000)]] | None, Query(max_length=50)]
Seconds = Annotated[float | None, Query(ge=0, le=86_400)]
AtOnce = Annotated[int, Query(ge=1, le=100, description="How many at once.")]


def _reports(ports: Ports) -> Reports:
    if ports.reports is None:
        raise UnavailableError("this daemon makes no reports")
    return ports.reports


def asked(
    *,
    kind: Annotated[ReportKind, Query(description="Which figures and slices are usual.")] = "summary",
    by: Annotated[
        str | None, Query(max_length=200, description="Slices, joined by commas: `queue`, `agent`, `30min`, `day` …")
    ] = None,
    start: Start = None,
    end: End = None,
    time_zone: Line = None,
    figures: Annotated[str | None, Query(max_length=2000, description="Joined by commas, or `all`.")] = None,
    service_level: Annotated[float | None, Query(ge=0, le=86_400, description="Threshold in seconds.")] = None,
    formula: Line = None,
    short_abandon: Seconds = None,
    hours: Annotated[str | None, Query(max_length=200, description="`Mon-Fri 08:00-18:00, Sat 09:00-13:00`")] = None,
    counted_at: Literal["offered", "closed"] = "offered",
    queue: Names = None,
    agent: Names = None,
    fcr_days: Annotated[float | None, Query(gt=0, le=366)] = None,
    fcr_scope: Line = None,
) -> ReportQuery:
    """The question of a report in a request's query."""
    return ReportQuery(
        kind=kind,
        by=by,
        start=start,
        end=end,
        time_zone=time_zone,
        figures=figures,
        service_level_s=service_level,
        formula=formula,
        short_abandon_s=short_abandon,
        hours=hours,
        counted_at=counted_at,
        queues=_names("queue", queue),
        agents=_names("agent", agent),
        fcr_days=fcr_days,
        fcr_scope=fcr_scope or "any",
    )


Asked = Annotated[ReportQuery, Depends(asked)]


def _names(field: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """Names that are given again and again, or joined by commas."""
    names = [name.strip() for text in given or () for name in text.split(",")]
    found = tuple(dict.fromkeys(name for name in names if name))
    if len(found) > MOST_NAMES:
        problem = FieldProblem(field=f"query.{field}", rule=f"names more than {MOST_NAMES}", way_out="ask for fewer")
        raise InvalidError([problem])
    return found


def within_sight(ports: Ports, sight: Seen, query: ReportQuery) -> ReportQuery:
    """The question, limited to what somebody sees; raises `ForbiddenError` for what they do not."""
    if sight.everything:
        return query
    queues, agents = seen_queues(ports, sight) or frozenset(), seen_agents(ports, sight) or frozenset()
    _all_seen("queue", query.queues, queues)
    _all_seen("agent", query.agents, agents)
    by_agent = not BY_AGENT.isdisjoint((query.by or "").replace(" ", "").split(",")) or (
        query.by is None and query.kind == "agents"
    )
    limit_agents = bool(query.agents) or by_agent
    if not (agents if limit_agents else queues):
        raise ForbiddenError("there are no queues or agents of your teams: ask an administrator to name your teams")
    if limit_agents:
        return msgspec.structs.replace(query, agents=query.agents or tuple(sorted(agents)))
    return msgspec.structs.replace(query, queues=query.queues or tuple(sorted(queues)))


def _all_seen(what: str, asked_for: Sequence[str], seen: frozenset[str]) -> None:
    hidden = [name for name in asked_for if name not in seen]
    if hidden:
        raise ForbiddenError(f"{what} {', '.join(map(repr, hidden[:3]))} is not of your teams")


def within(ports: Daemon, sight: Seen, query: Asked) -> ReportQuery:
    """The question, as far as the one who asks may see."""
    return within_sight(ports, sight, query)


Within = Annotated[ReportQuery, Depends(within)]


@router.get("")
async def get_report(ports: Daemon, query: Within) -> ReportDoc:
    """Figures of slices, each with numerator, denominator and formula; the same as `cordboard report`."""
    return await _reports(ports).report(query)


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in FILE_KINDS}}},
)
async def export_report(
    ports: Daemon,
    query: Within,
    form: Annotated[ReportForm, Query(alias="format")],
    language: Annotated[ReaderLanguage, Query(description="Of titles and definitions; JSON is for programs.")] = "en",
) -> Response:
    """The same as a file: CSV, Excel, HTML, JSON."""
    found = await _reports(ports).export(query, form, language)
    disposition = f'attachment; filename="{found.file_name}"'
    return Response(found.body, media_type=found.media_type, headers={"Content-Disposition": disposition})


@router.get("/catalogue")
async def get_catalogue(ports: Daemon) -> Catalogue:
    """What each figure means, what one can slice by, and the formulas of service levels."""
    return _reports(ports).catalogue()


@router.get("/contacts")
async def get_contacts_behind(
    *,
    ports: Daemon,
    query: Within,
    figure: Annotated[str, Query(max_length=100)],
    row: Annotated[
        str, Query(alias="slice", max_length=2000, description="The row's `slice` as JSON; absent: the whole range.")
    ] = "{}",
    cursor: Cursor = None,
    limit: AtOnce = 50,
) -> DrillDown:
    """What a figure of a row was made of; over all pages these add up to its numerator and denominator."""
    return await _reports(ports).behind(query, figure, _slice(row), 0 if cursor is None else number_of(cursor), limit)


def _slice(text: str) -> dict[str, str | None]:
    try:
        return msgspec.json.decode(text, type=dict[str, str | None])
    except msgspec.DecodeError as error:
        problem = FieldProblem(
            field="query.slice", rule="is no slice of a row", way_out='send it as the row has it: {"queue": "sales"}'
        )
        raise InvalidError([problem]) from error


@router.get("/missed")
async def get_missed(ports: Daemon, sight: Seen, query: Asked) -> MissedDoc:
    """Every interval of the range in which a queue (name one) missed its target, and the shares of the causes."""
    if len(query.queues) != 1:
        problem = FieldProblem(field="query.queue", rule="has to name one queue", way_out="add queue=NAME")
        raise InvalidError([problem])
    if query.start is None or query.end is None:
        problem = FieldProblem(
            field="query.from", rule="has to be there, and `to` too", way_out="name the range by from and to"
        )
        raise InvalidError([problem])
    seen_queue(ports, sight, query.queues[0])
    found = await _reports(ports).missed(msgspec.structs.replace(query, queues=(), agents=()), query.queues[0])
    agents = seen_agents(ports, sight)
    return found if agents is None else _without_names(found, agents)


def _without_names(found: MissedDoc, seen: frozenset[str]) -> MissedDoc:
    """Agents of other teams stay unnamed: their part in the cause stays."""

    def cause(one: Any) -> Any:
        agents = [agent if agent.agent in seen else agent.model_copy(update={"agent": ""}) for agent in one.agents]
        return one.model_copy(update={"agents": agents})

    return MissedDoc(
        missed=[miss.model_copy(update={"causes": [cause(one) for one in miss.causes]}) for miss in found.missed]
    )


@router.get("/flows")
async def get_flow_figures(ports: Daemon, start: Start = None, end: End = None, time_zone: Line = None) -> FlowNodes:
    """What callers did at each node of the voice menus: how often it was entered, left, not understood."""
    return await _reports(ports).flows(ReportQuery(start=start, end=end, time_zone=time_zone))
