"""Calling a phone: by AMI Originate, and by the dialplan's Dial."""

import re
from typing import TYPE_CHECKING

import msgspec

from cti_bridge.virtual_pbx.assignments import assign
from cti_bridge.virtual_pbx.channels import NO_ANSWER, NORMAL_CLEARING, RINGING, UP, Channel, Header, Party, shown
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.virtual_pbx.errors import HungUp, Interruption, Redirected
from cti_bridge.virtual_pbx.scheduler import Step, Thread
from facts.time import SECOND, Duration, Instant

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.endpoints import Endpoint
    from cti_bridge.virtual_pbx.switch import Switch

_OPTION = re.compile(r"([A-Za-z])(?:\(([^)]*)\))?")
_DIAL_STATUS = {17: "BUSY", 34: "CONGESTION", 3: "CHANUNAVAIL", 20: "CHANUNAVAIL"}
_SIP_TEMPORARILY_UNAVAILABLE = 480
_PRESENTATION: Header = ("CID-CallingPres", "0 (Presentation Allowed, Not Screened)")

FAILED, TIMED_OUT, ANSWERED = 0, 3, 4
"""``Reason`` of OriginateResponse: hung up, refused or no such phone; rang in vain; answered."""


class Origination(msgspec.Struct, frozen=True, kw_only=True):
    """What AMI asks of Originate."""

    device: str
    channel_id: str = ""
    to: Location | None = None
    application: str = ""
    data: str = ""
    timeout: Duration = 30 * SECOND
    caller: Party | None = None
    variables: tuple[tuple[str, str], ...] = ()
    action_id: str | None = None


def dialled(switch: "Switch", device: str) -> tuple["Endpoint | None", str]:
    """The endpoint that a dial string such as ``PJSIP/1001`` or ``PJSIP/555@trunk`` means, and the number on it."""
    _, _, resource = device.partition("/")
    number, at, name = resource.rpartition("@")
    endpoint = switch.endpoints.get(name if at else resource)
    return (endpoint if endpoint is not None and endpoint.reachable else None), number if at else resource


def originate(switch: "Switch", wanted: Origination) -> Thread:
    """Call a phone; once it is answered its channel goes where it is wanted. Told by OriginateResponse."""
    holder: list[Thread] = []
    holder.append(Thread(switch, _originate(switch, wanted, holder)))
    holder[0].wake()
    return holder[0]


def _originate(switch: "Switch", wanted: Origination, me: list[Thread]) -> Step[None]:
    endpoint, number = dialled(switch, wanted.device)
    if endpoint is None:
        _respond(switch, wanted, None, FAILED)
        return
    channel = _outgoing_leg(switch, endpoint, number, wanted)
    channel.watchers.append(me[0])
    switch.emit("DialBegin", "call", [*switch.snapshot(channel, "Dest"), ("DialString", number)])
    switch.soon(lambda: channel.far_end.ringing(channel))
    reason = yield from _ring(switch, channel, switch.now + wanted.timeout)
    channel.watchers.remove(me[0])
    if reason == ANSWERED:
        _connect(switch, channel, wanted)
        return
    if reason == TIMED_OUT:
        channel.cause, channel.tech_cause = NO_ANSWER, _SIP_TEMPORARILY_UNAVAILABLE
    else:
        _dial_event(switch, "DialEnd", None, channel, ("DialStatus", dial_status(channel.cause)))
    _respond(switch, wanted, None, reason)
    switch.end(channel)


def _outgoing_leg(switch: "Switch", endpoint: "Endpoint", number: str, wanted: Origination) -> Channel:
    channel = switch.new_channel(
        endpoint,
        far_end=_picked_up(endpoint, number),
        caller=endpoint.caller,
        location=Location(endpoint.context, "s"),
        uniqueid=wanted.channel_id,
    )
    switch.tell_step(channel, "AppDial2", "(Outgoing Line)")
    for name, value in wanted.variables:
        assign(switch, channel, name, value)
    if wanted.caller is not None:
        channel.caller = wanted.caller
        switch.emit_channel("NewCallerid", channel, _PRESENTATION)
        channel.connected = wanted.caller
        switch.emit_channel("NewConnectedLine", channel)
    return channel


def _picked_up(endpoint: "Endpoint", number: str) -> "Heard":
    from cti_bridge.virtual_pbx.switch import Nobody  # noqa: PLC0415 - the switch imports this module

    return endpoint.pick_up(number) if endpoint.pick_up is not None else Nobody()


if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.channels import Heard


def _ring(switch: "Switch", channel: Channel, deadline: Instant, caller: Channel | None = None) -> Step[int]:
    """Wait for the phone: answered, failed or timed out. ``caller`` is who waits for it, when the dialplan dials."""
    told = False
    while channel.state != UP and not channel.hanging_up:
        if caller is not None:
            switch.check(caller)
        if channel.state == RINGING and not told:
            told = True
            _dial_event(switch, "DialState", caller, channel, ("DialStatus", "RINGING"))
        if switch.now >= deadline:
            return TIMED_OUT
        yield deadline
    if channel.hanging_up:
        return FAILED
    if caller is not None:
        channel.location = Location(channel.location.context, "", channel.location.priority)
    _dial_event(switch, "DialEnd", caller, channel, ("DialStatus", "ANSWER"))
    return ANSWERED


def _dial_event(switch: "Switch", name: str, caller: Channel | None, channel: Channel, *more: Header) -> None:
    first = switch.snapshot(caller) if caller is not None else ()
    switch.emit(name, "call", [*first, *switch.snapshot(channel, "Dest"), *more])


def _connect(switch: "Switch", channel: Channel, wanted: Origination) -> None:
    if wanted.to is not None:
        channel.location = wanted.to
        switch.run(channel)
    else:
        channel.thread = Thread(switch, _single_application(switch, channel, wanted))
        channel.thread.wake()
    switch.soon(lambda: _respond(switch, wanted, channel, ANSWERED))


def _single_application(switch: "Switch", channel: Channel, wanted: Origination) -> Step[None]:
    """Originate with Application instead of a place in the dialplan."""
    try:
        yield from switch.execute(channel, wanted.application, wanted.data)
    except Redirected as redirected:
        channel.location = redirected.location
        switch.run(channel)
        return
    except Interruption:
        pass
    switch.end(channel)


def _respond(switch: "Switch", wanted: Origination, channel: Channel | None, reason: int) -> None:
    headers: list[Header] = [("ActionID", wanted.action_id)] if wanted.action_id is not None else []
    headers.append(("Response", "Success" if reason == ANSWERED else "Failure"))
    headers.append(("Channel", channel.name if channel is not None else wanted.device))
    if wanted.to is not None:
        headers += [("Context", wanted.to.context), ("Exten", wanted.to.extension)]
    else:
        headers += [("Application", wanted.application), ("Data", wanted.data)]
    caller = wanted.caller or Party()
    headers += [
        ("Reason", str(reason)),
        ("Uniqueid", channel.uniqueid if channel is not None else wanted.channel_id or "<null>"),
        ("CallerIDNum", shown(caller.number)),
        ("CallerIDName", shown(caller.name)),
    ]
    if channel is not None:
        key = f"ChanVariable({channel.name})"
        names = switch.settings.channel_variables
        headers += [(key, f"{name}={channel.variables.get(name, '')}") for name in names]
    switch.emit("OriginateResponse", "call", headers)


def dial_status(cause: int) -> str:
    """What ``DialStatus`` says for a cause."""
    return _DIAL_STATUS.get(cause, "NOANSWER")


# -- the dialplan's Dial ---------------------------------------------------------------------------------------------


def dial(switch: "Switch", caller: Channel, data: str) -> Step[Location | None]:
    """Ring one phone for so many seconds and talk; DIALSTATUS says how it went."""
    device, seconds, options = [*data.split(",", 2), "", ""][:3]
    chosen = {found[1]: found[2] or "" for found in _OPTION.finditer(options)}
    endpoint, number = dialled(switch, device)
    if endpoint is None:
        caller.set_variable("DIALSTATUS", "CHANUNAVAIL")
        caller.cause = 20
        return None
    callee = _callee_leg(switch, endpoint, number, caller)
    dial_string = device.partition("/")[2]
    if "b" in chosen:
        yield from _gosub(switch, callee, chosen["b"])
    deadline = switch.now + round(float(seconds or 3600) * SECOND)
    reason = yield from _ring_for(switch, caller, callee, deadline, dial_string, music="m" in chosen)
    if reason != ANSWERED:
        return None
    caller.set_variable("DIALSTATUS", "ANSWER")
    yield from _talk(switch, caller, callee, _location(chosen.get("F")))
    if "g" not in chosen:
        caller.hanging_up = True
        raise HungUp
    return None


def _callee_leg(switch: "Switch", endpoint: "Endpoint", number: str, caller: Channel) -> Channel:
    callee = switch.new_channel(
        endpoint,
        far_end=_picked_up(endpoint, number),
        caller=endpoint.caller,
        location=Location(endpoint.context, "s"),
        linkedid=caller.linkedid,
    )
    callee.connected = caller.caller
    if not callee.caller.number:
        # Asterisk knows no better name for a number outside than who dials it.
        callee.caller = Party(caller.location.extension, caller.caller.name)
        switch.emit_channel("NewCallerid", callee, _PRESENTATION)
    for name in caller.inherited:
        callee.set_variable(f"__{name}", caller.variables.get(name, ""))
    callee.location = Location(endpoint.context, caller.location.extension)
    switch.tell_step(callee, "AppDial", "(Outgoing Line)")
    switch.emit_channel("NewConnectedLine", callee)
    return callee


def _gosub(switch: "Switch", channel: Channel, target: str) -> Step[None]:
    """Run a subroutine on the phone's channel before it is dialled."""
    back, start = channel.location, _location(target) or channel.location
    channel.location = Location(start.context, start.extension, 0)
    switch.tell_step(channel, "AppDial", "(Outgoing Line)")
    channel.location = start
    while (step := switch.dialplan.step(channel.location)) is not None and step.name.lower() != "return":
        yield from switch.execute_here(channel)
        here = channel.location
        channel.location = Location(here.context, here.extension, here.priority + 1)
    switch.tell_step(channel, "Return", "")
    channel.location = back
    switch.tell_step(channel, "Return", "")


def _location(target: str | None) -> Location | None:
    """``context^extension^priority`` as options of Dial write it."""
    if not target:
        return None
    context, extension, priority = [*target.split("^"), "s", "1"][:3]
    return Location(context, extension, int(priority))


def _ring_for(
    switch: "Switch", caller: Channel, callee: Channel, deadline: Instant, dial_string: str, *, music: bool
) -> Step[int]:
    if caller.thread is None:
        raise HungUp
    callee.watchers.append(caller.thread)
    _dial_event(switch, "DialBegin", caller, callee, ("DialString", dial_string))
    if music:
        switch.start_music(caller)
    caller.connected = callee.caller
    switch.emit_channel("NewConnectedLine", caller)
    switch.soon(lambda: callee.far_end.ringing(callee))
    try:
        reason = yield from _ring(switch, callee, deadline, caller)
    except Interruption:
        _dial_event(switch, "DialEnd", caller, callee, ("DialStatus", "CANCEL"))
        caller.set_variable("DIALSTATUS", "CANCEL")
        switch.stop_music(caller)
        switch.end(callee)
        raise
    finally:
        callee.watchers.remove(caller.thread)
    if reason != ANSWERED:
        status = "NOANSWER" if reason == TIMED_OUT else dial_status(callee.cause)
        _dial_event(switch, "DialEnd", caller, callee, ("DialStatus", status))
        caller.set_variable("DIALSTATUS", status)
        caller.cause, caller.tech_cause = callee.cause, callee.tech_cause
    switch.stop_music(caller)
    if reason != ANSWERED:
        switch.end(callee)
    return reason


def _talk(switch: "Switch", caller: Channel, callee: Channel, afterwards: Location | None) -> Step[None]:
    switch.tell_step(callee, "AppDial", "(Outgoing Line)")
    bridge = switch.new_bridge()
    bridge.enter(callee)
    bridge.enter(caller)
    caller.cause = callee.cause = NORMAL_CLEARING
    callee.thread = Thread(switch, _callee(switch, callee, afterwards))
    callee.thread.wake()
    yield from switch.stay(caller)


def _callee(switch: "Switch", callee: Channel, afterwards: Location | None) -> Step[None]:
    """The phone that Dial called: it stays while the talk lasts, then ends or goes where option F says."""
    callee.without_dialplan = True
    onward = afterwards
    try:
        yield from switch.stay(callee)
    except Redirected as redirected:
        onward = redirected.location
    except Interruption:
        onward = None
    if onward is None or callee.hanging_up:
        switch.end(callee)
        return
    callee.without_dialplan = False
    callee.location = onward
    switch.run(callee)
