"""``cordboard check``: settings and flows together, every mistake with file, line and key."""

import json
from pathlib import Path

import pytest

import config
from cti_bridge.app import main as command_line
from cti_bridge.app.checking import check

FLOW = """\
flow: main
title: Main menu
languages: [en]
start: begin
nodes:
  begin: {type: queue, queue: sales}
"""


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr("sys.argv", ["cordboard", "check", *arguments])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    return ended.value.code


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "main.yaml").write_text(FLOW)
    settings = tmp_path / "cordboard.yaml"
    settings.write_text(
        'flows: [flows]\nqueues: {sales: {}}\nentry_points: {"8000": {flow: main}}\nskills: {english: ""}\n'
    )
    return settings


def test_the_embedded_default_is_right(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch) == 0
    assert capsys.readouterr() == ("3 queues, 33 agents, 2 flows: nothing is wrong\n", "")


def test_a_right_site(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "--config", str(site), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "problems": [], "notes": []}


def test_mistakes_of_settings_and_flows_at_once(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = site.parent / "flows" / "main.yaml"
    flow.write_text(FLOW.replace("sales", "sails").replace("start: begin", "start: begni"))
    site.write_text(
        "flows: [flows, gone.yaml]\n"
        "queues: {sales: {requires: klingon, ring_s: 0}}\n"
        'entry_points: {"8000": {flow: main}, "8001": {flow: mian}}\n'
    )
    assert call(monkeypatch, "--config", str(site)) == 1
    shown = capsys.readouterr()
    told = [line.split(": ")[:2] for line in shown.out.splitlines()]
    assert told == [
        [f"{site}:2:18", "queues.sales.requires"],
        [f"{site}:2:37", "queues.sales.ring_s"],
        [f"{site}:3:47", "entry_points.8001.flow"],
        [f"{flow}:4", "start"],
        [f"{flow}:6", "nodes.begin.queue"],
        [f"{site.parent}/gone.yaml:1", "cannot be read"],
    ]
    assert "there is no flow 'mian'; did you mean main?" in shown.out
    assert shown.err == "6 mistakes\n"


def test_mistakes_as_json(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text("web: {port: 0}\n")
    assert call(monkeypatch, "--config", str(site), "--json") == 1
    shown = capsys.readouterr()
    assert shown.err == ""
    problem = {"file": str(site), "line": 1, "column": 7, "key": "web.port", "message": "has to be 1 or more"}
    assert json.loads(shown.out) == {"ok": False, "problems": [problem], "notes": []}


def test_a_shipped_flow_is_looked_at_only_when_it_is_used(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write_text("queues: {orders: {}}\n")
    assert call(monkeypatch, "--config", str(site)) == 0
    site.write_text('queues: {orders: {}}\nentry_points: {"8000": {flow: demo}}\n')
    assert call(monkeypatch, "--config", str(site)) == 1
    assert "sales" in capsys.readouterr().out


def test_a_shipped_flow_is_looked_at_when_a_flow_of_the_site_goes_into_it(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    into = "  begin: {type: subflow, flow: demo, next: end}\n  end: {type: hang_up}\n"
    (site.parent / "flows" / "main.yaml").write_text(FLOW.split("  begin", maxsplit=1)[0] + into)
    site.write_text("flows: [flows]\nqueues: {sales: {}, orders: {}}\n")
    assert call(monkeypatch, "--config", str(site)) == 1
    assert "there is no queue 'support'" in capsys.readouterr().out


def test_no_such_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "--config", "/nowhere/x.yaml") == 2
    assert capsys.readouterr().out == "/nowhere/x.yaml: cannot be read: No such file or directory\n"


@pytest.mark.parametrize(("option", "file"), [("--sample", "sample.yaml"), ("--schema", "schema.json")])
def test_sample_and_schema_can_be_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, file: str
) -> None:
    assert call(monkeypatch, option) == 0
    assert capsys.readouterr().out == (Path(config.__path__[0]) / file).read_text(encoding="utf-8")


def test_rules_that_cannot_be_meant_are_named_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        "skills: {a: A}\n"
        "queues:\n"
        "  one: {requires: a>=2, limits: [{what: waiting, count: 3, then: {to_kind: queue, to: two}}]}\n"
        "  two:\n"
        "    limits:\n"
        "      - {what: waiting, count: 3, then: {to_kind: queue, to: one}}\n"
        "    relaxation:\n"
        "      - {after_s: 20, drop: [a]}\n"
        "      - {after_s: 10, lower: {a: 1}}\n"
        "agents: {ann: {phone: '1001', skills: {a: 3}}}\n"
    )
    found = [(problem.line, problem.message) for problem in check(path, {}).problems]
    assert [line for line, _ in found] == [6, 9]
    assert "circle" in found[0][1]
    assert "one -> two -> one" in found[0][1]


EVERYTHING_WRONG = """\
skills: {english: E, billing: B}
agents:
  ann: {name: Ann, phone: "1001", skills: {english: 5, klingon: 3}}
  bob: {name: Bob, phone: "1002", skills: {billing: 12}, reserve: [back]}
queues:
  a:
    requires: "english>=3 & elvish>=2"
    agent_order: ordered
    agents: [ann, carl]
    ring_s: -5
    opening_hours: never
    relaxation:
      - {after_s: -1, lower: {billing: 2}}
      - {after_s: 30, lower: {english: 2}, open: [back]}
      - {after_s: 20, drop: [english]}
  b:
    requires: billing>=2
    limits:
      - {what: wait, after_s: -3, then: {to_kind: queue, to: c}}
      - {what: wait, after_s: 30, then: {to_kind: queue, to: c}}
      - {what: wait, after_s: 40, then: {to_kind: queue, to: nowhere}}
  c:
    limits:
      - {what: none_ready, then: {to_kind: queue, to: b}}
"""


def test_every_kind_of_mistake_in_one_file_is_told_at_once(tmp_path: Path) -> None:
    """Circles and steps that never end, too, though names are unknown and numbers negative in the same lists."""
    path = tmp_path / "site.yaml"
    path.write_text(EVERYTHING_WRONG)
    found = {(problem.line, problem.key): problem.message for problem in check(path, {}).problems}
    assert list(found) == [
        (3, "agents.ann.skills.klingon"),
        (4, "agents.bob.skills.billing"),
        (7, "queues.a.requires"),
        (9, "queues.a.agents"),
        (10, "queues.a.ring_s"),
        (11, "queues.a.opening_hours"),
        (13, "queues.a.relaxation[0].after_s"),
        (15, "queues.a.relaxation[2].after_s"),
        (19, "queues.b.limits[0].after_s"),
        (21, "queues.b.limits[2].then.to"),
        (24, "queues.c.limits[0].then"),
    ]
    assert "never end" in found[15, "queues.a.relaxation[2].after_s"]
    assert "b -> c -> b" in found[24, "queues.c.limits[0].then"]


def test_mending_one_mistake_brings_no_other_to_light(tmp_path: Path) -> None:
    """Line by line, a file gets right: what is wrong was all told at first."""
    path = tmp_path / "site.yaml"
    path.write_text(EVERYTHING_WRONG)
    told = {problem.key for problem in check(path, {}).problems}
    for wrong, right in (
        (", klingon: 3", ""),
        ("billing: 12", "billing: 2"),
        (" & elvish>=2", ""),
        (", carl", ""),
        ("ring_s: -5", "ring_s: 5"),
        ("    opening_hours: never\n", ""),
        ("after_s: -1", "after_s: 10"),
        ("after_s: 20", "after_s: 40"),
        ("after_s: -3", "after_s: 20"),
        ("nowhere", "c"),
        ("{to_kind: queue, to: b}", "{to_kind: exit}"),
    ):
        path.write_text(path.read_text().replace(wrong, right))
        left = {problem.key for problem in check(path, {}).problems}
        assert len(left) == len(told) - 1
        assert left < told
        told = left
    assert not told


WRONG_LIMITS = """\
queues:
  a:
    limits:
      - {what: wait, after_s: -3, then: {to_kind: queue, to: b}}
      - {what: wait, after_s: 40, then: {to_kind: flow, to: nowhere}}
  b:
    limits:
      - {what: waiting, then: {to_kind: flow, to: nosuch}}
      - {what: waiting, count: -1, then: {to_kind: queue, to: a}}
    when_closed: {to_kind: flow, to: welcom, and: more}
"""


def test_flows_and_circles_of_limits_that_are_wrong_themselves_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(WRONG_LIMITS)
    found = {problem.key: problem for problem in check(path, {}).problems}
    assert [(problem.line, key) for key, problem in found.items()] == [
        (4, "queues.a.limits[0].after_s"),
        (5, "queues.a.limits[1].then.to"),
        (8, "queues.b.limits[0]"),
        (8, "queues.b.limits[0].then.to"),
        (9, "queues.b.limits[1].count"),
        (9, "queues.b.limits[1].then"),
        (10, "queues.b.when_closed.to"),
        (10, "queues.b.when_closed.and"),
    ]
    assert "no flow 'nosuch'" in found["queues.b.limits[0].then.to"].message
    assert found["queues.b.limits[1].then"].message == "contacts would overflow in a circle: a -> b -> a"
    told = set(found)
    for wrong, right in (
        ("after_s: -3", "after_s: 3"),
        ("what: waiting, then", "what: waiting, count: 5, then"),
        ("count: -1", "count: 9"),
        ("{to_kind: queue, to: a}", "{to_kind: exit}"),
        (", and: more", ""),
    ):
        path.write_text(path.read_text().replace(wrong, right))
        left = {problem.key for problem in check(path, {}).problems}
        assert len(left) == len(told) - 1
        assert left < told
        told = left
    assert told == {"queues.a.limits[1].then.to", "queues.b.limits[0].then.to", "queues.b.when_closed.to"}
