"""Operations of the API: floor.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, path_part
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


class FloorOperations(Requests):
    """Operations on floor."""

    async def list_agents(
        self, *, team: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[AgentRow]:
        """Agents that one may see, by name, signed in or not."""
        return await self._get(
            Page[AgentRow], "GET", "/api/v1/agents", query={"team": team, "cursor": cursor, "limit": limit}
        )

    async def get_agent(self, agent: str) -> AgentRow:
        """One agent, now and today. The ETag, which supervisors get, is of their settings: skills are changed by it."""
        return await self._get(AgentRow, "GET", f"/api/v1/agents/{path_part(agent)}")

    async def list_agent_queues(self, agent: str, *, cursor: str | None = None, limit: int = 50) -> Page[AgentQueue]:
        """What an agent is in each queue that one sees, and why. The ETag, which supervisors get, is of their settings."""  # noqa: E501 - as the API says it
        return await self._get(
            Page[AgentQueue],
            "GET",
            f"/api/v1/agents/{path_part(agent)}/queues",
            query={"cursor": cursor, "limit": limit},
        )

    async def list_queues(self, *, cursor: str | None = None, limit: int = 50) -> Page[QueueRow]:
        """Queues that one may see, by name."""
        return await self._get(Page[QueueRow], "GET", "/api/v1/queues", query={"cursor": cursor, "limit": limit})

    async def get_queue(self, queue: str) -> QueueRow:
        """One queue, now and today."""
        return await self._get(QueueRow, "GET", f"/api/v1/queues/{path_part(queue)}")

    async def list_waiting(self, queue: str, *, cursor: str | None = None, limit: int = 50) -> Page[WaitingRow]:
        """Who waits in a queue and why, in the order in which they will be served."""
        return await self._get(
            Page[WaitingRow],
            "GET",
            f"/api/v1/queues/{path_part(queue)}/waiting",
            query={"cursor": cursor, "limit": limit},
        )

    async def get_totals(self) -> Totals:
        """Now and today over the whole centre; for supervisors over the queues and agents that they see."""
        return await self._get(Totals, "GET", "/api/v1/totals")

    async def list_callbacks(self, *, cursor: str | None = None, limit: int = 50) -> Page[CallbackDoc]:
        """Customers who are to be called back: of one's own desk, and for supervisors of queues that they see."""
        return await self._get(Page[CallbackDoc], "GET", "/api/v1/callbacks", query={"cursor": cursor, "limit": limit})

    async def list_parked(self, *, cursor: str | None = None, limit: int = 50) -> Page[ParkedRow]:
        """Customers whom agents of one's teams, or oneself, parked and nobody has picked up yet; the longest first."""
        return await self._get(Page[ParkedRow], "GET", "/api/v1/parked", query={"cursor": cursor, "limit": limit})

    async def list_alarms(self, *, cursor: str | None = None, limit: int = 50) -> Page[AlarmDoc]:
        """Alarms that ring, and those of today that have been cleared; in the order of being raised."""
        return await self._get(Page[AlarmDoc], "GET", "/api/v1/alarms", query={"cursor": cursor, "limit": limit})

    async def list_teams(self, *, cursor: str | None = None, limit: int = 50) -> Page[TeamDoc]:
        """Teams that one may see, with their agents."""
        return await self._get(Page[TeamDoc], "GET", "/api/v1/teams", query={"cursor": cursor, "limit": limit})

    async def list_skills(self, *, cursor: str | None = None, limit: int = 50) -> Page[SkillDoc]:
        """Skills, and who of the agents that one sees has them at which level."""
        return await self._get(Page[SkillDoc], "GET", "/api/v1/skills", query={"cursor": cursor, "limit": limit})

    async def list_reasons(self, *, cursor: str | None = None, limit: int = 50) -> Page[ReasonDoc]:
        """Why agents may be not ready, in the order of the settings; then those of the system."""
        return await self._get(Page[ReasonDoc], "GET", "/api/v1/reasons", query={"cursor": cursor, "limit": limit})

    async def list_dispositions(self, *, cursor: str | None = None, limit: int = 50) -> Page[DispositionDoc]:
        """What may come of a contact, in the order of the settings."""
        return await self._get(
            Page[DispositionDoc], "GET", "/api/v1/dispositions", query={"cursor": cursor, "limit": limit}
        )

    async def list_entry_points(self, *, cursor: str | None = None, limit: int = 50) -> Page[EntryPointDoc]:
        """Dialled numbers, and what answers them."""
        return await self._get(
            Page[EntryPointDoc], "GET", "/api/v1/entry-points", query={"cursor": cursor, "limit": limit}
        )

    async def list_opening_hours(self, *, cursor: str | None = None, limit: int = 50) -> Page[OpeningHoursDoc]:
        """Calendars: open now or not, and the days ahead."""
        return await self._get(
            Page[OpeningHoursDoc], "GET", "/api/v1/opening-hours", query={"cursor": cursor, "limit": limit}
        )

    async def get_metrics(self) -> str:
        """Figures of all queues for Prometheus, whoever's they are; the same page as on the metrics port."""
        return await self._text("GET", "/api/v1/metrics")
