"""Agents at work: talk, hold, wrap-up, and talks that were there before us."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from acd.agent_state import SLOT_TABLE, SlotEvent
from acd.centre import (
    BY_AGENT,
    BY_SYSTEM,
    CONNECTED,
    TALKING,
    Centre,
    drop_work,
    forget_contact,
    tell_state,
    without,
    work_on,
)
from acd.contact_state import Place
from acd.declaring import apply_pending
from acd.errors import IllegalEvent
from acd.events import EndTalk, EndWrapUp, ExtendWrapUp, HoldTalk, RestoreTalk, RetrieveTalk
from acd.model import Agent, Contact, Work
from acd.offers import settle
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import ContactHeld, ContactRetrieved, TalkEnded, WrapUpEnded
from facts.requirements import NOTHING_REQUIRED
from facts.states import Activity, Party
from facts.time import Instant

_TALK_OVER: Final = SLOT_TABLE[SlotEvent.TALK_OVER]
_How: TypeAlias = Literal["timer", "agent", "supervisor", "logged_out"]


def end_talk(centre: Centre, event: EndTalk) -> None:
    """This agent's part is over: wrap-up begins, or the slot is free."""
    contact = centre.contact(event.contact_id)
    if contact.place is not CONNECTED:
        _end_without_agent(centre, contact)
        return
    work = _talk(contact, event.agent_id, SlotEvent.TALK_OVER, _TALK_OVER)
    now, agent, queue = centre.now, work.agent, contact.queue
    _tell_talk_end(centre, work, event.ended_by)
    if len(contact.works) == 1:
        contact.works = ()
        forget_contact(centre, contact, remember=not event.contact_ended)
    else:
        contact.works = without(contact.works, work)
    if queue is not None and queue.policy.wrap_up_us > 0:
        work.activity = Activity.WRAP_UP
        work.since = now
        work.timer = centre.deadlines.add(now + queue.policy.wrap_up_us, wrap_up_over, work)
        tell_state(centre, agent)
        return
    agent.works = () if len(agent.works) == 1 else without(agent.works, work)
    if agent.pending is not None:
        slot_freed(centre, agent)
    else:
        settle(centre, agent)


def _end_without_agent(centre: Centre, contact: Contact) -> None:
    """Only a contact whose agent was logged out by force ends without one."""
    if contact.place is not Place.WITHOUT_AGENT:
        raise IllegalEvent(f"contact {contact.contact_id!r} is {contact.place.value}: there is no talk to end")
    forget_contact(centre, contact)


def slot_freed(centre: Centre, agent: Agent, by: Party = BY_AGENT) -> None:
    """A slot has no work any more: what was pending happens when it was the last, and the next contact may come."""
    if agent.pending is not None and not agent.works:
        apply_pending(centre, agent)
    settle(centre, agent, by)


def stop_talk(centre: Centre, work: Work, by: Party) -> None:
    """The agent is logged out by force: talk or wrap-up end here; the customer stays on the line without an agent."""
    contact = work.contact
    if work.activity is Activity.WRAP_UP:
        drop_work(work)
        _tell_wrap_up_end(centre, work, "logged_out")
        return
    _tell_talk_end(centre, work, by)
    drop_work(work)
    if not contact.works:
        contact.place = Place.WITHOUT_AGENT


def hold_talk(centre: Centre, event: HoldTalk) -> None:
    """The customer is put on hold."""
    work = _talk(centre.contact(event.contact_id), event.agent_id, SlotEvent.HELD, SLOT_TABLE[SlotEvent.HELD])
    work.activity = Activity.HOLD
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
    queue = None
    if event.queue is not None:
        queue = centre.queues.get(event.queue)
    contact = centre.contacts.get(event.contact_id)
    if contact is not None and (contact.place is not CONNECTED or work_on(agent, event.contact_id)):
        raise IllegalEvent(f"contact {event.contact_id!r} is {contact.place.value} already")
    if contact is None:
        contact = talking_contact(centre, event.contact_id, event.since)
        contact.queue = queue
    begin_talk(centre, agent, contact, event.since)
    tell_state(centre, agent, BY_SYSTEM)


def talking_contact(centre: Centre, contact_id: ContactId, since: Instant) -> Contact:
    """A contact that is with an agent without having come through a queue of ours."""
    contact = Contact(
        contact_id, None, since, 0, 0, 0, NOTHING_REQUIRED, (), 0, 0, exact=True, plain=True, place=CONNECTED
    )
    centre.contacts[contact_id] = contact
    return contact


def begin_talk(centre: Centre, agent: Agent, contact: Contact, since: Instant) -> Work:
    """The agent talks with the contact on a slot of their own."""
    if agent.free:
        centre.matching.take_agent(agent)
    work = Work(agent, contact, TALKING, since, since)
    work.connected_at = since
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
    work = _wrap_up(agent, None)
    due = None if work.timer is None else work.timer.at
    if work.timer is not None:
        centre.deadlines.cancel(work.timer)
        work.timer = None
    if event.by_us is not None:
        work.timer = centre.deadlines.add((due or centre.now) + event.by_us, wrap_up_over, work)


def wrap_up_over(centre: Centre, work: Work) -> None:
    """The time for the after-contact work is over."""
    _finish_wrap_up(centre, work, "timer")


def _finish_wrap_up(centre: Centre, work: Work, how: _How) -> None:
    agent = work.agent
    drop_work(work)
    _tell_wrap_up_end(centre, work, how)
    slot_freed(centre, agent, BY_SYSTEM if how == "timer" else BY_AGENT)


def _wrap_up(agent: Agent, contact_id: ContactId | None) -> Work:
    for work in agent.works:
        if work.activity is Activity.WRAP_UP and contact_id in {None, work.contact.contact_id}:
            return work
    raise IllegalEvent(f"agent {agent.agent_id!r} is not in wrap-up" + (f" of {contact_id!r}" if contact_id else ""))


def _talk(contact: Contact, agent_id: AgentId, event: SlotEvent, table: Mapping[Activity, Activity]) -> Work:
    """The agent's work on the contact, in a state in which the event can happen; raises IllegalEvent."""
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
    contact, now = work.contact, centre.now
    hold = work.hold_us + (now - work.since if work.activity is Activity.HOLD else 0)
    centre.out.append(
        TalkEnded(
            contact_id=contact.contact_id,
            agent_id=work.agent.agent_id,
            customer_id=contact.customer_id,
            queue=_queue(contact),
            ended_by=by,
            talk_us=now - work.connected_at - hold,
            hold_us=hold,
        )
    )


def _tell_wrap_up_end(centre: Centre, work: Work, how: _How) -> None:
    if work.timer is not None:
        centre.deadlines.cancel(work.timer)
    contact = work.contact
    centre.out.append(
        WrapUpEnded(
            contact_id=contact.contact_id,
            agent_id=work.agent.agent_id,
            customer_id=contact.customer_id,
            queue=_queue(contact),
            took_us=centre.now - work.since,
            how=how,
        )
    )
