"""The pools in use, and which agents are of which: a pool is opened when the first requirement names its skills."""

from collections.abc import Iterable

from acd.model import Agent, Levels, Pool
from facts.ids import SkillName


class Pools:
    """Pools by reserve group and pair of skills. An agent of a reserve group is only of that group's pools."""

    __slots__ = ("_agents", "_holders", "_levels", "_pools")

    def __init__(self) -> None:
        self._agents: dict[Agent, None] = {}
        self._holders: dict[str, dict[Agent, None]] = {}
        self._pools: dict[tuple[str, str, str], Pool] = {}
        self._levels: dict[Levels, Levels] = {}

    def add_agent(self, agent: Agent) -> None:
        """Learn of an agent, who is not free."""
        self._agents[agent] = None
        for skill in agent.skills:
            self._holders.setdefault(skill, {})[agent] = None
        for pool in self._pools.values():
            self._enter(pool, agent)

    def remove_agent(self, agent: Agent) -> None:
        """Forget an agent, who is not free."""
        del self._agents[agent]
        for skill in agent.skills:
            del self._holders[skill][agent]
        agent.free_in, agent.looks_in = [], []

    def agents(self) -> Iterable[Agent]:
        """Every agent."""
        return self._agents

    def holders(self, skill: str) -> int:
        """How many agents have the skill, at whatever level."""
        return len(self._holders.get(skill, ()))

    def pool(self, group: str, first: str, second: str) -> Pool:
        """The pool of two skills in alphabetical order; ``""`` for a skill that is not asked for, which stands last."""
        key = (group, first, second)
        pool = self._pools.get(key)
        return self._open(key) if pool is None else pool

    def _open(self, key: tuple[str, str, str]) -> Pool:
        pool = self._pools[key] = Pool(key)
        in_line = []
        for agent in self._members(key):
            self._enter(pool, agent)
            if agent.free and not agent.returned:
                in_line.append(agent)
        in_line.sort(key=_idle_order)
        for agent in in_line:
            pool.free[agent] = agent.free_in[-1]
        return pool

    def _members(self, key: tuple[str, str, str]) -> Iterable[Agent]:
        """Those who have the skills of a key."""
        _, first, second = key
        if not first:
            return self._agents
        holders = self._holders.get(first, {})
        return holders.keys() & self._holders.get(second, {}).keys() if second else holders

    def _enter(self, pool: Pool, agent: Agent) -> None:
        levels = levels_in(pool, agent)
        if levels is not None:
            agent.free_in += (pool.free, self._levels.setdefault(levels, levels))
            agent.looks_in += (pool, *levels)

    def clear_lines(self) -> None:
        """No agent stands free in any pool."""
        for pool in self._pools.values():
            pool.free.clear()


def levels_in(pool: Pool, agent: Agent) -> Levels | None:
    """The agent's levels of the pool's skills (0 where the pool asks for none); None: not of this pool."""
    _, first, second = pool.key
    level = agent.skills.get(SkillName(first)) if first else 0
    level2 = agent.skills.get(SkillName(second)) if second else 0
    if level is None or level2 is None:
        return None
    return level, level2


def _idle_order(agent: Agent) -> int:
    return agent.idle_order
