"""The daemon's local door: one JSON object a line over a Unix socket that only its owner may open.

A request names what to do, ``{"do": "sign-in", "agent": "alice"}``; the answer is ``{"ok": true, "said": "…"}`` (to a
question ``"agents": […]``, ``"queues": […]``, ``"entries": […]``, ``"why": {…}``) or ``{"ok": false, "error": "…"}``,
in the order of the requests. The server decides nothing: it hands each request to a desk and carries its answer back.
A line that is no request is answered as an error and the connection goes on; a line without end is cut off.
"""

import os
from collections.abc import Callable
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
from cti_bridge.shell.entry_desk import EntryLine
from cti_bridge.shell.floor_desk import QueueLine

log = structlog.get_logger(__name__)

MAX_LINE: Final = 65_536


class AgentRequests(TypingProtocol):
    """Who carries out what is asked for agents, as :class:`~cti_bridge.shell.agent_desk.AgentDesk` does.

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


class FloorRequests(TypingProtocol):
    """Who answers for queues and explains, as :class:`~cti_bridge.shell.floor_desk.FloorDesk` does."""

    def queues(self) -> list[QueueLine]:
        """Every queue."""

    def close(self, queue: str, by: str) -> str:
        """Close a queue in an emergency."""

    def open(self, queue: str, by: str) -> str:
        """End an emergency closing."""

    def explain_contact(self, contact_id: str) -> dict[str, Any]:
        """Why a contact waits."""

    def explain_agent(self, agent_id: str) -> dict[str, Any]:
        """Why an agent is offered nothing."""

    def preview(self, config: str) -> dict[str, Any]:
        """What a settings file would change."""


class EntryRequests(TypingProtocol):
    """Who throws emergency switches, as :class:`~cti_bridge.shell.entry_desk.EntryDesk` does."""

    def entries(self) -> list[EntryLine]:
        """Every entry point."""

    def throw(self, entry_point: str, by: str) -> str:
        """An emergency."""

    def put_back(self, entry_point: str, by: str) -> str:
        """The emergency is over."""


class Desks(msgspec.Struct, frozen=True):
    """Everybody who answers."""

    agents: AgentRequests
    floor: FloorRequests
    entries: EntryRequests


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


class ListQueues(_Request, frozen=True, tag="list-queues"):
    """Every queue, open or closed, and how long one waits there."""


class CloseQueue(_Request, frozen=True, tag="close-queue"):
    """An emergency."""

    queue: str
    by: str = ""


class OpenQueue(_Request, frozen=True, tag="open-queue"):
    """The emergency is over."""

    queue: str
    by: str = ""


class ListEntries(_Request, frozen=True, tag="list-entries"):
    """Every entry point, and whether its emergency switch is thrown."""


class ThrowEmergency(_Request, frozen=True, tag="throw-emergency"):
    """An emergency at an entry point."""

    entry_point: str
    by: str = ""


class PutBackEmergency(_Request, frozen=True, tag="put-back-emergency"):
    """It is over."""

    entry_point: str
    by: str = ""


class ExplainContact(_Request, frozen=True, tag="explain-contact"):
    """Why it waits."""

    contact: str


class ExplainAgent(_Request, frozen=True, tag="explain-agent"):
    """Why they idle."""

    agent: str


class Preview(_Request, frozen=True, tag="preview"):
    """What this settings file would change."""

    config: str


Request: TypeAlias = (
    SignIn
    | Ready
    | NotReady
    | SignOut
    | ListAgents
    | ListQueues
    | CloseQueue
    | OpenQueue
    | ListEntries
    | ThrowEmergency
    | PutBackEmergency
    | ExplainContact
    | ExplainAgent
    | Preview
)

_decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_encode = msgspec.json.Encoder().encode


def encode_request(request: Request) -> bytes:
    """A request as its line, line end included."""
    return _encode(request) + b"\n"


_CARRIED_OUT: dict[type[Any], Callable[[Any, Desks], dict[str, Any]]] = {
    SignIn: lambda asked, desks: {"said": desks.agents.sign_in(asked.agent, asked.phone)},
    Ready: lambda asked, desks: {"said": desks.agents.ready(asked.agent)},
    NotReady: lambda asked, desks: {"said": desks.agents.not_ready(asked.agent, asked.reason)},
    SignOut: lambda asked, desks: {"said": desks.agents.sign_out(asked.agent)},
    ListAgents: lambda _, desks: {"agents": desks.agents.agents()},
    ListQueues: lambda _, desks: {"queues": desks.floor.queues()},
    CloseQueue: lambda asked, desks: {"said": desks.floor.close(asked.queue, asked.by)},
    OpenQueue: lambda asked, desks: {"said": desks.floor.open(asked.queue, asked.by)},
    ListEntries: lambda _, desks: {"entries": desks.entries.entries()},
    ThrowEmergency: lambda asked, desks: {"said": desks.entries.throw(asked.entry_point, asked.by)},
    PutBackEmergency: lambda asked, desks: {"said": desks.entries.put_back(asked.entry_point, asked.by)},
    ExplainContact: lambda asked, desks: {"why": desks.floor.explain_contact(asked.contact)},
    ExplainAgent: lambda asked, desks: {"why": desks.floor.explain_agent(asked.agent)},
    Preview: lambda asked, desks: {"preview": desks.floor.preview(asked.config)},
}


def carry_out(request: Request, desks: Desks) -> dict[str, Any]:
    """The contents of the answer."""
    return _CARRIED_OUT[type(request)](request, desks)


def answer(line: bytes, desks: Desks) -> bytes:
    """The answer to one line, without line end; never raises."""
    try:
        return _encode({"ok": True, **carry_out(_decoder.decode(line), desks)})
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

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Answer a request."""
        cast(ITransport, self.transport).write(answer(line, self._desks) + self.delimiter)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802 - Twisted's name and signature
        """Answer once and cut off."""
        transport = cast(ITransport, self.transport)
        transport.write(_refusal(f"a request has {MAX_LINE} bytes at most") + self.delimiter)
        transport.loseConnection()


class ControlFactory(Factory):
    """Makes a :class:`ControlProtocol` for each connection."""

    noisy = False

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    def buildProtocol(self, addr: IAddress | None) -> ControlProtocol:  # noqa: ARG002, N802 - Twisted's name and signature
        """One connection."""
        return ControlProtocol(self._desks)


def listen_control(reactor: IReactorUNIX, path: Path, desks: Desks) -> IListeningPort:
    """Open the door at ``path``, for its owner only; what a killed daemon left there is removed.

    Raises ``twisted.internet.error.CannotListenError`` when another daemon holds it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = os.umask(0o177)
    try:
        return reactor.listenUNIX(str(path), ControlFactory(desks), mode=0o600, wantPID=True)
    finally:
        os.umask(before)
