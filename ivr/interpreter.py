"""The interpreter of voice menus: ``step(run, input, now) -> (run, effects)``. Pure.

How a shell walks a caller through a flow::

    run, wanted = interpreter.begin(flows, "main", call, now)
    while True:
        for effect in wanted:           # in order; Play and Listen only begin, nothing is awaited
            do(effect)
        if run.ended:
            break
        run, wanted = interpreter.step(run, next_input(), now)

``next_input()`` is whatever comes first: a key (:class:`ivr.inputs.Digits`), the end of the prompt (``PromptDone``
with the ``play_id`` of its ``Play``), the recogniser's ``Spoken``, the answer of an errand, ``HungUp``; or ``Tick``
when ``now`` reaches ``run.deadline`` (None: there is none). All deadlines are judged here, from ``now``: a Tick that
comes too early changes nothing, and an input that comes after the deadline finds the time-out already done, so that
one step of the clock or many give the same run.

*Keys may come at any time.* With AGI, where one command runs at a time: play each part of an interruptible ``Play``
with ``STREAM FILE name "0123456789*#"`` (an uninterruptible one with ``""``); a key that stops it is ``Digits(key)``
and the rest of the Play is dropped (the interpreter forgets it too: no ``PromptDone``); after the last part comes
``PromptDone``. With nothing to play, wait with ``WAIT FOR DIGIT`` for ``run.deadline - now``; 0 means ``Tick``. When
``effects.Listen`` wants several keys, ``GET DATA`` may take them at once: ``Digits(keys, ended=True)``.
With AudioSocket, prompts, keys and speech run at the same time and ``StopPlaying``/``StopListening`` matter.

*Who may speak when.* The first key ends recognition; speech that is decided afterwards is ignored. ``Listen`` is
sent anew with every question. Effects that need an answer carry a number (``ask_id``, ``lookup_id``, ``play_id``);
answers with another number are ignored.

*Callbacks.* Who presses the key for one has gone on when ``effects.RequestCallback`` is seen; a shell that cannot call
back drops that step, and gives ``CallbackRefused`` to the run as it was before the key.

*The queue.* ``effects.Queue`` ends the menu (``MenuEnded`` is recorded) but not the run: while the caller waits, keys,
``PositionTold``, ``QueueLeft``, ``Connected`` and ``TalkOver`` may be fed. A shell that does none of this just drops
the run. ``run.attributes()`` is what the agent should see.

Illegal order is impossible to express: an input that the present phase does not know changes nothing, because on a
telephone line everything may come late.
"""

from collections.abc import Callable, Mapping
from typing import Any

from facts.journal import MenuNodeEntered
from facts.time import Instant
from ivr import acting, asking, effects, inputs, saying
from ivr.flow import (
    Branch,
    CallBack,
    Collect,
    Confirm,
    Flow,
    HangUp,
    Lookup,
    Menu,
    Queue,
    Return,
    Say,
    Set,
    Subflow,
    Survey,
    Transfer,
    Value,
    Variable,
    Voicemail,
)
from ivr.run import NO_KEYS, Phase, Run, Secret, begin_variables, find_flow
from ivr.turn import Exit, Turn

MAX_NODES_AT_ONCE = 100
"""So many nodes in one step, without waiting for anything, are a loop."""

MAX_VISITS = 2000
"""So many nodes in one call: somebody's machine is talking to ours."""

KEYS = frozenset("0123456789*#")

Stepped = tuple[Run, tuple[effects.Effect, ...]]


def begin(flows: Mapping[str, Flow], name: str, call: inputs.Call, now: Instant) -> Stepped:
    """Start a run of the flow ``name``; :class:`ivr.errors.UnknownFlow` when there is none.

    ``flows`` is kept by the run as it is: never change that mapping, make a new one.
    """
    flow = find_flow(flows, name)
    run = Run(
        contact_id=call.contact_id,
        flows=flows,
        flow=name,
        language=_first_language(flow, call.language),
        call=_call_values(call),
        variables=begin_variables(flow, call.data),
    )
    turn = Turn(run, now)
    turn.emit(effects.SetVariable("language", run.language))
    _walk(turn, Exit("start", flow.file.start))
    return turn.run, tuple(turn.effects)


def hand_over(run: Run, flows: Mapping[str, Flow], name: str, now: Instant, data: Mapping[str, Value]) -> Stepped:
    """Another flow goes on with the caller, as if it began: what was chosen and learnt comes along.

    Variables of the same name keep their values (private ones only where they stay private); ``data`` sets others.
    Raises :class:`ivr.errors.UnknownFlow`.
    """
    flow = find_flow(flows, name)
    declared = flow.file.variables
    known = {n: v.value if isinstance(v, Secret) else v for n, v in run.variables.items() if _may_keep(declared, n, v)}
    fresh = Run(
        contact_id=run.contact_id,
        flows=flows,
        flow=name,
        language=_first_language(flow, run.language),
        call=run.call,
        variables=begin_variables(flow, {**known, **data}),
        choices=run.choices,
        data={**run.attributes(), **run.data},
        skills=run.skills,
        priority=run.priority,
    )
    turn = Turn(fresh, now)
    turn.emit(effects.SetVariable("language", fresh.language))
    _walk(turn, Exit("start", flow.file.start))
    return turn.run, tuple(turn.effects)


def _may_keep(declared: Mapping[str, Variable], name: str, value: Value | Secret) -> bool:
    return name in declared and (not isinstance(value, Secret) or declared[name].private)


def step(run: Run, given: inputs.Input, now: Instant) -> Stepped:
    """What becomes of the run, and what is to be done, when ``given`` comes at ``now``."""
    turn = Turn(run, now)
    while (due := turn.run.deadline) is not None and due <= now and not isinstance(given, inputs.HungUp):
        turn.now = due
        _handle(turn, inputs.Tick())
    turn.now = now
    if isinstance(given, inputs.Digits):
        given = _wanted_keys(turn, given)
    if not isinstance(given, inputs.Tick):
        _handle(turn, given)
    return turn.run, tuple(turn.effects)


def _first_language(flow: Flow, wanted: str | None) -> str:
    return wanted if wanted in flow.file.languages else flow.file.languages[0]


def _call_values(call: inputs.Call) -> dict[str, Value]:
    return {
        "caller.number": call.number,
        "caller.name": call.name,
        "caller.region": call.region,
        "caller.withheld": not call.number,
        "call.dialled": call.dialled,
        "call.entry_point": call.entry_point,
        "call.id": call.contact_id,
        **{f"call.{name}": value for name, value in call.data.items()},
    }


# -- one input ------------------------------------------------------------------------------------------------------


def _wanted_keys(turn: Turn, given: inputs.Digits) -> inputs.Digits:
    """Only what a telephone has; and not the terminator that came after a complete entry."""
    keys = "".join(key for key in given.keys if key in KEYS)
    run = turn.run
    if run.ignored_key and keys:
        if turn.now < run.ignored_until:
            keys = keys.removeprefix(run.ignored_key)
        turn.change(ignored_key="")
    return inputs.Digits(keys, given.ended)


def _handle(turn: Turn, given: inputs.Input) -> None:
    if turn.run.ended or (isinstance(given, inputs.Digits) and not given.keys and not given.ended):
        return
    if isinstance(given, inputs.HungUp):
        _caller_left(turn)
        return
    if isinstance(given, inputs.PromptDone) and not _prompt_is_over(turn, given):
        return
    if isinstance(given, inputs.Tick):
        turn.change(deadline=None)
    node = turn.run.at()
    handler = _HANDLERS.get((turn.run.phase, type(node), type(given))) or _FOR_ALL.get((turn.run.phase, type(given)))
    found = handler(turn, node, given) if handler is not None else None
    if found is not None:
        _walk(turn, found)


def _prompt_is_over(turn: Turn, done: inputs.PromptDone) -> bool:
    if done.play_id != turn.run.playing:
        return False
    turn.change(playing=None)
    return True


def _caller_left(turn: Turn) -> None:
    in_menu = turn.run.phase not in (Phase.QUEUED, Phase.TALKING, Phase.TRANSFERRING, Phase.RECORDING)
    _close(turn)
    if in_menu:
        turn.end_menu("caller_left")
    turn.end()


# -- walking --------------------------------------------------------------------------------------------------------


def _walk(turn: Turn, found: Exit | None) -> None:
    """Follow edges until a node waits for something."""
    entered = 0
    while found is not None:
        _close(turn, speaking=found.speaking)
        if found.unwind:
            acting.unwind(turn, found.unwind)
        if entered >= MAX_NODES_AT_ONCE or turn.run.visits >= MAX_VISITS:
            _give_up(turn)
            return
        entered += 1
        found = _enter(turn, found)


def _enter(turn: Turn, found: Exit) -> Exit | None:
    turn.change(node=found.target, visits=turn.run.visits + 1, deadline=None, waiting_for=None)
    flow = turn.run.now_in()
    turn.record(
        MenuNodeEntered(
            contact_id=turn.run.contact_id,
            flow=flow.name,
            flow_version=flow.version,
            node=found.target,
            via=found.edge,
        )
    )
    node = turn.run.at()
    if isinstance(node, Queue | Transfer | Voicemail | HangUp):
        turn.change(typed=NO_KEYS)  # what was typed ahead was for a question, and none came
    return _ENTER[type(node)](turn, node)


def _close(turn: Turn, *, speaking: bool = False) -> None:
    """Leave the present node: no prompt, no private silence goes on, nor the listening, unless the caller speaks."""
    if not speaking:
        turn.stop_listening()
    turn.stop_playing()
    if turn.run.recording_paused:
        turn.emit(effects.ResumeRecording())
    turn.change(recording_paused=False, keys=NO_KEYS, heard=None, phase=Phase.PLAYING)


def _give_up(turn: Turn) -> None:
    """A loop: better an end than a machine that spins."""
    turn.emit(effects.Report(what="endless_loop", node=turn.run.node))
    turn.end_menu("failed")
    turn.emit(effects.HangUp())
    turn.end()


_ENTER: Mapping[type, Callable[..., Exit | None]] = {
    Say: saying.enter,
    Menu: asking.enter,
    Collect: asking.enter,
    Confirm: asking.enter,
    Survey: asking.enter,
    Branch: acting.enter_branch,
    Lookup: acting.enter_lookup,
    Set: acting.enter_set,
    Subflow: acting.enter_subflow,
    Return: acting.enter_return,
    Queue: acting.enter_queue,
    CallBack: acting.enter_callback,
    Transfer: acting.enter_transfer,
    Voicemail: acting.enter_voicemail,
    HangUp: acting.enter_hang_up,
}


def _after_prompts(turn: Turn, node: Any, given: inputs.PromptDone) -> Exit | None:
    return acting.AFTER_PROMPTS.get(type(node), acting.hang_up)(turn, node, given)


_FOR_ALL: Mapping[tuple[Phase, type], Callable[..., Exit | None]] = {
    (Phase.PLAYING, inputs.PromptDone): _after_prompts,
    (Phase.LEAVING, inputs.PromptDone): acting.leave,
    (Phase.LISTENING, inputs.PromptDone): asking.prompt_done,
    (Phase.LISTENING, inputs.Digits): asking.take_keys,
    (Phase.LISTENING, inputs.SpeechStarted): asking.speech_started,
    (Phase.LISTENING, inputs.Spoken): asking.take_speech,
    (Phase.LISTENING, inputs.SpeechFailed): asking.speech_failed,
    (Phase.LISTENING, inputs.Tick): asking.tick,
    (Phase.CONFIRMING, inputs.PromptDone): asking.prompt_done,
    (Phase.CONFIRMING, inputs.Digits): asking.take_keys_confirming,
    (Phase.CONFIRMING, inputs.SpeechStarted): asking.speech_started,
    (Phase.CONFIRMING, inputs.Spoken): asking.take_speech_confirming,
    (Phase.CONFIRMING, inputs.SpeechFailed): asking.speech_failed,
    (Phase.CONFIRMING, inputs.Tick): asking.tick,
}
"""What an input does in a phase, whatever the node."""

_HANDLERS: Mapping[tuple[Phase, type, type], Callable[..., Exit | None]] = {
    (Phase.PLAYING, Say, inputs.Digits): saying.keys,
    (Phase.PLAYING, Say, inputs.SpeechStarted): saying.speech_started,
    (Phase.PLAYING, Say, inputs.PromptDone): saying.said,
    (Phase.TOLD, Branch, inputs.Told): acting.told,
    (Phase.TOLD, Branch, inputs.Digits): acting.keys_ahead,
    (Phase.TOLD, Branch, inputs.Tick): acting.not_told,
    (Phase.LOOKING_UP, Lookup, inputs.LookupDone): acting.looked_up,
    (Phase.LOOKING_UP, Lookup, inputs.Digits): acting.keys_ahead,
    (Phase.LOOKING_UP, Lookup, inputs.Tick): acting.lookup_too_late,
    (Phase.QUEUED, Queue, inputs.Digits): acting.keys_while_queued,
    (Phase.QUEUED, Queue, inputs.PositionTold): acting.position_told,
    (Phase.QUEUED, Queue, inputs.CallbackRefused): acting.callback_refused,
    (Phase.QUEUED, Queue, inputs.QueueLeft): acting.queue_left,
    (Phase.QUEUED, Queue, inputs.Connected): acting.connected,
    (Phase.BOOKING, CallBack, inputs.CallbackTaken): acting.callback_taken,
    (Phase.BOOKING, CallBack, inputs.CallbackRefused): acting.callback_failed,
    (Phase.BOOKING, CallBack, inputs.Tick): acting.callback_failed,
    (Phase.TALKING, Queue, inputs.TalkOver): acting.talk_over,
    (Phase.TRANSFERRING, Transfer, inputs.TransferEnded): acting.transfer_ended,
    (Phase.RECORDING, Voicemail, inputs.MessageTaken): acting.message_taken,
}
"""What an input does in a phase at one kind of node."""
