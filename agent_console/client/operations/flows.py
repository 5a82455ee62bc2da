"""Operations of the API: flows.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, moment, path_part
from agent_console.documents.media import FlowDoc
from agent_console.documents.values import Page
from facts.time import Instant


class FlowsOperations(Requests):
    """Operations on flows."""

    async def list_flows(self, *, cursor: str | None = None, limit: int = 50) -> Page[FlowDoc]:
        """Voice menus, with the numbers that they answer; their contents are told of one."""
        return await self._get(Page[FlowDoc], "GET", "/api/v1/flows", query={"cursor": cursor, "limit": limit})

    async def get_flow(self, flow: str) -> FlowDoc:
        """One, with the contents of its file."""
        return await self._get(FlowDoc, "GET", f"/api/v1/flows/{path_part(flow)}")

    async def draw_flow(
        self, flow: str, *, from_: Instant | None = None, to: Instant | None = None, language: str = "en"
    ) -> bytes:
        """A drawing of it; with `from` also how many callers went each way, and where they were lost."""
        return await self._bytes(
            "GET",
            f"/api/v1/flows/{path_part(flow)}/drawing",
            query={"from": moment(from_), "to": moment(to), "language": language},
        )
