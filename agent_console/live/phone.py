"""The WebSocket of a browser's phone: SIP (RFC 7118) between a signed-in agent's page and the switch.

Only a session of an agent whose phone is the browser comes in; an API token does not. An agent has one phone: whoever
comes last has it, and who had it before is told so. What passes is written to no log.
"""

import asyncio
from typing import Any, Final

import structlog
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from agent_console.errors import ConsoleError, CsrfError, NotSignedInError, PhoneRefusedError, UnavailableError
from agent_console.http.access import DESK, check
from agent_console.http.guard import identify, is_own_origin, ports_of
from agent_console.http.problem import response_of
from agent_console.ports import Identity, PhoneEnd, PhoneLine

log = structlog.get_logger(__name__)

SUBPROTOCOL: Final = "sip"
LOOK_AGAIN_S: Final = 15.0
"""How often a phone asks whether its session still holds."""

BEAT_S: Final = 3.0
BEAT: Final = "\r\n"
"""So often a sign of life goes to the page, which sees no pings: the keep-alive of SIP (RFC 5626)."""

MOST_MESSAGE: Final = 16 * 1024
BUDGET: Final = 200
BUDGET_S: Final = 10.0
"""A phone may send so many messages in so long."""

CLOSE_PAGE_LEFT: Final = (1001, 4001)
"""Of a page that goes: by the browser itself, or told by the page."""

CLOSE_SIGNED_OUT: Final = 4401
CLOSE_REFUSED: Final = 4403
CLOSE_ELSEWHERE: Final = 4409
CLOSE_TOO_MUCH: Final = 4429
CLOSE_BROKEN: Final = 1011
CLOSE_SWITCH_AWAY: Final = 4503

_ENDS: Final[dict[int, PhoneEnd]] = {0: "cut", CLOSE_SWITCH_AWAY: "cut", CLOSE_ELSEWHERE: "replaced"}
"""How a line ends, by the code; with any other the page is the phone no more."""


class _Over(Exception):  # noqa: N818 - a signal, not an error
    """The connection is over."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


class PhoneEndpoint:
    """The ASGI endpoint."""

    def __init__(self) -> None:
        self._phones: dict[str, _Phone] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its sign-in to its end."""
        connection = HTTPConnection(scope)
        await receive()  # websocket.connect
        try:
            agent = await _admitted(connection)
            ports = ports_of(connection)
            if ports.web_phones is None:
                raise UnavailableError("this daemon has no phones for browsers")
            line = await ports.web_phones.connect(agent, talks=connection.query_params.get("talks") == "1")
        except ConsoleError as error:
            if isinstance(error, UnavailableError):
                log.warning("web_phone_not_connected", reason=str(error))
            await response_of(error)(scope, receive, send)
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        await self._serve(agent, _Phone(connection, agent, line, send), receive)

    async def _serve(self, agent: str, phone: "_Phone", receive: Receive) -> None:
        before = self._phones.get(agent)
        self._phones[agent] = phone
        if before is not None:
            before.leave()
        try:
            await phone.run(receive)
        finally:
            if self._phones.get(agent) is phone:
                del self._phones[agent]


async def _admitted(connection: HTTPConnection) -> str:
    """The agent whose phone it is. A page of ours, of somebody who signed in, that speaks SIP."""
    if "origin" not in connection.headers or not is_own_origin(connection):
        raise CsrfError("the Origin of this connection is not allowed: use the console")
    if SUBPROTOCOL not in connection.scope.get("subprotocols", ()):
        raise PhoneRefusedError("this WebSocket speaks the sub-protocol sip")
    identity = await identify(connection)
    if identity is None or identity.must_change_password or identity.session is None:
        raise NotSignedInError("sign in to the console; API tokens have no phone")
    check(DESK, identity)
    return _agent_of(connection, identity)


def _agent_of(connection: HTTPConnection, identity: Identity) -> str:
    phones = ports_of(connection).web_phones
    if phones is None or identity.agent is None or phones.account(identity.agent) is None:
        raise PhoneRefusedError("this user has no phone in the browser: agents: … web_phone in the settings")
    return identity.agent


class _Phone:
    """One browser's phone while it is connected."""

    def __init__(self, connection: HTTPConnection, agent: str, line: PhoneLine, send: Send) -> None:
        self._connection = connection
        self._agent = agent
        self._line = line
        self._send = send
        self._left = asyncio.Event()
        self._sent: list[float] = []

    def leave(self) -> None:
        """Another page of the same agent is the phone now."""
        self._left.set()

    async def run(self, receive: Receive) -> None:
        """Until one of the two sides goes."""
        parts = (
            self._from_browser(receive),
            self._from_switch(),
            self._beat(),
            self._look_again(),
            self._elsewhere(),
        )
        tasks = [asyncio.ensure_future(part) for part in parts]
        over = _Over(0)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            over = _over(next(iter(done)).exception())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._line.close(_ENDS.get(over.code, "left"))
        if over.code and over.code not in CLOSE_PAGE_LEFT:
            await self._send({"type": "websocket.close", "code": over.code, "reason": str(over)[:120]})

    async def _from_browser(self, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code")
                raise _Over(code if code in CLOSE_PAGE_LEFT else 0)
            await self._line.send(self._accepted(message))

    def _accepted(self, message: Any) -> str:
        text = message.get("text")
        if text is None:
            text = bytes(message.get("bytes") or b"").decode("utf-8", "replace")
        now = asyncio.get_running_loop().time()
        self._sent = [at for at in self._sent if now - at < BUDGET_S] + [now]
        if len(text) > MOST_MESSAGE or len(self._sent) > BUDGET:
            raise _Over(CLOSE_TOO_MUCH, "more than a phone sends")
        return str(text)

    async def _from_switch(self) -> None:
        while (message := await self._line.receive()) is not None:
            await self._tell(message)
        raise _Over(CLOSE_SWITCH_AWAY, "the switch has closed the connection")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            await self._tell(BEAT)

    async def _tell(self, text: str) -> None:
        """One message to the browser; when it is gone already, what is received next says how."""
        try:
            await self._send({"type": "websocket.send", "text": text})
        except RuntimeError:  # the server's word for a connection that it has closed, pings being unanswered
            await asyncio.Event().wait()

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            identity = await identify(self._connection)
            if identity is None or identity.must_change_password:
                raise _Over(CLOSE_SIGNED_OUT, "signed out")
            if identity.agent != self._agent or _is_gone(self._connection, self._agent):
                raise _Over(CLOSE_REFUSED, "the settings give this user another phone now")

    async def _elsewhere(self) -> None:
        await self._left.wait()
        raise _Over(CLOSE_ELSEWHERE, "the phone is in another window now")


def _over(why: BaseException | None) -> _Over:
    """Why a line ended, whatever ended it."""
    if isinstance(why, _Over):
        return why
    if isinstance(why, PhoneRefusedError):
        return _Over(CLOSE_REFUSED, str(why))
    if isinstance(why, OSError):
        return _Over(CLOSE_SWITCH_AWAY, "the switch is away")
    log.error("web_phone_failed", exc_info=why)
    return _Over(CLOSE_BROKEN, "internal error")


def _is_gone(connection: HTTPConnection, agent: str) -> bool:
    phones = ports_of(connection).web_phones
    return phones is None or phones.account(agent) is None
