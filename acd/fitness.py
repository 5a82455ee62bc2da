"""Who may take a contact: by skills and reserve groups, and by who is taken out of its queue or put into it."""

import msgspec

from acd.model import Agent, Contact
from acd.policy import AgentPolicy, GroupName, RelaxationStep
from acd.queueing import required, required_of_those_put_in
from acd.relaxation import relaxed
from facts.ids import QueueName
from facts.requirements import Requirement, Skills, satisfies


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact of a queue asks of agents.

    ``of_those_put_in``: of who is put into the queue, instead of the ``whole``. ``helping``: reserve groups that may
    take it.
    """

    queue: QueueName
    whole: Requirement
    of_those_put_in: Requirement
    helping: frozenset[GroupName]

    def requires(self, policy: AgentPolicy) -> Requirement:
        """What is required of this agent."""
        return self.of_those_put_in if policy.is_put_into(self.queue) else self.whole

    def is_open_to(self, policy: AgentPolicy) -> bool:
        """Whether reserve groups let the agent take it."""
        reserve = policy.reserve
        return not reserve or not self.helping.isdisjoint(reserve) or policy.is_put_into(self.queue)

    def fits(self, policy: AgentPolicy, skills: Skills) -> bool:
        """Whether the agent may take it, with these skills."""
        return not policy.is_taken_out_of(self.queue) and self.would_fit(policy, skills)

    def would_fit(self, policy: AgentPolicy, skills: Skills) -> bool:
        """Whether the agent might take it, were they not taken out of the queue."""
        return satisfies(skills, self.requires(policy)) and self.is_open_to(policy)

    def after(self, step: RelaxationStep) -> "Asked":
        """What is asked after a relaxation step."""
        return Asked(
            queue=self.queue,
            whole=relaxed(self.whole, step),
            of_those_put_in=relaxed(self.of_those_put_in, step),
            helping=self.helping.union(step.open),
        )


def asked_by(contact: Contact) -> Asked:
    """What a contact of a queue asks now."""
    queue = contact.queue
    assert queue is not None
    return Asked(
        queue=queue.policy.name,
        whole=required(contact),
        of_those_put_in=required_of_those_put_in(contact),
        helping=frozenset((*queue.helped_by, *contact.opened)),
    )


def is_fit(agent: Agent, contact: Contact) -> bool:
    """Whether skills, reserve groups and exceptions let the agent take the contact."""
    return asked_by(contact).fits(agent.policy, agent.skills)
