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
from tests.benchmarks.routing_world import KINDS, TWO_SKILLS, Call, Skills, World

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
BY_RULES: Mapping[str, Mapping[str, Maker]] = MappingProxyType(
    {
        AGEING: {ENGINE_ON_SCAN: partial(EngineOnScan, rules=ageing_queue()), ENGINE: partial(WholeEngine, rules=ageing_queue())},
        RELAXING: {ENGINE_ON_SCAN: partial(EngineOnScan, rules=relaxing_queue()), ENGINE: partial(WholeEngine, rules=relaxing_queue())},
    }
)
MOST_CALLS = 40_000


class Calls:
    """The calls of a world, made before they are needed: everybody sees the same."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: list[Call] = []

    def next(self, position: int, how_many: int) -> list[Call]:
        """So many calls from a position on."""
        while len(self._made) < position + how_many:
            self._made.append(self.world.call())
        return self._made[position : position + how_many]


class Bench:
    """One model in one world; ``choices``: what it chose, step by step."""

    def __init__(self, make: Maker, calls: Calls, waiting: int) -> None:
        people = calls.world.agents
        self.model = model = make(people)
        self.busy = deque(random.Random(len(people)).sample(range(len(people)), len(people)))
        self.half = 0 if waiting else len(people) // 2
        self.calls, self.position = calls, waiting
        self.choices: list[int] = []
        self.slow = isinstance(model, EveryMember | SqlPerCaller)
        join = model.queue_up if isinstance(model, EveryMember | SqlPerCaller) else model.arrive
        for call in calls.next(0, waiting):
            join(call)
        while len(self.busy) > self.half > 0:
            model.release(self.busy.popleft())

    def run(self, cpu_s: float) -> float:
        """Decisions per CPU second, measured over about so much of it."""
        calls = self.calls.next(self.position, 8 if self.slow else MOST_CALLS)
        step, clock, done = (self._arrives if self.half else self._is_released), time.process_time, 0
        gc.collect()
        began = now = clock()
        end = began + cpu_s
        for call in calls:
            if now > end:
                break
            step(call)
            done += 1
            now = clock()
        self.position += done
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
    """Models side by side in one world, by turns."""

    def __init__(
        self, makers: Mapping[str, Maker], agents: int, waiting: int, kind: str = TWO_SKILLS, *, hot: bool = False
    ) -> None:
        calls = Calls(World(agents, kind, hot=hot))
        self.benches = {name: Bench(make, calls, waiting) for name, make in makers.items()}
        self.rates: dict[str, list[float]] = {name: [] for name in makers}

    def play(self, rounds: int, cpu_s: float) -> Comparison:
        """So many rounds, in which each runs for so long."""
        for _ in range(rounds):
            for name, bench in self.benches.items():
                if not (bench.slow and self.rates[name]):  # one round is enough of those
                    self.rates[name].append(bench.run(cpu_s))
        return self

    def rate(self, name: str) -> float:
        """Median decisions per CPU second."""
        return statistics.median(self.rates[name])

    def ratio(self, ours: str, theirs: str) -> float:
        """Median over the rounds of ours to theirs."""
        if len(self.rates[theirs]) == 1:
            return self.rate(ours) / self.rate(theirs)
        return statistics.median(a / b for a, b in zip(self.rates[ours], self.rates[theirs], strict=True))

    def same_choices(self) -> bool:
        """Whether all chose alike, as far as each came."""
        longest = max((bench.choices for bench in self.benches.values()), key=len)
        return all(longest[: len(bench.choices)] == bench.choices for bench in self.benches.values())

    @property
    def matched(self) -> float:
        """The share of steps in which somebody got somebody."""
        longest = max((bench.choices for bench in self.benches.values()), key=len)
        return sum(choice != NOBODY for choice in longest) / len(longest)


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
