"""A Redis server for tests: Debian's, on a port of its own, without persistence."""

import subprocess
import tempfile
import time
from pathlib import Path

import redis

from tests.servers.debian import Program, provide
from tests.servers.ports import free_port

PACKAGES = ("redis-server",)
START_S = 20


def program() -> Program:
    """The server's program, installed or unpacked; Debian's own service is not started."""
    return provide("redis-server", PACKAGES, may_install=False)


class RedisServer:
    """One server. `kill` and `start` again keep port and password, and lose the data."""

    def __init__(self, password: str = "") -> None:
        self._program = program()
        self.password = password
        self.port = free_port()
        self._log = Path(tempfile.mkstemp(prefix="redis-", suffix=".log")[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without the password."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *options: str) -> None:
        """Start the server, and return when it answers."""
        command = [*self._program.command, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", *options]
        if self.password:
            command += ["--requirepass", self.password]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._program.environment, cwd=tempfile.gettempdir(), stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        while True:
            try:
                self.client().ping()
            except redis.RedisError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self._log.read_text()) from None
                time.sleep(0.02)
            else:
                return

    def client(self) -> "redis.Redis":
        """A client of its own, not ours."""
        return redis.Redis(port=self.port, password=self.password or None, decode_responses=True, socket_timeout=5)

    def stop_for(self, seconds: float) -> None:
        """Let it hang: connections stay, nothing is answered."""
        assert self._process is not None
        self._process.send_signal(19)
        time.sleep(seconds)
        self._process.send_signal(18)

    def kill(self) -> None:
        """End it at once, with all that it holds."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_S)
            self._process = None

    def destroy(self) -> None:
        """End it and remove its log."""
        self.kill()
        self._log.unlink(missing_ok=True)
