"""The AMI client against a scripted Asterisk: what it sends, what it believes, and when."""

import hashlib
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure

from cti_bridge.shell.ami_client import (
    ActionFailed,
    ActionTimedOut,
    AmiAccount,
    AmiClient,
    AmiProtocol,
    FateUnknown,
    NotConnected,
    Snapshot,
)
from cti_bridge.wire.ami import AmiMessage

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def message(*headers: str) -> bytes:
    return "\r\n".join(headers).encode() + b"\r\n\r\n"


class Asterisk:
    """The other end: reads actions out of a transport, writes answers into the protocol."""

    def __init__(self, protocol, transport, clock=None):
        self.protocol, self.transport = protocol, transport
        self.clock = clock

    def actions(self):
        data = self.transport.value().decode()
        self.transport.clear()
        return [dict(line.split(": ", 1) for line in block.split("\r\n")) for block in data.split("\r\n\r\n") if block]

    def say(self, *headers):
        self.protocol.dataReceived(message(*headers))


@pytest.fixture
def events():
    return []


@pytest.fixture
def asterisk(events):
    clock = Clock()
    protocol = AmiProtocol(clock, events.append, action_timeout_s=5)
    transport = StringTransport()
    protocol.makeConnection(transport)
    peer = Asterisk(protocol, transport, clock)
    protocol.dataReceived(GREETING)
    return peer


def outcome(deferred):
    results: list[Any] = []
    deferred.addBoth(results.append)
    return results


def test_answers_find_their_actions_in_any_order(asterisk):
    first, second = outcome(asterisk.protocol.action("Ping")), outcome(asterisk.protocol.action("CoreStatus"))
    ids = [action["ActionID"] for action in asterisk.actions()]
    asterisk.say("Response: Success", f"ActionID: {ids[1]}", "Message: two")
    assert not first
    asterisk.say("Response: Success", f"ActionID: {ids[0]}", "Message: one")
    assert (first[0].get("Message"), second[0].get("Message")) == ("one", "two")


def test_a_refused_action_says_why(asterisk):
    result = outcome(asterisk.protocol.action("Bridge"))
    (action,) = asterisk.actions()
    asterisk.say("Response: Error", f"ActionID: {action['ActionID']}", "Message: Channel does not exist")
    assert isinstance(result[0].value, ActionFailed)
    assert result[0].value.message == "Channel does not exist"


def test_an_action_without_an_answer_ends_by_time_and_its_late_answer_is_ignored(asterisk, events):
    result = outcome(asterisk.protocol.action("Ping"))
    (action,) = asterisk.actions()
    asterisk.clock.advance(4.9)
    assert not result
    asterisk.clock.advance(0.2)
    assert isinstance(result[0].value, ActionTimedOut)
    asterisk.say("Response: Success", f"ActionID: {action['ActionID']}")
    assert len(result) == 1
    assert not events


def test_a_list_is_gathered_and_other_events_go_their_way(asterisk, events):
    result = outcome(asterisk.protocol.list_action("CoreShowChannels"))
    (action,) = asterisk.actions()
    tag = f"ActionID: {action['ActionID']}"
    asterisk.say("Response: Success", tag, "EventList: start")
    asterisk.say("Event: CoreShowChannel", tag, "Uniqueid: 1")
    asterisk.say("Event: Hangup", "Uniqueid: 9")
    asterisk.say("Event: CoreShowChannel", tag, "Uniqueid: 2")
    assert not result
    asterisk.say("Event: CoreShowChannelsComplete", tag, "EventList: Complete", "ListItems: 2")
    assert [item.get("Uniqueid") for item in result[0]] == ["1", "2"]
    assert [event.name for event in events] == ["Hangup"]


def test_an_event_with_the_id_of_a_plain_action_is_an_event(asterisk, events):
    outcome(asterisk.protocol.action("Originate"))
    (action,) = asterisk.actions()
    asterisk.say("Response: Success", f"ActionID: {action['ActionID']}")
    asterisk.say("Event: OriginateResponse", f"ActionID: {action['ActionID']}", "Response: Failure")
    assert [event.name for event in events] == ["OriginateResponse"]


def test_losing_the_connection_fails_everybody_who_waits(asterisk):
    waiting = outcome(asterisk.protocol.action("Ping"))
    asterisk.protocol.connectionLost()
    assert isinstance(waiting[0].value, FateUnknown)
    late = outcome(asterisk.protocol.action("Ping"))
    assert isinstance(late[0].value, NotConnected)


def test_nonsense_closes_the_connection_once(events):
    protocol = AmiProtocol(Clock(), events.append)
    transport = StringTransport()
    protocol.makeConnection(transport)
    protocol.dataReceived(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n" * 3)
    assert transport.disconnected
    greeted = outcome(protocol.greeted)
    protocol.connectionLost()
    assert isinstance(greeted[0].value, NotConnected)


def test_a_handler_that_fails_does_not_stop_the_events(asterisk):
    seen = []

    def handler(event):
        seen.append(event.name)
        if len(seen) == 1:
            raise ValueError("a defect")

    asterisk.protocol.on_event = handler
    asterisk.say("Event: Hangup")
    asterisk.say("Event: Newstate")
    assert seen == ["Hangup", "Newstate"]


# -- the client that keeps a connection -----------------------------------------------------------------------------


class Listener:
    def __init__(self):
        self.told = []

    def switch_connected(self, snapshot: Snapshot):
        self.told.append(("connected", [c.get("Uniqueid") for c in snapshot.channels], len(snapshot.devices)))

    def switch_lost(self, reason):
        self.told.append(("lost", reason))

    def switch_event(self, event: AmiMessage):
        self.told.append(("event", event.name))


@pytest.fixture
def reactor():
    return MemoryReactorClock()


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def client(reactor, listener):
    endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", 5038)
    client = AmiClient(endpoint, AmiAccount(user="acd", secret="s3cret"), listener, reactor, keep_alive_s=15)
    client.start()
    return client


def connect(reactor) -> Asterisk:
    factory = reactor.tcpClients[-1][2]
    protocol = factory.buildProtocol(None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    peer = Asterisk(protocol, transport)
    protocol.dataReceived(GREETING)
    return peer


def answer_login(peer):
    (challenge,) = peer.actions()
    assert challenge["Action"] == "Challenge"
    peer.say("Response: Success", f"ActionID: {challenge['ActionID']}", "Challenge: 4711")
    (login,) = peer.actions()
    return login


def answer_snapshot(peer, login, *uniqueids, before_end=()):
    peer.say("Response: Success", f"ActionID: {login['ActionID']}", "Message: Authentication accepted")
    (channels,) = peer.actions()
    tag = f"ActionID: {channels['ActionID']}"
    peer.say("Response: Success", tag, "EventList: start")
    for uniqueid in uniqueids:
        peer.say("Event: CoreShowChannel", tag, f"Uniqueid: {uniqueid}")
    for headers in before_end:
        peer.say(*headers)
    peer.say("Event: CoreShowChannelsComplete", tag, "EventList: Complete")
    (devices,) = peer.actions()
    tag = f"ActionID: {devices['ActionID']}"
    peer.say("Response: Success", tag, "EventList: start")
    peer.say("Event: DeviceStateChange", tag, "Device: PJSIP/1001", "State: NOT_INUSE")
    peer.say("Event: DeviceStateListComplete", tag, "EventList: Complete")


def test_log_in_never_sends_the_secret(client, reactor):
    login = answer_login(connect(reactor))
    assert login["Key"] == hashlib.md5(b"4711s3cret").hexdigest()
    assert "s3cret" not in str(login)
    assert "s3cret" not in repr(AmiAccount(user="acd", secret="s3cret"))


def test_events_are_believed_after_the_snapshot_only(client, reactor, listener):
    peer = connect(reactor)
    answer_snapshot(peer, answer_login(peer), "17.1", before_end=[("Event: Hangup", "Uniqueid: 17.1")])
    peer.say("Event: Newstate", "Uniqueid: 17.2")
    assert listener.told == [("connected", ["17.1"], 1), ("event", "Hangup"), ("event", "Newstate")]
    assert client.connected


def test_after_a_lost_connection_it_comes_back_with_a_new_snapshot(client, reactor, listener):
    peer = connect(reactor)
    answer_snapshot(peer, answer_login(peer), "17.1")
    peer.protocol.connectionLost(Failure(ConnectionDone()))
    assert listener.told[-1][0] == "lost"
    assert not client.connected
    before = len(reactor.tcpClients)
    reactor.pump([1.0] * 20)
    assert len(reactor.tcpClients) == before + 1
    again = connect(reactor)
    answer_snapshot(again, answer_login(again), "17.2")
    assert listener.told[-1] == ("connected", ["17.2"], 1)


def test_a_refused_account_closes_and_tries_again_later(client, reactor, listener):
    peer = connect(reactor)
    login = answer_login(peer)
    peer.say("Response: Error", f"ActionID: {login['ActionID']}", "Message: Authentication failed")
    assert peer.transport.disconnected
    assert not listener.told


def test_a_silent_asterisk_is_noticed(client, reactor, listener):
    peer = connect(reactor)
    answer_snapshot(peer, answer_login(peer))
    reactor.advance(15)
    (ping,) = peer.actions()
    assert ping["Action"] == "Ping"
    reactor.advance(10)
    assert peer.transport.disconnected


def test_a_talking_asterisk_is_not_pinged(client, reactor):
    peer = connect(reactor)
    answer_snapshot(peer, answer_login(peer))
    reactor.advance(14)
    peer.say("Event: Newstate", "Uniqueid: 1")
    reactor.advance(1)
    assert not peer.actions()


def test_actions_without_a_connection_fail_at_once(client):
    result = outcome(client.action("Ping", []))
    assert isinstance(result[0].value, NotConnected)
    assert isinstance(client.stop(), defer.Deferred)
