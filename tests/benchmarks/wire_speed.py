"""From an event on the AMI wire to the event at the client: `python -m tests.benchmarks.wire_speed [--seconds N]`.

Three processes: a virtual PBX with 20 calls a second, `cordboard serve`, and this one, which is 200 agents' clients,
each on the live channel of their own desk, and an administrator's, who sees all agents. Measured is from the write of
the event that says that an agent's leg is up until a client has the frame that shows the talk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import select
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_console.client import Client
from storage.accounts import Accounts
from storage.journal import open_journal
from tests.agent_console.site import SETTINGS
from tests.agent_console.virtual_centre import VirtualCentre
from tests.benchmarks.live_speed import PING, PONG, TEXT, masked
from tests.benchmarks.wire_switch import PHONE_NUMBERS

AGENTS = len(PHONE_NUMBERS)
PER_SECOND = 20
RAMP_S = 8.0
"""Until as many talk as will, and figures are those of a busy hour."""

TEAMS = [f"team-{number}" for number in range(10)]


class BusyCentre(VirtualCentre):
    """Two hundred agents in ten teams, one queue."""

    switch_program = "tests.benchmarks.wire_switch"

    def __init__(self, folder: Path) -> None:
        names = [f"agent-{phone}" for phone in PHONE_NUMBERS]
        team = {name: TEAMS[turn % len(TEAMS)] for turn, name in enumerate(names)}
        agents = {
            name: {"phone": phone, "team": team[name], "skills": {"english": 5}}
            for name, phone in zip(names, PHONE_NUMBERS, strict=True)
        }
        users = {name: {"title": name, "agent": name, "teams": [team[name]]} for name in names}
        more = {
            "teams": {name: {"title": name} for name in TEAMS},
            "agents": agents,
            "users": {"root": SETTINGS["users"]["root"], **users},
            "queues": {"sales": {"title": "Sales", "requires": "english>=1"}, "front": {"title": "Front"}},
        }
        super().__init__(folder, more)

    def tokens(self) -> list[str]:
        """An API token for the administrator and each agent; before the start."""
        self.home.mkdir(exist_ok=True)
        with open_journal(self.home / "journal.sqlite3") as journal:
            accounts, now = Accounts(journal), time.time_ns() // 1000
            names = list(self.settings["users"])  # the administrator is the first
            scopes = ("read", "desk")
            return [
                accounts.make_token(name, "bench", scopes, expires_at=None, by="bench", at=now)[0] for name in names
            ]


class Listener:
    """One client: the bytes that came, and when."""

    def __init__(self, port: int, token: str, topic: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.sendall(
            b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Authorization: Bearer " + token.encode() + b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Version: 13\r\n\r\n"
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(1)
        assert answer.startswith(b"HTTP/1.1 101"), answer
        self.socket.sendall(masked(json.dumps({"subscribe": [topic]}).encode()))
        self.socket.setblocking(False)
        self.chunks: list[tuple[float, bytes]] = []
        self._unread = bytearray()

    def read(self) -> None:
        data = self.socket.recv(1 << 18)
        assert data, "the daemon closed a client's connection"
        self.chunks.append((time.monotonic(), data))
        self._unread += data
        self._answer_pings()

    def _answer_pings(self) -> None:
        """Who says nothing to them is taken for dead."""
        while (whole := _frame(self._unread)) is not None:
            head, size = whole
            if self._unread[0] == PING:
                self.socket.sendall(masked(bytes(self._unread[head : head + size]), PONG))
            del self._unread[: head + size]

    def frames(self) -> Iterator[tuple[float, dict[str, Any]]]:
        """Each frame with the time at which its last byte came."""
        buffer = bytearray()
        for at, data in self.chunks:
            buffer += data
            while (whole := _frame(buffer)) is not None:
                head, size = whole
                text = bytes(buffer[head : head + size])
                is_text = buffer[0] == TEXT
                del buffer[: head + size]
                if is_text:
                    yield at, json.loads(text)


def _frame(buffer: bytearray) -> tuple[int, int] | None:
    """Sizes of the head and of the payload of the first frame; None: it is not whole."""
    if len(buffer) < 4:
        return None
    size, head = buffer[1], 2
    if size == 126:
        size, head = int.from_bytes(buffer[2:4], "big"), 4
    elif size == 127:
        if len(buffer) < 10:
            return None
        size, head = int.from_bytes(buffer[2:10], "big"), 10
    return (head, size) if len(buffer) >= head + size else None


@dataclass(frozen=True)
class Measured:
    """What was measured, in seconds from the wire to the client, one for each answered call."""

    at_desk: list[float]
    on_floor: list[float]
    daemon_cpu: float
    """Share of one core that the daemon used."""
    per_second: float

    @property
    def p95_ms(self) -> float:
        """The worse of the two."""
        return max(percentile(self.at_desk, 95), percentile(self.on_floor, 95))

    def table(self) -> str:
        head = "| where | p50 ms | p95 ms | p99 ms | most ms |\n| --- | ---: | ---: | ---: | ---: |"
        rows = [_row("the agent's desk", self.at_desk), _row("the floor", self.on_floor)]
        about = f"{self.per_second:.1f} calls answered a second, the daemon at {self.daemon_cpu:.0%} of a core\n"
        return "\n".join([about, head, *rows])


def _row(where: str, late_s: list[float]) -> str:
    told = [percentile(late_s, percent) for percent in (50, 95, 99)] + [max(late_s) * 1000]
    return f"| {where} | {' | '.join(f'{one:.1f}' for one in told)} |"


def percentile(late_s: list[float], percent: int) -> float:
    """Milliseconds."""
    return statistics.quantiles(late_s, n=100)[percent - 1] * 1000


def measure(seconds: float) -> Measured:
    """One run."""
    with tempfile.TemporaryDirectory() as folder:
        centre = BusyCentre(Path(folder))
        try:
            tokens = centre.tokens()
            centre.start()
            asyncio.run(_begin_to_work(centre.url, tokens[1:]))
            listeners = [Listener(centre.port, token, "desk") for token in tokens[1:]]
            listeners.append(Listener(centre.port, tokens[0], "agents"))
            return _watched(centre, listeners, seconds)
        finally:
            centre.close()


async def _begin_to_work(url: str, tokens: list[str]) -> None:
    for token in tokens:
        async with Client(url, token=token) as client:
            await client.desk_sign_in()
            await client.desk_ready()


def _watched(centre: BusyCentre, listeners: list[Listener], seconds: float) -> Measured:
    poll = select.epoll()
    by_number = {one.socket.fileno(): one for one in listeners}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    centre.switch("traffic", str(PER_SECOND))
    began = time.monotonic()
    cpu, cpu_from = 0.0, 0.0
    while (now := time.monotonic()) < began + RAMP_S + seconds:
        if not cpu_from and now >= began + RAMP_S:
            cpu, cpu_from = _cpu_s(centre.pid), now
        for number, _ in poll.poll(0.1):
            by_number[number].read()
    used = (_cpu_s(centre.pid) - cpu) / (time.monotonic() - cpu_from)
    answers = Path(centre.folder / "answers.json")
    centre.switch("answers", str(answers))
    written = {contact: at for contact, at in json.loads(answers.read_text()).items() if at >= began + RAMP_S}
    answered = len(written)
    at_desk = _late(listeners[:-1], written, _on_desk)
    on_floor = _late(listeners[-1:], written, _on_floor)
    for one in listeners:
        one.socket.close()
    assert min(len(at_desk), len(on_floor)) > 0.9 * answered, f"{len(at_desk)}, {len(on_floor)} of {answered} came"
    return Measured(at_desk, on_floor, used, answered / seconds)


def _late(listeners: list[Listener], written: dict[str, float], talks: Callable[[str, Any], str]) -> list[float]:
    """How late each talk was shown first."""
    shown: dict[str, float] = {}
    for one in listeners:
        for at, frame in one.frames():
            for key, document in frame.get("delta", {}).get("set", {}).items():
                contact = talks(key, document)
                if contact in written:
                    shown.setdefault(contact, at)
    return [at - written[contact] for contact, at in shown.items()]


def _on_desk(key: str, document: Any) -> str:
    """The contact of which a desk says that it is talked with; ``""``: none."""
    return key.partition(":")[2] if key.startswith("contact:") and document["state"] == "talking" else ""


def _on_floor(_key: str, row: Any) -> str:
    """The same of an agent's row."""
    return row["contacts"][0]["contact_id"] if row["activity"] == "TALKING" and row["contacts"] else ""


def _cpu_s(pid: int) -> float:
    # What clock_getcpuclockid(3) gives on Linux for the CPU time of a whole process.
    return time.clock_gettime((~pid << 3) | 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(measure(parser.parse_args().seconds).table())


if __name__ == "__main__":
    main()
