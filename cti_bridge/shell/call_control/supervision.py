"""What supervisors do: listen to a talk, whisper to the agent, barge in; raise, move and withdraw who waits.

The supervisor's phone is rung into ``acd-spy``, which hears the agent's leg. Another mode is the same place again with
another variable. When the agent completes a consultation the supervisor goes along to who has the customer then. When
the agent's phone is lost out of the talk the supervisor hears music, as the customer does, and the talk again once the
phone is back. Any other end of the agent's part ends the listening, too. Whose leg it is, whom it hears and how is in
its variables, by which a daemon that starts anew knows it again.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol, get_args
from urllib.parse import quote, unquote

import structlog
from twisted.internet.defer import Deferred, fail, gatherResults
from twisted.python.failure import Failure

from acd.contact_state import Place
from acd.events import ChangePriority, LeaveQueue, MoveContact
from cti_bridge.shell import switch_actions, translate
from cti_bridge.shell.ami_client import ActionFailed, AmiError
from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.lines import Line, Lines
from cti_bridge.shell.call_control.listening_again import ListeningAgain
from cti_bridge.shell.call_control.plans import ActIllegalError
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.sending import ANSWERS_BY_ITSELF
from cti_bridge.shell.call_control.spies import Monitored, MonitorMode, Spy, monitored_by
from cti_bridge.shell.call_control.targets import AT_WORK
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind
from cti_bridge.shell.calls import Calls
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.switch_actions import Headers
from facts.ids import AgentId, ContactId, QueueName
from facts.states import LeftQueue

log = structlog.get_logger(__name__)

RINGS_FOR_S = 20
"""How long the supervisor's phone rings."""

CONFIRMED_WITHIN_S = 2.0

SUPERVISOR, HEARD, MODE = "ACD_SUPERVISOR", "ACD_SPYEE", "ACD_SPYMODE"
"""Variables of a supervisor's leg."""

LISTENS = ("PJSIP_HEADER(add,Cordboard-Listens)", "yes")
"""Tells a browser's page that this call is brought to the page that comes when it goes."""


class Centre(telling.Centre, Protocol):
    """The distributor, the channels in use, the switch."""

    calls: Calls

    def ask(self, name: str, headers: Headers) -> Deferred[Any]:
        """Send an action; its response."""

    def send_away(self, contact_id: ContactId, why: str) -> None:
        """A caller who left the queue is told so, by their flow or a last sentence."""

    @property
    def connected(self) -> bool:
        """Whether the switch can be asked."""


class Control(Protocol):
    """What supervision needs of call control."""

    lines: Lines

    def agent_of_phone(self, phone: str) -> AgentId | None:
        """Whose phone this is; None: nobody's."""

    def touch(self, contact_id: ContactId) -> None:
        """What desks show of a contact has changed."""


class Supervision:
    """Supervisors on the line, and what they change in the queues."""

    def __init__(self, centre: Centre, clock: Clock, control: Control) -> None:
        self._centre = centre
        self._clock = clock
        self._control = control
        self._spies: dict[str, Spy] = {}
        self._watchers: list[Callable[[AgentId], None]] = []
        self._again_at = ListeningAgain(control, self)

    # -- listening ---------------------------------------------------------------------------------------------------

    def monitor(
        self,
        contact_id: ContactId,
        supervisor: str,
        phone_of: AgentId,
        mode: MonitorMode,
        agent_id: AgentId | None = None,
    ) -> Deferred[Monitored]:
        """The supervisor hears the talk, at the phone of ``phone_of``; once more changes the mode, or the agent.

        ``agent_id``: whose side; absent: who has the customer. Raises :class:`ActRefused`.
        """
        spy = self._of(contact_id, supervisor)
        try:
            line, key = self._heard(contact_id, agent_id)
            device = self._phone_for(spy, phone_of)
        except ActIllegalError as error:
            return fail(ActRefused(error.reason_id))
        party = line.call.party(key)
        assert party is not None
        self._again_at.forget(contact_id, supervisor)
        if spy is None:
            spy = Spy(supervisor, phone_of, contact_id, self._centre.calls.new_leg_id("spy"))
            self._spies[spy.channel_id] = spy
            self._aim(spy, key, party.channel_id, mode)
            return self._begin(spy, RINGS_FOR_S + CONFIRMED_WITHIN_S, self._ring(spy, device))
        self._aim(spy, key, party.channel_id, mode)
        return self._begin(spy, CONFIRMED_WITHIN_S, self._again(spy))

    def stop(self, contact_id: ContactId, supervisor: str) -> None:
        """The supervisor hears it no more; raises :class:`ActRefused`."""
        spy, awaited_at = self._of(contact_id, supervisor), self._again_at.forget(contact_id, supervisor)
        if spy is not None:
            self._hang_up(spy)
        elif awaited_at is not None:
            self._tell_watchers(awaited_at)
        else:
            raise ActRefused("not_monitored")

    def listeners(self, contact_id: ContactId) -> tuple[str, ...]:
        """Who hears a contact."""
        return tuple(
            sorted(spy.supervisor for spy in self._spies.values() if spy.contact_id == contact_id and spy.hears)
        )

    def monitored(self) -> Iterator[Monitored]:
        """All talks that are heard."""
        return (monitored_by(spy) for spy in self._spies.values() if spy.hears)

    def heard_at(self, agent_id: AgentId) -> list[Monitored]:
        """The talks that are heard at this agent's phone."""
        now = [spy.heard for spy in self._spies.values() if spy.heard is not None and spy.phone_of == agent_id]
        return now + self._again_at.at(agent_id)

    # -- a page that is the supervisor's phone -----------------------------------------------------------------------

    def phone_left(self, agent_id: AgentId, device: str) -> None:
        """The page at which a supervisor heard talks is gone: the next one hears them again, if it comes soon."""
        now, view = self._centre.now(), self._centre.engine.agent(agent_id)
        if view is None or view.phone != device:
            return
        spies = [spy for spy in self._spies.values() if spy.phone_of == agent_id and spy.begun]
        self._again_at.page_left(agent_id, [monitored_by(spy) for spy in spies], now)
        for spy in spies:
            self._hang_up(spy)
            self._gone(spy, "phone_unreachable")

    def phone_came(self, agent_id: AgentId) -> None:
        """A page is this agent's phone: what was heard at the one before is heard at this one."""
        self._again_at.page_came(agent_id, self._centre.now())
        self._tell_watchers(agent_id)

    def watch(self, watcher: Callable[[AgentId], None]) -> None:
        """Tell ``watcher`` from now on of every agent at whose phone something else is heard, or nothing any more."""
        self._watchers.append(watcher)

    def _tell(self, spy: Spy) -> None:
        self._control.touch(spy.contact_id)
        if spy.phone_of is not None:
            self._tell_watchers(spy.phone_of)

    def _tell_watchers(self, phone_of: AgentId) -> None:
        for watcher in self._watchers:
            watcher(phone_of)

    def part_ends(self, line: Line, agent_id: str) -> None:
        """This agent's leg is about to be ended by the act that is on its way."""
        if line.machine.act == "complete":
            self._follow(line, agent_id)
        elif line.machine.act == "phone_lost":
            self._keep(line, agent_id)

    def _follow(self, line: Line, agent_id: str) -> None:
        """The agent leaves the customer to another: who hears them hears the other from now on."""
        holder = line.call.party(line.call.holder)
        for spy in self._spies.values():
            leaves = spy.contact_id == line.contact_id and spy.heard_key == agent_id
            if leaves and holder is not None and holder.key != agent_id:
                self._aim(spy, holder.key, holder.channel_id, spy.mode)
                self._again(spy).addErrback(lambda _: None)

    # -- an agent whose phone is lost out of the talk that is heard --------------------------------------------------

    def _keep(self, line: Line, agent_id: str) -> None:
        """The agent's page is gone: who hears them is kept until their next leg is up."""
        for spy in self._at(line, agent_id):
            if spy.begun:
                spy.hears, spy.awaits = False, True
                spy.heard = monitored_by(spy)
                changing = self._settle(spy)
                if changing is not None:
                    changing.errback(ActRefused("overtaken"))
                self._to_spy(spy, "wait").addErrback(lambda _: None)
                self._tell(spy)

    def agent_back(self, line: Line, agent_id: str) -> None:
        """The agent has a leg again, which is heard as the one before was; without one the listening is over."""
        for phone_of in self._again_at.agent_back(line, agent_id):
            self._tell_watchers(phone_of)
        party = line.call.party(agent_id)
        for spy in self._at(line, agent_id):
            if not spy.awaits:
                continue
            spy.awaits = False
            if party is None or not party.lives:
                self._hang_up(spy)
                continue
            self._aim(spy, agent_id, party.channel_id, spy.mode)
            self._begin(spy, CONFIRMED_WITHIN_S, self._again(spy, "back")).addErrback(_not_again)

    def _at(self, line: Line, agent_id: str) -> list[Spy]:
        """The legs that hear this agent in this call."""
        return [s for s in self._spies.values() if (s.contact_id, s.heard_key) == (line.contact_id, agent_id)]

    def _of(self, contact_id: ContactId, supervisor: str) -> Spy | None:
        mine = (s for s in self._spies.values() if s.contact_id == contact_id and s.supervisor == supervisor)
        return next(mine, None)

    def _heard(self, contact_id: ContactId, agent_id: AgentId | None) -> tuple[Line, str]:
        """The line, and the key of the agent whose leg is heard."""
        line = self._control.lines.get(contact_id)
        if line is None:
            raise ActIllegalError("nobody_talks")
        key = agent_id or line.call.holder or next((p.key for p in line.call.living(Kind.AGENT)), "")
        party = line.call.party(key)
        if party is None or not party.lives or party.answered_at is None or key == CUSTOMER:
            raise ActIllegalError("nobody_talks")
        return line, key

    def _phone_for(self, spy: Spy | None, phone_of: AgentId) -> str:
        """The phone to ring; ``""``: it is off the hook already."""
        if not self._centre.connected:
            raise ActIllegalError("switch_lost")
        if spy is None:
            return self._phone(phone_of)
        if spy.waiting is not None:
            raise ActIllegalError("on_the_way")
        return ""

    def _phone(self, phone_of: AgentId) -> str:
        view = self._centre.engine.agent(phone_of)
        if view is None:
            raise ActIllegalError("unknown_agent")
        if not view.phone_reachable:
            raise ActIllegalError("phone_unreachable")
        if any(work.activity in AT_WORK for work in view.works):
            raise ActIllegalError("engaged")
        return view.phone

    def _aim(self, spy: Spy, key: str, channel_id: str, mode: MonitorMode) -> None:
        spy.heard_key, spy.heard_id, spy.mode, spy.hears = key, channel_id, mode, False

    def _ring(self, spy: Spy, device: str) -> Deferred[Any]:
        variables = (
            ("ACD_CALL", spy.contact_id),
            (SUPERVISOR, quote(spy.supervisor, safe="")),
            (HEARD, spy.heard_id),
            (MODE, spy.mode),
            *ANSWERS_BY_ITSELF,
            LISTENS,
        )
        return self._centre.ask(
            "Originate",
            [
                ("Channel", device),
                ("ChannelId", spy.channel_id),
                ("Context", "acd-spy"),
                ("Exten", "s"),
                ("Priority", "1"),
                ("Timeout", str(RINGS_FOR_S * 1000)),
                ("CallerID", '"Monitor" <>'),
                ("Async", "true"),
                *(("Variable", f"{name}={value}") for name, value in variables),
            ],
        )

    def _again(self, spy: Spy, exten: str = "s") -> Deferred[Any]:
        for name, value in ((HEARD, spy.heard_id), (MODE, spy.mode)):
            told = self._centre.ask("Setvar", switch_actions.set_variable(spy.channel_id, name, value))
            told.addErrback(lambda _: None)
        return self._to_spy(spy, exten)

    def _to_spy(self, spy: Spy, exten: str) -> Deferred[Any]:
        return self._centre.ask("Redirect", switch_actions.redirect(spy.channel_id, "acd-spy", exten))

    def _begin(self, spy: Spy, within_s: float, asked: Deferred[Any]) -> Deferred[Monitored]:
        done: Deferred[Monitored] = Deferred()
        spy.waiting = done
        spy.timer = self._clock.callLater(within_s, self._late, spy)

        def failed(failure: Failure) -> None:
            failure.trap(AmiError)  # type: ignore[no-untyped-call]  # Twisted has no types here
            self._gone(spy, "switch_refused" if failure.check(ActionFailed) else "switch_lost")  # type: ignore[no-untyped-call]  # likewise

        asked.addErrback(failed)
        return done

    def _late(self, spy: Spy) -> None:
        self._hang_up(spy)
        self._gone(spy, "not_confirmed")

    def _hang_up(self, spy: Spy) -> None:
        self._end(spy.channel_id)

    def _end(self, channel_id: str) -> None:
        self._centre.ask("Hangup", switch_actions.hang_up(channel_id)).addErrback(lambda _: None)

    def _settle(self, spy: Spy) -> "Deferred[Monitored] | None":
        waiting, spy.waiting = spy.waiting, None
        if spy.timer is not None and spy.timer.active():
            spy.timer.cancel()
        return waiting

    def _gone(self, spy: Spy, reason_id: str) -> None:
        self._spies.pop(spy.channel_id, None)
        waiting = self._settle(spy)
        if waiting is not None:
            waiting.errback(ActRefused(reason_id))
        self._tell(spy)

    # -- what the switch says ----------------------------------------------------------------------------------------

    def hear(self, event: translate.SwitchEvent) -> None:
        """What becomes of the supervisors' legs."""
        spy = self._spies.get(event.channel_id) if self._spies else None
        if spy is None:
            return
        if isinstance(event, translate.SpyChanged):
            self._spy_changed(spy, event)
        elif isinstance(event, translate.LegFailed):
            self._gone(spy, "phone_unreachable")
        elif isinstance(event, translate.ChannelGone):
            self._gone(spy, "nobody_talks" if event.cause in (0, 16) else "phone_unreachable")

    def _spy_changed(self, spy: Spy, event: translate.SpyChanged) -> None:
        if event.hears and event.heard_id == spy.heard_id:
            spy.now_hears()
            waiting = self._settle(spy)
            if waiting is not None:
                waiting.callback(monitored_by(spy))
        elif event.heard_id == spy.heard_id or not event.heard_id:
            spy.hears = False
        self._tell(spy)

    def switch_lost(self) -> None:
        """Whoever waits for the switch's word will not get it."""
        for spy in list(self._spies.values()):
            waiting = self._settle(spy)
            if waiting is not None:
                waiting.errback(ActRefused("switch_lost"))

    def look(self, found: dict[str, translate.ChannelFound]) -> None:
        """The switch was asked: legs that are gone are gone; those of a daemon that died go on, or are ended."""
        for spy in list(self._spies.values()):
            if spy.channel_id not in found:
                self._gone(spy, "switch_lost")
        for channel in found.values():
            if channel.channel_id.startswith("spy-") and channel.channel_id not in self._spies:
                self._know_again(channel)

    def _know_again(self, channel: translate.ChannelFound) -> None:
        """Ask the leg whose it is; one that nobody has answered, or that hears nobody any more, is ended."""
        channel_id = channel.channel_id
        if not channel.up or channel.context != "acd-spy":
            self._end(channel_id)
            return
        asked = gatherResults(
            [
                self._centre.ask("Getvar", switch_actions.get_variable(channel_id, name))
                for name in (SUPERVISOR, HEARD, MODE)
            ],
            consumeErrors=True,
        )

        def answered(responses: list[Any]) -> None:
            supervisor, heard_id, mode = (response.get("Value") or "" for response in responses)
            if not self._goes_on(channel, unquote(supervisor), heard_id, mode):
                self._end(channel_id)

        asked.addCallbacks(answered, lambda _: self._end(channel_id))

    def _goes_on(self, channel: translate.ChannelFound, supervisor: str, heard_id: str, mode: str) -> bool:
        """Whether the leg hears an agent who is on the call still; then it is known again."""
        line = self._control.lines.of_channel(heard_id)
        agents = () if line is None or line.contact_id != channel.contact_id else line.call.living(Kind.AGENT)
        heard = next((party for party in agents if party.channel_id == heard_id), None)
        known_mode = next((known for known in get_args(MonitorMode) if known == mode), None)
        if heard is None or not supervisor or known_mode is None or self._of(channel.contact_id, supervisor):
            return False
        phone_of = self._control.agent_of_phone(channel.channel.rpartition("-")[0])
        spy = Spy(supervisor, phone_of, channel.contact_id, channel.channel_id)
        self._aim(spy, heard.key, heard_id, known_mode)
        spy.now_hears()
        self._spies[spy.channel_id] = spy
        log.info("supervision_resumed", contact_id=channel.contact_id, agent=heard.key, mode=mode)
        self._tell(spy)
        return True

    # -- who waits ---------------------------------------------------------------------------------------------------

    def set_priority(self, contact_id: ContactId, priority: int, by: str) -> None:
        """Raise or lower a waiting contact; raises :class:`ActRefused`."""
        self._waits(contact_id)
        if not self._centre.tell(ChangePriority(contact_id=contact_id, priority=priority, by=by)):
            raise ActRefused("not_waiting")

    def move(self, contact_id: ContactId, queue: QueueName, by: str) -> None:
        """To another queue, with its join time; raises :class:`ActRefused`."""
        self._waits(contact_id)
        target = self._centre.engine.queue(queue)
        if target is None:
            raise ActRefused("unknown_queue")
        if not target.open:
            raise ActRefused("closed")
        if not self._centre.tell(MoveContact(contact_id=contact_id, queue=queue, by=by)):
            raise ActRefused("not_waiting")

    def withdraw(self, contact_id: ContactId, by: str) -> None:
        """Take it out of the queue; the caller is told. Raises :class:`ActRefused`."""
        self._waits(contact_id)
        log.info("contact_withdrawn", contact_id=contact_id, by=by)
        if not self._centre.tell(LeaveQueue(contact_id=contact_id, cause=LeftQueue.WITHDRAWN, to=by)):
            raise ActRefused("not_waiting")
        self._centre.send_away(contact_id, "withdrawn")

    def _waits(self, contact_id: ContactId) -> None:
        view = self._centre.engine.contact(contact_id)
        if view is None or view.place not in (Place.WAITING, Place.OFFERED, Place.SCHEDULED):
            raise ActRefused("not_waiting")


def _not_again(failure: Failure) -> None:
    failure.trap(ActRefused)  # type: ignore[no-untyped-call]  # Twisted has no types here
    log.info("supervision_not_resumed", reason=failure.getErrorMessage())
