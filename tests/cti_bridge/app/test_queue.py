"""``cordboard queue`` and ``cordboard explain`` against a daemon's socket: what they ask, print, and end with."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.floor_desk import QueueLine
from tests.cti_bridge.app.socket_daemon import answering, call


class Floor:
    """One queue, one contact, one agent."""

    def queues(self) -> list[QueueLine]:
        common: Any = {"longest_wait_s": 75.4, "agents_ready": 2, "agents_signed_in": 9}
        return [
            QueueLine(
                queue="sales", state="closed by hand", by="eve", waiting=3, callbacks=1, expected_wait_s=None, **common
            ),
            QueueLine(queue="help", state="open", by="", waiting=0, callbacks=0, expected_wait_s=125.0, **common),
        ]

    def close(self, queue: str, by: str) -> str:
        return f"{queue} is closed by {by}"

    def open(self, queue: str, by: str) -> str:
        raise DeskError(f"{queue} is not closed by hand ({by})")

    def explain_contact(self, contact_id: str) -> dict[str, Any]:
        return {
            "contact_id": contact_id, "summary": "nobody meets the requirement en>=3", "place": "waiting",
            "queue": "sales", "position": 2, "waited_s": 61.0, "expected_wait_s": 90.0, "requirement": "en>=3",
            "changes": [{"in_s": 20.0, "what": "step 1: en 1 is enough"}],
            "agents": [{"agent_id": "bob", "ruled_out_by": ["en 3 needed, has 1"]}],
        }  # fmt: skip

    def explain_agent(self, agent_id: str) -> dict[str, Any]:
        return {
            "agent_id": agent_id,
            "summary": "free: 1 wait, 0 for whom the skills would do",
            "contacts": [{"contact_id": "1.1", "ruled_out_by": []}],
            "changes": [{"in_s": 65.0, "what": "the wrap-up of alice ends"}],
        }

    def preview(self, config: str) -> dict[str, Any]:
        return {"unroutable": ["1.1"], "routable": [], "idle_agents": [], "gone_queues": [Path(config).name]}


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CORDBOARD_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    with answering(tmp_path, floor=Floor()):
        yield tmp_path


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("queue", "list"), ["sales", "closed by hand (eve)", "3", "1:15", "help", "open", "2:05"]),
        (("queue", "close", "sales", "--by", "eve"), ["sales is closed by eve"]),
        (
            ("explain", "contact", "1.1"),
            ["1.1: nobody meets", "position 2, for 1:01, about 1:30 to go", "in 0:20: step 1", "bob: en 3 needed"],
        ),
        (
            ("explain", "agent", "bob"),
            ["bob: free: 1 wait", "in 1:05: the wrap-up of alice ends", "1.1: an offer is possible"],
        ),
    ],
)
def test_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: list[str]
) -> None:
    assert call(monkeypatch, *arguments) == 0
    shown = capsys.readouterr().out
    for word in words:
        assert word in shown


def test_a_change_of_settings(
    daemon: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (daemon / "new.yaml").write_text("")
    assert call(monkeypatch, "explain", "change", str(daemon / "new.yaml")) == 0
    assert capsys.readouterr().out == (
        "waiting contacts that nobody signed in could take any more: 1.1\n"
        "queues in which somebody waits that would be no more: new.yaml\n"
    )


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("queue", "list", "--json"), "queues"),
        (("explain", "contact", "1.1", "--json"), "changes"),
        (("explain", "agent", "bob", "--json"), "contacts"),
    ],
)
def test_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], key: str
) -> None:
    assert call(monkeypatch, *arguments) == 0
    assert json.loads(capsys.readouterr().out)[key]


@pytest.mark.usefixtures("daemon")
def test_a_refusal_ends_with_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "queue", "open", "sales", "--by", "eve") == 1
    assert capsys.readouterr().err == "cordboard: sales is not closed by hand (eve)\n"
