"""Contacts at desks as documents, from call control's own."""

from agent_console.documents.desk import CustomerBrief, DeskContact, Outcome, Party, Refusal
from cti_bridge.app.console.rows import Rows
from cti_bridge.app.correcting import outcome_version
from cti_bridge.shell.call_control import desk_contact as made
from facts.time import to_seconds


def desk_contact_doc(contact: made.DeskContact, rows: Rows) -> DeskContact:
    """One contact at one agent's desk."""
    outcome = contact.outcome
    version = outcome_version(
        outcome.disposition, outcome.notes, resolved=outcome.resolved, erased_at=contact.erased_at
    )
    return DeskContact(
        contact_id=contact.contact_id,
        queue=contact.queue,
        queue_title=rows.queue_title(contact.queue),
        channel=contact.channel,
        direction=contact.direction,
        state=contact.state,
        since=contact.since,
        waited_s=None if contact.waited_us is None else to_seconds(contact.waited_us),
        answered_at=contact.answered_at,
        rings_until=contact.rings_until,
        wrap_up_until=contact.wrap_up_until,
        phone_back_until=contact.phone_back_until,
        caller_number=contact.caller_number,
        caller_name=contact.caller_name,
        entry_point=contact.entry_point,
        entry_point_title=contact.entry_point_title,
        customer=_customer(contact, rows),
        attributes=dict(contact.attributes),
        parties=[_party(party) for party in contact.parties],
        muted=contact.muted,
        recording=contact.recording,
        monitored_by=list(contact.monitored_by),
        outcome=Outcome(disposition=outcome.disposition, resolved=outcome.resolved, notes=outcome.notes),
        outcome_etag=version,
        erased_at=contact.erased_at,
        script=contact.script,
        acts={act: None if why is None else _refusal(why) for act, why in contact.acts.items()},
    )


def _customer(contact: made.DeskContact, rows: Rows) -> CustomerBrief | None:
    if contact.customer_id is None:
        return None
    return rows.customer_brief(contact.customer_id, contact.attributes.get("customer_tier"))


def _party(party: made.DeskParty) -> Party:
    return Party(
        party=party.party, kind=party.kind, name=party.name, number=party.number, state=party.state, since=party.since
    )


def _refusal(why: made.Refusal) -> Refusal:
    return Refusal(reason=why.reason, reason_id=why.reason_id)
