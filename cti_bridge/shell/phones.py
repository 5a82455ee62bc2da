"""Whether agents' phones can be reached. A browser's phone goes with its page, and is waited for a moment.

A page that is loaded anew takes its phone along, and brings it back a second later: that is no reason to set anybody
NOT_READY, nor to give the call that rings there to somebody else. So when a page goes, its phone counts as reachable
for :data:`AWAY_US` still; a call that is offered meanwhile, or rang already, rings at the page that comes, for as long
as its offer lasts. Only when none comes in time is the phone lost.

Which phone is an agent's changes: when they sign in at another, and when the settings give them another. What is known
of every phone is kept, whoever works at it, and holds for its agent from then on.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
import structlog
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall

from acd.effects import RingAgent
from acd.events import FindPhone, LosePhone
from acd.views import AgentView, OfferView
from cti_bridge.shell import translate
from cti_bridge.shell.calls import Leg
from cti_bridge.shell.clock import Clock
from facts.ids import AgentId
from facts.journal import AgentLoggedIn, Fact, PolicyChanged
from facts.states import Activity
from facts.time import MILLISECOND, SECOND, Duration, Instant

if TYPE_CHECKING:
    from cti_bridge.shell.coordinator import Coordinator

log = structlog.get_logger(__name__)

AWAY_US = 10 * SECOND
"""So long a page may be away without its phone being lost."""

SETTLED_S = 1.5
"""The switch tells of the phone that went and of the one that came on another way than the page: by then, of both."""

BEFORE_THE_END_US = 100 * MILLISECOND
"""So long before an offer's end a phone that is not back is lost, or its agent would have failed to answer."""

TOO_SHORT_US = 3 * SECOND
"""Nobody answers a call that rings for less: such an offer ends, and none is to blame."""


class _Away(msgspec.Struct):
    """A phone whose page went. ``back``: another has come. ``gone``: the switch says that the phone is."""

    device: str
    until: Instant
    back: bool = False
    gone: bool = False
    timer: IDelayedCall | None = None
    waiting: list[Deferred[bool]] = msgspec.field(default_factory=list)
    """Who wants to know whether another page has come."""


class Phones:
    """All agents' phones."""

    def __init__(self, coordinator: "Coordinator", clock: Clock) -> None:
        self._coordinator = coordinator
        self._clock = clock
        self._away: dict[AgentId, _Away] = {}
        self._unreachable: set[str] = set()
        self._no_switch = False

    # -- what the switch says ----------------------------------------------------------------------------------------

    def device_changed(self, event: translate.DeviceChanged) -> None:
        """A phone can be reached, or not. That it has channels says nothing of one that was gone before."""
        if event.busy and event.reachable and event.device in self._unreachable:
            return
        (self._unreachable.discard if event.reachable else self._unreachable.add)(event.device)
        for agent in list(self._coordinator.engine.agents()):
            if agent.phone == event.device:
                self._changed(agent, event)

    def _changed(self, agent: AgentView, event: translate.DeviceChanged) -> None:
        away = self._away.get(agent.agent_id)
        if away is not None and away.device == event.device:
            away.gone = not event.reachable
            if away.gone:
                return
        if agent.phone_reachable is not event.reachable:
            change = FindPhone if event.reachable else LosePhone
            self._coordinator.tell(change(agent_id=agent.agent_id), event.at)

    def are(self, unreachable: Collection[str], *, lost: bool) -> None:
        """The switch was asked for all of them: tell of those that are lost, or of those that are not."""
        self._unreachable, self._no_switch = set(unreachable), self._no_switch and lost
        for agent in list(self._coordinator.engine.agents()):
            if (agent.phone in unreachable) is lost:
                self._changed(agent, translate.DeviceChanged(device=agent.phone, reachable=not lost, busy=False))

    def switch_lost(self) -> None:
        """None can be reached."""
        self._no_switch = True
        # whose phone rings comes last: the contact must not be offered to one whose phone is yet to be lost
        for agent in sorted(self._coordinator.engine.agents(), key=lambda agent: agent.activity is Activity.RESERVED):
            if agent.phone_reachable:
                self._coordinator.tell(LosePhone(agent_id=agent.agent_id))

    # -- whose phone is which ----------------------------------------------------------------------------------------

    def read(self, fact: Fact) -> None:
        """Who may have another phone now can be reached if that one can."""
        if isinstance(fact, PolicyChanged):
            for agent in list(self._coordinator.engine.agents()):
                self._follow(agent)
        elif isinstance(fact, AgentLoggedIn) and fact.agent_id is not None:
            view = self._coordinator.engine.agent(fact.agent_id)
            if view is not None:
                self._follow(view)

    def _follow(self, agent: AgentView) -> None:
        away = self._away.get(agent.agent_id)
        if away is not None and away.device == agent.phone:
            return
        self._stop(self._away.pop(agent.agent_id, None))
        if away is not None:
            self._tell_waiting(away.waiting, back=False)
        reachable = not self._no_switch and agent.phone not in self._unreachable
        if agent.phone_reachable is not reachable:
            self._coordinator.tell((FindPhone if reachable else LosePhone)(agent_id=agent.agent_id))

    # -- what becomes of pages ---------------------------------------------------------------------------------------

    def page_went(self, agent_id: AgentId, device: str) -> None:
        """The page that was this phone is gone, or cannot be heard."""
        agent, known = self._coordinator.engine.agent(agent_id), self._away.get(agent_id)
        if agent is None or agent.phone != device or not agent.phone_reachable or (known and not known.back):
            return
        self._stop(known)
        self._away[agent_id] = away = _Away(device=device, until=self._clock.now() + AWAY_US)
        self._wait(agent_id, away)
        self._coordinator.direct_calls.page_went(device)
        self._touch(agent_id)

    def page_came(self, agent_id: AgentId, device: str) -> None:
        """A page is the phone: what was to ring at the one before rings at this one."""
        self._unreachable.discard(device)
        agent, known = self._coordinator.engine.agent(agent_id), self._away.get(agent_id)
        if agent is None or agent.phone != device:
            return
        self._stop(known)
        self._away[agent_id] = away = _Away(device=device, until=self._clock.now(), back=True)
        away.timer = self._clock.callLater(SETTLED_S, self._settled, agent_id, away)
        self._coordinator.direct_calls.page_went(device)  # what rings still, rings at the page before
        if known is not None and not known.back:
            self._ring_again(agent_id)
            self._tell_waiting(known.waiting, back=True)
        elif not agent.phone_reachable and self._coordinator.connected:
            self._coordinator.tell(FindPhone(agent_id=agent_id))
        self._touch(agent_id)

    def keeps(self, agent_id: AgentId) -> bool:
        """Whether this agent's phone is away, and waited for."""
        away = self._away.get(agent_id)
        return away is not None and not away.back

    def back_until(self, agent_id: AgentId) -> Instant | None:
        """Until when a phone that is away is waited for; None: none is."""
        away = self._away.get(agent_id)
        return None if away is None or away.back else away.until

    def back(self, agent_id: AgentId, device: str, within_us: Duration) -> Deferred[bool]:
        """Whether a page is this phone, after one that went: as soon as one is, or none is waited for any more."""
        away = self._away.get(agent_id)
        if away is None or away.device != device or away.back:
            return succeed(away is not None and away.device == device)
        told: Deferred[bool] = Deferred()
        away.waiting.append(told)
        timer = self._clock.callLater(within_us / SECOND, self._tell_waiting, [told], back=False)

        def stop(back: bool) -> bool:
            if timer.active():
                timer.cancel()
            return back

        return told.addCallback(stop)

    def _tell_waiting(self, waiting: Iterable[Deferred[bool]], *, back: bool) -> None:
        for told in waiting:
            if not told.called:
                told.callback(back)

    def hold(self, command: RingAgent) -> None:
        """What is offered to an agent whose phone is away rings when it is back."""
        away = self._away[command.agent_id]
        self._wait(command.agent_id, away)

    def leg_stays_away(self, leg: Leg) -> bool:
        """Whether the end of a leg is only that of its page: the offer goes on, and rings at the next."""
        return self.keeps(leg.agent_id) and leg.offer_id is not None and not leg.answered

    def _wait(self, agent_id: AgentId, away: _Away) -> None:
        """Not beyond the end of an offer: its agent would be blamed for not answering."""
        ends = [offer.rings_until - BEFORE_THE_END_US for offer in self._offers(agent_id)]
        away.until = min([away.until, *ends])
        self._stop(away)
        wait_us = max(0, away.until - self._clock.now())
        away.timer = self._clock.callLater(wait_us / SECOND, self._too_long, agent_id, away)

    def _too_long(self, agent_id: AgentId, away: _Away) -> None:
        if self._away.get(agent_id) is away:
            del self._away[agent_id]
            log.info("page_stays_away", agent_id=agent_id)
            self._lose(agent_id, away)
            self._tell_waiting(away.waiting, back=False)

    def _settled(self, agent_id: AgentId, away: _Away) -> None:
        if self._away.get(agent_id) is away:
            del self._away[agent_id]
            if away.gone:
                self._lose(agent_id, away)

    def _lose(self, agent_id: AgentId, away: _Away) -> None:
        agent = self._coordinator.engine.agent(agent_id)
        if agent is not None and agent.phone == away.device and agent.phone_reachable:
            self._coordinator.tell(LosePhone(agent_id=agent_id))

    def _stop(self, away: _Away | None) -> None:
        if away is not None and away.timer is not None and away.timer.active():
            away.timer.cancel()

    # -- what rings --------------------------------------------------------------------------------------------------

    def _offers(self, agent_id: AgentId) -> Iterator[OfferView]:
        engine = self._coordinator.engine
        agent = engine.agent(agent_id)
        for work in () if agent is None else agent.works:
            contact = engine.contact(work.contact_id)
            offer = engine.offer(contact.offer_id) if contact is not None and contact.offer_id else None
            if offer is not None and work.activity is Activity.RESERVED:
                yield offer

    def _ring_again(self, agent_id: AgentId) -> None:
        now, too_short = self._clock.now(), False
        for offer in list(self._offers(agent_id)):
            left_us = offer.rings_until - now
            too_short = too_short or left_us < TOO_SHORT_US
            if not too_short:
                self._coordinator.ring_anew(offer, agent_id, left_us)
        if too_short:  # as if the phone had been lost, which blames nobody, and found
            self._coordinator.tell(LosePhone(agent_id=agent_id))
            self._coordinator.tell(FindPhone(agent_id=agent_id))

    def _touch(self, agent_id: AgentId) -> None:
        for offer in self._offers(agent_id):
            self._coordinator.control.desks.touch(offer.contact_id)
