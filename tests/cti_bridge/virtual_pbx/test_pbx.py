"""The virtual PBX as the daemon meets it: over TCP, on a clock that may run faster, and gone without a trace."""

from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock, StringTransport

from cti_bridge.virtual_pbx.pbx import VirtualPbx
from cti_bridge.virtual_pbx.settings import AgentHabits, AmiAccount, EntryPoint, PbxSettings, Traffic
from cti_bridge.wire.ami import AmiMessage, AmiParser, encode_action
from simulation.distributions.durations import Constant

SETTINGS = PbxSettings(
    phones=("1001", "1002"),
    accounts=(AmiAccount(secret="s"),),
    agi_url="agi://127.0.0.1:4999",
    agi_token="t0ken",
    started_at=1_795_345_108_000_000,
)


class Line(StringTransport):
    """What TCP can do besides."""

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: N802 - Twisted's name
        """Nothing is delayed in memory."""


class Wired:
    """A PBX on a reactor in memory, and one AMI client connected to it."""

    def __init__(self) -> None:
        self.reactor: Any = MemoryReactorClock()
        self.pbx = VirtualPbx(self.reactor, SETTINGS, seed=1)
        self.pbx.listen()
        self.protocol, self.transport = self.connect()
        self.parser = AmiParser()
        self.messages: list[AmiMessage] = []
        self.send("Login", Username="cordboard", Secret="s")

    def connect(self) -> tuple[Any, Line]:
        [(_, factory, _, interface)] = self.reactor.tcpServers
        assert interface == "127.0.0.1"
        protocol, transport = factory.buildProtocol(None), Line()
        protocol.makeConnection(transport)
        return protocol, transport

    def send(self, action: str, **headers: str) -> None:
        self.protocol.dataReceived(encode_action(action, headers))

    def pass_time(self, seconds: float, step: float = 0.5) -> None:
        for _ in range(round(seconds / step)):
            self.reactor.advance(step)

    @property
    def names(self) -> list[str]:
        self.messages += self.parser.feed(self.transport.value())
        self.transport.clear()
        return [message.get("UserEvent") or message.name for message in self.messages]

    def refuse_agi(self) -> None:
        for _, _, factory, _, _ in self.reactor.tcpClients:
            factory.clientConnectionFailed(None, None)
        self.reactor.tcpClients.clear()


def test_a_call_by_hand() -> None:
    wired = Wired()
    caller = wired.pbx.call_in("8001", "5551230001", "Ada")
    [(host, port, _, timeout, _)] = wired.reactor.tcpClients
    assert (host, port, timeout) == ("127.0.0.1", 4999, 5.0)
    assert "AcdWaiting" not in wired.names
    wired.refuse_agi()
    assert "AcdWaiting" in wired.names
    caller.press("12")
    wired.pass_time(2)
    assert caller.on_the_line
    caller.hang_up()
    assert wired.names.count("Hangup") == 1


def test_the_url_carries_the_token() -> None:
    wired = Wired()
    wired.pbx.call_in("8001", "5551230001")
    [(_, _, factory, _, _)] = wired.reactor.tcpClients
    line, transport = factory.buildProtocol(None), Line()
    line.makeConnection(transport)
    assert b"agi_request: agi://127.0.0.1:4999/ivr?token=t0ken&call=" in transport.value()
    line.dataReceived(b"ANSWER\n")
    assert transport.value().endswith(b"200 result=0\n")
    line.connectionLost()
    assert "AcdWaiting" in wired.names


def test_a_phone_by_hand() -> None:
    wired = Wired()
    phone = wired.pbx.phone("1001")
    assert (phone.state, phone.manual) == ("idle", True)
    wired.send(
        "Originate", Channel="PJSIP/1001", ChannelId="leg", Context="acd-keep", Exten="stay", Priority="1", Async="1"
    )
    assert phone.state == "ringing"
    assert phone.answer()
    assert phone.state == "talking"
    assert not phone.hold()
    assert phone.press("1")
    assert not phone.dial("*51")
    assert phone.hang_up()
    assert phone.state == "idle"
    phone.register(registered=False)
    assert phone.state == "unregistered"
    phone.register()
    assert phone.dial("*51")
    assert phone.state == "calling"


def test_traffic_answers_phones_by_habit_but_not_those_in_somebodys_hand() -> None:
    wired = Wired()
    sure = AgentHabits(answer=Constant(mean_s=1), no_answer=0, busy=0, rejected=0)
    wired.pbx.start_traffic(Traffic(entry_points=(EntryPoint(number="8001", per_hour=600),), agents=sure))
    wired.pbx.phone("1002").manual = True
    for number in ("1001", "1002"):
        wired.send(
            "Originate", Channel=f"PJSIP/{number}", ChannelId=number, Context="acd-keep", Exten="stay", Async="1"
        )
    wired.pass_time(3)
    assert (wired.pbx.phone("1001").state, wired.pbx.phone("1002").state) == ("talking", "ringing")
    wired.pass_time(60)
    assert wired.names.count("Newchannel") > 5
    wired.pbx.stop_traffic()
    before = wired.names.count("Newchannel")
    wired.pass_time(120)
    assert wired.names.count("Newchannel") == before


def test_events_carry_the_switchs_own_clock() -> None:
    wired = Wired()
    wired.pass_time(10)
    wired.pbx.call_in("8001")
    assert "Newchannel" in wired.names
    [new] = [message for message in wired.messages if message.name == "Newchannel"]
    assert (new.get("Timestamp") or "").startswith("1795345118.")


def test_a_client_that_talks_nonsense_is_cut_off_and_others_go_on() -> None:
    wired = Wired()
    bad, transport = wired.connect()
    bad.dataReceived(b"GET / HTTP/1.1\r\n" + b"x" * 4000)
    assert transport.disconnecting
    wired.send("Ping")
    assert "Success" in wired.names


def test_a_client_that_does_not_read_is_cut_off() -> None:
    wired = Wired()
    slow, transport = wired.connect()
    slow.dataReceived(encode_action("Login", {"Username": "cordboard", "Secret": "s"}))
    slow.pauseProducing()
    slow._send(b"x" * 17_000_000)
    assert transport.disconnected or transport.disconnecting


def test_two_clients_hear_the_same() -> None:
    wired = Wired()
    other, transport = wired.connect()
    other.dataReceived(encode_action("Login", {"Username": "cordboard", "Secret": "s"}))
    wired.names  # noqa: B018 - reads and clears what came so far
    transport.clear()
    wired.pbx.call_in("8001")
    wired.refuse_agi()
    assert transport.value() == wired.transport.value()


def test_stopped_it_leaves_nothing_behind() -> None:
    wired = Wired()
    wired.pbx.start_traffic(Traffic(entry_points=(EntryPoint(number="8001", per_hour=600),)))
    wired.pass_time(30)
    wired.refuse_agi()
    done: list[Any] = []
    wired.pbx.stop().addCallback(done.append)
    assert done == [None]
    assert wired.reactor.getDelayedCalls() == []
    wired.pbx.call_in("8001")
    assert wired.reactor.getDelayedCalls() == []


@pytest.mark.parametrize("seconds", [0.0, 12.5])
def test_time_is_the_clocks(seconds: float) -> None:
    clock = Clock()
    pbx = VirtualPbx(clock, SETTINGS, seed=1, tcp=MemoryReactorClock())
    clock.advance(seconds)
    assert pbx.now() == SETTINGS.started_at + round(seconds * 1_000_000)  # type: ignore[operator]  # it is given
