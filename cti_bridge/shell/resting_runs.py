"""Runs of callers who are not in the menu: they wait in a queue, talk, or were sent to a number outside.

No FastAGI session holds them meanwhile, the dialplan does. What happens to the caller (a key in the queue, the queue
that does not keep them, an agent who answers) is fed to the run here. When the flow wants to go on, the caller is
redirected to ``acd-menu``, and the session that begins there takes the run up again.

Announcements: the caller is redirected to ``acd-announce``, which plays and goes back to wait. No place is lost, and
an agent does not wait for the end: the agent's leg fetches the caller out of any application. Nobody is announced to
whose phone rings somewhere already: a talk could have begun when the redirection comes.

A run that rests is written down (:mod:`cti_bridge.shell.run_memory`); after a restart of the node it is taken up as
soon as anything happens to its caller.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
import structlog
from twisted.internet.interfaces import IDelayedCall

from acd.contact_state import Place as AcdPlace
from acd.events import LeaveQueue
from cti_bridge.shell import switch_actions
from cti_bridge.shell.calls import Call, Place
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.errands import WaitEstimate
from cti_bridge.shell.run_memory import RunMemory
from facts.ids import ContactId
from facts.journal import (
    CallbackRequested,
    ContactConnected,
    ContactEnded,
    ContactQueued,
    Entry,
    ExpectedWaitTold,
    MenuRested,
)
from facts.states import LeftQueue
from facts.time import SECOND, Duration, from_seconds
from ivr import effects, inputs, interpreter
from ivr.flow import Flow, Queue
from ivr.run import Phase, Run

log = structlog.get_logger(__name__)

RESTS = frozenset({Phase.QUEUED, Phase.TALKING, Phase.TRANSFERRING, Phase.ENDED})
"""In these the caller is where the dialplan has put them; in all others the flow goes on."""

_PLAIN_SOUND = re.compile(r"[A-Za-z0-9/_.+-]+")
"""What a sound's name may be made of: it becomes part of an argument in the dialplan."""

AGAIN: Duration = 2 * SECOND
"""An announcement for which it is not the moment is tried again after this."""


class Sounds(Protocol):
    """Turns prompt parts into sounds of the switch."""

    def files(self, parts: tuple[effects.PromptPart, ...], language: str) -> tuple[str, ...]:
        """One after the other, without extension."""


class Counts(Protocol):
    """Counts what operators should know of."""

    def count(self, what: str) -> None:
        """Once more."""


class Resting(msgspec.Struct):
    """A run at rest. ``wanted``: what the flow wants done when it is taken up; None: it rests."""

    call: Call
    run: Run
    every_us: Duration | None = None
    wanted: list[effects.Effect] | None = None
    alarm: IDelayedCall | None = None


class RestingRuns:
    """Them all, by contact."""

    def __init__(
        self,
        coordinator: Coordinator,
        clock: Clock,
        sounds: Sounds,
        waits: WaitEstimate,
        counts: Counts,
        *,
        memory: RunMemory,
        flows: Callable[[], Mapping[str, Flow]],
    ) -> None:
        self.sounds = sounds
        self._counts = counts
        self._memory = memory
        self._flows = flows
        self._coordinator = coordinator
        self._clock = clock
        self._waits = waits
        self._runs: dict[ContactId, Resting] = {}
        self._do: Mapping[type[Any], Callable[[Resting, Any], None]] = {
            effects.Record: lambda _, effect: coordinator.record(effect.fact),
            effects.Report: self._report,
            effects.LeaveQueue: lambda at_rest, _: self._leave(at_rest, LeftQueue.KEY),
            effects.RequestCallback: self._call_back,
            effects.Play: self._announce,
            effects.HangUp: lambda at_rest, _: coordinator.act("Hangup", switch_actions.hang_up(at_rest.call.channel)),
        }

    def __len__(self) -> int:
        return len(self._runs)

    # -- from the menu -----------------------------------------------------------------------------------------------

    def rest(self, call: Call, run: Run) -> None:
        """The menu has sent the caller away: to wait, or to a number."""
        self._drop(call.contact_id)
        self._memory.keep(run)
        self._lay_down(call, run)

    def _lay_down(self, call: Call, run: Run) -> Resting:
        node = run.at()
        announce = node.announce if isinstance(node, Queue) else None
        at_rest = Resting(call=call, run=run, every_us=from_seconds(announce.every_s) if announce else None)
        self._runs[call.contact_id] = at_rest
        if at_rest.every_us is not None:
            at_rest.alarm = self._clock.callLater(at_rest.every_us / SECOND, self._announcement_due, at_rest)
        return at_rest

    def remember(self, rested: Mapping[ContactId, MenuRested]) -> None:
        """The runs that were at rest when the node ended: each is known again when its caller is."""
        self._memory.remember(rested)

    def _known(self, contact_id: ContactId) -> Resting | None:
        """The run of this contact; after a restart it is taken out of the memory."""
        at_rest = self._runs.get(contact_id)
        if at_rest is None and contact_id in self._memory:
            call = self._coordinator.calls.get(contact_id)
            run = self._memory.recall(contact_id, self._flows()) if call is not None else None
            if call is not None and run is not None:
                at_rest = self._lay_down(call, run)
                view = self._coordinator.engine.contact(contact_id)
                if view is not None and view.place is AcdPlace.CONNECTED:
                    self._feed(contact_id, inputs.Connected())
        return at_rest

    def take_up(self, call: Call) -> tuple[Run, tuple[effects.Effect, ...]] | None:
        """A session goes on with the run: the run, and what is to be done first. None: nobody knows it any more."""
        if call.contact_id in self._memory and self._coordinator.calls.get(call.contact_id) is None:
            call.offered = True
            self._coordinator.caller_arrived(call)
        self._known(call.contact_id)
        at_rest = self._drop(call.contact_id)
        return None if at_rest is None else (at_rest.run, tuple(at_rest.wanted or ()))

    def _drop(self, contact_id: ContactId) -> Resting | None:
        at_rest = self._runs.pop(contact_id, None)
        if at_rest is not None:
            self._hush(at_rest)
        return at_rest

    def _hush(self, at_rest: Resting) -> None:
        if at_rest.alarm is not None and at_rest.alarm.active():
            at_rest.alarm.cancel()
        at_rest.alarm = None

    def pause_recording(self, call: Call, *, on: bool) -> None:
        """A private answer is coming, or over: what the dialplan may record of the caller is silenced meanwhile."""
        self._coordinator.act("MixMonitorMute", switch_actions.mute_recording(call.channel, on=on))

    # -- from the switch and the distributor -------------------------------------------------------------------------

    def key(self, contact_id: ContactId, key: str) -> None:
        """The waiting caller pressed a key."""
        self._feed(contact_id, inputs.Digits(key))

    def goes_on(self, contact_id: ContactId) -> bool:
        """Whether the caller is on the way back to the menu."""
        at_rest = self._known(contact_id)
        return at_rest is not None and at_rest.wanted is not None

    def queue_left(self, contact_id: ContactId, outcome: str) -> bool:
        """The queue did not take or keep the caller; False when no flow knows the caller."""
        if self._known(contact_id) is None:
            return False
        self._feed(contact_id, inputs.QueueLeft(outcome))
        return True

    def position_told(self, contact_id: ContactId, position: int, expected_wait_us: Duration | None) -> None:
        """The distributor says where the caller is in the queue, at times of its own: ours are not kept any more."""
        at_rest = self._known(contact_id)
        if at_rest is not None:
            at_rest.every_us = None
            self._hush(at_rest)
        self._tell_position(contact_id, position, expected_wait_us)

    def _tell_position(self, contact_id: ContactId, position: int, expected_wait_us: Duration | None) -> None:
        wait_s = None if expected_wait_us is None else expected_wait_us / SECOND
        self._feed(contact_id, inputs.PositionTold(position=position, expected_wait_s=wait_s))

    def read(self, entry: Entry) -> None:
        """Facts tell when a caller is back in the queue after a restart, when an agent has answered, and the end."""
        fact, contact_id = entry.fact, entry.fact.contact_id
        if contact_id is None or (contact_id not in self._runs and contact_id not in self._memory):
            return
        if isinstance(fact, ContactQueued):
            self._known(contact_id)
        elif isinstance(fact, ContactConnected):
            self._feed(contact_id, inputs.Connected())
        elif isinstance(fact, ContactEnded):
            self._drop(contact_id)
            self._memory.forget(contact_id)

    # -- one input ---------------------------------------------------------------------------------------------------

    def _feed(self, contact_id: ContactId, given: inputs.Input) -> None:
        at_rest = self._known(contact_id)
        if at_rest is None or at_rest.wanted is not None:
            return
        at_rest.run, wanted = interpreter.step(at_rest.run, given, self._clock.now())
        goes_on = at_rest.run.phase not in RESTS
        later: list[effects.Effect] = []
        for effect in wanted:
            do = self._do.get(type(effect))
            if do is not None and not (goes_on and isinstance(effect, effects.Play | effects.HangUp)):
                do(at_rest, effect)
            else:
                later.append(effect)
        if goes_on:
            at_rest.wanted = later
            self._back_to_menu(at_rest)
        elif at_rest.run.ended:
            self._drop(contact_id)

    def _back_to_menu(self, at_rest: Resting) -> None:
        at_rest.call.place = Place.MENU
        self._coordinator.act("Redirect", switch_actions.redirect(at_rest.call.channel, "acd-menu"))

    # -- effects -----------------------------------------------------------------------------------------------------

    def _report(self, _: Resting, effect: effects.Report) -> None:
        self._counts.count(effect.what)
        log.warning("menu_trouble", what=effect.what, node=effect.node, reason=effect.reason)

    def _leave(self, at_rest: Resting, cause: LeftQueue) -> None:
        contact_id = at_rest.call.contact_id
        if self._coordinator.engine.contact(contact_id) is not None:
            self._coordinator.tell(LeaveQueue(contact_id=contact_id, cause=cause, to=at_rest.run.node))

    def _call_back(self, at_rest: Resting, effect: effects.RequestCallback) -> None:
        contact_id = at_rest.call.contact_id
        view = self._coordinator.engine.contact(contact_id)
        queue = view.queue if view is not None else None
        self._coordinator.record(
            CallbackRequested(contact_id=contact_id, queue=queue, channel="callback", number=effect.number)
        )
        self._leave(at_rest, LeftQueue.KEY)

    # -- announcements -----------------------------------------------------------------------------------------------

    def _announcement_due(self, at_rest: Resting) -> None:
        every, delay = at_rest.every_us, AGAIN
        assert every is not None
        position = self._position(at_rest)
        if position:
            wait = self._expected_wait(at_rest, position)
            fact = ExpectedWaitTold(contact_id=at_rest.call.contact_id, position=position, expected_wait_us=wait)
            self._coordinator.record(fact)
            self._tell_position(at_rest.call.contact_id, position, wait)
            delay = every
        at_rest.alarm = None
        if self._runs.get(at_rest.call.contact_id) is at_rest and at_rest.run.phase is Phase.QUEUED:
            at_rest.alarm = self._clock.callLater(delay / SECOND, self._announcement_due, at_rest)

    def _position(self, at_rest: Resting) -> int:
        """The place in the queue; 0 when the caller does not wait, or is being offered just now."""
        view = self._coordinator.engine.contact(at_rest.call.contact_id)
        waits = view is not None and view.place is AcdPlace.WAITING and at_rest.call.place is Place.WAITING
        return view.position if waits and view is not None else 0

    def _expected_wait(self, at_rest: Resting, position: int) -> Duration | None:
        view = self._coordinator.engine.contact(at_rest.call.contact_id)
        if view is None or view.queue is None:
            return None
        return self._waits.expected_wait_us(view.queue, self._clock.now(), position)

    def _announce(self, at_rest: Resting, effect: effects.Play) -> None:
        if not self._position(at_rest):
            return
        files = [file for file in self.sounds.files(effect.prompts, effect.language) if _PLAIN_SOUND.fullmatch(file)]
        if files:
            channel = at_rest.call.channel
            self._coordinator.act("Setvar", switch_actions.set_variable(channel, "ACD_SAY", "&".join(files)))
            self._coordinator.act("Redirect", switch_actions.redirect(channel, "acd-announce"))
