"""One WebSocket of the live channel: sign-in and Origin before the upgrade, a byte budget in, a bounded queue out.

The endpoint is plain ASGI, so that a frame goes to the server without being wrapped again for each client.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import structlog
from pydantic import ValidationError
from starlette.requests import HTTPConnection
from starlette.types import Message as Event
from starlette.types import Receive, Scope, Send

from agent_console.documents.floor import Topic
from agent_console.documents.live import ClientFrame
from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import moment_text
from agent_console.errors import ConsoleError, CsrfError, InvalidError, NotSignedInError
from agent_console.http.access import Sight
from agent_console.http.guard import identify, is_own_origin, ports_of
from agent_console.http.problem import problem_of, response_of
from agent_console.http.refusals import field_problems
from agent_console.live.frames import EXTENSION, Message, ReadyFrames, message_of
from agent_console.live.hub import Hub, Reader
from agent_console.live.topics import streams_of
from agent_console.ports import Identity

log = structlog.get_logger(__name__)

MOST_FRAME: Final = 16 * 1024
"""Bytes of one frame from a client; the server closes the connection over it."""

BUDGET_BYTES: Final = 64 * 1024
BUDGET_S: Final = 10.0
"""A client may send so many bytes in so long."""

LOOK_AGAIN_S: Final = 15.0
"""How often a channel asks whether its session still holds, and whether its streams are still the same."""

GREET_S: Final = 3.0
"""How often a channel greets again: scripts in a browser see no pings, and take a longer silence for a dead line.

A page takes 8 s for one; a greeting costs 7 µs, so that a thousand desks cost 0.3 % of a core.
"""

CLOSE_SIGNED_OUT: Final = 4401
CLOSE_TOO_MUCH: Final = 4429


class _Closed(Exception):  # noqa: N818 - a signal, not an error
    """The connection is over."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


class LiveEndpoint:
    """The ASGI endpoint."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its sign-in to its end."""
        connection = HTTPConnection(scope)
        await receive()  # websocket.connect
        try:
            identity = await _admitted(connection)
        except ConsoleError as error:
            await response_of(error)(scope, receive, send)
            return
        await send({"type": "websocket.accept"})
        await Channel(connection, identity, send).run(receive)


async def _admitted(connection: HTTPConnection) -> Identity:
    """Who may come in; what they may read is asked for each topic.

    A browser always tells the page's Origin; who has none has to show a token.
    """
    has_token = "authorization" in connection.headers
    if not is_own_origin(connection) or (not has_token and "origin" not in connection.headers):
        raise CsrfError("the Origin of this connection is not allowed: add it to web.origins, or send an API token")
    identity = await identify(connection)
    if identity is None or identity.must_change_password:
        raise NotSignedInError("sign in, or send an API token: Authorization: Bearer cbt_…")
    return identity


class Channel:
    """One client while it is connected."""

    def __init__(self, connection: HTTPConnection, identity: Identity, send: Send) -> None:
        self._connection = connection
        self._ports = ports_of(connection)
        self._hub: Hub = connection.app.state.hub
        self._identity = identity
        self._send = send
        self._ready: ReadyFrames | None = connection.scope.get("extensions", {}).get(EXTENSION)
        self._reader = Reader(self)
        self._awake = asyncio.Event()
        self._topics: dict[Topic, None] = {}
        self._budget = _Budget()

    def send_now(self, message: Message) -> bool:
        """Send a frame at once, if the server can and the client takes it."""
        return self._ready is not None and self._ready.write_frame(message.frame)

    def wake(self) -> None:
        """There is something to send."""
        self._awake.set()

    async def run(self, receive: Receive) -> None:
        """Until the client goes, or has to."""
        tasks = [
            asyncio.ensure_future(self._tend()),
            asyncio.ensure_future(self._listen(receive)),
            asyncio.ensure_future(self._pump()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(self._reader)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._close(next(iter(done)).exception())

    async def _close(self, why: BaseException | None) -> None:
        if isinstance(why, _Closed):
            if why.code:
                await self._send({"type": "websocket.close", "code": why.code, "reason": str(why)})
        elif isinstance(why, Exception) and not isinstance(why, OSError):
            log.error("live_channel_failed", exc_info=why)
            await self._send({"type": "websocket.close", "code": 1011, "reason": "internal error"})

    # -- out ---------------------------------------------------------------------------------------------------------

    async def _pump(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            while messages := self._reader.take(self._ports.floor.now()):
                for message in messages:
                    await self._send({"type": "websocket.send", "text": message.text.decode()})

    async def _tend(self) -> None:
        """Greet, and look again at session and streams, now and then."""
        looked = asyncio.get_running_loop().time()
        while True:
            self._greet()
            await asyncio.sleep(min(GREET_S, LOOK_AGAIN_S))
            if asyncio.get_running_loop().time() - looked >= LOOK_AGAIN_S:
                looked = asyncio.get_running_loop().time()
                await self._look_again()

    def _greet(self) -> None:
        self._say({"hello": {"now": moment_text(self._ports.floor.now()), "user": self._identity.user}})

    def _say(self, frame: Any) -> None:
        self._reader.put(None, message_of(msgspec.json.encode(frame)))

    def _refuse(self, error: ConsoleError, topic: Topic | None = None) -> None:
        about = {} if topic is None else {"topic": topic}
        self._say({"error": problem_of(error).model_dump(mode="json", exclude_none=True), **about})

    # -- in ----------------------------------------------------------------------------------------------------------

    async def _listen(self, receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                raise _Closed(0)
            payload = _payload(message)
            if not self._budget.takes(len(payload), loop.time()):
                raise _Closed(CLOSE_TOO_MUCH, "too many bytes: send no more than 64 KiB in ten seconds")
            try:
                self._heed(_parsed(payload))
            except ConsoleError as error:
                self._refuse(error)

    def _heed(self, frame: ClientFrame) -> None:
        if frame.greet:
            self._greet()
        for topic in frame.unsubscribe or ():
            self._topics.pop(topic, None)
        wanted = frame.subscribe or ()
        self._topics |= dict.fromkeys(wanted)
        self._follow()
        if wanted:
            self._say({"reading": sorted(self._reader.streams), "topics": list(self._topics)})
        self._resync(frame.resync or ())

    def _resync(self, streams: Iterable[str]) -> None:
        unknown = [name for name in streams if not self._hub.resync(self._reader, name)]
        if unknown:
            problem = FieldProblem(
                field="resync", rule="names streams that are not subscribed to", way_out="subscribe to their topic"
            )
            raise InvalidError([problem])

    # -- what is read ------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Read the streams that the topics mean now; a forbidden topic is dropped, and told; the others go on."""
        sight, wanted, refused = Sight(self._identity), set[str](), dict[Topic, ConsoleError]()
        for topic in self._topics:
            try:
                wanted.update(streams_of(topic, sight, self._ports.floor))
            except ConsoleError as error:
                refused[topic] = error
        for name in [name for name in self._reader.streams if name not in wanted]:
            self._hub.unsubscribe(self._reader, name)
            self._say({"ended": name})
        for name in sorted(wanted):
            self._hub.subscribe(self._reader, name)
        for topic, why in refused.items():
            del self._topics[topic]
            self._refuse(why, topic)

    async def _look_again(self) -> None:
        identity = await identify(self._connection)
        if identity is None or identity.must_change_password:
            raise _Closed(CLOSE_SIGNED_OUT, "signed out")
        self._identity = identity
        self._follow()


class _Budget:
    """Bytes that may still come in: a bucket that fills as time passes."""

    def __init__(self) -> None:
        self._left = float(BUDGET_BYTES)
        self._at = 0.0

    def takes(self, size: int, now: float) -> bool:
        """Whether so many more are within it."""
        self._left = min(BUDGET_BYTES, self._left + (now - self._at) * BUDGET_BYTES / BUDGET_S)
        self._at = now
        self._left -= size
        return self._left >= 0


def _payload(message: Event) -> bytes:
    text = message.get("text")
    if text is None:
        return bytes(message.get("bytes") or b"")
    return str(text).encode()


def _parsed(payload: bytes) -> ClientFrame:
    try:
        return ClientFrame.model_validate_json(payload)
    except ValidationError as error:
        errors = [{**one, "loc": one["loc"] or ("frame",)} for one in error.errors()]
        raise InvalidError(field_problems(errors)) from error
