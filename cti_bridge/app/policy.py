"""Settings to routing policy: text to requirements, seconds to microseconds, calendars to open intervals."""

from acd.policy import AgentPolicy, Policy, QueuePolicy
from config.models import Settings
from config.people import Agent
from config.queues import Queue
from facts.ids import AgentId, QueueName, ReasonCode, SkillName
from facts.requirement_text import parse_requirement
from facts.time import from_seconds


def policy_from(settings: Settings) -> Policy:
    """The policy that the settings describe."""
    phone_channel = settings.asterisk.phone_channel if settings.asterisk else "PJSIP/{phone}"
    return Policy(
        queues=tuple(_queue(name, queue) for name, queue in settings.queues.items()),
        agents=tuple(_agent(name, agent, phone_channel) for name, agent in settings.agents.items()),
    )


def reasons_by_digits(settings: Settings) -> dict[str, ReasonCode]:
    """The not-ready reasons that can be dialled, by the digits after ``*53``."""
    return {reason.digits: ReasonCode(code) for code, reason in settings.reasons.items() if reason.digits is not None}


def _queue(name: str, queue: Queue) -> QueuePolicy:
    return QueuePolicy(
        name=QueueName(name),
        requires=parse_requirement(queue.requires),
        priority=queue.priority,
        agent_order=queue.agent_order,
        ring_us=from_seconds(queue.ring_s),
        retry_us=from_seconds(queue.retry_s),
        wrap_up_us=from_seconds(queue.wrap_up_s),
        misses_before_not_ready=queue.misses_before_not_ready,
    )


def _agent(name: str, agent: Agent, phone_channel: str) -> AgentPolicy:
    phone = agent.phone if "/" in agent.phone else phone_channel.replace("{phone}", agent.phone)
    return AgentPolicy(
        agent_id=AgentId(name),
        skills={SkillName(skill): level for skill, level in agent.skills.items()},
        phone=phone,
        team=agent.team or "",
        slots=agent.slots,
    )
