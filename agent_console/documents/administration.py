"""Settings in the database, their revisions, and the audit trail."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import Document, Moment

SectionName: TypeAlias = Literal[
    "skills",
    "teams",
    "agents",
    "queues",
    "reasons",
    "dispositions",
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


class RevisionDoc(Document):
    """One change of the settings."""

    number: int
    at: Moment
    by: str
    section: str
    name: str
    action: str
    before: Any = None
    after: Any = None
    undoes: int | None = None
    """The change that this one took back."""


class ImportedDoc(Document):
    """What an import changed."""

    changed: int
    revision: int | None
    problems: list[FieldProblem] = Field(default_factory=list)


class AuditDoc(Document):
    """Who changed what."""

    number: int
    at: Moment
    actor: str
    action: str
    resource: str
    key: str
    before: Any = None
    after: Any = None
