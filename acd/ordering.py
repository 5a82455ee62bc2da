"""Which agent for a contact, which contact for an agent: every order as a key, and who is first by it.

Longest idle, and the order of contacts where it does not change with time, are kept ready by :mod:`acd.matching`;
the other orders look at all who qualify and are free, or at the first of each class.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from acd.centre import Centre
from acd.classes import Rank
from acd.matching import qualifies
from acd.model import Agent, Contact, Queue
from acd.policy import AgentOrder, QueuePolicy
from acd.readings import skills_wanted
from facts.time import Instant

_MOST_NAMED: Final = 3
"""So many of those who were passed over are named in the reason."""

Why: TypeAlias = dict[str, Any]

NOBODY_CHOSEN: Final[tuple[tuple[Agent, ...], Why]] = ((), {})
"""No agent for a contact: nobody who qualifies is free."""

NONE_CHOSEN: Final[tuple[Contact | None, Why]] = (None, {})
"""No contact for an agent: none waits that the agent may take."""

# -- agents ---------------------------------------------------------------------------------------------------------


def occupancy(agent: Agent, now: Instant) -> float:
    """Time at work on contacts as a share of that and the time free, since log-in; 0 for who has just come."""
    busy = agent.busy_us + sum(now - work.started_at for work in agent.works)
    free = agent.free_us + (now - agent.free_from if agent.free else 0)
    return busy / (busy + free) if busy else 0.0


def _skill_sum(agent: Agent, contact: Contact) -> int:
    return sum(agent.skills.get(skill, 0) for skill in skills_wanted(contact))


def _tie(centre: Centre, queue: Queue, agent: Agent) -> float:
    return occupancy(agent, centre.now) if queue.policy.agent_tie == "least_occupied" else 0.0


def _most_skilled(centre: Centre, queue: Queue, contact: Contact, agent: Agent) -> Rank:
    return (-_skill_sum(agent, contact), _tie(centre, queue, agent))


def _least_skilled(centre: Centre, queue: Queue, contact: Contact, agent: Agent) -> Rank:
    return (_skill_sum(agent, contact), _tie(centre, queue, agent))


def _least_occupied(centre: Centre, _queue: Queue, _contact: Contact, agent: Agent) -> Rank:
    return (occupancy(agent, centre.now),)


def _round_robin(centre: Centre, queue: Queue, _contact: Contact, agent: Agent) -> Rank:
    return ((agent.number - queue.last_chosen - 1) % len(centre.agents),)


def _fewest_contacts(_centre: Centre, _queue: Queue, _contact: Contact, agent: Agent) -> Rank:
    return (agent.taken,)


def _ordered(_centre: Centre, queue: Queue, _contact: Contact, agent: Agent) -> Rank:
    return (queue.ranks.get(agent.agent_id, len(queue.ranks)),)


AGENT_RANKS: Final[Mapping[AgentOrder, Callable[[Centre, Queue, Contact, Agent], Rank]]] = MappingProxyType(
    {
        "most_skilled": _most_skilled,
        "least_skilled": _least_skilled,
        "least_occupied": _least_occupied,
        "round_robin": _round_robin,
        "fewest_contacts": _fewest_contacts,
        "ordered": _ordered,
    }
)
"""By what agents are ranked, the lowest first; equals by longest idle."""


def choose_agents(centre: Centre, contact: Contact) -> tuple[tuple[Agent, ...], Why]:
    """Whom to offer the contact, by its queue's order; nobody: an empty tuple. With the reason."""
    queue = contact.queue
    assert queue is not None
    if contact.preferred_agent is not None:
        preferred = centre.agents.get(contact.preferred_agent)
        if preferred is not None and preferred.free and qualifies(preferred, contact):
            return (preferred,), {"order": "preferred_agent"}
    order = queue.policy.agent_order
    if order != "longest_idle":
        candidates = centre.matching.candidates(contact)
        return _choose(centre, queue, contact, candidates) if candidates else NOBODY_CHOSEN
    agent = centre.matching.longest_idle(contact)
    if agent is None:
        return NOBODY_CHOSEN
    idle_us = centre.now - agent.idle_since
    return (agent,), {"order": order, "idle_us": idle_us, "free_agents": centre.matching.free_count}


def _choose(centre: Centre, queue: Queue, contact: Contact, candidates: list[Agent]) -> tuple[tuple[Agent, ...], Why]:
    order = queue.policy.agent_order
    if order == "ring_several":
        chosen = tuple(candidates[: queue.policy.ring_count])
        return chosen, {"order": order, "qualified": len(candidates), "others": _ids(candidates[len(chosen) :])}
    if order == "weighted_random":
        drawn, weights = _draw(centre, queue.policy, candidates)
        return (drawn,), {"order": order, "weights": {agent.agent_id: w for agent, w in weights[:_MOST_NAMED]}}
    ranks = [(AGENT_RANKS[order](centre, queue, contact, agent), agent) for agent in candidates]
    rank, best = min(ranks, key=_first)
    queue.last_chosen = best.number
    others = [(agent.agent_id, rank[0]) for rank, agent in ranks if agent is not best][:_MOST_NAMED]
    return (best,), {"order": order, "rank": rank[0], "qualified": len(ranks), "others": others}


def _draw(centre: Centre, rules: QueuePolicy, candidates: list[Agent]) -> tuple[Agent, list[tuple[Agent, int]]]:
    """One of them, each as likely as its weight; all of weight 0: each as likely as the other."""
    weights = [(agent, max(0, rules.weights.get(agent.agent_id, 1))) for agent in candidates]
    total = sum(weight for _, weight in weights)
    if not total:
        return candidates[centre.chance.below(len(candidates))], weights
    lot = centre.chance.below(total)
    for agent, weight in weights:
        lot -= weight
        if lot < 0:
            return agent, weights
    raise AssertionError("a lot below the sum of the weights falls on somebody")


def _ids(agents: list[Agent]) -> list[str]:
    return [agent.agent_id for agent in agents[:_MOST_NAMED]]


def _first(ranked: tuple[Rank, Agent]) -> Rank:
    return ranked[0]


# -- contacts -------------------------------------------------------------------------------------------------------


def _rank_of(ranked: tuple[Rank, Contact]) -> Rank:
    return ranked[0]


def choose_contact(centre: Centre, agent: Agent) -> tuple[Contact | None, Why]:
    """Which waiting contact to offer the agent, with the reason."""
    matching = centre.matching
    if centre.classes.static:
        contact = matching.first_come(agent)
        return contact, {"order": "first_come", "waiting": matching.waiting_count}
    ranks = [(centre.classes.rank(contact, centre.now), contact) for contact in matching.firsts(agent)]
    ranks.sort(key=_rank_of)
    if not ranks:
        return NONE_CHOSEN
    rank, best = ranks[0]
    why = {"order": centre.classes.order, "waiting": matching.waiting_count, "score": -rank[2]}
    if len(ranks) > 1:
        why["others"] = [(other.contact_id, -passed[2]) for passed, other in ranks[1 : _MOST_NAMED + 1]]
    return best, why
