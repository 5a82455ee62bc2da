"""What the switch says, as signs of the calls under control; whoever comes into a talk by a phone's own doing joins it.

Channels are known by their ids. Who is behind an unknown one is told by its device: an agent by the phone, anybody else
is a number.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import msgspec

from cti_bridge.shell import translate
from cti_bridge.shell.call_control.lines import HandedOver, Line, Lines
from cti_bridge.shell.call_control.rooms import Rooms
from cti_bridge.shell.call_control.topology import CUSTOMER, End, Kind, Party, Seen, Sign, Where
from facts.ids import AgentId
from facts.states import OfferOutcome
from facts.states import Party as By
from facts.time import Instant

_ENDS: Mapping[OfferOutcome, End] = {
    OfferOutcome.BUSY: "busy",
    OfferOutcome.NO_ANSWER: "no_answer",
    OfferOutcome.REJECTED: "rejected",
    OfferOutcome.UNREACHABLE: "unreachable",
}
_DIAL_STATUS: Mapping[str, End] = {"BUSY": "busy", "NOANSWER": "no_answer", "CANCEL": "hung_up"}


class Control(Protocol):
    """Who is told."""

    def changed(self, line: Line, signs: Iterable[Sign], switch_at: Instant | None) -> None:
        """The switch said this of the line's channels."""

    def joined_by(self, line: Line, party: Party, switch_at: Instant | None) -> None:
        """Somebody is on the call whom we did not call."""

    def handed_over(self, line: Line, handed: HandedOver, switch_at: Instant | None) -> None:
        """An agent passed the customer on at their phone."""

    def agent_of_phone(self, phone: str) -> AgentId | None:
        """Whose phone this is."""

    def instant(self, switch_at: Instant | None) -> Instant:
        """A time of the switch's on the node's clock."""


class Hearing:
    """Turns switch events into signs."""

    def __init__(self, lines: Lines, control: Control) -> None:
        self._lines = lines
        self._control = control
        self.rooms = Rooms()
        self._replaced: dict[str, translate.PhoneTransferred] = {}
        self._heard: Mapping[type[translate.SwitchEvent], Callable[[Any], None]] = {
            translate.ChannelSeen: self._seen,
            translate.ChannelAnswered: lambda e: self._sign(e, Seen.ANSWERED),
            translate.BridgeEntered: self._entered,
            translate.BridgeLeft: self._left,
            translate.CustomerHeld: lambda e: self._sign(e, Seen.HELD),
            translate.LegKept: lambda e: self._sign(e, Seen.KEPT),
            translate.LeftAlone: self._left_alone,
            translate.CallerWaits: lambda e: self._sign(e, Seen.AWAY),
            translate.SentOn: lambda e: self._sign(e, Seen.AWAY, sent=bool(e.target)),
            translate.TalkLeftByAgent: lambda e: self._sign(e, Seen.AWAY),
            translate.PhoneDied: self._phone_died,
            translate.TalkLeftByCaller: self._leg_over,
            translate.DialBegun: self._dial_begun,
            translate.DialOver: self._dial_over,
            translate.LegFailed: self._leg_failed,
            translate.ChannelGone: self._gone,
            translate.HangupAsked: self._hangup_asked,
            translate.PhoneHeld: lambda e: self._sign(e, Seen.PHONE_HELD),
            translate.PhoneRetrieved: lambda e: self._sign(e, Seen.PHONE_RETRIEVED),
            translate.PhoneTransferred: self._transferred,
            translate.RecordingChanged: lambda e: self._sign(e, _RECORDED[e.what]),
        }

    def hear(self, event: translate.SwitchEvent) -> None:
        """One event."""
        handler = self._heard.get(type(event))
        if handler is not None:
            handler(event)

    def _sign(self, event: translate.SwitchEvent, seen: Seen, *, end: End = "hung_up", sent: bool = False) -> None:
        line = self._lines.of_channel(event.channel_id)
        if line is not None:
            at = self._control.instant(event.at)
            sign = Sign(seen=seen, channel_id=event.channel_id, at=at, end=end, sent=sent)
            self._control.changed(line, (sign,), event.at)

    # -- channels ----------------------------------------------------------------------------------------------------

    def _seen(self, event: translate.ChannelSeen) -> None:
        line = self._lines.of_channel(event.channel_id)
        party = line.call.of_channel(event.channel_id) if line is not None else None
        if line is not None and party is not None and not party.channel:
            self._control.joined_by(line, msgspec.structs.replace(party, channel=event.channel), event.at)

    def _gone(self, event: translate.ChannelGone) -> None:
        self._replaced.pop(event.channel_id, None)
        line = self._lines.of_channel(event.channel_id)
        around = self.rooms.around(event.channel_id)
        self.rooms.leave(event.channel_id)
        if line is not None:
            party = line.call.of_channel(event.channel_id)
            rings = party is not None and party.where is Where.RINGING
            end = _ENDS.get(translate.outcome_of(event.cause), "unreachable") if rings else "hung_up"
            if party is not None and party.kind is Kind.AGENT and event.cause == translate.DIED:
                line.blamed.setdefault(party.key, By.SYSTEM)
            self._sign(event, Seen.GONE, end=end)
        self.sync(around - {event.channel_id}, event.at)

    def _leg_failed(self, event: translate.LegFailed) -> None:
        """The switch gave up before there was a channel: no other word comes."""
        line = self._lines.of_channel(event.channel_id)
        party = line.call.of_channel(event.channel_id) if line is not None else None
        if party is not None and not party.channel:
            self._sign(event, Seen.GONE, end="unreachable")

    def _leg_over(self, event: translate.TalkLeftByCaller) -> None:
        """The leg's dialplan came to its end because the other side left; its hang-up follows at once."""
        line = self._lines.of_channel(event.channel_id)
        party = line.call.of_channel(event.channel_id) if line is not None else None
        if line is not None and party is not None and (line.handed is None or line.handed.agent_id != party.key):
            line.blamed.setdefault(party.key, By.CALLER)

    def _phone_died(self, event: translate.PhoneDied) -> None:
        """Nobody ended the talk; the leg's own end is told later."""
        line = self._lines.of_channel(event.channel_id)
        if line is not None:
            line.blamed |= {agent.key: By.SYSTEM for agent in line.call.living(Kind.AGENT)}
        self._sign(event, Seen.AWAY, sent=True)

    def _hangup_asked(self, event: translate.HangupAsked) -> None:
        """Who hangs up first ends the talk, whichever channel goes first."""
        line = self._lines.of_channel(event.channel_id)
        party = line.call.of_channel(event.channel_id) if line is not None else None
        if line is None or party is None:
            return
        if party.kind is Kind.AGENT:
            line.blamed.setdefault(party.key, By.AGENT)
        elif party.kind is Kind.CUSTOMER and party.where is Where.TALK:
            for agent in line.call.living(Kind.AGENT):
                line.blamed.setdefault(agent.key, By.CALLER)

    def _left_alone(self, event: translate.LeftAlone) -> None:
        if event.joined:
            self._sign(event, Seen.LEFT_ALONE)

    # -- rooms -------------------------------------------------------------------------------------------------------

    def _entered(self, event: translate.BridgeEntered) -> None:
        moved = self._replaced.get(event.channel_id)
        if moved is None:
            self.rooms.enter(event.channel_id, event.channel, event.bridge)
            self.sync(self.rooms.around(event.channel_id), event.at)
        elif not moved.second_bridge:  # else told late: the customer stands there since
            self._takes_place(moved, event.bridge)
            self.sync(self.rooms.around(moved.customer_id), event.at)

    def _left(self, event: translate.BridgeLeft) -> None:
        around = self.rooms.around(event.channel_id)
        self.rooms.leave(event.channel_id, event.bridge)
        self.sync(around | {event.channel_id}, event.at)

    def sync(self, channels: Iterable[str], switch_at: Instant | None) -> None:
        """Bring the lines of these channels up to who is in one room now."""
        found = {line.contact_id: line for c in channels if (line := self._lines.of_channel(c)) is not None}
        for line in found.values():
            self.sync_line(line, switch_at)

    def sync_line(self, line: Line, switch_at: Instant | None) -> None:
        """Everybody of a line."""
        self._adopt_strangers(line, switch_at)
        at = self._control.instant(switch_at)
        signs = []
        for party in line.call.living():
            room = self.rooms.room(party.channel_id)
            if room and room != party.room:
                signs.append(Sign(seen=Seen.JOINED, channel_id=party.channel_id, at=at, room=room))
            elif not room and party.room:
                signs.append(Sign(seen=Seen.PARTED, channel_id=party.channel_id, at=at, room=party.room))
        if signs:
            self._control.changed(line, signs, switch_at)

    def _adopt_strangers(self, line: Line, switch_at: Instant | None) -> None:
        customer = line.call.customer
        if customer is None or not customer.lives:
            return
        at = self._control.instant(switch_at)
        for channel_id in self.rooms.people(customer.channel_id):
            if self._lines.of_channel(channel_id) is None:
                party = self._stranger(line, channel_id, self.rooms.name(channel_id), Where.UP, at=at)
                if party is not None:
                    self._control.joined_by(line, party, switch_at)

    def _stranger(
        self, line: Line, channel_id: str, channel: str, where: Where, *, at: Instant, number: str = ""
    ) -> Party | None:
        """Who is behind a channel; None for an agent who is on the call already, with another channel."""
        agent_id = self._control.agent_of_phone(channel.rpartition("-")[0])
        known = line.call.party(agent_id) if agent_id is not None else None
        if known is not None and known.lives:
            return None
        return Party(
            key=agent_id or f"number:{number or channel_id}",
            kind=Kind.NUMBER if agent_id is None else Kind.AGENT,
            channel_id=channel_id,
            channel=channel,
            number="" if agent_id else number,
            where=where,
            since=at,
            answered_at=None if where is Where.RINGING else at,
        )

    # -- asked for ---------------------------------------------------------------------------------------------------

    def place(self, found: Iterable[translate.ChannelFound]) -> None:
        """The switch was asked where all channels are."""
        self.rooms.clear()
        for channel in found:
            self._place(channel)

    def look(self, line: Line, found: Mapping[str, translate.ChannelFound]) -> None:
        """The switch was asked: everybody of this line is where it says."""
        at = self._control.instant(None)
        for channel in found.values():
            if channel.contact_id == line.contact_id and self._lines.of_channel(channel.channel_id) is None:
                self._adopt_found(line, channel, at)
        signs = []
        for party in line.call.living():
            if party.page_away:
                continue  # is at no channel
            channel_now = found.get(party.channel_id)
            if channel_now is None:
                signs.append(Sign(seen=Seen.GONE, channel_id=party.channel_id, at=at))
                continue
            self._place(channel_now)
            seen = _seen_at(channel_now, party)
            if seen is not None:
                signs.append(Sign(seen=seen, channel_id=party.channel_id, at=at))
        if signs:
            self._control.changed(line, signs, None)
        self.sync_line(line, None)

    def _adopt_found(self, line: Line, channel: translate.ChannelFound, at: Instant) -> None:
        """A channel of this contact whose beginning was not heard of: the customer who was dialled, or another."""
        if channel.channel_id.startswith(("leg-", "spy-")):
            return
        where = Where.UP if channel.up else Where.RINGING
        if line.call.outbound and line.call.customer is None:
            party: Party | None = _customer(channel.channel_id, channel.channel, where, at)
        else:
            number = channel.caller_number
            party = self._stranger(line, channel.channel_id, channel.channel, where, at=at, number=number)
        if party is not None:
            self._control.joined_by(line, party, None)

    def _place(self, channel: translate.ChannelFound) -> None:
        if channel.bridge:
            self.rooms.enter(channel.channel_id, channel.channel, channel.bridge)
        else:
            self.rooms.leave(channel.channel_id)

    # -- dialling ----------------------------------------------------------------------------------------------------

    def _dial_begun(self, event: translate.DialBegun) -> None:
        line = self._lines.of_channel(event.channel_id) if event.channel_id else None
        source = line.call.of_channel(event.channel_id) if line is not None else None
        if line is None or source is None or self._lines.of_channel(event.dialled_id) is not None:
            return
        if source.kind is Kind.CUSTOMER:
            party = self._stranger(
                line,
                event.dialled_id,
                event.dialled,
                Where.RINGING,
                at=self._control.instant(event.at),
                number=event.number,
            )
        elif line.call.outbound and line.call.customer is None:
            at = self._control.instant(event.at)
            party = _customer(event.dialled_id, event.dialled, Where.RINGING, at)
        else:
            return
        if party is not None:
            self._control.joined_by(line, party, event.at)

    def _dial_over(self, event: translate.DialOver) -> None:
        if event.status == "ANSWER":
            return
        line = self._lines.of_channel(event.dialled_id)
        party = line.call.of_channel(event.dialled_id) if line is not None else None
        if line is None or party is None or party.where is not Where.RINGING or not event.channel_id:
            return  # of phones that Originate rings the hang-up tells more
        end = _DIAL_STATUS.get(event.status, "unreachable")
        at = self._control.instant(event.at)
        self._control.changed(line, (Sign(seen=Seen.GONE, channel_id=party.channel_id, at=at, end=end),), event.at)

    # -- transfers at the phone --------------------------------------------------------------------------------------

    def _transferred(self, event: translate.PhoneTransferred) -> None:
        line = self._lines.of_channel(event.customer_id)
        agent = line.call.of_channel(event.channel_id) if line is not None else None
        if line is None or agent is None or agent.kind is not Kind.AGENT:
            return
        if event.second_id:
            self._moved(line, event)
            self.sync_line(line, event.at)
        handed = self._attended(line, agent, event.target) if event.second_id else self._blind(agent, event.exten)
        self._control.handed_over(line, handed, event.at)

    def _moved(self, line: Line, event: translate.PhoneTransferred) -> None:
        """Who talks now, whatever of it is told sooner or later, or not at all."""
        customer = line.call.of_channel(event.customer_id)
        if customer is None or not customer.lives:
            return
        if not event.bridge:
            self._replaced[event.second_id] = event
            self._takes_place(event, event.second_bridge)
            return
        for transferer in (event.channel_id, event.second_id):
            self.rooms.leave(transferer)
        self.rooms.move(event.customer_id, event.customer, event.bridge, before=("", *event.bridges_before))
        self.rooms.move(event.target_id, event.target, event.bridge, before=event.bridges_before)

    def _takes_place(self, event: translate.PhoneTransferred, bridge: str) -> None:
        """The customer stands where the agent's second call stood, or is to stand: in the bridge that is told then."""
        self.rooms.take_place(
            event.customer_id,
            event.customer,
            of=event.second_id,
            bridge=bridge,
            before=("", *event.bridges_before),
        )

    def _attended(self, line: Line, agent: Party, target: str) -> HandedOver:
        """To whom the customer talks now; ``target``: the channel, if it has not been heard of in that room yet."""
        others = [p for p in line.call.others(agent.key) if line.call.together(p.key, CUSTOMER)]
        other = others[0] if others else None
        at_phone = self._control.agent_of_phone(target.rpartition("-")[0]) if other is None and target else None
        is_agent = at_phone is not None or (other is not None and other.kind is Kind.AGENT)
        to = at_phone or ("" if other is None else other.key if is_agent else other.number)
        return HandedOver(agent_id=AgentId(agent.key), to_kind="agent" if is_agent else "number", to=to, consulted=True)

    def _blind(self, agent: Party, exten: str) -> HandedOver:
        to = self._control.agent_of_phone(f"PJSIP/{exten}")
        by = AgentId(agent.key)
        if to is not None:
            return HandedOver(agent_id=by, to_kind="agent", to=to)
        if exten.startswith("9"):
            return HandedOver(agent_id=by, to_kind="number", to=exten[1:])
        return HandedOver(agent_id=by, to_kind="flow", to=exten)


PLACES: Mapping[str, Seen] = {"acd-hold": Seen.HELD, "acd-keep": Seen.KEPT, "acd-wait": Seen.AWAY}
"""What it means to be in a context of the dialplan, and in no talk."""


def _customer(channel_id: str, channel: str, where: Where, at: Instant) -> Party:
    return Party(
        key=CUSTOMER,
        kind=Kind.CUSTOMER,
        channel_id=channel_id,
        channel=channel,
        where=where,
        since=at,
        answered_at=None if where is Where.RINGING else at,
    )


def _seen_at(channel: translate.ChannelFound, party: Party) -> Seen | None:
    """What the switch would have said of a party whose channel is here now; None: nothing new."""
    if not channel.up or channel.bridge:
        return None
    seen = PLACES.get(channel.context)
    if seen is not None:
        return None if where_of(seen) is party.where else seen
    return Seen.ANSWERED if party.where is Where.RINGING else None


def where_of(seen: Seen) -> Where:
    """Where a channel is that has come to one of these places."""
    return {Seen.HELD: Where.HELD, Seen.KEPT: Where.KEPT}.get(seen, Where.AWAY)


_RECORDED = {
    "started": Seen.RECORDED,
    "resumed": Seen.RECORDED_AGAIN,
    "paused": Seen.RECORDING_PAUSED,
    "stopped": Seen.RECORDED_NO_MORE,
}
