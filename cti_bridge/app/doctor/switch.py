"""What the live Asterisk says: reachable, log-in, rights, events, modules, dialplan, phones, clock."""

import re
import time
from collections.abc import Iterator
from typing import Final

from config.models import Settings
from config.telephony import Agi, Asterisk
from cti_bridge.app.doctor import needs
from cti_bridge.app.doctor.findings import Finding, good, note, warning, wrong
from cti_bridge.app.doctor.live_ami import AmiUnreachable, Heard, LiveAmi, LoginRefused, greeting, logged_in
from cti_bridge.app.doctor.web_phones import web_phones_at_switch
from cti_bridge.app.policy import policy_from

PART: Final = "asterisk"
MAX_SKEW_S: Final = 2.0
PROBE_S: Final = 5.0
_PROBE_EVENTS: Final = ("Newchannel", "Newstate", "Hangup", "OriginateResponse", "BridgeEnter", "BridgeLeave")


def examine_switch(
    settings: Settings, asterisk: Asterisk, *, probe: bool = True, timeout_s: float = 5
) -> list[Finding]:
    """Everything about Asterisk. ``probe``: make a call inside Asterisk that lasts a second, to see its events."""
    ami = asterisk.ami
    try:
        said = greeting(ami, timeout_s)
    except AmiUnreachable as error:
        return [wrong(PART, str(error), _mend_reach(asterisk))]
    found: list[Finding] = []
    try:
        with logged_in(ami, timeout_s) as live:
            found.append(good(PART, f"{said} at {ami.host}:{ami.port}, logged in as {ami.user}"))
            found.extend(_ask(live, settings, probe=probe))
    except LoginRefused as error:
        mend = (
            f"in manager.conf: a section [{ami.user}] with this secret, whose permit/deny lets this machine in; then "
            "`asterisk -rx 'manager reload'`. In the settings: asterisk.ami.user and secret"
        )
        found.append(wrong(PART, f"the account {ami.user} is refused: {error}", mend))
    except OSError as error:
        found.append(wrong(PART, f"the connection broke off: {error}", _mend_reach(asterisk)))
    return found


def _mend_reach(asterisk: Asterisk) -> str:
    return (
        "is Asterisk running there? In manager.conf, [general]: enabled = yes, bindaddr and port "
        f"{asterisk.ami.port}; a firewall between? In the settings: asterisk.ami.host and port"
    )


def _ask(live: LiveAmi, settings: Settings, *, probe: bool) -> Iterator[Finding]:
    asterisk = settings.asterisk
    assert asterisk is not None
    allowed = set(live.ask("ListCommands").headers)
    yield from rights(allowed, asterisk.ami.user)
    yield from _core(live)
    yield from clock(live.ask("Ping").headers.get("Timestamp"), time.time())
    yield from _modules(live, allowed)
    yield from _contexts(live, allowed)
    yield from agi_globals(_global(live, "AGI_URL"), _global(live, "AGI_TOKEN"), asterisk.agi)
    yield from _phones(live, settings)
    yield from web_phones_at_switch(live, settings)
    if not probe:
        yield note(PART, "events were not examined (--no-probe)")
    elif "Originate" in allowed:
        yield from events(probe_call(live), asterisk.ami.user)


# -- rights ----------------------------------------------------------------------------------------------------------


def rights(allowed: set[str], user: str) -> Iterator[Finding]:
    """Whether the account may do what the daemon does."""
    missing = {action: need for action, need in needs.WRITE_ACTIONS.items() if action not in allowed}
    if not missing:
        yield good(PART, "the account may do all that the daemon does")
        return
    classes = sorted({need[0] for need in missing.values()})
    lacks = "; ".join(f"{action} (to {need[1]})" for action, need in missing.items())
    every = ",".join(dict.fromkeys(need[0] for need in needs.WRITE_ACTIONS.values()))
    yield wrong(
        PART,
        f"the account {user} lacks write rights ({', '.join(classes)}): {lacks}",
        f"in manager.conf, section [{user}]: write = {every}; then `asterisk -rx 'manager reload'`",
    )


# -- events ----------------------------------------------------------------------------------------------------------


def probe_call(live: LiveAmi) -> list[Heard]:
    """Make calls inside Asterisk that reach nobody and last a second; the events that came of them."""
    common = (("Channel", "Local/s@acd-exit/n"), ("Async", "true"), ("Timeout", "3000"))
    quiet = [("__ACD_SAY", "silence/1")]
    live.ask("Originate", *common, ("Application", "UserEvent"), ("Data", "CordboardDoctor"), variables=quiet)
    live.ask("Originate", *common, ("Application", "Dial"), ("Data", "Local/s@acd-exit/n,3"), variables=quiet)
    return live.listen(_is_over, PROBE_S)


def _is_over(heard: list[Heard]) -> bool:
    names = {event.name for event in heard}
    made = {event.headers.get("Uniqueid") for event in heard if event.name == "Newchannel"}
    gone = {event.headers.get("Uniqueid") for event in heard if event.name == "Hangup"}
    return names.issuperset((*_PROBE_EVENTS, "UserEvent")) and made <= gone


def events(heard: list[Heard], user: str) -> Iterator[Finding]:
    """Whether what has to be heard was heard, with the clock and the variables that belong to it."""
    names = {event.name for event in heard}
    of_calls = [event for event in heard if event.name in _PROBE_EVENTS]
    missing_classes = [
        kind
        for kind, there in (
            ("system", "FullyBooted" in names),
            ("call", bool(of_calls)),
            ("user", "UserEvent" in names),
        )
        if not there
    ]
    if missing_classes:
        yield wrong(
            PART,
            "; ".join(f"no events of class {kind} arrive ({needs.READ_CLASSES[kind]})" for kind in missing_classes),
            f"in manager.conf, section [{user}]: read = {','.join(needs.READ_CLASSES)}, and no eventfilter that hides "
            "them; then `asterisk -rx 'manager reload'`. (No silence/1 sound or app_dial has the same effect.)",
        )
    hidden = sorted(set(_PROBE_EVENTS) - names) if of_calls else []
    if hidden:
        yield wrong(
            PART,
            f"these events do not arrive: {', '.join(hidden)}",
            f"in manager.conf, section [{user}]: remove the eventfilter that hides them, then `manager reload`",
        )
    if of_calls:
        yield from _event_details(of_calls)
    if not missing_classes and not hidden:
        yield good(PART, "a call inside Asterisk was seen from its first to its last event")


def _event_details(of_calls: list[Heard]) -> Iterator[Finding]:
    if not any("Timestamp" in event.headers for event in of_calls):
        yield wrong(
            PART,
            "events carry no time of Asterisk's own, so that durations would be those of the network",
            "in manager.conf, [general]: timestampevents = yes; then `asterisk -rx 'manager reload'`",
        )
    seen = {name for event in of_calls for name in event.variables}
    missing = [name for name in needs.CHANNEL_VARIABLES if name not in seen]
    if missing:
        yield wrong(
            PART,
            f"events do not tell whose call it is: {', '.join(missing)}",
            f"in manager.conf, [general]: channelvars = {','.join(needs.CHANNEL_VARIABLES)}; then restart Asterisk or "
            "`asterisk -rx 'manager reload'`",
        )


# -- core ------------------------------------------------------------------------------------------------------------


def _core(live: LiveAmi) -> Iterator[Finding]:
    reply = live.ask("CoreSettings")
    if reply.ok:
        yield from core(reply.headers.get("AsteriskVersion", ""), reply.headers.get("SystemName", ""))
    else:
        yield note(PART, f"version and systemname cannot be asked for: {reply.message}", "write = system or reporting")


def core(version: str, system_name: str) -> Iterator[Finding]:
    """Version, and the name that makes calls unmistakable."""
    major = re.match(r"(?:certified-)?(\d+)", version)
    if major is not None and int(major[1]) < needs.OLDEST_VERSION:
        yield wrong(
            PART, f"Asterisk {version} is too old", f"Asterisk {needs.OLDEST_VERSION} or later is needed, 22 is best"
        )
    else:
        yield good(PART, f"Asterisk {version or 'of unknown version'}")
    if not system_name:
        yield wrong(
            PART,
            "Asterisk has no systemname: calls of two Asterisks could get the same name",
            "in asterisk.conf, [options]: systemname = pbx1 (another for each Asterisk); then restart Asterisk",
        )


def clock(timestamp: str | None, here: float) -> Iterator[Finding]:
    """Whether Asterisk's clock and ours agree."""
    try:
        skew = float(timestamp or "") - here
    except ValueError:
        yield note(PART, "Asterisk does not tell its clock")
        return
    if abs(skew) > MAX_SKEW_S:
        yield warning(
            PART,
            f"Asterisk's clock is {abs(skew):.1f} s {'ahead' if skew > 0 else 'behind'}",
            "let both machines keep their time by NTP (chrony or systemd-timesyncd)",
        )
    else:
        yield good(PART, "both clocks agree")


def _modules(live: LiveAmi, allowed: set[str]) -> Iterator[Finding]:
    if "ModuleCheck" not in allowed:
        yield note(PART, "modules cannot be asked for", "write = system in manager.conf")
        return
    loaded = {name for name in (*needs.MODULES, *needs.WISHED_MODULES) if live.ask("ModuleCheck", ("Module", name)).ok}
    yield from modules(loaded)


def modules(loaded: set[str]) -> Iterator[Finding]:
    """Whether the modules are loaded that the dialplan and the daemon use."""
    for name, why in needs.MODULES.items():
        if name not in loaded:
            yield wrong(PART, f"the module {name} is not loaded: {why}", _mend_module(name))
    for name, why in needs.WISHED_MODULES.items():
        if name not in loaded:
            yield warning(PART, f"the module {name} is not loaded: {why}", _mend_module(name))
    if loaded.issuperset(needs.MODULES):
        yield good(PART, "the modules that calls need are loaded")


def _mend_module(name: str) -> str:
    return f"in modules.conf: load = {name}.so (and no noload for it); then `asterisk -rx 'module load {name}'`"


# -- dialplan --------------------------------------------------------------------------------------------------------


def _contexts(live: LiveAmi, allowed: set[str]) -> Iterator[Finding]:
    if "ShowDialPlan" not in allowed:
        yield note(PART, "the dialplan cannot be looked at", "write = reporting in manager.conf")
        return
    missing = [name for name in needs.CONTEXTS if not live.ask("ShowDialPlan", ("Context", name)).ok]
    yield from contexts(missing)


def contexts(missing: list[str]) -> Iterator[Finding]:
    """Whether the dialplan has its contexts."""
    for name in missing:
        yield wrong(
            PART,
            f"the dialplan has no context {name}: {needs.CONTEXTS[name]}",
            "copy deploy/asterisk/etc/extensions.conf (or #include it), then `asterisk -rx 'dialplan reload'`",
        )
    if not missing:
        yield good(PART, "the dialplan has the contexts of Cordboard")


def _global(live: LiveAmi, name: str) -> str | None:
    reply = live.ask("Getvar", ("Variable", name))
    return reply.headers.get("Value", "") if reply.ok else None


def agi_globals(url: str | None, token: str | None, agi: Agi) -> Iterator[Finding]:
    """Whether the dialplan calls this daemon, with its token. None: could not be asked for. Tokens are not shown."""
    if url is None or token is None:
        yield note(PART, "the dialplan's AGI_URL and AGI_TOKEN cannot be asked for", "write = call in manager.conf")
        return
    wanted = agi.token.get_secret_value() if agi.token else ""
    if token != wanted:
        yield wrong(
            PART,
            "the dialplan's AGI_TOKEN is not the token of the settings: every call would be refused its menu",
            "in extensions.conf, [globals]: AGI_TOKEN = the token (asterisk.agi.token); then `dialplan reload`",
        )
    port = re.fullmatch(r"agi://(?:\[[^\]]*\]|[^:/]+)(?::(\d+))?/?", url)
    if port is None or int(port[1] or 4573) != agi.port:
        yield wrong(
            PART,
            f"the dialplan's AGI_URL is {url or 'empty'}, the daemon listens on port {agi.port}",
            f"in extensions.conf, [globals]: AGI_URL = agi://ADDRESS:{agi.port}; then `dialplan reload`",
        )
    elif token == wanted:
        yield good(PART, f"the dialplan brings calls to {url}, with the right token")


def _phones(live: LiveAmi, settings: Settings) -> Iterator[Finding]:
    listed = live.listed("PJSIPShowEndpoints", item="EndpointList")
    if listed is None:
        yield note(PART, "phones cannot be asked for (PJSIPShowEndpoints)", "write = system in manager.conf")
        return
    yield from phones({event.headers.get("ObjectName", "") for event in listed}, settings)


def phones(endpoints: set[str], settings: Settings) -> Iterator[Finding]:
    """Whether Asterisk knows the agents' phones."""
    missing = []
    for agent in policy_from(settings).agents:
        technology, _, endpoint = agent.phone.partition("/")
        if technology == "PJSIP" and endpoint.partition("@")[0] not in endpoints:
            missing.append(f"{endpoint} ({agent.agent_id})")
    if missing:
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        yield warning(
            PART,
            f"Asterisk does not know the phones {shown}",
            "add them to pjsip.conf and `asterisk -rx 'pjsip reload'`, or mend agents: … phone in the settings",
        )
    elif settings.agents:
        yield good(PART, "Asterisk knows the phones of all agents")
