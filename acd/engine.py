"""The distributor: events in, facts and commands out.

    engine = Engine(policy)
    for effect in engine.handle(DeclareReady(agent_id=anna), now):
        ...

The engine owns every decision and every deadline; it reads no clock. The shell calls :meth:`Engine.handle` with what
happened, does the commands and journals the facts in the order given, and wakes the engine with ``Tick`` at
``next_deadline``. The same events at the same times give the same effects, always.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from acd import (
    agents,
    announcements,
    callback_joining,
    callbacks,
    closing,
    contacts,
    explain,
    moving,
    offers,
    policy_change,
    preview,
    talks,
    views,
)
from acd.aftermath import settle_down
from acd.centre import Centre
from acd.effects import Effect
from acd.events import (
    AnswerOffer,
    CallbackAnswered,
    CallbackFailed,
    ChangePriority,
    CloseQueue,
    DeclareNotReady,
    DeclareReady,
    EndTalk,
    EndWrapUp,
    Event,
    ExtendWrapUp,
    FindPhone,
    HoldTalk,
    JoinAsCallback,
    JoinQueue,
    LeaveQueue,
    LogIn,
    LogOut,
    LosePhone,
    MoveContact,
    OpenQueue,
    RefuseOffer,
    ReplacePolicy,
    ReplaceSkills,
    RequestCallback,
    RestoreTalk,
    RestoreWrapUp,
    RetrieveTalk,
    StartDialling,
    StartTalk,
    TellPosition,
    Tick,
)
from acd.expected_wait import expected_for, expected_wait
from acd.explain import AgentExplanation, ContactExplanation, Waits
from acd.policy import Policy
from acd.preview import Preview
from acd.staffing import is_of
from acd.views import AgentView, ContactView, OfferView, QueueView, ServiceView
from facts.ids import AgentId, ContactId, OfferId, QueueName
from facts.states import Declared
from facts.time import Duration, Instant


def _tick(_centre: Centre, _event: Tick) -> None:
    """Time alone: what is due happens before any event."""


_HANDLERS: Final[dict[type, Callable[[Centre, Any], None]]] = {
    JoinQueue: contacts.join_queue,
    LeaveQueue: contacts.leave_queue,
    AnswerOffer: offers.answer_offer,
    RefuseOffer: offers.refuse_offer,
    EndTalk: talks.end_talk,
    HoldTalk: talks.hold_talk,
    RetrieveTalk: talks.retrieve_talk,
    RestoreTalk: talks.restore_talk,
    RestoreWrapUp: talks.restore_wrap_up,
    EndWrapUp: talks.end_wrap_up,
    ExtendWrapUp: talks.extend_wrap_up,
    LogIn: agents.log_in,
    LogOut: agents.log_out,
    DeclareReady: agents.declare_ready,
    DeclareNotReady: agents.declare_not_ready,
    LosePhone: agents.lose_phone,
    FindPhone: agents.find_phone,
    ReplaceSkills: agents.replace_skills,
    StartTalk: talks.start_talk,
    StartDialling: talks.start_dialling,
    ChangePriority: moving.change_priority,
    MoveContact: moving.move_contact,
    RequestCallback: callbacks.request_callback,
    JoinAsCallback: callback_joining.join_as_callback,
    CallbackAnswered: callbacks.callback_answered,
    CallbackFailed: callbacks.callback_failed,
    CloseQueue: closing.close_queue,
    OpenQueue: closing.open_queue,
    TellPosition: announcements.tell_position,
    ReplacePolicy: policy_change.replace_policy,
    Tick: _tick,
}


class Engine:
    """One centre's distributor."""

    __slots__ = ("_begun", "_centre")

    def __init__(self, policy: Policy) -> None:
        self._begun = False
        self._centre = centre = Centre(policy, offers.ring_over)
        policy_change.begin(centre, policy)

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Let everything due until ``now`` happen, then the event; what is to be journalled and done, in order.

        Time does not run backwards: an earlier ``now`` counts as the latest. Raises
        :class:`~acd.errors.IllegalEvent` when the event cannot happen; then nothing but time has changed, and what
        time brought is returned by the next call.
        """
        centre = self._centre
        if now > centre.now:
            if centre.deadlines.soonest <= now:
                self._advance(now)
            centre.now = now
        _HANDLERS[type(event)](centre, event)
        if centre.unsettled or centre.quiet_caps:
            settle_down(centre)
        effects, centre.out = centre.out, []
        return effects

    def _advance(self, now: Instant) -> None:
        """Whatever is due by ``now`` happens, each at its own time, in order."""
        centre = self._centre
        if not self._begun:
            self._begun = True
            for queue in centre.queues.values():
                closing.watch_hours(centre, queue, now)
        while (timer := centre.deadlines.due(now)) is not None:
            centre.now = max(centre.now, timer.at)
            timer.what(centre, timer.subject)
            if centre.unsettled or centre.quiet_caps:
                settle_down(centre)
        centre.now = now

    @property
    def next_deadline(self) -> Instant | None:
        """When the engine wants to be woken at the latest; None: not before the next event."""
        centre = self._centre
        if centre.out:
            return centre.now
        at = centre.deadlines.next_at
        if not self._begun:
            centre.deadlines.soonest = 0
        return at

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._centre.policy

    # -- looking -----------------------------------------------------------------------------------------------------

    def contact(self, contact_id: ContactId) -> ContactView | None:
        """A contact in a queue or with an agent; None: not here (any more)."""
        contact = self._centre.contacts.get(contact_id)
        return None if contact is None else views.contact_view(contact, views.position_of(self._centre, contact))

    def agent(self, agent_id: AgentId) -> AgentView | None:
        """An agent of the policy."""
        agent = self._centre.agents.get(agent_id)
        return None if agent is None else views.agent_view(agent)

    def offer(self, offer_id: OfferId) -> OfferView | None:
        """An offer that rings; None: it is over, or never was."""
        contact = self._centre.offers.get(offer_id)
        return None if contact is None else views.offer_view(contact, offer_id)

    def queue(self, name: QueueName) -> QueueView | None:
        """A queue of the policy."""
        queue = self._centre.queues.get(name)
        return None if queue is None else views.queue_view(self._centre, queue)

    def explain_contact(self, contact_id: ContactId, now: Instant) -> ContactExplanation | None:
        """Why the contact still waits: who was considered, what rules each out, what will change and when."""
        contact = self._centre.contacts.get(contact_id)
        return None if contact is None else explain.explain_contact(self._centre, contact, now)

    def line(self, name: QueueName) -> Mapping[ContactId, int]:
        """Contacts of a queue that nobody has answered yet, the first first, with their positions; 0: being dialled."""
        return views.places_in_line(self._centre, name)

    def explain_line(self, line: Mapping[ContactId, int], now: Instant) -> Iterator[tuple[ContactView, Waits]]:
        """The contacts of :meth:`line`, or some, that are in a queue still, and in short why each waits.

        Who could take them is looked up once for all that want the same, so it costs about as many as there are.
        """
        known = self._centre.contacts
        here = [known[one] for one in line if one in known and known[one].queue is not None]
        for contact, waits in zip(here, explain.explain_line(self._centre, here, now), strict=True):
            yield views.contact_view(contact, line[contact.contact_id]), waits

    def explain_agent(self, agent_id: AgentId, now: Instant) -> AgentExplanation | None:
        """Why the agent is offered nothing, and for each waiting contact why not that one."""
        agent = self._centre.agents.get(agent_id)
        return None if agent is None else explain.explain_agent(self._centre, agent, now)

    def may_take(self, agent_id: AgentId, contact_id: ContactId) -> bool:
        """Whether a contact that is in a queue could become this agent's, were they free."""
        agent, contact = self._centre.agents.get(agent_id), self._centre.contacts.get(contact_id)
        return agent is not None and contact is not None and explain.may_take(agent, contact)

    def preview(self, change: ReplacePolicy | ReplaceSkills, now: Instant) -> Preview:
        """What the change would do to waiting contacts and agents if it were made now; it is not made."""
        return preview.preview(self._centre, change, now)

    def services(self, agent_id: AgentId) -> tuple[ServiceView, ...]:
        """What an agent is in each queue of the policy, and why; of nobody: nothing."""
        agent = self._centre.agents.get(agent_id)
        return () if agent is None else tuple(views.service_views(self._centre, agent))

    def agent_of_phone(self, phone: str) -> AgentId | None:
        """Whose phone this is: who is logged in there goes before whom the policy gives it; None: nobody's."""
        own = None
        for agent in self._centre.agents.values():
            if agent.declared is not Declared.LOGGED_OUT:
                if (agent.phone or agent.policy.phone) == phone:
                    return agent.agent_id
            elif agent.policy.phone == phone:
                own = agent.agent_id
        return own

    def who_else_is_at(self, agent_id: AgentId, phone: str = "") -> AgentId | None:
        """Who else is logged in at the phone at which this agent would log in; ``""``: at their own of the policy."""
        where = phone or next((one.phone for one in self._centre.policy.agents if one.agent_id == agent_id), "")
        others = (agent for agent in self.agents() if agent.agent_id != agent_id and agent.phone == where)
        return next((agent.agent_id for agent in others if agent.declared is not Declared.LOGGED_OUT), None)

    def agents_of(self, name: QueueName) -> frozenset[AgentId]:
        """Agents of a queue, logged in or not: who meet its own requirement or are put into it, and are not taken out.

        Of a queue that is not in the policy nobody is.
        """
        queue, agents = self._centre.queues.get(name), self._centre.agents.values()
        if queue is None:
            return frozenset()
        return frozenset(one.agent_id for one in agents if is_of(one.policy, one.skills, queue.policy))

    def expected_wait(self, contact_id: ContactId) -> Duration | None:
        """How long the waiting contact will still wait, on average; None: not known, or it does not wait."""
        contact = self._centre.contacts.get(contact_id)
        place_in_line = 0 if contact is None else views.position_of(self._centre, contact)
        return expected_for(self._centre, contact, place_in_line) if contact is not None and place_in_line else None

    def expected_wait_at(self, name: QueueName, position: int | None = None) -> Duration | None:
        """How long a contact at this position of a queue still waits on average; without one, who would come now."""
        queue = self._centre.queues.get(name)
        if queue is None:
            return None
        return expected_wait(self._centre, queue, len(queue.waiting) + 1 if position is None else position)

    def contacts(self) -> Iterator[ContactView]:
        """Every contact in a queue or with an agent."""
        return views.contact_views(self._centre)

    def callbacks(self) -> Iterator[ContactView]:
        """Contacts that are, or were, to be called back."""
        return views.callback_views(self._centre)

    def agents(self) -> Iterator[AgentView]:
        """Every agent of the policy."""
        return (views.agent_view(agent) for agent in tuple(self._centre.agents.values()))

    def queues(self) -> Iterator[QueueView]:
        """Every queue of the policy."""
        return (views.queue_view(self._centre, queue) for queue in tuple(self._centre.queues.values()))
