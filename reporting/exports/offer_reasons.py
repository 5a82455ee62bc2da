"""Why a contact was offered to an agent, in a sentence that a supervisor can check.

The distributor notes by which order it chose, whom else it could have chosen, and what it compared
(`facts.journal.OfferMade`); kinds of reasons that are not known here are told plainly by their names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from facts.time import SECOND
from reporting.exports.words import duration_text

Why = Mapping[str, Any]

_RANKS: Mapping[str, Callable[[float], str]] = {
    "most_skilled": lambda rank: f"{-rank:g} points of skill",
    "least_skilled": lambda rank: f"{rank:g} points of skill",
    "least_occupied": lambda rank: f"busy {rank:.0%} of the time",
    "round_robin": lambda rank: f"turn {rank:g}",
    "fewest_contacts": lambda rank: f"{rank:g} contacts taken",
    "ordered": lambda rank: f"place {rank + 1:g} of the list",
}
"""What the number means by which an order ranks agents."""


def offer_reason(why: Why) -> str:
    """The reason in words; empty where none is known here."""
    order = str(why.get("order", ""))
    teller = _TELLERS.get(order)
    try:
        if teller is not None:
            return teller(why)
        if order in _RANKS:
            named = order.replace("_", " ")
            return f"{named} of {why['qualified']} who could take it: {_RANKS[order](why['rank'])}{_beside(why)}"
        if "score" in why:
            return f"by {order.replace('_', ' ')} of {why['waiting']} who waited: score {why['score']:g}{_beside(why)}"
    except (KeyError, TypeError, ValueError):  # an older or newer distributor's
        pass
    return ""


def _by_lot(why: Why) -> str:
    return "drawn by lot, by weight: " + ", ".join(f"{agent} {weight:g}" for agent, weight in why["weights"].items())


_TELLERS: Mapping[str, Callable[[Why], str]] = {
    "longest_idle": lambda why: (
        f"longest idle of {why['free_agents']} free agents: for {duration_text(why['idle_us'] / SECOND)}"
    ),
    "preferred_agent": lambda _why: "the agent whom the contact prefers",
    "first_come": lambda why: f"the first to come of {why['waiting']} who waited",
    "ring_several": lambda why: f"one of several rung at once, of {why['qualified']} who could take it{_beside(why)}",
    "weighted_random": _by_lot,
}


def _beside(why: Why) -> str:
    """Whom else could have been chosen, with what was compared."""
    others: Sequence[Any] = why.get("others") or ()
    tell = _RANKS.get(str(why.get("order")), _score)
    named = [other if isinstance(other, str) else f"{other[0]} {tell(other[1])}" for other in others]
    return f"; beside {', '.join(named)}" if named else ""


def _score(score: float) -> str:
    return f"score {score:g}"
