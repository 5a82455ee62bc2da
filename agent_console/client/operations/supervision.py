"""Operations of the API: supervision.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, moment, path_part
from agent_console.documents.corrections import AgentTimes, CorrectOutcome, CorrectTime, OutcomeCorrected, TimeCorrected
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
from facts.time import Instant


class SupervisionOperations(Requests):
    """Operations on supervision."""

    async def set_agent_queues(self, agent: str, wish: SetQueues, *, match: str | None = None) -> AgentRow:
        """Take an agent out of queues, put them into others, from now on. `If-Match`: only if nobody changed the agent."""  # noqa: E501 - as the API says it
        return await self._get(AgentRow, "PUT", f"/api/v1/agents/{path_part(agent)}/queues", wish=wish, match=match)

    async def monitor_contact(self, contact_id: str, wish: Monitor) -> Monitored:
        """Listen to a talk, whisper to its agent, or barge in; once more changes the mode."""
        return await self._get(Monitored, "POST", f"/api/v1/contacts/{path_part(contact_id)}/monitor", wish=wish)

    async def stop_monitoring(self, contact_id: str) -> None:
        """Listen no more."""
        await self._do("DELETE", f"/api/v1/contacts/{path_part(contact_id)}/monitor")

    async def set_priority(self, contact_id: str, wish: SetPriority) -> WaitingRow:
        """Raise or lower a waiting contact."""
        return await self._get(WaitingRow, "POST", f"/api/v1/contacts/{path_part(contact_id)}/priority", wish=wish)

    async def move_contact(self, contact_id: str, wish: Move) -> WaitingRow:
        """To another queue; the join time is kept. A parked contact waits there then."""
        return await self._get(WaitingRow, "POST", f"/api/v1/contacts/{path_part(contact_id)}/move", wish=wish)

    async def return_contact(self, contact_id: str) -> WaitingRow:
        """A parked contact waits in its queue again now, at its old place."""
        return await self._get(WaitingRow, "POST", f"/api/v1/contacts/{path_part(contact_id)}/return")

    async def withdraw_contact(self, contact_id: str) -> None:
        """Take a waiting contact out of its queue; the caller goes where a closed queue sends them. A parked one ends."""  # noqa: E501 - as the API says it
        await self._do("POST", f"/api/v1/contacts/{path_part(contact_id)}/withdraw")

    async def cancel_callback(self, contact_id: str) -> None:
        """Nobody calls this customer back any more."""
        await self._do("POST", f"/api/v1/callbacks/{path_part(contact_id)}/cancel")

    async def set_agent_state(self, agent: str, wish: SetAgentState) -> AgentRow:
        """Sign somebody in or out, make them ready or not."""
        return await self._get(AgentRow, "POST", f"/api/v1/agents/{path_part(agent)}/state", wish=wish)

    async def set_agent_skills(self, agent: str, wish: SetSkills, *, match: str | None = None) -> AgentRow:
        """An agent's full set of skills, from now on. `If-Match`: only if nobody has changed them since they were read."""  # noqa: E501 - as the API says it
        return await self._get(AgentRow, "PUT", f"/api/v1/agents/{path_part(agent)}/skills", wish=wish, match=match)

    async def explain_agent(self, agent: str) -> AgentWhy:
        """Why an agent is offered nothing, and for each waiting contact why not that one."""
        return await self._get(AgentWhy, "GET", f"/api/v1/agents/{path_part(agent)}/explanation")

    async def say_to_team(self, team: str, wish: Said) -> MessageDoc:
        """A message that appears on the desks of a team."""
        return await self._get(MessageDoc, "POST", f"/api/v1/teams/{path_part(team)}/messages", wish=wish)

    async def throw_emergency(self, number: str) -> Page[EntryPointDoc]:
        """Emergency: its emergency flow answers this number from the next call on; `*`: all that have one."""
        return await self._get(Page[EntryPointDoc], "POST", f"/api/v1/entry-points/{path_part(number)}/emergency")

    async def put_back_emergency(self, number: str) -> Page[EntryPointDoc]:
        """The emergency is over: the number is answered as usual."""
        return await self._get(Page[EntryPointDoc], "POST", f"/api/v1/entry-points/{path_part(number)}/normal")

    async def close_queue(self, queue: str) -> QueueRow:
        """Emergency: the queue takes nobody any more, and who waits goes where the settings say."""
        return await self._get(QueueRow, "POST", f"/api/v1/queues/{path_part(queue)}/close")

    async def open_queue(self, queue: str) -> QueueRow:
        """The emergency is over: the queue's hours hold again."""
        return await self._get(QueueRow, "POST", f"/api/v1/queues/{path_part(queue)}/open")

    async def get_agent_times(self, agent: str, *, from_: Instant, to: Instant) -> AgentTimes:
        """An agent's time as it counts in reports, every second in one state."""
        return await self._get(
            AgentTimes,
            "GET",
            f"/api/v1/agents/{path_part(agent)}/times",
            query={"from": moment(from_), "to": moment(to)},
        )

    async def correct_agent_time(self, agent: str, wish: CorrectTime, *, match: str) -> TimeCorrected:
        """Correct time without a contact: a break that was forgotten, a training that counted as absence."""
        return await self._get(
            TimeCorrected, "POST", f"/api/v1/agents/{path_part(agent)}/corrections", wish=wish, match=match
        )

    async def correct_contact_outcome(self, contact_id: str, wish: CorrectOutcome, *, match: str) -> OutcomeCorrected:
        """Correct what a contact was about and whether it was resolved, days later too."""
        return await self._get(
            OutcomeCorrected, "POST", f"/api/v1/contacts/{path_part(contact_id)}/corrections", wish=wish, match=match
        )
