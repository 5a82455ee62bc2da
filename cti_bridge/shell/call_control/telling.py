"""Who talks, as the switch shows it, told to the distributor: the difference between the two, and nothing else.

The distributor is never told what an act intends, only what has come about. So a transfer by a phone's own keys, an act
that was overtaken, and a talk that was found after a restart are all told alike.
"""

from typing import Protocol

import msgspec

from acd.contact_state import Place
from acd.engine import Engine
from acd.events import EndTalk, Event, HoldTalk, RetrieveTalk, StartTalk
from cti_bridge.shell.call_control.lines import Dossier, HandedOver, Line
from cti_bridge.shell.call_control.plans import ToKind
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Topology, Where, engaged
from cti_bridge.shell.phones import Phones
from facts.ids import AgentId
from facts.journal import ContactTransferred, CustomerDialled, Fact
from facts.states import Activity, Declared, Party
from facts.time import Instant


class Centre(Protocol):
    """The distributor, the journal, and agents' phones."""

    engine: Engine

    @property
    def phones(self) -> Phones:
        """Whether agents' phones can be reached."""

    def tell(self, event: Event, switch_at: Instant | None = None) -> bool:
        """Let the distributor handle an event."""

    def record(self, fact: Fact, switch_at: Instant | None = None) -> None:
        """Write a fact of our own."""

    def now(self) -> Instant:
        """The present instant."""


TALKS = frozenset({Place.CONNECTED, Place.WITHOUT_AGENT, Place.DIALLING})


def tell_talks(centre: Centre, line: Line, dossier: Dossier, switch_at: Instant | None) -> None:
    """Tell the distributor whatever it does not know yet of who talks on this line."""
    view = centre.engine.contact(line.contact_id)
    if view is not None and (view.place not in TALKS or (view.place is Place.DIALLING and view.callback)):
        return  # the contact waits, rings or is being called back: its talks are not these
    known = {} if view is None else dict(zip(view.agents, view.activities, strict=True))
    dialling = view is not None and view.place is Place.DIALLING
    wanted = {agent_id: activity for agent_id, activity in engaged(line.call).items() if _present(centre, agent_id)}
    holder = line.call.party(line.call.holder) if dialling else None
    if holder is not None and holder.lives:
        wanted.setdefault(AgentId(holder.key), Activity.TALKING)
    _tell_dialled(centre, line, dialling=dialling, switch_at=switch_at)
    for agent_id, activity in wanted.items():
        if agent_id not in known or (dialling and _is_there(line.call)):
            _start(centre, line, dossier, agent_id, switch_at)
            known[agent_id] = Activity.TALKING
        hold = _hold_event(line, agent_id, known[agent_id], activity)
        if hold is not None:
            centre.tell(hold, switch_at)
    for agent_id in known:
        if agent_id not in wanted:
            _end(centre, line, agent_id, switch_at)
    if view is not None and view.place is Place.WITHOUT_AGENT and not any(line.call.living()):
        centre.tell(EndTalk(contact_id=line.contact_id, agent_id=AgentId(""), ended_by=Party.CALLER), switch_at)


def _present(centre: Centre, agent_id: AgentId) -> bool:
    """Whether the distributor counts the agent as at work; who was signed out by force is not, though they talk."""
    agent = centre.engine.agent(agent_id)
    return agent is not None and agent.declared is not Declared.LOGGED_OUT


def _is_there(call: Topology) -> bool:
    customer = call.customer
    return customer is not None and customer.where is not Where.RINGING and customer.lives


def _tell_dialled(centre: Centre, line: Line, *, dialling: bool, switch_at: Instant | None) -> None:
    """How an agent's own call went, once it is known."""
    if line.dial_began is None:
        return
    customer = line.call.customer
    if _is_there(line.call):
        outcome = "answered"
    elif customer is not None and not customer.lives:
        outcome = _DIAL_ENDS.get(customer.end, "failed")
    elif not any(line.call.living()):
        outcome = "given_up"
    else:
        return
    rang, line.dial_began = max(0, centre.now() - line.dial_began), None
    if dialling or outcome != "answered":
        centre.record(
            CustomerDialled(
                contact_id=line.contact_id,
                agent_id=AgentId(line.call.holder) if line.call.holder else None,
                queue=line.queue,
                direction="outbound",
                outcome=outcome,  # type: ignore[arg-type]  # one of its words
                rang_us=rang,
            ),
            switch_at,
        )


_DIAL_ENDS = {"busy": "busy", "rejected": "busy", "no_answer": "no_answer", "hung_up": "given_up"}


def _start(centre: Centre, line: Line, dossier: Dossier, agent_id: AgentId, switch_at: Instant | None) -> None:
    event = StartTalk(
        contact_id=line.contact_id,
        agent_id=agent_id,
        queue=line.queue or dossier.queue,
        direction="outbound" if line.call.outbound else "inbound",
        customer_id=dossier.customer_id,
    )
    centre.tell(event, switch_at)


def _hold_event(line: Line, agent_id: AgentId, known: Activity, wanted: Activity) -> HoldTalk | RetrieveTalk | None:
    """What the distributor does not know of the customer's being on hold.

    A hold ends when the agent hears the customer again, or when the customer is gone while the agent talks on with
    somebody else. On the way out of the call nobody is taken back.
    """
    if known is wanted or known not in (Activity.TALKING, Activity.HOLD):
        return None
    customer = line.call.customer
    if (
        wanted is Activity.TALKING
        and customer is not None
        and customer.lives
        and not line.call.together(agent_id, CUSTOMER)
    ):
        return None
    event = HoldTalk if wanted is Activity.HOLD else RetrieveTalk
    return event(contact_id=line.contact_id, agent_id=agent_id)


def _end(centre: Centre, line: Line, agent_id: AgentId, switch_at: Instant | None) -> None:
    """The agent's part is over; if they passed the customer on, that is told first."""
    handed = line.handed
    if handed is not None and handed.agent_id == agent_id:
        tell_handed_over(centre, line, switch_at)
    party = line.call.party(agent_id)
    asked_only = party is not None and bool(party.asked_by) and not party.met
    customer = line.call.customer
    centre.tell(
        EndTalk(
            contact_id=line.contact_id,
            agent_id=agent_id,
            ended_by=_ended_by(line, agent_id),
            contact_ended=customer is None or not customer.lives,
            wrap_up=not asked_only,
        ),
        switch_at,
    )


def tell_handed_over(centre: Centre, line: Line, switch_at: Instant | None) -> None:
    """The fact of a transfer, once."""
    handed, line.handed = line.handed, None
    if handed is None:
        return
    line.blamed.setdefault(handed.agent_id, Party.AGENT)
    if handed.consulted and not handed.to:
        handed = _as_it_came(line.call, handed)
    fact = ContactTransferred(
        contact_id=line.contact_id,
        agent_id=handed.agent_id,
        queue=line.queue,
        to_kind=handed.to_kind,
        to=handed.to,
        consulted=handed.consulted,
    )
    centre.record(fact, switch_at)


def _as_it_came(call: Topology, handed: HandedOver) -> HandedOver:
    """To whom, where that was not known yet when it was told: to who is with the customer now."""
    found = next((party for party in call.others(handed.agent_id) if call.together(party.key, CUSTOMER)), None)
    if found is None:
        return handed
    is_agent = found.kind is Kind.AGENT
    to_kind: ToKind = "agent" if is_agent else "number"
    return msgspec.structs.replace(handed, to_kind=to_kind, to=found.key if is_agent else found.number)


def _ended_by(line: Line, agent_id: AgentId) -> Party:
    blamed = line.blamed.get(agent_id)
    if blamed is not None:
        return blamed
    customer = line.call.customer
    return Party.CALLER if customer is not None and not customer.lives else Party.AGENT
