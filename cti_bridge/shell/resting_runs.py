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
from acd.events import LeaveQueue, TellPosition
from cti_bridge.shell import switch_actions
from cti_bridge.shell.calls import Call, Place
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.run_memory import RunMemory
from facts.ids import ContactId
from facts.journal import ContactConnected, ContactEnded, ContactQueued, Entry, MenuRested
from facts.states import LeftQueue
from facts.time import SECOND, Duration
from ivr import effects, inputs, interpreter
from ivr.errors import UnknownFlow
from ivr.flow import Announcements, Flow, Queue
from ivr.run import Phase, Run

log = structlog.get_logger(__name__)

RESTS = frozenset({Phase.QUEUED, Phase.TALKING, Phase.TRANSFERRING, Phase.ENDED})
"""In these the caller is where the dialplan has put them; in all others the flow goes on."""

BY_A_SESSION = (effects.Queue, effects.Transfer)
"""What only a session can do, although the run rests afterwards."""

_PLAIN_SOUND = re.compile(r"[A-Za-z0-9/_.+-]+")
"""What a sound's name may be made of: it becomes part of an argument in the dialplan."""

AGAIN_S = 2.0
"""An announcement for which it is not the moment is tried again after this."""


class Sounds(Protocol):
    """Turns prompt parts into sounds of the switch."""

    def files(self, parts: tuple[effects.PromptPart, ...], language: str) -> tuple[str, ...]:
        """One after the other, without extension."""


class Counts(Protocol):
    """Counts what operators should know of."""

    def count(self, what: str) -> None:
        """Once more."""


class Repertoire(Protocol):
    """The flows that there are, and what a new run is told of its caller."""

    @property
    def flows(self) -> Mapping[str, Flow]:
        """By name."""

    def about(self, call: Call, language: str | None, data: Mapping[str, str]) -> inputs.Call:
        """Of this caller."""


class Resting(msgspec.Struct):
    """A run at rest. ``announce``: what the flow itself announces to the waiting caller.

    ``wanted``: what the flow wants done when it is taken up; None: it rests.
    """

    call: Call
    run: Run
    announce: Announcements | None = None
    wanted: list[effects.Effect] | None = None
    alarm: IDelayedCall | None = None


class RestingRuns:
    """Them all, by contact."""

    def __init__(
        self,
        coordinator: Coordinator,
        clock: Clock,
        sounds: Sounds,
        repertoire: Repertoire,
        counts: Counts,
        *,
        memory: RunMemory,
    ) -> None:
        self.sounds = sounds
        self._counts = counts
        self._memory = memory
        self._repertoire = repertoire
        self._coordinator = coordinator
        self._clock = clock
        self._runs: dict[ContactId, Resting] = {}
        self._asking: ContactId | None = None
        self._do: Mapping[type[Any], Callable[[Resting, Any], None]] = {
            effects.Record: lambda _, effect: coordinator.record(effect.fact),
            effects.Report: self._report,
            effects.LeaveQueue: self._leave,
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
        at_rest = Resting(call=call, run=run, announce=announce)
        self._runs[call.contact_id] = at_rest
        if announce is not None:
            self._set_alarm(at_rest, announce.every_s)
        return at_rest

    def forget(self, contact_id: ContactId) -> None:
        """The caller's flow is over: they are sent elsewhere, or have gone."""
        self._drop(contact_id)
        self._memory.forget(contact_id)

    def remember(self, rested: Mapping[ContactId, MenuRested]) -> None:
        """The runs that were at rest when the node ended: each is known again when its caller is."""
        self._memory.remember(rested)

    def _known(self, contact_id: ContactId) -> Resting | None:
        """The run of this contact; after a restart it is taken out of the memory."""
        at_rest = self._runs.get(contact_id)
        if at_rest is None and contact_id in self._memory:
            call = self._coordinator.calls.get(contact_id)
            run = self._memory.recall(contact_id, self._repertoire.flows) if call is not None else None
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

    def go_to(self, call: Call, flow: str, data: Mapping[str, str]) -> bool:
        """This flow goes on with the caller, whichever waited with them; False when there is none of the name."""
        flows, now = self._repertoire.flows, self._clock.now()
        before = self._known(call.contact_id)
        try:
            if before is not None:
                run, wanted = interpreter.hand_over(before.run, flows, flow, now, data)
            else:
                run, wanted = interpreter.begin(flows, flow, self._repertoire.about(call, None, data), now)
        except UnknownFlow as error:
            log.error("unknown_flow", flow=flow, reason=str(error))  # noqa: TRY400 - the reason says it all
            return False
        self.forget(call.contact_id)
        self._carry_out(self._lay_down(call, run), wanted)
        return True

    def position_told(self, contact_id: ContactId, position: int, expected_wait_us: Duration | None) -> None:
        """The distributor says where the caller is: because we asked, or at times of its own instead of ours."""
        at_rest = self._known(contact_id)
        if at_rest is not None and contact_id != self._asking:
            at_rest.announce = None
            self._hush(at_rest)
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
            self.forget(contact_id)

    # -- one input ---------------------------------------------------------------------------------------------------

    def _feed(self, contact_id: ContactId, given: inputs.Input) -> None:
        at_rest = self._known(contact_id)
        if at_rest is None or at_rest.wanted is not None:
            return
        run, wanted = interpreter.step(at_rest.run, given, self._clock.now())
        if not all(self._called_back(at_rest, wish) for wish in wanted if isinstance(wish, effects.RequestCallback)):
            run, wanted = interpreter.step(at_rest.run, inputs.CallbackRefused(), self._clock.now())
        at_rest.run = run
        self._carry_out(at_rest, wanted)

    def _carry_out(self, at_rest: Resting, wanted: tuple[effects.Effect, ...]) -> None:
        """Do what can be done from here; for the rest the caller goes back to the menu."""
        goes_on = at_rest.run.phase not in RESTS or any(isinstance(wish, BY_A_SESSION) for wish in wanted)
        later: list[effects.Effect] = []
        for effect in wanted:
            do = self._do.get(type(effect))
            if do is not None and not (goes_on and isinstance(effect, effects.Play | effects.HangUp)):
                do(at_rest, effect)
            elif not isinstance(effect, effects.RequestCallback):
                later.append(effect)
        if goes_on:
            at_rest.wanted = later
            self._back_to_menu(at_rest)
        elif at_rest.run.ended:
            self._drop(at_rest.call.contact_id)

    def _back_to_menu(self, at_rest: Resting) -> None:
        at_rest.call.place = Place.MENU
        self._coordinator.act("Redirect", switch_actions.redirect(at_rest.call.channel, "acd-menu"))

    # -- effects -----------------------------------------------------------------------------------------------------

    def _report(self, _: Resting, effect: effects.Report) -> None:
        self._counts.count(effect.what)
        log.warning("menu_trouble", what=effect.what, node=effect.node, reason=effect.reason)

    def _leave(self, at_rest: Resting, effect: effects.LeaveQueue) -> None:
        contact_id = at_rest.call.contact_id
        view = self._coordinator.engine.contact(contact_id)
        if view is None:
            return
        if effect.keeps_place and view.queue is not None:
            at_rest.call.kept_place = view.queue, view.joined_at
        self._coordinator.tell(LeaveQueue(contact_id=contact_id, cause=LeftQueue.KEY, to=at_rest.run.node))

    def _called_back(self, at_rest: Resting, effect: effects.RequestCallback) -> bool:
        """Whether the caller will be called back; if not, the step that wished it is not taken."""
        return self._coordinator.callbacks.request(at_rest.call, effect.number)

    # -- announcements -----------------------------------------------------------------------------------------------

    def _set_alarm(self, at_rest: Resting, delay_s: float) -> None:
        at_rest.alarm = self._clock.callLater(delay_s, self._announcement_due, at_rest)

    def _announcement_due(self, at_rest: Resting) -> None:
        """Ask the distributor, which also sees to it that nobody is told of a longer wait than before."""
        contact_id, announce = at_rest.call.contact_id, at_rest.announce
        assert announce is not None
        at_rest.alarm = None
        waits = self._waits(at_rest)
        if waits:
            wish = TellPosition(contact_id=contact_id, position=announce.position, expected_wait=announce.expected_wait)
            self._asking = contact_id
            try:
                self._coordinator.tell(wish)
            finally:
                self._asking = None
        if self._runs.get(contact_id) is at_rest and at_rest.run.phase is Phase.QUEUED:
            self._set_alarm(at_rest, announce.every_s if waits else AGAIN_S)

    def _waits(self, at_rest: Resting) -> bool:
        """Whether the caller waits; not so when a phone rings for them just now."""
        view = self._coordinator.engine.contact(at_rest.call.contact_id)
        return view is not None and view.place is AcdPlace.WAITING and at_rest.call.place is Place.WAITING

    def _announce(self, at_rest: Resting, effect: effects.Play) -> None:
        if not self._waits(at_rest):
            return
        files = [file for file in self.sounds.files(effect.prompts, effect.language) if _PLAIN_SOUND.fullmatch(file)]
        if files:
            channel = at_rest.call.channel
            self._coordinator.act("Setvar", switch_actions.set_variable(channel, "ACD_SAY", "&".join(files)))
            self._coordinator.act("Redirect", switch_actions.redirect(channel, "acd-announce"))
