"""The floor as it is now: agents, queues, who waits, callbacks, alarms, and the words of the settings."""

from collections.abc import Callable, Iterable

from fastapi import APIRouter, Response

from agent_console.documents.desk import CallbackDoc
from agent_console.documents.floor import (
    AgentQueue,
    AgentRow,
    AlarmDoc,
    DispositionDoc,
    EntryPointDoc,
    OpeningHoursDoc,
    ParkedRow,
    QueueRow,
    ReasonDoc,
    SkillDoc,
    TeamDoc,
    Totals,
    WaitingRow,
)
from agent_console.documents.values import Page
from agent_console.errors import ForbiddenError, NotFoundError
from agent_console.http.access import Sight
from agent_console.http.etags import tag
from agent_console.http.guard import Daemon, Seen
from agent_console.http.paging import Cursor, Limit, page
from agent_console.ports import Ports

router = APIRouter(tags=["floor"])


def seen_agent(ports: Ports, sight: Sight, agent: str) -> AgentRow:
    """An agent whom somebody sees; raises `NotFoundError` or `ForbiddenError`."""
    row = ports.floor.agent(agent)
    if row is None:
        raise NotFoundError(f"there is no agent {agent!r}: GET /api/v1/agents lists them")
    if not sight.agent(row):
        raise ForbiddenError(f"{agent} is of another team")
    return row


def seen_queue(ports: Ports, sight: Sight, queue: str) -> QueueRow:
    """A queue that somebody sees; likewise."""
    row = ports.floor.queue(queue)
    if row is None:
        raise NotFoundError(f"there is no queue {queue!r}: GET /api/v1/queues lists them")
    if not sight.queue(row):
        raise ForbiddenError(f"{queue} belongs to other teams")
    return row


def hidden_queues(ports: Ports, sight: Sight) -> frozenset[str]:
    """The queues that somebody does not see."""
    teams = ports.floor.queue_teams()
    return frozenset(teams) - sight.queues(teams)


def agents_in_sight(ports: Ports, sight: Sight) -> frozenset[str] | None:
    """The agents whom somebody sees: of an own team, or oneself; None: all."""
    if sight.everything:
        return None
    of_teams = (agent for team in ports.floor.teams() if sight.team(team.team) for agent in team.agents)
    return frozenset((*of_teams, *own_agents(sight)))


def own_agents(sight: Sight) -> frozenset[str]:
    """The agent whose desk somebody has, if any."""
    return frozenset({sight.identity.agent} if sight.identity.agent else ())


def _queues_in_sight(ports: Ports, sight: Sight) -> Callable[[str | None], bool]:
    """Whether what is about a queue, or about none, is seen; what is about one that is no more, only with all."""
    seen = sight.queues(ports.floor.queue_teams())
    return lambda queue: queue is None or sight.everything or queue in seen


def shown_agent(row: AgentRow, hidden: frozenset[str]) -> AgentRow:
    """An agent as somebody sees them from whom these queues are hidden."""
    if hidden.isdisjoint((*row.without_queues, *row.extra_queues)):
        return row
    shown = {
        "without_queues": [queue for queue in row.without_queues if queue not in hidden],
        "extra_queues": [queue for queue in row.extra_queues if queue not in hidden],
    }
    return row.model_copy(update=shown)


@router.get("/agents")
async def list_agents(
    ports: Daemon, sight: Seen, team: str | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[AgentRow]:
    """Agents that one may see, by name, signed in or not."""
    hidden = hidden_queues(ports, sight)
    seen = (row for row in ports.floor.agents() if sight.agent(row) and team in {None, row.team})
    rows = [shown_agent(row, hidden) for row in seen]
    return page(rows, lambda row: row.agent, cursor, limit)


@router.get("/agents/{agent}")
async def get_agent(ports: Daemon, sight: Seen, agent: str, response: Response) -> AgentRow:
    """One agent, now and today. The ETag, which supervisors get, is of their settings: skills are changed by it."""
    row = seen_agent(ports, sight, agent)
    await _tag_agent(ports, sight, agent, response)
    return shown_agent(row, hidden_queues(ports, sight))


async def _tag_agent(ports: Ports, sight: Sight, agent: str, response: Response) -> None:
    if ports.settings is not None and sight.identity.role != "agent":
        entry = await ports.settings.entry("agents", agent)
        if entry is not None:
            tag(response, entry.etag)


@router.get("/agents/{agent}/queues")
async def list_agent_queues(
    *, ports: Daemon, sight: Seen, agent: str, response: Response, cursor: Cursor = None, limit: Limit = 50
) -> Page[AgentQueue]:
    """What an agent is in each queue that one sees, and why. The ETag, which supervisors get, is of their settings."""
    seen_agent(ports, sight, agent)
    await _tag_agent(ports, sight, agent, response)
    seen = _queues_in_sight(ports, sight)
    rows = [row for row in ports.floor.agent_queues(agent) if seen(row.queue)]
    return page(rows, lambda row: row.queue, cursor, limit)


@router.get("/queues")
async def list_queues(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[QueueRow]:
    """Queues that one may see, by name."""
    return page([row for row in ports.floor.queues() if sight.queue(row)], lambda row: row.queue, cursor, limit)


@router.get("/queues/{queue}")
async def get_queue(ports: Daemon, sight: Seen, queue: str) -> QueueRow:
    """One queue, now and today."""
    return seen_queue(ports, sight, queue)


@router.get("/queues/{queue}/waiting")
async def list_waiting(
    ports: Daemon, sight: Seen, queue: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[WaitingRow]:
    """Who waits in a queue and why, in the order in which they will be served."""
    seen_queue(ports, sight, queue)
    return page(ports.floor.waiting(queue), lambda row: f"{row.position:09} {row.contact_id}", cursor, limit)


@router.get("/totals")
async def get_totals(ports: Daemon, sight: Seen) -> Totals:
    """Now and today over the whole centre; for supervisors over the queues and agents that they see."""
    return ports.floor.totals(None if sight.everything else sight.identity.teams)


@router.get("/callbacks")
async def list_callbacks(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[CallbackDoc]:
    """Customers who are to be called back: of one's own desk, and for supervisors of queues that they see."""
    own = _own_callbacks(ports, sight)
    seen = _queues_in_sight(ports, sight)
    leads = sight.identity.role != "agent"
    rows = [row for row in ports.floor.callbacks() if row.contact_id in own or (leads and seen(row.queue))]
    return page(rows, lambda row: f"{row.requested_at:020} {row.contact_id}", cursor, limit)


@router.get("/parked")
async def list_parked(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[ParkedRow]:
    """Customers whom agents of one's teams, or oneself, parked and nobody has picked up yet; the longest first."""
    own = own_agents(sight)
    rows = [row for row in ports.floor.parked() if sight.team(row.team) or row.parked_by in own]
    return page(rows, lambda row: f"{row.parked_at:020} {row.contact_id}", cursor, limit)


def _own_callbacks(ports: Ports, sight: Sight) -> frozenset[str]:
    """What stands on somebody's own desk."""
    if ports.desks is None:
        return frozenset()
    return frozenset(row.contact_id for agent in own_agents(sight) for row in ports.desks.callbacks(agent))


@router.get("/alarms")
async def list_alarms(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[AlarmDoc]:
    """Alarms that ring, and those of today that have been cleared; in the order of being raised."""
    seen = _queues_in_sight(ports, sight)
    rows = [row for row in ports.floor.alarms() if seen(row.queue)]
    return page(rows, lambda row: f"{row.raised_at:020} {row.alarm_id}", cursor, limit)


@router.get("/teams")
async def list_teams(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[TeamDoc]:
    """Teams that one may see, with their agents."""
    return page([row for row in ports.floor.teams() if sight.team(row.team)], lambda row: row.team, cursor, limit)


@router.get("/skills")
async def list_skills(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[SkillDoc]:
    """Skills, and who of the agents that one sees has them at which level."""
    seen = agents_in_sight(ports, sight)
    rows = [
        row.model_copy(update={"agents": {a: level for a, level in row.agents.items() if seen is None or a in seen}})
        for row in ports.floor.skills()
    ]
    return page(rows, lambda row: row.skill, cursor, limit)


@router.get("/reasons")
async def list_reasons(ports: Daemon, cursor: Cursor = None, limit: Limit = 50) -> Page[ReasonDoc]:
    """Why agents may be not ready, in the order of the settings; then those of the system."""
    rows = ports.floor.reasons()
    places = _places(row.reason for row in rows)
    return page(rows, lambda row: places[row.reason], cursor, limit)


@router.get("/dispositions")
async def list_dispositions(ports: Daemon, cursor: Cursor = None, limit: Limit = 50) -> Page[DispositionDoc]:
    """What may come of a contact, in the order of the settings."""
    rows = ports.floor.dispositions()
    places = _places(row.disposition for row in rows)
    return page(rows, lambda row: places[row.disposition], cursor, limit)


def _places(names: Iterable[str]) -> dict[str, str]:
    """A key of paging for each name that keeps them in the order in which they come."""
    return {name: f"{place:09}" for place, name in enumerate(names)}


@router.get("/entry-points")
async def list_entry_points(ports: Daemon, cursor: Cursor = None, limit: Limit = 50) -> Page[EntryPointDoc]:
    """Dialled numbers, and what answers them."""
    return page(ports.floor.entry_points(), lambda row: row.number, cursor, limit)


@router.get("/opening-hours")
async def list_opening_hours(ports: Daemon, cursor: Cursor = None, limit: Limit = 50) -> Page[OpeningHoursDoc]:
    """Calendars: open now or not, and the days ahead."""
    return page(ports.floor.opening_hours(), lambda row: row.name, cursor, limit)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def get_metrics(ports: Daemon) -> Response:
    """Figures of all queues for Prometheus, whoever's they are; the same page as on the metrics port."""
    return Response(ports.floor.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
