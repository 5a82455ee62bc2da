"""Requests to the API: where it is, who asks, how documents travel, what a refusal becomes."""

import ssl
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from agent_console.client.errors import ApiError, NoAnswerError
from agent_console.documents.problems import MEDIA_TYPE, Problem
from agent_console.documents.session import Me
from agent_console.documents.values import moment_text
from facts.time import Instant

PREFIX: Final = "/api/v1"
CSRF_HEADER: Final = "X-CSRF-Token"
TIMEOUT_S: Final = 30.0
FILE_TIMEOUT_S: Final = 900.0
"""So long a file may take to be taken in: hundreds of thousands of customers, a minute for each hundred thousand."""

T = TypeVar("T")
Query = Mapping[str, str | int | float | bool | list[str] | None]


def path_part(value: object) -> str:
    """A value as one part of a path, whatever is in it."""
    return quote(str(value), safe="")


def moment(instant: Instant | None) -> str | None:
    """An instant as queries have it."""
    return None if instant is None else moment_text(instant)


@cache
def _adapter(expected: Any) -> TypeAdapter[Any]:
    return TypeAdapter(expected)


class Requests:
    """One connection pool, with its cookies. ``token``: an API token instead of a session."""

    def __init__(self, url: str, *, token: str | None = None, verify: ssl.SSLContext | bool = True) -> None:
        self.url = url.rstrip("/")
        self.verify = verify
        self._csrf: str | None = None
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=TIMEOUT_S, verify=verify)

    async def close(self) -> None:
        """Close the connections. A session goes on until it is signed out of, or runs out."""
        await self._http.aclose()

    def upgrade_headers(self) -> dict[str, str]:
        """Who asks, for the WebSocket's first request."""
        found = {name: self._http.headers[name] for name in ("Authorization",) if name in self._http.headers}
        if self._http.cookies:
            found["Cookie"] = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)
        return found

    # -- what operations are made of ---------------------------------------------------------------------------------

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        wish: Any = None,
        content: tuple[str, str | bytes] | None = None,
        match: str | None = None,
        is_new: bool = False,
    ) -> httpx2.Response:
        headers = _match_headers(match, is_new=is_new)
        if self._csrf is not None and method != "GET":
            headers[CSRF_HEADER] = self._csrf
        more: dict[str, Any] = {}
        if content is not None:
            headers["Content-Type"], more["content"] = content
            more["timeout"] = FILE_TIMEOUT_S
        elif wish is not None:
            more["json"] = _plain(wish)
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            answer = await self._http.request(method, path, params=asked, headers=headers, **more)
        except httpx2.HTTPError as error:
            raise NoAnswerError(f"{self.url} does not answer: {str(error) or type(error).__name__}") from error
        if answer.headers.get("content-type", "").startswith(MEDIA_TYPE):
            raise ApiError(_parsed(Problem, answer))
        return answer

    async def _get(self, expected: type[T], method: str, path: str, **more: Any) -> T:
        found: T = _parsed(expected, await self._ask(method, path, **more))
        if isinstance(found, Me):
            self._csrf = found.csrf_token
        return found

    async def _do(self, method: str, path: str, **more: Any) -> None:
        _check(await self._ask(method, path, **more))

    async def _text(self, method: str, path: str, **more: Any) -> str:
        return _check(await self._ask(method, path, **more)).text

    async def _bytes(self, method: str, path: str, **more: Any) -> bytes:
        return _check(await self._ask(method, path, **more)).content


def _match_headers(match: str | None, *, is_new: bool) -> dict[str, str]:
    if match is not None:
        return {"If-Match": match if match == "*" else f'"{match}"'}
    return {"If-None-Match": "*"} if is_new else {}


def _plain(wish: Any) -> Any:
    """What was said, and nothing that was not: absent and null may mean different things."""
    return wish.model_dump(mode="json", exclude_unset=True) if isinstance(wish, BaseModel) else wish


def _parsed(expected: Any, answer: httpx2.Response) -> Any:
    try:
        return _adapter(expected).validate_json(answer.content)
    except ValidationError as error:
        raise NoAnswerError(
            f"{answer.request.url} answered {answer.status_code}, and not as Cordboard does: is this its address?"
        ) from error


def _check(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        raise NoAnswerError(f"{answer.request.url} answered {answer.status_code}: is this Cordboard's address?")
    return answer
