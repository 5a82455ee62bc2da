"""Security headers around every answer. Plain ASGI, so that sockets pass untouched."""

from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONSOLE_POLICY: Final = (
    "default-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For pages. Scripts and styles are files of our own; media are also what the browser's phone makes itself."""

_API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self)"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")


def is_of_the_api(path: str) -> bool:
    """Whether an address is a program's, and no page of the console."""
    return path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


class SecurityHeaders:
    """Adds them to every answer. ``secure``: behind TLS, and to stay there."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._always = (*_ALWAYS, _HSTS) if secure else _ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_api = is_of_the_api(scope["path"])

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers(message["headers"], is_api=is_api)]
            await send(message)

        await self._app(scope, receive, with_headers)

    def _headers(self, there: Iterable[tuple[bytes, bytes]], *, is_api: bool) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in there}
        found = [
            *self._always,
            (b"content-security-policy", (_API_POLICY if is_api else _CONSOLE_POLICY).encode()),
        ]
        if is_api:
            found.append((b"cache-control", b"no-store"))
        return [header for header in found if header[0] not in names]
