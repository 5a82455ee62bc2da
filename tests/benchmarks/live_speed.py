"""One update to many consoles, server beside server: `python -m tests.benchmarks.live_speed [--clients N,N]`.

This process is all the clients: it subscribes, then counts the bytes that come. Every server is a process of its own
and stays up; rounds take turns. Compare rows of one run only, by their ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import select
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.live_servers import SERVERS, SIZE

ROOT = Path(__file__).parents[2]
FRAME = SIZE + 4
TEXT, PING, PONG = 0x81, 0x89, 0x8A
"""First bytes of whole frames."""

TIMEOUT_S = 120.0
HANDSHAKE = (
    b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Authorization: Bearer cbt_bench\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)


@dataclass(frozen=True)
class Run:
    """Some updates to all clients."""

    deliveries: int
    wall_s: float
    cpu_s: float

    @property
    def cpu_us(self) -> float:
        """Microseconds of the server's CPU time for one delivery."""
        return self.cpu_s / self.deliveries * 1e6

    @property
    def per_second(self) -> float:
        return self.deliveries / self.wall_s


class Server:
    """A server process with its clients."""

    def __init__(self, name: str, clients: int) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.live_servers", name]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())
        self._poll = select.epoll()
        self._clients = {client.fileno(): client for client in (self._connect() for _ in range(clients))}
        for number, client in self._clients.items():
            client.setblocking(False)
            self._poll.register(number, select.EPOLLIN)
        self._quiet()

    def _connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self._port), timeout=20)
        client.sendall(HANDSHAKE)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += client.recv(4096)
        assert answer.startswith(b"HTTP/1.1 101"), answer
        client.sendall(masked(json.dumps({"subscribe": ["totals"]}).encode()))
        return client

    def _quiet(self) -> None:
        """Take in greetings and snapshots until nothing more comes."""
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            for number, _ in self._poll.poll(0.1):
                self._clients[number].recv(1 << 16)
                until = time.monotonic() + 0.5

    def run(self, updates: int) -> Run:
        left = dict.fromkeys(self._clients, FRAME * updates)
        unfinished = len(left)
        buffer = bytearray(1 << 18)
        cpu, began = self._cpu_s(), time.perf_counter()
        assert self._process.stdin is not None
        self._process.stdin.write(f"{updates}\n")
        self._process.stdin.flush()
        while unfinished:
            assert time.perf_counter() - began < TIMEOUT_S, f"{unfinished} clients did not get everything"
            for number, _ in self._poll.poll(1):
                left[number] -= self._clients[number].recv_into(buffer)
                assert left[number] >= 0, "more came than was sent"
                unfinished -= left[number] == 0
        wall = time.perf_counter() - began
        return Run(len(left) * updates, wall, self._cpu_s() - cpu)

    def _cpu_s(self) -> float:
        # What clock_getcpuclockid(3) gives on Linux for the CPU time of a whole process.
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def stop(self) -> None:
        for client in self._clients.values():
            client.close()
        self._process.kill()
        self._process.communicate()


def masked(payload: bytes, kind: int = TEXT) -> bytes:
    mask = b"\x01\x02\x03\x04"
    return struct.pack("!BB", kind, 0x80 | len(payload)) + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(payload))


@dataclass
class Comparison:
    """Rounds of all servers, by turns."""

    servers: dict[str, Server]
    updates: int
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def round(self) -> None:
        for name, server in self.servers.items():
            self.runs.setdefault(name, []).append(server.run(self.updates))

    def ratio(self, ours: str, theirs: str) -> float:
        """The median of each round's ratio of CPU time a delivery."""
        pairs = zip(self.runs[ours], self.runs[theirs], strict=True)
        return statistics.median(one.cpu_us / other.cpu_us for one, other in pairs)

    def table(self, base: str) -> str:
        lines = ["| server | deliveries/s | server CPU µs/delivery | ratio |", "| --- | ---: | ---: | ---: |"]
        for name, runs in self.runs.items():
            speed = statistics.median(run.per_second for run in runs)
            cpu = statistics.median(run.cpu_us for run in runs)
            lines.append(f"| {name} | {speed:,.0f} | {cpu:.1f} | {self.ratio(name, base):.2f} |")
        return "\n".join(lines)


@contextlib.contextmanager
def running_servers(clients: int) -> Iterator[dict[str, Server]]:
    """Every server with so many clients."""
    wanted = clients * len(SERVERS) + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    with contextlib.ExitStack() as stack:
        servers = {}
        for name in SERVERS:
            servers[name] = Server(name, clients)
            stack.callback(servers[name].stop)
        yield servers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", default="500,2000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--updates", type=int, default=60)
    arguments = parser.parse_args()
    for clients in map(int, arguments.clients.split(",")):
        with running_servers(clients) as servers:
            comparison = Comparison(servers, arguments.updates)
            for _ in range(arguments.rounds):
                comparison.round()
        print(f"\n{clients} clients, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(comparison.table("bare"))


if __name__ == "__main__":
    main()
