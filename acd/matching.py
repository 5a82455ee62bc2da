"""Who can take what, found without looking at everybody.

Free agents and waiting contacts meet in *pools*, one per pair of skills in use (and per single skill, and one for
those who need nothing). In a pool free agents stand in idle order and contacts of one class in the order of joining,
so the first that fits is the right one. Placing a contact or freeing an agent costs about the number of pairs of the
agent's skills, whatever the number of agents and contacts (see ``docs/performance.md``).
"""

from collections.abc import Iterable
from typing import Final

from acd.lanes import new_lane, next_in, stand_in_order
from acd.model import LAST, Agent, Class, Contact, Stand
from acd.pools import Pools, levels_in
from facts.time import Instant

_MOST_RETURNED: Final = 64


class Matching:
    """The index of free agents and waiting contacts."""

    __slots__ = (
        "_heads",
        "_last_in_line",
        "_returned",
        "free_count",
        "idle_order",
        "pools",
        "waiting_count",
    )

    def __init__(self, idle_order: int = 0) -> None:
        self.pools = Pools()
        self._heads = self.pools.heads
        self.free_count = 0
        self.waiting_count = 0
        self.idle_order = idle_order
        self._last_in_line = 0
        self._returned: dict[Agent, None] = {}

    # -- free agents -------------------------------------------------------------------------------------------------

    def start_idle(self, agent: Agent, now: Instant) -> None:
        """The agent's idle time begins now: behind everybody else's."""
        agent.idle_since = now
        agent.idle_order = self.idle_order = self.idle_order + 1

    def free_agent(self, agent: Agent, now: Instant) -> None:
        """The agent can be offered contacts, at the place that their idle time gives."""
        agent.free = True
        agent.free_from = now
        self.free_count += 1
        if agent.idle_order > self._last_in_line:
            self._last_in_line = agent.idle_order
            stand(agent)
            return
        agent.returned = True
        self._returned[agent] = None
        if len(self._returned) > max(_MOST_RETURNED, self.free_count // 8):
            self._line_up()

    def take_agent(self, agent: Agent, now: Instant) -> None:
        """The agent cannot be offered contacts any more."""
        agent.free = False
        agent.free_us += now - agent.free_from
        self.free_count -= 1
        if agent.returned:
            agent.returned = False
            del self._returned[agent]
            return
        both = iter(agent.free_in)
        for free, _ in zip(both, both, strict=True):
            del free[agent]

    def _line_up(self) -> None:
        """Put those who came back out of order into their places."""
        self._returned.clear()
        everybody = sorted((agent for agent in self.pools.agents() if agent.free), key=lambda agent: agent.idle_order)
        self.pools.clear_lines()
        for agent in everybody:
            agent.returned = False
            stand(agent)

    def longest_idle(self, contact: Contact) -> Agent | None:
        """The free agent who may take the contact and has been idle the longest."""
        best: Agent | None = None
        first, second, plain = contact.first, contact.second, contact.plain
        for pool in contact.pools:
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
        first, second, plain = contact.first, contact.second, contact.plain
        for pool in contact.pools:
            for agent, (level, level2) in pool.free.items():
                if level >= first and level2 >= second and (plain or contact.admits(agent)):
                    found[agent] = None
        if len(contact.pools) == 1 and not self._returned:
            return list(found)
        return sorted(found, key=lambda agent: agent.idle_order)

    # -- waiting contacts --------------------------------------------------------------------------------------------

    def wait(self, contact: Contact, newest: bool = False) -> None:
        """Put a contact into the lanes of its pools, at its place; ``newest``: nobody has joined after it."""
        self.waiting_count += 1
        heads, order, class_ = self._heads, contact.order, contact.class_
        stands: tuple[Stand, ...] = ()
        for pool in contact.pools:
            lane = pool.lanes.get(class_)
            if lane is None:
                lane = pool.lanes[class_] = new_lane()
            if newest:
                last = lane.before
                last.after = lane.before = stand = Stand(
                    order, contact.first, contact.second, contact, last, lane, pool
                )
            else:
                stand = stand_in_order(lane, contact, pool)
            stands += (stand,)
            if order < heads[pool.number]:
                heads[pool.number], pool.lead = order, stand
        contact.stands = stands

    def stop_waiting(self, contact: Contact) -> None:
        """Take a contact out of its lanes."""
        self.waiting_count -= 1
        for stand in contact.stands:
            pool, older, younger = stand.pool, stand.before, stand.after
            older.after, younger.before = younger, older
            if stand is pool.lead:
                pool.lead = lead = younger if len(pool.lanes) == 1 else next_in(pool, stand.order)
                self._heads[pool.number] = lead.order
            if older is younger and len(pool.lanes) > 1:  # both are the lane's end
                del pool.lanes[contact.class_]
        contact.stands = ()

    def waiting_for(self, agent: Agent) -> list[Contact]:
        """Contacts that wait for this agent alone, in order."""
        return self.pools.waiting_for(agent)

    def first_come(self, agent: Agent) -> Contact | None:
        """The waiting contact that the agent may take and that is first in order: the best class, then the oldest."""
        heads: tuple[int, ...] = agent.heads_of(self._heads)
        order = min(heads)
        if order == LAST:
            return None
        looks_in, number = agent.looks_in, heads.index(order)
        at = 3 * number
        stand: Stand = looks_in[at].lead
        if stand.first <= looks_in[at + 1] and stand.second <= looks_in[at + 2]:
            contact = stand.contact
            if contact.plain or contact.admits(agent):
                return contact
        return _further(agent, list(heads), number, stand)

    def firsts(self, agent: Agent) -> Iterable[Contact]:
        """Of every class the agent's oldest: those among whom a rank that changes with time has to choose."""
        best: dict[Class, Contact] = {}
        three = iter(agent.looks_in)
        for pool, level, level2 in zip(three, three, three, strict=True):
            for class_, lane in pool.lanes.items():
                known = best.get(class_)
                cut = LAST if known is None else known.order
                stand = lane.after
                while stand.order < cut:
                    if stand.first <= level and stand.second <= level2:
                        contact = stand.contact
                        if contact.plain or contact.admits(agent):
                            best[class_] = contact
                            break
                    stand = stand.after
        return best.values()


def _further(agent: Agent, heads: list[int], number: int, stand: Stand) -> Contact | None:
    """Who is first in order for the agent after this one, who leads their pool ``number`` and is not for them."""
    looks_in, at = agent.looks_in, 3 * number
    reached: dict[int, Stand] = {}
    while True:
        younger = stand.after
        if younger.order == LAST and len(looks_in[at].lanes) > 1:
            younger = next_in(looks_in[at], stand.order)
        reached[number] = younger
        heads[number] = younger.order
        order = min(heads)
        if order == LAST:
            return None
        number = heads.index(order)
        at = 3 * number
        stand = reached.get(number) or looks_in[at].lead
        if stand.first <= looks_in[at + 1] and stand.second <= looks_in[at + 2]:
            contact = stand.contact
            if contact.plain or contact.admits(agent):
                return contact


def stand(agent: Agent) -> None:
    """Put a free agent at the end of the lines of their pools."""
    both = iter(agent.free_in)
    for free, levels in zip(both, both, strict=True):
        free[agent] = levels


def qualifies(agent: Agent, contact: Contact) -> bool:
    """Whether the agent may be offered the contact, were they free."""
    for pool in contact.pools:
        levels = levels_in(pool, agent)
        if levels is not None and levels[0] >= contact.first and levels[1] >= contact.second:
            return contact.plain or contact.admits(agent)
    return False
