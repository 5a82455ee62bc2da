"""The situation as a fact: all that a restart could not learn from a day of facts, and from the switch."""

from collections.abc import Iterable, Mapping

from acd.contact_state import Place
from acd.engine import Engine
from cti_bridge.shell.remembering import Past
from facts.ids import ContactId
from facts.journal import AgentSituation, SituationNoted
from facts.states import Declared


def situation_of(
    engine: Engine, still_to_restore: Iterable[ContactId], emergencies: Mapping[str, str]
) -> SituationNoted:
    """Who is signed in, whose callbacks are open (in the distributor, or not yet again), what else goes on."""
    present = [agent for agent in engine.agents() if agent.declared is not Declared.LOGGED_OUT]
    answered = (Place.CONNECTED, Place.WITHOUT_AGENT)
    callbacks = [c.contact_id for c in engine.contacts() if c.callback and c.place not in answered]
    return SituationNoted(
        agents={
            agent.agent_id: AgentSituation(
                phone=agent.phone,
                declared=agent.pending or agent.declared,
                reason=agent.pending_reason if agent.pending else agent.reason,
            )
            for agent in present
        },
        callbacks=list(dict.fromkeys((*callbacks, *still_to_restore))),
        contacts=[c.contact_id for c in engine.contacts() if not c.callback],
        closed={queue.name: queue.closed_by for queue in engine.queues() if queue.closed_by_hand},
        emergencies=dict(emergencies),
    )


def situation_before(past: Past) -> SituationNoted:
    """The same, as it was when the journal ended."""
    return SituationNoted(
        agents={
            agent_id: AgentSituation(phone=agent.phone, declared=agent.declared, reason=agent.reason)
            for agent_id, agent in past.agents.items()
        },
        callbacks=past.open_callbacks(),
        contacts=[contact_id for contact_id, contact in past.contacts.items() if contact.callback is None],
        closed=dict(past.closed),
        emergencies=dict(past.emergencies),
    )
