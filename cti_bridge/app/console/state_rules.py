"""What holds whoever changes an agent's state, they or a supervisor: one phone each, and reasons that there are."""

from collections.abc import Callable, Mapping

from acd.engine import Engine
from agent_console.documents.problems import FieldProblem
from agent_console.errors import InvalidError
from config.models import Settings
from facts.ids import AgentId
from facts.states import SYSTEM_REASONS, Declared


class StateRules:
    """Checks a wish before anything of it is done."""

    def __init__(self, engine: Engine, settings: Callable[[], Settings]) -> None:
        self._engine = engine
        self._settings = settings

    def check_phone(self, agent: AgentId, channel: str) -> None:
        """Raise `InvalidError` if somebody else works at the phone; ``""``: at the agent's own of the settings."""
        other = self._engine.who_else_is_at(agent, channel)
        if other is not None:
            problem = FieldProblem(
                field="body.phone",
                rule=f"is the phone at which {other} works",
                way_out="choose another phone, or let them sign out first",
            )
            raise InvalidError([problem])

    def check_reason(self, reason: str) -> None:
        """Raise `InvalidError` for a reason that the settings do not know, or that is the system's."""
        reasons = self._settings().reasons
        if reason not in reasons or reason in SYSTEM_REASONS:
            problem = FieldProblem(
                field="body.reason",
                rule=f"is none that a person can choose: there are {', '.join(reasons) or 'none'}",
                way_out="choose one of these; GET /api/v1/reasons lists them",
            )
            raise InvalidError([problem])


def check_all_go_with(said: Mapping[str, Declared], declared: str) -> None:
    """Raise `InvalidError` naming every field that says something of a state other than the declared one."""
    problems = [
        FieldProblem(
            field=f"body.{field}",
            rule=f"goes with {state.value} only",
            way_out=f"leave it out, or declare {state.value}",
        )
        for field, state in said.items()
        if declared != state
    ]
    if problems:
        raise InvalidError(problems)
