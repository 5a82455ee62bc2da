"""Contacts that leave the distributor: to a flow, to voicemail, to a number, or with an apology.

A caller whose own flow waits with them goes on by its edge for what happened (``closed``, ``full`` …); who came without
a menu hears the shipped flow ``sorry``. Another flow takes over what the first had learnt.
"""

from typing import TYPE_CHECKING, Protocol

import structlog

from acd.effects import SendContact
from cti_bridge.shell import switch_actions
from cti_bridge.shell.calls import Call, Place
from facts.ids import ContactId

if TYPE_CHECKING:
    from cti_bridge.shell.coordinator import Coordinator

log = structlog.get_logger(__name__)

VOICEMAIL_FLOW = "voicemail"
"""The flow that takes a message; its variable ``mailbox`` says for whom."""

SORRY_FLOW = "sorry"
"""The flow of callers who cannot be taken and came without a menu."""

RING_S = 60


class Flows(Protocol):
    """What departures need of the flows of callers who wait."""

    def queue_left(self, contact_id: ContactId, outcome: str) -> bool:
        """The queue did not take or keep the caller; False when no flow goes on with them."""

    def go_to(self, call: Call, flow: str, data: dict[str, str]) -> bool:
        """This flow goes on with the caller; False when there is none of the name."""

    def forget(self, contact_id: ContactId) -> None:
        """The caller's flow is over."""


class Departures:
    """Sends callers on."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    def send(self, command: SendContact, flows: Flows | None) -> None:
        """Do as the distributor says; who cannot be sent there gets the apology."""
        call = self._coordinator.calls.get(command.contact_id)
        if call is None:
            return
        if command.to_kind == "number" and self._to_number(call, command.to, flows):
            return
        if flows is not None and self._to_flow(call, command, flows):
            return
        call.place = Place.TALKED
        self._coordinator.act("Redirect", switch_actions.redirect(call.channel, "acd-exit"))

    def _to_flow(self, call: Call, command: SendContact, flows: Flows) -> bool:
        if command.to_kind == "flow" and flows.go_to(call, command.to, {}):
            return True
        if command.to_kind == "voicemail" and flows.go_to(call, VOICEMAIL_FLOW, {"mailbox": command.to}):
            return True
        if command.to_kind != "exit":
            log.error("cannot_send_contact", contact_id=call.contact_id, to_kind=command.to_kind, to=command.to)
        return flows.queue_left(call.contact_id, command.why) or flows.go_to(call, SORRY_FLOW, {})

    def _to_number(self, call: Call, number: str, flows: Flows | None) -> bool:
        digits = switch_actions.diallable(number)
        if not digits:
            return False
        if flows is not None:
            flows.forget(call.contact_id)
        call.place = Place.TALKED
        self._coordinator.act("Setvar", switch_actions.set_variable(call.channel, "ACD_RING", str(RING_S)))
        self._coordinator.act("Redirect", switch_actions.redirect(call.channel, "acd-outside", digits))
        return True
