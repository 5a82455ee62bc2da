"""What the person declared, and what is pending until the present work is over."""

from acd.agent_state import DECLARED_TABLE, Wish
from acd.centre import Centre
from acd.errors import IllegalEvent
from acd.model import Agent
from facts.ids import ReasonCode
from facts.journal import AgentLoggedOut
from facts.states import Declared, Party


def after(agent: Agent, wish: Wish) -> Declared:
    """The declared state that the wish leads to; raises IllegalEvent."""
    if agent.retired and wish is not Wish.LOG_OUT:
        raise IllegalEvent(f"agent {agent.agent_id!r} is no longer in the policy and cannot {wish.value}")
    declared = DECLARED_TABLE[wish].get(agent.declared)
    if declared is None:
        raise IllegalEvent(f"agent {agent.agent_id!r} is {agent.declared.value} and cannot {wish.value}")
    return declared


def become_ready(centre: Centre, agent: Agent) -> None:
    """The agent wants contacts."""
    centre.staff_version += 1
    if centre.staff_watchers:
        centre.unsettled.append(agent)
    agent.declared, agent.reason = Declared.READY, None
    agent.pending = agent.pending_reason = None
    agent.misses = 0


def become_not_ready(centre: Centre, agent: Agent, reason: ReasonCode) -> None:
    """The agent wants no contacts."""
    centre.staff_version += 1
    centre.unsettled.append(agent)
    agent.declared, agent.reason = Declared.NOT_READY, reason
    agent.pending = agent.pending_reason = None


def become_logged_out(centre: Centre, agent: Agent, by: Party, reason: str = "") -> None:
    """The agent's session is over."""
    centre.staff_version += 1
    centre.unsettled.append(agent)
    agent.declared, agent.reason = Declared.LOGGED_OUT, None
    agent.pending = agent.pending_reason = None
    agent.misses = 0
    agent.since = centre.now
    if agent.pause is not None:
        centre.deadlines.cancel(agent.pause)
        agent.pause = None
    if agent.retired:
        centre.agents.pop(agent.agent_id, None)
    centre.out.append(AgentLoggedOut(agent_id=agent.agent_id, by=by, reason=reason))


def apply_pending(centre: Centre, agent: Agent) -> None:
    """The work is over: what was asked for meanwhile happens now."""
    match agent.pending:
        case Declared.READY if agent.phone_reachable:
            become_ready(centre, agent)
        case Declared.NOT_READY:
            become_not_ready(centre, agent, agent.pending_reason or ReasonCode("supervisor"))
        case Declared.LOGGED_OUT:
            become_logged_out(centre, agent, Party.AGENT)
