"""Why a change would be refused, as far as a supervisor sees the entries that it would break."""

import re
from collections.abc import Sequence
from typing import Final

from agent_console.documents.problems import FieldProblem
from agent_console.documents.supervision import PreviewWish
from agent_console.http.access import Sight
from agent_console.http.floor import agents_in_sight, hidden_queues
from agent_console.ports import Ports

_WORD: Final = re.compile(r"[\w.@-]+")


def problems_in_sight(
    ports: Ports, sight: Sight, wish: PreviewWish, problems: Sequence[FieldProblem]
) -> list[FieldProblem]:
    """Those that one may read; the others, of other teams' entries or naming their agents, are one that counts them."""
    if not problems:
        return []
    shown = _Shown(ports, sight, wish)
    told = [one for one in problems if shown.may_read(one)]
    untold = len(problems) - len(told)
    return [*told, _counted(wish, untold)] if untold else told


def _counted(wish: PreviewWish, count: int) -> FieldProblem:
    return FieldProblem(
        field=f"{wish.section}.{wish.name}",
        rule=f"breaks {count} of the settings that you may not see",
        way_out="ask an administrator, who sees what they are",
    )


class _Shown:
    """Which problems somebody may read who does not see everything."""

    def __init__(self, ports: Ports, sight: Sight, wish: PreviewWish) -> None:
        self._changed = [(wish.section, wish.name), *((one.section, one.name) for one in wish.more)]
        self._user = sight.identity.user
        self._agents = agents_in_sight(ports, sight) or frozenset()
        self._other_agents = frozenset(row.agent for row in ports.floor.agents()) - self._agents
        self._other_queues = hidden_queues(ports, sight)
        self._other_teams = frozenset(row.team for row in ports.floor.teams() if not sight.team(row.team))

    def may_read(self, problem: FieldProblem) -> bool:
        """Whether the entry is seen, or the very one that is to be changed, and no agent of another team is named."""
        named = {word.rstrip(".") for word in _WORD.findall(f"{problem.rule} {problem.way_out}")}
        return named.isdisjoint(self._other_agents) and self._may_read(problem.field)

    def _may_read(self, field: str) -> bool:
        if any(_is_of(field, section, name) for section, name in self._changed):
            return True
        section, _, rest = field.partition(".")
        name = re.split(r"[.\[]", rest, maxsplit=1)[0]
        match section:
            case "agents":
                return name in self._agents
            case "users":
                return _is_of(field, section, self._user)
            case "queues":
                return name not in self._other_queues
            case "teams":
                return name not in self._other_teams
            case _:
                return True


def _is_of(field: str, section: str, name: str) -> bool:
    """Whether a field is an entry, or in it."""
    entry = f"{section}.{name}"
    return field == entry or field.startswith((f"{entry}.", f"{entry}["))
