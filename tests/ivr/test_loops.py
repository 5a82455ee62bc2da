"""Loops of flows: each is told once, where it begins, and large flows do not take long."""

import random
import time
from pathlib import Path

from ivr.checks.cycles import cycles, last_cycles
from tests.ivr.flows_for_tests import problems_of

SAYS = "  {name}: {{type: say, prompts: [no_input], next: {next}}}\n"


def test_of_loops_that_lead_to_one_another_the_last_is_told_once(tmp_path: Path) -> None:
    ways = {"before": "a", "a": "b", "b": "c", "c": "c"}
    nodes = "".join(SAYS.format(name=name, next=to) for name, to in ways.items())
    nodes += "  d: {type: branch, cases: [{when: language == 'en', next: before}], otherwise: d}\n"
    (problem,) = problems_of(tmp_path, f"flow: f\nstart: d\nnodes:\n{nodes}")
    assert (problem.rule, problem.line) == ("endless_loop", 7)
    assert problem.message.endswith("(c)")


def test_a_long_loop_is_found_and_not_all_its_nodes_are_named(tmp_path: Path) -> None:
    nodes = "".join(f"  n{i}: {{type: set, next: n{(i + 1) % 300}}}\n" for i in range(300))
    (problem,) = problems_of(tmp_path, f"flow: f\nstart: n0\nnodes:\n{nodes}")
    assert (problem.rule, problem.line) == ("endless_loop", 4)
    assert problem.message.endswith("n19 and 280 more)")


def test_the_search_for_loops_takes_time_with_the_graph_and_not_with_its_square() -> None:
    def took_s(nodes: int) -> float:
        ring = {str(i): {str((i + 1) % nodes), str(i // 2)} for i in range(nodes)}
        began = time.process_time()
        assert [len(group) for group in cycles(ring)] == [nodes]
        return time.process_time() - began

    # four times the nodes: 4 if linear, 16 if square; both sizes are beyond the nearest caches
    assert min(took_s(32_000) for _ in range(5)) < 10 * min(took_s(8_000) for _ in range(5))


def test_cycles_are_those_of_the_definition() -> None:
    drawn = random.Random(1)
    for _ in range(300):
        names = [str(i) for i in range(drawn.randrange(1, 8))]
        ways = {name: set(drawn.sample([*names, "out"], drawn.randrange(0, len(names) + 1))) for name in names}
        reach = {name: _reach(ways, name) for name in names}
        expected = {frozenset(b for b in names if b in reach[a] and a in reach[b]) for a in names if a in reach[a]}
        assert set(cycles(ways)) == expected
        last = {group for group in expected if all(reach[a] & other <= group for a in group for other in expected)}
        assert set(last_cycles(ways)) == last


def _reach(ways: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    todo = [start]
    while todo:
        more = ways.get(todo.pop(), set()) - reached
        reached |= more
        todo += more
    return reached
