"""Contacts of all times: found, told as a story, explained."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from agent_console.documents.contacts import ContactLine, Story
from agent_console.documents.floor import ContactWhy
from agent_console.documents.values import Moment, Page
from agent_console.documents.values import Place as Where
from agent_console.errors import ForbiddenError, NotFoundError, UnavailableError
from agent_console.http.access import Sight
from agent_console.http.etags import tag
from agent_console.http.floor import agents_in_sight, own_agents
from agent_console.http.guard import Daemon, OwnAgent, Seen
from agent_console.http.paging import Cursor, Limit
from agent_console.http.reach import reach_of
from agent_console.http.unnamed import unnamed_why
from agent_console.ports import ContactQuery, Contacts, MessageQuery, Ports

router = APIRouter(tags=["contacts"])

ContactPath = Annotated[str, Path(max_length=200)]
Word = Annotated[str | None, Query(max_length=100)]


def contacts_of(ports: Ports) -> Contacts:
    """Contacts of all times; raises `UnavailableError`."""
    if ports.contacts is None:
        raise UnavailableError("this daemon keeps no contacts")
    return ports.contacts


def seen_queues(ports: Ports, sight: Sight) -> frozenset[str] | None:
    """The queues whose contacts somebody sees, of those that are no more too; None: all.

    Agents see contacts of their own only.
    """
    if sight.everything:
        return None
    if sight.identity.role == "agent":
        return frozenset()
    return sight.queues({**ports.floor.former_queues(), **ports.floor.queue_teams()})


def seen_agents(ports: Ports, sight: Sight) -> frozenset[str] | None:
    """The agents whose contacts somebody sees; None: all."""
    return own_agents(sight) if sight.identity.role == "agent" else agents_in_sight(ports, sight)


def in_sight(ports: Ports, sight: Sight, contacts: Sequence[str]) -> list[str]:
    """Those of these live contacts that somebody sees: in queues that they see, or with agents whom they see."""
    agents, queues = seen_agents(ports, sight), seen_queues(ports, sight) or frozenset()
    if agents is None:
        return list(contacts)
    floor = ports.floor
    return [
        one for one in contacts if floor.queue_of(one) in queues or not agents.isdisjoint(floor.agents_of(one) or ())
    ]


async def seen_contact(ports: Ports, sight: Sight, contact_id: str) -> ContactLine:
    """A contact that somebody sees; raises `NotFoundError` or `ForbiddenError`."""
    line = await contacts_of(ports).contact(contact_id)
    if line is None:
        raise NotFoundError(f"there is no contact {contact_id!r}")
    if not await may_open(ports, sight, line):
        raise ForbiddenError(f"the contact {contact_id!r} belongs to other teams")
    return line


async def may_open(ports: Ports, sight: Sight, line: ContactLine) -> bool:
    """Whether somebody may read the whole of a contact, its story."""
    agents, queues = seen_agents(ports, sight), seen_queues(ports, sight)
    if agents is None or not (queues or frozenset()).isdisjoint(line.queues):
        return True
    if not agents.isdisjoint((*line.agents, *(ports.floor.agents_of(line.contact_id) or ()))):
        return True
    return await _left_message(ports, sight, line.contact_id)


async def marked(ports: Ports, sight: Sight, lines: list[ContactLine]) -> list[ContactLine]:
    """Contacts of a list that shows others' too: which of them may be opened is told."""
    return [
        line if await may_open(ports, sight, line) else line.model_copy(update={"may_open": False}) for line in lines
    ]


async def _left_message(ports: Ports, sight: Sight, contact_id: str) -> bool:
    """Whether a supervisor sees a message that the contact left: it need not have been in a queue."""
    if ports.recordings is None or sight.identity.role == "agent":
        return False
    query = MessageQuery(contact_id=contact_id)
    return bool((await ports.recordings.voicemails(query, None, 1, reach_of(ports, sight))).items)


@router.get("/contacts")
async def list_contacts(
    *,
    ports: Daemon,
    sight: Seen,
    place: Annotated[Where | None, Query(description="Where it is now.")] = None,
    queue: Word = None,
    agent: Word = None,
    customer: Word = None,
    number: Word = None,
    start: Annotated[
        Moment | None, Query(alias="from", description="Those that began at this instant or later.")
    ] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Those that began before.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ContactLine]:
    """Contacts that one may see, live and past, the latest first."""
    query = ContactQuery(
        place=place,
        queue=queue,
        agent=agent,
        customer=customer,
        number=number,
        start=start,
        end=end,
        agents_seen=seen_agents(ports, sight),
        queues_seen=seen_queues(ports, sight),
        cursor=cursor,
        limit=limit,
    )
    return await contacts_of(ports).find(query)


@router.get("/desk/recent")
async def list_recent(ports: Daemon, agent: OwnAgent, cursor: Cursor = None, limit: Limit = 20) -> Page[ContactLine]:
    """One's own contacts, the latest first."""
    return await contacts_of(ports).find(ContactQuery(agent=agent, cursor=cursor, limit=limit))


@router.get("/contacts/{contact_id}")
async def get_contact(ports: Daemon, sight: Seen, contact_id: ContactPath, response: Response) -> ContactLine:
    """One contact. The ETag is of its outcome: that is what is corrected."""
    line = await seen_contact(ports, sight, contact_id)
    tag(response, line.outcome_etag)
    return line


@router.get("/contacts/{contact_id}/story")
async def get_story(ports: Daemon, sight: Seen, contact_id: ContactPath) -> Story:
    """Every fact of a contact, in order and in words."""
    await seen_contact(ports, sight, contact_id)
    found = await contacts_of(ports).story(contact_id)
    if found is None:
        raise NotFoundError(f"there is no contact {contact_id!r}")
    return found


@router.get("/contacts/{contact_id}/explanation")
async def explain_contact(ports: Daemon, sight: Seen, contact_id: ContactPath) -> ContactWhy:
    """Why a contact still waits: who was considered, what rules each out, what will change when; or who parked it."""
    found = ports.floor.explain_contact(contact_id)
    if found is None:
        raise NotFoundError(f"no contact {contact_id!r} waits or talks: GET /api/v1/contacts lists those of all times")
    agents = ports.floor.agents_of(contact_id) or ()
    parked = found.place == "parked"  # of whom agents know also when it was a colleague
    seen, queues = agents_in_sight(ports, sight) if parked else seen_agents(ports, sight), seen_queues(ports, sight)
    if seen is not None and seen.isdisjoint(agents) and found.queue not in (queues or ()):
        raise ForbiddenError(f"the contact {contact_id!r} belongs to other teams")
    own = agents_in_sight(ports, sight)
    return found if own is None else unnamed_why(found, own.__contains__)
