"""Erasing a person everywhere: records, facts, audit log, sounds."""

import msgspec

from config.models import Settings
from cti_bridge.app.sound_files import SoundFiles, delete_of_contacts
from facts.ids import ContactId, CustomerId
from facts.time import Instant
from storage.customer_erasure import ErasedCustomer, erase_customer
from storage.customers import Customers
from storage.erasure import erase
from storage.journal import Journal
from storage.recordings import Recordings, RecordingsFiller


class Whom(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's id, a number, a contact; what is empty is nobody."""

    customer: str = ""
    number: str = ""
    contact: str = ""


class ErasedEverywhere(msgspec.Struct, frozen=True, kw_only=True):
    """What was found and erased. ``sounds``: recordings and messages."""

    contacts: int
    facts: int
    sounds: int = 0
    lingering: bool = False
    hint: str = ""
    """What is left to do by hand."""


def erase_everywhere(journal: Journal, settings: Settings, whom: Whom, *, at: Instant, by: str) -> ErasedEverywhere:
    """Erase whoever this is; erasing again finds nothing and does nothing."""
    customers = Customers(journal, settings.site.country)
    known = ErasedCustomer(records=(), contacts=(), facts=0)
    if whom.customer and customers.customer(whom.customer) is not None:
        known = erase_customer(customers, whom.customer, at=at, by=by)
    erased = erase(
        journal,
        at=at,
        by=by,
        customer_id=CustomerId(whom.customer) if whom.customer else None,
        number=whom.number or None,
        contact_id=ContactId(whom.contact) if whom.contact else None,
    )
    contacts = sorted({*known.contacts, *erased.contact_ids})
    files = SoundFiles(settings)
    sounds = _sounds(journal, files, contacts, at, by)
    hint = "; their files are not seen from here: set asterisk.spool_folder, or delete them"
    return ErasedEverywhere(
        contacts=len(contacts),
        facts=known.facts + erased.facts,
        sounds=sounds,
        lingering=known.lingering or erased.lingering,
        hint=hint if sounds and files.folder is None else "",
    )


def _sounds(journal: Journal, files: SoundFiles, contacts: list[ContactId], at: Instant, by: str) -> int:
    RecordingsFiller(journal).step()
    return delete_of_contacts(Recordings(journal), files, contacts, at, by)
