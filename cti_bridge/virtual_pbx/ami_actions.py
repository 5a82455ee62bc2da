"""AMI actions and what Asterisk 22 answers to each, word for word; errors included."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from cti_bridge.virtual_pbx.ami_session import AMI_VERSION, AmiSession, allowed, event_classes, stamp
from cti_bridge.virtual_pbx.applications import assign, record
from cti_bridge.virtual_pbx.channels import UP, Channel, Header, Party, clock_text, shown, shown_name
from cti_bridge.virtual_pbx.dialling import Origination, originate
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.virtual_pbx.endpoints import Endpoint
from cti_bridge.virtual_pbx.expressions import function, variable
from cti_bridge.wire.ami import AmiMessage
from facts.time import MILLISECOND, SECOND, Instant

Action: TypeAlias = Callable[[AmiSession, AmiMessage], None]

_DEVICE_TEXTS = {
    "NOT_INUSE": "Not in use",
    "INUSE": "In use",
    "RINGING": "Ringing",
    "RINGINUSE": "Ring+Inuse",
    "ONHOLD": "On Hold",
    "UNAVAILABLE": "Unavailable",
}
_MODULES = frozenset({"app_mixmonitor", "app_chanspy", "res_agi", "chan_pjsip", "app_bridgeaddchan", "res_musiconhold"})


def obey(session: AmiSession, message: AmiMessage) -> None:
    """Do what a client asks, if it may, and answer."""
    name = message.get("Action") or ""
    found = _ACTIONS.get(name.lower())
    if session.account is None and name.lower() not in ("login", "challenge", "logoff"):
        _error(session, message, "Permission denied")
    elif found is None:
        text = f"Invalid/unknown command: {name}. Use Action: ListCommands to show available commands."
        _error(session, message, text)
    elif found[0] and not any(allowed(session.account.write, right) for right in found[0] if session.account):
        _error(session, message, "Permission denied")
    else:
        found[1](session, message)


def _error(session: AmiSession, message: AmiMessage, text: str) -> None:
    session.answer(message, "Error", [("Message", text)])


def _success(session: AmiSession, message: AmiMessage, text: str | None = None) -> None:
    session.answer(message, "Success", [("Message", text)] if text is not None else [])


def _list(
    session: AmiSession,
    message: AmiMessage,
    text: str,
    items: list[tuple[str, list[Header]]],
    end: tuple[str, ...],
) -> None:
    """A list: response, one event each, and the event that ends it; ``end`` is its name and its extra headers."""
    session.answer(message, "Success", [("EventList", "start"), ("Message", text)])
    for name, headers in items:
        session.tell(message, name, headers)
    count = str(len(items))
    more = [(extra, count) for extra in end[1:]]
    session.tell(message, end[0], [("EventList", "Complete"), ("ListItems", count), *more])


def _channel(session: AmiSession, message: AmiMessage, missing: str = "No such channel") -> Channel | None:
    """The channel that an action names; None when the error has been sent."""
    name = message.get("Channel") or ""
    if not name:
        _error(session, message, "No channel specified")
        return None
    found = session.switch.find(name)
    if found is None:
        _error(session, message, missing)
    return found


# -- session ---------------------------------------------------------------------------------------------------------


def _log_in(session: AmiSession, message: AmiMessage) -> None:
    session.log_in(message)


def _challenge(session: AmiSession, message: AmiMessage) -> None:
    if (message.get("AuthType") or "").lower() != "md5":
        _error(session, message, "Must specify AuthType")
        return
    session.challenge = str(session.switch.lot(2**30))
    session.answer(message, "Success", [("Challenge", session.challenge)])


def _log_off(session: AmiSession, message: AmiMessage) -> None:
    session.answer(message, "Goodbye", [("Message", "Thanks for all the fish.")])
    session.close()


def _ping(session: AmiSession, message: AmiMessage) -> None:
    session.answer(message, "Success", [("Ping", "Pong"), ("Timestamp", stamp(session.switch.now))])


def _events(session: AmiSession, message: AmiMessage) -> None:
    mask = message.get("EventMask")
    if mask is None:
        _error(session, message, "Invalid event mask")
        return
    session.mask = event_classes(mask)
    session.answer(message, "Success", [("Events", "On" if session.mask else "Off")])


def _list_commands(session: AmiSession, message: AmiMessage) -> None:
    session.answer(message, "Success", [(_SPELLING[name], "Virtual.") for name in sorted(_ACTIONS)])


def _filter(session: AmiSession, message: AmiMessage) -> None:
    _success(session, message, "Success")


# -- calls -----------------------------------------------------------------------------------------------------------


def _hang_up(session: AmiSession, message: AmiMessage) -> None:
    channel = _channel(session, message)
    if channel is None:
        return
    cause = message.get("Cause") or ""
    session.switch.request_hangup(channel, int(cause) if cause.isdecimal() and 0 < int(cause) < 128 else 0)
    _success(session, message, "Channel Hungup")


def _target(message: AmiMessage, prefix: str = "") -> Location | None:
    """Context, Exten and Priority of an action; None when the priority is no number."""
    priority = message.get(f"{prefix}Priority") or "1"
    context, extension = message.get(f"{prefix}Context") or "", message.get(f"{prefix}Exten") or ""
    return Location(context, extension, int(priority)) if priority.isdecimal() else None


def _redirect(session: AmiSession, message: AmiMessage) -> None:
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
    _success(session, message, "Redirect successful" if len(moves) == 1 else "Dual Redirect successful")


def _redirected(session: AmiSession, message: AmiMessage, prefix: str) -> Channel | None:
    """One channel of a Redirect, checked in Asterisk's order."""
    name = message.get(f"{prefix}Channel") or ""
    if not name:
        _error(session, message, "Channel not specified")
    elif not message.get("Context"):
        _error(session, message, "Context not specified")
    elif not message.get("Exten"):
        _error(session, message, "Exten not specified")
    elif _target(message) is None:
        _error(session, message, "Priority is invalid")
    elif (channel := session.switch.find(name)) is None:
        _error(session, message, f"{prefix}Channel does not exist: {name}")
    elif channel.state != UP or channel.hanging_up:
        _error(session, message, f"Redirect failed, {'extra ' if prefix else ''}channel not up.")
    else:
        return channel
    return None


def _bridge(session: AmiSession, message: AmiMessage) -> None:
    """Join two channels, wherever they are."""
    first, second = message.get("Channel1") or "", message.get("Channel2") or ""
    if not first or not second:
        _error(session, message, "Missing channel parameter in request")
        return
    found: list[Channel] = []
    for which, name in (("Channel1", first), ("Channel2", second)):
        channel = session.switch.find(name)
        if channel is None:
            _error(session, message, f"{which} does not exist: {name}")
            return
        found.append(channel)
    for which, channel in zip(("Channel1", "Channel2"), found, strict=True):
        if channel.state != UP or channel.hanging_up or channel.goto is not None or found[0] is found[1]:
            _error(session, message, f"Unable to add {which} to bridge: {channel.name}")
            return
    bridge = session.switch.new_bridge()
    session.switch.take(found[0], bridge)
    session.switch.soon(lambda: session.switch.take(found[1], bridge))
    _success(session, message, "Channels have been bridged")


def _originate(session: AmiSession, message: AmiMessage) -> None:
    """Call a phone. Without ``Async`` the answer comes when it is known."""
    wanted = _origination(session, message)
    if wanted is None:
        return
    if (message.get("Async") or "").lower() in ("true", "yes", "1", "on", "y", "t"):
        originate(session.switch, wanted)
        _success(session, message, "Originate successfully queued")
        return
    thread = originate(session.switch, wanted)

    def look() -> None:
        if thread.done:
            _success(session, message, "Originate successfully queued")
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
        _error(session, message, problem)
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


def _variables(message: AmiMessage) -> tuple[tuple[str, str], ...]:
    """Every ``Variable: name=value``; one header may hold several, separated by commas."""
    pairs: list[tuple[str, str]] = []
    for text in message.get_all("Variable"):
        for part in text.split(","):
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


def _blind_transfer(session: AmiSession, message: AmiMessage) -> None:
    """Whoever talks with the channel goes elsewhere; the channel ends."""
    name = message.get("Channel") or ""
    channel = session.switch.find(name)
    if channel is None:
        _error(session, message, "Channel specified does not exist" if name else "No channel specified")
    elif channel.bridge is None or not message.get("Exten"):
        _error(session, message, "Transfer invalid" if message.get("Exten") else "No exten specified")
    else:
        target = _target(message)
        for other in tuple(channel.bridge.channels):
            if other is not channel and target is not None:
                session.switch.redirect((other, target))
        session.switch.request_hangup(channel, 16)
        _success(session, message, "Transfer succeeded")


def _play_dtmf(session: AmiSession, message: AmiMessage) -> None:
    channel = session.switch.find(message.get("Channel") or "")
    digit, duration = message.get("Digit") or "", message.get("Duration") or ""
    if channel is None:
        _error(session, message, "Channel not found")
    elif not digit:
        _error(session, message, "No digit specified")
    else:
        length = (int(duration) if duration.isdecimal() else 100) * MILLISECOND
        if (message.get("Receive") or "").lower() in ("true", "yes", "1"):
            session.switch.press(channel, digit[0])
        session.pause(length, lambda: _success(session, message, "DTMF successfully queued"))


def _mute_audio(session: AmiSession, message: AmiMessage) -> None:
    direction, state = (message.get("Direction") or "").lower(), (message.get("State") or "").lower()
    if not state:
        _error(session, message, "State not specified")
        return
    channel = _channel(session, message)
    if channel is None:
        return
    if direction not in ("in", "out", "all"):
        _error(session, message, "Failed to mute/unmute stream")
        return
    ways = {"in", "out"} if direction == "all" else {direction}
    channel.muted = channel.muted | ways if state in ("on", "yes", "true", "1") else channel.muted - ways
    _success(session, message)


def _mix_monitor(session: AmiSession, message: AmiMessage) -> None:
    channel = _channel(session, message)
    if channel is not None:
        _success(session, message)
        record(session.switch, channel, on=True)


def _stop_mix_monitor(session: AmiSession, message: AmiMessage) -> None:
    channel = _channel(session, message)
    if channel is None:
        return
    if not channel.recording:
        _error(session, message, "Could not stop monitoring channel")
        return
    _success(session, message)
    record(session.switch, channel, on=False)


def _mix_monitor_mute(session: AmiSession, message: AmiMessage) -> None:
    channel = _channel(session, message)
    if channel is None:
        return
    if not channel.recording:
        _error(session, message, "Cannot set mute flag")
        return
    _success(session, message)
    direction, state = message.get("Direction") or "both", message.get("State") or "0"
    session.switch.emit_channel("MixMonitorMute", channel, ("Direction", direction), ("State", state))


def _user_event(session: AmiSession, message: AmiMessage) -> None:
    ours = {"action", "actionid", "userevent"}
    more = [(name, value) for name, value in message.headers if name.lower() not in ours]
    session.switch.emit("UserEvent", "user", [("UserEvent", message.get("UserEvent") or ""), *more])
    _success(session, message, "Event Sent")


# -- variables -------------------------------------------------------------------------------------------------------


def _get_var(session: AmiSession, message: AmiMessage) -> None:
    name = message.get("Variable") or ""
    if not name:
        _error(session, message, "No variable specified")
        return
    channel: Channel | None = None
    if message.get("Channel"):
        channel = _channel(session, message)
        if channel is None:
            return
    session.answer(message, "Success", [("Variable", name), ("Value", _value(session, name, channel))])


def _value(session: AmiSession, name: str, channel: Channel | None) -> str:
    around = session.switch.surroundings
    call, open_, data = name.partition("(")
    return function(call, data.removesuffix(")"), channel, around) if open_ else variable(name, channel, around)


def _set_var(session: AmiSession, message: AmiMessage) -> None:
    name, value = message.get("Variable") or "", message.get("Value") or ""
    if not name:
        _error(session, message, "No variable specified")
        return
    if not message.get("Channel"):
        session.switch.surroundings.globals[name] = value
    else:
        channel = _channel(session, message)
        if channel is None:
            return
        assign(session.switch, channel, name, value)
    _success(session, message, "Variable Set")


# -- lists -----------------------------------------------------------------------------------------------------------


def _show_channels(session: AmiSession, message: AmiMessage) -> None:
    switch = session.switch
    items: list[tuple[str, list[Header]]] = [
        (
            "CoreShowChannel",
            [
                *switch.snapshot(channel),
                ("Application", channel.application),
                ("ApplicationData", channel.application_data),
                ("Duration", clock_text(switch.now - channel.created)),
                ("BridgeId", channel.bridge.uniqueid if channel.bridge is not None else ""),
            ],
        )
        for channel in reversed(switch.channels.values())
    ]
    _list(session, message, "Channels will follow", items, ("CoreShowChannelsComplete",))


def _status(session: AmiSession, message: AmiMessage) -> None:
    switch = session.switch
    channels = list(switch.channels.values())
    if message.get("Channel"):
        one = _channel(session, message)
        if one is None:
            return
        channels = [one]
    asked = [name.strip() for name in (message.get("Variables") or "").split(",") if name.strip()]
    session.answer(message, "Success", [("EventList", "start"), ("Message", "Channel status will follow")])
    for channel in channels:
        # Here the ActionID comes last, unlike in other lists.
        headers = [("Privilege", "Call"), *_status_headers(session, channel, asked)]
        session.tell(message, "Status", headers)
    count = str(len(channels))
    done = [("EventList", "Complete"), ("ListItems", count), ("Items", count)]
    session.tell(message, "StatusComplete", done)


def _status_headers(session: AmiSession, channel: Channel, asked: list[str]) -> list[Header]:
    return [
        *session.switch.snapshot(channel),
        ("Type", "PJSIP"),
        ("DNID", channel.dialled_number),
        ("EffectiveConnectedLineNum", shown(channel.connected.number)),
        ("EffectiveConnectedLineName", shown_name(channel.connected.name)),
        ("TimeToHangup", "0"),
        ("BridgeID", channel.bridge.uniqueid if channel.bridge is not None else ""),
        ("Application", channel.application or "(null)"),
        ("Data", channel.application_data or ("" if channel.application else "(null)")),
        ("Nativeformats", "(alaw)"),
        ("Readformat", "alaw"),
        ("Readtrans", ""),
        ("Writeformat", "alaw"),
        ("Writetrans", ""),
        ("Callgroup", "0"),
        ("Pickupgroup", "0"),
        ("Seconds", str((session.switch.now - channel.created) // SECOND)),
        *[("Variable", f"{name}={_value(session, name, channel) or '(null)'}") for name in asked],
    ]


def _device_states(session: AmiSession, message: AmiMessage) -> None:
    items: list[tuple[str, list[Header]]] = [
        ("DeviceStateChange", [("Device", endpoint.device), ("State", endpoint.announced)])
        for endpoint in session.switch.endpoints.values()
    ]
    _list(session, message, "Device State Changes will follow", items, ("DeviceStateListComplete",))


def _endpoints(session: AmiSession, message: AmiMessage) -> None:
    items: list[tuple[str, list[Header]]] = [
        (
            "EndpointList",
            [
                ("ObjectType", "endpoint"),
                ("ObjectName", endpoint.name),
                ("Transport", "udp"),
                ("Aor", endpoint.name),
                ("Auths", "" if endpoint.name == "trunk" else endpoint.name),
                ("OutboundAuths", ""),
                ("Contacts", f"{endpoint.name}/{endpoint.contact}," if endpoint.reachable else ""),
                ("DeviceState", _DEVICE_TEXTS[endpoint.device_state()]),
                ("ActiveChannels", str(len(endpoint.channels))),
            ],
        )
        for endpoint in session.switch.endpoints.values()
    ]
    text = "A listing of Endpoints follows, presented as EndpointList events"
    _list(session, message, text, items, ("EndpointListComplete",))


def _contacts(session: AmiSession, message: AmiMessage) -> None:
    items: list[tuple[str, list[Header]]] = [
        ("ContactList", _contact_headers(session, endpoint))
        for endpoint in session.switch.endpoints.values()
        if endpoint.reachable and endpoint.name != "trunk"
    ]
    if not items:
        _error(session, message, "No Contacts found")
        return
    text = "A listing of Contacts follows, presented as ContactList events"
    _list(session, message, text, items, ("ContactListComplete",))


def _contact_headers(session: AmiSession, endpoint: Endpoint) -> list[Header]:
    return [
        ("ObjectType", "contact"),
        ("ObjectName", f"{endpoint.name};@virtual"),
        ("ViaAddr", "127.0.0.1"),
        ("QualifyTimeout", "3.000000"),
        ("Qualify2xxOnly", "false"),
        ("CallId", f"virtual-{endpoint.name}"),
        ("RegServer", session.switch.settings.system_name),
        ("PruneOnBoot", "no"),
        ("Path", ""),
        ("Endpoint", endpoint.name),
        ("ViaPort", "5060"),
        ("AuthenticateQualify", "no"),
        ("Uri", endpoint.contact),
        ("QualifyFrequency", "0"),
        ("UserAgent", ""),
        ("ExpirationTime", str(session.switch.now // SECOND + 300)),
        ("OutboundProxy", ""),
        ("Status", "NonQualified"),
        ("RoundtripUsec", "N/A"),
    ]


def _bridges(session: AmiSession, message: AmiMessage) -> None:
    items: list[tuple[str, list[Header]]] = [
        ("BridgeListItem", list(bridge.headers())) for bridge in session.switch.bridges.values()
    ]
    _list(session, message, "Bridge listing will follow", items, ("BridgeListComplete",))


def _bridge_info(session: AmiSession, message: AmiMessage) -> None:
    bridge = session.switch.bridges.get(message.get("BridgeUniqueid") or "")
    if bridge is None:
        _error(session, message, "Bridge not found")
        return
    items: list[tuple[str, list[Header]]] = [
        ("BridgeInfoChannel", list(session.switch.snapshot(channel))) for channel in bridge.channels
    ]
    _list(session, message, "Bridge channel listing will follow", items, ("BridgeInfoComplete",))


# -- the switch itself -----------------------------------------------------------------------------------------------


def _date_and_time(at: Instant) -> tuple[str, str]:
    from datetime import UTC, datetime  # noqa: PLC0415 - of this answer only

    moment = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{moment:%Y-%m-%d}", f"{moment:%H:%M:%S}"


def _core_status(session: AmiSession, message: AmiMessage) -> None:
    date, time = _date_and_time(session.switch.started)
    answer = [
        ("CoreStartupDate", date),
        ("CoreStartupTime", time),
        ("CoreReloadDate", date),
        ("CoreReloadTime", time),
        ("CoreCurrentCalls", str(len(session.switch.channels))),
        ("CoreProcessedCalls", str(session.switch.calls_processed)),
    ]
    session.answer(message, "Success", answer)


def _core_settings(session: AmiSession, message: AmiMessage) -> None:
    settings = session.switch.settings
    answer = [
        ("AMIversion", AMI_VERSION),
        ("AsteriskVersion", settings.version),
        ("SystemName", settings.system_name),
        ("CoreMaxCalls", "0"),
        ("CoreMaxLoadAvg", "0.000000"),
        ("CoreRunUser", ""),
        ("CoreRunGroup", ""),
        ("CoreMaxFilehandles", "0"),
        ("CoreRealTimeEnabled", "No"),
        ("CoreCDRenabled", "No"),
        ("CoreHTTPenabled", "No"),
        ("SoundsSearchCustomDir", "No"),
    ]
    session.answer(message, "Success", answer)


def _command(session: AmiSession, message: AmiMessage) -> None:
    text = message.get("Command") or ""
    follows = ("Message", "Command output follows")
    if not text:
        _error(session, message, "No command provided")
        return
    lines = _command_output(session, text)
    if lines is None:
        missing = f"No such command '{text}' (type 'core show help {text}' for other possible commands)"
        session.answer(message, "Error", [follows, ("Output", missing)])
        return
    session.answer(message, "Success", [follows, *[("Output", line) for line in lines]])


def _command_output(session: AmiSession, text: str) -> list[str] | None:
    """What a CLI command prints; None for one that is not known here."""
    switch = session.switch
    words = text.split()
    if words[:3] == ["core", "show", "version"]:
        return [f"Asterisk {switch.settings.version}"]
    if words[:3] == ["core", "show", "channels"]:
        calls = len(switch.channels)
        return [f"{calls} active channels", f"{calls} active calls", f"{switch.calls_processed} calls processed"]
    if words[:3] == ["core", "show", "uptime"]:
        return [f"System uptime: {(switch.now - switch.started) // SECOND} seconds"]
    if words[:2] == ["core", "waitfullybooted"]:
        return ["Asterisk has fully booted."]
    return None


def _module_check(session: AmiSession, message: AmiMessage) -> None:
    if (message.get("Module") or "").removesuffix(".so") in _MODULES:
        session.answer(message, "Success", [("Version", "")])
    else:
        _error(session, message, "Module not loaded")


_SPELLED: Mapping[str, tuple[str, Action]] = {
    "Login": ("", _log_in),
    "Challenge": ("", _challenge),
    "Logoff": ("", _log_off),
    "Ping": ("", _ping),
    "Events": ("", _events),
    "ListCommands": ("", _list_commands),
    "Filter": ("system", _filter),
    "Hangup": ("system,call", _hang_up),
    "Redirect": ("call", _redirect),
    "Bridge": ("call", _bridge),
    "Originate": ("originate", _originate),
    "BlindTransfer": ("call", _blind_transfer),
    "PlayDTMF": ("call", _play_dtmf),
    "MuteAudio": ("system", _mute_audio),
    "MixMonitor": ("system", _mix_monitor),
    "StopMixMonitor": ("system,call", _stop_mix_monitor),
    "MixMonitorMute": ("system,call", _mix_monitor_mute),
    "UserEvent": ("user", _user_event),
    "Getvar": ("call,reporting", _get_var),
    "Setvar": ("call", _set_var),
    "CoreShowChannels": ("system,reporting", _show_channels),
    "Status": ("system,call,reporting", _status),
    "DeviceStateList": ("call,reporting", _device_states),
    "PJSIPShowEndpoints": ("system", _endpoints),
    "PJSIPShowContacts": ("system", _contacts),
    "BridgeList": ("", _bridges),
    "BridgeInfo": ("", _bridge_info),
    "CoreStatus": ("system,reporting", _core_status),
    "CoreSettings": ("system,reporting", _core_settings),
    "Command": ("command", _command),
    "ModuleCheck": ("system", _module_check),
}
"""Asterisk's own spelling: the classes of which one is needed (none: anybody), and what to do."""

_SPELLING = {name.lower(): name for name in _SPELLED}
_ACTIONS = {
    name.lower(): (tuple(filter(None, rights.split(","))), action) for name, (rights, action) in _SPELLED.items()
}
