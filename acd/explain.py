"""Why a contact still waits, and why an agent is not offered anything: said when asked, from what the engine knows."""

from collections.abc import Iterator

import msgspec

from acd.centre import LOGGED_OUT, READY, WAITING, Centre, activity_of
from acd.contact_state import Place
from acd.hours import is_open, next_inside
from acd.model import Agent, Contact
from acd.pools import in_group
from acd.queueing import position, required
from facts.ids import AgentId, ContactId, QueueName
from facts.requirement_text import requirement_text
from facts.requirements import AllOf, AtLeast, Requirement, Skills, satisfies
from facts.time import SECOND, Duration, Instant


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """An agent, or a contact, that was considered. ``ruled_out_by``: every obstacle; none: an offer is possible."""

    agent_id: AgentId
    contact_id: ContactId
    qualified: bool
    ruled_out_by: tuple[str, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What will change by time alone, and when."""

    at: Instant
    what: str


class ContactExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a contact waits. ``agents``: everybody, those who qualify first; ``changes``: what time will bring."""

    contact_id: ContactId
    queue: QueueName | None
    place: Place
    waited_us: Duration
    position: int
    requirement: str
    summary: str
    agents: tuple[Verdict, ...]
    changes: tuple[Change, ...]


class AgentExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why an agent is offered nothing. ``contacts``: those who wait, in the order in which they would be taken."""

    agent_id: AgentId
    summary: str
    obstacles: tuple[str, ...]
    contacts: tuple[Verdict, ...]


def explain_contact(centre: Centre, contact: Contact, now: Instant) -> ContactExplanation:
    """Who was considered, what rules each out, and what will change when."""
    queue = contact.queue
    waits = queue is not None and contact.contact_id in queue.waiting
    agents = [verdict(agent, contact, now) for agent in centre.agents.values()] if queue is not None else []
    agents.sort(key=lambda found: (not found.qualified, len(found.ruled_out_by)))
    requirement = requirement_text(required(contact)) if queue is not None else ""
    return ContactExplanation(
        contact_id=contact.contact_id,
        queue=None if queue is None else queue.policy.name,
        place=contact.place,
        waited_us=now - contact.joined_at,
        position=position(centre, queue, contact) if queue is not None and waits else 0,
        requirement=requirement,
        summary=_summary(contact, agents, requirement),
        agents=tuple(agents),
        changes=tuple(sorted(_changes(contact, now), key=lambda change: change.at)) if waits else (),
    )


def _summary(contact: Contact, agents: list[Verdict], requirement: str) -> str:
    match contact.place:
        case Place.WAITING:
            return _why_waiting(contact, agents, requirement)
        case Place.OFFERED:
            return f"rings at {', '.join(work.agent.agent_id for work in contact.works)}"
        case Place.SCHEDULED:
            return "callback that may not be tried yet"
        case Place.DIALLING:
            return f"the customer is being dialled for {contact.works[0].agent.agent_id}"
        case Place.CONNECTED:
            return f"talks with {', '.join(work.agent.agent_id for work in contact.works)}"
        case _:
            return contact.place.value


def _why_waiting(contact: Contact, agents: list[Verdict], requirement: str) -> str:
    qualified = [found for found in agents if found.qualified]
    if contact.alone_for is not None:
        return f"waits for the preferred agent {contact.alone_for.agent_id}"
    if not qualified:
        return f"nobody meets the requirement {requirement or '(none)'}"
    reachable = [found for found in qualified if "not logged in" not in found.ruled_out_by]
    if not reachable:
        return f"of {len(qualified)} who qualify nobody is logged in"
    return f"of {len(qualified)} who qualify {len(reachable)} are logged in, and none of them is free"


def verdict(agent: Agent, contact: Contact, now: Instant) -> Verdict:
    """Whether the agent may take the contact, and what stands between them."""
    lacking = tuple(_lacking(agent, contact))
    return Verdict(
        agent_id=agent.agent_id,
        contact_id=contact.contact_id,
        qualified=not lacking,
        ruled_out_by=(*lacking, *_not_free(agent, now), *_not_now(agent, contact, now)),
    )


def _lacking(agent: Agent, contact: Contact) -> Iterator[str]:
    """What the agent lacks that no waiting for them would bring."""
    yield from missing(agent.skills, required(contact))
    queue = contact.queue
    assert queue is not None
    helping = ("", *queue.helped_by, *contact.opened)
    if not any(in_group(agent, group) for group in helping):
        yield f"in reserve group {', '.join(agent.policy.reserve)}, which does not help this contact (yet)"


def missing(skills: Skills, requirement: Requirement) -> Iterator[str]:
    """The parts of a requirement that these skills do not meet."""
    if satisfies(skills, requirement):
        return
    match requirement:
        case AtLeast(skill, level):
            has = f"has {skills[skill]}" if skill in skills else "has none"
            yield f"{skill} {level} needed, {has}"
        case AllOf(terms):
            for term in terms:
                yield from missing(skills, term)
        case _:
            yield f"does not meet {requirement_text(requirement)}"


def _not_free(agent: Agent, now: Instant) -> Iterator[str]:
    """What keeps the agent from being offered anything."""
    if agent.declared is LOGGED_OUT:
        yield "not logged in"
        return
    if agent.declared is not READY:
        yield f"not ready: {agent.reason}"
    if agent.pending is not None:
        yield f"will be {agent.pending.value} after the present work"
    if not agent.phone_reachable:
        yield "the phone cannot be reached"
    if agent.pause is not None:
        yield f"the phone refused an offer; nothing for another {_seconds(agent.pause.at - now)} s"
    if len(agent.works) >= agent.slots:
        yield f"{activity_of(agent).value}: {', '.join(work.contact.contact_id for work in agent.works)}"


def _not_now(agent: Agent, contact: Contact, now: Instant) -> Iterator[str]:
    """What keeps just these two apart."""
    if contact.not_again is not None and agent in contact.not_again:
        yield f"did not take this contact; asked again in {_seconds(contact.not_again[agent].at - now)} s"
    if contact.alone_for is not None and contact.alone_for is not agent:
        yield f"the contact waits for {contact.alone_for.agent_id} alone"


def _changes(contact: Contact, now: Instant) -> Iterator[Change]:
    queue = contact.queue
    assert queue is not None
    rules, joined = queue.policy, contact.joined_at
    for number, step in enumerate(rules.relaxation[contact.step :], contact.step + 1):
        said = [f"{skill} {level} is enough" for skill, level in step.lower.items()]
        said += [f"{skill} is not asked for" for skill in step.drop]
        said += [f"open to {group}" for group in step.open]
        yield Change(at=joined + step.after_us, what=f"step {number}: {', '.join(said)}")
    if contact.alone_for is not None:
        yield Change(at=joined + rules.preferred_wait_us, what="anybody who qualifies may take it")
    for agent, timer in (contact.not_again or {}).items():
        yield Change(at=timer.at, what=f"{agent.agent_id} may be asked again")
    if rules.starvation_cap_us and not contact.capped:
        yield Change(at=joined + rules.starvation_cap_us, what="goes before every priority")
    for limit in rules.limits:
        if limit.what == "wait" and joined + limit.value > now:
            way = f"{limit.then.to_kind} {limit.then.to}".strip()
            yield Change(at=joined + limit.value, what=f"goes to {way}")
    if contact.place is Place.SCHEDULED and contact.callback is not None:
        yield Change(at=contact.callback.due, what="the callback is tried")
    opens = next_inside(rules.open, now)
    if not is_open(queue, now) and opens is not None:
        yield Change(at=opens, what="the queue opens")


def explain_agent(centre: Centre, agent: Agent, now: Instant) -> AgentExplanation:
    """Why the agent is idle or busy, and for every waiting contact why it is not offered to them."""
    obstacles = tuple(_not_free(agent, now))
    waiting = [contact for contact in centre.contacts.values() if contact.place is WAITING]
    waiting.sort(key=lambda contact: centre.classes.rank(contact, now))
    contacts = tuple(verdict(agent, contact, now) for contact in waiting)
    fitting = sum(found.qualified for found in contacts)
    if obstacles:
        summary = f"cannot be offered anything: {'; '.join(obstacles)}"
    elif not contacts:
        summary = "free: nobody waits"
    else:
        summary = f"free: {len(contacts)} wait, {fitting} for whom the skills would do"
    return AgentExplanation(agent_id=agent.agent_id, summary=summary, obstacles=obstacles, contacts=contacts)


def _seconds(duration: Duration) -> str:
    """Tenths of a second, never negative."""
    return f"{max(0, duration) / SECOND:.1f}"
