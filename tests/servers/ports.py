"""Ports for what tests start."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import Final, TextIO

LOWEST: Final = 12_000
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")

_KEPT: list[TextIO] = []
"""Locks of the ports that this process was given: they are let go when it ends."""


def free_port() -> int:
    """A port of the loopback interface on which nobody listens, and which nobody else is given meanwhile.

    What is started for a test listens some time later, or again after it was killed. So the port is none of those that
    the system gives to outgoing connections, and as long as this process lives no other test process gets it.
    """
    folder = Path(tempfile.gettempdir()) / f"cordboard-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    while True:
        port = random.SystemRandom().randrange(LOWEST, _first_ephemeral())
        lock = (folder / str(port)).open("w")
        if _is_ours(lock) and _is_free(port):
            _KEPT.append(lock)
            return port
        lock.close()


def _first_ephemeral() -> int:
    """The least port that an outgoing connection may get."""
    least = int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.exists() else 32_768
    return least if least > LOWEST + 1000 else 65_536


def _is_ours(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
