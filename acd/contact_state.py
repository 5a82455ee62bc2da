"""Where a contact is, as a table: it is in exactly one place as long as the distributor knows it."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


class Place(enum.StrEnum):
    """The one place of a contact."""

    NOWHERE = "nowhere"
    """Unknown to the distributor: not yet in a queue, or gone from it."""
    WAITING = "waiting"
    OFFERED = "offered"
    """Waiting still, while at least one agent's phone rings."""
    CONNECTED = "connected"
    DIALLING = "dialling"
    """The customer is being dialled: for a callback that an agent has accepted, or for a call of the agent's own."""
    SCHEDULED = "scheduled"
    """A callback that may not be tried yet."""
    WITHOUT_AGENT = "without_agent"
    """Was connected; the agent was logged out by force, the customer is still on the line."""


class ContactEvent(enum.StrEnum):
    """What can happen to a contact."""

    JOINED = "joined"
    OFFERED = "offered"
    CALLBACK_REQUESTED = "callback requested"
    CALLBACK_JOINED = "joined as a callback"
    DIALLING_RESTORED = "being dialled before a restart"
    OFFER_FAILED = "offer failed"
    ANSWERED = "answered"
    ACCEPTED = "callback accepted"
    CUSTOMER_ANSWERED = "customer answered"
    POSTPONED = "postponed"
    RESUMED = "resumed"
    LEFT = "left"
    DIALLED = "dialled"
    TALK_STARTED = "talk started"
    TALK_OVER = "talk over"
    AGENT_FORCED_OUT = "agent forced out"


CONTACT_TABLE: Final[Mapping[ContactEvent, Mapping[Place, Place]]] = MappingProxyType(
    {
        ContactEvent.JOINED: {Place.NOWHERE: Place.WAITING},
        ContactEvent.OFFERED: {Place.WAITING: Place.OFFERED},
        ContactEvent.OFFER_FAILED: {Place.OFFERED: Place.WAITING},
        ContactEvent.ANSWERED: {Place.OFFERED: Place.CONNECTED},
        ContactEvent.ACCEPTED: {Place.OFFERED: Place.DIALLING},
        ContactEvent.CUSTOMER_ANSWERED: {Place.DIALLING: Place.CONNECTED},
        ContactEvent.CALLBACK_REQUESTED: {Place.WAITING: Place.WAITING, Place.OFFERED: Place.WAITING},
        ContactEvent.CALLBACK_JOINED: {Place.NOWHERE: Place.WAITING},
        ContactEvent.DIALLING_RESTORED: {Place.NOWHERE: Place.DIALLING},
        ContactEvent.POSTPONED: {
            Place.WAITING: Place.SCHEDULED,
            Place.DIALLING: Place.SCHEDULED,
        },
        ContactEvent.RESUMED: {Place.SCHEDULED: Place.WAITING},
        ContactEvent.LEFT: {
            Place.WAITING: Place.NOWHERE,
            Place.OFFERED: Place.NOWHERE,
            Place.SCHEDULED: Place.NOWHERE,
        },
        ContactEvent.DIALLED: {Place.NOWHERE: Place.DIALLING},
        ContactEvent.TALK_STARTED: {
            Place.NOWHERE: Place.CONNECTED,
            Place.DIALLING: Place.CONNECTED,
            Place.CONNECTED: Place.CONNECTED,
            Place.WITHOUT_AGENT: Place.CONNECTED,
        },
        ContactEvent.TALK_OVER: {
            Place.CONNECTED: Place.NOWHERE,
            Place.DIALLING: Place.NOWHERE,
            Place.WITHOUT_AGENT: Place.NOWHERE,
        },
        ContactEvent.AGENT_FORCED_OUT: {Place.CONNECTED: Place.WITHOUT_AGENT},
    }
)
"""Place of a contact after an event, by the place before it."""
