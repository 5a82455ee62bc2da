"""Callbacks in a flow: by a key in the queue, by a node in the menu, and when the number is not known."""

from pathlib import Path

from ivr import effects, inputs
from ivr.loader import check_files
from ivr.run import Phase
from ivr.script_runner import run_files
from tests.ivr.flows_for_tests import Caller, flows_of, problems_of, written

FLOW = """
flow: f
languages: [en]
start: wait
variables: {back: {type: digits}, tier: {}}
nodes:
  wait:
    type: queue
    queue: people
    callback: {key: "1", next: bye, ask: which}
  which:
    type: collect
    variable: back
    min_length: 5
    prompts: [which]
    next: book
    no_input: {retries: 0, next: bye}
    no_match: {retries: 0, next: bye}
  book: {type: callback, queue: people, number: "{back}", skills: {fr: 3}, priority: 2, next: bye, failed: sorry}
  sorry: {type: say, prompts: [sorry], next: which}
  bye: {type: hang_up, prompts: [bye]}
prompts: {which: {en: which}, sorry: {en: sorry}, bye: {en: bye}}
"""


def caller(tmp_path: Path, number: str = "") -> Caller:
    return Caller(flows_of(tmp_path, FLOW), "f", number=number)


def booked(tmp_path: Path) -> Caller:
    asked = caller(tmp_path).does(inputs.CallbackRefused())
    assert asked.effects[0] == effects.LeaveQueue(keeps_place=True)
    return asked.hears_all().presses("5551234#")


def test_who_hides_the_number_is_asked_for_one_and_gets_the_place_back(tmp_path: Path) -> None:
    at_node = booked(tmp_path)
    wish = at_node.one(effects.JoinAsCallback)
    assert (wish.queue, wish.number, wish.priority) == ("people", "5551234", 2)
    assert wish.attributes["back"] == "5551234"
    assert "5551234" not in repr(wish)
    assert at_node.run.phase is Phase.BOOKING
    assert at_node.does(inputs.CallbackTaken()).run.node == "bye"


def test_a_callback_that_is_refused_or_not_answered_fails(tmp_path: Path) -> None:
    assert booked(tmp_path).does(inputs.CallbackRefused()).run.node == "sorry"
    late = booked(tmp_path)
    assert late.run.deadline is not None
    assert late.does(inputs.Tick(), after_s=3).run.node == "sorry"


def test_without_a_way_to_ask_the_caller_is_told_and_waits_on(tmp_path: Path) -> None:
    flows = flows_of(tmp_path, WITHOUT_ASKING)
    waiting = Caller(flows, "g").does(inputs.CallbackRefused())
    assert waiting.hears() == ["no_callback"]
    assert waiting.run.phase is Phase.QUEUED


WITHOUT_ASKING = """
flow: g
languages: [en]
start: wait
nodes:
  wait: {type: queue, queue: people, callback: {key: "1", next: bye}}
  bye: {type: hang_up}
"""


def test_check_finds_mistakes_and_scripts_walk_every_edge(tmp_path: Path) -> None:
    mistaken = FLOW.replace("ask: which", "ask: whihc").replace('number: "{back}"', 'number: "{bakc}"')
    said = {(problem.key, problem.rule) for problem in problems_of(tmp_path, mistaken)}
    assert ("nodes.wait.callback.ask", "edge_to_nowhere") in said
    assert ("nodes.book.number", "unknown_variable") in said
    (path,) = written(tmp_path, FLOW)
    assert check_files([path])[1] == []
    script = tmp_path / "f.calls.yaml"
    script.write_text(
        "flows: [flow0.yaml]\ncalls:\n"
        "  - {name: a, flow: f, steps: [{presses: 1}], expect: {path: [wait, bye]}}\n"
        "  - name: b\n    flow: f\n"
        "    steps: [{callback: refused}, {hears: which}, {presses: 55512#}, {callback: refused}, {hears: sorry},\n"
        "            {presses: 55513#}, {callback: taken}, {hears: bye}]\n"
        "    expect: {path: [wait, which, book, sorry, which, book, bye], outcome: hung_up}\n"
        "  - {name: c, flow: f, steps: [{callback: refused}, {silence: 1}]}\n"
        "  - {name: d, flow: f, steps: [{callback: refused}, {presses: 1#}]}\n",
        encoding="utf-8",
    )
    result = run_files([script])
    assert [str(failure) for failure in result.failures] == []
    assert result.coverage[0].edge_share == 1.0
