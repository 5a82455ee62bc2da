"""All that an engine remembers, as plain data, so that two moments can be compared."""

from collections.abc import Callable
from typing import Any

import msgspec

from acd.deadlines import Timer
from acd.engine import Engine
from acd.lanes import standing
from acd.model import Agent, Callback, Contact, Estimate, Pool, Queue, Work

_NAMES: dict[type, Callable[[Any], Any]] = {
    Agent: lambda agent: ("agent", agent.agent_id),
    Contact: lambda contact: ("contact", contact.contact_id),
    Queue: lambda queue: ("queue", queue.policy.name),
    Work: lambda work: (work.agent.agent_id, work.contact.contact_id, work.activity, work.since, work.hold_us),
    Timer: lambda timer: ("timer", timer.at, timer.what.__name__, timer.over),
    Pool: lambda pool: ("pool", pool.key),
    dict: lambda held: {_name(key): _name(value) for key, value in held.items()},
    list: lambda held: [_name(value) for value in held],
    tuple: lambda held: [_name(value) for value in held],
}


def _name(value: Any) -> Any:
    """Records by their names, so that what refers to itself can be compared."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name(value)
    return msgspec.structs.asdict(value) if isinstance(value, Estimate | Callback) else value


def _fields(value: Any, *leave_out: str) -> dict[str, Any]:
    names = value.__struct_fields__ if isinstance(value, msgspec.Struct) else type(value).__slots__
    return {name: _name(getattr(value, name)) for name in names if name not in leave_out}


def snapshot(engine: Engine) -> dict[str, Any]:
    centre = engine._centre
    deadlines = centre.deadlines
    pools = centre.matching.pools._pools
    return {
        "now": centre.now,
        "out": list(centre.out),
        "agents": {a.agent_id: _fields(a, "free_in", "looks_in", "heads_of", "policy") for a in centre.agents.values()},
        "contacts": {c.contact_id: _fields(c, "pools", "stands") for c in centre.contacts.values()},
        "queues": {name: _fields(q, "policy", "reading") for name, q in centre.queues.items()},
        "timers": sorted((t.at, n, t.what.__name__) for _, n, t in deadlines._heap if not t.over),
        "offers": {offer: c.contact_id for offer, c in centre.offers.items()},
        "free": {key: [a.agent_id for a in pool.free] for key, pool in pools.items() if pool.free},
        "lanes": {
            key: {class_: [c.contact_id for c in standing(lane)] for class_, lane in pool.lanes.items()}
            for key, pool in pools.items()
            if pool.lanes
        },
        "heads": {key: centre.matching.pools.heads[pool.number] for key, pool in pools.items() if pool.lanes},
        "counts": (centre.joined, centre.offers_made, centre.matching.free_count, centre.matching.waiting_count),
        "entered": dict(centre.entered),
        "last": dict(centre.last_agents),
        "chance": centre.chance.state,
        "unsettled": list(centre.unsettled),
        "quiet_caps": {queue.policy.name: set(classes) for queue, classes in centre.quiet_caps.items()},
    }
