"""The centre's whole state in one object, and the few changes that every event is made of."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from acd.agent_state import PRECEDENCE
from acd.chance import Chance
from acd.classes import Classes
from acd.contact_state import Place
from acd.deadlines import Deadlines
from acd.effects import Effect
from acd.errors import IllegalEvent
from acd.matching import Matching
from acd.model import Agent, Class, Contact, Queue, Work
from acd.policy import Policy
from acd.readings import Readings
from facts.ids import AgentId, ContactId, CustomerId, OfferId, QueueName
from facts.journal import AgentStateChanged, WrapUpEnded
from facts.states import Activity, Declared, Party
from facts.time import Instant

# By name, a member of an enumeration costs as much as making a fact; these are asked for at every event.
READY: Final = Declared.READY
LOGGED_OUT: Final = Declared.LOGGED_OUT
IDLE: Final = Activity.IDLE
RESERVED: Final = Activity.RESERVED
TALKING: Final = Activity.TALKING
HOLD: Final = Activity.HOLD
WAITING: Final = Place.WAITING
OFFERED: Final = Place.OFFERED
DIALLING: Final = Place.DIALLING
CONNECTED: Final = Place.CONNECTED
NOWHERE: Final = Place.NOWHERE
BY_AGENT: Final = Party.AGENT
BY_SYSTEM: Final = Party.SYSTEM

MOST_REMEMBERED: Final = 10_000
"""Of so many contacts that have gone it is remembered how many queues they were in."""


class Centre:
    """Contacts, agents, queues, deadlines.

    ``out`` gathers facts and commands until the event is handled; ``unsettled``: agents who will be offered nothing
    for a while, and queues whose waiting has changed, to be looked at when the event itself is done. ``notes``: some
    queue needs to know how long things take, or who talked with whom. ``staff_version`` counts changes of what agents
    declare, so that who counts them knows when to count again; ``staff_watchers``: queues with rules that follow it.
    ``quiet_caps``: queues in which the starvation cap is reached but overtakes nobody yet, and the classes that those
    at the cap would be of without it. ``first_offer``: what ids of offers begin with, the time of the first one, so
    that none was used before, not even before a restart.
    """

    __slots__ = (
        "agents",
        "chance",
        "classes",
        "contacts",
        "deadlines",
        "entered",
        "first_offer",
        "joined",
        "last_agents",
        "matching",
        "notes",
        "now",
        "offers",
        "offers_made",
        "out",
        "policy",
        "queues",
        "quiet_caps",
        "readings",
        "staff_version",
        "staff_watchers",
        "unsettled",
    )

    def __init__(self, policy: Policy, ring_over: Callable[["Centre", Contact], None]) -> None:
        self.policy = policy
        self.now: Instant = 0
        self.out: list[Effect] = []
        self.deadlines = Deadlines(ring_over)
        self.matching = Matching()
        self.readings = Readings(self.matching.pools)
        self.agents: dict[AgentId, Agent] = {}
        self.contacts: dict[ContactId, Contact] = {}
        self.offers: dict[OfferId, Contact] = {}
        self.queues: dict[QueueName, Queue] = {}
        self.entered: OrderedDict[ContactId, int] = OrderedDict()
        self.joined = 0
        self.offers_made = 0
        self.first_offer = ""
        self.chance = Chance(policy.seed)
        self.classes = Classes(policy.contact_order)
        self.last_agents: OrderedDict[CustomerId, AgentId] = OrderedDict()
        self.staff_version = 0
        self.notes = False
        self.staff_watchers: tuple[Queue, ...] = ()
        self.quiet_caps: dict[Queue, set[Class]] = {}
        self.unsettled: list[Agent | Queue] = []

    def agent(self, agent_id: AgentId) -> Agent:
        """The agent of this id; raises IllegalEvent."""
        agent = self.agents.get(agent_id)
        if agent is None:
            raise IllegalEvent(f"agent {agent_id!r} is not in the policy")
        return agent

    def present_agent(self, agent_id: AgentId) -> Agent:
        """The agent of this id, who is logged in; raises IllegalEvent."""
        agent = self.agent(agent_id)
        if agent.declared is LOGGED_OUT:
            raise IllegalEvent(f"agent {agent_id!r} is not logged in")
        return agent

    def contact(self, contact_id: ContactId) -> Contact:
        """The contact of this id; raises IllegalEvent."""
        contact = self.contacts.get(contact_id)
        if contact is None:
            raise IllegalEvent(f"contact {contact_id!r} is in no queue and with no agent")
        return contact


def activity_of(agent: Agent) -> Activity:
    """What the agent is shown as doing: the highest of the slots."""
    works = agent.works
    if not works:
        return IDLE
    if len(works) == 1:
        return works[0].activity
    return max((work.activity for work in works), key=PRECEDENCE.__getitem__)


def available(agent: Agent) -> bool:
    """Whether the agent may be offered one more contact."""
    return agent.declared is READY and agent.pending is None and agent.pause is None and len(agent.works) < agent.slots


def tell_state(centre: Centre, agent: Agent, by: Party = BY_AGENT) -> None:
    """Write down the agent's state, which begins now."""
    agent.since = centre.now
    centre.out.append(state_of(agent, by))


def state_of(agent: Agent, by: Party) -> AgentStateChanged:
    """The agent's state as a fact."""
    works = agent.works
    activity = works[0].activity if len(works) == 1 else activity_of(agent)
    if agent.reason is None and agent.pending is None:  # as nearly always; what is not said is None
        return AgentStateChanged(agent_id=agent.agent_id, declared=agent.declared, activity=activity, by=by)
    return AgentStateChanged(
        agent_id=agent.agent_id,
        declared=agent.declared,
        activity=activity,
        reason=agent.reason,
        pending=agent.pending,
        pending_reason=agent.pending_reason,
        by=by,
    )


def end_work(agent: Agent, work: Work, now: Instant) -> None:
    """The slot is free."""
    agent.works = () if len(agent.works) == 1 else without(agent.works, work)
    agent.busy_us += now - work.started_at


WrapUpEnd: TypeAlias = Literal["timer", "agent", "supervisor", "logged_out", "talk"]


def tell_wrap_up_end(centre: Centre, work: Work, how: WrapUpEnd) -> None:
    """Say that the after-contact work is over, whose time counts no more."""
    if work.timer is not None:
        centre.deadlines.cancel(work.timer)
    contact = work.contact
    centre.out.append(
        WrapUpEnded(
            contact_id=contact.contact_id,
            agent_id=work.agent.agent_id,
            customer_id=contact.customer_id,
            queue=None if contact.queue is None else contact.queue.policy.name,
            took_us=centre.now - work.since,
            how=how,
        )
    )


def wrap_up_overtaken(centre: Centre, talk: Work) -> bool:
    """Who talks with a customer again whom they still wrapped up does that no more: another wrap-up follows the talk.

    Whether there was such a wrap-up; the agent is then to be settled, who has a slot more.
    """
    agent, contact_id = talk.agent, talk.contact.contact_id
    for work in agent.works:
        if work.activity is Activity.WRAP_UP and work.contact.contact_id == contact_id:
            end_work(agent, work, centre.now)
            tell_wrap_up_end(centre, work, "talk")
            return True
    return False


def without(works: tuple[Work, ...], work: Work) -> tuple[Work, ...]:
    """All but one."""
    return tuple(other for other in works if other is not work)


def forget_contact(centre: Centre, contact: Contact, *, remember: bool = False) -> None:
    """The contact is in no queue and with no agent any more; ``remember`` that it was, as it may come back."""
    del centre.contacts[contact.contact_id]
    if contact.place is not CONNECTED:
        leave_line(centre, contact)
    contact.place = NOWHERE
    if remember:
        remember_contact(centre, contact)


def remember_contact(centre: Centre, contact: Contact) -> None:
    """The contact has gone and may come back: keep in mind how many queues it has been in."""
    entered = centre.entered
    entered[contact.contact_id] = contact.entered
    entered.move_to_end(contact.contact_id)
    if len(entered) > MOST_REMEMBERED:
        entered.popitem(last=False)


def leave_line(centre: Centre, contact: Contact) -> None:
    """The contact waits no more; its timers are over."""
    queue, class_ = contact.queue, contact.class_
    if queue is None or queue.waiting.pop(contact.contact_id, None) is None:
        return
    counts = queue.counts
    counts[class_] = left = counts[class_] - 1
    if not left:
        del counts[class_]
    if contact.not_again is not None:
        for timer in contact.not_again.values():
            centre.deadlines.cancel(timer)
        contact.not_again = None
    if not queue.simple or contact.timers:
        for timer in contact.timers:
            centre.deadlines.cancel(timer)
        contact.timers = ()
        centre.unsettled.append(queue)


def count_out(queue: Queue, class_: Class) -> None:
    """One fewer of this class waits in the queue."""
    count = queue.counts[class_] - 1
    if count:
        queue.counts[class_] = count
    else:
        del queue.counts[class_]
