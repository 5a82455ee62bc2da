"""Scripts of callers: what somebody says and presses, and what has to become of it. No telephone, no clock.

The structs are the grammar of the file. Time is virtual: a prompt lasts ``PROMPT_S``, lookups and the state of queues
are told by the script. Pure.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import msgspec

from facts.ids import ContactId
from facts.journal import Fact
from facts.time import Instant, from_seconds
from ivr import effects, inputs, interpreter
from ivr.errors import IvrError
from ivr.flow import Flow, Scalar
from ivr.located import Path, line_of
from ivr.run import Phase, Run
from ivr.variable_types import number_from

PROMPT_S = 2.0
"""How long a prompt lasts."""

PRESS_S = 0.3
SPEAK_S = 1.0
LONGEST_S = 3600.0


class _ScriptPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts of a script file."""


class CallerIs(_ScriptPart, frozen=True, kw_only=True):
    """Who calls."""

    number: str = ""
    name: str = ""
    region: str = ""
    dialled: str = ""
    entry_point: str = ""
    language: str | None = None
    data: dict[str, str] = {}


class Saying(_ScriptPart, frozen=True, kw_only=True):
    """What the recogniser understands."""

    text: str
    confidence: float = 0.95


class Position(_ScriptPart, frozen=True, kw_only=True):
    """What the distributor tells a waiting caller."""

    position: int
    expected_wait_s: float | None = None


class Step(_ScriptPart, frozen=True, kw_only=True):
    """One thing that happens; give exactly one.

    ``presses`` keys (into a prompt too, if it may be interrupted). ``says`` words. ``waits`` so many seconds.
    ``silence``: stays silent until the menu notices, so many times. ``hears``: listens to the end; these prompts
    were among what was played since the last ``hears``, in this order. ``hangs_up: true``. ``agent``: ``answers`` or
    ``hangs_up``. ``queue``: it does not take or keep the caller (``closed`` …). ``position``: the announcement is due.
    ``transfer``, ``message``: how they end. ``callback``: whether they will be called back. ``speech: fails``: the
    recogniser is gone.
    """

    presses: str | None = None
    says: str | Saying | None = None
    waits: float | None = None
    silence: int | None = None
    hears: tuple[str, ...] | str | None = None
    hangs_up: bool | None = None
    agent: Literal["answers", "hangs_up"] | None = None
    queue: str | None = None
    position: Position | None = None
    transfer: Literal["answered", "busy", "no_answer", "failed"] | None = None
    message: Literal["taken"] | None = None
    callback: Literal["taken", "refused"] | None = None
    speech: Literal["fails"] | None = None


class LookupAnswer(_ScriptPart, frozen=True, kw_only=True):
    """What the other system answers. ``hangs``: nothing, ever."""

    outcome: Literal["found", "not_found", "failed", "timed_out", "hangs"] = "found"
    answer: dict[str, Scalar | dict[str, Scalar]] = {}


class Expected(_ScriptPart, frozen=True, kw_only=True):
    """What has to have happened; what is left out may be anything.

    ``path``: the nodes entered, in order. ``prompts``: all that was played, spoken values as ``digits:1234``.
    ``outcome``: as in the journal (``queued``, ``hung_up`` …), or ``waiting`` when the flow goes on. ``attributes``:
    among what the agent sees. ``skills``: what is required of the agent.
    """

    path: tuple[str, ...] | None = None
    prompts: tuple[str, ...] | None = None
    outcome: str | None = None
    at: str | None = None
    queue: str | None = None
    language: str | None = None
    priority: int | None = None
    skills: dict[str, int] | None = None
    attributes: dict[str, str] | None = None
    variables: dict[str, Scalar] | None = None


class ScriptedCall(_ScriptPart, frozen=True, kw_only=True):
    """One call. ``state`` tells ``hours.…`` and ``queue.…``, ``lookups`` the answers by node; ``at``: ISO 8601."""

    name: str
    flow: str
    caller: CallerIs = CallerIs()
    at: str = "2026-01-15T10:00:00+00:00"
    state: dict[str, Scalar] = {}
    lookups: dict[str, LookupAnswer] = {}
    steps: tuple[Step, ...] = ()
    expect: Expected = Expected()


class ScriptFile(_ScriptPart, frozen=True, kw_only=True):
    """A file of calls. ``flows``: the flow files, beside this one."""

    flows: tuple[str, ...]
    calls: tuple[ScriptedCall, ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What was not as expected. ``path`` leads to the place in the file."""

    path: Path
    message: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call."""

    call: str
    failures: tuple[Failure, ...]
    path: tuple[str, ...]
    prompts: tuple[str, ...]
    facts: tuple[Fact, ...]


class ScriptError(IvrError):
    """The script asks for something that cannot be done at this moment."""


Errand: TypeAlias = effects.Ask | effects.Lookup


class Walk:
    """A caller on their way: feeds the interpreter and plays the shell's part."""

    def __init__(self, flows: Mapping[str, Flow], call: ScriptedCall, at: Instant) -> None:
        self.call = call
        self.now = at
        self.prompts: list[str] = []
        self.heard = 0
        self.facts: list[Fact] = []
        self.queue: effects.Queue | None = None
        self.reports: list[effects.Report] = []
        self._prompt_ends: Instant | None = None
        self._interruptible = True
        self._errands: list[Errand] = []
        who = call.caller
        about = inputs.Call(
            contact_id=ContactId(f"script-{call.name}"),
            number=who.number,
            name=who.name,
            region=who.region,
            dialled=who.dialled,
            entry_point=who.entry_point,
            language=who.language,
            data=who.data,
        )
        self.run: Run
        self.run, wanted = interpreter.begin(flows, call.flow, about, at)
        self._note(wanted)

    # -- the shell's part --------------------------------------------------------------------------------------------

    def feed(self, given: inputs.Input) -> None:
        """One input, and the errands that it causes."""
        self.run, wanted = interpreter.step(self.run, given, self.now)
        self._note(wanted)

    def _note(self, wanted: tuple[effects.Effect, ...]) -> None:
        for effect in wanted:
            match effect:
                case effects.Play():
                    self._begin_prompt(effect)
                case effects.StopPlaying():
                    self._prompt_ends = None
                case effects.Record(fact=fact):
                    self.facts.append(fact)
                case effects.Queue():
                    self.queue = effect
                case effects.Report():
                    self.reports.append(effect)
                case effects.Ask() | effects.Lookup():
                    self._errands.append(effect)
        while self._errands:
            self._run_errand(self._errands.pop(0))

    def _begin_prompt(self, play: effects.Play) -> None:
        self.prompts += [_spoken(part) for part in play.prompts]
        self._prompt_ends = self.now + from_seconds(PROMPT_S)
        self._interruptible = play.interruptible

    def _run_errand(self, errand: Errand) -> None:
        if isinstance(errand, effects.Ask):
            self._tell(errand)
            return
        given = self.call.lookups.get(errand.node)
        if given is None:
            raise ScriptError(f"the flow looks something up at {errand.node!r}: give its answer under `lookups`")
        if given.outcome != "hangs":
            self.feed(inputs.LookupDone(lookup_id=errand.lookup_id, outcome=given.outcome, answer=given.answer))

    def _tell(self, ask: effects.Ask) -> None:
        unknown = [name for name in ask.names if name not in self.call.state]
        if unknown:
            raise ScriptError(f"the flow asks for {', '.join(unknown)}: say what they are under `state`")
        self.feed(inputs.Told(ask.ask_id, {name: self.call.state[name] for name in ask.names}))

    # -- time --------------------------------------------------------------------------------------------------------

    def pass_time(self, until: Instant) -> None:
        """Let time go by: prompts end, deadlines are reached."""
        while (due := self._next_due()) is not None and due <= until and not self.run.ended:
            self._happen(due)
        self.now = max(self.now, until)

    def _next_due(self) -> Instant | None:
        return min((at for at in (self._prompt_ends, self.run.deadline) if at is not None), default=None)

    def _happen(self, due: Instant) -> None:
        self.now = max(self.now, due)
        if self._prompt_ends is not None and self._prompt_ends <= self.now and self.run.playing is not None:
            self._prompt_ends = None
            self.feed(inputs.PromptDone(self.run.playing))
        else:
            self._prompt_ends = None if self.run.playing is None else self._prompt_ends
            self.feed(inputs.Tick())

    def listen(self) -> None:
        """Hear out what plays, and everything that follows without the caller."""
        while self._prompt_ends is not None and not self.run.ended:
            self._happen(self._prompt_ends)

    def settle(self) -> None:
        """Hear out what plays; let lookups that never answer run into their time-out."""
        self.listen()
        while self.run.phase is Phase.LOOKING_UP and self.run.deadline is not None:
            self._happen(self.run.deadline)
            self.listen()

    def hear_what_cannot_be_interrupted(self) -> None:
        """A caller who knows the menu does not press keys into the void."""
        while self._prompt_ends is not None and not self._interruptible and not self.run.ended:
            self._happen(self._prompt_ends)

    def be_silent(self) -> None:
        """Until the menu notices."""
        self.listen()
        if self.run.deadline is None:
            raise ScriptError("nobody waits for the caller here: silence has no end")
        self.pass_time(self.run.deadline)


def play(flows: Mapping[str, Flow], call: ScriptedCall, at: Instant) -> Outcome:
    """Walk one scripted call through the flows."""
    failures: list[Failure] = []
    try:
        walk = Walk(flows, call, at)
    except IvrError as error:
        failure = Failure(path=("flow",), message=str(error))
        return Outcome(call=call.name, failures=(failure,), path=(), prompts=(), facts=())
    done = 0
    try:
        for done, step in enumerate(call.steps):
            failures += _do(walk, step, ("steps", done))
        walk.settle()
    except ScriptError as error:
        failures.append(Failure(path=("steps", done), message=str(error)))
    path = tuple(_nodes(walk.facts))
    failures += _compared(walk, call.expect, path)
    return Outcome(
        call=call.name, failures=tuple(failures), path=path, prompts=tuple(walk.prompts), facts=tuple(walk.facts)
    )


def _nodes(facts: list[Fact]) -> Iterator[str]:
    for fact in facts:
        if fact.kind == "MenuNodeEntered":
            yield str(getattr(fact, "node", ""))


def _spoken(part: effects.PromptPart) -> str:
    return part.name if part.spoken_as == "prompt" else f"{part.spoken_as}:{part.value}"


# -- steps ----------------------------------------------------------------------------------------------------------


def _do(walk: Walk, step: Step, path: Path) -> list[Failure]:
    given = [name for name in step.__struct_fields__ if getattr(step, name) is not None]
    if len(given) != 1:
        raise ScriptError(f"a step does exactly one thing, this one {', '.join(given) or 'nothing'}")
    if walk.run.ended:
        raise ScriptError("the call is over already")
    return _STEPS[given[0]](walk, getattr(step, given[0]), (*path, given[0])) or []


def _presses(walk: Walk, keys: str, _path: Path) -> None:
    for key in keys:
        walk.hear_what_cannot_be_interrupted()
        walk.pass_time(walk.now + from_seconds(PRESS_S))
        walk.feed(inputs.Digits(key))


def _says(walk: Walk, said: str | Saying, _path: Path) -> None:
    walk.hear_what_cannot_be_interrupted()
    saying = Saying(text=said) if isinstance(said, str) else said
    if walk.run.phase not in (Phase.LISTENING, Phase.CONFIRMING) and not walk.run.hearing:
        raise ScriptError(f"nobody listens at {walk.run.node!r}: let the caller hear the question first (`hears`)")
    walk.feed(inputs.SpeechStarted())
    walk.pass_time(walk.now + from_seconds(SPEAK_S))
    walk.feed(inputs.Spoken(saying.text, saying.confidence))


def _waits(walk: Walk, seconds: float, _path: Path) -> None:
    walk.pass_time(walk.now + from_seconds(min(max(seconds, 0.0), LONGEST_S)))


def _silence(walk: Walk, times: int, _path: Path) -> None:
    for _ in range(times):
        walk.be_silent()


def _hears(walk: Walk, wanted: tuple[str, ...] | str, path: Path) -> list[Failure]:
    wanted = (wanted,) if isinstance(wanted, str) else wanted
    walk.settle()
    since, walk.heard = walk.prompts[walk.heard :], len(walk.prompts)
    rest = iter(since)
    if all(name in rest for name in wanted):
        return []
    return [Failure(path=path, message=f"heard {_list(tuple(since))}, not {_list(wanted)}")]


def _hangs_up(walk: Walk, really: bool, _path: Path) -> None:
    if really:
        walk.feed(inputs.HungUp())


def _needs(walk: Walk, phase: Phase) -> None:
    walk.settle()
    if walk.run.phase is not phase:
        raise ScriptError(f"cannot happen now: the run waits for something else ({walk.run.phase.value})")


def _agent(walk: Walk, does: str, _path: Path) -> None:
    _needs(walk, Phase.QUEUED if does == "answers" else Phase.TALKING)
    walk.feed(inputs.Connected() if does == "answers" else inputs.TalkOver())


def _queue(walk: Walk, outcome: str, _path: Path) -> None:
    _needs(walk, Phase.QUEUED)
    walk.feed(inputs.QueueLeft(outcome))


def _position(walk: Walk, told: Position, _path: Path) -> None:
    _needs(walk, Phase.QUEUED)
    walk.feed(inputs.PositionTold(position=told.position, expected_wait_s=told.expected_wait_s))


def _transfer(walk: Walk, outcome: Any, _path: Path) -> None:
    _needs(walk, Phase.TRANSFERRING)
    walk.feed(inputs.TransferEnded(outcome))


def _message(walk: Walk, _outcome: str, _path: Path) -> None:
    _needs(walk, Phase.RECORDING)
    walk.feed(inputs.MessageTaken())


def _callback(walk: Walk, outcome: str, _path: Path) -> None:
    if walk.run.phase is not Phase.QUEUED or outcome == "taken":
        _needs(walk, Phase.BOOKING)
    walk.feed(inputs.CallbackTaken() if outcome == "taken" else inputs.CallbackRefused())


def _speech(walk: Walk, _what: str, _path: Path) -> None:
    walk.feed(inputs.SpeechFailed("script"))


_STEPS: Mapping[str, Any] = {
    "presses": _presses,
    "says": _says,
    "waits": _waits,
    "silence": _silence,
    "hears": _hears,
    "hangs_up": _hangs_up,
    "agent": _agent,
    "queue": _queue,
    "position": _position,
    "transfer": _transfer,
    "message": _message,
    "callback": _callback,
    "speech": _speech,
}


# -- what is expected -----------------------------------------------------------------------------------------------


def _compared(walk: Walk, expected: Expected, path: tuple[str, ...]) -> Iterator[Failure]:
    found = _found(walk, path)
    for name in expected.__struct_fields__:
        wanted, got = getattr(expected, name), found[name]
        if wanted is None:
            continue
        if isinstance(wanted, dict) and isinstance(got, dict):
            got = {key: got.get(key) for key in wanted}
            if {key: _exact(value) for key, value in wanted.items()} == {k: _exact(v) for k, v in got.items()}:
                continue
        if wanted != got:
            yield Failure(path=("expect", name), message=f"is {_list(got)}, should be {_list(wanted)}")


def _exact(value: object) -> object:
    """An amount of 0.1 is what the script calls 0.1."""
    return number_from(value) if isinstance(value, float | Decimal) else value


def _found(walk: Walk, path: tuple[str, ...]) -> dict[str, Any]:
    run = walk.run
    return {
        "path": path,
        "prompts": tuple(walk.prompts),
        "outcome": run.outcome or "waiting",
        "at": run.node,
        "queue": walk.queue.queue if walk.queue is not None else None,
        "language": run.language,
        "priority": run.priority,
        "skills": run.skills,
        "attributes": run.attributes(),
        "variables": run.scope(),
    }


def _list(value: object) -> str:
    return "[" + ", ".join(str(part) for part in value) + "]" if isinstance(value, tuple) else str(value)


def line_of_failure(lines: dict[Path, int], index: int, failure: Failure) -> int:
    """The line of the file where a failure of its call number ``index`` belongs."""
    return line_of(lines, ("calls", index, *failure.path))
