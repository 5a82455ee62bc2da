"""Why a contact still waits, and why an agent is not offered anything: said when asked, from what the engine knows."""

from collections.abc import Iterable, Iterator

import msgspec

from acd import ahead
from acd.ahead import Ahead, Change
from acd.centre import LOGGED_OUT, READY, WAITING, Centre, activity_of
from acd.contact_state import Place
from acd.fitness import Asked, asked_by
from acd.line import Able, Line, Staffing
from acd.model import Agent, Contact
from acd.policy import ReserveRule
from acd.queueing import position, required
from acd.said import Said
from facts.ids import AgentId, ContactId, QueueName
from facts.requirement_text import requirement_text
from facts.requirements import AllOf, AtLeast, Requirement, Skills, satisfies
from facts.time import Duration, Instant, to_seconds


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """An agent, or a contact, that was considered. ``ruled_out_by``: every obstacle; none: an offer is possible."""

    agent_id: AgentId
    contact_id: ContactId
    qualified: bool
    ruled_out_by: tuple[Said, ...]


class ContactExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a contact waits. ``agents``: everybody, those who qualify first; ``changes``: what time will bring."""

    contact_id: ContactId
    queue: QueueName | None
    place: Place
    waited_us: Duration
    position: int
    requirement: str
    summary: Said
    agents: tuple[Verdict, ...]
    changes: tuple[Change, ...]


class AgentExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why an agent is offered nothing.

    ``contacts``: those who wait, in the order in which they would be taken; ``changes``: what time will bring.
    """

    agent_id: AgentId
    summary: Said
    obstacles: tuple[Said, ...]
    contacts: tuple[Verdict, ...]
    changes: tuple[Change, ...]


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """In short why a contact waits: ``staffing``: of those who qualify; ``changes``: what time will bring."""

    summary: Said
    staffing: Staffing
    changes: tuple[Change, ...]


def explain_line(centre: Centre, contacts: Iterable[Contact], now: Instant) -> Iterator[Waits]:
    """In short why each of these contacts of queues waits; nothing may happen before the last is asked for."""
    line = Line(centre)
    coming = Ahead(line, now)
    for contact in contacts:
        able = line.able(contact)
        changes = coming.of(contact) if _is_in_line(contact) else ()
        yield Waits(summary=_summary(contact, able, now), staffing=able.staffing, changes=changes)


def explain_contact(centre: Centre, contact: Contact, now: Instant) -> ContactExplanation:
    """Who was considered, what rules each out, and what will change when."""
    queue = contact.queue
    agents = []
    if queue is not None:
        asked = asked_by(contact)
        agents = [_verdict(agent, contact, asked, now) for agent in centre.agents.values()]
    agents.sort(key=lambda found: (not found.qualified, len(found.ruled_out_by)))
    short = next(explain_line(centre, [contact], now)) if queue is not None else None
    return ContactExplanation(
        contact_id=contact.contact_id,
        queue=None if queue is None else queue.policy.name,
        place=contact.place,
        waited_us=now - contact.joined_at,
        position=position(centre, queue, contact) if queue is not None and _is_in_line(contact) else 0,
        requirement=requirement_text(required(contact)) if queue is not None else "",
        summary=_summary(contact, None, now) if short is None else short.summary,
        agents=tuple(agents),
        changes=() if short is None else short.changes,
    )


def _is_in_line(contact: Contact) -> bool:
    return contact.queue is not None and contact.contact_id in contact.queue.waiting


def _summary(contact: Contact, able: Able | None, now: Instant) -> Said:
    """``able``: who may take it; None: it is in no queue."""
    match contact.place:
        case Place.WAITING if able is not None:
            return _why_waiting(contact, able, now)
        case Place.OFFERED:
            return Said(f"rings at {_works_of(contact)}", "rings", agents=_agents_of(contact))
        case Place.SCHEDULED:
            return Said("callback that may not be tried yet", "scheduled")
        case Place.DIALLING:
            agent = contact.works[0].agent.agent_id
            return Said(f"the customer is being dialled for {agent}", "dialling", agents=[agent])
        case Place.CONNECTED:
            return Said(f"talks with {_works_of(contact)}", "talks", agents=_agents_of(contact))
        case _:
            return Said(contact.place.value, contact.place.value)


def _agents_of(contact: Contact) -> list[AgentId]:
    return [work.agent.agent_id for work in contact.works]


def _works_of(contact: Contact) -> str:
    return ", ".join(_agents_of(contact))


def _why_waiting(contact: Contact, able: Able, now: Instant) -> Said:
    if contact.alone_for is not None:
        agent = contact.alone_for.agent_id
        return Said(f"waits for the preferred agent {agent}", "preferred", agent=agent)
    qualified, taken_out = able.staffing.total, able.staffing.taken_out
    besides = f"; {taken_out} more taken out of the queue" if taken_out else ""
    if not qualified:
        return _why_nobody(able.text, taken_out)
    present = qualified - able.staffing.logged_out
    if not present:
        return Said(f"of {qualified} who qualify nobody is logged in{besides}", "nobody_in", qualified=qualified)
    asked = [agent.agent_id for agent in _free_but_asked(contact, able, now)]
    if asked:
        return Said(
            f"of {qualified} who qualify {present} are logged in;"
            f" who is free did not take it just now: {', '.join(asked)}{besides}",
            "asked",
            qualified=qualified,
            logged_in=present,
            agents=asked,
        )
    return Said(
        f"of {qualified} who qualify {present} are logged in, and none of them is free{besides}",
        "none_free",
        qualified=qualified,
        logged_in=present,
    )


def _why_nobody(requirement: str, taken_out: int) -> Said:
    """Nobody qualifies, logged in or not."""
    named = requirement or "(none)"
    if not taken_out:
        return Said(f"nobody meets the requirement {named}", "nobody", requirement=requirement)
    text = f"nobody is left: all who meet the requirement {named} ({taken_out}) are taken out of the queue"
    return Said(text, "nobody_left", requirement=requirement, taken_out=taken_out)


def _free_but_asked(contact: Contact, able: Able, now: Instant) -> Iterator[Agent]:
    """Who could be offered others, and only this contact not again so soon."""
    before = contact.not_again or {}
    return (
        (agent for agent in able.agents if agent in before and not any(_not_free(agent, now))) if before else iter(())
    )


def _verdict(agent: Agent, contact: Contact, asked: Asked, now: Instant) -> Verdict:
    """Whether the agent may take the contact, and what stands between them."""
    lacking = tuple(_lacking(agent, contact, asked))
    return Verdict(
        agent_id=agent.agent_id,
        contact_id=contact.contact_id,
        qualified=not lacking,
        ruled_out_by=(*lacking, *_not_free(agent, now), *_not_now(agent, contact, now)),
    )


def may_take(agent: Agent, contact: Contact) -> bool:
    """Whether the contact could be the agent's, were they free: they lack nothing, and it waits for no other."""
    if contact.queue is None or any(_lacking(agent, contact, asked_by(contact))):
        return False
    return contact.alone_for is None or contact.alone_for is agent


def _lacking(agent: Agent, contact: Contact, asked: Asked) -> Iterator[Said]:
    """What the agent lacks that no waiting for them would bring."""
    queue, policy = contact.queue, agent.policy
    assert queue is not None
    if policy.is_taken_out_of(asked.queue):
        yield Said(f"taken out of the queue {asked.queue}", "taken_out", queue=asked.queue)
    yield from missing(agent.skills, asked.requires(policy))
    if not asked.is_open_to(policy):
        yield _in_reserve(agent, [rule for rule in queue.policy.reserve if rule.group in agent.policy.reserve])


def _in_reserve(agent: Agent, rules: list[ReserveRule]) -> Said:
    """In reserve for others, and by what measure their group comes to help."""
    groups = list(agent.policy.reserve)
    names = ", ".join(groups)
    wait_s, expected_s = _least(rule.wait_us for rule in rules), _least(rule.expected_us for rule in rules)
    if wait_s and expected_s:
        text = (
            f"in reserve group {names}, which helps from a wait of {wait_s:g} s or an expected one of {expected_s:g} s"
        )
        return Said(text, "reserve_either", groups=groups, wait_s=wait_s, expected_s=expected_s)
    if wait_s:
        text = f"in reserve group {names}, which helps from a wait of {wait_s:g} s"
        return Said(text, "reserve_wait", groups=groups, wait_s=wait_s)
    if expected_s:
        text = f"in reserve group {names}, which helps from an expected wait of {expected_s:g} s"
        return Said(text, "reserve_expected", groups=groups, expected_s=expected_s)
    return Said(f"in reserve group {names}, which does not help this contact (yet)", "reserve", groups=groups)


def _least(limits: Iterable[Duration]) -> float:
    """The least of the limits that there are, in seconds; 0: there is none."""
    return to_seconds(min((limit for limit in limits if limit), default=0))


def missing(skills: Skills, requirement: Requirement) -> Iterator[Said]:
    """The parts of a requirement that these skills do not meet."""
    if satisfies(skills, requirement):
        return
    match requirement:
        case AtLeast(skill, level):
            has = f"has {skills[skill]}" if skill in skills else "has none"
            yield Said(f"{skill} {level} needed, {has}", "skill", skill=skill, needed=level, has=skills.get(skill, 0))
        case AllOf(terms):
            for term in terms:
                yield from missing(skills, term)
        case _:
            text = requirement_text(requirement)
            yield Said(f"does not meet {text}", "requirement", requirement=text)


def _not_free(agent: Agent, now: Instant) -> Iterator[Said]:
    """What keeps the agent from being offered anything."""
    if agent.declared is LOGGED_OUT:
        yield Said("not logged in", "logged_out")
        return
    if agent.declared is not READY:
        yield Said(f"not ready: {agent.reason}", "not_ready", reason=agent.reason)
    if agent.pending is READY and not agent.works and not agent.phone_reachable:
        yield Said("ready again as soon as the phone can be reached", "ready_with_phone")
    elif agent.pending is not None:
        will_be = agent.pending.value
        yield Said(f"will be {will_be} after the present work", "pending", declared=will_be)
    if not agent.phone_reachable:
        yield Said("the phone cannot be reached", "phone")
    if agent.pause is not None:
        left = _seconds(agent.pause.at - now)
        yield Said(f"the phone refused an offer; nothing for another {left} s", "paused", at=agent.pause.at)
    if len(agent.works) >= agent.slots:
        doing, contacts = activity_of(agent).value, [work.contact.contact_id for work in agent.works]
        yield Said(f"{doing}: {', '.join(contacts)}", "busy", activity=doing, contacts=contacts)


def _not_now(agent: Agent, contact: Contact, now: Instant) -> Iterator[Said]:
    """What keeps just these two apart."""
    if contact.not_again is not None and agent in contact.not_again:
        again = contact.not_again[agent].at
        yield Said(f"did not take this contact; asked again in {_seconds(again - now)} s", "not_again", at=again)
    if contact.alone_for is not None and contact.alone_for is not agent:
        other = contact.alone_for.agent_id
        yield Said(f"the contact waits for {other} alone", "alone_for", agent=other)


def explain_agent(centre: Centre, agent: Agent, now: Instant) -> AgentExplanation:
    """Why the agent is idle or busy, and for every waiting contact why it is not offered to them."""
    obstacles = tuple(_not_free(agent, now))
    waiting = [contact for contact in centre.contacts.values() if contact.place is WAITING]
    waiting.sort(key=lambda contact: centre.classes.rank(contact, now))
    contacts = tuple(_verdict(agent, contact, asked_by(contact), now) for contact in waiting)
    return AgentExplanation(
        agent_id=agent.agent_id,
        summary=_why_idle(obstacles, contacts),
        obstacles=obstacles,
        contacts=contacts,
        changes=ahead.for_agent(agent, waiting, now),
    )


def _why_idle(obstacles: tuple[Said, ...], contacts: tuple[Verdict, ...]) -> Said:
    """In short, why the agent is offered none of the contacts that wait."""
    if obstacles:
        return Said(f"cannot be offered anything: {'; '.join(obstacles)}", "cannot")
    if not contacts:
        return Said("free: nobody waits", "free_nobody_waits")
    waiting, fitting = len(contacts), sum(found.qualified for found in contacts)
    taken_out = sum(any(said.code == "taken_out" for said in found.ruled_out_by) for found in contacts)
    text = f"free: {waiting} wait, {fitting} for whom the skills would do"
    if not taken_out:
        return Said(text, "free", waiting=waiting, fitting=fitting)
    text += f"; {taken_out} in queues that the agent is taken out of"
    return Said(text, "free_taken_out", waiting=waiting, fitting=fitting, taken_out=taken_out)


def _seconds(duration: Duration) -> str:
    """Tenths of a second, never negative."""
    return f"{to_seconds(max(0, duration)):.1f}"
