"""What supervisors do on the floor: with contacts, with agents, with queues."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path

from agent_console.documents.desk import MessageDoc
from agent_console.documents.floor import AgentRow, AgentWhy, EntryPointDoc, QueueRow, WaitingRow
from agent_console.documents.supervision import (
    Monitor,
    Monitored,
    Move,
    Said,
    SetAgentState,
    SetPriority,
    SetQueues,
    SetSkills,
)
from agent_console.documents.values import Page
from agent_console.errors import (
    ConsoleError,
    EditedMeanwhileError,
    ForbiddenError,
    NotFoundError,
    StateChangedError,
    UnavailableError,
)
from agent_console.http.access import Sight
from agent_console.http.contacts import may_open, seen_agents, seen_queues
from agent_console.http.etags import MatchIfGiven
from agent_console.http.floor import agents_in_sight, hidden_queues, seen_agent, seen_queue, shown_agent
from agent_console.http.guard import Daemon, Seen, Who
from agent_console.http.unnamed import IsSeen, unnamed_change, unnamed_obstacle
from agent_console.ports import Ports, Supervision

router = APIRouter(tags=["supervision"])

ContactPath = Annotated[str, Path(max_length=200)]
ALL_NUMBERS: Final = "*"
NamePath = Annotated[str, Path(max_length=64)]


def _supervision(ports: Ports) -> Supervision:
    if ports.supervision is None:
        raise UnavailableError("nobody can be supervised here")
    return ports.supervision


async def _led_contact(ports: Ports, sight: Sight, contact_id: str) -> None:
    """Raise unless it is a live contact of the supervisor's teams or queues."""
    agents = ports.floor.agents_of(contact_id)
    if agents is None:
        raise await _not_live(ports, sight, contact_id)
    seen, queues = seen_agents(ports, sight), seen_queues(ports, sight)
    if seen is not None and seen.isdisjoint(agents) and ports.floor.queue_of(contact_id) not in (queues or ()):
        raise ForbiddenError(f"the contact {contact_id!r} belongs to other teams")


async def _not_live(ports: Ports, sight: Sight, contact_id: str) -> ConsoleError:
    """How a contact is that has just gone, as far as the supervisor sees it; of others, that there is none."""
    line = None if ports.contacts is None else await ports.contacts.contact(contact_id)
    if line is None or not await may_open(ports, sight, line):
        return NotFoundError(f"no contact {contact_id!r} waits or talks now")
    if line.place == "ended":
        return StateChangedError("the contact is over", line, reason_id="over")
    return StateChangedError("the contact does not wait in a queue", line, reason_id="not_waiting")


def _led_agent(ports: Ports, sight: Sight, agent: str) -> AgentRow:
    row = seen_agent(ports, sight, agent)
    if not sight.team(row.team):
        raise ForbiddenError(f"{agent} is of another team")
    return row


@router.post("/contacts/{contact_id}/monitor")
async def monitor_contact(ports: Daemon, sight: Seen, who: Who, contact_id: ContactPath, wish: Monitor) -> Monitored:
    """Listen to a talk, whisper to its agent, or barge in; once more changes the mode."""
    await _led_contact(ports, sight, contact_id)
    return await _supervision(ports).monitor(contact_id, wish, who.user, who.agent)


@router.delete("/contacts/{contact_id}/monitor", status_code=HTTPStatus.NO_CONTENT)
async def stop_monitoring(ports: Daemon, sight: Seen, who: Who, contact_id: ContactPath) -> None:
    """Listen no more."""
    await _led_contact(ports, sight, contact_id)
    await _supervision(ports).stop_monitoring(contact_id, who.user)


@router.post("/contacts/{contact_id}/priority")
async def set_priority(ports: Daemon, sight: Seen, who: Who, contact_id: ContactPath, wish: SetPriority) -> WaitingRow:
    """Raise or lower a waiting contact."""
    await _led_contact(ports, sight, contact_id)
    return await _supervision(ports).set_priority(contact_id, wish.priority, who.user)


@router.post("/contacts/{contact_id}/move")
async def move_contact(ports: Daemon, sight: Seen, who: Who, contact_id: ContactPath, wish: Move) -> WaitingRow:
    """To another queue; the join time is kept. A parked contact waits there then."""
    await _led_contact(ports, sight, contact_id)
    seen_queue(ports, sight, wish.queue)
    return await _supervision(ports).move(contact_id, wish.queue, who.user)


@router.post("/contacts/{contact_id}/return")
async def return_contact(ports: Daemon, sight: Seen, who: Who, contact_id: ContactPath) -> WaitingRow:
    """A parked contact waits in its queue again now, at its old place."""
    await _led_contact(ports, sight, contact_id)
    return await _supervision(ports).send_back(contact_id, who.user)


@router.post("/contacts/{contact_id}/withdraw", status_code=HTTPStatus.NO_CONTENT)
async def withdraw_contact(ports: Daemon, sight: Seen, who: Who, contact_id: ContactPath) -> None:
    """Take a waiting contact out of its queue; the caller goes where a closed queue sends them. A parked one ends."""
    await _led_contact(ports, sight, contact_id)
    await _supervision(ports).withdraw(contact_id, who.user)


@router.post("/callbacks/{contact_id}/cancel", status_code=HTTPStatus.NO_CONTENT)
async def cancel_callback(ports: Daemon, sight: Seen, who: Who, contact_id: ContactPath) -> None:
    """Nobody calls this customer back any more."""
    await _led_contact(ports, sight, contact_id)
    await _supervision(ports).cancel_callback(contact_id, who.user)


async def _shown(ports: Ports, sight: Sight, act: Awaitable[AgentRow]) -> AgentRow:
    """What became of an agent, or stands in the way, as far as the supervisor sees it."""
    try:
        return shown_agent(await act, hidden_queues(ports, sight))
    except (StateChangedError, EditedMeanwhileError) as error:
        if isinstance(error.present, AgentRow):
            error.present = shown_agent(error.present, hidden_queues(ports, sight))
        raise


@router.post("/agents/{agent}/state")
async def set_agent_state(ports: Daemon, sight: Seen, who: Who, agent: NamePath, wish: SetAgentState) -> AgentRow:
    """Sign somebody in or out, make them ready or not."""
    _led_agent(ports, sight, agent)
    return await _shown(ports, sight, _supervision(ports).set_state(agent, wish, who.user))


@router.put("/agents/{agent}/skills")
async def set_agent_skills(
    *, ports: Daemon, sight: Seen, who: Who, agent: NamePath, wish: SetSkills, match: MatchIfGiven
) -> AgentRow:
    """An agent's full set of skills, from now on. `If-Match`: only if nobody has changed them since they were read."""
    _led_agent(ports, sight, agent)
    return await _shown(ports, sight, _supervision(ports).set_skills(agent, wish.skills, match=match, by=who.user))


@router.put("/agents/{agent}/queues")
async def set_agent_queues(
    *, ports: Daemon, sight: Seen, who: Who, agent: NamePath, wish: SetQueues, match: MatchIfGiven
) -> AgentRow:
    """Take an agent out of queues, put them into others, from now on. `If-Match`: only if nobody changed the agent."""
    _led_agent(ports, sight, agent)
    hidden = hidden_queues(ports, sight)
    changed = _supervision(ports).set_queues(agent, wish, hidden=hidden, match=match, by=who.user)
    return await _shown(ports, sight, changed)


@router.get("/agents/{agent}/explanation")
async def explain_agent(ports: Daemon, sight: Seen, agent: NamePath) -> AgentWhy:
    """Why an agent is offered nothing, and for each waiting contact why not that one."""
    _led_agent(ports, sight, agent)
    found = ports.floor.explain_agent(agent)
    if found is None:
        raise NotFoundError(f"there is no agent {agent!r}")
    queues, own = seen_queues(ports, sight), agents_in_sight(ports, sight)
    if queues is None or own is None:
        return found
    return _of_own_teams(found, queues, own.__contains__)


def _of_own_teams(found: AgentWhy, queues: frozenset[str], is_seen: IsSeen) -> AgentWhy:
    """Without contacts of other teams and what time will bring to them, which are counted, and other teams' agents."""
    contacts = [
        one.model_copy(update={"ruled_out_by": [unnamed_obstacle(said, is_seen) for said in one.ruled_out_by]})
        for one in found.contacts
        if one.queue in queues
    ]
    told = {None, *(one.contact_id for one in contacts)}
    changes = [unnamed_change(one, is_seen) for one in found.changes if one.details.get("contact") in told]
    shown = {
        "contacts": contacts,
        "contacts_elsewhere": len(found.contacts) - len(contacts),
        "changes": changes,
        "changes_elsewhere": len(found.changes) - len(changes),
    }
    return found.model_copy(update=shown)


@router.post("/teams/{team}/messages")
async def say_to_team(ports: Daemon, sight: Seen, who: Who, team: NamePath, wish: Said) -> MessageDoc:
    """A message that appears on the desks of a team."""
    if team not in {one.team for one in ports.floor.teams()}:
        raise NotFoundError(f"there is no team {team!r}: GET /api/v1/teams lists them")
    if not sight.team(team):
        raise ForbiddenError(f"{team} is not one of your teams")
    return await _supervision(ports).say(team, wish.text, who.user)


@router.post("/entry-points/{number}/emergency")
async def throw_emergency(ports: Daemon, sight: Seen, who: Who, number: NamePath) -> Page[EntryPointDoc]:
    """Emergency: its emergency flow answers this number from the next call on; `*`: all that have one."""
    _led_number(ports, sight, number)
    return await _switched(ports, number, _supervision(ports).throw_emergency(number, who.user))


@router.post("/entry-points/{number}/normal")
async def put_back_emergency(ports: Daemon, sight: Seen, who: Who, number: NamePath) -> Page[EntryPointDoc]:
    """The emergency is over: the number is answered as usual."""
    _led_number(ports, sight, number)
    return await _switched(ports, number, _supervision(ports).put_back_emergency(number, who.user))


async def _switched(ports: Ports, number: str, change: Awaitable[None]) -> Page[EntryPointDoc]:
    """The numbers as they are after the change, or, where it is not possible, as they are now."""
    try:
        await change
    except StateChangedError as error:
        raise StateChangedError(str(error), _numbers(ports, number)) from error
    return _numbers(ports, number)


def _led_number(ports: Ports, sight: Sight, number: str) -> None:
    """Raise unless it is a number of the supervisor's: one whose queue they see, or one of nobody in particular."""
    if number == ALL_NUMBERS:
        if not sight.everything:
            raise ForbiddenError("all numbers at once are for administrators: name one")
        return
    entry = next((one for one in ports.floor.entry_points() if one.number == number), None)
    if entry is None:
        raise NotFoundError(f"there is no entry point {number!r}: GET /api/v1/entry-points lists them")
    if entry.queue is not None and not sight.queue_of(ports.floor.queue_teams().get(entry.queue, ())):
        raise ForbiddenError(f"{number} belongs to other teams")


def _numbers(ports: Ports, number: str) -> Page[EntryPointDoc]:
    return Page(items=[one for one in ports.floor.entry_points() if number in {one.number, ALL_NUMBERS}])


@router.post("/queues/{queue}/close")
async def close_queue(ports: Daemon, sight: Seen, who: Who, queue: NamePath) -> QueueRow:
    """Emergency: the queue takes nobody any more, and who waits goes where the settings say."""
    seen_queue(ports, sight, queue)
    return await _supervision(ports).close_queue(queue, who.user)


@router.post("/queues/{queue}/open")
async def open_queue(ports: Daemon, sight: Seen, who: Who, queue: NamePath) -> QueueRow:
    """The emergency is over: the queue's hours hold again."""
    seen_queue(ports, sight, queue)
    return await _supervision(ports).open_queue(queue, who.user)
