"""What a change would do, before it is made: whom nobody could serve any more, and who would have nothing to do."""

from collections.abc import Mapping

import msgspec

from acd.centre import LOGGED_OUT, Centre
from acd.events import ReplacePolicy, ReplaceSkills
from acd.model import Contact
from acd.policy import QueuePolicy
from acd.queueing import required
from acd.readings import both, own_of
from facts.ids import AgentId, ContactId, QueueName
from facts.requirements import Requirement, Skills, satisfies
from facts.time import Instant


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """``unroutable``: waiting contacts that somebody logged in can take now, and nobody could after the change.

    ``idle_agents``: agents logged in who serve some queue now, and would serve none. ``gone_queues``: queues in which
    somebody waits and that would be no more.
    """

    at: Instant
    unroutable: tuple[ContactId, ...]
    idle_agents: tuple[AgentId, ...]
    gone_queues: tuple[QueueName, ...]


_Team = Mapping[AgentId, Skills]


def preview(centre: Centre, change: ReplacePolicy | ReplaceSkills, now: Instant) -> Preview:
    """What would become of the waiting contacts and of the agents who are logged in."""
    before: dict[AgentId, Skills] = {
        agent.agent_id: agent.skills for agent in centre.agents.values() if agent.declared is not LOGGED_OUT
    }
    rules: dict[QueueName, QueuePolicy] = {name: queue.policy for name, queue in centre.queues.items()}
    after: dict[AgentId, Skills] = dict(before)
    new_rules = rules
    if isinstance(change, ReplaceSkills):
        if change.agent_id in after:
            after[change.agent_id] = change.skills
    else:
        known = {agent.agent_id: agent.skills for agent in change.policy.agents}
        after = {agent_id: known[agent_id] for agent_id in before if agent_id in known}
        new_rules = {queue.name: queue for queue in change.policy.queues}
    waiting = [contact for queue in centre.queues.values() for contact in queue.waiting.values()]
    return Preview(
        at=now,
        unroutable=tuple(
            contact.contact_id
            for contact in waiting
            if _served(before, required(contact)) and not _served(after, _required_by(contact, new_rules))
        ),
        idle_agents=tuple(
            agent_id
            for agent_id, skills in before.items()
            if _serves(skills, rules) and not (agent_id in after and _serves(after[agent_id], new_rules))
        ),
        gone_queues=tuple(name for name, queue in centre.queues.items() if queue.waiting and name not in new_rules),
    )


def _required_by(contact: Contact, rules: Mapping[QueueName, QueuePolicy]) -> Requirement:
    queue = contact.queue
    assert queue is not None
    if queue.policy.name not in rules:
        return required(contact)
    requires, own = rules[queue.policy.name].requires, own_of(contact)
    return requires if own is None else both(requires, own)


def _served(team: _Team, requirement: Requirement) -> bool:
    return any(satisfies(skills, requirement) for skills in team.values())


def _serves(skills: Skills, rules: Mapping[QueueName, QueuePolicy]) -> bool:
    return any(satisfies(skills, queue.requires) for queue in rules.values())
