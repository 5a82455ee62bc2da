"""Agents and queues as they are now."""

from fastapi import APIRouter

from agent_console.documents.floor import AgentRow, QueueRow
from agent_console.documents.values import Page
from agent_console.errors import ForbiddenError, NotFoundError
from agent_console.http.guard import Daemon, Seen
from agent_console.http.paging import Cursor, Limit, page

router = APIRouter(tags=["floor"])


@router.get("/agents")
async def list_agents(
    ports: Daemon, sight: Seen, team: str | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[AgentRow]:
    """Agents that one may see, by name, signed in or not."""
    rows = [row for row in ports.floor.agents() if sight.agent(row) and team in {None, row.team}]
    return page(rows, lambda row: row.agent, cursor, limit)


@router.get("/agents/{agent}")
async def get_agent(ports: Daemon, sight: Seen, agent: str) -> AgentRow:
    """One agent, now and today."""
    row = ports.floor.agent(agent)
    if row is None:
        raise NotFoundError(f"there is no agent {agent!r}: GET /api/v1/agents lists them")
    if not sight.agent(row):
        raise ForbiddenError(f"{agent} is of another team")
    return row


@router.get("/queues")
async def list_queues(ports: Daemon, sight: Seen, cursor: Cursor = None, limit: Limit = 50) -> Page[QueueRow]:
    """Queues that one may see, by name."""
    return page([row for row in ports.floor.queues() if sight.queue(row)], lambda row: row.queue, cursor, limit)


@router.get("/queues/{queue}")
async def get_queue(ports: Daemon, sight: Seen, queue: str) -> QueueRow:
    """One queue, now and today."""
    row = ports.floor.queue(queue)
    if row is None:
        raise NotFoundError(f"there is no queue {queue!r}: GET /api/v1/queues lists them")
    if not sight.queue(row):
        raise ForbiddenError(f"{queue} belongs to other teams")
    return row
