"""Why a target was missed, for people and programs."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reporting.exports.words import NO_DATA, duration_text
from reporting.kpi.intervals import moment_text
from reporting.kpi.why_missed import LEFT, SKILLS, Blame, Miss

_WORDS = {
    "volume": "more contacts than forecast",
    "handling_time": "longer handling than planned",
    "staffing": "fewer agents logged in than required",
    "not_ready": "agents not ready",
    LEFT: "contacts that left otherwise",
    SKILLS: "skills, order of service, chance",
}


def missed_json(found: Sequence[Miss], zone: tzinfo) -> dict[str, Any]:
    """Every interval below target with its shares."""
    return {"missed": [_json(miss, zone) for miss in found]}


def _json(miss: Miss, zone: tzinfo) -> dict[str, Any]:
    return {
        "queue": miss.queue,
        "from": moment_text(miss.start, zone),
        "to": moment_text(miss.end, zone),
        "goal": miss.goal,
        "service_level": miss.observed,
        "formula": miss.formula,
        "definition": miss.definition,
        "planned_service_level": miss.planned,
        "modelled_service_level": miss.modelled,
        "required_agents": miss.required_agents,
        "patience_s": miss.patience_s,
        "forecast": _forecast(miss),
        "causes": [_blame_json(blame) for blame in miss.blames],
    }


def _blame_json(blame: Blame) -> dict[str, Any]:
    return {
        "cause": blame.cause,
        "share": blame.share,
        "planned": blame.planned,
        "actual": blame.actual,
        "unit": blame.unit,
        "contacts": [{"contact_id": name, "seconds": seconds} for name, seconds in blame.contacts],
        "agents": [{"agent": name, "seconds": seconds} for name, seconds in blame.agents],
    }


def _forecast(miss: Miss) -> str:
    if miss.forecast_weeks is None:
        return "none, so the actual volume is taken as planned"
    return f"mean of {miss.forecast_weeks} weeks before" if miss.forecast_weeks else "given"


def missed_text(queue: str, found: Sequence[Miss], zone: tzinfo) -> RenderableType:
    """Every interval below target as a small table."""
    if not found:
        return Text(f"{queue} reached its target in every interval of this range that had contacts.")
    return Group(*(_table(miss, zone) for miss in found))


def _table(miss: Miss, zone: tzinfo) -> RenderableType:
    head = (
        f"{miss.queue}, {moment_text(miss.start, zone)}: service level {miss.observed:.1%}, goal {miss.goal:.0%} "
        f"([{miss.formula}] {miss.definition}). "
        f"As planned ({miss.required_agents} agents; forecast: {_forecast(miss)}): {miss.planned:.1%}."
    )
    table = Table("cause", "share", "planned", "actual", box=box.SIMPLE)
    ordered = sorted(miss.blames, key=lambda blame: -blame.share)
    for blame in ordered:
        numbers = (_number(blame.planned, blame.unit), _number(blame.actual, blame.unit))
        is_known = not blame.unit or NO_DATA not in numbers
        share = f"{100 * blame.share:+.1f} points" if is_known else NO_DATA
        table.add_row(_WORDS[blame.cause], share, *numbers)
    return Group(Text(head, style="bold"), table, *(_behind(blame) for blame in ordered if blame.share > _LEAST), "")


_LEAST = 0.0005
"""Behind a smaller share nobody looks."""


def _behind(blame: Blame) -> Text:
    """Who and what has the greatest part in a cause, with names that can be asked for."""
    named = {"agents": blame.agents[:3], "contacts": blame.contacts[:3]}
    parts = [
        f"{kind} {', '.join(f'{name} {duration_text(seconds)}' for name, seconds in found)}"
        for kind, found in named.items()
        if found
    ]
    return Text(f"  {_WORDS[blame.cause]}: {'; '.join(parts) or 'nobody by name'}")


def _number(value: float | None, unit: str) -> str:
    return NO_DATA if value is None else f"{value:.1f} {unit}"
