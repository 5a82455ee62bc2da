"""AMI events to domain events: one table, no state, no decision.

Asterisk says much; the contact centre hears what is below. Everything else is dropped here, or, by the names in
``WANTED``, before it is parsed at all. ``at`` is Asterisk's own time stamp (``timestampevents = yes``), None when it
sends none. ``channel_id`` is the Uniqueid, which for an agent's leg is the ChannelId that the daemon chose.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from cti_bridge.wire.ami import AmiMessage
from facts.ids import AgentId, ContactId, QueueName
from facts.states import OfferOutcome
from facts.time import SECOND, Instant


class SwitchEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Base: when it happened by the switch's clock, and on which channel."""

    at: Instant | None = None
    channel_id: str = ""


class CallerWaits(SwitchEvent, frozen=True, kw_only=True):
    """A caller came to the waiting place; ``queue`` is empty when no menu ran, ``since`` as the dialplan noted it."""

    contact_id: ContactId
    channel: str
    queue: QueueName
    since: Instant | None
    entry_point: str
    caller_number: str
    caller_name: str


class KeyPressed(SwitchEvent, frozen=True, kw_only=True):
    """A waiting caller pressed a key that means something in the queue. Never shown by ``repr``."""

    contact_id: ContactId
    key: str

    def __repr__(self) -> str:
        return f"KeyPressed(contact_id={self.contact_id!r})"


class ChannelSeen(SwitchEvent, frozen=True, kw_only=True):
    """A channel exists (a dialled phone, say)."""

    channel: str


class ChannelAnswered(SwitchEvent, frozen=True, kw_only=True):
    """A channel is up."""


class ChannelRings(SwitchEvent, frozen=True, kw_only=True):
    """What a channel dials rings: somebody is there."""


class ChannelGone(SwitchEvent, frozen=True, kw_only=True):
    """A channel ended; ``cause`` is the Q.850 code."""

    cause: int


class HangupAsked(SwitchEvent, frozen=True, kw_only=True):
    """The far end of a channel hung up; ChannelGone follows, unless the switch loses it."""


class LegFailed(SwitchEvent, frozen=True, kw_only=True):
    """Asterisk gave up dialling; when the phone was rung, ChannelGone with the cause follows."""


class LegKept(SwitchEvent, frozen=True, kw_only=True):
    """An agent's leg has come to where it is kept until it is joined to somebody."""


class CustomerHeld(SwitchEvent, frozen=True, kw_only=True):
    """A channel has come to where customers on hold hear music."""


class LeftAlone(SwitchEvent, frozen=True, kw_only=True):
    """A channel that joined a talk came out of it; ``joined`` False: there was no talk to join."""

    joined: bool


class SentOn(SwitchEvent, frozen=True, kw_only=True):
    """A caller is being sent elsewhere: transferred, or back to a menu (no target)."""

    contact_id: ContactId
    target: str


class DialBegun(SwitchEvent, frozen=True, kw_only=True):
    """The channel dials another, whose ids and caller-ID these are. Without a channel: by Originate."""

    contact_id: ContactId
    dialled_id: str
    dialled: str
    number: str


class DialOver(SwitchEvent, frozen=True, kw_only=True):
    """The dialled channel answered (``ANSWER``), or did not."""

    dialled_id: str
    status: str


class PhoneTransferred(SwitchEvent, frozen=True, kw_only=True):
    """The phone on this channel passed on whom it talked to.

    Blindly to ``exten``; or to whom its ``second`` channel talked, whose place the ``customer`` channel took: the
    ``target``. Both are in ``bridge`` then, and were in ``bridges_before``, the ``second`` one in ``second_bridge``.
    """

    customer_id: str
    customer: str
    exten: str = ""
    second_id: str = ""
    target_id: str = ""
    target: str = ""
    bridge: str = ""
    bridges_before: tuple[str, ...] = ()
    second_bridge: str = ""


class RecordingChanged(SwitchEvent, frozen=True, kw_only=True):
    """The recording of a channel began, ended, was paused or goes on."""

    what: Literal["started", "stopped", "paused", "resumed"]


class SpyChanged(SwitchEvent, frozen=True, kw_only=True):
    """The channel hears another one, or does so no more (``heard_id`` empty: and will end)."""

    heard_id: str
    hears: bool


class DialEnded(SwitchEvent, frozen=True, kw_only=True):
    """The number that was dialled for an agent's leg did not answer (``status``, ``cause``), or its talk is over."""

    contact_id: ContactId
    status: str
    cause: int


class TalkLeftByAgent(SwitchEvent, frozen=True, kw_only=True):
    """The caller came out of a talk: the agent's side ended it."""

    contact_id: ContactId


class PhoneDied(SwitchEvent, frozen=True, kw_only=True):
    """The caller came out of a talk because the agent's phone has died, and is about to wait again."""


class TalkLeftByCaller(SwitchEvent, frozen=True, kw_only=True):
    """The agent's leg came out of a talk, or found nobody: the caller is gone."""

    contact_id: ContactId
    agent_id: AgentId
    result: str


class BridgeEntered(SwitchEvent, frozen=True, kw_only=True):
    """A channel is joined to others."""

    contact_id: ContactId
    channel: str
    bridge: str


class BridgeLeft(SwitchEvent, frozen=True, kw_only=True):
    """A channel is no longer joined."""

    contact_id: ContactId
    bridge: str


class PhoneHeld(SwitchEvent, frozen=True, kw_only=True):
    """The phone on this channel put the other side on hold."""


class PhoneRetrieved(SwitchEvent, frozen=True, kw_only=True):
    """The phone on this channel took the other side back."""


class DeviceChanged(SwitchEvent, frozen=True, kw_only=True):
    """A phone's state: ``reachable`` is False only when the switch knows no way to it. ``busy``: it has channels."""

    device: str
    reachable: bool
    busy: bool


class ChannelFound(SwitchEvent, frozen=True, kw_only=True):
    """A channel in a snapshot: where it is and whose call it belongs to."""

    contact_id: ContactId
    agent_id: AgentId
    channel: str
    context: str
    exten: str
    bridge: str
    up: bool
    queue: QueueName
    since: Instant | None
    entry_point: str
    caller_number: str
    caller_name: str


def instant_of(text: str | None) -> Instant | None:
    """``seconds.fraction`` as microseconds, exactly; None when it is not such a number."""
    if not text:
        return None
    whole, _, fraction = text.strip().partition(".")
    if not (whole.isascii() and whole.isdigit() and (not fraction or (fraction.isascii() and fraction.isdigit()))):
        return None
    if len(whole) > 12:
        return None
    return int(whole) * SECOND + int(fraction[:6].ljust(6, "0") or "0")


def channel_variables(message: AmiMessage) -> dict[str, str]:
    """The channel variables that ride along (``channelvars`` in manager.conf)."""
    pairs = (value.partition("=") for value in message.get_all("ChanVariable"))
    return {name: value for name, _, value in pairs}


def _text(message: AmiMessage, key: str) -> str:
    value = message.get(key) or ""
    return "" if value in ("<unknown>", "(null)") else value


def _at(message: AmiMessage) -> Instant | None:
    return instant_of(message.get("Timestamp"))


def _id(message: AmiMessage) -> str:
    return message.get("Uniqueid") or ""


def _contact(message: AmiMessage) -> ContactId:
    return ContactId(channel_variables(message).get("ACD_CALL", ""))


def _caller_waits(m: AmiMessage) -> CallerWaits:
    variables = channel_variables(m)
    return CallerWaits(
        at=_at(m),
        channel_id=_id(m),
        contact_id=ContactId(m.get("Call") or _id(m)),
        channel=_text(m, "Channel"),
        queue=QueueName(m.get("Queue") or variables.get("ACD_QUEUE", "")),
        since=instant_of(m.get("Since") or variables.get("ACD_SINCE")),
        entry_point=variables.get("ACD_DNIS", ""),
        caller_number=_text(m, "CallerIDNum"),
        caller_name=_text(m, "CallerIDName"),
    )


def _sent_on(m: AmiMessage) -> SentOn:
    contact_id = ContactId(m.get("Call") or "")
    return SentOn(at=_at(m), channel_id=_id(m), contact_id=contact_id, target=m.get("Target") or "")


_USER_EVENTS: dict[str, Callable[[AmiMessage], SwitchEvent]] = {
    "AcdWaiting": _caller_waits,
    "AcdKey": lambda m: KeyPressed(
        at=_at(m), channel_id=_id(m), contact_id=ContactId(m.get("Call") or ""), key=m.get("Key") or ""
    ),
    "AcdLegReady": lambda m: ChannelAnswered(at=_at(m), channel_id=_id(m)),
    "AcdHeld": lambda m: CustomerHeld(at=_at(m), channel_id=_id(m)),
    "AcdAddEnd": lambda m: LeftAlone(at=_at(m), channel_id=_id(m), joined=m.get("Result") == "SUCCESS"),
    "AcdTransfer": _sent_on,
    "AcdMenu": _sent_on,
    "AcdLost": lambda m: PhoneDied(at=_at(m), channel_id=_id(m)),
    "AcdSpyEnd": lambda m: SpyChanged(at=_at(m), channel_id=_id(m), heard_id="", hears=False),
    "AcdKept": lambda m: LegKept(at=_at(m), channel_id=_id(m)),
    "AcdDialEnd": lambda m: DialEnded(
        at=_at(m),
        channel_id=_id(m),
        contact_id=ContactId(m.get("Call") or ""),
        status=m.get("DialStatus") or "",
        cause=_number(m.get("Cause")),
    ),
    "AcdTalked": lambda m: TalkLeftByAgent(at=_at(m), channel_id=_id(m), contact_id=ContactId(m.get("Call") or "")),
    "AcdLegEnd": lambda m: TalkLeftByCaller(
        at=_at(m),
        channel_id=_id(m),
        contact_id=ContactId(m.get("Call") or ""),
        agent_id=AgentId(m.get("Agent") or ""),
        result=m.get("Result") or "",
    ),
}


def _user_event(m: AmiMessage) -> SwitchEvent | None:
    make = _USER_EVENTS.get(m.get("UserEvent") or "")
    return make(m) if make is not None else None


def _newstate(m: AmiMessage) -> SwitchEvent | None:
    make = {"5": ChannelRings, "6": ChannelAnswered}.get(m.get("ChannelState") or "")
    return None if make is None else make(at=_at(m), channel_id=_id(m))


def _originate_response(m: AmiMessage) -> SwitchEvent:
    answered = m.get("Response") == "Success"
    return (ChannelAnswered if answered else LegFailed)(at=_at(m), channel_id=_id(m))


def _hangup(m: AmiMessage) -> SwitchEvent:
    return ChannelGone(at=_at(m), channel_id=_id(m), cause=_number(m.get("Cause")))


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _dial_begun(m: AmiMessage) -> DialBegun:
    return DialBegun(
        at=_at(m),
        channel_id=_id(m),
        contact_id=_contact(m),
        dialled_id=m.get("DestUniqueid") or "",
        dialled=m.get("DestChannel") or "",
        number=_text(m, "DestCallerIDNum"),
    )


def _blind_transfer(m: AmiMessage) -> PhoneTransferred | None:
    if m.get("Result") != "Success":
        return None
    return PhoneTransferred(
        at=_at(m),
        channel_id=m.get("TransfererUniqueid") or "",
        customer_id=m.get("TransfereeUniqueid") or "",
        customer=m.get("TransfereeChannel") or "",
        exten=m.get("Extension") or "",
    )


def _attended_transfer(m: AmiMessage) -> PhoneTransferred | None:
    if m.get("Result") != "Success":
        return None
    return PhoneTransferred(
        at=_at(m),
        channel_id=m.get("OrigTransfererUniqueid") or "",
        customer_id=m.get("TransfereeUniqueid") or "",
        customer=m.get("TransfereeChannel") or "",
        second_id=m.get("SecondTransfererUniqueid") or "",
        target_id=m.get("TransferTargetUniqueid") or "",
        target=m.get("TransferTargetChannel") or "",
        bridge=m.get("DestBridgeUniqueid") or "",
        bridges_before=tuple(filter(None, (m.get("OrigBridgeUniqueid"), m.get("SecondBridgeUniqueid")))),
        second_bridge=m.get("SecondBridgeUniqueid") or "",
    )


def _spy(m: AmiMessage, *, hears: bool) -> SpyChanged:
    return SpyChanged(
        at=_at(m), channel_id=m.get("SpyerUniqueid") or "", heard_id=m.get("SpyeeUniqueid") or "", hears=hears
    )


def _recording_muted(m: AmiMessage) -> RecordingChanged:
    what: Literal["paused", "resumed"] = "paused" if m.get("State") == "1" else "resumed"
    return RecordingChanged(at=_at(m), channel_id=_id(m), what=what)


def _device(m: AmiMessage) -> SwitchEvent:
    state = m.get("State") or ""
    return DeviceChanged(
        at=_at(m),
        device=m.get("Device") or "",
        reachable=state not in ("UNAVAILABLE", "INVALID"),
        busy=state in ("INUSE", "BUSY", "RINGING", "RINGINUSE", "ONHOLD"),
    )


def _peer(m: AmiMessage) -> SwitchEvent | None:
    """While a channel to a phone exists, its device state does not tell that the phone is gone; this does."""
    status = m.get("PeerStatus")
    if status not in ("Reachable", "Unreachable"):
        return None
    return DeviceChanged(at=_at(m), device=m.get("Peer") or "", reachable=status == "Reachable", busy=False)


LEFT_BEHIND = "Surrogate/"
"""Once in a thousand times Asterisk 22 lists what remained of a channel that was taken into a talk for ever after."""


def _channel_found(m: AmiMessage) -> SwitchEvent | None:
    if _text(m, "Channel").startswith(LEFT_BEHIND):
        return None
    variables = channel_variables(m)
    return ChannelFound(
        channel_id=_id(m),
        contact_id=ContactId(variables.get("ACD_CALL", "")),
        agent_id=AgentId(variables.get("ACD_AGENT", "")),
        channel=_text(m, "Channel"),
        context=_text(m, "Context"),
        exten=_text(m, "Exten"),
        bridge=_text(m, "BridgeId"),
        up=m.get("ChannelState") == "6",
        queue=QueueName(variables.get("ACD_QUEUE", "")),
        since=instant_of(variables.get("ACD_SINCE")),
        entry_point=variables.get("ACD_DNIS", ""),
        caller_number=_text(m, "CallerIDNum"),
        caller_name=_text(m, "CallerIDName"),
    )


_EVENTS: dict[str, Callable[[AmiMessage], SwitchEvent | None]] = {
    "UserEvent": _user_event,
    "Newchannel": lambda m: ChannelSeen(at=_at(m), channel_id=_id(m), channel=_text(m, "Channel")),
    "Newstate": _newstate,
    "OriginateResponse": _originate_response,
    "Hangup": _hangup,
    "HangupRequest": lambda m: HangupAsked(at=_at(m), channel_id=_id(m)),
    "BridgeEnter": lambda m: BridgeEntered(
        at=_at(m),
        channel_id=_id(m),
        contact_id=_contact(m),
        channel=_text(m, "Channel"),
        bridge=m.get("BridgeUniqueid") or "",
    ),
    "BridgeLeave": lambda m: BridgeLeft(
        at=_at(m), channel_id=_id(m), contact_id=_contact(m), bridge=m.get("BridgeUniqueid") or ""
    ),
    "DialBegin": _dial_begun,
    "DialEnd": lambda m: DialOver(
        at=_at(m), channel_id=_id(m), dialled_id=m.get("DestUniqueid") or "", status=m.get("DialStatus") or ""
    ),
    "BlindTransfer": _blind_transfer,
    "AttendedTransfer": _attended_transfer,
    "MixMonitorStart": lambda m: RecordingChanged(at=_at(m), channel_id=_id(m), what="started"),
    "MixMonitorStop": lambda m: RecordingChanged(at=_at(m), channel_id=_id(m), what="stopped"),
    "MixMonitorMute": _recording_muted,
    "ChanSpyStart": lambda m: _spy(m, hears=True),
    "ChanSpyStop": lambda m: _spy(m, hears=False),
    "Hold": lambda m: PhoneHeld(at=_at(m), channel_id=_id(m)),
    "Unhold": lambda m: PhoneRetrieved(at=_at(m), channel_id=_id(m)),
    "DeviceStateChange": _device,
    "PeerStatus": _peer,
    "CoreShowChannel": _channel_found,
}

WANTED = frozenset(_EVENTS) | {"CoreShowChannelsComplete", "DeviceStateListComplete"}
"""The event names that the daemon needs; the parser drops all others unread."""


def translate(message: AmiMessage) -> SwitchEvent | None:
    """The domain event that an AMI event means; None when it means nothing here."""
    make = _EVENTS.get(message.name)
    return make(message) if make is not None else None


DIED = 44
"""The cause with which Asterisk ends a talk whose phone sends no sound any more (``rtp_timeout``)."""

_OUTCOME_OF_CAUSE = {
    17: OfferOutcome.BUSY,
    18: OfferOutcome.NO_ANSWER,
    19: OfferOutcome.NO_ANSWER,
    21: OfferOutcome.REJECTED,
    26: OfferOutcome.NO_ANSWER,
}


def outcome_of(cause: int) -> OfferOutcome:
    """What a phone's hang-up cause (Q.850) says of an offer that it did not answer.

    17 user busy; 18, 19 no answer; 21 call rejected; 26 stopped by ourselves. A phone that was rung and then hung
    up normally (16, 0) has declined. All else (20 absent, 27 out of order, 3 no route …) is unreachable.
    """
    if cause in (0, 16, 31):
        return OfferOutcome.REJECTED
    return _OUTCOME_OF_CAUSE.get(cause, OfferOutcome.UNREACHABLE)
