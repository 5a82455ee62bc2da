"""Decisions a second, way of matching beside way of matching: ``python -m tests.benchmarks.routing_speed``.

A decision is one call that arrives and one agent who is released. With nobody waiting half of the agents are free;
with calls waiting all agents are busy, each step releases one (who gets a call, or rests), and a new call joins.
All see the same calls and agents, and have to choose alike. Rounds go by turns, time is this process's CPU time.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import sys
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from acd.policy import Policy
from tests.benchmarks.routing_models import (
    NOBODY,
    EngineOnScan,
    EveryMember,
    MatchingAlone,
    Model,
    PairIndex,
    PlainScan,
    ScanOfAnyRequirement,
    SqlPerCaller,
    WholeEngine,
    ageing_queue,
    relaxing_queue,
)
from tests.benchmarks.routing_world import KINDS, PRIORITIES, TWO_SKILLS, Call, Skills, World

Maker: TypeAlias = Callable[[list[Skills]], Model]

SCAN, MEMBERS, SQL, PAIRS = "plain scan", "every member", "SQL per caller", "pair index"
MATCHING, ENGINE, ENGINE_ON_SCAN = "cordboard, matching", "cordboard, engine", "engine on a scan"
MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        MEMBERS: EveryMember,
        SQL: SqlPerCaller,
        SCAN: PlainScan,
        PAIRS: PairIndex,
        MATCHING: MatchingAlone,
        ENGINE: WholeEngine,
    }
)
GENERAL: Mapping[str, Maker] = MappingProxyType(
    {SCAN: ScanOfAnyRequirement, MATCHING: MatchingAlone, ENGINE_ON_SCAN: EngineOnScan, ENGINE: WholeEngine}
)
AGEING, RELAXING = "priorities with ageing", "relaxation"
RULES: Mapping[str, Policy] = MappingProxyType({AGEING: ageing_queue(), RELAXING: relaxing_queue()})
SIZES = [
    (10, 0),
    (100, 0),
    (1000, 0),
    (10_000, 0),
    (100, 100),
    (10_000, 100),
    (100, 10_000),
    (1000, 10_000),
    (10_000, 10_000),
]
GENERAL_SIZES = [(1000, 0), (10_000, 0), (100, 1000), (1000, 1000), (10_000, 10_000)]

MOST_CALLS_A_SECOND, MOST_OF_SLOW = 300_000, 50
FIRST_SEEN = 5_000
ROUND_S = 0.25
SLOW = 100.0
"""Decisions a second below which one round is enough."""


def general(kind: str, agents: int, waiting: int) -> Comparison:
    """Models for a requirement of another shape, or for rules beyond whom to ring."""
    if kind not in RULES:
        return Comparison(GENERAL, agents, waiting, kind)
    makers = {name: partial(make, rules=RULES[kind]) for name, make in _ENGINES.items()}
    return Comparison(makers, agents, waiting, PRIORITIES if kind == AGEING else TWO_SKILLS)


_ENGINES: Mapping[str, Callable[..., WholeEngine]] = MappingProxyType(
    {ENGINE_ON_SCAN: EngineOnScan, ENGINE: WholeEngine}
)


class Bench:
    """One model in one world at its beginning; ``choices``: what it chose, step by step."""

    def __init__(self, make: Maker, agents: int, waiting: int, kind: str = TWO_SKILLS, *, hot: bool = False) -> None:
        world = World(agents, kind, hot=hot)
        people = world.agents
        self.model = model = make(people)
        self.busy = deque(random.Random(len(people)).sample(range(len(people)), len(people)))
        self.half = 0 if waiting else len(people) // 2
        self.choices: list[int] = []
        slow = isinstance(model, EveryMember | SqlPerCaller)
        join = model.queue_up if isinstance(model, EveryMember | SqlPerCaller) else model.arrive
        if not slow:
            self._see_everything_once(World(len(people), kind, hot=hot))
        for _ in range(waiting):
            join(world.call())
        while len(self.busy) > self.half > 0:
            model.release(self.busy.popleft())
        self.world, self.most = world, MOST_OF_SLOW if slow else MOST_CALLS_A_SECOND

    def _see_everything_once(self, world: World) -> None:
        """What a model sets up when it meets a requirement for the first time is there before the clock runs."""
        for _ in range(FIRST_SEEN):
            call = world.call()
            self.model.arrive(call)
            self.model.leave(call)

    def run(self, cpu_s: float) -> float:
        """Decisions per CPU second, measured over about so much of it."""
        step, clock, done = (self._arrives if self.half else self._is_released), time.process_time, 0
        calls = [self.world.call() for _ in range(max(MOST_OF_SLOW, round(cpu_s * self.most)))]
        gc.collect()
        began = now = clock()
        end = began + cpu_s
        for call in calls:
            if now > end:
                break
            step(call)
            done += 1
            now = clock()
        return done / (now - began)

    def _arrives(self, call: Call) -> None:
        model, busy = self.model, self.busy
        agent = model.arrive(call)
        self.choices.append(agent)
        if agent == NOBODY:
            model.leave(call)
        else:
            busy.append(agent)
        if len(busy) > self.half:
            model.release(busy.popleft())

    def _is_released(self, call: Call) -> None:
        model, busy = self.model, self.busy
        agent = busy.popleft()
        number = model.release(agent)
        self.choices.append(number)
        if number == NOBODY:
            model.rest(agent)
        else:
            model.arrive(call)
        busy.append(agent)


class Comparison:
    """Models side by side in one world, by turns, each time from its beginning."""

    def __init__(
        self, makers: Mapping[str, Maker], agents: int, waiting: int, kind: str = TWO_SKILLS, *, hot: bool = False
    ) -> None:
        self.makers, self.agents, self.waiting, self.kind, self.hot = makers, agents, waiting, kind, hot
        self.rates: dict[str, list[float]] = {name: [] for name in makers}
        self.choices: list[int] = []

    def play(self, rounds: int, cpu_s: float = ROUND_S) -> Comparison:
        """So many rounds, in which each runs for so long; they have to choose alike."""
        for _ in range(rounds):
            for name, make in self.makers.items():
                if not (self.rates[name] and self.rate(name) < SLOW):  # once is enough of those
                    self.rates[name].append(self._run(make, cpu_s))
        return self

    def _run(self, make: Maker, cpu_s: float) -> float:
        bench = Bench(make, self.agents, self.waiting, self.kind, hot=self.hot)
        rate = bench.run(cpu_s)
        known = self.choices[: len(bench.choices)]
        if bench.choices[: len(known)] != known:
            raise AssertionError(f"{type(bench.model).__name__} chose otherwise than the others")
        self.choices += bench.choices[len(known) :]
        return rate

    def rate(self, name: str) -> float:
        """Median decisions per CPU second."""
        return statistics.median(self.rates[name])

    def ratio(self, ours: str, theirs: str) -> float:
        """Median over the rounds of ours to theirs."""
        if len(self.rates[theirs]) == 1:
            return self.rate(ours) / self.rate(theirs)
        return statistics.median(a / b for a, b in zip(self.rates[ours], self.rates[theirs], strict=True))

    @property
    def matched(self) -> float:
        """The share of steps in which somebody got somebody."""
        return sum(choice != NOBODY for choice in self.choices) / len(self.choices)


def memory_per_agent(agents: int = 10_000) -> float:
    """Bytes that the engine holds for each agent of a large centre in which every pair of skills is in use."""
    world = World(agents)
    calls = [world.call() for _ in range(agents)]
    gc.collect()
    tracemalloc.start()
    engine = WholeEngine(world.agents)
    for number in range(agents):
        engine.release(number)
    for call in calls:
        engine.arrive(call)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / agents


def _short(rate: float) -> str:
    return f"{rate:,.0f}" if rate < 1000 else f"{rate / 1000:,.1f}k" if rate < 100_000 else f"{rate / 1000:,.0f}k"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _header(*names: str) -> None:
    print(_row(*names))
    print(_row("---", *["---:"] * (len(names) - 1)))


def _print_models(rounds: int, cpu_s: float) -> None:
    _header("agents / waiting", *MAKERS, "matching : pair index", "engine : pair index")
    for agents, waiting, hot in [(*size, False) for size in SIZES] + [(1000, 10_000, True)]:
        compared = Comparison(MAKERS, agents, waiting, hot=hot).play(rounds, cpu_s)
        ratios = [f"{compared.ratio(ours, PAIRS):.2f}" for ours in (MATCHING, ENGINE)]
        name = f"{agents:,} / {waiting:,}{', hot queue' if hot else ''}"
        print(_row(name, *(_short(compared.rate(model)) for model in MAKERS), *ratios), flush=True)


def _print_general(rounds: int, cpu_s: float) -> None:
    _header("requirement", "agents / waiting", *GENERAL, "matching : scan", "engine : engine on a scan")
    for kind in (*KINDS, *RULES):
        for agents, waiting in GENERAL_SIZES:
            compared = general(kind, agents, waiting).play(rounds, cpu_s)
            rates = [_short(compared.rate(name)) if name in compared.rates else "" for name in GENERAL]
            matching = f"{compared.ratio(MATCHING, SCAN):.2f}" if MATCHING in compared.rates else ""
            engine = f"{compared.ratio(ENGINE, ENGINE_ON_SCAN):.2f}"
            print(_row(kind, f"{agents:,} / {waiting:,}", *rates, matching, engine), flush=True)


def main() -> None:
    """Print the tables of `docs/performance.md`."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=ROUND_S, help="CPU time of a model in a round")
    given = options.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores,", end=" ")
    print(f"median of {given.rounds} rounds of {given.seconds} s.")
    _print_models(given.rounds, given.seconds)
    _print_general(given.rounds, given.seconds)
    print(f"{memory_per_agent():,.0f} bytes an agent")


if __name__ == "__main__":
    main()
