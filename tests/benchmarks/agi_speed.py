"""FastAGI sessions, server beside server: `python -m tests.benchmarks.agi_speed [--rounds N] [--sessions N]`.

This process plays Asterisk on loopback TCP, many calls at once: it connects, sends the environment, answers every
command at once, and closes when the server does.  Every server is a process of its own and stays up; rounds take
turns.  Compare rows of one run only, by their ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.agi_servers import COMMANDS, SERVERS, TOKEN

ROOT = Path(__file__).parents[2]
ENVIRONMENT = (
    f"agi_network: yes\nagi_network_script: route?token={TOKEN}\nagi_request: agi://127.0.0.1/route?token={TOKEN}\n"
    "agi_channel: PJSIP/carrier-0000002c\nagi_language: en\nagi_type: PJSIP\nagi_uniqueid: west-1801526400.52\n"
    "agi_version: 22.10.1\nagi_callerid: 6045550147\nagi_calleridname: Zoë Kwiatkowska\nagi_callingpres: 0\n"
    "agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 8400\nagi_rdnis: unknown\n"
    "agi_context: from-carrier\nagi_extension: 8400\nagi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: \n"
    "agi_threadid: 140000000\nagi_arg_1: sales\n\n"
).encode()
REPLY = b"200 result=1\n"

_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Run:
    """Some sessions of one server."""

    sessions: int
    wall_s: float
    cpu_s: float
    latencies_s: tuple[float, ...]

    @property
    def cpu_per_session(self) -> float:
        return self.cpu_s / self.sessions

    @property
    def p99(self) -> float:
        return sorted(self.latencies_s)[int(0.99 * (len(self.latencies_s) - 1))]

    @property
    def p50(self) -> float:
        return statistics.median(self.latencies_s)


class Server:
    """A server process and the clock of its CPU time."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.agi_servers", name]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def cpu_s(self) -> float:
        # What clock_getcpuclockid(3) gives on Linux for the CPU time of a whole process.
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


class _Caller:
    """One session as Asterisk lives it."""

    def __init__(self, port: int, latencies_s: list[float]) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect_ex(("127.0.0.1", port))
        self.commands = 0
        self._latencies_s = latencies_s
        self._sent_at = 0.0

    def begin(self) -> None:
        self._send(ENVIRONMENT)

    def hear(self) -> bool:
        """Answer what has come; False at the end of the session."""
        received = self.socket.recv(4096)
        now = time.perf_counter()
        if not received:
            if self.commands != COMMANDS:
                raise ConnectionError(f"a session ended after {self.commands} commands")
            return False
        self._latencies_s.append(now - self._sent_at)
        lines = received.count(b"\n")
        self.commands += lines
        self._send(REPLY * lines)
        return True

    def _send(self, data: bytes) -> None:
        self.socket.sendall(data)
        self._sent_at = time.perf_counter()


def load(server: Server, sessions: int, at_once: int) -> Run:
    """Run some sessions, so many side by side."""
    latencies_s: list[float] = []
    left, running = sessions, 0
    began, cpu = time.perf_counter(), server.cpu_s()
    with selectors.DefaultSelector() as selector:
        while left or running:
            while left and running < at_once:
                caller = _Caller(server.port, latencies_s)
                selector.register(caller.socket, selectors.EVENT_WRITE, caller)
                left, running = left - 1, running + 1
            for key, ready in selector.select(1.0):
                caller = key.data
                if ready & selectors.EVENT_WRITE:
                    caller.begin()
                    selector.modify(caller.socket, selectors.EVENT_READ, caller)
                elif not caller.hear():
                    selector.unregister(caller.socket)
                    caller.socket.close()
                    running -= 1
            if time.perf_counter() - began > _TIMEOUT_S:
                raise TimeoutError(f"{left + running} sessions are not done after {_TIMEOUT_S} s")
    return Run(sessions, time.perf_counter() - began, server.cpu_s() - cpu, tuple(latencies_s))


class Comparison:
    """Rounds of all servers, and the ratios between them."""

    def __init__(self, servers: dict[str, Server], sessions: int, at_once: int) -> None:
        self._servers = servers
        self._sessions = sessions
        self._at_once = at_once
        self.runs: dict[str, list[Run]] = {name: [] for name in servers}

    def round(self) -> None:
        for name, server in self._servers.items():
            self.runs[name].append(load(server, self._sessions, self._at_once))

    def ratio(self, ours: str, theirs: str, figure: str) -> float:
        """Median over the rounds of ours to theirs, of `cpu_per_session`, `p50` or `p99`."""
        pairs = zip(self.runs[ours], self.runs[theirs], strict=True)
        return float(statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in pairs))

    def table(self, base: str) -> str:
        """Markdown, one line for each server."""
        titles = f"server, {self._at_once} at once|sessions/s|server CPU ms/session|ratio to {base}|p50 ms|p99 ms|ratio"
        lines = [
            f"| {' | '.join(titles.split('|'))} |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for name, runs in self.runs.items():
            rate = statistics.median(run.sessions / run.wall_s for run in runs)
            cpu, p50, p99 = (
                1e3 * statistics.median(getattr(run, figure) for run in runs)
                for figure in ("cpu_per_session", "p50", "p99")
            )
            by_cpu, by_p99 = (self.ratio(name, base, figure) for figure in ("cpu_per_session", "p99"))
            lines.append(f"| {name} | {rate:,.0f} | {cpu:.3f} | {by_cpu:.2f} | {p50:.2f} | {p99:.2f} | {by_p99:.2f} |")
        return "\n".join(lines)


@contextlib.contextmanager
def running_servers() -> Iterator[dict[str, Server]]:
    """All servers, warm."""
    with contextlib.ExitStack() as stack:
        servers = {}
        for name in SERVERS:
            server = Server(name)
            stack.callback(server.stop)
            load(server, 60, 4)
            servers[name] = server
        yield servers


def main() -> None:
    """Print the tables of `docs/performance.md`."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--sessions", type=int, default=800)
    given: Any = options.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; median of {given.rounds} rounds.")
    with running_servers() as servers:
        for at_once in (1, 50, 200):
            comparison = Comparison(servers, given.sessions, at_once)
            for _ in range(given.rounds):
                comparison.round()
            print(f"\n{comparison.table('bare')}")


if __name__ == "__main__":
    main()
