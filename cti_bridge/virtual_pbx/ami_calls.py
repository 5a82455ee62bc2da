"""AMI actions on calls: ring, send elsewhere, join, end, mute, record."""

import re

from cti_bridge.virtual_pbx.ami_answers import channel_of, error, success
from cti_bridge.virtual_pbx.ami_session import AmiSession
from cti_bridge.virtual_pbx.applications import record
from cti_bridge.virtual_pbx.channels import UP, Channel, Party
from cti_bridge.virtual_pbx.dialling import Origination
from cti_bridge.virtual_pbx.dialling import originate as ring
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.wire.ami import AmiMessage
from facts.time import MILLISECOND


def hang_up(session: AmiSession, message: AmiMessage) -> None:
    """End a channel, with a cause if one is given."""
    channel = channel_of(session, message)
    if channel is None:
        return
    cause = message.get("Cause") or ""
    session.switch.request_hangup(channel, int(cause) if cause.isdecimal() and 0 < int(cause) < 128 else 0)
    success(session, message, "Channel Hungup")


def _target(message: AmiMessage, prefix: str = "") -> Location | None:
    """Context, Exten and Priority of an action; None when the priority is no number."""
    priority = message.get(f"{prefix}Priority") or "1"
    context, extension = message.get(f"{prefix}Context") or "", message.get(f"{prefix}Exten") or ""
    return Location(context, extension, int(priority)) if priority.isdecimal() else None


def redirect(session: AmiSession, message: AmiMessage) -> None:
    """Send a channel, or two at once, elsewhere; nothing moves when either is gone."""
    channel = _redirected(session, message, "")
    if channel is None:
        return
    moves = [(channel, _target(message))]
    if message.get("ExtraChannel"):
        extra = _redirected(session, message, "Extra")
        if extra is None:
            return
        moves.append((extra, _target(message, "Extra" if message.get("ExtraContext") else "")))
    session.switch.redirect(*[(one, target) for one, target in moves if target is not None])
    success(session, message, "Redirect successful" if len(moves) == 1 else "Dual Redirect successful")


def _redirected(session: AmiSession, message: AmiMessage, prefix: str) -> Channel | None:
    """One channel of a Redirect, checked in Asterisk's order."""
    name = message.get(f"{prefix}Channel") or ""
    if not name:
        error(session, message, "Channel not specified")
    elif not message.get("Context"):
        error(session, message, "Context not specified")
    elif not message.get("Exten"):
        error(session, message, "Exten not specified")
    elif _target(message) is None:
        error(session, message, "Priority is invalid")
    elif (channel := session.switch.find(name)) is None:
        error(session, message, f"{prefix}Channel does not exist: {name}")
    elif channel.state != UP or channel.hanging_up:
        error(session, message, f"Redirect failed, {'extra ' if prefix else ''}channel not up.")
    else:
        return channel
    return None


def bridge(session: AmiSession, message: AmiMessage) -> None:
    """Join two channels, wherever they are."""
    first, second = message.get("Channel1") or "", message.get("Channel2") or ""
    if not first or not second:
        error(session, message, "Missing channel parameter in request")
        return
    found: list[Channel] = []
    for which, name in (("Channel1", first), ("Channel2", second)):
        channel = session.switch.find(name)
        if channel is None:
            error(session, message, f"{which} does not exist: {name}")
            return
        found.append(channel)
    for which, channel in zip(("Channel1", "Channel2"), found, strict=True):
        if channel.state != UP or channel.hanging_up or channel.goto is not None or found[0] is found[1]:
            error(session, message, f"Unable to add {which} to bridge: {channel.name}")
            return
    bridge = session.switch.new_bridge()
    session.switch.take(found[0], bridge)
    session.switch.soon(lambda: session.switch.take(found[1], bridge))
    success(session, message, "Channels have been bridged")


def originate(session: AmiSession, message: AmiMessage) -> None:
    """Call a phone. Without ``Async`` the answer comes when it is known."""
    wanted = _origination(session, message)
    if wanted is None:
        return
    if (message.get("Async") or "").lower() in ("true", "yes", "1", "on", "y", "t"):
        ring(session.switch, wanted)
        success(session, message, "Originate successfully queued")
        return
    thread = ring(session.switch, wanted)

    def look() -> None:
        if thread.done:
            success(session, message, "Originate successfully queued")
        else:
            session.pause(100 * MILLISECOND, look)

    session.pause(100 * MILLISECOND, look)


def _origination(session: AmiSession, message: AmiMessage) -> Origination | None:
    """What is asked for; None when the error has been sent."""
    device, timeout = message.get("Channel") or "", message.get("Timeout") or "30000"
    target = _target(message)
    problem = ""
    if not device:
        problem = "Channel not specified"
    elif target is None:
        problem = "Invalid priority"
    elif not timeout.removeprefix("-").isdecimal():
        problem = "Invalid timeout"
    elif "/" not in device:
        problem = "Invalid channel"
    elif session.switch.find(message.get("ChannelId") or "") is not None:
        problem = "Uniqueid already exists."
    if problem:
        error(session, message, problem)
        return None
    application = message.get("Application") or ""
    return Origination(
        device=device,
        channel_id=message.get("ChannelId") or "",
        to=None if application else target,
        application=application,
        data=message.get("Data") or "",
        timeout=int(timeout) * MILLISECOND,
        caller=caller_id(message.get("CallerID") or ""),
        variables=_variables(message),
        action_id=message.get("ActionID"),
    )


_OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")


def _variables(message: AmiMessage) -> tuple[tuple[str, str], ...]:
    """Every ``Variable: name=value``; one header may hold several, separated by commas."""
    pairs: list[tuple[str, str]] = []
    for text in message.get_all("Variable"):
        for part in _OUTSIDE_PARENTHESES.split(text):
            name, equals, value = part.partition("=")
            if equals:
                pairs.append((name.strip(), value))
            elif pairs:
                # A comma within the value: Asterisk would cut here as well, and lose the rest.
                continue
    return tuple(pairs)


def caller_id(text: str) -> Party | None:
    """``"Name" <number>``, ``Name <number>`` or a bare number; None for nothing at all."""
    if not text.strip():
        return None
    name, open_, rest = text.rpartition("<")
    if not open_:
        return Party(text.strip())
    name = name.strip()
    if len(name) >= 2 and name[0] == name[-1] == '"':
        name = name[1:-1]
    return Party(rest.partition(">")[0].strip(), name)


def blind_transfer(session: AmiSession, message: AmiMessage) -> None:
    """Whoever talks with the channel goes elsewhere; the channel ends."""
    name = message.get("Channel") or ""
    channel = session.switch.find(name)
    if channel is None:
        error(session, message, "Channel specified does not exist" if name else "No channel specified")
    elif channel.bridge is None or not message.get("Exten"):
        error(session, message, "Transfer invalid" if message.get("Exten") else "No exten specified")
    else:
        target = _target(message)
        for other in tuple(channel.bridge.channels):
            if other is not channel and target is not None:
                session.switch.redirect((other, target))
        session.switch.request_hangup(channel, 16)
        success(session, message, "Transfer succeeded")


def play_dtmf(session: AmiSession, message: AmiMessage) -> None:
    """Send a key; the answer comes after it, and later actions wait for that."""
    channel = session.switch.find(message.get("Channel") or "")
    digit, duration = message.get("Digit") or "", message.get("Duration") or ""
    if channel is None:
        error(session, message, "Channel not found")
    elif not digit:
        error(session, message, "No digit specified")
    else:
        length = (int(duration) if duration.isdecimal() else 100) * MILLISECOND
        if (message.get("Receive") or "").lower() in ("true", "yes", "1"):
            session.switch.press(channel, digit[0])
        else:
            channel.keys_heard += digit[0]
        session.pause(length, lambda: success(session, message, "DTMF successfully queued"))


def notify(session: AmiSession, message: AmiMessage) -> None:
    """Tell a phone something; ``Event=talk`` asks one that rings to answer."""
    channel = channel_of(session, message)
    if channel is None:
        return
    success(session, message, "NOTIFY sent")
    if ("Event", "talk") in _variables(message):
        session.switch.soon(lambda: channel.far_end.asked_to_answer(channel))


def qualify(session: AmiSession, message: AmiMessage) -> None:
    """Ask a phone whether it is there: here it is known already."""
    name = message.get("Endpoint") or ""
    if not name:
        error(session, message, "Endpoint parameter missing.")
    elif name not in session.switch.endpoints:
        error(session, message, "Unable to retrieve endpoint")
    else:
        success(session, message, "Endpoint found, will qualify")


def mute_audio(session: AmiSession, message: AmiMessage) -> None:
    """Silence one direction of a channel, or both, or let it be heard again."""
    direction, state = (message.get("Direction") or "").lower(), (message.get("State") or "").lower()
    if not state:
        error(session, message, "State not specified")
        return
    channel = channel_of(session, message)
    if channel is None:
        return
    if direction not in ("in", "out", "all"):
        error(session, message, "Failed to mute/unmute stream")
        return
    ways = {"in", "out"} if direction == "all" else {direction}
    channel.muted = channel.muted | ways if state in ("on", "yes", "true", "1") else channel.muted - ways
    success(session, message)


def mix_monitor(session: AmiSession, message: AmiMessage) -> None:
    """Begin a recording."""
    channel = channel_of(session, message)
    if channel is not None:
        success(session, message)
        record(session.switch, channel, on=True)


def stop_mix_monitor(session: AmiSession, message: AmiMessage) -> None:
    """End a recording; refused when there is none."""
    channel = channel_of(session, message)
    if channel is None:
        return
    if not channel.recording:
        error(session, message, "Could not stop monitoring channel")
        return
    success(session, message)
    record(session.switch, channel, on=False)


def mix_monitor_mute(session: AmiSession, message: AmiMessage) -> None:
    """Pause a recording, or go on with it."""
    channel = channel_of(session, message)
    if channel is None:
        return
    if not channel.recording:
        error(session, message, "Cannot set mute flag")
        return
    success(session, message)
    direction, state = message.get("Direction") or "both", message.get("State") or "0"
    session.switch.emit_channel("MixMonitorMute", channel, ("Direction", direction), ("State", state))


def user_event(session: AmiSession, message: AmiMessage) -> None:
    """Tell everybody something of one's own."""
    ours = {"action", "actionid", "userevent"}
    more = [(name, value) for name, value in message.headers if name.lower() not in ours]
    session.switch.emit("UserEvent", "user", [("UserEvent", message.get("UserEvent") or ""), *more])
    success(session, message, "Event Sent")
