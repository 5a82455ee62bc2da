"""The client: every operation as a method, pages as one stream, the live channel."""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from agent_console.client.live import LiveView
from agent_console.client.operations import Operations
from agent_console.documents.floor import Topic
from agent_console.documents.session import Me, SignIn
from agent_console.documents.values import Page

T = TypeVar("T")


class Client(Operations):
    """A user of the API, by ``token`` or after `log_in`; an asynchronous context.

    ``url``: the console's address, as ``https://desk.example.com``. ``verify``: what the certificate is checked by.
    """

    async def log_in(self, name: str, password: str) -> Me:
        """Begin a session by name and password; raises `ApiError`."""
        return await self.sign_in(SignIn(name=name, password=password))

    def live(self, *topics: Topic) -> LiveView:
        """Topics of the live channel, to be entered: ``async with client.live("desk") as live``."""
        return LiveView(self, topics)

    async def every(self, listing: Callable[..., Awaitable[Page[T]]], /, *path: str, **query: Any) -> AsyncIterator[T]:
        """All items of a list, page after page: ``async for row in client.every(client.list_agents)``."""
        cursor: str | None = None
        while True:
            page = await listing(*path, cursor=cursor, **query)
            for item in page.items:
                yield item
            cursor = page.next_cursor
            if cursor is None:
                return

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()
