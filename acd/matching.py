"""Who can take what, found without looking at everybody.

Free agents and waiting contacts meet in *pools*, one per pair of skills in use (and per single skill, and one for
those who need nothing). In a pool free agents stand in idle order and contacts of one class in the order of joining,
so the first that fits is the right one. Placing a contact or freeing an agent costs about the number of pairs of the
agent's skills, whatever the number of agents and contacts (see ``docs/performance.md``).
"""

from collections import OrderedDict
from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from acd.model import Agent, Contact, Entry, Lane, Levels, Need, Pool, Way
from facts.ids import SkillName

_LAST: Final = 1 << 256
"""Greater than any class and any order."""

_MOST_RETURNED: Final = 64


class Matching:
    """The index of free agents and waiting contacts."""

    __slots__ = (
        "_agents",
        "_holders",
        "_idle_order",
        "_last_in_line",
        "_newest",
        "_pools",
        "_returned",
        "free_count",
        "waiting_count",
    )

    def __init__(self) -> None:
        self._agents: dict[Agent, None] = {}
        self._holders: dict[str, dict[Agent, None]] = {}
        self._pools: dict[tuple[str, str, str], Pool] = {}
        self._idle_order = 0
        self._last_in_line = 0
        self._newest = 0
        self._returned: dict[Agent, None] = {}
        self.free_count = 0
        self.waiting_count = 0

    # -- pools -------------------------------------------------------------------------------------------------------

    def add_agent(self, agent: Agent) -> None:
        """Learn of an agent, who is not free yet."""
        self._agents[agent] = None
        for skill in agent.skills:
            self._holders.setdefault(skill, {})[agent] = None
        self._enter_pools(agent)

    def remove_agent(self, agent: Agent) -> None:
        """Forget an agent, who is not free."""
        del self._agents[agent]
        for skill in agent.skills:
            del self._holders[skill][agent]
        agent.free_in = agent.looks_in = ()

    def _enter_pools(self, agent: Agent) -> None:
        inside = [(pool, levels) for pool in self._pools.values() if (levels := levels_in(pool, agent)) is not None]
        agent.free_in = tuple((pool.free, levels) for pool, levels in inside)
        agent.looks_in = tuple((pool.lanes, *levels) for pool, levels in inside)

    def _pool(self, group: str, first: str, second: str) -> Pool:
        key = (group, first, second)
        pool = self._pools.get(key)
        return self._open_pool(key) if pool is None else pool

    def _open_pool(self, key: tuple[str, str, str]) -> Pool:
        pool = self._pools[key] = Pool(key)
        members = self._holders.get(key[1], {}) if key[1] else self._agents
        inside = [(agent, levels) for agent in members if (levels := levels_in(pool, agent)) is not None]
        for agent, levels in inside:
            agent.free_in = (*agent.free_in, (pool.free, levels))
            agent.looks_in = (*agent.looks_in, (pool.lanes, *levels))
        in_line = [(agent, levels) for agent, levels in inside if agent.free and not agent.returned]
        pool.free.update(sorted(in_line, key=lambda member: member[0].idle_order))
        return pool

    def ways(self, need: Need, groups: tuple[str, ...] = ("",)) -> tuple[tuple[Way, ...], bool]:
        """The ways to qualify for a need, and whether they say it all; ``groups``: reserve groups that are open."""
        if len(need.terms) == 1 and len(groups) == 1 and len(need.terms[0]) == 2:
            (first, least), (second, least2) = need.terms[0]
            if first < second:
                return ((self._pool(groups[0], first, second), least, least2),), need.exact
            return ((self._pool(groups[0], second, first), least2, least),), need.exact
        ways: dict[Pool, Levels] = {}
        exact = need.exact
        for term in need.terms:
            (first, least), (second, least2) = self._rarest_two(term)
            for group in groups:
                pool = self._pool(group, first, second)
                if pool in ways:
                    exact = False
                known = ways.get(pool, (least, least2))
                ways[pool] = (min(known[0], least), min(known[1], least2))
        return tuple((pool, least, least2) for pool, (least, least2) in ways.items()), exact

    def _rarest_two(self, term: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], tuple[str, int]]:
        """The two skills that the fewest have, in alphabetical order; a missing one is ``("", 0)`` and stands last."""
        rarest = sorted(term, key=lambda part: (len(self._holders.get(part[0], ())), part[0]))[:2]
        first, second = [*sorted(rarest), ("", 0), ("", 0)][:2]
        return first, second

    # -- free agents -------------------------------------------------------------------------------------------------

    def start_idle(self, agent: Agent) -> None:
        """The agent's idle time begins now: behind everybody else's."""
        self._idle_order += 1
        agent.idle_order = self._idle_order

    def free_agent(self, agent: Agent) -> None:
        """The agent can be offered contacts, at the place that their idle time gives."""
        agent.free = True
        self.free_count += 1
        if agent.idle_order > self._last_in_line:
            self._last_in_line = agent.idle_order
            for free, levels in agent.free_in:
                free[agent] = levels
            return
        agent.returned = True
        self._returned[agent] = None
        if len(self._returned) > max(_MOST_RETURNED, self.free_count // 8):
            self._line_up()

    def take_agent(self, agent: Agent) -> None:
        """The agent cannot be offered contacts any more."""
        agent.free = False
        self.free_count -= 1
        if agent.returned:
            agent.returned = False
            del self._returned[agent]
            return
        for free, _ in agent.free_in:
            del free[agent]

    def _line_up(self) -> None:
        """Put those who came back out of order into their places."""
        self._returned.clear()
        everybody = sorted((agent for agent in self._agents if agent.free), key=lambda agent: agent.idle_order)
        for pool in self._pools.values():
            pool.free.clear()
        for agent in everybody:
            agent.returned = False
            for free, levels in agent.free_in:
                free[agent] = levels

    def longest_idle(self, contact: Contact) -> Agent | None:
        """The free agent who may take the contact and has been idle the longest."""
        best: Agent | None = None
        plain = contact.plain
        for pool, first, second in contact.ways:
            for agent, (level, level2) in pool.free.items():
                if level >= first and level2 >= second and (plain or contact.admits(agent)):
                    if best is None or agent.idle_order < best.idle_order:
                        best = agent
                    break
        for agent in self._returned:
            if (best is None or agent.idle_order < best.idle_order) and qualifies(agent, contact):
                best = agent
        return best

    def candidates(self, contact: Contact) -> list[Agent]:
        """Every free agent who may take the contact, longest idle first."""
        found: dict[Agent, None] = {agent: None for agent in self._returned if qualifies(agent, contact)}
        plain = contact.plain
        for pool, first, second in contact.ways:
            for agent, (level, level2) in pool.free.items():
                if level >= first and level2 >= second and (plain or contact.admits(agent)):
                    found[agent] = None
        if len(contact.ways) == 1 and not self._returned:
            return list(found)
        return sorted(found, key=lambda agent: agent.idle_order)

    # -- waiting contacts --------------------------------------------------------------------------------------------

    def wait(self, contact: Contact) -> None:
        """Put a contact into the lanes of its ways, at its place."""
        order = contact.order
        self.waiting_count += 1
        in_order = order > self._newest
        if in_order:
            self._newest = order
        for pool, first, second in contact.ways:
            lane = pool.lanes.get(contact.class_)
            if lane is None:
                lane = pool.lanes[contact.class_] = OrderedDict()
            if in_order or not lane:
                lane[order] = (first, second, contact)
            else:
                _insert(lane, order, (first, second, contact))

    def stop_waiting(self, contact: Contact) -> None:
        """Take a contact out of its lanes."""
        self.waiting_count -= 1
        order, class_ = contact.order, contact.class_
        for pool, _, _ in contact.ways:
            lane = pool.lanes[class_]
            del lane[order]
            if not lane:
                del pool.lanes[class_]

    def first_come(self, agent: Agent) -> Contact | None:
        """The waiting contact of the best class that the agent may take, the one that has waited longest in it."""
        best: Contact | None = None
        best_class = best_order = _LAST
        for lanes, level, level2 in agent.looks_in:
            if not lanes:
                continue
            for class_, lane in lanes.items():
                if class_ > best_class:
                    continue
                cut = best_order if class_ == best_class else _LAST
                for order, (first, second, contact) in lane.items():
                    if order > cut:
                        break
                    if first <= level and second <= level2 and (contact.plain or contact.admits(agent)):
                        best, best_class, best_order = contact, class_, order
                        break
        return best

    def firsts(self, agent: Agent) -> Iterable[Contact]:
        """Of every class the agent's first: those among whom a rank that changes with time has to choose."""
        best: dict[int, Contact] = {}
        for lanes, level, level2 in agent.looks_in:
            for class_, lane in lanes.items():
                known = best.get(class_)
                cut = _LAST if known is None else known.order
                for order, (first, second, contact) in lane.items():
                    if order > cut:
                        break
                    if first <= level and second <= level2 and (contact.plain or contact.admits(agent)):
                        best[class_] = contact
                        break
        return best.values()


def levels_in(pool: Pool, agent: Agent) -> Levels | None:
    """The agent's levels of the pool's skills (0 where the pool asks for none); None: not of this pool."""
    _, first, second = pool.key
    level = agent.skills.get(SkillName(first)) if first else 0
    level2 = agent.skills.get(SkillName(second)) if second else 0
    if level is None or level2 is None:
        return None
    return level, level2


def qualifies(agent: Agent, contact: Contact) -> bool:
    """Whether the agent may be offered the contact, were they free."""
    for pool, first, second in contact.ways:
        levels = levels_in(pool, agent)
        if levels is not None and levels[0] >= first and levels[1] >= second:
            return contact.plain or contact.admits(agent)
    return False


def _insert(lane: Lane, order: int, entry: Entry) -> None:
    """Put an entry where its order belongs, from whichever end is nearer: most return to the front or come last."""
    if order > next(reversed(lane)):
        lane[order] = entry
        return
    older = list(takewhile(lambda other: other < order, lane))
    younger = len(lane) - len(older)
    lane[order] = entry
    if len(older) <= younger:
        lane.move_to_end(order, last=False)
        for other in reversed(older):
            lane.move_to_end(other, last=False)
        return
    for other in list(lane)[len(older) : len(older) + younger]:
        lane.move_to_end(other)
