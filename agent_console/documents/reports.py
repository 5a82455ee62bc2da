"""Reports and the catalogue of figures."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from agent_console.documents.contacts import ContactLine
from agent_console.documents.values import Document, DurationS, Figures, Moment

ReportKind: TypeAlias = Literal["summary", "queues", "agents", "intervals"]
ReportForm: TypeAlias = Literal["csv", "xlsx", "html", "json"]


class ReportRange(Document):
    """The range as asked for, in the clock of its zone. ``as_of``: the last fact that was taken into account."""

    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    time_zone: str
    as_of: str | None


class ReportRow(Document):
    """One slice."""

    slice: dict[str, str | None]
    figures: Figures


class FigureWords(Document):
    """What a figure of a report means, with the thresholds that it was reckoned by."""

    title: str
    unit: str
    definition: str
    exclusions: str


class ReportDoc(Document):
    """A report: rows in the order of their slices, and the whole range as one row."""

    range: ReportRange
    by: list[str]
    rows: list[ReportRow]
    total: ReportRow
    definitions: dict[str, FigureWords]


class FigureDefinition(Document):
    """What a figure means."""

    name: str
    title: str
    unit: str
    definition: str
    exclusions: str
    formula: str = ""


class Catalogue(Document):
    """Figures, dimensions and service-level formulas."""

    figures: list[FigureDefinition]
    dimensions: list[str]
    formulas: dict[str, str]


class StretchDoc(Document):
    """A stretch of an agent's time behind a figure; ``inside_s``: as much of it as lies in the slice."""

    agent: str
    start: Moment
    end: Moment
    state: str
    inside_s: DurationS


class DrillDown(Document):
    """What stands behind a figure: contacts, or stretches of agents' time; in the order of time."""

    figure: str
    numerator: float | None
    denominator: float | None
    total: int
    """Rows behind the figure; a contact that was in the queue twice is two."""
    contacts: list[ContactLine]
    stretches: list[StretchDoc]
    next_cursor: str | None = None
    more: bool
    """Whether there is more than this page."""


class BlamedContact(Document):
    """A contact with its part in a cause."""

    contact_id: str
    seconds: DurationS


class BlamedAgent(Document):
    """An agent with their part in a cause."""

    agent: str
    seconds: DurationS


class MissedCause(Document):
    """One cause. ``share``: of the service level, by which it fell."""

    cause: str
    share: float
    planned: float | None
    actual: float | None
    unit: str
    contacts: list[BlamedContact]
    agents: list[BlamedAgent]


class MissedInterval(Document):
    """An interval in which a queue missed its target; the shares add up from the planned to the observed level."""

    queue: str
    from_: str = Field(alias="from")
    to: str
    goal: float
    service_level: float
    formula: str
    definition: str
    planned_service_level: float
    modelled_service_level: float
    required_agents: int
    patience_s: DurationS | None
    forecast: str
    causes: list[MissedCause]


class MissedDoc(Document):
    """Why a service level was missed, in parts that add up."""

    missed: list[MissedInterval]


class FlowNodes(Document):
    """What callers did at each node of the voice menus."""

    nodes: list[dict[str, Any]]
