"""Dialplan applications: each a generator that acts on a channel and pauses while time passes.

An application returns the location to go on at, or None for the next step. Interruptions (hang-up, redirection, being
taken into a bridge) come out of its pauses as exceptions; what it started, it ends in ``finally``.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from cti_bridge.virtual_pbx.agi_session import agi
from cti_bridge.virtual_pbx.assignments import assign
from cti_bridge.virtual_pbx.channels import NORMAL_CLEARING, UP, Channel
from cti_bridge.virtual_pbx.dialling import dial
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.virtual_pbx.errors import HungUp
from cti_bridge.virtual_pbx.expressions import is_true
from cti_bridge.virtual_pbx.scheduler import Step, Thread
from facts.time import MILLISECOND, SECOND

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.switch import Switch

Run: TypeAlias = Callable[["Switch", Channel, str], Step[Location | None]]
Plain: TypeAlias = Callable[["Switch", Channel, str], Location | None]

_SPY_STARTS_US = 100 * MILLISECOND


def _at_once(plain: Plain) -> Run:
    """An application that takes no time."""

    def run(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
        yield from ()
        return plain(switch, channel, data)

    return run


def _answer(switch: "Switch", channel: Channel, _data: str) -> None:
    switch.up(channel)


def _hang_up(_switch: "Switch", channel: Channel, data: str) -> None:
    channel.cause = int(data) if data.isdecimal() else channel.cause or NORMAL_CLEARING
    channel.hanging_up = True
    raise HungUp


def _set(switch: "Switch", channel: Channel, data: str) -> None:
    name, _, value = data.partition("=")
    assign(switch, channel, name.strip(), value)


def _goto(switch: "Switch", channel: Channel, data: str) -> Location:
    target = switch.dialplan.resolve(data, channel.location)
    if target is None:
        raise HungUp
    return target


def _goto_if(switch: "Switch", channel: Channel, data: str) -> Location | None:
    condition, _, targets = data.partition("?")
    yes, _, no = targets.partition(":")
    chosen = yes if is_true(condition) else no
    return _goto(switch, channel, chosen) if chosen else None


def _exec_if(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    condition, _, calls = data.partition("?")
    yes, _, no = _split_calls(calls)
    chosen = yes if is_true(condition) else no
    if not chosen:
        return None
    name, _, inner = chosen.partition("(")
    return (yield from switch.execute(channel, name.strip(), inner.rstrip().removesuffix(")")))


def _split_calls(calls: str) -> tuple[str, str, str]:
    """``yes(...):no(...)`` at the colon that stands outside parentheses."""
    depth = 0
    for index, sign in enumerate(calls):
        depth += (sign == "(") - (sign == ")")
        if sign == ":" and depth == 0:
            return calls[:index], ":", calls[index + 1 :]
    return calls, "", ""


def _nothing(_switch: "Switch", _channel: Channel, _data: str) -> None:
    pass


def _user_event(switch: "Switch", channel: Channel, data: str) -> None:
    name, *headers = data.split(",")
    pairs = [header.partition(":") for header in headers]
    told = [(key.strip(), value.strip()) for key, _, value in pairs if key.strip()]
    switch.emit_channel("UserEvent", channel, ("UserEvent", name), *told, right="user")


def _music_on_hold(switch: "Switch", channel: Channel, _data: str) -> Step[Location | None]:
    switch.start_music(channel)
    channel.far_end.music(channel)
    try:
        yield from switch.pause(channel, lambda: False)
    finally:
        switch.stop_music(channel)
    return None


def _start_music(switch: "Switch", channel: Channel, _data: str) -> None:
    """Music in the background: the dialplan goes on, a bridge or the end stops it."""
    switch.start_music(channel)
    channel.far_end.music(channel)


def _stop_music(switch: "Switch", channel: Channel, _data: str) -> None:
    switch.stop_music(channel)


def _playback(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    switch.up(channel)
    status = "SUCCESS"
    for sound in data.partition(",")[0].split("&"):
        length = switch.sound(sound)
        if length is None:
            status = "FAILED"
        else:
            yield from switch.pause(channel, lambda: False, switch.now + length)
    channel.set_variable("PLAYBACKSTATUS", status)
    return None


def _background(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    """Play; a key stops the sound and is an extension of this context."""
    switch.up(channel)
    for sound in data.partition(",")[0].split("&"):
        length = switch.sound(sound)
        if length is not None and (yield from switch.pause(channel, lambda: bool(channel.digits), switch.now + length)):
            return _by_key(switch, channel)
    return None


def _wait_exten(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    """Wait for a key, which is an extension of this context; without one the dialplan goes on."""
    seconds = float(data.partition(",")[0] or 10)
    if (yield from switch.pause(channel, lambda: bool(channel.digits), switch.now + round(seconds * SECOND))):
        return _by_key(switch, channel)
    return None


def _by_key(switch: "Switch", channel: Channel) -> Location | None:
    """Where the key that was pressed leads: its own extension, else ``i`` for an invalid one."""
    key, context = channel.digits.popleft(), channel.location.context
    for extension in (key, "i"):
        if switch.dialplan.find(context, extension) is not None:
            return Location(context, extension)
    return None


def _wait(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    yield from switch.pause(channel, lambda: False, switch.now + round(float(data or 0) * SECOND))
    return None


def _echo(switch: "Switch", channel: Channel, _data: str) -> Step[Location | None]:
    yield from switch.pause(channel, lambda: "#" in channel.digits)
    return None


def _bridge(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    """Fetch another channel from wherever it is and talk with it until one goes."""
    other = switch.find(data.partition(",")[0])
    if other is None or other is channel or other.state != UP:
        channel.set_variable("BRIDGERESULT", "NONEXISTENT" if other is None else "FAILURE")
        return None
    bridge = switch.new_bridge()
    switch.take(other, bridge)
    other.watchers.append(thread := _thread(channel))
    try:
        yield from switch.pause(channel, lambda: other.bridge is bridge or other.gone or other.hanging_up)
    finally:
        other.watchers.remove(thread)
    if other.bridge is not bridge:
        bridge.close()
        channel.set_variable("BRIDGERESULT", "FAILURE")
        return None
    bridge.enter(channel)
    yield from switch.stay(channel)
    channel.set_variable("BRIDGERESULT", "SUCCESS")
    return None


def _bridge_add(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    """Join the talk that another channel is in."""
    other = switch.find(data.partition(",")[0])
    if other is None or other.bridge is None:
        channel.set_variable("BRIDGERESULT", "NONEXISTENT")
        return None
    other.bridge.enter(channel)
    yield from switch.stay(channel)
    channel.set_variable("BRIDGERESULT", "SUCCESS")
    return None


def _chan_spy(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    """Listen to another channel until it ends; one that is not there ends the spy, as option S asks."""
    switch.up(channel)
    yield from switch.pause(channel, lambda: False, switch.now + _SPY_STARTS_US)
    spied = switch.find(data.partition(",")[0])
    if spied is None:
        raise HungUp
    told = [*switch.snapshot(channel, "Spyer"), *switch.snapshot(spied, "Spyee")]
    switch.emit("ChanSpyStart", "call", told)
    spied.watchers.append(thread := _thread(channel))
    try:
        yield from switch.pause(channel, lambda: spied.gone or spied.hanging_up)
    finally:
        spied.watchers.remove(thread)
        told = [*switch.snapshot(channel, "Spyer"), *switch.snapshot(spied, "Spyee")]
        switch.emit("ChanSpyStop", "call", told)
    return None


def _mix_monitor(switch: "Switch", channel: Channel, _data: str) -> None:
    record(switch, channel, on=True)


def _stop_mix_monitor(switch: "Switch", channel: Channel, _data: str) -> None:
    record(switch, channel, on=False)


def record(switch: "Switch", channel: Channel, *, on: bool) -> None:
    """Begin or end the recording of a channel."""
    if channel.recording != on:
        channel.recording = on
        switch.emit_channel("MixMonitorStart" if on else "MixMonitorStop", channel)


def _thread(channel: Channel) -> Thread:
    if channel.thread is None:
        raise HungUp
    return channel.thread


APPLICATIONS: Mapping[str, Run] = {
    "answer": _at_once(_answer),
    "hangup": _at_once(_hang_up),
    "set": _at_once(_set),
    "goto": _at_once(_goto),
    "gotoif": _at_once(_goto_if),
    "execif": _exec_if,
    "noop": _at_once(_nothing),
    "log": _at_once(_nothing),
    "verbose": _at_once(_nothing),
    "progress": _at_once(_nothing),
    "playtones": _at_once(_nothing),
    "stopplaytones": _at_once(_nothing),
    "userevent": _at_once(_user_event),
    "musiconhold": _music_on_hold,
    "startmusiconhold": _at_once(_start_music),
    "stopmusiconhold": _at_once(_stop_music),
    "playback": _playback,
    "background": _background,
    "waitexten": _wait_exten,
    "wait": _wait,
    "echo": _echo,
    "bridge": _bridge,
    "bridgeadd": _bridge_add,
    "chanspy": _chan_spy,
    "mixmonitor": _at_once(_mix_monitor),
    "stopmixmonitor": _at_once(_stop_mix_monitor),
    "dial": dial,
    "agi": agi,
}
"""By name in lower case."""
