"""Contacts: what became of each, queue by queue and agent by agent.

Rules, stated once for every figure:

* A contact is *offered* to a queue when it joins it; a contact that changes queue is offered to both, and *left
  otherwise* in the first. Coming back to its place (``returned``) is not a second offer.
* It is *answered* by the first agent who answers during its stay; later agents only add handling time.
* When a daemon starts anew, the contacts that it had waiting are *left otherwise, unclassified* until a later fact
  takes them over; talks of which no end was seen are not measured.
* Facts about a contact count up to a day after its end (`KEPT_AFTER_END`); then it is forgotten.
* Facts of a contact whose beginning is not in the facts read are passed over: it belongs to an earlier interval.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from facts.ids import AgentId, ContactId, OfferId, QueueName
from facts.journal import (
    AnyFact,
    CallbackEnded,
    CallbackRequested,
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactLeftQueue,
    ContactOffered,
    ContactQueued,
    ContactTransferred,
    DispositionCorrected,
    DispositionSet,
    Entry,
    ExpectedWaitTold,
    Fact,
    MenuEnded,
    MenuNodeEntered,
    OfferEnded,
    OfferMade,
    SurveyAnswered,
    TalkEnded,
    WrapUpEnded,
)
from facts.requirement_text import RequirementSyntaxError, parse_requirement, skills_named
from facts.states import LeftQueue
from facts.time import DAY, Duration, Instant
from reporting.kpi import cells
from reporting.kpi.cells import FULL_SCORE, Step
from reporting.kpi.corrections import is_past
from reporting.kpi.records import UNCLASSIFIED, Arrival, Leg, Offer, Record, Visit

KEPT_AFTER_END: Duration = DAY
TIER_ATTRIBUTE = "customer_tier"
"""The attribute of a queued contact that names the customer's tier."""

Observe = Callable[[Record, Step, int], None]
"""Told of every step: the record, what it changes in a cell, and 1 or -1."""


class Contact(msgspec.Struct, kw_only=True):
    """All that is known of one contact."""

    contact_id: ContactId
    writer: str
    arrival: Arrival | None = None
    visits: list[Visit] = []
    talking: dict[AgentId, Leg] = {}
    last_legs: dict[AgentId, Leg] = {}
    ended: bool = False

    @property
    def began_at(self) -> Instant:
        """The first that was seen of the contact."""
        first = self.arrival or self.visits[0]
        return first.at

    @property
    def visit(self) -> Visit | None:
        """The latest stay in a queue."""
        return self.visits[-1] if self.visits else None

    @property
    def waiting(self) -> Visit | None:
        """The stay that goes on."""
        visit = self.visit
        return visit if visit is not None and not visit.outcome else None


class ContactFold:
    """The contacts that are open or ended lately. ``observe`` is told of every step."""

    def __init__(self, observe: Observe, team: Callable[[AgentId | None], str | None]) -> None:
        self.contacts: dict[ContactId, Contact] = {}
        self.waiting: dict[ContactId, Visit] = {}
        self._observe = observe
        self._team = team
        self._offers: dict[tuple[OfferId, AgentId | None], Offer] = {}
        self._ended: deque[tuple[Instant, ContactId]] = deque()
        self._skills: dict[str, tuple[str, ...]] = {}

    def talking(self) -> Iterator[Leg]:
        """The talks that go on."""
        for contact in self.contacts.values():
            yield from contact.talking.values()

    def reaches_back_of(self, instant: Instant) -> bool:
        """Whether a contact that began before ``instant`` is still kept, and so may change."""
        oldest = next(iter(self.contacts.values()), None)
        return oldest is not None and oldest.began_at < instant

    def forget(self, now: Instant) -> None:
        """Drop the contacts that ended long ago."""
        while self._ended and self._ended[0][0] + KEPT_AFTER_END < now:
            _, contact_id = self._ended.popleft()
            contact = self.contacts.get(contact_id)
            if contact is not None and contact.ended:
                del self.contacts[contact_id]
        for key in [key for key, offer in self._offers.items() if offer.at + KEPT_AFTER_END < now]:
            del self._offers[key]  # its end was lost in a crash

    def beginnings(self) -> Iterator[Instant]:
        """When what may still change began: the oldest contact, and the offers."""
        oldest = next(iter(self.contacts.values()), None)
        if oldest is not None:
            yield oldest.began_at
        for offer in self._offers.values():
            yield offer.at

    # -- arrival and menu ---------------------------------------------------------------------------------------------

    def arrive(self, entry: Entry, fact: ContactOffered) -> None:
        """A customer reached the centre."""
        if fact.contact_id is None or fact.contact_id in self.contacts:
            return
        arrival = Arrival(
            contact_id=fact.contact_id,
            at=entry.at,
            entry_point=fact.entry_point,
            region=fact.caller_region,
            channel=fact.channel,
            direction=fact.direction,
            customer_id=fact.customer_id,
        )
        contact = Contact(contact_id=fact.contact_id, writer=entry.node, arrival=arrival)
        self.contacts[fact.contact_id] = contact
        self._observe(arrival, cells.arrival_began, 1)

    def enter_node(self, entry: Entry, fact: MenuNodeEntered) -> None:
        """The caller's way through the flow came to a node."""
        arrival = self._arrival(entry, fact)
        if arrival is None:
            return
        arrival.flow, arrival.node = fact.flow, fact.node
        if not arrival.in_menu:
            arrival.in_menu = True
            self._observe(arrival, cells.menu_began, 1)

    def end_menu(self, entry: Entry, fact: MenuEnded) -> None:
        """The flow is over; the last word counts."""
        arrival = self._arrival(entry, fact)
        if arrival is None:
            return
        if arrival.menu_outcome:
            self._observe(arrival, cells.menu_ended, -1)
        arrival.menu_outcome, arrival.contained = fact.outcome, fact.contained
        arrival.flow = fact.flow or arrival.flow
        arrival.node = fact.node or arrival.node
        self._observe(arrival, cells.menu_ended, 1)

    def _arrival(self, entry: Entry, fact: Fact) -> Arrival | None:
        contact = self._known(entry, fact)
        return contact.arrival if contact is not None else None

    def _known(self, entry: Entry, fact: Fact) -> Contact | None:
        contact = None if fact.contact_id is None else self.contacts.get(fact.contact_id)
        if contact is not None:
            contact.writer = entry.node
        return contact

    # -- queue --------------------------------------------------------------------------------------------------------

    def queue(self, entry: Entry, fact: ContactQueued) -> None:
        """The contact joins a queue, or comes back to its place in it."""
        if fact.contact_id is None or fact.queue is None:
            return
        contact = self.contacts.get(fact.contact_id)
        if contact is None:
            contact = self.contacts[fact.contact_id] = Contact(contact_id=fact.contact_id, writer=entry.node)
        contact.writer, contact.ended = entry.node, False
        visit = self._same_stay(contact, fact)
        if visit is not None:
            self._reopen(visit)
            visit.writer = entry.node
            return
        if contact.waiting is not None:
            self._leave(contact.waiting, entry.at, LeftQueue.TRANSFERRED.value, None)
        visit = self._visit(entry, fact, contact)
        if contact.arrival is not None:
            contact.arrival.customer_tier = contact.arrival.customer_tier or visit.customer_tier
        contact.visits.append(visit)
        self.waiting[fact.contact_id] = visit
        self._observe(visit, cells.visit_offered, 1)

    def _same_stay(self, contact: Contact, fact: ContactQueued) -> Visit | None:
        """The stay that goes on with this fact; None: a new one begins."""
        for visit in reversed(contact.visits):
            if visit.queue == fact.queue:
                again = fact.returned or (not visit.outcome and visit.entered == fact.entered)
                return visit if again else None
        return None

    def _visit(self, entry: Entry, fact: ContactQueued, contact: Contact) -> Visit:
        arrival = contact.arrival
        return Visit(
            contact_id=contact.contact_id,
            at=entry.at,
            queue=fact.queue or QueueName(""),
            entered=fact.entered,
            joined_at=fact.joined_at,
            writer=entry.node,
            priority=fact.priority,
            requirement=fact.requirement,
            skills=self._skills_of(fact.requirement),
            customer_id=fact.customer_id or (arrival.customer_id if arrival else None),
            customer_tier=fact.attributes.get(TIER_ATTRIBUTE, ""),
            region=arrival.region if arrival else "",
            entry_point=arrival.entry_point if arrival else "",
            flow=arrival.flow if arrival else "",
            node=arrival.node if arrival else "",
            channel=fact.channel,
            direction=fact.direction,
        )

    def _skills_of(self, requirement: str) -> tuple[str, ...]:
        known = self._skills.get(requirement)
        if known is None:
            try:
                known = tuple(sorted(skills_named(parse_requirement(requirement))))
            except RequirementSyntaxError:  # an older or foreign program's text
                known = ()
            self._skills[requirement] = known
        return known

    def _close(self, visit: Visit, at: Instant) -> None:
        """Count the outcome that the visit has just been given."""
        visit.closed_at = at
        if visit.waited_us is not None:
            visit.longest_us = max(visit.longest_us, visit.waited_us)
        self.waiting.pop(visit.contact_id, None)
        step = cells.closing_step(visit)
        if step is not None:
            self._observe(visit, step, 1)

    def _reopen(self, visit: Visit) -> None:
        """The contact is back: what closed the stay, unless it was answered, is taken out again."""
        step = cells.closing_step(visit)
        if step is None or visit.outcome == "answered":
            return
        self._observe(visit, step, -1)
        visit.measured_before |= visit.waited_us is not None
        visit.outcome, visit.left_as, visit.waited_us, visit.closed_at, visit.orphaned = "", "", None, None, False
        self.waiting[visit.contact_id] = visit

    def _leave(self, visit: Visit, at: Instant, kind: str, waited_us: Duration | None) -> None:
        visit.outcome, visit.left_as, visit.waited_us = "left", kind, waited_us
        self._close(visit, at)

    def _awaited(self, entry: Entry, fact: Fact) -> Visit | None:
        """The waiting stay that a fact speaks of; one orphaned by a restart is taken over by the fact."""
        contact = self._known(entry, fact)
        visit = contact.visit if contact is not None else None
        if visit is not None and visit.orphaned:
            self._reopen(visit)
        return visit if visit is not None and not visit.outcome else None

    def leave(self, entry: Entry, fact: ContactLeftQueue) -> None:
        """The contact left the queue neither answered nor abandoned; one never seen waiting was turned away."""
        visit = self._awaited(entry, fact)
        if visit is None and fact.queue is not None and fact.contact_id in self.contacts:
            contact = self.contacts[fact.contact_id]
            if contact.visit is None or contact.visit.queue != fact.queue:
                self.queue(entry, ContactQueued(contact_id=fact.contact_id, queue=fact.queue, joined_at=entry.at))
                visit = contact.visit
        if visit is not None:
            self._leave(visit, entry.at, fact.outcome.value, fact.waited_us)

    def abandon(self, entry: Entry, fact: ContactAbandoned) -> None:
        """The customer gave up; in the menu that is no queue's abandon."""
        visit = self._awaited(entry, fact)
        if visit is None or fact.stage == "menu":
            return
        visit.outcome, visit.waited_us = "abandoned", fact.waited_us
        self._close(visit, entry.at)

    def tell_estimate(self, entry: Entry, fact: ExpectedWaitTold) -> None:
        """The customer was told an expected wait; the first one is compared with what came."""
        visit = self._awaited(entry, fact)
        if visit is not None and visit.told is None and fact.expected_wait_us is not None:
            visit.told = (entry.at, fact.expected_wait_us)

    def request_callback(self, entry: Entry, fact: CallbackRequested) -> None:
        """The customer hung up and kept the place; the stay goes on."""
        contact = self._known(entry, fact)
        visit = contact.visit if contact is not None else None
        if visit is None or visit.callback_us is not None or visit.outcome == "answered":
            return
        counted = cells.closing_step(visit)
        if counted is not None:
            self._reopen(visit)
        visit.callback_us = max(0, entry.at - (visit.joined_at or visit.at))
        self._observe(visit, cells.callback_requested, 1)

    def end_callback(self, entry: Entry, fact: CallbackEnded) -> None:
        """The callback is over."""
        contact = self._known(entry, fact)
        visit = contact.visit if contact is not None else None
        if visit is not None and not visit.callback_outcome:
            visit.callback_outcome = fact.outcome
            self._observe(visit, cells.callback_ended, 1)

    # -- offers to agents ---------------------------------------------------------------------------------------------

    def offer(self, entry: Entry, fact: OfferMade) -> None:
        """The contact is presented to an agent."""
        visit = self._awaited(entry, fact)
        offer = Offer(
            contact_id=fact.contact_id,
            at=entry.at,
            agent_id=fact.agent_id,
            team=self._team(fact.agent_id),
            queue=fact.queue or (visit.queue if visit else None),
            channel=fact.channel,
            direction=fact.direction,
        )
        if visit is not None:
            _copy_dimensions(visit, offer)
        self._offers[fact.offer_id, fact.agent_id] = offer

    def end_offer(self, entry: Entry, fact: OfferEnded) -> None:
        """The offer to this agent is over."""
        self._awaited(entry, fact)
        offer = self._offers.pop((fact.offer_id, fact.agent_id), None)
        if offer is not None:
            offer.outcome, offer.rang_us = fact.outcome.value, fact.rang_us
            self._observe(offer, cells.offer_ended, 1)

    # -- talks --------------------------------------------------------------------------------------------------------

    def connect(self, entry: Entry, fact: ContactConnected) -> None:
        """An agent talks with the customer; the first of a stay answers it."""
        visit = self._awaited(entry, fact)
        contact = None if fact.contact_id is None else self.contacts.get(fact.contact_id)
        if contact is None:
            return
        if visit is not None:
            visit.outcome, visit.agent_id, visit.waited_us = "answered", fact.agent_id, fact.waited_us
            visit.team = fact.team or self._team(fact.agent_id)
            self._close(visit, entry.at)
        if fact.agent_id is not None and fact.agent_id in contact.talking:
            return
        leg = self._leg(entry, fact, contact)
        self._observe(leg, cells.leg_began, 1)

    def _leg(self, entry: Entry, fact: ContactConnected, contact: Contact) -> Leg:
        visit = contact.visit
        leg = Leg(
            contact_id=contact.contact_id,
            at=visit.at if visit else entry.at,
            began_at=entry.at,
            writer=entry.node,
            agent_id=fact.agent_id,
            team=fact.team or self._team(fact.agent_id),
            queue=visit.queue if visit else fact.queue,
            channel=fact.channel,
            direction=fact.direction,
        )
        if visit is not None:
            _copy_dimensions(visit, leg)
            visit.legs.append(leg)
        agent_id = AgentId("") if fact.agent_id is None else fact.agent_id
        contact.talking[agent_id] = contact.last_legs[agent_id] = leg
        return leg

    def transfer(self, entry: Entry, fact: ContactTransferred) -> None:
        """The agent passed the contact on."""
        leg = self._last_leg(entry, fact)
        if leg is not None and not leg.transferred_to:
            leg.transferred_to, leg.consulted = fact.to_kind, fact.consulted
            self._observe(leg, cells.leg_transferred, 1)

    def end_talk(self, entry: Entry, fact: TalkEnded) -> None:
        """The agent's part is over."""
        contact = self._known(entry, fact)
        agent_id = AgentId("") if fact.agent_id is None else fact.agent_id
        leg = contact.talking.pop(agent_id, None) if contact is not None else None
        if contact is None or leg is None:
            return
        if leg.lost:
            self._observe(leg, cells.leg_lost, -1)
            leg.lost = False
        leg.ended_at, leg.ended_by = entry.at, fact.ended_by.value
        leg.talk_us, leg.hold_us, leg.wrap_up_known = fact.talk_us, fact.hold_us, fact.wrap_up_known
        _mark_firsts(contact, leg)
        self._observe(leg, cells.leg_ended, 1)

    def end_wrap_up(self, entry: Entry, fact: WrapUpEnded) -> None:
        """The after-contact work is over."""
        leg = self._last_leg(entry, fact)
        if leg is not None and leg.wrap_up_us is None and leg.ended_at is not None:
            leg.wrap_up_us = fact.took_us
            self._observe(leg, cells.leg_wrapped_up, 1)

    def _last_leg(self, entry: Entry, fact: Fact) -> Leg | None:
        contact = self._known(entry, fact)
        agent_id = AgentId("") if fact.agent_id is None else fact.agent_id
        return contact.last_legs.get(agent_id) if contact is not None else None

    # -- what it was about --------------------------------------------------------------------------------------------

    def set_disposition(self, entry: Entry, fact: DispositionSet) -> None:
        """The agent's code; the last one counts."""
        contact = self._known(entry, fact)
        if contact is None:
            return
        leg, visit = self._last_leg(entry, fact), contact.visit
        for record in (leg, visit, contact.arrival):
            if record is not None:
                record.disposition = fact.disposition
        if visit is not None:
            self._retake(visit, visit.resolved is not None, cells.resolution_set, -1)
            visit.resolved = fact.resolved
            self._retake(visit, visit.resolved is not None, cells.resolution_set, 1)

    def correct_disposition(self, entry: Entry, fact: DispositionCorrected) -> None:
        """The code, and whether it was resolved, were others; the contact may be long forgotten here."""
        if fact.contact_id is None:
            return
        contact = self.contacts.get(fact.contact_id)
        visits = contact.visits if contact is not None else []
        visit = next((visit for visit in visits if visit.at == fact.queued_at), None) or _as_it_was(fact)
        if contact is not None:
            for record in (*visit.legs, *contact.last_legs.values(), contact.arrival):
                if record is not None:
                    record.disposition = fact.disposition
        counts = bool(visit.queue) and is_past(visit.at, entry.at)
        if counts:
            self._retake(visit, visit.resolved is not None, cells.resolution_set, -1)
        visit.disposition, visit.resolved = fact.disposition, fact.resolved
        if counts:
            self._retake(visit, visit.resolved is not None, cells.resolution_set, 1)
            self._observe(visit, cells.outcome_corrected, 1)

    def answer_survey(self, entry: Entry, fact: SurveyAnswered) -> None:
        """The customer's own word; of several answers the last score and the last word on the matter count."""
        contact = self._known(entry, fact)
        visit = contact.visit if contact is not None else None
        if visit is None:
            return
        self._retake(visit, _surveyed(visit), cells.survey_answered, -1)
        scale = fact.best - fact.worst
        if fact.score is not None and scale:
            visit.score = min(FULL_SCORE, max(0, (fact.score - fact.worst) * FULL_SCORE // scale))
        if fact.resolved is not None:
            visit.survey_resolved = fact.resolved
        self._retake(visit, _surveyed(visit), cells.survey_answered, 1)

    def _retake(self, visit: Visit, counted: bool, step: Step, sign: int) -> None:
        if counted:
            self._observe(visit, step, sign)

    # -- the end ------------------------------------------------------------------------------------------------------

    def end(self, entry: Entry, fact: ContactEnded) -> None:
        """The contact is over; of one that still waited nothing says how it left, of a talk that goes on how long."""
        contact = self._known(entry, fact)
        if contact is None:
            return
        visit = contact.waiting
        if visit is not None and visit.callback_us is None:
            self._leave(visit, entry.at, UNCLASSIFIED, None)
        for ended in (contact.arrival, contact.visit):
            if ended is not None:
                ended.ended_at = entry.at
        self._lose(contact.talking.values())
        contact.ended = True
        self._ended.append((entry.at, contact.contact_id))

    def orphan(self, writer: str, last_at: Instant) -> None:
        """The daemon ``writer`` begins anew: its open contacts ended at ``last_at`` unless they are taken over."""
        for visit in [visit for visit in self.waiting.values() if visit.writer == writer]:
            visit.orphaned = True
            self._leave(visit, last_at, UNCLASSIFIED, None)
        self._lose(leg for leg in self.talking() if leg.writer == writer)

    def _lose(self, legs: Iterable[Leg]) -> None:
        """The end of these talks has not been seen; it may still be told."""
        for leg in legs:
            if not leg.lost:
                leg.lost = True
                self._observe(leg, cells.leg_lost, 1)


def _copy_dimensions(visit: Visit, record: Leg | Offer) -> None:
    record.skills, record.customer_tier = visit.skills, visit.customer_tier
    record.region, record.entry_point, record.node = visit.region, visit.entry_point, visit.node


def _mark_firsts(contact: Contact, leg: Leg) -> None:
    """Whether this part is the first of its stay to end, and the first of its agent within the stay."""
    visit = contact.visit
    before = [] if visit is None else [other for other in visit.legs if other is not leg and other.ended_at is not None]
    leg.handles_contact = not before
    leg.handles_for_agent = all(other.agent_id != leg.agent_id for other in before)


def _surveyed(visit: Visit) -> bool:
    return visit.score is not None or visit.survey_resolved is not None


def _as_it_was(fact: DispositionCorrected) -> Visit:
    """As much of a stay in a queue as its outcome is counted by."""
    assert fact.contact_id is not None
    return Visit(
        contact_id=fact.contact_id,
        at=fact.queued_at,
        queue=fact.queue or QueueName(""),
        agent_id=fact.agent_id,
        entry_point=fact.entry_point,
        disposition=fact.was,
        resolved=fact.was_resolved,
    )


HANDLERS: dict[type[AnyFact], Callable[..., None]] = {
    ContactOffered: ContactFold.arrive,
    MenuNodeEntered: ContactFold.enter_node,
    MenuEnded: ContactFold.end_menu,
    ContactQueued: ContactFold.queue,
    OfferMade: ContactFold.offer,
    OfferEnded: ContactFold.end_offer,
    ContactConnected: ContactFold.connect,
    ContactTransferred: ContactFold.transfer,
    TalkEnded: ContactFold.end_talk,
    ContactLeftQueue: ContactFold.leave,
    ContactAbandoned: ContactFold.abandon,
    ContactEnded: ContactFold.end,
    ExpectedWaitTold: ContactFold.tell_estimate,
    CallbackRequested: ContactFold.request_callback,
    CallbackEnded: ContactFold.end_callback,
    WrapUpEnded: ContactFold.end_wrap_up,
    DispositionSet: ContactFold.set_disposition,
    DispositionCorrected: ContactFold.correct_disposition,
    SurveyAnswered: ContactFold.answer_survey,
}
