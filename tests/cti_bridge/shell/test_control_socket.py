"""The local door: requests reach the handler, answers come back in order, nonsense harms nobody."""

import json
import os
import socket
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.error import CannotListenError
from twisted.internet.testing import StringTransport

from acd.errors import IllegalEvent
from cti_bridge.shell.agent_desk import AgentLine, DeskError
from cti_bridge.shell.control_socket import (
    MAX_LINE,
    CloseQueue,
    ControlFactory,
    ControlProtocol,
    Desks,
    ExplainAgent,
    ExplainContact,
    ListAgents,
    ListQueues,
    NotReady,
    OpenQueue,
    Preview,
    Ready,
    Request,
    SignIn,
    SignOut,
    encode_request,
    listen_control,
)
from cti_bridge.shell.entry_desk import EntryLine
from cti_bridge.shell.floor_desk import QueueLine


class Desk:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def _asked(self, *what: str) -> str:
        self.asked.append(what)
        if what[1] == "nobody":
            raise DeskError("there is no agent 'nobody'")
        if what[1] == "ghost":
            raise IllegalEvent("ghost is not signed in")
        if what[1] == "bug":
            raise ZeroDivisionError
        return f"{what[1]}: {what[0]}"

    def sign_in(self, agent_id: str, phone: str | None = None) -> str:
        return self._asked("sign_in", agent_id, phone or "-")

    def ready(self, agent_id: str) -> str:
        return self._asked("ready", agent_id)

    def not_ready(self, agent_id: str, reason: str) -> str:
        return self._asked("not_ready", agent_id, reason)

    def sign_out(self, agent_id: str) -> str:
        return self._asked("sign_out", agent_id)

    def agents(self) -> list[AgentLine]:
        line = AgentLine(
            agent="alice", phone="", declared="READY", activity="IDLE", reason=None, pending=None, since_s=1.5
        )
        return [line]


class Floor:
    """Remembers too."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def queues(self) -> list[QueueLine]:
        line = QueueLine(
            queue="sales", state="open", by="", waiting=1, callbacks=0, longest_wait_s=2.5, expected_wait_s=None,
            agents_ready=0, agents_signed_in=1,
        )  # fmt: skip
        return [line]

    def close(self, queue: str, by: str) -> str:
        return self._desk._asked("close", queue, by)

    def open(self, queue: str, by: str) -> str:
        return self._desk._asked("open", queue, by)

    def explain_contact(self, contact_id: str) -> dict[str, Any]:
        return {"contact_id": contact_id}

    def explain_agent(self, agent_id: str) -> dict[str, Any]:
        return {"agent_id": agent_id}

    def preview(self, config: str) -> dict[str, Any]:
        return {"unroutable": [config]}


class Entries:
    """Says what it was asked."""

    def entries(self) -> list[EntryLine]:
        return [EntryLine(entry_point="8123", emergency=True, flow="closed", by="bo")]

    def throw(self, entry_point: str, by: str) -> str:
        return f"thrown {entry_point} {by}"

    def put_back(self, entry_point: str, by: str) -> str:
        return f"put back {entry_point} {by}"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def desks_of(desk: Desk) -> Desks:
    return Desks(desk, Floor(desk), Entries())


@pytest.fixture
def connection(desk: Desk) -> ControlProtocol:
    protocol = ControlFactory(desks_of(desk)).buildProtocol(None)
    protocol.makeConnection(StringTransport())
    return protocol


def transport_of(connection: ControlProtocol) -> Any:
    """A StringTransport, which has no types."""
    return connection.transport


def send(connection: Any, data: bytes) -> list[dict[str, Any]]:
    transport = transport_of(connection)
    transport.clear()
    connection.dataReceived(data)
    return [json.loads(line) for line in transport.value().splitlines()]


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        (SignIn("alice"), ("sign_in", "alice", "-")),
        (SignIn("alice", "1007"), ("sign_in", "alice", "1007")),
        (Ready("alice"), ("ready", "alice")),
        (NotReady("alice", "break"), ("not_ready", "alice", "break")),
        (SignOut("alice"), ("sign_out", "alice")),
        (CloseQueue("sales", "eve"), ("close", "sales", "eve")),
        (OpenQueue("sales"), ("open", "sales", "")),
    ],
)
def test_requests_reach_the_handler(
    connection: ControlProtocol, desk: Desk, request_: Request, asked: tuple[str, ...]
) -> None:
    (reply,) = send(connection, encode_request(request_))
    assert reply == {"ok": True, "said": f"{asked[1]}: {asked[0]}"}
    assert desk.asked == [asked]


def test_list(connection: ControlProtocol) -> None:
    (reply,) = send(connection, encode_request(ListAgents()))
    assert [(agent["agent"], agent["since_s"]) for agent in reply["agents"]] == [("alice", 1.5)]


def test_questions(connection: ControlProtocol) -> None:
    asked: list[Request] = [ListQueues(), ExplainContact("1.1"), ExplainAgent("ann"), Preview("new.yaml")]
    queues, contact, agent, preview = send(connection, b"".join(map(encode_request, asked)))
    assert [(line["queue"], line["longest_wait_s"]) for line in queues["queues"]] == [("sales", 2.5)]
    assert contact["why"] == {"contact_id": "1.1"}
    assert agent["why"] == {"agent_id": "ann"}
    assert preview["preview"] == {"unroutable": ["new.yaml"]}


def test_several_requests_in_any_chunks_are_answered_in_order(connection: ControlProtocol) -> None:
    data = encode_request(Ready("a")) + encode_request(SignOut("b"))
    replies = [reply for index in range(len(data)) for reply in send(connection, data[index : index + 1])]
    assert [reply["said"] for reply in replies] == ["a: ready", "b: sign_out"]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (b"hello", "not a request"),
        (b"[]", "not a request"),
        (b"\xff\xfe", "not a request"),
        (b'{"do": "format-disk"}', "format-disk"),
        (b'{"do": "ready"}', "agent"),
        (b'{"do": "ready", "agent": 7}', "agent"),
        (b'{"do": "ready", "agent": "a", "reason": "x"}', "reason"),
        (b'{"do": "ready", "agent": "nobody"}', "there is no agent 'nobody'"),
        (b'{"do": "ready", "agent": "ghost"}', "ghost is not signed in"),
    ],
)
def test_what_cannot_be_done_is_refused_and_the_next_request_works(
    connection: ControlProtocol, line: bytes, part: str
) -> None:
    refused, done = send(connection, line + b"\n" + encode_request(Ready("alice")))
    assert refused["ok"] is False
    assert part in refused["error"]
    assert done["ok"] is True


def test_a_fault_of_the_daemon_is_answered_without_its_traceback(connection: ControlProtocol) -> None:
    (reply,) = send(connection, encode_request(Ready("bug")))
    assert reply == {"ok": False, "error": "the daemon failed at this; its log says why"}


def test_a_line_without_end_is_cut_off(connection: ControlProtocol) -> None:
    transport = transport_of(connection)
    (reply,) = send(connection, b"x" * (MAX_LINE + 10))
    assert reply["ok"] is False
    assert transport.disconnecting


# -- on a real socket -----------------------------------------------------------------------------------------------


def test_on_a_real_socket_that_only_the_owner_may_open(tmp_path: Path, desk: Desk) -> None:
    path = tmp_path / "home" / "control.sock"
    path.parent.mkdir()
    _leave_a_dead_socket(path)
    reactor: Any = AsyncioSelectorReactor()
    port = listen_control(reactor, path, desks_of(desk))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CannotListenError):
        listen_control(reactor, path, desks_of(desk))
    replies: list[bytes] = []
    client = threading.Thread(target=_talk, args=(path, replies, reactor), daemon=True)
    client.start()
    reactor.callLater(10, reactor.stop)
    reactor.run(installSignalHandlers=False)
    client.join(10)
    port.stopListening()
    reactor._asyncioEventloop.close()
    assert json.loads(replies[0])["said"] == "alice: ready"


def _talk(path: Path, replies: list[bytes], reactor: Any) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(encode_request(Ready("alice")))
        replies.append(connection.makefile("rb").readline())
    reactor.callFromThread(reactor.stop)


def _leave_a_dead_socket(path: Path) -> None:
    """What a killed daemon leaves: a socket and a lock of a process that is no more."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    Path(f"{path}.lock").symlink_to(str(child))
