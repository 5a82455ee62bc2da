"""One call: who is on it, and where each of them is, as the switch has said it. Pure; events in, a new state out.

What is done about it is told elsewhere: commands change nothing here, only what the switch reports does. So phones may
do what they like (hold, transfer by their own keys), and a command that was lost or overtaken leaves no trace.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import msgspec

from facts.ids import AgentId, ContactId
from facts.states import Activity
from facts.time import Instant

CUSTOMER: Final = "customer"
"""The key of the customer's party; an agent's is the agent's id, a number's ``number:`` and the number."""


class Kind(enum.StrEnum):
    """What somebody on a call is to the centre."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NUMBER = "number"


class Where(enum.StrEnum):
    """Where a party is."""

    RINGING = "ringing"
    """Being called."""
    UP = "up"
    """Answered, on the way between two places."""
    TALK = "talk"
    """In a room, with whoever else is in it."""
    HELD = "held"
    """Hears music."""
    KEPT = "kept"
    """Hears nothing: a leg whose talk rests."""
    AWAY = "away"
    """The customer waits for an agent, is in a menu, or is being sent elsewhere."""
    GONE = "gone"


class Seen(enum.StrEnum):
    """What the switch can say of a channel."""

    ANSWERED = "answered"
    JOINED = "joined"
    PARTED = "parted"
    HELD = "held"
    KEPT = "kept"
    LEFT_ALONE = "left alone"
    """The others of a talk are gone; HELD follows."""
    AWAY = "away"
    PHONE_HELD = "held by the phone"
    PHONE_RETRIEVED = "taken back by the phone"
    GONE = "gone"
    RECORDED = "recorded"
    RECORDING_PAUSED = "recording paused"
    RECORDED_AGAIN = "recorded again"
    RECORDED_NO_MORE = "recorded no more"


_LIVING: Final = (Where.RINGING, Where.UP, Where.TALK, Where.HELD, Where.KEPT, Where.AWAY)

WHERE_TABLE: Final[Mapping[Seen, Mapping[Where, Where]]] = MappingProxyType(
    {
        Seen.ANSWERED: {Where.RINGING: Where.UP},
        Seen.JOINED: dict.fromkeys(_LIVING, Where.TALK),
        Seen.PARTED: {Where.TALK: Where.UP},
        Seen.HELD: dict.fromkeys(_LIVING, Where.HELD),
        Seen.KEPT: dict.fromkeys(_LIVING, Where.KEPT),
        Seen.LEFT_ALONE: {Where.UP: Where.UP, Where.TALK: Where.UP},
        Seen.AWAY: dict.fromkeys(_LIVING, Where.AWAY),
        Seen.PHONE_HELD: {where: where for where in (Where.UP, Where.TALK, Where.HELD, Where.KEPT)},
        Seen.PHONE_RETRIEVED: {where: where for where in (Where.UP, Where.TALK, Where.HELD, Where.KEPT)},
        Seen.GONE: dict.fromkeys(_LIVING, Where.GONE),
        Seen.RECORDED: {where: where for where in _LIVING},
        Seen.RECORDING_PAUSED: {where: where for where in _LIVING},
        Seen.RECORDED_AGAIN: {where: where for where in _LIVING},
        Seen.RECORDED_NO_MORE: {where: where for where in _LIVING},
    }
)
"""Where a party is after an event, by where it was. What stands in no row is late, and changes nothing."""

End: TypeAlias = Literal["", "hung_up", "busy", "no_answer", "rejected", "unreachable", "sent_on"]


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """What the switch said of a channel, and when; ``room`` of JOINED and PARTED, ``end`` of GONE, ``sent`` of AWAY."""

    seen: Seen
    channel_id: str
    at: Instant
    room: str = ""
    end: End = "hung_up"
    sent: bool = False


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the call.

    ``asked_by``: the agent who called them to ask something; ``asked``: they have not been joined yet. ``met``: has
    been in one room with the customer. ``page_away``: who rings, but at no channel: the page that is their phone is
    gone, and the next one is rung. ``sent``: the customer, who is away, is being connected to somebody else.
    ``ordered``: what was last commanded of them and is not seen yet.
    """

    key: str
    kind: Kind
    channel_id: str
    where: Where
    since: Instant
    channel: str = ""
    number: str = ""
    room: str = ""
    answered_at: Instant | None = None
    asked_by: str = ""
    asked: bool = False
    met: bool = False
    muted: bool = False
    phone_held: bool = False
    left_alone: bool = False
    page_away: bool = False
    sent: bool = False
    ordered: str = ""
    end: End = ""

    @property
    def lives(self) -> bool:
        """Whether the channel is there."""
        return self.where is not Where.GONE


Recording: TypeAlias = Literal["off", "on", "paused"]
_RECORDING: Final[Mapping[Seen, Recording]] = MappingProxyType(
    {
        Seen.RECORDED: "on",
        Seen.RECORDING_PAUSED: "paused",
        Seen.RECORDED_AGAIN: "on",
        Seen.RECORDED_NO_MORE: "off",
        Seen.GONE: "off",
    }
)
"""What the recording of a call is after an event of the customer's channel, which is the one that is recorded."""

_OF_A_RECORDING: Final = (Seen.RECORDING_PAUSED, Seen.RECORDED_AGAIN)
"""Told by the switch also of a recording that was just stopped: a menu that asks for a secret silences whatever is."""


class Topology(msgspec.Struct, frozen=True, kw_only=True):
    """A call. ``holder``: the agent whose customer it is. ``parked_by``: who left the customer to be fetched.

    ``awaited``: the agent whose phone was lost out of the talk and is to come back; the customer is still theirs.
    """

    contact_id: ContactId
    parties: tuple[Party, ...] = ()
    holder: str = ""
    parked_by: str = ""
    awaited: str = ""
    recording: Recording = "off"
    outbound: bool = False

    # -- looking -----------------------------------------------------------------------------------------------------

    def party(self, key: str) -> Party | None:
        """A party by its key."""
        return next((party for party in self.parties if party.key == key), None)

    def of_channel(self, channel_id: str) -> Party | None:
        """The party on a channel."""
        return next((party for party in self.parties if party.channel_id == channel_id), None)

    @property
    def customer(self) -> Party | None:
        """The customer; None: not there yet."""
        return self.party(CUSTOMER)

    def living(self, *kinds: Kind) -> Iterator[Party]:
        """Everybody who is there, of these kinds."""
        return (party for party in self.parties if party.lives and (not kinds or party.kind in kinds))

    def others(self, key: str) -> Iterator[Party]:
        """Agents and numbers who are there besides this agent."""
        return (party for party in self.living(Kind.AGENT, Kind.NUMBER) if party.key != key)

    def together(self, first: str, second: str) -> bool:
        """Whether two are in one room."""
        one, other = self.party(first), self.party(second)
        return one is not None and other is not None and _hears(one, other)

    @property
    def over(self) -> bool:
        """Whether nobody is left."""
        return not any(party.lives for party in self.parties)

    # -- changing ----------------------------------------------------------------------------------------------------

    def with_party(self, party: Party) -> "Topology":
        """The same with somebody new, or changed; who has their key, or their channel, is replaced."""
        rest = tuple(p for p in self.parties if p.key != party.key and p.channel_id != party.channel_id)
        place = next((i for i, p in enumerate(self.parties) if p.key == party.key), len(rest))
        return _settled(msgspec.structs.replace(self, parties=(*rest[:place], party, *rest[place:])))

    def change(self, key: str, **fields: object) -> "Topology":
        """The same with some fields of a party changed."""
        party = self.party(key)
        return self if party is None else self.with_party(msgspec.structs.replace(party, **fields))

    def unrung(self, keys: Iterable[str], end: End) -> "Topology":
        """The same without those of these who ring at no channel: nothing will be heard of them."""
        call = self
        for key in keys:
            party = call.party(key)
            if party is not None and party.page_away:
                call = call.change(key, where=Where.GONE, end=end, page_away=False, ordered="")
        return call

    def awaiting(self, agent: str) -> "Topology":
        """The same while this agent's phone is to come back; ``""``: nobody's is any more."""
        return _settled(msgspec.structs.replace(self, awaited=agent))


def _hears(one: Party, other: Party) -> bool:
    return one.where is Where.TALK and other.where is Where.TALK and one.room == other.room


def see(call: Topology, sign: Sign) -> Topology:
    """The call after what the switch said; unchanged when it says nothing new of a party of this call."""
    party = call.of_channel(sign.channel_id)
    if party is None:
        return call
    after = WHERE_TABLE[sign.seen].get(party.where)
    if after is None or (sign.seen is Seen.PARTED and sign.room != party.room):
        return call
    call = call.with_party(_moved(party, sign, after))
    too_late = call.recording == "off" and sign.seen in _OF_A_RECORDING
    if party.kind is Kind.CUSTOMER and sign.seen in _RECORDING and not too_late:
        return msgspec.structs.replace(call, recording=_RECORDING[sign.seen])
    return call


def _moved(party: Party, sign: Sign, after: Where) -> Party:
    fields: dict[str, object] = {}
    if after is not party.where or (sign.seen is Seen.JOINED and sign.room != party.room):
        fields = {"where": after, "since": sign.at, "ordered": ""}
    if after is not Where.GONE and after is not Where.RINGING and party.answered_at is None:
        fields["answered_at"] = sign.at
    match sign.seen:
        case Seen.JOINED:
            fields |= {"room": sign.room, "left_alone": False, "asked": False}
        case Seen.PARTED | Seen.HELD | Seen.KEPT:
            fields["room"] = ""
        case Seen.AWAY:
            fields |= {"room": "", "sent": sign.sent}
        case Seen.LEFT_ALONE:
            fields |= {"room": "", "left_alone": True}
        case Seen.PHONE_HELD | Seen.PHONE_RETRIEVED:
            fields["phone_held"] = sign.seen is Seen.PHONE_HELD
        case Seen.GONE:
            fields |= {"room": "", "end": sign.end, "ordered": "", "phone_held": False}
    return msgspec.structs.replace(party, **fields)


def _settled(call: Topology) -> Topology:
    """Note who has met the customer, and to whom the customer belongs now."""
    customer = call.customer
    if customer is None:
        return call
    with_customer = tuple(p.key for p in call.living(Kind.AGENT) if _hears(p, customer))
    away = customer.where is Where.AWAY
    parties = tuple(_acquainted(p, p.key in with_customer, away=away) for p in call.parties)
    holder, parked_by, awaited = call.holder, call.parked_by, call.awaited
    if with_customer:
        parked_by = awaited = ""
        if holder not in with_customer:
            holder = with_customer[0]
    present = call.party(holder)
    if not customer.lives or away:
        parked_by = awaited = ""
    if away or ((present is None or not present.lives) and holder != awaited):
        holder = ""
    return msgspec.structs.replace(call, parties=parties, holder=holder, parked_by=parked_by, awaited=awaited)


def _acquainted(party: Party, with_customer: bool, *, away: bool) -> Party:
    """An agent who meets the customer, or from whom the customer has been sent on."""
    if with_customer and (not party.met or party.end):
        return msgspec.structs.replace(party, met=True, end="")
    if away and party.kind is Kind.AGENT and party.lives and party.met and not party.end:
        return msgspec.structs.replace(party, end="sent_on")
    return party


# -- what the distributor has to know ---------------------------------------------------------------------------------


def engaged(call: Topology) -> dict[AgentId, Activity]:
    """The agents who are at work on the call: talking, or with the customer on hold.

    A leg that has been answered is work until it ends. Who had the customer sent on works on it no more, nor does who
    is alone because the customer is gone. Who dialled in vain has the phone to their ear until it is hung up. Whose
    phone was lost has the customer on hold until it is back.
    """
    customer = call.customer
    awaited = {AgentId(call.awaited): Activity.HOLD} if call.awaited else {}
    return awaited | {
        AgentId(party.key): _activity(call, party, customer)
        for party in call.living(Kind.AGENT)
        if party.answered_at is not None and not party.end and not _is_left(call, party, customer)
    }


def _is_left(call: Topology, party: Party, customer: Party | None) -> bool:
    if customer is None or customer.lives or (call.outbound and customer.answered_at is None):
        return False
    return not any(_hears(party, other) for other in call.living() if other.key != party.key)


def _activity(call: Topology, party: Party, customer: Party | None) -> Activity:
    if customer is None:
        return Activity.TALKING
    if party.phone_held and _hears(party, customer):
        return Activity.HOLD
    held = party.key == call.holder and customer.where is Where.HELD
    # whom the others left is on hold for nobody: the talk is just ending
    return Activity.HOLD if held and not customer.left_alone else Activity.TALKING
