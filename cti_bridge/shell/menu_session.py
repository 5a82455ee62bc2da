"""Runs a voice menu on a FastAGI session: the interpreter's effects become AGI commands, their replies its inputs.

AGI is half-duplex: one command, one reply. So a session is a loop that does what is next: an errand on the line (set a
variable, record a message), else play a sound (any key stops it when the prompt may be interrupted), else wait for a
key until the interpreter's deadline. The interpreter decides; here is only who plays what when.

A session ends when the caller is sent away from the menu: to the queue, to a number, or home. In the queue and outside
the run lives on (:mod:`cti_bridge.shell.resting_runs`), and a later session may take it up again.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from acd.events import JoinQueue
from cti_bridge.shell import switch_actions
from cti_bridge.shell.agi_server import AgiSession, SessionEnded
from cti_bridge.shell.calls import Call, Place
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.menus import Menus
from cti_bridge.wire.agi import AgiReply
from facts.ids import ContactId, CustomerId
from facts.journal import VoicemailLeft
from facts.time import MILLISECOND, SECOND, Duration
from ivr import effects, inputs, interpreter
from ivr.run import Run

log = structlog.get_logger(__name__)

ALL_KEYS = "0123456789*#"
LONGEST_WAIT: Duration = 30 * SECOND
"""A single WAIT FOR DIGIT is never longer, so that a vanished deadline cannot keep a caller for ever."""

SLICE: Duration = 200 * MILLISECOND
"""While another system is asked, keys are waited for in slices, so that its answer is heard of soon."""

UP = 6
"""CHANNEL STATUS of a channel that has not ended."""

DIAL_OUTCOMES: Mapping[str, str] = {"ANSWER": "answered", "BUSY": "busy", "NOANSWER": "no_answer"}
"""What DIALSTATUS says of a transfer; all else failed."""


class MenuSession:
    """One caller in the menu. ``resume`` of the AGI URL says why a run is taken up again; empty: a new call."""

    def __init__(self, session: AgiSession, coordinator: Coordinator, menus: Menus) -> None:
        self._agi = session
        self._coordinator = coordinator
        self._menus = menus
        self._resumes = session.request.query.get("resume", "")
        self._call = self._arrive()
        self._sounds: deque[str] = deque()
        self._play: effects.Play | None = None
        self._errands: deque[Callable[[], Awaitable[None]]] = deque()
        self._inbox: deque[inputs.Input] = deque()
        self._lookups: set[Deferred[inputs.LookupDone]] = set()
        self._feeding = False
        self._over = False
        self._run: Run
        self._do: Mapping[type[Any], Callable[[Any], None]] = {
            effects.Play: self._start_playing,
            effects.StopPlaying: self._stop_playing,
            effects.SetVariable: self._set_variable,
            effects.Ask: lambda effect: self._feed(self._menus.errands.tell(effect, self._coordinator.now())),
            effects.Lookup: self._look_up,
            effects.Queue: self._queue,
            effects.JoinAsCallback: self._book,
            effects.Transfer: self._transfer,
            effects.Voicemail: lambda effect: self._errands.append(lambda: self._take_message(effect)),
            effects.HangUp: self._hang_up,
            effects.Record: lambda effect: self._coordinator.record(effect.fact),
            effects.Report: self._report,
            effects.PauseRecording: lambda _: self._pause_recording(on=True),
            effects.ResumeRecording: lambda _: self._pause_recording(on=False),
        }

    def _arrive(self) -> Call:
        """The call, known or new. Its entry point is the one that the dialled number belongs to."""
        request = self._agi.request
        query = request.query
        contact_id = ContactId(query.get("call") or request.uniqueid)
        known = self._coordinator.calls.get(contact_id)
        if known is not None:
            if not self._resumes:
                known.place = Place.MENU
            return known
        call = Call(contact_id, request.uniqueid, request.channel, Place.MENU)
        call.caller_number, call.caller_name = request.caller_number or "", request.caller_name or ""
        call.dialled = query.get("dnis", "")
        return call

    async def run(self) -> None:
        """Walk through the flow, and leave the caller where the flow says."""
        self._call.in_menu = True
        try:
            if not await self._begin():
                return
            while not self._over:
                await self._next()
            await self._do_errands()
        except SessionEnded:
            if self._agi.hung_up and not self._over:
                self._feed(inputs.HungUp())
        finally:
            self._call.in_menu = False
            self._over = True
            for lookup in list(self._lookups):
                lookup.cancel()

    # -- the beginning -----------------------------------------------------------------------------------------------

    async def _begin(self) -> bool:
        """Start a run, or take up the one that rests; False when there is none: the dialplan goes on."""
        if self._resumes:
            return self._take_up()
        answer = self._menus.entry_points.answer(self._call, self._coordinator)
        self._call.entry_point = answer.entry_point
        if not self._call.offered:
            await self._menus.customers.identify(self._call)
            self._coordinator.caller_arrived(self._call, self._menus.entry_points.region_of(self._call.caller_number))
        await self._agi.command("ANSWER")
        about = self._menus.about(self._call, answer.language)
        self._go_on(*interpreter.begin(self._menus.flows, answer.flow, about, self._coordinator.now()))
        return True

    def _take_up(self) -> bool:
        rested = self._menus.resting.take_up(self._call)
        if rested is None:
            return False
        run, wanted = rested
        self._call.place = Place.TALKED if self._resumes == "talk" else Place.MENU
        self._go_on(run, wanted)
        if self._resumes == "talk":
            self._feed(inputs.Connected())  # changes nothing, but where the node began again during the talk
            self._feed(inputs.TalkOver())
        elif self._resumes == "transfer":
            status = self._agi.request.query.get("status", "")
            self._feed(inputs.TransferEnded(DIAL_OUTCOMES.get(status, "failed")))  # type: ignore[arg-type]  # the table's values are the outcomes
        return True

    # -- the loop ----------------------------------------------------------------------------------------------------

    async def _next(self) -> None:
        if self._errands:
            await self._do_errands()
        elif self._sounds:
            await self._play_one()
        elif self._play is not None:
            done, self._play = self._play, None
            self._feed(inputs.PromptDone(done.play_id))
        elif self._run.ended:
            self._over = True
        else:
            await self._wait_for_key()

    async def _do_errands(self) -> None:
        while self._errands:
            await self._errands.popleft()()

    async def _play_one(self) -> None:
        play = self._play
        assert play is not None
        keys = ALL_KEYS if play.interruptible else ""
        reply = await self._agi.command("STREAM FILE", self._sounds.popleft(), keys)
        if reply.number and reply.number > 0 and self._play is play:
            self._sounds.clear()
            self._play = None
        await self._heard(reply)

    async def _wait_for_key(self) -> None:
        deadline, now = self._run.deadline, self._coordinator.now()
        longest = SLICE if self._lookups else LONGEST_WAIT
        wait = longest if deadline is None else min(max(deadline - now, MILLISECOND), longest)
        reply = await self._agi.command("WAIT FOR DIGIT", -(-wait // MILLISECOND))
        await self._heard(reply)
        if reply.number == 0:
            self._feed(inputs.Tick())

    async def _heard(self, reply: AgiReply) -> None:
        if await self._is_gone(reply):
            self._feed(inputs.HungUp())
            self._over = True
        elif reply.number is not None and reply.number > 0:
            self._feed(inputs.Digits(chr(reply.number)))

    async def _is_gone(self, reply: AgiReply) -> bool:
        """Whether the caller hung up. A sound that is not there gives the same reply, and is no reason to leave."""
        if self._agi.hung_up or reply.hung_up:
            return True
        if reply.number != -1:
            return False
        status = await self._agi.command("CHANNEL STATUS")
        return not status.done or status.number != UP

    # -- the interpreter ---------------------------------------------------------------------------------------------

    def _feed(self, heard: inputs.Input) -> None:
        """Give an input to the interpreter; what is fed while effects are carried out comes after them."""
        self._inbox.append(heard)
        if not self._feeding:
            self._drain()

    def _go_on(self, run: Run, wanted: tuple[effects.Effect, ...]) -> None:
        self._run = run
        self._drain(wanted)

    def _drain(self, wanted: tuple[effects.Effect, ...] = ()) -> None:
        self._feeding = True
        try:
            self._carry_out(wanted)
            while self._inbox:
                self._run, wanted = interpreter.step(self._run, self._inbox.popleft(), self._coordinator.now())
                self._carry_out(wanted)
        finally:
            self._feeding = False

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

    def _command(self, name: str, *arguments: str | int) -> None:
        async def run() -> None:
            await self._agi.command(name, *arguments)

        self._errands.append(run)

    def _set_variable(self, effect: effects.SetVariable) -> None:
        if effect.name == "language":
            self._command("SET VARIABLE", "CHANNEL(language)", effect.value)

    def _look_up(self, effect: effects.Lookup) -> None:
        lookup = self._menus.errands.look_up(effect, self._call)
        self._lookups.add(lookup)
        lookup.addCallbacks(self._looked_up, self._not_looked_up, callbackArgs=(lookup,), errbackArgs=(lookup,))

    def _looked_up(self, done: inputs.LookupDone, lookup: Deferred[inputs.LookupDone]) -> None:
        self._lookups.discard(lookup)
        if not self._over:
            self._feed(done)

    def _not_looked_up(self, failure: Failure, lookup: Deferred[inputs.LookupDone]) -> None:
        failure.trap(CancelledError)  # type: ignore[no-untyped-call]  # Twisted has no types here
        self._lookups.discard(lookup)

    def _queue(self, effect: effects.Queue) -> None:
        self._call.routing = self._join(effect)
        self._command("SET VARIABLE", "ACD_QUEUE", effect.queue)
        if effect.keys:
            self._command("SET VARIABLE", "ACD_KEYS", effect.keys)
        if effect.after_talk:
            self._command("SET VARIABLE", "ACD_AFTER", "menu")
        if self._resumes:
            self._command("EXEC", "Goto", "acd-wait,s,1")
        self._rest()

    def _join(self, wish: effects.Queue | effects.JoinAsCallback) -> JoinQueue:
        """What the distributor is told of the caller."""
        known = self._call.customer
        customer = wish.attributes.get("customer_id") or (known.customer_id if known is not None else None)
        tier = {"customer_tier": known.tier} if known is not None and known.tier else {}
        return JoinQueue(
            contact_id=self._call.contact_id,
            queue=wish.queue,
            requirement=wish.requirement,
            priority=wish.priority,
            preferred_agent=wish.prefer_agent,
            customer_id=CustomerId(customer) if customer else None,
            person=known.person if known is not None and known.customer_id == customer else None,
            attributes={**tier, **wish.attributes},
        )

    def _book(self, effect: effects.JoinAsCallback) -> None:
        """Ask the distributor for a callback, at the place that the caller had before, if they had one."""
        join = self._join(effect)
        queue, joined_at = self._call.kept_place or (None, None)
        if queue == effect.queue:
            join = msgspec.structs.replace(join, joined_at=joined_at, returned=True)
        taken = self._coordinator.callbacks.join(self._call, join, effect.number)
        self._feed(inputs.CallbackTaken() if taken else inputs.CallbackRefused())

    def _transfer(self, effect: effects.Transfer) -> None:
        self._call.place = Place.TALKED
        self._command("SET VARIABLE", "ACD_RING", max(1, effect.ring_us // SECOND))
        self._command("EXEC", "Goto", f"acd-outside,{effect.to},1")
        self._rest()

    def _rest(self) -> None:
        """The caller leaves the line to us no longer; the run waits for what becomes of them."""
        self._over = True
        self._errands.append(self._lay_down)

    async def _lay_down(self) -> None:
        self._menus.resting.rest(self._call, self._run)

    async def _take_message(self, effect: effects.Voicemail) -> None:
        """Record until a key, or until it is long enough; the hang-up is the usual end."""
        spool = await self._agi.command("GET FULL VARIABLE", "${ASTSPOOLDIR}")
        name = switch_actions.file_name(f"voicemail-{effect.mailbox}-{self._call.contact_id}")
        path = f"{spool.data or '/var/spool/asterisk'}/recording/{name}"
        self._call.place = Place.TALKED
        began = self._coordinator.now()
        longest = effect.longest_us // MILLISECOND
        reply = await self._agi.command("RECORD FILE", path, "wav", ALL_KEYS, longest, "BEEP")
        lasted = self._coordinator.now() - began
        failed = reply.data in ("writefile", "randomerror")
        if failed:
            self._menus.counts.count("voicemail_failed")
            log.error("voicemail_failed", contact_id=self._call.contact_id, mailbox=effect.mailbox, file=path)
        else:
            contact_id = self._call.contact_id
            self._coordinator.record(
                VoicemailLeft(contact_id=contact_id, mailbox=effect.mailbox, file=f"{path}.wav", length_us=lasted)
            )
        if await self._is_gone(reply):
            self._feed(inputs.HungUp())
            self._over = True
        else:
            self._call.place = Place.MENU
            self._feed(inputs.MessageTaken())

    def _hang_up(self, _: effects.HangUp) -> None:
        self._call.place = Place.TALKED
        self._command("HANGUP")
        self._over = True

    def _report(self, effect: effects.Report) -> None:
        self._menus.counts.count(effect.what)
        log.warning("menu_trouble", what=effect.what, node=effect.node, reason=effect.reason)

    def _pause_recording(self, *, on: bool) -> None:
        self._menus.resting.pause_recording(self._call, on=on)
