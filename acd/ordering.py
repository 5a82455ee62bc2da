"""Which agent for a contact, which contact for an agent: every order as a key, and who is chosen by it."""

from typing import Any

from acd.centre import Centre
from acd.model import Agent, Contact


def choose_agents(centre: Centre, contact: Contact) -> tuple[tuple[Agent, ...], dict[str, Any]]:
    """Whom to offer the contact, by its queue's order; nobody: an empty tuple. With the reason."""
    agent = centre.matching.longest_idle(contact)
    if agent is None:
        return (), {}
    return (agent,), {
        "order": "longest_idle",
        "idle_us": centre.now - agent.idle_since,
        "free_agents": centre.matching.free_count,
    }


def choose_contact(centre: Centre, agent: Agent) -> tuple[Contact | None, dict[str, Any]]:
    """Which waiting contact to offer the agent, with the reason."""
    contact = centre.matching.first_come(agent)
    if contact is None:
        return None, {}
    return contact, {"order": "first_come", "waiting": centre.matching.waiting_count}
