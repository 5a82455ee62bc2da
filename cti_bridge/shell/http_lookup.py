"""Look-ups of flows over HTTP: in time, within a size, without redirects. What was sent or came is never logged."""

import asyncio
import json
import logging
from typing import Any, Literal

import httpx2
import structlog
from twisted.internet.defer import Deferred

from cti_bridge.shell.flavours import to_deferred
from facts.time import SECOND
from ivr import effects, inputs

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 100
"""Connections; further look-ups wait for a free one, within their time."""

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs every address, and an address may hold a secret
logging.getLogger("httpcore").setLevel(logging.WARNING)

Outcome = Literal["found", "not_found", "failed", "timed_out"]


class _Refused(Exception):  # noqa: N818 - says what became of it
    """An answer that is none; the text says why, for the log."""


class HttpLookups:
    """One client for all look-ups, made with the first. It goes straight to the systems that flows name: no proxy."""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None

    def look_up(self, effect: effects.Lookup) -> Deferred[inputs.LookupDone]:
        """Ask and decode; never fails, but may be cancelled."""
        return to_deferred(self.ask(effect))

    async def ask(self, effect: effects.Lookup) -> inputs.LookupDone:
        """The same as an asyncio coroutine."""
        outcome: Outcome
        answer: dict[str, Any] = {}
        try:
            async with asyncio.timeout(effect.timeout_us / SECOND):
                outcome, answer = await self._ask(effect)
        except (TimeoutError, httpx2.TimeoutException):
            outcome = "timed_out"
        except (httpx2.HTTPError, httpx2.InvalidURL, _Refused, OSError, ValueError) as error:
            outcome = "failed"
            reason = str(error) if isinstance(error, _Refused) else type(error).__name__
            log.info("lookup_failed", node=effect.node, reason=reason)
        return inputs.LookupDone(lookup_id=effect.lookup_id, outcome=outcome, answer=answer)

    async def _ask(self, effect: effects.Lookup) -> tuple[Outcome, dict[str, Any]]:
        url, body = httpx2.URL(effect.url), None
        if effect.method == "POST":
            body = effect.send
        else:
            url = url.copy_merge_params(effect.send)
        async with self._open().stream(effect.method, url, json=body) as response:
            if response.status_code == httpx2.codes.NOT_FOUND:
                return "not_found", {}
            if not response.is_success:
                raise _Refused(f"status {response.status_code}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise _Refused("packed, which was not asked for")  # a little may unpack into more than fits in memory
            return "found", _decoded(await _body(response, effect.max_bytes))

    def _open(self) -> httpx2.AsyncClient:
        if self._client is None:
            limits = httpx2.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=20)
            self._client = httpx2.AsyncClient(
                transport=self._transport,
                follow_redirects=False,
                trust_env=False,
                limits=limits,
                timeout=None,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            )
        return self._client

    def close(self) -> Deferred[None]:
        """Close the connections."""
        return to_deferred(self._close())

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


async def _body(response: httpx2.Response, most: int) -> bytes:
    """The body, given up as soon as it is too long."""
    found = bytearray()
    async for chunk in response.aiter_bytes(8192):
        found += chunk
        if len(found) > most:
            raise _Refused(f"more than {most} bytes")
    return bytes(found)


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused("no JSON") from None
    if not isinstance(answer, dict):
        raise _Refused("JSON, but no object")
    return answer
