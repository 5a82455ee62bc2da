"""Where a transfer or a consultation goes: found, and allowed, or refused with the reason."""

from typing import Literal

import msgspec

from acd.engine import Engine
from acd.views import AgentView
from cti_bridge.shell.call_control.dial_rules import as_dialled, refusal
from cti_bridge.shell.call_control.plans import ActIllegalError, Target, ToKind
from cti_bridge.shell.call_control.rules import OUTSIDE, Rules
from cti_bridge.shell.call_control.sending import KEPT
from cti_bridge.shell.call_control.topology import Topology
from cti_bridge.shell.switch_actions import used_by
from facts.ids import AgentId, QueueName
from facts.states import Activity, Declared
from facts.time import SECOND

AT_WORK = frozenset({Activity.TALKING, Activity.HOLD})


class Seeker(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks for somebody: this agent, on this call, under these rules."""

    engine: Engine
    rules: Rules
    call: Topology
    me: str


def agent_to_call(seeker: Seeker, agent: str) -> AgentView:
    """The agent, whose phone can be called now; raises :class:`ActIllegalError`."""
    view = seeker.engine.agent(AgentId(agent))
    if view is None:
        raise ActIllegalError("unknown_agent")
    if agent == seeker.me:
        raise ActIllegalError("to_oneself")
    there = seeker.call.party(agent)
    if there is not None and there.lives:
        raise ActIllegalError("agent_on_call")
    if view.declared is Declared.LOGGED_OUT:
        raise ActIllegalError("agent_signed_out")
    if not view.phone_reachable:
        raise ActIllegalError("agent_unreachable")
    if is_taken_up(view):
        raise ActIllegalError("agent_engaged")
    return view


def is_taken_up(view: AgentView) -> bool:
    """Whether the agent talks, or has customers on hold, in all their slots."""
    return sum(work.activity in AT_WORK for work in view.works) >= view.slots


def checked_number(rules: Rules, number: str) -> str:
    """The number as the carrier wants it, if it may be dialled; raises :class:`ActIllegalError`."""
    reason = refusal(rules.dialling, number)
    if reason:
        raise ActIllegalError(reason)
    return as_dialled(rules.dialling, number)


def transfer_target(seeker: Seeker, to_kind: ToKind, to: str) -> Target:
    """Where a transfer sends the customer."""
    rules = seeker.rules
    match to_kind:
        case "agent":
            view = agent_to_call(seeker, to)
            ring_s = max(1, rules.transfer_ring_us // SECOND)
            agent = (("__ACD_AGENT", view.agent_id), used_by(view.phone))
            called = (("ACD_TO", view.phone), ("ACD_RING", str(ring_s)), *agent)
            return Target(to_kind=to_kind, to=to, context="acd-transfer", exten="agent", variables=called)
        case "queue":
            queue = seeker.engine.queue(QueueName(to))
            if queue is None:
                raise ActIllegalError("unknown_queue")
            if not queue.open:
                raise ActIllegalError("closed")
            variables = (("ACD_QUEUE", to), ("ACD_SINCE", ""))
            return Target(to_kind=to_kind, to=to, context="acd-wait", variables=variables)
        case "number":
            number = checked_number(rules, to)
            told = (("ACD_RING", str(max(1, rules.dial_ring_us // SECOND))), ("ACD_CHECKED", number))
            return Target(to_kind=to_kind, to=to, context="acd-transfer", exten=f"9{number}", variables=told)
        case "flow":
            if to not in rules.flows():
                raise ActIllegalError("unknown_flow")
            return Target(to_kind=to_kind, to=to)


def asked_variables(call: Topology, agent_id: AgentId, phone: str) -> tuple[tuple[str, str], ...]:
    """What the leg of an agent who is asked needs to know; it rings on at the next page when one goes."""
    return (("ACD_CALL", call.contact_id), ("ACD_AGENT", agent_id), used_by(phone), KEPT)


def consult_target(seeker: Seeker, to_kind: Literal["agent", "number"], to: str, channel_id: str) -> Target:
    """Whom a consultation calls, on a channel of this id."""
    rules = seeker.rules
    if to_kind == "agent":
        view = agent_to_call(seeker, to)
        return Target(
            to_kind=to_kind,
            to=to,
            key=view.agent_id,
            device=view.phone,
            channel_id=channel_id,
            ring_us=rules.consult_ring_us,
            variables=asked_variables(seeker.call, view.agent_id, view.phone),
        )
    number = checked_number(rules, to)
    return Target(
        to_kind=to_kind,
        to=to,
        key=f"number:{number}",
        number=number,
        device=OUTSIDE.replace("{number}", number),
        channel_id=channel_id,
        ring_us=rules.dial_ring_us,
        variables=(("ACD_CALL", seeker.call.contact_id),),
    )
