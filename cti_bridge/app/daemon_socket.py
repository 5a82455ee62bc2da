"""The command line's end of the daemon's local socket: one request, one answer."""

import json
import os
import socket
from pathlib import Path
from typing import Any

from config.home import CONTROL_SOCKET, data_home

TIMEOUT_S = 10.0


class DaemonError(Exception):
    """The daemon cannot be reached, or refuses."""


def ask_daemon(request: dict[str, Any]) -> dict[str, Any]:
    """Send one request to the daemon of this machine and wait for the answer; raises :class:`DaemonError`."""
    return ask(data_home(os.environ) / CONTROL_SOCKET, request)


def ask(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    """As :func:`ask_daemon`, at a socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            line = connection.makefile("rb").readline()
    except TimeoutError as error:
        raise DaemonError(f"the daemon does not answer at {path} within {TIMEOUT_S:g} s") from error
    except OSError as error:
        raise DaemonError(f"no daemon at {path} ({error.strerror or error}): start cordboard serve") from error
    if not line.endswith(b"\n"):
        raise DaemonError("the daemon closed the connection without an answer")
    try:
        reply: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise DaemonError(f"what answers at {path} is no daemon of this kind") from error
    if not reply.get("ok"):
        raise DaemonError(str(reply.get("error")))
    return reply


def minutes(seconds: float | None) -> str:
    """Seconds as people read them; empty for none."""
    if seconds is None:
        return ""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
