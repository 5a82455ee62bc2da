"""What a state of a call asks for by itself, without anybody's act: nobody stays behind on a line. Pure.

* Whom an agent asked is joined to them as soon as they have answered.
* An agent's leg that is kept, and for whom there is nobody left to talk to, ends.
* A phone that rings for a customer who is gone stops.
* A customer on hold whom no agent has any more waits again; one whom the others of a conference left is done.

While an act is on its way nothing of this is done: the act brings the call where it should be.
"""

from collections.abc import Iterator

from cti_bridge.shell.call_control.commands import Command, End, Join, Send
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Party, Topology, Where

_ALONE = (Where.KEPT, Where.HELD)


def standing_orders(call: Topology) -> tuple[Topology, tuple[Command, ...]]:
    """What is to be commanded now, and the call with a note of it, so that nothing is commanded twice."""
    commands: list[Command] = []
    call = call.unrung([key for key, _, _ in _ends(call)], "hung_up")
    for key, note, command in [*_joins(call), *_ends(call), *_customer(call)]:
        party = call.party(key)
        if party is not None and party.ordered != note:
            call = call.change(key, ordered=note)
            commands.append(command)
    return call, tuple(commands)


def _joins(call: Topology) -> Iterator[tuple[str, str, Command]]:
    customer = call.customer
    if customer is None or not customer.lives:
        return
    for party in call.living(Kind.AGENT, Kind.NUMBER):
        asker = call.party(party.asked_by) if party.asked_by else None
        if party.asked and party.where is Where.KEPT and asker is not None and asker.where is Where.KEPT:
            yield party.key, "join", Join(asker.key, party.key)


def _ends(call: Topology) -> Iterator[tuple[str, str, Command]]:
    for party in call.living(Kind.AGENT, Kind.NUMBER):
        if party.where in _ALONE and not _has_reason_to_wait(call, party):
            yield party.key, "end", End(party.key)
        elif party.where is Where.RINGING and not _is_rung_for(call, party):
            yield party.key, "end", End(party.key, cause=26)


def _has_reason_to_wait(call: Topology, party: Party) -> bool:
    """Whether a kept leg is kept for somebody: for the customer who is its own, or for who asked it."""
    customer = call.customer
    if party.asked_by:
        asker = call.party(party.asked_by)
        if asker is not None and asker.lives and asker.key == call.holder:
            return customer is not None and customer.lives
        return party.key == call.holder and _on_hold(customer)
    return party.key == call.holder and _on_hold(customer)


def _on_hold(customer: Party | None) -> bool:
    return customer is not None and customer.where in (Where.HELD, Where.UP)


def _is_rung_for(call: Topology, party: Party) -> bool:
    """Whether a ringing phone still has somebody to talk to."""
    customer = call.customer
    if customer is None:
        return call.outbound
    if not customer.lives:
        return False
    if not party.asked_by:
        return True
    asker = call.party(party.asked_by)
    return asker is not None and asker.lives


def _customer(call: Topology) -> Iterator[tuple[str, str, Command]]:
    customer = call.customer
    if customer is None or customer.where is not Where.HELD or call.parked_by or call.holder:
        return
    if customer.left_alone:
        yield CUSTOMER, "talked", Send(CUSTOMER, "acd-talked")
    else:
        yield CUSTOMER, "wait", Send(CUSTOMER, "acd-wait")
