"""Who talked with a customer last, and how long the customer had waited: noted at every answer, where a queue asks."""

from typing import Final

from acd.centre import Centre
from acd.expected_wait import note_left
from acd.model import Agent, Contact

MOST_CUSTOMERS: Final = 100_000
"""So many customers' last agents are remembered; the oldest memories go."""


def note_answer(centre: Centre, contact: Contact, agent: Agent) -> None:
    """The customer talks with this agent."""
    if contact.queue is not None:
        note_left(contact.queue, centre.now - contact.joined_at, abandoned=False)
    last = centre.last_agents
    for customer in filter(None, dict.fromkeys((contact.customer_id, contact.person))):
        last[customer] = agent.agent_id
        last.move_to_end(customer)
    while len(last) > MOST_CUSTOMERS:
        last.popitem(last=False)


def prefer_last_agent(centre: Centre, contact: Contact) -> None:
    """Where nobody is named, prefer who talked last with the customer, under whichever of the merged records."""
    if contact.preferred_agent is not None:
        return
    last = centre.last_agents
    for customer in filter(None, (contact.person, contact.customer_id)):
        contact.preferred_agent = contact.preferred_agent or last.get(customer)
