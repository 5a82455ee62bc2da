"""The switch: channels, bridges, devices, and the dialplan that each channel runs. Pure: time is told, events go out.

Nothing here opens a socket or reads a clock. ``advance(now)`` does what is due; whoever drives the switch asks
``next_due()`` when to come again, and calls ``settle()`` after telling it something.
"""

import contextlib
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from cti_bridge.virtual_pbx.applications import APPLICATIONS
from cti_bridge.virtual_pbx.bridges import Bridge
from cti_bridge.virtual_pbx.channels import (
    CAUSE_NAMES,
    DOWN,
    NORMAL_CLEARING,
    RING,
    UP,
    Channel,
    Header,
    Heard,
    Party,
    snapshot,
)
from cti_bridge.virtual_pbx.dialplan import Dialplan, Location, deployed
from cti_bridge.virtual_pbx.endpoints import Endpoint
from cti_bridge.virtual_pbx.errors import HungUp, Redirected, Taken
from cti_bridge.virtual_pbx.expressions import Surroundings, expand
from cti_bridge.virtual_pbx.scheduler import Scheduler, Step, Thread, Timer
from cti_bridge.virtual_pbx.settings import PbxSettings
from facts.time import MILLISECOND, SECOND, Duration, Instant

_DTMF_US = 140 * MILLISECOND


class SwitchEvent(msgspec.Struct, frozen=True):
    """One AMI event: name, class of rights, headers without the first three."""

    name: str
    right: str
    at: Instant
    headers: tuple[Header, ...]


class AgiLine(Protocol):
    """An open FastAGI connection, as the switch needs it."""

    def send(self, data: bytes) -> None:
        """Bytes to the FastAGI server."""

    def close(self) -> None:
        """Hang up on the server."""


class AgiPeer(Protocol):
    """What the switch offers to an AGI connection while it is being made and used."""

    def opened(self, line: AgiLine) -> None:
        """The connection stands."""

    def received(self, data: bytes) -> None:
        """Bytes from the server."""

    def closed(self) -> None:
        """The connection is gone, or could not be made."""


class Nobody:
    """A far end that notices nothing and does nothing."""

    def ringing(self, channel: Channel) -> None:
        """Let it ring."""

    def prompted(self, channel: Channel) -> None:
        """Press nothing."""

    def music(self, channel: Channel) -> None:
        """Wait."""

    def talking(self, channel: Channel) -> None:
        """Say nothing."""

    def asked_to_answer(self, channel: Channel) -> None:
        """Nobody is there to be asked."""

    def alone(self, channel: Channel) -> None:
        """Stay."""

    def ended(self, channel: Channel) -> None:
        """Forget it."""


class Switch(Scheduler):
    """All that the virtual PBX is, without its sockets."""

    def __init__(self, settings: PbxSettings, *, seed: int, now: Instant) -> None:
        super().__init__(now)
        self.settings = settings
        self.started = now
        self.listeners: list[Callable[[SwitchEvent], None]] = []
        self.connect_agi: Callable[[str, AgiPeer], None] = lambda _url, peer: self.soon(peer.closed)
        self.dialplan = _dialplan(settings)
        self.surroundings = Surroundings(
            {name: expand(value, None, Surroundings({}, lambda: now)) for name, value in self.dialplan.globals.items()},
            lambda: self.now,
        )
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.database: dict[tuple[str, str], str] = {}
        self.calls_processed = 0
        self._lots = random.Random(f"{seed}/switch")  # noqa: S311 - ids of a simulation, no secrets
        self._system = f"{settings.system_name}-" if settings.system_name else ""
        self._channel_count = 0
        self._unique_count = 0
        self._last_stamp = now
        self.endpoints = {number: self._phone_endpoint(number) for number in settings.phones}
        self.endpoints["trunk"] = Endpoint("trunk", context="from-trunk")

    def _phone_endpoint(self, number: str) -> Endpoint:
        name = self.settings.phone_names.get(number, f"Agent {number}")
        return Endpoint(number, context="from-agent", caller=Party(number, name))

    # -- events ------------------------------------------------------------------------------------------------------

    def snapshot(self, channel: Channel, prefix: str = "") -> Iterator[Header]:
        """The headers that describe a channel."""
        return snapshot(channel, self.settings.channel_variables, prefix)

    def emit(self, name: str, right: str, headers: Iterable[Header]) -> None:
        """Tell everybody of something that happened now."""
        self._last_stamp = max(self.now, self._last_stamp + 1)
        event = SwitchEvent(name, right, self._last_stamp, tuple(headers))
        for listener in tuple(self.listeners):
            listener(event)

    def emit_channel(self, name: str, channel: Channel, *more: Header, right: str = "call") -> None:
        """Tell of something that happened to a channel."""
        self.emit(name, right, [*self.snapshot(channel), *more])

    def lot(self, below: int) -> int:
        """A number that nobody could have guessed but who knows the seed."""
        return self._lots.randrange(below)

    # -- channels ----------------------------------------------------------------------------------------------------

    def find(self, name_or_id: str) -> Channel | None:
        """A channel by its name or its Uniqueid."""
        found = self.channels.get(name_or_id)
        if found is not None:
            return found
        return next((channel for channel in self.channels.values() if channel.name == name_or_id), None)

    def new_channel(
        self, endpoint: Endpoint, *, far_end: Heard, caller: Party, location: Location, state: int = DOWN, **ids: str
    ) -> Channel:
        """A channel on an endpoint. ``ids``: ``uniqueid`` and ``linkedid`` if they are not to be made here."""
        uniqueid = ids.get("uniqueid") or f"{self._system}{self.now // SECOND}.{self._unique_count}"
        self._unique_count += 1
        channel = Channel(
            name=f"{endpoint.device}-{self._channel_count:08x}",
            uniqueid=uniqueid,
            linkedid=ids.get("linkedid") or uniqueid,
            endpoint=endpoint,
            caller=caller,
            location=location,
            created=self.now,
            far_end=far_end,
        )
        self._channel_count += 1
        channel.state = state
        self.channels[uniqueid] = channel
        endpoint.channels.append(channel)
        self.emit_channel("Newchannel", channel)
        return channel

    def call_in(self, endpoint: Endpoint, *, dialled: str, caller: Party, far_end: Heard) -> Channel:
        """Somebody calls from an endpoint: the dialplan begins."""
        location = Location(endpoint.context, dialled)
        channel = self.new_channel(endpoint, far_end=far_end, caller=caller, location=location, state=RING)
        channel.dialled_number = dialled
        self.run(channel)
        return channel

    def set_state(self, channel: Channel, state: int) -> None:
        """A channel begins to ring, or is answered."""
        if channel.state != state:
            channel.state = state
            self.emit_channel("Newstate", channel)
            self.soon(lambda: self.device_changed(channel.endpoint))
            channel.changed()

    def device_changed(self, endpoint: Endpoint) -> None:
        """Tell of a device's state if it is another now."""
        state = endpoint.device_state()
        if state != endpoint.announced:
            endpoint.announced = state
            self.emit("DeviceStateChange", "call", (("Device", endpoint.device), ("State", state)))

    def set_reachable(self, endpoint: Endpoint, *, reachable: bool) -> None:
        """A phone registers or is gone."""
        if endpoint.reachable == reachable:
            return
        endpoint.reachable = reachable
        status = "Reachable" if reachable else "Unreachable"
        self.emit("PeerStatus", "system", (("ChannelType", "PJSIP"), ("Peer", endpoint.device), ("PeerStatus", status)))
        contact = (
            ("URI", endpoint.contact),
            ("ContactStatus", "NonQualified" if reachable else "Removed"),
            ("AOR", endpoint.name),
            ("EndpointName", endpoint.name),
            ("RoundtripUsec", "0"),
        )
        self.emit("ContactStatus", "system", contact)
        self.device_changed(endpoint)

    def press(self, channel: Channel, digit: str, duration: Duration = _DTMF_US) -> Timer:
        """The far end presses a key."""
        self.emit_channel("DTMFBegin", channel, ("Digit", digit), ("Direction", "Received"), right="dtmf")
        return self.after(duration - 20 * MILLISECOND, lambda: self._release(channel, digit, duration))

    def _release(self, channel: Channel, digit: str, duration: Duration) -> None:
        if channel.gone:
            return
        headers = (("Digit", digit), ("DurationMs", str(duration // MILLISECOND)), ("Direction", "Received"))
        self.emit_channel("DTMFEnd", channel, *headers, right="dtmf")
        channel.digits.append(digit)
        channel.changed()

    def start_music(self, channel: Channel) -> None:
        """Music on hold begins; anew where there is some already."""
        self.stop_music(channel)
        channel.music = True
        self.emit_channel("MusicOnHoldStart", channel, ("Class", "default"))

    def stop_music(self, channel: Channel) -> None:
        """Music on hold ends."""
        if channel.music:
            channel.music = False
            self.emit_channel("MusicOnHoldStop", channel)

    def hold(self, channel: Channel, *, held: bool) -> None:
        """The phone on this channel puts whom it talks to on hold, or takes them back."""
        if held:
            self.emit_channel("Hold", channel, ("MusicClass", "default"))
        else:
            self.emit_channel("Unhold", channel)
        for other in channel.bridge.channels if channel.bridge is not None else ():
            if other is not channel:
                other.on_hold = held
                (self.start_music if held else self.stop_music)(other)
                self.device_changed(other.endpoint)

    # -- ends --------------------------------------------------------------------------------------------------------

    def far_end_hangs_up(self, channel: Channel, cause: int = 0, tech_cause: int | None = None) -> None:
        """Who is behind the channel ends the call, or refuses it with a cause."""
        if channel.gone or channel.hanging_up:
            return
        channel.cause = cause or channel.cause
        channel.tech_cause = channel.tech_cause if tech_cause is None else tech_cause
        more = [("Cause", str(channel.cause))] if channel.cause else []
        self.emit_channel("HangupRequest", channel, *more, *_tech_cause(channel))
        self.request_hangup(channel)

    def request_hangup(self, channel: Channel, cause: int = 0) -> None:
        """The channel is to end, as soon as what runs on it notices."""
        if cause:
            channel.cause = cause
        channel.hanging_up = True
        channel.changed()
        if channel.thread is None and not channel.watchers:
            self.end(channel)

    def end(self, channel: Channel) -> None:
        """The channel is over: its last event."""
        if channel.gone:
            return
        channel.hanging_up = True
        if channel.bridge is not None:
            channel.bridge.leave(channel)
        channel.gone = True
        more = [("Cause", str(channel.cause)), ("Cause-txt", CAUSE_NAMES.get(channel.cause, "Unknown"))]
        self.emit_channel("Hangup", channel, *more, *_tech_cause(channel))
        del self.channels[channel.uniqueid]
        channel.endpoint.channels.remove(channel)
        self.soon(lambda: self.device_changed(channel.endpoint))
        channel.far_end.ended(channel)
        channel.changed()

    # -- the dialplan ------------------------------------------------------------------------------------------------

    def run(self, channel: Channel) -> None:
        """Begin the dialplan where the channel is."""
        self.calls_processed += 1
        channel.thread = Thread(self, self._run(channel))
        channel.thread.wake()

    def _run(self, channel: Channel) -> Step[None]:
        with contextlib.suppress(HungUp):
            yield from self._follow(channel)
        self.stop_music(channel)
        if not channel.without_dialplan:
            self.emit_channel("SoftHangupRequest", channel, ("Cause", str(NORMAL_CLEARING)), *_tech_cause(channel))
        self.end(channel)

    def _follow(self, channel: Channel) -> Step[None]:
        while self.dialplan.step(channel.location) is not None:
            here = channel.location
            try:
                self.check(channel)
                following = yield from self.execute_here(channel)
                self.check(channel)
            except Redirected as redirected:
                self.stop_music(channel)
                following = redirected.location
            except Taken:
                # Whoever takes a channel says where it goes on; what the dialplan had set is overwritten.
                channel.location = channel.after_bridge = following = _next(here)
                yield from self._joined(channel)
            if channel.location == here:
                channel.location = following or _next(here)

    def _joined(self, channel: Channel) -> Step[None]:
        """Somebody took the channel out of the dialplan into a bridge; it goes on after that."""
        bridge, channel.wanted_in = channel.wanted_in, None
        if bridge is None:
            return
        channel.without_dialplan = True
        channel.application = channel.application_data = ""
        bridge.enter(channel)
        try:
            yield from self.stay(channel)
        except Redirected as redirected:
            channel.without_dialplan = False
            channel.location = redirected.location

    def stay(self, channel: Channel) -> Step[None]:
        """Remain in the bridge until it is over, or something interrupts; then on where ``after_bridge`` says."""
        try:
            while channel.bridge is not None:
                self.check(channel)
                yield None
            self.check(channel)
        finally:
            if channel.bridge is not None:
                channel.bridge.leave(channel)
        channel.far_end.alone(channel)
        if channel.after_bridge is not None:
            onward, channel.after_bridge = channel.after_bridge, None
            raise Redirected(onward)

    def execute_here(self, channel: Channel) -> Step[Location | None]:
        """Do the step at the channel's location; the location to go on at, None for the next one."""
        step = self.dialplan.step(channel.location)
        if step is None:
            return None
        data = expand(step.data, channel, self.surroundings)
        self.tell_step(channel, step.name, data)
        return (yield from self.execute(channel, step.name, data))

    def tell_step(self, channel: Channel, application: str, data: str) -> None:
        """The channel came to an application."""
        channel.application, channel.application_data = application, data
        headers = (("Extension", channel.location.extension), ("Application", application), ("AppData", data))
        self.emit_channel("Newexten", channel, *headers, right="dialplan")

    def execute(self, channel: Channel, application: str, data: str) -> Step[Location | None]:
        """Run one application; an unknown one ends the call, as Asterisk does it."""
        found = APPLICATIONS.get(application.lower())
        if found is None:
            raise HungUp
        return (yield from found(self, channel, data))

    def check(self, channel: Channel) -> None:
        """Raise what interrupts the channel, if anything does."""
        if channel.hanging_up:
            raise HungUp
        if channel.goto is not None:
            location, channel.goto = channel.goto, None
            raise Redirected(location)
        if channel.wanted_in is not None:
            raise Taken

    def pause(self, channel: Channel, condition: Callable[[], bool], until: Instant | None = None) -> Step[bool]:
        """Wait on a channel until the condition holds (True) or the instant has come (False); interruptible."""
        while not condition():
            self.check(channel)
            if until is not None and self.now >= until:
                return False
            yield until
        return True

    # -- joining -----------------------------------------------------------------------------------------------------

    def new_bridge(self) -> Bridge:
        """An empty bridge."""
        bits = f"{self._lots.getrandbits(128):032x}"
        return Bridge(self, f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}")

    def take(self, channel: Channel, bridge: Bridge) -> None:
        """Bring a channel into a bridge from wherever it is: from the dialplan, or out of another bridge."""
        if channel.bridge is not None:
            channel.bridge.leave(channel)
            bridge.enter(channel)
        elif channel.thread is not None:
            self.stop_music(channel)
            channel.wanted_in = bridge
            channel.changed()

    def redirect(self, *moves: tuple[Channel, Location]) -> None:
        """Send channels elsewhere in the dialplan, all at once; out of a talk they go at once."""
        for channel, location in moves:
            channel.goto, channel.after_bridge = location, None
            if channel.bridge is not None:
                channel.location = location
        for channel, _ in moves:
            if channel.bridge is not None:
                channel.bridge.leave(channel)
            channel.changed()

    def refer(self, channel: Channel, target: Location) -> None:
        """The phone on a channel passes on whom it talks to, and is out of the talk."""
        others = [other for other in channel.bridge.channels if other is not channel] if channel.bridge else []
        if len(others) != 1:
            return
        told = [("Result", "Success"), *self.snapshot(channel, "Transferer"), *self.snapshot(others[0], "Transferee")]
        told += [("IsExternal", "Yes"), ("Context", target.context), ("Extension", target.extension)]
        self.emit("BlindTransfer", "call", told)
        self.redirect((others[0], target))

    def sound(self, name: str) -> Duration | None:
        """How long a sound plays; None when there is none of this name."""
        if not name or name in self.settings.missing_sounds:
            return None
        return round(self.settings.sound_s.get(name, self.settings.other_sound_s) * SECOND)

    def up(self, channel: Channel) -> None:
        """Answer a channel that calls in."""
        self.set_state(channel, UP)


def _tech_cause(channel: Channel) -> tuple[Header, ...]:
    return (("TechCause", str(channel.tech_cause)),) if channel.tech_cause is not None else ()


def _next(location: Location) -> Location:
    return Location(location.context, location.extension, location.priority + 1)


def _dialplan(settings: PbxSettings) -> Dialplan:
    if settings.dialplan is not None:
        return Dialplan(settings.dialplan)
    host_port = settings.agi_url.partition("://")[2]
    host, _, port = host_port.partition(":")
    return deployed(
        {
            "AGI_HOST": host,
            "AGI_PORT": port.partition("/")[0] or "4573",
            "AGI_TOKEN": settings.agi_token,
            "AGENT_PATTERN": settings.agent_pattern,
            "ENTRY_PATTERN": settings.entry_pattern,
        }
    )
