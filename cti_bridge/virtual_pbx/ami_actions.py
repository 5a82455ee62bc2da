"""AMI actions and what Asterisk 22 answers to each, word for word; errors included."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from cti_bridge.virtual_pbx import ami_calls, ami_lists
from cti_bridge.virtual_pbx.ami_answers import channel_of, error, success, value_of
from cti_bridge.virtual_pbx.ami_session import AMI_VERSION, AmiSession, allowed, event_classes, stamp
from cti_bridge.virtual_pbx.assignments import assign
from cti_bridge.virtual_pbx.channels import Channel
from cti_bridge.wire.ami import AmiMessage
from facts.time import SECOND, Instant

Action: TypeAlias = Callable[[AmiSession, AmiMessage], None]

_MODULES = frozenset({"app_mixmonitor", "app_chanspy", "res_agi", "chan_pjsip", "app_bridgeaddchan", "res_musiconhold"})


def obey(session: AmiSession, message: AmiMessage) -> None:
    """Do what a client asks, if it may, and answer."""
    name = message.get("Action") or ""
    found = _ACTIONS.get(name.lower())
    if session.account is None and name.lower() not in ("login", "challenge", "logoff"):
        error(session, message, "Permission denied")
    elif found is None:
        text = f"Invalid/unknown command: {name}. Use Action: ListCommands to show available commands."
        error(session, message, text)
    elif found[0] and not any(allowed(session.account.write, right) for right in found[0] if session.account):
        error(session, message, "Permission denied")
    else:
        found[1](session, message)


# -- session ---------------------------------------------------------------------------------------------------------


def _log_in(session: AmiSession, message: AmiMessage) -> None:
    session.log_in(message)


def _challenge(session: AmiSession, message: AmiMessage) -> None:
    if (message.get("AuthType") or "").lower() != "md5":
        error(session, message, "Must specify AuthType")
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
        error(session, message, "Invalid event mask")
        return
    session.mask = event_classes(mask)
    session.answer(message, "Success", [("Events", "On" if session.mask else "Off")])


def _list_commands(session: AmiSession, message: AmiMessage) -> None:
    session.answer(message, "Success", [(_SPELLING[name], "Virtual.") for name in sorted(_ACTIONS)])


def _filter(session: AmiSession, message: AmiMessage) -> None:
    success(session, message, "Success")


# -- variables -------------------------------------------------------------------------------------------------------


def _get_var(session: AmiSession, message: AmiMessage) -> None:
    name = message.get("Variable") or ""
    if not name:
        error(session, message, "No variable specified")
        return
    channel: Channel | None = None
    if message.get("Channel"):
        channel = channel_of(session, message)
        if channel is None:
            return
    session.answer(message, "Success", [("Variable", name), ("Value", value_of(session, name, channel))])


def _set_var(session: AmiSession, message: AmiMessage) -> None:
    name, value = message.get("Variable") or "", message.get("Value") or ""
    if not name:
        error(session, message, "No variable specified")
        return
    if not message.get("Channel"):
        session.switch.surroundings.globals[name] = value
    else:
        channel = channel_of(session, message)
        if channel is None:
            return
        assign(session.switch, channel, name, value)
    success(session, message, "Variable Set")


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
        error(session, message, "No command provided")
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
        error(session, message, "Module not loaded")


_SPELLED: Mapping[str, tuple[str, Action]] = {
    "Login": ("", _log_in),
    "Challenge": ("", _challenge),
    "Logoff": ("", _log_off),
    "Ping": ("", _ping),
    "Events": ("", _events),
    "ListCommands": ("", _list_commands),
    "Filter": ("system", _filter),
    "Hangup": ("system,call", ami_calls.hang_up),
    "Redirect": ("call", ami_calls.redirect),
    "Bridge": ("call", ami_calls.bridge),
    "Originate": ("originate", ami_calls.originate),
    "BlindTransfer": ("call", ami_calls.blind_transfer),
    "PlayDTMF": ("call", ami_calls.play_dtmf),
    "MuteAudio": ("system", ami_calls.mute_audio),
    "PJSIPNotify": ("system", ami_calls.notify),
    "PJSIPQualify": ("system,reporting", ami_calls.qualify),
    "MixMonitor": ("system", ami_calls.mix_monitor),
    "StopMixMonitor": ("system,call", ami_calls.stop_mix_monitor),
    "MixMonitorMute": ("system,call", ami_calls.mix_monitor_mute),
    "UserEvent": ("user", ami_calls.user_event),
    "Getvar": ("call,reporting", _get_var),
    "Setvar": ("call", _set_var),
    "CoreShowChannels": ("system,reporting", ami_lists.show_channels),
    "Status": ("system,call,reporting", ami_lists.status),
    "DeviceStateList": ("call,reporting", ami_lists.device_states),
    "PJSIPShowEndpoints": ("system", ami_lists.endpoints),
    "PJSIPShowContacts": ("system", ami_lists.contacts),
    "BridgeList": ("", ami_lists.bridges),
    "BridgeInfo": ("", ami_lists.bridge_info),
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
