"""What others may see of the distributor's memory: frozen copies of the moment."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from acd.centre import Centre, activity_of
from acd.contact_state import Place
from acd.expected_wait import expected_wait
from acd.hours import is_open
from acd.model import Agent, Contact, Queue, Work
from acd.queueing import position
from acd.readings import requirement_of
from acd.staffing import is_of, serves
from facts.ids import AgentId, ContactId, CustomerId, OfferId, QueueName, ReasonCode, SkillName
from facts.journal import Direction
from facts.requirement_text import requirement_text
from facts.requirements import Requirement, satisfies
from facts.states import Activity, Declared
from facts.time import Duration, Instant


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact in a queue or with an agent.

    ``agent_id``: who talks with it, or whose phone rings (the first, if several do). ``position``: 1 for the first in
    its queue; 0 when it does not wait. ``requirement``: as it is now, after ``step`` relaxation steps. ``capped``: it
    has reached the starvation cap. ``callback_due``: when a callback is tried (again), ``callback_number``: where, and
    ``callback_attempts``: how often it was. ``alone_for``: the preferred agent whom it waits for alone.
    ``activities``: what each of ``agents`` does.
    """

    contact_id: ContactId
    queue: QueueName | None
    place: Place
    joined_at: Instant
    priority: int
    requirement: Requirement
    requirement_text: str
    position: int
    customer_id: CustomerId | None
    preferred_agent: AgentId | None
    attributes: dict[str, str]
    entered: int
    attempt: int
    offer_id: OfferId | None
    agent_id: AgentId | None
    agents: tuple[AgentId, ...]
    activities: tuple[Activity, ...] = ()
    step: int = 0
    capped: bool = False
    callback: bool = False
    callback_due: Instant | None = None
    callback_number: str = ""
    callback_attempts: int = 0
    alone_for: AgentId | None = None
    direction: Direction = "inbound"


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """An agent. ``since``: since when the shown state holds. ``idle_since``: since when they could be offered contacts.

    ``contacts``: what they are at work on, ringing, talk or wrap-up; ``works`` tell more of each. ``misses``: offers
    not answered in a row.
    """

    agent_id: AgentId
    team: str
    phone: str
    phone_reachable: bool
    skills: dict[SkillName, int]
    slots: int
    declared: Declared
    activity: Activity
    reason: ReasonCode | None
    pending: Declared | None
    pending_reason: ReasonCode | None
    since: Instant
    logged_in_at: Instant | None
    idle_since: Instant | None
    contacts: tuple[ContactId, ...]
    contact_id: ContactId | None
    works: "tuple[WorkView, ...]"
    misses: int
    taken: int
    paused_until: Instant | None = None
    reserve: tuple[str, ...] = ()
    without_queues: tuple[QueueName, ...] = ()
    extra_queues: tuple[QueueName, ...] = ()


class ServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """An agent and a queue. ``by_skills``: they meet its own requirement; ``exception``: what holds instead, if any.

    ``serves``: they may take its ordinary contacts now; not who is in a reserve group that does not help.
    """

    queue: QueueName
    by_skills: bool
    exception: Literal["put_in", "taken_out"] | None
    serves: bool


class WorkView(msgspec.Struct, frozen=True, kw_only=True):
    """One slot at work on one contact. ``until``: when its time is over, of wrap-up; None: when somebody says so."""

    contact_id: ContactId
    queue: QueueName | None
    activity: Activity
    since: Instant
    connected_at: Instant | None
    until: Instant | None = None


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that rings. ``agents``: whose phones ring still."""

    offer_id: OfferId
    contact_id: ContactId
    queue: QueueName
    agents: tuple[AgentId, ...]
    made_at: Instant
    rings_until: Instant


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """A queue. ``waiting``: not yet answered, of whom ``ringing`` are offered just now; ``talking``: with an agent.

    The agents are those who are of the queue, by its own requirement or put into it and not taken out, by state;
    ``ready`` are free to be offered a contact.
    ``helped_by``: reserve groups that help just now. ``expected_wait_us``: for who would come now; None: not known.
    ``closed_by_hand``: in an emergency, whatever its hours, by ``closed_by``.
    """

    name: QueueName
    waiting: int
    ringing: int
    talking: int
    oldest_joined_at: Instant | None
    logged_in: int
    ready: int
    reserved: int
    busy: int
    wrap_up: int
    not_ready: int
    callbacks: int = 0
    open: bool = True
    closed_by_hand: bool = False
    closed_by: str = ""
    helped_by: tuple[str, ...] = ()
    expected_wait_us: Duration | None = None


def places_in_line(centre: Centre, name: QueueName) -> dict[ContactId, int]:
    """Those of a queue whom nobody has answered, the first in line first, with their positions, found by one sort.

    Who is being dialled and no longer in line stands behind them, at 0. A queue that is no more may still have some.
    """
    here = [one for one in centre.contacts.values() if one.queue is not None and one.queue.policy.name == name]
    in_line = [one for one in here if one.queue is not None and one.contact_id in one.queue.waiting]
    in_line.sort(key=lambda contact: centre.classes.rank(contact, centre.now))
    places = {one.contact_id: place for place, one in enumerate(in_line, 1)}
    for one in here:
        if one.place is Place.DIALLING:
            places.setdefault(one.contact_id, 0)
    return places


def contact_views(centre: Centre) -> Iterator[ContactView]:
    """Every contact; positions are found by sorting each queue once."""
    positions: dict[ContactId, int] = {}
    queues = {id(contact.queue): contact.queue for contact in centre.contacts.values() if contact.queue is not None}
    for queue in queues.values():
        in_order = sorted(queue.waiting.values(), key=lambda contact: centre.classes.rank(contact, centre.now))
        positions |= {contact.contact_id: place for place, contact in enumerate(in_order, 1)}
    for contact in tuple(centre.contacts.values()):
        yield contact_view(contact, positions.get(contact.contact_id, 0))


def callback_views(centre: Centre) -> Iterator[ContactView]:
    """Contacts to be called back: few, where looking at every contact would cost much."""
    for contact in tuple(centre.contacts.values()):
        if contact.callback is not None:
            yield contact_view(contact, position_of(centre, contact))


def position_of(centre: Centre, contact: Contact) -> int:
    """The contact's position in its queue; 0: it does not wait."""
    queue = contact.queue
    if queue is None or contact.contact_id not in queue.waiting:
        return 0
    return position(centre, queue, contact)


def contact_view(contact: Contact, place_in_line: int) -> ContactView:
    """The contact as it is."""
    agents = tuple(work.agent.agent_id for work in contact.works)
    queue, requirement = contact.queue, requirement_of(contact)
    return ContactView(
        contact_id=contact.contact_id,
        queue=None if queue is None else queue.policy.name,
        place=contact.place,
        joined_at=contact.joined_at,
        priority=contact.priority,
        requirement=requirement,
        requirement_text=requirement_text(requirement),
        position=place_in_line,
        customer_id=contact.customer_id,
        preferred_agent=contact.preferred_agent,
        attributes=dict(contact.attributes or {}),
        entered=contact.entered,
        attempt=contact.attempt,
        offer_id=contact.offer_id,
        agent_id=agents[0] if agents else None,
        agents=agents,
        activities=tuple(work.activity for work in contact.works),
        step=contact.step,
        capped=contact.capped,
        callback=contact.callback is not None,
        callback_due=contact.callback.due if contact.callback is not None else None,
        callback_number=contact.callback.number if contact.callback is not None else "",
        callback_attempts=contact.callback.attempts if contact.callback is not None else 0,
        alone_for=contact.alone_for.agent_id if contact.alone_for is not None else None,
        direction=contact.direction,
    )


def agent_view(agent: Agent) -> AgentView:
    """The agent as they are."""
    contacts = tuple(work.contact.contact_id for work in agent.works)
    present = agent.declared is not Declared.LOGGED_OUT
    return AgentView(
        agent_id=agent.agent_id,
        team=agent.policy.team,
        phone=agent.phone or agent.policy.phone,
        phone_reachable=agent.phone_reachable,
        skills=dict(agent.skills),
        slots=agent.policy.slots,
        declared=agent.declared,
        activity=activity_of(agent),
        reason=agent.reason,
        pending=agent.pending,
        pending_reason=agent.pending_reason,
        since=agent.since,
        logged_in_at=agent.logged_in_at if present else None,
        idle_since=agent.idle_since if agent.free else None,
        contacts=contacts,
        contact_id=contacts[0] if contacts else None,
        works=tuple(map(_work_view, agent.works)),
        misses=agent.misses,
        taken=agent.taken,
        paused_until=None if agent.pause is None else agent.pause.at,
        reserve=agent.policy.reserve,
        without_queues=agent.policy.without_queues,
        extra_queues=agent.policy.extra_queues,
    )


def service_views(centre: Centre, agent: Agent) -> Iterator[ServiceView]:
    """What the agent is in each queue of the policy."""
    for name, queue in centre.queues.items():
        exception: Literal["put_in", "taken_out"] | None = None
        if agent.policy.is_taken_out_of(name):
            exception = "taken_out"
        elif agent.policy.is_put_into(name):
            exception = "put_in"
        by_skills = satisfies(agent.skills, queue.policy.requires)
        yield ServiceView(queue=name, by_skills=by_skills, exception=exception, serves=serves(agent, queue))


def _work_view(work: Work) -> WorkView:
    queue = work.contact.queue
    return WorkView(
        contact_id=work.contact.contact_id,
        queue=None if queue is None else queue.policy.name,
        activity=work.activity,
        since=work.since,
        connected_at=work.connected_at or None,
        until=None if work.timer is None else work.timer.at,
    )


def offer_view(contact: Contact, offer_id: OfferId) -> OfferView:
    """The offer as it rings."""
    assert contact.queue is not None
    started = min(work.started_at for work in contact.works)
    return OfferView(
        offer_id=offer_id,
        contact_id=contact.contact_id,
        queue=contact.queue.policy.name,
        agents=tuple(work.agent.agent_id for work in contact.works),
        made_at=started,
        rings_until=started + contact.queue.policy.ring_us,
    )


def queue_view(centre: Centre, queue: Queue) -> QueueView:
    """The queue as it is. Costs about the number of agents."""
    staff = [
        agent
        for agent in centre.agents.values()
        if agent.declared is not Declared.LOGGED_OUT and is_of(agent.policy, agent.skills, queue.policy)
    ]
    doing = [activity_of(agent) for agent in staff]
    waiting = queue.waiting.values()
    return QueueView(
        name=queue.policy.name,
        waiting=len(waiting),
        ringing=sum(contact.place is Place.OFFERED for contact in waiting),
        talking=sum(
            contact.queue is queue and contact.place is Place.CONNECTED for contact in centre.contacts.values()
        ),
        oldest_joined_at=min((contact.joined_at for contact in waiting), default=None),
        logged_in=len(staff),
        ready=sum(agent.free for agent in staff),
        reserved=doing.count(Activity.RESERVED),
        busy=doing.count(Activity.TALKING) + doing.count(Activity.HOLD),
        wrap_up=doing.count(Activity.WRAP_UP),
        not_ready=sum(
            agent.declared is Declared.NOT_READY and activity is Activity.IDLE
            for agent, activity in zip(staff, doing, strict=True)
        ),
        callbacks=sum(contact.callback is not None for contact in waiting),
        open=is_open(queue, centre.now),
        closed_by_hand=queue.closed_by_hand,
        closed_by=queue.closed_by,
        helped_by=queue.helped_by,
        expected_wait_us=expected_wait(centre, queue, len(waiting) + 1),
    )
