"""A served node without a switch: which parts are ready, what other programs get of it, and its end in good order."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.ports import free_port
from tests.servers.redis_server import RedisServer

pytestmark = pytest.mark.server

SETTINGS = """
home: {home}
web: {{port: {web}}}
metrics: {{port: {metrics}}}
redis: {{url: "{redis}", password: s3cret, snapshot_every_s: 0.2}}
asterisk: {{ami: {{user: u, secret: s, port: 9}}, agi: {{token: t, port: {agi}}}}}
speech: {{recognisers: {{en: {{engine: vosk, model: /nowhere}}}}}}
queues: {{orders: {{title: Orders}}}}
agents: {{ann: {{phone: "1001"}}}}
"""


@pytest.fixture
def server() -> Iterator[RedisServer]:
    found = RedisServer("s3cret")
    found.start()
    yield found
    found.destroy()


def until(look: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := look():
                return found
        except OSError:
            pass
        assert time.monotonic() < deadline, "never so"
        time.sleep(0.1)


def readiness(port: int) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    return status, {part["part"]: part for part in json.loads(body)["parts"]}


def page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def test_parts_are_told_and_other_programs_get_facts(tmp_path: Path, server: RedisServer) -> None:
    web, metrics = free_port(), free_port()
    settings = SETTINGS.format(home=tmp_path, web=web, metrics=metrics, agi=free_port(), redis=server.url)
    (tmp_path / "cordboard.yaml").write_text(settings)
    command = [sys.executable, "-m", "cti_bridge.app.main", "serve", "--config", str(tmp_path / "cordboard.yaml")]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))
    try:
        client = server.client()
        live: dict[str, Any] = json.loads(until(lambda: client.get("cordboard:live:node-1")))
        assert [queue["queue"] for queue in live["queues"]] == ["orders"]
        assert live["agents"] == []
        until(lambda: readiness(web)[1]["redis"]["ready"])
        expected = dict.fromkeys(("journal", "board", "tables", "redis"), True) | {
            "switch": False,
            "recognisers": False,
        }
        until(lambda: {name: part["ready"] for name, part in readiness(web)[1].items()} == expected)
        status, parts = readiness(web)
        assert status == 503
        assert [name for name, part in parts.items() if part["needed"]] == ["journal", "switch"]
        assert "no recogniser for en" in parts["recognisers"]["reason"]
        server.kill()
        until(lambda: not readiness(web)[1]["redis"]["ready"])
        assert "Redis is away" in readiness(web)[1]["redis"]["reason"]
        assert "cordboard_redis_connected 0.0" in page(metrics)
        server.start()
        until(lambda: readiness(web)[1]["redis"]["ready"])
        assert "cordboard_redis_dropped_facts_total 0.0" in page(metrics)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    facts: Any = client.xrange("cordboard:facts")
    kinds = [fields["kind"] for _, fields in facts]
    assert kinds[-1] == "NodeStopped", "the last fact is written before the end"
    said = (tmp_path / "log").read_text()
    assert "s3cret" not in said
    assert "Traceback" not in said, said
