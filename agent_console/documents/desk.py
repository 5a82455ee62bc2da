"""The agent's desk: own state, the contacts at it, and what can be done with them."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints

from agent_console.documents.supervision import Monitored
from agent_console.documents.values import DialNumber, Document, DtmfDigits, DurationS, Figures, Moment, Name, Wish
from facts.states import Activity, Declared

PHONE: Final = r"^[A-Za-z0-9_.+-]{1,40}$"

ActName: TypeAlias = Literal[
    "answer",
    "reject",
    "hold",
    "retrieve",
    "mute",
    "unmute",
    "transfer",
    "consult",
    "complete",
    "cancel",
    "swap",
    "conference",
    "drop",
    "leave",
    "hang_up",
    "send_digits",
    "park",
    "pick_up",
    "record_start",
    "record_pause",
    "record_resume",
    "record_stop",
    "end_wrap_up",
    "extend_wrap_up",
]
"""What can be done with a contact at one's desk."""

DeskContactState: TypeAlias = Literal[
    "ringing", "dialling", "talking", "held", "consulting", "conference", "parked", "wrap_up", "over"
]


class DeskState(Document):
    """An agent's state on both axes: what they declared, and what the system is doing with them."""

    agent: str
    name: str
    phone: str
    phone_reachable: bool
    declared: Declared
    activity: Activity
    reason: str | None
    reason_title: str | None = None
    pending: Declared | None
    """What they will be after the present work."""
    pending_reason: str | None
    since: Moment | None
    """Since when the shown state holds; None: they have not been here since the daemon started."""
    logged_in_at: Moment | None
    slots: int
    """How many contacts at once."""
    listening: list[Monitored] = Field(default_factory=list)
    """The talks that one hears at this phone, as a supervisor."""


class Refusal(Document):
    """Why an act is not possible now."""

    reason: str
    reason_id: str
    """Stable, for translation."""


class Party(Document):
    """Somebody on the call."""

    party: str
    """To name them in `drop`."""
    kind: Literal["customer", "agent", "number"]
    name: str
    number: str | None = None
    state: Literal["ringing", "talking", "held", "gone"]
    since: Moment


class CustomerBrief(Document):
    """The customer, as far as a call needs them at once."""

    customer_id: str
    name: str
    tier: str | None = None
    language: str | None = None


class Outcome(Document):
    """What came of the contact, as far as it has been said."""

    disposition: str | None = None
    resolved: bool | None = None
    notes: str = ""


class DeskContact(Document):
    """A contact at an agent's desk, with what can be done with it now."""

    contact_id: str
    queue: str | None
    queue_title: str
    channel: str
    direction: Literal["inbound", "outbound", "internal"]
    state: DeskContactState
    since: Moment
    waited_s: DurationS | None
    """From the original join time until it was offered to this agent."""
    answered_at: Moment | None
    rings_until: Moment | None
    wrap_up_until: Moment | None
    """None in wrap-up: until the agent ends it."""
    phone_back_until: Moment | None = None
    """The browser's phone was lost out of this talk: the customer hears music, and it is waited for until then."""
    caller_number: str
    caller_name: str
    entry_point: str
    entry_point_title: str
    customer: CustomerBrief | None
    attributes: dict[str, str]
    """What the menu learned."""
    parties: list[Party]
    muted: bool
    recording: Literal["off", "on", "paused"]
    monitored_by: list[str]
    """Supervisors who listen; only where the settings let agents know."""
    outcome: Outcome
    outcome_etag: str
    """Of the outcome, for `If-Match`."""
    erased_at: Moment | None = None
    """When personal data of the contact was erased, and what had been noted with it."""
    script: str | None
    acts: dict[ActName, Refusal | None]
    """Every act; None: it can be done now."""


class CallbackDoc(Document):
    """A customer who is to be called back."""

    contact_id: str
    queue: str
    number: str
    customer: CustomerBrief | None = None
    agent: str | None
    """Whose it is, if it is somebody's."""
    due: Moment | None
    """When the customer is rung (again)."""
    attempt: int
    """How often the customer was dialled."""
    requested_at: Moment
    """Since when they have their place: what comes later is behind them."""
    state: Literal["scheduled", "waiting", "offered", "dialling"]


class MessageDoc(Document):
    """A word from a supervisor."""

    message_id: str
    at: Moment
    sender: str
    """Who sent it."""
    team: str | None
    text: str


class Desk(Document):
    """Everything on an agent's desk: what a reloaded page shows."""

    now: Moment
    state: DeskState
    contacts: list[DeskContact]
    callbacks: list[CallbackDoc]
    messages: list[MessageDoc]


class PersonalFigures(Document):
    """An agent's own figures of today."""

    agent: str
    day: Moment
    """When today began, at the site."""
    figures: Figures


class DirectoryEntry(Document):
    """Whom one can transfer to or consult."""

    kind: Literal["agent", "queue", "number", "flow"]
    to: str
    title: str
    state: str | None = None
    """Of an agent: declared and activity in one word (`ready`, `talking` …); of a queue: `open` or `closed`."""
    waiting: int | None = None
    reachable: bool = True


# -- wishes ----------------------------------------------------------------------------------------------------------


class PhoneReport(Wish):
    """How the sound of the browser's phone is, in the call that it is in."""

    trouble: Literal["no_sound", "silent_microphone"] | None
    """None: it is well, or well again."""


class DeskSignIn(Wish):
    """Begin to work."""

    phone: Annotated[str, StringConstraints(pattern=PHONE)] | None = None
    """The phone to work at; absent: one's own."""


class NotReady(Wish):
    """Want no contacts."""

    reason: Name
    """A code of the settings' reasons."""


class Dial(Wish):
    """Call somebody."""

    number: DialNumber
    queue: Name | None = None
    """In whose name; its outbound number is shown."""
    customer_id: Annotated[str, StringConstraints(max_length=64)] | None = None


class NoDetails(Wish):
    """An act that needs nothing more."""


class Transfer(Wish):
    """Hand the caller over without asking."""

    to_kind: Literal["agent", "queue", "number", "flow"]
    to: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """An agent's, queue's or flow's name, or a number."""


class Consult(Wish):
    """Ask somebody while the caller is on hold."""

    to_kind: Literal["agent", "number"]
    to: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Drop(Wish):
    """End one party's part."""

    party: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class SendDigits(Wish):
    """Press keys."""

    digits: DtmfDigits


class ExtendWrapUp(Wish):
    """Need longer for the work after the contact."""

    by_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    """None: until one ends it."""


class SetOutcome(Wish):
    """What came of the contact, whole: what is left out is not said."""

    disposition: Name | None = None
    resolved: bool | None = None
    notes: Annotated[str, StringConstraints(max_length=10_000)] = ""
