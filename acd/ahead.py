"""What time alone will bring to a contact that waits, and to an agent who is offered nothing; the soonest first.

It is said as things stand: whoever is answered, leaves or comes meanwhile changes it. What depends on events and not on
time (that an expected wait grows, say) has no instant, and is told with the obstacle that it would remove.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from acd.admission import leads_on
from acd.centre import READY, Centre
from acd.classes import JOINED
from acd.contact_state import Place
from acd.fitness import asked_by
from acd.hours import end_of, inside, is_open, next_inside
from acd.limits import OF_OWN_WAIT, holds_while_waiting
from acd.line import Able, Line
from acd.model import Agent, Class, Contact, Queue
from acd.policy import AgentPolicy, Exit, QueuePolicy, RelaxationStep
from acd.said import Said
from facts.ids import QueueName
from facts.states import Activity
from facts.time import SECOND, Duration, Instant

_FEW = 3
"""Of agents whose wrap-up or pause ends, so many are named: the first."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What will change by time alone, and when."""

    at: Instant
    what: Said


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The soonest first."""
    return tuple(sorted(changes, key=lambda change: change.at))


# -- a contact ------------------------------------------------------------------------------------------------------


class Ahead:
    """What time will bring to those who wait in a line; what is the same for many is found once."""

    def __init__(self, line: Line, now: Instant) -> None:
        self._line = line
        self._now = now
        self._returns: dict[Able, tuple[Change, ...]] = {}
        self._helpers: dict[QueueName, tuple[Change, ...]] = {}
        self._groups: dict[tuple[Class, Able], list[Contact]] | None = None
        self._rivals: dict[tuple[Able, Able], bool] = {}

    def of(self, contact: Contact) -> tuple[Change, ...]:
        """What time will bring to a contact that waits."""
        queue = contact.queue
        assert queue is not None
        able, now = self._line.able(contact), self._now
        return in_order(
            (
                *_easier(contact, queue.policy),
                *self._of_agents(contact, able),
                *self._of_helpers(queue),
                *self._ahead_of_others(contact, able),
                *_limits(self._line.centre, contact, queue.policy, now),
                *_of_callback(contact),
                *_hours(self._line.centre, contact, queue, now),
            )
        )

    def _of_agents(self, contact: Contact, able: Able) -> Iterable[Change]:
        """When those who qualify come back from wrap-up or a pause, unless the contact waits for another."""
        alone = contact.alone_for
        if alone is not None:
            return _first_back(agent for agent in able.agents if agent is alone)
        if able not in self._returns:
            self._returns[able] = _first_back(able.agents)
        return self._returns[able]

    def _of_helpers(self, queue: Queue) -> Iterable[Change]:
        name = queue.policy.name
        if name not in self._helpers:
            self._helpers[name] = tuple(_helpers(queue, self._now))
        return self._helpers[name]

    # -- ageing ------------------------------------------------------------------------------------------------------

    def _ahead_of_others(self, contact: Contact, able: Able) -> Iterator[Change]:
        """Where rank changes with time: the first contact that this one will go before, of those who need the same.

        Contacts of one class keep their order, so that of each other class the last that is still ahead comes first.
        """
        classes = self._line.centre.classes
        if classes.static or contact.capped:
            return
        soonest: tuple[Instant, Contact] | None = None
        for (class_, others_able), others in self._waiting().items():
            if class_ == contact.class_ or not self._are_rivals(able, others_able):
                continue
            other = self._last_ahead(contact, others)
            at = None if other is None else classes.overtakes_at(contact, other, self._now)
            if other is not None and at is not None and (soonest is None or at < soonest[0]):
                soonest = at, other
        if soonest is not None:
            at, other = soonest
            assert other.queue is not None
            name = other.queue.policy.name
            text = f"has aged enough to go before {other.contact_id} in {name}"
            yield Change(at=at, what=Said(text, "overtakes", contact=other.contact_id, queue=name))

    def _waiting(self) -> Mapping[tuple[Class, Able], list[Contact]]:
        """Those who wait, by class and by who may take them, in the order of joining."""
        if self._groups is None:
            self._groups = {}
            for contact in self._line.centre.contacts.values():
                if contact.place is Place.WAITING:
                    self._groups.setdefault((contact.class_, self._line.able(contact)), []).append(contact)
            for group in self._groups.values():
                group.sort(key=lambda contact: contact.order & JOINED)
        return self._groups

    def _are_rivals(self, able: Able, others: Able) -> bool:
        """Whether some agent could take the one and the other."""
        pair = able, others
        if pair not in self._rivals:
            self._rivals[pair] = any(others.asked.fits(agent.policy, agent.skills) for agent in able.agents)
        return self._rivals[pair]

    def _last_ahead(self, contact: Contact, others: Sequence[Contact]) -> Contact | None:
        rank, mine = self._line.centre.classes.rank, self._line.centre.classes.rank(contact, self._now)
        behind = bisect_left(others, True, key=lambda other: rank(other, self._now) > mine)
        return others[behind - 1] if behind else None


def _easier(contact: Contact, rules: QueuePolicy) -> Iterator[Change]:
    """Who may take it, and what goes before it."""
    joined = contact.joined_at
    for number, step in enumerate(rules.relaxation[contact.step :], contact.step + 1):
        yield Change(at=joined + step.after_us, what=_step(number, step))
    if contact.alone_for is not None:
        yield Change(at=joined + rules.preferred_wait_us, what=Said("anybody who qualifies may take it", "anybody"))
    for agent, timer in (contact.not_again or {}).items():
        yield Change(at=timer.at, what=Said(f"{agent.agent_id} may be asked again", "again", agent=agent.agent_id))
    if rules.starvation_cap_us and not contact.capped:
        yield Change(at=joined + rules.starvation_cap_us, what=Said("goes before every priority", "first"))


def _step(number: int, step: RelaxationStep) -> Said:
    parts = [f"{skill} {level} is enough" for skill, level in step.lower.items()]
    parts += [f"{skill} is not asked for" for skill in step.drop]
    parts += [f"open to {group}" for group in step.open]
    text = f"step {number}: {', '.join(parts)}"
    return Said(text, "step", step=number, lower=dict(step.lower), drop=list(step.drop), open=list(step.open))


def _first_back(agents: Iterable[Agent]) -> tuple[Change, ...]:
    """When agents come back from wrap-up or a pause: the first few."""
    return in_order(change for agent in agents for change in _free_again(agent))[:_FEW]


def _free_again(agent: Agent) -> Iterator[Change]:
    """What keeps the agent from contacts and ends by itself, if they want contacts afterwards."""
    wants = agent.pending is READY or (agent.declared is READY and agent.pending is None)
    if not wants or not agent.phone_reachable:
        return
    if len(agent.works) >= agent.slots:
        for work in agent.works:
            if work.activity is Activity.WRAP_UP and work.timer is not None:
                said = Said(f"the wrap-up of {agent.agent_id} ends", "wrap_up_ends", agent=agent.agent_id)
                yield Change(at=work.timer.at, what=said)
    if agent.pause is not None:
        said = Said(f"{agent.agent_id} may be offered contacts again", "pause_ends", agent=agent.agent_id)
        yield Change(at=agent.pause.at, what=said)


def _helpers(queue: Queue, now: Instant) -> Iterator[Change]:
    """Reserve groups that will help because somebody has waited so long; the expected wait grows by events alone."""
    oldest = min((contact.joined_at for contact in queue.waiting.values()), default=None)
    for rule in queue.policy.reserve:
        if oldest is not None and rule.wait_us and rule.group not in queue.helped_by and oldest + rule.wait_us > now:
            wait_s = _seconds(rule.wait_us)
            text = f"reserve group {rule.group} helps: the longest wait reaches {wait_s} s"
            said = Said(text, "reserve_helps", group=rule.group, wait_s=wait_s)
            yield Change(at=oldest + rule.wait_us, what=said)


def _limits(centre: Centre, contact: Contact, rules: QueuePolicy, now: Instant) -> Iterator[Change]:
    """Where those go who have waited long enough; callbacks stay, and who could only go back where they have been."""
    for limit in rules.limits if contact.callback is None else ():
        at = contact.joined_at + limit.value
        holds = limit.what in OF_OWN_WAIT and holds_while_waiting(limit)
        if holds and at > now and leads_on(centre, contact, limit.then):
            yield Change(at=at, what=_goes(limit.then, "goes", "goes"))


def _goes(way: Exit, begins: str, code: str) -> Said:
    return Said(f"{begins} to {way.to_kind} {way.to}".strip(), code, to_kind=way.to_kind, to=way.to)


def _of_callback(contact: Contact) -> Iterator[Change]:
    callback = contact.callback
    if callback is None:
        return
    if contact.place is Place.SCHEDULED:
        yield Change(at=callback.due, what=Said("the callback is tried", "callback"))
    if contact.place is not Place.DIALLING:  # who is dialled at that time may still answer
        yield Change(at=callback.expires_at, what=Said("the callback is given up", "callback_over"))


def _hours(centre: Centre, contact: Contact, queue: Queue, now: Instant) -> Iterator[Change]:
    """The queue's opening or closing by its hours, and what closing means for who waits."""
    rules = queue.policy
    if not is_open(queue, now):
        opens = next_inside(rules.open, now)
        if opens is not None and not inside(rules.open, now):
            yield Change(at=opens, what=Said("the queue opens", "opens"))
        return
    closes = end_of(rules.open, now)
    if closes is None:
        return
    stays = contact.callback is not None or not leads_on(centre, contact, rules.when_closed)
    if rules.closing == "serve" or stays:
        said = Said("the queue closes; who waits is still served", "closes")
    else:
        said = _goes(rules.when_closed, "the queue closes; goes", "closes_goes")
    yield Change(at=closes, what=said)


# -- an agent -------------------------------------------------------------------------------------------------------


def for_agent(agent: Agent, waiting: Sequence[Contact], now: Instant) -> tuple[Change, ...]:
    """What time will bring to an agent: the end of what keeps them, and contacts that they may then be offered."""
    changes = [*_free_again(agent)]
    for contact in waiting:
        changes += _will_fit(agent, contact)
    for queue in dict.fromkeys(contact.queue for contact in waiting):
        if queue is not None and not _is_exception(agent.policy, queue.policy.name):
            changes += (
                change for change in _helpers(queue, now) if change.what.details["group"] in agent.policy.reserve
            )
    return in_order(changes)


def _is_exception(policy: AgentPolicy, queue: QueueName) -> bool:
    """Whether reserve groups make no difference for the agent in the queue."""
    return policy.is_taken_out_of(queue) or policy.is_put_into(queue)


def _will_fit(agent: Agent, contact: Contact) -> Iterator[Change]:
    """When this contact may be offered to this agent who may not be offered it now."""
    name, queue = contact.contact_id, contact.queue
    assert queue is not None
    asked = asked_by(contact)
    if not asked.fits(agent.policy, agent.skills):
        for number, step in enumerate(queue.policy.relaxation[contact.step :], contact.step + 1):
            asked = asked.after(step)
            if asked.fits(agent.policy, agent.skills):
                said = Said(f"step {number} opens {name} to the agent", "fits", contact=name, step=number)
                yield Change(at=contact.joined_at + step.after_us, what=said)
                return
        return
    if contact.not_again is not None and agent in contact.not_again:
        said = Said(f"may be asked again for {name}", "again_for", contact=name)
        yield Change(at=contact.not_again[agent].at, what=said)
    if contact.alone_for is not None and contact.alone_for is not agent:
        at, other = contact.joined_at + queue.policy.preferred_wait_us, contact.alone_for.agent_id
        said = Said(f"{name} waits no longer for {other} alone", "anybody_for", contact=name, agent=other)
        yield Change(at=at, what=said)


def _seconds(duration: Duration) -> float | int:
    """Seconds as people write them."""
    seconds = duration / SECOND
    return round(seconds) if seconds == round(seconds) else round(seconds, 1)
