"""Settings become the policy that the distributor decides by."""

from typing import get_args

import acd.policy
import config.queues
from acd.policy import AgentPolicy, Announcements, Exit, Limit, QueuePolicy, RelaxationStep, ReserveRule
from config import waiting
from config.load import load
from config.models import Settings
from config.people import Agent, Reason
from config.queues import Queue, Routing
from config.services import OpeningHours
from cti_bridge.app.policy import policy_from, reasons_by_digits
from facts.ids import AgentId, QueueName, SkillName
from facts.requirements import AllOf, AtLeast
from facts.time import HOUR, MILLISECOND, SECOND


def test_both_sides_know_the_same_words() -> None:
    assert get_args(config.queues.AgentOrder) == get_args(acd.policy.AgentOrder)
    assert get_args(config.queues.ContactOrder) == get_args(acd.policy.ContactOrder)
    assert get_args(waiting.LimitHolds) == get_args(acd.policy.LimitHolds)


def test_an_empty_queue_has_the_distributors_own_defaults() -> None:
    assert policy_from(Settings(queues={"sales": Queue()})).queues == (QueuePolicy(name=QueueName("sales")),)


def test_every_rule_of_a_queue_arrives() -> None:
    queue = Queue(
        requires="english>=3 & sales",
        priority=7,
        agent_order="most_skilled",
        ring_s=12.5,
        retry_s=3.0,
        wrap_up_s=0.25,
        misses_before_not_ready=0,
    )
    assert policy_from(Settings(queues={"sales": queue})).queues == (
        QueuePolicy(
            name=QueueName("sales"),
            requires=AllOf((AtLeast(SkillName("english"), 3), AtLeast(SkillName("sales"), 1))),
            priority=7,
            agent_order="most_skilled",
            ring_us=12_500 * MILLISECOND,
            retry_us=3 * SECOND,
            wrap_up_us=250 * MILLISECOND,
            misses_before_not_ready=0,
        ),
    )


def test_the_rules_of_waiting_arrive() -> None:
    queue = Queue(
        relaxation=(waiting.RelaxationStep(after_s=30.0, lower={"english": 2}, drop=("sales",), open=("back",)),),
        reserve=(waiting.ReserveRule(group="back", wait_s=120.0, clear_wait_s=60.0),),
        limits=(
            waiting.Limit(what="waiting", count=4, then=waiting.Exit(to_kind="queue", to="other")),
            waiting.Limit(what="wait", after_s=9.0),
            waiting.Limit(what="expected_wait", after_s=300.0, holds="both"),
        ),
        announcements=waiting.Announcements(first_s=5.0, expected_wait=True),
        opening_hours="day",
        callbacks=waiting.Callbacks(attempts=2, hours="night"),
        weights={"bob": 3},
        agents=("bob",),
    )
    hours = {
        "day": OpeningHours(weekly={"thu": ("08:00-16:00",)}),
        "night": OpeningHours(weekly={"thu": ("20:00-22:00",)}),
    }
    policy = policy_from(Settings(queues={"sales": queue}, opening_hours=hours, routing=Routing(seed=7)), 0)
    (found,) = policy.queues
    assert policy.seed == 7
    assert found.relaxation == (
        RelaxationStep(
            after_us=30 * SECOND, lower={SkillName("english"): 2}, drop=(SkillName("sales"),), open=("back",)
        ),
    )
    assert found.reserve == (ReserveRule(group="back", wait_us=120 * SECOND, clear_wait_us=60 * SECOND),)
    assert found.limits == (
        Limit(what="waiting", value=4, then=Exit(to_kind="queue", to="other")),
        Limit(what="wait", value=9 * SECOND),
        Limit(what="expected_wait", value=300 * SECOND, holds="both"),
    )
    assert found.announcements == Announcements(first_us=5 * SECOND, expected_wait=True)
    assert found.open is not None
    assert found.open[0] == (8 * HOUR, 16 * HOUR), "1 January 1970 was a Thursday"
    assert found.callbacks.hours is not None
    assert (found.callbacks.attempts, found.callbacks.hours[0]) == (2, (20 * HOUR, 22 * HOUR))
    assert (found.weights, found.agents) == ({AgentId("bob"): 3}, (AgentId("bob"),))


def test_agents() -> None:
    agents = {
        "alice": Agent(phone="1001", skills={"english": 9}, team="north", slots=2),
        "bob": Agent(phone="SIP/desk-7", without_queues=("sales",), extra_queues=("help", "gold")),
    }
    assert policy_from(Settings(agents=agents)).agents == (
        AgentPolicy(
            agent_id=AgentId("alice"), skills={SkillName("english"): 9}, phone="PJSIP/1001", team="north", slots=2
        ),
        AgentPolicy(
            agent_id=AgentId("bob"),
            phone="SIP/desk-7",
            without_queues=(QueueName("sales"),),
            extra_queues=(QueueName("help"), QueueName("gold")),
        ),
    )


def test_how_phones_are_dialled_is_a_setting() -> None:
    env = {
        "CORDBOARD_ASTERISK__AMI__USER": "acd",
        "CORDBOARD_ASTERISK__AMI__SECRET": "x",
        "CORDBOARD_ASTERISK__AGI__TOKEN": "y",
        "CORDBOARD_ASTERISK__PHONE_CHANNEL": "PJSIP/{phone}@site-b",
    }
    assert policy_from(load(None, env)).agents[0].phone == "PJSIP/1001@site-b"


def test_reasons_that_can_be_dialled() -> None:
    settings = Settings(reasons={"break": Reason(digits="1"), "meal": Reason(), "meeting": Reason(digits="30")})
    assert reasons_by_digits(settings) == {"1": "break", "30": "meeting"}
