"""Bodies that are too large, told as everything else is: the framework's own refusal is plain text."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_console.documents.problems import MEDIA_TYPE
from agent_console.http.problem import TOO_LARGE, response_of


class TooLargeAsProblem:
    """Puts a problem document in place of the refusal of a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = False

        async def told(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                refused = True
                await response_of(TOO_LARGE)(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, told)


def _is_plain_refusal(message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and kinds != [MEDIA_TYPE.encode()]
