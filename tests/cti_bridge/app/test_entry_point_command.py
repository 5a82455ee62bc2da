"""The emergency switch of dialled numbers: the desk, the command, and what a restart remembers."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from cti_bridge.app.menus import menus_of
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.calls import Call, Place
from cti_bridge.shell.entry_desk import EntryDesk
from cti_bridge.shell.remembering import remember
from facts.ids import ContactId, NodeName
from facts.journal import Entry, EntryPointSwitched, SituationNoted
from tests.cti_bridge.app.socket_daemon import answering, call

SETTINGS = """
queues: {sales: {}}
entry_points:
  "8123": {flow: demo, emergency: service}
  "8124": {flow: demo}
"""


class Coordinator:
    """Remembers facts; it is always the same time."""

    def __init__(self) -> None:
        self.facts: list[Any] = []

    def record(self, fact: Any) -> None:
        self.facts.append(fact)

    def now(self) -> int:
        return 0


@pytest.fixture
def numbers(tmp_path: Path) -> Any:
    path = tmp_path / "cordboard.yaml"
    path.write_text(SETTINGS)
    return menus_of(load(path, {"CORDBOARD_HOME": str(tmp_path)})).entry_points


def flow_of(numbers: Any, dialled: str) -> str:
    caller = Call(ContactId("1.1"), "1.1", "PJSIP/x", Place.MENU)
    caller.dialled = dialled
    return str(numbers.answer(caller, Coordinator()).flow)


@pytest.mark.parametrize("which", ["8123", "*"])
def test_a_thrown_switch_answers_the_next_call_until_it_is_put_back(numbers: Any, which: str) -> None:
    coordinator: Any = Coordinator()
    desk = EntryDesk(coordinator, numbers)
    assert (flow_of(numbers, "8123"), flow_of(numbers, "8124")) == ("demo", "demo")
    assert "answered by service" in desk.throw(which, "bo")
    assert (flow_of(numbers, "8123"), flow_of(numbers, "8124")) == ("service", "demo")
    assert [(line.entry_point, line.emergency, line.by) for line in desk.entries()] == [
        ("8123", True, "bo"),
        ("8124", False, ""),
    ]
    with pytest.raises(DeskError, match="thrown already"):
        desk.throw(which, "al")
    desk.put_back(which, "al")
    assert flow_of(numbers, "8123") == "demo"
    assert [(f.entry_point, f.emergency, f.by) for f in coordinator.facts] == [
        (which, True, "bo"),
        (which, False, "al"),
    ]


def test_what_cannot_be_thrown_is_told(numbers: Any) -> None:
    coordinator: Any = Coordinator()
    desk = EntryDesk(coordinator, numbers)
    with pytest.raises(DeskError, match="8124 has no emergency flow: name it in the settings"):
        desk.throw("8124", "")
    with pytest.raises(DeskError, match="there is no entry point '9'"):
        desk.throw("9", "")
    desk.throw("*", "")
    with pytest.raises(DeskError, match=r"put back \*"):
        desk.put_back("8123", "")
    assert len(coordinator.facts) == 1


def test_a_restart_remembers_what_was_thrown_however_long_ago() -> None:
    facts: list[SituationNoted | EntryPointSwitched] = [
        SituationNoted(emergencies={"1": "bo", "2": "bo"}),
        EntryPointSwitched(entry_point="2", emergency=False),
        EntryPointSwitched(entry_point="3", emergency=True, by="al"),
    ]
    entries = [Entry(node=NodeName("n"), seq=seq, at=seq, fact=fact) for seq, fact in enumerate(facts, 1)]
    assert remember(entries).emergencies == {"1": "bo", "3": "al"}


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command(
    tmp_path: Path, numbers: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    monkeypatch.setenv("CORDBOARD_HOME", str(tmp_path))
    coordinator: Any = Coordinator()
    desk = EntryDesk(coordinator, numbers)
    more = ["--json"] if as_json else []
    for arguments in (["emergency", "8123", "--by", "bo"], ["list"], ["normal", "8123"]):
        (tmp_path / "control.sock").unlink(missing_ok=True)
        with answering(tmp_path, entries=desk):
            assert call(monkeypatch, "entry-point", *arguments, *more) == 0
        said = capsys.readouterr().out
        assert not as_json or json.loads(said)
        assert "list" not in arguments or ("true" if as_json else "EMERGENCY (by bo)") in said
    assert not numbers.thrown
    with answering(_again(tmp_path), entries=desk):
        assert call(monkeypatch, "entry-point", "normal", "8123") == 1
    assert "is not thrown" in capsys.readouterr().err


def _again(home: Path) -> Path:
    (home / "control.sock").unlink(missing_ok=True)
    return home
