"""Clients that others wrote log in to the virtual PBX over TCP, act, and read its events."""

import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asterisk.ami import AMIClient, SimpleAction  # type: ignore[import-untyped]  # it has no types
from asterisk.manager import Manager  # type: ignore[import-untyped]  # it has no types

PATIENCE_S = 20


@contextmanager
def served(*variables: str) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.cti_bridge.virtual_pbx.served", *variables]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()
        process.wait(PATIENCE_S)


def gathered(events: "queue.Queue[Any]", enough: Callable[[list[Any]], bool]) -> list[Any]:
    found: list[Any] = []
    end = time.monotonic() + PATIENCE_S
    while not enough(found) and time.monotonic() < end:
        try:
            found.append(events.get(timeout=0.5))
        except queue.Empty:
            continue
    assert enough(found), [str(event)[:200] for event in found[-3:]]
    return found


@pytest.mark.filterwarnings("ignore:notifyAll:DeprecationWarning")  # the library's own way to wait
def test_asterisk_ami() -> None:
    with served("ACD_CALL", "ACD_QUEUE") as port:
        _asterisk_ami(port)


def _asterisk_ami(port: int) -> None:
    client = AMIClient(address="127.0.0.1", port=port, timeout=PATIENCE_S)
    events: queue.Queue[Any] = queue.Queue()
    client.add_event_listener(lambda event, **_: events.put(event))
    try:
        answer = client.login(username="acd", secret="acd-secret").response
        assert (answer.status, answer.keys["Message"]) == ("Success", "Authentication accepted")
        pong = client.send_action(SimpleAction("Ping")).response
        assert pong.keys["Ping"] == "Pong"
        refused = client.send_action(SimpleAction("Hangup", Channel="gone")).response
        assert refused.keys["Message"] == "No such channel"
        rung = SimpleAction(
            "Originate",
            Channel="PJSIP/1001",
            ChannelId="leg-1",
            Context="acd-keep",
            Exten="s",
            Priority="1",
            Async="true",
        )
        assert client.send_action(rung).response.keys["Message"] == "Originate successfully queued"
        wanted = {"Newchannel", "UserEvent", "MusicOnHoldStart", "OriginateResponse", "DialBegin", "Hangup"}
        found = gathered(events, lambda seen: {event.name for event in seen} >= wanted)
        waiting = next(event for event in found if event.keys.get("UserEvent") == "AcdWaiting")
        assert waiting.keys["Call"] == waiting.keys["Uniqueid"]
    finally:
        client.logoff()
        client.disconnect()


# names of the threading library that are older than Python 3
@pytest.mark.filterwarnings("ignore:(currentThread|isSet|setDaemon|notifyAll):DeprecationWarning")
def test_pyst2() -> None:
    with served() as port:  # on Python 3 it cannot read ChanVariable, of no switch
        _pyst2(port)


def _pyst2(port: int) -> None:
    manager = Manager()
    events: queue.Queue[Any] = queue.Queue()
    manager.register_event("*", lambda event, _manager: events.put(event))
    manager.connect("127.0.0.1", port)
    try:
        assert manager.login("acd", "acd-secret").headers["Message"] == "Authentication accepted"
        assert manager.ping().headers["Response"] == "Success"
        found = gathered(events, lambda seen: sum(event.name == "UserEvent" for event in seen) >= 3)
        waiting = next(event for event in found if event.headers.get("UserEvent") == "AcdWaiting")
        assert waiting.headers["Context"] == "acd-wait"
        listed = manager.send_action({"Action": "CoreShowChannels"})
        assert listed.headers["Message"] == "Channels will follow"
        refused = manager.send_action({"Action": "Redirect", "Channel": "gone", "Context": "c", "Exten": "s"})
        assert refused.headers["Message"] == "Channel does not exist: gone"
    finally:
        manager.close()  # logs off
