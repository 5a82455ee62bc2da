"""An agent's two axes as tables: what the person declared, and what the system is doing with one slot.

An event that a table does not hold for the present state is illegal. A wish that comes while a slot is at work is not
lost: it is *pending* and becomes the declared state when the work is over.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from facts.states import Activity, Declared


class Wish(enum.StrEnum):
    """What a person, a supervisor or the system asks of the declared axis."""

    LOG_IN = "log in"
    READY = "ready"
    NOT_READY = "not ready"
    LOG_OUT = "log out"


class SlotEvent(enum.StrEnum):
    """What can happen to one slot of an agent."""

    OFFERED = "offered"
    ANSWERED = "answered"
    OFFER_OVER = "offer over"
    TALK_STARTED = "talk started"
    HELD = "held"
    RETRIEVED = "retrieved"
    TALK_OVER = "talk over"
    WRAP_UP_BEGUN = "wrap-up begun"
    WRAP_UP_OVER = "wrap-up over"


DECLARED_TABLE: Final[Mapping[Wish, Mapping[Declared, Declared]]] = MappingProxyType(
    {
        Wish.LOG_IN: {Declared.LOGGED_OUT: Declared.NOT_READY},
        Wish.READY: {Declared.NOT_READY: Declared.READY, Declared.READY: Declared.READY},
        Wish.NOT_READY: {Declared.NOT_READY: Declared.NOT_READY, Declared.READY: Declared.NOT_READY},
        Wish.LOG_OUT: {Declared.NOT_READY: Declared.LOGGED_OUT, Declared.READY: Declared.LOGGED_OUT},
    }
)
"""Declared state after a wish, by the declared state before it. Log-in never leads to READY."""

SLOT_TABLE: Final[Mapping[SlotEvent, Mapping[Activity, Activity]]] = MappingProxyType(
    {
        SlotEvent.OFFERED: {Activity.IDLE: Activity.RESERVED},
        SlotEvent.ANSWERED: {Activity.RESERVED: Activity.TALKING},
        SlotEvent.OFFER_OVER: {Activity.RESERVED: Activity.IDLE},
        SlotEvent.TALK_STARTED: {Activity.IDLE: Activity.TALKING},
        SlotEvent.HELD: {Activity.TALKING: Activity.HOLD},
        SlotEvent.RETRIEVED: {Activity.HOLD: Activity.TALKING},
        SlotEvent.TALK_OVER: {Activity.TALKING: Activity.IDLE, Activity.HOLD: Activity.IDLE},
        SlotEvent.WRAP_UP_BEGUN: {Activity.TALKING: Activity.WRAP_UP, Activity.HOLD: Activity.WRAP_UP},
        SlotEvent.WRAP_UP_OVER: {Activity.WRAP_UP: Activity.IDLE},
    }
)
"""Activity of a slot after an event, by the activity before it."""

PRECEDENCE: Final[Mapping[Activity, int]] = MappingProxyType(
    {Activity.TALKING: 4, Activity.HOLD: 3, Activity.WRAP_UP: 2, Activity.RESERVED: 1, Activity.IDLE: 0}
)
"""With several slots the agent is shown as the highest of them: contact > wrap-up > offer > idle."""
