"""Manager events a second, client beside client: `python -m tests.benchmarks.ami_speed [--rounds N] [--events N]`.

This process plays Asterisk on loopback TCP; every client is a process of its own.  A round runs each client once, so
that whatever else the machine does falls on all alike.  Compare rows of one run only, by their ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.ami_clients import CLIENTS
from tests.cti_bridge.wire.ami_calls import Switch, encode

ROOT = Path(__file__).parents[2]
END = encode([("Event", "UserEvent"), ("Privilege", "user,all"), ("UserEvent", "StreamEnd"), ("Uniqueid", "0.0")])
SHORT = {"pyst2": 600}
"""Events for a client so slow that more would only take time; its rate does not depend on the number."""

_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Run:
    """What one client made of one stream; rates count the events sent, also those that a filter drops."""

    sent: int
    handled: int
    wall_s: float
    cpu_s: float
    peak_mb: float

    @property
    def per_second(self) -> float:
        return self.sent / self.wall_s

    @property
    def per_cpu_second(self) -> float:
        return self.sent / self.cpu_s


def stream_of(events: int, seed: int = 3) -> bytes:
    """Events of calls side by side, about twenty headers each."""
    return b"".join(map(encode, Switch(seed).stream(events)))


def _answer_login(connection: socket.socket) -> None:
    connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(4096)
        if not chunk:
            raise ConnectionError("the client left before it logged in")
        received += chunk
    lines = received.partition(b"\r\n\r\n")[0].split(b"\r\n")
    action_id = next((line for line in lines if line.lower().startswith(b"actionid:")), b"ActionID: 0")
    connection.sendall(b"Response: Success\r\n" + action_id + b"\r\nMessage: Authentication accepted\r\n\r\n")


def measure(client: str, stream: bytes, slow_s: float = 0.0) -> Run:
    """Feed one client as fast as it takes the bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_TIMEOUT_S)
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "tests.benchmarks.ami_clients", client, str(port), str(slow_s)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        guard = threading.Timer(_TIMEOUT_S, process.kill)
        guard.start()
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(_TIMEOUT_S)
                _answer_login(connection)
                time.sleep(0.2)  # the client is at rest before the clock runs
                began = time.monotonic()
                connection.sendall(stream + END)
                said, _ = process.communicate()
        finally:
            guard.cancel()
            process.kill()
            process.wait()
    if process.returncode:
        raise RuntimeError(f"{client} ended with {process.returncode}")
    report = json.loads(said)
    sent = stream.count(b"\r\n\r\n")
    return Run(sent, report["events"], report["ended"] - began, report["cpu_s"], report["peak_mb"])


class Comparison:
    """Rounds of all clients, and the ratios between them."""

    def __init__(self, clients: list[str], events: int) -> None:
        self.stream = stream_of(events)
        self.runs: dict[str, list[Run]] = {client: [] for client in clients}

    def round(self) -> None:
        for client, runs in self.runs.items():
            stream = _first(self.stream, SHORT[client]) if client in SHORT else self.stream
            runs.append(measure(client, stream))

    def ratio(self, ours: str, theirs: str, figure: str) -> float:
        """Median over the rounds of ours to theirs, of `per_second` or `per_cpu_second`."""
        pairs = zip(self.runs[ours], self.runs[theirs], strict=True)
        return float(statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in pairs))

    def table(self, base: str) -> str:
        """Markdown, one line for each client."""
        lines = [
            f"| client | events/s | CPU µs/event | ratio to {base}, wall | CPU | peak MB |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        for client, runs in self.runs.items():
            rate = statistics.median(run.per_second for run in runs)
            cost = 1e6 / statistics.median(run.per_cpu_second for run in runs)
            wall, cpu = (self.ratio(client, base, figure) for figure in ("per_second", "per_cpu_second"))
            peak = statistics.median(run.peak_mb for run in runs)
            lines.append(f"| {client} | {rate:,.0f} | {cost:.2f} | {wall:.3g} | {cpu:.3g} | {peak:.0f} |")
        return "\n".join(lines)


def _first(stream: bytes, events: int) -> bytes:
    position = 0
    for _ in range(events):
        position = stream.index(b"\r\n\r\n", position) + 4
    return stream[:position]


def main() -> None:
    """Print the table of `docs/performance.md`."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--events", type=int, default=120_000)
    given = options.parse_args()
    comparison = Comparison(list(CLIENTS), given.events)
    for number in range(given.rounds):
        comparison.round()
        print(f"round {number + 1} of {given.rounds}", file=sys.stderr)
    each = len(comparison.stream) / given.events
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, {given.events} events of {each:.0f} bytes,", end=" "
    )
    print(f"median of {given.rounds} rounds.")
    print(comparison.table("bare correct dict"))


if __name__ == "__main__":
    main()
