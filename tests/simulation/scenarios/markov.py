"""Small centres as Markov chains: every state is visited, and the steady state solved for by SciPy.

A state is who is idle, in the order of becoming so; who talks with whom; who waits, in the order of joining. Arrivals
are Poisson, handling and patience exponential, and ``max_in_system`` keeps the chain finite. What follows from an
arrival or an end is read from the rules as they are told in ``docs/simulate.md``; nothing of the distributor is used.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, lil_matrix  # type: ignore[import-untyped]  # SciPy brings no types
from scipy.sparse.linalg import spsolve  # type: ignore[import-untyped]  # SciPy brings no types

from facts.ids import SkillName
from facts.requirements import satisfies
from simulation.distributions.durations import Exponential
from simulation.scenarios.scenario import Scenario

State: TypeAlias = tuple[tuple[int, ...], tuple[tuple[int, int], ...], tuple[int, ...], int]
"""Pools of the idle, longest first; (pool, call type) of each talk, sorted; call types of those who wait; and for
``round_robin``, where each pool has one agent, who was chosen last."""

Step: TypeAlias = tuple[State, float, tuple[int, int] | None]
"""Where to, at which rate, and (pool, call type) if a talk begins by it."""


@dataclass(frozen=True)
class Steady:
    """Long-run figures of call types and pools, by name."""

    p_wait: dict[str, float]
    p_block: float
    p_abandon: dict[str, float]
    mean_wait_all_s: dict[str, float]
    utilisation: dict[str, float]
    share_of_type_answered: dict[tuple[str, str], float]


class Chain:
    """A scenario as a chain."""

    def __init__(self, scenario: Scenario) -> None:
        assert scenario.max_in_system is not None
        self.scenario = scenario
        self.most = scenario.max_in_system
        self.types, self.pools = scenario.call_types, scenario.pools
        self.order = scenario.policy.agent
        self.skills = [{SkillName(skill): level for skill, level in pool.skills.items()} for pool in self.pools]
        self.may = [[satisfies(own, t.requires) for t in self.types] for own in self.skills]
        self.arrivals = [t.per_hour / 3600 for t in self.types]
        self.impatience = [_rate(t.patience) for t in self.types]
        self.ends = [[_rate(pool.handling.get(t.name)) for t in self.types] for pool in self.pools]

    # -- the rules ---------------------------------------------------------------------------------------------------

    def chosen(self, idle: tuple[int, ...], kind: int, last: int) -> list[tuple[int, float]]:
        """Places in the idle line of who may be chosen for a call, each with its probability."""
        fit = [place for place, pool in enumerate(idle) if self.may[pool][kind]]
        if not fit:
            return []
        if self.order == "weighted_random":
            weights = [self.pools[idle[place]].weight for place in fit]
            return [(place, weight / sum(weights)) for place, weight in zip(fit, weights, strict=True) if weight]
        return [(min(fit, key=lambda place: self.rank(idle[place], kind, last)), 1.0)]

    def rank(self, pool: int, kind: int, last: int) -> int:
        """The lowest is chosen; of equals who has been idle the longest."""
        level = self.skills[pool].get(SkillName(self.types[kind].name), 0)
        ranks = {
            "longest_idle": 0,
            "ring_several": 0,
            "ordered": pool,
            "most_skilled": -level,
            "least_skilled": level,
            "round_robin": (pool - last - 1) % len(self.pools),
        }
        return ranks[self.order]

    def next_for(self, pool: int, queue: tuple[int, ...]) -> int | None:
        """The place in the queue of who is served next by an agent of a pool."""
        fit = [place for place, kind in enumerate(queue) if self.may[pool][kind]]
        return min(fit, key=lambda place: -self.types[queue[place]].priority, default=None)

    def steps(self, state: State) -> Iterator[Step]:
        """Everything that can happen in a state."""
        idle, talks, queue, last = state
        for kind, rate in enumerate(self.arrivals):
            if len(talks) + len(queue) >= self.most:
                continue
            places = self.chosen(idle, kind, last)
            for place, share in places:
                pool = idle[place]
                begun = tuple(sorted((*talks, (pool, kind))))
                now_last = pool if self.order == "round_robin" else last
                yield (idle[:place] + idle[place + 1 :], begun, queue, now_last), rate * share, (pool, kind)
            if not places:
                yield (idle, talks, (*queue, kind), last), rate, None
        for talk in set(talks):
            pool, kind = talk
            left = list(talks)
            left.remove(talk)
            rate = talks.count(talk) * self.ends[pool][kind]
            place_in_line = self.next_for(pool, queue)
            if place_in_line is None:
                yield ((*idle, pool), tuple(left), queue, last), rate, None
            else:
                following = (pool, queue[place_in_line])
                rest = queue[:place_in_line] + queue[place_in_line + 1 :]
                yield (idle, tuple(sorted((*left, following))), rest, last), rate, following
        for place_in_line, kind in enumerate(queue):
            if self.impatience[kind]:
                rest = queue[:place_in_line] + queue[place_in_line + 1 :]
                yield (idle, talks, rest, last), self.impatience[kind], None

    # -- the steady state --------------------------------------------------------------------------------------------

    def solve(self) -> Steady:
        """Visit every state, and weigh them."""
        first: State = (tuple(p for p, pool in enumerate(self.pools) for _ in range(pool.agents)), (), (), -1)
        numbers: dict[State, int] = {first: 0}
        flows: list[tuple[int, int, float]] = []
        begun: list[tuple[int, tuple[int, int], float]] = []
        visit = [first]
        while visit:
            state = visit.pop()
            for target, rate, talk in self.steps(state):
                if target not in numbers:
                    numbers[target] = len(numbers)
                    visit.append(target)
                flows.append((numbers[state], numbers[target], rate))
                if talk is not None:
                    begun.append((numbers[state], talk, rate))
        return self._figures(numbers, _steady(len(numbers), flows), begun)

    def _figures(
        self, numbers: dict[State, int], shares: NDArray[np.float64], begun: list[tuple[int, tuple[int, int], float]]
    ) -> Steady:
        waits: dict[int, float] = defaultdict(float)
        queue: dict[int, float] = defaultdict(float)
        busy: dict[int, float] = defaultdict(float)
        full = 0.0
        for (idle, talks, line, last), number in numbers.items():
            share = float(shares[number])
            for pool, _ in talks:
                busy[pool] += share
            for kind in line:
                queue[kind] += share
            if len(talks) + len(line) >= self.most:
                full += share
                continue
            for kind in range(len(self.types)):
                waits[kind] += share * (not self.chosen(idle, kind, last))
        answered: dict[tuple[int, int], float] = defaultdict(float)
        for number, talk, rate in begun:
            answered[talk] += float(shares[number]) * rate
        names = [t.name for t in self.types]
        admitted = [rate * (1 - full) for rate in self.arrivals]
        whole = [sum(rate for (_, k), rate in answered.items() if k == kind) for kind in range(len(names))]
        return Steady(
            p_wait={name: waits[k] / (1 - full) for k, name in enumerate(names)},
            p_block=full,
            p_abandon={name: self.impatience[k] * queue[k] / self.arrivals[k] for k, name in enumerate(names)},
            mean_wait_all_s={name: queue[k] / admitted[k] for k, name in enumerate(names)},
            utilisation={pool.name: busy[p] / pool.agents for p, pool in enumerate(self.pools)},
            share_of_type_answered={
                (pool.name, name): answered[p, k] / whole[k]
                for p, pool in enumerate(self.pools)
                for k, name in enumerate(names)
            },
        )


def _rate(law: object) -> float:
    if law is None:
        return 0.0
    assert isinstance(law, Exponential)
    return 1 / law.mean_s


def _steady(states: int, flows: list[tuple[int, int, float]]) -> NDArray[np.float64]:
    """The shares of time in each state: what flows in flows out, and they sum to one."""
    balance = lil_matrix((states, states))
    for source, target, rate in flows:
        balance[target, source] += rate
        balance[source, source] -= rate
    balance[states - 1, :] = 1.0
    right = np.zeros(states)
    right[-1] = 1.0
    return np.asarray(spsolve(csc_matrix(balance), right))
