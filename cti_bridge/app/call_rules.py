"""Settings to the rules of call control."""

from collections.abc import Mapping

from config.models import Settings
from cti_bridge.shell.call_control.dial_rules import DialRules
from cti_bridge.shell.call_control.rules import AgentRules, QueueRules, Rules
from cti_bridge.shell.menus import Menus
from facts.ids import AgentId, QueueName
from facts.time import from_seconds


def rules_of(settings: Settings, menus: Menus) -> Rules:
    """What the settings say of agents' calls."""
    calls = settings.calls
    return Rules(
        dialling=_dialling(settings),
        queues=_queues(settings),
        agents={
            AgentId(name): AgentRules(name=agent.name, auto_answer=agent.auto_answer)
            for name, agent in settings.agents.items()
        },
        entry_points={number: entry.title for number, entry in settings.entry_points.items()},
        dispositions={code: disposition.resolved for code, disposition in settings.dispositions.items()},
        flows=lambda: frozenset(menus.flows),
        dial_ring_us=from_seconds(calls.dial_ring_s),
        consult_ring_us=from_seconds(calls.consult_ring_s),
        transfer_ring_us=from_seconds(calls.transfer_ring_s),
        park_us=from_seconds(calls.park_s),
        phone_back_us=from_seconds(calls.phone_back_s),
        monitoring_shown=calls.monitoring_shown,
    )


def _dialling(settings: Settings) -> DialRules:
    dialling = settings.calls.dialling
    return DialRules(
        country=settings.site.country,
        allowed=dialling.allowed,
        denied=dialling.denied,
        premium=dialling.premium,
        emergency=dialling.emergency,
        form=settings.asterisk.trunk_numbers if settings.asterisk is not None else "as_given",
    )


def _queues(settings: Settings) -> Mapping[QueueName, QueueRules]:
    return {
        QueueName(name): QueueRules(
            title=queue.title,
            recording=queue.recording,
            script=queue.script,
            shown_number=queue.callbacks.shown_number or "",
        )
        for name, queue in settings.queues.items()
    }
