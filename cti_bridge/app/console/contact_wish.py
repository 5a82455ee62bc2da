"""Which contacts a list is to show, judged by what is kept of them, before any line is made."""

from collections.abc import Callable

import msgspec

from agent_console.documents.values import Place
from agent_console.ports import ContactQuery
from cti_bridge.app.console.contact_book import Kept, Key


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A query, with its customer's records and its number as numbers are compared (``normal``)."""

    query: ContactQuery
    customers: frozenset[str] | None
    number: str | None
    normal: Callable[[str], str]

    @property
    def keys(self) -> tuple[Key, ...] | None:
        """By what the book finds the few among which the wanted are; None: any may be."""
        query = self.query
        if self.customers is not None:
            return tuple(("customer", one) for one in self.customers)
        if self.number:
            return (("number", self.number),)
        if query.agent is not None:
            return (("agent", query.agent),)
        if query.agents_seen is not None and not query.queues_seen:
            return tuple(("agent", one) for one in query.agents_seen)
        return None if query.queue is None else (("queue", query.queue),)

    def fits(self, kept: Kept, place: Callable[[Kept], Place]) -> bool:
        """Whether it is wanted; ``place``: where it is now."""
        query = self.query
        return (
            (query.start is None or kept.began_at >= query.start)
            and (query.end is None or kept.began_at < query.end)
            and (self.customers is None or kept.customer_id in self.customers)
            and (self.number is None or self.normal(kept.caller_number) == self.number)
            and (query.queue is None or any(visit.queue == query.queue for visit in kept.visits))
            and (query.agent is None or any(leg.agent_id == query.agent for leg in kept.legs))
            and self._is_seen(kept)
            and (query.place is None or query.place == place(kept))
        )

    def _is_seen(self, kept: Kept) -> bool:
        agents, queues = self.query.agents_seen, self.query.queues_seen or frozenset()
        if agents is None:
            return True
        return any(leg.agent_id in agents for leg in kept.legs) or any(visit.queue in queues for visit in kept.visits)
