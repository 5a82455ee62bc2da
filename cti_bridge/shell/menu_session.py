"""Runs a voice menu on a FastAGI session: the interpreter's effects become AGI commands, their replies its inputs.

AGI is half-duplex: one command, one reply. So a session is a loop that does what is next: play a sound (any key stops
it when the prompt may be interrupted), else wait for a key until the interpreter's deadline. The interpreter decides;
here is only who plays what when.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from acd.events import JoinQueue
from cti_bridge.shell.agi_server import AgiSession, Script, SessionEnded
from cti_bridge.shell.calls import Call, Place
from cti_bridge.shell.coordinator import Coordinator
from facts.ids import ContactId, CustomerId
from facts.time import MILLISECOND, SECOND, Instant
from ivr import effects, inputs, interpreter
from ivr.flow import Flow, Value
from ivr.run import Run

log = structlog.get_logger(__name__)

ALL_KEYS = "0123456789*#"
LONGEST_WAIT = 30 * SECOND
"""A single WAIT FOR DIGIT is never longer, so that a vanished deadline cannot keep a caller for ever."""


class Sounds(Protocol):
    """Turns prompt parts into sounds that the switch knows, without extension."""

    def files(self, parts: tuple[effects.PromptPart, ...], language: str) -> tuple[str, ...]:
        """One sound file after the other."""

    def samples(self, parts: tuple[effects.PromptPart, ...], language: str) -> bytes:
        """The same as 8 kHz 16-bit mono samples."""


class EntryPoints(Protocol):
    """Which flow answers a dialled number."""

    def flow_of(self, dialled: str, caller: str, now: Instant) -> str:
        """The flow's name."""


class Menus:
    """Flows, sounds and entry points as they are now. ``flows`` may be replaced: calls finish on what they began."""

    def __init__(self, flows: Mapping[str, Flow], sounds: Sounds, entry_points: EntryPoints) -> None:
        self.flows = flows
        self.sounds = sounds
        self.entry_points = entry_points

    def script(self, coordinator: Coordinator) -> Script:
        """The FastAGI script for callers."""

        async def run(session: AgiSession) -> None:
            await MenuSession(session, coordinator, self).run()

        return run


class MenuSession:
    """One caller in the menu."""

    def __init__(self, session: AgiSession, coordinator: Coordinator, menus: Menus) -> None:
        self._agi = session
        self._coordinator = coordinator
        self._menus = menus
        self._call = self._arrive()
        self._sounds: deque[str] = deque()
        self._play: effects.Play | None = None
        self._pending: deque[tuple[str, tuple[str | int, ...]]] = deque()
        self._answers: deque[inputs.Input] = deque()
        self._over = False
        self._run: Run
        self._do: Mapping[type[Any], Callable[[Any], None]] = {
            effects.Play: self._start_playing,
            effects.StopPlaying: self._stop_playing,
            effects.SetVariable: self._set_variable,
            effects.Ask: self._tell,
            effects.Lookup: self._look_up,
            effects.Queue: self._queue,
            effects.Transfer: self._transfer,
            effects.HangUp: self._hang_up,
            effects.Record: self._record,
            effects.Report: self._report,
        }

    def _arrive(self) -> Call:
        request = self._agi.request
        query = request.query
        contact_id = ContactId(query.get("call") or request.uniqueid)
        known = self._coordinator.calls.get(contact_id)
        if known is not None:
            known.place = Place.MENU
            return known
        call = Call(contact_id, request.uniqueid, request.channel, Place.MENU)
        call.entry_point = query.get("dnis", "")
        call.caller_number, call.caller_name = request.caller_number or "", request.caller_name or ""
        self._coordinator.caller_arrived(call)
        return call

    async def run(self) -> None:
        """Answer, walk through the flow, and leave the caller where the flow says."""
        try:
            await self._agi.command("ANSWER")
            self._begin()
            while not self._over:
                await self._next()
            await self._send_pending()
        except SessionEnded:
            if self._agi.hung_up and not self._over:
                self._feed(inputs.HungUp())

    def _begin(self) -> None:
        call, now = self._call, self._coordinator.now()
        name = self._menus.entry_points.flow_of(call.entry_point, call.caller_number, now)
        about = inputs.Call(
            contact_id=call.contact_id,
            entry_point=call.entry_point,
            dialled=call.entry_point,
            number=call.caller_number,
            name=call.caller_name,
        )
        self._run, wanted = interpreter.begin(self._menus.flows, name, about, now)
        self._carry_out(wanted)

    async def _next(self) -> None:
        if self._pending:
            await self._send_pending()
        elif self._answers:
            self._feed(self._answers.popleft())
        elif self._sounds:
            await self._play_one()
        elif self._play is not None:
            done, self._play = self._play, None
            self._feed(inputs.PromptDone(done.play_id))
        elif self._run.ended:
            self._over = True
        else:
            await self._wait_for_key()

    async def _send_pending(self) -> None:
        while self._pending:
            name, arguments = self._pending.popleft()
            await self._agi.command(name, *arguments)

    async def _play_one(self) -> None:
        assert self._play is not None
        keys = ALL_KEYS if self._play.interruptible else ""
        reply = await self._agi.command("STREAM FILE", self._sounds.popleft(), keys)
        self._heard(reply.number, hung_up=reply.hung_up)

    async def _wait_for_key(self) -> None:
        deadline, now = self._run.deadline, self._coordinator.now()
        wait = LONGEST_WAIT if deadline is None else min(max(deadline - now, MILLISECOND), LONGEST_WAIT)
        reply = await self._agi.command("WAIT FOR DIGIT", -(-wait // MILLISECOND))
        self._heard(reply.number, hung_up=reply.hung_up)
        if reply.number == 0:
            self._feed(inputs.Tick())

    def _heard(self, code: int | None, *, hung_up: bool) -> None:
        if hung_up or self._agi.hung_up:
            self._feed(inputs.HungUp())
            self._over = True
        elif code is not None and code > 0:
            self._sounds.clear()
            self._play = None
            self._feed(inputs.Digits(chr(code)))

    def _feed(self, heard: inputs.Input) -> None:
        self._run, wanted = interpreter.step(self._run, heard, self._coordinator.now())
        self._carry_out(wanted)

    def _carry_out(self, wanted: tuple[effects.Effect, ...]) -> None:
        for effect in wanted:
            do = self._do.get(type(effect))
            if do is not None:
                do(effect)

    # -- effects -----------------------------------------------------------------------------------------------------

    def _start_playing(self, effect: effects.Play) -> None:
        self._play = effect
        self._sounds = deque(self._menus.sounds.files(effect.prompts, effect.language))

    def _stop_playing(self, effect: effects.StopPlaying) -> None:
        if self._play is not None and self._play.play_id == effect.play_id:
            self._play = None
            self._sounds.clear()

    def _set_variable(self, effect: effects.SetVariable) -> None:
        if effect.name == "language":
            self._pending.append(("SET VARIABLE", ("CHANNEL(language)", effect.value)))

    def _tell(self, effect: effects.Ask) -> None:
        values: dict[str, Value] = {}
        self._answers.append(inputs.Told(effect.ask_id, values))

    def _look_up(self, effect: effects.Lookup) -> None:
        self._answers.append(inputs.LookupDone(lookup_id=effect.lookup_id, outcome="failed"))

    def _queue(self, effect: effects.Queue) -> None:
        customer = effect.attributes.get("customer_id")
        self._call.routing = JoinQueue(
            contact_id=self._call.contact_id,
            queue=effect.queue,
            requirement=effect.requirement,
            priority=effect.priority,
            preferred_agent=effect.prefer_agent,
            customer_id=CustomerId(customer) if customer else None,
            attributes=effect.attributes,
        )
        self._pending.append(("SET VARIABLE", ("ACD_QUEUE", effect.queue)))
        self._over = True

    def _transfer(self, effect: effects.Transfer) -> None:
        self._pending.append(("EXEC", ("Goto", f"acd-transfer,9{effect.to},1")))
        self._over = True

    def _hang_up(self, _: effects.HangUp) -> None:
        self._call.place = Place.TALKED
        self._pending.append(("HANGUP", ()))
        self._over = True

    def _record(self, effect: effects.Record) -> None:
        self._coordinator.record(effect.fact)

    def _report(self, effect: effects.Report) -> None:
        log.warning("menu_trouble", what=effect.what, node=effect.node, reason=effect.reason)
