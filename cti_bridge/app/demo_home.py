"""The demo's own folder, ``CORDBOARD_HOME/demo``: made fresh for every run, used by one demo at a time."""

import fcntl
import os
from pathlib import Path
from typing import Self, TextIO

from config.home import JOURNAL

LOG = "demo.log"
SPOOL = "spool"
PASSWORDS = "passwords.txt"
_LOCK = "demo.lock"


class DemoHomeError(Exception):
    """The folder cannot be used; says why, and the way out."""


class DemoHome:
    """The folder, ours until it is closed. Removes what an earlier demo left there, and nothing else."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "demo"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            self._take()
            self._clear()
        except OSError as error:
            raise DemoHomeError(
                f"{self.folder} cannot be used: {error.strerror or error}; "
                "set CORDBOARD_HOME to a folder that you may write to"
            ) from error

    def _take(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise DemoHomeError(
                f"another demo is at work in {self.folder}: end it, or set CORDBOARD_HOME to another folder"
            ) from error

    def _clear(self) -> None:
        for name in (JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm", LOG, SPOOL, PASSWORDS):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Another demo may come."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def journal(self) -> Path:
        """Where the facts go."""
        return self.folder / JOURNAL

    @property
    def spool(self) -> Path:
        """Where facts wait for the journal."""
        return self.folder / SPOOL

    @property
    def passwords(self) -> Path:
        """Who may sign in to the console of this run, and how."""
        return self.folder / PASSWORDS

    @property
    def log(self) -> Path:
        """Where the log goes while the board is on the screen."""
        return self.folder / LOG

    def open_log(self) -> TextIO:
        """The log, to be written line by line."""
        return os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", buffering=1)
