"""The pools in use, and which agents are of which: a pool is opened when the first requirement names its skills."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from acd.lanes import standing
from acd.model import LAST, Agent, Contact, Group, Levels, Pool, PutInto
from facts.ids import SkillName

_ANY_LEVELS: Final[Levels] = (LAST, LAST)
"""Of who is put into a queue: their levels do not rule them out of the pool; :meth:`Contact.admits` says what does."""

_NO_LEVELS: Final[Levels] = (0, 0)

_NO_POOL: Final = 0
"""The number under which the list of heads has one in which nobody ever waits."""


class Pools:
    """Pools by group and pair of skills. An agent of a reserve group is only of that group's pools.

    Exceptions are groups, too: a queue that somebody is taken out of has pools of those who are not, and who is put
    into a queue is of the pool of those. So they cost nothing where there are none.

    ``heads``: of each pool, by its number, the order of who comes before all others in it. They stand in one list
    because an agent's are compared at every release: so nothing else of the pools is read from memory.
    """

    __slots__ = ("_agents", "_holders", "_levels", "_pools", "heads")

    def __init__(self) -> None:
        self.heads: list[int] = [LAST]
        self._agents: dict[Agent, None] = {}
        self._holders: dict[str, dict[Agent, None]] = {}
        self._pools: dict[tuple[Group, str, str], Pool] = {}
        self._levels: dict[Levels, Levels] = {}

    def add_agent(self, agent: Agent) -> None:
        """Learn of an agent, who is not free."""
        self._agents[agent] = None
        for skill in agent.skills:
            self._holders.setdefault(skill, {})[agent] = None
        for pool in self._pools.values():
            self._enter(pool, agent)
        _look_at_heads(agent)

    def remove_agent(self, agent: Agent) -> None:
        """Forget an agent, who is not free."""
        del self._agents[agent]
        for skill in agent.skills:
            del self._holders[skill][agent]
        agent.free_in, agent.looks_in = [], []
        _look_at_heads(agent)

    def agents(self) -> Iterable[Agent]:
        """Every agent."""
        return self._agents

    def holders(self, skill: str) -> int:
        """How many agents have the skill, at whatever level."""
        return len(self._holders.get(skill, ()))

    def pool(self, group: Group, first: str, second: str) -> Pool:
        """The pool of two skills in alphabetical order; ``""`` for a skill that is not asked for, which stands last."""
        key = (group, first, second)
        pool = self._pools.get(key)
        return self._open(key) if pool is None else pool

    def _open(self, key: tuple[Group, str, str]) -> Pool:
        pool = self._pools[key] = Pool(key, len(self.heads))
        self.heads.append(LAST)
        members = [agent for agent in self._members(key) if self._enter(pool, agent)]
        for agent in members:
            _look_at_heads(agent)
        in_line = sorted((agent for agent in members if agent.free and not agent.returned), key=_idle_order)
        for agent in in_line:
            pool.free[agent] = agent.free_in[-1]
        return pool

    def _members(self, key: tuple[Group, str, str]) -> Iterable[Agent]:
        """Those who have the skills of a key."""
        group, first, second = key
        if isinstance(group, str) and group[:1] == "@":
            return [agent for agent in self._agents if agent.agent_id == group[1:]]
        if not first:
            return self._agents
        holders = self._holders.get(first, {})
        return holders.keys() & self._holders.get(second, {}).keys() if second else holders

    def _enter(self, pool: Pool, agent: Agent) -> bool:
        levels = levels_in(pool, agent)
        if levels is None:
            return False
        agent.free_in += (pool.free, self._levels.setdefault(levels, levels))
        agent.looks_in += (pool, *levels)
        return True

    def waiting_for(self, agent: Agent) -> list[Contact]:
        """Contacts that wait for this agent alone, first come first."""
        pool = self._pools.get((f"@{agent.agent_id}", "", ""))
        if pool is None:
            return []
        return sorted(
            (contact for lane in pool.lanes.values() for contact in standing(lane)), key=lambda contact: contact.order
        )

    def clear_lines(self) -> None:
        """No agent stands free in any pool."""
        for pool in self._pools.values():
            pool.free.clear()


def _look_at_heads(agent: Agent) -> None:
    """The agent's pools have changed: take their heads out of the list of all; of two at least, or it were no tuple."""
    numbers = [pool.number for pool in agent.looks_in[::3]]
    numbers += [_NO_POOL] * (2 - len(numbers))
    agent.heads_of = itemgetter(*numbers)


def in_group(agent: Agent, group: Group) -> bool:
    """Whether the agent is of a group."""
    if not group:
        return not agent.policy.reserve
    if isinstance(group, str):
        return group[1:] == agent.agent_id if group[0] == "@" else group in agent.policy.reserve
    if isinstance(group, PutInto):
        return agent.policy.is_put_into(group.queue)
    return not agent.policy.is_taken_out_of(group.queue) and in_group(agent, group.group)


def levels_in(pool: Pool, agent: Agent) -> Levels | None:
    """The agent's levels of the pool's skills (0 where the pool asks for none); None: not of this pool."""
    group, first, second = pool.key
    if not in_group(agent, group):
        return None
    if not first:
        return _ANY_LEVELS if isinstance(group, PutInto) else _NO_LEVELS
    level = agent.skills.get(SkillName(first))
    level2 = agent.skills.get(SkillName(second)) if second else 0
    if level is None or level2 is None:
        return None
    return level, level2


def _idle_order(agent: Agent) -> int:
    return agent.idle_order
