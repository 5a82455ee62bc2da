"""Lanes: waiting contacts of one class in one pool, in order, each linked to its neighbours.

A ring, so that going costs the same wherever the contact stands, and so does coming to either end.
"""

from collections.abc import Iterator

from acd.model import LAST, Contact, Stand


def new_lane() -> Stand:
    """A lane in which nobody stands."""
    end = Stand(LAST, 0, 0, None, None, None)  # type: ignore[arg-type]  # the end is nobody's, and is linked below
    end.before = end.after = end
    return end


def stand_last(lane: Stand, contact: Contact) -> Stand:
    """Put a contact at the end of a lane."""
    return _between(lane.before, contact, lane)


def stand_in_order(lane: Stand, contact: Contact) -> Stand:
    """Put a contact where its order belongs, from whichever end is nearer: most return to the front or come last."""
    order, older, younger = contact.order, lane.before, lane.after
    while True:
        if older.order < order:
            return _between(older, contact, older.after)
        if younger.order > order:
            return _between(younger.before, contact, younger)
        older, younger = older.before, younger.after


def _between(older: Stand, contact: Contact, younger: Stand) -> Stand:
    stand = Stand(contact.order, contact.first, contact.second, contact, older, younger)
    older.after = younger.before = stand
    return stand


def standing(lane: Stand) -> Iterator[Contact]:
    """Who stands in a lane, oldest first."""
    stand = lane.after
    while stand is not lane:
        yield stand.contact
        stand = stand.after
