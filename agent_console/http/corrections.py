"""Corrections by supervisors: reports count anew, the story and the audit log have both."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from agent_console.documents.corrections import (
    AgentTimes,
    CorrectOutcome,
    CorrectTime,
    OutcomeCorrected,
    TimeCorrected,
)
from agent_console.documents.values import Moment
from agent_console.errors import ForbiddenError, NotFoundError, UnavailableError
from agent_console.http.access import Sight
from agent_console.http.contacts import ContactPath, seen_contact
from agent_console.http.etags import Match, tag
from agent_console.http.guard import Daemon, Seen, Who
from agent_console.ports import Corrections, Ports

router = APIRouter(tags=["supervision"])


def _corrections(ports: Ports) -> Corrections:
    if ports.corrections is None:
        raise UnavailableError("nothing can be corrected here")
    return ports.corrections


def _seen_agent(ports: Ports, sight: Sight, agent: str) -> None:
    row = ports.floor.agent(agent)
    if row is None:
        raise NotFoundError(f"there is no agent {agent!r}: GET /api/v1/agents lists them")
    if not sight.agent(row):
        raise ForbiddenError(f"{agent} is of another team")


@router.get("/agents/{agent}/times")
async def get_agent_times(
    *,
    ports: Daemon,
    sight: Seen,
    agent: str,
    start: Annotated[Moment, Query(alias="from", description="Begin, inside; RFC 3339.")],
    end: Annotated[Moment, Query(alias="to", description="End, outside; 31 days at most.")],
    response: Response,
) -> AgentTimes:
    """An agent's time as it counts in reports, every second in one state."""
    _seen_agent(ports, sight, agent)
    found = await _corrections(ports).times(agent, start, end)
    tag(response, found.etag)
    return found


@router.post("/agents/{agent}/corrections")
async def correct_agent_time(
    *, ports: Daemon, who: Who, sight: Seen, agent: str, wish: CorrectTime, match: Match, response: Response
) -> TimeCorrected:
    """Correct time without a contact: a break that was forgotten, a training that counted as absence."""
    _seen_agent(ports, sight, agent)
    found = await _corrections(ports).correct_time(agent, wish, match=match, by=who.user)
    tag(response, found.etag)
    return found


@router.post("/contacts/{contact_id}/corrections")
async def correct_contact_outcome(
    *,
    ports: Daemon,
    who: Who,
    sight: Seen,
    contact_id: ContactPath,
    wish: CorrectOutcome,
    match: Match,
    response: Response,
) -> OutcomeCorrected:
    """Correct what a contact was about and whether it was resolved, days later too."""
    await seen_contact(ports, sight, contact_id)
    found = await _corrections(ports).correct_outcome(contact_id, wish, match=match, by=who.user)
    tag(response, found.etag)
    return found
