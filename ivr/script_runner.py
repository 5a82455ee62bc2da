"""Runs files of scripted callers: reads the file and its flows, walks every call, counts what was covered."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import msgspec

from facts.time import SECOND, Instant
from ivr.caller_script import Failure, Outcome, ScriptedCall, ScriptFile, line_of_failure, play
from ivr.errors import FlowError, Problem
from ivr.flow import Flow
from ivr.loader import load_with_shipped, read_text, with_called
from ivr.located import read_or_raise
from ivr.traffic import EdgeKey, NodeKey, Traffic, all_edges, all_nodes

SUFFIXES = (".calls.yaml", ".calls.yml")
"""How files of scripted callers end."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a flow the calls went through. The sets hold what nobody came to."""

    flow: str
    nodes: int
    edges: int
    nodes_missed: frozenset[NodeKey]
    edges_missed: frozenset[EdgeKey]

    @property
    def edge_share(self) -> float:
        """Edges that were taken, as a fraction of all."""
        return 1.0 if self.edges == 0 else 1 - len(self.edges_missed) / self.edges


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file of calls. Failures are problems with their line; coverage is over all calls."""

    outcomes: tuple[Outcome, ...]
    failures: tuple[Problem, ...]
    coverage: tuple[Coverage, ...]


def script_files(place: Path) -> list[Path]:
    """The script files of a folder, or the one file."""
    return sorted(path for path in place.iterdir() if path.name.endswith(SUFFIXES)) if place.is_dir() else [place]


def run_files(paths: Iterable[Path]) -> Result:
    """Run all calls of all files. Mistakes of a script, or of its flows, are failures too; the other files are run."""
    flows: dict[str, Flow] = {}
    traffic = Traffic()
    outcomes: list[Outcome] = []
    failures: list[Problem] = []
    for path in paths:
        try:
            script, lines, here = _read(path)
        except FlowError as error:
            failures += error.problems
            continue
        flows |= here
        everywhere = with_called(here)
        for index, call in enumerate(script.calls):
            outcome = _run(everywhere, call)
            outcomes.append(outcome)
            traffic.add_all(outcome.facts)
            failures += [_problem(path, lines, index, call, failure) for failure in outcome.failures]
    coverage = tuple(_coverage(flow, traffic) for flow in flows.values())
    return Result(outcomes=tuple(outcomes), failures=tuple(dict.fromkeys(failures)), coverage=coverage)


def _read(path: Path) -> tuple[ScriptFile, dict[tuple[str | int, ...], int], dict[str, Flow]]:
    text, problem = read_text(path)
    if problem is not None:
        raise FlowError([problem])
    script, lines = read_or_raise(text, ScriptFile, str(path))
    return script, lines, load_with_shipped([path.parent / name for name in script.flows])


def _run(flows: dict[str, Flow], call: ScriptedCall) -> Outcome:
    try:
        at = _instant(call.at)
    except ValueError:
        failure = Failure(path=("at",), message=f"{call.at!r} is no time: write it as 2026-01-15T10:00:00+08:00")
        return Outcome(call=call.name, failures=(failure,), path=(), prompts=(), facts=())
    return play(flows, call, at)


def _instant(text: str) -> Instant:
    at = dt.datetime.fromisoformat(text)
    aware = at if at.tzinfo is not None else at.replace(tzinfo=dt.UTC)
    return int(aware.timestamp()) * SECOND


def _problem(
    path: Path, lines: dict[tuple[str | int, ...], int], index: int, call: ScriptedCall, failure: Failure
) -> Problem:
    line = line_of_failure(lines, index, failure)
    key = ".".join(str(part) for part in failure.path)
    return Problem(file=str(path), line=line, key=f"{call.name}: {key}", rule="script", message=failure.message)


def _coverage(flow: Flow, traffic: Traffic) -> Coverage:
    nodes, edges = all_nodes(flow), all_edges(flow)
    return Coverage(
        flow=flow.name,
        nodes=len(nodes),
        edges=len(edges),
        nodes_missed=frozenset(nodes - set(traffic.nodes)),
        edges_missed=frozenset(edges - set(traffic.edges)),
    )
