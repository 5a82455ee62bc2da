"""Parked customers as rows of the floor, for all, for a team, or for one agent."""

from collections.abc import Callable, Iterable, Mapping

from pydantic import BaseModel

from acd.ahead import Change
from acd.engine import Engine
from acd.said import Said
from agent_console.documents.floor import ContactWhy, ParkedRow
from cti_bridge.app.console.rows import Rows, change_ahead, details_of
from cti_bridge.shell.call_control.parking import ParkedCustomer, Parking
from facts.ids import ContactId
from facts.time import Instant, to_seconds


class ParkedRows:
    """Makes them."""

    def __init__(self, parking: Parking, engine: Engine, rows: Rows, now: Callable[[], Instant]) -> None:
        self._parking = parking
        self._engine = engine
        self._rows = rows
        self._now = now

    def all(self) -> list[ParkedRow]:
        """Everybody who is parked, the longest first."""
        return [self._row(parked) for parked in self._parking]

    def one(self, contact_id: str) -> ParkedRow | None:
        """A parked customer; None: the contact is not parked."""
        parked = self._parking.get(ContactId(contact_id))
        return None if parked is None else self._row(parked)

    def of(self, whose: str) -> Mapping[str, BaseModel]:
        """By contact id those of a stream: ``team/…`` and ``agent/…`` by who parked them; empty: all."""
        kind, _, name = whose.partition("/")
        return {row.contact_id: row for row in self._of(kind, name)}

    def _of(self, kind: str, name: str) -> Iterable[ParkedRow]:
        if not kind:
            return self.all()
        return [row for row in self.all() if name == (row.team if kind == "team" else row.parked_by)]

    def _row(self, parked: ParkedCustomer) -> ParkedRow:
        dossier = parked.dossier
        view = self._engine.agent(parked.by)
        customer = dossier.customer_id
        return ParkedRow(
            contact_id=parked.contact_id,
            queue=parked.queue,
            queue_title=self._rows.queue_title(parked.queue),
            caller_number=dossier.caller_number,
            caller_name=dossier.caller_name,
            customer=None
            if customer is None
            else self._rows.customer_brief(customer, dossier.menu.get("customer_tier")),
            parked_by=parked.by,
            parked_by_name=self._rows.agent_name(parked.by),
            team="" if view is None else view.team,
            parked_at=parked.at,
            returns_at=parked.returns_at,
            fetched_by=parked.fetched_by,
            fetched_by_name=None if parked.fetched_by is None else self._rows.agent_name(parked.fetched_by),
        )

    def explain(self, contact_id: str) -> ContactWhy | None:
        """Why a parked contact is with nobody, and what will change when; None: it is not parked."""
        parked = self._parking.get(ContactId(contact_id))
        if parked is None:
            return None
        why = self._summary(parked)
        changes = [] if parked.returns_at is None else [Change(at=parked.returns_at, what=self._returns(parked))]
        return ContactWhy(
            contact_id=contact_id,
            queue=parked.queue,
            place="parked",
            waited_s=to_seconds(max(0, self._now() - parked.at)),
            position=0,
            requirement="",
            summary=why,
            code=why.code,
            details=details_of(why),
            agents=[],
            changes=[change_ahead(change) for change in changes],
        )

    def _summary(self, parked: ParkedCustomer) -> Said:
        by = self._rows.agent_name(parked.by)
        if parked.fetched_by is not None:
            fetching = self._rows.agent_name(parked.fetched_by)
            return Said(
                f"{by} parked the customer, and {fetching}'s phone rings to pick them up",
                "being_picked_up",
                agent=parked.by,
                by=fetching,
            )
        return Said(
            f"{by} parked the customer: they are on hold until somebody picks them up", "parked", agent=parked.by
        )

    def _returns(self, parked: ParkedCustomer) -> Said:
        if parked.queue is None:
            return Said("the customer waits in a queue, when nobody has picked them up", "parked_waits")
        queue = self._rows.queue_title(parked.queue)
        return Said(
            f"the customer waits in {queue} again, when nobody has picked them up", "parked_returns", queue=parked.queue
        )

    def parker(self, contact_id: str) -> str | None:
        """Who parked a contact last; None: nobody has, or it is long over."""
        return self._parking.parker(ContactId(contact_id))
