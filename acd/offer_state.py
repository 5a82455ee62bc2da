"""How an offer to one agent can end, as a table, and what each ending means for agent and contact.

Nobody is blamed for a caller who left, for a contact that somebody else answered, or for an offer withdrawn.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from facts.ids import ReasonCode
from facts.states import OfferOutcome


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from an outcome.

    ``miss``: counts towards the misses after which the agent becomes NOT_READY with ``reason``.
    ``pause``: the agent is offered nothing for a while, or a phone that refuses at once would make a busy loop.
    ``keep_idle_time``: the agent keeps the place in the longest-idle order, as if the offer had never been.
    """

    miss: bool = False
    reason: ReasonCode = ReasonCode("no_answer")
    pause: bool = False
    keep_idle_time: bool = False


CONSEQUENCES: Final[Mapping[OfferOutcome, Consequence]] = MappingProxyType(
    {
        OfferOutcome.ANSWERED: Consequence(),
        OfferOutcome.NO_ANSWER: Consequence(miss=True),
        OfferOutcome.REJECTED: Consequence(pause=True),
        OfferOutcome.BUSY: Consequence(pause=True),
        OfferOutcome.UNREACHABLE: Consequence(miss=True, reason=ReasonCode("phone_lost"), pause=True),
        OfferOutcome.CALLER_LEFT: Consequence(keep_idle_time=True),
        OfferOutcome.ANSWERED_ELSEWHERE: Consequence(keep_idle_time=True),
        OfferOutcome.WITHDRAWN: Consequence(keep_idle_time=True),
    }
)

REFUSALS: Final = frozenset(
    {OfferOutcome.NO_ANSWER, OfferOutcome.REJECTED, OfferOutcome.BUSY, OfferOutcome.UNREACHABLE}
)
"""What an agent's phone can report: each sends the contact on to the next agent."""
