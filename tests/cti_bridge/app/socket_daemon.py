"""What answers at a daemon's socket in the tests of the command line."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cti_bridge.app import main as command_line
from cti_bridge.shell.control_socket import Desks, answer


@contextmanager
def answering(home: Path, *, agents: Any = None, floor: Any = None, entries: Any = None) -> Iterator[None]:
    """One request is answered by these desks."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(home / "control.sock"))
    listener.listen()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(answer(connection.makefile("rb").readline(), Desks(agents, floor, entries)) + b"\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield
    thread.join(5)
    listener.close()


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """Run a command; its exit code."""
    monkeypatch.setattr("sys.argv", ["cordboard", *arguments])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    return ended.value.code
