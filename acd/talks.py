"""Agents at work: talk, hold, wrap-up, and talks that were there before us."""

from collections.abc import Mapping
from typing import Final

from acd.agent_state import SLOT_TABLE, SlotEvent
from acd.callbacks import agent_missing
from acd.centre import (
    BY_AGENT,
    BY_SYSTEM,
    CONNECTED,
    DIALLING,
    HOLD,
    NOWHERE,
    TALKING,
    Centre,
    WrapUpEnd,
    end_work,
    forget_contact,
    remember_contact,
    tell_state,
    tell_wrap_up_end,
    without,
    wrap_up_overtaken,
)
from acd.contact_state import CONTACT_TABLE, ContactEvent, Place
from acd.errors import IllegalEvent
from acd.events import (
    EndTalk,
    EndWrapUp,
    ExtendWrapUp,
    HoldTalk,
    RestoreTalk,
    RestoreWrapUp,
    RetrieveTalk,
    StartDialling,
    StartTalk,
)
from acd.expected_wait import note_handled
from acd.model import Agent, Contact, Queue, Work
from acd.offers import settle, slot_freed, withdraw_ring
from acd.policy import QueuePolicy, WrapUpRules
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import ContactConnected, ContactHeld, ContactRetrieved, TalkEnded, WrapUpExtended
from facts.requirements import NOTHING_REQUIRED
from facts.states import Activity, OfferOutcome, Party
from facts.time import Instant

_MAY_TALK: Final = CONTACT_TABLE[ContactEvent.TALK_STARTED]
_TALK_ENDS: Final = SlotEvent.TALK_OVER
_AFTER_TALK: Final = SLOT_TABLE[_TALK_ENDS]


def end_talk(centre: Centre, event: EndTalk) -> None:
    """This agent's part is over: wrap-up begins, or the slot is free."""
    contact_id, agent_id = event.contact_id, event.agent_id
    contact = centre.contacts.get(contact_id) or centre.contact(contact_id)
    if contact.place is not CONNECTED:
        _end_unconnected(centre, contact, agent_id)
        return
    works = contact.works
    work = works[0]
    if len(works) > 1 or work.agent.agent_id != agent_id or work.activity not in _AFTER_TALK:
        work = _talk(contact, agent_id, _TALK_ENDS, _AFTER_TALK)
    now, agent, queue, hold = centre.now, work.agent, contact.queue, work.hold_us
    if work.activity is HOLD:
        hold += now - work.since
    after = _after(centre, contact) if event.wrap_up else None
    centre.out.append(
        TalkEnded(
            contact_id=contact_id,
            agent_id=agent_id,
            customer_id=contact.customer_id,
            queue=None if queue is None else queue.policy.name,
            ended_by=event.ended_by,
            talk_us=now - work.connected_at - hold,
            hold_us=hold,
            wrap_up_follows=after is not None,
        )
    )
    if len(works) == 1:
        contact.works = ()
        contact.place = NOWHERE
        del centre.contacts[contact_id]
        if not event.contact_ended:
            remember_contact(centre, contact)
    else:
        contact.works = without(works, work)
    if queue is not None and centre.notes and event.wrap_up:
        note_handled(queue, now - work.started_at + queue.policy.wrap_up_us)
    if after is not None:
        _begin_wrap_up(centre, work, after)
        return
    agent.works = () if len(agent.works) == 1 else without(agent.works, work)
    agent.busy_us += now - work.started_at
    if agent.pending is not None:
        slot_freed(centre, agent)
    else:
        settle(centre, agent)


def _after(centre: Centre, contact: Contact) -> QueuePolicy | WrapUpRules | None:
    """The rules of the work after a talk: the queue's, or those of agents' own calls; None: there is none."""
    if contact.queue is not None:
        return contact.queue.policy if contact.queue.wraps_up else None
    own = centre.policy.own_calls
    wraps_up = own.wrap_up_us > 0 or own.wrap_up == "manual"
    return own if wraps_up and contact.direction == "outbound" else None


def _begin_wrap_up(centre: Centre, work: Work, rules: QueuePolicy | WrapUpRules) -> None:
    work.activity = Activity.WRAP_UP
    work.since = centre.now
    if rules.wrap_up == "automatic":
        work.timer = centre.deadlines.add(centre.now + rules.wrap_up_us, wrap_up_over, work)
    tell_state(centre, work.agent)


def _end_unconnected(centre: Centre, contact: Contact, agent_id: AgentId) -> None:
    """The agent who dials is gone before the customer was there; or the customer whose agent was forced out."""
    if contact.place is DIALLING and contact.works[0].agent.agent_id == agent_id:
        work = contact.works[0]
        _give_up_dialling(centre, contact, work)
        slot_freed(centre, work.agent)
        return
    if contact.place is not Place.WITHOUT_AGENT:
        raise IllegalEvent(f"contact {contact.contact_id!r} is {contact.place.value}: there is no talk to end")
    forget_contact(centre, contact)


def _give_up_dialling(centre: Centre, contact: Contact, work: Work) -> None:
    """A callback is tried again by somebody else; a call of the agent's own is over."""
    if contact.callback is not None:
        agent_missing(centre, contact, work)
        return
    end_work(work.agent, work, centre.now)
    contact.works = ()
    forget_contact(centre, contact)


def stop_talk(centre: Centre, work: Work, by: Party) -> None:
    """The agent is logged out by force: talk or wrap-up end here; the customer stays on the line without an agent."""
    contact, agent = work.contact, work.agent
    if work.activity is Activity.WRAP_UP:
        end_work(agent, work, centre.now)
        tell_wrap_up_end(centre, work, "logged_out")
    elif contact.place is DIALLING:
        _give_up_dialling(centre, contact, work)
    else:
        end_work(agent, work, centre.now)
        contact.works = without(contact.works, work)
        _tell_talk_end(centre, work, by)
        if not contact.works:
            contact.place = Place.WITHOUT_AGENT


def hold_talk(centre: Centre, event: HoldTalk) -> None:
    """The customer is put on hold."""
    work = _talk(centre.contact(event.contact_id), event.agent_id, SlotEvent.HELD, SLOT_TABLE[SlotEvent.HELD])
    work.activity = HOLD
    work.since = centre.now
    contact = work.contact
    centre.out.append(
        ContactHeld(
            contact_id=contact.contact_id,
            agent_id=event.agent_id,
            customer_id=contact.customer_id,
            queue=_queue(contact),
        )
    )
    tell_state(centre, work.agent)


def retrieve_talk(centre: Centre, event: RetrieveTalk) -> None:
    """The customer is back from hold."""
    work = _talk(centre.contact(event.contact_id), event.agent_id, SlotEvent.RETRIEVED, SLOT_TABLE[SlotEvent.RETRIEVED])
    work.activity = TALKING
    work.hold_us += centre.now - work.since
    work.since = centre.now
    contact = work.contact
    centre.out.append(
        ContactRetrieved(
            contact_id=contact.contact_id,
            agent_id=event.agent_id,
            customer_id=contact.customer_id,
            queue=_queue(contact),
        )
    )
    tell_state(centre, work.agent)


def restore_talk(centre: Centre, event: RestoreTalk) -> None:
    """After a restart: who talks, talks on. The contact was answered in another life, so that is not told again."""
    agent = centre.present_agent(event.agent_id)
    if event.since > centre.now:
        raise IllegalEvent(f"the talk of contact {event.contact_id!r} cannot have begun in the future")
    if event.held_since is not None and not event.since <= event.held_since <= centre.now:
        raise IllegalEvent(f"contact {event.contact_id!r} cannot be on hold since before its talk, or in the future")
    queue = None if event.queue is None else centre.queues.get(event.queue)
    contact = _talking(centre, agent, event.contact_id, event.since, queue)
    contact.direction, contact.customer_id = event.direction, event.customer_id or contact.customer_id
    work = _begin_talk(centre, agent, contact, event.since)
    work.hold_us = event.hold_us
    if event.held_since is not None:
        work.activity, work.since = SLOT_TABLE[SlotEvent.HELD][work.activity], event.held_since
    wrap_up_overtaken(centre, work)
    tell_state(centre, agent, BY_SYSTEM)
    settle(centre, agent, keep_idle_time=True, changed=False)


def restore_wrap_up(centre: Centre, event: RestoreWrapUp) -> None:
    """After a restart: who wrapped up goes on with it; one whose time has passed meanwhile ends now."""
    agent = centre.present_agent(event.agent_id)
    if event.since > centre.now:
        raise IllegalEvent(f"the wrap-up of contact {event.contact_id!r} cannot have begun in the future")
    if not agent.free:
        raise IllegalEvent(f"agent {event.agent_id!r} has no slot left for the wrap-up of {event.contact_id!r}")
    queue = None if event.queue is None else centre.queues.get(event.queue)
    contact = _new_contact(event.contact_id, queue, event.since)
    contact.customer_id = event.customer_id
    centre.matching.take_agent(agent, centre.now)
    work = Work(agent, contact, Activity.WRAP_UP, event.since, centre.now, event.since)
    agent.works += (work,)
    until = event.until if event.extended else _wrap_up_end(centre, queue, event.since)
    if until is not None:
        if until <= centre.now:
            wrap_up_over(centre, work)
            return
        work.timer = centre.deadlines.add(until, wrap_up_over, work)
    tell_state(centre, agent, BY_SYSTEM)
    settle(centre, agent, keep_idle_time=True, changed=False)


def _wrap_up_end(centre: Centre, queue: Queue | None, since: Instant) -> Instant | None:
    """How long a wrap-up goes on that nobody has made longer; None: until the agent ends it."""
    rules = centre.policy.own_calls if queue is None else queue.policy
    return since + rules.wrap_up_us if rules.wrap_up == "automatic" else None


def start_talk(centre: Centre, event: StartTalk) -> None:
    """The agent talks with a contact of their own making, READY or not; what rang for them ends as busy."""
    agent, queue = _caller_and_queue(centre, event)
    contact = _dialled(centre, agent, event.contact_id)
    if contact is not None:
        contact.place = CONNECTED
        contact.works[0].since = contact.works[0].connected_at = centre.now
    else:
        contact = _talking(centre, agent, event.contact_id, centre.now, queue)
        contact.direction, contact.customer_id = event.direction, event.customer_id or contact.customer_id
        wrap_up_overtaken(centre, _begin_talk(centre, agent, contact, centre.now))
        _stop_ringing(centre, agent)
    centre.out.append(
        ContactConnected(
            contact_id=event.contact_id,
            agent_id=event.agent_id,
            customer_id=contact.customer_id,
            queue=event.queue,
            direction=contact.direction,
            waited_us=0,
        )
    )
    tell_state(centre, agent)
    settle(centre, agent, keep_idle_time=True, changed=False)


def start_dialling(centre: Centre, event: StartDialling) -> None:
    """The agent is at work on a call of their own, READY or not; the customer is not there yet."""
    agent, queue = _caller_and_queue(centre, event)
    if event.contact_id in centre.contacts:
        raise IllegalEvent(f"contact {event.contact_id!r} is {centre.contacts[event.contact_id].place.value} already")
    contact = _new_contact(event.contact_id, queue, centre.now)
    contact.direction, contact.customer_id = "outbound", event.customer_id
    wrap_up_overtaken(centre, _begin_talk(centre, agent, contact, centre.now))
    contact.place = DIALLING
    _stop_ringing(centre, agent)
    tell_state(centre, agent)
    settle(centre, agent, keep_idle_time=True, changed=False)


def _caller_and_queue(centre: Centre, event: StartTalk | StartDialling) -> tuple[Agent, Queue | None]:
    agent = centre.present_agent(event.agent_id)
    if event.queue is not None and event.queue not in centre.queues:
        raise IllegalEvent(f"queue {event.queue!r} is not in the policy")
    return agent, None if event.queue is None else centre.queues[event.queue]


def _dialled(centre: Centre, agent: Agent, contact_id: ContactId) -> Contact | None:
    """The contact that this agent dials, with nobody waiting for a callback behind it."""
    contact = centre.contacts.get(contact_id)
    if contact is None or contact.place is not DIALLING or contact.callback is not None:
        return None
    return contact if contact.works[0].agent is agent else None


def _stop_ringing(centre: Centre, agent: Agent) -> None:
    """What rings for the agent cannot be taken now."""
    for work in [work for work in agent.works if work.activity is Activity.RESERVED]:
        withdraw_ring(centre, work, OfferOutcome.BUSY)


def _talking(centre: Centre, agent: Agent, contact_id: ContactId, since: Instant, queue: Queue | None) -> Contact:
    """The contact that an agent begins to talk with, known or not; raises IllegalEvent when it is elsewhere."""
    contact = centre.contacts.get(contact_id)
    if contact is None:
        contact = _new_contact(contact_id, queue, since)
    if contact.place not in _MAY_TALK or contact.place is DIALLING or any(w.agent is agent for w in contact.works):
        raise IllegalEvent(f"contact {contact_id!r} is {contact.place.value} already")
    return contact


def _new_contact(contact_id: ContactId, queue: Queue | None, since: Instant) -> Contact:
    """A contact that comes from no queue."""
    return Contact(
        order=0,
        priority=0,
        pools=(),
        first=0,
        second=0,
        exact=True,
        requirement=NOTHING_REQUIRED,
        attributes=None,
        class_=0,
        plain=True,
        contact_id=contact_id,
        queue=queue,
        joined_at=since,
        place=Place.NOWHERE,
    )


def _begin_talk(centre: Centre, agent: Agent, contact: Contact, since: Instant) -> Work:
    """The agent talks with the contact on a slot of their own."""
    if agent.free:
        centre.matching.take_agent(agent, centre.now)
    centre.contacts[contact.contact_id] = contact
    contact.place = CONNECTED
    work = Work(agent, contact, TALKING, since, centre.now, since)
    agent.works += (work,)
    contact.works += (work,)
    return work


def end_wrap_up(centre: Centre, event: EndWrapUp) -> None:
    """The agent, or a supervisor, ends the after-contact work."""
    agent = centre.present_agent(event.agent_id)
    work = _wrap_up(agent, event.contact_id)
    if work.timer is not None:
        centre.deadlines.cancel(work.timer)
    _finish_wrap_up(centre, work, "supervisor" if event.by is Party.SUPERVISOR else "agent")


def extend_wrap_up(centre: Centre, event: ExtendWrapUp) -> None:
    """More time, or as much as the agent likes."""
    agent = centre.present_agent(event.agent_id)
    if event.by_us is not None and event.by_us <= 0:
        raise IllegalEvent("a wrap-up can only be extended by more than nothing")
    work = _wrap_up(agent, event.contact_id)
    due = None if work.timer is None else work.timer.at
    if work.timer is not None:
        centre.deadlines.cancel(work.timer)
        work.timer = None
    until = None if event.by_us is None else (due or centre.now) + event.by_us
    if until is not None:
        work.timer = centre.deadlines.add(until, wrap_up_over, work)
    contact = work.contact
    centre.out.append(
        WrapUpExtended(
            contact_id=contact.contact_id,
            agent_id=agent.agent_id,
            customer_id=contact.customer_id,
            queue=_queue(contact),
            until=until,
        )
    )


def wrap_up_over(centre: Centre, work: Work) -> None:
    """The time for the after-contact work is over."""
    _finish_wrap_up(centre, work, "timer")


def _finish_wrap_up(centre: Centre, work: Work, how: WrapUpEnd) -> None:
    agent = work.agent
    end_work(agent, work, centre.now)
    tell_wrap_up_end(centre, work, how)
    slot_freed(centre, agent, BY_SYSTEM if how == "timer" else BY_AGENT)


def _wrap_up(agent: Agent, contact_id: ContactId | None) -> Work:
    for work in agent.works:
        if work.activity is Activity.WRAP_UP and contact_id in {None, work.contact.contact_id}:
            return work
    raise IllegalEvent(f"agent {agent.agent_id!r} is not in wrap-up" + (f" of {contact_id!r}" if contact_id else ""))


def _talk(contact: Contact, agent_id: AgentId, event: SlotEvent, table: Mapping[Activity, Activity]) -> Work:
    """The agent's work on the contact, in a state in which the event can happen; raises IllegalEvent."""
    if contact.place is not CONNECTED:
        raise IllegalEvent(f"contact {contact.contact_id!r}: {event.value} cannot be, it is {contact.place.value}")
    for work in contact.works:
        if work.agent.agent_id == agent_id:
            if work.activity in table:
                return work
            raise IllegalEvent(
                f"contact {contact.contact_id!r}: {event.value} cannot be, agent {agent_id!r} is {work.activity.value}"
            )
    raise IllegalEvent(f"contact {contact.contact_id!r}: {event.value} cannot be, it is not with agent {agent_id!r}")


def _queue(contact: Contact) -> QueueName | None:
    return None if contact.queue is None else contact.queue.policy.name


def _tell_talk_end(centre: Centre, work: Work, by: Party) -> None:
    """Say that the agent's part is over and that nothing is to be done afterwards."""
    contact, now, hold = work.contact, centre.now, work.hold_us
    queue = contact.queue
    if work.activity is HOLD:
        hold += now - work.since
    centre.out.append(
        TalkEnded(
            contact_id=contact.contact_id,
            agent_id=work.agent.agent_id,
            customer_id=contact.customer_id,
            queue=None if queue is None else queue.policy.name,
            ended_by=by,
            talk_us=now - work.connected_at - hold,
            hold_us=hold,
            wrap_up_follows=False,
        )
    )
