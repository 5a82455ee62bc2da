"""One consumer of a manager stream, in a process of its own: `python -m tests.benchmarks.ami_clients NAME PORT`.

Each logs in, hands every event to a handler that reads its `Uniqueid`, and ends at the event `UserEvent` whose
`UserEvent` header is `StreamEnd`.  It prints one line of JSON: events handled, CPU seconds since the log-in was
answered, the monotonic time of the end, peak memory in MB.

The clients called bare are the least that a careful person would write for the job: what is measured against them is
what a library costs.  All that have a reactor run on the same one.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Get = Callable[[str], Any]
Found = Iterator[tuple[str, Get]]
Feed = Callable[[bytes], Found]

LOGIN = b"Action: Login\r\nUsername: bench\r\nSecret: bench\r\nActionID: 1\r\n\r\n"
WANTED = frozenset(
    {
        "Newchannel",
        "Newstate",
        "DialBegin",
        "DialEnd",
        "BridgeEnter",
        "BridgeLeave",
        "Hangup",
        "Hold",
        "Unhold",
        "DTMFEnd",
        "UserEvent",
    }
)


class Handler:
    """Counts, reads one header as any handler does, and reports at the end of the stream."""

    def __init__(self, slow_s: float) -> None:
        self.events = 0
        self._cpu = 0.0
        self._slow_s = slow_s

    def begin(self) -> None:
        self._cpu = time.process_time()

    def event(self, name: str, get: Get) -> None:
        self.events += 1
        if self._slow_s:
            time.sleep(self._slow_s)
        get("Uniqueid")
        if name == "UserEvent" and get("UserEvent") == "StreamEnd":
            self._report()

    def _report(self) -> None:
        ended = time.monotonic()
        status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        [peak] = [int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")]
        cpu = time.process_time() - self._cpu
        print(json.dumps({"events": self.events - 1, "cpu_s": cpu, "ended": ended, "peak_mb": peak}), flush=True)
        os._exit(0)  # threads of the clients would keep the process


# ------------------------------------------------------------------ the packaged clients


def asterisk_ami(port: int, handler: Handler) -> None:
    from asterisk.ami import AMIClient  # type: ignore[import-untyped]  # noqa: PLC0415 - each process loads the one client it measures

    client = AMIClient("127.0.0.1", port)
    client.add_event_listener(lambda event, **_: handler.event(event.name, event.keys.get))
    client.login("bench", "bench").response  # noqa: B018 - waits for the answer
    handler.begin()
    threading.Event().wait()


def pyst2(port: int, handler: Handler) -> None:
    warnings.simplefilter("ignore")
    from asterisk.manager import Manager  # type: ignore[import-untyped]  # noqa: PLC0415

    manager = Manager()
    manager.register_event("*", lambda event, _: handler.event(event.name, event.get_header))
    manager.connect("127.0.0.1", port)
    manager.login("bench", "bench")
    handler.begin()
    threading.Event().wait()


# ------------------------------------------------------------------ bare: bytes to (name, get) of each event


def split_loop() -> Feed:
    """Split, and split again: quick, and wrong for repeated headers and for a colon without a space."""
    tail = b""

    def feed(data: bytes) -> Found:
        nonlocal tail
        *blocks, tail = (tail + data).split(b"\r\n\r\n")
        for block in blocks:
            headers = {}
            for line in block.decode("utf-8", "surrogateescape").split("\r\n"):
                key, _, value = line.partition(": ")
                headers[key] = value
            yield headers.get("Event", ""), headers.get

    return feed


def correct_dict() -> Feed:
    """The same with what it gets wrong put right, only where a message needs it."""
    tail = b""

    def again(lines: list[str]) -> dict[str, Any]:
        headers: dict[str, Any] = {}
        for line in lines:
            key, _, value = line.partition(":")
            value = value.removeprefix(" ")
            known = headers.setdefault(key, value)
            if isinstance(known, list):
                known.append(value)
            elif known is not value:
                headers[key] = [known, value]
        return headers

    def feed(data: bytes) -> Found:
        nonlocal tail
        *blocks, tail = (tail + data).split(b"\r\n\r\n")
        for block in blocks:
            lines = block.decode("utf-8", "surrogateescape").split("\r\n")
            headers: dict[str, Any] = {}
            plain = True
            for line in lines:
                key, colon, value = line.partition(": ")
                headers[key] = value
                if not colon:
                    plain = False
            if not plain or len(headers) != len(lines):
                headers = again(lines)
            yield headers.get("Event", ""), headers.get

    return feed


def lazy_filter() -> Feed:
    """Look at the name first; take apart only what is wanted."""
    tail = b""
    wanted = {name.encode() for name in WANTED}

    def feed(data: bytes) -> Found:
        nonlocal tail
        *blocks, tail = (tail + data).split(b"\r\n\r\n")
        for block in blocks:
            if block[7 : block.find(b"\r\n", 7)] in wanted:
                headers = {}
                for line in block.decode("utf-8", "surrogateescape").split("\r\n"):
                    key, _, value = line.partition(": ")
                    headers[key] = value
                yield headers["Event"], headers.get

    return feed


def _run(make_protocol: Callable[[], Any], port: int) -> None:
    from twisted.internet.asyncioreactor import AsyncioSelectorReactor  # noqa: PLC0415
    from twisted.internet.protocol import ClientFactory  # noqa: PLC0415

    factory = ClientFactory.forProtocol(make_protocol)
    factory.noisy = False
    reactor: Any = AsyncioSelectorReactor()
    reactor.connectTCP("127.0.0.1", port, factory)
    reactor.run(installSignalHandlers=False)


def bare(make_feed: Callable[[], Feed]) -> Callable[[int, Handler], None]:
    def consume(port: int, handler: Handler) -> None:
        from twisted.internet.protocol import Protocol  # noqa: PLC0415

        feed = make_feed()

        class Client(Protocol):
            logged_in = False

            def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
                self.transport.write(LOGIN)  # type: ignore[union-attr]  # there is one now

            def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
                if not self.logged_in:
                    _, answered, data = data.partition(b"\r\n\r\n")
                    if not answered:
                        return
                    self.logged_in = True
                    handler.begin()
                for name, get in feed(data):
                    handler.event(name, get)

        _run(Client, port)

    return consume


# ------------------------------------------------------------------ ours: the protocol of the daemon itself


def cordboard(*, every_header: bool, wanted: frozenset[str] | None = None) -> Callable[[int, Handler], None]:
    def consume(port: int, handler: Handler) -> None:
        from twisted.internet.task import Clock  # noqa: PLC0415

        from cti_bridge.shell.ami_client import AmiProtocol  # noqa: PLC0415
        from cti_bridge.wire.ami import AmiMessage  # noqa: PLC0415

        def on_event(event: AmiMessage) -> None:
            handler.event(event.name, event.first_values().get if every_header else event.get)

        def connect() -> AmiProtocol:
            protocol = AmiProtocol(Clock(), on_event, wanted=wanted)
            protocol.greeted.addCallback(
                lambda _: protocol.action("Login", [("Username", "bench"), ("Secret", "bench")])
            )
            protocol.greeted.addCallback(lambda _: handler.begin())
            return protocol

        _run(connect, port)

    return consume


CLIENTS: dict[str, Callable[[int, Handler], None]] = {
    "asterisk-ami": asterisk_ami,
    "pyst2": pyst2,
    "bare split loop": bare(split_loop),
    "bare correct dict": bare(correct_dict),
    "bare lazy filter": bare(lazy_filter),
    "cordboard, every header": cordboard(every_header=True),
    "cordboard, headers when asked": cordboard(every_header=False),
    "cordboard, wanted kinds": cordboard(every_header=False, wanted=WANTED),
}


if __name__ == "__main__":
    CLIENTS[sys.argv[1]](int(sys.argv[2]), Handler(float(sys.argv[3]) if len(sys.argv) > 3 else 0.0))
