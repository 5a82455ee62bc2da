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
from reporting.kpi.why_missed import SKILLS, Blame, Miss

_WORDS = {
    "volume": "more contacts than forecast",
    "handling_time": "longer handling than planned",
    "staffing": "fewer agents logged in than required",
    "not_ready": "agents not ready",
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
        "formula": "SL3",
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
        f"{miss.queue}, {moment_text(miss.start, zone)}: {miss.observed:.1%} answered in time, goal {miss.goal:.0%}. "
        f"As planned ({miss.required_agents} agents; forecast: {_forecast(miss)}): {miss.planned:.1%}."
    )
    table = Table("cause", "share", "planned", "actual", "behind it", box=box.SIMPLE)
    for blame in sorted(miss.blames, key=lambda blame: -blame.share):
        behind = [*(f"{name} {duration_text(s)}" for name, s in (*blame.agents[:3], *blame.contacts[:3]))]
        table.add_row(
            _WORDS[blame.cause],
            f"{100 * blame.share:+.1f} points",
            _number(blame.planned, blame.unit),
            _number(blame.actual, blame.unit),
            Text(", ".join(behind)),
        )
    return Group(Text(head, style="bold"), table)


def _number(value: float | None, unit: str) -> str:
    return NO_DATA if value is None else f"{value:.1f} {unit}"
