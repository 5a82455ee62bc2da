"""A fresh daemon, as ``cordboard serve`` runs it, on a virtual PBX: two processes, real sockets, the real clock."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from storage.accounts import Accounts
from storage.journal import open_journal
from storage.passwords import Passwords
from tests.agent_console.site import SETTINGS
from tests.agent_console.virtual_switch import SECRET, TOKEN, USER
from tests.servers.ports import free_port

PASSWORD = "correct horse battery staple"

FLOW = """
flow: reception
title: Reception
languages: [en]
start: choose
nodes:
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: sales, key: 1, next: to_sales}
      - {name: front, key: 2, next: to_front}
      - {name: message, key: 3, next: message}
    no_input: {retries: 0, next: to_front}
    no_match: {retries: 0, next: to_front}
  to_sales: {type: queue, queue: sales}
  to_front: {type: queue, queue: front}
  message: {type: voicemail, mailbox: sales, prompts: [choose], next: bye}
  bye: {type: hang_up, prompts: [choose]}
prompts: {choose: {en: {text: choose, sound: vm-press}}}
"""


class VirtualCentre:
    """``more``: sections of the settings in place of the usual ones."""

    switch_program = "tests.agent_console.virtual_switch"

    def __init__(self, folder: Path, more: Mapping[str, Any] | None = None) -> None:
        self.folder, self.home = folder, folder / "home"
        self.port, agi_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "daemon.log"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._switch = subprocess.Popen(
            [sys.executable, "-m", self.switch_program, str(agi_port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._switch.stdout is not None
        ami_port = int(self._switch.stdout.readline())
        (folder / "reception.yaml").write_text(FLOW)
        self.config = folder / "cordboard.yaml"
        self.settings = {
            **SETTINGS,
            "home": str(self.home),
            "asterisk": {
                "ami": {"host": "127.0.0.1", "port": ami_port, "user": USER, "secret": SECRET},
                "agi": {"host": "127.0.0.1", "port": agi_port, "token": TOKEN},
            },
            "entry_points": {"8000": {"title": "Main", "flow": "reception"}},
            "flows": ["reception.yaml"],
            "metrics": {"enabled": False},
            "web": {"port": self.port},
            **(more or {}),
        }
        self.config.write_text(yaml.safe_dump(self.settings, allow_unicode=True, sort_keys=False))

    # -- the daemon --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the daemon and wait until it is ready, every part of it."""
        with self._log.open("ab") as log:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", "cti_bridge.app.main", "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        deadline = time.monotonic() + 60
        while not self._is_ready():
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the daemon did not start:\n{self.log()[-4000:]}")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except OSError:
            return False

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the daemon: in good order, or as a power cut would."""
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.send_signal(how)
            daemon.wait(40)

    def close(self) -> None:
        """End everything."""
        self.end()
        assert self._switch.stdin is not None
        self._switch.stdin.close()
        self._switch.wait(20)
        assert self._switch.stdout is not None
        self._switch.stdout.close()

    def log(self) -> str:
        """What the daemon said."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        """The daemon's process."""
        assert self._daemon is not None
        return self._daemon.pid

    def facts(self) -> list[Any]:
        """All facts in the journal by now."""
        with open_journal(self.home / "journal.sqlite3", read_only=True) as journal:
            return [entry.fact for entry in journal.entries()]

    def wait_facts(self, are_there: Callable[[list[Any]], Any]) -> list[Any]:
        """All facts, once they are as wanted: what has happened comes to the disk a moment later."""
        deadline = time.monotonic() + 15
        while not are_there(facts := self.facts()):
            assert time.monotonic() < deadline, [fact.kind for fact in facts][-20:]
            time.sleep(0.05)
        return facts

    # -- people ------------------------------------------------------------------------------------------------------

    def first_password(self) -> tuple[str, str]:
        """The first administrator's name and one-time password, as printed."""
        found = re.search(r"sign in as (\S+)\s+with the one-time password (\S+)", self.log())
        assert found is not None, self.log()
        return found[1], found[2]

    def give_passwords(self, *names: str) -> None:
        """`PASSWORD` for these users; before the start."""
        self.home.mkdir(exist_ok=True)
        passwords = Passwords(time_cost=1, memory_kib=64)
        with open_journal(self.home / "journal.sqlite3") as journal:
            for name in names:
                hashed = passwords.hash(PASSWORD)
                Accounts(journal).set_password(name, hashed, one_time=False, by="test", at=time.time_ns() // 1000)

    def switch(self, *words: str) -> str:
        """A command to the switch: see `tests.agent_console.virtual_switch`."""
        assert self._switch.stdin is not None
        assert self._switch.stdout is not None
        self._switch.stdin.write(" ".join(words) + "\n")
        self._switch.stdin.flush()
        return self._switch.stdout.readline().strip()

    def call(self, number: str = "+493012340001", key: str = "1", dialled: str = "8000") -> None:
        """Somebody calls and chooses a queue, 1 sales or 2 front, or 3 to leave sales a message."""
        assert self.switch("call", dialled, number, key) == "True"

    def hang_up(self, number: str = "+493012340001") -> None:
        """They hang up."""
        self.switch("hang_up", number)


@contextlib.contextmanager
def running(folder: Path, more: Mapping[str, Any] | None = None) -> Iterator[VirtualCentre]:
    """A centre at work; everybody of its settings has `PASSWORD`."""
    centre = VirtualCentre(folder, more)
    try:
        centre.give_passwords(*centre.settings["users"])
        centre.start()
        yield centre
    finally:
        centre.close()
