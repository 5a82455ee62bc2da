"""The life of an offer: a slot is reserved, the phone rings, and it ends in exactly one way."""

from typing import Any, Final

from acd.agent_state import SLOT_TABLE, SlotEvent
from acd.centre import (
    BY_AGENT,
    BY_SYSTEM,
    CONNECTED,
    DIALLING,
    LOGGED_OUT,
    OFFERED,
    READY,
    RESERVED,
    TALKING,
    WAITING,
    Centre,
    available,
    end_work,
    leave_line,
    state_of,
    tell_state,
    without,
    wrap_up_overtaken,
)
from acd.declaring import apply_pending, become_not_ready
from acd.effects import ConnectContact, DialCustomer, RingAgent, StopRinging
from acd.errors import IllegalEvent
from acd.events import AnswerOffer, RefuseOffer
from acd.hours import sends_away
from acd.last_agents import note_answer
from acd.matching import qualifies
from acd.model import Agent, Contact, Work
from acd.offer_state import CONSEQUENCES, REFUSALS
from acd.ordering import NOBODY_CHOSEN, NONE_CHOSEN, choose_agents, choose_contact
from facts.ids import AgentId, OfferId
from facts.journal import AgentStateChanged, ContactConnected, OfferEnded, OfferMade
from facts.states import OfferOutcome, Party

_ANSWERED: Final = OfferOutcome.ANSWERED
_AFTER_ANSWER: Final = SLOT_TABLE[SlotEvent.ANSWERED]


# -- making ---------------------------------------------------------------------------------------------------------


def place(centre: Centre, contact: Contact, newest: bool = False) -> None:
    """Offer a contact that stands in no lane, or let it wait at its place, which is the last when it is the newest."""
    matching = centre.matching
    agents, why = choose_agents(centre, contact) if matching.free_count else NOBODY_CHOSEN
    if not agents:
        if contact.place is not WAITING:
            contact.place = WAITING
        matching.wait(contact, newest)
        return
    make_offer(centre, contact, agents, why)
    for agent in agents:
        if agent.slots > 1 and available(agent):
            matching.start_idle(agent, centre.now)
            matching.free_agent(agent, centre.now)


def settle(
    centre: Centre,
    agent: Agent,
    by: Party = BY_AGENT,
    keep_idle_time: bool = False,
    changed: bool = True,
) -> None:
    """After any change of an agent: give them what waits for them, or let them stand free.

    Their state is told once, when it has ``changed`` or an offer changes it.
    """
    matching = centre.matching
    if agent.free:
        matching.take_agent(agent, centre.now)
    elif not keep_idle_time:  # as Matching.start_idle, without a call: every talk ends here
        agent.idle_since = centre.now
        agent.idle_order = matching.idle_order = matching.idle_order + 1
    while agent.declared is READY and agent.pending is None and agent.pause is None and len(agent.works) < agent.slots:
        contact, why = choose_contact(centre, agent) if matching.waiting_count else NONE_CHOSEN
        if contact is None:
            matching.free_agent(agent, centre.now)
            break
        matching.stop_waiting(contact)
        make_offer(centre, contact, (agent,), why)
        if agent.slots == 1:
            return
        changed = False
    if changed and agent.declared is not LOGGED_OUT:
        tell_state(centre, agent, by)


def make_offer(centre: Centre, contact: Contact, agents: tuple[Agent, ...], why: dict[str, Any]) -> None:
    """Reserve a slot of each agent and ring their phones; who stands free stands so no more."""
    now, out, queue, contact_id = centre.now, centre.out, contact.queue, contact.contact_id
    assert queue is not None
    rules = queue.policy
    name, ring_us = rules.name, rules.ring_us
    contact.attempt = attempt = contact.attempt + 1
    centre.offers_made = made = centre.offers_made + 1
    if made == 1:
        centre.first_offer = f"{now:x}-"
    offer_id: OfferId = f"{centre.first_offer}{made}"  # type: ignore[assignment]  # a call for nothing
    contact.offer_id = offer_id
    contact.place = OFFERED
    centre.offers[offer_id] = contact
    deadlines, rings_until = centre.deadlines, now + ring_us
    line = deadlines.rings.get(ring_us)
    if line is None:
        line = deadlines.line(ring_us)
    contact.rings_in = line
    line[contact] = rings_until
    if rings_until < deadlines.soonest:  # noqa: PLR1730 - min() is a call, and every offer comes by here
        deadlines.soonest = rings_until
    customer_id, waited = contact.customer_id, now - contact.joined_at
    for agent in agents:
        if agent.free:
            centre.matching.take_agent(agent, now)
        agent_id = agent.agent_id
        works = (Work(agent, contact, RESERVED, now, now),)
        agent.works += works
        contact.works += works
        agent.since = now
        out += (
            OfferMade(
                contact_id=contact_id,
                agent_id=agent_id,
                customer_id=customer_id,
                queue=name,
                offer_id=offer_id,
                attempt=attempt,
                ring_us=ring_us,
                waited_us=waited,
                why=why,
            ),
            AgentStateChanged(agent_id=agent_id, declared=READY, activity=RESERVED, by=BY_SYSTEM)
            if agent.slots == 1  # as nearly always: without a call
            else state_of(agent, BY_SYSTEM),
            RingAgent(offer_id=offer_id, contact_id=contact_id, agent_id=agent_id, queue=name, ring_us=ring_us),
        )


# -- ending ---------------------------------------------------------------------------------------------------------


def answer_offer(centre: Centre, event: AnswerOffer) -> None:
    """The first to answer has the contact; the others' phones stop, and nobody is blamed."""
    offer_id, agent_id, now = event.offer_id, event.agent_id, centre.now
    losers: tuple[Agent, ...] = ()
    contact = centre.offers.get(offer_id)
    if contact is None or len(contact.works) > 1 or contact.works[0].agent.agent_id != agent_id:
        contact, work = _ringing(centre, offer_id, agent_id)
        losers = _answered_elsewhere(centre, contact, work)
    else:  # one phone, as nearly always
        (work,) = contact.works
    agent, queue, rang = work.agent, contact.queue, now - work.since
    assert queue is not None
    work.activity = _AFTER_ANSWER[work.activity]
    work.since = work.connected_at = agent.since = now
    agent.misses = 0
    agent.taken += 1
    del centre.offers[offer_id], contact.rings_in[contact]
    contact.offer_id = None
    contact_id, customer_id, name = contact.contact_id, contact.customer_id, queue.policy.name
    ended = OfferEnded(
        contact_id=contact_id,
        agent_id=agent_id,
        customer_id=customer_id,
        queue=name,
        offer_id=offer_id,
        outcome=_ANSWERED,
        rang_us=rang,
    )
    if agent.declared is READY and agent.pending is None and len(agent.works) == 1:  # as nearly always: without a call
        state = AgentStateChanged(agent_id=agent_id, declared=READY, activity=TALKING, by=BY_AGENT)
    else:
        state = state_of(agent, BY_AGENT)
    if contact.callback is not None:
        contact.place = DIALLING
        contact.callback.attempts += 1
        dial = DialCustomer(offer_id=offer_id, contact_id=contact_id, agent_id=agent_id)
        centre.out += (ended, state, dial)
    else:
        contact.place = CONNECTED
        leave_line(centre, contact)
        if centre.notes:
            note_answer(centre, contact, agent)
        centre.out += (
            ended,
            ContactConnected(
                contact_id=contact_id,
                agent_id=agent_id,
                customer_id=customer_id,
                queue=name,
                offer_id=offer_id,
                waited_us=now - contact.joined_at,
                rang_us=rang,
            ),
            state,
            ConnectContact(offer_id=offer_id, contact_id=contact_id, agent_id=agent_id),
        )
    if len(agent.works) > 1 and wrap_up_overtaken(centre, work):
        settle(centre, agent, keep_idle_time=True, changed=False)
    for loser in losers:
        release(centre, loser, OfferOutcome.ANSWERED_ELSEWHERE)


def _answered_elsewhere(centre: Centre, contact: Contact, winner: Work) -> tuple[Agent, ...]:
    """Stop the other phones; whose they are."""
    losers = without(contact.works, winner)
    for work in losers:
        _unlink(centre, work, OfferOutcome.ANSWERED_ELSEWHERE, stop_phone=True)
    return tuple(work.agent for work in losers)


def refuse_offer(centre: Centre, event: RefuseOffer) -> None:
    """The phone did not take it: on to the next agent; the contact keeps its place."""
    contact, work = _ringing(centre, event.offer_id, event.agent_id)
    if event.outcome not in REFUSALS:
        raise IllegalEvent(f"an agent's phone cannot end offer {event.offer_id!r} as {event.outcome.value}")
    _ring_failed(centre, contact, work, event.outcome, stop_phone=False)


def ring_over(centre: Centre, contact: Contact) -> None:
    """The ring time is over and nobody answered."""
    for work in contact.works:
        _ring_failed(centre, contact, work, OfferOutcome.NO_ANSWER, stop_phone=True)


def withdraw_ring(centre: Centre, work: Work, outcome: OfferOutcome) -> None:
    """The offer to this agent ends from our side; the contact goes on to the next. The agent's state is not told."""
    contact = work.contact
    _unlink(centre, work, outcome, stop_phone=True)
    if not contact.works:
        _close_offer(centre, contact)
        _go_on(centre, contact)


def stop_phones(centre: Centre, contact: Contact, outcome: OfferOutcome) -> tuple[Agent, ...]:
    """All phones stop because of the contact, not of the agents, who are yet to be released."""
    works = contact.works
    for work in works:
        _unlink(centre, work, outcome, stop_phone=True)
    _close_offer(centre, contact)
    return tuple(work.agent for work in works)


def release(centre: Centre, agent: Agent, outcome: OfferOutcome) -> None:
    """An offer to this agent is over: what follows for them, by the table."""
    if agent.pending is not None and not agent.works:
        slot_freed(centre, agent)
    else:
        settle(centre, agent, BY_SYSTEM, keep_idle_time=CONSEQUENCES[outcome].keep_idle_time)


def _ring_failed(centre: Centre, contact: Contact, work: Work, outcome: OfferOutcome, *, stop_phone: bool) -> None:
    agent = work.agent
    assert contact.queue is not None
    rules = contact.queue.policy
    follows = CONSEQUENCES[outcome]
    _unlink(centre, work, outcome, stop_phone=stop_phone)
    if contact.not_again is None:
        contact.not_again = {}
    contact.not_again[agent] = centre.deadlines.add(centre.now + rules.retry_us, ask_again, (contact, agent))
    contact.plain = False
    if follows.miss:
        agent.misses += 1
    if follows.miss and agent.misses >= rules.misses_before_not_ready > 0 and agent.pending is None:
        agent.misses = 0
        become_not_ready(centre, agent, follows.reason)
    elif follows.pause:
        _pause(centre, agent)
    if not contact.works:
        _close_offer(centre, contact)
    release(centre, agent, outcome)
    if contact.alone_for is not None:
        centre.unsettled.append(agent)
    if not contact.works:
        _go_on(centre, contact)


def _go_on(centre: Centre, contact: Contact) -> None:
    """To the next agent; in a queue that has sent away who waited while it rang, it waits to be sent away as well."""
    queue = contact.queue
    assert queue is not None
    if contact.callback is not None or not sends_away(queue, centre.now):
        place(centre, contact)
        return
    contact.place = WAITING
    centre.matching.wait(contact)
    centre.unsettled.append(queue)


def ask_again(centre: Centre, pair: tuple[Contact, Agent]) -> None:
    """The contact may be offered once more to the agent who did not take it."""
    contact, agent = pair
    assert contact.not_again is not None
    del contact.not_again[agent]
    waits = contact.place is WAITING
    contact.plain = contact.exact and not contact.not_again
    if waits and agent.free and qualifies(agent, contact):
        centre.matching.stop_waiting(contact)
        place(centre, contact)


def _pause(centre: Centre, agent: Agent) -> None:
    if agent.pause is not None:
        centre.deadlines.cancel(agent.pause)
    if agent.free:
        centre.matching.take_agent(agent, centre.now)
    agent.pause = centre.deadlines.add(centre.now + centre.policy.refusal_pause_us, pause_over, agent)


def pause_over(centre: Centre, agent: Agent) -> None:
    """The agent whose phone refused may be asked again."""
    agent.pause = None
    settle(centre, agent, changed=False)


def slot_freed(centre: Centre, agent: Agent, by: Party = BY_AGENT) -> None:
    """A slot has no work any more: what was pending happens when it was the last, and the next contact may come."""
    if agent.pending is not None and not agent.works:
        apply_pending(centre, agent)
        if agent.declared is not LOGGED_OUT:
            tell_state(centre, agent, by)
        settle(centre, agent, by, changed=False)
    else:
        settle(centre, agent, by)


def _ringing(centre: Centre, offer_id: OfferId, agent_id: AgentId) -> tuple[Contact, Work]:
    contact = centre.offers.get(offer_id)
    if contact is not None:
        for work in contact.works:
            if work.agent.agent_id == agent_id:
                return contact, work
    raise IllegalEvent(f"offer {offer_id!r} does not ring at agent {agent_id!r}: it is over, or never was")


def _close_offer(centre: Centre, contact: Contact) -> None:
    assert contact.offer_id is not None
    assert contact.queue is not None
    del centre.offers[contact.offer_id]
    contact.rings_in.pop(contact, None)
    contact.offer_id = None
    if contact.queue.watched:
        centre.unsettled.append(contact.queue)


def _unlink(centre: Centre, work: Work, outcome: OfferOutcome, *, stop_phone: bool) -> None:
    """Say that the offer to this agent ended, and free the slot; what follows for the agent is not done here."""
    agent, contact = work.agent, work.contact
    end_work(agent, work, centre.now)
    contact.works = without(contact.works, work)
    _tell_end(centre, work, outcome, centre.now - work.since)
    if stop_phone and contact.offer_id is not None:
        centre.out.append(
            StopRinging(offer_id=contact.offer_id, contact_id=contact.contact_id, agent_id=agent.agent_id, why=outcome)
        )


def _tell_end(centre: Centre, work: Work, outcome: OfferOutcome, rang: int) -> None:
    contact = work.contact
    assert contact.queue is not None
    assert contact.offer_id is not None
    centre.out.append(
        OfferEnded(
            contact_id=contact.contact_id,
            agent_id=work.agent.agent_id,
            customer_id=contact.customer_id,
            queue=contact.queue.policy.name,
            offer_id=contact.offer_id,
            outcome=outcome,
            rang_us=rang,
        )
    )
