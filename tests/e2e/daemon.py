"""A daemon of the tests: ``cordboard serve`` as its own process, on the settings of a test's Asterisk."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from facts.journal import Entry
from storage.errors import DatabaseLockedError, SchemaError
from storage.journal import open_journal
from tests.asterisk.instance import Asterisk
from tests.servers.debian import WORK
from tests.servers.ports import free_port

FLOW = """
flow: reception
title: Reception of the tests
languages: [en]
start: welcome
max_errors: {count: 4, next: to_support}
nodes:
  welcome: {type: say, prompts: [welcome], next: choose}
  choose:
    type: menu
    prompts: [choose]
    choices:
      - {name: sales, key: 1, next: to_sales}
      - {name: support, key: 2, next: to_support}
    first_digit_s: 1.5
    no_input: {retries: 1, next: to_support}
    no_match: {retries: 2, next: to_support}
  to_sales: {type: queue, queue: sales}
  to_support: {type: queue, queue: support}
prompts:
  welcome: {en: {text: hello, sound: hello}}
  choose: {en: {text: press, sound: vm-press}}
"""

AGENTS: dict[str, dict[str, Any]] = {
    "ann": {"phone": "1001", "skills": {"sales": 5}},
    "bob": {"phone": "1002", "skills": {"sales": 3, "support": 5}},
    "cyd": {"phone": "1003", "skills": {"support": 5}},
}


class Daemon:
    """One node with a folder of its own; it may be killed and started again on the same journal."""

    program: tuple[str, ...] = ("cti_bridge.app.main", "serve")

    def __init__(
        self,
        asterisk: Asterisk,
        folder: Path,
        *,
        flow: str = FLOW,
        more: dict[str, Any] | None = None,
        **queue: Any,
    ) -> None:
        self.asterisk = asterisk
        self.folder = folder
        self.home = folder / "home"
        self.log_path = folder / "daemon.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._metrics_port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.flow_path = folder / "reception.yaml"
        self.flow_path.write_text(flow)
        self.settings = folder / "cordboard.yaml"
        self.settings.write_text(yaml.safe_dump(self._settings(queue) | (more or {})))

    def _settings(self, queue: dict[str, Any]) -> dict[str, Any]:
        at = self.asterisk
        rules = {"ring_s": 20, "wrap_up_s": 0, "service_level": {"threshold_s": 20}, **queue}
        return {
            "home": str(self.home),
            "asterisk": {
                "ami": {"host": at.host, "port": at.ami_port, "user": at.ami_user, "secret": at.ami_secret},
                "agi": {"host": at.host, "port": at.agi_port, "token": at.agi_token},
                "audio_socket": {"host": at.host, "port": at.audiosocket_port},
            },
            "skills": {"sales": "", "support": ""},
            "queues": {
                "sales": {"requires": "sales>=1", **rules},
                "support": {"requires": "support>=1", **rules},
            },
            "agents": AGENTS,
            "reasons": {"break": {"digits": "1"}, "meal": {"digits": "2"}},
            "entry_points": {"8123": {"flow": "reception"}},
            "flows": [str(self.flow_path)],
            "prompts": {"folder": str(WORK / "prompts")},
            "metrics": {"port": self._metrics_port},
            "web": {"enabled": False},
            "log": {"level": "debug"},
        }

    def start(self) -> "Daemon":
        """Start it and wait until it has taken over the switch."""
        entries = len(self.entries())
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.program, "--config", str(self.settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        deadline = time.monotonic() + 60  # the first run makes prompts, and recognisers load their models
        while not any(entry.fact.kind == "SwitchConnected" for entry in self.entries()[entries:]):
            if not self.running or time.monotonic() > deadline:
                raise AssertionError(f"the daemon did not start:\n{self.log()[-4000:]}")
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an administrator would."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)
        self._process = None

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def children(self, name: str) -> list[int]:
        """The processes that the daemon has started with this in their command line."""
        assert self._process is not None
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        pids = [pid for task in tasks for pid in task.read_text().split()]
        return [int(pid) for pid in pids if name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def cordboard(self, *arguments: str, check: bool = True) -> str:
        """What a command of the command line prints."""
        done = subprocess.run(
            [sys.executable, "-m", "cti_bridge.app.main", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "CORDBOARD_HOME": str(self.home)},
        )
        if check and done.returncode != 0:
            raise AssertionError(f"cordboard {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def agent(self, *arguments: str) -> str:
        """``cordboard agent …`` to this daemon."""
        return self.cordboard("agent", *arguments)

    def work(self, *agents: str) -> None:
        """Sign these agents in and make them ready."""
        for agent in agents:
            self.agent("sign-in", agent)
            self.agent("ready", agent)

    def entries(self) -> list[Entry]:
        """The journal as it stands on disk."""
        path, patience = self.home / "journal.sqlite3", time.monotonic() + 60
        if not path.exists():
            return []
        while True:
            try:
                with open_journal(path, read_only=True) as journal:
                    return list(journal.entries())
            except SchemaError:  # the daemon is just making its tables
                return []
            except DatabaseLockedError:  # likewise, and the disk is busy
                if time.monotonic() > patience:
                    raise

    def facts(self, kind: str = "") -> list[Any]:
        """The facts, of a kind."""
        return [entry.fact for entry in self.entries() if not kind or entry.fact.kind == kind]

    def kinds(self) -> list[str]:
        """The kinds of all facts, in order."""
        return [fact.kind for fact in self.facts()]

    def wait_fact(self, wanted: Callable[[Any], bool], timeout: float = 30, skip: int = 0) -> Any:
        """The first fact after ``skip`` entries that is wanted."""
        deadline = time.monotonic() + timeout
        while True:
            for entry in self.entries()[skip:]:
                if wanted(entry.fact):
                    return entry.fact
            if time.monotonic() > deadline:
                raise AssertionError(f"no such fact within {timeout} s; {self._state()}")
            time.sleep(0.05)

    def wait_kind(self, kind: str, count: int = 1, timeout: float = 30) -> list[Any]:
        """All facts of a kind, when there are so many."""
        deadline = time.monotonic() + timeout
        while len(found := self.facts(kind)) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(found)} of {count} {kind}; {self._state()}")
            time.sleep(0.05)
        return found

    def _state(self) -> str:
        """All that may explain why something did not happen."""
        channels = self.asterisk.cli("core show channels concise")
        last = [f"{fact.kind} {getattr(fact, 'outcome', '')}".strip() for fact in self.facts()[-16:]]
        return f"there are {last}\n{channels}\n{self.log()[-3000:]}\n{self.asterisk.log()[-3000:]}"

    def metrics(self) -> str:
        """What Prometheus is told."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._metrics_port}/metrics", timeout=5) as answer:
            return str(answer.read(), "utf-8")

    def log(self) -> str:
        """What the daemon said."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def report(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """``report summary --by queue``: figures by queue, each as its value."""
        text = self.cordboard(
            "report", "summary", "--by", "queue", "--json", "--journal", str(self.home / "journal.sqlite3"), *arguments
        )
        rows = json.loads(text)["rows"]
        return {row["slice"]["queue"]: {name: f["value"] for name, f in row["figures"].items()} for row in rows}
