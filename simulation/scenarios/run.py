"""Virtual time: drawn calls go through the distributor of the real ones, event by event.

Agents answer at once. Nothing here decides who takes what: every arrival, end of talk and loss of patience is told to
``acd.engine.Engine``, and its effects are done.
"""

import heapq
import random
import time
from collections.abc import Callable
from typing import Any

import msgspec

from acd.effects import Effect, RingAgent
from acd.engine import Engine
from acd.events import AnswerOffer, DeclareReady, EndTalk, EndWrapUp, JoinQueue, LeaveQueue, LogIn, Tick
from acd.policy import AgentPolicy, Policy, QueuePolicy
from facts.ids import AgentId, ContactId, QueueName, SkillName
from facts.states import Party
from facts.time import Instant, from_seconds
from simulation.distributions.arrivals import poisson_gaps
from simulation.distributions.durations import Law, Sampler, sampler
from simulation.scenarios.estimates import BATCHES
from simulation.scenarios.scenario import CallType, Pool, Scenario
from simulation.scenarios.tally import CallTally, CallTypeFigures, PoolFigures, PoolTally

Progress = Callable[[int], None]

_ARRIVAL, _TALK_OVER, _PATIENCE_OVER, _WRAP_UP_OVER = range(4)
_UNTIL_TOLD = 1 << 50
"""The distributor's own wrap-up time, when the pools' differ: the simulation ends each wrap-up itself."""

_EVERY = 1 << 12
"""Progress is told once for so many calls."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of a run."""

    seed: int
    calls: int
    virtual_hours: float
    call_types: dict[str, CallTypeFigures]
    pools: dict[str, PoolFigures]
    calls_per_cpu_second: float


class _Call:
    """One caller on the way through."""

    __slots__ = ("agent", "batch", "contact_id", "joined", "kind", "waiting")

    def __init__(self, contact_id: ContactId, kind: int, joined: Instant, batch: int) -> None:
        self.contact_id = contact_id
        self.kind = kind
        self.joined = joined
        self.batch = batch
        self.waiting = True
        self.agent: _SimulatedAgent | None = None


class _SimulatedAgent:
    """An agent: which pool, how long calls take them."""

    __slots__ = ("agent_id", "handling", "tally", "wrap_up")

    def __init__(self, agent_id: AgentId, tally: PoolTally, handling: list[Sampler | None], wrap_up: int) -> None:
        self.agent_id = agent_id
        self.tally = tally
        self.handling = handling
        self.wrap_up = wrap_up


def simulate(scenario: Scenario, progress: Progress | None = None) -> Result:
    """Run a scenario; ``progress`` is told the number of calls that have arrived, now and then."""
    started = time.process_time()
    run = _Run(scenario, progress or (lambda _calls: None))
    run.play()
    cpu_s = max(time.process_time() - started, 1e-9)
    names = [call_type.name for call_type in scenario.call_types]
    return Result(
        seed=scenario.seed,
        calls=scenario.calls,
        virtual_hours=run.now / from_seconds(3600),
        call_types={name: tally.figures() for name, tally in zip(names, run.tallies, strict=True)},
        pools={
            pool.name: tally.figures(names, run.tallies) for pool, tally in zip(scenario.pools, run.pools, strict=True)
        },
        calls_per_cpu_second=run.arrived / cpu_s,
    )


def policy_of(scenario: Scenario) -> Policy:
    """The scenario as the distributor's policy: a queue for each call type, and every agent of the pools."""
    agents = tuple(agent for pool in scenario.pools for agent in _agents(pool))
    queues = tuple(_queue(scenario, call_type) for call_type in scenario.call_types)
    return Policy(queues=queues, agents=agents, contact_order=scenario.policy.contact, seed=scenario.seed)


def _agents(pool: Pool) -> tuple[AgentPolicy, ...]:
    return tuple(
        AgentPolicy(
            agent_id=AgentId(f"{pool.name}-{number}"),
            skills={SkillName(skill): level for skill, level in pool.skills.items()},
            team=pool.name,
            reserve=pool.reserve,
            without_queues=tuple(map(QueueName, pool.without_queues)),
            extra_queues=tuple(map(QueueName, pool.extra_queues)),
        )
        for number in range(pool.agents)
    )


def _queue(scenario: Scenario, call_type: CallType) -> QueuePolicy:
    order = scenario.policy.agent
    ranks = {agent.agent_id: pool.weight for pool in scenario.pools for agent in _agents(pool)}
    return QueuePolicy(
        name=QueueName(call_type.name),
        requires=call_type.requires,
        priority=call_type.priority,
        agent_order=order,
        agents=tuple(ranks) if order == "ordered" else (),
        weights=ranks if order == "weighted_random" else {},
        wrap_up_us=_UNTIL_TOLD if any(pool.wrap_up_s for pool in scenario.pools) else 0,
        band=call_type.band,
        ageing_per_minute=call_type.ageing_per_minute,
        weight=call_type.weight,
        target_us=from_seconds(call_type.target_s),
        starvation_cap_us=from_seconds(call_type.starvation_cap_s),
        relaxation=call_type.relaxation,
    )


class _Run:
    """One run. Times are microseconds from its beginning."""

    def __init__(self, scenario: Scenario, progress: Progress) -> None:
        self._scenario = scenario
        self._progress = progress
        self._engine = Engine(policy_of(scenario))
        self._limit = from_seconds(scenario.service_level_s)
        self._most = scenario.max_in_system
        self._wakes = any(t.relaxation or t.starvation_cap_s for t in scenario.call_types)
        self._wraps_up = any(pool.wrap_up_s for pool in scenario.pools)
        self._queues = [QueueName(call_type.name) for call_type in scenario.call_types]
        self._gaps = [poisson_gaps(t.per_hour, self._lots("arrivals", t.name)) for t in scenario.call_types]
        self._patience = [self._sampler(t.patience, "patience", t.name) for t in scenario.call_types]
        self._heap: list[tuple[Instant, int, int, Any]] = []
        self._pushed = 0
        self._calls: dict[ContactId, _Call] = {}
        self._open = 0
        self.now: Instant = 0
        self.arrived = 0
        self.tallies = [CallTally(BATCHES) for _ in scenario.call_types]
        self.pools = [PoolTally(pool.agents, len(scenario.call_types), BATCHES) for pool in scenario.pools]
        self._agents = self._staff()
        self._starts = _batch_starts(scenario)
        self._batch = BATCHES

    def _lots(self, *purpose: str) -> Callable[[], float]:
        """Chance for one purpose alone, so that a change in one place changes no other draw."""
        seed = "/".join([str(self._scenario.seed), *purpose])
        return random.Random(seed).random  # noqa: S311 - a simulation's lots, no secrets

    def _sampler(self, law: Law | None, *purpose: str) -> Sampler | None:
        return None if law is None else sampler(law, self._lots(*purpose))

    def _staff(self) -> dict[AgentId, _SimulatedAgent]:
        agents: dict[AgentId, _SimulatedAgent] = {}
        for pool, tally in zip(self._scenario.pools, self.pools, strict=True):
            handling = [
                self._sampler(pool.handling.get(t.name), "handling", pool.name, t.name)
                for t in self._scenario.call_types
            ]
            for number in range(pool.agents):
                agent_id = AgentId(f"{pool.name}-{number}")
                agents[agent_id] = _SimulatedAgent(agent_id, tally, handling, from_seconds(pool.wrap_up_s))
        return agents

    # -- the loop ----------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """From the first arrival until every call that counts has been answered or has left."""
        for agent_id in self._agents:
            self._engine.handle(LogIn(agent_id=agent_id), 0)
            self._engine.handle(DeclareReady(agent_id=agent_id), 0)
        for kind, gap in enumerate(self._gaps):
            self._push(gap(), _ARRIVAL, kind)
        does: tuple[Callable[[Any], None], ...] = (
            self._arrive,
            self._talk_over,
            self._patience_over,
            self._wrap_up_over,
        )
        heap, pop = self._heap, heapq.heappop
        last, most = self._scenario.calls, 2 * self._scenario.calls
        while heap:
            if self._wakes:
                self._wake(heap[0][0])
            self.now, _, what, subject = pop(heap)
            if what == _ARRIVAL and self.arrived >= last and (not self._open or self.arrived >= most):
                self._begin_batch()
                if not self._open:
                    break
                continue
            does[what](subject)
        self._progress(last)

    def _wake(self, until: Instant) -> None:
        """Let the distributor do what it wants to do by itself before the next thing happens."""
        while (due := self._engine.next_deadline) is not None and due < until:
            self.now = max(self.now, due)
            self._do(self._engine.handle(Tick(), self.now))

    def _push(self, at: Instant, what: int, subject: "int | _Call | _SimulatedAgent") -> None:
        self._pushed += 1
        heapq.heappush(self._heap, (at, self._pushed, what, subject))

    def _begin_batch(self) -> None:
        """Called before each arrival that begins a batch, and at the end of the last one."""
        if self._starts and self.arrived == self._starts[0]:
            self._batch = BATCHES - len(self._starts) + 1
            del self._starts[0]
            for pool in self.pools:
                pool.mark(self.now)

    # -- what happens ------------------------------------------------------------------------------------------------

    def _arrive(self, kind: int) -> None:
        now = self.now
        self._push(now + self._gaps[kind](), _ARRIVAL, kind)
        self._begin_batch()
        self.arrived = number = self.arrived + 1
        if not number % _EVERY:
            self._progress(min(number, self._scenario.calls))
        tally, batch = self.tallies[kind], self._batch
        tally.offered[batch] += 1
        if self._most is not None and len(self._calls) >= self._most:
            tally.blocked[batch] += 1
            return
        tally.admitted[batch] += 1
        self._open += batch != BATCHES
        contact_id = ContactId(str(number))
        call = self._calls[contact_id] = _Call(contact_id, kind, now, batch)
        self._do(self._engine.handle(JoinQueue(contact_id=contact_id, queue=self._queues[kind]), now))
        if call.waiting:
            tally.waited[batch] += 1
            patience = self._patience[kind]
            if patience is not None:
                self._push(now + patience(), _PATIENCE_OVER, call)

    def _do(self, effects: list[Effect]) -> None:
        """Phones that ring are answered at once, the first of several alone."""
        for effect in effects:
            if type(effect) is RingAgent:
                call = self._calls[effect.contact_id]
                if call.waiting:
                    self._answer(call, effect)

    def _answer(self, call: _Call, ring: RingAgent) -> None:
        now, kind, batch = self.now, call.kind, call.batch
        call.waiting = False
        call.agent = agent = self._agents[ring.agent_id]
        tally, waited = self.tallies[kind], now - call.joined
        tally.answered[batch] += 1
        tally.wait_all[batch] += waited
        tally.wait_answered[batch] += waited
        tally.in_time[batch] += waited <= self._limit
        agent.tally.answered[kind][batch] += 1
        agent.tally.change(1, now)
        self._open -= batch != BATCHES
        handling = agent.handling[kind]
        assert handling is not None
        self._push(now + handling(), _TALK_OVER, call)
        self._do(self._engine.handle(AnswerOffer(offer_id=ring.offer_id, agent_id=ring.agent_id), now))

    def _talk_over(self, call: _Call) -> None:
        now, agent = self.now, call.agent
        assert agent is not None
        del self._calls[call.contact_id]
        ended = EndTalk(contact_id=call.contact_id, agent_id=agent.agent_id, ended_by=Party.CALLER)
        if agent.wrap_up:
            self._push(now + agent.wrap_up, _WRAP_UP_OVER, agent)
            self._do(self._engine.handle(ended, now))
            return
        agent.tally.change(-1, now)
        effects = self._engine.handle(ended, now)
        if self._wraps_up:
            # Other pools do, so the distributor waits to hear of the end of it.
            effects += self._engine.handle(EndWrapUp(agent_id=agent.agent_id), now)
        self._do(effects)

    def _wrap_up_over(self, agent: _SimulatedAgent) -> None:
        agent.tally.change(-1, self.now)
        self._do(self._engine.handle(EndWrapUp(agent_id=agent.agent_id), self.now))

    def _patience_over(self, call: _Call) -> None:
        if not call.waiting:
            return
        call.waiting = False
        del self._calls[call.contact_id]
        tally, batch = self.tallies[call.kind], call.batch
        tally.abandoned[batch] += 1
        tally.wait_all[batch] += self.now - call.joined
        self._open -= batch != BATCHES
        self._do(self._engine.handle(LeaveQueue(contact_id=call.contact_id), self.now))


def _batch_starts(scenario: Scenario) -> list[int]:
    """The numbers of the arrivals before which a batch begins, and the number at which the last one ends."""
    counted = scenario.calls - scenario.warm_up_calls
    return [scenario.warm_up_calls + counted * batch // BATCHES for batch in range(BATCHES + 1)]
