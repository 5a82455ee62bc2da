"""Settings to routing policy: text to requirements, seconds to microseconds, calendars to open intervals."""

from acd.policy import (
    AgentPolicy,
    Announcements,
    CallbackRules,
    Exit,
    Limit,
    Policy,
    QueuePolicy,
    RelaxationStep,
    ReserveRule,
    WrapUpRules,
)
from config import waiting
from config.models import Settings
from config.people import Agent
from config.queues import Queue
from cti_bridge.app.calendar import open_intervals
from facts.ids import AgentId, QueueName, ReasonCode, SkillName
from facts.requirement_text import parse_requirement
from facts.time import DAY, Instant, from_seconds

OPEN_AHEAD = 8 * DAY
"""Calendars are expanded so far; the wiring renews the policy long before."""


def policy_from(settings: Settings, now: Instant | None = 0) -> Policy:
    """The policy that the settings describe; opening hours from ``now`` on, None: as if it were always open."""
    phone_channel = settings.asterisk.phone_channel if settings.asterisk else "PJSIP/{phone}"
    return Policy(
        queues=tuple(_queue(name, queue, settings, now) for name, queue in settings.queues.items()),
        agents=tuple(_agent(name, agent, phone_channel) for name, agent in settings.agents.items()),
        refusal_pause_us=from_seconds(settings.routing.refusal_pause_s),
        contact_order=settings.routing.contact_order,
        own_calls=WrapUpRules(
            wrap_up_us=from_seconds(settings.routing.own_calls_wrap_up_s), wrap_up=settings.routing.own_calls_wrap_up
        ),
        seed=settings.routing.seed,
        estimates=True,
    )


def _open(calendar: str | None, settings: Settings, now: Instant | None) -> tuple[tuple[Instant, Instant], ...] | None:
    if calendar is None or now is None:
        return None
    return open_intervals(settings.opening_hours[calendar], settings.site.time_zone, now - DAY, now + OPEN_AHEAD)


def reasons_by_digits(settings: Settings) -> dict[str, ReasonCode]:
    """The not-ready reasons that can be dialled, by the digits after ``*53``."""
    return {reason.digits: ReasonCode(code) for code, reason in settings.reasons.items() if reason.digits is not None}


def _queue(name: str, queue: Queue, settings: Settings, now: Instant | None) -> QueuePolicy:
    return QueuePolicy(
        name=QueueName(name),
        requires=parse_requirement(queue.requires),
        priority=queue.priority,
        agent_order=queue.agent_order,
        ring_us=from_seconds(queue.ring_s),
        retry_us=from_seconds(queue.retry_s),
        wrap_up_us=from_seconds(queue.wrap_up_s),
        misses_before_not_ready=queue.misses_before_not_ready,
        agent_tie=queue.agent_tie,
        agents=tuple(map(AgentId, queue.agents)),
        weights={AgentId(agent): weight for agent, weight in queue.weights.items()},
        ring_count=queue.ring_count,
        preferred_wait_us=from_seconds(queue.preferred_wait_s),
        last_agent=queue.last_agent,
        wrap_up=queue.wrap_up,
        band=queue.band,
        ageing_per_minute=queue.ageing_per_minute,
        weight=queue.weight,
        target_us=from_seconds(queue.target_s),
        starvation_cap_us=from_seconds(queue.starvation_cap_s),
        relaxation=tuple(map(_relaxation, queue.relaxation)),
        reserve=tuple(map(_reserve, queue.reserve)),
        limits=tuple(map(_limit, queue.limits)),
        open=_open(queue.opening_hours, settings, now),
        when_closed=_exit(queue.when_closed),
        closing=queue.closing,
        announcements=None if queue.announcements is None else _announcements(queue.announcements),
        callbacks=_callbacks(queue, settings, now),
    )


def _exit(then: waiting.Exit) -> Exit:
    return Exit(to_kind=then.to_kind, to=then.to)


def _limit(limit: waiting.Limit) -> Limit:
    value = limit.count if limit.what in waiting.COUNTED else from_seconds(limit.after_s)
    return Limit(what=limit.what, value=value, then=_exit(limit.then), holds=limit.holds)


def _relaxation(step: waiting.RelaxationStep) -> RelaxationStep:
    return RelaxationStep(
        after_us=from_seconds(step.after_s),
        lower={SkillName(skill): level for skill, level in step.lower.items()},
        drop=tuple(map(SkillName, step.drop)),
        open=step.open,
    )


def _reserve(rule: waiting.ReserveRule) -> ReserveRule:
    return ReserveRule(
        group=rule.group,
        wait_us=from_seconds(rule.wait_s),
        expected_us=from_seconds(rule.expected_s),
        clear_wait_us=from_seconds(rule.clear_wait_s),
        clear_expected_us=from_seconds(rule.clear_expected_s),
    )


def _announcements(told: waiting.Announcements) -> Announcements:
    return Announcements(
        first_us=from_seconds(told.first_s),
        every_us=from_seconds(told.every_s),
        position=told.position,
        position_limit=told.position_limit,
        expected_wait=told.expected_wait,
        round_us=from_seconds(told.round_s),
    )


def _callbacks(queue: Queue, settings: Settings, now: Instant | None) -> CallbackRules:
    rules = queue.callbacks
    return CallbackRules(
        attempts=rules.attempts,
        retry_us=from_seconds(rules.retry_s),
        expires_us=from_seconds(rules.expires_s),
        hours=_open(rules.hours or queue.opening_hours, settings, now),
    )


def _agent(name: str, agent: Agent, phone_channel: str) -> AgentPolicy:
    phone = agent.phone if "/" in agent.phone else phone_channel.replace("{phone}", agent.phone)
    return AgentPolicy(
        agent_id=AgentId(name),
        skills={SkillName(skill): level for skill, level in agent.skills.items()},
        phone=phone,
        team=agent.team or "",
        slots=agent.slots,
        reserve=agent.reserve,
        without_queues=tuple(map(QueueName, agent.without_queues)),
        extra_queues=tuple(map(QueueName, agent.extra_queues)),
    )
