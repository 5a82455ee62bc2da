"""Explanations for those who do not see everybody in them: an agent of another team is told as somebody.

Who has a contact, or is offered one, stays named to all who see it: they answer for it, and its story names
them anyway.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from agent_console.documents.floor import AgentVerdict, ChangeAhead, ContactWhy, Obstacle, WaitingRow

Explained = TypeVar("Explained", ChangeAhead, Obstacle, WaitingRow, ContactWhy)

IsSeen = Callable[[str], bool]
"""Whether an agent is seen by all who read it."""

UNNAMED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "preferred": ("preferred_somebody", "waits for a preferred agent"),
        "asked": (
            "asked_somebody",
            "of {qualified} who qualify {logged_in} are logged in; who is free did not take it just now",
        ),
        "again": ("again_somebody", "somebody who did not take it may be asked again"),
        "pause_ends": ("pause_ends_somebody", "somebody may be offered contacts again"),
        "wrap_up_ends": ("wrap_up_ends_somebody", "somebody's wrap-up ends"),
        "alone_for": ("alone_for_somebody", "the contact waits for another agent alone"),
        "anybody_for": ("anybody_for_somebody", "{contact} waits no longer for another agent alone"),
    }
)
"""By code of what names agents: the code and the English of the same without them."""

_LEADS_TO: Final = frozenset({"goes", "closes_goes"})


def _unnamed(
    code: str, text: str, details: Mapping[str, Any], is_seen: IsSeen
) -> tuple[str, str, dict[str, Any]] | None:
    """What it becomes; None: it names nobody who is not seen."""
    if code in _LEADS_TO:
        to = str(details.get("to", ""))
        if details.get("to_kind") != "agent" or is_seen(to):
            return None
        return code, text.removesuffix(f" {to}"), {**details, "to": ""}
    if code not in UNNAMED or all(map(is_seen, details.get("agents", (details.get("agent", ""),)))):
        return None
    new, template = UNNAMED[code]
    kept = {key: value for key, value in details.items() if key not in {"agent", "agents"}}
    return new, template.format(**kept), kept


def _told(one: Explained, words: str, is_seen: IsSeen) -> Explained:
    """A document whose field ``words`` says what its code and details mean, without those who are not seen."""
    told = _unnamed(one.code, getattr(one, words), one.details, is_seen)
    if told is None:
        return one
    code, said, details = told
    return one.model_copy(update={"code": code, words: said, "details": details})


def unnamed_change(change: ChangeAhead, is_seen: IsSeen) -> ChangeAhead:
    """What time will bring, without those who are not seen."""
    return _told(change, "what", is_seen)


def unnamed_obstacle(obstacle: Obstacle, is_seen: IsSeen) -> Obstacle:
    """Likewise what stands in the way."""
    return _told(obstacle, "text", is_seen)


def unnamed_row(row: WaitingRow, is_seen: IsSeen) -> WaitingRow:
    """Likewise who waits, and why."""
    row = _told(row, "summary", is_seen)
    changes = [unnamed_change(change, is_seen) for change in row.changes]
    return row if changes == row.changes else row.model_copy(update={"changes": changes})


def unnamed_why(why: ContactWhy, is_seen: IsSeen) -> ContactWhy:
    """Why a contact waits: agents who are not seen are counted, and not named by what stands in others' way."""
    shown = [_unnamed_verdict(one, is_seen) for one in why.agents if is_seen(one.agent)]
    return _told(why, "summary", is_seen).model_copy(
        update={
            "agents": shown,
            "agents_elsewhere": len(why.agents) - len(shown),
            "changes": [unnamed_change(change, is_seen) for change in why.changes],
        }
    )


def _unnamed_verdict(verdict: AgentVerdict, is_seen: IsSeen) -> AgentVerdict:
    return verdict.model_copy(update={"ruled_out_by": [unnamed_obstacle(one, is_seen) for one in verdict.ruled_out_by]})
