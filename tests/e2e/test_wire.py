"""The codecs against the real Asterisk: what they take for granted of it must be so."""

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from cti_bridge.wire.agi import (
    MAX_COMMAND,
    AgiHangup,
    AgiParser,
    AgiReply,
    AgiRequest,
    AgiServerInput,
    encode_command,
)
from cti_bridge.wire.ami import MAX_ACTION_LINE, AmiMessage, AmiParser, encode_action
from tests.asterisk.instance import Asterisk

CONTEXT = "wire-test"
CALLER = 'Zoë "Zo" \\ K.'


class Manager:
    """A manager connection of the least kind: one action, its response."""

    def __init__(self, asterisk: Asterisk) -> None:
        self._socket = socket.create_connection((asterisk.host, asterisk.ami_port), timeout=10)
        self._parser = AmiParser()
        self.seen: list[AmiMessage] = []
        self.action("Login", Username="observer", Secret=asterisk.observer_secret)

    def action(self, name: str, **headers: str) -> AmiMessage:
        action_id = f"wire-{time.monotonic_ns()}"
        self._socket.sendall(encode_action(name, [("ActionID", action_id), *headers.items()]))
        while True:
            messages = self._parser.feed(self._socket.recv(65_536))
            self.seen += messages
            for message in messages:
                if message.kind == "response" and message.get("ActionID") == action_id:
                    return message

    def close(self) -> None:
        self._socket.close()


class Session:
    """The server side of one FastAGI session."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._parser = AgiParser()
        self._found: list[AgiServerInput] = []

    def receive(self) -> AgiServerInput:
        while not self._found:
            received = self._socket.recv(65_536)
            assert received, "Asterisk closed the session"
            self._found += self._parser.feed(received)
        return self._found.pop(0)

    def send(self, line: bytes) -> AgiReply:
        self._socket.sendall(line)
        reply = self.receive()
        assert isinstance(reply, AgiReply)
        return reply

    def command(self, name: str, *arguments: str | int) -> AgiReply:
        return self.send(encode_command(name, *arguments))


@pytest.fixture
def manager(real_asterisk: Asterisk) -> Iterator[Manager]:
    with contextlib.closing(Manager(real_asterisk)) as connected:
        yield connected


@pytest.fixture
def session(real_asterisk: Asterisk, manager: Manager) -> Iterator[Session]:
    for step in ("9,1,Answer()", "9,2,Wait(60)"):
        manager.action("Command", Command=f"dialplan add extension {step} into {CONTEXT} replace")
    with socket.create_server((real_asterisk.host, 0)) as listener:
        listener.settimeout(10)
        url = f"agi://{real_asterisk.host}:{listener.getsockname()[1]}/flow/test?token=a%20b,first arg,second"
        number = CALLER.replace("\\", "\\\\").replace('"', '\\"')
        where = {"Channel": f"Local/9@{CONTEXT}", "Application": "AGI", "Data": url}
        assert manager.action("Originate", **where, CallerID=f'"{number}" <6045550147>', Async="true").name == "Success"
        connection, _ = listener.accept()
    with connection:
        connection.settimeout(10)
        yield Session(connection)
    manager.action("Hangup", Channel="/^Local/9@wire-test/")


def test_a_request_and_what_the_commands_give(session: Session) -> None:
    request = session.receive()
    assert isinstance(request, AgiRequest)
    assert (request.path, request.query) == ("flow/test", {"token": "a b"})
    assert request.arguments == ("first arg", "second")
    assert request.caller_name == CALLER
    assert request.caller_number == "6045550147"
    assert request.dialled_number is None
    assert session.command("CHANNEL STATUS").number == 6
    values = ("plain", "two  words", 'q"q', "b\\b", '\\"x\\\\" "', "", " around ", "a,b(c)", "é山\udcff", "tab\there")
    for value in (*values, "(x", "x)", "x) endpos=3", "${EXTEN}", "200 result=0"):
        assert session.command("SET VARIABLE", "VALUE", value).done
        assert session.command("GET VARIABLE", "VALUE").data == value
    longest = "v" * (MAX_COMMAND - len('NOOP ""\n'))
    assert session.command("NOOP", longest).done
    assert session.command("GET VARIABLE", "NEVER_SET") == AgiReply(code=200, result="0")
    assert session.command("EXEC", "NoSuchApplication").number == -2
    assert session.command("STREAM FILE", "no-such-file", "").number == -1


def test_errors_and_the_hangup_leave_the_replies_in_step(session: Session, manager: Manager) -> None:
    session.receive()
    assert session.command("FROB").code == 510
    usage = session.send(b"GET VARIABLE\n")
    assert usage.code == 520
    assert "variablename" in usage.text
    assert "End of proper usage" not in usage.text
    assert session.command("NOOP") == AgiReply(code=200, result="0")
    assert manager.action("Hangup", Channel=f"/^Local/9@{CONTEXT}/").name == "Success"
    assert session.receive() == AgiHangup()
    assert session.command("GET VARIABLE", "NEVER_SET").done
    dead = session.command("STREAM FILE", "beep", "")
    assert (dead.code, dead.hung_up) == (511, True)


def test_the_longest_line_of_an_action(manager: Manager) -> None:
    value = "v" * (MAX_ACTION_LINE - len("L: "))
    assert manager.action("UserEvent", UserEvent="Long", L=value).name == "Success"
    refused = manager.action("UserEvent", UserEvent="Long", L=f"{value}v")
    assert (refused.name, refused.get("Message")) == ("Error", "Failed to parse message: line too long")
    events: list[AmiMessage] = []
    for _ in range(20):  # events overtake no response, but may come after one
        assert manager.action("Ping").get("Ping") == "Pong"
        events = [message for message in manager.seen if message.name == "UserEvent"]
        if events:
            break
        time.sleep(0.1)
    assert [event.get("L") for event in events] == [value]


def test_the_output_of_a_command(manager: Manager) -> None:
    listed = manager.action("Command", Command="core show help core show version")
    assert listed.name == "Success"
    assert "core show version" in listed.output
    assert manager.action("Command", Command="no such command").name == "Error"
    assert manager.seen[0].kind == "greeting"
