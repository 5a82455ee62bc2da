"""Lanes: waiting contacts of one class in one pool, in order, each linked to its neighbours.

A ring, so that going costs the same wherever the contact stands, and so does coming to either end.
"""

from collections.abc import Iterator

from acd.model import END, LAST, Contact, Pool, Stand


def new_lane() -> Stand:
    """A lane in which nobody stands."""
    end = Stand(LAST, 0, 0, None, None, None, None)  # type: ignore[arg-type]  # nobody's; it is linked below
    end.before = end.after = end
    return end


def stand_in_order(lane: Stand, contact: Contact, pool: Pool) -> Stand:
    """Put a contact where its order belongs, from whichever end is nearer: most return to the front or come last."""
    order, older, younger = contact.order, lane.before, lane.after
    while True:
        if older.order < order:
            return _between(older, contact, older.after, pool)
        if younger.order > order:
            return _between(younger.before, contact, younger, pool)
        older, younger = older.before, younger.after


def _between(older: Stand, contact: Contact, younger: Stand, pool: Pool) -> Stand:
    stand = Stand(contact.order, contact.first, contact.second, contact, older, younger, pool)
    older.after = younger.before = stand
    return stand


def next_in(pool: Pool, order: int) -> Stand:
    """Who comes next after an order in a pool of several lanes; an end: nobody.

    Only whole lanes are compared, so this is for the first of a lane that has gone, or for the end of one.
    """
    return min((lane.after for lane in pool.lanes.values() if lane.after.order > order), key=_order, default=END)


def _order(stand: Stand) -> int:
    return stand.order


def standing(lane: Stand) -> Iterator[Contact]:
    """Who stands in a lane, oldest first."""
    stand = lane.after
    while stand is not lane:
        yield stand.contact
        stand = stand.after
