"""Commands as AMI actions. Every name in them is a channel's id, or was held against an allow-list before."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from twisted.internet.defer import Deferred, DeferredList, fail, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from cti_bridge.shell import switch_actions
from cti_bridge.shell.ami_client import ActionFailed
from cti_bridge.shell.call_control import commands as c
from cti_bridge.shell.call_control.topology import CUSTOMER, Topology
from cti_bridge.shell.switch_actions import Caller, Headers

KEY_MS, BETWEEN_KEYS_S = "120", 0.08
"""How long a key is pressed for the other side (the manager connection is busy for so long), and the pause after it.

Without a pause equal keys are one long key to some machines.
"""

RINGS_AFTER_S, RINGS_WITHIN_S = 0.1, 1.5
"""A phone can be told to answer only from its 180 on: how often it is told again, and for how long."""

AGAIN_AFTER_S = 0.06
"""Two channels that cannot be joined because one is just on its way can be a moment later."""

ANSWERS_BY_ITSELF = (
    ("PJSIP_HEADER(add,Call-Info)", "<sip:cordboard>;answer-after=0"),
    ("PJSIP_HEADER(add,Alert-Info)", "<http://cordboard>;info=alert-autoanswer;delay=0"),
)
"""Headers by which the phones in use answer at once."""


KEPT = ("PJSIP_HEADER(add,Cordboard-Kept)", "yes")
"""Tells a browser's page that what rings here rings on at the page that comes when it goes."""


class ToSwitch(Protocol):
    """Sends one action; its response, or the error that it was answered with."""

    def ask(self, name: str, headers: Headers) -> Deferred[Any]:
        """Send it."""


class Menus(Protocol):
    """Flows that can go on with a caller."""

    def to_menu(self, contact_id: str, flow: str) -> bool:
        """This flow goes on with the caller; False when it cannot."""


def tell_to_answer(switch: ToSwitch, channel: str, clock: IReactorTime) -> Deferred[Any]:
    """Tell the phone that this channel rings to answer, as soon as it does ring."""
    told = [("Channel", channel), ("Variable", "Event=talk")]
    until = clock.seconds() + RINGS_WITHIN_S

    def again(failure: Failure) -> Any:
        failure.trap(ActionFailed)  # type: ignore[no-untyped-call]  # Twisted has no types here
        if clock.seconds() >= until:
            return failure
        return deferLater(clock, RINGS_AFTER_S, tell)

    def tell() -> Deferred[Any]:
        return switch.ask("PJSIPNotify", told).addErrback(again)

    return tell()


class Sender:
    """Gives commands to the switch."""

    def __init__(self, switch: ToSwitch, menus: Menus, clock: IReactorTime) -> None:
        self._switch = switch
        self._menus = menus
        self._clock = clock
        self._give: Mapping[type[Any], Callable[[Topology, Any, Caller], Deferred[Any]]] = {
            c.TakeApart: self._take_apart,
            c.Join: self._join,
            c.Add: self._add,
            c.Send: self._send,
            c.ToMenu: self._to_menu,
            c.Ring: self._ring,
            c.End: self._end,
            c.PickUp: self._pick_up,
            c.Mute: self._mute,
            c.Press: self._press,
            c.Record: self._record,
            c.PauseRecording: self._pause_recording,
            c.StopRecording: lambda call, _, __: self._ask("StopMixMonitor", [("Channel", _id(call, CUSTOMER))]),
        }

    def give(self, call: Topology, command: c.Command, shown: Caller) -> Deferred[Any]:
        """Fires when the switch has accepted the command; fails with its error. ``shown``: whom phones shall show."""
        return self._give[type(command)](call, command, shown)

    def _ask(self, name: str, headers: Headers) -> Deferred[Any]:
        return self._switch.ask(name, headers)

    def _take_apart(self, call: Topology, command: c.TakeApart, _: Caller) -> Deferred[Any]:
        context, exten = ("acd-keep", "stay") if command.kept else ("acd-hold", "s")
        extra = [
            ("ExtraChannel", _id(call, command.second)),
            ("ExtraContext", "acd-keep"),
            ("ExtraExten", "stay"),
            ("ExtraPriority", "1"),
        ]
        return self._ask("Redirect", [*switch_actions.redirect(_id(call, command.first), context, exten), *extra])

    def _join(self, call: Topology, command: c.Join, _: Caller) -> Deferred[Any]:
        two = [("Channel1", _id(call, command.first)), ("Channel2", _id(call, command.second)), ("Tone", "no")]

        def again(failure: Failure) -> Deferred[Any]:
            failure.trap(ActionFailed)  # type: ignore[no-untyped-call]  # Twisted has no types here
            return deferLater(self._clock, AGAIN_AFTER_S, self._ask, "Bridge", two)

        return self._ask("Bridge", two).addErrback(again)

    def _add(self, call: Topology, command: c.Add, _: Caller) -> Deferred[Any]:
        channel = _id(call, command.key)
        to = switch_actions.set_variable(channel, "ACD_TO", _id(call, command.to))
        return self._all(self._ask("Setvar", to), self._ask("Redirect", switch_actions.redirect(channel, "acd-add")))

    def _send(self, call: Topology, command: c.Send, _: Caller) -> Deferred[Any]:
        channel = _id(call, command.key)
        told = [
            self._ask("Setvar", switch_actions.set_variable(channel, name, value)) for name, value in command.variables
        ]
        return self._all(*told, self._ask("Redirect", switch_actions.redirect(channel, command.context, command.exten)))

    def _to_menu(self, call: Topology, command: c.ToMenu, _: Caller) -> Deferred[Any]:
        if self._menus.to_menu(call.contact_id, command.flow):
            return succeed(None)
        return fail(ActionFailed("Redirect", f"the flow {command.flow} cannot go on with the caller"))

    def _ring(self, call: Topology, command: c.Ring, shown: Caller) -> Deferred[Any]:
        number, name = switch_actions.presentable(shown.number), switch_actions.presentable(shown.name)
        variables = (*command.variables, *(ANSWERS_BY_ITSELF if command.by_itself else ()))
        return self._ask(
            "Originate",
            [
                ("Channel", command.device),
                ("ChannelId", _id(call, command.key)),
                ("Context", command.context),
                ("Exten", "s"),
                ("Priority", "1"),
                ("Timeout", str(command.ring_us // 1000)),
                ("CallerID", f'"{name or number}" <{number}>'),
                ("Async", "true"),
                *(("Variable", f"{name}={value}") for name, value in variables),
            ],
        )

    def _end(self, call: Topology, command: c.End, _: Caller) -> Deferred[Any]:
        """A channel that is not there any more needs no end: its hang-up is on the way to us."""

        def gone(failure: Failure) -> None:
            failure.trap(ActionFailed)  # type: ignore[no-untyped-call]  # Twisted has no types here

        return self._ask("Hangup", switch_actions.hang_up(_id(call, command.key), command.cause)).addErrback(gone)

    def _pick_up(self, call: Topology, command: c.PickUp, _: Caller) -> Deferred[Any]:
        return tell_to_answer(self._switch, _name(call, command.key), self._clock)

    def _mute(self, call: Topology, command: c.Mute, _: Caller) -> Deferred[Any]:
        state = "on" if command.on else "off"
        return self._ask("MuteAudio", [("Channel", _id(call, command.key)), ("Direction", "in"), ("State", state)])

    def _press(self, call: Topology, command: c.Press, _: Caller) -> Deferred[Any]:
        told = [("Channel", _id(call, command.key)), ("Digit", command.digit), ("Duration", KEY_MS)]
        pressed = self._ask("PlayDTMF", told)
        return pressed.addCallback(lambda answer: deferLater(self._clock, BETWEEN_KEYS_S, lambda: answer))

    def _record(self, call: Topology, command: c.Record, _: Caller) -> Deferred[Any]:
        file = f"../recording/{switch_actions.file_name(command.file)}"
        return self._ask("MixMonitor", [("Channel", _id(call, CUSTOMER)), ("File", file)])

    def _pause_recording(self, call: Topology, command: c.PauseRecording, _: Caller) -> Deferred[Any]:
        return self._ask("MixMonitorMute", switch_actions.mute_recording(_id(call, CUSTOMER), on=command.on))

    def _all(self, *answers: Deferred[Any]) -> Deferred[Any]:
        """Fires when all have been accepted; fails with the first error."""

        def first_error(failure: Failure) -> Failure:
            error: Any = failure.value
            return error.subFailure  # type: ignore[no-any-return]  # of FirstError

        gathered = DeferredList(answers, fireOnOneErrback=True, consumeErrors=True)
        return gathered.addErrback(first_error)


def _id(call: Topology, key: str) -> str:
    party = call.party(key)
    return "" if party is None else party.channel_id


def _name(call: Topology, key: str) -> str:
    party = call.party(key)
    return "" if party is None else party.channel or party.channel_id
