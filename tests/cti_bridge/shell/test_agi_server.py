"""The FastAGI server against scripted switches: good ones, hostile ones, and those that vanish."""

import asyncio
import ipaddress
import socket
import struct
import threading
import time
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from cti_bridge.shell.agi_server import AgiServer, SessionEnded

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
PEER = IPv4Address("TCP", "127.0.0.1", 40000)


def environment(url="agi://127.0.0.1:4573/ivr?token=t0ken", **more):
    lines = {"network": "yes", "request": url, "channel": "PJSIP/trunk-00000001", "uniqueid": "1.1", **more}
    return "".join(f"agi_{name}: {value}\n" for name, value in lines.items()).encode() + b"\n"


class Script:
    """A script that runs the given commands and remembers what came of it."""

    def __init__(self, *commands):
        self.commands = commands
        self.replies: list[Any] = []
        self.ended: Any = None
        self.session: Any = None

    async def __call__(self, session):
        self.session = session
        try:
            for name, *arguments in self.commands:
                self.replies.append(await session.command(name, *arguments))
        except SessionEnded as ended:
            self.ended = ended
            raise


@pytest.fixture
def clock():
    return Clock()


def serve(clock, script, **settings):
    server = AgiServer({"ivr": script}, token="t0ken", allowed=LOOPBACK, clock=clock, **settings)
    protocol: Any = server.buildProtocol(PEER)
    transport = StringTransport()
    protocol.makeConnection(transport)
    return server, protocol, transport


def test_a_script_awaits_its_replies_and_the_dialplan_goes_on(clock):
    script = Script(("ANSWER",), ("SET VARIABLE", "ACD_QUEUE", 'a "quoted" queue'))
    server, protocol, transport = serve(clock, script)
    protocol.dataReceived(environment())
    assert transport.value() == b"ANSWER\n" or transport.value().startswith(b"ANSWER")
    transport.clear()
    protocol.dataReceived(b"200 result=0\n")
    assert rb"\"quoted\"" in transport.value()
    protocol.dataReceived(b"200 result=1\n")
    assert [reply.number for reply in script.replies] == [0, 1]
    assert transport.disconnecting
    protocol.connectionLost()
    assert server.open_sessions == 0


def test_a_hangup_line_shifts_no_reply(clock):
    script = Script(("STREAM FILE", "welcome", ""), ("VERBOSE", "after"))
    _, protocol, _ = serve(clock, script)
    protocol.dataReceived(environment())
    protocol.dataReceived(b"HANGUP\n200 result=-1 endpos=8000\n")
    assert script.session.hung_up
    protocol.dataReceived(b"511 Command Not Permitted on a dead channel or intercept routine\n")
    assert [reply.code for reply in script.replies] == [200, 511]


def test_a_lost_connection_ends_the_script(clock):
    script = Script(("ANSWER",), ("VERBOSE", "never"))
    server, protocol, _ = serve(clock, script)
    protocol.dataReceived(environment())
    protocol.connectionLost()
    assert isinstance(script.ended, SessionEnded)
    assert server.open_sessions == 0


@pytest.mark.parametrize(
    "url",
    [
        "agi://127.0.0.1/ivr",
        "agi://127.0.0.1/ivr?token=wrong",
        "agi://127.0.0.1/other?token=t0ken",
        "nonsense",
        "agi://127.0.0.1/ivr?token=t%C3%B6ken",
        "agi://[::1/ivr?token=t0ken",
    ],
)
def test_without_the_token_or_a_script_nothing_runs(clock, url):
    script = Script(("ANSWER",))
    _, protocol, transport = serve(clock, script)
    protocol.dataReceived(environment(url))
    assert transport.disconnected
    assert script.session is None


def test_strangers_are_not_let_in(clock):
    server = AgiServer({}, token="t", allowed=LOOPBACK, clock=clock)
    assert server.buildProtocol(IPv4Address("TCP", "192.0.2.1", 1)) is None
    assert server.buildProtocol(None) is None


def test_at_the_limit_no_more_are_let_in(clock):
    server = AgiServer({}, token="t", allowed=LOOPBACK, clock=clock, max_sessions=1)
    assert server.buildProtocol(PEER) is not None
    assert server.buildProtocol(PEER) is None


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 70_000, b"agi_x: y\n" * 10_000])
def test_nonsense_is_answered_by_a_closed_connection(clock, data):
    script = Script(("ANSWER",))
    _, protocol, transport = serve(clock, script)
    protocol.dataReceived(data)
    assert transport.disconnected
    assert script.session is None


@pytest.mark.parametrize("sent", [b"", b"agi_network: yes\nagi_chan"])
def test_a_peer_that_sends_no_environment_is_left_and_costs_nothing(clock, sent):
    server, protocol, transport = serve(clock, Script())
    if sent:
        protocol.dataReceived(sent)
    clock.advance(4.9)
    assert not transport.disconnected
    clock.advance(0.2)
    assert transport.disconnected
    protocol.connectionLost()
    assert server.open_sessions == 0
    clock.advance(10)
    assert not clock.getDelayedCalls()


def test_closing_in_the_middle_of_the_environment_leaves_nothing_behind(clock):
    server, protocol, _ = serve(clock, Script())
    protocol.dataReceived(b"agi_network: yes\n")
    protocol.connectionLost()
    assert server.open_sessions == 0
    clock.advance(10)
    assert not clock.getDelayedCalls()


def test_a_script_that_fails_closes_its_own_connection_only(clock):
    async def broken(session):
        raise ValueError("a defect")

    server, protocol, transport = serve(clock, broken)
    protocol.dataReceived(environment())
    assert transport.disconnecting
    other = Script(("ANSWER",))
    server._scripts = {"ivr": other}
    second: Any = server.buildProtocol(PEER)
    second.makeConnection(StringTransport())
    second.dataReceived(environment())
    assert other.session is not None


def test_a_reply_to_no_command_is_refused(clock):
    async def patient(session):
        await Deferred()

    _, protocol, transport = serve(clock, patient)
    protocol.dataReceived(environment())
    protocol.dataReceived(b"200 result=0\n")
    assert transport.disconnected


def test_a_refused_peer_is_told_once_however_much_it_sends(clock, capsys):
    _, protocol, transport = serve(clock, Script(("ANSWER",)))
    protocol.dataReceived(environment("agi://127.0.0.1/" + "x" * 5000) + b"200 result=0\n" * 400)
    protocol.dataReceived(b"200 result=0\n" * 400)
    assert transport.disconnected
    said = capsys.readouterr()
    assert (said.out + said.err).count("agi_connection_refused") == 1
    assert len(said.out + said.err) < 500


# -- on real sockets -------------------------------------------------------------------------------------------------


def on_real_sockets(script, peer):
    """Run a server on a reactor of its own while ``peer`` (a function of the port) runs in a thread."""
    reactor: Any = AsyncioSelectorReactor(asyncio.new_event_loop())
    server = AgiServer({"ivr": script}, token="t0ken", allowed=LOOPBACK, clock=reactor, environment_timeout_s=30)
    port = reactor.listenTCP(0, server, interface="127.0.0.1", backlog=200)
    found: list[Any] = []

    def run():
        try:
            found.append(peer(port.getHost().port, server))
        finally:
            reactor.callFromThread(reactor.stop)

    thread = threading.Thread(target=run)
    reactor.callWhenRunning(thread.start)
    reactor.run(installSignalHandlers=False)
    thread.join()
    reactor._asyncioEventloop.close()
    assert found
    return found[0]


def test_an_environment_that_is_there_already_is_answered_at_once():
    def peer(port, _server):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(environment()[:30])
            time.sleep(0.05)
            line.sendall(environment()[30:])
            assert line.recv(100).startswith(b"ANSWER")
            line.sendall(b"200 result=0\n")
            assert line.recv(100) == b""
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(environment())
            return line.recv(100)

    assert on_real_sockets(Script(("ANSWER",)), peer).startswith(b"ANSWER")


@pytest.mark.parametrize(
    "sent", [b"", b"agi_network: yes\nagi_req", environment()[:-1]], ids=["nothing", "half", "all"]
)
@pytest.mark.parametrize("how", ["closes", "resets", "shuts its half"])
def test_peers_that_go_before_the_environment_is_whole_leave_nothing_that_spins(sent, how):
    def peer(port, server):
        lines = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(100)]
        for line in lines:
            line.sendall(sent)
            if how == "resets":
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if how == "shuts its half":
                line.shutdown(socket.SHUT_WR)
            else:
                line.close()
        deadline = time.monotonic() + 5
        while server.open_sessions and time.monotonic() < deadline:
            time.sleep(0.01)
        began = time.process_time()
        time.sleep(0.3)
        spent = time.process_time() - began
        for line in lines:
            line.close()
        return server.open_sessions, spent

    script = Script(("ANSWER",))
    left, spent = on_real_sockets(script, peer)
    assert left == 0
    assert spent < 0.05
    assert script.session is None
