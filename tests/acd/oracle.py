"""The slow and obvious distributor: every question is answered by looking at everybody, by the words of the rules.

:class:`ScanMatching` answers what :class:`acd.matching.Matching` answers, without pools, lanes or lines;
:func:`choose_agents` and :func:`choose_contact` choose by the words of each order, without classes or ranks of the
distributor's. An engine with them must do exactly the same as one with its own.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from acd.admission import depart
from acd.centre import Centre
from acd.classes import Classes
from acd.contact_state import Place
from acd.engine import Engine
from acd.expected_wait import expected_for
from acd.matching import Matching
from acd.model import Agent, Contact, Queue
from acd.policy import Exit, Limit
from acd.queueing import required
from acd.readings import own_of
from acd.relaxation import relaxed
from acd.said import Said
from facts.ids import SkillName
from facts.requirements import AllOf, AnyOf, AtLeast, Not, Requirement, satisfies
from facts.states import Declared, LeftQueue
from facts.time import MINUTE, Instant


def may_take(agent: Agent, contact: Contact) -> bool:
    """Whether the agent may be offered the contact, were they free: by the rules, not by the index."""
    queue = contact.queue
    assert queue is not None
    if contact.not_again is not None and agent in contact.not_again:
        return False
    if contact.alone_for is not None:
        return agent is contact.alone_for and is_fit(agent, contact)
    return is_fit(agent, contact)


def is_fit(agent: Agent, contact: Contact) -> bool:
    """Whether skills, reserve groups and exceptions let the agent take the contact, some time."""
    queue = contact.queue
    assert queue is not None
    if queue.policy.name in agent.policy.without_queues:
        return False
    if queue.policy.name in agent.policy.extra_queues:
        return satisfies(agent.skills, brought_by(contact))
    helping = {*queue.helped_by, *contact.opened}
    if agent.policy.reserve and not helping & set(agent.policy.reserve):
        return False
    return satisfies(agent.skills, required(contact))


def brought_by(contact: Contact) -> Requirement:
    """What the contact requires whatever its queue does, after the steps that it has taken."""
    assert contact.queue is not None
    own = own_of(contact)
    if own is None:
        return AllOf(())
    for step in contact.queue.policy.relaxation[: contact.step]:
        own = relaxed(own, step)
    return own


def is_of(agent: Agent, queue: Queue) -> bool:
    """Whether the agent works for the queue: put into it, or by its own requirement, in a reserve group that helps."""
    if queue.policy.name in {*agent.policy.without_queues, *agent.policy.extra_queues}:
        return queue.policy.name not in agent.policy.without_queues
    if agent.policy.reserve and not set(agent.policy.reserve) & set(queue.helped_by):
        return False
    return satisfies(agent.skills, queue.policy.requires)


def is_within(hours: tuple[tuple[Instant, Instant], ...] | None, at: Instant) -> bool:
    """Whether an instant is in one of the intervals, of which each has its beginning and not its end."""
    return hours is None or any(begin <= at < end for begin, end in hours)


def leads_on(centre: Centre, contact: Contact, way: Exit) -> bool:
    """Whether a contact can go that way: anywhere, but not to a queue that it has been in, or that is not there."""
    if way.to_kind != "queue":
        return True
    been_in = (*contact.visited, None if contact.queue is None else contact.queue.policy.name)
    return way.to in centre.queues and way.to not in been_in


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

    def wait(self, contact: Contact, newest: bool = False) -> None:
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


@contextmanager
def obviously() -> Iterator[None]:
    """Whatever an engine finds or chooses meanwhile, it does by looking at everybody."""
    with ExitStack() as stack:
        stack.enter_context(mock.patch("acd.centre.Matching", ScanMatching))
        stack.enter_context(mock.patch("acd.policy_change.Matching", ScanMatching))
        stack.enter_context(mock.patch("acd.offers.choose_agents", choose_agents))
        stack.enter_context(mock.patch("acd.offers.choose_contact", choose_contact))
        stack.enter_context(mock.patch("acd.aftermath.check_line", too_many_go))
        for module in ("acd.admission", "acd.policy_change"):
            stack.enter_context(mock.patch(f"{module}.check_expected", too_far_behind_go))
        yield


# -- who may not wait any longer ------------------------------------------------------------------------------------


def holds_while_waiting(limit: Limit) -> bool:
    """By the words of the rule: as it says, or else for a contact's own wait and the staff."""
    if limit.holds is not None:
        return limit.holds in {"while_waiting", "both"}
    return limit.what in {"wait", "none_logged_in", "none_ready"}


def can_be_sent(contact: Contact) -> bool:
    """Whether a limit of the line may send it away: it waits, nobody is being offered it, nobody is to call back."""
    return contact.place is Place.WAITING and contact.callback is None


def earlier_than(contact: Contact) -> int:
    """How many joined before it who wait in its queue."""
    assert contact.queue is not None
    mine = (contact.joined_at, contact.order & 0xFFFFFFFF)
    return sum((other.joined_at, other.order & 0xFFFFFFFF) < mine for other in contact.queue.waiting.values())


def too_many_go(centre: Centre, queue: Queue) -> None:
    """From the newest on, each before whom as many wait as may."""
    _go(centre, sorted(queue.waiting.values(), key=earlier_than, reverse=True), "waiting", earlier_than)


def too_far_behind_go(centre: Centre, queue: Queue) -> None:
    """From the last on, each who would wait longer than may be expected."""
    in_order = sorted(queue.waiting.values(), key=lambda contact: goes_before(centre, contact))

    def expects(contact: Contact) -> int | None:
        place = 1 + sum(goes_before(centre, one) < goes_before(centre, contact) for one in queue.waiting.values())
        return expected_for(centre, contact, place)

    _go(centre, in_order[::-1], "expected_wait", expects)


def _go(centre: Centre, contacts: list[Contact], what: str, measure: Callable[[Contact], int | None]) -> None:
    for contact in contacts:
        assert contact.queue is not None
        for limit in contact.queue.policy.limits:
            if limit.what != what or not holds_while_waiting(limit) or not can_be_sent(contact):
                continue
            measured = measure(contact)
            if measured is not None and measured >= limit.value and depart(centre, contact, limit.then, LeftQueue.FULL):
                break


# -- who is free ----------------------------------------------------------------------------------------------------


def may_be_offered_something(agent: Agent) -> bool:
    """By the words of the rules: READY without a change pending, not paused, a slot free, a phone to ring."""
    ready = agent.declared is Declared.READY and agent.pending is None and not agent.retired
    return ready and agent.pause is None and agent.phone_reachable and len(agent.works) < agent.slots


# -- which agent ----------------------------------------------------------------------------------------------------

_Why = dict[str, Any]


def _asked_for(requirement: Requirement, *, wanted: bool = True) -> set[SkillName]:
    """Skills that somebody has to have, not those that nobody may have."""
    match requirement:
        case AtLeast(skill, _):
            return {skill} if wanted else set()
        case Not(term):
            return _asked_for(term, wanted=not wanted)
        case AllOf(terms) | AnyOf(terms):
            return {skill for term in terms for skill in _asked_for(term, wanted=wanted)}


def share_of_time_at_work(agent: Agent, now: Instant) -> float:
    """Since log-in, work on contacts as a share of work and of being free."""
    at_work = agent.busy_us + sum(now - work.started_at for work in agent.works)
    free = agent.free_us + (now - agent.free_from if agent.free else 0)
    return at_work / (at_work + free) if at_work else 0.0


def choose_agents(centre: Centre, contact: Contact) -> tuple[tuple[Agent, ...], _Why]:
    """Whom the contact is offered to: of all who are free and may take it, by the words of the queue's order."""
    free = [agent for agent in centre.agents.values() if agent.free and may_take(agent, contact)]
    free.sort(key=lambda agent: agent.idle_order)
    preferred = [agent for agent in free if agent.agent_id == contact.preferred_agent]
    if preferred or not free:
        return tuple(preferred), {}
    queue = contact.queue
    assert queue is not None
    rules, now = queue.policy, centre.now
    order = rules.agent_order
    if order == "longest_idle":
        return (free[0],), {}
    if order == "ring_several":
        return tuple(free[: rules.ring_count]), {}
    if order == "weighted_random":
        return (_drawn(centre, [rules.weights.get(agent.agent_id, 1) for agent in free], free),), {}
    skills = _asked_for(required(contact))
    tie = (lambda agent: share_of_time_at_work(agent, now)) if rules.agent_tie == "least_occupied" else (lambda _: 0.0)
    listed = list(rules.agents)
    keys: dict[str, Callable[[Agent], tuple[float, ...]]] = {
        "most_skilled": lambda a: (-sum(a.skills.get(skill, 0) for skill in skills), tie(a)),
        "least_skilled": lambda a: (sum(a.skills.get(skill, 0) for skill in skills), tie(a)),
        "least_occupied": lambda a: (share_of_time_at_work(a, now),),
        "fewest_contacts": lambda a: (a.taken,),
        "ordered": lambda a: (listed.index(a.agent_id) if a.agent_id in listed else len(listed),),
        "round_robin": lambda a: (a.number <= queue.last_chosen, a.number),
    }
    best = min(free, key=keys[order])
    queue.last_chosen = best.number
    return (best,), {}


def _drawn(centre: Centre, weights: list[int], agents: list[Agent]) -> Agent:
    """One ticket for each unit of weight, one each where nobody has any; one ticket is drawn."""
    tickets = [agent for agent, weight in zip(agents, weights, strict=True) for _ in range(weight)] or agents
    return tickets[centre.chance.below(len(tickets))]


# -- which contact --------------------------------------------------------------------------------------------------


def goes_before(centre: Centre, contact: Contact) -> tuple[Any, ...]:
    """By what contacts are compared, the lowest first, over all queues."""
    queue = contact.queue
    assert queue is not None
    rules, waited = queue.policy, centre.now - contact.joined_at
    joined = (contact.joined_at, contact.order & 0xFFFFFFFF)
    if contact.capped:
        return (0, joined)
    order = centre.policy.contact_order
    if order == "ageing":
        return (1, -rules.band, -(contact.priority + rules.ageing_per_minute / MINUTE * waited), joined)
    if order == "queue_weight":
        return (1, -contact.priority, -rules.weight * waited, joined)
    if order == "target_ratio":
        return (1, -contact.priority, -(1 / rules.target_us) * waited, joined)
    return (1, -contact.priority, joined)


def choose_contact(centre: Centre, agent: Agent) -> tuple[Contact | None, _Why]:
    """Which of all waiting contacts that the agent may take goes before the others."""
    matching = centre.matching
    assert isinstance(matching, ScanMatching)
    mine = [contact for contact in matching.waiting if may_take(agent, contact)]
    return min(mine, key=lambda contact: goes_before(centre, contact), default=None), {}


def explanations_agree(engine: Engine, now: Instant) -> None:
    """A line that is explained as a whole says of each contact what it says alone, and what looking at all finds."""
    centre = engine._centre
    for name in centre.queues:
        for view, waits in engine.explain_line(engine.line(name), now):
            alone = engine.explain_contact(view.contact_id, now)
            assert alone is not None
            assert view == engine.contact(view.contact_id)
            assert (waits.summary, waits.changes) == (alone.summary, alone.changes)
            able = [centre.agents[found.agent_id] for found in alone.agents if found.qualified]
            assert (waits.staffing.total, waits.staffing.free) == (len(able), sum(agent.free for agent in able))
            out = [found for found in alone.agents if [said.code for said in found.ruled_out_by][:1] == ["taken_out"]]
            assert waits.staffing.taken_out == sum(_lacks_nothing_else(found.ruled_out_by[1:]) for found in out)
            said = [change.at for change in waits.changes if change.what.code == "overtakes"]
            soonest = sorted(_overtakes(centre, centre.contacts[view.contact_id], able, now))[:1]
            assert said == (soonest if view.position else [])


def _lacks_nothing_else(ruled_out_by: tuple[Said, ...]) -> bool:
    """Whether nothing keeps an agent who is taken out of a queue but what time may bring."""
    return not any(said.code in {"skill", "requirement"} or said.code.startswith("reserve") for said in ruled_out_by)


def _overtakes(centre: Centre, contact: Contact, able: list[Agent], now: Instant) -> Iterator[Instant]:
    """When a contact comes to stand before each other that needs the same agents."""
    for other in centre.contacts.values():
        if other.place is Place.WAITING and other.class_ != contact.class_:
            at = centre.classes.overtakes_at(contact, other, now)
            if at is not None and any(is_fit(agent, other) for agent in able):
                yield at
