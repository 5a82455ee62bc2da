"""Reports and the catalogue of figures."""

from typing import Any

from agent_console.documents.contacts import ContactLine
from agent_console.documents.values import Document, Figures


class ReportRange(Document):
    """The range as asked for, in the clock of its zone."""

    from_: str | None = None
    to: str | None = None
    time_zone: str
    as_of: str | None


class ReportRow(Document):
    """One slice."""

    slice: dict[str, str | None]
    figures: Figures


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


class DrillDown(Document):
    """The contacts behind a figure."""

    figure: str
    numerator: float | None
    denominator: float | None
    contacts: list[ContactLine]
    more: bool


class MissedDoc(Document):
    """Why a service level was missed, in parts that add up."""

    queue: str
    lines: list[dict[str, Any]]
