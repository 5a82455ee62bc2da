"""Settings in the database, their revisions, and the audit trail."""

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import Document, Line, Moment, Wish

SectionName: TypeAlias = Literal[
    "skills",
    "teams",
    "agents",
    "queues",
    "reasons",
    "dispositions",
    "phone_book",
    "opening_hours",
    "entry_points",
    "users",
    "routing",
    "alarms",
]


class SettingDoc(Document):
    """One entry of a section. ``etag`` changes with every change of it."""

    section: str
    name: str
    document: Any
    """As in the settings file."""
    etag: str
    changed_at: Moment | None = None
    changed_by: str | None = None


class SettingChange(Wish):
    """What one entry is to be."""

    section: SectionName
    name: Line
    document: Any = None
    """As in the settings file; absent: it is removed."""
    match: str | None = None
    """The ETag that was read; `*`: whatever it is, but it has to be there; absent: it must not be there yet."""


class SettingsChange(Wish):
    """Several changes that are one."""

    changes: Annotated[list[SettingChange], Field(min_length=1, max_length=5000)]
    comment: Line = ""


class ChangedItem(Document):
    """An entry that a change touched."""

    section: str
    name: str


class HolidayCountries(Document):
    """The countries whose public holidays are known."""

    countries: list[str]
    """By their two letters."""


class Subdivision(Document):
    """A part of a country with public holidays of its own."""

    subdivision: str
    """As opening hours name it."""
    title: str


class HolidayDoc(Document):
    """A public holiday."""

    day: date
    name: str


class HolidaysDoc(Document):
    """The public holidays of a country, or of a part of it, of this year and the next."""

    country: str
    subdivision: str | None
    subdivisions: list[Subdivision]
    """What parts the country has."""
    days: list[HolidayDoc]


class RevisionLine(Document):
    """One change of the settings, in a list."""

    number: int
    at: Moment
    by: str
    comment: str
    origin: Literal["file", "change"]
    """Whether it is what the settings file said."""
    undoes: int | None = None
    """The change that this one took back."""
    items: list[ChangedItem]


class ItemDifference(ChangedItem):
    """An entry before and after a change."""

    action: Literal["made", "changed", "removed"]
    before: Any = None
    after: Any = None


class RevisionDoc(RevisionLine):
    """One change of the settings, whole."""

    differences: list[ItemDifference]


class ImportedDoc(Document):
    """What an import changed."""

    changed: int
    revision: int | None
    problems: list[FieldProblem] = Field(default_factory=list)


class AuditLine(Document):
    """Who changed what, without what was before and after."""

    number: int
    at: Moment
    actor: str
    action: str
    resource: str
    key: str


class AuditDoc(AuditLine):
    """Who changed what."""

    before: Any = None
    after: Any = None
