"""The slow and obvious distributor: every question is answered by looking at everybody, by the words of the rules.

:class:`ScanMatching` answers what :class:`acd.matching.Matching` answers, without pools, lanes or lines, so that an
engine with it must do exactly the same as one with the index.
"""

from collections.abc import Iterable

from acd.classes import Classes
from acd.matching import Matching
from acd.model import Agent, Contact
from acd.queueing import required
from facts.requirements import satisfies


def may_take(agent: Agent, contact: Contact) -> bool:
    """Whether the agent may be offered the contact, were they free: by the rules, not by the index."""
    queue = contact.queue
    assert queue is not None
    if contact.not_again is not None and agent in contact.not_again:
        return False
    if contact.alone_for is not None:
        return agent is contact.alone_for and satisfies(agent.skills, required(contact))
    helping = {*queue.helped_by, *contact.opened}
    if agent.policy.reserve and not helping & set(agent.policy.reserve):
        return False
    return satisfies(agent.skills, required(contact))


class ScanMatching(Matching):
    """Free agents and waiting contacts in two lists; everything is found by looking through them."""

    __slots__ = ("free", "waiting")

    def __init__(self, idle_order: int = 0) -> None:
        super().__init__(idle_order)
        self.free: list[Agent] = []
        self.waiting: list[Contact] = []

    def free_agent(self, agent: Agent, now: int) -> None:
        agent.free, agent.free_from = True, now
        self.free_count += 1
        self.free.append(agent)

    def take_agent(self, agent: Agent, now: int) -> None:
        agent.free = False
        agent.free_us += now - agent.free_from
        self.free_count -= 1
        self.free.remove(agent)

    def longest_idle(self, contact: Contact) -> Agent | None:
        return next(iter(self.candidates(contact)), None)

    def candidates(self, contact: Contact) -> list[Agent]:
        return sorted((a for a in self.free if may_take(a, contact)), key=lambda agent: agent.idle_order)

    def wait(self, contact: Contact, *, newest: bool = False) -> None:
        self.waiting_count += 1
        self.waiting.append(contact)

    def stop_waiting(self, contact: Contact) -> None:
        self.waiting_count -= 1
        self.waiting.remove(contact)

    def waiting_for(self, agent: Agent) -> list[Contact]:
        found = [contact for contact in self.waiting if contact.alone_for is agent]
        return sorted(found, key=lambda contact: contact.order)

    def first_come(self, agent: Agent) -> Contact | None:
        classes = Classes("first_come")
        fitting = [contact for contact in self.waiting if may_take(agent, contact)]
        return min(fitting, key=lambda contact: classes.rank(contact, 0), default=None)

    def firsts(self, agent: Agent) -> Iterable[Contact]:
        best: dict[int, Contact] = {}
        for contact in sorted(self.waiting, key=lambda contact: contact.order):
            if may_take(agent, contact):
                best.setdefault(contact.class_, contact)
        return best.values()
