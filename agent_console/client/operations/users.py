"""Operations of the API: users.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests, path_part
from agent_console.documents.session import MadeToken, NewToken, OneTimePassword, Token, User
from agent_console.documents.values import Page


class UsersOperations(Requests):
    """Operations on users."""

    async def list_users(self, *, cursor: str | None = None, limit: int = 50) -> Page[User]:
        """Everybody who may sign in, by name."""
        return await self._get(Page[User], "GET", "/api/v1/users", query={"cursor": cursor, "limit": limit})

    async def reset_password(self, name: str) -> OneTimePassword:
        """A one-time password, told this once; it has to be changed at the first sign-in. Open sessions end."""
        return await self._get(OneTimePassword, "POST", f"/api/v1/users/{path_part(name)}/password")

    async def lock_user(self, name: str) -> User:
        """Let somebody in no more. Open sessions end, API tokens rest."""
        return await self._get(User, "POST", f"/api/v1/users/{path_part(name)}/lock")

    async def unlock_user(self, name: str) -> User:
        """Let them in again, also after failed sign-ins."""
        return await self._get(User, "POST", f"/api/v1/users/{path_part(name)}/unlock")

    async def end_sessions(self, name: str) -> None:
        """End all of somebody's sessions."""
        await self._do("DELETE", f"/api/v1/users/{path_part(name)}/sessions")

    async def list_tokens(self, *, user: str | None = None, cursor: str | None = None, limit: int = 50) -> Page[Token]:
        """API tokens, without their secrets."""
        return await self._get(
            Page[Token], "GET", "/api/v1/tokens", query={"user": user, "cursor": cursor, "limit": limit}
        )

    async def make_token(self, wish: NewToken) -> MadeToken:
        """Make an API token; its secret is told this once. It never may more than its user, but for `metrics`."""
        return await self._get(MadeToken, "POST", "/api/v1/tokens", wish=wish)

    async def end_token(self, token_id: str) -> None:
        """Make a token worthless."""
        await self._do("DELETE", f"/api/v1/tokens/{path_part(token_id)}")
