"""``cordboard flow``: what it prints, how it ends; and the flow of the documentation, written as a new user would."""

import json
import os
import re
import sys
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner, Result

from config.load import load
from cti_bridge.app.commands.flow import app
from cti_bridge.app.menus import sounds_of
from facts.ids import ContactId, NodeName
from facts.journal import AnyFact, Entry, MenuEnded, MenuNodeEntered
from ivr.drawing import draw
from ivr.flow import Node
from ivr.loader import load_with_shipped
from storage.journal import open_journal

TRADES = Path(__file__).parents[3] / "docs" / "flows"
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "flows.md"
RUNNER = CliRunner()
VOICE = """#!{python}
import io, sys, wave
sound = io.BytesIO()
with wave.open(sound, "wb") as file:
    file.setparams((1, 2, 8000, 0, "NONE", ""))
    file.writeframes(bytes([0, 40, 0, 216]) * 3000)
sys.stdout.buffer.write(sound.getvalue())
"""


def flow(*arguments: object) -> Result:
    return RUNNER.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    """The first flow and its caller, cut out of the documentation."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "first.yaml").write_text(blocks[0], encoding="utf-8")
    (tmp_path / "first.calls.yaml").write_text(blocks[1], encoding="utf-8")
    return tmp_path


def test_the_flow_of_the_documentation_is_right_and_does_what_it_says(documented: Path) -> None:
    checked = flow("check", documented)
    assert (checked.exit_code, checked.stdout) == (0, "")
    tested = flow("test", documented)
    assert tested.exit_code == 0
    assert "first: 4 of 5 nodes, 4 of 6 edges (67%)" in tested.stdout
    assert "nobody took: main -> no_input" in tested.stdout
    (documented / "first.calls.yaml").rename(documented / "first.calls.yml")
    assert flow("test", documented).stdout == tested.stdout
    assert flow("test", documented, "--require-coverage", 90).exit_code == 1


IDENTIFIES = """\
flow: mine
start: who
languages: [en]
variables: {account: {type: digits}}
nodes:
  who: {type: subflow, flow: identify, take: {account: account}, results: {refused: end}, next: bye}
  bye: {type: hang_up, prompts: [bye]}
  end: {type: hang_up}
prompts: {bye: {en: Goodbye.}}
"""
IDENTIFIED = """\
flows: [mine.yaml]
calls:
  - name: signs in
    flow: mine
    lookups: {check: {outcome: found}}
    steps: [{presses: "12345674"}, {presses: 1}, {presses: 1234}, {hears: bye}]
    expect: {variables: {account: "12345674"}, outcome: hung_up}
"""


def test_a_flow_that_goes_into_a_shipped_one_is_checked_tested_and_spoken(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(IDENTIFIES, encoding="utf-8")
    (tmp_path / "mine.calls.yaml").write_text(IDENTIFIED, encoding="utf-8")
    assert flow("check", tmp_path).exit_code == 0
    tested = flow("test", tmp_path)
    assert (tested.exit_code, tested.stdout.splitlines()[0]) == (0, "mine: 2 of 3 nodes, 1 of 2 edges (50%)")
    assert "your secret number" in flow("prompts", tmp_path, "--folder", tmp_path).stdout
    assert flow("draw", tmp_path / "mine.yaml").exit_code == 0


def test_mistakes_are_told_with_file_line_and_key(documented: Path) -> None:
    path = documented / "first.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("next: tell_hours", "next: tell_hour"), encoding="utf-8")
    checked = flow("check", path)
    assert checked.exit_code == 1
    assert f"{path}:15: nodes.main.choices[1].next: edge to nowhere" in checked.stdout
    report = json.loads(flow("check", path, "--json").stdout)
    assert [problem["rule"] for problem in report["problems"]] == ["edge_to_nowhere", "unreachable"]
    assert flow("test", documented).exit_code == 1
    assert flow("prompts", documented, "--folder", documented).exit_code != 0


def test_a_caller_who_fares_otherwise_is_told_with_the_line(documented: Path) -> None:
    path = documented / "first.calls.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("queue: sales", "queue: support"), encoding="utf-8")
    tested = flow("test", path)
    assert tested.exit_code == 1
    assert "expect.queue: is sales, should be support" in tested.stdout
    assert json.loads(flow("test", path, "--json").stdout)["calls"][0]["ok"] is False


def test_the_flows_of_several_trades_are_right_and_do_what_they_say() -> None:
    checked = flow("check", TRADES)
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert "a remark" not in checked.stderr
    tested = flow("test", TRADES)
    assert tested.exit_code == 0, tested.stdout
    for file in TRADES.glob("*.yaml"):
        if not file.name.endswith(".calls.yaml"):
            assert flow("check", file).exit_code == flow("draw", file).exit_code == 0


def test_the_flow_with_every_kind_of_node_is_walked_to_the_last_edge_and_drawn() -> None:
    flows = load_with_shipped([TRADES / "power.yaml", TRADES / "power_survey.yaml"])
    kinds = {type(node) for flow_ in flows.values() for node in flow_.file.nodes.values()}
    assert kinds == set(get_args(Node))
    tested = flow("test", TRADES / "power.calls.yaml", "--require-coverage", 100)
    assert tested.exit_code == 0, tested.stdout
    for flow_ in flows.values():
        assert draw(flow_).count("data-node=") >= len(flow_.file.nodes)


def test_files_with_mistakes_do_not_keep_others_from_being_tested(documented: Path) -> None:
    (documented / "a.yaml").write_text("flow: a\nstart: x\nnodes: {y: {type: hang_up}}\n")
    (documented / "a.calls.yaml").write_text("flows: [a.yaml]\ncalls: []\n")
    tested = flow("test", documented)
    assert tested.exit_code == 1
    assert "a.yaml:2: start: edge to nowhere" in tested.stdout
    assert "first: " in tested.stdout
    assert "1 call, 0 not as expected, files with mistakes" in tested.stderr


def test_the_shipped_flows_are_covered_to_the_last_edge() -> None:
    assert flow("check").exit_code == 0
    assert flow("test", "--require-coverage", 100).exit_code == 0


def test_queues_of_the_settings_have_to_exist(documented: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("queues: {support: {}}\n", encoding="utf-8")
    checked = flow("check", documented / "first.yaml", "--config", settings)
    assert checked.exit_code == 1
    assert "there is no queue 'sales'" in checked.stdout


def test_a_picture_with_the_numbers_of_a_journal(documented: Path) -> None:
    journal = documented / "journal.sqlite3"
    contact = ContactId("c-1")
    facts: list[AnyFact] = [
        MenuNodeEntered(contact_id=contact, flow="first", node="hello", via="start"),
        MenuNodeEntered(contact_id=contact, flow="first", node="main", via="next"),
        MenuEnded(contact_id=contact, flow="first", node="main", outcome="caller_left"),
    ]
    with open_journal(journal) as opened:
        opened.append([Entry(node=NodeName("n"), seq=i + 1, at=i, fact=fact) for i, fact in enumerate(facts)])
    picture = documented / "first.svg"
    assert flow("draw", documented / "first.yaml", "-o", picture, "--journal", journal).exit_code == 0
    assert "menu · 1 · left 1 (100 %)" in picture.read_text(encoding="utf-8")
    assert flow("draw", documented / "first.yaml").stdout.startswith("<svg")
    told = flow("draw", documented / "first.yaml", "--journal", journal, "--language", "zh").stdout
    assert "菜单 · 1 · 放弃 1 (100 %)" in told
    assert flow("draw", documented / "first.yaml", "--language", "fr").exit_code == 2


def test_prompts_are_listed_rendered_and_missed(documented: Path) -> None:
    voice = documented / "voice"
    voice.write_text(VOICE.format(python=sys.executable), encoding="utf-8")
    voice.chmod(0o755)
    settings = documented / "settings.yml"
    settings.write_text(f"prompts: {{folder: sounds, voices: {{en: 'command:{voice}'}}}}\n", encoding="utf-8")
    before = flow("prompts", documented / "first.yaml", "--config", settings)
    assert before.exit_code == 1
    assert "missing en  hello" in before.stdout
    made = flow("prompts", documented / "first.yaml", "--config", settings, "--render", "--json")
    assert made.exit_code == 0, made.stdout
    assert {sound["outcome"] for sound in json.loads(made.stdout)["sounds"]} == {"made"}
    after = flow("prompts", documented / "first.yaml", "--config", settings)
    assert after.exit_code == 0
    assert len(list((documented / "sounds").glob("en/*.wav"))) == len(after.stdout.splitlines())


def test_prompts_are_made_where_the_daemon_plays_them_from(documented: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDBOARD_HOME", str(documented / "home"))
    told = json.loads(flow("prompts", documented / "first.yaml", "--json").stdout)
    played = sounds_of(load(None, os.environ))
    assert str(played.path("en/x").parents[1]) == told["folder"]


def test_a_voice_that_is_not_there_names_the_way_out(documented: Path) -> None:
    settings = documented / "settings.yml"
    settings.write_text(
        f"prompts: {{folder: sounds, voices: {{en: 'espeak-ng:{documented}/none:en'}}}}\n", encoding="utf-8"
    )
    rendered = flow("prompts", documented / "first.yaml", "--config", settings, "--render")
    assert rendered.exit_code == 1
    assert rendered.stderr.count("apt-get install espeak-ng") == 1


def test_the_schema_is_json() -> None:
    assert json.loads(flow("schema").stdout)["title"] == "Voice menu of Cordboard"
    assert json.loads(flow("schema", "--callers").stdout)["title"] == "Scripted callers of Cordboard"


@pytest.mark.parametrize(
    "arguments", [("check", "/no/such/flow.yaml"), ("draw",), ("test", "--require-coverage", "200")]
)
def test_used_wrong(arguments: tuple[str, ...]) -> None:
    assert flow(*arguments).exit_code == 2
