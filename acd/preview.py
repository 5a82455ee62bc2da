"""What a change would do, before it is made: whom nobody could serve any more, and who would have nothing to do."""

from collections.abc import Mapping

import msgspec

from acd.centre import LOGGED_OUT, Centre
from acd.events import ReplacePolicy, ReplaceSkills
from acd.model import Contact
from acd.policy import AgentPolicy, GroupName, QueuePolicy
from acd.queueing import required
from acd.readings import both, own_of
from acd.relaxation import relaxed
from facts.ids import AgentId, ContactId, QueueName
from facts.requirements import Requirement, satisfies
from facts.time import Instant


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """``unroutable``: waiting contacts that somebody logged in can take now, and nobody could after the change.

    Relaxation steps that a contact has taken, or would take at once by the new rules, count; so do reserve groups that
    help now and by the new rules still might. ``idle_agents``: agents logged in who serve some queue now, if only after
    a relaxation step or in reserve, and would serve none. ``gone_queues``: queues in which somebody waits and that
    would be no more.
    """

    at: Instant
    unroutable: tuple[ContactId, ...]
    idle_agents: tuple[AgentId, ...]
    gone_queues: tuple[QueueName, ...]


_Team = Mapping[AgentId, AgentPolicy]
_Rules = Mapping[QueueName, QueuePolicy]


def preview(centre: Centre, change: ReplacePolicy | ReplaceSkills, now: Instant) -> Preview:
    """What would become of the waiting contacts and of the agents who are logged in."""
    present = [agent for agent in centre.agents.values() if agent.declared is not LOGGED_OUT]
    before: dict[AgentId, AgentPolicy] = {
        agent.agent_id: msgspec.structs.replace(agent.policy, skills=agent.skills)
        for agent in present
        if not agent.retired
    }
    rules: _Rules = {name: queue.policy for name, queue in centre.queues.items()}
    after, new_rules = dict(before), rules
    if isinstance(change, ReplacePolicy):
        known = {agent.agent_id: agent for agent in change.policy.agents}
        after = {agent.agent_id: known[agent.agent_id] for agent in present if agent.agent_id in known}
        new_rules = {queue.name: queue for queue in change.policy.queues}
    elif change.agent_id in after:
        after[change.agent_id] = msgspec.structs.replace(after[change.agent_id], skills=change.skills)
    waiting = [contact for contact in centre.contacts.values() if _is_in_line(contact)]
    return Preview(
        at=now,
        unroutable=tuple(
            contact.contact_id
            for contact in waiting
            if _served(before, *_asks(contact)) and not _served(after, *_will_ask(contact, new_rules, now))
        ),
        idle_agents=tuple(
            agent_id
            for agent_id, agent in before.items()
            if _serves(agent, rules) and not (agent_id in after and _serves(after[agent_id], new_rules))
        ),
        gone_queues=tuple(name for name, queue in centre.queues.items() if queue.waiting and name not in new_rules),
    )


def _is_in_line(contact: Contact) -> bool:
    return contact.queue is not None and contact.contact_id in contact.queue.waiting


def _asks(contact: Contact) -> tuple[Requirement, set[GroupName]]:
    """What the contact requires now, and the reserve groups that may help."""
    assert contact.queue is not None
    return required(contact), {*contact.queue.helped_by, *contact.opened}


def _will_ask(contact: Contact, rules: _Rules, now: Instant) -> tuple[Requirement, set[GroupName]]:
    """The same by new rules; who waits in a queue that is no more goes on by its last rules."""
    queue = contact.queue
    assert queue is not None
    new = rules.get(queue.policy.name)
    if new is None:
        return _asks(contact)
    own, groups = own_of(contact), {rule.group for rule in new.reserve if rule.group in queue.helped_by}
    whole = new.requires if own is None else both(new.requires, own)
    for number, step in enumerate(new.relaxation):
        if number >= contact.step and contact.joined_at + step.after_us > now:
            break
        whole = relaxed(whole, step)
        groups.update(step.open)
    return whole, groups


def _served(team: _Team, requirement: Requirement, groups: set[GroupName]) -> bool:
    return any(_may_help(agent, groups) and satisfies(agent.skills, requirement) for agent in team.values())


def _may_help(agent: AgentPolicy, groups: set[GroupName]) -> bool:
    return not agent.reserve or not groups.isdisjoint(agent.reserve)


def _serves(agent: AgentPolicy, rules: _Rules) -> bool:
    return any(_may_serve(agent, queue) for queue in rules.values())


def _may_serve(agent: AgentPolicy, queue: QueuePolicy) -> bool:
    """Whether the agent may take the queue's contacts at some time of their waiting."""
    groups = {rule.group for rule in queue.reserve}
    whole = queue.requires
    if _may_help(agent, groups) and satisfies(agent.skills, whole):
        return True
    for step in queue.relaxation:
        whole = relaxed(whole, step)
        groups.update(step.open)
        if _may_help(agent, groups) and satisfies(agent.skills, whole):
            return True
    return False
