"""Whose recordings and messages somebody may know of."""

from agent_console.http.access import Sight
from agent_console.http.floor import agents_in_sight
from agent_console.ports import Ports, Reach


def reach_of(ports: Ports, sight: Sight) -> Reach | None:
    """Whose sounds somebody may know of; None: everybody's."""
    if sight.everything:
        return None
    teams = {**ports.floor.former_queues(), **ports.floor.queue_teams()}
    seen = sight.queues(teams)
    return Reach(
        agents=agents_in_sight(ports, sight) or frozenset(),
        queues=seen,
        hidden_queues=frozenset(teams) - seen,
        elsewhere=sight.identity.role != "agent",
    )
