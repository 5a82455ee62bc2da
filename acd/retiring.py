"""Agents whom a new policy does not know any more."""

from acd.centre import BY_SYSTEM, LOGGED_OUT, RESERVED, Centre, tell_state
from acd.declaring import become_logged_out
from acd.model import Agent
from acd.offers import withdraw_ring
from facts.states import Declared, OfferOutcome

REASON = "no longer in the policy"


def retire(centre: Centre, agent: Agent) -> None:
    """Log the agent out: at once, or when the present contact is over. What rings for them goes on to others."""
    for work in [work for work in agent.works if work.activity is RESERVED]:
        withdraw_ring(centre, work, OfferOutcome.WITHDRAWN)
    if agent.works:
        agent.pending, agent.pending_reason = Declared.LOGGED_OUT, None
        centre.staff_version += 1
        tell_state(centre, agent, BY_SYSTEM)
        return
    if agent.declared is LOGGED_OUT:
        del centre.agents[agent.agent_id]
    else:
        become_logged_out(centre, agent, BY_SYSTEM, REASON)
