"""Operations of the API: health.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests
from agent_console.documents.health import Alive, Readiness


class HealthOperations(Requests):
    """Operations on health."""

    async def healthz(self) -> Alive:
        """The process answers."""
        return await self._get(Alive, "GET", "/healthz")

    async def readyz(self) -> Readiness:
        """Every part of the daemon, and whether it is ready; 503 when one is not that calls depend on."""
        return await self._get(Readiness, "GET", "/readyz")
