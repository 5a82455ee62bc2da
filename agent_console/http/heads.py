"""HEAD wherever there is GET: the same answer, without its body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_console.http.headers import is_of_the_api


class HeadAsGet:
    """Asks the API's operations for what GET would answer, and keeps the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else through."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or not is_of_the_api(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            kept = {**message, "body": b""} if message["type"] == "http.response.body" else message
            await send(kept)

        await self._app({**scope, "method": "GET"}, receive, without_body)
