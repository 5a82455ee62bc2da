"""The daemon's local door: one JSON object a line over a Unix socket that only its owner may open.

A request names what to do, ``{"do": "sign-in", "agent": "alice"}``; the answer is ``{"ok": true, "said": "…"}`` (to a
list ``"agents": […]``) or ``{"ok": false, "error": "…"}``, in the order of the requests. The server decides nothing: it
hands each request to a :class:`ControlHandler` and carries its answer back. A line that is no request is answered as an
error and the connection goes on; a line without end is cut off.
"""

import os
from pathlib import Path
from typing import Any, Final, TypeAlias, cast
from typing import Protocol as TypingProtocol

import msgspec
import structlog
from twisted.internet.interfaces import IAddress, IListeningPort, IReactorUNIX, ITransport
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

from acd.errors import AcdError
from cti_bridge.shell.agent_desk import AgentLine, DeskError

log = structlog.get_logger(__name__)

MAX_LINE: Final = 65_536


class ControlHandler(TypingProtocol):
    """Who carries requests out, as :class:`~cti_bridge.shell.agent_desk.AgentDesk` does.

    Each method says in words what came of it, or raises :class:`~cti_bridge.shell.agent_desk.DeskError`.
    """

    def sign_in(self, agent_id: str, phone: str | None = None) -> str:
        """The agent begins to work, not ready; ``phone`` None: at their own phone."""

    def ready(self, agent_id: str) -> str:
        """The agent wants contacts."""

    def not_ready(self, agent_id: str, reason: str) -> str:
        """The agent wants none."""

    def sign_out(self, agent_id: str) -> str:
        """The agent goes home; during a contact: afterwards."""

    def agents(self) -> list[AgentLine]:
        """Everybody whom the policy knows."""


class _Request(msgspec.Struct, frozen=True, tag_field="do", forbid_unknown_fields=True):
    """Base of the requests; the tag ``do`` names one."""


class SignIn(_Request, frozen=True, tag="sign-in"):
    """Begin to work."""

    agent: str
    phone: str | None = None


class Ready(_Request, frozen=True, tag="ready"):
    """Want contacts."""

    agent: str


class NotReady(_Request, frozen=True, tag="not-ready"):
    """Want none, and why."""

    agent: str
    reason: str


class SignOut(_Request, frozen=True, tag="sign-out"):
    """Go home."""

    agent: str


class ListAgents(_Request, frozen=True, tag="list"):
    """Who is there, in which state."""


Request: TypeAlias = SignIn | Ready | NotReady | SignOut | ListAgents

_decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_encode = msgspec.json.Encoder().encode


def encode_request(request: Request) -> bytes:
    """A request as its line, line end included."""
    return _encode(request) + b"\n"


def carry_out(request: Request, handler: ControlHandler) -> dict[str, Any]:
    """The contents of the answer."""
    match request:
        case SignIn(agent, phone):
            return {"said": handler.sign_in(agent, phone)}
        case Ready(agent):
            return {"said": handler.ready(agent)}
        case NotReady(agent, reason):
            return {"said": handler.not_ready(agent, reason)}
        case SignOut(agent):
            return {"said": handler.sign_out(agent)}
        case ListAgents():
            return {"agents": handler.agents()}


def answer(line: bytes, handler: ControlHandler) -> bytes:
    """The answer to one line, without line end; never raises."""
    try:
        return _encode({"ok": True, **carry_out(_decoder.decode(line), handler)})
    except (DeskError, AcdError) as error:
        return _refusal(str(error) or type(error).__name__)
    except msgspec.MsgspecError as error:
        return _refusal(f"not a request: {error}")
    except Exception:
        log.exception("control_request_failed")
        return _refusal("the daemon failed at this; its log says why")


def _refusal(text: str) -> bytes:
    return _encode({"ok": False, "error": text})


class ControlProtocol(LineOnlyReceiver):
    """One connection. In: requests; out: answers; state: none."""

    delimiter = b"\n"
    MAX_LENGTH = MAX_LINE

    def __init__(self, handler: ControlHandler) -> None:
        self._handler = handler

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Answer a request."""
        cast(ITransport, self.transport).write(answer(line, self._handler) + self.delimiter)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802 - Twisted's name and signature
        """Answer once and cut off."""
        transport = cast(ITransport, self.transport)
        transport.write(_refusal(f"a request has {MAX_LINE} bytes at most") + self.delimiter)
        transport.loseConnection()


class ControlFactory(Factory):
    """Makes a :class:`ControlProtocol` for each connection."""

    noisy = False

    def __init__(self, handler: ControlHandler) -> None:
        self._handler = handler

    def buildProtocol(self, addr: IAddress | None) -> ControlProtocol:  # noqa: ARG002, N802 - Twisted's name and signature
        """One connection."""
        return ControlProtocol(self._handler)


def listen_control(reactor: IReactorUNIX, path: Path, handler: ControlHandler) -> IListeningPort:
    """Open the door at ``path``, for its owner only; what a killed daemon left there is removed.

    Raises ``twisted.internet.error.CannotListenError`` when another daemon holds it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = os.umask(0o177)
    try:
        return reactor.listenUNIX(str(path), ControlFactory(handler), mode=0o600, wantPID=True)
    finally:
        os.umask(before)
