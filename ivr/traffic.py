"""How callers went through flows: counts per node and edge, folded from facts. Pure.

Scripts of callers use it for coverage, the drawing for its numbers.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from facts.ids import ContactId
from facts.journal import Fact, MenuEnded, MenuNodeEntered
from ivr.edges import ANYWHERE, edges_from_anywhere, edges_of
from ivr.flow import Flow

NodeKey: TypeAlias = tuple[str, str]
"""Flow and node."""
EdgeKey: TypeAlias = tuple[str, str, str]
"""Flow, node it leaves (``*`` for escape and maximum errors), name of the edge."""

START = "start"
GLOBAL_EDGES = frozenset({"escape", "max_errors"})


class Traffic:
    """Counts of what has been seen so far; feed facts in the order of the journal."""

    def __init__(self) -> None:
        self.nodes: Counter[NodeKey] = Counter()
        self.edges: Counter[EdgeKey] = Counter()
        self.left: Counter[NodeKey] = Counter()
        self.contained: Counter[NodeKey] = Counter()
        self.begun: Counter[str] = Counter()
        self._last: dict[tuple[ContactId | None, str], str] = {}

    def add_all(self, facts: Iterable[Fact]) -> "Traffic":
        """Count facts; gives itself."""
        for fact in facts:
            self.add(fact)
        return self

    def add(self, fact: Fact) -> None:
        """Count one fact; kinds that are not of menus are passed over."""
        match fact:
            case MenuNodeEntered():
                self._entered(fact)
            case MenuEnded(outcome="caller_left"):
                self.left[fact.flow, fact.node] += 1
                self._forget(fact.contact_id)
            case MenuEnded():
                self.contained[fact.flow, fact.node] += fact.contained

    def _entered(self, fact: MenuNodeEntered) -> None:
        self.nodes[fact.flow, fact.node] += 1
        came_from = self._last.get((fact.contact_id, fact.flow))
        if fact.via == START:
            self.begun[fact.flow] += 1
        elif fact.via in GLOBAL_EDGES:
            self.edges[fact.flow, ANYWHERE, fact.via] += 1
        elif came_from is not None:
            self.edges[fact.flow, came_from, fact.via] += 1
        self._last[fact.contact_id, fact.flow] = fact.node

    def _forget(self, contact_id: ContactId | None) -> None:
        for key in [key for key in self._last if key[0] == contact_id]:
            del self._last[key]


def all_nodes(flow: Flow) -> set[NodeKey]:
    """Every node of a flow."""
    return {(flow.name, name) for name in flow.file.nodes}


def all_edges(flow: Flow) -> set[EdgeKey]:
    """Every edge of a flow, those from anywhere included."""
    own = {(flow.name, name, edge.name) for name, node in flow.file.nodes.items() for edge in edges_of(node)}
    return own | {(flow.name, ANYWHERE, edge.name) for edge in edges_from_anywhere(flow.file)}
