"""Ways of matching calls and agents: what distributors in use are known to do, the fastest known, and Cordboard's.

Every model takes the longest idle agent who may take the call, and the oldest call that the agent may take, so all
have to choose alike. They are written from documented behaviour; Python against C says nothing, but growth does.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from itertools import combinations
from typing import Final, Protocol
from unittest import mock

import msgspec

from acd.effects import RingAgent
from acd.engine import Engine
from acd.events import AnswerOffer, DeclareNotReady, DeclareReady, EndTalk, Event, LeaveQueue, LogIn, StartTalk
from acd.matching import Matching
from acd.model import Agent, Contact
from acd.policy import AgentPolicy, Policy, QueuePolicy, RelaxationStep
from acd.readings import Readings
from facts.ids import AgentId, ContactId, ReasonCode
from facts.requirements import satisfies
from facts.states import Party
from facts.time import SECOND
from tests.benchmarks.routing_world import NAMES, QUEUE, SKILLS, Call, Skills

NOBODY: Final = -1


class Model(Protocol):
    """What every way of matching can do. Agents are numbers."""

    def arrive(self, call: Call) -> int:
        """The agent who gets the call, or NOBODY: then it waits."""

    def release(self, agent: int) -> int:
        """The number of the call that the agent gets, or NOBODY: then the agent is free."""

    def rest(self, agent: int) -> None:
        """A free agent takes no calls."""

    def leave(self, call: Call) -> None:
        """A waiting call goes."""


class PlainScan:
    """Free agents and waiting calls in two lists, each looked through from its beginning."""

    def __init__(self, agents: list[Skills]) -> None:
        self.agents = agents
        self.free: dict[int, Skills] = {}
        self.waiting: dict[int, Call] = {}

    def arrive(self, call: Call) -> int:
        first, level, second, level2 = call.first, call.level, call.second, call.level2
        for agent, skills in self.free.items():
            if skills.get(first, 0) >= level and skills.get(second, 0) >= level2:
                del self.free[agent]
                return agent
        self.waiting[call.number] = call
        return NOBODY

    def release(self, agent: int) -> int:
        skills = self.agents[agent]
        get = skills.get
        for number, call in self.waiting.items():
            if get(call.first, 0) >= call.level and get(call.second, 0) >= call.level2:
                del self.waiting[number]
                return number
        self.free[agent] = skills
        return NOBODY

    def rest(self, agent: int) -> None:
        self.free.pop(agent, None)

    def leave(self, call: Call) -> None:
        del self.waiting[call.number]


class ScanOfAnyRequirement:
    """The plain scan, with requirements of any shape evaluated term by term."""

    def __init__(self, agents: list[Skills]) -> None:
        self.agents = [{NAMES[skill]: level for skill, level in skills.items()} for skills in agents]
        self.free: dict[int, None] = {}
        self.waiting: dict[int, Call] = {}

    def arrive(self, call: Call) -> int:
        requirement, agents = call.requirement, self.agents
        for agent in self.free:
            if satisfies(agents[agent], requirement):
                del self.free[agent]
                return agent
        self.waiting[call.number] = call
        return NOBODY

    def release(self, agent: int) -> int:
        skills = self.agents[agent]
        for number, call in self.waiting.items():
            if satisfies(skills, call.requirement):
                del self.waiting[number]
                return number
        self.free[agent] = None
        return NOBODY

    def rest(self, agent: int) -> None:
        self.free.pop(agent, None)

    def leave(self, call: Call) -> None:
        del self.waiting[call.number]


class Member:
    """An agent as a member of a queue."""

    __slots__ = ("available", "last_call", "skills")

    def __init__(self, skills: Skills) -> None:
        self.skills = skills
        self.available = False
        self.last_call = 0


class EveryMember:
    """As ``app_queue``: each call looks at all members; a freed one makes every waiting call do so, oldest first."""

    def __init__(self, agents: list[Skills]) -> None:
        self.members = [Member(skills) for skills in agents]
        self.waiting: list[Call] = []
        self.clock = 0

    def _best(self, call: Call) -> int:
        best, least = NOBODY, 0
        for number, member in enumerate(self.members):
            skills = member.skills
            if skills.get(call.first, 0) < call.level or skills.get(call.second, 0) < call.level2:
                continue
            if member.available and (best == NOBODY or member.last_call < least):
                best, least = number, member.last_call
        return best

    def queue_up(self, call: Call) -> None:
        """A call that nobody free can take."""
        self.waiting.append(call)

    def arrive(self, call: Call) -> int:
        best = self._best(call)
        if best == NOBODY:
            self.waiting.append(call)
        else:
            self.members[best].available = False
        return best

    def release(self, agent: int) -> int:
        self.clock += 1
        member = self.members[agent]
        member.available, member.last_call = True, self.clock
        for index, call in enumerate(self.waiting):
            best = self._best(call)
            if best != NOBODY:
                self.members[best].available = False
                del self.waiting[index]
                return call.number
        return NOBODY

    def rest(self, agent: int) -> None:
        self.members[agent].available = False

    def leave(self, call: Call) -> None:
        self.waiting.remove(call)


class SqlPerCaller:
    """As ``mod_callcenter``: the callers who wait are selected, and for each of them an agent by a join.

    Kinder than the original: an index, bound parameters, an event instead of ten polls a second.
    """

    def __init__(self, agents: list[Skills]) -> None:
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.executescript(
            """
            CREATE TABLE agents (number INTEGER PRIMARY KEY, state TEXT, since INTEGER);
            CREATE TABLE skills (skill INTEGER, agent INTEGER, level INTEGER);
            CREATE INDEX of_skill ON skills (skill, agent);
            CREATE TABLE callers (number INTEGER PRIMARY KEY, skill INTEGER, level INTEGER,
                                  skill2 INTEGER, level2 INTEGER);
            BEGIN
            """
        )
        self.database.executemany("INSERT INTO agents VALUES (?, 'busy', 0)", [(n,) for n in range(len(agents))])
        rows = [(skill, number, level) for number, skills in enumerate(agents) for skill, level in skills.items()]
        self.database.executemany("INSERT INTO skills VALUES (?, ?, ?)", rows)
        self.database.execute("COMMIT")
        self.clock = 0

    def _serve(self) -> tuple[int, int]:
        """The first caller for whom there is an agent, and who."""
        callers = self.database.execute("SELECT * FROM callers ORDER BY number").fetchall()
        for number, *needs in callers:
            found = self.database.execute(
                "SELECT agents.number FROM agents JOIN skills AS s ON s.agent = agents.number "
                "JOIN skills AS t ON t.agent = agents.number WHERE s.skill = ? AND s.level >= ? "
                "AND t.skill = ? AND t.level >= ? AND agents.state = 'free' ORDER BY agents.since LIMIT 1",
                needs,
            ).fetchone()
            if found is not None:
                self.database.execute("UPDATE agents SET state = 'busy' WHERE number = ?", found)
                self.database.execute("DELETE FROM callers WHERE number = ?", (number,))
                return number, found[0]
        return NOBODY, NOBODY

    def queue_up(self, call: Call) -> None:
        """A caller whom nobody free can serve."""
        row = (call.number, call.first, call.level, call.second, call.level2)
        self.database.execute("INSERT INTO callers VALUES (?, ?, ?, ?, ?)", row)

    def arrive(self, call: Call) -> int:
        self.queue_up(call)
        return self._serve()[1]

    def release(self, agent: int) -> int:
        self.clock += 1
        self.database.execute("UPDATE agents SET state = 'free', since = ? WHERE number = ?", (self.clock, agent))
        return self._serve()[0]

    def rest(self, agent: int) -> None:
        self.database.execute("UPDATE agents SET state = 'busy' WHERE number = ?", (agent,))

    def leave(self, call: Call) -> None:
        self.database.execute("DELETE FROM callers WHERE number = ?", (call.number,))


class PairIndex:
    """The fastest that is known for two skills: free agents and waiting calls by pair of skills, nothing else.

    An agent stands in the lines of all pairs of their skills, so the first in a pair's line with the levels is the
    longest idle; a freed agent looks into each of their pairs up to the best found so far.
    """

    def __init__(self, agents: list[Skills]) -> None:
        lines: dict[int, dict[int, tuple[int, int]]] = {}
        waiting: dict[int, OrderedDict[int, Call]] = {}
        self.lines, self.waiting = lines, waiting
        self.stands: list[list[tuple[dict[int, tuple[int, int]], tuple[int, int]]]] = []
        self.looks: list[list[tuple[OrderedDict[int, Call], int, int]]] = []
        for skills in agents:
            pairs = [(a * SKILLS + b, skills[a], skills[b]) for a, b in combinations(sorted(skills), 2)]
            self.stands.append([(lines.setdefault(pair, {}), (level, level2)) for pair, level, level2 in pairs])
            self.looks.append([(waiting.setdefault(pair, OrderedDict()), one, two) for pair, one, two in pairs])
        self.free: set[int] = set()

    def arrive(self, call: Call) -> int:
        pair, least, least2 = call.first * SKILLS + call.second, call.level, call.level2
        line = self.lines[pair]
        if line:
            for agent, (level, level2) in line.items():
                if level >= least and level2 >= least2:
                    self.rest(agent)
                    return agent
        self.waiting[pair][call.number] = call
        return NOBODY

    def release(self, agent: int) -> int:
        best: int | None = None
        for calls, level, level2 in self.looks[agent]:
            if calls:
                for number, call in calls.items():
                    if best is not None and number > best:
                        break
                    if call.level <= level and call.level2 <= level2:
                        best, found = number, calls
                        break
        if best is not None:
            del found[best]
            return best
        self.free.add(agent)
        for line, levels in self.stands[agent]:
            line[agent] = levels
        return NOBODY

    def rest(self, agent: int) -> None:
        if agent in self.free:
            self.free.discard(agent)
            for line, _ in self.stands[agent]:
                del line[agent]

    def leave(self, call: Call) -> None:
        del self.waiting[call.first * SKILLS + call.second][call.number]


class MatchingAlone:
    """Cordboard's index without the engine around it: a requirement is read, and matched."""

    def __init__(self, agents: list[Skills]) -> None:
        self.matching = Matching()
        self.readings = Readings(self.matching.pools)
        self.agents = [
            Agent(AgentPolicy(agent_id=AgentId(str(number)), skills={NAMES[s]: v for s, v in skills.items()}), number)
            for number, skills in enumerate(agents)
        ]
        for agent in self.agents:
            self.matching.pools.add_agent(agent)
        self.contacts: dict[int, Contact] = {}

    def arrive(self, call: Call) -> int:
        requirement, _, pools, first, second, exact = self.readings.of(call.requirement)
        number, name = call.number, ContactId("")
        contact = Contact(number, 0, pools, first, second, exact, requirement, None, 0, exact, name, None, number)
        agent = self.matching.longest_idle(contact)
        if agent is None:
            self.contacts[number] = contact
            self.matching.wait(contact, True)
            return NOBODY
        self.matching.take_agent(agent, 0)
        return agent.number

    def release(self, agent: int) -> int:
        matching, one = self.matching, self.agents[agent]
        contact = matching.first_come(one)
        if contact is not None:
            matching.stop_waiting(contact)
            return self.contacts.pop(contact.order).order
        matching.start_idle(one, 0)
        matching.free_agent(one, 0)
        return NOBODY

    def rest(self, agent: int) -> None:
        one = self.agents[agent]
        if one.free:
            self.matching.take_agent(one, 0)

    def leave(self, call: Call) -> None:
        self.matching.stop_waiting(self.contacts.pop(call.number))


class LinearMatching(Matching):
    """The engine's index replaced by two lists that are looked through: all else is the same."""

    __slots__ = ("free", "line")

    def __init__(self, idle_order: int = 0) -> None:
        super().__init__(idle_order)
        self.free: dict[Agent, None] = {}
        self.line: dict[int, Contact] = {}

    def free_agent(self, agent: Agent, now: int) -> None:
        agent.free, agent.free_from = True, now
        self.free_count += 1
        in_order = not self.free or agent.idle_order > next(reversed(self.free)).idle_order
        self.free[agent] = None
        if not in_order:
            self.free = dict.fromkeys(sorted(self.free, key=lambda one: one.idle_order))

    def take_agent(self, agent: Agent, now: int) -> None:
        agent.free = False
        agent.free_us += now - agent.free_from
        self.free_count -= 1
        del self.free[agent]

    def longest_idle(self, contact: Contact) -> Agent | None:
        return next((agent for agent in self.free if _fits(agent, contact)), None)

    def wait(self, contact: Contact, newest: bool = False) -> None:
        self.waiting_count += 1
        in_order = not self.line or contact.order > next(reversed(self.line))
        self.line[contact.order] = contact
        if not in_order:
            self.line = dict(sorted(self.line.items()))

    def stop_waiting(self, contact: Contact) -> None:
        self.waiting_count -= 1
        del self.line[contact.order]

    def first_come(self, agent: Agent) -> Contact | None:
        return next((contact for contact in self.line.values() if _fits(agent, contact)), None)

    def firsts(self, agent: Agent) -> list[Contact]:
        best: dict[int, Contact] = {}
        for contact in self.line.values():
            if contact.class_ not in best and _fits(agent, contact):
                best[contact.class_] = contact
        return list(best.values())


def _fits(agent: Agent, contact: Contact) -> bool:
    if contact.requirement is not None:
        return satisfies(agent.skills, contact.requirement)
    _, first, second = contact.pools[0].key
    skills: dict[str, int] = agent.skills  # type: ignore[assignment]  # keys of pools are plain strings
    return skills.get(first, 0) >= contact.first and skills.get(second, 0) >= contact.second


def plain_queue() -> Policy:
    """One queue without rules of its own: longest idle, first come."""
    return Policy(queues=(QueuePolicy(name=QUEUE),))


def ageing_queue() -> Policy:
    """Five priorities, and a point for every minute waited."""
    return Policy(queues=(QueuePolicy(name=QUEUE, ageing_per_minute=1.0),), contact_order="ageing")


def relaxing_queue() -> Policy:
    """After ten seconds any level is enough; after thirty, half of the skills are not asked for any more."""
    any_level = RelaxationStep(after_us=10 * SECOND, lower=dict.fromkeys(NAMES, 1))
    half = RelaxationStep(after_us=30 * SECOND, drop=tuple(NAMES[::2]))
    return Policy(queues=(QueuePolicy(name=QUEUE, relaxation=(any_level, half)),))


BY_CALLER: Final = Party.CALLER


class WholeEngine:
    """The whole life of every offer through ``Engine.handle``: joining, offer, answer, end of talk, all effects."""

    EVENT_US: Final = 2000

    def __init__(self, agents: list[Skills], rules: Policy | None = None) -> None:
        self.now = SECOND
        self.agent_ids = [AgentId(f"agent-{number}") for number in range(len(agents))]
        self.numbers = {agent_id: number for number, agent_id in enumerate(self.agent_ids)}
        people = tuple(
            AgentPolicy(agent_id=agent_id, skills={NAMES[skill]: level for skill, level in skills.items()})
            for agent_id, skills in zip(self.agent_ids, agents, strict=True)
        )
        self.engine = self.build(msgspec.structs.replace(rules or plain_queue(), agents=people))
        self.handle = self.engine.handle
        self.talks: list[ContactId | None] = [ContactId(f"own-{number}") for number in range(len(agents))]
        for agent_id, own in zip(self.agent_ids, self.talks, strict=True):
            assert own is not None
            for event in (
                LogIn(agent_id=agent_id),
                DeclareReady(agent_id=agent_id),
                StartTalk(contact_id=own, agent_id=agent_id),
            ):
                self.handle(event, self.now)

    def build(self, policy: Policy) -> Engine:
        return Engine(policy)

    def tell(self, event: Event) -> None:
        """Something happens of which nothing is asked."""
        self.now += self.EVENT_US
        self.handle(event, self.now)

    def arrive(self, call: Call) -> int:
        self.now = now = self.now + self.EVENT_US
        last = self.handle(call.joins, now)[-1]
        if type(last) is not RingAgent:
            return NOBODY
        agent = self.numbers[last.agent_id]
        self.talks[agent] = last.contact_id
        self.handle(AnswerOffer(offer_id=last.offer_id, agent_id=last.agent_id), now)
        return agent

    def release(self, agent: int) -> int:
        agent_id, talk = self.agent_ids[agent], self.talks[agent]
        self.now = now = self.now + self.EVENT_US
        if talk is None:
            last = self.handle(DeclareReady(agent_id=agent_id), now)[-1]
        else:
            last = self.handle(EndTalk(contact_id=talk, agent_id=agent_id, ended_by=BY_CALLER), now)[-1]
        if type(last) is not RingAgent:
            self.talks[agent] = None
            return NOBODY
        self.talks[agent] = contact_id = last.contact_id
        self.handle(AnswerOffer(offer_id=last.offer_id, agent_id=agent_id), now)
        return int(contact_id)

    def rest(self, agent: int) -> None:
        self.tell(DeclareNotReady(agent_id=self.agent_ids[agent], reason=ReasonCode("break")))

    def leave(self, call: Call) -> None:
        self.tell(LeaveQueue(contact_id=ContactId(str(call.number))))


class EngineOnScan(WholeEngine):
    """The same engine, whose index looks at everybody."""

    def build(self, policy: Policy) -> Engine:
        with mock.patch("acd.centre.Matching", LinearMatching):
            return Engine(policy)
