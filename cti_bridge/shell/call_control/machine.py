"""The state of one call's control: its topology, and the act that is on its way. Pure; see ``act``, ``see``.

One act at a time, one step of it after the other. Whatever the switch says moves the topology first; then it is seen
whether the step is over, or lost. A hang-up wins over everything: an act that needed who is gone has failed.
"""

from typing import TypeAlias

import msgspec

from cti_bridge.shell.call_control.commands import Command, Ring
from cti_bridge.shell.call_control.orders import standing_orders
from cti_bridge.shell.call_control.plans import ActIllegalError, Step, Wish, plan
from cti_bridge.shell.call_control.topology import Sign, Topology, Where
from cti_bridge.shell.call_control.topology import see as seen


class Do(msgspec.Struct, frozen=True):
    """Give these commands; ``in_act``: say whether the switch accepted them (:func:`accepted`, :func:`refused`)."""

    commands: tuple[Command, ...]
    in_act: bool


class Done(msgspec.Struct, frozen=True):
    """The act has come true."""


class Failed(msgspec.Struct, frozen=True):
    """The act will not come true any more."""

    reason_id: str
    detail: str = ""


Output: TypeAlias = Do | Done | Failed


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A call, and what is left of the act on its way; ``waiting``: the first step's commands have been given."""

    call: Topology
    act: str = ""
    by: str = ""
    steps: tuple[Step, ...] = ()
    waiting: bool = False

    @property
    def busy(self) -> bool:
        """Whether an act is on its way."""
        return self.act != ""


Result: TypeAlias = tuple[Machine, tuple[Output, ...]]


def act(machine: Machine, me: str, wish: Wish) -> Result:
    """Begin an agent's act; raises :class:`ActIllegalError`, and then nothing has changed."""
    if machine.busy:
        raise ActIllegalError("on_the_way")
    steps = plan(machine.call, me, wish)
    return _go_on(msgspec.structs.replace(machine, act=wish.act, by=me, steps=steps))


def see(machine: Machine, *signs: Sign) -> Result:
    """What the switch said."""
    call = machine.call
    for sign in signs:
        call = seen(call, sign)
    return _go_on(msgspec.structs.replace(machine, call=call))


def know(machine: Machine, call: Topology) -> Result:
    """The call as it is known anew: somebody joined it, or the switch was asked."""
    return _go_on(msgspec.structs.replace(machine, call=call))


def accepted(machine: Machine) -> Result:
    """The switch has accepted the commands of the step."""
    if machine.waiting and machine.steps and machine.steps[0].reached is None:
        return _go_on(_step_over(machine))
    return machine, ()


def refused(machine: Machine, detail: str) -> Result:
    """The switch has refused a command of the step: nothing was changed by it."""
    if not machine.waiting or not machine.steps:
        return machine, ()
    step = machine.steps[0]
    reason = (step.lost(machine.call) if step.lost is not None else "") or "switch_refused"
    return _fail(machine, reason, detail)


def late(machine: Machine) -> Result:
    """The switch has not confirmed the step in time, and asked, it says that it did not happen."""
    return _fail(machine, "not_confirmed", "") if machine.busy else (machine, ())


def lost(machine: Machine) -> Result:
    """Nobody knows what becomes of the act: the connection to the switch is gone."""
    if not machine.busy:
        return machine, ()
    return msgspec.structs.replace(machine, act="", by="", steps=(), waiting=False), (Failed("switch_lost"),)


# -- inside ----------------------------------------------------------------------------------------------------------


def _go_on(machine: Machine) -> Result:
    """Everything that can be done now: steps that are over, the next one's commands, the end of the act."""
    outputs: list[Output] = []
    while machine.busy:
        if not machine.steps:
            machine = msgspec.structs.replace(machine, act="", by="", waiting=False)
            outputs.append(Done())
            break
        step = machine.steps[0]
        if step.reached is not None and step.reached(machine.call):
            machine = _step_over(machine)
        elif step.lost is not None and (reason := step.lost(machine.call)):
            machine, failed = _fail(machine, reason, "")
            return machine, (*outputs, *failed)
        elif machine.waiting:
            break
        else:
            machine, given = _give(machine, step)
            outputs += given
    if not machine.busy:
        machine, more = _obey(machine)
        outputs += more
    return machine, tuple(outputs)


def _give(machine: Machine, step: Step) -> tuple[Machine, tuple[Output, ...]]:
    call = machine.call if step.first is None else step.first(machine.call)
    machine = msgspec.structs.replace(machine, call=call, waiting=True)
    if step.commands:
        return machine, (Do(step.commands, in_act=True),)
    return (_step_over(machine) if step.reached is None else machine), ()


def _step_over(machine: Machine) -> Machine:
    step = machine.steps[0]
    call = machine.call if step.then is None else step.then(machine.call)
    return msgspec.structs.replace(machine, call=call, steps=machine.steps[1:], waiting=False)


def _fail(machine: Machine, reason_id: str, detail: str) -> Result:
    call = _never_rang(machine) if reason_id == "switch_refused" else machine.call
    machine = msgspec.structs.replace(machine, call=call, act="", by="", steps=(), waiting=False)
    machine, more = _obey(machine)
    return machine, (Failed(reason_id, detail), *more)


def _never_rang(machine: Machine) -> Topology:
    """Of phones that the switch refused to ring nothing will be heard."""
    call = machine.call
    for command in machine.steps[0].commands:
        if isinstance(command, Ring):
            call = call.change(command.key, where=Where.GONE, end="unreachable")
    return call


def _obey(machine: Machine) -> tuple[Machine, tuple[Output, ...]]:
    call, commands = standing_orders(machine.call)
    if not commands:
        return machine, ()
    return msgspec.structs.replace(machine, call=call), (Do(commands, in_act=False),)
