"""The flows that come with the product: right, tested to the last edge, and with a fresh schema."""

import json
from pathlib import Path

import pytest

from ivr.editor_schema import flow_schema, script_schema
from ivr.loader import SHIPPED, check_files, flow_files, load_shipped
from ivr.script_runner import run_files, script_files
from ivr.traffic import Traffic

SCHEMA = SHIPPED / "flow.schema.json"
SCRIPT = """\
flows: [{flow}]
calls:
  - name: a
    flow: demo
    steps:
{steps}
    expect: {expect}
"""


def scripted(tmp_path: Path, steps: str, expect: str = "{}") -> list[str]:
    path = tmp_path / "x.calls.yaml"
    path.write_text(SCRIPT.format(flow=SHIPPED / "demo.yaml", steps=steps, expect=expect), encoding="utf-8")
    return [f"{f.line} {f.key}: {f.message}" for f in run_files([path]).failures]


def test_the_check_finds_nothing() -> None:
    flows, problems = check_files(flow_files(SHIPPED))
    assert problems == []
    assert set(flows) == {"demo", "identify", "service", "sorry", "voicemail"}


def test_the_scripted_callers_go_through_every_node_and_edge() -> None:
    result = run_files(script_files(SHIPPED))
    assert [str(failure) for failure in result.failures] == []
    for coverage in result.coverage:
        assert coverage.nodes_missed == frozenset()
        assert coverage.edges_missed == frozenset()
        assert coverage.edge_share == 1.0


def test_the_schema_for_editors_is_the_one_that_the_types_give() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(flow_schema())), (
        "cordboard flow schema > " + str(SCHEMA)
    )
    assert script_schema()["$schema"] == flow_schema()["$schema"]


@pytest.mark.parametrize(
    ("steps", "expect", "told"),
    [
        ("    - presses: 1", "{queue: support}", "7 a: expect.queue: is sales, should be support"),
        (
            "    - presses: 1",
            "{path: [welcome]}",
            "7 a: expect.path: is [welcome, main_menu, to_sales], should be [welcome]",
        ),
        ("    - hears: sales", "{}", "6 a: steps.0.hears: heard [welcome, main_menu], not [sales]"),
        ("    - {presses: 1, waits: 2}", "{}", "6 a: steps.0: a step does exactly one thing, this one presses, waits"),
        (
            "    - presses: 1\n    - says: sales",
            "{}",
            "7 a: steps.1: nobody listens at 'to_sales': let the caller hear the question first",
        ),
        ("    - agent: answers", "{}", "6 a: steps.0: cannot happen now"),
        ("    - hangs_up: true\n    - presses: 1", "{}", "7 a: steps.1: the call is over already"),
        ("    - silence: 9", "{}", "6 a: steps.0: nobody waits for the caller here"),
    ],
)
def test_what_is_not_as_expected_is_told_with_its_line(tmp_path: Path, steps: str, expect: str, told: str) -> None:
    assert scripted(tmp_path, steps, expect)[0].startswith(told)


def test_a_script_that_cannot_be_read_is_told_with_its_lines(tmp_path: Path) -> None:
    (failure,) = scripted(tmp_path, "    - pushes: 1")
    assert failure.startswith("6 calls[0].steps[0].pushes: is not known here")


def test_lookups_and_state_have_to_be_given(tmp_path: Path) -> None:
    path = tmp_path / "y.calls.yaml"
    flows = [str(SHIPPED / "service.yaml"), str(SHIPPED / "identify.yaml")]
    path.write_text(json.dumps({"flows": flows, "calls": [{"name": "a", "flow": "service"}]}), encoding="utf-8")
    (failure,) = run_files([path]).failures[:1]
    assert "say what they are under `state`" in failure.message


def test_traffic_counts_the_way_of_callers() -> None:
    outcomes = run_files([SHIPPED / "demo.calls.yaml"]).outcomes
    traffic = Traffic()
    for outcome in outcomes:
        traffic.add_all(outcome.facts)
    assert traffic.begun["demo"] == len(outcomes)
    assert traffic.nodes["demo", "welcome"] == len(outcomes)
    assert traffic.edges["demo", "*", "escape"] == 1
    assert traffic.edges["demo", "main_menu", "sales"] == 3
    assert traffic.left["demo", "main_menu"] == 1
    assert load_shipped()["demo"].version == load_shipped()["demo"].version
