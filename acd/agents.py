"""What agents, supervisors and the system ask of an agent's declared state, skills and phone."""

from acd.agent_state import Wish
from acd.centre import Centre, state_of, tell_state
from acd.contact_state import Place
from acd.declaring import after, become_logged_out, become_not_ready, become_ready
from acd.errors import IllegalEvent
from acd.events import DeclareNotReady, DeclareReady, FindPhone, LogIn, LogOut, LosePhone, ReplaceSkills
from acd.model import Agent, Work
from acd.offers import settle, withdraw_ring
from acd.talks import stop_talk
from facts.ids import ReasonCode
from facts.journal import AgentLoggedIn, SkillsChanged
from facts.states import SYSTEM_REASONS, Activity, Declared, OfferOutcome, Party

PHONE_LOST = ReasonCode("phone_lost")


def log_in(centre: Centre, event: LogIn) -> None:
    """The session begins, NOT_READY."""
    agent = centre.agent(event.agent_id)
    agent.declared = after(agent, Wish.LOG_IN)
    agent.reason = ReasonCode("login")
    agent.phone = event.phone or agent.policy.phone
    agent.logged_in_at = centre.now
    agent.misses = agent.taken = 0
    agent.busy_us = agent.free_us = 0
    centre.staff_version += 1
    centre.out.append(
        AgentLoggedIn(agent_id=agent.agent_id, phone=agent.phone, team=agent.policy.team, skills=dict(agent.skills))
    )
    tell_state(centre, agent)


def log_out(centre: Centre, event: LogOut) -> None:
    """The session ends: at once, or when the contact is over. A ringing contact goes on to the next agent."""
    agent = centre.agent(event.agent_id)
    after(agent, Wish.LOG_OUT)
    if not event.force and _busy(agent):
        _pend(centre, agent, Declared.LOGGED_OUT, None, event.by)
        return
    if agent.free:
        centre.matching.take_agent(agent, centre.now)
    works = agent.works
    rings = [work for work in works if work.activity is Activity.RESERVED]
    for work in works:
        if work.activity is not Activity.RESERVED:
            stop_talk(centre, work, event.by)
    for work in rings:
        withdraw_ring(centre, work, OfferOutcome.WITHDRAWN)
    become_logged_out(centre, agent, event.by, "forced" if event.force else "")


def declare_ready(centre: Centre, event: DeclareReady) -> None:
    """READY now, or when the work is over or the phone is found again."""
    agent = centre.agent(event.agent_id)
    before = agent.declared, agent.pending
    after(agent, Wish.READY)
    if before == (Declared.READY, None):
        return
    if agent.works or not agent.phone_reachable:
        wanted = None if agent.declared is Declared.READY else Declared.READY
        _pend(centre, agent, wanted, None, event.by)
        settle(centre, agent, event.by, changed=False)
        return
    become_ready(centre, agent)
    tell_state(centre, agent, event.by)
    settle(centre, agent, event.by, changed=False)


def declare_not_ready(centre: Centre, event: DeclareNotReady) -> None:
    """NOT_READY now, or when the work is over."""
    agent = centre.agent(event.agent_id)
    after(agent, Wish.NOT_READY)
    if event.by is Party.AGENT and event.reason in SYSTEM_REASONS:
        raise IllegalEvent(f"reason {event.reason!r} belongs to the system; agent {event.agent_id!r} chooses another")
    if agent.works:
        _pend(centre, agent, Declared.NOT_READY, event.reason, event.by)
        return
    if agent.free:
        centre.matching.take_agent(agent, centre.now)
    become_not_ready(centre, agent, event.reason)
    tell_state(centre, agent, event.by)


def lose_phone(centre: Centre, event: LosePhone) -> None:
    """Nothing can be offered; who was READY is so again when the phone is found. A talk ends by its own event."""
    agent = centre.agent(event.agent_id)
    if not agent.phone_reachable:
        return
    agent.phone_reachable = False
    if agent.declared is Declared.LOGGED_OUT:
        return
    if agent.free:
        centre.matching.take_agent(agent, centre.now)
    for work in [work for work in agent.works if work.activity is Activity.RESERVED]:
        withdraw_ring(centre, work, OfferOutcome.UNREACHABLE)
    if agent.declared is Declared.READY:
        pending, reason = agent.pending or Declared.READY, agent.pending_reason
        become_not_ready(centre, agent, PHONE_LOST)
        agent.pending, agent.pending_reason = pending, reason
    tell_state(centre, agent, Party.SYSTEM)


def find_phone(centre: Centre, event: FindPhone) -> None:
    """The phone is back, and with it the state before."""
    agent = centre.agent(event.agent_id)
    if agent.phone_reachable:
        return
    agent.phone_reachable = True
    if agent.declared is Declared.LOGGED_OUT:
        return
    if agent.pending is Declared.READY and not agent.works:
        become_ready(centre, agent)
    tell_state(centre, agent, Party.SYSTEM)
    settle(centre, agent, Party.SYSTEM, changed=False)


def replace_skills(centre: Centre, event: ReplaceSkills) -> None:
    """The full set of skills changes; idle time and work stay."""
    agent = centre.agent(event.agent_id)
    if agent.retired:
        raise IllegalEvent(f"agent {event.agent_id!r} is no longer in the policy")
    stood = agent.free
    if stood:
        centre.matching.take_agent(agent, centre.now)
    centre.matching.pools.remove_agent(agent)
    agent.skills = event.skills
    centre.matching.pools.add_agent(agent)
    centre.staff_version += 1
    centre.unsettled.append(agent)
    centre.out.append(SkillsChanged(agent_id=agent.agent_id, skills=dict(event.skills), by=event.by))
    if stood:
        settle(centre, agent, event.by, keep_idle_time=True, changed=False)


def _busy(agent: Agent) -> bool:
    return any(_holds(work) for work in agent.works)


def _holds(work: Work) -> bool:
    """A talk or its wrap-up; a ringing phone does not keep anybody from leaving."""
    return work.activity is not Activity.RESERVED or work.contact.place is Place.DIALLING


def _pend(centre: Centre, agent: Agent, pending: Declared | None, reason: ReasonCode | None, by: Party) -> None:
    """Note what is to be declared when the work is over; the state that is shown goes on, and its clock with it."""
    if agent.free:
        centre.matching.take_agent(agent, centre.now)
    agent.pending, agent.pending_reason = pending, reason
    centre.staff_version += 1
    centre.unsettled.append(agent)
    centre.out.append(state_of(agent, by))
