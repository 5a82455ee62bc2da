"""The same simulation in the most obvious way: lists that are scanned, no distributor, nothing shared with it."""

import random
from collections import Counter
from dataclasses import dataclass, field

from facts.ids import SkillName
from facts.requirements import satisfies
from facts.time import SECOND
from simulation.distributions.arrivals import poisson_gaps
from simulation.distributions.durations import sampler
from simulation.scenarios.scenario import Scenario


@dataclass
class Person:
    """An agent: in which pool, free since when (None: not free)."""

    pool: int
    free_since: tuple[int, int] | None


@dataclass
class Waiting:
    """A caller in the queue."""

    number: int
    kind: int
    joined: int


@dataclass
class Counts:
    """What happened to the counted callers."""

    offered: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    abandoned: Counter[str] = field(default_factory=Counter)
    blocked: Counter[str] = field(default_factory=Counter)
    waited_us: Counter[str] = field(default_factory=Counter)
    by_pool: Counter[tuple[str, str]] = field(default_factory=Counter)


class Obvious:
    """Plays a scenario without relaxation; longest idle agent, highest priority, then first come."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.counts = Counts()
        self.events: list[tuple[int, int, str, object]] = []
        self.now = self.order = self.arrived = self.open = self.inside = 0
        self.queue: list[Waiting] = []
        self.people = [
            Person(index, (0, number))
            for number, index in enumerate(i for i, pool in enumerate(scenario.pools) for _ in range(pool.agents))
        ]
        kinds, pools = scenario.call_types, scenario.pools
        self.gap = [poisson_gaps(kind.per_hour, self.lots("arrivals", kind.name)) for kind in kinds]
        self.patience = [kind.patience and sampler(kind.patience, self.lots("patience", kind.name)) for kind in kinds]
        self.handling = {
            (i, k): sampler(pool.handling[kind.name], self.lots("handling", pool.name, kind.name))
            for i, pool in enumerate(pools)
            for k, kind in enumerate(kinds)
            if kind.name in pool.handling
        }

    def lots(self, *purpose):
        return random.Random("/".join([str(self.scenario.seed), *purpose])).random

    def add(self, after: int, what: str, subject: object) -> None:
        self.order += 1
        self.events.append((self.now + after, self.order, what, subject))

    def counts_number(self, number: int) -> bool:
        return self.scenario.warm_up_calls < number <= self.scenario.calls

    def may(self, person: Person, kind: int) -> bool:
        pool, calls = self.scenario.pools[person.pool], self.scenario.call_types[kind]
        if calls.name in pool.without_queues:
            return False
        if calls.name in pool.extra_queues:
            return True
        skills = {SkillName(skill): level for skill, level in pool.skills.items()}
        return not pool.reserve and satisfies(skills, calls.requires)

    def play(self) -> Counts:
        for kind, gap in enumerate(self.gap):
            self.add(gap(), "arrival", kind)
        while True:
            event = min(self.events)
            self.events.remove(event)
            self.now, _, what, subject = event
            if what == "arrival" and self.arrived >= self.scenario.calls and not self.open:
                return self.counts
            getattr(self, what)(subject)

    def arrival(self, kind: int) -> None:
        self.add(self.gap[kind](), "arrival", kind)
        self.arrived += 1
        name, counted = self.scenario.call_types[kind].name, self.counts_number(self.arrived)
        self.counts.offered[name] += counted
        if self.scenario.max_in_system is not None and self.inside >= self.scenario.max_in_system:
            self.counts.blocked[name] += counted
            return
        self.inside += 1
        self.open += counted
        caller = Waiting(self.arrived, kind, self.now)
        free = [person for person in self.people if person.free_since is not None and self.may(person, kind)]
        if free:
            self.answer(min(free, key=lambda person: person.free_since or (0, 0)), caller)
            return
        self.queue.append(caller)
        patience = self.patience[kind]
        if patience:
            self.add(patience(), "gives_up", caller)

    def answer(self, person: Person, caller: Waiting) -> None:
        person.free_since = None
        name, counted = self.scenario.call_types[caller.kind].name, self.counts_number(caller.number)
        self.counts.answered[name] += counted
        self.counts.waited_us[name] += counted * (self.now - caller.joined)
        self.counts.by_pool[self.scenario.pools[person.pool].name, name] += counted
        self.open -= counted
        self.add(self.handling[person.pool, caller.kind](), "talk_over", person)

    def gives_up(self, caller: Waiting) -> None:
        if caller in self.queue:
            self.queue.remove(caller)
            name, counted = self.scenario.call_types[caller.kind].name, self.counts_number(caller.number)
            self.counts.abandoned[name] += counted
            self.counts.waited_us[name] += counted * (self.now - caller.joined)
            self.open -= counted
            self.inside -= 1

    def talk_over(self, person: Person) -> None:
        self.inside -= 1
        wrap_up = round(self.scenario.pools[person.pool].wrap_up_s * SECOND)
        if wrap_up:
            self.add(wrap_up, "free", person)
        else:
            self.free(person)

    def free(self, person: Person) -> None:
        mine = [caller for caller in self.queue if self.may(person, caller.kind)]
        if not mine:
            self.order += 1
            person.free_since = (self.now, self.order)
            return
        kinds = self.scenario.call_types
        caller = min(mine, key=lambda waiting: (-kinds[waiting.kind].priority, waiting.number))
        self.queue.remove(caller)
        self.answer(person, caller)
