"""What the shell remembers of live calls: which channel belongs to which contact, which leg to which offer.

No state of routing is kept here; that is the distributor's. A leg is one agent's phone, dialled for one offer.
"""

import enum
import itertools
from collections.abc import Iterator

import msgspec

from facts.ids import AgentId, ContactId, CustomerId, OfferId, QueueName
from facts.states import Party
from facts.time import Instant


class Place(enum.Enum):
    """Where a caller is."""

    MENU = "menu"
    WAITING = "waiting"
    TALKING = "talking"
    TALKED = "talked"


class KnownCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """The customer who calls, as far as the call needs them. The name is for screens, never for facts or logs.

    ``customer_id``: the record that was found, as facts carry it. ``person``: the record that stands for it, where the
    two were merged; None: nobody else's does.
    """

    customer_id: CustomerId
    name: str
    person: CustomerId | None = None
    tier: str = ""
    language: str = ""

    def __repr__(self) -> str:
        return f"KnownCustomer({self.customer_id!r})"


class Call:
    """A caller on the line. ``kept_place``: queue and join time of the place to which they want to come back.

    ``ended_by``: who had the call ended; None: that is judged by where it is.
    """

    __slots__ = (
        "agent_id",
        "caller_name",
        "caller_number",
        "channel",
        "channel_id",
        "contact_id",
        "customer",
        "dialled",
        "ended_by",
        "entry_point",
        "in_menu",
        "kept_place",
        "offered",
        "place",
        "routing",
    )

    def __init__(self, contact_id: ContactId, channel_id: str, channel: str, place: Place) -> None:
        self.contact_id = contact_id
        self.channel_id = channel_id
        self.channel = channel
        self.place = place
        self.entry_point = ""
        self.dialled = ""
        self.in_menu = False
        self.caller_number = ""
        self.caller_name = ""
        self.customer: KnownCustomer | None = None
        self.offered = False
        self.kept_place: tuple[QueueName, Instant] | None = None
        self.agent_id: AgentId | None = None
        self.routing: object | None = None
        self.ended_by: Party | None = None


class Leg:
    """An agent's phone, dialled for an offer, by the channel id that we chose."""

    __slots__ = ("agent_id", "answered", "channel", "contact_id", "leg_id", "offer_id", "rings", "seen")

    def __init__(self, leg_id: str, offer_id: OfferId | None, contact_id: ContactId, agent_id: AgentId) -> None:
        self.leg_id = leg_id
        self.offer_id = offer_id
        self.contact_id = contact_id
        self.agent_id = agent_id
        self.channel = ""
        self.seen = False
        self.rings = False
        self.answered = False


class Calls:
    """All live calls and legs. ``run`` keeps leg ids apart from those of a daemon that ran before."""

    def __init__(self, run: Instant) -> None:
        self._run = f"{run // 1000:x}"
        self._numbers = itertools.count(1)
        self._calls: dict[ContactId, Call] = {}
        self._by_channel: dict[str, Call] = {}
        self._legs: dict[str, Leg] = {}
        self._legs_of_offer: dict[tuple[OfferId, AgentId], Leg] = {}

    def add(self, call: Call) -> Call:
        """Remember a call."""
        self._calls[call.contact_id] = call
        self._by_channel[call.channel_id] = call
        return call

    def remove(self, call: Call) -> None:
        """Forget a call that is over."""
        self._calls.pop(call.contact_id, None)
        self._by_channel.pop(call.channel_id, None)

    def get(self, contact_id: ContactId) -> Call | None:
        """The call of a contact."""
        return self._calls.get(contact_id)

    def of_channel(self, channel_id: str) -> Call | None:
        """The call whose caller is on this channel."""
        return self._by_channel.get(channel_id)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls.values()))

    def __len__(self) -> int:
        return len(self._calls)

    def new_leg(self, offer_id: OfferId, contact_id: ContactId, agent_id: AgentId) -> Leg:
        """A leg with a channel id that nobody used before."""
        return self.add_leg(Leg(self.new_leg_id(), offer_id, contact_id, agent_id))

    def new_leg_id(self, kind: str = "leg") -> str:
        """A channel id that nobody used before; ``kind`` tells what it is for."""
        return f"{kind}-{self._run}-{next(self._numbers)}"

    def add_leg(self, leg: Leg) -> Leg:
        """Remember a leg."""
        self._legs[leg.leg_id] = leg
        if leg.offer_id is not None:
            self._legs_of_offer[leg.offer_id, leg.agent_id] = leg
        return leg

    def remove_leg(self, leg: Leg) -> None:
        """Forget a leg that is over."""
        self._legs.pop(leg.leg_id, None)
        if leg.offer_id is not None:
            self._legs_of_offer.pop((leg.offer_id, leg.agent_id), None)

    def leg(self, channel_id: str) -> Leg | None:
        """The leg on this channel."""
        return self._legs.get(channel_id)

    def leg_of_offer(self, offer_id: OfferId, agent_id: AgentId) -> Leg | None:
        """The leg that was dialled for an offer to an agent."""
        return self._legs_of_offer.get((offer_id, agent_id))

    def legs(self) -> list[Leg]:
        """All legs."""
        return list(self._legs.values())
