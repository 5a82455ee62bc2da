"""What agents do after a talk: wrap-up ended or made longer, and what came of the contact."""

from typing import Protocol

import msgspec

from acd.events import EndWrapUp, ExtendWrapUp
from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.desk_contact import DeskContact
from cti_bridge.shell.call_control.desks import Desks
from cti_bridge.shell.call_control.lines import Outcome
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.situations import ActName
from cti_bridge.shell.call_control.wishes import Details
from facts.ids import AgentId, ContactId
from facts.journal import DispositionSet
from facts.time import SECOND

LONGEST_NOTES = 10_000
"""Characters of an agent's notes on a contact."""


class Control(Protocol):
    """What is needed of call control."""

    desks: Desks
    rules: Rules

    def refused(self, agent_id: AgentId, contact_id: ContactId, reason_id: str, detail: str = "") -> ActRefused:
        """The error of an act that cannot be."""


class AfterWork:
    """Acts that need no switch."""

    def __init__(self, centre: telling.Centre, control: Control) -> None:
        self._centre = centre
        self._control = control

    def wrap_up(self, agent_id: AgentId, contact_id: ContactId, act: ActName, details: Details) -> DeskContact:
        """End the wrap-up, or make it longer."""
        desks = self._control.desks
        reason = desks.why_not(agent_id, contact_id, act)
        present = desks.contact(agent_id, contact_id)
        if reason or present is None:
            raise self._control.refused(agent_id, contact_id, reason or "not_at_this_desk")
        if act == "end_wrap_up":
            self._centre.tell(EndWrapUp(agent_id=agent_id, contact_id=contact_id))
            desks.touch(contact_id)
            there = desks.contact(agent_id, contact_id)
            return there or msgspec.structs.replace(present, state="over", wrap_up_until=None, acts=desks.no_acts())
        by_us = None if details.by_s is None else round(details.by_s * SECOND)
        self._centre.tell(ExtendWrapUp(agent_id=agent_id, by_us=by_us, contact_id=contact_id))
        desks.touch(contact_id)
        return desks.present(agent_id, contact_id)

    def set_outcome(self, agent_id: AgentId, contact_id: ContactId, outcome: Outcome) -> DeskContact:
        """What came of a contact that the agent has, or had a short time ago. Said again, the last word counts.

        Whether it was resolved follows from the disposition when it is not said. Raises :class:`ActRefused`.
        """
        desks = self._control.desks
        dossier = desks.known(contact_id)
        if dossier is None or agent_id not in dossier.answered:
            present = desks.contact(agent_id, contact_id)
            rings = present is not None and present.state == "ringing"
            raise self._control.refused(agent_id, contact_id, "still_ringing" if rings else "not_at_this_desk")
        known, resolved = self._control.rules.dispositions, outcome.resolved
        if known is not None and outcome.disposition is not None:
            if outcome.disposition not in known:
                raise self._control.refused(agent_id, contact_id, "unknown_disposition")
            resolved = known[outcome.disposition] if resolved is None else resolved
        fact = DispositionSet(
            contact_id=contact_id,
            agent_id=agent_id,
            customer_id=dossier.customer_id,
            queue=dossier.queue,
            disposition=outcome.disposition or "",
            resolved=resolved,
            notes=outcome.notes[:LONGEST_NOTES],
        )
        if Outcome(fact.disposition or None, fact.resolved, fact.notes) != dossier.outcome:
            self._centre.record(fact, None)
        return desks.present(agent_id, contact_id)
