"""What a change would do, before it is made: who could not be served any more, or could now, and who would idle."""

from collections.abc import Mapping

import msgspec

from acd.centre import LOGGED_OUT, Centre
from acd.events import ReplacePolicy, ReplaceSkills
from acd.fitness import Asked, asked_by
from acd.model import Contact
from acd.policy import AgentPolicy, QueuePolicy
from acd.readings import both, own_of
from facts.ids import AgentId, ContactId, QueueName
from facts.requirements import NOTHING_REQUIRED
from facts.time import Instant


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of who waits, and of who works.

    ``unroutable``: waiting contacts that somebody logged in can take now, and nobody could after the change;
    ``routable``: the other way round. Relaxation steps that a contact has taken, or would take at once by the new
    rules, count; so do reserve groups that help now and by the new rules still might. ``idle_agents``: agents logged in
    who serve some queue now, if only after a relaxation step or in reserve, and would serve none. ``gone_queues``:
    queues in which somebody waits and that would be no more.
    """

    at: Instant
    unroutable: tuple[ContactId, ...]
    routable: tuple[ContactId, ...]
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
    served = [
        (contact.contact_id, _served(before, asked_by(contact)), _served(after, _will_be(contact, new_rules, now)))
        for contact in centre.contacts.values()
        if _is_in_line(contact)
    ]
    return Preview(
        at=now,
        unroutable=tuple(contact_id for contact_id, can_be, could_be in served if can_be and not could_be),
        routable=tuple(contact_id for contact_id, can_be, could_be in served if could_be and not can_be),
        idle_agents=tuple(
            agent_id
            for agent_id, agent in before.items()
            if _serves(agent, rules) and not (agent_id in after and _serves(after[agent_id], new_rules))
        ),
        gone_queues=tuple(name for name, queue in centre.queues.items() if queue.waiting and name not in new_rules),
    )


def _is_in_line(contact: Contact) -> bool:
    return contact.queue is not None and contact.contact_id in contact.queue.waiting


def _will_be(contact: Contact, rules: _Rules, now: Instant) -> Asked:
    """What the contact will ask by new rules; who waits in a queue that is no more goes on by its last rules."""
    queue = contact.queue
    assert queue is not None
    new = rules.get(queue.policy.name)
    if new is None:
        return asked_by(contact)
    own = own_of(contact)
    asked = Asked(
        queue=new.name,
        whole=new.requires if own is None else both(new.requires, own),
        of_those_put_in=NOTHING_REQUIRED if own is None else own,
        helping=frozenset(rule.group for rule in new.reserve if rule.group in queue.helped_by),
    )
    for number, step in enumerate(new.relaxation):
        if number >= contact.step and contact.joined_at + step.after_us > now:
            break
        asked = asked.after(step)
    return asked


def _served(team: _Team, asked: Asked) -> bool:
    return any(asked.fits(agent, agent.skills) for agent in team.values())


def _serves(agent: AgentPolicy, rules: _Rules) -> bool:
    return any(_may_serve(agent, queue) for queue in rules.values())


def _may_serve(agent: AgentPolicy, queue: QueuePolicy) -> bool:
    """Whether the agent may take the queue's contacts at some time of their waiting."""
    asked = Asked(
        queue=queue.name,
        whole=queue.requires,
        of_those_put_in=NOTHING_REQUIRED,
        helping=frozenset(rule.group for rule in queue.reserve),
    )
    if asked.fits(agent, agent.skills):
        return True
    for step in queue.relaxation:
        asked = asked.after(step)
        if asked.fits(agent, agent.skills):
            return True
    return False
