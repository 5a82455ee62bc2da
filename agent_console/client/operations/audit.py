"""Operations of the API: audit.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests
from agent_console.documents.administration import AuditDoc
from agent_console.documents.values import Page


class AuditOperations(Requests):
    """Operations on audit."""

    async def list_changes(
        self,
        *,
        actor: str | None = None,
        resource: str | None = None,
        key: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[AuditDoc]:
        """Changes by people and by the system, the latest first, with what was before and after."""
        return await self._get(
            Page[AuditDoc],
            "GET",
            "/api/v1/audit",
            query={"actor": actor, "resource": resource, "key": key, "cursor": cursor, "limit": limit},
        )
