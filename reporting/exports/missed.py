"""Why a target was missed, for people and programs."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from facts.languages import ReaderLanguage
from reporting.exports.phrases import ENGLISH, Phrases, formula_in, phrases
from reporting.exports.words import NO_DATA, duration_text
from reporting.kpi.intervals import moment_text
from reporting.kpi.why_missed import Blame, Miss


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


def _forecast(miss: Miss, words: Phrases = ENGLISH) -> str:
    if miss.forecast_weeks is None:
        return words.forecast_none
    return words.forecast_weeks.format(weeks=miss.forecast_weeks) if miss.forecast_weeks else words.forecast_given


def missed_text(queue: str, found: Sequence[Miss], zone: tzinfo, language: ReaderLanguage = "en") -> RenderableType:
    """Every interval below target as a small table."""
    words = phrases(language)
    if not found:
        return Text(words.target_reached.format(queue=queue))
    return Group(*(_table(miss, zone, language) for miss in found))


def _table(miss: Miss, zone: tzinfo, language: ReaderLanguage) -> RenderableType:
    words = phrases(language)
    head = words.target_missed.format(
        queue=miss.queue,
        at=moment_text(miss.start, zone),
        observed=f"{miss.observed:.1%}",
        goal=f"{miss.goal:.0%}",
        formula=miss.formula,
        definition=formula_in(language, miss.formula, miss.definition),
        agents=miss.required_agents,
        forecast=_forecast(miss, words),
        planned=f"{miss.planned:.1%}",
    )
    table = Table(words.cause, words.share, words.planned, words.actual, box=box.SIMPLE)
    ordered = sorted(miss.blames, key=lambda blame: -blame.share)
    for blame in ordered:
        numbers = (_number(blame.planned, blame.unit, words), _number(blame.actual, blame.unit, words))
        is_known = not blame.unit or NO_DATA not in numbers
        share = words.points.format(points=f"{100 * blame.share:+.1f}") if is_known else NO_DATA
        table.add_row(words.causes[blame.cause], share, *numbers)
    behind = (_behind(blame, words) for blame in ordered if blame.share > _LEAST)
    return Group(Text(head, style="bold"), table, *behind, "")


_LEAST = 0.0005
"""Behind a smaller share nobody looks."""


def _behind(blame: Blame, words: Phrases) -> Text:
    """Who and what has the greatest part in a cause, with names that can be asked for."""
    named = {words.agents_behind: blame.agents[:3], words.contacts_behind: blame.contacts[:3]}
    parts = [
        kind.format(names=", ".join(f"{name} {duration_text(seconds, words)}" for name, seconds in found))
        for kind, found in named.items()
        if found
    ]
    who = words.join.join(parts) or words.nobody_behind
    return Text(words.behind.format(cause=words.causes[blame.cause], who=who))


def _number(value: float | None, unit: str, words: Phrases) -> str:
    return NO_DATA if value is None else f"{value:.1f} {words.named(words.units, unit)}"
