"""``cordboard agent`` against a daemon's socket: what it asks, what it prints, how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cti_bridge.shell.agent_desk import AgentLine, DeskError
from tests.cti_bridge.app import socket_daemon
from tests.cti_bridge.app.socket_daemon import answering


class Desk:
    """Alice alone works here."""

    def sign_in(self, agent_id: str, phone: str | None = None) -> str:
        return f"{agent_id} signed in at {phone or 'their own phone'}"

    def ready(self, agent_id: str) -> str:
        return f"{agent_id} is ready"

    def not_ready(self, agent_id: str, reason: str) -> str:
        return f"{agent_id} is not ready ({reason}) after the present contact"

    def sign_out(self, agent_id: str) -> str:
        raise DeskError(f"{agent_id} is not signed in: sign in first")

    def agents(self) -> list[AgentLine]:
        return [
            AgentLine(
                agent="alice",
                phone="PJSIP/[bold]",
                declared="READY",
                activity="TALKING",
                reason=None,
                pending="NOT_READY",
                since_s=75.4,
            )
        ]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORDBOARD_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def daemon(home: Path) -> Iterator[None]:
    with answering(home, agents=Desk()):
        yield


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    return socket_daemon.call(monkeypatch, "agent", *arguments)


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("sign-in", "alice"), "alice signed in at their own phone\n"),
        (("sign-in", "alice", "--phone", "1007"), "alice signed in at 1007\n"),
        (("ready", "alice"), "alice is ready\n"),
        (("not-ready", "alice", "break"), "alice is not ready (break) after the present contact\n"),
    ],
)
def test_changes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], printed: str
) -> None:
    assert call(monkeypatch, *arguments) == 0
    assert capsys.readouterr() == (printed, "")


@pytest.mark.usefixtures("daemon")
def test_a_change_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "ready", "alice", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"said": "alice is ready"}


@pytest.mark.usefixtures("daemon")
def test_list(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "list") == 0
    shown = capsys.readouterr().out
    for word in ("alice", "PJSIP/[bold]", "READY", "TALKING", "NOT_READY", "1:15"):
        assert word in shown


@pytest.mark.usefixtures("daemon")
def test_list_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["agents"][0]["agent"] == "alice"


@pytest.mark.usefixtures("daemon")
def test_a_refusal_ends_with_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "sign-out", "alice") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "cordboard: alice is not signed in: sign in first\n"


def test_no_daemon(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "list") == 1
    shown = capsys.readouterr()
    assert shown.err == (
        f"cordboard: no daemon at {home}/control.sock (No such file or directory): start cordboard serve\n"
    )


def test_a_reason_has_to_be_said(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert call(monkeypatch, "not-ready", "alice") == 2
    assert not (home / "control.sock").exists()
