"""Operations of the API: session.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests
from agent_console.documents.session import ChangePassword, Me, SignIn, SignInWays


class SessionOperations(Requests):
    """Operations on session."""

    async def sign_in_ways(self) -> SignInWays:
        """How one can sign in here; for the page that asks."""
        return await self._get(SignInWays, "GET", "/api/v1/session/ways")

    async def get_session(self) -> Me:
        """Who one is, and what one may do."""
        return await self._get(Me, "GET", "/api/v1/session")

    async def sign_in(self, wish: SignIn) -> Me:
        """Begin a session by name and password. The cookie comes with the answer; `csrf_token` goes with every change."""  # noqa: E501 - as the API says it
        return await self._get(Me, "POST", "/api/v1/session", wish=wish)

    async def sign_out(self) -> None:
        """End the session."""
        await self._do("DELETE", "/api/v1/session")

    async def change_password(self, wish: ChangePassword) -> Me:
        """Change one's own password. Every other session of one's own ends; this one gets a new cookie and CSRF token."""  # noqa: E501 - as the API says it
        return await self._get(Me, "PUT", "/api/v1/session/password", wish=wish)
