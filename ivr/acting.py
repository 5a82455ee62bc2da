"""Nodes that do something without waiting for a choice: set, branch, lookup, subflow, queue and the ends."""

import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from facts.ids import AgentId, QueueName, SkillName
from facts.requirements import HIGHEST_LEVEL, LOWEST_LEVEL, AllOf, AtLeast, Requirement
from facts.time import SECOND, from_seconds
from ivr import effects, inputs
from ivr.expressions import condition, fill
from ivr.flow import Branch, CallBack, HangUp, Lookup, Queue, Return, Set, Subflow, Transfer, Value, Voicemail
from ivr.run import Frame, Keys, Phase, Secret, begin_variables, find_flow
from ivr.turn import Exit, Turn
from ivr.variable_types import fitting

ASK_PATIENCE = 2 * SECOND
LOOKUP_GRACE = 1 * SECOND
MAX_VALUE_LENGTH = 500
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
EXTERNAL = ("hours.", "queue.")
"""Names that the run does not hold: the shell is asked when a branch needs them."""


# -- prompts before an act ------------------------------------------------------------------------------------------


def _play(turn: Turn, node: Queue | Transfer | Voicemail | HangUp) -> bool:
    turn.change(phase=Phase.PLAYING)
    return turn.play(node.prompts, interruptible=False)


# -- set ------------------------------------------------------------------------------------------------------------


def enter_set(turn: Turn, node: Set) -> Exit:
    """Set what the node says."""
    for name, value in node.variables.items():
        set_variable(turn, name, fill(value, turn.run.scope()) if isinstance(value, str) else value)
    if node.language is not None:
        _set_language(turn, fill(node.language, turn.run.scope()))
    _set_routing(turn, node)
    return Exit("next", node.next)


def set_variable(turn: Turn, name: str, value: Value) -> None:
    """Give a declared variable a value of its type; private ones stay inside."""
    if name == "language":
        return _set_language(turn, str(value))
    declared = turn.run.now_in().file.variables[name]
    value = fitting(declared, value)
    turn.change(variables={**turn.run.variables, name: Secret(value) if declared.private else value})
    if not declared.private:
        turn.emit(effects.SetVariable(name, "" if value is None else str(value)))
    return None


def _set_language(turn: Turn, language: str) -> None:
    if language in turn.run.now_in().file.languages:
        turn.set_language(language)
    else:
        turn.emit(effects.Report(what="unknown_language", node=turn.run.node))


def _set_routing(turn: Turn, node: Set | Queue | CallBack) -> None:
    run, scope = turn.run, turn.run.scope()
    skills = dict(run.skills)
    for name, level in node.skills.items():
        skills[fill(name, scope)] = _level(fill(level, scope) if isinstance(level, str) else level)
    priority = run.priority if node.priority is None else _whole(fill(str(node.priority), scope))
    data = {name: fill(text, scope) for name, text in node.data.items()} if isinstance(node, Set) else {}
    turn.change(skills=skills, priority=priority, data={**run.data, **data})


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _level(value: int | str) -> int:
    return min(max(_whole(str(value)) or LOWEST_LEVEL, LOWEST_LEVEL), HIGHEST_LEVEL)


# -- branch ---------------------------------------------------------------------------------------------------------


def enter_branch(turn: Turn, node: Branch) -> Exit | None:
    """Decide at once, or ask for the state of hours and queues first."""
    names = {name for case in node.cases for name in condition(case.when).names if name.startswith(EXTERNAL)}
    if not names:
        return _decide(turn, node, {})
    ask_id = turn.request()
    turn.change(phase=Phase.TOLD, waiting_for=ask_id)
    turn.wake_in(ASK_PATIENCE)
    turn.emit(effects.Ask(ask_id, tuple(sorted(names))))
    return None


def _decide(turn: Turn, node: Branch, told: Mapping[str, Value]) -> Exit:
    scope = {**turn.run.scope(), **told}
    for index, case in enumerate(node.cases):
        if condition(case.when).holds(scope):
            return Exit(f"case_{index + 1}", case.next)
    return Exit("otherwise", node.otherwise)


def told(turn: Turn, node: Branch, answer: inputs.Told) -> Exit | None:
    """The state is known."""
    return _decide(turn, node, answer.values) if answer.ask_id == turn.run.waiting_for else None


def not_told(turn: Turn, node: Branch, _input: inputs.Tick) -> Exit:
    """Nobody answers: what was asked for counts as not known."""
    turn.emit(effects.Report(what="state_unknown", node=turn.run.node))
    return _decide(turn, node, {})


def keys_ahead(turn: Turn, _node: Branch | Lookup, pressed: inputs.Digits) -> None:
    """While something is asked of others, keys are kept for the next question."""
    turn.change(typed=Keys(turn.run.typed.pressed + pressed.keys))


# -- lookup ---------------------------------------------------------------------------------------------------------


def enter_lookup(turn: Turn, node: Lookup) -> None:
    """Ask; meanwhile the caller hears the prompts, if there are any."""
    scope = turn.run.scope()
    turn.play(node.prompts, interruptible=False)
    lookup_id = turn.request()
    turn.change(phase=Phase.LOOKING_UP, waiting_for=lookup_id)
    turn.wake_in(from_seconds(node.timeout_s) + LOOKUP_GRACE)
    turn.emit(
        effects.Lookup(
            lookup_id=lookup_id,
            node=turn.run.node,
            source=node.source,
            url=fill(node.url, scope, quote=lambda text: urllib.parse.quote(text, safe="")),
            method=node.method,
            send={name: fill(text, scope) for name, text in node.send.items()},
            timeout_us=from_seconds(node.timeout_s),
        )
    )


def looked_up(turn: Turn, node: Lookup, answer: inputs.LookupDone) -> Exit | None:
    """The answer is there, for better or worse."""
    if answer.lookup_id != turn.run.waiting_for:
        return None
    turn.stop_playing()
    if answer.outcome == "not_found" and node.not_found is not None:
        return Exit("not_found", node.not_found)
    if answer.outcome != "found":
        return _fall_back(turn, node, answer.outcome)
    for name, path in node.results.items():
        set_variable(turn, name, _part_of(answer.answer, path))
    return Exit("next", node.next)


def _part_of(answer: Any, path: str) -> Value:
    for step in path.split("."):
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer[:MAX_VALUE_LENGTH] if isinstance(answer, str) else answer if _is_scalar(answer) else None


def _is_scalar(value: object) -> bool:
    return isinstance(value, bool | int | float)


def lookup_too_late(turn: Turn, node: Lookup, _input: inputs.Tick) -> Exit:
    """Not even the time-out was told: go on without."""
    turn.stop_playing()
    return _fall_back(turn, node, "timed_out")


def _fall_back(turn: Turn, node: Lookup, reason: str) -> Exit:
    turn.emit(effects.Report(what="lookup_failed", node=turn.run.node, reason=reason))
    return Exit("fallback", node.fallback)


# -- subflow --------------------------------------------------------------------------------------------------------


def enter_subflow(turn: Turn, node: Subflow) -> Exit:
    """Go into the other flow; its own variables begin afresh."""
    run, scope = turn.run, turn.run.scope()
    flow = find_flow(run.flows, node.flow)
    given = {name: fill(value, scope) if isinstance(value, str) else value for name, value in node.give.items()}
    frame = Frame(flow=run.flow, node=run.node, variables=run.variables)
    variables = begin_variables(flow, given)
    turn.change(frames=(*run.frames, frame), flow=node.flow, variables=variables)
    return Exit("start", flow.file.start)


def enter_return(turn: Turn, node: Return) -> Exit | None:
    """Back to the flow that called this one; at the top the call is over."""
    if not turn.run.frames:
        enter_hang_up(turn, HangUp())
        return None
    theirs = turn.run.scope()
    caller = unwind(turn, 1)
    assert isinstance(caller, Subflow)
    for ours, name in caller.take.items():
        set_variable(turn, ours, theirs.get(name))
    if node.result in caller.results:
        return Exit(node.result, caller.results[node.result])
    return Exit("next", caller.next)


def unwind(turn: Turn, depth: int) -> object:
    """Leave so many subflows; gives the node that had called the outermost of them."""
    frames = turn.run.frames
    back = frames[len(frames) - depth]
    turn.change(frames=frames[: len(frames) - depth], flow=back.flow, node=back.node, variables=back.variables)
    return turn.run.at()


# -- queue ----------------------------------------------------------------------------------------------------------


def enter_queue(turn: Turn, node: Queue) -> None:
    """Say what is to be said, then join."""
    if not _play(turn, node):
        join_queue(turn, node)


def join_queue(turn: Turn, node: Queue, _input: object = None) -> None:
    """The caller waits; everything that was chosen goes with them."""
    _set_routing(turn, node)
    run = turn.run
    keys = "".join(option.key for option in (node.leave, node.callback) if option is not None)
    turn.end_menu("queued")
    turn.emit(
        effects.Queue(
            queue=QueueName(node.queue),
            priority=run.priority,
            requirement=_requirement(run.skills),
            prefer_agent=AgentId(fill(node.prefer_agent, run.scope())) if node.prefer_agent else None,
            attributes=run.attributes(),
            announce_every_us=from_seconds(node.announce.every_s) if node.announce else None,
            keys=keys,
            after_talk=node.after_talk is not None,
        )
    )
    turn.change(phase=Phase.QUEUED, playing=None, deadline=None)


def _requirement(skills: Mapping[str, int]) -> Requirement | None:
    terms = tuple(AtLeast(SkillName(name), level) for name, level in sorted(skills.items()))
    return AllOf(terms) if len(terms) > 1 else terms[0] if terms else None


def keys_while_queued(turn: Turn, node: Queue, pressed: inputs.Digits) -> Exit | None:
    """The keys that work while waiting; others are ignored."""
    for key in pressed.keys:
        if node.leave is not None and key == node.leave.key:
            turn.emit(effects.LeaveQueue())
            return Exit("leave", node.leave.next)
        if node.callback is not None and key == node.callback.key:
            turn.emit(effects.RequestCallback(fill(node.callback.number, turn.run.scope())))
            return Exit("callback", node.callback.next)
    return None


def position_told(turn: Turn, node: Queue, position: inputs.PositionTold) -> None:
    """Speak the announcement that the node wants, as far as it is known."""
    if node.announce is None:
        return
    parts = turn.parts(node.announce.prompts)
    if node.announce.position and position.position:
        parts += (*turn.parts(("position_is",)), _number("number", position.position))
    if node.announce.expected_wait and position.expected_wait_s is not None:
        parts += (*turn.parts(("wait_is",)), _number("duration", _spoken_wait(position.expected_wait_s)))
    turn.play_parts(parts, interruptible=True)


def _number(spoken_as: effects.SpokenAs, value: int) -> effects.PromptPart:
    return effects.PromptPart(name=spoken_as, spoken_as=spoken_as, value=value)


def _spoken_wait(wait_s: float) -> int:
    """Whole minutes, rounded up: an estimate spoken to the second would claim too much."""
    return max(1, -int(-wait_s // 60)) * 60


def callback_refused(turn: Turn, node: Queue, _input: inputs.CallbackRefused) -> Exit | None:
    """The caller cannot be called back there: they are asked for another number, or are told, and wait on."""
    if node.callback is not None and node.callback.ask is not None:
        turn.emit(effects.LeaveQueue(keeps_place=True))
        return Exit("ask", node.callback.ask)
    turn.play(("no_callback",), interruptible=True)
    return None


def enter_callback(turn: Turn, node: CallBack) -> None:
    """Ask for a place in the queue without a line."""
    _set_routing(turn, node)
    run, scope = turn.run, turn.run.scope()
    turn.change(phase=Phase.BOOKING)
    turn.wake_in(ASK_PATIENCE)
    turn.emit(
        effects.JoinAsCallback(
            queue=QueueName(node.queue),
            number=fill(node.number, scope),
            priority=run.priority,
            requirement=_requirement(run.skills),
            prefer_agent=AgentId(fill(node.prefer_agent, scope)) if node.prefer_agent else None,
            attributes=run.attributes(),
        )
    )


def callback_taken(_turn: Turn, node: CallBack, _input: inputs.CallbackTaken) -> Exit:
    """The caller may hang up."""
    return Exit("next", node.next)


def callback_failed(_turn: Turn, node: CallBack, _input: inputs.CallbackRefused | inputs.Tick) -> Exit:
    """The caller cannot be called back, or nobody says that they will."""
    return Exit("failed", node.failed)


def queue_left(turn: Turn, node: Queue, left: inputs.QueueLeft) -> Exit | None:
    """The queue did not take or keep the caller."""
    target = node.exits.get(left.outcome)
    if target is None:
        turn.change(phase=Phase.LEAVING)
        turn.play(("cannot_be_taken",), interruptible=False)
        return None
    return Exit(left.outcome, target)


def connected(turn: Turn, _node: Queue, _input: inputs.Connected) -> None:
    """An agent talks with the caller."""
    turn.stop_playing()
    turn.change(phase=Phase.TALKING)


def talk_over(turn: Turn, node: Queue, _input: inputs.TalkOver) -> Exit | None:
    """The agent hung up first."""
    if node.after_talk is not None:
        return Exit("after_talk", node.after_talk)
    turn.emit(effects.HangUp())
    turn.end()
    return None


# -- transfer, voicemail, hang up -----------------------------------------------------------------------------------


def enter_transfer(turn: Turn, node: Transfer) -> Exit | None:
    """Say what is to be said, then dial."""
    return None if _play(turn, node) else transfer(turn, node)


def transfer(turn: Turn, node: Transfer, _input: object = None) -> Exit | None:
    """Dial, if what the variables made is a number."""
    number = fill(node.to, turn.run.scope())
    if not _NUMBER.fullmatch(number):
        turn.emit(effects.Report(what="not_a_number", node=turn.run.node))
        return Exit("failed", node.failed)
    turn.end_menu("transferred")
    turn.emit(effects.Transfer(to=number, ring_us=from_seconds(node.ring_s)))
    turn.change(phase=Phase.TRANSFERRING, playing=None, deadline=None)
    return None


def transfer_ended(turn: Turn, node: Transfer, ended: inputs.TransferEnded) -> Exit | None:
    """Not taken: on by the edge ``failed``; else the call is over."""
    if ended.outcome != "answered":
        return Exit("failed", node.failed)
    turn.emit(effects.HangUp())
    turn.end()
    return None


def enter_voicemail(turn: Turn, node: Voicemail) -> None:
    """Say what is to be said, then record."""
    if not _play(turn, node):
        take_message(turn, node)


def take_message(turn: Turn, node: Voicemail, _input: object = None) -> None:
    """Record."""
    turn.end_menu("voicemail")
    longest, mailbox = from_seconds(node.longest_s), fill(node.mailbox, turn.run.scope())
    turn.emit(effects.Voicemail(mailbox=mailbox, longest_us=longest, attributes=turn.run.attributes()))
    turn.change(phase=Phase.RECORDING, playing=None, deadline=None)


def message_taken(_turn: Turn, node: Voicemail, _input: inputs.MessageTaken) -> Exit:
    """The message is there and the caller too."""
    return Exit("next", node.next)


def enter_hang_up(turn: Turn, node: HangUp) -> None:
    """Say goodbye, then hang up."""
    if not _play(turn, node):
        hang_up(turn, node)


def hang_up(turn: Turn, node: HangUp, _input: object = None) -> None:
    """The end."""
    turn.end_menu("hung_up", contained=node.served)
    turn.emit(effects.HangUp())
    turn.end()


def leave(turn: Turn, _node: object, _input: inputs.PromptDone) -> None:
    """The apology is over."""
    hang_up(turn, HangUp())


AFTER_PROMPTS: Mapping[type[msgspec.Struct], Callable[..., Exit | None]] = {
    Queue: join_queue,
    Transfer: transfer,
    Voicemail: take_message,
    HangUp: hang_up,
}
"""What a node does when its prompts have been played."""
